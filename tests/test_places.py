"""Places and waiting lists, whatever people do in whatever order: never over capacity, order kept, both or none, nobody lost."""

import asyncio
import hashlib
import random
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.config import Config
from bot.office import office_from
from handlers.act import Act, quiet_until
from handlers.gatherings import places, signing, telling
from handlers.gatherings.places import SHORTEST_OFFER, Room, Waiting
from handlers.gatherings.signing import Wish
from handlers.reminders import fire
from storage import accounts, entry, gatherings, people, quiet_hours, reminders, signups
from storage.accounts import Role
from storage.database import Database, open_database
from storage.gatherings import Gathering
from storage.people import Person
from storage.quiet_hours import QuietHours
from storage.signups import Signup
from tests.conversation import START
from tests.gathering_rows import STARTS, gathering

OFFICE = office_from(Config())

# ── the rules ───────────────────────────────────────────────────────────────────────────────────────────────────────

ROOMS = st.builds(
    Room,
    st.none() | st.integers(0, 12),
    kept=st.integers(0, 5),
    taken=st.integers(0, 12),
    taken_by_phone=st.integers(0, 4),
)


@st.composite
def lines(draw: st.DrawFn) -> list[Waiting]:
    """A waiting list, its people in the order in which they came."""
    return [
        Waiting(place, draw(st.integers(1, 3)), draw(st.booleans())) for place in range(1, draw(st.integers(0, 12)) + 1)
    ]


def taking(room: Room, each: Waiting) -> Room:
    return replace(room, taken=room.taken + each.party, taken_by_phone=room.taken_by_phone + each.party * each.by_phone)


@settings(max_examples=500, deadline=None)
@given(ROOMS, lines(), st.booleans())
def test_places_are_offered_in_order_to_whole_parties_and_never_beyond_the_capacity(
    room: Room, line: list[Waiting], late: bool
) -> None:
    offered = places.next_offers(room, line, after_deadline=late)
    assert offered == sorted(set(offered))
    for each in line:
        if each.id in offered:
            room = taking(room, each)
            assert room.capacity is None or room.taken <= room.capacity
            web = room.taken - room.taken_by_phone
            assert late or each.by_phone or room.capacity is None or web <= max(0, room.capacity - room.kept)
        else:  # passed over, because the party found no places at that moment; so nobody later took them unless smaller
            assert not places.fits(room, each.party, by_phone=each.by_phone, after_deadline=late)


@settings(max_examples=300, deadline=None)
@given(ROOMS, lines())
def test_after_the_deadline_nothing_is_kept(room: Room, line: list[Waiting]) -> None:
    open_room = replace(room, kept=0)
    kept, open_ = (places.next_offers(each, line, after_deadline=True) for each in (room, open_room))
    assert kept == open_


PERIODS = st.lists(
    st.tuples(st.integers(0, 47), st.integers(1, 26)).map(
        lambda half_hours: (_wall(half_hours[0]), _wall(half_hours[0] + half_hours[1]))
    ),
    max_size=2,
)


def _wall(half_hours: int) -> time:
    return time(half_hours // 2 % 24, 30 * (half_hours % 2))


@settings(max_examples=500, deadline=None)
@given(PERIODS, st.integers(0, 20_000), st.integers(1, 30_000))
def test_an_offer_ends_awake_or_at_the_start_and_never_beyond_it(
    periods: list[tuple[time, time]], now_minutes: int, ahead_minutes: int
) -> None:
    office = replace(OFFICE, quiet=tuple(periods))

    def quiet(moment: datetime) -> datetime | None:
        try:
            return quiet_until(moment, office, None)
        except ValueError:  # two periods that leave nobody awake
            return None

    now = START + timedelta(minutes=now_minutes)
    hears_at = quiet(now) or now
    starts_at = hears_at + timedelta(minutes=ahead_minutes)
    ends = places.offer_ends(hears_at, starts_at, quiet)
    assert hears_at < ends <= starts_at
    assert ends == starts_at or quiet(ends) is None
    assert ends == starts_at or ends - hears_at >= SHORTEST_OFFER
    if not periods:
        assert ends - hears_at <= places.OFFER
        later = places.offer_ends(hears_at, starts_at + timedelta(hours=1), quiet)
        assert later - hears_at >= ends - hears_at  # the nearer the start, the shorter


def test_an_offer_lasts_a_day_and_near_the_start_a_quarter_of_the_time() -> None:
    def lasts(hours: float) -> timedelta:
        return places.offer_ends(START, START + timedelta(hours=hours), lambda moment: None) - START

    assert [lasts(hours) for hours in (200, 96, 48, 8, 1, 0.25)] == [
        timedelta(hours=hours) for hours in (24, 24, 12, 2, 0.5, 0.25)
    ]


def test_an_offer_that_would_end_at_night_ends_in_the_morning() -> None:
    evening = datetime(2026, 11, 23, 12, tzinfo=UTC)  # eight in the evening at the office
    ends = places.offer_ends(evening, evening + timedelta(hours=16), OFFICE.quiet_until)
    assert ends.astimezone(OFFICE.zone).strftime("%d %H:%M") == "24 08:00"
    before_breakfast = evening + timedelta(hours=10, minutes=30)  # half past six
    assert places.offer_ends(evening, before_breakfast, OFFICE.quiet_until) == evening + SHORTEST_OFFER


@settings(max_examples=300, deadline=None)
@given(st.text(min_size=1, max_size=8), lines(), ROOMS, st.randoms(use_true_random=False))
def test_a_draw_is_the_same_from_the_same_seed_in_whatever_order_people_came(
    seed: str, line: list[Waiting], room: Room, chance: random.Random
) -> None:
    inside, outside = places.drawn(seed, line, room)
    assert sorted(inside + outside) == [each.id for each in line]
    shuffled = list(line)
    chance.shuffle(shuffled)
    assert places.drawn(seed, shuffled, room) == (inside, outside)
    order = sorted((hashlib.sha256(f"{seed}:{each.id}".encode()).hexdigest(), each.id) for each in line)
    for found in (inside, outside):  # as anybody can recompute it
        assert found == [number for _, number in order if number in found]
    assert inside == places.next_offers(
        room, [next(each for each in line if each.id == number) for _, number in order], after_deadline=True
    )


# ── on a database ───────────────────────────────────────────────────────────────────────────────────────────────────

PERSONS = 12  # the last four have no account here, so they telephone; the second sleeps long
STAFF = PERSONS + 1
SLEEPER = 2


@dataclass(frozen=True)
class Deed:
    what: str
    person: int = 0
    number: int = 0


SIGNS_UP = st.builds(Deed, st.just("signs up"), st.integers(1, PERSONS), st.integers(0, 2))
DEEDS = st.one_of(
    SIGNS_UP,
    *(
        st.builds(Deed, st.sampled_from(["accepts", "gives up", "cancels"]), number=st.integers(0, PERSONS))
        for _ in range(3)
    ),
    st.builds(Deed, st.just("says no"), st.integers(1, PERSONS)),
    st.builds(Deed, st.just("capacity"), number=st.integers(1, 9)),
    st.builds(Deed, st.just("hours"), number=st.sampled_from([1, 3, 8, 13, 30])),
    st.builds(Deed, st.just("waits for the next")),
)
KINDS = st.fixed_dictionaries(
    {"capacity": st.integers(1, 4), "kept": st.integers(0, 2), "by_draw": st.booleans(), "companions": st.just(2)}
)


@contextmanager
def folder() -> Iterator[Path]:
    place = Path(tempfile.mkdtemp())
    try:
        yield place
    finally:
        shutil.rmtree(place)


@cache
def filled() -> bytes:
    """The file of an office with its people, made once."""

    async def fill(path: Path) -> None:
        database = await open_database(path)
        async with database.write() as tx:
            for number in range(1, STAFF + 1):
                person = await people.add(tx, Person(name=f"老{number}", phone=f"1380000{number:04}"), START)
                await people.give_role(tx, person, Role("staff" if number == STAFF else "cadre", None))
                if number <= 8 or number == STAFF:
                    account = await accounts.find_or_add(tx, "telegram", str(number), START)
                    await accounts.bind(tx, account, person, START)
                    await entry.give_consent(tx, person, account, "1", START)
            await quiet_hours.put(tx, SLEEPER, QuietHours(time(19), time(10), True))
        await database.close()

    with folder() as place:
        asyncio.run(fill(place / "yinling.db"))
        return (place / "yinling.db").read_bytes()


class Play:
    """People and one gathering, with what must hold after each deed."""

    def __init__(self, database: Database, now: datetime) -> None:
        self.database = database
        self.now = now
        self.id = 0
        self.in_line: set[int] = set()  # who signed up and neither took it back nor let an offer end
        self.gone: dict[int, str] = {}  # sign-ups that have ended
        self.drawn: dict[int, int] = {}  # lines after the draw

    async def begins(self, each: Gathering) -> None:
        async with self.database.write() as tx:
            made = await gatherings.add(tx, each, self.now)
            kinds = ["gathering.draw"] * made.by_draw + ["gathering.deadline"]
            for kind in kinds:
                await reminders.set_due(tx, kind, made.id, 0, made.deadline_at)
        self.id = made.id

    async def does(self, deed: Deed) -> None:
        if deed.what == "hours":
            await self._passes(self.now + timedelta(hours=deed.number))
        elif deed.what == "waits for the next":
            async with self.database.read() as tx:
                moment = await reminders.next_due(tx)
            await self._passes(moment or self.now)
        else:
            await self._checked(deed)

    async def _passes(self, end: datetime) -> None:
        while True:
            async with self.database.read() as tx:
                moment = await reminders.next_due(tx)
            if moment is None or moment > end:
                break
            self.now = max(self.now, moment)
            await self._checked(Deed("the clock"))
        self.now = max(self.now, end)

    async def _checked(self, deed: Deed) -> None:
        async with self.database.write() as tx:
            act = Act(tx, OFFICE, self.now)
            before = await signups.of_gathering(tx, self.id)
            room_before = await signing.room_of(act, await self._gathering(act))
            await self._do(act, deed)
            await self._check(act, before, room_before)

    async def _gathering(self, act: Act) -> Gathering:
        return await gatherings.by_id(act.tx, self.id)

    async def _do(self, act: Act, deed: Deed) -> None:
        each = await self._gathering(act)
        wish = Wish(deed.person, deed.person, deed.person if deed.person <= 8 else None, deed.number)
        if deed.person > 8:
            wish = replace(wish, acted_by=STAFF)
        if deed.what == "signs up":
            if not isinstance(await signing.sign_up(act, each, wish), str):
                self.in_line.add(deed.person)
        elif deed.what == "capacity":
            each = replace(each, capacity=deed.number)
            await gatherings.change(act.tx, each)
            await signing.promote(act, each)
        elif deed.what == "says no":
            await signing.say_no(act, each, wish)
            self.in_line.discard(deed.person)
        elif deed.what == "the clock":
            for reminder in await reminders.due(act.tx, self.now, 1):
                await fire(act, reminder)
        else:
            await self._one_of_them(act, each, deed)

    async def _one_of_them(self, act: Act, each: Gathering, deed: Deed) -> None:
        """Let one take an offered place, one who has or is offered a place give it up, or one of all cancel."""
        everybody = await signups.of_gathering(act.tx, self.id)
        offered = [one for one in everybody if one.state == "offered"]
        having = offered or [one for one in everybody if one.state == "in"]
        counting = [one for one in everybody if one.state in ("in", "waiting", "offered", "drawing")]
        found = {"accepts": offered, "gives up": having, "cancels": counting}[deed.what]
        if not found:
            return
        present = found[deed.number % len(found)]
        if deed.what == "accepts":
            assert await signing.accept(act, each, present) == (self.now < each.starts_at)
            assert not await signing.accept(act, each, present), "accepted twice"
        else:
            assert await signing.give_back(act, each, present)
            assert not await signing.give_back(act, each, present), "given back twice"
            self.in_line.discard(present.person_id)

    # ── what must hold ──────────────────────────────────────────────────────────────────────────────────────────────

    async def _check(self, act: Act, before: Sequence[Signup], room_before: Room) -> None:
        each = await self._gathering(act)
        after = await signups.of_gathering(act.tx, self.id)
        room = await signing.room_of(act, each)
        assert room.capacity is not None
        assert room.taken <= max(room.capacity, room_before.taken), "over capacity"
        self._nobody_is_lost(after)
        await self._offers_end_in_time(act, each, after)
        if self.now < each.starts_at:
            await self._order_is_kept(act, each, room, before, after)

    def _nobody_is_lost(self, after: Sequence[Signup]) -> None:
        current = [each for each in after if each.state in signups.CURRENT]
        assert len({each.person_id for each in current}) == len(current), "somebody stands twice"
        for each in after:
            assert self.gone.get(each.id) in (None, each.state), "what has ended lives again"
            if each.state in ("cancelled", "lost"):
                self.gone[each.id] = each.state
        lost = {each.person_id for each in after if each.state == "lost"}
        counted = {each.person_id for each in current if each.state != "no"}
        assert counted <= self.in_line, "somebody stands who took it back"
        assert self.in_line - counted <= lost, "somebody is lost"
        self.in_line = counted  # whoever let an offer end has left

    async def _offers_end_in_time(self, act: Act, each: Gathering, after: Sequence[Signup]) -> None:
        waiting = {one.subject_id: one for one in await reminders.waiting(act.tx) if one.kind == signing.OFFER_ENDS}
        assert set(waiting) == {signup.id for signup in after if signup.state == "offered"}
        for signup in after:
            offers = await act.tx.all(
                "SELECT 1 FROM audit WHERE deed = 'signup.offered' AND json_extract(detail, '$.signup') = ?", signup.id
            )
            assert len(offers) == signup.offers
            if signup.state == "offered":
                until = signup.offered_until
                assert until is not None and until == waiting[signup.id].due_at <= each.starts_at
                own = await telling.own_quiet_hours(act, signup)
                assert until == each.starts_at or quiet_until(until, OFFICE, own) is None

    async def _order_is_kept(
        self, act: Act, each: Gathering, room: Room, before: Sequence[Signup], after: Sequence[Signup]
    ) -> None:
        """Play the offers of this deed again: whoever was passed over found no places at that moment, or sleeps until the start."""
        known = {signup.id: signup.state for signup in before}
        if {signup.state for signup in before} & {"drawing"} and each.drawn_at == self.now:
            known |= {signup.id: "waiting" for signup in before if signup.state == "drawing"}
        new = [
            signup
            for signup in after
            if (signup.state == "offered" and known.get(signup.id) == "waiting")
            or (signup.state == "in" and known.get(signup.id) in (None, "waiting"))
        ]
        for signup in new:
            by_phone = signup.party * signup.by_phone
            room = replace(room, taken=room.taken - signup.party, taken_by_phone=room.taken_by_phone - by_phone)
        late = signing.after_deadline(act, each)
        for signup in after:  # in the order of the line
            if signup in new:
                assert places.fits(room, signup.party, by_phone=signup.by_phone, after_deadline=late)
                room = taking(room, Waiting(signup.id, signup.party, signup.by_phone))
            elif signup.state == "waiting" and not await self._sleeps_until_the_start(act, each, signup):
                assert not places.fits(room, signup.party, by_phone=signup.by_phone, after_deadline=late), "passed over"

    async def _sleeps_until_the_start(self, act: Act, each: Gathering, signup: Signup) -> bool:
        own = await telling.own_quiet_hours(act, signup)
        return (quiet_until(self.now, OFFICE, own) or self.now) >= each.starts_at


async def _played(each: dict[str, Any], deeds: Sequence[Deed], path: Path) -> Play:
    database = await open_database(path)
    play = Play(database, START)
    try:
        opens = {"opens_at": START, "deadline_at": STARTS - timedelta(days=2)}
        await play.begins(gathering(STAFF, **opens, **each))
        for deed in deeds:
            await play.does(deed)
        await play._passes(STARTS + timedelta(days=1))
    finally:
        await database.close()
    return play


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(KINDS, st.lists(SIGNS_UP, min_size=10, max_size=15), st.lists(DEEDS, min_size=20, max_size=50))
def test_nobody_is_lost_passed_over_or_offered_twice_whatever_people_do(
    each: dict[str, Any], crowd: list[Deed], deeds: list[Deed]
) -> None:
    with folder() as place:
        path = place / "yinling.db"
        path.write_bytes(filled())
        asyncio.run(_played(each, [*crowd, *deeds], path))

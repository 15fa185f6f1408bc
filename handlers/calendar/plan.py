"""Every push that the calendar makes in a range of days, and the reminder rows that make it happen.

`pushes` is a function of values, for whoever asks what will go out. `plan_ahead` writes the rows, again and again without harm: one that
fired stays fired, one that was stopped stays stopped, one that waits moves, and one that has lost its reason is forgotten.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from handlers import lunar
from handlers.act import Act
from handlers.calendar import coming, days, duties, people
from handlers.calendar.rules import AUDIENCES, Festival
from handlers.office import Office, day_in_words
from storage import gatherings, life_events, marks, quiet_hours, reminders
from storage import people as roster
from storage.database import Tx
from storage.gatherings import Gathering
from storage.life_events import LifeEvent
from storage.people import Person

PREPARE, GREET, BIRTHDAY, PARTY, AGE = "festival.prepare", "festival.greet", "birthday", "party.birthday", "age"
DUTY, TOMORROW = duties.KIND, "tomorrow"
KINDS = (PREPARE, GREET, BIRTHDAY, PARTY, AGE, DUTY, TOMORROW)
OF_PERSON = (BIRTHDAY, PARTY, AGE)  # their subject is the person
PLANNED = "calendar.planned"  # a mark: up to which day the rows are written
LONGEST_LEAD = timedelta(days=60)
GREETINGS_END = time(21)
AGE_USEFUL = timedelta(days=60)
EVENING = time(16, 30)
STAFF = "工作人员"


@dataclass(frozen=True, slots=True)
class Push:
    """One thing that goes out by itself."""

    at: datetime  # aware, in the office's zone
    kind: str
    name: str
    audience: str  # in words
    reason: str
    subject: int = 0
    round: int = 1


@dataclass(frozen=True, slots=True)
class Known:
    """What the pushes are computed from."""

    cadres: Sequence[Person]
    events: Mapping[int, Sequence[LifeEvent]]
    without_greetings: frozenset[int]
    gatherings: Sequence[Gathering] = ()

    def way(self, person: Person, day: date) -> people.Way:
        wants = person.id not in self.without_greetings
        return people.way(self.events.get(person.id, ()), day, wants_greetings=wants)

    @property
    def living(self) -> list[Person]:
        return [each for each in self.cadres if not people.is_deceased(self.events.get(each.id, ()))]


async def read_known(tx: Tx, *, since: datetime | None = None, until: datetime | None = None) -> Known:
    """Return what the database knows; with the gatherings that begin in [since, until) if both are given."""
    meetings = await gatherings.between(tx, since, until) if since and until else []
    return Known(
        await roster.cadres(tx),
        await life_events.of_everybody(tx),
        await quiet_hours.without_greetings(tx),
        [each for each in meetings if each.state == "planned"],
    )


# ── what goes out ───────────────────────────────────────────────────────────────────────────────────────────────────


def pushes(office: Office, known: Known, first: date, last: date) -> list[Push]:
    """Return everything that will go out on these days, both included, in order of time. Raises OutOfRange."""
    days.check_range(first, last)
    after = min(last + timedelta(days=1), lunar.LAST_DAY)  # the last evening's list is of the day after
    found = [*_of_the_calendar(office, known, first, after), *_duties(office, known, first, after)]
    found += [
        Push(each.at, each.kind, each.name, each.audience, each.reason, each.subject)
        for each in coming.pushes(office, known.gatherings, first, after)
    ]
    found += _evenings(office, {each.at.date() for each in found}, first, last)
    return sorted((each for each in found if first <= each.at.date() <= last), key=_order)


def _order(push: Push) -> tuple[datetime, int, str, int]:
    place = KINDS.index(push.kind.partition(":")[0]) if push.kind.partition(":")[0] in KINDS else len(KINDS)
    return push.at, place, push.kind, push.subject


def _of_the_calendar(office: Office, known: Known, first: date, last: date) -> Iterator[Push]:
    """Yield what festivals and people's days bring."""
    yield from _festivals(office, known, first, last)
    for person in known.living:
        yield from _birthdays(office, known, person, first, last)
        yield from _party_birthdays(office, known, person, first, last)
        yield from _ages(office, person, first, last)


def moment(office: Office, day: date, wall: time | None = None) -> datetime:
    """Return when greetings leave on a day, or that wall time of it."""
    return datetime.combine(day, wall or office.greetings.time, office.zone)


def lead_days(office: Office, festival_lead: int) -> int:
    return festival_lead or office.greetings.prepare_days


def _festivals(office: Office, known: Known, first: date, last: date) -> Iterator[Push]:
    southern = office.greetings.southern_xiaonian
    ends = min(last + LONGEST_LEAD, lunar.LAST_DAY)
    for each in days.occurrences(office.festivals, first, ends, southern=southern):
        festival = each.festival
        words = f"{festival.label}，{day_in_words(each.day)}"
        lead = timedelta(days=lead_days(office, festival.prepare_days))
        if festival.prepare and first <= each.day - lead <= last:
            at = moment(office, each.day - lead)
            reason = f"{words}，提前 {lead.days} 天准备"
            yield Push(at, f"{PREPARE}:{festival.key}", f"准备{festival.label}", STAFF, reason, each.year)
        ways = [known.way(person, each.day) for person in known.cadres if days.is_of(person, festival.audience)]
        count = sum(way in ("greet", "hospital") for way in ways)
        if festival.greeting and each.day <= last and count + ways.count("call"):
            audience = f"{AUDIENCES[festival.audience]} {count} 人"
            name = f"{festival.label}问候"
            yield Push(moment(office, each.day), f"{GREET}:{festival.key}", name, audience, words, each.year)


def _birthdays(office: Office, known: Known, person: Person, first: date, last: date) -> Iterator[Push]:
    for each in days.birthdays(person, first, last):
        if audience := _who_hears(known, person, each.day):
            name = birthday_name(person, each)
            yield Push(
                moment(office, each.day), BIRTHDAY, name, audience, birthday_reason(person, each), person.id, each.year
            )


def birthday_name(person: Person, birthday: days.Birthday) -> str:
    return f"{person.name} {birthday.age}岁生日{'（逢十）' if birthday.is_round else ''}"


def birthday_reason(person: Person, birthday: days.Birthday) -> str:
    by_moon = person.birthday_calendar == "lunar"
    when = f"农历{lunar.to_lunar(birthday.day).yearly.words}" if by_moon else "公历"
    return f"{day_in_words(birthday.day)}生日，按{when}过"


def _party_birthdays(office: Office, known: Known, person: Person, first: date, last: date) -> Iterator[Push]:
    for each in days.party_birthdays(person, first, last):
        if audience := _who_hears(known, person, each.day):
            reason = f"{person.joined_party} 入党" + ("" if each.exact else "，只知道年月，在 1 号说")
            name = f"{person.name} 政治生日，入党{each.years}年"
            yield Push(moment(office, each.day), PARTY, name, audience, reason, person.id, each.day.year)


def _who_hears(known: Known, person: Person, day: date) -> str | None:
    way = known.way(person, day)
    if way == "call":
        return f"{STAFF}（打电话）"
    return None if way == "nothing" else person.name


def _ages(office: Office, person: Person, first: date, last: date) -> Iterator[Push]:
    rules = office.greetings
    lead = timedelta(days=rules.ages_lead_days)
    for each in days.ages_reached(person, rules.ages, rules.ages_lead_days, first, last):
        reason = f"{day_in_words(each.day)}满 {each.age} 岁，提前 {rules.ages_lead_days} 天"
        yield Push(
            moment(office, each.day - lead), AGE, f"{person.name} 将满{each.age}岁", STAFF, reason, person.id, each.year
        )


def _duties(office: Office, known: Known, first: date, last: date) -> Iterator[Push]:
    branches = duties.branches_of(known.living)
    for period in duties.periods_to_check(office, first, last):
        missing = [each for each in duties.standings(office, known.gatherings, branches, period) if each.missing]
        if missing:
            labels = "、".join(dict.fromkeys(each.duty.label for each in missing))
            reason = f"{period.words}还缺：{labels}"
            name = f"{period.words}要办的会"
            yield Push(moment(office, period.check_on), f"{DUTY}:{period.per}", name, STAFF, reason, period.number)


def _evenings(office: Office, busy: set[date], first: date, last: date) -> Iterator[Push]:
    """Yield the list that staff get on the evening before each of the days on which something goes out."""
    for day in sorted(busy):
        before = day - timedelta(days=1)
        if first <= before <= last:
            reason = f"列出{day_in_words(day)}要发的"
            yield Push(moment(office, before, EVENING), TOMORROW, "明天要发的", STAFF, reason, before.toordinal())


# ── up to when it is of use ─────────────────────────────────────────────────────────────────────────────────────────


def useful_until(office: Office, kind: str, subject: int, due_at: datetime) -> datetime:
    """Return up to when a push of one of KINDS may be said: a greeting on its day only, preparation until the festival."""
    name, _, detail = kind.partition(":")
    day = office.today(due_at)
    if name == PREPARE:
        festival = festival_of(office, detail)
        ends = days.festival_day(festival, subject, southern=office.greetings.southern_xiaonian) if festival else day
        return moment(office, ends, time())
    if name == AGE:
        return due_at + AGE_USEFUL
    if name == DUTY:
        return moment(office, duties.numbered(detail, subject).last + timedelta(days=1), time())
    if name == TOMORROW:
        return moment(office, day + timedelta(days=1), time())
    return max(moment(office, day, GREETINGS_END), due_at + timedelta(hours=1))


def festival_of(office: Office, key: str) -> Festival | None:
    """Return the festival of this key, or None when config.toml has it no more."""
    return next((each for each in office.festivals if each.key == key), None)


# ── the rows ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _rows(office: Office, known: Known, first: date, last: date) -> list[Push]:
    """Return the rows of these days: those of the calendar, each duty's check, each evening's list; all look again when they fire."""
    found = list(_of_the_calendar(office, known, first, last))
    found += [
        Push(moment(office, each.check_on), f"{DUTY}:{each.per}", "", STAFF, "", each.number)
        for each in duties.periods_to_check(office, first, last)
    ]
    busy = {first + timedelta(days=number + 1) for number in range((last - first).days + 1)}
    return [*found, *_evenings(office, busy, first, last)]


async def plan_ahead(act: Act, days_ahead: int = 40) -> Mapping[str, int]:
    """Write the rows of the coming days, and of days that no run has seen; return how many were written and forgotten.

    Those whose time has come already are said as long as they are of use: somebody who joins ten days before turning 80 is told of.
    """
    mark = await marks.get(act.tx, PLANNED)
    seen = date.fromisoformat(mark) if mark else act.today
    begins = min(seen, act.today)
    last = min(act.today + timedelta(days=days_ahead), lunar.LAST_DAY)
    first = begins - LONGEST_LEAD
    rows = _rows(act.office, await read_known(act.tx), first, last)
    waiting = [each for kind in KINDS for each in await reminders.of_kind(act.tx, kind)]
    wanted = {(each.kind, each.subject, each.round) for each in rows}
    lost = [each.id for each in waiting if (each.kind, each.subject_id, each.round) not in wanted]
    present = {(each.kind, each.subject_id, each.round): each.due_at for each in waiting}
    written = 0
    for each in rows:
        if present.get((each.kind, each.subject, each.round)) != each.at and _may_still(act, each, begins):
            await reminders.set_due(act.tx, each.kind, each.subject, each.round, each.at)
            written += 1
    if lost:
        await reminders.forget(act.tx, lost)
    await marks.put(act.tx, PLANNED, last.isoformat())
    return {"planned": written, "forgotten": len(lost)}


def _may_still(act: Act, push: Push, begins: date) -> bool:
    """Tell whether a row is to be written: of a day that counts, or one whose lead began earlier and is still of use."""
    if push.at.date() >= begins:
        return True
    kind = push.kind.partition(":")[0]
    return kind in (PREPARE, AGE) and act.now <= useful_until(act.office, push.kind, push.subject, push.at)


async def forget_person(act: Act, person_id: int) -> None:
    """Forget what waits about somebody: at once, not only when the rows are next looked through."""
    await reminders.drop(act.tx, OF_PERSON, person_id)

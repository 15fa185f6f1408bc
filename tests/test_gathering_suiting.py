"""Whom a gathering suits: every condition by itself, age with births known in part, what comes first."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import Config
from bot.office import office_from
from handlers import lunar
from handlers.gatherings import suiting
from handlers.gatherings.suiting import ages, may_come, must_say_health, score, suits, to_tell
from handlers.lunar import LunarDate
from handlers.roster.dates import age_on
from storage import days_away, interests, life_events, people
from storage import suiting as facts_of
from storage.accounts import Role
from storage.days_away import DaysAway
from storage.gatherings import Audience, Gathering
from storage.suiting import Facts
from tests.conversation import Conversation, open_conversation

OFFICE = office_from(Config())
DAY = date(2026, 12, 1)
AT = datetime(2026, 12, 1, 2, tzinfo=UTC)  # ten in the morning at the office
WANG = Facts(1, "王老", 7, "第一支部", "1938-07-05", "solar", False, frozenset({"cadre"}), frozenset({"art"}))


def gathering(**changes: Any) -> Gathering:
    values: dict[str, Any] = {
        "title": "书画交流",
        "kind": "art",
        "starts_at": AT,
        "ends_at": AT + timedelta(hours=2),
        "place": "书画室",
        "opens_at": AT - timedelta(days=9),
        "deadline_at": AT - timedelta(days=1),
        "made_by": 3,
        "uid": "u",
        "seed": "s",
        "id": 1,
    }
    return Gathering(**(values | changes))


# ── the conditions ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_no_condition_is_for_every_cadre_and_for_nobody_else() -> None:
    assert suits(Audience(), WANG, DAY)
    assert not suits(Audience(), replace(WANG, roles=frozenset({"relative"})), DAY)
    assert not suits(Audience(), replace(WANG, roles=frozenset({"staff", "leader"})), DAY)
    assert suits(Audience(), replace(WANG, roles=frozenset({"staff", "cadre"})), DAY)


@pytest.mark.parametrize(
    ("fits", "fails"),
    [
        (Audience(units=(7, 8)), Audience(units=(8,))),
        (Audience(branches=("第一支部",)), Audience(branches=("第二支部", "第三支部"))),
        (Audience(interests=("song", "art")), Audience(interests=("song",))),
        (Audience(roles=("cadre", "staff")), Audience(roles=("staff",))),
        (Audience(youngest=88), Audience(youngest=89)),
        (Audience(oldest=88), Audience(oldest=87)),
    ],
)
def test_each_condition_that_is_set_must_hold(fits: Audience, fails: Audience) -> None:
    assert suits(fits, WANG, DAY)
    assert not suits(fails, WANG, DAY)


def test_all_conditions_together_must_hold() -> None:
    both = Audience(units=(7,), interests=("art",))
    assert suits(both, WANG, DAY)
    assert not suits(both, replace(WANG, unit_id=8), DAY)
    assert not suits(both, replace(WANG, interests=frozenset()), DAY)


def test_who_has_died_is_suited_by_nothing() -> None:
    assert not suits(Audience(), replace(WANG, deceased=True), DAY)


def test_a_branch_meeting_is_for_the_branch_unless_its_audience_names_branches() -> None:
    other = replace(WANG, branch="第二支部")
    own = gathering(kind="general", branch="第一支部")
    assert may_come(OFFICE, own, WANG)
    assert not may_come(OFFICE, own, other)
    assert not may_come(OFFICE, own, replace(WANG, branch=None))
    joint = replace(own, audience=Audience(branches=("第一支部", "第二支部")))
    assert may_come(OFFICE, joint, WANG)
    assert may_come(OFFICE, joint, other)


def test_who_is_away_on_the_day_hears_nothing_of_it() -> None:
    def away(first: date, last: date) -> Facts:
        return replace(WANG, away=(DaysAway(1, 1, first, last),))

    assert to_tell(OFFICE, gathering(), [WANG]) == [1]
    assert to_tell(OFFICE, gathering(), [away(DAY, DAY)]) == []
    assert to_tell(OFFICE, gathering(), [away(date(2026, 11, 1), DAY)]) == []
    assert to_tell(OFFICE, gathering(), [away(date(2026, 11, 1), date(2026, 11, 30))]) == [1]
    assert to_tell(OFFICE, gathering(), [away(date(2026, 12, 2), date(2026, 12, 9))]) == [1]


def test_the_day_is_the_one_on_the_offices_wall() -> None:
    late = gathering(starts_at=datetime(2026, 11, 30, 17, tzinfo=UTC))  # one in the morning of 1 December
    assert suiting.day_of(OFFICE, late) == DAY


# ── age ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

BIRTHS = st.dates(date(1905, 1, 1), date(1976, 12, 31))
DAYS = st.dates(date(2026, 1, 1), date(2036, 12, 31))
LIMITS = st.none() | st.integers(45, 110)


def parts(birth: date) -> list[str]:
    """All ways of knowing this birth."""
    return [f"{birth:%Y}", f"{birth:%Y-%m}", f"{birth:%Y-%m-%d}"]


@given(BIRTHS, DAYS, LIMITS, LIMITS)
def test_a_birth_known_in_part_never_keeps_out_who_is_of_that_age(
    birth: date, day: date, youngest: int | None, oldest: int | None
) -> None:
    audience = Audience(youngest=youngest, oldest=oldest)
    true_age = age_on(day, birth)
    inside = (youngest is None or true_age >= youngest) and (oldest is None or true_age <= oldest)
    assert suits(audience, replace(WANG, birth=f"{birth:%Y-%m-%d}"), day) == inside
    if inside:
        assert all(suits(audience, replace(WANG, birth=each), day) for each in [*parts(birth), None])


@given(BIRTHS, DAYS)
def test_less_known_of_a_birth_leaves_more_ages_open_and_never_more_than_a_year(birth: date, day: date) -> None:
    year, month, exact = (ages(each, "solar", day) or (0, 0) for each in parts(birth))
    assert exact == (age_on(day, birth), age_on(day, birth))
    assert year[0] <= month[0] <= exact[0] == exact[1] <= month[1] <= year[1]
    assert year[1] - year[0] <= 1


@given(st.dates(date(1905, 1, 1), date(1976, 12, 31)), DAYS)
def test_a_birth_in_the_lunar_calendar_never_keeps_out_who_is_of_that_age(birth: date, day: date) -> None:
    written: LunarDate = lunar.to_lunar(birth)
    text = f"{written.year}-{written.month:02d}-{written.day:02d}"
    for each in (text, text[:7], text[:4]):
        lowest, highest = ages(each, "lunar", day) or (0, 0)
        assert lowest <= age_on(day, birth) <= highest


@pytest.mark.parametrize("birth", ["1936-02-30", "1936-02", "1936-02-29"])
def test_a_day_that_only_the_lunar_calendar_has_is_a_birth_too(birth: str) -> None:
    assert suits(Audience(youngest=70), replace(WANG, birth=birth, birthday_calendar="lunar"), DAY)


def test_nothing_known_of_the_birth_admits() -> None:
    assert suits(Audience(youngest=80, oldest=90), replace(WANG, birth=None), DAY)
    assert ages(None, "solar", DAY) is None


@pytest.mark.parametrize(
    ("born", "asked"), [("1946-12-01", True), ("1946-12-02", False), ("1946", True), (None, False)]
)
def test_health_is_asked_from_80_on_at_activities(born: str | None, asked: bool) -> None:
    facts = replace(WANG, birth=born)
    assert must_say_health(OFFICE, gathering(), facts) == asked
    assert must_say_health(OFFICE, gathering(kind="lesson"), facts) == asked
    assert not must_say_health(OFFICE, gathering(kind="situation"), facts)
    assert must_say_health(OFFICE, gathering(kind="outing"), facts)
    assert must_say_health(OFFICE, gathering(kind="situation", asks=("health",)), facts)


# ── what suits better ───────────────────────────────────────────────────────────────────────────────────────────────


def test_the_own_branch_comes_before_what_one_likes_and_that_before_the_own_unit() -> None:
    branch = gathering(kind="general", branch="第一支部")
    liked = gathering()
    unit = gathering(kind="chess", audience=Audience(units=(7,)))
    plain = gathering(kind="chess")
    assert score(branch, WANG) > score(liked, WANG) > score(unit, WANG) > score(plain, WANG) == 0


REASONS = st.tuples(st.booleans(), st.booleans(), st.booleans())


@given(REASONS, REASONS)
def test_a_better_reason_outweighs_all_lesser_ones(
    first: tuple[bool, bool, bool], second: tuple[bool, bool, bool]
) -> None:
    def of(branch: bool, liked: bool, unit: bool) -> int:
        audience = Audience(units=(7,) if unit else ())
        kind = "art" if liked else "chess"
        return score(gathering(kind=kind, branch="第一支部" if branch else None, audience=audience), WANG)

    assert (of(*first) > of(*second)) == (first > second)


# ── what is read ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Conversation]:
    async with open_conversation(tmp_path / "yinling.db") as opened:
        yield opened


async def test_the_facts_of_a_person_are_read_together(talk: Conversation) -> None:
    async with talk.database.write() as tx:
        person = await people.by_id(tx, talk.ids["王老"])
        known = replace(person, birth="1938-07", birthday_calendar="lunar", branch="第一支部")
        await people.change(tx, known, talk.clock())
        await people.give_role(tx, person.id, Role("leader", None))
        await interests.put(tx, person.id, ["song", "art", "song"])
        await days_away.add(tx, person.id, DAY, DAY, talk.clock())
        [facts] = await facts_of.of_persons(tx, [person.id])
        everybody = await facts_of.everybody(tx)
    assert (facts.name, facts.unit_id, facts.branch) == ("王老", person.unit_id, "第一支部")
    assert (facts.birth, facts.birthday_calendar, facts.deceased) == ("1938-07", "lunar", False)
    assert facts.roles == frozenset({"cadre", "leader"})
    assert facts.interests == frozenset({"song", "art"})
    assert [(each.from_on, each.until_on) for each in facts.away] == [(DAY, DAY)]
    assert facts in everybody
    assert {each.name for each in everybody} == {"王老", "小李", "赵科", "钱局"}


async def test_who_has_died_or_left_the_roster_is_told_nothing(talk: Conversation) -> None:
    chen, wu = talk.ids["王老"], (await talk.joins("吴老", "cadre")).name
    async with talk.database.write() as tx:
        assert len(to_tell(OFFICE, gathering(), await facts_of.everybody(tx))) == 2
        await life_events.add(tx, chen, "deceased", DAY, "", None, talk.clock())
        assert to_tell(OFFICE, gathering(), await facts_of.everybody(tx)) == [talk.ids[wu]]
        await people.set_active(tx, talk.ids[wu], False, talk.clock())
        assert to_tell(OFFICE, gathering(), await facts_of.everybody(tx)) == []


async def test_interests_are_replaced_as_a_whole(talk: Conversation) -> None:
    async with talk.database.write() as tx:
        await interests.put(tx, talk.ids["王老"], ["song", "art"])
        await interests.put(tx, talk.ids["王老"], ["chess"])
        assert await interests.of_person(tx, talk.ids["王老"]) == ("chess",)
        await interests.put(tx, talk.ids["王老"], [])
        assert await interests.of_person(tx, talk.ids["王老"]) == ()


async def test_days_away_that_are_over_are_not_looked_at_and_coming_back_ends_the_others(talk: Conversation) -> None:
    wang = talk.ids["王老"]
    async with talk.database.write() as tx:
        await days_away.add(tx, wang, date(2026, 11, 1), date(2026, 11, 9), talk.clock())
        await days_away.add(tx, wang, date(2026, 11, 30), date(2026, 12, 9), talk.clock())
        assert [each.until_on for each in await days_away.of_person(tx, wang, DAY)] == [date(2026, 12, 9)]
        assert await days_away.drop(tx, wang, DAY) == 1
        assert await days_away.of_person(tx, wang, DAY) == []
        assert len(await days_away.of_person(tx, wang, date(2026, 11, 1))) == 1

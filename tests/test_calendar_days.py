"""On which days festivals and people's days fall: known dates, and a second library's opinion of three years."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from typing import NamedTuple

import pytest
from lunar_python import Solar

from handlers.calendar.days import (
    Birthday,
    ages_reached,
    birthdays,
    festival_day,
    is_of,
    occurrences,
    party_birthdays,
    read_rule,
)
from handlers.calendar.people import in_hospital, is_bereaved, way
from handlers.calendar.rules import FESTIVALS, Festival
from handlers.lunar import OutOfRange
from storage.life_events import LifeEvent
from storage.people import Person

FIRST, LAST = date(2026, 1, 1), date(2028, 12, 31)
WHOLE = (date(2026, 1, 1), date(2026, 12, 31))


def every_day(first: date = FIRST, last: date = LAST) -> Iterator[date]:
    return (first + timedelta(days=number) for number in range((last - first).days + 1))


def named(key: str) -> Festival:
    return next(each for each in FESTIVALS if each.key == key)


def born(birth: str, calendar: str = "solar", leap: bool = False) -> Person:
    return Person("王老", birth=birth, birthday_calendar=calendar, birth_leap="闰" if leap else None)


def days_of(person: Person, first: date = FIRST, last: date = LAST) -> list[date]:
    return [each.day for each in birthdays(person, first, last)]


# ── festivals ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("key", "year", "day"),
    [
        ("laba", 2026, date(2027, 1, 15)),
        ("xiaonian", 2026, date(2027, 1, 30)),
        ("new_years_eve", 2026, date(2027, 2, 5)),
        ("spring_festival", 2027, date(2027, 2, 6)),
        ("lantern", 2027, date(2027, 2, 20)),
        ("qingming", 2027, date(2027, 4, 5)),
        ("dragon_boat", 2027, date(2027, 6, 9)),
        ("mid_autumn", 2027, date(2027, 9, 15)),
        ("chongyang", 2027, date(2027, 10, 8)),
        ("winter_solstice", 2027, date(2027, 12, 22)),
        ("spring_festival", 2028, date(2028, 1, 26)),
        ("national", 2027, date(2027, 10, 1)),
        ("women", 2027, date(2027, 3, 8)),
    ],
)
def test_the_festivals_fall_on_the_known_days(key: str, year: int, day: date) -> None:
    assert festival_day(named(key), year) == day


def test_the_little_new_year_of_the_south_is_a_day_later() -> None:
    assert festival_day(named("xiaonian"), 2026, southern=True) == date(2027, 1, 31)


class Second(NamedTuple):
    """What lunar_python says of a day."""

    year: int
    month: int  # negative: a leap month
    day: int
    term: str


@cache
def second(day: date) -> Second:
    moon = Solar.fromYmd(day.year, day.month, day.day).getLunar()
    return Second(moon.getYear(), moon.getMonth(), moon.getDay(), moon.getJieQi())


def opinion(day: date) -> set[str]:
    """What lunar_python says that a day is, in our keys."""
    moon, tomorrow = second(day), second(day + timedelta(days=1))
    lunar_days = {
        **{(1, 1): "spring_festival", (1, 15): "lantern", (5, 5): "dragon_boat", (7, 15): "zhongyuan"},
        **{(8, 15): "mid_autumn", (9, 9): "chongyang", (12, 8): "laba", (12, 23): "xiaonian"},
    }
    solar_days = {
        **{(1, 1): "new_year", (3, 8): "women", (5, 1): "labour", (7, 1): "party"},
        **{(8, 1): "army", (9, 10): "teachers", (10, 1): "national"},
    }
    found = {lunar_days.get((moon.month, moon.day)), solar_days.get((day.month, day.day))}
    found.add("new_years_eve" if (tomorrow.month, tomorrow.day) == (1, 1) else None)
    found.add({"清明": "qingming", "冬至": "winter_solstice"}.get(moon.term))
    return {each for each in found if each}


def test_three_years_of_festivals_are_those_of_a_second_library() -> None:
    ours = {(each.day, each.festival.key) for each in occurrences(FESTIVALS, FIRST, LAST)}
    assert ours == {(day, key) for day in every_day() for key in opinion(day)}
    assert len(ours) > 50


def test_a_western_year_may_have_a_lunar_festival_twice_and_each_is_of_another_lunar_year() -> None:
    found = occurrences([named("laba")], date(2022, 1, 1), date(2022, 12, 31))
    assert [(each.day, each.year) for each in found] == [(date(2022, 1, 10), 2021), (date(2022, 12, 30), 2022)]


def test_beyond_the_tables_is_an_error_and_no_guess() -> None:
    assert [each.festival.key for each in occurrences(FESTIVALS, date(2056, 12, 1), date(2056, 12, 31))] == [
        "winter_solstice"
    ]
    with pytest.raises(OutOfRange):
        occurrences(FESTIVALS, date(2056, 12, 1), date(2057, 1, 1))
    with pytest.raises(OutOfRange):
        birthdays(born("1938-07-05"), date(2056, 12, 1), date(2057, 7, 5))


@pytest.mark.parametrize("wrong", ["", "10-01", "公历 2-01", "公历 02-29", "公历 13-01", "农历 08-31", "节气 中秋"])
def test_what_is_no_day_of_every_year_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"not a day|day is out|month must"):
        read_rule(wrong)


# ── birthdays ───────────────────────────────────────────────────────────────────────────────────────────────────────


def kept_on(month: int, day: int, leap: bool, today: date) -> bool:
    """What lunar_python and the rule say: 闰月生，逢闰过闰月，无闰过平月；三十生，小月过廿九."""
    moon, tomorrow = second(today), second(today + timedelta(days=1))
    twice = {2025: 6, 2028: 5}.get(moon.year) == month
    if moon.month != (-month if leap and twice else month):
        return False
    ends_early = day == 30 and moon.day == 29 and tomorrow.month != moon.month
    return bool(moon.day == day or ends_early)


@pytest.mark.parametrize(
    ("month", "day", "leap"),
    [(1, 1, False), (5, 5, False), (5, 30, False), (5, 5, True), (5, 30, True), (6, 12, True), (12, 8, False)]
    + [(month, 30, False) for month in (1, 3, 8, 11, 12)],
)
def test_three_years_of_lunar_birthdays_are_those_of_a_second_library(month: int, day: int, leap: bool) -> None:
    person = born(f"1938-{month:02}-{day:02}", "lunar", leap)
    assert days_of(person) == [each for each in every_day() if kept_on(month, day, leap, each)]


def test_a_birthday_is_kept_by_the_calendar_that_the_person_wishes() -> None:
    assert days_of(born("1938-07-05"), *WHOLE) == [date(2026, 7, 5)]
    assert days_of(born("1938-07-05", "lunar"), *WHOLE) == [date(2026, 8, 17)]


@pytest.mark.parametrize("birth", ["1938", "1938-07"])
def test_who_has_no_whole_date_of_birth_has_no_birthday(birth: str) -> None:
    assert days_of(born(birth)) == []
    assert days_of(Person("王老")) == []


def test_the_29_february_is_kept_on_the_28th_in_a_common_year() -> None:
    assert days_of(born("1940-02-29")) == [date(2026, 2, 28), date(2027, 2, 28), date(2028, 2, 29)]


def test_round_birthdays_are_known_from_sixty_on() -> None:
    [ninety] = birthdays(born("1936-05-01"), *WHOLE)
    assert ninety == Birthday(date(2026, 5, 1), 90, 2026)
    assert ninety.is_round
    assert not birthdays(born("1937-05-01"), *WHOLE)[0].is_round
    assert not birthdays(born("1976-05-01"), *WHOLE)[0].is_round


def test_staff_hear_of_an_age_so_many_days_ahead_also_over_the_turn_of_the_year() -> None:
    person = born("1947-01-10")
    assert list(ages_reached(person, (80,), 30, date(2026, 12, 11), date(2026, 12, 11))) == [
        Birthday(date(2027, 1, 10), 80, 2027)
    ]
    assert list(ages_reached(person, (90,), 30, *WHOLE)) == []


# ── 政治生日 ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_day_of_joining_the_party_comes_every_year_and_a_month_is_enough() -> None:
    [exact] = party_birthdays(Person("王老", joined_party="1960-07-05"), *WHOLE)
    [month] = party_birthdays(Person("王老", joined_party="1960-07"), *WHOLE)
    assert (exact.day, exact.years, exact.exact) == (date(2026, 7, 5), 66, True)
    assert (month.day, month.years, month.exact) == (date(2026, 7, 1), 66, False)
    assert party_birthdays(Person("王老", joined_party="1960"), *WHOLE) == []
    assert party_birthdays(Person("王老"), *WHOLE) == []


def test_the_first_one_is_a_year_after_joining() -> None:
    assert party_birthdays(Person("王老", joined_party="2026-03-01"), *WHOLE) == []


# ── who is meant ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_festival_of_women_or_of_the_party_is_for_them() -> None:
    woman, member = Person("李老", sex="女"), Person("王老", sex="男", political_status="中共党员")
    assert [is_of(woman, each) for each in ("all", "women", "party")] == [True, True, False]
    assert [is_of(member, each) for each in ("all", "women", "party")] == [True, False, True]
    assert is_of(Person("张老", joined_party="1960"), "party")


def event(kind: str, from_on: date, until_on: date | None = None) -> LifeEvent:
    return LifeEvent(1, 1, "王老", kind, from_on, until_on, "")


def test_nothing_is_ever_said_to_the_dead_whatever_else_was_entered() -> None:
    dead = [event("hospital", FIRST), event("deceased", LAST)]
    assert way(dead, FIRST, wants_greetings=True) == "nothing"
    assert way([], FIRST, wants_greetings=False) == "nothing"
    assert way([], FIRST, wants_greetings=True) == "greet"


def test_mourning_lasts_a_year_and_a_stay_in_hospital_until_it_ends() -> None:
    mourns, ill = [event("bereaved", date(2026, 3, 1))], [event("hospital", date(2026, 3, 1), date(2026, 3, 9))]
    mourning = [is_bereaved(mourns, day) for day in (date(2026, 2, 28), date(2026, 3, 1), date(2027, 2, 28))]
    assert mourning == [False, True, True]
    assert not is_bereaved(mourns, date(2027, 3, 1))
    assert [in_hospital(ill, date(2026, 3, day)) for day in (1, 9, 10)] == [True, True, False]
    assert is_bereaved([event("bereaved", date(2028, 2, 29))], date(2029, 2, 28))
    assert way([*mourns, *ill], date(2026, 3, 5), wants_greetings=True) == "call"
    assert way(ill, date(2026, 3, 5), wants_greetings=True) == "hospital"

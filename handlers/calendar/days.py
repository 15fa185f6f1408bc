"""On which days festivals, birthdays, 政治生日 and the 高龄 thresholds fall. Functions of values; they touch nothing.

Whoever asks for days beyond what the lunar tables know hears so (`handlers.lunar.OutOfRange`): nothing here is a guess.
Somebody born on 29 February keeps the birthday on the 28th in a common year. Ages are those that a person completes: 周岁.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from handlers import lunar
from handlers.calendar.rules import Festival
from handlers.lunar import LunarDay, OutOfRange
from storage.people import Person

NEW_YEARS_EVE = LunarDay(12, 30)  # 廿九 where 腊月 has no more days
LITTLE_NEW_YEAR = LunarDay(12, 23)
FIRST_ROUND_AGE = 60


def check_range(first: date, last: date) -> None:
    """Raises OutOfRange when the lunar tables do not reach over all these days."""
    lunar.to_lunar(first)
    lunar.to_lunar(last)


# ── festivals ───────────────────────────────────────────────────────────────────────────────────────────────────────


@cache
def read_rule(text: str) -> LunarDay | tuple[int, int] | str:
    """Return a festival's rule as a day of the lunar year, (month, day) of the western one, '小年', or the name of a solar term.

    Raises ValueError for what is none.
    """
    kind, _, rest = text.partition(" ")
    if kind == "节气" and rest in lunar.SOLAR_TERMS:
        return rest
    if kind == "农历" and rest == "小年":
        return rest
    if kind == "农历" and rest == "除夕":
        return NEW_YEARS_EVE
    match = re.fullmatch(r"(\d\d)-(\d\d)", rest)
    if match is None or kind not in ("公历", "农历"):
        raise ValueError(f"not a day: {text!r}")
    month, day = int(match[1]), int(match[2])
    if kind == "公历":
        date(2001, month, day)  # a common year: 29 February does not come every year
        return month, day
    if not (1 <= month <= len(lunar.MONTHS) and 1 <= day <= lunar.LONGEST_MONTH):
        raise ValueError(f"not a day: {text!r}")
    return LunarDay(month, day)


def is_lunar(festival: Festival) -> bool:
    """Tell whether the festival's years are lunar ones: 腊八 of 2026 falls in January 2027."""
    rule = read_rule(festival.day)
    return isinstance(rule, LunarDay) or rule == "小年"


def festival_day(festival: Festival, year: int, *, southern: bool = False) -> date:
    """Return the day of a festival in this year, which is a lunar one if `is_lunar`. Raises OutOfRange."""
    rule = read_rule(festival.day)
    if rule == "小年":
        rule = lunar.SOUTHERN_LITTLE_NEW_YEAR if southern else LITTLE_NEW_YEAR
    if isinstance(rule, LunarDay):
        return lunar.birthday_in(rule, year)
    if isinstance(rule, str):
        return lunar.solar_term(year, rule)
    return date(year, *rule)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A festival's day. `year` is the festival's own: each has one a year, also when two 腊八 fall in one western year."""

    day: date
    festival: Festival
    year: int


def occurrences(festivals: Sequence[Festival], first: date, last: date, *, southern: bool = False) -> list[Occurrence]:
    """Return what falls on these days, both included, in order of time. Raises OutOfRange."""
    check_range(first, last)
    found = []
    for each in festivals:
        for year in _years(first, last, by_moon=is_lunar(each)):
            with suppress(OutOfRange):  # 腊八 of the last year known: it lies after `last`
                day = festival_day(each, year, southern=southern)
                if first <= day <= last:
                    found.append(Occurrence(day, each, year))
    return sorted(found, key=lambda each: each.day)


def _years(first: date, last: date, *, by_moon: bool) -> range:
    if by_moon:
        return range(lunar.to_lunar(first).year, lunar.to_lunar(last).year + 1)
    return range(first.year, last.year + 1)


# ── people ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Birthday:
    """A birthday. `year` is one of the person's own calendar: each year has one."""

    day: date
    age: int
    year: int

    @property
    def is_round(self) -> bool:
        """Tell whether it is one of those that are celebrated: 逢十, from 60 on."""
        return self.age >= FIRST_ROUND_AGE and self.age % 10 == 0


def birthdays(person: Person, first: date, last: date) -> list[Birthday]:
    """Return the birthdays on these days, by the calendar the person wishes; none when the roster has no whole date.

    Raises OutOfRange.
    """
    check_range(first, last)
    born = _whole_date(person.birth)
    if born is None:
        return []
    by_moon = person.birthday_calendar == "lunar"
    found = []
    for year in _years(first, last, by_moon=by_moon):
        with suppress(OutOfRange):  # the last year known ends after `last`
            day = _lunar_birthday(person, born, year) if by_moon else _yearly(born[1], born[2], year)
            if first <= day <= last and year > born[0]:
                found.append(Birthday(day, year - born[0], year))
    return found


def _lunar_birthday(person: Person, born: tuple[int, int, int], year: int) -> date:
    return lunar.birthday_in(LunarDay(born[1], born[2], leap=bool(person.birth_leap)), year)


def _yearly(month: int, day: int, year: int) -> date:
    """Return that day of a western year; 28 February for the 29th in a common one."""
    try:
        return date(year, month, day)
    except ValueError:
        return date(year, 2, 28)


def _whole_date(text: str | None) -> tuple[int, int, int] | None:
    parts = [int(each) for each in text.split("-")] if text else []
    return (parts[0], parts[1], parts[2]) if len(parts) == 3 else None


@dataclass(frozen=True, slots=True)
class PartyBirthday:
    day: date
    years: int
    exact: bool  # False: the roster knows the month only, and this is its first day


def party_birthdays(person: Person, first: date, last: date) -> list[PartyBirthday]:
    """Return the 政治生日 on these days; none when the roster knows no more than the year."""
    parts = [int(each) for each in person.joined_party.split("-")] if person.joined_party else []
    if len(parts) < 2:
        return []
    exact = len(parts) == 3
    found = []
    for year in range(max(first.year, parts[0] + 1), last.year + 1):
        day = _yearly(parts[1], parts[2] if exact else 1, year)
        if first <= day <= last:
            found.append(PartyBirthday(day, year - parts[0], exact))
    return found


def ages_reached(person: Person, ages: Sequence[int], lead_days: int, first: date, last: date) -> Iterator[Birthday]:
    """Yield the birthdays with these ages of which staff must hear on these days, so many days ahead. Raises OutOfRange."""
    lead = timedelta(days=lead_days)
    ends = min(last + lead, lunar.LAST_DAY)  # what comes later nobody can tell
    yield from (each for each in birthdays(person, min(first + lead, ends), ends) if each.age in ages)


def is_of(person: Person, audience: str) -> bool:
    """Tell whether somebody belongs to an audience of a festival."""
    if audience == "women":
        return person.sex == "女"
    if audience == "party":
        return person.joined_party is not None or "党员" in (person.political_status or "")
    return True

"""On which days a series or a course is held. Functions of values, all in order of time."""

from collections.abc import Container
from datetime import date, timedelta

from handlers import lunar

MOST_TIMES = 52
NEW_MOON, FULL_MOON = 1, 15


def every(first: date, days: int, times: int) -> list[date]:
    """Return a day every so many days."""
    return [first + timedelta(days=days * each) for each in range(times)]


def every_lunar_month(first: date, times: int) -> list[date]:
    """Return the same day of every lunar month, leap months as well: of a month without a day 30 its last. Raises OutOfRange."""
    wanted = lunar.to_lunar(first).day
    days, day = [first], first
    while len(days) < times:
        here = lunar.to_lunar(day)
        begins = day + timedelta(days=lunar.days_in(here.year, here.month, here.leap) - here.day + 1)
        there = lunar.to_lunar(begins)
        day = begins + timedelta(days=min(wanted, lunar.days_in(there.year, there.month, there.leap)) - 1)
        days.append(day)
    return days


def every_new_and_full_moon(first: date, times: int) -> list[date]:
    """Return each 初一 and 十五 from a day on, that day included if it is one. Raises OutOfRange."""
    days: list[date] = []
    day = first
    while len(days) < times:
        if lunar.to_lunar(day).day in (NEW_MOON, FULL_MOON):
            days.append(day)
        day += timedelta(days=1)
    return days


def lessons(first: date, days: int, times: int, holidays: Container[date]) -> tuple[list[date], list[date]]:
    """Return (so many days on which there is a lesson, the days passed over because they are free), both in order."""
    held: list[date] = []
    skipped: list[date] = []
    day = first
    while len(held) < times and len(skipped) < MOST_TIMES:
        (skipped if day in holidays else held).append(day)
        day += timedelta(days=days)
    return held, skipped

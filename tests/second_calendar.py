"""The Chinese calendar as lunar_python computes it: a second opinion on what handlers/lunar.py looks up in borax's tables."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache

from lunar_python import LunarYear, Solar

from handlers.lunar import LunarDate

DAY = timedelta(days=1)


def western(solar: Solar) -> date:
    return date(solar.getYear(), solar.getMonth(), solar.getDay())


@cache
def their_months(year: int) -> tuple[tuple[int, bool, date, int], ...]:
    """Month, leap or not, first day and length of each month of a lunar year."""
    months = [each for each in LunarYear.fromYear(year).getMonths() if each.getYear() == year]
    firsts = [western(Solar.fromJulianDay(each.getFirstJulianDay())) for each in months]
    return tuple(
        (abs(each.getMonth()), each.getMonth() < 0, first, each.getDayCount())
        for each, first in zip(months, firsts, strict=True)
    )


def their_days(year: int) -> Iterator[tuple[LunarDate, date]]:
    for month, leap, first, length in their_months(year):
        yield from ((LunarDate(year, month, number + 1, leap), first + DAY * number) for number in range(length))


@cache
def their_days_by_name(year: int) -> dict[tuple[int, int, bool], date]:
    return {(lunar.month, lunar.day, lunar.leap): day for lunar, day in their_days(year)}

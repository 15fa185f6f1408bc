"""The official list of a year: holidays and, in exchange, weekends on which offices work. It wins over config.toml."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from storage.database import Tx

FORGET_YEAR = "DELETE FROM adjusted_days WHERE day >= ? AND day < ?"
ADD = "INSERT INTO adjusted_days (day, works, name) VALUES (?, ?, ?)"
ALL_DAYS = "SELECT day, works FROM adjusted_days"
OF_YEAR = "SELECT day, works, name FROM adjusted_days WHERE day >= ? AND day < ? ORDER BY day"


@dataclass(frozen=True, slots=True)
class AdjustedDay:
    day: date
    works: bool  # the office works on it; False: it is free
    name: str  # '国庆节'; '' when the list gave none


async def replace_year(tx: Tx, year: int, days: Mapping[date, AdjustedDay]) -> int:
    """Make `days` all that is known of that year, and return how many they are. Raises ValueError for a day of another year."""
    if any(day.year != year for day in days):
        raise ValueError(f"not only days of {year}")
    await tx.run(FORGET_YEAR, *_bounds(year))
    await tx.run_many(ADD, [(day.isoformat(), int(each.works), each.name) for day, each in sorted(days.items())])
    return len(days)


async def all_days(tx: Tx) -> dict[date, bool]:
    """Return every day of every list: True the office works, False it is free."""
    return {date.fromisoformat(day): bool(works) for day, works in await tx.all(ALL_DAYS)}


async def of_year(tx: Tx, year: int) -> list[AdjustedDay]:
    """Return the days of one year in their order."""
    rows = await tx.all(OF_YEAR, *_bounds(year))
    return [AdjustedDay(date.fromisoformat(day), bool(works), name) for day, works, name in rows]


def _bounds(year: int) -> tuple[str, str]:
    return f"{year:04d}-01-01", f"{year + 1:04d}-01-01"

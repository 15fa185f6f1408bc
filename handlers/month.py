"""A month, as people write it and as the office's wall calendar bounds it."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

FIRST_YEAR, LAST_YEAR = 2000, 2100
MONTH = re.compile(r"\s*(\d{4})\s*[-‐–—−./年]\s*(\d{1,2})\s*月?\s*")


@dataclass(frozen=True, slots=True, order=True)
class Month:
    year: int
    number: int

    def __str__(self) -> str:
        return f"{self.year}-{self.number:02d}"

    @property
    def words(self) -> str:
        return f"{self.year}年{self.number}月"

    def next(self) -> "Month":
        return Month(self.year + self.number // 12, self.number % 12 + 1)

    def start(self, zone: ZoneInfo) -> datetime:
        """Return the first moment of the month on the wall of this zone."""
        return datetime.combine(date(self.year, self.number, 1), time(), zone)


def month_of(day: date) -> Month:
    return Month(day.year, day.month)


def read_month(text: str) -> Month:
    """Return the month that somebody means: 2026-11, ２０２６-11, 2026.11, 2026年11月. Raises ValueError for anything else."""
    match = MONTH.fullmatch(unicodedata.normalize("NFKC", text))
    if match is None:
        raise ValueError(f"not a month: {text!r}")
    month = Month(int(match[1]), int(match[2]))
    if not (FIRST_YEAR <= month.year <= LAST_YEAR and 1 <= month.number <= 12):
        raise ValueError(f"no such month: {text!r}")
    return month

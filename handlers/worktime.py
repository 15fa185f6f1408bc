"""The office's working time: which days it works, in which hours, and how much of it lies between two moments.

Everything here is a function of values. Moments are aware; those returned are UTC. Hours are counted on the office's
wall clock, each period with its start and without its end: at 12:00 sharp the morning is over.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
MOST_FREE_DAYS = 400  # in a row; an office that is closed for longer has no working days at all


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    work_days: frozenset[int]  # ISO weekdays, 1 Monday ... 7 Sunday
    holidays: frozenset[date]
    extra_work_days: frozenset[date]  # 调休: working Saturdays and Sundays
    periods: tuple[tuple[time, time], ...]  # wall times of a working day, ascending, not overlapping
    zone: ZoneInfo

    def __post_init__(self) -> None:
        """Raises ValueError for hours in which nobody ever works: looking for a working moment would never end."""
        if self.minutes_per_day <= 0:
            raise ValueError("a working day needs working hours")

    @property
    def minutes_per_day(self) -> int:
        """Return how many minutes a working day has, breaks not counted."""
        return sum((_length(*each) for each in self.periods), timedelta()) // MINUTE

    def knows_year(self, year: int) -> bool:
        """Tell whether the list reaches into that year. If not, the fallback: only weekends are known to be free."""
        return any(day.year == year for day in self.holidays)

    def is_work_day(self, day: date) -> bool:
        """Tell whether the office works on that day."""
        if day in self.extra_work_days:
            return True
        return day.isoweekday() in self.work_days and day not in self.holidays

    def after(self, start: date, working_days: int) -> date:
        """Return the working day that is `working_days` working days after `start`, which itself does not count.

        With 0: `start`. Raises ValueError when the office never works.
        """
        days = [start, *islice(self._work_days_from(start + DAY), working_days)]
        return days[-1]

    def is_working(self, moment: datetime) -> bool:
        wall = self._wall(moment)
        return self.is_work_day(wall.date()) and any(start <= wall < end for start, end in self._hours(wall.date()))

    def next_working(self, moment: datetime) -> datetime:
        """Return the moment itself when the office works at it, else the start of the next period.

        Raises ValueError when the office never works.
        """
        wall = self._wall(moment)
        start = next(start for start, end in self._hours_from(wall.date()) if wall < end)
        return self._utc(max(start, wall))

    def end_of_day(self, day: date) -> datetime:
        """Return the end of the last period on that day, whether it is a working day or not."""
        return self._utc(datetime.combine(day, self.periods[-1][1]))

    def minutes_between(self, start: datetime, end: datetime) -> int:
        """Return the whole working minutes from `start` to `end`; 0 when `end` is not later."""
        if end <= start:
            return 0
        first, last = self._wall(start), self._wall(end)
        days = (first.date() + DAY * number for number in range((last.date() - first.date()).days))
        whole = self.minutes_per_day * MINUTE * sum(self.is_work_day(day) for day in days)
        return (whole + self._worked_by(last) - self._worked_by(first)) // MINUTE

    def add_minutes(self, start: datetime, minutes: int) -> datetime:
        """Return the first moment by which so many working minutes have passed since `start`: 17:30 rather than 8:30 of
        the next day. With 0: `start`. Raises ValueError when the office never works."""
        if minutes <= 0:
            return start.astimezone(UTC)
        wall = self._wall(start)
        left = self._worked_by(wall) + minutes * MINUTE
        hours = self._hours_from(wall.date())
        begin, end = next(hours)
        while left > end - begin:
            left -= end - begin
            begin, end = next(hours)
        return self._utc(begin + left)

    def with_adjusted(self, days: Mapping[date, bool]) -> "WorkCalendar":
        """Return the calendar with these days put over it: True the office works, False it is free."""
        works = frozenset(day for day, working in days.items() if working)
        free = frozenset(days) - works
        return replace(
            self, holidays=(self.holidays | free) - works, extra_work_days=(self.extra_work_days | works) - free
        )

    def _wall(self, moment: datetime) -> datetime:
        """What the office's clock shows: naive, so that it is counted with as people count."""
        return moment.astimezone(self.zone).replace(tzinfo=None)

    def _utc(self, wall: datetime) -> datetime:
        return wall.replace(tzinfo=self.zone).astimezone(UTC)

    def _hours(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        return ((datetime.combine(day, start), datetime.combine(day, end)) for start, end in self.periods)

    def _hours_from(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        """Every period of every working day from `day` on, without end."""
        return (hours for each in self._work_days_from(day) for hours in self._hours(each))

    def _work_days_from(self, day: date) -> Iterator[date]:
        free = 0
        while free < MOST_FREE_DAYS:
            works = self.is_work_day(day)
            if works:
                yield day
            free = 0 if works else free + 1
            day += DAY
        raise ValueError(f"no working day in the {MOST_FREE_DAYS} days before {day}")

    def _worked_by(self, wall: datetime) -> timedelta:
        """How long the office has worked on the day of `wall` when the clock shows `wall`."""
        if not self.is_work_day(wall.date()):
            return timedelta()
        return sum((min(wall, end) - start for start, end in self._hours(wall.date()) if start < wall), timedelta())


def _length(start: time, end: time) -> timedelta:
    return datetime.combine(date.min, end) - datetime.combine(date.min, start)

"""What the office decides for itself: its words, categories, hours and limits. Built from config.toml by `bot/app.py`."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Category:
    key: str
    label: str
    working_days: int  # promised for a solution


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    work_days: frozenset[int]  # ISO weekdays, 1 Monday ... 7 Sunday
    holidays: frozenset[date]
    extra_work_days: frozenset[date]  # 调休: working Saturdays and Sundays

    def is_work_day(self, day: date) -> bool:
        """Tell whether the office works on that day. Beyond the years of the list only weekends are known to be free."""
        if day in self.extra_work_days:
            return True
        return day.isoweekday() in self.work_days and day not in self.holidays

    def after(self, start: date, working_days: int) -> date:
        """Return the working day that is `working_days` working days after `start`, which itself does not count."""
        day = start
        while working_days > 0:
            day += timedelta(days=1)
            working_days -= self.is_work_day(day)
        return day


@dataclass(frozen=True, slots=True)
class Office:
    name: str
    short_name: str
    phone: str
    service_hours: str  # in words, for people
    zone: ZoneInfo
    consent_text: str
    consent_version: str
    categories: tuple[Category, ...]
    calendar: WorkCalendar
    draft_hours: int
    idle_hours: int
    misunderstandings_before_human: int
    code_hours: int
    wrong_codes_per_hour: int

    def today(self, now: datetime) -> date:
        """Return the date on the office's wall at the aware moment `now`."""
        return now.astimezone(self.zone).date()

    def category(self, key: str) -> Category:
        """Return the category of this key. One that config.toml no longer has is called by its key, and promises like 'other'."""
        by_key = {each.key: each for each in self.categories}
        return by_key.get(key) or Category(key, "其他", by_key["other"].working_days)


WEEKDAYS = "一二三四五六日"


def day_in_words(day: date) -> str:
    """Return '12月4日 星期五'."""
    return f"{day.month}月{day.day}日 星期{WEEKDAYS[day.weekday()]}"

"""What the office decides for itself: its words, categories, hours and limits. Built from config.toml by `bot/app.py`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from handlers.calendar.rules import Duty, Festival, Greetings
from handlers.danger import Danger
from handlers.worktime import WorkCalendar

CONTACT = "contact"  # not a category of config.toml: a wish to speak to a person
CONSULT = "consult"  # likewise: something to say about a briefing


@dataclass(frozen=True, slots=True)
class Limits:
    accept_hours: int  # working hours until somebody takes it
    progress_days: int  # working days until the cadre has heard something
    working_days: int  # promised for a solution


@dataclass(frozen=True, slots=True)
class Category:
    key: str
    label: str
    limits: Limits
    urgent_limits: Limits


@dataclass(frozen=True, slots=True)
class Canned:
    """An answer that staff send with one press; `text` may hold {姓名} {编号} {经办人} {电话} {最迟} and no other braces."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Topic:
    """What a briefing is about."""

    key: str
    label: str


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
    canned: tuple[Canned, ...]
    dangers: tuple[Danger, ...]  # of several the first counts
    reopen_days: int  # after closing, a new word may open it again
    ask_again_days: int
    human_idle_minutes: int  # without a word, then a conversation with a member of staff ends by itself
    quiet: tuple[tuple[time, time], ...]  # wall times; a period whose end is not after its start goes over midnight
    rooms: tuple[str, ...]
    courses_per_person: int
    remind_days: int  # before a gathering
    remind_hours: int
    approvers: tuple[str, ...]  # roles of whoever approves what is sent to many
    useful_days: int  # a mailing, when nobody says otherwise
    call_after_hours: int  # after its end, whoever did not get or read it is telephoned
    greetings: Greetings
    festivals: tuple[Festival, ...]
    duties: tuple[Duty, ...]
    danger_repeat_minutes: int  # without anybody taking it, then an alarm is given again
    topics: tuple[Topic, ...]  # of briefings
    briefing_link_days: int  # so long the link to a page in large print is good
    web_address: str  # what links begin with, without a slash at the end; '': there are no web pages
    rates: Mapping[str, float] = field(default_factory=dict)  # messages a second, by channel

    def today(self, now: datetime) -> date:
        """Return the date on the office's wall at the aware moment `now`."""
        return now.astimezone(self.zone).date()

    def quiet_until(self, now: datetime) -> datetime | None:
        """Return when the quiet hours end in which a moment lies (aware, in the office's zone), or None: nobody is disturbed then."""
        local = now.astimezone(self.zone)
        for start, end in self.quiet:
            for day in (local.date() - timedelta(days=1), local.date()):
                begins = datetime.combine(day, start, self.zone)
                ends = datetime.combine(day if end > start else day + timedelta(days=1), end, self.zone)
                if begins <= local < ends:
                    return ends
        return None

    def category(self, key: str) -> Category:
        """Return the category of this key. One that config.toml no longer has is called by its key, and promises like 'other'."""
        by_key = {each.key: each for each in self.categories}
        other = by_key["other"]
        return by_key.get(key) or Category(key, "其他", other.limits, other.urgent_limits)

    def category_label(self, key: str) -> str:
        """Return what people call a kind of case, also one that is no category of config.toml."""
        return {CONTACT: "请人联系", CONSULT: "咨询"}.get(key) or self.category(key).label

    def topic(self, key: str) -> str:
        """Return what people call a topic; one that config.toml no longer has is called 其他."""
        return next((each.label for each in self.topics if each.key == key), "其他")

    @property
    def web_is_only_here(self) -> bool:
        """Tell whether the web pages can be opened on this machine only."""
        return urlsplit(self.web_address).hostname in ("127.0.0.1", "localhost", "::1")

    def limits(self, category_key: str, urgent: bool) -> Limits:
        """Return what is promised for a case of this kind. A wish to speak to a person is always urgent."""
        if category_key == CONTACT:
            return self.category("other").urgent_limits
        category = self.category(category_key)
        return category.urgent_limits if urgent else category.limits


WEEKDAYS = "一二三四五六日"


def day_in_words(day: date) -> str:
    """Return '12月4日 星期五'."""
    return f"{day.month}月{day.day}日 星期{WEEKDAYS[day.weekday()]}"

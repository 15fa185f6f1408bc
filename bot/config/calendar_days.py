"""The sections of config.toml about the days of the year: festivals, birthdays, and the meetings that must be held."""

import re
from datetime import time
from typing import Annotated, Literal

from pydantic import Field, field_validator

from bot.config.kinds import one_of, switch, text, whole
from bot.config.section import Section
from handlers.calendar import rules
from handlers.calendar.days import read_rule
from handlers.gatherings.kinds import KINDS

Audience = Literal["all", "women", "party"]
Period = Literal["year", "quarter", "month"]
Of = Literal["office", "branch"]
DUTY_KINDS = tuple(key for key, kind in KINDS.items() if kind.group in ("meeting", "branch"))
_CLOCK = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"


def _only(words: str, *allowed: str) -> str:
    """Return the text if braces hold nothing but what is allowed; raises ValueError."""
    unknown = [each for each in re.findall(r"\{[^{}]*\}?|\}", words) if each not in allowed]
    if unknown:
        raise ValueError(f"{'、'.join(unknown)} 不能用，花括号里只能是 {'、'.join(allowed)}")
    return words


class Greetings(Section):
    """When and with which words people are greeted. The office's name is put under each greeting."""

    time: str = Field("09:00", pattern=_CLOCK, description='钟点，时和分都写两位，如 "09:00"')
    prepare_days: int = whole(7, 1, 60)
    southern_xiaonian: bool = switch(False)
    ages: tuple[Annotated[int, Field(ge=60, le=120, strict=True)], ...] = Field(
        (80, 90, 100), max_length=10, description="0 到 10 个 60 到 120 的整数的列表，不重复，如 [80, 90, 100]"
    )
    ages_lead_days: int = whole(30, 1, 60)
    birthday: str = text(rules.BIRTHDAY, 200)
    round_birthday: str = text(rules.ROUND_BIRTHDAY, 200)
    party_birthday: str = text(rules.PARTY_BIRTHDAY, 200)
    party_month: str = text(rules.PARTY_MONTH, 200)
    hospital: str = text(rules.HOSPITAL, 200)

    @field_validator("ages")
    @classmethod
    def _once_each(cls, ages: tuple[int, ...]) -> tuple[int, ...]:
        if len(set(ages)) < len(ages):
            raise ValueError
        return ages

    @field_validator("birthday")
    @classmethod
    def _name(cls, words: str) -> str:
        return _only(words, "{姓名}")

    @field_validator("round_birthday")
    @classmethod
    def _name_and_age(cls, words: str) -> str:
        return _only(words, "{姓名}", "{岁数}")

    @field_validator("party_birthday", "party_month")
    @classmethod
    def _name_and_years(cls, words: str) -> str:
        return _only(words, "{姓名}", "{党龄}")

    @field_validator("hospital")
    @classmethod
    def _name_and_festival(cls, words: str) -> str:
        return _only(words, "{姓名}", "{节日}")

    def as_rules(self) -> rules.Greetings:
        return rules.Greetings(**(self.model_dump() | {"time": time.fromisoformat(self.time)}))


class Festival(Section):
    """A day of every year. `key` is stored with the reminders, so it must not change its meaning."""

    key: str = Field(
        pattern=r"^[a-z][a-z0-9_]{0,19}$", description="1 到 20 个小写英文字母、数字或下划线，以字母开头，不重复"
    )
    label: str = Field(min_length=1, max_length=10, description="1 到 10 个字的文字")
    day: str = Field(
        description="“公历 月-日”“农历 月-日”（都写两位）、“农历 除夕”“农历 小年”或“节气 名称”，如 农历 08-15"
    )
    audience: Audience = one_of(Audience, "all")
    greeting: str = Field("", max_length=200, description="0 到 200 个字的文字，花括号里只能是 {姓名}")
    prepare: str = Field("", max_length=200, description="0 到 200 个字的文字")
    prepare_days: int = whole(0, 0, 60)

    @field_validator("day")
    @classmethod
    def _a_day(cls, words: str) -> str:
        try:
            read_rule(words)
        except ValueError:
            raise ValueError from None
        return words

    @field_validator("greeting")
    @classmethod
    def _name(cls, words: str) -> str:
        return _only(words, "{姓名}")

    def as_rules(self) -> rules.Festival:
        return rules.Festival(**self.model_dump())


class Duty(Section):
    """How often a kind of meeting must be held."""

    kind: str = Field(description="、".join(DUTY_KINDS) + " 中的一个，不重复")
    label: str = Field(min_length=1, max_length=10, description="1 到 10 个字的文字")
    times: int = whole(1, 1, 31)
    per: Period = one_of(Period, "year")
    of: Of = one_of(Of, "branch")

    @field_validator("kind")
    @classmethod
    def _known(cls, kind: str) -> str:
        if kind not in DUTY_KINDS:
            raise ValueError
        return kind

    def as_rules(self) -> rules.Duty:
        return rules.Duty(**self.model_dump())


FESTIVALS = tuple(Festival(**{name: getattr(each, name) for name in Festival.model_fields}) for each in rules.FESTIVALS)
DUTIES = tuple(Duty(**{name: getattr(each, name) for name in Duty.model_fields}) for each in rules.DUTIES)

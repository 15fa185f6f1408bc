"""The sections of config.toml about difficulties: their kinds and limits, danger words, canned replies, how cases end."""

import re
from typing import Annotated

from pydantic import Field, field_validator

from bot.config.kinds import whole
from bot.config.section import Section
from handlers.danger import pieces


class Category(Section):
    """One kind of difficulty, one button. `key` is stored with each case, so it must not change its meaning."""

    key: str = Field(pattern=r"^[a-z][a-z0-9_]{0,11}$", description="1 到 12 个小写英文字母、数字或下划线，以字母开头")
    label: str = Field(min_length=1, max_length=10, description="1 到 10 个字的文字")
    working_days: int = Field(ge=1, le=60, strict=True, description="1 到 60 的整数")
    progress_days: int = whole(5, 1, 60)
    accept_hours: int = whole(6, 1, 80)
    urgent_working_days: int = whole(1, 1, 60)
    urgent_progress_days: int = whole(1, 1, 60)
    urgent_accept_hours: int = whole(1, 1, 80)


PLACEHOLDERS = ("{姓名}", "{编号}", "{经办人}", "{电话}", "{最迟}")


class Canned(Section):
    """An answer that staff send with one press. What stands in braces is filled in from the case."""

    label: str = Field(min_length=1, max_length=12, description="1 到 12 个字的文字，不重复")
    text: str = Field(
        min_length=1, max_length=300, description=f"1 到 300 个字的文字，花括号里只能是 {'、'.join(PLACEHOLDERS)}"
    )

    @field_validator("text")
    @classmethod
    def _known_placeholders(cls, words: str) -> str:
        unknown = [each for each in re.findall(r"\{[^{}]*\}?|\}", words) if each not in PLACEHOLDERS]
        if unknown:
            raise ValueError(f"{'、'.join(unknown)} 不能用，花括号里只能是 {'、'.join(PLACEHOLDERS)}")
        return words


class Cases(Section):
    """What holds for every case, whatever its category."""

    reopen_days: int = whole(30, 1, 365)
    ask_again_days: int = whole(3, 1, 30)
    human_idle_minutes: int = whole(30, 5, 240)
    danger_repeat_minutes: int = whole(10, 5, 120)


class Danger(Section):
    """One kind of danger: the words that tell of it, as `handlers.danger` reads them, and the number that is then shown."""

    label: str = Field(min_length=1, max_length=10, description="1 到 10 个字的文字，不重复")
    call: str = Field(
        min_length=3,
        max_length=20,
        pattern=r"^[0-9+ -]*[0-9][0-9+ -]*$",
        description="3 到 20 个字符的号码，可用数字、空格、+ 和 -",
    )
    words: tuple[Annotated[str, Field(min_length=1, max_length=30)], ...] = Field(
        description='文字列表，至少一个，每个 1 到 30 个字，不能只有标点或 *，如 ["摔倒", "胸口*疼"]'
    )

    @field_validator("words")
    @classmethod
    def _can_be_found(cls, words: tuple[str, ...]) -> tuple[str, ...]:
        empty = [word for word in words if not pieces(word)]
        if empty:
            raise ValueError(f"{'、'.join(empty)} 里没有字，请删掉或改写")
        if not words:
            raise ValueError
        return words

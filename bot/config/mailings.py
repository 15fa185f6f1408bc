"""The section of config.toml about what is sent to many people: who approves, how long it is of use, when is telephoned."""

from typing import Literal

from pydantic import Field, field_validator

from bot.config.kinds import whole
from bot.config.section import Section

Approver = Literal["leader", "administrator", "staff"]


class Mailings(Section):
    """Notices and briefings on their way to everybody."""

    approvers: tuple[Approver, ...] = Field(
        ("leader",),
        min_length=1,
        description="leader（领导）、administrator（管理员）、staff（工作人员）的列表，至少一个，不重复",
    )
    useful_days: int = whole(3, 1, 30)
    call_after_hours: int = whole(24, 1, 240)

    @field_validator("approvers")
    @classmethod
    def _once_each(cls, approvers: tuple[Approver, ...]) -> tuple[Approver, ...]:
        if len(set(approvers)) < len(approvers):
            raise ValueError
        return approvers

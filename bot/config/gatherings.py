"""The sections of config.toml about gatherings: when nobody is disturbed, rooms, sign-up, when people are reminded."""

from datetime import time

from pydantic import Field, field_validator

from bot.config.kinds import Period, whole
from bot.config.section import Section


class Quiet(Section):
    """When nothing is pushed but answers and alarms. A period may go over midnight."""

    periods: tuple[Period, ...] = Field(
        ("21:30-07:30", "12:00-14:00"),
        description='时段列表，时和分都写两位，可以过半夜，如 ["21:30-07:30", "12:00-14:00"]，开始和结束不相同',
    )

    @field_validator("periods")
    @classmethod
    def _not_empty(cls, periods: tuple[str, ...]) -> tuple[str, ...]:
        for period in periods:
            start, end = (time.fromisoformat(each) for each in period.split("-"))
            if start == end:
                raise ValueError(f"{period} 的开始和结束相同，等于全天都不打扰")
        return periods


class Gatherings(Section):
    """Sign-up and reminders of everything with a time, a place and people."""

    rooms: tuple[str, ...] = Field(
        ("多功能厅", "棋牌室", "书画室", "舞蹈室", "会议室"),
        max_length=8,
        description="0 到 8 个房间名称的列表，每个 1 到 10 个字，不重复",
    )
    courses_per_person: int = whole(2, 1, 10)
    remind_days: int = whole(3, 1, 30)
    remind_hours: int = whole(2, 1, 12)

    @field_validator("rooms")
    @classmethod
    def _rooms(cls, rooms: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(rooms)) < len(rooms) or any(not 1 <= len(each) <= 10 for each in rooms):
            raise ValueError
        return rooms

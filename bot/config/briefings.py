"""The sections of config.toml about briefings."""

from pydantic import Field

from bot.config.kinds import whole
from bot.config.section import Section


class Topic(Section):
    """What a briefing is about, one button. `key` is stored with each briefing, so it must not change its meaning."""

    key: str = Field(
        pattern=r"^[a-z][a-z0-9_]{0,11}$", description="1 到 12 个小写英文字母、数字或下划线，以字母开头，不重复"
    )
    label: str = Field(min_length=1, max_length=10, description="1 到 10 个字的文字，不重复")


TOPICS = (
    Topic(key="policy", label="党的方针政策"),
    Topic(key="affairs", label="国内国际形势"),
    Topic(key="economy", label="经济社会发展"),
    Topic(key="university", label="老年大学"),
    Topic(key="health", label="健康"),
    Topic(key="office", label="局里"),
)


class Briefings(Section):
    """What holds for every briefing."""

    link_days: int = whole(30, 1, 365)

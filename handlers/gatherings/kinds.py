"""The kinds of gatherings. `key` is stored, so it must not change its meaning."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    label: str
    group: str  # 'activity', 'meeting' (of the office), 'branch', 'lesson'
    asks_health: bool = False  # outings: who comes must say that health allows it


KINDS: Mapping[str, Kind] = {
    "song": Kind("歌舞", "activity"),
    "chess": Kind("棋牌", "activity"),
    "art": Kind("书画", "activity"),
    "show": Kind("演出", "activity"),
    "recital": Kind("朗诵", "activity"),
    "fashion": Kind("时装", "activity"),
    "health": Kind("养生", "activity"),
    "outing": Kind("参观", "activity", asks_health=True),
    "situation": Kind("形势报告会", "meeting"),
    "briefing": Kind("情况通报会", "meeting"),
    "general": Kind("党员大会", "branch"),
    "committee": Kind("支委会", "branch"),
    "group": Kind("党小组会", "branch"),
    "lecture": Kind("党课", "branch"),
    "day": Kind("主题党日", "branch"),
    "lesson": Kind("老年大学上课", "lesson"),
    "other": Kind("其他活动", "activity"),
}
GROUPS: Mapping[str, str] = {
    "activity": "文体活动",
    "meeting": "报告会、通报会",
    "branch": "支部会议",
    "lesson": "老年大学",
}
INTERESTS = tuple(key for key, kind in KINDS.items() if kind.group == "activity" and key != "other")


def of_group(group: str) -> dict[str, str]:
    """Return the labels of the kinds of a group, by key."""
    return {key: kind.label for key, kind in KINDS.items() if kind.group == group}


def takes_leave(kind: str) -> bool:
    """Tell whether one asks for leave (请假) instead of cancelling: at meetings and lessons."""
    return KINDS[kind].group in ("meeting", "branch", "lesson")

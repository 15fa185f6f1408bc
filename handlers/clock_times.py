"""Reading times of day the way people write them: 14:30, 14点, 两点半, 下午三点一刻; and spans: 14:30-16:00, 下午两点半到四点.

Pure functions: text in, wall times or None out. What the hour alone leaves open is read as the office's day is: from one to six it is
the afternoon, from seven to twelve the morning. A leading zero (02:30) and hours above twelve are meant as they stand.
"""

import re
import unicodedata
from datetime import time

from handlers.answers import chinese_number

MORNING, NOON, AFTERNOON, EVENING = "morning", "noon", "afternoon", "evening"
_MARKS = {
    MORNING: "凌晨 清晨 早上 早晨 上午 早",
    NOON: "中午",
    AFTERNOON: "下午 午后 傍晚",
    EVENING: "晚上 夜里 晚",
}
_PART_OF_DAY = {word: part for part, words in _MARKS.items() for word in words.split()}
_FIRST_HOUR_OF_THE_MORNING = 7  # without a word for the part of the day; what is earlier is the afternoon
_NUMBER = r"(?:\d{1,2}|[零〇一二两三四五六七八九十]{1,3})"
_TIME = re.compile(
    rf"(?P<mark>{'|'.join(_PART_OF_DAY)})?(?P<hour>{_NUMBER})"
    rf"(?:[:.](?P<clock>\d{{2}})|[点时](?:[钟整]|(?P<half>半)|(?P<quarters>[一三])刻钟?|[零过]?(?P<minutes>{_NUMBER})分?)?)"
)
_BETWEEN = re.compile(r"[-–—―−~]+|到|至")
_BARE_HOUR = re.compile(rf"(?:{'|'.join(_PART_OF_DAY)})?{_NUMBER}")


def read_time(text: str) -> time | None:
    """Return the time of day that words mean, or None."""
    options = _options(_even(text))
    return options[0] if options else None


def read_span(text: str) -> tuple[time, time | None] | None:
    """Return (start, end) that words mean, the end None when only a start is said; None for anything else.

    The end is after the start, on the same day: 两点半到四点 is 14:30 to 16:00, 上午九点到两点 is 9:00 to 14:00.
    """
    parts = _BETWEEN.split(_even(text).removeprefix("从").removesuffix("止"))
    if len(parts) == 1:
        start = read_time(parts[0])
        return (start, None) if start else None
    if len(parts) != 2:
        return None
    starts, ends = (_options(f"{each}点" if _BARE_HOUR.fullmatch(each) else each) for each in parts)
    if not starts:
        return None
    end = next((each for each in sorted(ends) if each > starts[0]), None)
    return (starts[0], end) if end else None


def _even(text: str) -> str:
    return re.sub(r"\s|[。,，、;；]$", "", unicodedata.normalize("NFKC", text)).casefold()


def _options(said: str) -> list[time]:
    """Return the times that may be meant, the likelier first; two where nothing tells the morning from the afternoon."""
    match = _TIME.fullmatch(said)
    if match is None:
        return []
    minute = _minute(match)
    hour = _value(match["hour"])
    if hour is None or minute is None or minute > 59:
        return []
    return [time(each, minute) for each in _hours(match["mark"], hour, literal=match["hour"].startswith("0"))]


def _minute(match: re.Match[str]) -> int | None:
    if match["half"]:
        return 30
    if match["quarters"]:
        return 15 if match["quarters"] == "一" else 45
    written = match["clock"] or match["minutes"]
    return _value(written) if written else 0


def _value(written: str) -> int | None:
    if written.isdecimal():
        return int(written)
    return chinese_number(written.lstrip("零〇")) if len(written) > 1 else chinese_number(written)


def _hours(mark: str | None, hour: int, *, literal: bool) -> list[int]:
    if hour > 23:
        return []
    if mark is None:
        if literal or hour > 12 or hour == 0:
            return [hour]
        late = hour + 12 if hour < 12 else 12
        return [hour, late] if hour >= _FIRST_HOUR_OF_THE_MORNING else [late, hour]
    part = _PART_OF_DAY[mark]
    if part == MORNING:
        return [hour % 12 if mark == "凌晨" else hour] if hour <= 12 else []
    if hour > 12:
        return [hour] if part != NOON else []
    if part == NOON:
        return [hour] if hour in (11, 12) else [hour + 12] if hour in (1, 2) else []
    if part == AFTERNOON:
        return [hour + 12 if hour < 12 else 12] if hour else []
    return [hour + 12] if 5 <= hour < 12 else []

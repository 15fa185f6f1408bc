"""Reading answers the way old people give them: a digit in any writing, a word, a label, a date said in passing.

Pure functions: text in, value or None out. Nothing here decides what to say.
"""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, timedelta

CHINESE_DIGITS = {
    "零": 0,
    "〇": 0,
    "一": 1,
    "二": 2,
    "两": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
}
_NUMBER = r"(\d{1,3}|[零〇一二两三四五六七八九十]{1,3})"
_ORDINAL = re.compile(rf"我?[要选按是就]{{0,3}}第?{_NUMBER}(?:个|号|项|条|吧|、|\.|，|,)*")
_KEYCAP = dict.fromkeys(map(ord, "\ufe0f\u20e3"))  # what makes a key of a digit on a telephone's keyboard: 1️⃣
_PUNCTUATION = " \t\r\n。，、！？!?,.;；:：~～…·\"'“”‘’()（）【】[]<>《》-—"


def plain(text: str) -> str:
    """Return text with full-width forms, circled digits, case, spaces and punctuation at both ends evened out."""
    return unicodedata.normalize("NFKC", text).translate(_KEYCAP).casefold().strip(_PUNCTUATION)


def chinese_number(text: str) -> int | None:
    """Return the value of a number from 0 to 99 in Chinese numerals ('十', '十二', '二十', '三十一'), or None."""
    if text in CHINESE_DIGITS:
        return CHINESE_DIGITS[text]
    match = re.fullmatch(r"([一二三四五六七八九])?十([一二三四五六七八九])?", text)
    if match is None:
        return None
    return CHINESE_DIGITS[match[1] or "一"] * 10 + CHINESE_DIGITS[match[2] or "零"]


def number(text: str) -> int | None:
    """Return the number a short answer means ('1', '１', '①', '一', '第一个', '选2'), or None."""
    match = _ORDINAL.fullmatch(plain(text).replace(" ", ""))
    if match is None:
        return None
    return int(match[1]) if match[1].isdecimal() else chinese_number(match[1])


def option(text: str, labels: Sequence[str]) -> int | None:
    """Return the index of the label that a typed answer means, or None: by number, by the label, or by part of one label only."""
    said = plain(text)
    if not said:
        return None
    if (place := number(said)) is not None:
        return place - 1 if 1 <= place <= len(labels) else None
    known = [plain(label) for label in labels]
    bare = re.sub(rf"^{_NUMBER}[、.\s]*", "", said)  # '1 就医' as it stands on the button
    for form in (said, bare):
        if form in known:
            return known.index(form)
    if len(said) > 12:
        return None  # a sentence that happens to hold a label is a story, not an answer
    near = [index for index, label in enumerate(known) if (said in label and said not in YES) or _holds(said, label)]
    return near[0] if len(near) == 1 else None


def _holds(said: str, label: str) -> bool:
    """Tell whether words name a label among others, and none of the others is a no: 不要撤回 is not 撤回."""
    return len(label) > 1 and label in said and not set(said.replace(label, "", 1)) & _NEGATIONS


YES = frozenset("是 是的 对 对的 好 好的 行 可以 要 需要 嗯 嗯嗯 确认 同意 有 没错 没问题 ok yes y 1".split())
NO = frozenset("否 不 不好 不是 不是的 不对 不用 不要 不行 不需要 不可以 不同意 没有 没 算了 不了 no n 2".split())
_SOFT_ENDS = tuple("吧啊呀啦的了哦呢")
_NEGATIONS = frozenset("不别没未无勿非莫甭")


def yes_or_no(text: str) -> bool | None:
    """Return what a typed answer to a yes-or-no question means, or None when it is neither clearly."""
    said = plain(text)
    form = said
    while form:
        if form in YES:
            return True
        if form in NO:
            return False
        if not form.endswith(_SOFT_ENDS):
            break
        form = form[:-1]
    place = number(said)
    return {1: True, 2: False}.get(place) if place is not None else None


_NEAR_DAYS = {"今天": 0, "今日": 0, "明天": 1, "明日": 1, "后天": 2, "大后天": 3, "昨天": -1}
_WEEKDAY = re.compile(r"(下下|下|这|本)?个?(?:星期|周|礼拜)([一二三四五六日天1-7])")
_YEAR_MONTH_DAY = re.compile(
    rf"(?:(\d{{4}})[年\-/.])?{_NUMBER}[月\-/.]{_NUMBER}[日号]?(?:(?:星期|周|礼拜)[一二三四五六日天])?"
)
_DAY_ONLY = re.compile(rf"{_NUMBER}[日号]")


def day(text: str, today: date) -> date | None:
    """Return the date a typed answer means, counted from `today`, or None.

    A date without a year is the next such date, today included; '8号' the next 8th; '星期三' the next Wednesday, today included;
    '下星期三' the Wednesday of next week. A date that does not exist (2月30日) is None.
    """
    said = plain(text).replace(" ", "")
    if said in _NEAR_DAYS:
        return today + timedelta(days=_NEAR_DAYS[said])
    if match := _WEEKDAY.fullmatch(said):
        return _weekday(match, today)
    if match := _YEAR_MONTH_DAY.fullmatch(said):
        month, number_of_day = _value(match[2]), _value(match[3])
        years = [int(match[1])] if match[1] else range(today.year, today.year + 9)  # 29 February may be 8 years off
        days = (_exact(year, month, number_of_day) for year in years)
        return next((each for each in days if each and (match[1] or each >= today)), None)
    if match := _DAY_ONLY.fullmatch(said):
        months = (divmod(today.month - 1 + ahead, 12) for ahead in range(13))
        days = (_exact(today.year + year, month + 1, _value(match[1])) for year, month in months)
        return next((each for each in days if each and each >= today), None)
    return None


def past_day(text: str, today: date) -> date | None:
    """Return the date that a typed answer about something past means, or None: a date without a year is the last such date, today included.

    Words that name the future (明天) still mean it: whoever asked will say that it is too late.
    """
    said = plain(text).replace(" ", "")
    if (match := _YEAR_MONTH_DAY.fullmatch(said)) and not match[1]:
        days = (_exact(today.year - back, _value(match[2]), _value(match[3])) for back in range(9))
        return next((each for each in days if each and each <= today), None)
    if match := _DAY_ONLY.fullmatch(said):
        months = (divmod(today.year * 12 + today.month - 1 - back, 12) for back in range(13))
        days = (_exact(year, month + 1, _value(match[1])) for year, month in months)
        return next((each for each in days if each and each <= today), None)
    return day(text, today)


def _weekday(match: re.Match[str], today: date) -> date:
    wanted = int(match[2]) if match[2].isdecimal() else "一二三四五六日".find(match[2].replace("天", "日")) + 1
    monday = today - timedelta(days=today.isoweekday() - 1)
    if match[1] in ("下", "下下"):
        return monday + timedelta(days=7 * len(match[1]) + wanted - 1)
    if match[1]:
        return monday + timedelta(days=wanted - 1)
    return today + timedelta(days=(wanted - today.isoweekday()) % 7)


def _value(text: str) -> int:
    return int(text) if text.isdecimal() else chinese_number(text) or 0


def _exact(year: int, month: int, day_of_month: int) -> date | None:
    try:
        return date(year, month, day_of_month)
    except ValueError:
        return None

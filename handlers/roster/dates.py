"""Dates as old hands write them, read as far as they are known: a year, a month of a year, or a day.

A cell is first read into every date it may mean (`read_date`), then the one that a life allows is chosen (`birth_in`,
`joining_in`). Two readings that a life allows are never decided by a guess: the cell is refused, or, when they agree
on the year, only the year is kept and the doubt is reported.
"""

import calendar
import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass

from handlers.roster.cells import CellError, CellValue, clean

YOUNGEST_CADRE, OLDEST = 45, 115
YOUNGEST_OTHER = 18
"""Years of age. Who acts for a cadre or works in the office is of age (民法典 art. 17). From 18 to 115 is less than a
century, so a year in two digits fits one century at most."""
YOUNGEST_MEMBER = 14
LEAP_YEAR = 2000
NO_LUNAR_31ST = "农历没有三十一日，请核对日期，或把“生日按”改为公历。"
PARTY_FOUNDED = dt.date(1921, 7, 1)

SERIAL_DAY_ZERO = dt.date(1899, 12, 30)
"""Excel's day 0 in its 1900 calendar, right for every serial after 1900-03-01 (serial 61)."""
SERIAL_FIRST, SERIAL_LAST = 2101, 60000
"""1905-10-01 .. 2064-04-08. A bare number up to 2100 is a year."""

SEPARATORS = str.maketrans({"、": ".", "。": ".", "·": ".", "—": "-", "–": "-", "−": "-", "\\": "/"})
DIGITS = {"〇": 0, "○": 0, "零": 0} | {character: value for value, character in enumerate("一二三四五六七八九", 1)}
MONTH_NAMES = {"正月": "1月", "冬月": "11月", "腊月": "12月", "廿": "二十", "卅": "三十"}
ENGLISH_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
"""Excel shows a typed 1938-7 as Jul-38, and a .csv keeps what was shown."""
FIRST_TEN_DAYS = re.compile(r"月初(?=[一二三四五六七八九十])")
LUNAR_MARKS = re.compile(r"农历|阴历|旧历|古历|正月|冬月|腊月|廿|卅|闰|" + FIRST_TEN_DAYS.pattern)
SOLAR_MARKS = re.compile(r"公历|阳历|新历|西历")

_YEAR = r"(?P<year>\d{4}|\d{2})"
_YEAR_MONTH = r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])"
PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        _YEAR + r"年?",
        _YEAR + r"年(?P<month>\d{1,2})月?",
        _YEAR + r"年(?P<month>\d{1,2})月(?P<day>\d{1,2})[日号]?",
        _YEAR + r"[-/.](?P<month>\d{1,2})[-/.月]?",
        _YEAR + r"[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})[-/.日]?",
        r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})",
        # Six digits are year and month, as forms ask for them, whenever they can be; else two digits each.
        rf"(?={_YEAR_MONTH}$)(?P<year>\d{{4}})(?P<month>\d{{2}})",
        rf"(?!{_YEAR_MONTH}$)(?P<year>\d{{2}})(?P<month>\d{{2}})(?P<day>\d{{2}})",
        # Where a number may also be an Excel serial, the other reading is kept too, so that neither wins by chance.
        r"(?!1[89]|20|2100)(?P<year>\d{2})(?P<month>\d{2})",
        r"(?P<year>(?:19|20)\d{2})(?P<month>\d)",
        r"(?P<english>[a-z]{3})-(?P<year>\d{4}|\d{2})",
    )
)
MONTH_AND_DAY = re.compile(r"(?P<month>\d{1,2})(?:月|[-/.])(?P<day>\d{1,2})[日号]?")


def _days_in(year: int, month: int) -> int:
    return calendar.monthrange(year, month)[1]


@dataclass(frozen=True)
class PartialDate:
    """A date known to the year, the month or the day. In the Chinese calendar the day may be one that no month of the
    western calendar has (二月三十), so a value says nothing about which calendar it stands in."""

    year: int
    month: int | None = None
    day: int | None = None

    @classmethod
    def from_iso(cls, text: str) -> "PartialDate":
        """The opposite of `iso`. Raises ValueError."""
        year, month, day = (*(int(part) for part in text.split("-")), None, None)[:3]
        if year is None:
            raise ValueError("a date needs its year")
        return cls(year, month, day)

    @property
    def iso(self) -> str:
        """ "1938", "1938-07" or "1938-07-05"."""
        parts = [f"{self.year:04d}"] + [f"{part:02d}" for part in (self.month, self.day) if part is not None]
        return "-".join(parts)

    @property
    def earliest(self) -> dt.date:
        return dt.date(self.year, self.month or 1, min(self.day or 1, _days_in(self.year, self.month or 1)))

    @property
    def latest(self) -> dt.date:
        length = _days_in(self.year, self.month or 12)
        return dt.date(self.year, self.month or 12, min(self.day or length, length))

    @property
    def is_western(self) -> bool:
        """Whether the western calendar has this day."""
        return self.day is None or self.day == self.earliest.day

    def agrees_with(self, other: "PartialDate") -> bool:
        """True when both may be the same day: everything that both know is equal."""
        pairs = ((self.year, other.year), (self.month, other.month), (self.day, other.day))
        return all(mine is None or theirs is None or mine == theirs for mine, theirs in pairs)


@dataclass(frozen=True)
class DateReading:
    """What one cell may mean: dates with a year, or a month and a day (a birthday), or either (12.5). Never neither.

    `calendar` is "lunar" or "solar" when the cell itself says so (腊月初八, 公历), else None.
    """

    dates: tuple[PartialDate, ...]
    month_and_day: tuple[int, int] | None = None
    calendar: str | None = None
    leap_month: bool = False


def read_date(value: CellValue, *, lunar: bool = False) -> DateReading | None:
    """Every date the cell may mean; None for an empty cell. Raises CellError for what is no date.

    Read: 1938, 1938.7, 1938年7月, 38年7月, 1938/7/5, 1938-07-05 00:00:00, 193807, 19380705, 一九三八年七月, Jul-38, a
    serial of Excel (14066 is 1938-07-05), a date cell. A year in two digits may be of this century or the last. 1938.1
    may be January or October, since a spreadsheet drops the last zero of 1938.10. With `lunar`, or a mark such as 农历
    in the cell, 二月三十 is a day.
    """
    if isinstance(value, dt.date):
        return DateReading((PartialDate(value.year, value.month, value.day),))
    if isinstance(value, bool | dt.time | dt.timedelta):
        raise CellError("这一格不是日期，请写成 1938-07-05 或 1938-07 这样。")
    text = clean(value)
    if not text:
        return None
    plain, kind = plain_date(text), _calendar_of(text)
    lunar = kind == "lunar" or (lunar and kind is None)
    dates, month_and_day = dates_in(plain, lunar=lunar), _month_and_day(plain, lunar=lunar)
    if lunar and not dates and dates_in(plain, lunar=False):
        raise CellError(NO_LUNAR_31ST)
    if not dates and not month_and_day:
        raise CellError(f"看不懂日期“{text[:20]}”，请写成 1938-07-05 或 1938-07 这样。")
    return DateReading(dates, month_and_day, kind, "闰" in text)


def _month_and_day(plain: str, *, lunar: bool) -> tuple[int, int] | None:
    match = MONTH_AND_DAY.fullmatch(plain)
    if not match or not _is_day(LEAP_YEAR, int(match["month"]), int(match["day"]), lunar):
        return None
    return int(match["month"]), int(match["day"])


def _calendar_of(text: str) -> str | None:
    if LUNAR_MARKS.search(text):
        return "lunar"
    return "solar" if SOLAR_MARKS.search(text) else None


def plain_date(text: str) -> str:
    """The same date with Arabic digits and without spaces, time of day and remarks such as 农历 or 生."""
    plain = re.sub(r"[T ]+\d{1,2}:\d{2}(:\d{2})?(\.\d+)?$", "", text)
    plain = FIRST_TEN_DAYS.sub("月", plain)
    plain = re.sub(r"[\s()]|农历|阴历|旧历|古历|公历|阳历|新历|西历|闰|出?生$", "", plain).translate(SEPARATORS).lower()
    for name, words in MONTH_NAMES.items():
        plain = plain.replace(name, words)
    return re.sub(r"[〇○零一二三四五六七八九十]+", lambda run: _arabic(run[0]), plain)


def _arabic(numeral: str) -> str:
    """ "一九三八" -> "1938", "十二" -> "12", "二十三" -> "23"; a numeral with more than one 十 is left as it is."""
    if "十" not in numeral:
        return "".join(str(DIGITS[character]) for character in numeral)
    tens, _, ones = numeral.partition("十")
    if len(tens) > 1 or len(ones) > 1 or "十" in ones:
        return numeral
    return str(DIGITS.get(tens, 1) * 10 + DIGITS.get(ones, 0))


def dates_in(plain: str, *, lunar: bool) -> tuple[PartialDate, ...]:
    """Every date that `plain` may mean, each once, in the order of the patterns; () when it is none."""
    found = [
        candidate
        for pattern in PATTERNS
        if (match := pattern.fullmatch(plain))
        for candidate in _candidates(match.groupdict(), plain)
        if _is_day(candidate.year, candidate.month, candidate.day, lunar)
    ]
    if re.fullmatch(r"\d{4,5}", plain) and SERIAL_FIRST <= int(plain) <= SERIAL_LAST:
        day = SERIAL_DAY_ZERO + dt.timedelta(days=int(plain))
        found.append(PartialDate(day.year, day.month, day.day))
    return tuple(dict.fromkeys(found))


def _candidates(parts: dict[str, str | None], plain: str) -> list[PartialDate]:
    english, day = parts.get("english"), parts.get("day")
    if english and english not in ENGLISH_MONTHS:
        return []
    months = [ENGLISH_MONTHS.index(english) + 1 if english else _whole(parts.get("month"))]
    if re.fullmatch(r"\d+\.1", plain):
        months = [1, 10]
    year = parts["year"] or ""
    years = [int(year)] if len(year) == 4 else [1900 + int(year), 2000 + int(year)]
    return [PartialDate(each, month, _whole(day)) for each in years for month in months]


def _whole(digits: str | None) -> int | None:
    return int(digits) if digits else None


def _is_day(year: int, month: int | None, day: int | None, lunar: bool) -> bool:
    if not 1800 <= year <= 2100 or (month is not None and not 1 <= month <= 12):
        return False
    longest = 30 if lunar else _days_in(year, month or 1)
    return day is None or 1 <= day <= longest


def age_on(day: dt.date, born: dt.date) -> int:
    """Whole years lived on `day`; negative before birth."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def birth_in(dates: tuple[PartialDate, ...], today: dt.date, youngest: int) -> tuple[PartialDate, str | None]:
    """(date of birth, doubt): the one reading that makes a person of `youngest`..115 years. Raises CellError."""

    def why_not(born: PartialDate) -> str | None:
        if born.earliest > today:
            return f"出生日期 {born.iso} 在今天之后，请核对（表格软件会把 29 年当成 2029 年，请把年份写满四位）。"
        if age_on(today, born.earliest) < youngest:
            return f"按出生日期 {born.iso}，年龄不到 {youngest} 岁，请核对。"
        if age_on(today, born.latest) > OLDEST:
            return f"按出生日期 {born.iso}，年龄超过 {OLDEST} 岁，请核对。"
        return None

    return _only_one(dates, why_not)


def joining_in(
    dates: tuple[PartialDate, ...], today: dt.date, born: PartialDate | None
) -> tuple[PartialDate, str | None]:
    """(date of joining, doubt): the one reading from 1921-07 to today and from the age of 14 on. Raises CellError."""

    def why_not(joined: PartialDate) -> str | None:
        if joined.earliest > today:
            return f"入党时间 {joined.iso} 在今天之后，请核对。"
        if joined.latest < PARTY_FOUNDED:
            return f"入党时间 {joined.iso} 早于 1921 年 7 月，请核对。"
        if born and age_on(joined.latest, born.earliest) < YOUNGEST_MEMBER:
            return f"入党时间 {joined.iso} 与出生日期 {born.iso} 对不上（入党时不满 {YOUNGEST_MEMBER} 岁），请核对。"
        return None

    return _only_one(dates, why_not)


def _only_one(
    dates: tuple[PartialDate, ...], why_not: Callable[[PartialDate], str | None]
) -> tuple[PartialDate, str | None]:
    fitting = [date for date in dates if why_not(date) is None]
    if not fitting:
        raise CellError(why_not(dates[0]) or "")
    if len(fitting) == 1:
        return fitting[0], None
    readings = " 或 ".join(date.iso for date in fitting[:3])
    if len({date.year for date in fitting}) == 1:
        doubt = f"可能是 {readings}，分不清，只登记了年份。请写成 {fitting[0].year}-01 或 {fitting[0].year}-10 这样。"
        return PartialDate(fitting[0].year), doubt
    raise CellError(f"可能是 {readings}，分不清，请写成 1938-07-05 或 1938-07 这样。")

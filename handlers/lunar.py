"""The Chinese calendar: lunar dates, solar terms, festivals, and the day on which a lunar birthday is kept.

Everything here is a function of values. No other module knows borax, the library behind it, whose tables were measured: from
1901 on they have every month and every solar term on the day that the Hong Kong Observatory's have, also where other
libraries err (1933, 1954, 1978, 2027), until the new moon of 2057-09-29. That one comes within a minute of midnight, so
nobody can tell yet on which day its month begins; therefore we end with the year before. See tests/test_lunar.py.

ValueError
├── NoSuchDay    the lunar year has no such month or day; nothing rolls over to the next one
└── OutOfRange   the day lies before FIRST_DAY or after LAST_DAY, or the year does with a part of it; never a guess
"""

import re
from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import NamedTuple

from borax.calendars.lunardate import TERMS_CN, LCalendars, TermUtils

from handlers.answers import plain
from handlers.roster.cells import CellError
from handlers.roster.dates import read_date

FIRST_DAY, LAST_DAY = date(1900, 1, 31), date(2056, 12, 31)  # the first is 正月初一
LONGEST_MONTH = 30
SOLAR_TERMS: tuple[str, ...] = tuple(TERMS_CN)  # 小寒 to 冬至, in the order of a western year

MONTHS = "正二三四五六七八九十冬腊"
STEMS, BRANCHES = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉戌亥"
DIGITS = "一二三四五六七八九十"


class NoSuchDay(ValueError):
    """`str()` is a Chinese sentence that tells what the year has instead."""


class OutOfRange(ValueError):
    """`str()` is a Chinese sentence with the range."""


class LunarDay(NamedTuple):
    """A day that comes every year: 腊月初八, 闰四月十五. Day 30 means 廿九 where the month has no more (`birthday_in`)."""

    month: int  # 1 正月 ... 11 冬月, 12 腊月
    day: int
    leap: bool = False

    @property
    def words(self) -> str:
        return _month_in_words(self.month, self.leap) + _day_in_words(self.day)


@dataclass(frozen=True, slots=True)
class LunarDate:
    """One day. The lunar year bears the number of the western year in which it begins: 腊月 of 2026 is in January 2027."""

    year: int
    month: int
    day: int
    leap: bool = False

    @property
    def yearly(self) -> LunarDay:
        return LunarDay(self.month, self.day, self.leap)

    @property
    def words(self) -> str:
        """Return '丙午年腊月廿九'."""
        return f"{year_in_words(self.year)}{self.yearly.words}"


def year_in_words(lunar_year: int) -> str:
    """Return '丙午年' for 2026."""
    return f"{STEMS[(lunar_year - 4) % 10]}{BRANCHES[(lunar_year - 4) % 12]}年"


def _month_in_words(number: int, leap: bool) -> str:
    return f"{'闰' if leap else ''}{MONTHS[number - 1]}月"


def _day_in_words(day: int) -> str:
    tens, ones = divmod(day - 1, 10)
    if ones == 9:
        return ("初十", "二十", "三十")[tens]
    return ("初", "十", "廿")[tens] + DIGITS[ones]


# ── days, months and years ──────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Month:
    year: int
    number: int
    leap: bool
    first: date
    length: int

    @property
    def last(self) -> date:
        return self.on(self.length)

    def on(self, day: int) -> date:
        return self.first + timedelta(days=day - 1)


def to_lunar(day: date) -> LunarDate:
    """Raises OutOfRange."""
    months = _months()
    month = months[bisect_right(months, _known(day), key=lambda each: each.first) - 1]
    return LunarDate(month.year, month.number, (day - month.first).days + 1, month.leap)


def to_solar(lunar: LunarDate) -> date:
    """Raises NoSuchDay (腊月三十 in a year whose 腊月 has 29 days), OutOfRange."""
    month = _month(lunar.year, lunar.month, lunar.leap)
    if not 1 <= lunar.day <= month.length:
        last = LunarDay(lunar.month, month.length, lunar.leap).words
        raise NoSuchDay(f"农历{_year(lunar.year)}没有这一天，这个月的最后一天是{last}，公历 {month.last}。")
    return _known(month.on(lunar.day))


def days_in(year: int, month: int, leap: bool = False) -> int:
    """Return 29 or 30. Raises NoSuchDay, OutOfRange."""
    found = _month(year, month, leap)
    _known(found.last)
    return found.length


def leap_month(year: int) -> int | None:
    """Return the number of the month that comes twice in this lunar year, if one does. Raises OutOfRange."""
    return next((each.number for each in _whole_year(year) if each.leap), None)


def new_years_eve(year: int) -> date:
    """Return 除夕, the last day of this lunar year, be it 腊月三十 or 廿九. Raises OutOfRange."""
    return _whole_year(year)[-1].last


@cache
def _months() -> tuple[_Month, ...]:
    """Every month of the lunar years that begin in the range, in order; the last one's end lies beyond it."""
    months, first = [], FIRST_DAY
    for year in range(FIRST_DAY.year, LAST_DAY.year + 1):
        for number, length, leap in LCalendars.iter_year_month(year):
            months.append(_Month(year, number, bool(leap), first, length))
            first += timedelta(days=length)
    return tuple(months)


@cache
def _by_name() -> dict[tuple[int, int, bool], _Month]:
    return {(each.year, each.number, each.leap): each for each in _months()}


def _month(year: int, number: int, leap: bool) -> _Month:
    if not FIRST_DAY.year <= year <= LAST_DAY.year:
        raise _out_of_range(f"农历 {year} 年")
    if not 1 <= number <= len(MONTHS):
        raise NoSuchDay(f"农历没有 {number} 月。")
    found = _by_name().get((year, number, leap))
    if found is None:
        raise NoSuchDay(f"农历{_year(year)}没有{_month_in_words(number, leap)}。")
    return found


def _whole_year(year: int) -> list[_Month]:
    months = [each for each in _months() if each.year == year]
    if not months or months[-1].last > LAST_DAY:
        raise _out_of_range(f"整个农历 {year} 年")
    return months


def _known(day: date) -> date:
    if not FIRST_DAY <= day <= LAST_DAY:
        raise _out_of_range(f"{day} ")
    return day


def _out_of_range(what: str) -> OutOfRange:
    return OutOfRange(f"{what}不在能算的范围里：从 {FIRST_DAY} 到 {LAST_DAY}。")


def _year(year: int) -> str:
    return f" {year} 年（{year_in_words(year)}）"


# ── birthdays ───────────────────────────────────────────────────────────────────────────────────────────────────────


def birthday_in(birth: LunarDay | LunarDate, lunar_year: int, *, leap_years_in_the_leap_month: bool = True) -> date:
    """Return the day of this lunar year on which a birthday is kept: 闰月生，逢闰过闰月，无闰过平月；三十生，小月过廿九.

    Some families keep the ordinary month in every year: then without `leap_years_in_the_leap_month`. Whoever was born in
    an ordinary month keeps that one also where a leap month follows it. Raises OutOfRange; NoSuchDay for what is no day
    of any year.
    """
    return _known(_day_kept(birth, lunar_year, in_the_leap_month=leap_years_in_the_leap_month))


def _day_kept(birth: LunarDay | LunarDate, lunar_year: int, *, in_the_leap_month: bool = True) -> date:
    if not 1 <= birth.day <= LONGEST_MONTH:
        raise NoSuchDay(f"农历一个月最多 {LONGEST_MONTH} 天，没有 {birth.day} 日。")
    leap = birth.leap and in_the_leap_month and (lunar_year, birth.month, True) in _by_name()
    month = _month(lunar_year, birth.month, leap)
    return month.on(min(birth.day, month.length))


# ── solar terms and festivals ───────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Festival:
    key: str
    name: str
    when: LunarDay | None  # None for a solar term, which has the festival's name
    other_names: tuple[str, ...] = ()


LITTLE_NEW_YEAR = "xiaonian"
SOUTHERN_LITTLE_NEW_YEAR = LunarDay(12, 24)
FESTIVALS = (  # none of them comes again in a leap month: 闰五月 has no 端午
    Festival("spring_festival", "春节", LunarDay(1, 1), ("大年初一",)),
    Festival("lantern", "元宵节", LunarDay(1, 15), ("元宵",)),
    Festival("dragon_boat", "端午节", LunarDay(5, 5), ("端午",)),
    Festival("qixi", "七夕", LunarDay(7, 7), ("七夕节",)),
    Festival("zhongyuan", "中元节", LunarDay(7, 15), ("中元",)),
    Festival("mid_autumn", "中秋节", LunarDay(8, 15), ("中秋",)),
    Festival("chongyang", "重阳节", LunarDay(9, 9), ("重阳", "老年节", "敬老节")),  # 老年人权益保障法 art. 12
    Festival("laba", "腊八节", LunarDay(12, 8), ("腊八",)),
    Festival(LITTLE_NEW_YEAR, "小年", LunarDay(12, 23)),
    Festival("new_years_eve", "除夕", LunarDay(12, 30), ("大年三十", "年三十")),
    Festival("qingming", "清明", None, ("清明节",)),
    Festival("winter_solstice", "冬至", None, ("冬至节",)),
)


def solar_term(year: int, name: str) -> date:
    """Return the day of a term of SOLAR_TERMS in this western year. Raises OutOfRange, ValueError for no term."""
    if name not in SOLAR_TERMS:
        raise ValueError(f"not a solar term: {name!r}")
    if not FIRST_DAY.year <= year <= LAST_DAY.year:
        raise _out_of_range(f"{year} 年")
    day: date = TermUtils.nth_term_day(year, SOLAR_TERMS.index(name))
    return _known(day)


def term_on(day: date) -> str | None:
    """Return the term that falls on this day, or None. Raises OutOfRange."""
    _known(day)
    name: str | None = TermUtils.get_term_info(day.year, day.month, day.day)[0]
    return name


def festivals(year: int, *, southern: bool = False) -> dict[str, date]:
    """Return the festivals of the lunar year that begins in this western year, by the keys of FESTIVALS.

    So those at its end carry dates of the western year that follows: of 2026, 腊八 is 2027-01-15, 小年 2027-01-30 (in the
    north; 腊月廿四 where it is kept as in the south) and 除夕 2027-02-05, the eve of 2027's 春节. 清明 and 冬至 of a
    western year always lie in the lunar year that begins in it. Raises OutOfRange when one of them does.
    """
    return {each.key: festival_in(year, each, southern=southern) for each in FESTIVALS}


def festival_in(year: int, festival: Festival, *, southern: bool = False) -> date:
    """Return the day of one festival, by the rule of `festivals`. Raises OutOfRange."""
    return _known(_festival_day(year, festival, southern=southern))


def _festival_day(year: int, festival: Festival, *, southern: bool) -> date:
    if festival.when is None:
        return solar_term(year, festival.name)
    at = SOUTHERN_LITTLE_NEW_YEAR if southern and festival.key == LITTLE_NEW_YEAR else festival.when
    return _day_kept(at, year)


def festivals_on(day: date, *, southern: bool = False) -> list[Festival]:
    """Return the festivals that fall on this day. Raises OutOfRange."""
    year = to_lunar(day).year
    return [each for each in FESTIVALS if _festival_day(year, each, southern=southern) == day]


# ── words ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def festival_called(text: str) -> Festival | None:
    """Return the festival that somebody names: 端午, 端午节, 除夕, 大年三十."""
    said = plain(text)
    return next((each for each in FESTIVALS if said in (each.name, *each.other_names)), None)


def parse_lunar(text: str) -> LunarDay | None:
    """Return the day of a lunar year that somebody means, or None: 腊月初八, 闰四月十五, 八月十五, 农历冬月20, 中秋.

    Numerals and marks are those of a roster's cells (`read_date`). 除夕 is day 30, so that it is 廿九 in a short 腊月. None
    also for 小年, which is not the same day everywhere, and for what names a year or says 公历.
    """
    festival = festival_called(text)
    if festival:
        return None if festival.key == LITTLE_NEW_YEAR else festival.when
    said = re.sub(r"月初(?=\d)", "月", plain(text).replace(" ", ""))
    try:
        reading = read_date(said, lunar=True)
    except CellError:
        return None
    if reading is None or reading.month_and_day is None or reading.calendar == "solar":
        return None
    return LunarDay(*reading.month_and_day, leap=reading.leap_month)

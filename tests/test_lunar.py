"""The Chinese calendar against lunar_python, which computes what borax looks up in tables, and against the dates where other
libraries err, each of them checked with the Hong Kong Observatory's table and with JPL's ephemeris DE440."""

from datetime import date
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lunar_python import Lunar, Solar

from handlers.lunar import (
    FESTIVALS,
    FIRST_DAY,
    LAST_DAY,
    SOLAR_TERMS,
    LunarDate,
    LunarDay,
    NoSuchDay,
    OutOfRange,
    birthday_in,
    days_in,
    festival_called,
    festivals,
    festivals_on,
    leap_month,
    new_years_eve,
    parse_lunar,
    solar_term,
    term_on,
    to_lunar,
    to_solar,
)
from tests.second_calendar import DAY, their_days, their_days_by_name, their_months, western

WHOLE_YEARS = range(1900, 2056)  # lunar years all of whose days lie in the range
EVES_ON_THE_29TH = {*(2000, 2002, 2005, 2011, 2012, 2015, 2021), *range(2024, 2029)}
EVES_ON_THE_29TH |= {2030, 2031, 2038, 2039, 2040, 2048, 2049, 2050, 2055}
LEAP_MONTHS = {
    **{2001: 4, 2004: 2, 2006: 7, 2009: 5, 2012: 4, 2014: 9, 2017: 6, 2020: 4, 2023: 2, 2025: 6, 2028: 5, 2031: 3},
    **{2033: 11, 2036: 6, 2039: 5, 2042: 2, 2044: 7, 2047: 5, 2050: 3, 2052: 8, 2055: 6},
}
# Moments within a quarter of an hour of midnight, which lunar_python puts on the other side. We have the Observatory's days.
TERMS_AT_MIDNIGHT = {
    (1912, "小雪"): date(1912, 11, 23),
    (1913, "秋分"): date(1913, 9, 24),
    (1917, "大雪"): date(1917, 12, 7),
    (1927, "白露"): date(1927, 9, 8),
    (1928, "夏至"): date(1928, 6, 21),
    (1979, "大寒"): date(1979, 1, 21),
}


# ── every day ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_day_of_the_range_is_the_one_that_lunar_python_counts() -> None:
    counted = 0
    for year in range(1900, 2057):
        for lunar, day in their_days(year):
            if day <= LAST_DAY:
                assert (to_lunar(day), to_solar(lunar)) == (lunar, day)
                counted += 1
    assert counted == (LAST_DAY - FIRST_DAY).days + 1


def test_every_month_begins_where_lunar_python_says_when_it_is_asked_for_the_day() -> None:
    for first in (first for year in range(1901, 2057) for _, _, first, _ in their_months(year) if first <= LAST_DAY):
        theirs = Solar.fromYmd(first.year, first.month, first.day).getLunar()
        month = theirs.getMonth()
        assert to_lunar(first) == LunarDate(theirs.getYear(), abs(month), theirs.getDay(), month < 0)
        assert theirs.getDay() == 1


def test_every_month_has_the_length_that_lunar_python_counts() -> None:
    theirs = {(year, each[0], each[1]): each[3] for year in WHOLE_YEARS for each in their_months(year)}
    assert {key: days_in(*key) for key in theirs} == theirs
    assert set(theirs.values()) == {29, 30}


@given(st.dates(FIRST_DAY, LAST_DAY))
def test_a_day_comes_back_from_the_lunar_calendar_and_from_its_words(day: date) -> None:
    lunar = to_lunar(day)
    assert to_solar(lunar) == day
    assert parse_lunar(lunar.yearly.words) == lunar.yearly
    assert lunar.words.endswith(f"年{lunar.yearly.words}")


@given(st.dates(FIRST_DAY, LAST_DAY - DAY))
def test_the_next_day_is_the_next_of_the_month_or_the_first_of_another(day: date) -> None:
    today, tomorrow = to_lunar(day), to_lunar(day + DAY)
    if tomorrow.day > 1:
        assert tomorrow == LunarDate(today.year, today.month, today.day + 1, today.leap)
    else:
        assert today.day == days_in(today.year, today.month, today.leap)


@given(st.integers(1890, 2070), st.integers(0, 14), st.integers(-1, 32), st.booleans())
def test_whatever_is_asked_is_a_day_or_refused_by_name(year: int, month: int, day: int, leap: bool) -> None:
    asked = LunarDate(year, month, day, leap)
    try:
        assert to_lunar(to_solar(asked)) == asked
    except (NoSuchDay, OutOfRange) as refusal:
        assert "农历" in str(refusal) or "范围" in str(refusal)


# ── where others err ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("1917-03-23", "丁巳年闰二月初一"),
        ("1917-04-21", "丁巳年三月初一"),
        ("1922-06-25", "壬戌年闰五月初一"),
        ("1922-07-24", "壬戌年六月初一"),
        ("1954-02-03", "甲午年正月初一"),
        ("1955-02-22", "乙未年二月初一"),
        ("1987-07-26", "丁卯年闰六月初一"),
        ("1987-08-24", "丁卯年七月初一"),
        ("1999-01-17", "戊寅年腊月初一"),
        ("2012-08-17", "壬辰年七月初一"),
        ("2018-11-08", "戊戌年十月初一"),
        ("2027-02-06", "丁未年正月初一"),
        ("2030-02-03", "庚戌年正月初一"),
    ],
)
def test_months_that_icu_begins_on_a_wrong_day_begin_on_the_right_one(day: str, words: str) -> None:
    assert to_lunar(date.fromisoformat(day)).words == words


@pytest.mark.parametrize(
    ("first", "last", "before", "words"),
    [
        ("1933-07-22", "1933-08-20", "癸酉年闰五月三十", "癸酉年六月廿九"),
        ("1954-11-25", "1954-12-24", "甲午年冬月初一", "甲午年冬月三十"),
        ("1978-09-02", "1978-10-01", "戊午年七月三十", "戊午年八月廿九"),
    ],
)
def test_months_in_which_lunardate_is_a_day_off_are_right(first: str, last: str, before: str, words: str) -> None:
    assert to_lunar(date.fromisoformat(first)).words == before
    assert to_lunar(date.fromisoformat(last)).words == words


# ── years ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_new_years_eve_is_the_29th_in_the_years_without_a_30th() -> None:
    eves = {year: to_lunar(new_years_eve(year)) for year in WHOLE_YEARS}
    assert all((eve.year, eve.month) == (year, 12) for year, eve in eves.items())
    assert {year for year, eve in eves.items() if year >= 2000 and eve.day == 29} == EVES_ON_THE_29TH
    assert all(to_lunar(new_years_eve(year) + DAY) == LunarDate(year + 1, 1, 1) for year in WHOLE_YEARS)
    assert new_years_eve(2026) == date(2027, 2, 5)


def test_leap_months_are_those_of_the_list() -> None:
    assert {year: month for year in range(2000, 2056) if (month := leap_month(year))} == LEAP_MONTHS
    theirs = {year: next((each[0] for each in their_months(year) if each[1]), None) for year in WHOLE_YEARS}
    assert {year: leap_month(year) for year in WHOLE_YEARS} == theirs


@pytest.mark.parametrize(
    ("lunar", "reason"),
    [
        (LunarDate(2026, 12, 30), "没有这一天，这个月的最后一天是腊月廿九，公历 2027-02-05"),
        (LunarDate(2026, 1, 0), "没有这一天"),
        (LunarDate(2027, 4, 1, leap=True), "农历 2027 年（丁未年）没有闰四月"),
        (LunarDate(2027, 13, 1), "农历没有 13 月"),
    ],
)
def test_a_day_that_does_not_exist_does_not_roll_over(lunar: LunarDate, reason: str) -> None:
    with pytest.raises(NoSuchDay, match=reason):
        to_solar(lunar)


def test_beyond_the_range_nothing_is_guessed() -> None:
    assert to_lunar(FIRST_DAY) == LunarDate(1900, 1, 1)
    assert to_lunar(LAST_DAY) == LunarDate(2056, 11, 25)
    assert to_solar(LunarDate(2056, 11, 25)) == LAST_DAY
    for beyond in (
        lambda: to_lunar(FIRST_DAY - DAY),
        lambda: to_lunar(LAST_DAY + DAY),
        lambda: to_lunar(date(2057, 9, 28)),
        lambda: to_solar(LunarDate(2056, 11, 26)),
        lambda: to_solar(LunarDate(1899, 12, 29)),
        lambda: days_in(2056, 11),
        lambda: leap_month(2056),
        lambda: new_years_eve(2056),
        lambda: festivals(2056),
        lambda: festivals(1899),
        lambda: birthday_in(LunarDay(12, 8), 2056),
        lambda: birthday_in(LunarDay(1, 1), 2057),
        lambda: solar_term(1900, "小寒"),
        lambda: solar_term(2057, "清明"),
        lambda: term_on(LAST_DAY + DAY),
        lambda: festivals_on(FIRST_DAY - DAY),
    ):
        with pytest.raises(OutOfRange, match="范围"):
            beyond()


# ── birthdays ───────────────────────────────────────────────────────────────────────────────────────────────────────


def kept(birth: LunarDay, year: int, in_the_leap_month: bool) -> date:
    """The rule once more, as a family would go about it with lunar_python's calendar on the wall: look for the day, then
    for the 29th; in the leap month if it is wanted, then in the ordinary one."""
    months = [True, False] if birth.leap and in_the_leap_month else [False]
    wishes = [(birth.month, day, leap) for leap in months for day in (birth.day, 29)]
    calendar = their_days_by_name(year)
    return next(calendar[wish] for wish in wishes if wish in calendar)


BIRTHS = [LunarDay(*each) for each in product(range(1, 13), (1, 15, 29, 30), (False, True))]


@pytest.mark.parametrize("in_the_leap_month", [True, False])
def test_birthdays_in_leap_months_and_on_day_30_are_kept_by_the_rule(in_the_leap_month: bool) -> None:
    assert len(BIRTHS) == 96
    for birth, year in product(BIRTHS, WHOLE_YEARS):
        day = birthday_in(birth, year, leap_years_in_the_leap_month=in_the_leap_month)
        assert day == kept(birth, year, in_the_leap_month), (birth, year)


def test_the_rule_in_examples() -> None:
    leap_june, june, eve = LunarDate(1960, 6, 3, leap=True), LunarDate(1960, 6, 3), LunarDay(12, 30)
    words = [
        to_lunar(birthday_in(leap_june, 2025)).words,
        to_lunar(birthday_in(leap_june, 2025, leap_years_in_the_leap_month=False)).words,
        to_lunar(birthday_in(leap_june, 2026)).words,
        to_lunar(birthday_in(june, 2025)).words,
        to_lunar(birthday_in(eve, 2026)).words,
        to_lunar(birthday_in(eve, 2023)).words,
    ]
    assert words == [
        *("乙巳年闰六月初三", "乙巳年六月初三", "丙午年六月初三", "乙巳年六月初三"),
        *("丙午年腊月廿九", "癸卯年腊月三十"),
    ]


@pytest.mark.parametrize("birth", [LunarDay(6, 31), LunarDay(6, 0), LunarDay(13, 1), LunarDay(0, 1)])
def test_what_is_no_day_of_any_year_is_nobodys_birthday(birth: LunarDay) -> None:
    with pytest.raises(NoSuchDay):
        birthday_in(birth, 2026)


# ── solar terms and festivals ───────────────────────────────────────────────────────────────────────────────────────


def test_solar_terms_fall_where_lunar_python_and_the_observatory_have_them() -> None:
    assert len(SOLAR_TERMS) == 24
    for year in range(1901, 2057):
        theirs = Lunar.fromYmd(year, 6, 1).getJieQiTable()
        for name in SOLAR_TERMS:
            expected = western(theirs["DONG_ZHI" if name == "冬至" else name])
            assert solar_term(year, name) == TERMS_AT_MIDNIGHT.get((year, name), expected)
            assert term_on(solar_term(year, name)) == name
    assert term_on(date(2027, 4, 6)) is None
    with pytest.raises(ValueError, match="中秋"):
        solar_term(2027, "中秋")


def test_the_festivals_of_2027_and_those_at_the_end_of_2026_are_on_their_days() -> None:
    days = {key: day.isoformat() for key, day in festivals(2027).items()}
    assert days == {
        "spring_festival": "2027-02-06",
        "lantern": "2027-02-20",
        "dragon_boat": "2027-06-09",
        "qixi": "2027-08-08",
        "zhongyuan": "2027-08-16",
        "mid_autumn": "2027-09-15",
        "chongyang": "2027-10-08",
        "laba": "2028-01-04",
        "xiaonian": "2028-01-19",
        "new_years_eve": "2028-01-25",
        "qingming": "2027-04-05",
        "winter_solstice": "2027-12-22",
    }
    ends = festivals(2026)
    assert [ends[key].isoformat() for key in ("laba", "xiaonian", "new_years_eve")] == [
        *("2027-01-15", "2027-01-30", "2027-02-05")
    ]
    assert festivals(2026, southern=True)["xiaonian"] == date(2027, 1, 31)
    assert festivals(2028)["spring_festival"] == date(2028, 1, 26)
    assert festivals(2021)["winter_solstice"] == date(2021, 12, 21), "at 23:59:18"


def test_festivals_fall_where_lunar_python_has_them() -> None:
    """It names festivals of a day by itself; 七夕, 中元 and 小年 it knows elsewhere or not, so those we look up by number."""
    names = {
        **{"spring_festival": "春节", "lantern": "元宵节", "dragon_boat": "端午节", "mid_autumn": "中秋节"},
        **{"chongyang": "重阳节", "laba": "腊八节", "new_years_eve": "除夕"},
    }
    numbers = {"qixi": (7, 7, False), "zhongyuan": (7, 15, False), "xiaonian": (12, 23, False)}
    for year in range(1990, 2056):
        for key, day in festivals(year).items():
            if key in names:
                assert names[key] in Solar.fromYmd(day.year, day.month, day.day).getLunar().getFestivals(), (key, day)
            elif key in numbers:
                assert day == their_days_by_name(year)[numbers[key]]


def test_a_festival_is_found_on_its_day_and_on_no_other() -> None:
    for year in range(2024, 2030):
        found = {each.key: day for day in days_of(year) for each in festivals_on(day)}
        assert found == festivals(year)
        assert sum(len(festivals_on(day)) for day in days_of(year)) == len(FESTIVALS)
    assert festivals_on(date(2028, 6, 27)) == [], "闰五月初五 is no 端午"
    assert [each.name for each in festivals_on(date(2056, 12, 21))] == ["冬至"]


def days_of(lunar_year: int) -> list[date]:
    return [day for _, day in their_days(lunar_year)]


# ── words ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_days_of_a_month_have_their_names() -> None:
    assert " ".join(LunarDay(1, day).words.removeprefix("正月") for day in range(1, 31)) == (
        "初一 初二 初三 初四 初五 初六 初七 初八 初九 初十 十一 十二 十三 十四 十五 十六 十七 十八 十九 二十 "
        "廿一 廿二 廿三 廿四 廿五 廿六 廿七 廿八 廿九 三十"
    )
    assert LunarDay(11, 1, leap=True).words == "闰冬月初一"
    assert to_lunar(date(2026, 2, 17)).words == "丙午年正月初一"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("腊月初八", (12, 8, False)),
        ("闰四月十五", (4, 15, True)),
        ("八月十五", (8, 15, False)),
        ("正月初一", (1, 1, False)),
        ("冬月二十", (11, 20, False)),
        ("十二月三十", (12, 30, False)),
        ("农历 冬月 初十", (11, 10, False)),
        ("阴历８月１５", (8, 15, False)),
        ("腊月初8", (12, 8, False)),
        ("腊月廿三日", (12, 23, False)),
        ("闰十一月卅", (11, 30, True)),
        ("除夕", (12, 30, False)),
        ("大年三十", (12, 30, False)),
        ("中秋。", (8, 15, False)),
        ("重阳节", (9, 9, False)),
    ],
)
def test_a_lunar_day_is_read_as_people_write_it(text: str, day: tuple[int, int, bool]) -> None:
    assert parse_lunar(text) == day


@pytest.mark.parametrize(
    "text",
    [
        "",
        "腊月",
        "初八",
        "腊月三十一",
        "十三月初一",
        "公历8月15日",
        "2026年腊月初八",
        "2027-02-06",
        "小年",
        "清明",
        "明天",
    ],
)
def test_what_is_no_lunar_day_of_every_year_is_not_read_as_one(text: str) -> None:
    assert parse_lunar(text) is None


@given(st.text(max_size=12) | st.text("闰正腊冬月初十廿三二一日年0123456789 -.农历", max_size=9))
def test_no_words_make_reading_fail(text: str) -> None:
    day = parse_lunar(text)
    assert day is None or (1 <= day.month <= 12 and 1 <= day.day <= 30)


def test_every_name_of_a_festival_means_that_one() -> None:
    for each in FESTIVALS:
        assert [festival_called(name) for name in (each.name, *each.other_names)] == [each] * (
            1 + len(each.other_names)
        )
    assert festival_called("国庆节") is None

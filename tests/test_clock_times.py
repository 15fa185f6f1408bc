"""Times of day as people write them."""

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.clock_times import read_span, read_time

_TENS = ("", "十", "二十", "三十", "四十", "五十")
NUMERALS = {0: "零"} | {
    number: _TENS[number // 10] + ("" if number % 10 == 0 else "一二三四五六七八九"[number % 10 - 1])
    for number in range(1, 60)
}
TIMES = st.times().map(lambda each: each.replace(second=0, microsecond=0))


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("14:30", (time(14, 30), None)),
        ("１４：３０", (time(14, 30), None)),
        ("14点", (time(14), None)),
        ("两点半", (time(14, 30), None)),
        ("2点半", (time(14, 30), None)),
        ("上午九点", (time(9), None)),
        ("9点整", (time(9), None)),
        ("早上六点", (time(6), None)),
        ("凌晨十二点", (time(0), None)),
        ("中午十二点", (time(12), None)),
        ("中午1点", (time(13), None)),
        ("晚上七点一刻", (time(19, 15), None)),
        ("三点三刻", (time(15, 45), None)),
        ("三点零五分", (time(15, 5), None)),
        ("02:30", (time(2, 30), None)),
        ("14时30分", (time(14, 30), None)),
        ("14:30-16:00", (time(14, 30), time(16))),
        ("１４：３０－１６：００", (time(14, 30), time(16))),
        ("14:30 — 16:00", (time(14, 30), time(16))),
        ("14:30～16:00", (time(14, 30), time(16))),
        ("下午两点半到四点", (time(14, 30), time(16))),
        ("从下午两点半到四点。", (time(14, 30), time(16))),
        ("2:30-4:00", (time(14, 30), time(16))),
        ("八点到十点", (time(8), time(10))),
        ("上午九点至两点", (time(9), time(14))),
        ("晚上七点到九点", (time(19), time(21))),
        ("下午2到4点", (time(14), time(16))),
        ("14-16点", (time(14), time(16))),
        ("九点到十二点", (time(9), time(12))),
        ("上午九点到下午四点半", (time(9), time(16, 30))),
    ],
)
def test_a_time_or_a_span_is_read_as_it_is_meant(said: str, meant: tuple[time, time | None]) -> None:
    assert read_span(said) == meant


@pytest.mark.parametrize(
    "said",
    [
        *("", "随便", "25:00", "14:60", "两点七十分", "14", "下午", "上午14点", "晚上十二点", "晚上三点", "中午九点"),
        *("16:00-14:30", "14:30-14:30", "两点到三点到四点", "14:30-", "到四点", "下午四点到下午两点", "12月4日"),
    ],
)
def test_what_is_no_time_of_day_is_none(said: str) -> None:
    assert read_span(said) is None


@given(TIMES, st.sampled_from(["{:%H:%M}", "{:%H.%M}", "{:%H点%M分}", "{:%H时%M}", " {:%H:%M} "]))
def test_every_time_of_the_day_is_read_back(at: time, form: str) -> None:
    assert read_time(form.format(at)) == at


@given(TIMES)
def test_full_width_is_the_same(at: time) -> None:
    wide = str.maketrans({str(digit): chr(ord("０") + digit) for digit in range(10)} | {":": "："})
    assert read_time(f"{at:%H:%M}".translate(wide)) == at


@given(st.integers(1, 11), st.integers(0, 59), st.sampled_from(["早上", "上午"]))
def test_the_morning_in_chinese_numerals(hour: int, minute: int, mark: str) -> None:
    assert read_time(f"{mark}{NUMERALS[hour]}点{NUMERALS[minute]}分") == time(hour, minute)


@given(st.integers(1, 11), st.integers(0, 59))
def test_the_afternoon_in_chinese_numerals(hour: int, minute: int) -> None:
    assert read_time(f"下午{NUMERALS[hour]}点{NUMERALS[minute]}") == time(hour + 12, minute)


@given(TIMES, TIMES, st.sampled_from(["-", "到", "至", "～", "——", "－"]))
def test_a_span_is_read_back_when_its_end_is_later_and_is_none_otherwise(start: time, end: time, sign: str) -> None:
    read = read_span(f"{start:%H:%M}{sign}{end:%H:%M}")
    # 12 hours may be added only where an hour from 1 to 12 is written without a zero before it.
    if end > start:
        assert read == (start, end)
    elif read is not None:
        assert read == (start, end.replace(hour=end.hour + 12)) and 10 <= end.hour < 12


@given(st.text(max_size=20))
def test_whatever_is_typed_gives_a_span_in_order_or_nothing(said: str) -> None:
    read = read_span(said)
    assert read is None or read[1] is None or read[0] < read[1]

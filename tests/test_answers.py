"""How a short answer is understood: by number in any writing, by a label or a part of it, as yes or no, as a day."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers import answers

CATEGORIES = ["就医", "住房", "生活照料", "待遇费用", "出行", "其他"]
URGENT = ["是，很急", "不急"]
SOLVED = ["已解决", "部分解决", "没解决"]
REVIEW = ["确认提交", "改类别", "改情况", "改急不急"]
QUIETLY = settings(derandomize=True, deadline=None, database=None, max_examples=150)

WRITINGS = """
    1 １ ① ⑴ ⒈ 1️⃣ 一 第1 第一 第１个 第一个 第一项 第一条 第①个 选1 选一 选第一个 我选1 我要1 我选第一个 要第一个 按1 就1 是1
    1、 1. 1， 1。 1) (1) （1） （一） 【1】 1号 一号 1吧 1号吧 第一个吧 “1” 1！ 1个 就第一个 就选1 我就要第一个 （1）。
""".split()


@pytest.mark.parametrize("writing", [*WRITINGS, " 1 ", "1\n", "选 1", "第 一 个", "1 。", "\u30001"])
def test_a_one_is_a_one_in_every_writing(writing: str) -> None:
    assert answers.number(writing) == 1
    assert answers.option(writing, CATEGORIES) == 0


@pytest.mark.parametrize(
    ("writing", "value"),
    [
        ("0", 0),
        ("零", 0),
        ("〇", 0),
        ("２", 2),
        ("两", 2),
        ("第二个", 2),
        ("⑥", 6),
        ("九", 9),
        ("十", 10),
        ("10", 10),
        ("⑩", 10),
        ("十二", 12),
        ("二十", 20),
        ("三十一", 31),
        ("99", 99),
        ("九十九", 99),
        ("第十个", 10),
    ],
)
def test_other_numbers(writing: str, value: int) -> None:
    assert answers.number(writing) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "。",
        "就医",
        "一二",
        "1楼漏水",
        "三天不热了",
        "13800000001",
        "1.5",
        "1-2",
        "第",
        "个",
        "号",
        "一个人在家",
        "十十",
        "1234",
        "第一医院",
    ],
)
def test_what_only_begins_like_a_number_is_none(text: str) -> None:
    assert answers.number(text) is None


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ("就医", 0),
        ("【就医】", 0),
        ("1 就医", 0),
        ("1、就医", 0),
        ("①就医", 0),
        ("就医。", 0),
        ("我要就医", 0),
        ("就医的事", 0),
        ("生活", 2),
        ("照料", 2),
        ("待遇", 3),
        ("费用", 3),
        ("住房问题", 1),
        ("其他吧", 5),
        ("住 房", None),
        ("7", None),
        ("第七个", None),
        ("0", None),
    ],
)
def test_a_label_or_a_part_of_one_label_is_an_answer(said: str, place: int | None) -> None:
    assert answers.option(said, CATEGORIES) == place


@pytest.mark.parametrize(
    "said",
    [
        "上次去就医的时候住房补贴没有算进去",
        "就医和住房",
        "我家住房的暖气三天不热了，怎么办",
        "老伴就医以后医药费一直没有报",
        "",
        "   ",
        "？",
    ],
)
def test_a_sentence_that_holds_a_label_is_a_story_and_not_an_answer(said: str) -> None:
    assert answers.option(said, CATEGORIES) is None


def test_a_part_of_two_labels_is_no_answer() -> None:
    assert answers.option("解决", SOLVED) is None
    assert answers.option("急", URGENT) is None


@pytest.mark.parametrize(
    ("said", "labels"),
    [
        ("不要撤回", ["撤回", "不撤回"]),
        ("别撤回", ["撤回", "不撤回"]),
        ("我不想撤回", ["撤回", "不撤回"]),
        ("不太同意", ["同意", "不同意"]),
        ("没同意", ["同意", "不同意"]),
        ("先别确认提交", REVIEW),
        ("不是就医", CATEGORIES),
        ("无法同意", ["同意", "不同意"]),
        ("暂不确认提交", REVIEW),
    ],
)
def test_a_label_with_a_no_beside_it_is_not_that_label(said: str, labels: list[str]) -> None:
    """Whoever says 不要撤回 must not have withdrawn."""
    assert answers.option(said, labels) in (None, 1 if labels[1].startswith("不") else None)


@pytest.mark.parametrize("said", ["行", "行。", "要", "好", "对", "有"])
def test_a_yes_is_not_a_part_of_a_label(said: str) -> None:
    """行 is a part of 出行, but whoever says it agrees to something."""
    assert answers.option(said, CATEGORIES) is None


@pytest.mark.parametrize(("said", "place"), [("没解决", 2), ("还没解决", 2), ("不急", 1), ("不急的", 1), ("不同意", 1)])
def test_a_label_that_is_itself_a_no_is_found(said: str, place: int) -> None:
    labels = next(each for each in (SOLVED, URGENT, ["同意", "不同意"]) if any(label in said for label in each[1:]))
    assert answers.option(said, labels) == place


YES = """
    是 是的 对 对的 好 好的 好啊 好吧 行 行啊 可以 可以的 要 需要 嗯 嗯嗯 确认 同意 有 有的 没错 没问题
    OK ok Ｏｋ yes 1 １ ① 第一个 好。 是！
""".split()
NO = """
    否 不 不是 不是的 不对 不用 不用了 不用啦 不要 不要了 不要啊 不行 不需要 不可以 不同意 不好 没有 没有了 没 算了 算了吧 不了
    no NO 2 二 不。
""".split()
NEITHER = "是不是 好不好 可以吗 行不行 3 不一定 不知道 随便 再说 我家暖气 也许是 要不 了 的 吧".split()


@pytest.mark.parametrize("said", YES)
def test_yes(said: str) -> None:
    assert answers.yes_or_no(said) is True


@pytest.mark.parametrize("said", NO)
def test_no(said: str) -> None:
    assert answers.yes_or_no(said) is False


@pytest.mark.parametrize("said", [*NEITHER, "", " ", "。"])
def test_neither(said: str) -> None:
    assert answers.yes_or_no(said) is None


@given(st.sampled_from(YES), st.sampled_from(["", "。", "！", " ", "，", "…"]), st.sampled_from(["", "啊", "呀", "哦"]))
@QUIETLY
def test_a_soft_ending_never_turns_a_yes_into_a_no(said: str, mark: str, ending: str) -> None:
    assert answers.yes_or_no(f"{said}{ending}{mark}") in (True, None)


# ── days ────────────────────────────────────────────────────────────────────────────────────────────────────────────

TODAY = date(2026, 11, 23)  # a Monday


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("今天", (2026, 11, 23)),
        ("明天", (2026, 11, 24)),
        ("明天。", (2026, 11, 24)),
        ("后天", (2026, 11, 25)),
        ("大后天", (2026, 11, 26)),
        ("昨天", (2026, 11, 22)),
        ("星期一", (2026, 11, 23)),  # today is included
        ("星期三", (2026, 11, 25)),
        ("周日", (2026, 11, 29)),
        ("礼拜天", (2026, 11, 29)),
        ("这周三", (2026, 11, 25)),
        ("本周一", (2026, 11, 23)),
        ("下星期三", (2026, 12, 2)),
        ("下个星期三", (2026, 12, 2)),
        ("下周一", (2026, 11, 30)),
        ("下下周五", (2026, 12, 11)),
        ("周3", (2026, 11, 25)),
        ("12月4日", (2026, 12, 4)),
        ("12月4号", (2026, 12, 4)),
        ("12月4日星期五", (2026, 12, 4)),
        ("１２月４日", (2026, 12, 4)),
        ("12月4", (2026, 12, 4)),
        ("12.4", (2026, 12, 4)),
        ("12-4", (2026, 12, 4)),
        ("12/4", (2026, 12, 4)),
        ("十二月四号", (2026, 12, 4)),
        ("十二月二十一日", (2026, 12, 21)),
        ("2026年12月4日", (2026, 12, 4)),
        ("2027-1-5", (2027, 1, 5)),
        ("2026年10月8日", (2026, 10, 8)),  # a year said is a year meant
        ("10月8日", (2027, 10, 8)),  # over the year's end
        ("十月八号", (2027, 10, 8)),
        ("11月23日", (2026, 11, 23)),  # today is included
        ("11月22日", (2027, 11, 22)),
        ("8号", (2026, 12, 8)),
        ("23号", (2026, 11, 23)),
        ("二十三号", (2026, 11, 23)),
        ("31号", (2026, 12, 31)),  # November has none
        ("2月29日", (2028, 2, 29)),
        (" 12 月 4 日 ", (2026, 12, 4)),
    ],
)
def test_a_day_said_in_passing(said: str, found: tuple[int, int, int]) -> None:
    assert answers.day(said, TODAY) == date(*found)


@pytest.mark.parametrize(
    "said",
    [
        "",
        "2月30日",
        "13月1日",
        "0月5日",
        "2027年2月29日",
        "32号",
        "0号",
        "周八",
        "星期",
        "0000年1月1日",
        "早上8点",
        "1月",
        "百日",
    ],
)
def test_what_is_not_a_day_is_none(said: str) -> None:
    assert answers.day(said, TODAY) is None


def test_the_leap_day_is_found_over_a_century_without_one() -> None:
    assert answers.day("2月29日", date(2096, 3, 1)) == date(2104, 2, 29)


TODAYS = st.dates(date(1990, 1, 1), date(2190, 1, 1))


@given(TODAYS, st.integers(0, 364))
@QUIETLY
def test_a_date_of_the_coming_year_is_found_as_people_write_it(today: date, ahead: int) -> None:
    wanted = today + timedelta(days=ahead)
    for said in (
        f"{wanted.month}月{wanted.day}日",
        f"{wanted.month}.{wanted.day}",
        f"{wanted:%Y-%m-%d}",
        f"{wanted.month}月{wanted.day}号。",
    ):
        assert answers.day(said, today) == wanted


@given(TODAYS, st.integers(1, 31))
@QUIETLY
def test_the_day_of_a_month_is_the_next_one_of_that_number(today: date, number: int) -> None:
    found = answers.day(f"{number}号", today)
    assert found is not None
    assert found >= today
    assert found.day == number
    assert all((today + timedelta(days=each)).day != number for each in range((found - today).days))


@given(TODAYS, st.sampled_from("一二三四五六日"))
@QUIETLY
def test_a_weekday_is_within_a_week_and_next_weeks_is_in_the_next_week(today: date, name: str) -> None:
    this, following = answers.day(f"星期{name}", today), answers.day(f"下星期{name}", today)
    assert this is not None
    assert following is not None
    assert 0 <= (this - today).days < 7
    assert this.weekday() == following.weekday() == "一二三四五六日".index(name)
    assert following.isocalendar()[:2] == (today + timedelta(days=7)).isocalendar()[:2]


# ── any text at all ─────────────────────────────────────────────────────────────────────────────────────────────────

SIGNS = "0123456789０１２①⑩一二两三十百第个号项选月日年星期周下这本不没是好的吧了。、 .-/（）٣²½️⃣"
PIECES = st.sampled_from([*SIGNS, "就医", "明天", "\u0000", "\ud800"])
TEXTS = st.text(max_size=40) | st.lists(PIECES, max_size=12).map("".join)
READERS: list[Callable[[str], object]] = [
    answers.plain,
    answers.number,
    answers.chinese_number,
    answers.yes_or_no,
    lambda text: answers.option(text, CATEGORIES),
    lambda text: answers.day(text, TODAY),
]


@given(TEXTS)
@QUIETLY
def test_no_text_makes_the_reading_fail(text: str) -> None:
    for read in READERS:
        read(text)


@given(TEXTS)
@QUIETLY
def test_a_number_is_never_negative_nor_above_999_and_an_option_is_one_of_the_labels(text: str) -> None:
    number, place = answers.number(text), answers.option(text, CATEGORIES)
    assert number is None or 0 <= number <= 999
    assert place is None or 0 <= place < len(CATEGORIES)


@given(st.text("我家的暖气三天没热了怎么办呢在医院", min_size=11), st.sampled_from(CATEGORIES), st.integers(0, 11))
@QUIETLY
def test_a_long_text_is_never_taken_for_an_option(text: str, label: str, place: int) -> None:
    assert answers.option(f"{text[:place]}{label}{text[place:]}", CATEGORIES) is None


@given(st.integers(0, 99))
@QUIETLY
def test_every_number_to_99_is_read_in_chinese(number: int) -> None:
    tens, ones = divmod(number, 10)
    digits = "零一二三四五六七八九"
    written = digits[ones] if not tens else ("" if tens == 1 else digits[tens]) + "十" + (digits[ones] if ones else "")
    assert answers.chinese_number(written) == number
    assert answers.number(f"第{written}个") == number


@given(st.sampled_from(CATEGORIES), st.sampled_from(["{}", "【{}】", "{}。", " {} ", "“{}”", "{}！"]))
@QUIETLY
def test_a_label_is_found_with_whatever_marks_around_it(label: str, form: str) -> None:
    assert answers.option(form.format(label), CATEGORIES) == CATEGORIES.index(label)


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("11月22日", date(2026, 11, 22)),
        ("11月23日", date(2026, 11, 23)),
        ("12月1日", date(2025, 12, 1)),
        ("8号", date(2026, 11, 8)),
        ("30日", date(2026, 10, 30)),
        ("2月29日", date(2024, 2, 29)),
        ("2026年1月5日", date(2026, 1, 5)),
        ("昨天", date(2026, 11, 22)),
        ("明天", date(2026, 11, 24)),
        ("以前", None),
    ],
)
def test_of_what_is_past_a_date_without_a_year_is_the_last_one(said: str, day: date | None) -> None:
    assert answers.past_day(said, date(2026, 11, 23)) == day

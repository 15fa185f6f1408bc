"""Whether two reports look like the same matter: told again in other words, yes; about something else of the same kind, no."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.alike import looks_alike, similarity

QUIETLY = settings(derandomize=True, deadline=None, database=None, max_examples=150)
REPORTS = st.one_of(st.text(), st.text(st.sampled_from("我家的暖气三天不热了水管漏，。 ")))

SAME = [
    ("我家暖气三天不热了", "暖气还是不热"),
    ("药费报销还没下来", "上个月的药费怎么还没报"),
    ("水管漏水", "家里漏水了，水管坏了"),
    ("楼道灯坏了", "我们楼道的灯又坏了，晚上看不见"),
    ("厕所堵了", "卫生间厕所又堵了，水都漫出来了"),
    ("想办老年证", "老年证怎么办"),
    ("医药费什么时候报销", "医药费报销的钱还没到"),
    ("高龄补贴没发", "这个月的高龄补贴怎么还没有发"),
    ("我想住院，没有床位", "县医院没床位，住不上院"),
    ("屋顶漏雨", "下雨天屋顶又漏雨了，墙都湿了"),
    ("想请个保姆照顾老伴", "想找保姆，照顾我老伴"),
    ("订的报纸没有送来", "这几天报纸都没送来"),
    ("电视没有信号", "电视看不了，没信号"),
    ("门口的井盖丢了", "井盖没了，门口很危险，丢了好几天"),
    ("听力不好想配助听器", "能不能帮我配个助听器"),
    ("阀门漏水，请人来修", "上次说的阀门还在漏水，没人来修"),
    ("WiFi 连不上", "家里的ｗｉｆｉ又连不上了"),
    ("我家暖气三天不热了", "我家暖气三天不热了，老伴都冻感冒了，打了三次电话供热公司也没人来，请你们帮忙问一问"),
]

DIFFERENT = [
    ("楼道灯坏了", "厨房灯坏了"),
    ("楼道灯坏了", "楼道垃圾没人扫"),
    ("暖气不热", "暖气费怎么交"),
    ("电视没有声音", "电视没有图像"),
    ("药费没报", "想报名合唱"),
    ("想报名合唱", "想报名书法"),
    ("我想住院", "我想出院"),
    ("水管漏水", "屋顶漏雨"),
    ("医保卡丢了", "老年证丢了"),
    ("轮椅坏了", "轮椅怎么领"),
    ("我想反映一个困难", "我想问一下困难补助"),
    ("请帮我联系医院", "请帮我联系保姆"),
    ("暖气三天不热了", "三天没吃药了"),
    ("医院没床位", "医院挂不上号"),
    ("停水了", "停电了"),
    ("物业费太贵", "物业不修电梯"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_the_same_matter_in_other_words_looks_alike(one: str, other: str) -> None:
    assert looks_alike(one, other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_another_matter_does_not(one: str, other: str) -> None:
    assert not looks_alike(one, other)


@pytest.mark.parametrize("short", ["", " ", "。。。", "嗯", "好的", "我的", "灯", "停水", "1", "\ud800"])
def test_what_says_next_to_nothing_is_like_nothing(short: str) -> None:
    assert not looks_alike(short, short)
    assert not looks_alike(short, f"我家停水三天了，灯也不亮{short}")


def test_a_long_story_is_compared_by_what_the_short_one_says() -> None:
    story = "我住在三号楼二单元，今年八十一了，老伴身体不好。" * 50
    assert looks_alike(f"{story}今年冬天暖气一直不热。", "暖气不热")
    assert not looks_alike(story, "高龄补贴没发")


@QUIETLY
@given(REPORTS, REPORTS)
def test_it_does_not_matter_which_is_named_first(one: str, other: str) -> None:
    assert similarity(one, other) == similarity(other, one)
    assert looks_alike(one, other) == looks_alike(other, one)
    assert 0 <= similarity(one, other) <= 1


@QUIETLY
@given(REPORTS)
def test_a_report_is_wholly_like_itself(report: str) -> None:
    telling = f"{report}暖气不热"
    assert similarity(telling, telling) == 1
    assert looks_alike(telling, telling)


@QUIETLY
@given(REPORTS, st.text(" ，。！？、…\t\n", max_size=3))
def test_spaces_punctuation_and_width_make_no_difference(report: str, marks: str) -> None:
    spread = marks.join("暖气不热ABC")
    assert similarity(f"{report}。暖气不热ABC", f"{report}，{spread}") == 1
    assert similarity("阀门abc12", "阀门ＡＢＣ１２") == 1

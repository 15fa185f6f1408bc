"""Which messages tell of danger: as old people write them, mistakes and all; and which everyday ones do not."""

from collections.abc import Iterator

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from handlers import danger
from handlers.danger import DANGERS, GAP, HARMLESS, Danger, find, pieces

QUIETLY = settings(derandomize=True, deadline=None, database=None, max_examples=150)

HURT = """
    我摔倒了 老伴在厕所摔倒了爬不起来 摔到了 摔，倒，了！ 摔\u200b倒 我摔了一跤 刚才摔了个跟头 栽了个大跟头 跌了一跤 跌到在门口
    跌倒了腿动不了 滑到了 下楼绊了一跤 甩倒了起不来 率倒在卫生间 从床上掉下来了 没摔倒，就是头磕破了 没有摔倒 胯骨骨折了 被电动车撞到了
    胸口疼 胸口痛 胸口，疼 胸口很疼 胸口有点疼 胸口这一块特别地疼 胸口通 胸悶 凶闷得很 心口窝疼 心脏不太舒服 我心慌得厉害 心梗 心口堵，胸有点闷
    喘不上气 喘不过气来 传不上气来 上不来气了 呼吸很困难 憋得慌 他昏过去了 老头子叫了半天叫不醒 叫也叫不醒 暈倒了 晕到在地 不省人事
    半边身子不能动了 半边身子突然麻了 嘴有点歪了 嘴歪眼斜 說不出話 突然说不出话来 怕是中风了 脑溢血 脑益血 鼻子流血止不住 吐血了 大便带血，便血
    浑身抽搐 吃饭噎住了 鱼刺卡在喉咙里 吃错药了 药吃错了 降压药吃多了 吃多了药 开水烫伤了 血压到了２００ 血压200 血压两百多 救命啊 救名啊
    快打１２０ 快叫救护车 快叫就护车 老伴快不行了 疼的受不了 喝了半瓶农药
""".split()
FIRE = """
    家里着火了 著火了 厨房起火 电视机冒烟了 电线冒火花 煤气漏了 煤气泄露 好像是漏煤气 家里有煤气味 有一股煤气的味道 媒气味很大
    煤气忘了关 燃气泄漏 天然气好像漏气了 一氧化碳报警器响 锅忘了关火 高压锅爆炸了 我被困在电梯里 电梯坏了出不来 房子塌了 插座烧了
""".split()
CRIME = """
    有人闯进来 有人撬门 家里进了小偷，有小偷 進賊了，有賊 钱包被偷了 有人抢劫 枪劫 抢我包 楼下有人打人 儿子打我 儿媳妇不给我饭吃 他威胁我
    有个人正在骗我钱 我被骗了 我受騙了 骗走我三万块 电话里让我转账 讓我轉帳 叫我马上汇款 说是公安局，让我把钱转到安全账户 说我涉案了
    非要我屏幕共享 老伴走丢了 老伴出去半天不见了 我迷路了 快打110
""".split()
DESPAIR = """
    不想活了 我不想活 真的不想再活了 活着没意思 活着没有意思 活着真是没啥意思 活着还有什么意思，不如死 活够了 活勾了 我早就活腻了
    想死 我想死，你们别管 想死的心都有 自杀 自殺 轻生 跳樓 跳楼算了 攒了安眠药 安民药 一了百了 没有活路了 没活路 拖累你们不如死了
    死了算了 死了干净 早死早好 不想再拖累孩子们 生不如死 活不下去了 活着就是受罪 我就是个累赘 没什么盼头了 上吊 遗书写好了 我死了都没人知道
    阎王爷怎么还不收我 不想或了
""".split()

EVERYDAY = """
    暖气三天不热了 药费没报 我想报名合唱 电视没有声音 孙子打球 楼道灯坏了 我想反映困难 查进展 人工 1 是，很急 明天的报告会几点开始 看简报
    我家水管漏水 下水道堵了 电梯坏了 电梯又停了，上下楼困难 加装电梯困难很大 门口的路灯不亮 物业费涨价了 医保卡丢了 卡在机器里取不出来
    我想住院，床位紧张 膝盖疼，想做理疗 腰有点酸 牙疼 血压有点高 量出血压高，一百五 查出血糖有点高 降压药开不到 药费报销还没下来 救命药能不能报
    想请人陪我去医院 听不清，声音太小 怎么转人工 请打人工 请打我电话 打我家电话 拨打人民医院的电话打不通 我打电话没人接
    今天太热了，热死了 这个笑话笑死我了 我想死你们了 想死你了，什么时候来看我 急死了，怎么还没回信 心疼死我了 今天不想活动
    腿疼没法活动 活动中心几点开门
    生活够好的了 我年轻生过肺病 等着火车票退款 火车站怎么走 孩子们红红火火 手机死机了 手机没反应 收到了，谢谢 送到在哪里取 想不到这么快
    感动得说不出话来 说不清楚 想不起来了 嗓子都冒烟了 厨房抽风机坏了 一路上途中风景好 我们那时候流血牺牲 中风后遗症能办残疾证吗 换煤气罐找谁
    煤气费怎么交 燃气公司电话多少 我给孙子转账不会弄 验证码收不到 手机要杀毒吗 流感疫苗哪天打 出院了 谢谢你们 老伴去世后的抚恤金 交党费
    看电视剧 练书法 老年大学报名 想学手机 我要请假 王老生日快乐 孙女考上大学了 国际形势报告会 路滑，出门小心 摔坏的眼镜能修吗
""".split()


def label(words: str) -> str | None:
    found = find(words, DANGERS)
    return found.label if found else None


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        *((words, "急病受伤") for words in HURT),
        *((words, "着火煤气") for words in FIRE),
        *((words, "坏人") for words in CRIME),
        *((words, "轻生") for words in DESPAIR),
        ("摔 倒 了", "急病受伤"),
        ("胸 口 疼", "急病受伤"),
        ("着\n火\t了", "着火煤气"),
        ("不　想　活", "轻生"),
    ],
)
def test_a_danger_is_heard(words: str, expected: str) -> None:
    assert label(words) == expected


@pytest.mark.parametrize("words", [*EVERYDAY, "", " ", "。", "*", "\0", "😀", "\ud800"])
def test_an_everyday_message_is_no_alarm(words: str) -> None:
    assert label(words) is None


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("想死，你了解我吗", "轻生"),
        ("我想死 你了结了我吧", "轻生"),
        ("不想活，动不了了", "轻生"),
        ("热死了，我也不想活了", "轻生"),
        ("请打我电话，老伴晕倒了", "急病受伤"),
        ("胸口 笑死 疼", "急病受伤"),
    ],
)
def test_a_set_phrase_silences_itself_only(words: str, expected: str) -> None:
    assert label(words) == expected


def test_a_set_phrase_does_not_glue_together_what_stood_around_it() -> None:
    assert find("摔热死了倒", (Danger("跌", "120", ("摔倒",)),)) is None


def test_of_several_dangers_the_first_in_the_list_is_told() -> None:
    assert label("不想活了，吃了一瓶药，喘不上气") == "急病受伤"
    assert find("不想活了，喘不上气", DANGERS[::-1]) == DANGERS[3]


def test_nothing_is_a_danger_to_an_empty_list() -> None:
    assert find("着火了", ()) is None
    assert find("着火了", []) is None


# The list


def alone(word: str) -> str:
    return word.replace("*", "")


@pytest.mark.parametrize("group", DANGERS, ids=lambda group: group.label)
def test_every_word_of_the_list_is_found_with_its_gaps_empty_and_full(group: Danger) -> None:
    for word in group.words:
        assert find(alone(word), [group]) == group, word
        assert find(word.replace("*", "日" * GAP), [group]) == group, word
        assert find(alone(word), DANGERS) in DANGERS[: DANGERS.index(group) + 1], word


def test_no_word_stands_in_the_list_twice() -> None:
    words = [pieces(word) for group in DANGERS for word in group.words]
    assert len(set(words)) == len(words)
    assert () not in words


def test_every_word_is_found_in_traditional_characters() -> None:
    traditional = {ord(pair[1]): pair[0] for pair in danger._TRADITIONAL.split()}
    changed = 0
    for word in everything_alone():
        changed += word.translate(traditional) != word
        assert label(word.translate(traditional)), word
    assert changed > 150


def test_the_set_phrases_are_few_and_no_alarm() -> None:
    assert len(HARMLESS.split()) < 60
    assert [phrase for phrase in HARMLESS.split() if label(phrase)] == []


def everything_alone() -> list[str]:
    return [alone(word) for group in DANGERS for word in group.words]


# What the office may write


@pytest.mark.parametrize(
    ("word", "words", "found"),
    [
        ("胸口*疼", "胸口一二三四五六疼", True),
        ("胸口*疼", "胸口一二三四五六七疼", False),
        ("胸口*疼", "胸口一二三四五六七胸口疼", True),
        ("胸口*疼", "疼，胸口", False),
        ("胸口＊痛", "胸口疼", True),
        ("**胸口***疼**", "胸口好疼", True),
        ("胸 口，疼", "胸口疼", True),
        ("甲*甲*甲", "甲甲", False),
        ("甲*甲*甲", "甲甲甲", True),
        ("甲*乙*丙", "甲乙一二三四五六七乙丙", False),
        ("甲*乙*丙", "甲一二三乙四五乙六七八九丙", True),
        ("SOS", "ｓｏｓ！", True),
        ("a.c", "abc", False),
        ("a.c", "a.c", True),
        ("(甲|乙", "甲乙", True),
        ("[甲-丙]", "乙", False),
        ("热死了", "今天热死了", True),
        ("*", "随便什么", False),
        ("。。", "随便。。", False),
        ("", "随便什么", False),
    ],
)
def test_a_word_is_plain_text_and_a_star_up_to_six_characters(word: str, words: str, found: bool) -> None:
    own = Danger("自己写的", "0000", (word,))
    assert (find(words, [own]) == own) is found


JUNK = st.text(" \t\r\n　，。、！？…·-_*#()（）“”【】~～\u200b\ufe0f\0😀|^$", max_size=3)
SURROUNDINGS = st.one_of(st.text(max_size=30), st.sampled_from(EVERYDAY), st.sampled_from(HARMLESS.split()))


def full_width(text: str) -> str:
    return "".join(chr(ord(each) + 0xFEE0) if "!" <= each <= "~" else each for each in text)


@QUIETLY
@given(st.sampled_from(everything_alone()), st.data())
def test_spaces_punctuation_and_full_width_forms_never_hide_a_word(word: str, data: st.DataObject) -> None:
    written = "".join(data.draw(JUNK) + data.draw(st.sampled_from([each, full_width(each)])) for each in word)
    assert label(written) is not None


@QUIETLY
@given(SURROUNDINGS, st.sampled_from(everything_alone()), SURROUNDINGS)
def test_what_stands_around_never_hides_a_word(before: str, word: str, after: str) -> None:
    said = before + word + after
    assume(all(said.count(phrase) == before.count(phrase) + after.count(phrase) for phrase in HARMLESS.split()))
    assert label(said) is not None


@QUIETLY
@given(st.sampled_from(EVERYDAY), st.sampled_from(everything_alone()), st.sampled_from(EVERYDAY))
def test_a_word_is_found_in_a_long_message(before: str, word: str, after: str) -> None:
    assert label(f"{before}。" * 400 + word + f"。{after}" * 400) is not None


# Long messages: the work is counted, not timed


@pytest.mark.parametrize(
    ("word", "words"),
    [
        ("甲*" * 14 + "乙", "甲" * 5000),
        ("甲*" * 14 + "乙", "甲" * 4985 + "丙" * 7 + "乙"),
        ("甲乙*" * 9 + "丙", "甲乙" * 2490 + "丁" * 7 + "丙"),
    ],
)
def test_each_place_is_looked_at_once_a_piece_however_many_stars_a_word_has(
    word: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    places, seen = danger._places, 0

    def counted(piece: str, form: str) -> Iterator[int]:
        nonlocal seen
        for place in places(piece, form):
            seen += 1
            yield place

    monkeypatch.setattr(danger, "_places", counted)
    assert find(words, [Danger("难", "0000", (word,))]) is None
    assert seen <= len(pieces(word)) * len(words)

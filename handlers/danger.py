"""Whether a message tells of danger: somebody fell, something burns, somebody is threatened, somebody does not want to live.

It errs on the side of alarm, because a false one costs a telephone call and a missed one may cost a life: a "not" before a word
does not silence it, nor does a full stop in the middle. Only the set phrases of `HARMLESS` do, word for word.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

GAP = 6
"""How many characters `*` stands for at most."""


@dataclass(frozen=True, slots=True)
class Danger:
    label: str  # what it is, for the staff: 急病受伤
    call: str  # the number the person is shown
    words: tuple[str, ...]  # in any of them `*` stands for 0 to GAP characters: 胸口*疼


def find(words: str, dangers: Sequence[Danger]) -> Danger | None:
    """Return the danger that a message tells of, the first in the list if it tells of several, or None.

    Spaces, punctuation, case, full-width forms, traditional characters and the slips in `_SLIPS` make no difference. Takes time
    in proportion to the message's length, whatever words the office has written.
    """
    wanted, harmless = _prepared(tuple(dangers))
    forms = _forms(words, harmless)
    heard = set().union(*forms)
    return next((danger for letters, word, danger in wanted if letters <= heard and _told(word, forms)), None)


def pieces(word: str) -> tuple[str, ...]:
    """Return what must stand in a message for this word, in its evened form, split at each `*`. None: it can never be found."""
    return tuple(filter(None, map(_letters, _even(word).split("*"))))


_Wanted = tuple[frozenset[str], tuple[str, ...], Danger]
"""The characters of a word, which rule it out quickest; its pieces; what it tells of."""


@lru_cache(maxsize=8)
def _prepared(dangers: tuple[Danger, ...]) -> tuple[list[_Wanted], list[str]]:
    """Return all words of the dangers, and the set phrases that are harmless: not those that the office itself wrote."""
    words = [(pieces(word), danger) for danger in dangers for word in danger.words]
    wanted = [(frozenset("".join(word)), word, danger) for word, danger in words if word]
    phrases = map(_even, HARMLESS.split())
    return wanted, [phrase for phrase in phrases if not any(phrase in piece for word, _ in words for piece in word)]


def _told(word: tuple[str, ...], forms: set[str]) -> bool:
    return any(all(piece in form for piece in word) and _in_order(word, form) for form in forms)


def _in_order(word: tuple[str, ...], form: str) -> bool:
    """Tell whether the pieces follow each other with at most GAP characters between two. Each place is looked at once a piece."""
    ends = {start + len(word[0]) for start in _places(word[0], form)}
    for piece in word[1:]:
        near = (start for start in _places(piece, form) if not ends.isdisjoint(range(start - GAP, start + 1)))
        ends = {start + len(piece) for start in near}
    return bool(ends)


def _places(piece: str, form: str) -> Iterator[int]:
    start = form.find(piece)
    while start >= 0:
        yield start
        start = form.find(piece, start + 1)


# One writing for many

_BARRIER = "\0"  # stands where a set phrase was, so that what was on either side of it does not become one word
_NO_LETTER = re.compile(rf"[^\w{_BARRIER}]|_")


def _forms(words: str, harmless: Sequence[str]) -> set[str]:
    """Return the message in its evened form, as it is and with the slips mended."""
    even = _even(words)
    for phrase in harmless:
        even = even.replace(phrase, _BARRIER)
    form = mended = _letters(even)
    for wrong, right in _SLIPS:
        mended = mended.replace(wrong, right)
    return {form, mended}


def _even(text: str) -> str:
    """Return text in one writing. Spaces and punctuation stay as yet: 想死，你了解吗 does not hold the set phrase 想死你了."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return folded.translate(_WRITINGS).replace(_BARRIER, "")


def _letters(even: str) -> str:
    return _NO_LETTER.sub("", even)


_TAKEN_FOR = "痛疼 到倒 的得 露漏 帐账 帳账 著着"  # the office need not write both: 摔到 is 摔倒, 泄露 is 泄漏
_TRADITIONAL = """
    丟丢 乾干 來来 們们 傢家 傷伤 價价 兩两 凍冻 勁劲 動动 匯汇 彙汇 厲厉 喚唤 喫吃 嗆呛 噹当 嚇吓 報报 壓压 夠够 尋寻 幫帮 幹干 弔吊 彈弹 後后 悶闷
    應应 戶户 捱挨 搶抢 撐撑 擾扰 斷断 暈晕 書书 會会 東东 樓楼 樣样 機机 殭僵 殺杀 氣气 沒没 濃浓 滾滚 災灾 煙烟 菸烟 煩烦 熱热 燒烧 燙烫 牀床 犧牺
    當当 發发 髮发 睏困 碼码 禍祸 竈灶 紅红 絆绊 結结 絕绝 絞绞 給给 綁绑 線线 纍累 義义 聞闻 聽听 脅胁 脫脱 腦脑 腳脚 膩腻 臟脏 髒脏 葯药 藥药 裏里
    裡里 見见 觸触 訴诉 證证 話话 該该 誤误 說说 説说 識识 護护 讓让 費费 賊贼 賬账 賴赖 贅赘 趕赶 蹤踪 車车 輕轻 轉转 農农 這这 進进 過过 遺遗 還还
    邊边 醣糖 錢钱 錯错 鍋锅 鎖锁 門门 閥阀 閻阎 闖闯 關关 險险 難难 電电 頭头 願愿 風风 飯饭 餘余 餬糊 騙骗 騷骚 驗验 鬍胡 魚鱼 麼么 點点 齒齿
    樂乐 渾浑 靜静 淨净 凈净 盡尽 証证
"""  # of the characters in the words below
_WRITINGS = {ord(pair[0]): pair[1] for pair in (_TAKEN_FOR + _TRADITIONAL).split()}

_SLIPS = [
    (_even(wrong), _even(right))
    for wrong, right in (
        slip.split(">")
        for slip in """
        甩倒>摔倒 率倒>摔倒 帅倒>摔倒 衰倒>摔倒 摔道>摔倒 摔导>摔倒 爹倒>跌倒 迭倒>跌倒 荤倒>晕倒 摔交>摔跤 跌交>跌跤 跟斗>跟头
        胸口通>胸口疼 胸口同>胸口疼 心口通>心口疼 凶口>胸口 胸门>胸闷 凶闷>胸闷 胸焖>胸闷 传不上气>喘不上气 踹不上气>喘不上气
        呼息>呼吸 心埂>心梗 脑埂>脑梗 脑益血>脑溢血 救名>救命 就护车>救护车 媒气>煤气 梅气>煤气 枪劫>抢劫 小愉>小偷
        自沙>自杀 自刹>自杀 跳搂>跳楼 安棉药>安眠药 安民药>安眠药 不想或了>不想活了 不想货了>不想活了 活勾了>活够了
        """.split()
    )
]
"""Wrong choices of pinyin input and of handwriting, only where the wrong word means nothing else."""

HARMLESS = """
    想死你了 想死你们了 想死我了 心疼死 笑死 热死了 冷死了 气死了 急死了 吵死了 烦死了 忙死了
    激动得说不出话 感动得说不出话 发起火来 嗓子冒烟 嗓子都冒烟 流血牺牲
    活动 生活够 年轻生 跳楼价 救命恩 救命药 救命钱 抽风机 途中风景 中风险 出血压 出血糖 出血脂 出血红 出血小 出血管
    坐着火车 等着火车 赶着火车 看着火车 挨着火车 着火车站 着火红
    打人工 打人民 打我电话 打我的电话 打我手机 打我的手机 打我家电话 打我家的电话 打我座机
    中风后遗症 脑梗后遗症 脑出血后遗症 脑溢血后遗症
"""
"""Silences the alarming word inside it: jokes; other words by chance (不想活动, 量出血压高, 请打人工); an illness long past. Only as
written here, with nothing in between. Few, because each may hide a danger some day."""


# The office's list as it is delivered; config.toml holds the same and explains it

_HURT = """
    摔倒 摔*倒 摔了 摔下 摔伤 摔断 摔着 摔在 摔地 摔得 摔出 跤 摔*跟头 栽*跟头 跌*跟头 跌倒 跌下 跌伤 滑倒 绊倒 栽倒 倒在地 突然倒 床上掉
    掉下床 滚下 爬不起来 站不起来 坐不起来 起不来床 起不来了 动弹不得 骨折 骨头*断 腿*断了 胳膊*断了 撞倒 被车*撞 车祸 磕着 磕破 磕到头
    磕了头 头磕 砸伤 烫伤 烫着 烧伤 触电 电着了 溺水 掉*河里
    昏倒 晕倒 晕过去 昏过去 昏死 晕厥 昏迷 休克 不省人事 叫*不醒 喊*不醒 推*不醒 人没反应 人没了反应 老伴*没反应 神志不清 意识不清 说胡话
    天旋地转 眼前发黑 眼前一黑 抽搐 抽风 浑身抽 口吐白沫
    胸*疼 胸口*疼 胸*闷 胸口*堵 胸口*压 胸口*难受 心口*疼 心口*闷 心口*难受 心脏*疼 心脏*难受 心脏*不*舒服 心脏病*犯 心脏病*发 心绞疼 心慌
    心梗 心肌梗 心跳*停 喘不上 喘不过 上不来气 出不来气 出不上气 气上不来 上气不接下气 透不过气 憋得慌 憋气 背过气 呼吸困难 呼吸很困难
    呼吸有*困难 呼吸费*劲 呼吸急促 呼吸不 没有呼吸 没呼吸 断气了 断了气
    半边*动不了 半边*不能动 半边*不会动 半边*麻 半身不遂 突然*动不了 突然*不能动 突然*不会动 突然*看不见 突然*说不出 手脚*不听使唤 嘴*歪
    口眼歪 说不出话 说不了话 说话不清 口齿不清 中风 脑出血 脑溢血 脑梗 脑血栓 头晕*厉害 头疼*厉害 血压200 血压二百 血压两百 血压*到*200
    血压*到*二百 血压*到*两百
    大出血 出血 流血 流了*血 流*好多血 血*止不住 止不住血 吐血 吐了*血 吐出*血 咳血 便血 拉血 尿血
    噎住 噎着 呛住 鱼刺 卡在*喉 卡在*嗓 卡住*喉 卡住*嗓 吃错药 吃错*药 药*吃错 吃多了*药 多吃了*药 药吃多了 药*吃多了 吃*一瓶*药 喝*一瓶*药
    一瓶*药*吃了 吃了*一把药 喝了*农药 误服 误食 中毒 过敏*厉害
    疼得打滚 疼*受不了 疼死 难受*受不了 难受得不行 高烧 中暑 冻僵 快不行了 人不行了 快死了 我要死了 救命 救救 快来救 救护车 叫120 打120
    快来人
"""

_FIRE = """
    着火 着了火 起火 失火 火灾 大火 冒烟 冒了烟 冒*黑烟 冒*白烟 冒*浓烟 冒火 火苗 烧起来 烧着了 焦糊味 电线*火 电线*烧 插座*火 插座*烧 漏电
    煤气*漏 漏*煤气 煤气*味 闻*煤气 煤气中毒 煤气*没关 煤气*忘*关 忘*关煤气 燃气*没关 燃气*忘*关 燃气*漏 漏*燃气 燃气*味 闻*燃气 天然气*漏
    天然气*味 管道漏气 阀门漏气 灶*漏气 忘*关火 一氧化碳
    爆炸 罐*炸 锅炸 塌了 倒塌 困在*电梯 关在*电梯 电梯*困住 电梯*出不来 打119 叫119
"""

_CRIME = """
    闯进 闯到家 赖着不走 撬门 撬锁 砸门 踹门 堵门 小偷 有贼 进贼 遭贼 偷东西 偷走 被偷 偷了 抢劫 抢钱 抢包 抢我 抢走
    打人 打我 打伤 动手打我 动手打了 持刀 拿着刀 拿刀*我 砍人 砍我 杀人 要杀我 要杀了 绑架 不让我出门 挨打 打架 被人打 家暴 虐待 不给*饭吃
    把我赶出 威胁 恐吓 敲诈 勒索 跟踪我 骚扰我
    被骗 受骗 骗我 骗了 骗走 骗*钱 骗子 上当了 上了当 让我*转账 叫我*转账 要我*转账 让我*转钱 让我*汇款 叫我*汇款 要我*汇款 让我*打钱
    安全账户 涉案 洗钱 共享屏幕 屏幕共享 把验证码*告诉 把验证码*给 不让*告诉家 冒充
    走丢 走失 失踪 迷路 找不到家 老伴*不见了 人不见了 要报警 快报警 帮*报警 打110 叫110
"""

_DESPAIR = """
    不想活 不想再活 不想这么活 不想这样活 不愿活 不愿意活 没法活 活不下去 我活不了 活不了了 我不活了 就不活了 活够了 活腻 活着*没*意思
    活着*没劲 活着*没*意义 活着*没用 活着*干什么 活着*干啥 活着*受罪 活着*多余 活着*累 活着也是 没意思*活着 活得*累 活得没*意思 活受罪
    生不如死 不如死 还不如*死 不如*死了 死了算 死了好 死了倒好 死了更好 死了*干净 死了*省心 死了*清静 死了*没人 死在家 一死了之 早点死
    早死早 让我死 该死了 想死 寻死 找死 去死 想*去死 死的心 阎王 自杀 自尽 寻短见 轻生 跳楼 跳河 跳井 跳下去 上吊 割腕 喝农药 喝*农药 安眠药
    安乐死 结束生命 了结*自己 遗书 遗言 交代后事 安排后事 一了百了 没有活路 没*活路 走绝路 绝路
    想*解脱 不想*拖累 怕拖累 拖累*死 拖累*不如 成*累赘 是*累赘 没*盼头 日子*过不下去 熬不下去 撑不下去
"""

DANGERS = (
    Danger("急病受伤", "120", tuple(_HURT.split())),
    Danger("着火煤气", "119", tuple(_FIRE.split())),
    Danger("坏人", "110", tuple(_CRIME.split())),
    Danger("轻生", "12356", tuple(_DESPAIR.split())),  # the national help line for people in despair, since 2025-01-01
)

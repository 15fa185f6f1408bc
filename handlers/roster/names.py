"""Names of people as they stand in rosters, and the cell that holds a whole relative: 女儿小李 13800000001."""

import datetime as dt
import re
from dataclasses import dataclass

from handlers.roster.cells import DEAD_WORDS, SEXES, CellError, CellValue, clean, read_text
from handlers.roster.phones import read_phones

LONGEST_NAME = 30
NAME = re.compile(r"[^\W\d_]+(?:[·' -][^\W\d_]+)*")
"""Letters of any writing; 买买提·王 and Wang Lao are names too."""
DOTS = str.maketrans({"•": "·", "・": "·", "‧": "·", "●": "·", "．": "·", ".": "·"})

RELATIONS = (
    "配偶", "老伴", "爱人", "妻子", "丈夫", "妻", "夫", "父亲", "母亲",
    "大儿子", "二儿子", "三儿子", "小儿子", "儿子", "长子", "次子", "三子", "之子",
    "大女儿", "二女儿", "三女儿", "小女儿", "女儿", "长女", "次女", "三女", "之女",
    "儿媳妇", "儿媳", "女婿", "外孙女", "外孙", "孙女", "孙子",
    "侄女", "侄子", "侄", "外甥女", "外甥",
    "哥哥", "弟弟", "姐姐", "妹妹", "兄", "弟", "姐", "妹", "保姆", "护工", "邻居",
)  # fmt: skip
SURE_RELATIONS = tuple(sorted((word for word in RELATIONS if len(word) > 1), key=len, reverse=True))
"""Words of one character count only when they stand alone: 夫 and 弟 are also parts of names."""
FAMILY_LABELS = re.compile(r"(?:家属|亲属|姓名|关系|联系电话|电话|手机号?码?)[::]|联系电话|电话|手机号?码?|[(),;:、/]")
NUMBER = re.compile(r"\+?[0-9](?:[0-9]|[ ()-](?=[0-9( ]))*[0-9]")


@dataclass(frozen=True)
class Family:
    name: str | None
    relation: str | None
    phone: str | None


def read_name(value: CellValue) -> tuple[str | None, str | None]:
    """(name, sex): the sex when the name carries it, as lists of officials do: 王老（女）. None for an empty cell.

    Spaces inside a Chinese name are for looks (王　老) and go. Refused: digits, a remark other than the sex or the
    people, and a remark that the person is dead.
    """
    if isinstance(value, bool | dt.date | dt.time | dt.timedelta):
        raise CellError("这一格不是姓名，请核对。")
    text = clean(value)
    if not text:
        return None, None
    remarks = re.split(r"[,、;\s]+", ",".join(re.findall(r"\(([^()]*)\)", text)))
    name = _joined(re.sub(r"\([^()]*\)", "", text).strip().translate(DOTS))
    if not NAME.fullmatch(name) or len(name) > LONGEST_NAME:
        raise CellError(f"“{text[:20]}”不像一个人的姓名，请核对。")
    return name, _sex_in([word for word in remarks if word])


def _joined(name: str) -> str:
    return name if re.search(r"[A-Za-z]", name) else name.replace(" ", "")


def _sex_in(remarks: list[str]) -> str | None:
    sex = None
    for remark in remarks:
        if remark in DEAD_WORDS:
            raise CellError("姓名旁边写明已经去世，没有导入。如果系统里已有这位同志，请在系统里登记去世。")
        if remark in SEXES:
            sex = SEXES[remark]
        elif not remark.endswith("族"):
            raise CellError(f"姓名旁边有说明“{remark[:20]}”，请把说明移到“备注”一栏。")
    return sex


def read_names(value: CellValue) -> tuple[str, ...]:
    """Several names in one cell, parted by 、 , ; / or a line's end that became a space between full names."""
    pieces = re.split(r"[、,;/]|(?<=[一-鿿]{2})\s+(?=[一-鿿]{2})", clean(value))
    names = (read_name(piece)[0] for piece in pieces)
    return tuple(dict.fromkeys(name for name in names if name))


def read_family(value: CellValue) -> tuple[Family | None, str | None]:
    """(the first relative in the cell, doubt): 女儿小李 13800000001, 小李（女儿）, 小李. The doubt tells of more."""
    text = read_text(value, 200)
    if not text:
        return None, None
    numbers = list(NUMBER.finditer(text))
    doubt = None
    if len(numbers) > 1:
        text, doubt = text[: numbers[0].end()], "这一格有几位家属或几个号码，只登记了第一位。"
    phones = read_phones(numbers[0][0]) if numbers else ()
    if len(phones) > 1:
        doubt = "这一格有几个号码，只登记了第一个。"
    words = [word for word in FAMILY_LABELS.sub(" ", NUMBER.sub(" ", text)).split() if word not in SEXES]
    relation, rest = _relation(words)
    if len(rest) > 1 and max(map(len, rest)) > 1:
        raise CellError("看不懂这一格，请写成“女儿小李 13800000001”这样，或把姓名、关系、电话分成三栏。")
    return Family(read_name("".join(rest))[0], relation, phones[0].number if phones else None), doubt


def _relation(words: list[str]) -> tuple[str | None, list[str]]:
    for index, word in enumerate(words):
        if word in RELATIONS:
            return word, words[:index] + words[index + 1 :]
        for relation in SURE_RELATIONS:
            if word.startswith(relation) or word.endswith(relation):
                return relation, [*words[:index], word.replace(relation, "", 1), *words[index + 1 :]]
    return None, words

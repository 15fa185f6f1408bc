"""One cell of a roster -> one value. Every rule is a pure function; what cannot be read is a CellError, never a guess.

ValueError
└── CellError   the words are shown to the operator, so they say what to write instead; they never quote a
                telephone or an identity number, since the report may be printed or logged
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping

CellValue = str | int | float | bool | dt.datetime | dt.date | dt.time | dt.timedelta | None

BLANK_WORDS = {"无", "没有", "暂无", "空", "不详", "不明", "未知", "不清楚", "n/a", "na", "nan", "none", "null"}
BLANK_MARKS = re.compile(r"[-/\\—–_.·~*、,…。:;|\s]*")
DITTO_WORDS = {"同上", "同前", "〃", '"'}
ERROR_WORDS = {"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!", "#CALC!"}

SEXES = {"男": "男", "男性": "男", "m": "男", "1": "男", "女": "女", "女性": "女", "f": "女", "2": "女"}
"""1 and 2 are the codes of GB/T 2261.1."""

RETIREMENT_KINDS = {
    "离休": "离休", "离": "离休", "离休干部": "离休", "离休人员": "离休",
    "退休": "退休", "退": "退休", "退休干部": "退休", "退休人员": "退休", "正常退休": "退休",
    "提前退休": "退休", "病退": "退休", "退二线退休": "退休",
}  # fmt: skip

ROLES = {
    "cadre": ("老干部", "老同志", "离退休干部", "离休干部", "退休干部", "离休", "退休", "干部", "cadre"),
    "relative": ("家属", "亲属", "子女", "relative"),
    "staff": ("工作人员", "干事", "联络员", "科员", "staff"),
    "leader": ("领导", "局领导", "分管领导", "leader"),
    "administrator": ("管理员", "系统管理员", "administrator", "admin"),
}

HEALTH_CLASSES = {
    "健康": "健康", "良好": "健康", "较好": "健康", "好": "健康", "自理": "健康", "能自理": "健康",
    "一般": "一般", "较差": "一般", "差": "一般", "半自理": "一般", "体弱": "一般",
    "不能自理": "不能自理", "失能": "不能自理", "半失能": "不能自理", "卧床": "不能自理", "长期卧床": "不能自理",
    "其他": "其他", "其它": "其他",
}  # fmt: skip

POLITICAL = {"党员": "中共党员", "中国共产党党员": "中共党员", "共产党员": "中共党员", "预备党员": "中共预备党员"}

CALENDARS = {
    "公": "solar", "公历": "solar", "阳": "solar", "阳历": "solar", "新历": "solar", "西历": "solar",
    "农": "lunar", "农历": "lunar", "阴": "lunar", "阴历": "lunar", "旧历": "lunar", "古历": "lunar",
}  # fmt: skip

ALIVE_WORDS = {"是", "在世", "健在", "在", "在世人员"}
DEAD_WORDS = {"否", "去世", "已故", "逝世", "已去世", "已逝世", "病故", "不在世", "亡故", "死亡", "故"}


class CellError(ValueError):
    """This cell cannot be used; `str(error)` is a sentence in Chinese that tells the operator what to write."""


def clean(value: CellValue) -> str:
    """The text of a cell in half-width characters, trimmed, with inner runs of space as one; "" when nothing is there.

    Invisible marks that come along when a number is copied from a phone book (U+202D and its like) are dropped.
    A whole number stored as a float loses its `.0`. Words that mean "nothing" (无, 不详, /, —) are nothing.
    Raises CellError for a spreadsheet error such as #N/A.
    """
    text = unicodedata.normalize("NFKC", _text(value))
    visible = "".join(_visible(character) for character in text)
    words = " ".join(visible.split())
    if words.upper() in ERROR_WORDS:
        raise CellError(f"这一格是公式出错（{words}），请改成实际内容。")
    return "" if words.lower() in BLANK_WORDS or BLANK_MARKS.fullmatch(words) else words


def _visible(character: str) -> str:
    kind = unicodedata.category(character)
    if kind == "Cc":
        return " "
    return "" if kind in ("Cf", "Cs") else character


def _text(value: CellValue) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ")
    return value if isinstance(value, str) else str(value)


def _number(value: float) -> str:
    """A float as the shortest decimal: 13800000001.0 -> 13800000001, 1938.7 -> 1938.7 (also 1938.7000000000001)."""
    if value != value or value in (float("inf"), float("-inf")):
        raise CellError("这一格不是一个有效的数字。")
    if value.is_integer():
        return str(int(value))
    return f"{value:.6f}".rstrip("0").rstrip(".")


def read_text(value: CellValue, longest: int) -> str | None:
    """Plain words of at most `longest` characters, None for an empty cell.

    Refused: 同上 (which row is meant changes when the table is sorted), and a cell that the spreadsheet program has
    turned into a date (房号 3-1 becomes the first of March).
    """
    if isinstance(value, dt.date | dt.time | dt.timedelta):
        raise CellError("表格软件把这一格变成了日期或时间，请把单元格设为“文本”后重新填写。")
    return _short(clean(value), longest)


def read_note(value: CellValue, longest: int) -> str | None:
    """As `read_text`, but a date is welcome here and is kept as it reads."""
    return _short(clean(value), longest)


def _short(text: str, longest: int) -> str | None:
    if text in DITTO_WORDS:
        raise CellError("请不要写“同上”，请把内容写完整。")
    if len(text) > longest:
        raise CellError(f"这一格有 {len(text)} 个字，最多 {longest} 个字，请缩短。")
    return text or None


def _choice(value: CellValue, table: Mapping[str, str], allowed: str) -> str | None:
    text = clean(value).replace(" ", "")
    if not text:
        return None
    found = table.get(text.lower())
    if found is None:
        raise CellError(f"看不懂“{text[:20]}”，请写{allowed}。")
    return found


def read_sex(value: CellValue) -> str | None:
    return _choice(value, SEXES, "“男”或“女”")


def read_retirement_kind(value: CellValue) -> str | None:
    return _choice(value, RETIREMENT_KINDS, "“离休”或“退休”")


def read_calendar(value: CellValue) -> str | None:
    """ "solar", "lunar", or None for an empty cell."""
    return _choice(value, CALENDARS, "“公历”或“农历”")


def read_alive(value: CellValue) -> None:
    """Passes for the living and for an empty cell; refuses the dead, who must never be greeted by mistake."""
    text = clean(value).replace(" ", "")
    if text in DEAD_WORDS:
        raise CellError("这一行写明已经去世，没有导入。如果系统里已有这位同志，请在系统里登记去世。")
    if text and text not in ALIVE_WORDS:
        raise CellError(f"看不懂“{text[:20]}”，请写“是”（在世）或“否”（已故）。")


def read_political_status(value: CellValue) -> str | None:
    text = read_text(value, 20)
    return POLITICAL.get(text, text) if text else None


def read_health(value: CellValue) -> tuple[str | None, str | None]:
    """(class, doubt). Only four coarse classes are ever kept: health is sensitive data (个人信息保护法 art. 28), and no
    reminder needs the name of an illness. Anything finer is entered as 其他 and its words are dropped."""
    text = clean(value).replace(" ", "")
    if not text:
        return None, None
    if text in HEALTH_CLASSES:
        return HEALTH_CLASSES[text], None
    return "其他", "健康状况只登记“健康、一般、不能自理、其他”四类，具体病情没有导入，暂记为“其他”。"


def read_roles(value: CellValue) -> tuple[str, ...]:
    """Roles in the order of ROLES, each once; an empty cell means a cadre, since a roster is a list of cadres."""
    known = {word: role for role, words in ROLES.items() for word in words}
    words = [word.lower() for word in re.split(r"[、,;/|+\s]+", clean(value)) if word]
    unknown = [word for word in words if word not in known]
    if unknown:
        raise CellError(f"看不懂“{unknown[0][:20]}”，请写“老干部、家属、工作人员、领导、管理员”中的一个或几个。")
    return tuple(role for role in ROLES if role in {known[word] for word in words}) or ("cadre",)


def read_id_tail(value: CellValue) -> tuple[str | None, str | None]:
    """(last four characters of an identity number, doubt). The doubt never repeats the number.

    Only the tail is kept, and the rest leaves this function nowhere: it is enough to tell two people of one name
    apart and to check a caller, nothing here needs more, and what is not stored cannot leak (个人信息保护法 art. 6).
    A number kept as a number has lost its last digits already: Excel holds 15.
    """
    text = clean(value).replace(" ", "").upper()
    if not text:
        return None, None
    if isinstance(value, int | float) and len(text) > 15:
        return None, "身份证号被表格软件当成了数字，后几位已经丢失，没有登记。需要时请把单元格设为“文本”后重新填写。"
    if not re.fullmatch(r"[0-9*X]{14,17}[0-9X]", text) or not re.fullmatch(r"\d{3}[\dX]", text[-4:]):
        return None, "身份证号的位数不对，没有登记。"
    return text[-4:], None

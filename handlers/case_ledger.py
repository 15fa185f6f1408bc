"""The 困难帮扶台账: its columns, as the bureaux keep it, and what stands in them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from handlers.case_report import category_label
from handlers.cases.words import OUTCOMES, SATISFIED, SOLVED
from handlers.month import Month
from handlers.office import Office
from storage.case_report import LedgerRow

LONGEST_WORDS = 200  # characters of what was first said
Cell = str | int | date | None


@dataclass(frozen=True, slots=True)
class Column:
    title: str
    width: int  # in digits of the standard font; a Chinese character takes two
    value: Callable[[LedgerRow, Office], Cell]


COLUMNS = (
    Column("编号", 10, lambda row, office: row.number),
    Column("姓名", 9, lambda row, office: row.name),
    Column("性别", 5, lambda row, office: row.sex),
    Column("出生日期", 11, lambda row, office: row.birth),
    Column("离退休类型", 11, lambda row, office: row.retirement_kind),
    Column("单位", 16, lambda row, office: row.unit),
    Column("登记日期", 11, lambda row, office: office.today(row.opened_at)),
    Column("反映人", 9, lambda row, office: row.acted_by or "本人"),
    Column("类别", 9, lambda row, office: category_label(office, row.category)),
    Column("情况说明", 36, lambda row, office: _first_words(row)),
    Column("经办人", 9, lambda row, office: row.owner),
    Column("承诺日期", 11, lambda row, office: row.promised_on),
    Column("办结日期", 11, lambda row, office: office.today(row.closed_at) if row.closed_at else None),
    Column("结果", 9, lambda row, office: OUTCOMES[row.outcome] if row.closed_at and row.outcome else "正在办理"),
    Column("解决没有", 9, lambda row, office: SOLVED[row.solved] if row.solved else None),
    Column("满意没有", 9, lambda row, office: SATISFIED[row.satisfied] if row.satisfied else None),
    Column("回访人", 9, lambda row, office: row.caller),
    Column("帮扶类型", 11, lambda row, office: row.aid_kind),
    Column("原因", 10, lambda row, office: row.aid_reason),
    Column("形式", 6, lambda row, office: row.aid_form),
    Column("金额(数量)", 13, lambda row, office: row.aid_amount),
    Column("帮扶日期", 11, lambda row, office: row.given_on),
    Column("帮扶单位", 18, lambda row, office: office.name if row.aid_kind else None),
    Column("发放人", 9, lambda row, office: row.giver),
    Column("家庭/居住状况", 14, lambda row, office: row.living),
    Column("健康", 9, lambda row, office: row.health),
)
HEADER = ("序号", *(each.title for each in COLUMNS))
WIDTHS = (5, *(each.width for each in COLUMNS))


def _first_words(row: LedgerRow) -> str:
    words = " ".join((row.words or "照片或文件").split())
    return words if len(words) <= LONGEST_WORDS else f"{words[: LONGEST_WORDS - 2]}……"


def ledger_title(office: Office, month: Month) -> str:
    return f"{office.name}困难帮扶台账（{month.words}）"


def cells(rows: Sequence[LedgerRow], office: Office) -> list[tuple[Cell, ...]]:
    """Return what stands in each row below HEADER."""
    return [(place, *(each.value(row, office) for each in COLUMNS)) for place, row in enumerate(rows, 1)]

"""What a roster file is made of, once it is open: sheets of rows of cells; and RosterFileError when it is not.

Exception
└── RosterFileError     nothing was read; the words are shown to the operator
"""

from dataclasses import dataclass, field

from handlers.roster.cells import CellValue

MOST_ROWS = 20_000
MOST_COLUMNS = 256
RESAVE = "请用 Excel 或 WPS 打开它，选“另存为”，类型选“Excel 工作簿（.xlsx）”，再导入新文件。"


class RosterFileError(Exception):
    """The file as a whole cannot be read; `str(error)` tells the operator in Chinese what to do next."""


@dataclass(frozen=True)
class Row:
    """A row with something in it. `number` is the row's number as the spreadsheet program shows it.

    `from_above`: indexes of columns whose value stands in an earlier row, in a cell merged over several rows.
    """

    number: int
    values: tuple[CellValue, ...]
    from_above: frozenset[int] = field(default_factory=frozenset)


@dataclass(frozen=True)
class Sheet:
    """`rows` holds the rows that are not blank; `blank_rows` counts the empty ones above the last of them."""

    name: str
    rows: tuple[Row, ...]
    hidden: bool = False

    @property
    def blank_rows(self) -> int:
        return self.rows[-1].number - len(self.rows) if self.rows else 0


def is_blank(value: CellValue) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def row_of(number: int, values: list[CellValue]) -> Row | None:
    """The row without the empty cells at its end; None for a blank one. Raises RosterFileError for one too wide."""
    while values and is_blank(values[-1]):
        values.pop()
    if len(values) > MOST_COLUMNS:
        raise RosterFileError(f"第 {number} 行在第 {MOST_COLUMNS} 列之后还有内容，请删去右边用不到的列再导入。")
    return Row(number, tuple(values)) if values else None


def check_row_count(rows: list[Row]) -> None:
    if len(rows) > MOST_ROWS:
        raise RosterFileError(f"表格超过 {MOST_ROWS} 行，请分成几个文件，分几次导入。")

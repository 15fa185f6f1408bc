"""An .xlsx -> its sheets, as a person sees them: a cell formatted 1938年7月 holds no day, 1938.10 keeps its zero."""

import datetime as dt
import io
import re
import warnings
import zipfile
from bisect import bisect_right
from collections.abc import Iterable, Sequence

from openpyxl import load_workbook
from openpyxl.cell.read_only import EmptyCell, ReadOnlyCell
from openpyxl.utils.cell import range_boundaries
from openpyxl.utils.datetime import CALENDAR_MAC_1904, from_excel
from openpyxl.worksheet._read_only import ReadOnlyWorksheet
from openpyxl.xml.functions import iterparse

from handlers.roster.cells import CellValue
from handlers.roster.rows import RESAVE, RosterFileError, Row, Sheet, check_row_count, row_of

MOST_XML_BYTES = 40 * 1024 * 1024
"""Of the unpacked text of a workbook, pictures not counted: about 40 times a roster of 5,000; stops a packed bomb."""
LAST_ROW = 1_048_576
"""Excel's own limit; a row number beyond it means a damaged file."""
DAMAGED = "文件已经损坏，读不出来。" + RESAVE

Merge = tuple[int, int, int, int]
"""First column, first row, last column, last row, counted from 1."""

CHINESE_DATE_FORMATS = (
    dict.fromkeys((27, 36, 50, 52, 57), "yyyy年m月")
    | dict.fromkeys((28, 29, 51, 53, 54, 58), "m月d日")
    | {30: "m-d-yy", 31: "yyyy年m月d日"}
)
"""Built-in formats of a Chinese Excel, whose text is not written into the file (ECMA-376 part 1, 18.8.30, zh-cn).
openpyxl does not know them and gives the bare number of days. 57 is Excel's choice when somebody types 1938年7月."""


def sheets_in_workbook(content: bytes) -> tuple[Sheet, ...]:
    """Every worksheet in the order of the file. Raises RosterFileError for another kind of file, damage, or a bomb."""
    _check_package(content)
    with warnings.catch_warnings():
        # openpyxl warns of what it would not write back (extensions, drawings); nothing is written back here.
        warnings.simplefilter("ignore")
        try:
            workbook = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
            worksheets = [each for each in workbook.worksheets if isinstance(each, ReadOnlyWorksheet)]
            uses_1904 = workbook.epoch == CALENDAR_MAC_1904
            raw = [(each.title, each.sheet_state != "visible", _rows(each), _merges(each)) for each in worksheets]
        except RosterFileError:
            raise
        except Exception as error:
            # Damage reaches the caller as whatever the parser stumbled over: KeyError, TypeError, BadZipFile,
            # ParseError and more. Only openpyxl's work stands in this block, and the cause stays attached.
            raise RosterFileError(DAMAGED) from error
    if not raw:
        raise RosterFileError("文件里没有工作表。" + RESAVE)
    if uses_1904:
        raise RosterFileError(
            "表格的日期从 1904 年算起（旧版苹果电脑的设置）。请另存为“CSV UTF-8”格式，再导入那个文件。"
        )
    return tuple(Sheet(title, spread_down(rows, merges), hidden) for title, hidden, rows, merges in raw)


def _check_package(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
    except zipfile.BadZipFile as error:
        raise RosterFileError(DAMAGED) from error
    names = {member.filename for member in members}
    if any(member.flag_bits & 1 for member in members):
        raise RosterFileError("文件设了密码。请去掉密码后保存，再导入。")
    if "[Content_Types].xml" not in names or not any(name.startswith("xl/") for name in names):
        raise RosterFileError("这不是 Excel 表格（可能是 Word 文档、WPS 或其他格式的压缩包）。" + RESAVE)
    if "xl/workbook.bin" in names:
        raise RosterFileError("这是二进制格式的表格（.xlsb）。" + RESAVE)
    if sum(member.file_size for member in members if not member.filename.startswith("xl/media/")) > MOST_XML_BYTES:
        raise RosterFileError("表格展开后太大，多半是设了整列的格式。请把有内容的部分复制到一份新表里，保存，再导入。")


def _rows(worksheet: ReadOnlyWorksheet) -> list[Row]:
    worksheet.reset_dimensions()  # the size a file states is often wrong, and rows beyond it would be lost
    rows = []
    # The types shipped for openpyxl promise the cells of its other way of reading; these are ReadOnlyCell or EmptyCell.
    grid: Iterable[Sequence[ReadOnlyCell | EmptyCell]] = worksheet.rows  # type: ignore[assignment]
    for number, cells in enumerate(grid, 1):
        if number > LAST_ROW:
            raise RosterFileError(DAMAGED)
        row = row_of(number, [shown(cell) for cell in cells])
        if row:
            rows.append(row)
            check_row_count(rows)
    return rows


def _merges(worksheet: ReadOnlyWorksheet) -> list[Merge]:
    """The ranges of merged cells, which openpyxl leaves out when it reads row by row.

    Its other way of reading knows them, but creates every cell of every range: one merge of whole columns is then
    millions of cells.
    """
    merges: list[Merge] = []
    with worksheet._get_source() as source:  # type: ignore[attr-defined]  # the sheet's XML; openpyxl is pinned
        for _, element in iterparse(source):
            if element.tag.endswith("}mergeCell"):
                merges.append(_boundaries(element.get("ref", "")))
            element.clear()
    return merges


def _boundaries(reference: str) -> Merge:
    first_column, first_row, last_column, last_row = range_boundaries(reference)
    return first_column or 1, first_row or 1, last_column or first_column or 1, last_row or LAST_ROW


def shown(cell: ReadOnlyCell | EmptyCell) -> CellValue:
    """The value as the cell's format lets a person see it.

    A date shown without its day was typed without one: 1938年7月 is stored as the first of July, and comes back as the
    text 1938-07. A date shown without its year comes back as 7月5日. A number shown as 1938.10 or 0359 keeps its zeros.
    """
    if isinstance(cell, EmptyCell):
        return None
    value = cell.value
    if isinstance(value, bool) or value is None or isinstance(value, str | dt.time | dt.timedelta):
        return value
    if isinstance(value, dt.date):
        return _shown_date(value, cell.number_format)
    if not isinstance(value, int | float):
        return str(value)
    chinese = CHINESE_DATE_FORMATS.get(cell.style_array.numFmtId)
    if chinese and 1 <= value < 2_958_466:
        day = from_excel(value)
        return _shown_date(day, chinese) if isinstance(day, dt.date) else value
    return _shown_number(value, cell.number_format)


def _shown_date(value: dt.date, number_format: str) -> CellValue:
    visible = re.sub(r'"[^"]*"|\[[^\]]*\]|\\.|_.', "", number_format.split(";")[0]).lower()
    year, month, day = re.search("[ye]", visible), "m" in visible, "d" in visible
    if year and day:
        return value
    if day:
        return f"{value.month}月{value.day}日"
    if not year:  # a time of day, or 7月 alone: no reader of dates takes it
        return value.time() if isinstance(value, dt.datetime) else f"{value.month}月"
    return f"{value.year:04d}-{value.month:02d}" if month else f"{value.year:04d}"


def _shown_number(value: int | float, number_format: str) -> CellValue:
    decimals = re.fullmatch(r"0\.(0+)[_ )]*", number_format)
    if decimals:
        return f"{value:.{len(decimals[1])}f}"
    if re.fullmatch(r"0{2,}", number_format) and float(value).is_integer():
        return f"{int(value):0{len(number_format)}d}"
    return value


def spread_down(rows: list[Row], merges: list[Merge]) -> tuple[Row, ...]:
    """The rows with the value of each cell that is merged over several rows standing in all of them (the branch written
    once beside its ten members). Cells merged sideways are left alone: such are titles and notes."""
    numbers = [row.number for row in rows]
    values = {row.number: list(row.values) for row in rows}
    from_above: dict[int, set[int]] = {number: set() for number in numbers}
    for column, first_row, _, last_row in merges:
        above = values.get(first_row, [])
        if column > len(above) or above[column - 1] is None:
            continue
        for number in numbers[bisect_right(numbers, first_row) : bisect_right(numbers, last_row)]:
            below = values[number]
            below.extend([None] * (column - len(below)))
            below[column - 1] = above[column - 1]
            from_above[number].add(column - 1)
    return tuple(Row(number, tuple(values[number]), frozenset(from_above[number])) for number in numbers)

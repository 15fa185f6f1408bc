"""The workbook of `report cases --xlsx`: the ledger and the statistics, written whole or not at all."""

import io
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.pagebreak import Break, ColBreak
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from bot.cli.failure import Failed
from bot.disk import new_private_file, reason
from handlers.case_ledger import HEADER, WIDTHS, Cell
from handlers.case_report import FIGURES, NOTHING, RULES, Line, Report
from handlers.sheets import write_row

FORMATS = {"count": "0", "share": "0.0%", "hours": "0.0"}
NAMED_COLUMNS = "A:C"  # serial number, number and name stand on every page
FIRST_PAGE_ENDS_AFTER = HEADER.index("回访人") + 1  # the case; what was given is on the second page
MARGIN_INCHES, PERCENT_PRINTED = 0.4, 70  # so that each half fits the width of A4
LINE = Side(style="thin", color="999999")
BOX = Border(left=LINE, right=LINE, top=LINE, bottom=LINE)
GREY = PatternFill("solid", fgColor="E7E6E6")
BOLD, TITLE = Font(bold=True), Font(bold=True, size=14)
WRAPPED = Alignment(wrap_text=True, vertical="top")

# ── what stands in it ───────────────────────────────────────────────────────────────────────────────────────────────


def workbook(title: str, rows: Sequence[Sequence[Cell]], report: Report, office_name: str) -> Workbook:
    """Return the two sheets: the ledger with these rows below HEADER, and the statistics."""
    book = Workbook()
    book.properties.creator = office_name
    ledger, statistics = book.worksheets[0], book.create_sheet("统计")
    ledger.title = "困难帮扶台账"
    _fill_ledger(ledger, title, rows)
    _fill_statistics(statistics, report)
    for sheet in book.worksheets:
        sheet.page_setup.orientation = "landscape"
        sheet.page_setup.paperSize = Worksheet.PAPERSIZE_A4
        sheet.page_margins.left = sheet.page_margins.right = MARGIN_INCHES
    return book


def _fill_ledger(sheet: Worksheet, title: str, rows: Sequence[Sequence[Cell]]) -> None:
    write_row(sheet, [title])[0].font = TITLE
    _write_header(sheet, HEADER)
    for row in rows:
        for cell in write_row(sheet, row):
            cell.border, cell.alignment = BOX, WRAPPED
    for number, width in enumerate(WIDTHS, 1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.freeze_panes = "D3"
    sheet.print_title_rows, sheet.print_title_cols = "1:2", NAMED_COLUMNS
    sheet.page_setup.scale = PERCENT_PRINTED
    sheet.col_breaks = ColBreak(brk=[Break(id=FIRST_PAGE_ENDS_AFTER)])


def _fill_statistics(sheet: Worksheet, report: Report) -> None:
    write_row(sheet, [report.title])[0].font = TITLE
    write_row(sheet, [report.until])
    for title, lines in (("类别", report.categories), ("单位", report.units)):
        write_row(sheet, [])
        _write_header(sheet, [title, *(each.title for each in FIGURES)])
        for line in (*lines, report.total):
            _write_line(sheet, line)
    write_row(sheet, [])
    write_row(sheet, ["怎么算的"])[0].font = BOLD
    for definition in (*((each.title, each.how) for each in FIGURES), *RULES.items()):
        write_row(sheet, definition)
    sheet.column_dimensions["A"].width = 24
    sheet.freeze_panes = "B3"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _write_line(sheet: Worksheet, line: Line) -> None:
    values = [each.value(line.tally) for each in FIGURES]
    label, *cells = write_row(sheet, [line.label, *(NOTHING if value is None else value for value in values)])
    label.border = BOX
    for cell, figure in zip(cells, FIGURES, strict=True):
        cell.number_format, cell.border, cell.alignment = FORMATS[figure.form], BOX, Alignment(horizontal="right")


def _write_header(sheet: Worksheet, titles: Sequence[str]) -> None:
    for cell in write_row(sheet, titles):
        cell.font, cell.fill, cell.border = BOLD, GREY, BOX
        cell.alignment = Alignment(wrap_text=True, horizontal="center", vertical="center")


# ── how it comes to the disk ────────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def unfinished(book: Workbook, target: Path) -> Iterator[Path]:
    """Write a workbook beside `target`, for `put` to give it its name; what is left over afterwards is removed.

    Only its owner may read it. A crash leaves a folder named `.NAME.unfinished` and nothing at `target` (or still the old file); the
    next export of that name removes the folder. Raises Failed with the reason.
    """
    folder = target.with_name(f".{target.name}.unfinished")
    try:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        try:
            content = _bytes_of(book, folder)
            with os.fdopen(new_private_file(folder / "workbook"), "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            yield folder / "workbook"
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    except OSError as error:
        raise Failed(f"没有导出，什么也没有留下：{reason(error)}（{target}）。") from error


def _bytes_of(book: Workbook, folder: Path) -> bytes:
    """Return the finished file. openpyxl writes each sheet to a temporary file first: into our folder, not into everybody's."""
    before, content = tempfile.tempdir, io.BytesIO()
    tempfile.tempdir = str(folder)
    try:
        book.save(content)
    finally:
        tempfile.tempdir = before
    return content.getvalue()

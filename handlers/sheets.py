"""Writing rows into a worksheet so that a text stays a text, whatever it begins with."""

import re
from collections.abc import Sequence
from datetime import date

from openpyxl.cell import Cell as SheetCell
from openpyxl.worksheet.worksheet import Worksheet

STEERING = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
)  # a text that begins so would be taken for a formula when somebody edits the cell
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # no XML file may hold these


def write_row(sheet: Worksheet, values: Sequence[str | float | date | None]) -> list[SheetCell]:
    """Write the next row and return its cells. A text is a text, whatever it begins with."""
    cells = []
    for column, value in enumerate(values, 1):
        cell = SheetCell(sheet, 1, column)  # `append` puts it into its row
        if isinstance(value, str):
            cell.value = NOT_XML.sub("", value)
            cell.data_type, cell.quotePrefix = "s", value.startswith(STEERING)
        else:
            cell.value = value
        if isinstance(value, date):
            cell.number_format = "yyyy-mm-dd"
        cells.append(cell)
    sheet.append(cells)
    return cells

"""A file with the official list of a year, one day a row: 日期, 安排 (放假 or 上班), and if it likes 名称.

The days are read with the rules of a roster's cells. Of a file with a mistake nothing is used: a list with a hole in it
gives promises that cannot be kept.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from handlers.roster.cells import CellError, CellValue, clean, read_text
from handlers.roster.dates import read_date
from handlers.roster.rows import RosterFileError, Row, Sheet
from handlers.roster.sheet import open_sheets
from storage.adjusted_days import AdjustedDay

WORKS = {"放假": False, "休息": False, "休": False, "上班": True, "调休上班": True, "补班": True, "班": True}
WEEKDAY = re.compile(r"[\s(（]*(?:星期|周|礼拜)[一二三四五六日天][)）]?\s*$")
FIRST_YEAR, YEARS_AHEAD = 2000, 2  # a list comes out in November for the next year; further ahead is a slip of the pen
LONGEST_NAME = 20
HEADER_ROWS = 30
MOST_REASONS = 20


@dataclass(frozen=True)
class Columns:
    """Where the columns stand, counted from 0; `name` is None when the file gives none."""

    day: int
    arrangement: int
    name: int | None


@dataclass
class _Gathered:
    """What has been read so far, over all sheets, and where each day stood."""

    today: date
    days: dict[date, AdjustedDay] = field(default_factory=dict)
    places: dict[date, str] = field(default_factory=dict)
    reasons: list[str] = field(default_factory=list)

    def take(self, place: str, row: Row, columns: Columns) -> None:
        try:
            day = read_row(row, columns, self.today)
            if day.day in self.days:
                raise CellError(f"{day.day} 在{self.places[day.day]}已经写过，同一天只能写一次。")
        except CellError as error:
            self.reasons.append(f"{place}：{error}")
        else:
            self.days[day.day], self.places[day.day] = day, place


def read_days(path: Path, today: date) -> list[AdjustedDay]:
    """Return the days of the file in their order, at least one. `today` is the date at the office.

    Raises RosterFileError with the row and the reason of everything that cannot be used.
    """
    gathered = _Gathered(today)
    for place, row, columns in _rows(path):
        gathered.take(place, row, columns)
    reasons = gathered.reasons
    if reasons:
        more = [f"还有 {len(reasons) - MOST_REASONS} 行。"] if len(reasons) > MOST_REASONS else []
        raise RosterFileError("\n".join([f"{path.name}：没有导入，请改好再来：", *reasons[:MOST_REASONS], *more]))
    if not gathered.days:
        raise RosterFileError(f"{path.name}：表头下面一天也没有。")
    return [gathered.days[day] for day in sorted(gathered.days)]


def _rows(path: Path) -> Iterator[tuple[str, Row, Columns]]:
    """Every row below the header of every visible sheet that has one, and how to call its place."""
    sheets = [(each, header) for each in open_sheets(path) if not each.hidden and (header := _header(each))]
    if not sheets:
        raise RosterFileError(
            f"{path.name}：没有找到表头。要有“日期”和“安排”两栏，放在前 {HEADER_ROWS} 行里；“名称”一栏可以没有。"
        )
    for sheet, (first, columns) in sheets:
        yield from ((f"“{sheet.name}”第 {row.number} 行", row, columns) for row in sheet.rows[first:])


def _header(sheet: Sheet) -> tuple[int, Columns] | None:
    """How many rows end with the header, and its columns; None when the sheet has none."""
    for number, row in enumerate(sheet.rows[:HEADER_ROWS], 1):
        names = [each.replace(" ", "") if isinstance(each, str) else "" for each in row.values]
        if "日期" in names and "安排" in names:
            name = names.index("名称") if "名称" in names else None
            return number, Columns(names.index("日期"), names.index("安排"), name)
    return None


def read_row(row: Row, columns: Columns, today: date) -> AdjustedDay:
    """Return the day of one row. Raises CellError."""
    day = read_day(_cell(row.values, columns.day), today)
    words = clean(_cell(row.values, columns.arrangement)).replace(" ", "")
    if words not in WORKS:
        raise CellError(f"看不懂安排“{words[:20]}”，请写“放假”或“上班”。")
    name = read_text(_cell(row.values, columns.name), LONGEST_NAME) if columns.name is not None else None
    return AdjustedDay(day, WORKS[words], name or "")


def read_day(value: CellValue, today: date) -> date:
    """Return the one day that a cell means. Raises CellError. A weekday behind it (2027年10月1日 星期五) is passed over."""
    if not clean(value):
        raise CellError("没有写日期。")
    try:
        reading = read_date(WEEKDAY.sub("", value) if isinstance(value, str) else value)
    except CellError:
        reading = None
    if reading is None or reading.calendar == "lunar":
        raise CellError(f"看不懂日期“{clean(value)[:20]}”，请一行写一天公历日期，如 2027-10-01。")
    years = range(FIRST_YEAR, today.year + YEARS_AHEAD + 1)
    found = {date.fromisoformat(each.iso) for each in reading.dates if each.day and each.year in years}
    if len(found) != 1:
        raise CellError(
            f"日期“{clean(value)[:20]}”要写全年月日，如 2027-10-01，年份在 {years[0]} 到 {years[-1]} 之间。"
        )
    return found.pop()


def _cell(values: Sequence[CellValue], place: int) -> CellValue:
    return values[place] if place < len(values) else None

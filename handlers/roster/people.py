"""A roster file -> the people in it, and everything that could not be taken, each with its place and the reason.

Nothing of the file is lost without a word: every row that is not blank is a person, a refusal, or is counted as a
heading or a remark (which are listed); every sheet and column that was not read is named.
"""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from handlers.roster.cells import CellError, CellValue, clean
from handlers.roster.columns import COLUMN_NAMES, Header, find_header, header_words
from handlers.roster.duplicates import SeenPeople
from handlers.roster.person import Finding, RosterPerson, RowReading, read_person
from handlers.roster.rows import RosterFileError, Row, Sheet
from handlers.roster.sheet import open_sheets

REMARK = re.compile(
    r"^\W*(?:注|备注|说明|附注|填表|填报|制表|审核|统计|合计|总计|小计|共计|共\d+人|截至|截止|单位负责|负责人|联系人|填表日期)"
    r"|^[(]?[一二三四五六七八九十]+[、.)]"
    r"|^(?:离休|退休|离退休)(?:干部|人员)?(?:\W*\d+人?\W*)?$"
)
"""How rows begin that are about the table and not a person: 注：…, 合计, 填表人：…, 一、离休干部."""


@dataclass(frozen=True)
class SheetCount:
    """What became of the rows of one sheet. `skipped`: why the sheet was not read (its rows are then `unread_rows`)."""

    name: str
    skipped: str | None = None
    people: int = 0
    refused: int = 0
    headings: int = 0
    remarks: int = 0
    blank: int = 0
    unread_rows: int = 0
    unread_columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class RosterFile:
    """What a file gave, each list in the file's order.

    `refusals`: rows that were not taken, every fault of a row on its own. `doubts`: rows that were taken without
    something, or that a person should look at. `remarks`: rows taken for notes about the table.
    """

    people: tuple[RosterPerson, ...]
    refusals: tuple[Finding, ...]
    doubts: tuple[Finding, ...]
    remarks: tuple[Finding, ...]
    sheets: tuple[SheetCount, ...]


def read_roster(path: Path, today: dt.date) -> RosterFile:
    """Reads the whole file; nothing is stored. `today` is the date at the office. Raises RosterFileError."""
    try:
        return read_sheets(open_sheets(path), today)
    except RosterFileError as error:
        message = str(error)
        raise RosterFileError(message if message.startswith(path.name) else f"{path.name}：{message}") from error


def read_sheets(sheets: Sequence[Sheet], today: dt.date) -> RosterFile:
    """As `read_roster`, of sheets already open. Raises RosterFileError when no visible sheet has a header."""
    gathered = _Gathered(today)
    counts = tuple(gathered.take_sheet(sheet) for sheet in sheets)
    if all(count.skipped for count in counts):
        raise RosterFileError(
            "没有找到表头。表头要有“姓名”一栏，以及“性别、出生日期、手机、支部”等至少一栏，并且放在前 30 行里。"
            "隐藏的工作表不会读。"
        )
    return RosterFile(
        tuple(gathered.people), tuple(gathered.refusals), tuple(gathered.doubts), tuple(gathered.remarks), counts
    )


@dataclass
class _Gathered:
    """What has been read so far, over all sheets: duplicates are looked for among all of it."""

    today: dt.date
    people: list[RosterPerson] = field(default_factory=list)
    seen: SeenPeople = field(default_factory=SeenPeople)
    refusals: list[Finding] = field(default_factory=list)
    doubts: list[Finding] = field(default_factory=list)
    remarks: list[Finding] = field(default_factory=list)

    def take_sheet(self, sheet: Sheet) -> SheetCount:
        if sheet.hidden:
            return SheetCount(sheet.name, "隐藏的工作表", unread_rows=len(sheet.rows))
        header = find_header([row.values for row in sheet.rows])
        if header is None:
            return SheetCount(sheet.name, "没有表头", unread_rows=len(sheet.rows))
        if header.names_in_row > 1:
            raise RosterFileError(f"工作表“{sheet.name}”里一行有几个“姓名”栏，请整理成一行一人再导入。")
        first, after = header.first, header.first + header.depth
        heading_words = {_words_of(row) for row in sheet.rows[first:after]}
        results = [self.take_row(sheet.name, row, header, heading_words) for row in sheet.rows[after:]]
        return SheetCount(
            sheet.name,
            people=results.count("person"),
            refused=results.count("refused"),
            headings=results.count("heading") + after,
            remarks=results.count("remark"),
            blank=sheet.blank_rows + results.count("blank"),
            unread_columns=header.unread,
        )

    def take_row(self, sheet: str, row: Row, header: Header, heading_words: set[tuple[str, ...]]) -> str:
        """Files the row away and returns what it was: person, refused, heading, remark or blank."""
        cells = RowReading(sheet, row, header)
        kind = _kind_of(cells, heading_words)
        if kind == "remark":
            self.remarks.append(Finding(sheet, row.number, "", next(filter(None, _words_of(row)), "")[:40]))
        if kind != "person":
            return kind
        self._refuse_merged_name(cells)
        person = read_person(cells, self.today)
        if person:
            self._compare_with_before(cells, person)
        if cells.refusals or person is None:
            self.refusals.extend(cells.refusals)
            return "refused"
        self.people.append(person)
        self.seen.add(person)
        self.doubts.extend(cells.doubts)
        return "person"

    def _refuse_merged_name(self, cells: RowReading) -> None:
        if cells.header.columns["name"] in cells.row.from_above:
            cells.refuse("name", "与上面一行是同一位同志（姓名单元格合并了），一行只能登记一位，这一行没有导入。")

    def _compare_with_before(self, cells: RowReading, person: RosterPerson) -> None:
        found = self.seen.same_person(person)
        if found:
            twin, why = found
            cells.refuse("name", f"与工作表“{twin.sheet}”第 {twin.row} 行的{twin.name}重复（{why}），这一行没有导入。")
            return
        sharer = self.seen.sharer_of_phone(person)
        if sharer:
            column = "mobile" if "mobile" in cells.header.columns else "telephone"
            cells.doubt(column, f"手机号与工作表“{sharer.sheet}”第 {sharer.row} 行的{sharer.name}相同，请核对。")


def _words_of(row: Row) -> tuple[str, ...]:
    return tuple(header_words(value) for value in row.values)


def _kind_of(cells: RowReading, heading_words: set[tuple[str, ...]]) -> str:
    """person, heading (the header once more, as on printed pages), remark or blank (a running number, no more)."""
    name = _words(cells.value("name")).replace(" ", "")
    if _words_of(cells.row) in heading_words or name in COLUMN_NAMES["name"]:
        return "heading"
    own = {index for index, value in enumerate(cells.row.values) if _words(value)} - cells.row.from_above
    named = own & set(cells.header.columns.values()) - {cells.header.columns["name"]}
    if not own:
        return "blank"
    if name:
        return "remark" if REMARK.search(name) else "person"
    texts = [value for value in cells.row.values if isinstance(value, str) and re.search(r"[^\W\d_]", value)]
    if not named:
        return "remark" if texts else "blank"
    if texts and (len(own) == 1 or REMARK.search(_words(texts[0]))):
        return "remark"
    return "person"


def _words(value: CellValue) -> str:
    """The cell's words, for telling rows apart only; a cell that cannot be read has some."""
    try:
        return clean(value)
    except CellError:
        return "?"

"""A roster as offices keep it goes in; people come out, and a reason for every row that is not one of them."""

import codecs
import datetime as dt
import io
import re
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.chart import BarChart
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from handlers.roster.cells import CellError, CellValue, read_id_tail
from handlers.roster.columns import COLUMN_NAMES, FIELD_OF, find_header
from handlers.roster.dates import PartialDate, birth_in, joining_in, read_date
from handlers.roster.names import Family, read_family, read_name, read_names
from handlers.roster.people import RosterFile, read_roster, read_sheets
from handlers.roster.phones import read_phones
from handlers.roster.rows import RosterFileError, Sheet, row_of

TODAY = dt.date(2026, 11, 22)
HEADER = ["序号", "姓名", "性别", "出生年月", "手机号码"]
WANG: list[CellValue] = [1, "王老", "男", "1938.7", 13800000001]
Rows = Sequence[Sequence[CellValue]]


def xlsx(path: Path, rows: Rows, merged: Sequence[str] = (), formats: dict[str, str] | None = None) -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(list(row))
    for cell, number_format in (formats or {}).items():
        sheet[cell].number_format = number_format
    for area in merged:
        sheet.merge_cells(area)
    book.save(path)
    return path


def from_xlsx(tmp_path: Path, rows: Rows, merged: Sequence[str] = (), **formats: str) -> RosterFile:
    return read_roster(xlsx(tmp_path / "花名册.xlsx", rows, merged, formats), TODAY)


def from_rows(rows: Rows) -> RosterFile:
    numbered = (row_of(number, list(values)) for number, values in enumerate(rows, 1))
    return read_sheets([Sheet("一", tuple(row for row in numbered if row))], TODAY)


def one_row(**columns: CellValue) -> RosterFile:
    """A file with one row: 王老, or whoever `姓名` is, and these columns."""
    given_columns: dict[str, CellValue] = {"姓名": "王老", "支部": "第一支部", **columns}
    return from_rows([list(given_columns), list(given_columns.values())])


def reasons(roster: RosterFile) -> str:
    return " ".join(finding.reason for finding in roster.refusals)


def births(*dates: str) -> tuple[PartialDate, ...]:
    return tuple(PartialDate.from_iso(date) for date in dates)


# ── the table ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_plain_roster_gives_its_people_with_sheet_and_row(tmp_path: Path) -> None:
    roster = from_xlsx(tmp_path, [HEADER, WANG, [2, "李老", "女", "1940年3月", "139 0000 0002"]])
    wang, li = roster.people
    assert (wang.name, wang.sex, wang.birth, wang.phone, wang.roles) == (
        "王老",
        "男",
        "1938-07",
        "13800000001",
        ("cadre",),
    )
    assert (li.birth, li.phone, li.sheet, li.row) == ("1940-03", "13900000002", "Sheet", 3)
    assert roster.refusals == roster.doubts == ()


def test_every_column_of_the_minimal_roster_is_read() -> None:
    roster = one_row(
        性别="男", 出生日期="1938-07-05", 生日按="农历", 离退休类型="离休", 原单位="县农机局", 职务职级="局长（正科）",
        政治面貌="党员", 入党时间="1956.5", 手机="13800000001", 住宅电话="0359-8000000",
        家属姓名="小李", 与本人关系="女儿", 家属电话="13900000002", 家庭住址="某街一号", 居住状况="独居",
        健康状况="一般", 联系人="赵科", 身份证号="14272119380705123x", 备注="爱下棋",
    )  # fmt: skip
    (wang,) = roster.people
    assert (wang.birth, wang.birthday_calendar, wang.retirement_kind, wang.unit) == (
        "1938-07-05",
        "lunar",
        "离休",
        "县农机局",
    )
    assert (wang.branch, wang.post, wang.political_status) == ("第一支部", "局长(正科)", "中共党员")
    assert (wang.joined_party, wang.phone, wang.home_phone) == ("1956-05", "13800000001", "03598000000")
    assert (wang.family_name, wang.family_relation, wang.family_phone) == ("小李", "女儿", "13900000002")
    assert (wang.address, wang.living, wang.health, wang.contact_officer) == ("某街一号", "独居", "一般", "赵科")
    assert (wang.id_tail, wang.note) == ("123X", "爱下棋")
    assert "14272119380705" not in repr(roster)


def test_titles_above_two_header_rows_and_merged_cells_are_understood(tmp_path: Path) -> None:
    rows: Rows = [
        ["某县离退休干部及家属花名册", None, None, None, None, None, None],
        ["填报单位：某县老干部局", None, None, None, None, None, None],
        ["序号", "姓 名", "出生\n年月", "家属情况", None, None, "备注"],
        [None, None, None, "姓名", "关系", "联系电话", None],
        [1, "王　老", "38年7月", "小李", "女儿", 13900000002, None],
        [2, "李老", "1940/3/1", None, None, None, "住院"],
    ]
    merged = ["A1:G1", "A2:G2", "A3:A4", "B3:B4", "C3:C4", "D3:F3", "G3:G4"]
    for roster in (from_xlsx(tmp_path, rows, merged), from_rows(rows)):
        wang, li = roster.people
        assert (wang.name, wang.birth, wang.family_name, wang.family_relation) == ("王老", "1938-07", "小李", "女儿")
        assert (wang.family_phone, li.name, li.birth, li.note) == ("13900000002", "李老", "1940-03-01", "住院")
        assert roster.sheets[0].headings == 4


def test_a_branch_written_once_beside_its_members_is_every_members_branch(tmp_path: Path) -> None:
    rows: Rows = [
        ["支部", "姓名", "性别"],
        ["第一支部", "王老", "男"],
        [None, "李老", "女"],
        ["第二支部", "张老", "男"],
    ]
    assert [person.branch for person in from_xlsx(tmp_path, rows, ["A2:A3"]).people] == [
        "第一支部",
        "第一支部",
        "第二支部",
    ]


def test_a_second_line_under_a_merged_name_is_refused_as_the_same_person(tmp_path: Path) -> None:
    rows: Rows = [["姓名", "性别", "家属姓名"], ["王老", "男", "小李"], [None, None, "小王"]]
    roster = from_xlsx(tmp_path, rows, ["A2:A3", "B2:B3"])
    assert [person.family_name for person in roster.people] == ["小李"]
    assert roster.refusals[0].row == 3
    assert "同一位同志" in roster.refusals[0].reason


def test_blank_rows_running_numbers_notes_totals_and_repeated_headers_are_counted_not_imported() -> None:
    rows: Rows = [
        HEADER, WANG, [None] * 5, ["2", None, None, None, None], HEADER,
        ["二、退休干部"], ["合计", None, None, None, "1"], ["注：以上人员截至上月底", None, None, None, None],
        [None, "填表人：赵科", None, "审核人：钱局", None],
    ]  # fmt: skip
    roster = from_rows(rows)
    counted = roster.sheets[0]
    assert [person.name for person in roster.people] == ["王老"]
    assert roster.refusals == ()
    assert (counted.headings, counted.remarks, counted.blank) == (2, 4, 2)
    assert [remark.row for remark in roster.remarks] == [6, 7, 8, 9]


def test_a_row_with_data_and_no_name_is_refused_and_not_taken_for_a_note() -> None:
    roster = from_rows([HEADER, WANG, [2, None, "女", "1940.3", 13900000002]])
    (finding,) = roster.refusals
    assert (finding.sheet, finding.row, finding.column, finding.reason) == ("一", 3, "B 列“姓名”", "没有姓名。")


def test_hidden_sheets_and_sheets_without_a_header_are_named_and_not_read(tmp_path: Path) -> None:
    book = load_workbook(xlsx(tmp_path / "花名册.xlsx", [HEADER, WANG]))
    book.create_sheet("旧名单").append(["姓名", "性别"])
    book["旧名单"].sheet_state = "hidden"
    book.create_sheet("说明").append(["本表每年更新"])
    book.create_chartsheet("图").add_chart(BarChart())
    book.save(tmp_path / "花名册.xlsx")
    roster = read_roster(tmp_path / "花名册.xlsx", TODAY)
    assert len(roster.people) == 1
    assert [(sheet.name, sheet.skipped) for sheet in roster.sheets] == [
        ("Sheet", None), ("旧名单", "隐藏的工作表"), ("说明", "没有表头"),
    ]  # fmt: skip


def test_columns_that_are_not_imported_are_named() -> None:
    roster = one_row(民族="汉", 手机="13800000001", 移动电话="13900000002")
    assert roster.sheets[0].unread_columns == ("民族", "移动电话")


def test_people_side_by_side_in_one_row_are_not_read_by_halves() -> None:
    with pytest.raises(RosterFileError, match="一行一人"):
        from_rows([["姓名", "性别", "姓名", "性别"], ["王老", "男", "李老", "女"]])


def test_no_column_name_means_two_fields() -> None:
    assert sum(map(len, COLUMN_NAMES.values())) == len(FIELD_OF)


def test_a_column_name_is_known_with_stars_spaces_breaks_and_remarks() -> None:
    header = find_header(
        [["* 姓 名：", "出生年月（格式如1938.07）", "手机\n号码(必填)", "生日按（公/农）", "出生日期（农历）"]]
    )
    assert header is not None
    assert list(header.columns) == ["name", "birth", "mobile", "birthday_calendar", "lunar_birth"]


# ── the file ────────────────────────────────────────────────────────────────────────────────────────────────────────

TEXT_ROWS = [["姓名", "出生年月", "手机", "备注"], ["王老", "1938.7", "13800000001;13900000002", "爱下棋, 会书法"]]


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_csv_gives_the_same_people_in_every_encoding_and_with_every_delimiter(
    tmp_path: Path, delimiter: str, encoding: str
) -> None:
    text = "\r\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in TEXT_ROWS)
    (tmp_path / "花名册.csv").write_bytes(text.encode(encoding))
    (wang,) = read_roster(tmp_path / "花名册.csv", TODAY).people
    assert (wang.name, wang.birth, wang.phone, wang.note) == ("王老", "1938-07", "13800000001", "爱下棋, 会书法")


def old_xls() -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600


def zipped(**members: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "文件是空的"),
        (b" \r\n", "文件是空的"),
        (old_xls(), "另存为"),
        (old_xls() + "EncryptedPackage".encode("utf-16-le"), "去掉密码"),
        (b"<html><table><tr><td>x</td></tr></table></html>", "网页格式"),
        (codecs.BOM_UTF8 + b"<?xml version='1.0'?><Workbook/>", "网页格式"),
        (b"%PDF-1.7", "不是表格"),
        (b"PK\x03\x04 and then nothing", "已经损坏"),
        (zipped(**{"word/document.xml": b"<w/>"}), "不是 Excel 表格"),
        (zipped(**{"[Content_Types].xml": b"<Types/>", "xl/workbook.bin": b""}), ".xlsb"),
        (zipped(**{"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<x"}), "已经损坏"),
        (zipped(**{"[Content_Types].xml": b"<Types/>", "xl/a.xml": bytes(41 * 1024 * 1024)}), "展开后太大"),
        (b"\x00\x01\x02\xff\xfe", "编码"),
        ("姓名,性别\n王老,男\n".encode("utf-16-le"), "编码"),
        ('姓名,性别\n"王老,男\n'.encode(), "引号不成对"),
        ("今天天气不错\n".encode(), "没有找到表头"),
    ],
)
@pytest.mark.parametrize("name", ["花名册.xlsx", "花名册.csv", "花名册.xls"])
def test_a_file_that_is_no_roster_gets_a_sentence_that_says_what_to_do(
    tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(RosterFileError, match=words) as raised:
        read_roster(tmp_path / name, TODAY)
    assert str(raised.value).startswith(f"{name}：")
    assert "请" in str(raised.value) or "没有找到表头" in str(raised.value)


def test_a_file_of_thirty_megabytes_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with (tmp_path / "花名册.xlsx").open("wb") as file:
        file.truncate(30 * 1024 * 1024)
    with pytest.raises(RosterFileError, match=r"30 MB.*照片"):
        read_roster(tmp_path / "花名册.xlsx", TODAY)


def test_a_missing_file_and_a_folder_get_a_sentence_too(tmp_path: Path) -> None:
    with pytest.raises(RosterFileError, match="找不到"):
        read_roster(tmp_path / "没有.xlsx", TODAY)
    with pytest.raises(RosterFileError, match="文件夹"):
        read_roster(tmp_path, TODAY)


def test_a_table_of_too_many_rows_is_refused_and_a_formatted_cell_far_below_is_not(tmp_path: Path) -> None:
    book = load_workbook(xlsx(tmp_path / "花名册.xlsx", [HEADER, WANG]))
    far = book["Sheet"]["XFD1048576"]
    far.number_format = "0.00"
    book["Sheet"].merge_cells("A3:XFD3")
    book.save(tmp_path / "花名册.xlsx")
    assert len(read_roster(tmp_path / "花名册.xlsx", TODAY).people) == 1
    (tmp_path / "长.csv").write_text("姓名,性别\n" + "王老,男\n" * 20_001, encoding="utf-8")
    with pytest.raises(RosterFileError, match="分成几个文件"):
        read_roster(tmp_path / "长.csv", TODAY)


def test_a_table_counting_its_days_from_1904_is_refused(tmp_path: Path) -> None:
    book = load_workbook(xlsx(tmp_path / "花名册.xlsx", [HEADER, WANG]))
    book.epoch = CALENDAR_MAC_1904
    book.save(tmp_path / "花名册.xlsx")
    with pytest.raises(RosterFileError, match="1904"):
        read_roster(tmp_path / "花名册.xlsx", TODAY)


@given(cut=st.integers(0, 4_000), flips=st.lists(st.tuples(st.integers(0, 10_000), st.integers(1, 255)), max_size=8))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_damaged_workbook_is_read_or_refused_and_never_crashes(
    tmp_path_factory: pytest.TempPathFactory, cut: int, flips: list[tuple[int, int]]
) -> None:
    path = xlsx(tmp_path_factory.mktemp("damaged") / "花名册.xlsx", [HEADER, WANG])
    content = bytearray(path.read_bytes())
    del content[len(content) - cut % len(content) :]
    for place, mask in flips:
        content[place % len(content)] ^= mask
    path.write_bytes(content)
    read_or_refused(path)


@given(places=st.lists(st.tuples(st.integers(0, 10_000), st.sampled_from('<>/"=&r sC9Z-')), min_size=1, max_size=4))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_workbook_with_spoilt_xml_is_read_or_refused_and_never_crashes(
    tmp_path_factory: pytest.TempPathFactory, places: list[tuple[int, str]]
) -> None:
    path = xlsx(tmp_path_factory.mktemp("spoilt") / "花名册.xlsx", [HEADER, WANG], ["A1:A2"])
    with zipfile.ZipFile(path) as archive:
        members = {name: bytearray(archive.read(name)) for name in archive.namelist()}
    for place, character in places:
        for name in ("xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/styles.xml"):
            members[name][place % len(members[name])] = ord(character)
    path.write_bytes(zipped(**{name: bytes(content) for name, content in members.items()}))
    read_or_refused(path)


def read_or_refused(path: Path) -> None:
    try:
        roster = read_roster(path, TODAY)
    except RosterFileError as error:
        assert re.search(r"请|没有找到表头", str(error))
    else:
        assert roster.sheets


# ── dates ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("1938", "1938"), (1938, "1938"), (1938.0, "1938"), (38, "1938"), ("一九三八年", "1938"),
        ("1938.7", "1938-07"), (1938.7, "1938-07"), (1938.07, "1938-07"), (1938.12, "1938-12"), ("38.7", "1938-07"),
        ("1938年7月", "1938-07"), ("38年7月", "1938-07"), ("38年07月生", "1938-07"), ("１９３８．７", "1938-07"),
        ("一九三八年七月", "1938-07"), ("1938-7", "1938-07"), ("1938、7", "1938-07"), ("Jul-38", "1938-07"),
        (193807, "1938-07"), ("193810", "1938-10"), ("1938.10", "1938-10"), ("1938.01", "1938-01"),
        ("1938/7/5", "1938-07-05"), ("1938.7.5", "1938-07-05"), ("19380705", "1938-07-05"), (19380705, "1938-07-05"),
        ("1938年 7月 5日", "1938-07-05"), ("1938-07-05 00:00:00", "1938-07-05"), ("380705", "1938-07-05"),
        ("一九三八年七月五日", "1938-07-05"), ("一九四〇年十二月二十一日", "1940-12-21"), (14066, "1938-07-05"),
        (dt.datetime(1938, 7, 5), "1938-07-05"), (dt.date(1938, 7, 5), "1938-07-05"),
    ],
)  # fmt: skip
def test_a_birth_is_read_in_every_writing(written: CellValue, iso: str) -> None:
    (wang,) = one_row(出生日期=written).people
    assert (wang.birth, wang.birthday_calendar) == (iso, "solar")


@pytest.mark.parametrize("written", [1938.1, "1938.1", "38.1", "１９３８.１"])
def test_1938_1_may_be_january_or_october_so_only_the_year_is_kept_and_the_doubt_is_told(written: CellValue) -> None:
    roster = one_row(出生日期=written)
    assert [person.birth for person in roster.people] == ["1938"]
    assert [("1938-10" in doubt.reason, doubt.column) for doubt in roster.doubts] == [(True, "C 列“出生日期”")]


def test_what_a_spreadsheet_shows_is_what_is_read(tmp_path: Path) -> None:
    day = dt.datetime(1938, 7, 1)
    values: list[CellValue] = [day, day, day, day, 1938.1, 14062, day]
    people: list[list[CellValue]] = [[f"王{name}", value] for name, value in zip("甲乙丙丁戊己庚", values, strict=True)]
    formats = {"B2": 'yyyy"年"m"月"', "B3": "mmm-yy", "B4": "yyyy-m-d", "B5": "[$-804]yyyy", "B6": "0.00", "B8": "h:mm"}
    roster = from_xlsx(tmp_path, [["姓名", "出生年月"], *people], **formats)
    expected = ["1938-07", "1938-07", "1938-07-01", "1938", "1938-10", "1938-07-01"]
    assert [person.birth for person in roster.people] == expected
    assert [finding.row for finding in roster.refusals] == [8]


@pytest.mark.parametrize(("number_format", "birth"), [(57, "1938-07"), (31, "1938-07-01")])
def test_the_date_formats_built_into_a_chinese_excel_are_known(tmp_path: Path, number_format: int, birth: str) -> None:
    path = xlsx(tmp_path / "花名册.xlsx", [["姓名", "出生年月"], ["王老", 14062]], formats={"B2": "0.00"})
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    styles = members["xl/styles.xml"]
    assert b'numFmtId="2"' in styles
    members["xl/styles.xml"] = styles.replace(b'numFmtId="2"', b'numFmtId="%d"' % number_format)
    path.write_bytes(zipped(**members))
    assert [person.birth for person in read_roster(path, TODAY).people] == [birth]


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("2030年1月", "今天之后"), (dt.datetime(2029, 7, 1), "2029 年"), ("1990.5", "不到 45 岁"),
        ("99.5", "不到 45 岁"), ("1905.5", "超过 115 岁"), ("1938.13", "看不懂"),
        ("1938-02-30", "看不懂"), ("属虎", "看不懂"),
        ("约1938年", "看不懂"), (True, "不是日期"), (dt.time(1, 2), "不是日期"), ("7月5日", "没有出生年份"),
        (19387, "1938-07 或 1953-01-28"), ("#N/A", "公式出错"), (float("nan"), "有效的数字"),
    ],
)  # fmt: skip
def test_an_impossible_or_unclear_birth_is_refused_with_the_reason(written: CellValue, words: str) -> None:
    roster = one_row(出生日期=written)
    assert roster.people == ()
    assert words in reasons(roster)


def test_a_relative_may_be_younger_than_a_cadre() -> None:
    roster = from_rows([["姓名", "身份", "代办老同志", "出生年月"], ["小李", "家属", "王老", "95.3"]])
    assert [(person.birth, person.acts_for) for person in roster.people] == [("1995-03", ("王老",))]


def test_a_two_digit_year_fits_one_century_at_most_on_any_day() -> None:
    for year in range(2024, 2100):
        for youngest in (18, 45):
            for two_digits in range(100):
                fitting = []
                for born in births(f"19{two_digits:02d}", f"20{two_digits:02d}"):
                    try:
                        fitting.append(birth_in((born,), dt.date(year, 6, 15), youngest))
                    except CellError:
                        continue
                assert len(fitting) <= 1, (year, youngest, two_digits)


@pytest.mark.parametrize(
    ("birth", "joined", "expected"),
    [
        ("1938.7", "1956.5", "1956-05"), ("1938.7", "56年5月", "1956-05"), ("1938.7", "05.6", "2005-06"),
        ("1938.7", "200506", "2005-06"), ("1938.7", 2005, "2005"), (None, "1949", "1949"),
        ("1938.7", "1951.1", None), ("1938.7", "1920.1", None), ("1938.7", "2031.1", None), ("1938.7", "7月1日", None),
    ],
)  # fmt: skip
def test_joining_the_party_must_fit_the_life(birth: CellValue, joined: CellValue, expected: str | None) -> None:
    roster = one_row(出生年月=birth, 入党时间=joined)
    assert [person.joined_party for person in roster.people] == ([expected] if expected else [])
    assert bool(roster.refusals) is (expected is None)


def test_a_joining_that_fits_two_centuries_is_not_guessed() -> None:
    with pytest.raises(CellError, match="分不清"):
        joining_in(births("1923-05", "2023-05"), TODAY, None)
    assert joining_in(births("1923-05", "2023-05"), TODAY, PartialDate(1938))[0].iso == "2023-05"


@pytest.mark.parametrize(
    ("columns", "kept"),
    [
        ({"出生日期": "农历1938年六月初八"}, ("1938-06-08", "lunar")),
        ({"出生日期": "1938年腊月初八"}, ("1938-12-08", "lunar")),
        ({"出生日期": "1938-06-08", "生日按": "阴历"}, ("1938-06-08", "lunar")),
        ({"出生日期": "1938-02-30", "生日按": "农历"}, ("1938-02-30", "lunar")),
        ({"农历生日": "1938年六月廿三"}, ("1938-06-23", "lunar")),
        ({"出生日期": "1938-07-05", "农历生日": "六月初八", "生日按": "农历"}, ("1938-06-08", "lunar")),
        ({"出生日期": "1938-07-05", "农历生日": "六月初八", "生日按": "公历"}, ("1938-07-05", "solar")),
        ({"出生日期": "1938-07-05", "生日": "农历六月初八"}, ("1938-06-08", "lunar")),
        ({"出生日期": "1939-01-27", "生日": "腊月初八"}, ("1938-12-08", "lunar")),
        ({"出生日期": "1938-07", "生日": "7月5日", "生日按": "公历"}, ("1938-07-05", "solar")),
    ],
)
def test_a_birthday_is_kept_as_the_person_keeps_it(columns: dict[str, CellValue], kept: tuple[str, str]) -> None:
    roster = one_row(**columns)
    assert [(person.birth, person.birthday_calendar) for person in roster.people] == [kept]
    assert roster.doubts == ()


def test_a_birthday_in_an_unknown_calendar_or_a_leap_month_is_a_doubt_and_a_contradiction_a_refusal() -> None:
    assert "先按公历" in one_row(出生日期="1938-07-05", 农历生日="六月初八").doubts[0].reason
    assert "没有的过平月" in one_row(出生日期="1938年闰七月初八").doubts[0].reason
    assert "历法不一样" in reasons(one_row(出生日期="1938年六月初八", 生日按="公历"))
    for last_of_july in ("1938-07-31", dt.date(1938, 7, 31)):
        assert "农历没有三十一日" in reasons(one_row(出生日期=last_of_july, 生日按="农历"))
    assert "公历没有" in reasons(one_row(出生日期="1938-02", 生日="2月29日", 生日按="公历"))


CHINESE = dict(zip("0123456789", "〇一二三四五六七八九", strict=True))


def in_chinese(number: int) -> str:
    tens, ones = divmod(number, 10)
    return ("" if tens == 0 else "十" if tens == 1 else CHINESE[str(tens)] + "十") + (
        CHINESE[str(ones)] if ones else ""
    )


@given(day=st.dates(dt.date(1912, 1, 1), dt.date(1981, 1, 1)))
@settings(deadline=None)
def test_one_day_in_any_writing_is_one_day(day: dt.date) -> None:
    year, month, number = day.year, day.month, day.day
    chinese_year = "".join(CHINESE[digit] for digit in str(year))
    plain = f"{year}-{month}-{number}"
    writings: list[CellValue] = [
        plain, plain.replace("-", "/"), plain.replace("-", "."), f"{day:%Y%m%d}", int(f"{day:%Y%m%d}"), day.isoformat(),
        day, dt.datetime(year, month, number), f"{year}年{month}月{number}日",
        f"{chinese_year}年{in_chinese(month)}月{in_chinese(number)}日",
        plain.translate({ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789"}), f" {plain} ",
        f"{year % 100:02d}年{month}月{number}日",
    ]  # fmt: skip
    read = [read_date(written) for written in writings]
    assert {birth_in(each.dates, TODAY, 45)[0].iso for each in read if each} == {day.isoformat()}
    assert None not in read


@given(day=st.dates(dt.date(1912, 1, 1), dt.date(1981, 1, 1)))
@settings(deadline=None)
def test_a_bare_number_of_days_is_that_day_or_refused_and_never_another_day(day: dt.date) -> None:
    serial = (day - dt.date(1899, 12, 30)).days
    reading = read_date(serial)
    assert reading
    try:
        assert birth_in(reading.dates, TODAY, 45)[0].iso == day.isoformat()
    except CellError:
        assert len(reading.dates) > 1


# ── telephones ──────────────────────────────────────────────────────────────────────────────────────────────────────


@given(tail=st.from_regex(r"[3-9][0-9]{9}", fullmatch=True))
@settings(deadline=None)
def test_one_mobile_in_any_writing_is_one_number(tail: str) -> None:
    number = f"1{tail}"
    parts = number[:3], number[3:7], number[7:]
    writings: list[CellValue] = [
        number, int(number), float(number), f"{number}.0", " ".join(parts), "-".join(parts), f"+86 {number}",
        f"+86{number}", f"0086-{number}", f"(+86){number}", f"手机：{number}", f"\u202d{number}\u202c", f"{number}\n",
        number.translate({ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789"}), f"{number}、{number}",
    ]  # fmt: skip
    assert {tuple(phone.number for phone in read_phones(written)) for written in writings} == {(number,)}


@pytest.mark.parametrize(
    ("written", "numbers"),
    [
        ("0359-8000000", ["03598000000"]), ("(0359)8000000", ["03598000000"]), ("010 62222222", ["01062222222"]),
        ("8000000", ["8000000"]), ("0359 8000000 13800000001", ["03598000000", "13800000001"]),
        ("13800000001/13900000002", ["13800000001", "13900000002"]), ("宅电：8000000", ["8000000"]),
        ("138 0000 0001 139 0000 0002", ["13800000001", "13900000002"]), ("无", []), ("—", []), (None, []),
        ("13800000001\n13900000002", ["13800000001", "13900000002"]),
    ],
)  # fmt: skip
def test_landlines_and_several_numbers_are_told_apart(written: CellValue, numbers: list[str]) -> None:
    assert [phone.number for phone in read_phones(written)] == numbers


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("1380000000", "共 10 位"), ("138000000012", "共 12 位"), ("1.38E+10", "科学计数法"),
        ("女儿13800000001", "其他文字"),
        (1380000.5, "不完整"), (dt.date(2026, 3, 1), "不是电话号码"), (3598000000, "共 10 位"), ("12345", "共 5 位"),
    ],
)  # fmt: skip
def test_a_number_that_cannot_be_right_is_refused_without_repeating_it(written: CellValue, words: str) -> None:
    roster = one_row(手机=written)
    assert roster.people == ()
    assert words in reasons(roster)
    assert not re.search(r"138|3598000000", reasons(roster))


def test_numbers_find_their_place_and_those_left_over_are_told() -> None:
    roster = one_row(联系电话="0359-8000000 13800000001", 住宅电话=3597533333)
    assert [(person.phone, person.home_phone) for person in roster.people] == [("13800000001", "03597533333")]
    assert [doubt.column for doubt in roster.doubts] == ["C 列“联系电话”"]
    assert one_row(手机="0359-8000000").people[0].home_phone == "03598000000"
    assert "手机号与" in from_rows([HEADER, WANG, [2, "李老", "女", "1940.3", 13800000001]]).doubts[0].reason


# ── names, families, choices ────────────────────────────────────────────────────────────────────────────────────────


def test_names_lose_their_padding_and_give_away_the_sex() -> None:
    assert read_name("王　老") == ("王老", None)
    assert read_name("王老（女）") == read_name("王老(女,回族)") == ("王老", "女")
    assert read_name("买买提•王") == ("买买提·王", None)
    assert read_names("王 老、李老") == read_names("王老 李老") == ("王老", "李老")
    assert "不一样" in reasons(one_row(姓名="王老（女）", 性别="男"))


@pytest.mark.parametrize("name", ["王老2", "王老（大）", "13800000001", "王老（已故）", "我" * 31, dt.date(2026, 1, 1)])
def test_what_is_no_name_is_refused(name: CellValue) -> None:
    assert one_row(姓名=name).people == ()


@pytest.mark.parametrize(
    ("written", "family"),
    [
        ("女儿小李13800000001", Family("小李", "女儿", "13800000001")), ("小李", Family("小李", None, None)),
        ("小李（女儿）138 0000 0001", Family("小李", "女儿", "13800000001")),
        ("小李，儿媳，电话：13800000001", Family("小李", "儿媳", "13800000001")),
        (13800000001, Family(None, None, "13800000001")),
    ],
)  # fmt: skip
def test_a_relative_in_one_cell_is_taken_apart(written: CellValue, family: Family) -> None:
    assert read_family(written) == (family, None)


def test_a_second_relative_is_told_and_not_mixed_into_the_first() -> None:
    family, doubt = read_family("女儿小李13800000001；儿子小王13900000002")
    assert family == Family("小李", "女儿", "13800000001")
    assert doubt


def test_the_dead_are_never_imported() -> None:
    assert "去世" in reasons(one_row(是否在世="否"))
    assert one_row(是否在世="健在").people


def test_only_a_coarse_class_of_health_is_kept_and_the_illness_is_dropped() -> None:
    roster = one_row(健康状况="高血压三级")
    assert [person.health for person in roster.people] == ["其他"]
    assert "高血压" not in repr(roster)
    assert roster.doubts


def test_of_an_identity_number_only_the_last_four_are_kept() -> None:
    assert read_id_tail("142721193807051234") == ("1234", None)
    assert read_id_tail("１４２７２１１９３８０７０５１２３Ｘ") == ("123X", None)
    assert read_id_tail("1427**********1234") == ("1234", None)
    for lost in (142721193807051234, 1.42721193807051e17, "12345"):
        tail, doubt = read_id_tail(lost)
        assert tail is None
        assert doubt
        assert "1427" not in doubt


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"性别": "√"}, "“男”或“女”"), ({"离退休类型": "离退休"}, "“离休”或“退休”"), ({"身份": "总统"}, "老干部"),
        ({"身份": "家属"}, "代办老同志"), ({"身份": "家属", "代办老同志": None}, "代哪位"),
        ({"代办老同志": "李老"}, "不是家属"), ({"原单位": "同上"}, "同上"),
        ({"住址": dt.datetime(2026, 3, 1)}, "变成了日期"),
        ({"备注": "长" * 501}, "最多 500"), ({"离退休类型": "离休", "出生年月": "1950.1"}, "不会是离休"),
    ],
)  # fmt: skip
def test_a_cell_that_cannot_stand_is_refused_with_what_to_write(columns: dict[str, CellValue], words: str) -> None:
    roster = one_row(**columns)
    assert roster.people == ()
    assert words in reasons(roster)


def test_all_faults_of_a_row_are_told_at_once() -> None:
    roster = one_row(性别="?男", 出生年月="属虎", 手机="123")
    assert sorted(finding.column for finding in roster.refusals) == ["C 列“性别”", "D 列“出生年月”", "E 列“手机”"]
    assert roster.sheets[0].refused == 1


def test_roles_are_told_from_many_words() -> None:
    rows: Rows = [
        ["姓名", "身份", "代办老同志"],
        ["赵科", "工作人员、管理员", None],
        ["钱局", "领导", None],
        ["小李", "家属", "王老"],
    ]
    assert [person.roles for person in from_rows(rows).people] == [
        ("staff", "administrator"),
        ("leader",),
        ("relative",),
    ]


# ── duplicates ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        (("1938-07-05", None), ("1938.7.5", None), True),
        (("1938-07-05", "13800000001"), ("1938-07-05", "13900000002"), True),
        (("1938.7", None), ("1938-07-05", None), True),
        ((None, "13800000001"), ("1938.7", "138 0000 0001"), True),
        (("1938.7", None), (None, None), True),
        (("1938.7", None), ("1940.3", None), False),
        (("1938", "13800000001"), ("1938", "13900000002"), False),
        ((None, "13800000001"), (None, "13900000002"), False),
    ],
)
def test_one_person_twice_is_refused_and_two_people_of_one_name_are_not(
    first: tuple[CellValue, CellValue], second: tuple[CellValue, CellValue], same: bool
) -> None:
    roster = from_rows([["姓名", "支部", "出生年月", "手机"], ["王老", "一", *first], ["王老", "二", *second]])
    assert len(roster.people) == (1 if same else 2)
    if same:
        assert "第 2 行" in reasons(roster)


def test_one_person_on_two_sheets_is_refused_with_the_name_of_the_first_sheet(tmp_path: Path) -> None:
    book = load_workbook(xlsx(tmp_path / "花名册.xlsx", [HEADER, WANG]))
    for row in (HEADER, WANG):
        book.create_sheet("二支部") if "二支部" not in book.sheetnames else None
        book["二支部"].append(row)
    book.save(tmp_path / "花名册.xlsx")
    (finding,) = read_roster(tmp_path / "花名册.xlsx", TODAY).refusals
    assert (finding.sheet, finding.row) == ("二支部", 2)
    assert "工作表“Sheet”第 2 行" in finding.reason


# ── whatever comes ──────────────────────────────────────────────────────────────────────────────────────────────────

WORDS = st.sampled_from(
    [
        "王老",
        "1938.7",
        "13800000001",
        "无",
        "男",
        "离休",
        "家属",
        "农历",
        "腊月初八",
        "同上",
        "注：",
        "合计",
        "姓名",
        "#N/A",
        "38年",
        "/",
    ]
)
CELLS = st.one_of(
    st.none(), WORDS, st.text(max_size=30), st.text("0123456789.-/年月日 +()eE一二十初廿转", max_size=16),
    st.booleans(),
    st.integers(), st.floats(), st.datetimes(), st.dates(), st.times(), st.timedeltas(),
)  # fmt: skip
ALL_COLUMNS: list[CellValue] = ["序号", *(names[0] for names in COLUMN_NAMES.values()), "民族"]


@given(rows=st.lists(st.lists(CELLS, max_size=len(ALL_COLUMNS)), max_size=4))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_row_ends_as_a_person_a_refusal_or_is_counted_whatever_its_cells_hold(
    rows: list[list[CellValue]],
) -> None:
    roster = from_rows([ALL_COLUMNS, *rows])
    counted = roster.sheets[0]
    present = [number for number, row in enumerate(rows, 2) if row_of(number, list(row))]
    assert counted.people == len(roster.people)
    assert counted.refused == len({finding.row for finding in roster.refusals})
    assert counted.remarks == len(roster.remarks)
    total = counted.people + counted.refused + counted.headings + counted.remarks + counted.blank
    assert total == max(present, default=1)


@given(name=st.sampled_from(list(FIELD_OF)), value=CELLS)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_cell_in_any_column_is_read_or_refused_with_a_reason(name: str, value: CellValue) -> None:
    assume(FIELD_OF[name] not in ("name", "branch"))
    roster = one_row(**{name: value})
    assert len(roster.people) + len({finding.row for finding in roster.refusals}) == 1
    assert all(finding.reason and (finding.column or "姓名" in finding.reason) for finding in roster.refusals)
    for person in roster.people:
        assert person.phone is None or re.fullmatch(r"1[3-9][0-9]{9}", person.phone)
        assert person.birth is None or PartialDate.from_iso(person.birth).iso == person.birth


@given(rows=st.lists(st.lists(CELLS, max_size=6), max_size=6))
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_table_is_read_or_refused_as_a_whole(rows: list[list[CellValue]]) -> None:
    try:
        roster = from_rows(rows)
    except RosterFileError as error:
        assert re.search(r"没有找到表头|一行一人", str(error))
    else:
        assert roster.sheets

"""`workdays`: the official list of a year comes in whole or not at all, and what is in force can be seen."""

import json
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook

from handlers.official_list import read_day, read_days
from handlers.roster.cells import CellError, CellValue
from handlers.roster.rows import RosterFileError
from storage import adjusted_days
from storage.adjusted_days import AdjustedDay
from storage.database import Tx
from tests.command_line import CommandLine

TODAY = date(2026, 11, 22)
HEADER = "日期,安排,名称\n"
SPRING = (
    HEADER
    + "2027-01-01,放假,元旦\n2027-02-05,放假,春节\n2027-02-06,放假,春节\n2027-02-07,放假,春节\n2027-02-20,上班,春节\n"
)
DAYS = "SELECT day, works, name FROM adjusted_days ORDER BY day"
AUDIT = "SELECT deed, subject, actor_id, detail FROM audit ORDER BY id"


def office(folder: Path) -> CommandLine:
    """An office with a database and nothing in it."""
    cli = CommandLine(folder)
    cli.reads("SELECT 1")
    return cli


def written(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "放假.csv"
    path.write_text(text, encoding=encoding)
    return path


def refusal(folder: Path, text: str) -> str:
    with pytest.raises(RosterFileError) as refused:
        read_days(written(folder, text), TODAY)
    return str(refused.value)


# The file


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_a_csv_is_read_in_the_order_of_its_days(tmp_path: Path, encoding: str) -> None:
    text = "2027年放假安排\n日期,备注,安排\n2027-02-20,,上班\n2027/1/1 星期五,第一天,放假\n2027年1月2日（周六）,,休息\n"
    assert read_days(written(tmp_path, text, encoding), TODAY) == [
        AdjustedDay(date(2027, 1, 1), False, ""),
        AdjustedDay(date(2027, 1, 2), False, ""),
        AdjustedDay(date(2027, 2, 20), True, ""),
    ]


def test_a_workbook_is_read_with_names_over_several_rows_and_without_hidden_sheets(tmp_path: Path) -> None:
    book = Workbook()
    sheet, hidden = book.worksheets[0], book.create_sheet("旧的")
    sheet.append(["日期", "名 称", "安排"])
    sheet.append([date(2027, 10, 1), "国庆节", "放假"])
    sheet.append(["2027-10-02", None, "放假"])
    sheet.append(["20271009", None, "上班"])
    sheet.merge_cells("B2:B3")
    hidden.append(["日期", "安排"])
    hidden.append(["不是日期", "放假"])
    hidden.sheet_state = "hidden"
    book.save(tmp_path / "放假.xlsx")
    days = read_days(tmp_path / "放假.xlsx", TODAY)
    assert [(each.day.day, each.works, each.name) for each in days] == [
        (1, False, "国庆节"),
        (2, False, "国庆节"),
        (9, True, ""),
    ]


def test_every_mistake_is_told_with_file_row_and_reason(tmp_path: Path) -> None:
    rows = ["2027-13-01,放假,", "1月2日,放假,", ",放假,", "2027-01-03,调休,", "2027-01-04,放假,", "2027-1-4,上班,"]
    told = refusal(tmp_path, HEADER + "\n".join([*rows, "2072-01-01,放假,", f"2027-01-05,放假,{'长' * 21}"]))
    lines = told.splitlines()
    assert lines[0] == "放假.csv：没有导入，请改好再来："
    for line, (row, reason) in zip(
        lines[1:],
        [
            (2, "看不懂日期“2027-13-01”"),
            (3, "日期“1月2日”要写全年月日"),
            (4, "没有写日期"),
            (5, "看不懂安排“调休”，请写“放假”或“上班”"),
            (7, "2027-01-04 在“放假.csv”第 6 行已经写过"),
            (8, "年份在 2000 到 2028 之间"),
            (9, "最多 20 个字"),
        ],
        strict=True,
    ):
        assert line.startswith(f"“放假.csv”第 {row} 行：")
        assert reason in line


def test_of_many_mistakes_the_first_twenty_are_told(tmp_path: Path) -> None:
    lines = refusal(tmp_path, HEADER + "明天,放假,\n" * 25).splitlines()
    assert len(lines) == 1 + 20 + 1
    assert lines[-1] == "还有 5 行。"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("日期,名称\n2027-01-01,元旦\n", "要有“日期”和“安排”两栏"),
        (HEADER, "一天也没有"),
        ("", "文件是空的"),
    ],
)
def test_a_file_that_is_no_list_is_refused(tmp_path: Path, text: str, reason: str) -> None:
    assert reason in refusal(tmp_path, text)


@pytest.mark.parametrize("value", ["农历2027年正月初一", "2027-10-01至2027-10-07", "2027-10", "27", True, None, "无"])
def test_a_cell_that_is_not_one_day_is_never_guessed(value: CellValue) -> None:
    with pytest.raises(CellError):
        read_day(value, TODAY)


# The table


def test_a_list_goes_into_the_table_with_its_trail(tmp_path: Path) -> None:
    cli = office(tmp_path)
    written(tmp_path, SPRING)
    outcome = cli("workdays", "import", "放假.csv")
    assert (outcome.code, outcome.complained) == (0, "")
    assert "2027 年放假 4 天，调休上班 1 天" in outcome.said
    assert "一分钟内起作用" in outcome.said
    assert [tuple(row) for row in cli.reads(DAYS)][-2:] == [("2027-02-07", 0, "春节"), ("2027-02-20", 1, "春节")]
    ((deed, subject, actor, detail),) = cli.reads(AUDIT)
    assert (deed, subject, actor, json.loads(detail)) == (
        "workdays.imported",
        "workdays:2027",
        None,
        {"year": 2027, "count": 5},
    )


def test_a_year_is_replaced_whole_and_other_years_are_left(tmp_path: Path) -> None:
    cli = office(tmp_path)
    for text in (
        SPRING,
        HEADER + "2026-10-10,放假,\n2026-10-11,上班,\n",
        HEADER + "2027-01-01,放假,\n2027-01-02,上班,\n",
    ):
        written(tmp_path, text)
        assert cli("workdays", "import", "放假.csv").code == 0
    assert [row[0] for row in cli.reads(DAYS)] == ["2026-10-10", "2026-10-11", "2027-01-01", "2027-01-02"]


def test_the_last_days_of_december_in_next_years_list_do_not_cost_this_years(tmp_path: Path) -> None:
    cli = office(tmp_path)
    for text in (
        HEADER + "2026-10-10,上班,\n",
        HEADER + "2026-12-31,放假,元旦\n2027-01-01,放假,元旦\n2027-01-09,上班,\n",
    ):
        written(tmp_path, text)
        outcome = cli("workdays", "import", "放假.csv")
        assert (outcome.code, outcome.complained) == (0, "")
    assert "只有年底这几天，这一年其他的没有动" in outcome.said
    assert [row[0] for row in cli.reads(DAYS)] == ["2026-10-10", "2026-12-31", "2027-01-01", "2027-01-09"]


def test_nothing_of_a_file_with_a_mistake_is_written(tmp_path: Path) -> None:
    cli = office(tmp_path)
    written(tmp_path, SPRING)
    assert cli("workdays", "import", "放假.csv").code == 0
    written(tmp_path, HEADER + "2027-10-01,放假,国庆节\n2027-10-32,放假,国庆节\n")
    assert "“放假.csv”第 3 行：看不懂日期“2027-10-32”" in cli("workdays", "import", "放假.csv").refused
    assert len(cli.reads(DAYS)) == 5
    assert len(cli.reads(AUDIT)) == 1
    assert "找不到这个文件" in cli("workdays", "import", "没有.csv").refused


def test_a_list_without_a_working_weekend_or_with_an_odd_one_is_doubted_but_taken(tmp_path: Path) -> None:
    cli = office(tmp_path)
    written(tmp_path, HEADER + "2027-10-01,放假,\n2027-10-13,上班,\n")
    outcome = cli("workdays", "import", "放假.csv")
    assert outcome.code == 0
    assert "2027 年没有调休上班的周末" in outcome.complained
    assert "2027年10月13日 星期三本来就上班" in outcome.complained
    assert len(cli.reads(DAYS)) == 2


def test_without_a_database_nothing_is_imported(tmp_path: Path) -> None:
    cli = CommandLine(tmp_path)
    written(tmp_path, SPRING)
    assert "还没有数据库" in cli("workdays", "import", "放假.csv").refused
    assert not cli.database.exists()


def test_a_day_of_another_year_is_no_part_of_a_years_list(tmp_path: Path) -> None:
    cli = office(tmp_path)

    async def replace(tx: Tx) -> int:
        return await adjusted_days.replace_year(tx, 2026, {TODAY.replace(year=2027): AdjustedDay(TODAY, False, "")})

    with pytest.raises(ValueError, match="2026"):
        cli.does(replace)


# What is in force


def test_the_list_of_the_settings_is_shown_before_there_is_a_database(tmp_path: Path) -> None:
    said = CommandLine(tmp_path)("workdays", "show", "2026").said
    assert said.splitlines()[:3] == [
        "2026 年在用的安排：放假 33 天，调休上班 6 天。",
        "  放假  1月1日 星期四 到 1月3日 星期六  （config.toml）",
        "  上班  1月4日 星期日  （config.toml）",
    ]


def test_what_was_imported_is_shown_over_the_settings(tmp_path: Path) -> None:
    cli = office(tmp_path)
    written(tmp_path, HEADER + "2026-01-02,放假,元旦\n2026-01-03,上班,调整\n2026-01-04,放假,调整\n")
    assert cli("workdays", "import", "放假.csv").code == 0
    assert cli("workdays", "show", "2026").said.splitlines()[:5] == [
        "2026 年在用的安排：放假 33 天，调休上班 6 天。",
        "  放假  1月1日 星期四  （config.toml）",
        "  放假  1月2日 星期五  元旦（导入）",
        "  上班  1月3日 星期六  调整（导入）",
        "  放假  1月4日 星期日  调整（导入）",
    ]


def test_a_year_without_a_list_is_said_to_know_only_weekends(tmp_path: Path) -> None:
    cli = office(tmp_path)
    assert "2027 年还没有放假安排：只有周末算放假" in cli("workdays", "show", "2027").said
    assert cli("workdays", "show", "明年").code == 2

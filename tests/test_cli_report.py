"""`report cases`: the month on the terminal and in a workbook, each recorded, nothing half done."""

import asyncio
import json
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from bot.cli.columns import aligned
from bot.cli.failure import Failed
from bot.cli.ledger import unfinished, workbook
from bot.config import Config
from bot.disk import put
from bot.office import office_from
from handlers.case_ledger import HEADER, WIDTHS
from handlers.case_report import FIGURES, Figure, make_report
from handlers.month import Month
from storage.case_report import Facts
from tests.command_line import CAP_SECONDS, ROOT, CommandLine
from tests.conversation import open_conversation
from tests.desk_work import closes, reports, takes
from tests.kill_each_step import dies
from tests.test_case_report import is_helped, solves
from tests.test_storage_obstacles import no_file_may_grow_beyond

MONTH = Month(2025, 11)  # over, whenever the tests run
WHOLE_WEEKS = timedelta(days=-364)  # from the Monday on which conversations begin to one in that month
AUDIT = "SELECT subject, detail, actor_id, account_id FROM audit WHERE deed = 'report.exported' ORDER BY id"
NOBODYS = ("王老", "小李", "赵科", "何老")


async def _november(path: Path) -> None:
    async with open_conversation(path) as talk:
        talk.clock.ahead = WHOLE_WEEKS
        he = await talk.joins("何老", "cadre", "虚构县教育局")
        await reports(talk.wang, "=1+1\x0b暖气不热\ufffe")
        await reports(he, "药费没有报", "就医")
        await reports(talk.wang, "-路灯坏了", "其他")
        await solves(talk, 1)
        await takes(talk.zhao, 3)
        await closes(talk.zhao, outcome="部分办结", case_id=3)
        await is_helped(talk, 1, "500元", date(2025, 11, 25))
        await is_helped(talk, 1, "@大米两袋", date(2025, 11, 26))


@pytest.fixture(scope="module")
def november(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A database in which people have had a month."""
    path = tmp_path_factory.mktemp("november") / "yinling.db"
    asyncio.run(_november(path))
    return path.read_bytes()


def office(folder: Path, database: bytes) -> CommandLine:
    cli = CommandLine(folder)
    cli.database.parent.mkdir()
    cli.database.write_bytes(database)
    return cli


@pytest.fixture
def cli(tmp_path: Path, november: bytes) -> CommandLine:
    return office(tmp_path, november)


def exported(cli: CommandLine) -> list[tuple[str, dict[str, Any]]]:
    """Return what the trail says of reports: about which month, with what detail. Nobody on the command line has an account."""
    rows = cli.reads(AUDIT)
    assert all((actor, account) == (None, None) for _, _, actor, account in rows)
    return [(subject, json.loads(detail)) for subject, detail, _, _ in rows]


def opened(path: Path) -> tuple[Worksheet, Worksheet]:
    """Open a workbook as somebody at the office does and return its two sheets."""
    book = load_workbook(path)
    assert book.sheetnames == ["困难帮扶台账", "统计"]
    return book.worksheets[0], book.worksheets[1]


def values(sheet: Worksheet) -> list[list[Any]]:
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def words_of(said: str, label: str) -> list[list[str]]:
    """Return the cells of the lines that begin with this label."""
    return [line.split()[1:] for line in said.splitlines() if line.startswith(label)]


# ── on the terminal ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_month_is_printed_by_category_by_unit_and_in_total_with_how_each_figure_is_counted(cli: CommandLine) -> None:
    outcome = cli("report", "cases", "--month", "2025-11")
    assert (outcome.code, outcome.complained) == (0, "")
    assert outcome.said.startswith("青禾县委老干部局2025年11月困难办理统计\n截至")
    counts, results = words_of(outcome.said, "合计")[:2]
    assert counts == ["3", "2", "1", "1", "0", "0", "0", "0"]
    assert results[:6] == ["66.7%", "50%", "0%", "1", "100%", "1"]
    assert words_of(outcome.said, "就医")[0][:2] == ["1", "0"]
    assert words_of(outcome.said, "虚构县水利局")[0][:2] == ["2", "2"]
    assert words_of(outcome.said, "虚构县教育局")[1][1:4] == ["—", "—", "0"]
    assert [each.title for each in FIGURES if f"\n  {each.title}：{each.how}\n" not in outcome.said] == []
    assert [name for name in NOBODYS if name in outcome.said] == []


def test_a_printed_report_is_in_the_trail(cli: CommandLine) -> None:
    assert cli("report", "cases", "--month", "２０２５年１１月").code == 0
    assert exported(cli) == [("report:2025-11", {"month": "2025-11", "rows": 0, "file": False})]


def test_a_month_in_which_nothing_happened_is_said_to_be_so_and_is_in_the_trail(cli: CommandLine) -> None:
    outcome = cli("report", "cases", "--month", "2025-09")
    assert outcome.code == 0
    assert re.fullmatch(r"2025年9月没有登记、办结或者帮扶的困难。截至.*的情况。\n", outcome.said)
    assert exported(cli) == [("report:2025-09", {"month": "2025-09", "rows": 0, "file": False})]


def test_the_month_that_is_not_over_is_called_so(cli: CommandLine) -> None:
    today = datetime.now(UTC).astimezone(Config().office.zone)
    outcome = cli("report", "cases", "--month", f"{today:%Y-%m}")
    assert outcome.code == 0
    assert "本月还没有过完" in outcome.said


@pytest.mark.parametrize("month", ["2026-13", "11", "上个月"])
def test_what_is_no_month_is_refused_with_how_to_write_it(cli: CommandLine, month: str) -> None:
    outcome = cli("report", "cases", "--month", month)
    assert outcome.code == 2
    assert f"看不懂“{month}”，请写年和月，如 2026-11" in outcome.refused
    assert exported(cli) == []


def test_a_month_to_come_is_refused_politely(cli: CommandLine) -> None:
    outcome = cli("report", "cases", "--month", "2099-01")
    assert outcome.code == 1
    assert "2099年1月还没有到" in outcome.refused
    assert exported(cli) == []


def test_without_a_database_there_is_no_report_and_none_is_made(tmp_path: Path) -> None:
    empty = CommandLine(tmp_path)
    assert "还没有数据库" in empty("report", "cases", "--month", "2025-11").refused
    assert not empty.database.exists()


def test_a_report_may_be_made_while_the_office_runs(cli: CommandLine) -> None:
    with cli.running():
        assert cli("report", "cases", "--month", "2025-11", "--xlsx", "台账.xlsx").code == 0
    assert len(exported(cli)) == 1


def test_columns_stand_under_each_other_whatever_is_in_them() -> None:
    assert aligned([("类别", "登记", "办结"), ("就医", "1", "100%"), ("其他的事", "12", "—")]) == [
        "类别      登记  办结",
        "就医         1  100%",
        "其他的事    12     —",
    ]
    assert aligned([]) == []


# ── the workbook ────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Export:
    said: str
    ledger: Worksheet
    statistics: Worksheet
    trail: list[tuple[str, dict[str, Any]]]


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory, november: bytes) -> Export:
    """What one export of the month has made."""
    cli = office(tmp_path_factory.mktemp("export"), november)
    outcome = cli("report", "cases", "--month", "2025-11", "--xlsx", "台账.xlsx")
    assert (outcome.code, outcome.complained) == (0, "")
    return Export(outcome.said, *opened(cli.folder / "台账.xlsx"), exported(cli))


def test_the_ledger_has_a_title_a_header_and_a_row_for_each_case_and_each_further_aid(export: Export) -> None:
    assert "台账写好了：台账.xlsx，4 行。里面有个人资料" in export.said
    title, header, *rows = values(export.ledger)
    assert title[0] == "青禾县委老干部局困难帮扶台账（2025年11月）"
    assert tuple(header) == HEADER
    found = [dict(zip(HEADER, row, strict=True)) for row in rows]
    assert [(row["序号"], row["编号"], row["姓名"], row["金额(数量)"], row["结果"]) for row in found] == [
        (1, "2025-1", "王老", "500元", "已办结"),
        (2, "2025-1", "王老", "@大米两袋", "已办结"),
        (3, "2025-2", "何老", None, "正在办理"),
        (4, "2025-3", "王老", None, "部分办结"),
    ]
    assert (found[0]["登记日期"], found[0]["帮扶日期"]) == (datetime(2025, 11, 24), datetime(2025, 11, 25))


def test_an_export_is_in_the_trail_without_names_and_paths(export: Export) -> None:
    assert export.trail == [("report:2025-11", {"month": "2025-11", "rows": 4, "file": True})]


def test_what_people_wrote_never_becomes_a_formula(export: Export) -> None:
    words, amount = HEADER.index("情况说明"), HEADER.index("金额(数量)")
    told = [(row[words], row[amount]) for row in export.ledger.iter_rows(min_row=3)]
    assert [each.value for each, _ in told] == ["=1+1 暖气不热", "=1+1 暖气不热", "药费没有报", "-路灯坏了"]
    texts = [cell for row in export.ledger.iter_rows(min_row=3) for cell in row if isinstance(cell.value, str)]
    assert {cell.data_type for cell in texts} == {"s"}
    assert [each.quotePrefix for each, _ in told] == [True, True, False, True], "nor when the cell is edited"
    assert told[1][1].quotePrefix


def test_the_ledger_is_laid_out_to_be_read_and_printed(export: Export) -> None:
    ledger = export.ledger
    assert (ledger.freeze_panes, ledger.print_title_rows, ledger.print_title_cols) == ("D3", "$1:$2", "$A:$C")
    assert [each.width for each in ledger.column_dimensions.values()] == list(WIDTHS)
    for sheet in (ledger, export.statistics):
        assert (sheet.page_setup.orientation, int(sheet.page_setup.paperSize or 0)) == ("landscape", 9)
    assert [each.id for each in ledger.col_breaks.brk] == [HEADER.index("回访人") + 1]
    on_page = [sum(WIDTHS[:18]), sum(WIDTHS[:3]) + sum(WIDTHS[18:])]
    assert all(digits * 7 / 96 * 0.7 < 11.7 - 0.8 for digits in on_page), (
        "seven dots a digit, at 70 % between the margins"
    )


def test_the_second_sheet_holds_the_printed_figures_and_how_they_are_counted(export: Export) -> None:
    rows = values(export.statistics)
    assert rows[0][0] == "青禾县委老干部局2025年11月困难办理统计"
    totals = [row[1:] for row in rows if row[0] == "合计"]
    assert len(totals) == 2
    assert totals[0] == totals[1]
    printed = [cell for line in words_of(export.said, "合计")[:2] for cell in line]
    assert [written(*each) for each in zip(FIGURES, totals[0], strict=True)] == printed
    assert [each.title for each in FIGURES if [each.title, each.how] not in [row[:2] for row in rows]] == []
    assert ["虚构县教育局", 1, 0] in [row[:3] for row in rows]


def written(figure: Figure, value: float | str) -> str:
    return value if isinstance(value, str) else figure.written(value)


def test_a_month_without_a_case_makes_an_empty_ledger(cli: CommandLine) -> None:
    outcome = cli("report", "cases", "--month", "2025-09", "--xlsx", "台账.xlsx")
    assert outcome.code == 0
    assert "2025年9月没有登记" in outcome.said
    assert len(values(opened(cli.folder / "台账.xlsx")[0])) == 2
    assert exported(cli) == [("report:2025-09", {"month": "2025-09", "rows": 0, "file": True})]


# ── the file ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_file_is_for_its_owner_and_is_replaced_only_when_that_is_meant(cli: CommandLine) -> None:
    target = cli.folder / "台账.xlsx"
    target.write_bytes(b"an old one")
    export = ("report", "cases", "--month", "2025-11", "--xlsx", "台账.xlsx")
    assert "台账.xlsx 已经有了。请换一个文件名，或者加上 --force 覆盖它。" in cli(*export).refused
    assert target.read_bytes() == b"an old one"
    assert exported(cli) == []
    assert cli(*export, "--force").code == 0
    assert len(values(opened(target)[0])) == 6
    assert target.stat().st_mode & 0o777 == 0o600
    assert sorted(each.name for each in cli.folder.iterdir()) == ["config.toml", "data", "台账.xlsx"]


@pytest.mark.parametrize(
    ("words", "code", "reason"),
    [
        (("--xlsx", "没有/台账.xlsx"), 1, "什么也没有留下：文件夹不存在（没有/台账.xlsx）"),
        (("--xlsx", "config.toml/台账.xlsx"), 1, "路径里有一段不是文件夹"),
        (("--xlsx", "data/office.db", "--force"), 2, "文件名请以 .xlsx 结尾"),
        (("--force",), 2, "--force 要和 --xlsx 一起用"),
    ],
)
def test_a_file_that_cannot_be_written_is_refused_with_the_reason(
    cli: CommandLine, words: tuple[str, ...], code: int, reason: str
) -> None:
    outcome = cli("report", "cases", "--month", "2025-11", *words)
    assert outcome.code == code
    assert reason in outcome.refused
    assert outcome.said == ""
    assert exported(cli) == []


def test_a_folder_in_the_place_of_the_file_is_refused(cli: CommandLine) -> None:
    (cli.folder / "台账.xlsx").mkdir()
    assert "是文件夹" in cli("report", "cases", "--month", "2025-11", "--xlsx", "台账.xlsx", "--force").refused


def test_nothing_is_given_out_that_the_trail_cannot_record(cli: CommandLine) -> None:
    with closing(sqlite3.connect(cli.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        outcome = cli("report", "cases", "--month", "2025-11", "--xlsx", "台账.xlsx")
    assert "数据库被别的程序占用" in outcome.refused
    assert outcome.said == ""
    assert sorted(each.name for each in cli.folder.iterdir()) == ["config.toml", "data"]


def long_book() -> Workbook:
    """A workbook of a hundred rows."""
    office = office_from(Config())
    report = make_report(Facts((), (), (), ()), office, MONTH, datetime(2025, 12, 1, tzinfo=UTC))
    return workbook("台账", [("某老",) * len(HEADER)] * 100, report, office.name)


@pytest.mark.parametrize("most_bytes", [0, 1_000, 6_000])
def test_a_disk_that_is_full_leaves_nothing(tmp_path: Path, most_bytes: int) -> None:
    target = tmp_path / "台账.xlsx"
    with (
        pytest.raises(Failed, match="没有导出，什么也没有留下：文件超过了系统允许的大小"),
        no_file_may_grow_beyond(most_bytes),
        unfinished(long_book(), target) as file,
    ):
        put(file, target)
    assert list(tmp_path.iterdir()) == []


def die_at_every_step(folder: Path) -> None:
    """Kill an export before its first step on the disk, its second, and so on; print what stood there each time."""
    target, died = folder / "台账.xlsx", True
    found: list[str] = []

    def export() -> None:
        with unfinished(long_book(), target) as file:
            put(file, target)

    while died:
        target.unlink(missing_ok=True)
        died = dies(len(found) + 1, folder, export)
        found.append("whole" if target.exists() and len(values(opened(target)[0])) == 102 else "none")
        export()
        assert [each.name for each in folder.iterdir()] == ["台账.xlsx"], "the next export removes what a death left"
    print(json.dumps(found))


def test_a_crash_at_any_step_leaves_no_half_file(tmp_path: Path) -> None:
    program = "import sys; from pathlib import Path; from tests.test_cli_report import die_at_every_step\n"
    program += "die_at_every_step(Path(sys.argv[1]))"
    command = [sys.executable, "-c", program, str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", timeout=CAP_SECONDS, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert len(found) > 4
    assert (found[0], found[-1]) == ("none", "whole")
    assert found == sorted(found), "none, then whole"

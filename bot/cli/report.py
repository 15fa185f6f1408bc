"""`python -m bot report cases --month 2026-11`: how a month's cases went, and the 困难帮扶台账."""

import argparse
import asyncio
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from bot.cli.beside import office_database, utc_now
from bot.cli.columns import aligned
from bot.cli.failure import Failed, Misused
from bot.cli.ledger import unfinished, workbook
from bot.config import Config
from bot.disk import put
from bot.office import office_from
from handlers.case_ledger import cells, ledger_title
from handlers.case_report import COUNTS, FIGURES, RESULTS, RULES, Figure, Line, Report, make_report
from handlers.month import Month, month_of, read_month
from handlers.office import Office
from storage import adjusted_days, audit, case_report
from storage.case_report import LedgerRow
from storage.database import Database

ENDING = ".xlsx"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "打印一个月的困难办理统计：登记、办结、解决、满意、响应时长，分类别、分单位，最后写明每一项怎么算。\n"
        "加上 --xlsx，再把这个月的困难帮扶台账写成表格，第二个工作表是统计。每次都记进审计。运行中也可以用。"
    )
    parser.add_argument("--month", metavar="年月", type=_month, required=True, help="哪个月，如 2026-11")
    parser.add_argument("--xlsx", metavar="文件", type=Path, help="把困难帮扶台账写成这个文件，里面有个人资料")
    parser.add_argument("--force", action="store_true", help="和 --xlsx 一起用：已经有这个文件时覆盖它")


def _month(text: str) -> Month:
    try:
        return read_month(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"看不懂“{text}”，请写年和月，如 2026-11") from error


def run(args: argparse.Namespace, config: Config) -> int:
    now = utc_now()
    if args.force and not args.xlsx:
        raise Misused("--force 要和 --xlsx 一起用。")
    this_month = month_of(now.astimezone(config.office.zone).date())
    if args.month > this_month:
        raise Failed(f"{args.month.words}还没有到，没有可以统计的。现在能统计到{this_month.words}。")
    if args.xlsx:
        _check_target(args.xlsx, force=args.force)
    asyncio.run(_report(config, args.month, args.xlsx, now))
    return 0


def _check_target(target: Path, *, force: bool) -> None:
    if target.suffix.lower() != ENDING:
        raise Misused(f"台账是 {ENDING} 文件，文件名请以 {ENDING} 结尾：{target}")
    if target.is_dir():
        raise Misused(f"{target} 是文件夹，请写明文件名。")
    if target.exists() and not force:
        raise Failed(f"{target} 已经有了。请换一个文件名，或者加上 --force 覆盖它。")


async def _report(config: Config, month: Month, target: Path | None, now: datetime) -> None:
    """Make, record and give out a report: in this order, so that nothing is given out that the trail does not know of."""
    async with office_database(config) as database:
        office, facts, rows = await _read(database, office_from(config), month)
        report = make_report(facts, office, month, now)
        book = workbook(ledger_title(office, month), cells(rows, office), report, office.name)
        with unfinished(book, target) if target else nullcontext() as file:
            await _record(database, month, len(rows) if file else 0, now, to_file=file is not None)
            if target and file:
                put(file, target)
    print("\n".join(words(report, month, has_rows=bool(rows))))
    if target:
        print(f"\n台账写好了：{target}，{len(rows)} 行。里面有个人资料，请放在安全的地方。")


async def _read(
    database: Database, office: Office, month: Month
) -> tuple[Office, case_report.Facts, Sequence[LedgerRow]]:
    """Return the office with the calendar in force, and the month's facts and rows, all from one moment."""
    bounds = month.start(office.zone), month.next().start(office.zone)
    async with database.read() as tx:
        calendar = office.calendar.with_adjusted(await adjusted_days.all_days(tx))
        facts = await case_report.facts(tx, *bounds)
        return replace(office, calendar=calendar), facts, await case_report.ledger(tx, *bounds)


async def _record(database: Database, month: Month, rows: int, now: datetime, *, to_file: bool) -> None:
    """Write into the trail that a report is given out; `rows` are those of the ledger that leave with it."""
    async with database.write() as tx:
        subject = f"report:{month}"
        await audit.add(tx, now, "report.exported", subject, actor_id=None, month=str(month), rows=rows, file=to_file)


# ── in words ────────────────────────────────────────────────────────────────────────────────────────────────────────


def words(report: Report, month: Month, *, has_rows: bool) -> list[str]:
    """Return the report as lines for a terminal of 80 places."""
    if report.is_empty and not has_rows:
        return [f"{month.words}没有登记、办结或者帮扶的困难。{report.until}"]
    lines = [report.title, report.until]
    for title, part in (("类别", report.categories), ("单位", report.units)):
        for figures in (COUNTS, RESULTS):
            lines += ["", *_table(title, figures, [*part, report.total])]
    return [*lines, "", "怎么算的：", *_definitions()]


def _table(title: str, figures: Sequence[Figure], lines: Sequence[Line]) -> list[str]:
    header = (title, *(each.title for each in figures))
    return aligned([header, *((line.label, *(each.shown(line.tally) for each in figures)) for line in lines)])


def _definitions() -> Iterator[str]:
    yield from (f"  {each.title}：{each.how}" for each in FIGURES)
    yield from (f"  {title}：{how}" for title, how in RULES.items())

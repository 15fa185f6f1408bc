"""`python -m bot calendar --from 2027-01-01 --to 2027-12-31 [--json]`: every push that will happen by itself, and why."""

import argparse
import asyncio
import json
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from bot.cli.beside import office_database
from bot.cli.columns import GAP
from bot.cli.failure import Failed, Misused
from bot.cli.parser import whole_day
from bot.config import Config
from bot.office import office_from
from handlers.calendar.plan import Push, pushes, read_known
from handlers.lunar import OutOfRange
from handlers.office import WEEKDAYS, Office

LONGEST = timedelta(days=3660)
LAST_STARTS = timedelta(days=400)  # a gathering may be announced so long before it begins


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "列出从一天到另一天会自动发出的每一条：节日的准备和问候、生日、政治生日、高龄、要办的会、活动的提醒、前一天的清单。\n"
        "按现在的花名册、设置和已经登记的活动算，一天都不漏；以后改了，发的也跟着变。不用启动程序，运行中也可以用。\n"
        "里面有姓名和生日，请放在安全的地方。"
    )
    parser.add_argument(
        "--from", dest="first", metavar="日期", type=whole_day, required=True, help="从哪一天，如 2027-01-01"
    )
    parser.add_argument("--to", dest="last", metavar="日期", type=whole_day, required=True, help="到哪一天，这一天也算")
    parser.add_argument("--json", action="store_true", help="写成 JSON")


def run(args: argparse.Namespace, config: Config) -> int:
    if args.first > args.last:
        raise Misused(f"--from {args.first} 比 --to {args.last} 晚，请调过来。")
    if args.last - args.first > LONGEST:
        raise Misused(f"一次最多列 {LONGEST.days // 366} 年。")
    office = office_from(config)
    try:
        found = asyncio.run(_pushes(config, office, args.first, args.last))
    except OutOfRange as error:
        raise Failed(str(error)) from error
    print(_json(found) if args.json else "\n".join(_lines(found, args.first, args.last)))
    return 0


async def _pushes(config: Config, office: Office, first: date, last: date) -> list[Push]:
    """Raises OutOfRange, and what `office_database` raises."""
    since = datetime.combine(date(first.year, 1, 1), time(), office.zone)  # a year's duties count from its beginning
    until = datetime.combine(date(last.year, 12, 31), time(), office.zone) + LAST_STARTS
    async with office_database(config) as database, database.read() as tx:
        known = await read_known(tx, since=since, until=until)
    return pushes(office, known, first, last)


def _json(found: Sequence[Push]) -> str:
    rows = [
        {
            "date": each.at.date().isoformat(),
            "time": f"{each.at:%H:%M}",
            "kind": each.kind.partition(":")[0],
            "name": each.name,
            "audience": each.audience,
        }
        for each in found
    ]
    return json.dumps(rows, ensure_ascii=False, indent=2)


def _lines(found: Sequence[Push], first: date, last: date) -> list[str]:
    head = (
        f"从 {first} 到 {last}，会自动发出 {len(found)} 条：" if found else f"从 {first} 到 {last}，没有会自动发出的。"
    )
    return [head, *(_line(each) for each in found)]


def _line(push: Push) -> str:
    """Return '2027-02-06 星期六 09:00  春节问候  老同志 12 人  春节，2月6日 星期六'."""
    when = f"{push.at.date()} 星期{WEEKDAYS[push.at.weekday()]} {push.at:%H:%M}"
    return GAP.join((when, push.name, push.audience, push.reason))

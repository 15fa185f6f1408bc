"""`python -m bot roster import FILE`: shows what would change, asks, writes it in one transaction."""

import argparse
import asyncio
import sys
from datetime import date
from pathlib import Path

from bot.cli.ask import confirmed
from bot.cli.beside import office_database, refuse_in_demonstration, utc_now
from bot.cli.failure import Failed
from bot.cli.plan_words import plan_words
from bot.cli.progress import Progress
from bot.config import Config
from handlers.roster.apply import apply, read_known
from handlers.roster.matching import Known
from handlers.roster.people import RosterFile, read_sheets
from handlers.roster.plan import Plan, make_plan
from handlers.roster.rows import RosterFileError
from handlers.roster.sheet import open_sheets

NOBODY = Known((), {}, {}, frozenset())


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "导入花名册（.xlsx 或 .csv）。先列出会新增谁、改谁的哪一项、哪些行没有导入和原因，问过以后才写入。\n"
        "只增加和更改，从不删除；空着的格子不会清掉已有的内容；同一个文件再导入一次什么都不会变。运行中也可以导入。\n"
        "工作人员和领导也写在花名册里：加一栏“身份”，写“老干部、家属、工作人员、领导、管理员”；"
        "家属还要有一栏“代办老同志”。"
    )
    parser.add_argument("file", metavar="文件", type=Path, help="花名册文件")
    parser.add_argument("--dry-run", action="store_true", help="只看会怎么改，什么都不写入")
    parser.add_argument("--yes", action="store_true", help="不再询问，直接写入")
    parser.add_argument("--sheet", metavar="名称", action="append", help="只导入这个工作表；可以写几次，默认导入全部")


def run(args: argparse.Namespace, config: Config) -> int:
    today = utc_now().astimezone(config.office.zone).date()
    print(f"正在读 {args.file.name}……", file=sys.stderr, flush=True)
    file = read(args.file, args.sheet, today)
    return asyncio.run(_import(args, config, file))


def read(path: Path, wanted: list[str] | None, today: date) -> RosterFile:
    """Read a roster file, or only the sheets wanted. Raises RosterFileError."""
    sheets = open_sheets(path)
    if wanted:
        unknown = [name for name in wanted if name not in [each.name for each in sheets]]
        if unknown:
            there = "、".join(f"“{each.name}”" for each in sheets)
            raise RosterFileError(f"{path.name}：没有工作表“{unknown[0]}”，只有{there}。")
        sheets = tuple(each for each in sheets if each.name in wanted)
    try:
        return read_sheets(sheets, today)
    except RosterFileError as error:
        raise RosterFileError(f"{path.name}：{error}") from error


async def _import(args: argparse.Namespace, config: Config, file: RosterFile) -> int:
    plan = await _plan(config, file)
    print("\n".join(plan_words(plan, file)), flush=True)
    if plan.empty or args.dry_run:
        print("没有需要写入的内容。" if plan.empty else "这是试运行，什么都没有写入。")
        return 0 if plan.added or plan.changed or plan.unchanged else 1  # 1: not a single row could be taken
    if not confirmed(f"写入新增 {len(plan.added)} 人、更改 {len(plan.changed)} 人？", yes=args.yes):
        print("没有写入，什么都没有改动。")
        return 1
    await _write(config, file, plan)
    print(f"已写入：新增 {len(plan.added)} 人，更改 {len(plan.changed)} 人。")
    return 0


async def _plan(config: Config, file: RosterFile) -> Plan:
    """Compare the file with the database, if there is one yet: none is made before the operator has agreed."""
    if not config.storage.path.exists():
        return make_plan(file.people, NOBODY)
    async with office_database(config) as database, database.read() as tx:
        await refuse_in_demonstration(tx, config)
        return make_plan(file.people, await read_known(tx))


async def _write(config: Config, file: RosterFile, plan: Plan) -> None:
    """Write exactly the plan that was shown. Raises Failed when the database has changed since."""
    total = len(plan.added) + len(plan.changed)
    with Progress() as progress:
        async with office_database(config, create=True) as database, database.write() as tx:
            await refuse_in_demonstration(tx, config)
            if make_plan(file.people, await read_known(tx)) != plan:
                raise Failed("刚才有别人改了花名册，和上面列出的不一样了，什么都没有写入。请再运行一次。")
            await apply(tx, plan, utc_now(), lambda done: progress("写入", done, total))

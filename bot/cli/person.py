"""`python -m bot person add NAME`: one person without a file, such as the first member of staff."""

import argparse
import asyncio

from bot.cli.beside import office_database, refuse_in_demonstration, utc_now
from bot.cli.failure import Failed, Misused
from bot.cli.find import near
from bot.config import Config
from handlers.roster import kin
from handlers.roster.apply import apply, read_known
from handlers.roster.cells import CellValue
from handlers.roster.fields import ROLE_NAMES, changes
from handlers.roster.matching import Known, Matches
from handlers.roster.people import read_sheets
from handlers.roster.person import RosterPerson
from handlers.roster.plan import Plan, Step
from handlers.roster.rows import Row, Sheet
from storage import audit, people
from storage.accounts import Role
from storage.database import Tx


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = "登记一个人。成批登记请用 roster import。登记以后用 invite 发邀请码。"
    parser.add_argument("name", metavar="姓名", help="真实姓名")
    parser.add_argument(
        "--role",
        metavar="身份",
        required=True,
        choices=tuple(ROLE_NAMES),
        help="；".join(f"{role} {words}" for role, words in ROLE_NAMES.items()),
    )
    parser.add_argument("--phone", metavar="号码", help="手机号")
    parser.add_argument("--unit", metavar="单位", help="原单位，或者工作人员所在的单位")
    parser.add_argument("--birth", metavar="日期", help="出生日期，如 1938-07-05、1938.7")
    parser.add_argument("--acts-for", metavar="姓名", help="家属：替哪位老同志办事")
    parser.add_argument(
        "--limit-to", metavar="单位", action="append", help="工作人员：只管这个单位的老同志；可以写几次，不写就管全部"
    )
    parser.add_argument("--new", action="store_true", help="已经有同名的人，确实是另一位")


def run(args: argparse.Namespace, config: Config) -> int:
    row = _row(args, config)
    if args.limit_to and args.role not in ("staff", "administrator"):
        raise Misused("--limit-to 只用于工作人员和管理员。")
    return asyncio.run(_add(args, config, row))


def _row(args: argparse.Namespace, config: Config) -> RosterPerson:
    """Read the arguments with the rules of a roster's cells."""
    cells: dict[str, CellValue] = {
        "姓名": args.name,
        "身份": args.role,
        "手机": args.phone,
        "单位": args.unit,
        "出生日期": args.birth,
        "代办老同志": args.acts_for,
    }
    sheet = Sheet("命令行", (Row(1, tuple(cells)), Row(2, tuple(cells.values()))))
    file = read_sheets([sheet], utc_now().astimezone(config.office.zone).date())
    if not file.people:
        raise Failed("没有登记：" + " ".join(each.reason for each in file.refusals))
    return file.people[0]


async def _add(args: argparse.Namespace, config: Config, row: RosterPerson) -> int:
    async with office_database(config, create=True) as database, database.write() as tx:
        await refuse_in_demonstration(tx, config)
        known = await read_known(tx)
        same = [known.words(each) for each in known.persons if each.name == row.name]
        if same and not args.new:
            raise Failed(
                f"已经有同名的人：{'、'.join(same)}。确实是另一位，请加上 --new；要改资料，请用 roster import。"
            )
        person_id = await _write(tx, row, known, args.limit_to or [])
    print(f"登记好了：{row.name}，{ROLE_NAMES[args.role]}，编号 {person_id}。")
    print(f"给本人发邀请码：python -m bot invite {row.name} --id {person_id}")
    return 0


async def _write(tx: Tx, row: RosterPerson, known: Known, limits: list[str]) -> int:
    acting, refused = kin.resolve(Matches(new=[row]), known)
    if refused:
        raise Failed(f"没有登记：{refused[0].reason}")
    units = {name: unit_id for unit_id, name in known.units.items()}
    for name in limits:
        if name not in units:
            raise Failed(f"没有登记：系统里没有单位“{name}”。{near(name, units)}请写全称；单位随花名册导入。")
    roles = () if limits else row.roles
    step = Step(row, None, changes(row, None, None), roles, acting.get(row, ()))
    plan = Plan((step,), (), 0, (), (), ())
    (person_id,) = await apply(tx, plan, utc_now(), lambda done: None, how="command line")
    for name in limits:
        role = Role(row.roles[0], units[name])
        await people.give_role(tx, person_id, role)
        await audit.add(
            tx, utc_now(), "role.given", f"person:{person_id}", actor_id=None, role=role.name, unit=role.unit_id
        )
    return person_id

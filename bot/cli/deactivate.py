"""`python -m bot person deactivate NAME` and `person activate NAME`: somebody leaves, or comes back."""

import argparse
import asyncio
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from bot.cli.ask import confirmed
from bot.cli.beside import office_database, utc_now
from bot.cli.failure import Failed
from bot.cli.find import find
from bot.cli.parser import whole_number
from bot.config import Config
from handlers.access import HANDLING_ROLES
from handlers.office import day_in_words
from handlers.roster.apply import read_known
from handlers.roster.matching import Known
from storage import absences, accounts, audit, entry, leaving, people, talks
from storage.accounts import Account
from storage.cases import Case
from storage.database import Tx
from storage.people import Person

MOST_NUMBERS = 20  # of cases, in one sentence


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "停用一个人：调走的工作人员，不再来往的人。资料和办过的事都留着，但是他进不来了，也收不到新的消息：\n"
        "链接、打开着的网页和没用的邀请码作废，Telegram 账号当作陌生人。手上还有没办完的事，就不能停用。\n"
        "可以用 person activate 恢复。运行中也可以用。"
    )
    _name_arguments(parser)
    parser.add_argument("--yes", action="store_true", help="不再询问，直接停用")


def activate_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = "把停用的人恢复过来：身份和办过的事都还在。作废的链接不会恢复，请用 invite 重新发。"
    _name_arguments(parser)


def _name_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="姓名", help="花名册里的姓名")
    parser.add_argument("--id", metavar="编号", type=whole_number(1, 999_999_999), help="同名的人按编号选")


def run(args: argparse.Namespace, config: Config) -> int:
    return asyncio.run(_deactivate(args, config))


def run_activate(args: argparse.Namespace, config: Config) -> int:
    return asyncio.run(_activate(args, config))


# ── off ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Leaver:
    """Somebody who can be taken off."""

    person: Person
    words: str
    own_accounts: tuple[Account, ...]
    locked_out: tuple[str, ...]  # who else uses these accounts and cannot come in by them any more
    leads_alone: bool


async def _deactivate(args: argparse.Namespace, config: Config) -> int:
    today = utc_now().astimezone(config.office.zone).date()
    async with office_database(config) as database:
        async with database.read() as tx:
            leaver = await _leaver(tx, args, today)
        question = f"停用{leaver.words}？他就进不来了，也收不到消息。"
        if not confirmed(question, yes=args.yes):
            print("没有停用，什么都没有改动。")
            return 1
        async with database.write() as tx:  # looked at anew: somebody may have been faster while we asked
            leaver = await _leaver(tx, args, today)
            revoked = await _take_off(tx, leaver)
    print(f"停用好了：{leaver.words}。作废了 {revoked} 个链接；要恢复，请用 person activate。")
    for warning in _warnings(leaver):
        print(f"提醒：{warning}", file=sys.stderr)
    return 0


async def _leaver(tx: Tx, args: argparse.Namespace, today: date) -> Leaver:
    """Return whom the operator means. Raises Failed with everything that stands in the way and what to do about it."""
    known = await read_known(tx)
    _refuse_if_off(known, args)
    person = find(known, args.name, None, args.id)
    own = tuple(each for each in await accounts.of_person(tx, person.id) if each.person_id == person.id)
    obstacles = [
        *_cases_in_the_way(person, await leaving.unfinished(tx, person.id)),
        *[
            f"他要替{each.person_name}代办到{day_in_words(each.until_on)}。请先取消那次请假，换一位代办人登记。"
            for each in await absences.from_day(tx, today)
            if each.stand_in_id == person.id
        ],
        *["他正在跟人对话。请等对话结束。" for each in own if await talks.of_account(tx, each.id)],
        *_last_one(known, person),
    ]
    if obstacles:
        raise Failed("\n".join([f"{known.words(person)}现在不能停用：", *(f"  {each}" for each in obstacles)]))
    sharing = [name for each in own for name in (await accounts.shared_by(tx, each.id)).values()]
    return Leaver(person, known.words(person), own, tuple(sharing), _leads_alone(known, person))


def _refuse_if_off(known: Known, args: argparse.Namespace) -> None:
    named = [each for each in known.persons if each.name == args.name and args.id in (None, each.id)]
    if named and not any(each.active for each in named):
        raise Failed(f"{known.words(named[0])}已经停用了。")


def _cases_in_the_way(person: Person, cases: Iterable[Case]) -> Iterator[str]:
    owned, offered, waited_for = [], [], []
    for case in cases:
        if case.owner_id == person.id:
            owned.append(case.number)
        if case.handed_to == person.id:
            offered.append(case.number)
        if person.id in (case.person_id, case.acted_by):
            waited_for.append(case.number)
    if owned:
        yield f"他承办的还没有办完：{_numbers(owned)}。请他转交，或者请领导改派，或者登记请假，交给代办人。"
    if offered:
        yield f"正等他接受的：{_numbers(offered)}。请他按【不接受】退回去，或者接受了再转交。"
    if waited_for:
        yield f"他反映的还没有办完：{_numbers(waited_for)}。请先办结；不用再办的，也写明原因办结。"


def _numbers(numbers: list[str]) -> str:
    more = f" 等 {len(numbers)} 件" if len(numbers) > MOST_NUMBERS else ""
    return "、".join(numbers[:MOST_NUMBERS]) + more


def _last_one(known: Known, person: Person) -> Iterator[str]:
    if _handles_everything(known, person) and not any(
        _handles_everything(known, each) for each in _others(known, person)
    ):
        yield "他是最后一位管全部单位的工作人员，停用了就没有人接新困难了。请先登记另一位（person add）。"


def _handles_everything(known: Known, person: Person) -> bool:
    return any(role.name in HANDLING_ROLES and role.unit_id is None for role in known.roles.get(person.id, ()))


def _others(known: Known, person: Person) -> list[Person]:
    return [each for each in known.persons if each.active and each.id != person.id]


def _leads_alone(known: Known, person: Person) -> bool:
    def leads(each: Person) -> bool:
        return any(role.name == "leader" for role in known.roles.get(each.id, ()))

    return leads(person) and not any(leads(each) for each in _others(known, person))


async def _take_off(tx: Tx, leaver: Leaver) -> int:
    """Take somebody off and close every way in; return how many links were in force."""
    now, person_id = utc_now(), leaver.person.id
    await people.set_active(tx, person_id, False, now)
    revoked = sum([await entry.revoke_links(tx, each.id, now) for each in leaver.own_accounts])
    invites = await leaving.end_invites(tx, person_id, now)
    subject = f"person:{person_id}"
    await audit.add(tx, now, "person.deactivated", subject, actor_id=None, links=revoked, invites=invites)
    return revoked


def _warnings(leaver: Leaver) -> Iterator[str]:
    if leaver.locked_out:
        yield f"{'、'.join(leaver.locked_out)}也用他的账号，现在进不来了，请另发链接或者邀请码（invite）。"
    if leaver.leads_alone:
        yield "现在没有领导了，不能办的件没有人审签，过期也没有人知道。请登记一位（person add）。"


# ── back ────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def _activate(args: argparse.Namespace, config: Config) -> int:
    async with office_database(config) as database, database.write() as tx:
        known = await read_known(tx)
        person = _find_off(known, args)
        now = utc_now()
        await people.set_active(tx, person.id, True, now)
        await audit.add(tx, now, "person.activated", f"person:{person.id}", actor_id=None)
    print(f"恢复好了：{known.words(person)}。")
    print(f"以前的链接已经作废，请重新发：python -m bot invite {person.name} --id {person.id}")
    return 0


def _find_off(known: Known, args: argparse.Namespace) -> Person:
    """Return the person who is off, among those of the name. Raises Failed."""
    off = [replace(each, active=1) for each in known.persons if not each.active]
    if not any(each.name == args.name for each in off) and any(each.name == args.name for each in known.persons):
        raise Failed(f"{args.name}没有停用，不用恢复。")
    return find(replace(known, persons=tuple(off)), args.name, None, args.id)

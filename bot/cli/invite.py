"""`python -m bot invite NAME`: a one-time code, or a personal link, with the words to hand it over."""

import argparse
import asyncio
from datetime import datetime, timedelta

from bot.cli.beside import office_database, utc_now
from bot.cli.failure import Failed, Misused
from bot.cli.find import find, moment_in_words
from bot.cli.parser import whole_number
from bot.config import Config
from bot.web import links
from handlers.roster.apply import read_known
from handlers.strangers import new_code
from storage import audit, entry
from storage.database import Tx
from storage.people import Person

MOST_HOURS = 720  # as in config.toml


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "给花名册里的一个人发一次性邀请码：本人第一次打开对话时发给助手，就认得他了。\n"
        "加上 --link，改发网页对话的个人链接：点开就能用。码和链接只显示这一次，系统里不存原文。"
    )
    parser.add_argument("name", metavar="姓名", help="花名册里的姓名")
    parser.add_argument("--unit", metavar="单位", help="同名的人按单位选，可以只写几个字")
    parser.add_argument("--id", metavar="编号", type=whole_number(1, 999_999_999), help="同名的人按编号选")
    parser.add_argument(
        "--hours",
        metavar="小时",
        type=whole_number(1, MOST_HOURS),
        help="邀请码多久有效，默认按 config.toml 的 code_hours",
    )
    parser.add_argument("--link", action="store_true", help="发个人链接，不发邀请码；以前发的链接照样能用")
    parser.add_argument("--revoke-old", action="store_true", help="和 --link 一起用：以前的链接和打开着的网页全部作废")


def run(args: argparse.Namespace, config: Config) -> int:
    if args.revoke_old and not args.link:
        raise Misused("--revoke-old 要和 --link 一起用。")
    if args.link and not config.web.enabled:
        raise Failed("网页对话没有开通（config.toml 里 [web] 的 enabled），发不了链接。")
    if args.link and config.web.port == 0 and not config.web.public_url:
        raise Failed("[web] 的 port 是 0，端口每次启动都变，发出去的链接打不开。请写明 port 或 public_url。")
    return asyncio.run(_invite(args, config))


async def _invite(args: argparse.Namespace, config: Config) -> int:
    async with office_database(config) as database, database.write() as tx:
        known = await read_known(tx)
        person = find(known, args.name, args.unit, args.id)
        words = await (_link(tx, args, config, person) if args.link else _code(tx, args, config, person))
    print(f"{known.words(person)}\n{words}")
    return 0


async def _link(tx: Tx, args: argparse.Namespace, config: Config, person: Person) -> str:
    now = utc_now()
    revoked = await links.revoke(tx, person.id, now) if args.revoke_old else 0
    address = links.address_of(config.web.address, await links.make_link(tx, person.id, now))
    old = f"以前的 {revoked} 个链接已经作废。" if args.revoke_old else "以前发的链接照样能用；要作废请加 --revoke-old。"
    return (
        f"个人链接：{address}\n"
        f"谁拿到这个链接，谁就能以{person.name}的身份说话，请只发给本人。{old}\n\n"
        f"可以这样转告：\n"
        f"  {person.name}您好，这是{config.office.short_name}服务助手的专用链接，点开就能用，请不要转给别人。"
        f"有事也可以打电话 {config.office.phone}。{_reminder(config)}"
    )


async def _code(tx: Tx, args: argparse.Namespace, config: Config, person: Person) -> str:
    now, hours = utc_now(), args.hours or config.invite.code_hours
    code = new_code()
    await entry.add_invite(tx, person.id, code, None, now, hours)
    await audit.add(tx, now, "invite.made", f"person:{person.id}", actor_id=None, hours=hours)
    return code_words(config, person.name, code, now + timedelta(hours=hours))


def code_words(config: Config, name: str, code: str, expires: datetime) -> str:
    """What to show and what to hand over."""
    shown = f"{code[:4]}-{code[4:]}"
    until = moment_in_words(expires.astimezone(config.office.zone))
    places = [f"打开{_address(config)}，按页面上的提示开始对话"] if config.web.enabled else []
    if config.telegram.enabled:
        places.append("在 Telegram 里打开本局的机器人")
    if config.wecom.enabled:
        places.append("在企业微信里打开本局的机器人")
    return (
        f"邀请码：{shown}（{until}前有效，只能用一次；给他发过还没用的邀请码已经作废）\n\n"
        f"可以这样转告：\n"
        f"  {name}您好，{config.office.short_name}开通了服务助手。请{'，或者'.join(places)}，"
        f"把这 8 个字发给它：{shown}。{until}前有效，请不要告诉别人。有事也可以打电话 {config.office.phone}。"
        f"{_reminder(config)}"
    )


def _address(config: Config) -> str:
    return f" {config.web.address} " if config.web.port or config.web.public_url else "网页对话"


def _reminder(config: Config) -> str:
    """What the operator should know before handing out an address that nobody else can open."""
    if not config.web.enabled or config.web.public_url or config.web.host not in ("127.0.0.1", "localhost", "::1"):
        return ""
    return f"\n\n提醒：网页对话现在只有这台机器能打开（[web] 的 host 是 {config.web.host}）。"

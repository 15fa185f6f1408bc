"""`python -m bot parked`: messages whose turn raised twice, put aside for the operator."""

import argparse
import asyncio
import re

from bot.cli.beside import office_database, utc_now
from bot.cli.failure import Failed, Misused
from bot.config import Config
from bot.logs import masked
from storage import audit, inbox
from storage.inbox import Parked

SHOWN = 200


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "程序没处理成的消息不会丢，放在一边，本人收到带编号（如 T123）的道歉。\n"
        "不写编号：列出这些消息。写编号：显示出错的经过，交给维护程序的人。retry 加编号：让它重新排队处理。"
    )
    parser.add_argument("words", metavar="retry|编号", nargs="*", help="例如 T123，或者 retry T123")


def run(args: argparse.Namespace, config: Config) -> int:
    match args.words:
        case []:
            return asyncio.run(_list(config))
        case ["retry", number]:
            return asyncio.run(_retry(config, _id(number)))
        case [number]:
            return asyncio.run(_show(config, _id(number)))
    raise Misused("看不懂。请写：parked，或者 parked T123，或者 parked retry T123。")


def _id(number: str) -> int:
    match = re.fullmatch(r"[Tt]?(\d{1,18})", number)
    if match is None:
        raise Misused(f"编号要写成 T123 这样，不能是 {number}。")
    return int(match[1])


async def _list(config: Config) -> int:
    async with office_database(config) as database, database.read() as tx:
        found = await inbox.parked(tx, SHOWN)
        number = await inbox.parked_count(tx)
    print(f"放在一边的消息有 {number} 条。" if number else "没有放在一边的消息。")
    for each in found:
        print(_line(each, config))
    if number > len(found):
        print(f"（只列了最早的 {len(found)} 条）")
    return 0


def _line(each: Parked, config: Config) -> str:
    last = each.trace.strip().rsplit("\n", 1)[-1].split(":")[0]
    return f"T{each.id}  {each.received_at.astimezone(config.office.zone):%Y-%m-%d %H:%M:%S}  {each.channel}  {last}"


async def _show(config: Config, message_id: int) -> int:
    async with office_database(config) as database, database.read() as tx:
        each = await inbox.parked_one(tx, message_id)
    if each is None:
        raise Failed(f"没有放在一边的消息 T{message_id}。")
    print(_line(each, config))
    print(masked(each.trace))
    return 0


async def _retry(config: Config, message_id: int) -> int:
    async with office_database(config) as database, database.write() as tx:
        if not await inbox.retry(tx, message_id):
            raise Failed(f"没有放在一边的消息 T{message_id}。")
        await audit.add(tx, utc_now(), "message.retried", f"inbox:{message_id}", actor_id=None)
    print(f"T{message_id} 重新排队了：程序正在运行的话，一分钟内处理；没有运行的话，启动时处理。")
    return 0

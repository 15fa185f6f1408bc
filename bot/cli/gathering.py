"""`python -m bot gathering code [ID] [--svg FILE]`: the check-in code of a gathering, and the sheet for its door."""

import argparse
import asyncio
from datetime import timedelta
from pathlib import Path

from bot.cli.beside import office_database, utc_now
from bot.cli.failure import Failed
from bot.cli.parser import whole_number
from bot.config import Config
from bot.office import office_from
from bot.poster import poster
from handlers.gatherings import code, words
from handlers.office import Office
from storage import gatherings
from storage.database import Tx
from storage.gatherings import Gathering

AHEAD = timedelta(days=60)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "打印一场活动的签到码。码在开始前一小时到结束有效，贴在门口，扫一扫或者打字发给助手都能签到。\n"
        "不写编号就列出今天起 60 天里的活动和编号。"
    )
    parser.add_argument(
        "id", metavar="编号", nargs="?", type=whole_number(1, 999_999_999), help="活动的编号，不写就列出来"
    )
    parser.add_argument("--svg", metavar="文件", help="把二维码和大字写成一页 A4，用浏览器打开就能打印")
    parser.add_argument("--telegram", metavar="机器人", help="二维码改为打开 Telegram 的这个机器人，写它的用户名")
    parser.add_argument("--force", action="store_true", help="覆盖已有的文件")


def run(args: argparse.Namespace, config: Config) -> int:
    return asyncio.run(_run(args, config))


async def _run(args: argparse.Namespace, config: Config) -> int:
    office = office_from(config)
    async with office_database(config) as database, database.write() as tx:
        print(await _list(tx, office) if args.id is None else await _one(tx, args, config, office))
    return 0


async def _list(tx: Tx, office: Office) -> str:
    now = utc_now()
    found = await gatherings.between(tx, now - timedelta(days=1), now + AHEAD)
    lines = [
        f"{each.id}  {words.moment(office, each.starts_at)}  {each.title}" for each in found if each.state == "planned"
    ]
    return "\n".join(lines) or "这段日子里没有活动。"


async def _one(tx: Tx, args: argparse.Namespace, config: Config, office: Office) -> str:
    try:
        gathering = await gatherings.by_id(tx, args.id)
    except LookupError as error:
        raise Failed(f"没有编号是 {args.id} 的活动。不写编号，可以列出近期的活动。") from error
    door_code = await code.code_of(tx, gathering)
    what = _what(config, door_code, args.telegram)
    lines = [f"{gathering.title}，{words.moment(office, gathering.starts_at)}，{gathering.place}"]
    lines += [f"签到码：{code.WORD} {code.shown(door_code)}", f"二维码的内容：{what}"]
    if args.svg:
        _write(Path(args.svg), _page(office, gathering, door_code, what), force=args.force)
        lines.append(f"写好了：{args.svg}，请用浏览器打开打印。")
    if "://127.0.0.1" in what or "://localhost" in what or "://[::1]" in what:
        lines.append("提醒：网页对话现在只有这台机器能打开，手机扫了打不开。请先改 [web] 的 host 或 public_url。")
    return "\n".join(lines)


def _what(config: Config, door_code: str, bot: str | None) -> str:
    """Return what the QR code says: an address where people have one to open, else the words to send."""
    if bot:
        return f"https://t.me/{bot.lstrip('@')}?start={door_code}"
    if config.web.enabled and (config.web.port or config.web.public_url):
        return f"{config.web.address}/c/{door_code}"
    return f"{code.WORD}{door_code}"


def _page(office: Office, gathering: Gathering, door_code: str, what: str) -> str:
    moment = words.moment(office, gathering.starts_at)
    return poster(gathering.title, moment, gathering.place, what, f"{code.WORD} {code.shown(door_code)}")


def _write(path: Path, page: str, *, force: bool) -> None:
    try:
        with path.open("w" if force else "x", encoding="utf-8") as file:
            file.write(page)
    except FileExistsError as error:
        raise Failed(f"{path} 已经有了。要覆盖请加 --force。") from error
    except OSError as error:
        raise Failed(f"写不了 {path}：{error.strerror}") from error

"""`python -m bot check`: one line for each thing that must be right."""

import argparse
import asyncio
import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from bot.backup import check_whole, check_writable, schema_number
from bot.channels.channel import Incoming
from bot.cli.beside import utc_now, warn_of_half_restore
from bot.config import Config
from bot.lock import ProcessLock
from bot.logs import masked
from bot.web.server import WebAddressError, WebServer
from storage import migrate
from storage.errors import AlreadyRunning, NewerSchema, StorageError

PATIENCE_SECONDS = 20.0  # for a channel to answer
EVERY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - recognised here, not listened on


@dataclass(frozen=True)
class Finding:
    good: bool
    words: str


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "检查设置、数据库、磁盘空间和各个渠道，一项一行。程序正在运行时也可以检查。有一项不好，退出码是 1。"
    )


def run(args: argparse.Namespace, config: Config) -> int:
    warn_of_half_restore(config.storage.path)
    findings = [Finding(True, f"设置：{args.config} 没有错处")]
    running = _running(config.storage.path)
    for part in (_database(config, running), _disk(config), _channels(config, running)):
        findings += part
    for each in findings:
        print(f"{'正常' if each.good else '有误'}  {each.words}")
    return 0 if all(each.good for each in findings) else 1


def _running(database: Path) -> bool:
    """Tell whether an office runs on this database."""
    if not database.parent.exists():
        return False
    lock = ProcessLock(database)
    try:
        lock.take()
    except AlreadyRunning:
        return True
    lock.release()
    return False


def _database(config: Config, running: bool) -> Iterator[Finding]:
    path = config.storage.path
    if not path.exists():
        yield Finding(True, f"数据库：还没有，第一次启动时会建在 {path}")
        return
    try:
        number, known = schema_number(path), len(migrate.migrations())
        if number > known:
            raise NewerSchema(f"是较新版本的程序写的（第 {number} 版，本程序只认识到第 {known} 版）（{path}）")
        check_whole(path, quick=True)
        if not running:
            check_writable(path)
    except StorageError as error:
        yield Finding(False, f"数据库：{error}")
        return
    later = "" if number == known else f"，启动时会升级到第 {known} 版"
    yield Finding(
        True, f"数据库：完整，第 {number} 版{later}，{'程序正在运行' if running else '程序没有在运行'}（{path}）"
    )


def _disk(config: Config) -> Iterator[Finding]:
    folder = config.storage.path.parent
    while not folder.exists():
        folder = folder.parent
    free, wanted = shutil.disk_usage(folder).free // 1024**2, config.storage.minimum_free_megabytes
    yield Finding(free >= wanted, f"磁盘：还剩 {free} MB，至少要有 {wanted} MB（{folder.absolute()}）")


def _channels(config: Config, running: bool) -> Iterator[Finding]:
    if not (config.web.enabled or config.telegram.enabled or config.wecom.enabled):
        yield Finding(False, "渠道：一个都没有开通（config.toml 里 [web]、[wecom] 和 [telegram] 的 enabled）")
    if config.web.enabled:
        yield _running_web(config) if running else asyncio.run(_free_web(config))
    if config.telegram.enabled:
        yield asyncio.run(_telegram(config))
    if config.wecom.enabled:
        yield _running_wecom() if running else asyncio.run(_wecom(config))


def _running_web(config: Config) -> Finding:
    """Ask the running process how it is."""
    web = config.web
    if web.port == 0:
        return Finding(True, "网页对话：端口由系统挑选，查不了；网址在启动时打印")
    connection = HTTPConnection(EVERY_ADDRESS.get(web.host, web.host), web.port, timeout=PATIENCE_SECONDS)
    try:
        connection.request("GET", "/healthz")
        report = json.loads(connection.getresponse().read())
    except (OSError, HTTPException, ValueError) as error:
        return Finding(False, f"网页对话：程序在运行，可是 {web.address} 没有应答（{type(error).__name__}）")
    finally:
        connection.close()
    troubles = "；".join(report.get("troubles", ["应答看不懂"]))
    return Finding(not troubles, f"网页对话：{web.address} {f'有应答，程序报告：{troubles}' if troubles else '有应答'}")


async def _free_web(config: Config) -> Finding:
    """Make sure that the address could be taken now."""
    server = WebServer(config.web, [])
    try:
        await server.start()
    except WebAddressError as error:
        return Finding(False, f"网页对话：{error}")
    await server.stop()
    return Finding(True, f"网页对话：{config.web.address} 可以用" if config.web.port else "网页对话：端口由系统挑选")


async def _telegram(config: Config) -> Finding:
    # Here, because an office without Telegram need not wait for its library.
    from telegram.error import TelegramError

    from bot.channels.telegram import TelegramChannel

    channel = TelegramChannel(config.telegram, _receive_nothing, utc_now)
    await channel.start()
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return Finding(True, await channel.check())
    except (TelegramError, TimeoutError) as error:
        return Finding(
            False, f"Telegram：连不上（{type(error).__name__}：{masked(str(error))}）。请检查令牌、代理和网络"
        )
    finally:
        await channel.stop()


def _running_wecom() -> Finding:
    return Finding(True, "企业微信：程序正在运行，不另外去连（再连一处会把它顶掉）；连得怎样，看网页服务的 /healthz")


async def _wecom(config: Config) -> Finding:
    from bot.channels.wecom import WecomChannel
    from bot.channels.wecom_frames import NoAnswer, NotConnected, Refusal

    channel = WecomChannel(config.wecom, _receive_nothing, utc_now, str)
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return Finding(True, await channel.check())
    except Refusal as refusal:
        return Finding(False, f"企业微信：不让连（错误码 {refusal.code}）。请检查机器人的编号和密钥")
    except (NotConnected, NoAnswer, TimeoutError) as error:
        return Finding(False, f"企业微信：连不上（{error or type(error).__name__}）。请检查网址、代理和网络")


async def _receive_nothing(channel: str, incomings: Sequence[Incoming]) -> None:
    raise AssertionError("a channel that was not told to listen received something")

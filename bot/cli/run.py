"""`python -m bot run`: the office, until it is told to stop."""

import argparse
import asyncio
import logging
import os
import signal
from collections.abc import Callable
from typing import TYPE_CHECKING

from bot import logs
from bot.cli.beside import utc_now, warn_of_half_restore
from bot.cli.columns import padded, width
from bot.cli.failure import Failed
from bot.config import Config
from bot.demo import Doorplate, open_demonstration
from bot.web.links import address_of
from bot.web.server import WebAddressError
from storage import people
from storage.errors import StorageError

if TYPE_CHECKING:
    from bot.app import App

log = logging.getLogger(__name__)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "启动银龄：接收消息、回复、按时提醒，直到按 Ctrl+C 或收到停止信号（SIGTERM）。再按一次 Ctrl+C 立即停止。\n"
        "数据库里一个人也没有、又没有设 Telegram 令牌时，会建一个演示单位，打印每个演示人物的链接。"
    )


def run(args: argparse.Namespace, config: Config) -> int:
    if not (config.web.enabled or config.telegram.enabled or config.wecom.enabled):
        raise Failed("一个渠道都没有开通。请在 config.toml 里把 [web]、[wecom] 或 [telegram] 的 enabled 改成 true。")
    logs.configure(config.log.level, config.log.as_json)
    try:
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            return runner.run(_serve(config))
    except (Failed, StorageError):
        raise
    except Exception:
        # A bug. Through the log, which masks what is private; whoever supervises the process starts it again.
        log.critical("the office ended by a bug", exc_info=True)
        raise Failed("程序出错停下了，经过写在上面的日志里。收到的消息都还在，重新启动以后接着处理。") from None


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop where it exists (not on Windows): it is the faster one."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


async def _serve(config: Config) -> int:
    # Here, because it brings the libraries of every channel: half a second that other commands need not wait for.
    from bot.app import App

    warn_of_half_restore(config.storage.path)
    stop = asyncio.Event()
    obey_signals(stop)
    app = App(config)
    try:
        async with app:
            await _greet(app)
            await app.run(stop)
    except WebAddressError as error:
        raise Failed(str(error)) from error
    return 0


def obey_signals(stop: asyncio.Event) -> None:
    """The first SIGTERM or SIGINT sets `stop`; the second ends the process at once. Both lose nothing acknowledged."""
    loop = asyncio.get_running_loop()

    def obey() -> None:
        if stop.is_set():
            os._exit(1)
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        try:
            loop.add_signal_handler(number, obey)
        except NotImplementedError:  # Windows
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(obey))


async def _greet(app: "App") -> None:
    """Say on standard output where the office is to be found, and to a newcomer what to do."""
    config = app.config
    async with app.database.write() as tx:
        may_create = config.web.enabled and config.telegram.token is None and config.wecom.secret is None
        doorplates = await open_demonstration(tx, utc_now(), may_create=may_create)
        nobody = await people.count(tx) == 0
        staffed = bool(await people.with_role(tx, "staff") or await people.with_role(tx, "administrator"))
    lines = [f"{config.office.name}的服务助手已经启动。"]
    if config.web.enabled:
        lines.append(f"网页对话：{app.web.address}")
    if doorplates and config.web.enabled:
        lines += demonstration_words(doorplates, app.web.address)
    elif nobody:
        lines.append("花名册还是空的。请另开一个窗口导入：python -m bot roster import 花名册.xlsx")
    elif not staffed:
        lines.append(
            "还没有工作人员，困难没有人办。请登记一位：python -m bot person add 姓名 --role staff --phone 手机号"
        )
    print("\n".join([*lines, "要停下来，请按 Ctrl+C。"]), flush=True)


def demonstration_words(doorplates: list[Doorplate], address: str) -> list[str]:
    """One line for each person: role, name, link; and what to do with them."""
    role = max(width(each.role) for each in doorplates)
    name = max(width(each.name) for each in doorplates)
    return [
        "",
        "这是演示：单位和人都是虚构的，请不要写真实的个人情况。每个人的链接：",
        "",
        *(
            f"  {padded(each.role, role)}  {padded(each.name, name)}  {address_of(address, each.secret)}"
            for each in doorplates
        ),
        "",
        "第一次看，请这样试：",
        "  1. 用浏览器打开王老的链接；再开一个窗口，打开赵科的链接（同一个浏览器就行）。",
        "  2. 在王老的窗口里按【菜单】，看完告知书按【同意】，再按【反映困难】，照着提示说一件事。",
        "  3. 在赵科的窗口里按【菜单】，再按【待办】，打开这件事，接手、答复、办结。",
        "  4. 回到王老的窗口，能看到答复；最后回答解决了没有。",
        "每次启动都会换新链接，旧链接作废；已经打开的窗口照样能用。",
        "要换成自己的单位：先停下来，移走演示数据库，再导入花名册（python -m bot roster import --help）。",
    ]

"""The long connection of a WeCom smart bot, kept for ever: one socket after another.

Every ending of a socket is a drop, also a clean one (1000, 1001), and every drop leads to another try. The published SDKs do not do that:
they fall silent for ever after a clean farewell or missed heartbeats, and stay as if connected after a refused subscription.
"""

import asyncio
import logging
import random
from collections.abc import Callable

from websockets.exceptions import WebSocketException

from bot.channels.wecom_frames import (
    NOT_SUBSCRIBED,
    PING,
    STOOD_SECONDS,
    SUBSCRIBE,
    Ending,
    Frame,
    NoAnswer,
    NotConnected,
    Refusal,
    wait_seconds,
)
from bot.channels.wecom_socket import Socket, opened
from bot.pulse import Pulse

log = logging.getLogger(__name__)

SUBSCRIBE_SECONDS = 10.0
PING_SECONDS = 30.0  # as the vendor asks; two in a row without an answer and the socket counts as dead
MOST_MISSED = 2
ANSWER_SECONDS = 20.0  # be slow to think that a message did not arrive: it is then sent once more


class Connection:
    """Made once; `run` keeps it. `heard` gets every callback frame, in order, and must return at once."""

    def __init__(
        self,
        url: str,
        bot_id: str,
        secret: str,
        heard: Callable[[Frame], None],
        pulse: Pulse,
        *,
        proxy: str | None = None,
    ) -> None:
        self._url = url
        self._bot_id = bot_id
        self._secret = secret
        self._heard = heard
        self._pulse = pulse
        self._proxy = proxy
        self._socket: Socket | None = None  # a subscribed one
        self._subscribed = asyncio.Event()
        self._ended = False
        self._endings = dict.fromkeys(STOOD_SECONDS, 0)  # in a row, by kind

    # ── asking ──────────────────────────────────────────────────────────────────────────────────────────────────────

    async def connected(self, seconds: float) -> None:
        """Wait until we are subscribed. Raises NotConnected when that takes longer, or will never be again."""
        try:
            async with asyncio.timeout(seconds):
                await self._subscribed.wait()
        except TimeoutError:
            raise NotConnected from None
        if self._ended:
            raise NotConnected

    async def request(
        self, command: str, body: Frame, *, number: str | None = None, patience: float = ANSWER_SECONDS
    ) -> Frame:
        """Ask, and return the answer's frame; see `Socket.request`. Raises NotConnected, NoAnswer or Refusal."""
        if self._socket is None:
            raise NotConnected
        return await self._socket.request(command, body, number, patience)

    async def answered(self, seconds: float) -> None:
        """Wait until nothing that was asked waits for an answer, at most so long."""
        if self._socket is not None:
            await self._socket.answered(seconds)

    async def try_once(self) -> None:
        """Connect, subscribe and leave. Raises NotConnected, NoAnswer or Refusal."""
        try:
            async with opened(self._url, self._proxy) as connection:
                socket = Socket(connection, self._heard)
                reading = asyncio.create_task(socket.read())
                try:
                    await self._ask_in(socket)
                finally:
                    reading.cancel()
                    await asyncio.gather(reading, return_exceptions=True)
        except (OSError, TimeoutError, WebSocketException) as error:
            raise NotConnected(type(error).__name__) from error

    # ── one life after another ──────────────────────────────────────────────────────────────────────────────────────

    async def run(self) -> None:
        """Be connected, for ever: whatever ends a socket, another is tried after a wait."""
        try:
            await self._live_on()
        finally:
            self._ended = True
            self._subscribed.set()  # whoever waits for a connection waits in vain

    async def _live_on(self) -> None:
        now = asyncio.get_running_loop().time
        while True:
            begun = now()
            ending = await self._one_life()
            for kind, seconds in STOOD_SECONDS.items():
                if now() - begun > seconds:
                    self._endings[kind] = 0
            self._endings[ending.kind] += 1
            wait = wait_seconds(ending, self._endings[ending.kind], random.random())  # noqa: S311  # spreads load
            level = logging.WARNING if ending.kind == "dropped" else logging.ERROR
            log.log(level, "WeCom is not connected", extra={"reason": ending.reason, "again_in_seconds": round(wait)})
            self._pulse.trouble(ending.reason)
            await asyncio.sleep(wait)

    async def _one_life(self) -> Ending:
        """Connect, subscribe and listen until it ends; return how. Raises nothing but cancellation."""
        try:
            async with opened(self._url, self._proxy) as connection:
                return await self._life_of(Socket(connection, self._heard))
        except (OSError, TimeoutError, WebSocketException) as error:
            return Ending(f"连不上企业微信（{type(error).__name__}）")

    async def _life_of(self, socket: Socket) -> Ending:
        reading = asyncio.create_task(socket.read())
        beating: asyncio.Task[None] | None = None
        try:
            if (refused := await self._subscribe(socket, reading)) is not None:
                return refused
            beating = asyncio.create_task(self._beat(socket))
            await asyncio.wait([reading])
            return _ending_of(socket, reading)
        except asyncio.CancelledError:
            await socket.close()  # we stop: with a farewell, not with the library's word for an error
            raise
        finally:
            self._subscribed.clear()
            self._socket = None
            for task in (reading, beating):
                if task is not None:
                    task.cancel()
            await asyncio.gather(reading, *([beating] if beating else []), return_exceptions=True)

    async def _subscribe(self, socket: Socket, reading: asyncio.Task[str]) -> Ending | None:
        """Say who we are; return how it ended when we may not come in."""
        try:
            await self._ask_in(socket)
        except Refusal as refusal:
            return Ending(f"企业微信不让连（错误码 {refusal.code}），请检查机器人的编号和密钥", "refused")
        except (NotConnected, NoAnswer) as error:
            return (
                _ending_of(socket, reading) if reading.done() else Ending(f"企业微信没有应答（{type(error).__name__}）")
            )
        self._socket = socket
        self._subscribed.set()
        self._pulse.beat()
        log.info("WeCom is connected")
        return None

    async def _ask_in(self, socket: Socket) -> None:
        await socket.request(SUBSCRIBE, {"bot_id": self._bot_id, "secret": self._secret}, None, SUBSCRIBE_SECONDS)

    async def _beat(self, socket: Socket) -> None:
        """Ask every 30 s whether somebody is there; after two silences give the socket up."""
        missed = 0
        while missed < MOST_MISSED:
            await asyncio.sleep(PING_SECONDS)
            try:
                await socket.request(PING, None, None, PING_SECONDS / 2)
            except NoAnswer:
                missed += 1
                continue
            except NotConnected:
                return
            except Refusal as refusal:
                log.warning("WeCom refused a heartbeat", extra={"errcode": refusal.code})
                if refusal.code == NOT_SUBSCRIBED:
                    return
            missed = 0
            self._pulse.beat()
        socket.abort()


def _ending_of(socket: Socket, reading: asyncio.Task[str]) -> Ending:
    if (error := reading.exception()) is not None:
        log.error("reading raised", exc_info=error)
        return Ending(f"程序出错：{type(error).__name__}")
    if socket.is_replaced:
        return Ending("企业微信的连接被另一个程序顶掉了：同一个机器人只能连一处，请查另一台机器", "replaced")
    return Ending(f"企业微信的连接断了（{reading.result()}）")

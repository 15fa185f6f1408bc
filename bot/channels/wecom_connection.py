"""The long connection of a WeCom smart bot: one socket, kept for ever, over which both sides ask and answer.

The protocol is nine commands of JSON text: https://developer.work.weixin.qq.com/document/path/101463

    we ask      {"cmd": "aibot_send_msg", "headers": {"req_id": "..."}, "body": {...}}
    it answers  {"headers": {"req_id": "..."}, "errcode": 0, "errmsg": "ok"}          an answer has no cmd
    it tells    {"cmd": "aibot_msg_callback", "headers": {"req_id": "..."}, "body": {...}}

Every ending of the socket is a drop, also a clean one (1000, 1001), and every drop leads to another try. The published SDKs do not do
that: they fall silent for ever. Nothing of a frame's body is ever logged: it holds the secret, or what people said.
"""

import asyncio
import json
import logging
import random
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.protocol import State

from bot.backoff import backoff_seconds
from bot.pulse import Pulse

log = logging.getLogger(__name__)

SUBSCRIBE, PING = "aibot_subscribe", "ping"
MESSAGE, EVENT = "aibot_msg_callback", "aibot_event_callback"
NOT_SUBSCRIBED = 846609  # the socket is open, yet the server has forgotten who we are: only a new one helps

OPEN_SECONDS = 20.0
SUBSCRIBE_SECONDS = 10.0
PING_SECONDS = 30.0  # as the vendor asks; two in a row without an answer and the socket counts as dead
MOST_MISSED = 2
ANSWER_SECONDS = 20.0  # be slow to think that a message did not arrive: it is then sent once more
LONGEST_WAIT_SECONDS = 60.0
REFUSED_WAIT_SECONDS = (60.0, 300.0)  # subscribing is limited in frequency: shortest and longest wait after a refusal
REPLACED_WAIT_SECONDS = (60.0, 1800.0)  # longer each time, so that two instances do not push each other out for ever
# A life so long is a new beginning. Not the subscription alone: a server that takes us in and throws us out is not asked every second.
STOOD_SECONDS: dict[Literal["dropped", "refused", "replaced"], float] = {
    "dropped": 60.0,
    "refused": 60.0,
    "replaced": 3600.0,
}
LARGEST_FRAME_BYTES = 16 * 1024 * 1024

_QUIET = logging.getLogger("websockets.client")
_QUIET.setLevel(logging.WARNING)  # below it the library logs every frame

Frame = dict[str, Any]


class NotConnected(Exception):
    """There is no subscribed connection: the request has not left."""


class NoAnswer(Exception):
    """The request left, and no answer came: whether it was carried out is unknown."""


class Refusal(Exception):
    """The server's answer to a request is an error."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(f"errcode {code}")  # `message` may quote what was sent
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Ending:
    """How a connection ended, and which of the three ways of waiting follows."""

    reason: str
    kind: Literal["dropped", "refused", "replaced"] = "dropped"


def wait_seconds(ending: Ending, times: int, chance: float) -> float:
    """Return how long to wait before the next try, after so many endings of this kind in a row (from 1), spread by `chance` in [0, 1)."""
    if ending.kind == "dropped":
        return backoff_seconds(times, chance, first=1.0, longest=LONGEST_WAIT_SECONDS)
    shortest, longest = REFUSED_WAIT_SECONDS if ending.kind == "refused" else REPLACED_WAIT_SECONDS
    return float(min(longest, shortest * 2 ** min(times - 1, 10)) * (1.0 + chance / 4))


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
        self._socket: ClientConnection | None = None
        self._answers: dict[str, asyncio.Future[Frame]] = {}
        self._subscribed = asyncio.Event()
        self._replaced = False
        self._ended = False
        self._endings = dict.fromkeys(STOOD_SECONDS, 0)  # in a row, by kind

    async def try_once(self) -> None:
        """Connect, subscribe and leave. Raises NotConnected, NoAnswer or Refusal."""
        try:
            async with self._opened() as socket:
                self._socket = socket
                reading = asyncio.create_task(self._read(socket))
                try:
                    await self._ask_in()
                finally:
                    reading.cancel()
                    await asyncio.gather(reading, return_exceptions=True)
        except (OSError, TimeoutError, WebSocketException) as error:
            raise NotConnected(type(error).__name__) from error

    async def answered(self, seconds: float) -> None:
        """Wait until nothing that was asked waits for an answer, at most so long."""
        waiting = list(self._answers.values())
        if waiting:
            await asyncio.wait(waiting, timeout=seconds)

    # ── one life after another ──────────────────────────────────────────────────────────────────────────────────────

    async def run(self) -> None:
        """Be connected, for ever: whatever ends a connection, another is tried after a wait."""
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
        self._replaced = False
        try:
            async with self._opened() as socket:
                return await self._subscribed_life(socket)
        except (OSError, TimeoutError, WebSocketException) as error:
            return Ending(f"连不上企业微信（{type(error).__name__}）")

    def _opened(self) -> connect:
        return connect(
            self._url,
            proxy=self._proxy,
            compression=None,
            open_timeout=OPEN_SECONDS,
            ping_interval=None,  # the protocol has a heartbeat of its own
            close_timeout=2.0,
            max_size=LARGEST_FRAME_BYTES,
            logger=_QUIET,
        )

    async def _subscribed_life(self, socket: ClientConnection) -> Ending:
        self._socket = socket
        reading = asyncio.create_task(self._read(socket))
        beating: asyncio.Task[None] | None = None
        try:
            if (refused := await self._subscribe(reading)) is not None:
                return refused
            beating = asyncio.create_task(self._beat(socket))
            await asyncio.wait([reading])
            return self._ending_of(reading)
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
            self._forget_answers()

    def _ending_of(self, reading: asyncio.Task[str]) -> Ending:
        if (error := reading.exception()) is not None:
            log.error("reading raised", exc_info=error)
            return Ending(f"程序出错：{type(error).__name__}")
        if self._replaced:
            return Ending("企业微信的连接被另一个程序顶掉了：同一个机器人只能连一处，请查另一台机器", "replaced")
        return Ending(f"企业微信的连接断了（{reading.result()}）")

    async def _subscribe(self, reading: asyncio.Task[str]) -> Ending | None:
        """Say who we are; return how it ended when we may not come in."""
        asking = asyncio.create_task(self._ask_in())
        await asyncio.wait([asking, reading], return_when=asyncio.FIRST_COMPLETED)
        if not asking.done():
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)
            return self._ending_of(reading)
        match asking.exception():
            case None:
                self._subscribed.set()
                self._pulse.beat()
                log.info("WeCom is connected")
                return None
            case Refusal(code=code):
                return Ending(f"企业微信不让连（错误码 {code}），请检查机器人的编号和密钥", "refused")
            case error:
                return Ending(f"企业微信没有应答（{type(error).__name__}）")

    async def _ask_in(self) -> Frame:
        who = {"bot_id": self._bot_id, "secret": self._secret}
        return await self.request(SUBSCRIBE, who, patience=SUBSCRIBE_SECONDS, waits=False)

    # ── listening ───────────────────────────────────────────────────────────────────────────────────────────────────

    async def _read(self, socket: ClientConnection) -> str:
        """Hand out what comes; return why it ended."""
        try:
            async for text in socket:
                self._take(text)
                if self._replaced:
                    return "replaced"
        except ConnectionClosed as closed:
            return str(closed.rcvd.code) if closed.rcvd else "网络断开"
        return str(socket.close_code)

    def _take(self, text: str | bytes) -> None:
        try:
            frame = json.loads(text)
            number = str(frame["headers"]["req_id"])
        except (ValueError, TypeError, KeyError):
            log.warning("WeCom sent what is not a frame", extra={"bytes": len(text)})
            return
        if "cmd" not in frame:
            waiting = self._answers.pop(number, None)
            if waiting is not None and not waiting.done():  # an answer that comes too late is nobody's
                waiting.set_result(frame)
        elif frame["cmd"] in (MESSAGE, EVENT):
            self._replaced = self._replaced or is_replaced(frame)
            self._heard(frame)
        else:
            log.info("WeCom sent a frame of another kind", extra={"cmd": str(frame["cmd"])[:40]})

    async def _beat(self, socket: ClientConnection) -> None:
        """Ask every 30 s whether somebody is there; after two silences give the socket up, without waiting for a farewell."""
        missed = 0
        while missed < MOST_MISSED:
            await asyncio.sleep(PING_SECONDS)
            try:
                await self.request(PING, None, patience=PING_SECONDS / 2, waits=False)
            except NoAnswer:
                missed += 1
                continue
            except NotConnected:
                return
            except Refusal as refusal:
                log.warning("WeCom refused a heartbeat", extra={"errcode": refusal.code})
                if refusal.code == NOT_SUBSCRIBED:
                    break
            missed = 0
            self._pulse.beat()
        socket.transport.abort()

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
        self,
        command: str,
        body: Frame | None,
        *,
        number: str | None = None,
        patience: float = ANSWER_SECONDS,
        waits: bool = True,
    ) -> Frame:
        """Ask, and return the answer's frame. Raises NotConnected, NoAnswer or Refusal.

        `number` is that of the callback which is answered; a request of our own gets a new one each time, so that an answer that comes
        too late is not taken for that of the next. `waits`: only a subscribed connection will do.
        """
        socket = self._socket
        if socket is None or socket.state is not State.OPEN or (waits and not self._subscribed.is_set()):
            raise NotConnected
        number = number or f"{command}-{secrets.token_hex(12)}"
        frame: Frame = {"cmd": command, "headers": {"req_id": number}}
        if body is not None:  # a heartbeat with a body is said to cost the connection
            frame["body"] = body
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(patience):
                await socket.send(json.dumps(frame, ensure_ascii=False))
                return _checked(await answer, socket)
        except (TimeoutError, ConnectionClosed) as error:
            raise NoAnswer from error
        finally:
            if self._answers.get(number) is answer:
                del self._answers[number]

    def _forget_answers(self) -> None:
        """The socket has ended: whoever waits for an answer from it waits in vain."""
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(TimeoutError())
        self._answers.clear()


def _checked(frame: Frame, socket: ClientConnection) -> Frame:
    """Return an answer that is good. Raises Refusal for one that is not."""
    code = frame.get("errcode", 0)
    if code == NOT_SUBSCRIBED:
        socket.transport.abort()
    if code != 0:
        raise Refusal(int(code), str(frame.get("errmsg", "")))
    return frame


def is_replaced(frame: Frame) -> bool:
    """Tell whether WeCom says that another program has connected as this bot, and that ours will be closed."""
    body = frame.get("body")
    event = body.get("event") if isinstance(body, dict) else None
    return isinstance(event, dict) and event.get("eventtype") == "disconnected_event"

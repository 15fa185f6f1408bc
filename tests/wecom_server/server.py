"""The WeCom server: a WebSocket and the files on loopback, in the test's own event loop."""

import asyncio
import itertools
import json
import logging
import time
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from aiohttp import web
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from tests.wecom_server.chats import Chat, Shown
from tests.wecom_server.faults import Fault, Faults, Late, Lost, Refused, Silence
from tests.wecom_server.media import Media
from tests.wecom_server.people import WecomUser
from tests.wecom_server.rules import (
    CREDENTIALS,
    FLOOD,
    NEVER_WROTE,
    NOT_SUBSCRIBED,
    UNKNOWN_REQUEST,
    Limits,
    RefusalError,
    check_card,
    check_markdown,
    require,
)

_QUIET = logging.getLogger("tests.wecom_server")
_QUIET.setLevel(logging.WARNING)  # so that what a test finds in the log is the bot's

BOT_ID, SECRET = "aib-loopback-bot", "loopback-secret-that-opens-nothing"
Frame = dict[str, Any]


class WecomServer:
    """WeCom for tests: `async with WecomServer() as server`, then a bot at `server.url`.

    What people say while no bot is subscribed is lost: nobody knows whether the real one keeps it. Not here: streams, groups beyond a
    message in one, and cards of other kinds than buttons.
    """

    def __init__(
        self,
        limits: Limits | None = None,
        clock: Callable[[], float] = time.monotonic,
        *,
        chunk_first: int = 0,
        flat_events: bool = False,
    ) -> None:
        """`flat_events`: a card's event has its fields beside `eventtype`, as the SDK's README shows; else nested, as the page does."""
        self.limits = limits or Limits()
        self.clock = clock
        self.flat_events = flat_events
        self.media = Media(self.limits, chunk_first)
        self.chats: dict[str, Chat] = {}
        self.frames: list[Frame] = []  # everything the bot sent, subscriptions without their secret
        self.refused: list[tuple[str, int, str]] = []
        self.delivered: set[str] = set()  # msgids of callbacks to which an inbox row belongs
        self.subscriptions = 0
        self.dropped: list[str] = []  # why the server ended a connection
        self.port = 0
        self.file_port = 0
        self.cards: dict[str, tuple[Chat, Shown]] = {}  # by task id
        self.fast: dict[str, tuple[str, Any, float]] = {}  # by req_id: 'welcome' or 'update', of what, until when
        self._numbers = itertools.count(1)
        self._faults = Faults()
        self._refused_subscriptions: deque[int] = deque()
        self._asked_to_subscribe: deque[float] = deque()
        self._subscribed: ServerConnection | None = None
        self._open: set[ServerConnection] = set()
        self._silent = False
        self._server: Server | None = None
        self._runner: web.AppRunner | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    # ── the server's life ───────────────────────────────────────────────────────────────────────────────────────────

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get("/media/{path}", self._download)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.file_port = self._runner.addresses[0][1]
        await self.comes_back()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.goes_down()
        for task in self._tasks:
            task.cancel()
        if self._runner is not None:
            await self._runner.cleanup()

    async def comes_back(self) -> None:
        """Listen, after an outage on the same port as before; what it knows has not changed."""
        self._server = await serve(
            self._serve, "127.0.0.1", self.port, max_size=4 * 1024 * 1024, ping_interval=None, logger=_QUIET
        )
        self.port = next(iter(self._server.sockets)).getsockname()[1]

    async def goes_down(self) -> None:
        """Stop listening and cut every connection."""
        server, self._server = self._server, None
        if server is not None:
            self.resets()
            server.close()
            await server.wait_closed()

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}"

    @property
    def is_subscribed(self) -> bool:
        return self._subscribed is not None

    # ── what tests ask and prepare ──────────────────────────────────────────────────────────────────────────────────

    def user(self, userid: str, name: str = "") -> WecomUser:
        chat = self.chats.setdefault(userid, Chat(userid, name or userid))
        return WecomUser(self, chat)

    def break_next(self, command: str, fault: Fault, times: int = 1) -> None:
        self._faults.add(command, fault, times)

    def refuse_subscriptions(self, times: int) -> None:
        self._refused_subscriptions.extend([CREDENTIALS] * times)

    async def closes(self, code: int) -> None:
        """End the connection in good manners: 1000, 1001, 1011."""
        if self._subscribed is not None:
            await self._subscribed.close(code)

    def resets(self) -> None:
        """Cut every connection without a word."""
        for each in list(self._open):
            each.transport.abort()

    def falls_silent(self, silent: bool = True) -> None:
        """Go on taking what comes, and say nothing."""
        self._silent = silent

    def forgets_the_subscription(self) -> None:
        """The socket stays open, and every request is answered with 846609."""
        self._subscribed = None

    @property
    def awaits_a_fast_answer(self) -> bool:
        """Whether somebody who entered, or pressed, still sees nothing, and may yet."""
        return any(self.clock() <= until for _, _, until in self.fast.values())

    def frames_of(self, command: str) -> list[Frame]:
        return [each for each in self.frames if each.get("cmd") == command]

    def next_number(self) -> int:
        return next(self._numbers)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.file_port}"

    def tell(self, cmd: str, body: Frame, *, stored: bool = True) -> str:
        """Send a callback to the bot and return its req_id. Nobody is subscribed: it is lost."""
        number = f"callback-{self.next_number()}"
        if self._subscribed is not None and not self._silent:
            if stored:
                self.delivered.add(body["msgid"])
            self._send(self._subscribed, {"cmd": cmd, "headers": {"req_id": number}, "body": body})
        return number

    def _send(self, connection: ServerConnection, frame: Frame) -> None:
        task = asyncio.create_task(self._send_now(connection, frame))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _send_now(self, connection: ServerConnection, frame: Frame) -> None:
        try:
            await connection.send(json.dumps(frame, ensure_ascii=False))
        except ConnectionClosed:
            return

    # ── one connection ──────────────────────────────────────────────────────────────────────────────────────────────

    async def _serve(self, connection: ServerConnection) -> None:
        self._open.add(connection)
        try:
            async for text in connection:
                frame = json.loads(text)
                self._note(frame)
                if not self._silent:
                    self._take(connection, frame)
        except ConnectionClosed:
            return
        finally:
            self._open.discard(connection)
            if self._subscribed is connection:
                self._subscribed = None

    def _note(self, frame: Frame) -> None:
        body = frame.get("body")
        kept = {key: each for key, each in body.items() if key != "secret"} if isinstance(body, dict) else body
        self.frames.append(frame | ({"body": kept} if "body" in frame else {}))

    def _take(self, connection: ServerConnection, frame: Frame) -> None:
        command, number = frame["cmd"], frame["headers"]["req_id"]
        if command == "ping" and "body" in frame:
            self.dropped.append("a body on ping")
            connection.transport.abort()
            return
        fault = self._faults.take(command)
        if isinstance(fault, Refused):
            self.fast.pop(number, None)
        answer: Frame = {"headers": {"req_id": number}}
        try:
            if isinstance(fault, Silence):
                return
            if isinstance(fault, Refused):
                raise RefusalError(fault.code, fault.message)
            answer |= {"errcode": 0, "errmsg": "ok", **self._carry_out(connection, command, number, frame.get("body"))}
        except RefusalError as refused:
            self.refused.append((command, refused.code, refused.message))
            answer |= {"errcode": refused.code, "errmsg": refused.message}
        if isinstance(fault, Lost):
            return
        if isinstance(fault, Late):
            self._answer_late(connection, answer, fault)
        else:
            self._send(connection, answer)

    def _answer_late(self, connection: ServerConnection, answer: Frame, fault: Late) -> None:
        async def answered() -> None:
            await fault.until.wait()
            await self._send_now(connection, answer)

        task = asyncio.create_task(answered())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # ── the commands ────────────────────────────────────────────────────────────────────────────────────────────────

    def _carry_out(self, connection: ServerConnection, command: str, number: str, body: Any) -> Frame:
        if command == "aibot_subscribe":
            self._subscribe(connection, body)
            return {}
        require(self._subscribed is connection, "aibot websocket not subscribed", NOT_SUBSCRIBED)
        match command:
            case "ping":
                return {}
            case "aibot_send_msg":
                self._push(body)
            case "aibot_respond_welcome_msg":
                self._welcome(number, body)
            case "aibot_respond_update_msg":
                self._update(number, body)
            case "aibot_upload_media_init":
                return {"body": self.media.begin(body, self.clock())}
            case "aibot_upload_media_chunk":
                self.media.piece(body)
            case "aibot_upload_media_finish":
                return {"body": self.media.finish(body)}
            case _:
                raise RefusalError(UNKNOWN_REQUEST, "invalid cmd or req_id")
        return {}

    def _subscribe(self, connection: ServerConnection, body: Frame) -> None:
        now = self.clock()
        self._asked_to_subscribe.append(now)
        recent = sum(now - each < 60 for each in self._asked_to_subscribe)
        require(recent <= self.limits.subscriptions_per_minute, "subscribe too often", FLOOD)
        if self._refused_subscriptions:
            raise RefusalError(self._refused_subscriptions.popleft(), "invalid credential")
        require(body == {"bot_id": BOT_ID, "secret": SECRET}, "invalid credential", CREDENTIALS)
        require(self._subscribed is not connection, "already subscribed")
        old, self._subscribed = self._subscribed, connection
        self.subscriptions += 1
        if old is not None:
            self._push_out(old)

    def _push_out(self, old: ServerConnection) -> None:
        event = {"msgtype": "event", "aibotid": BOT_ID, "event": {"eventtype": "disconnected_event"}}
        frame = {"cmd": "aibot_event_callback", "headers": {"req_id": f"callback-{self.next_number()}"}, "body": event}

        async def pushed_out() -> None:
            await self._send_now(old, frame)
            await old.close(1000)

        task = asyncio.create_task(pushed_out())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _push(self, body: Frame) -> None:
        chat = self.chats.get(body.get("chatid", ""))
        require(chat and body.get("chat_type") == 1, "chatid or chat_type Invalid")
        assert chat is not None
        require(chat.wrote, "user has not sent a message in this chat", NEVER_WROTE)
        shown = self._shown(body)
        chat.count(self.clock(), self.limits)
        chat.messages.append(shown)
        if shown.card is not None:
            self.cards[shown.card["task_id"]] = (chat, shown)

    def _shown(self, body: Frame) -> Shown:
        kind = body.get("msgtype", "")
        if kind == "markdown":
            return Shown(kind, check_markdown(body, self.limits))
        if kind == "template_card":
            return Shown(kind, card=check_card(body.get("template_card"), set(self.cards)))
        require(kind in ("image", "voice", "video", "file"), "msgtype Invalid")
        name, content = self.media.content(body[kind]["media_id"], kind)
        return Shown(kind, name=name, content=content)

    def _in_time(self, number: str, kind: str) -> Any:
        found, of, until = self.fast.pop(number, ("", None, 0.0))
        require(found == kind and self.clock() <= until, "invalid req_id", UNKNOWN_REQUEST)
        return of

    def _welcome(self, number: str, body: Frame) -> None:
        chat = self._in_time(number, "welcome")
        require(body.get("msgtype") == "text" and body["text"]["content"], "msgtype Invalid")
        chat.count(self.clock(), self.limits)
        chat.messages.append(Shown("text", body["text"]["content"]))

    def _update(self, number: str, body: Frame) -> None:
        shown = self._in_time(number, "update")
        card = body.get("template_card", {})
        require(body.get("response_type") == "update_template_card", "response_type Invalid")
        require(card.get("task_id") == shown.card["task_id"], "Template_Card task_id Invalid")
        checked = check_card(card, set())
        self.cards[card["task_id"]][0].count(self.clock(), self.limits)
        shown.card = checked
        shown.updates += 1

    async def _download(self, request: web.Request) -> web.Response:
        return self.media.download(request.match_info["path"], self.clock())

"""The Bot API server: HTTP on loopback, in the test's own event loop."""

import asyncio
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from tests.telegram_server.cloud import BOT_ID, Chat, Cloud
from tests.telegram_server.faults import Answer, Cut, Fault, Faults, Half, Hang, error_body, refusal
from tests.telegram_server.methods import carry_out
from tests.telegram_server.parameters import Parameters, read_parameters
from tests.telegram_server.people import TelegramUser
from tests.telegram_server.receiving import Receiving
from tests.telegram_server.rules import MEGABYTE, Limits, RefusalError
from tests.telegram_server.updates import Update

TOKEN = f"{BOT_ID}:" + "loopback-token-that-opens-nothing".ljust(35, "-")


@dataclass(frozen=True)
class Call:
    """A call of the bot, logged on arrival whatever became of it."""

    method: str  # as the bot spelt it
    parameters: Parameters


@dataclass(frozen=True)
class Refused:
    """A call that was answered with an error by the rules, not by a prepared fault."""

    method: str
    status: int
    description: str


class TelegramServer:
    """Telegram for tests: `async with TelegramServer() as server`, then a bot at `server.base_url`.

    Refuses what Telegram refuses (rules.py), keeps updates until they are confirmed (updates.py), limits the flood
    (flood.py; `Limits` has the numbers) and can be told to fail (faults.py). Any token of the bot 123456 is good.
    Not here: groups, Markdown, editing media, stickers sent by the bot, and any method that methods.py does not list.
    """

    def __init__(self, limits: Limits | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self.limits = limits or Limits()
        self.cloud = Cloud(self.limits, clock)
        self.calls: list[Call] = []
        self.refused: list[Refused] = []
        self.token = TOKEN
        self.port = 0
        self._faults = Faults()
        self._receiving = Receiving(self.cloud)
        self._runner: web.AppRunner | None = None

    # The server's life

    async def __aenter__(self) -> Self:
        await self.comes_back()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._receiving.stop()
        await self.goes_down()

    async def comes_back(self) -> None:
        """Listen, after an outage on the same port as before; what it knows has not changed."""
        app = web.Application(client_max_size=self.limits.upload_bytes + MEGABYTE)
        app.router.add_route("*", "/bot{token}/{method}", self._answer)
        app.router.add_get("/file/bot{token}/{path:.+}", self._download)
        # handler_cancellation: a long poll whose caller has gone must not stay and conflict with the next one.
        self._runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def goes_down(self) -> None:
        """Stop listening and cut every connection, calls under way included."""
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/bot"

    @property
    def base_file_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/file/bot"

    # What tests ask and prepare

    def user(self, user_id: int, first_name: str, phone: str = "13800000000") -> TelegramUser:
        """The person with this id; a new one is unknown to the bot until she writes."""
        chat = self.cloud.chats.setdefault(user_id, Chat(user_id, first_name, phone))
        return TelegramUser(self.cloud, chat)

    def calls_of(self, method: str) -> list[Call]:
        return [call for call in self.calls if call.method.lower() == method.lower()]

    @property
    def unconfirmed(self) -> int:
        """How many updates Telegram would deliver again."""
        return len(self.cloud.updates.pending)

    @property
    def unanswered_queries(self) -> int:
        """How many pressed buttons still show a clock."""
        return len(self.cloud.open_queries)

    @property
    def is_polled(self) -> bool:
        """Whether a long poll is waiting right now."""
        return self.cloud.updates.is_polled

    async def until(self, predicate: Callable[[], bool], cap_seconds: float = 20.0) -> None:
        """Wait until the predicate holds, asking it after every happening here. Raises AssertionError at the cap."""
        if not await self.cloud.changes.until(predicate, cap_seconds):
            heard = [call.method for call in self.calls[-10:]]
            state = f"unconfirmed: {self.unconfirmed}, last calls: {heard}, refused: {self.refused[-5:]}"
            raise AssertionError(f"not in {cap_seconds} s; {state}")

    def resend(self, update: Update) -> None:
        """Deliver an update again, with its old id, even if it was confirmed: Telegram now and then does."""
        self.cloud.updates.repeat(update)

    def refuse_next(
        self,
        method: str,
        status: int,
        description: str | None = None,
        *,
        retry_after: int | None = None,
        times: int = 1,
    ) -> None:
        """Answer the next call of the method with this error instead of carrying it out."""
        self._faults.add(method, refusal(status, description, retry_after), times)

    def break_next(self, method: str, fault: Fault, times: int = 1) -> None:
        """Let the next call of the method meet the fault; "file" is the download of a file."""
        self._faults.add(method, fault, times)

    def break_chat(self, chat_id: int, fault: Fault) -> None:
        """Let every call about one chat meet the fault, until all is mended."""
        self._faults.of_chats[chat_id] = fault

    def mend(self) -> None:
        """Forget the faults that nobody has met yet."""
        self._faults.clear()

    # HTTP

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        try:
            _check_token(request.match_info["token"])
            parameters = await read_parameters(request)
            self.calls.append(Call(method, parameters))
            self.cloud.changes.tell()
            fault = self._faults.take(method, parameters.text("chat_id"))
            if isinstance(fault, Answer):
                return web.Response(status=fault.status, body=fault.body, content_type=fault.content_type)
            if fault and not fault.after_handling:
                await _break(request, fault)
            result = await self._carry_out(method, parameters)
            if fault:
                await _break(request, fault)
            return web.json_response({"ok": True, "result": result})
        except RefusalError as refused:
            self.refused.append(Refused(method, refused.status, refused.description))
            return _refusal_response(refused)
        except web.HTTPRequestEntityTooLarge:
            return _refusal_response(RefusalError(413, "Request Entity Too Large"))

    async def _carry_out(self, method: str, parameters: Parameters) -> Any:
        receiving = self._receiving
        match method.lower():
            case "getupdates":
                return await receiving.get_updates(parameters)
            case "setwebhook":
                return await receiving.set_webhook(parameters)
            case "deletewebhook":
                return await receiving.delete_webhook(parameters)
            case "getwebhookinfo":
                return await receiving.get_webhook_info(parameters)
        return carry_out(self.cloud, method, parameters)

    async def _download(self, request: web.Request) -> web.StreamResponse:
        fault = self._faults.take("file")
        if isinstance(fault, Answer):
            return web.Response(status=fault.status, body=fault.body, content_type=fault.content_type)
        if fault:
            await _break(request, fault)
        try:
            _check_token(request.match_info["token"])
        except RefusalError as refused:
            return _refusal_response(refused)
        found = self.cloud.files.at_path(request.match_info["path"])
        if found is None:
            return _refusal_response(RefusalError(404, "Not Found"))
        return web.Response(body=found.content, content_type="application/octet-stream")


def _check_token(token: str) -> None:
    if not re.fullmatch(r"\d+:[A-Za-z0-9_-]{35}", token):
        raise RefusalError(404, "Not Found")
    if not token.startswith(f"{BOT_ID}:"):
        raise RefusalError(401, "Unauthorized")


def _refusal_response(refused: RefusalError) -> web.Response:
    body = error_body(refused.status, refused.description, refused.retry_after)
    headers = {"Retry-After": str(refused.retry_after)} if refused.retry_after else None
    return web.json_response(body, status=refused.status, headers=headers)


async def _break(request: web.Request, fault: Hang | Cut | Half) -> None:
    """Never returns: the handler is cancelled when the connection is closed, by us or by the caller."""
    if isinstance(fault, Half):
        half = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": "100"})
        await half.prepare(request)
        await half.write(b'{"ok": true, "result": {"message_id": 1')
    if not isinstance(fault, Hang) and request.transport is not None:
        request.transport.close()
    await asyncio.Event().wait()

"""Telegram, through python-telegram-bot: the library speaks the protocol, the inbox decides when an update is received.

The library's own Updater confirms updates it has merely queued. So we poll with `telegram.Bot` ourselves: an update is in the inbox
table before the next getUpdates (which confirms it) or before the webhook answers 200.
"""

import asyncio
import hmac
import logging
import os
from collections.abc import Callable, Collection, Coroutine, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from telegram import (
    Bot,
    BotCommand,
    MenuButtonCommands,
    Update,
)
from telegram.constants import MessageLimit
from telegram.error import (
    Conflict,
    RetryAfter,
    TelegramError,
)

from bot.backoff import some_backoff_seconds
from bot.channels.channel import Fetched, Incoming, Limits, Outgoing, Receive, Refused, TryLater
from bot.channels.telegram_contents import MEGABYTE, Contents, contents
from bot.channels.telegram_request import AiohttpRequest
from bot.channels.telegram_sending import UPLOAD_SECONDS, edit_text, meaning, seconds_of, send_enclosure, send_text
from bot.channels.telegram_updates import ALLOWED, envelope, incoming, not_understood, private_message, refusal
from bot.config import Telegram
from bot.pulse import Pulse
from storage.errors import StorageError
from storage.media import Medium

log = logging.getLogger(__name__)

COMMANDS = (
    BotCommand("menu", "菜单"),
    BotCommand("back", "返回上一步"),
    BotCommand("cancel", "取消"),
    BotCommand("help", "使用帮助"),
    BotCommand("start", "开始"),
)
POLL_GRACE_SECONDS = 10  # beyond the long poll, before its answer counts as lost
STORAGE_PAUSE_SECONDS = 5.0
CONFLICT_PAUSE_SECONDS = 15.0
WEBHOOK_LOOK_SECONDS = 60.0  # how often we look whether the webhook is still ours
PATIENCE_SECONDS = 20.0  # of one call; a send that times out may have arrived, so be slow to think so
REMEMBERED = 1_000  # messages whose contents an edit can be compared with


# Without it the library warns at each 429 that `retry_after` will one day be a timedelta; with it, it is one today.
os.environ.setdefault("PTB_TIMEDELTA", "true")

Place = tuple[int, int]  # a chat, and the number of a message in it


class TelegramChannel:
    name = "telegram"

    def __init__(self, settings: Telegram, receive: Receive, now: Callable[[], datetime]) -> None:
        if settings.token is None:
            raise ValueError("Telegram is enabled without a token")
        self._settings = settings
        self._receive = receive
        self._now = now
        self.limits = Limits(
            longest_text=MessageLimit.MAX_TEXT_LENGTH,
            messages_per_second=settings.messages_per_second,
            messages_per_second_per_chat=settings.messages_per_second_per_chat,
            largest_fetch_bytes=settings.download_megabytes * MEGABYTE,
            can_edit=True,
        )
        proxy = settings.proxy or None
        self._sending = AiohttpRequest(read_timeout=PATIENCE_SECONDS, write_timeout=PATIENCE_SECONDS, proxy=proxy)
        self._polling = AiohttpRequest(connection_pool_size=1, proxy=proxy)
        self.bot = Bot(
            settings.token.get_secret_value(),
            base_url=settings.base_url,
            base_file_url=settings.base_file_url,
            request=self._sending,
            get_updates_request=self._polling,
        )
        # When it cannot read an update, the library logs all of it, and with it what people wrote. We log its number.
        logging.getLogger("telegram.Bot").setLevel(logging.CRITICAL + 1)
        self._bot_id = int(settings.token.get_secret_value().split(":", 1)[0])
        self._answering: set[asyncio.Task[None]] = set()
        # What the last messages held, by chat and number. It is lost with the process: then all of an edited message counts as new.
        self._held: dict[Place, Contents] = {}
        # By webhook nothing comes while nobody writes: only a poll that falls silent means trouble (bot/health.py).
        self.pulse = Pulse("telegram" if settings.mode == "polling" else "telegram webhook")

    # ── life ────────────────────────────────────────────────────────────────────────────────────────────────────────

    async def start(self) -> None:
        """Make ready to send. Telegram itself may be out of reach: `listen` waits for it."""
        await self._sending.initialize()
        await self._polling.initialize()

    async def stop(self) -> None:
        """Close the connections."""
        await asyncio.gather(*self._answering, return_exceptions=True)
        await self._polling.shutdown()
        await self._sending.shutdown()

    async def check(self) -> str:
        """Return who we are on Telegram. Raises TelegramError when out of reach or refused."""
        me = await self.bot.get_me()
        return f"Telegram：已连上，机器人是 @{me.username}"

    async def listen(self) -> None:
        """Register with Telegram, then receive for ever, by long polling or by webhook."""
        await self._patiently(self._register)
        while self._settings.mode == "webhook":
            await asyncio.sleep(WEBHOOK_LOOK_SECONDS)
            await self._patiently(self._stay_registered)
        await self._poll()

    async def _register(self) -> None:
        await self.bot.set_my_commands(COMMANDS)
        await self.bot.set_chat_menu_button(menu_button=MenuButtonCommands())
        if self._settings.mode == "polling":
            await self.bot.delete_webhook()
            return
        secret = self._settings.webhook_secret
        token = secret.get_secret_value() if secret else None
        await self.bot.set_webhook(self._settings.webhook_url, allowed_updates=ALLOWED, secret_token=token)

    async def _stay_registered(self) -> None:
        """Somebody else's getUpdates or setWebhook would take the messages away without a word."""
        if (await self.bot.get_webhook_info()).url != self._settings.webhook_url:
            await self._register()

    async def _patiently(self, call: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Do something until Telegram lets it happen."""
        tries = 0
        while True:
            try:
                await call()
                self.pulse.beat()
                return
            except TelegramError as error:
                await asyncio.sleep(self._trouble(error, tries))
                tries += 1

    def _trouble(self, error: TelegramError, tries: int) -> float:
        """Note what is wrong and return for how many seconds to wait."""
        log.warning("Telegram trouble", extra={"error": type(error).__name__, "reason": error.message})
        self.pulse.trouble(f"{type(error).__name__}: {error.message}")
        if isinstance(error, RetryAfter):
            return seconds_of(error)
        if isinstance(error, Conflict):
            return CONFLICT_PAUSE_SECONDS  # somebody else polls with our token; do not fight him
        return min(60.0, some_backoff_seconds(tries))

    # ── receiving ───────────────────────────────────────────────────────────────────────────────────────────────────

    async def _poll(self) -> None:
        """Long-poll for ever. An update is in the inbox before the call that confirms it; a crash between the two brings it again,
        and its external id keeps it from being handled twice."""
        offset: int | None = None
        tries = 0
        seconds = self._settings.poll_seconds
        while True:
            try:
                updates = await self.bot.get_updates(
                    offset, timeout=seconds, allowed_updates=ALLOWED, read_timeout=seconds + POLL_GRACE_SECONDS
                )
            except TelegramError as error:
                await asyncio.sleep(self._trouble(error, tries))
                tries += 1
                continue
            except (TypeError, ValueError, KeyError, AttributeError):  # one cannot be read, so the library gives none
                updates = await self._readable(offset)
            tries = 0
            if updates:
                if not await self._stored(updates):
                    continue
                offset = updates[-1].update_id + 1
            self.pulse.beat()

    async def _readable(self, offset: int | None) -> tuple[Update, ...]:
        """Return the updates that wait, each that cannot be read as one that says no more than who wrote: its number can be confirmed,
        and it does not stand in everybody's way."""
        try:
            waiting = await self.bot.do_api_request("GetUpdates", api_kwargs={"offset": offset or 0, "timeout": 0})
        except TelegramError as error:
            await asyncio.sleep(self._trouble(error, 0))
            return ()
        return tuple(self._read(each) for each in waiting)

    def _read(self, raw: dict[str, Any]) -> Update:
        try:
            return Update.de_json(raw, self.bot)
        except (TypeError, ValueError, KeyError, AttributeError) as error:
            log.error("an update cannot be read", extra={"update": raw.get("update_id"), "error": type(error).__name__})
            return Update(int(raw["update_id"]), message=envelope(raw, self._now()))

    async def _stored(self, updates: Sequence[Update]) -> bool:
        """Put updates into the inbox; False, after a pause, when that is impossible now: they must come again."""
        try:
            await self._take(updates)
        except StorageError as error:
            log.error("storage trouble, updates are not confirmed", extra={"reason": str(error)})
            self.pulse.trouble(str(error))
            await asyncio.sleep(STORAGE_PAUSE_SECONDS)
            return False
        return True

    async def _take(self, updates: Sequence[Update]) -> None:
        fresh: dict[Place, Contents] = {}
        said = [each for update in updates for each in self._understood(update, fresh) if each is not None]
        if said:
            await self._receive(self.name, said)
        self._remember(fresh)
        for update in updates:
            if update.callback_query is not None:
                self._answer(update.callback_query.id)

    def _understood(self, update: Update, fresh: dict[Place, Contents]) -> list[Incoming | None]:
        try:
            return self._said(update, fresh)
        except Exception:
            log.exception("an update was not understood", extra={"update": update.update_id})
            return [not_understood(update, self._bot_id)]

    def _said(self, update: Update, fresh: dict[Place, Contents]) -> list[Incoming | None]:
        """Return what an update says and what of it must be refused; note in `fresh` what its message holds now."""
        message, largest = private_message(update), self.limits.largest_fetch_bytes
        if message is None:
            return [incoming(update, self._bot_id, largest, self._now())]
        place = (message.chat.id, message.message_id)
        before = fresh.get(place) or self._held.get(place)
        said = [incoming(update, self._bot_id, largest, self._now(), before)]
        if held := contents(message, largest):
            fresh[place] = held
            if held.refused:
                said.append(refusal(update, self._bot_id, largest, before))
        return said

    def _remember(self, fresh: dict[Place, Contents]) -> None:
        """Only what is in the inbox counts as known: what could not be stored comes again, and is new then."""
        self._held.update(fresh)
        while len(self._held) > REMEMBERED:
            del self._held[next(iter(self._held))]

    def _answer(self, query_id: str) -> None:
        """Stop the button's waiting circle. This never waits for the turn: a query lives for seconds only."""
        task = asyncio.create_task(self._answer_query(query_id))
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)

    async def _answer_query(self, query_id: str) -> None:
        try:
            await self.bot.answer_callback_query(query_id)
        except TelegramError as error:  # too old, or the network: the answer itself comes as a message in any case
            log.info("a button's circle was not stopped", extra={"error": type(error).__name__})

    def routes(self) -> list[Route]:
        """Return the webhook's route; none when we poll."""
        if self._settings.mode != "webhook":
            return []
        return [Route(urlsplit(self._settings.webhook_url).path or "/", self._webhook, methods=["POST"])]

    async def _webhook(self, request: Request) -> Response:
        """Take one update from Telegram: 200 only when it is in the inbox, else Telegram repeats it."""
        secret = self._settings.webhook_secret.get_secret_value() if self._settings.webhook_secret else ""
        given = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
        if not hmac.compare_digest(given.encode(), secret.encode()):
            return PlainTextResponse("not for you", 403)
        update = self._read(await request.json())
        try:
            await self._take([update])
        except StorageError as error:
            log.error("storage trouble, an update is not confirmed", extra={"reason": str(error)})
            self.pulse.trouble(str(error))
            return PlainTextResponse("later", 503)
        self.pulse.beat()
        return PlainTextResponse("")

    async def fetch(self, medium: Medium) -> Fetched:
        """Return the bytes of something a person sent. Raises SendError."""
        if medium.reference is None:
            raise Refused("没有文件编号")
        try:
            file = await self.bot.get_file(medium.reference)
            return Fetched(bytes(await file.download_as_bytearray(read_timeout=UPLOAD_SECONDS)))
        except RuntimeError as error:  # the library's word for an answer without a path
            raise TryLater("Telegram 没有给出文件") from error
        except TelegramError as error:
            raise meaning(error) from error

    # ── sending ─────────────────────────────────────────────────────────────────────────────────────────────────────

    async def send(self, outgoing: Outgoing) -> str:
        """Send one message and return its number. Raises SendError. After TryLater it may have arrived all the same: at least once, not
        exactly once."""
        try:
            if outgoing.enclosure is not None:
                return await send_enclosure(self.bot, int(outgoing.address), outgoing.enclosure)
            return await send_text(self.bot, outgoing)
        except TelegramError as error:
            raise meaning(error) from error

    async def edit(self, outgoing: Outgoing, external_id: str) -> None:
        """Give a message sent before another text and other buttons. Raises SendError."""
        try:
            await edit_text(self.bot, outgoing, external_id)
        except TelegramError as error:
            raise meaning(error) from error

    def noted(self, account_ids: Collection[int]) -> None:
        """Nothing to do: Telegram shows what it was sent."""

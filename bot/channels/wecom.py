"""WeCom (企业微信), through the long connection of a smart bot: no public address, pushes, and speech that comes as words.

WeCom does not wait for a word that we have a message: a callback is in the inbox at once, and only then is it answered, by the welcome or
by the card that was pressed, for which there are five seconds.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Collection, Coroutine, Sequence
from datetime import datetime
from typing import Any

from aiohttp import ClientSession, ClientTimeout
from starlette.routing import Route

from bot.channels import wecom_media, wecom_sending
from bot.channels.channel import Fetched, Incoming, Limits, Outgoing, Receive, Refused, Window
from bot.channels.wecom_cards import BUTTONS, card_after
from bot.channels.wecom_connection import Connection
from bot.channels.wecom_frames import Frame, NoAnswer, NotConnected, Refusal
from bot.channels.wecom_updates import Reference, has_entered, incoming, not_understood, pressed, sender_of
from bot.config import Wecom
from bot.pace import Pace
from bot.pulse import Pulse
from storage.errors import StorageError
from storage.media import Medium

log = logging.getLogger(__name__)

# https://developer.work.weixin.qq.com/document/path/101463. A sign of markdown is written with three bytes in place of one.
LONGEST_BYTES = 20_480 // 3
WELCOME, UPDATE = "aibot_respond_welcome_msg", "aibot_respond_update_msg"
FAST_SECONDS = 5.0  # for a welcome, and for a card that was pressed
LAST_SECONDS = 3.0  # for answers that are on their way when we stop
STORAGE_PAUSE_SECONDS = 5.0
FETCH_SECONDS = 60.0


class WecomChannel:
    name = "wecom"

    def __init__(
        self, settings: Wecom, receive: Receive, now: Callable[[], datetime], welcome: Callable[[], str]
    ) -> None:
        """`welcome` returns what somebody reads who opens the chat."""
        if settings.secret is None:
            raise ValueError("WeCom is enabled without a secret")
        self._receive = receive
        self._now = now
        self._welcome = welcome
        self._proxy = settings.proxy or None
        self.limits = Limits(
            longest_text=LONGEST_BYTES,
            messages_per_second=float("inf"),
            messages_per_second_per_chat=float("inf"),
            largest_fetch_bytes=settings.download_megabytes * wecom_media.MEGABYTE,
            longest_bytes=LONGEST_BYTES,
            windows_per_chat=(Window(settings.messages_per_minute, 60.0), Window(settings.messages_per_hour, 3600.0)),
            buttons=BUTTONS,
        )
        self.pulse = Pulse("wecom")
        self._connection = Connection(
            settings.url,
            settings.bot_id,
            settings.secret.get_secret_value(),
            self._heard,
            self.pulse,
            proxy=self._proxy,
        )
        uploads = wecom_media.Uploads(self._connection.request, settings.chunk_first)
        self._way = wecom_sending.Way(self._connection, uploads, Pace(self.limits))
        self._waiting: deque[Frame] = deque()  # heard, and not yet in the inbox
        self._arrived = asyncio.Event()
        self._answering: set[asyncio.Task[None]] = set()
        self._http: ClientSession | None = None

    # ── life ────────────────────────────────────────────────────────────────────────────────────────────────────────

    def routes(self) -> list[Route]:
        return []

    async def start(self) -> None:
        """Make ready. WeCom itself may be out of reach: `listen` waits for it."""
        self._http = ClientSession(timeout=ClientTimeout(total=FETCH_SECONDS), proxy=self._proxy)

    async def listen(self) -> None:
        """Be connected and store what comes, for ever. When cancelled, what was just sent has LAST_SECONDS to be answered."""
        loops = [asyncio.create_task(self._connection.run()), asyncio.create_task(self._store())]
        try:
            done, _ = await asyncio.wait(loops, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
            raise RuntimeError("a loop of the WeCom channel ended by itself")
        finally:
            await self._connection.answered(LAST_SECONDS)
            for task in (*loops, *self._answering):
                task.cancel()
            await asyncio.gather(*loops, *self._answering, return_exceptions=True)

    async def stop(self) -> None:
        """Store what was heard last, and close the connections."""
        try:
            await self._take_waiting()
        except StorageError as error:
            log.error("messages heard last are lost", extra={"reason": str(error), "count": len(self._waiting)})
        await self._way.uploads.stop()
        if self._http is not None:
            await self._http.close()

    async def check(self) -> str:
        """Subscribe once and leave. Raises NotConnected or Refusal. A program that runs as this bot loses its connection by it."""
        await self._connection.try_once()
        return "企业微信：已连上，机器人的编号和密钥都对"

    # ── receiving ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _heard(self, frame: Frame) -> None:
        self._waiting.append(frame)
        self._arrived.set()

    async def _store(self) -> None:
        """Put what was heard into the inbox, all that waits in one transaction; while that is impossible it is kept and tried again."""
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            while self._waiting:
                try:
                    await self._take_waiting()
                except StorageError as error:
                    log.error("storage trouble, messages wait in memory", extra={"reason": str(error)})
                    await asyncio.sleep(STORAGE_PAUSE_SECONDS)

    async def _take_waiting(self) -> None:
        """Store everything heard so far; only then answer what wants an answer. Raises StorageError, and nothing is lost.

        When it cannot be stored for another reason each is tried alone, and the one that is to blame is refused, or else dropped.
        """
        frames = list(self._waiting)
        try:
            await self._keep(frames)
        except StorageError:
            raise
        except Exception:
            for frame in frames:
                await self._take_alone(frame)
            return
        for frame in frames:
            self._waiting.popleft()
            self._answer(frame)

    async def _keep(self, frames: Sequence[Frame]) -> None:
        said = [each for frame in frames for each in self._understood(frame)]
        if said:
            await self._receive(self.name, said)

    async def _take_alone(self, frame: Frame) -> None:
        try:
            await self._keep([frame])
        except StorageError:
            raise
        except Exception as error:
            # Its name alone: what an error says, and where, may hold what somebody wrote.
            facts = {"cmd": str(frame.get("cmd")), "error": type(error).__name__}
            log.error("a callback cannot be stored", extra=facts)
            await self._refuse(frame)
        self._waiting.popleft()
        self._answer(frame)

    async def _refuse(self, frame: Frame) -> None:
        """Let the person hear that a message of theirs could not be read, where that much can be stored."""
        try:
            await self._receive(self.name, not_understood(frame, self._now()))
        except StorageError:
            raise
        except Exception as error:
            log.error("a callback is dropped", extra={"cmd": str(frame.get("cmd")), "error": type(error).__name__})

    def _understood(self, frame: Frame) -> list[Incoming]:
        try:
            return incoming(frame, self._now())
        except Exception:
            log.exception("a callback was not understood", extra={"cmd": str(frame.get("cmd"))})
            return not_understood(frame, self._now())

    def _answer(self, frame: Frame) -> None:
        """Welcome whoever enters, and change a card that was pressed, in a task of its own: it must not wait for anything."""
        if has_entered(frame):
            said = {"msgtype": "text", "text": {"content": self._welcome()}}
            self._own(self._answer_fast(frame, WELCOME, said))
        elif (press := pressed(frame)) is not None and press.choice is not None:
            changed = {"response_type": "update_template_card", "template_card": card_after(press)}
            self._own(self._answer_fast(frame, UPDATE, changed))

    def _own(self, doing: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(doing)
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)

    async def _answer_fast(self, frame: Frame, command: str, body: Frame) -> None:
        self._way.pace.left(sender_of(frame), time.monotonic())
        number = str(frame["headers"]["req_id"])
        try:
            await self._connection.request(command, body, number=number, patience=FAST_SECONDS)
        except Refusal as refusal:
            log.warning("WeCom did not take an answer", extra={"cmd": command, "errcode": refusal.code})
        except (NotConnected, NoAnswer) as error:
            log.warning("WeCom did not take an answer", extra={"cmd": command, "error": type(error).__name__})

    # ── files and sending ───────────────────────────────────────────────────────────────────────────────────────────

    async def fetch(self, medium: Medium) -> Fetched:
        """Return the bytes of something a person sent. Raises SendError."""
        if medium.reference is None or self._http is None:
            raise Refused("没有附件的地址")
        return await wecom_media.fetch(
            self._http, Reference.of(medium.reference), self.limits.largest_fetch_bytes, self._now()
        )

    async def send(self, outgoing: Outgoing) -> None:
        """Send one message; WeCom gives it no id. Raises SendError."""
        await wecom_sending.send(self._way, outgoing)

    async def edit(self, outgoing: Outgoing, external_id: str) -> None:
        """Refuse: a message of WeCom can be changed only in the five seconds after its button was pressed. Raises SendError."""
        raise Refused("企业微信里发出去的消息改不了")

    def noted(self, account_ids: Collection[int]) -> None:
        """Nothing to do: WeCom shows what it was sent."""

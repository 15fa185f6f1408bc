"""Intake: from the door to the inbox, from the inbox to turns.

`receive` stores messages before their channel is told that we have them. `run` gives each its turn, in the order in which they were
stored, so that no person's messages can overtake one another and no other part of the program needs a lock.
"""

import asyncio
import logging
import traceback
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from bot.channels.channel import Attachment, Incoming
from bot.pulse import Pulse
from handlers.office import Office
from storage import accounts, inbox, media, outbox
from storage.accounts import Visitor
from storage.database import Database, Tx
from storage.errors import StorageError
from storage.inbox import Arrival, Message
from storage.media import Medium

log = logging.getLogger(__name__)

TakeTurn = Callable[[Tx, Office, Visitor, Message, datetime], Awaitable[None]]

BATCH = 64  # turns that share a commit
TURN_SECONDS = 20  # turns have no network in them; when a batch takes longer, one of them hangs
DEADLY_STARTS = 3  # a message that was waiting at so many starts in a row probably ended the process
STORAGE_PAUSE_SECONDS = 5  # before trying again when the disk is full or the file is locked
KNOWN_ACCOUNTS = 20_000  # addresses remembered, so that a message costs no look-up


class Intake:
    def __init__(
        self,
        database: Database,
        office: Callable[[], Office],
        take_turn: TakeTurn,
        now: Callable[[], datetime],
        answered: Callable[[], None],
        fetch: Callable[[], None],
        planned: Callable[[], None] = lambda: None,
    ) -> None:
        """`office` is asked at each turn: its calendar may change.

        `answered` is called after each commit that may have filled the outbox, `fetch` when there may be attachments to fetch and again
        when their message has had its turn, `planned` after each commit in which a turn let a reminder be due.
        """
        self._database = database
        self._office = office
        self._take_turn = take_turn
        self._now = now
        self._answered = answered
        self._planned = planned
        self._fetch = fetch
        self._arrived = asyncio.Event()
        self._known: dict[tuple[str, str], int] = {}
        self._left_behind = 0  # messages that an earlier process left waiting: one of them may have ended it
        self.pulse = Pulse("intake")

    # ── receiving ───────────────────────────────────────────────────────────────────────────────────────────────────

    async def receive(self, channel: str, incomings: Sequence[Incoming]) -> None:
        """Store messages and wake their turns. When this returns they are on the disk and the channel may be told so.

        A message that came before (same channel and external id within inbox.DEDUPE_WINDOW) is not stored again. Raises
        StorageError: nothing was stored, and the channel must not be told that it was.
        """
        now = self._now()
        first: dict[str, Incoming] = {}
        for each in incomings:  # one may come twice at once
            first.setdefault(each.external_id, each)
        incomings = list(first.values())
        async with self._database.write() as tx:
            arrivals = [await self._arrival(tx, channel, each, now) for each in incomings]
            await inbox.add(tx, [each for each in arrivals if each is not None], now)
        if len(self._known) > KNOWN_ACCOUNTS:
            self._known.clear()
        self._arrived.set()
        if any(each.attachments for each in incomings):
            self._fetch()

    async def _arrival(self, tx: Tx, channel: str, incoming: Incoming, now: datetime) -> Arrival | None:
        key = (channel, incoming.address)
        account_id = self._known.get(key)
        if account_id is None:
            account_id = await accounts.find_or_add(tx, channel, incoming.address, now)
            tx.on_commit(lambda: self._known.__setitem__(key, account_id))
        if incoming.attachments and await inbox.known(tx, channel, incoming.external_id, now):
            return None
        ids = [await self._keep(tx, channel, account_id, each, now) for each in incoming.attachments]
        return Arrival(
            channel,
            incoming.external_id,
            account_id,
            incoming.kind,
            incoming.words,
            incoming.choice,
            tuple(ids),
            incoming.said_at,
            incoming.quote,
        )

    async def _keep(self, tx: Tx, channel: str, account_id: int, each: Attachment, now: datetime) -> str:
        if each.media_id is not None:
            return each.media_id
        new = media.new_id()
        medium = Medium(
            new,
            account_id,
            each.kind,
            each.name,
            each.media_type,
            each.size_bytes,
            channel,
            each.reference,
            "wanted",
            0,
        )
        await media.add(tx, medium, now)
        return new

    def wake(self) -> None:
        """There may be a message waiting that did not come through `receive`."""
        self._arrived.set()

    # ── turns ───────────────────────────────────────────────────────────────────────────────────────────────────────

    async def start(self) -> None:
        """Put aside a message that seems to end the process each time it is handled; its person hears of it.

        What was left waiting is handled one by one, so that those that shared a commit with it are not taken for it.
        """
        async with self._database.write() as tx:
            self._left_behind = await inbox.count_start(tx)
            deadly = await inbox.deadly(tx, DEADLY_STARTS)
            if deadly is not None:
                await self._park(
                    tx, deadly, f"the process started {DEADLY_STARTS} times and never got past this message"
                )
        self._arrived.set()

    async def run(self) -> None:
        """Give every waiting message its turn, for ever. Storage trouble is waited out: the messages stay where they are."""
        while True:
            self._arrived.clear()
            try:
                while await self.handle_waiting():
                    self._answered()
            except StorageError as error:
                log.error("storage trouble, turns wait", extra={"reason": str(error)})
                self.pulse.trouble(str(error))
                await asyncio.sleep(STORAGE_PAUSE_SECONDS)
                continue
            self.pulse.beat()
            await self._arrived.wait()

    async def handle_waiting(self) -> int:
        """Handle the next messages, several in one commit; return how many were dealt with.

        Each turn is still whole or not at all: when one raises, the commit is given up and each message is tried alone. A crash
        before the commit leaves all of them waiting.
        """
        messages: list[Message] = []
        try:
            async with self._database.write() as tx:
                messages = await inbox.waiting(tx, 1 if self._left_behind > 0 else BATCH)
                await self._turns(tx, messages)
                await inbox.handled(tx, [each.id for each in messages])
        except StorageError:
            raise
        except Exception:
            if not messages:
                raise
            for message in messages:
                await self._alone(message)
        self._left_behind = max(0, self._left_behind - len(messages))
        if any(each.media for each in messages):
            self._fetch()  # a turn may have asked for what is in a file that is here already
        return len(messages)

    async def _turns(self, tx: Tx, messages: Sequence[Message]) -> None:
        """Give each message its turn. No account has two among them, so who writes can be read for all at once."""
        if not messages:
            return
        visitors = await accounts.visitors(tx, [each.account_id for each in messages])
        async with asyncio.timeout(TURN_SECONDS):
            for message in messages:
                visitor = visitors[message.account_id]
                if message.account_id in tx.changed_visitors:  # by an earlier turn of this batch
                    visitor = await accounts.visitor(tx, message.account_id)
                await self._take_turn(tx, self._office(), visitor, message, self._now())
        if tx.sets_reminders:
            tx.on_commit(self._planned)

    async def _alone(self, message: Message) -> None:
        """One message in a commit of its own; one that raises is tried once more, then parked with its traceback."""
        for last in (False, True):
            try:
                async with self._database.write() as tx:
                    await self._turns(tx, [message])
                    await inbox.handled(tx, [message.id])
                return
            except StorageError:
                raise
            except Exception as error:
                log.error(
                    "a turn raised",
                    extra={"reference": reference(message), "error": type(error).__name__, "where": _where(error)},
                )
                if last:
                    async with self._database.write() as tx:
                        await self._park(tx, message, traceback.format_exc())

    async def _park(self, tx: Tx, message: Message, trace: str) -> None:
        await inbox.park(tx, message.id, trace)
        apology = (
            f"对不起，您刚才的话我这里没处理好，已经记下来了，编号 {reference(message)}，会有人来查。\n"
            f"您可以再说一次，或者打电话：{self._office().phone}。"
        )
        outbox.add(tx, message.account_id, apology, self._now(), answers=message.id)


def reference(message: Message) -> str:
    """Return the number under which the person and the operator find the same parked message."""
    return f"T{message.id}"


def _where(error: Exception) -> str:
    """Return where it was raised, without the text of the exception: that may hold what people wrote."""
    frames = traceback.extract_tb(error.__traceback__)
    return " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames[-4:]))

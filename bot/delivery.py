"""Delivery: one lane a channel, from the outbox to the channel.

A message is sent at least once: it is marked as sent after the channel took it, so a crash repeats only what was in flight at that
moment and loses nothing. Of one account only the first in line travels; an answer overtakes a notice, also the account's own, but nothing
comes between the parts of one letter. What waits are rows: here is only what travels, and a few more.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.backoff import some_backoff_seconds
from bot.channels.channel import Channel, Enclosure, Gone, NotYet, Refused, SendError, TryLater, Unsure
from bot.media_folder import MediaFolder
from bot.pace import Pace
from bot.parts import parts
from bot.pulse import Pulse
from bot.trips import Trips
from storage import accounts, media, outbox
from storage.database import Database, Tx
from storage.errors import StorageError
from storage.media import Medium
from storage.outbox import Letter, Sent

log = logging.getLogger(__name__)

MEDIA_PAUSE_SECONDS = 3.0  # an enclosure that is still being fetched
STORAGE_PAUSE_SECONDS = 5.0
MOST_DOUBTS = 1  # a message that left without an answer may have arrived: it is sent once more, and then staff are told
LAST_SECONDS = 4.0  # for what still travels when we stop
LOOK_SECONDS = 30.0  # at least so often we look by ourselves: the command line writes letters without waking us
PUT_OFF_SECONDS = 5.0  # whoever must wait longer for the pace of the chat is put off in the table, so as not to be looked at again and again
MOST_LOOKED_AT = 4_096  # rows at a time, however many there are
SEND_SECONDS = 120.0  # no channel takes longer over one message; beyond it we count it as not taken


@dataclass(frozen=True, slots=True)
class Left:
    """A part that the channel took, or an edit."""

    parts: int  # of the letter that have left by now
    external_id: str | None


Outcome = SendError | Left  # what went wrong, or what went right


Returned = tuple[Letter, int, Outcome]  # in how many parts it travels


class Delivery:
    """The lane of one channel."""

    def __init__(
        self,
        channel: Channel,
        database: Database,
        folder: MediaFolder,
        now: Callable[[], datetime],
        *,
        workers: int,
        give_up_hours: float,
    ) -> None:
        self._channel = channel
        self._database = database
        self._folder = folder
        self._now = now
        self._workers = workers
        self._give_up = timedelta(hours=give_up_hours)
        self._pace = Pace(channel.limits)
        self._began = now()
        self._wake = asyncio.Event()
        self._travelling = Trips(workers)
        self._finished: list[Returned] = []
        self._slowed_chat: int | None = None
        self.pulse = Pulse(f"delivery {channel.name}")

    def wake(self) -> None:
        """There may be something to send."""
        self._wake.set()

    @property
    def is_idle(self) -> bool:
        """Nothing travels and nothing waits to be written down."""
        return not self._travelling and not self._finished and not self._wake.is_set()

    async def run(self) -> None:
        """Send what is due, for ever. When cancelled, what travels has LAST_SECONDS to arrive; what does not will be sent again."""
        try:
            await self._count_what_left()
            while True:
                self._wake.clear()
                pause = STORAGE_PAUSE_SECONDS
                try:
                    pause = await self._pass()
                    self.pulse.beat()
                except StorageError as error:
                    log.error("storage trouble, sending waits", extra={"reason": str(error)})
                    self.pulse.trouble(str(error))
                await self._rest(pause)
        finally:
            await self._last_arrivals()

    async def _last_arrivals(self) -> None:
        travelling = self._travelling.tasks
        if travelling:
            _, late = await asyncio.wait(travelling, timeout=LAST_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        if self._finished:
            async with self._database.write() as tx:
                written = await self._write_down(tx)
            self._forget(written)

    async def _count_what_left(self) -> None:
        """After a restart: what left before it counts in the windows of its chats."""
        longest = max((each.seconds for each in self._channel.limits.windows_per_chat), default=0.0)
        if longest:
            clock, now = time.monotonic(), self._now()
            async with self._database.read() as tx:
                left = await outbox.left_since(tx, self._channel.name, now - timedelta(seconds=longest))
            for account_id, moment in left:
                self._pace.left(account_id, clock - (now - moment).total_seconds())

    async def _rest(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            return

    async def _pass(self) -> float:
        """Write down what came back, start what may leave; return after how many seconds to look again if nothing wakes us."""
        limit = self._workers * 2
        while True:
            due = await self._look(limit + len(self._travelling))
            if due is None:
                return min(self._wait_for_anybody(time.monotonic()), LOOK_SECONDS)
            soonest, look_further = self._send_off(due)
            if not look_further or len(due) < limit or limit > MOST_LOOKED_AT:
                break
            limit *= 4  # all we saw must wait for the pace of its chat
        if soonest is None or soonest > 1:
            soonest = _sooner(soonest, await self._next_due())
        return LOOK_SECONDS if soonest is None else min(soonest, LOOK_SECONDS)

    async def _look(self, limit: int) -> list[Letter] | None:
        """Write down everything that came back, and only then read what is due. None: nothing was looked at, since nothing could leave."""
        clock = time.monotonic()
        if not self._finished:
            if not self._pace.room(clock) or not self._travelling.room(clock, is_answer=True):
                return None
            async with self._database.read() as tx:
                return await outbox.due(tx, self._channel.name, self._now(), limit)
        async with self._database.write() as tx:
            written = await self._write_down(tx)
            due = await outbox.due(tx, self._channel.name, self._now(), limit) if self._pace.room(clock) else None
        self._forget(written)
        return due

    def _forget(self, written: Sequence[Returned]) -> None:
        """What came back is on the disk: it travels no more."""
        for letter, _, _ in written:
            self._travelling.end(letter.account_id)
        del self._finished[: len(written)]
        self._channel.noted({letter.account_id for letter, _, _ in written})

    def _send_off(self, due: Sequence[Letter]) -> tuple[float | None, bool]:
        """Start what may leave now. Return after how many seconds more may leave (None: nothing waits for that), and whether what stands
        further down the line might leave now: the last one here does not wait for the channel or for a worker."""
        clock = time.monotonic()
        soonest: float | None = None
        wait: float | None = None
        for letter in due:
            if letter.account_id in self._travelling:
                continue
            if wait := self._wait_for_the_channel(letter, clock):
                soonest = _sooner(soonest, wait)
                continue
            wait = self._pace.wait_chat(letter.account_id, clock, is_answer=letter.is_answer)
            if 0 < wait <= PUT_OFF_SECONDS:
                soonest = _sooner(soonest, wait)
            elif wait:
                self._travelling.begin(letter.account_id, self._put_off(letter, wait), clock)
            else:
                self._pace.left(letter.account_id, clock, is_answer=letter.is_answer)
                self._travelling.begin(letter.account_id, self._travel(letter), clock)
            wait = None
        return soonest, wait is None and bool(due)

    def _wait_for_anybody(self, clock: float) -> float:
        """Return after how many seconds anything at all may leave."""
        wait = self._pace.wait_overall(clock)
        if self._travelling.room(clock, is_answer=True):
            return wait
        return max(wait, self._travelling.wait(clock) or LOOK_SECONDS)

    def _wait_for_the_channel(self, letter: Letter, clock: float) -> float:
        """Return for how many seconds no letter of this kind may leave, whoever gets it. What was begun counts as an answer."""
        first = letter.is_answer or letter.parts_sent > 0
        wait = self._pace.wait_overall(clock, is_answer=first)
        if not self._travelling.room(clock, is_answer=first):
            wait = max(wait, self._travelling.wait(clock) or LOOK_SECONDS)
        return wait

    async def _next_due(self) -> float | None:
        async with self._database.read() as tx:
            moment = await outbox.next_due(tx, self._channel.name, self._now())
        return None if moment is None else max(0.01, (moment - self._now()).total_seconds())

    # ── one letter ──────────────────────────────────────────────────────────────────────────────────────────────────

    async def _put_off(self, letter: Letter, seconds: float) -> None:
        """Let a letter come back at once, to be tried when its chat may be written to again."""
        self._finished.append((letter, 0, NotYet("这位收到的消息太密，稍后再发", seconds)))
        self.wake()

    async def _travel(self, letter: Letter) -> None:
        """Send the next part of a letter and note how it went."""
        total = 0
        outcome: Outcome
        try:
            if letter.edits is not None:
                total, outcome = 1, await self._edit(letter, letter.edits)
            else:
                pieces = parts(letter, await self._enclosures(letter), self._channel.limits)
                total = len(pieces)
                piece = replace(pieces[letter.parts_sent], in_doubt=self._is_in_doubt(letter))
                async with asyncio.timeout(SEND_SECONDS):
                    external_id = await self._channel.send(piece)
                outcome = Left(letter.parts_sent + 1, external_id)
        except SendError as error:
            outcome = error
        except TimeoutError:
            outcome = TryLater("发送超时")
        except StorageError as error:
            outcome = TryLater(str(error))
        except Exception as error:
            log.exception("sending raised", extra={"letter": letter.id})
            outcome = Refused(f"程序出错：{type(error).__name__}")
        self._finished.append((letter, total, outcome))
        self.wake()

    def _is_in_doubt(self, letter: Letter) -> bool:
        """Tell whether its next part may have arrived: no answer came, or it was on its way, for all we know, when an earlier process ended."""
        return letter.doubts > 0 or letter.made_at < self._began

    async def _edit(self, letter: Letter, external_id: str) -> Left:
        """Edit a message where it stands. Raises SendError: Refused also when it left in several messages, or would have to."""
        texts = parts(letter, (), self._channel.limits)
        if not (self._channel.limits.can_edit and external_id):
            raise Refused("发出去的消息在这里改不了")
        if len(texts) != 1 or letter.parts_sent != len(letter.media) + 1:
            raise Refused("分成几条发出去的消息改不了")
        async with asyncio.timeout(SEND_SECONDS):
            await self._channel.edit(texts[0], external_id)
        return Left(letter.parts_sent, external_id)

    async def _enclosures(self, letter: Letter) -> list[Enclosure]:
        """Return a letter's enclosures. Raises NotYet while one is not here yet."""
        found = []
        for media_id in letter.media:
            async with self._database.read() as tx:
                medium = await media.by_id(tx, media_id)
                made = await media.content(tx, media_id) if medium is not None and medium.state == "made" else None
            if (
                medium is None
            ):  # kept no longer: a word stands in its place, and what it stands with arrives all the same
                medium = Medium(
                    media_id, letter.account_id, "file", "未命名", "", None, self._channel.name, None, "lost", 0
                )
            own = medium.reference if medium.channel == self._channel.name else None
            if own is None and medium.state == "wanted":
                raise NotYet("附件还在取", MEDIA_PAUSE_SECONDS)
            found.append(Enclosure(medium, self._folder.path(media_id), own, made))
        return found

    # ── what came back ──────────────────────────────────────────────────────────────────────────────────────────────

    async def _write_down(self, tx: Tx) -> list[Returned]:
        """Write the outcomes of everything that came back; return them. The caller forgets them once this is on the disk."""
        written = list(self._finished)
        now = self._now()
        whole = []
        for letter, total, outcome in written:
            if isinstance(outcome, SendError):
                await self._went_wrong(tx, letter, outcome, now)
            elif outcome.parts < total:
                await outbox.part_sent(tx, letter.id, outcome.parts, letter.version, now)
            else:
                is_edit = letter.edits is not None
                whole.append(Sent(letter.id, outcome.external_id, letter.version, outcome.parts, is_edit))
        if whole:
            await outbox.sent(tx, whole, now)
        return written

    async def _went_wrong(self, tx: Tx, letter: Letter, error: SendError, now: datetime) -> None:
        reason = str(error)
        if isinstance(error, Gone):
            await accounts.mark_unreachable(tx, letter.account_id, reason)
            await outbox.fail_all(tx, letter.account_id, reason, now)
        elif isinstance(error, TryLater) and now - letter.made_at < self._give_up:
            await self._postpone(tx, letter, error, now)
        elif isinstance(error, Unsure) and letter.doubts < MOST_DOUBTS:
            await outbox.doubted(tx, letter.id, now + timedelta(seconds=some_backoff_seconds(letter.doubts)), reason)
        elif letter.edits is not None:
            await outbox.not_edited(tx, letter.id, letter.version, reason, now)
        else:
            await outbox.failed(tx, letter.id, reason, now)
        facts = {"letter": letter.id, "channel": self._channel.name, "reason": reason}
        if isinstance(error, NotYet):
            log.info("not yet", extra=facts)
        elif letter.edits is not None:
            log.info("not edited", extra=facts)
        else:
            log.warning("not delivered", extra=facts)

    async def _postpone(self, tx: Tx, letter: Letter, error: TryLater, now: datetime) -> None:
        wait = error.after_seconds
        if wait is None:
            wait = some_backoff_seconds(letter.tries)
        elif not isinstance(error, NotYet):
            self._slow_down(letter.account_id, wait)
        counts = error.after_seconds is None
        await outbox.later(tx, letter.id, now + timedelta(seconds=wait), str(error), counts=counts)

    def _slow_down(self, account_id: int, seconds: float) -> None:
        """Obey a retry-after: for that chat, and for the whole channel when a second chat is told to wait as well."""
        clock = time.monotonic()
        if self._slowed_chat not in (None, account_id) and self._pace.wait_chat(self._slowed_chat or 0, clock) > 0:
            self._pace.hold_all(seconds, clock)
        self._slowed_chat = account_id
        self._pace.hold_chat(account_id, seconds, clock)


def _sooner(one: float | None, other: float | None) -> float | None:
    return one if other is None else other if one is None else min(one, other)

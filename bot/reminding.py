"""Reminding: fires reminders when they are due. APScheduler wakes it for the next one (`bot/clock.py`); the rows are the schedule.

A reminder is marked as fired in the transaction of what it says: a crash before the commit leaves it due, a crash after it leaves the
outbox to be delivered. So it fires once, late rather than never.
"""

import asyncio
import logging
import traceback
from collections.abc import Callable, Sequence
from datetime import datetime

from bot.pulse import Pulse
from handlers.act import Act
from handlers.office import Office
from handlers.reminders import fire
from storage import reminders
from storage.database import Database
from storage.errors import StorageError
from storage.reminders import Reminder

log = logging.getLogger(__name__)

BATCH = 50  # reminders that share a commit
STORAGE_PAUSE_SECONDS = 5.0


async def fire_due(database: Database, office: Office, now: datetime) -> int:
    """Fire what is due, several in one commit; return how many were dealt with.

    When one raises, the commit is given up and each is tried alone; one that raises alone is put aside as 'failed' with a line in the
    log, so that it stands in nobody's way. Raises StorageError: nothing of the batch was kept.
    """
    due: list[Reminder] = []
    try:
        async with database.write() as tx:
            due = await reminders.due(tx, now, BATCH)
            for reminder in due:
                await fire(Act(tx, office, now), reminder)
    except StorageError:
        raise
    except Exception:
        await _one_by_one(database, office, now, due)
    return len(due)


async def _one_by_one(database: Database, office: Office, now: datetime, due: Sequence[Reminder]) -> None:
    for reminder in due:
        try:
            async with database.write() as tx:
                await fire(Act(tx, office, now), reminder)
        except StorageError:
            raise
        except Exception as error:
            where = traceback.extract_tb(error.__traceback__)[-1]
            extra = {"reminder": reminder.id, "kind": reminder.kind, "error": type(error).__name__}
            log.error("a reminder raised", extra=extra | {"where": f"{where.name}:{where.lineno}"})
            async with database.write() as tx:
                await reminders.done(tx, reminder.id, "failed", now)


class Reminding:
    """The loop. `wake` when there may be something due; `wake_at` is asked for the moment of the next one."""

    def __init__(
        self,
        database: Database,
        office: Callable[[], Office],
        now: Callable[[], datetime],
        fired: Callable[[], None],
        wake_at: Callable[[datetime], None],
    ) -> None:
        """`office` is asked each time: its calendar may change while we run. `fired` is called when the outbox may have filled."""
        self._database = database
        self._office = office
        self._now = now
        self._fired = fired
        self._wake_at = wake_at
        self._wake = asyncio.Event()
        self._wake.set()
        self._caught_up = asyncio.Event()
        self.pulse = Pulse("reminders")

    def wake(self) -> None:
        """Something may be due."""
        self._wake.set()

    async def caught_up(self) -> None:
        """Wait until everything that fell due while we were away has been looked at, once after the start.

        Nothing should be sent before: what is too late to be of use, or would disturb somebody now, is held or dropped by it.
        """
        await self._caught_up.wait()

    async def run(self) -> None:
        """Fire what is due, for ever."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            try:
                await self._pass()
                self._caught_up.set()
                self.pulse.beat()
            except StorageError as error:
                log.error("storage trouble, reminders wait", extra={"reason": str(error)})
                self.pulse.trouble(str(error))
                await asyncio.sleep(STORAGE_PAUSE_SECONDS)
                self.wake()

    async def _pass(self) -> None:
        """Fire what is due; whether something is costs no more than a look, for turns ask often."""
        while (moment := await self._next()) is not None and moment <= self._now():
            await fire_due(self._database, self._office(), self._now())
            self._fired()
        if moment is not None:
            self._wake_at(moment)

    async def _next(self) -> datetime | None:
        async with self._database.read() as tx:
            return await reminders.next_due(tx)

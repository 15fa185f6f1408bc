"""The clock: APScheduler wakes what must happen at its time. The schedule's memory is the database, never the scheduler."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.media_folder import MediaFolder
from bot.pulse import Pulse
from handlers.office import Office
from storage import briefing_links, dialogs, entry, inbox, media, outbox, reminders
from storage.database import Database
from storage.errors import StorageError

log = logging.getLogger(__name__)

DIALOG_DAYS = 30  # ended dialogs are kept so long: their old buttons still know what they were
REMINDER_DAYS = 400  # reminders that fired: until then none of them can come a second time
PRUNE_AT_ONCE = 500  # rows deleted in one transaction, so that nobody waits for housekeeping
TICK_SECONDS = 60

Counts = Mapping[str, int]
Job = Callable[[], Awaitable[Counts]]


async def housekeeping(
    database: Database, folder: MediaFolder, office: Office, keep_messages_days: int, now: datetime
) -> Counts:
    """Drop old drafts, forget ended dialogs, outdated sessions and guesses, delete messages and attachments past their time; return
    the counts. The attachments of a case that is not closed stay.

    Everything it does may be done twice or late without harm.
    """
    async with database.write() as tx:
        counts = {
            "drafts": await dialogs.drop_old_drafts(tx, now, office.draft_hours),
            "dialogs": await dialogs.prune(tx, now, DIALOG_DAYS),
            "sessions": await entry.prune_sessions(tx, now),
            "briefing_links": await briefing_links.prune(tx, now),
            "guesses": await entry.prune_wrong_codes(tx, now - timedelta(days=1)),
            "reminders": await reminders.prune(tx, now - timedelta(days=REMINDER_DAYS)),
        }
    horizon = now - timedelta(days=keep_messages_days)
    for name, prune in (("inbox", inbox.prune), ("outbox", outbox.prune)):
        counts[name] = 0
        while True:
            async with database.write() as tx:
                deleted = await prune(tx, horizon, PRUNE_AT_ONCE)
            counts[name] += deleted
            if deleted < PRUNE_AT_ONCE:
                break
    counts["media"] = await _expire_media(database, folder, horizon)
    return counts


async def _expire_media(database: Database, folder: MediaFolder, horizon: datetime) -> int:
    """Delete attachments sent before that moment: the row first says that it is gone, so that a crash leaves no row without its file."""
    expired = 0
    while True:
        async with database.write() as tx:
            ids = await media.expire(tx, horizon, PRUNE_AT_ONCE)
        for media_id in ids:
            folder.path(media_id).unlink(missing_ok=True)
        expired += len(ids)
        if len(ids) < PRUNE_AT_ONCE:
            return expired


class Clock:
    """Runs jobs: `hourly` ones at the full hour, `minutely` ones with the heartbeat that shows that the clock itself still goes."""

    def __init__(
        self,
        office: Office,
        now: Callable[[], datetime],
        *,
        hourly: Mapping[str, Job],
        minutely: Mapping[str, Job],
        wake: Callable[[], None],
    ) -> None:
        """`wake` is called at each tick: the command line may have left work in the database."""
        self._wake = wake
        self._now = now
        self._minutely = minutely
        self._scheduler = AsyncIOScheduler(timezone=office.zone)
        self._hourly = hourly
        self.pulse = Pulse("clock")

    def start(self) -> None:
        """Start ticking. A job that was missed runs once when it can, however late."""
        for name, job in self._hourly.items():
            self._scheduler.add_job(
                self._run, "cron", args=(name, job), id=name, minute=0, coalesce=True, misfire_grace_time=None
            )
        self._scheduler.add_job(self._tick, "interval", seconds=TICK_SECONDS, id="tick", misfire_grace_time=None)
        self._scheduler.start()
        self.pulse.beat()

    def wake_at(self, moment: datetime, wake: Callable[[], None]) -> None:
        """Call `wake` at that moment by the office's clock; a moment asked for earlier is forgotten."""
        pause = max(timedelta(seconds=0.01), moment - self._now())
        at = datetime.now(UTC) + pause
        self._scheduler.add_job(wake, "date", run_date=at, id="next", replace_existing=True, misfire_grace_time=None)

    def stop(self) -> None:
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    async def _tick(self) -> None:
        for name, job in self._minutely.items():
            await self._run(name, job)
        self._wake()
        if self.pulse.reason is None:
            self.pulse.beat()

    async def _run(self, name: str, job: Job) -> None:
        try:
            counts = await job()
        except StorageError as error:
            log.error("a job must wait for its next time", extra={"job": name, "reason": str(error)})
            self.pulse.trouble(str(error))
            return
        if counts:
            log.info("job done", extra={"job": name, **counts})
        self.pulse.beat()

"""Fetching: the bytes of what people send along, from their channel into the media folder.

The message itself is handled at once; its attachments follow. A crash leaves them wanted, and they are fetched again.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from bot.backoff import some_backoff_seconds
from bot.channels.channel import Channel, SendError, TryLater
from bot.media_folder import MediaFolder
from bot.media_type import media_type_of
from bot.pulse import Pulse
from storage import media
from storage.database import Database
from storage.errors import StorageError
from storage.media import Medium
from storage.times import from_text

log = logging.getLogger(__name__)

AT_ONCE = 4
MOST_TRIES = 40  # the waits between them double up to 10 minutes: about five hours in all
STORAGE_PAUSE_SECONDS = 5.0


class Fetching:
    def __init__(
        self,
        channels: Mapping[str, Channel],
        database: Database,
        folder: MediaFolder,
        now: Callable[[], datetime],
        fetched: Callable[[], None],
    ) -> None:
        """`fetched` is called when something came that a letter may have waited for."""
        self._channels = channels
        self._database = database
        self._folder = folder
        self._now = now
        self._fetched = fetched
        self._wake = asyncio.Event()
        self._busy = False
        self.pulse = Pulse("fetching")

    def wake(self) -> None:
        """There may be something to fetch."""
        self._wake.set()

    @property
    def is_idle(self) -> bool:
        return not self._busy and not self._wake.is_set()

    async def run(self) -> None:
        """Fetch what is wanted, for ever."""
        while True:
            self._wake.clear()
            self._busy = True
            pause: float | None = STORAGE_PAUSE_SECONDS
            try:
                pause = await self._pass()
                self.pulse.beat()
            except StorageError as error:
                log.error("storage trouble, fetching waits", extra={"reason": str(error)})
                self.pulse.trouble(str(error))
            self._busy = False
            try:
                async with asyncio.timeout(pause):
                    await self._wake.wait()
            except TimeoutError:
                continue

    async def _pass(self) -> float | None:
        """Fetch everything that is due; return after how many seconds something is due again, None: nothing is wanted."""
        while True:
            async with self._database.read() as tx:
                wanted = await media.wanted(tx, self._now(), AT_ONCE)
                next_time = await media.next_wanted(tx)
            if not wanted:
                return None if next_time is None else max(0.05, (from_text(next_time) - self._now()).total_seconds())
            await asyncio.gather(*(self._fetch(each) for each in wanted))
            self._fetched()

    async def _fetch(self, medium: Medium) -> None:
        channel = self._channels.get(medium.channel)
        try:
            if channel is None:
                raise TryLater("这个渠道现在没有开")
            fetched = await channel.fetch(medium)
        except TryLater as error:
            await self._later(medium, error)
            return
        except SendError as error:
            await self._lost(medium, str(error))
            return
        except Exception as error:
            log.exception("fetching raised", extra={"medium": medium.id})
            await self._later(medium, TryLater(f"程序出错：{type(error).__name__}"))
            return
        data, name = fetched.data, fetched.name or medium.name
        await self._folder.keep(medium.id, data)
        async with self._database.write() as tx:
            await media.kept(tx, medium.id, len(data), media_type_of(data, name), name)

    async def _later(self, medium: Medium, error: TryLater) -> None:
        if medium.tries >= MOST_TRIES:
            await self._lost(medium, str(error))
            return
        wait = error.after_seconds or some_backoff_seconds(medium.tries)
        async with self._database.write() as tx:
            await media.later(tx, medium.id, self._now() + timedelta(seconds=wait), str(error))

    async def _lost(self, medium: Medium, why: str) -> None:
        log.warning("attachment lost", extra={"medium": medium.id, "reason": why})
        async with self._database.write() as tx:
            await media.lost(tx, medium.id, why)

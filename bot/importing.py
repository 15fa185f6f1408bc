"""Importing: the words of files that staff sent to be published, from the media folder into drafts.

The turn in which a file came wrote it down (`storage/briefing_files.py`); its bytes may come later. A crash leaves it written down, and it
is read again, but not for ever: that its reading begins is written down first. The draft, the news to its author and the taking off are one
transaction.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime

from bot.media_folder import MediaFolder
from bot.pulse import Pulse
from handlers.act import Act
from handlers.briefings.files import Article, Unreadable, read_article
from handlers.office import Office
from handlers.reading import arriving
from storage import briefing_files, media
from storage.briefing_files import WantedFile
from storage.database import Database
from storage.errors import StorageError

log = logging.getLogger(__name__)

DEADLY_TRIES = 2  # a file during whose reading so many processes ended is read no more
READ_SECONDS = 60.0  # no file of 20 MB takes longer; one that does is refused
STORAGE_PAUSE_SECONDS = 5.0


async def import_next(
    database: Database, folder: MediaFolder, office: Office, now: datetime, begun: set[str] | None = None
) -> bool:
    """Read the oldest file that has come and make a draft of it, or tell its author why not; False when there is none.

    `begun` are the files whose reading began in this process: trouble with the disk makes it begin again, which is no death.
    Raises StorageError: nothing was done.
    """
    begun = begun if begun is not None else set()
    async with database.read() as tx:
        wanted = await briefing_files.next_one(tx)
    if wanted is None:
        return False
    try:
        await _count_try(database, wanted, begun)
        found: Article | Unreadable = await _article(folder, wanted)
    except Unreadable as error:
        found = error
    async with database.write() as tx:
        if not await briefing_files.done(tx, wanted.media_id):
            return True
        act = Act(tx, office, now)
        if isinstance(found, Unreadable):
            arriving.was_not_read(act, wanted, found)
        else:
            await arriving.was_read(act, wanted, found)
    return True


async def _count_try(database: Database, wanted: WantedFile, begun: set[str]) -> None:
    """Write down that this process begins to read it. Raises Unreadable: it was the end of too many processes."""
    if wanted.media_id in begun:
        return
    if wanted.tries >= DEADLY_TRIES:
        log.error("a file ended the process too often, it is read no more", extra={"medium": wanted.media_id})
        raise Unreadable(
            f"“{wanted.name}”读了 {wanted.tries} 次都没有读成。请把文字复制出来，存成 .txt，或者直接打在这里。"
        )
    async with database.write() as tx:
        await briefing_files.count_try(tx, wanted.media_id)
    begun.add(wanted.media_id)


async def _article(folder: MediaFolder, wanted: WantedFile) -> Article:
    """Raises Unreadable."""
    if wanted.state == "lost":
        raise Unreadable(f"“{wanted.name}”没能取到，请再发一次。")
    try:
        data = await asyncio.to_thread(folder.path(wanted.media_id).read_bytes)
        async with asyncio.timeout(READ_SECONDS):
            return await asyncio.to_thread(read_article, data, wanted.name)
    except (FileNotFoundError, TimeoutError) as error:
        raise Unreadable(f"“{wanted.name}”没能读出来，请另存一份再发一次。") from error
    except Unreadable:
        raise
    except Exception as error:  # a broken file can break a library in any way; whoever sent it must hear of it
        log.exception("reading a file raised", extra={"medium": wanted.media_id, "error": type(error).__name__})
        raise Unreadable(f"“{wanted.name}”没能读出来，可能损坏了。请另存一份再发一次。") from error


async def delete_forbidden(database: Database, folder: MediaFolder) -> int:
    """Delete the files that their author found must not be here; return how many. A crash leaves the rest to the next time."""
    async with database.read() as tx:
        found = await media.forbidden(tx)
    for each in found:
        folder.path(each).unlink(missing_ok=True)
        async with database.write() as tx:
            await media.deleted(tx, each)
    return len(found)


class Importing:
    """The loop. `wake` when a file was written down, or when bytes have come."""

    def __init__(
        self,
        database: Database,
        folder: MediaFolder,
        office: Callable[[], Office],
        now: Callable[[], datetime],
        imported: Callable[[], None],
    ) -> None:
        """`imported` is called when the outbox may have filled."""
        self._database = database
        self._folder = folder
        self._office = office
        self._now = now
        self._imported = imported
        self._wake = asyncio.Event()
        self._begun: set[str] = set()
        self._busy = False
        self.pulse = Pulse("importing")

    def wake(self) -> None:
        """There may be a file to read."""
        self._wake.set()

    @property
    def is_idle(self) -> bool:
        return not self._busy and not self._wake.is_set()

    async def run(self) -> None:
        """Read what has come, for ever."""
        while True:
            self._wake.clear()
            self._busy = True
            try:
                while await import_next(self._database, self._folder, self._office(), self._now(), self._begun):
                    self._imported()
                await delete_forbidden(self._database, self._folder)
                self.pulse.beat()
            except StorageError as error:
                log.error("storage trouble, files wait", extra={"reason": str(error)})
                self.pulse.trouble(str(error))
                await asyncio.sleep(STORAGE_PAUSE_SECONDS)
                self.wake()
            self._busy = False
            await self._wake.wait()

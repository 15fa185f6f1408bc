"""A small office on the disk, for backups: one person, one attachment, and what they should be afterwards."""

import asyncio
import hashlib
import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bot.media_folder import MediaFolder
from storage import accounts, media, people
from storage.media import Medium
from storage.people import Person
from tests.command_line import NOW
from tests.copies import new_database


@dataclass(frozen=True)
class SmallOffice:
    folder: Path

    @property
    def database(self) -> Path:
        return self.folder / "data" / "office.db"

    @property
    def media(self) -> Path:
        return self.folder / "data" / "media"

    def fill(self, name: str, content: bytes, *, shared: bytes = b"known to both") -> None:
        """Make the office of one person, with an attachment of this content and one that every small office has."""
        asyncio.run(self._fill(name, (content, shared)))

    async def _fill(self, name: str, contents: tuple[bytes, ...]) -> None:
        database = await new_database(self.database)
        async with database.write() as tx:
            await people.add(tx, Person(name), NOW)
            account = await accounts.find_or_add(tx, "web", "seat", NOW)
            for content in contents:
                medium = hashlib.md5(content, usedforsecurity=False).hexdigest()
                await MediaFolder(self.media).keep(medium, content)
                size = len(content)
                row = Medium(medium, account, "photo", "照片.jpg", "image/jpeg", size, "web", None, "kept", 0)
                await media.add(tx, row, NOW)
        await database.close()

    def leave_unfolded(self, name: str) -> None:
        """Rename the person in a process that dies: the change stands in the journal only, as after a power cut."""
        child = os.fork()
        if child == 0:
            connection = sqlite3.connect(self.database, isolation_level=None)
            connection.execute("PRAGMA wal_autocheckpoint = 0")
            connection.execute("UPDATE persons SET name = ?", (name,))
            os._exit(0)
        os.waitpid(child, 0)

    @property
    def name(self) -> str:
        """Who is there. Raises sqlite3.Error when the database cannot be read, AssertionError when it is not whole."""
        with closing(sqlite3.connect(f"file:{self.database}?mode=rw", uri=True)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            for (medium,) in connection.execute("SELECT id FROM media"):
                content = MediaFolder(self.media).path(medium).read_bytes()
                assert hashlib.md5(content, usedforsecurity=False).hexdigest() == medium
            ((name,),) = connection.execute("SELECT name FROM persons").fetchall()
            return str(name)

"""The media folder: bytes under random names, outside anything the web server hands out by path."""

import asyncio
import os
import re
from pathlib import Path

from bot.disk import put, sync_folder
from storage import errors

_ID = re.compile(r"[0-9a-f]{32}")


class MediaFolder:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, media_id: str) -> Path:
        """Return where the bytes of a medium stand. Raises ValueError for anything that is not one of our ids."""
        if not _ID.fullmatch(media_id):
            raise ValueError("not a media id")
        return self.folder / media_id[:2] / media_id

    async def keep(self, media_id: str, data: bytes) -> None:
        """Write the bytes so that they are on the disk when this returns: whole or not at all, also after a crash.

        Raises StorageError when the disk is full or the folder cannot be written.
        """
        await asyncio.to_thread(self._keep, self.path(media_id), data)

    def _keep(self, path: Path, data: bytes) -> None:
        unfinished = path.with_suffix(".part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with unfinished.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            put(unfinished, path)
            sync_folder(self.folder)  # the folder in it may be new
        except OSError as error:
            unfinished.unlink(missing_ok=True)
            raise errors.DiskFull(f"附件写不进文件夹，请检查磁盘空间和权限：{error.strerror}") from error

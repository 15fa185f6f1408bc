"""A file on its way into the media folder: written as it comes, seen by nobody before it is whole."""

import asyncio
import hashlib
import os
import secrets
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import BinaryIO, TypeVar

from bot.media_folder import MediaFolder
from storage import errors

ARRIVING = "arriving"  # the folder inside the media folder
T = TypeVar("T")

HEAD_BYTES = 65_536  # enough to tell what kind of file it is
WRITE_BYTES = 262_144  # kept in memory before it goes to the disk


class Arriving:
    """Made by `arriving`."""

    def __init__(self, file: BinaryIO, path: Path) -> None:
        self._file = file
        self._path = path
        self._waiting = bytearray()
        self._digest = hashlib.sha256()
        self.head = b""
        self.size = 0

    def add(self, data: bytes) -> None:
        """Take some bytes; `write` puts them on the disk."""
        if len(self.head) < HEAD_BYTES:
            self.head += data[: HEAD_BYTES - len(self.head)]
        self.size += len(data)
        self._waiting += data

    async def write(self, *, at_least: int = WRITE_BYTES) -> None:
        """Write what waits, if it is at least so many bytes. Raises StorageError."""
        if len(self._waiting) >= at_least:
            await _on_disk(self._write)

    def _write(self) -> None:
        self._digest.update(self._waiting)
        self._file.write(self._waiting)
        self._waiting.clear()

    @property
    def digest(self) -> bytes:
        """SHA-256 of what was written."""
        return self._digest.digest()

    async def settle(self, target: Path) -> None:
        """Put the whole file at `target`: on the disk when this returns, whole or not at all. Raises StorageError."""

        def move() -> None:
            self._write()
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            target.parent.mkdir(parents=True, exist_ok=True)
            self._path.replace(target)
            _sync_folder(target.parent)
            _sync_folder(target.parent.parent)

        await _on_disk(move)


@asynccontextmanager
async def arriving(folder: MediaFolder) -> AsyncIterator[Arriving]:
    """A new file for the block; what was not settled by its end is thrown away, after a crash by the next `sweep`."""
    path = folder.folder / ARRIVING / secrets.token_hex(16)

    def make() -> BinaryIO:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("wb")

    def discard() -> None:
        file.close()
        path.unlink(missing_ok=True)

    file = await _on_disk(make)
    try:
        yield Arriving(file, path)
    finally:
        await asyncio.to_thread(discard)


async def sweep(folder: MediaFolder) -> None:
    """At process start: throw away what an earlier process left half written."""
    await asyncio.to_thread(shutil.rmtree, folder.folder / ARRIVING, ignore_errors=True)


async def free_bytes(folder: MediaFolder) -> int:
    """Return how much room is left where the media folder stands, or will stand. Raises StorageError."""

    def look() -> int:
        present = folder.folder.absolute()
        while not present.exists():
            present = present.parent
        return shutil.disk_usage(present).free

    return await _on_disk(look)


def _sync_folder(folder: Path) -> None:
    """Write a folder's list of names to the disk, where the system can do that (Windows does it by itself)."""
    if hasattr(os, "O_DIRECTORY"):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


async def _on_disk(work: Callable[[], T]) -> T:
    try:
        return await asyncio.to_thread(work)
    except OSError as error:
        raise errors.DiskFull(f"附件写不进文件夹，请检查磁盘空间和权限：{error.strerror}") from error

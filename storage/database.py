"""One file, one writer: the only module that knows the database driver.

`Database.write()` opens the one write transaction there can be at a time, `Database.read()` a consistent snapshot beside it.
Storage functions take the open `Tx` and never commit. What a PostgreSQL seam would change stands here and in `migrate.py` only.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiosqlite

from storage import errors, migrate
from storage.grams import grams

Row = Sequence[Any]

CACHE_KIB = 8_000  # a search of 600,000 entries fits; SQLite's own 2,000 make it half as slow again
BUSY_TIMEOUT_MS = 5_000  # how long we wait for a second program (backup, a viewer) before `Locked`


class Tx:
    """An open transaction. `writes` counts the statements that changed something or could have."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection
        self.writes = 0
        self.after_commit: list[Callable[[], None]] = []
        self.at_end: dict[str, list[Sequence[object]]] = {}
        self.sets_reminders = False  # whoever waits for the next one must look again
        self.changed_visitors: set[int] = set()  # accounts whose Visitor was read before it changed: read it again

    def on_commit(self, call: Callable[[], None]) -> None:
        """Call this when the transaction is on the disk, and not at all when it is given up."""
        self.after_commit.append(call)

    def last(self, sql: str, *values: object) -> None:
        """Run this write at the end of the transaction, together with all others of the same text: one statement for many turns.

        What is read before the end does not see it, and statements run in the order in which each text came first.
        """
        self.writes += 1
        self.at_end.setdefault(sql, []).append(values)

    async def all(self, sql: str, *values: object) -> list[Row]:
        """Return every row of a SELECT."""
        return list(await self._connection.execute_fetchall(sql, values))

    async def one(self, sql: str, *values: object) -> Row | None:
        """Return the first row of a SELECT, or None."""
        for row in await self._connection.execute_fetchall(sql, values):
            return row
        return None

    async def all_named(self, sql: str, values: Mapping[str, object]) -> list[Row]:
        """Return every row of a SELECT whose parameters are named (:today): for one that uses a value more than once."""
        return list(await self._connection.execute_fetchall(sql, dict(values)))

    async def returning(self, sql: str, *values: object) -> list[Row]:
        """Run a write that ends in RETURNING and return its rows: empty when its condition held for no row."""
        self.writes += 1
        return list(await self._connection.execute_fetchall(sql, values))

    async def insert(self, sql: str, *values: object) -> int:
        """Run an INSERT that ends in RETURNING id and return that id."""
        self.writes += 1
        for row in await self._connection.execute_fetchall(sql, values):
            return int(row[0])
        raise LookupError("the INSERT returned no id")

    async def run(self, sql: str, *values: object) -> int:
        """Run one write and return how many rows it changed."""
        self.writes += 1
        cursor = await self._connection.execute(sql, values)
        return int(cursor.rowcount)

    async def run_named(self, sql: str, values: Mapping[str, object]) -> int:
        """Run one write whose parameters are named and return how many rows it changed."""
        self.writes += 1
        cursor = await self._connection.execute(sql, dict(values))
        return int(cursor.rowcount)

    async def run_many(self, sql: str, rows: Iterable[Sequence[object]]) -> int:
        """Run one write once for each of `rows` and return how many rows changed in all."""
        self.writes += 1
        cursor = await self._connection.executemany(sql, rows)
        return int(cursor.rowcount)


class Database:
    """The office's memory. Made by `open_database`; closed by `close`."""

    def __init__(self, path: Path, writer: aiosqlite.Connection, reader: aiosqlite.Connection) -> None:
        self.path = path
        self._writer = writer
        self._reader = reader
        self._write_turn = asyncio.Lock()
        self._read_turn = asyncio.Lock()

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Tx]:
        """The one write transaction: all of it is on the disk (synchronous=FULL) when the block ends, or none of it.

        Raises StorageError where an operator can help; then nothing of the block was kept. A crash anywhere inside leaves the
        state before the block.
        """
        async with self._write_turn, self._named_errors():
            tx = Tx(self._writer)
            try:
                await self._settled(self._writer.execute("BEGIN IMMEDIATE"))
                yield tx
                for sql, rows in tx.at_end.items():
                    await tx.run_many(sql, rows)
                await self._settled(self._commit(tx))
            finally:
                if self._writer.in_transaction:
                    await self._settled(self._writer.execute("ROLLBACK"))

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Tx]:
        """A snapshot: every SELECT in the block sees the same state, and waits for no writer."""
        async with self._read_turn, self._named_errors():
            try:
                await self._settled(self._reader.execute("BEGIN"))
                yield Tx(self._reader)
            finally:
                if self._reader.in_transaction:
                    await self._settled(self._reader.execute("ROLLBACK"))

    async def close(self) -> None:
        """Close both connections; open blocks end first."""
        async with self._write_turn, self._read_turn:
            await self._reader.close()
            await self._writer.close()

    async def _commit(self, tx: Tx) -> None:
        await self._writer.execute("COMMIT")
        for call in tx.after_commit:
            call()

    @staticmethod
    async def _settled(command: Awaitable[object]) -> None:
        """Wait for `command` to its end however often we are cancelled: the driver's thread runs it in any case."""
        task = asyncio.ensure_future(command)
        cancelled: asyncio.CancelledError | None = None
        while not task.done():
            try:
                await asyncio.wait([task])
            except asyncio.CancelledError as error:
                cancelled = error
        if cancelled is not None:
            task.exception()  # looked at, so that asyncio need not tell of it; being cancelled weighs more
            raise cancelled
        task.result()

    @asynccontextmanager
    async def _named_errors(self) -> AsyncIterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            named = errors.from_driver(error, str(self.path))
            if named is None:
                raise
            raise named from error


def _address(path: Path, read_only: bool) -> str:
    return f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rwc'}"


async def connect(path: Path, *, read_only: bool = False) -> aiosqlite.Connection:
    """Open one connection with the settings that every promise of ours rests on."""
    # What cannot be opened fails here: a failed aiosqlite.connect leaves a thread that reports later, perhaps to a closed loop.
    sqlite3.connect(_address(path, read_only), uri=True).close()
    connection = await aiosqlite.connect(_address(path, read_only), uri=True, isolation_level=None)
    try:
        await connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        await connection.execute("PRAGMA foreign_keys = ON")
        await connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        if not read_only:
            await connection.create_function(
                "grams", 1, grams, deterministic=True
            )  # for the migration that fills the search
            await connection.execute("PRAGMA journal_mode = WAL")
            await connection.execute("PRAGMA synchronous = FULL")
    except BaseException:
        await connection.close()
        raise
    return connection


async def open_database(path: Path) -> Database:
    """Open the file at `path` (made if missing), bring its tables up to date and return it.

    Raises StorageError: see `storage.errors`. A crash during a migration leaves the file as it was before that migration.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        writer = await connect(path)
    except OSError as error:
        raise errors.Unreachable(f"建不了数据库所在的文件夹：{error}") from error
    except sqlite3.Error as error:
        raise errors.from_driver(error, str(path)) or error from error
    try:
        version = await migrate.migrate(writer, path)
        # A file that cannot be written is refused now, not at the first message. BEGIN IMMEDIATE alone would not notice.
        await writer.execute("BEGIN IMMEDIATE")
        await writer.execute(f"PRAGMA user_version = {version}")
        await writer.execute("ROLLBACK")
        reader = await connect(path)
    except sqlite3.Error as error:
        await writer.close()
        raise errors.from_driver(error, str(path)) or error from error
    except BaseException:
        await writer.close()
        raise
    return Database(path, writer, reader)

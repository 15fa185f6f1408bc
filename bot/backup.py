"""Backups: the whole office in one file, made while it works.

What SQLite itself must do for a backup and for `bot.restore` stands here too: this module and `storage.database` are
the only ones that open it.
"""

import os
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.archive import DATABASE, MEDIA, BackupError, Manifest, Progress, Reading, Steps, Writing
from bot.disk import new_private_file, put, reason
from storage import errors

PAGES_AT_ONCE = 4096  # 16 MB at SQLite's page size of 4096 bytes, between two reports of progress
BUSY_TIMEOUT_SECONDS = 5.0


@dataclass(frozen=True)
class Backup:
    manifest: Manifest
    lost_media: int  # attachments that the database counts on and the folder does not have


def make_backup(
    database: Path, media_folder: Path, target: Path, now: datetime, progress: Progress, *, overwrite: bool
) -> Backup:
    """Write everything into one file at `target`, while another process may go on writing the database.

    The database is copied as it is at one moment, the media after it: so everything that the copy names. The file gets
    its name when it is complete, on the disk and read again; before that, and after any failure, there is nothing at
    `target` (or still the old file). A crash leaves files named `.NAME.unfinished`, which the next backup of that name
    removes. Raises BackupError or StorageError.
    """
    if not database.is_file():
        raise BackupError(f"还没有数据库，没有可以备份的内容：{database}")
    if target.exists() and not overwrite:
        raise BackupError(f"{target} 已经有了。请换一个文件名，或者加上 --force 覆盖它。")
    copy, unfinished = (target.with_name(f".{target.name}.{each}") for each in ("database.unfinished", "unfinished"))
    try:
        with gone_afterwards(copy, *beside(copy), unfinished):
            snapshot(database, copy, progress)
            found = examine(copy, called=database)
            backup = _pack(found, copy, media_folder, unfinished, now, progress)
            with Reading(unfinished) as reading:
                reading.verify(progress)
            put(unfinished, target)
    except errors.DiskFull as error:
        raise BackupError(f"备份没有做成，什么也没有留下：磁盘已满，或者读写出错（{target}）。") from error
    except OSError as error:
        raise BackupError(f"备份没有做成，什么也没有留下：{reason(error)}（{target}）。") from error
    return backup


@contextmanager
def gone_afterwards(*paths: Path) -> Iterator[None]:
    """Remove these files before, which a crash may have left, and after, whatever happens."""
    for path in paths:
        path.unlink(missing_ok=True)
    try:
        yield
    finally:
        for path in paths:
            path.unlink(missing_ok=True)


def _pack(
    found: "Found", copy: Path, media_folder: Path, unfinished: Path, now: datetime, progress: Progress
) -> Backup:
    files = {DATABASE: copy} | {MEDIA + name: path for name, path in media_files(media_folder).items()}
    step = Steps(progress, "写备份文件", sum(path.stat().st_size for path in files.values()))
    with os.fdopen(new_private_file(unfinished), "wb") as file:
        with zipfile.ZipFile(file, "w") as archive:
            writing = Writing(archive)
            for name, path in files.items():
                with path.open("rb") as source:
                    writing.add(name, source, step)
            manifest = writing.finish(now, found.schema_number)
        file.flush()
        os.fsync(file.fileno())
    return Backup(manifest, len(found.kept_media - {Path(name).name for name in files}))


def media_files(folder: Path) -> dict[str, Path]:
    """The finished attachments in a media folder by their path inside it (see `bot.media_folder`)."""
    files = sorted(folder.glob("[0-9a-f][0-9a-f]/" + "[0-9a-f]" * 32))
    return {f"{each.parent.name}/{each.name}": each for each in files if each.is_file()}


# ── SQLite ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def _opened(path: Path, mode: str, called: Path | None = None) -> Iterator[sqlite3.Connection]:
    """A connection for a moment. Raises StorageError, which names `called` where this file is a copy of that one."""
    try:
        uri = f"{path.absolute().as_uri()}?mode={mode}"
        connection = sqlite3.connect(uri, uri=True, timeout=BUSY_TIMEOUT_SECONDS, isolation_level=None)
        try:
            yield connection
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise errors.from_driver(error, str(called or path)) or error from error


def snapshot(database: Path, copy: Path, progress: Progress) -> None:
    """Copy the database as it is at one moment into one file without a journal. Raises StorageError.

    The copy is made inside a read transaction: without one SQLite starts again whenever another process commits
    (https://www.sqlite.org/c3ref/backup_finish.html), which on a busy day would never end.
    """
    os.close(new_private_file(copy))
    with _opened(database, "ro") as source, _opened(copy, "rw", database) as target:
        source.execute("BEGIN")
        source.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        page_bytes = source.execute("PRAGMA page_size").fetchone()[0]

        def report(status: int, remaining: int, total: int) -> None:
            progress("复制数据库", (total - remaining) * page_bytes, total * page_bytes)

        target.execute("PRAGMA synchronous = OFF")  # a crash leaves no backup in any case
        target.execute("PRAGMA journal_mode = OFF")
        source.backup(target, pages=PAGES_AT_ONCE, progress=report)
        target.execute("PRAGMA journal_mode = DELETE")


def schema_number(path: Path) -> int:
    """Return the number of the last migration in a database file. Raises StorageError."""
    with _opened(path, "ro") as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


def check_whole(path: Path, *, quick: bool, called: Path | None = None) -> None:
    """Read a database through, without writing, also while another process has it open. Raises StorageError: Damaged.

    `called` is the file that the operator knows, when this one is a copy of it or came out of it.
    The quick way leaves out whether indexes fit their tables (https://www.sqlite.org/pragma.html#pragma_quick_check).
    """
    with _opened(path, "ro", called) as connection:
        problems = [row[0] for row in connection.execute(f"PRAGMA {'quick' if quick else 'integrity'}_check(3)")]
        if problems != ["ok"]:
            raise errors.Damaged(f"数据库不完整：{'；'.join(problems)}（{called or path}）")


def check_writable(path: Path) -> None:
    """Make sure that a database could be written now. Raises StorageError."""
    with _opened(path, "rw") as connection:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("ROLLBACK")


@dataclass(frozen=True)
class Found:
    """What matters of a database that is not in use."""

    schema_number: int
    kept_media: frozenset[str]  # ids of the attachments that must be in the media folder
    unsent: int  # messages that were waiting to be sent


def examine(path: Path, *, called: Path) -> Found:
    """Check that a database of ours is whole and return what matters of it. `called`: as in `check_whole`.

    Raises StorageError.
    """
    check_whole(path, quick=False, called=called)
    with _opened(path, "ro", called) as connection:
        if connection.execute("PRAGMA foreign_key_check").fetchone():
            raise errors.Damaged(f"数据库不完整：有的资料指向不存在的资料（{called}）")
        return Found(
            schema_number(path),
            frozenset(row[0] for row in connection.execute("SELECT id FROM media WHERE state = 'kept'")),
            int(connection.execute("SELECT count(*) FROM outbox WHERE state = 'waiting'").fetchone()[0]),
        )


def fold(database: Path) -> None:
    """Bring a database that nobody has open into its one main file, so that the file can be moved by itself.

    Raises StorageError: Locked when another program has it open, Damaged when there is no database in it.
    """
    with _opened(database, "rw") as connection:
        mode = connection.execute("PRAGMA journal_mode = DELETE").fetchone()[0]
    if mode != "delete" or journals(database):
        raise errors.Locked(f"别的程序正开着数据库，请先关闭它（{database}）")


def journals(database: Path) -> list[Path]:
    """The files beside a database that belong to it and hold what is not yet in it."""
    return [each for each in beside(database) if each.exists()]


def beside(database: Path) -> list[Path]:
    """The names under which SQLite keeps journals of a database."""
    return [database.with_name(database.name + end) for end in ("-wal", "-shm", "-journal")]

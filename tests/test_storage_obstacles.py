"""A locked, read-only or full file: each is named, nothing of the transaction is kept, nothing acknowledged is lost, and it goes on after."""

import asyncio
import importlib
import inspect
import os
import pkgutil
import re
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing, contextmanager, suppress
from functools import cache
from pathlib import Path

import pytest

import storage
from storage import marks
from storage.database import Database, Tx, connect, open_database
from storage.errors import Damaged, DiskFull, Locked, ReadOnly, StorageError, Unreachable
from tests.cancelling import cancelled_at
from tests.storage_deeds import DEEDS, fill

ROOT = Path(__file__).parent.parent


@cache
def filled_file() -> bytes:
    async def make(path: Path) -> None:
        database = await open_database(path)
        async with database.write() as tx:
            await fill(tx)
        await database.close()

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(make(Path(folder, "yinling.db")))
        return Path(folder, "yinling.db").read_bytes()


@pytest.fixture(scope="session")
def file() -> bytes:
    """The filled file, made outside of any test's event loop."""
    return filled_file()


@pytest.fixture
def path(tmp_path: Path, file: bytes) -> Path:
    (tmp_path / "yinling.db").write_bytes(file)
    return tmp_path / "yinling.db"


def content(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, as anybody would find it on the disk."""
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        tables = [
            row[0]
            for row in connection.execute(
                "SELECT name, type FROM pragma_table_list WHERE schema = 'main' ORDER BY name"
            )
            if row[1] == "table"  # not the search, which only says again what stands in case_entries
        ]
        return {table: connection.execute(f"SELECT * FROM {table} ORDER BY rowid").fetchall() for table in tables}


@asynccontextmanager
async def opened(path: Path) -> AsyncIterator[Database]:
    database = await open_database(path)
    try:
        yield database
    finally:
        await database.close()


# ── the obstacles ───────────────────────────────────────────────────────────────────────────────────────────────────


@asynccontextmanager
async def held(path: Path) -> AsyncIterator[tuple[Database, sqlite3.Connection]]:
    """The database, and another program that holds its file for longer than we wait; here we wait a millisecond."""
    writer, reader = await connect(path), await connect(path)
    await writer.execute("PRAGMA busy_timeout = 1")
    database = Database(path, writer, reader)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        try:
            yield database, other
        finally:
            await database.close()


@asynccontextmanager
async def locked(path: Path) -> AsyncIterator[Database]:
    async with held(path) as (database, _):
        yield database


@asynccontextmanager
async def read_only(path: Path) -> AsyncIterator[Database]:
    database = Database(path, await connect(path, read_only=True), await connect(path, read_only=True))
    try:
        yield database
    finally:
        await database.close()


@contextmanager
def no_file_may_grow_beyond(size_bytes: int) -> Iterator[None]:
    """The system refuses this process every byte beyond that place in a file, as a full disk does. Writes fail with EFBIG and not
    with a signal: Python ignores SIGXFSZ (https://docs.python.org/3/library/signal.html)."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@asynccontextmanager
async def full(path: Path) -> AsyncIterator[Database]:
    async with opened(path) as database:
        with no_file_may_grow_beyond(0):
            yield database


Obstacle = Callable[[Path], AbstractAsyncContextManager[Database]]
OBSTACLES: list[tuple[Obstacle, type[StorageError]]] = [(locked, Locked), (read_only, ReadOnly), (full, DiskFull)]


@pytest.mark.parametrize(("obstacle", "named"), OBSTACLES, ids=lambda each: getattr(each, "__name__", ""))
@pytest.mark.parametrize("deed", DEEDS)
async def test_a_deed_against_an_obstacle_is_named_and_leaves_nothing(
    path: Path, deed: str, obstacle: Obstacle, named: type[StorageError]
) -> None:
    before = content(path)
    async with obstacle(path) as database:
        with pytest.raises(named, match=re.escape(str(path))) as raised:
            async with database.write() as tx:
                await DEEDS[deed](tx)
        assert re.match(r"[\u4e00-\u9fff]{3}", str(raised.value)), "the operator reads Chinese"
    assert content(path) == before


@pytest.mark.parametrize("deed", DEEDS)
async def test_the_same_deed_without_an_obstacle_changes_something(path: Path, deed: str) -> None:
    before = content(path)
    async with opened(path) as database, database.write() as tx:
        await DEEDS[deed](tx)
    assert content(path) != before


def test_no_function_that_writes_is_missing_among_the_deeds() -> None:
    """A function that is new in `storage` needs a line in `tests/storage_deeds.py`."""
    modules = [importlib.import_module(f"storage.{each.name}") for each in pkgutil.iter_modules(storage.__path__)]
    functions = {
        f"{module.__name__.removeprefix('storage.')}.{name}": function
        for module in modules
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and Tx in inspect.get_annotations(function).values()
    }
    writes = re.compile(r"tx\.(run|run_many|run_named|insert|returning|last)\(")
    assert {name for name, function in functions.items() if writes.search(inspect.getsource(function))} == set(DEEDS)


@pytest.mark.parametrize("obstacle", [locked, full], ids=lambda each: str(each.__name__))
async def test_reading_goes_on_and_writing_does_when_the_obstacle_is_gone(path: Path, obstacle: Obstacle) -> None:
    async with obstacle(path) as database:
        with pytest.raises(StorageError):
            async with database.write() as tx:
                await marks.put(tx, "mark", "after")
        async with database.read() as tx:
            assert await marks.get(tx, "mark") == "before"
    async with opened(path) as database, database.write() as tx:
        await marks.put(tx, "mark", "after")
    assert ("mark", "after") in content(path)["marks"]


async def test_the_same_database_writes_again_when_the_lock_is_gone(path: Path) -> None:
    async with held(path) as (database, other):
        with pytest.raises(Locked):
            async with database.write() as tx:
                await marks.put(tx, "mark", "during")
        other.execute("ROLLBACK")
        async with database.write() as tx:
            await marks.put(tx, "mark", "after")
    assert ("mark", "after") in content(path)["marks"]


async def test_being_cancelled_weighs_more_than_an_obstacle(path: Path) -> None:
    """Else a loop that waits out obstacles would not end when it is told to."""

    async def write() -> None:
        async with database.write() as tx:
            await marks.put(tx, "mark", "during")

    async with held(path) as (database, other):
        await cancelled_at(write, 1)
        with pytest.raises(Locked):
            await cancelled_at(write)
        other.execute("ROLLBACK")
        await cancelled_at(write)


# ── a disk that fills up ────────────────────────────────────────────────────────────────────────────────────────────


async def write_until_full(database: Database) -> int:
    """Write marks one by one; return how many were acknowledged before the disk was full."""
    acknowledged = 0
    while True:
        try:
            async with database.write() as tx:
                await marks.put(tx, f"row {acknowledged}", "x" * 500)
                await marks.put(tx, f"its twin {acknowledged}", "x" * 500)
        except DiskFull:
            return acknowledged
        acknowledged += 1


async def limit_pages(database: Database, more: int) -> None:
    """Let the file grow by so many pages and no further."""
    async with database.read() as tx:
        [(pages,)] = await tx.all("PRAGMA page_count")
    async with database.write() as tx:
        await tx.all(f"PRAGMA max_page_count = {pages + more}")


def rows_of(path: Path) -> set[object]:
    return {name for name, value in content(path)["marks"] if value == "x" * 500}


async def test_a_disk_that_fills_up_loses_nothing_acknowledged_and_keeps_nothing_else(path: Path) -> None:
    async with opened(path) as database:
        await limit_pages(database, 20)
        acknowledged = await write_until_full(database)
        expected = {f"{name} {number}" for number in range(acknowledged) for name in ("row", "its twin")}
        assert acknowledged > 10
        assert rows_of(path) == expected
        await limit_pages(database, 20)
        async with database.write() as tx:
            await marks.put(tx, "after", "x" * 500)
    assert rows_of(path) == expected | {"after"}


async def test_a_system_that_refuses_more_bytes_loses_nothing_acknowledged(path: Path) -> None:
    """The limit is met in the write-ahead log, in the middle of a commit."""
    async with opened(path) as database:
        with no_file_may_grow_beyond(200_000):
            acknowledged = await write_until_full(database)
        assert acknowledged > 10
        expected = {f"{name} {number}" for number in range(acknowledged) for name in ("row", "its twin")}
        assert rows_of(path) == expected
        async with database.write() as tx:
            await marks.put(tx, "after", "x" * 500)
    assert rows_of(path) == expected | {"after"}


async def fill_small_disk(folder: Path) -> None:
    """What runs on the small disk, in a process of its own: fill it, free some of it, go on, and find everything again."""
    ballast = folder / "ballast"
    ballast.write_bytes(bytes(200_000))
    async with opened(folder / "yinling.db") as database:
        acknowledged = await write_until_full(database)
        assert acknowledged > 10
        assert shutil.disk_usage(folder).free < 20_000
        async with database.read() as tx:
            assert await marks.get(tx, f"row {acknowledged - 1}") is not None
        ballast.unlink()
        async with database.write() as tx:
            await marks.put(tx, "after", "x" * 500)
    expected = {f"{name} {number}" for number in range(acknowledged) for name in ("row", "its twin")}
    assert rows_of(folder / "yinling.db") == expected | {"after"}


@pytest.mark.skipif(
    sys.platform != "linux" or shutil.which("unshare") is None, reason="needs a mount name space of its own"
)
def test_a_real_disk_that_fills_up_loses_nothing_acknowledged(tmp_path: Path) -> None:
    mount = 'mount -t tmpfs -o size=1600k tmpfs "$0" || exit 77; exec "$@"'
    program = (
        "import asyncio, sys; from pathlib import Path; from tests.test_storage_obstacles import fill_small_disk\n"
    )
    program += "asyncio.run(fill_small_disk(Path(sys.argv[1])))"
    space = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", mount, str(tmp_path)]
    command = [*space, sys.executable, "-c", program, str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    if done.returncode == 77 or "unshare:" in done.stderr:
        pytest.skip(f"no mount here: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr


# ── files that are not what they should be ──────────────────────────────────────────────────────────────────────────


@contextmanager
def without_privileges() -> Iterator[Path]:
    """A folder, and file permissions that count: root is nobody meanwhile."""
    folder = Path(tempfile.mkdtemp())
    root = os.geteuid() == 0
    try:
        if root:
            os.chown(folder, 65534, 65534)
            os.seteuid(65534)
        yield folder
    finally:
        if root:
            os.seteuid(0)
        with suppress(FileNotFoundError):
            folder.chmod(0o700)
            shutil.rmtree(folder)


async def test_a_file_without_permission_to_write_is_refused_at_the_start(file: bytes) -> None:
    with without_privileges() as folder:
        path = folder / "yinling.db"
        path.write_bytes(file)
        path.chmod(0o400)
        with pytest.raises(ReadOnly, match="不可写"):
            async with opened(path):
                pass


async def test_a_folder_without_permission_to_write_is_refused_at_the_start(file: bytes) -> None:
    with without_privileges() as folder:
        (folder / "yinling.db").write_bytes(file)
        folder.chmod(0o500)
        with pytest.raises((ReadOnly, Unreachable)):
            async with opened(folder / "yinling.db"):
                pass
        with pytest.raises(Unreachable):
            async with opened(folder / "deeper" / "yinling.db"):
                pass


async def test_a_folder_in_the_place_of_the_file_and_a_file_in_that_of_the_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match="打不开"):
        await open_database(tmp_path)
    (tmp_path / "a file").write_text("text")
    with pytest.raises(Unreachable, match="建不了"):
        await open_database(tmp_path / "a file" / "yinling.db")


async def test_what_is_not_a_database_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "yinling.db"
    path.write_text("姓名,单位\n王老,虚构县水利局\n" * 100, encoding="utf-8")
    before = path.read_bytes()
    with pytest.raises(Damaged, match="不是本程序的数据库"):
        await open_database(path)
    assert path.read_bytes() == before


async def test_an_empty_file_becomes_a_new_database(tmp_path: Path) -> None:
    path = tmp_path / "yinling.db"
    path.touch()
    async with opened(path):
        assert "inbox" in content(path)


async def test_a_damaged_file_is_named_when_the_damage_is_met(path: Path) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xa5" * (len(whole) - 4096))  # the first page, which says what is where, is sound
    with pytest.raises(Damaged, match="已损坏"):
        async with opened(path) as database, database.read() as tx:
            await tx.all("SELECT * FROM persons")


async def test_half_a_file_is_named(path: Path) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(Damaged):
        async with opened(path) as database, database.write() as tx:
            await fill(tx)


async def test_a_bug_of_ours_is_not_called_an_obstacle(path: Path) -> None:
    async with opened(path) as database:
        for sql in ("SELECT * FROM nowhere", "INSERT INTO units (name) VALUES (NULL)", "SELECT"):
            with pytest.raises(sqlite3.Error):
                async with database.write() as tx:
                    await tx.run(sql)

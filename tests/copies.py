"""Database files that tests start from, made once in a process and then copied: making one takes longer than most tests.

That a new file is made as it should be is what tests/test_storage.py tests, and every start of `python -m bot` on nothing.
"""

import tempfile
from collections.abc import Awaitable, Callable, Hashable
from pathlib import Path
from typing import TypeVar

from storage.database import Database, open_database

T = TypeVar("T")

_made: dict[Hashable, tuple[bytes, object]] = {}


async def copy_of(what: Hashable, path: Path, make: Callable[[Database], Awaitable[T]]) -> T:
    """Write to `path`, where nothing stands yet, the file that `make` makes of an empty database; return what `make` returned.

    The same `what` must always mean the same content.
    """
    if what not in _made:
        _made[what] = await _made_now(make)
    content, returned = _made[what]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return returned  # type: ignore[return-value]  # `what` stands for `make`


async def _made_now(make: Callable[[Database], Awaitable[T]]) -> tuple[bytes, T]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "made.db")
        database = await open_database(path)
        try:
            returned = await make(database)
        finally:
            await database.close()  # the last connection folds the journal into the file
        return path.read_bytes(), returned


async def new_database(path: Path) -> Database:
    """Open a database at `path`; where nothing stands yet, an empty one."""
    if not path.exists():
        await copy_of("empty", path, _nothing)
    return await open_database(path)


async def _nothing(database: Database) -> None:
    pass

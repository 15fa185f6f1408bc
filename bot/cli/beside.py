"""Opening the database for one command, also while the office runs in another process."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from bot.backup import schema_number
from bot.cli.failure import Failed
from bot.config import Config
from bot.lock import ProcessLock
from bot.restore import staged
from storage import marks, migrate
from storage.database import Database, Tx, open_database


def utc_now() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def office_database(config: Config, *, create: bool = False) -> AsyncIterator[Database]:
    """Open the office's database. Raises Failed when there is none (unless `create`), StorageError as `open_database` does.

    A file that is missing or older than this program is made or brought up to date, but only while no office runs on it.
    """
    path = config.storage.path
    warn_of_half_restore(path)
    if not path.exists() and not create:
        raise Failed(f"还没有数据库：{path}。请先导入花名册（python -m bot roster import），或者先启动一次（run）。")
    lock = ProcessLock(path) if not path.exists() or schema_number(path) < len(migrate.migrations()) else None
    if lock:
        lock.take()
    try:
        database = await open_database(path)
    finally:
        if lock:
            lock.release()
    try:
        yield database
    finally:
        await database.close()


def warn_of_half_restore(path: Path) -> None:
    """Say so when a restore was cut off before it changed anything."""
    if staged(path).exists():
        print("提醒：上次恢复（restore）中途断了，现在还是恢复前的资料。要恢复，请重新运行那条命令。", file=sys.stderr)


async def refuse_in_demonstration(tx: Tx, config: Config) -> None:
    """Real people do not belong among the invented ones. Raises Failed with what to do."""
    if await marks.get(tx, marks.DEMONSTRATION) is not None:
        storage = config.storage
        raise Failed(
            f"这个数据库是演示用的，里面是虚构的人，不能登记真实资料（{storage.path}）。\n"
            f"请先停掉程序，把数据库（{storage.path}，连同旁边名字以 {storage.path.name} 开头的文件）和附件文件夹"
            f"（{storage.media_folder}）移走或删掉，再运行这条命令；或者在 config.toml 里换一个 storage.path。"
        )

"""Numbered migrations: `storage/migrations/0001_name.sql`, forward only, one transaction each, run at start-up."""

import re
from importlib import resources
from pathlib import Path
from typing import NamedTuple

import aiosqlite

from storage import errors

_FILE_NAME = re.compile(r"(\d{4})_\w+\.sql")


class Migration(NamedTuple):
    number: int
    name: str
    sql: str


def migrations() -> list[Migration]:
    """Return all migrations in order. Raises ValueError when the numbers are not 1, 2, 3 ..."""
    found = []
    for file in (resources.files("storage") / "migrations").iterdir():
        if match := _FILE_NAME.fullmatch(file.name):
            found.append(Migration(int(match[1]), file.name, file.read_text(encoding="utf-8")))
    found.sort()
    if [each.number for each in found] != list(range(1, len(found) + 1)):
        raise ValueError(f"migrations are not numbered 1, 2, 3 ...: {[each.name for each in found]}")
    return found


def statements(sql: str) -> list[str]:
    """Split a migration at the semicolons that end a line (our migrations hold no triggers and no such text)."""
    return [each for each in re.split(r";[ \t]*(?:--[^\n]*)?\n", sql + "\n") if _has_code(each)]


def _has_code(statement: str) -> bool:
    return any(line.strip() and not line.lstrip().startswith("--") for line in statement.splitlines())


async def version(connection: aiosqlite.Connection) -> int:
    """Return the number of the last migration in the file: 0 for a new one."""
    for row in await connection.execute_fetchall("PRAGMA user_version"):
        return int(row[0])
    raise LookupError("no user_version")


async def migrate(connection: aiosqlite.Connection, path: Path, upto: int | None = None) -> int:
    """Run what is missing, each in a transaction with a foreign-key check at its end; return the version reached.

    Raises NewerSchema when the file is ahead of this program. A crash leaves the last finished migration.
    """
    known = migrations()
    present = await version(connection)
    if present > len(known):
        raise errors.NewerSchema(
            f"数据库是较新版本的程序写的（第 {present} 版，本程序只认识到第 {len(known)} 版）。请改用新版程序，或者用旧备份恢复。（{path}）"
        )
    for migration in known[present:upto]:
        await _run(connection, migration)
    return await version(connection)


async def _run(connection: aiosqlite.Connection, migration: Migration) -> None:
    await connection.execute("BEGIN IMMEDIATE")
    try:
        if await version(connection) != migration.number - 1:  # another process was faster
            return
        for statement in statements(migration.sql):
            await connection.execute(statement)
        broken = list(await connection.execute_fetchall("PRAGMA foreign_key_check"))
        if broken:
            raise ValueError(f"{migration.name} breaks foreign keys: {broken[:5]}")
        await connection.execute(f"PRAGMA user_version = {migration.number}")
        await connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            await connection.execute("ROLLBACK")

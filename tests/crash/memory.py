"""What the office remembers: everything in its database file but the moments, so that two stories can be compared."""

import re
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# What differs from one run to the next without meaning: times, and how often something was tried.
_NOT_COMPARED = re.compile(r"at|\w+_at|offered_until|not_before|starts|tries|why")
_RANDOM_NAME = re.compile(r"[0-9a-f]{32}")
_TIME_OF_DAY = re.compile(r"(?<!\d)\d{1,2}:\d{2}(?!\d)")
_WRITTEN_AT = re.compile(rb"(?m)^DTSTAMP:\d{8}T\d{6}Z")  # in a calendar file: when it was written

Rows = list[dict[str, Any]]


WHERE_IT_STANDS = ("external_id", "place", "edit_place")  # of a letter: another one when it leaves a second time
ON_THE_WAY = ("state", "parts_sent", "priority", "version_sent")  # of a letter: what happens to it when it leaves


@dataclass(frozen=True)
class Memory:
    tables: dict[str, Rows]

    @property
    def stored(self) -> list[str]:
        """The channel's ids of the messages that were stored."""
        return [row["external_id"] for row in self.tables["inbox"]]

    @property
    def decided(self) -> dict[str, Rows]:
        """What turns have written, whole, without what happens to it afterwards."""
        tables = {name: rows for name, rows in self.tables.items() if name not in ("inbox", "media", "outbox")}
        handled = [{"id": row["id"]} for row in self.tables["inbox"] if row["state"] != "waiting"]
        letters = [_without(row, *ON_THE_WAY) for row in self.tables["outbox"]]
        return tables | {"handled": handled, "letters": letters}

    @property
    def unfinished(self) -> Rows:
        """What still waits for its turn, to be sent, to be edited, to be fetched or to be read."""
        edits = [
            row for row in self.tables["outbox"] if row["state"] == "sent" and row["version_sent"] < row["version"]
        ]
        return (
            edits
            + self.tables["briefing_files"]
            + [
                row
                for name, state in (("inbox", "waiting"), ("outbox", "waiting"), ("media", "wanted"))
                for row in self.tables[name]
                if row["state"] == state
            ]
        )

    @property
    def parts_marked(self) -> int:
        """How many messages are written down as sent: a letter is one for its text and one for each enclosure."""
        letters = self.tables["outbox"]
        return sum(_parts(each) if each["state"] == "sent" else each["parts_sent"] for each in letters)


def differences(one: dict[str, Rows], other: dict[str, Rows]) -> list[str]:
    """Say row by row in what two memories differ."""
    found = []
    for table in sorted(one.keys() | other.keys()):
        here, there = one.get(table, []), other.get(table, [])
        found += [f"only here: {table} {row}" for row in here if row not in there]
        found += [f"only there: {table} {row}" for row in there if row not in here]
        if not found and here != there:
            found.append(f"another order or number: {table} {here} {there}")
    return found


def _without(row: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names}


def _parts(letter: dict[str, Any]) -> int:
    return 1 + str(letter["media"]).count("medium")


def memory_of(database: Path) -> Memory:
    """Read a database that may be in use, or may have been left by a process that was killed; it is not touched."""
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True, timeout=20)) as connection:
        connection.execute("BEGIN")  # one snapshot of all tables
        # Not the search, which only says again what stands in case_entries.
        tables = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name <> 'sqlite_schema' ORDER BY name"
        return Memory(_named({name: _rows(connection, name) for (name,) in connection.execute(tables)}))


def memory_left_behind(database: Path, copy: Path) -> Memory:
    """Read what a killed process left, in a copy, so that whoever starts next finds it as it was left."""
    copy.mkdir()
    for file in (database, database.with_name(f"{database.name}-wal")):
        if file.exists():
            shutil.copy(file, copy / file.name)
    with closing(sqlite3.connect(copy / database.name)) as connection:
        connection.execute("PRAGMA wal_checkpoint")
    return memory_of(copy / database.name)


def _rows(connection: sqlite3.Connection, table: str) -> Rows:
    cursor = connection.execute(f"SELECT * FROM {table} ORDER BY rowid")
    names = [column[0] for column in cursor.description]
    rows = [dict(zip(names, row, strict=True)) for row in cursor]
    left_out = [*filter(_NOT_COMPARED.fullmatch, names), *(WHERE_IT_STANDS if table == "outbox" else ())]
    return [_without(row, *left_out) for row in rows]


def without_times(text: str) -> str:
    """A text of ours without the time of day in it: a slow story may take over a minute."""
    return _TIME_OF_DAY.sub("--:--", text)


def _named(tables: dict[str, Rows]) -> dict[str, Rows]:
    """Call media by the order in which they came instead of by their random names."""
    names = {row["id"]: f"medium {place}" for place, row in enumerate(tables["media"], 1)}

    def named(value: Any) -> Any:
        if isinstance(value, bytes):
            return _WRITTEN_AT.sub(b"DTSTAMP:", value)
        if not isinstance(value, str):
            return value
        return without_times(_RANDOM_NAME.sub(lambda found: names.get(found[0], found[0]), value))

    return {
        table: [{name: named(value) for name, value in row.items()} for row in rows] for table, rows in tables.items()
    }

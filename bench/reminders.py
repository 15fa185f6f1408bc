"""`python -m bench reminders`: the clock's work on a morning, with a thousand reminder rows in the file and with a million.

scan    what the clock asks each time it wakes: what is due, when the next is due
day     everything that is due on one day, for the list that staff are shown
start   5,000 reminders that are due now, from the scan to their letters in the outbox, in the batches of the running office
"""

from __future__ import annotations

import asyncio
import statistics
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter

from bot.config import Config
from bot.office import office_from
from bot.reminding import BATCH, fire_due
from storage import reminders
from storage.database import Database, Tx, open_database
from storage.times import to_text
from tests.stampede import add_crowd

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # a Monday, ten in the morning at the office
FEW, MANY = 1_000, 1_000_000
DUE = 5_000
PEOPLE = 500
CALLS = 20  # of a scan in one round
OFFICE = office_from(Config())

NUMBERS = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
GATHERINGS = f"""
INSERT INTO gatherings (id, uid, title, kind, starts_at, ends_at, place, opens_at, deadline_at, seed, audience, asks, made_by, made_at)
{NUMBERS} SELECT i, 'bench ' || i, '合唱排练', 'song', ?, ?, '多功能厅', ?, ?, 'seed', '{{}}', '[]', 1, ? FROM n"""
SIGNUPS = f"""
INSERT INTO signups (gathering_id, person_id, acted_by, account_id, line, state, made_at, changed_at)
{NUMBERS} SELECT i, 1 + i % {PEOPLE}, 1 + i % {PEOPLE}, 1 + i % {PEOPLE}, 1, 'in', ?, ? FROM n"""
DUE_NOW = f"INSERT INTO reminders (kind, subject_id, round, due_at) {NUMBERS} SELECT 'gathering.hours', i, 0, ? FROM n"
# The others: one in ten waits for a day of the coming year, as many each day; the rest are done, most of them fired.
OTHERS = f"""
INSERT INTO reminders (kind, subject_id, round, due_at, state, done_at)
{NUMBERS} SELECT 'gathering.sure', i, 1, strftime('%Y-%m-%dT%H:%M:%fZ', ?, (CASE WHEN i % 10 THEN '-' ELSE '+' END) || (1 + i % 364) || ' days'),
    CASE WHEN i % 10 THEN iif(i % 1000 = 1, 'late', 'fired') ELSE 'waiting' END, iif(i % 10, ?, NULL) FROM n"""
AGAIN = "UPDATE reminders SET state = 'waiting', done_at = NULL WHERE kind = 'gathering.hours'"


class NotAllSaid(Exception):
    """Fewer letters than reminders: then the time means nothing."""


async def make(path: Path, others: int) -> None:
    """Write a file with so many reminder rows besides those that are due now."""
    database = await open_database(path)
    try:
        await add_crowd(database, PEOPLE, OFFICE.consent_version, NOW)
        async with database.write() as tx:
            await _fill(tx, others)
    finally:
        await database.close()


async def _fill(tx: Tx, others: int) -> None:
    now, starts = to_text(NOW), to_text(NOW + timedelta(hours=2))
    await tx.run(GATHERINGS, DUE, starts, starts, now, now, now)
    await tx.run(SIGNUPS, DUE, now, now)
    await tx.run(DUE_NOW, DUE, now)
    await tx.run(OTHERS, others, now, now)


# ── what is done ────────────────────────────────────────────────────────────────────────────────────────────────────


async def _scan(tx: Tx) -> None:
    await reminders.due(tx, NOW, BATCH)
    await reminders.next_due(tx)


async def _day(tx: Tx) -> None:
    await reminders.between(tx, NOW, NOW + timedelta(days=1))


async def _reading(database: Database, doing: Callable[[Tx], Awaitable[None]]) -> float:
    """Return how many seconds one takes, the median of several."""
    taken = []
    async with database.read() as tx:
        for _ in range(CALLS):
            begun = perf_counter()
            await doing(tx)
            taken.append(perf_counter() - begun)
    return statistics.median(taken)


async def _start(database: Database) -> float:
    """Fire everything that is due and return how many seconds that takes. Raises NotAllSaid."""
    async with database.write() as tx:
        await tx.run(AGAIN)
        await tx.run("DELETE FROM outbox")
    begun = perf_counter()
    while await fire_due(database, OFFICE, NOW):
        pass
    taken = perf_counter() - begun
    async with database.read() as tx:
        [row] = await tx.all("SELECT count(*) FROM outbox")
    if row[0] != DUE:
        raise NotAllSaid(f"{row[0]} letters of {DUE} reminders")
    return taken


DEEDS: Mapping[str, Callable[[Database], Awaitable[float]]] = {
    "scan": lambda database: _reading(database, _scan),
    "day": lambda database: _reading(database, _day),
    "start": _start,
}


@dataclass(frozen=True)
class Pair:
    """What one round gave: seconds with few rows and with many."""

    few: float
    many: float


Played = dict[str, list[Pair]]


async def play(few: Path, many: Path, rounds: int) -> Played:
    """Do each deed on the two files in turn. Raises NotAllSaid."""
    played: Played = {name: [] for name in DEEDS}
    one, other = await open_database(few), await open_database(many)
    try:
        for number in range(rounds):
            for name, doing in DEEDS.items():
                played[name].append(Pair(await doing(one), await doing(other)))
            print(f"round {number + 1}  reminders", file=sys.stderr, flush=True)
    finally:
        await one.close()
        await other.close()
    return played


def measure(directory: Path, rounds: int) -> str:
    """Make the files in this directory, play all rounds and return the table. Raises NotAllSaid."""
    paths = {rows: directory / f"reminders-{rows}.db" for rows in (FEW, MANY)}
    for rows, path in paths.items():
        print(f"making {rows:,} reminder rows", file=sys.stderr, flush=True)
        asyncio.run(make(path, rows))
    return render(asyncio.run(play(paths[FEW], paths[MANY], rounds)))


def render(played: Played) -> str:
    """Return the table: medians in milliseconds, and the median of the rounds' own ratios."""
    lines = [f"{DUE:,} due now; besides them{FEW:>14,} rows{MANY:>14,} rows        x"]
    for name, pairs in played.items():
        few, many = (statistics.median(each) * 1000 for each in zip(*((p.few, p.many) for p in pairs), strict=True))
        ratio = statistics.median(pair.many / pair.few for pair in pairs)
        lines.append(f"{name:<25}{few:>16.2f} ms{many:>16.2f} ms{ratio:>9.2f}")
    return "\n".join(lines)

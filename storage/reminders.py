"""Reminders: what is due at a time. Of one kind, subject and round there is one, ever; so nothing is reminded of twice."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.database import Row, Tx
from storage.times import from_text, to_text


@dataclass(frozen=True, slots=True)
class Reminder:
    id: int
    kind: str
    subject_id: int
    round: int
    due_at: datetime


SET = """
INSERT INTO reminders (kind, subject_id, round, due_at) VALUES (?, ?, ?, ?)
ON CONFLICT (kind, subject_id, round) DO UPDATE SET due_at = excluded.due_at WHERE state = 'waiting'"""
DROP = "DELETE FROM reminders WHERE kind = ? AND subject_id = ? AND state = 'waiting'"
COLUMNS = "id, kind, subject_id, round, due_at"
DUE = f"SELECT {COLUMNS} FROM reminders WHERE state = 'waiting' AND due_at <= ? ORDER BY due_at, id LIMIT ?"
NEXT = "SELECT min(due_at) FROM reminders WHERE state = 'waiting'"
WAITING = f"SELECT {COLUMNS} FROM reminders WHERE state = 'waiting' ORDER BY due_at, id"
DONE = "UPDATE reminders SET state = ?, done_at = ? WHERE id = ? AND state = 'waiting'"
PRUNE = "DELETE FROM reminders WHERE state <> 'waiting' AND done_at < ?"


def _reminder(row: Row) -> Reminder:
    return Reminder(row[0], row[1], row[2], row[3], from_text(row[4]))


async def set_due(tx: Tx, kind: str, subject_id: int, round_: int, due_at: datetime) -> None:
    """Let a reminder be due then; one that has fired stays fired."""
    tx.sets_reminders = True
    await tx.run(SET, kind, subject_id, round_, to_text(due_at))


WAS_DUE = "SELECT 1 FROM reminders WHERE kind = ? AND subject_id = ? AND due_at = ? AND state <> 'waiting' LIMIT 1"


async def was_due(tx: Tx, kind: str, subject_id: int, due_at: datetime) -> bool:
    """Tell whether one of this kind was due at that very moment and is done, in whatever round: a clock set back makes it no second."""
    return await tx.one(WAS_DUE, kind, subject_id, to_text(due_at)) is not None


async def set_all(tx: Tx, wanted: Sequence[tuple[str, int, int, datetime]]) -> None:
    """Let many reminders (kind, subject, round, moment) be due: as `set_due` each."""
    tx.sets_reminders = True
    await tx.run_many(SET, [(kind, subject, round_, to_text(due_at)) for kind, subject, round_, due_at in wanted])


async def drop(tx: Tx, kinds: Sequence[str], subject_id: int) -> None:
    """Forget what waits of these kinds about this subject."""
    await tx.run_many(DROP, [(kind, subject_id) for kind in kinds])


async def due(tx: Tx, now: datetime, limit: int) -> list[Reminder]:
    """Return what is due, oldest first."""
    return [_reminder(row) for row in await tx.all(DUE, to_text(now), limit)]


async def next_due(tx: Tx) -> datetime | None:
    """Return the moment at which the next reminder is due, or None when none waits."""
    row = await tx.one(NEXT)
    return from_text(row[0]) if row and row[0] else None


async def waiting(tx: Tx) -> list[Reminder]:
    """Return everything that waits, in order of time."""
    return [_reminder(row) for row in await tx.all(WAITING)]


async def done(tx: Tx, reminder_id: int, state: str, now: datetime) -> bool:
    """Mark as 'fired', 'failed' (it raised), 'late' (too late to be of use) or 'stopped' (staff want it not to go out).

    False when somebody else did.
    """
    return await tx.run(DONE, state, to_text(now), reminder_id) == 1


FAILED = "SELECT count(*) FROM reminders WHERE state = 'failed'"


async def failed_count(tx: Tx) -> int:
    """Return how many reminders raised and were put aside, until housekeeping forgets them."""
    row = await tx.one(FAILED)
    return int(row[0]) if row else 0


async def prune(tx: Tx, before: datetime) -> int:
    """Delete what was done before that moment; return how many."""
    return await tx.run(PRUNE, to_text(before))


OF_KIND = f"SELECT {COLUMNS} FROM reminders WHERE kind >= ? AND kind < ? AND state = 'waiting' ORDER BY kind, id"
FORGET = "DELETE FROM reminders WHERE id = ? AND state = 'waiting'"
BY_ID = f"SELECT {COLUMNS} FROM reminders WHERE id = ?"
BETWEEN = f"SELECT {COLUMNS} FROM reminders WHERE state = 'waiting' AND due_at >= ? AND due_at < ? ORDER BY due_at, id"
STOPPED = f"SELECT {COLUMNS} FROM reminders WHERE state = 'stopped' AND due_at >= ? AND due_at < ? ORDER BY due_at, id"
LATE = (
    f"SELECT {COLUMNS} FROM reminders WHERE state = 'late' AND done_at >= ? ORDER BY done_at DESC, due_at DESC LIMIT ?"
)
RESUME = "UPDATE reminders SET state = 'waiting', done_at = NULL WHERE id = ? AND state = 'stopped'"


async def of_kind(tx: Tx, kind: str) -> list[Reminder]:
    """Return what waits of a kind, with whatever stands behind a colon in it."""
    return [_reminder(row) for row in await tx.all(OF_KIND, kind, f"{kind};")]  # ';' comes after ':'


async def forget(tx: Tx, ids: Sequence[int]) -> None:
    """Forget these, as far as they still wait."""
    await tx.run_many(FORGET, [(each,) for each in ids])


async def by_id(tx: Tx, reminder_id: int) -> Reminder | None:
    row = await tx.one(BY_ID, reminder_id)
    return _reminder(row) if row else None


async def between(tx: Tx, start: datetime, end: datetime) -> list[Reminder]:
    """Return what waits and is due in [start, end), in order of time."""
    return [_reminder(row) for row in await tx.all(BETWEEN, to_text(start), to_text(end))]


async def stopped(tx: Tx, start: datetime, end: datetime) -> list[Reminder]:
    """Return what staff stopped and would have been due in [start, end), in order of time."""
    return [_reminder(row) for row in await tx.all(STOPPED, to_text(start), to_text(end))]


async def late(tx: Tx, since: datetime, limit: int) -> list[Reminder]:
    """Return what came too late since that moment, the newest first."""
    return [_reminder(row) for row in await tx.all(LATE, to_text(since), limit)]


async def resume(tx: Tx, reminder_id: int) -> bool:
    """Let what was stopped go out after all; False when it was not stopped."""
    return await tx.run(RESUME, reminder_id) == 1

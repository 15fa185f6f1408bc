"""The limits that run on unfinished cases."""

from dataclasses import dataclass
from datetime import date, datetime

from storage.database import Row, Tx
from storage.times import from_text, to_text


@dataclass(frozen=True, slots=True)
class Clock:
    case_id: int
    kind: str  # 'accept', 'progress', 'solve'
    round: int  # the case's count of deadlines when this one was set
    started_at: datetime
    paused_minutes: int  # working minutes rested so far
    paused_at: datetime | None  # rests since
    extended_to: date | None  # promised by hand
    due_at: datetime


COLUMNS = "case_id, kind, round, started_at, paused_minutes, paused_at, extended_to, due_at"
PUT = f"INSERT OR REPLACE INTO case_clocks ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
OF_CASE = f"SELECT {COLUMNS} FROM case_clocks WHERE case_id = ? ORDER BY kind"
ALL = f"SELECT {COLUMNS} FROM case_clocks ORDER BY case_id, kind"
STOP = "DELETE FROM case_clocks WHERE case_id = ? AND kind = ?"


def _clock(row: Row) -> Clock:
    return Clock(
        row[0],
        row[1],
        row[2],
        from_text(row[3]),
        row[4],
        from_text(row[5]) if row[5] else None,
        date.fromisoformat(row[6]) if row[6] else None,
        from_text(row[7]),
    )


async def put(tx: Tx, *clocks: Clock) -> None:
    """Write clocks; those of the same kind on the same case are replaced."""
    await tx.run_many(PUT, [_stored(each) for each in clocks])


def _stored(clock: Clock) -> tuple[object, ...]:
    return (
        clock.case_id,
        clock.kind,
        clock.round,
        to_text(clock.started_at),
        clock.paused_minutes,
        to_text(clock.paused_at) if clock.paused_at else None,
        clock.extended_to.isoformat() if clock.extended_to else None,
        to_text(clock.due_at),
    )


async def of_case(tx: Tx, case_id: int) -> dict[str, Clock]:
    """Return the clocks of a case by kind."""
    return {row[1]: _clock(row) for row in await tx.all(OF_CASE, case_id)}


async def everything(tx: Tx) -> list[Clock]:
    """Return all clocks, those of one case together: for a change of the rules or of the calendar."""
    return [_clock(row) for row in await tx.all(ALL)]


async def stop(tx: Tx, case_id: int, kind: str) -> None:
    await tx.run(STOP, case_id, kind)

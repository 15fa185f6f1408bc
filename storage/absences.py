"""Leave: who is away when, and who stands in."""

from dataclasses import dataclass
from datetime import date, datetime

from storage.database import Row, Tx
from storage.times import to_text


@dataclass(frozen=True, slots=True)
class Absence:
    id: int
    person_id: int
    person_name: str
    from_on: date  # both included
    until_on: date
    stand_in_id: int
    stand_in_name: str


ADD = """
INSERT INTO absences (person_id, from_on, until_on, stand_in_id, entered_by, entered_at) VALUES (?, ?, ?, ?, ?, ?) RETURNING id"""
SELECT = """
SELECT a.id, a.person_id, p.name, a.from_on, a.until_on, a.stand_in_id, s.name
FROM absences a JOIN persons p ON p.id = a.person_id JOIN persons s ON s.id = a.stand_in_id"""
ON_DAY = f"{SELECT} WHERE a.cancelled_at IS NULL AND a.until_on >= ? AND a.from_on <= ? ORDER BY +a.id"  # not by the rowid: by the index
FROM_NOW = f"{SELECT} WHERE a.cancelled_at IS NULL AND a.until_on >= ? ORDER BY a.from_on, a.id"
BY_ID = f"{SELECT} WHERE a.id = ? AND a.cancelled_at IS NULL"
CANCEL = "UPDATE absences SET cancelled_at = ? WHERE id = ? AND cancelled_at IS NULL"


def _absence(row: Row) -> Absence:
    return Absence(row[0], row[1], row[2], date.fromisoformat(row[3]), date.fromisoformat(row[4]), row[5], row[6])


async def add(
    tx: Tx, person_id: int, from_on: date, until_on: date, stand_in_id: int, entered_by: int, now: datetime
) -> int:
    return await tx.insert(
        ADD, person_id, from_on.isoformat(), until_on.isoformat(), stand_in_id, entered_by, to_text(now)
    )


async def on_day(tx: Tx, day: date) -> dict[int, Absence]:
    """Return who is away on that day, by person; of several the one entered last."""
    return {row[1]: _absence(row) for row in await tx.all(ON_DAY, day.isoformat(), day.isoformat())}


async def from_day(tx: Tx, day: date) -> list[Absence]:
    """Return the absences that have not ended by that day, in order of their beginning."""
    return [_absence(row) for row in await tx.all(FROM_NOW, day.isoformat())]


async def by_id(tx: Tx, absence_id: int) -> Absence | None:
    row = await tx.one(BY_ID, absence_id)
    return _absence(row) if row else None


async def cancel(tx: Tx, absence_id: int, now: datetime) -> bool:
    return await tx.run(CANCEL, to_text(now), absence_id) == 1

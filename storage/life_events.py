"""Life events: what decides which pushes stop and whom staff must visit."""

from dataclasses import dataclass
from datetime import date, datetime

from storage.database import Row, Tx
from storage.times import to_text


@dataclass(frozen=True, slots=True)
class LifeEvent:
    id: int
    person_id: int
    person_name: str
    kind: str  # 'hospital', 'bereaved', 'disabled', 'deceased'
    from_on: date
    until_on: date | None  # None: goes on
    note: str


ADD = """
INSERT INTO life_events (person_id, kind, from_on, note, entered_by, entered_at) VALUES (?, ?, ?, ?, ?, ?) RETURNING id"""
END = "UPDATE life_events SET until_on = ? WHERE id = ? AND until_on IS NULL"
UNDO = "DELETE FROM life_events WHERE id = ?"


async def add(
    tx: Tx, person_id: int, kind: str, from_on: date, note: str, entered_by: int | None, now: datetime
) -> int:
    """Write down what happened to somebody, and return the event's id."""
    return await tx.insert(ADD, person_id, kind, from_on.isoformat(), note, entered_by, to_text(now))


async def end(tx: Tx, event_id: int, until_on: date) -> bool:
    """Let an event be over after that day; False when it was already."""
    return await tx.run(END, until_on.isoformat(), event_id) == 1


async def undo(tx: Tx, event_id: int) -> bool:
    """Take back what was entered by mistake; False when it was already."""
    return await tx.run(UNDO, event_id) == 1


SELECT = """
SELECT e.id, e.person_id, p.name, e.kind, e.from_on, e.until_on, e.note FROM life_events e JOIN persons p ON p.id = e.person_id"""
BY_ID = f"{SELECT} WHERE e.id = ?"
OF_PERSON = f"{SELECT} WHERE e.person_id = ? ORDER BY e.id"
NEWEST = f"{SELECT} ORDER BY e.id DESC LIMIT ?"
OF_EVERYBODY = f"{SELECT} ORDER BY e.id"


def _event(row: Row) -> LifeEvent:
    return LifeEvent(
        row[0], row[1], row[2], row[3], date.fromisoformat(row[4]), row[5] and date.fromisoformat(row[5]), row[6]
    )


async def by_id(tx: Tx, event_id: int) -> LifeEvent | None:
    row = await tx.one(BY_ID, event_id)
    return _event(row) if row else None


async def of_person(tx: Tx, person_id: int) -> list[LifeEvent]:
    """Return everything that was entered of a person, oldest first."""
    return [_event(row) for row in await tx.all(OF_PERSON, person_id)]


async def newest(tx: Tx, limit: int) -> list[LifeEvent]:
    """Return what was entered last, the newest first."""
    return [_event(row) for row in await tx.all(NEWEST, limit)]


HAS_DIED = "SELECT 1 FROM life_events WHERE person_id = ? AND kind = 'deceased'"


async def has_died(tx: Tx, person_id: int) -> bool:
    return await tx.one(HAS_DIED, person_id) is not None


async def of_everybody(tx: Tx) -> dict[int, list[LifeEvent]]:
    """Return all events by person, oldest first."""
    found: dict[int, list[LifeEvent]] = {}
    for row in await tx.all(OF_EVERYBODY):
        found.setdefault(row[1], []).append(_event(row))
    return found

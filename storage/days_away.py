"""Days on which a cadre is away: nothing is said then of gatherings on these days."""

from dataclasses import dataclass
from datetime import date, datetime

from storage.database import Row, Tx
from storage.times import to_text


@dataclass(frozen=True, slots=True)
class DaysAway:
    id: int
    person_id: int
    from_on: date  # both included
    until_on: date

    def holds(self, day: date) -> bool:
        return self.from_on <= day <= self.until_on


ADD = "INSERT INTO days_away (person_id, from_on, until_on, made_at) VALUES (?, ?, ?, ?) RETURNING id"
OF_PERSON = """
SELECT id, person_id, from_on, until_on FROM days_away WHERE person_id = ? AND until_on >= ? ORDER BY from_on, id"""
DROP = "DELETE FROM days_away WHERE person_id = ? AND until_on >= ?"


def days_away_from(row: Row) -> DaysAway:
    return DaysAway(row[0], row[1], date.fromisoformat(row[2]), date.fromisoformat(row[3]))


async def add(tx: Tx, person_id: int, from_on: date, until_on: date, now: datetime) -> int:
    return await tx.insert(ADD, person_id, from_on.isoformat(), until_on.isoformat(), to_text(now))


async def of_person(tx: Tx, person_id: int, since: date) -> list[DaysAway]:
    """Return the days away that have not ended by that day, in order of time."""
    return [days_away_from(row) for row in await tx.all(OF_PERSON, person_id, since.isoformat())]


async def drop(tx: Tx, person_id: int, since: date) -> int:
    """Forget the days away that have not ended by that day: the person is back. Return how many there were."""
    return await tx.run(DROP, person_id, since.isoformat())

"""What must be known of people to tell whom a gathering suits, and which courses a person is in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.database import Row, Tx
from storage.days_away import DaysAway, days_away_from
from storage.gatherings import Course
from storage.times import to_text


@dataclass(frozen=True, slots=True)
class Facts:
    """One person of the roster."""

    person_id: int
    name: str
    unit_id: int | None
    branch: str | None
    birth: str | None  # '1938', '1938-07' or '1938-07-05', in the calendar named next
    birthday_calendar: str  # 'solar', 'lunar'
    deceased: bool
    roles: frozenset[str] = frozenset()
    interests: frozenset[str] = frozenset()
    away: tuple[DaysAway, ...] = ()


_PERSONS = """
SELECT p.id, p.name, p.unit_id, p.branch, p.birth, p.birthday_calendar,
       EXISTS (SELECT 1 FROM life_events l WHERE l.person_id = p.id AND l.kind = 'deceased')
FROM persons p WHERE p.active = 1"""
EVERYBODY = f"{_PERSONS} ORDER BY p.id"
ALL_ROLES = "SELECT person_id, role FROM roles"
ALL_INTERESTS = "SELECT person_id, kind FROM interests"
ALL_AWAY = "SELECT id, person_id, from_on, until_on FROM days_away"
PERSONS = f"{_PERSONS} AND p.id IN ({{}}) ORDER BY p.id"
ROLES = f"{ALL_ROLES} WHERE person_id IN ({{}})"
INTERESTS = f"{ALL_INTERESTS} WHERE person_id IN ({{}})"
AWAY = f"{ALL_AWAY} WHERE person_id IN ({{}})"


async def everybody(tx: Tx) -> list[Facts]:
    """Return everybody who is on the roster."""
    persons, roles = await tx.all(EVERYBODY), await tx.all(ALL_ROLES)
    return _facts(persons, roles, await tx.all(ALL_INTERESTS), await tx.all(ALL_AWAY))


async def of_persons(tx: Tx, person_ids: Sequence[int]) -> list[Facts]:
    """Return those of these persons who are on the roster."""
    places = ", ".join("?" * len(person_ids))
    persons, roles, interests, away = [
        await tx.all(sql.format(places), *person_ids) for sql in (PERSONS, ROLES, INTERESTS, AWAY)
    ]
    return _facts(persons, roles, interests, away)


def _facts(persons: list[Row], roles: list[Row], interests: list[Row], away: list[Row]) -> list[Facts]:
    names, likes = _grouped(roles), _grouped(interests)
    gone: dict[int, list[DaysAway]] = {}
    for row in away:
        gone.setdefault(row[1], []).append(days_away_from(row))
    return [
        Facts(
            person_id=row[0],
            name=row[1],
            unit_id=row[2],
            branch=row[3],
            birth=row[4],
            birthday_calendar=row[5],
            deceased=bool(row[6]),
            roles=frozenset(names.get(row[0], ())),
            interests=frozenset(likes.get(row[0], ())),
            away=tuple(gone.get(row[0], ())),
        )
        for row in persons
    ]


def _grouped(rows: Iterable[Row]) -> dict[int, list[str]]:
    """Return the second column's values by the first column's."""
    grouped: dict[int, list[str]] = {}
    for person_id, value in rows:
        grouped.setdefault(person_id, []).append(value)
    return grouped


# Who waits, or may be drawn, counts while that may still lead to a place.
COURSES_OF_PERSON = """
SELECT DISTINCT c.id, c.title, c.term FROM signups s
JOIN gatherings g ON g.id = s.gathering_id AND g.state = 'planned' JOIN courses c ON c.id = g.course_id
WHERE s.person_id = ? AND c.term = ? AND (s.state = 'in' OR s.state IN ('waiting', 'offered', 'drawing') AND g.starts_at > ?)
ORDER BY c.id"""


async def courses_of_person(tx: Tx, person_id: int, term: str, now: datetime) -> list[Course]:
    """Return the courses of a term that somebody is in, or signed up for."""
    return [Course(*row) for row in await tx.all(COURSES_OF_PERSON, person_id, term, to_text(now))]

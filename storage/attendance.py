"""Who came, who asked for leave, who stayed away without a word: of a gathering, a branch, a course, a person.

Counted by person and gathering, on whatever sign-ups the two have:

    signed      had a place (or gave it back with leave)         came      was checked in
    leave       asked for leave and did not come                 absent    signed, and neither came nor asked for leave
    walk_ins    came without having had a place
"""

from dataclasses import dataclass
from datetime import datetime

from storage import signups
from storage.database import Row, Tx
from storage.signups import SELECT as SIGNUPS
from storage.signups import Signup
from storage.times import to_text


@dataclass(frozen=True, slots=True)
class Tally:
    """`signed` and `walk_ins` are everybody: signed + walk_ins = came + leave + absent. `of`: how many gatherings these are about."""

    signed: int = 0
    came: int = 0
    leave: int = 0
    absent: int = 0
    walk_ins: int = 0
    of: int = 0


def _each(condition: str) -> str:
    """Return the query that has one row for each person and gathering, of what is planned; a walk-in's sign-up was made at the door.

    CROSS JOIN: SQLite then reads the gatherings first, by their index, and not all sign-ups there ever were.
    """
    return f"""
SELECT s.gathering_id, s.person_id,
    max(CASE WHEN s.attended_at IS NOT NULL THEN 1 ELSE 0 END) AS came,
    max(CASE WHEN s.leave_reason IS NOT NULL THEN 1 ELSE 0 END) AS excused,
    max(CASE WHEN s.leave_reason IS NOT NULL OR (s.state = 'in' AND coalesce(s.attended_how, '') <> 'walk-in') THEN 1 ELSE 0 END) AS signed
FROM gatherings g CROSS JOIN signups s
WHERE s.gathering_id = g.id AND g.state = 'planned' AND {condition} GROUP BY s.gathering_id, s.person_id"""


_SUMS = """
coalesce(sum(e.signed), 0), coalesce(sum(e.came), 0), coalesce(sum(e.excused * (1 - e.came)), 0),
coalesce(sum(e.signed * (1 - e.came) * (1 - e.excused)), 0), coalesce(sum(e.came * (1 - e.signed)), 0),
count(DISTINCT CASE WHEN e.signed + e.came > 0 THEN e.gathering_id END)"""
OF_GATHERING = f"SELECT {_SUMS} FROM ({_each('g.id = ?')}) e"
OF_PERSON = f"SELECT {_SUMS} FROM ({_each('s.person_id = ? AND g.starts_at >= ? AND g.ends_at < ?')}) e"
BY_BRANCH = f"""
SELECT coalesce(p.branch, ''), {_SUMS} FROM ({_each("g.starts_at >= ? AND g.ends_at < ?")}) e JOIN persons p ON p.id = e.person_id
GROUP BY coalesce(p.branch, '') ORDER BY coalesce(p.branch, '')"""
BY_PERSON_OF_COURSE = f"""
SELECT p.id, p.name, {_SUMS} FROM ({_each("g.course_id = ? AND g.ends_at < ?")}) e JOIN persons p ON p.id = e.person_id
GROUP BY p.id, p.name HAVING sum(e.signed) + sum(e.came) > 0 ORDER BY p.id"""
LESSONS_HELD = "SELECT count(*) FROM gatherings WHERE course_id = ? AND state = 'planned' AND ends_at < ?"


def _tally(row: Row) -> Tally:
    return Tally(*(int(each) for each in row))


async def of_gathering(tx: Tx, gathering_id: int) -> Tally:
    """Return the counts of a gathering as they stand; before its end nobody is absent yet, which is for the caller to say."""
    return _tally((await tx.all(OF_GATHERING, gathering_id))[0])


async def of_person(tx: Tx, person_id: int, since: datetime, now: datetime) -> Tally:
    """Return the counts of a person for what began since then and has ended."""
    return _tally((await tx.all(OF_PERSON, person_id, to_text(since), to_text(now)))[0])


async def by_branch(tx: Tx, since: datetime, now: datetime) -> dict[str, Tally]:
    """Return the counts of each branch for what began since then and has ended; '' is who is in none."""
    return {str(row[0]): _tally(row[1:]) for row in await tx.all(BY_BRANCH, to_text(since), to_text(now))}


@dataclass(frozen=True, slots=True)
class Learner:
    """Somebody in a course."""

    person_id: int
    name: str
    tally: Tally


async def of_course(tx: Tx, course_id: int, now: datetime) -> list[Learner]:
    """Return who was in the lessons that have ended, in the order of the roster."""
    rows = await tx.all(BY_PERSON_OF_COURSE, course_id, to_text(now))
    return [Learner(row[0], row[1], _tally(row[2:])) for row in rows]


async def lessons_held(tx: Tx, course_id: int, now: datetime) -> int:
    """Return how many lessons of a course have ended."""
    row = await tx.one(LESSONS_HELD, course_id, to_text(now))
    return int(row[0]) if row else 0


# ── one gathering, by name ──────────────────────────────────────────────────────────────────────────────────────────

CAME = f"{SIGNUPS} WHERE s.gathering_id = ? AND s.attended_at IS NOT NULL ORDER BY s.line"
AT_THE_DOOR = f"""
{SIGNUPS} WHERE s.gathering_id = ?
AND (s.state IN ('in', 'offered', 'waiting', 'drawing') OR s.attended_at IS NOT NULL OR s.leave_reason IS NOT NULL) ORDER BY s.line"""
LATEST_OF = f"{SIGNUPS} WHERE s.gathering_id = ? AND s.person_id = ? ORDER BY s.attended_at IS NULL, s.id DESC LIMIT 1"


async def who_came(tx: Tx, gathering_id: int) -> list[Signup]:
    """Return who was checked in, each once, in the order of the list."""
    return [signups.signup_from(row) for row in await tx.all(CAME, gathering_id)]


async def at_the_door(tx: Tx, gathering_id: int) -> list[Signup]:
    """Return who is expected, waits, is on leave or came, each person once, in the order of the list."""
    found: dict[int, Signup] = {}
    for row in await tx.all(AT_THE_DOOR, gathering_id):
        each = signups.signup_from(row)
        before = found.get(each.person_id)
        if before is None or before.attended_at is None:
            found[each.person_id] = each
    return list(found.values())


async def latest_of(tx: Tx, gathering_id: int, person_id: int) -> Signup | None:
    """Return somebody's sign-up for a gathering that tells most: the one that was checked in, else the newest; None: there is none."""
    row = await tx.one(LATEST_OF, gathering_id, person_id)
    return signups.signup_from(row) if row else None


# ── what staff look at ──────────────────────────────────────────────────────────────────────────────────────────────

NEWEST_COURSES = "SELECT id, title, term FROM courses ORDER BY id DESC LIMIT ?"


async def newest_courses(tx: Tx, limit: int) -> list[tuple[int, str]]:
    """Return (id, title and term) of the courses made last, the newest first."""
    return [(int(row[0]), f"{row[1]}（{row[2]}）") for row in await tx.all(NEWEST_COURSES, limit)]

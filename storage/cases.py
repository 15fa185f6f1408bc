"""Cases: a person's difficulty, who answers for it, and everything that happened in it."""

from dataclasses import dataclass
from datetime import date, datetime

from storage.database import Row, Tx
from storage.plain import from_json, to_json
from storage.times import from_text, to_text


@dataclass(frozen=True, slots=True)
class Case:
    id: int
    number: str  # as people say it: '2026-17'
    person_id: int  # whose difficulty
    person_name: str
    person_unit_id: int | None
    acted_by: int  # who reported it
    account_id: int  # where the answers go
    category: str
    urgent: bool
    state: str  # 'open' (nobody has taken it), 'taken', 'closed'
    owner_id: int | None
    owner_name: str | None
    owner_phone: str | None
    opened_at: datetime
    promised_on: date  # in the office's zone
    closed_at: datetime | None
    closings: int
    outcome: str | None
    solved: str | None  # 'yes', 'partly', 'no'; None: not answered


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happened in a case."""

    at: datetime
    author: str | None  # None: the system
    kind: str  # 'said', 'taken', 'replied', 'closed', 'answered', 'reopened'
    words: str
    media: tuple[str, ...]


NEXT_NUMBER = """
INSERT INTO counters (name, value) VALUES (?, 1)
ON CONFLICT (name) DO UPDATE SET value = counters.value + 1 RETURNING value"""
ADD = """
INSERT INTO cases (number, person_id, acted_by, account_id, category, urgent, state, opened_at, promised_on)
VALUES (?, ?, ?, ?, ?, ?, 'open', ?, ?) RETURNING id"""


async def add(
    tx: Tx,
    *,
    person_id: int,
    acted_by: int,
    account_id: int,
    category: str,
    urgent: bool,
    promised_on: date,
    year: int,
    now: datetime,
) -> Case:
    """Open a case under the next number of `year` (the office's year) and return it."""
    serial = await tx.insert(NEXT_NUMBER, f"case-{year}")
    new = await tx.insert(
        ADD,
        f"{year}-{serial}",
        person_id,
        acted_by,
        account_id,
        category,
        int(urgent),
        to_text(now),
        promised_on.isoformat(),
    )
    return await by_id(tx, new)


SELECT = """
SELECT c.id, c.number, c.person_id, p.name, p.unit_id, c.acted_by, c.account_id, c.category, c.urgent, c.state,
       c.owner_id, o.name, coalesce(o.phone, o.home_phone), c.opened_at, c.promised_on, c.closed_at, c.closings, c.outcome, c.solved
FROM cases c JOIN persons p ON p.id = c.person_id LEFT JOIN persons o ON o.id = c.owner_id"""
BY_ID = f"{SELECT} WHERE c.id = ?"
UNFINISHED = f"{SELECT} WHERE c.state <> 'closed' ORDER BY c.urgent DESC, c.promised_on, c.id LIMIT ?"
OF_PERSON = f"{SELECT} WHERE c.person_id = ? ORDER BY c.id DESC LIMIT ?"
OF_SPEAKER = f"{SELECT} WHERE c.person_id = ? OR c.acted_by = ? ORDER BY c.id DESC LIMIT ?"
BY_NUMBER = f"{SELECT} WHERE c.number = ?"


def _case(row: Row) -> Case:
    values = list(row)
    values[8] = bool(row[8])
    values[13] = from_text(row[13])
    values[14] = date.fromisoformat(row[14])
    values[15] = from_text(row[15]) if row[15] else None
    return Case(*values)


async def by_id(tx: Tx, case_id: int) -> Case:
    """Return the case. Raises LookupError: no such case."""
    row = await tx.one(BY_ID, case_id)
    if row is None:
        raise LookupError(f"no case {case_id}")
    return _case(row)


async def by_number(tx: Tx, number: str) -> Case | None:
    row = await tx.one(BY_NUMBER, number)
    return _case(row) if row else None


async def unfinished(tx: Tx, limit: int) -> list[Case]:
    """Return open and taken cases: urgent first, then by promised date."""
    return [_case(row) for row in await tx.all(UNFINISHED, limit)]


async def of_person(tx: Tx, person_id: int, limit: int) -> list[Case]:
    """Return a person's cases, newest first."""
    return [_case(row) for row in await tx.all(OF_PERSON, person_id, limit)]


async def of_speaker(tx: Tx, person_id: int, limit: int) -> list[Case]:
    """Return the cases that somebody may be talking about, newest first: the own ones and those reported for another."""
    return [_case(row) for row in await tx.all(OF_SPEAKER, person_id, person_id, limit)]


ADD_ENTRY = "INSERT INTO case_entries (case_id, at, author_id, kind, words, media) VALUES (?, ?, ?, ?, ?, ?)"
ENTRIES = """
SELECT e.at, p.name, e.kind, e.words, e.media FROM case_entries e LEFT JOIN persons p ON p.id = e.author_id
WHERE e.case_id = ? ORDER BY e.id"""
LAST = "SELECT kind, at FROM case_entries WHERE case_id = ? AND kind <> 'taken' ORDER BY id DESC LIMIT 1"


async def add_entry(
    tx: Tx, case_id: int, kind: str, author_id: int | None, words: str, media: tuple[str, ...], now: datetime
) -> None:
    await tx.run(ADD_ENTRY, case_id, to_text(now), author_id, kind, words, to_json(media))


async def entries(tx: Tx, case_id: int) -> list[Entry]:
    """Return everything that happened in a case, in order."""
    rows = await tx.all(ENTRIES, case_id)
    return [Entry(from_text(row[0]), row[1], row[2], row[3], tuple(from_json(row[4]))) for row in rows]


async def last(tx: Tx, case_id: int) -> tuple[str, datetime]:
    """Return kind and moment of the newest entry in which somebody spoke. Raises LookupError: no entries."""
    row = await tx.one(LAST, case_id)
    if row is None:
        raise LookupError(f"case {case_id} has no entries")
    return str(row[0]), from_text(row[1])


TAKE = "UPDATE cases SET state = 'taken', owner_id = ? WHERE id = ? AND state = 'open'"
CLOSE = """
UPDATE cases SET state = 'closed', closed_at = ?, closings = closings + 1, outcome = ?, solved = NULL
WHERE id = ? AND state = 'taken' AND owner_id = ?"""
ANSWER = "UPDATE cases SET solved = ? WHERE id = ? AND closings = ? AND state = 'closed' AND solved IS NULL"
REOPEN = """
UPDATE cases SET state = CASE WHEN owner_id IS NULL THEN 'open' ELSE 'taken' END, closed_at = NULL, promised_on = ?
WHERE id = ? AND state = 'closed'"""


async def take(tx: Tx, case_id: int, owner_id: int) -> bool:
    """Make somebody the owner of an open case; False when somebody was faster."""
    return await tx.run(TAKE, owner_id, case_id) == 1


async def close(tx: Tx, case_id: int, owner_id: int, outcome: str, now: datetime) -> bool:
    """Close a case by its owner; False when it is not his or not in hand any more."""
    return await tx.run(CLOSE, to_text(now), outcome, case_id, owner_id) == 1


async def answer(tx: Tx, case_id: int, closing: int, solved: str) -> bool:
    """Record the cadre's answer to one closing; False when it was answered or another closing came since."""
    return await tx.run(ANSWER, solved, case_id, closing) == 1


async def reopen(tx: Tx, case_id: int, promised_on: date) -> bool:
    return await tx.run(REOPEN, promised_on.isoformat(), case_id) == 1


COUNT = "SELECT count(*) FROM cases"


async def count(tx: Tx) -> int:
    """Return how many cases there are in all."""
    row = await tx.one(COUNT)
    return int(row[0]) if row else 0

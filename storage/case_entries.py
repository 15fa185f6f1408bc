"""Everything that happened in a case, in order, and the search of its words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.database import Row, Tx
from storage.grams import grams
from storage.plain import from_json, to_json
from storage.times import from_text, to_text

SPOKEN = ("said", "replied", "asked", "closed", "answered", "reopened")  # what the two sides said to each other


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happened in a case. The kinds:

    said, answered (the cadre's side) · replied, asked, closed (to the cadre) · note, linked, aided (staff only)
    taken, offered, accepted, declined, assigned, released, proposed, signed, returned, extended, snoozed, merged, split, reopened, progress
    talk_begins, talk_ends, called
    """

    id: int
    at: datetime
    author_id: int | None  # None: the system
    author: str | None
    kind: str
    words: str
    media: tuple[str, ...]


ADD = "INSERT INTO case_entries (case_id, at, author_id, kind, words, media) VALUES (?, ?, ?, ?, ?, ?) RETURNING id"
INDEX = "INSERT INTO case_search (rowid, grams) VALUES (?, ?)"
SAID = "UPDATE cases SET said_id = ? WHERE id = ?"


async def add(
    tx: Tx, case_id: int, kind: str, author_id: int | None, words: str, media: Sequence[str], now: datetime
) -> int:
    """Write an entry, findable by its words, and return its id. What the cadre's side said is unread from then on."""
    new = await tx.insert(ADD, case_id, to_text(now), author_id, kind, words, to_json(media))
    if words:
        tx.last(INDEX, new, grams(words))
    if kind == "said":
        await tx.run(SAID, new, case_id)  # at once: who looks in the same commit must see it
    return new


COLUMNS = "e.id, e.at, e.author_id, p.name, e.kind, e.words, e.media"
OF_CASE = f"""
SELECT {COLUMNS} FROM case_entries e LEFT JOIN persons p ON p.id = e.author_id WHERE e.case_id = ? ORDER BY e.id"""
BY_ID = (
    f"SELECT {COLUMNS} FROM case_entries e LEFT JOIN persons p ON p.id = e.author_id WHERE e.id = ? AND e.case_id = ?"
)
FIRST_WORDS = "SELECT words FROM case_entries WHERE case_id = ? AND words <> '' ORDER BY id LIMIT 1"
SAID_WORDS = "SELECT words FROM case_entries WHERE case_id = ? AND kind = 'said' ORDER BY id LIMIT 20"
LAST_SPOKEN = f"""
SELECT kind, at FROM case_entries WHERE case_id = ? AND kind IN ({", ".join(f"'{each}'" for each in SPOKEN)})
ORDER BY id DESC LIMIT 1"""
MOVE = "UPDATE case_entries SET case_id = ? WHERE id = ? AND case_id = ?"


def _entry(row: Row) -> Entry:
    return Entry(row[0], from_text(row[1]), row[2], row[3], row[4], row[5], tuple(from_json(row[6])))


async def of_case(tx: Tx, case_id: int) -> list[Entry]:
    """Return everything that happened in a case, in order."""
    return [_entry(row) for row in await tx.all(OF_CASE, case_id)]


async def by_id(tx: Tx, entry_id: int, case_id: int) -> Entry | None:
    row = await tx.one(BY_ID, entry_id, case_id)
    return _entry(row) if row else None


async def first_words(tx: Tx, case_id: int) -> str:
    """Return the first words in a case; empty when it has none."""
    row = await tx.one(FIRST_WORDS, case_id)
    return str(row[0]) if row else ""


async def said_words(tx: Tx, case_id: int) -> str:
    """Return what the cadre's side said in a case, the first twenty times, as one text."""
    return "\n".join(str(row[0]) for row in await tx.all(SAID_WORDS, case_id))


async def last_spoken(tx: Tx, case_id: int) -> tuple[str, datetime]:
    """Return kind and moment of the newest entry in which somebody spoke. Raises LookupError: nobody did."""
    row = await tx.one(LAST_SPOKEN, case_id)
    if row is None:
        raise LookupError(f"case {case_id} has no entries")
    return str(row[0]), from_text(row[1])


async def move(tx: Tx, entry_id: int, from_case: int, to_case: int) -> bool:
    """Move an entry into another case; False when it is not in that one."""
    return await tx.run(MOVE, to_case, entry_id, from_case) == 1


READ_UP_TO = "SELECT entry_id FROM case_reads WHERE case_id = ? AND person_id = ?"


async def read_up_to(tx: Tx, case_id: int, person_id: int) -> int:
    """Return the newest entry that a member of staff has seen of a case; 0 for none."""
    row = await tx.one(READ_UP_TO, case_id, person_id)
    return int(row[0]) if row else 0


READ = """
INSERT INTO case_reads (case_id, person_id, entry_id) VALUES (?, ?, ?)
ON CONFLICT (case_id, person_id) DO UPDATE SET entry_id = excluded.entry_id"""


async def read(tx: Tx, case_id: int, person_id: int, entry_id: int) -> None:
    """Note that a member of staff has read a case up to this entry."""
    await tx.run(READ, case_id, person_id, entry_id)

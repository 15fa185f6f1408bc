"""Corrections of published briefings: what shall be changed, until a second person has decided."""

from dataclasses import dataclass
from datetime import datetime

from storage.database import Tx
from storage.times import to_text


@dataclass(frozen=True, slots=True)
class Correction:
    id: int
    briefing_id: int
    field: str  # 'title', 'source', 'summary', 'text'
    words: str  # what it shall read
    made_by: int
    made_by_name: str
    decision: str | None  # 'approved', 'returned', 'dropped' (by its author, or with the briefing); None: waits
    base: str  # what the field read when it was made
    summary: str | None  # what the summary shall read with it; None: as it does


ADD = """
INSERT INTO briefing_corrections (briefing_id, field, words, base, summary, made_by, made_at) VALUES (?, ?, ?, ?, ?, ?, ?)
RETURNING id"""
BY_ID = """
SELECT c.id, c.briefing_id, c.field, c.words, c.made_by, p.name, c.decision, c.base, c.summary
FROM briefing_corrections c JOIN persons p ON p.id = c.made_by WHERE c.id = ?"""
WAITING = "SELECT id FROM briefing_corrections WHERE briefing_id = ? AND decision IS NULL ORDER BY id"
DECIDE = (
    "UPDATE briefing_corrections SET decision = ?, decided_by = ?, decided_at = ? WHERE id = ? AND decision IS NULL"
)


async def add(
    tx: Tx,
    briefing_id: int,
    field: str,
    words: str,
    made_by: int,
    now: datetime,
    *,
    base: str = "",
    summary: str | None = None,
) -> int:
    """Write down what shall be changed, and from what (`base`), and return its id."""
    return await tx.insert(ADD, briefing_id, field, words, base, summary, made_by, to_text(now))


async def by_id(tx: Tx, correction_id: int) -> Correction:
    """Return a correction. Raises LookupError: no such correction."""
    row = await tx.one(BY_ID, correction_id)
    if row is None:
        raise LookupError(f"no correction {correction_id}")
    return Correction(*row)


async def waiting(tx: Tx, briefing_id: int) -> list[int]:
    """Return the corrections of a briefing that nobody has decided on, oldest first."""
    return [int(row[0]) for row in await tx.all(WAITING, briefing_id)]


async def decide(tx: Tx, correction_id: int, decision: str, by: int, now: datetime) -> bool:
    """Approve ('approved'), return ('returned') or end ('dropped') a correction; False when that was decided already."""
    return await tx.run(DECIDE, decision, by, to_text(now), correction_id) == 1

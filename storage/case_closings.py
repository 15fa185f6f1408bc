"""How cases ended: proposed, signed, answered by the cadre, or by whoever called."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.database import Row, Tx
from storage.plain import from_json, to_json
from storage.times import from_text, to_text


@dataclass(frozen=True, slots=True)
class Closing:
    id: int
    case_id: int
    number: int  # 1 for the first closing of the case
    outcome: str  # 'done', 'partly', 'cannot'
    words: str
    elsewhere: str  # where else to turn; empty unless it cannot be done
    media: tuple[str, ...]
    proposed_by: int | None
    proposer: str | None
    proposed_at: datetime
    decision: str | None  # 'closed', 'returned'; None: waits for a leader
    decided_at: datetime | None
    call: bool
    solved: str | None  # 'yes', 'partly', 'no'
    satisfied: str | None  # 'yes', 'basic', 'no'
    answered_at: datetime | None


PROPOSE = """
INSERT INTO case_closings (case_id, number, outcome, words, elsewhere, media, proposed_by, proposed_at)
SELECT ?, coalesce(max(number), 0) + 1, ?, ?, ?, ?, ?, ? FROM case_closings WHERE case_id = ? RETURNING number"""


async def propose(
    tx: Tx, case_id: int, outcome: str, words: str, elsewhere: str, media: Sequence[str], by: int, now: datetime
) -> int:
    """Write how a case shall end and return the number of this closing; it waits for a decision."""
    values = (case_id, outcome, words, elsewhere, to_json(media), by, to_text(now), case_id)
    return await tx.insert(PROPOSE, *values)


COLUMNS = """c.id, c.case_id, c.number, c.outcome, c.words, c.elsewhere, c.media, c.proposed_by, p.name, c.proposed_at, c.decision,
    c.decided_at, c.call, c.solved, c.satisfied, c.answered_at"""
BY_NUMBER = f"""
SELECT {COLUMNS} FROM case_closings c LEFT JOIN persons p ON p.id = c.proposed_by WHERE c.case_id = ? AND c.number = ?"""
OF_CASE = f"""
SELECT {COLUMNS} FROM case_closings c LEFT JOIN persons p ON p.id = c.proposed_by WHERE c.case_id = ? ORDER BY c.number"""
PROPOSED = f"""
SELECT {COLUMNS} FROM case_closings c LEFT JOIN persons p ON p.id = c.proposed_by WHERE c.decision IS NULL ORDER BY c.id"""
TO_CALL = f"""
SELECT {COLUMNS} FROM case_closings c JOIN cases k ON k.id = c.case_id AND k.closings = c.number AND k.state = 'closed'
LEFT JOIN persons p ON p.id = c.proposed_by WHERE c.call = 1 AND c.solved IS NULL ORDER BY c.id LIMIT ?"""


def _closing(row: Row) -> Closing:
    values = list(row)
    values[6] = tuple(from_json(row[6]))
    values[9] = from_text(row[9])
    values[11] = from_text(row[11]) if row[11] else None
    values[12] = bool(row[12])
    values[15] = from_text(row[15]) if row[15] else None
    return Closing(*values)


async def by_number(tx: Tx, case_id: int, number: int) -> Closing | None:
    row = await tx.one(BY_NUMBER, case_id, number)
    return _closing(row) if row else None


async def of_case(tx: Tx, case_id: int) -> list[Closing]:
    """Return the closings of a case, oldest first."""
    return [_closing(row) for row in await tx.all(OF_CASE, case_id)]


async def pending(tx: Tx, case_id: int) -> Closing | None:
    """Return the closing of this case that waits for a leader, or None."""
    return next((each for each in await of_case(tx, case_id) if each.decision is None), None)


async def proposed(tx: Tx) -> list[Closing]:
    """Return what waits for a leader's signature, oldest first."""
    return [_closing(row) for row in await tx.all(PROPOSED)]


async def to_call(tx: Tx, limit: int) -> list[Closing]:
    """Return the closings whose cadre must be called, oldest first."""
    return [_closing(row) for row in await tx.all(TO_CALL, limit)]


DECIDE = """
UPDATE case_closings SET decision = ?, decided_by = ?, decided_at = ? WHERE case_id = ? AND number = ? AND decision IS NULL"""
CALL = "UPDATE case_closings SET call = ? WHERE case_id = ? AND number = ?"
ANSWER = """
UPDATE case_closings SET solved = ?, answered_by = ?, caller_id = ?, answered_at = ?
WHERE case_id = ? AND number = ? AND decision = 'closed' AND solved IS NULL
AND number = (SELECT closings FROM cases WHERE id = case_id) AND EXISTS (SELECT 1 FROM cases WHERE id = case_id AND state = 'closed')"""
RATE = """
UPDATE case_closings SET satisfied = ?
WHERE case_id = ? AND number = ? AND solved IS NOT NULL AND satisfied IS NULL"""
REMARK = "UPDATE case_closings SET remark = ? WHERE case_id = ? AND number = ?"


async def decide(tx: Tx, case_id: int, number: int, decision: str, by: int, now: datetime) -> bool:
    """Decide on a closing; False when it is decided."""
    return await tx.run(DECIDE, decision, by, to_text(now), case_id, number) == 1


async def put_on_call_list(tx: Tx, case_id: int, number: int, call: bool) -> None:
    await tx.run(CALL, int(call), case_id, number)


async def answer(
    tx: Tx, case_id: int, number: int, solved: str, by: int, now: datetime, *, caller_id: int | None = None
) -> bool:
    """Record whether the case is solved, once; False when it was answered or another closing came since."""
    return await tx.run(ANSWER, solved, by, caller_id, to_text(now), case_id, number) == 1


async def rate(tx: Tx, case_id: int, number: int, satisfied: str) -> bool:
    """Record whether the cadre is satisfied, once and after the first answer."""
    return await tx.run(RATE, satisfied, case_id, number) == 1


async def remark(tx: Tx, case_id: int, number: int, words: str) -> None:
    await tx.run(REMARK, words, case_id, number)

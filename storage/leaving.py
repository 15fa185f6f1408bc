"""What somebody leaves behind who is taken off the roster: the unfinished cases the person is bound up with, and ways in."""

from datetime import datetime

from storage import cases, entry
from storage.cases import Case
from storage.database import Tx
from storage.times import to_text

UNFINISHED = f"""{cases.SELECT}
WHERE c.closed_at IS NULL AND (c.owner_id = ? OR c.handed_to = ? OR c.person_id = ? OR c.acted_by = ? AND c.account_id IS NOT NULL)
ORDER BY c.id"""


async def unfinished(tx: Tx, person_id: int) -> list[Case]:
    """Return the unfinished cases that somebody answers for, is asked to take over, or waits for an answer in, oldest first."""
    rows = await tx.all(UNFINISHED, person_id, person_id, person_id, person_id)
    return [cases.case_from(row) for row in rows]


async def end_invites(tx: Tx, person_id: int, now: datetime) -> int:
    """Let every unused invite of a person end now; return how many."""
    return await tx.run(entry.OUTDATE_INVITES, to_text(now), person_id, to_text(now))

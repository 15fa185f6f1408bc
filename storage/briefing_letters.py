"""The letters with which a briefing was sent: what must be changed when it is corrected or withdrawn."""

from dataclasses import dataclass
from datetime import datetime

from storage.database import Tx
from storage.times import to_text


@dataclass(frozen=True, slots=True)
class SentLetter:
    letter_id: int
    kind: str  # of its mailing
    recipient_id: int
    person_id: int  # for whom it is
    name: str  # for whom it is
    is_shared: bool  # it went to an account of somebody else's, which this person uses as well


OF_BRIEFING = """
SELECT o.id, m.kind, r.id, p.id, p.name, coalesce(a.person_id, 0) <> r.person_id
FROM mailings m JOIN recipients r ON r.mailing_id = m.id JOIN outbox o ON o.recipient_id = r.id
JOIN accounts a ON a.id = o.account_id JOIN persons p ON p.id = r.person_id
WHERE m.kind IN ('briefing', 'chase', 'invitation') AND m.subject_id = ? AND o.state IN ('waiting', 'sent')
ORDER BY o.id"""


async def of_briefing(tx: Tx, briefing_id: int) -> list[SentLetter]:
    """Return every letter of a briefing that has left or will, oldest first."""
    rows = await tx.all(OF_BRIEFING, briefing_id)
    return [SentLetter(int(row[0]), str(row[1]), int(row[2]), int(row[3]), str(row[4]), bool(row[5])) for row in rows]


# A button of ours names the briefing: 'a:page:17.2.93'. Letters have their recipient and are not among these.
PAGES = """
SELECT o.id FROM outbox o JOIN accounts a ON a.id = o.account_id
WHERE o.recipient_id IS NULL AND o.state IN ('waiting', 'sent') AND o.made_at >= ?
AND (o.buttons LIKE ? OR o.buttons LIKE ?)
AND NOT EXISTS (SELECT 1 FROM roles w WHERE w.person_id = a.person_id AND w.role IN ('staff', 'leader', 'administrator'))"""


async def pages_shown(tx: Tx, briefing_id: int, since: datetime) -> list[int]:
    """Return the messages to cadres and relatives, from that moment on, that show something of a briefing: pages and what was found."""
    shown = [f'%"a:{action}:{briefing_id}.%' for action in ("page", "briefword")]
    return [int(row[0]) for row in await tx.all(PAGES, to_text(since), *shown)]

"""The letters with which a briefing was sent: what must be changed when it is corrected or withdrawn."""

from dataclasses import dataclass

from storage.database import Tx


@dataclass(frozen=True, slots=True)
class SentLetter:
    letter_id: int
    kind: str  # of its mailing
    recipient_id: int
    name: str  # for whom it is
    is_shared: bool  # it went to an account of somebody else's, which this person uses as well


OF_BRIEFING = """
SELECT o.id, m.kind, r.id, p.name, coalesce(a.person_id, 0) <> r.person_id
FROM mailings m JOIN recipients r ON r.mailing_id = m.id JOIN outbox o ON o.recipient_id = r.id
JOIN accounts a ON a.id = o.account_id JOIN persons p ON p.id = r.person_id
WHERE m.kind IN ('briefing', 'chase', 'invitation') AND m.subject_id = ? AND o.state IN ('waiting', 'sent')
ORDER BY o.id"""


async def of_briefing(tx: Tx, briefing_id: int) -> list[SentLetter]:
    """Return every letter of a briefing that has left or will, oldest first."""
    rows = await tx.all(OF_BRIEFING, briefing_id)
    return [SentLetter(int(row[0]), str(row[1]), int(row[2]), str(row[3]), bool(row[4])) for row in rows]

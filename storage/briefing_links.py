"""The links to a briefing's page in large print: each for one person, for some days. Only a hash of the secret is kept."""

from dataclasses import dataclass
from datetime import datetime

from storage.database import Tx
from storage.entry import hash_of
from storage.times import to_text


@dataclass(frozen=True, slots=True)
class Link:
    briefing_id: int
    person_id: int


ADD = "INSERT INTO briefing_links (secret_hash, briefing_id, person_id, expires_at) VALUES (?, ?, ?, ?)"
IN_FORCE = """
SELECT l.briefing_id, l.person_id FROM briefing_links l JOIN persons p ON p.id = l.person_id AND p.active = 1
WHERE l.secret_hash = ? AND l.expires_at > ?
AND NOT EXISTS (SELECT 1 FROM life_events e WHERE e.person_id = p.id AND e.kind = 'deceased')
AND (EXISTS (SELECT 1 FROM consents c WHERE c.person_id = p.id AND c.withdrawn_at IS NULL)
     OR NOT EXISTS (SELECT 1 FROM consents c WHERE c.person_id = p.id))"""
REVOKE = "DELETE FROM briefing_links WHERE person_id = ?"
PRUNE = "DELETE FROM briefing_links WHERE expires_at < ?"


async def add(tx: Tx, secret: str, briefing_id: int, person_id: int, until: datetime) -> None:
    await tx.run(ADD, hash_of(secret), briefing_id, person_id, to_text(until))


async def in_force(tx: Tx, secret: str, now: datetime) -> Link | None:
    """Return what a secret opens, or None: there is none, it ran out or was revoked, its person is off the roster, has died or
    withdrew consent.
    """
    row = await tx.one(IN_FORCE, hash_of(secret), to_text(now))
    return Link(int(row[0]), int(row[1])) if row else None


async def revoke(tx: Tx, person_id: int) -> int:
    """End every link of a person; return how many."""
    return await tx.run(REVOKE, person_id)


async def prune(tx: Tx, now: datetime) -> int:
    """Forget the links that ran out before that moment; return how many."""
    return await tx.run(PRUNE, to_text(now))

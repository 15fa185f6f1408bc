"""Who has read which briefing, once a person; who does not want to be sent a topic."""

from collections.abc import Sequence
from datetime import datetime

from storage.database import Tx
from storage.times import to_text

ADD = """
INSERT INTO briefing_reads (briefing_id, person_id, at, how, channel) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (briefing_id, person_id) DO NOTHING"""
HAS_READ = "SELECT 1 FROM briefing_reads WHERE briefing_id = ? AND person_id = ?"
READERS = "SELECT person_id FROM briefing_reads WHERE briefing_id = ?"
BY_CHANNEL = "SELECT channel, count(*) FROM briefing_reads WHERE briefing_id = ? GROUP BY channel ORDER BY count(*) DESC, channel"


async def add(tx: Tx, briefing_id: int, person_id: int, how: str, channel: str, now: datetime) -> bool:
    """Write down that somebody has read it; False when this was so already."""
    return await tx.run(ADD, briefing_id, person_id, to_text(now), how, channel) == 1


async def has_read(tx: Tx, briefing_id: int, person_id: int) -> bool:
    return await tx.one(HAS_READ, briefing_id, person_id) is not None


async def readers(tx: Tx, briefing_id: int) -> set[int]:
    """Return who has read it."""
    return {int(row[0]) for row in await tx.all(READERS, briefing_id)}


async def by_channel(tx: Tx, briefing_id: int) -> dict[str, int]:
    """Return how many have read it on which channel, most first."""
    return {str(row[0]): int(row[1]) for row in await tx.all(BY_CHANNEL, briefing_id)}


DROP_MUTES = "DELETE FROM briefing_mutes WHERE person_id = ?"
ADD_MUTE = "INSERT INTO briefing_mutes (person_id, topic) VALUES (?, ?)"
MUTES = "SELECT topic FROM briefing_mutes WHERE person_id = ? ORDER BY topic"
MUTED_BY = "SELECT person_id FROM briefing_mutes WHERE topic = ? ORDER BY person_id"


async def put_mutes(tx: Tx, person_id: int, topics: Sequence[str]) -> None:
    """Let these, and no others, be the topics that somebody does not want to be sent."""
    await tx.run(DROP_MUTES, person_id)
    await tx.run_many(ADD_MUTE, [(person_id, topic) for topic in dict.fromkeys(topics)])


async def mutes(tx: Tx, person_id: int) -> tuple[str, ...]:
    """Return the topics that somebody does not want to be sent."""
    return tuple(str(row[0]) for row in await tx.all(MUTES, person_id))


async def muted_by(tx: Tx, topic: str) -> tuple[int, ...]:
    """Return who does not want to be sent a topic."""
    return tuple(int(row[0]) for row in await tx.all(MUTED_BY, topic))

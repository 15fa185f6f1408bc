"""Files that shall become briefings: written down by the turn in which they came, taken off when their words have been read out."""

from dataclasses import dataclass
from datetime import datetime

from storage.database import Tx
from storage.times import to_text


@dataclass(frozen=True, slots=True)
class WantedFile:
    media_id: str
    content_class: str
    person_id: int
    account_id: int
    name: str  # of the file
    state: str  # of the medium: 'kept', 'lost'
    tries: int  # in how many processes its reading has begun; one that ends takes the file off


ADD = """
INSERT INTO briefing_files (media_id, class, person_id, account_id, asked_at) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (media_id) DO NOTHING"""
NEXT = """
SELECT f.media_id, f.class, f.person_id, f.account_id, m.name, m.state, f.tries
FROM briefing_files f JOIN media m ON m.id = f.media_id
WHERE m.state IN ('kept', 'lost') ORDER BY f.asked_at LIMIT 1"""
TRY = "UPDATE briefing_files SET tries = tries + 1 WHERE media_id = ?"
DONE = "DELETE FROM briefing_files WHERE media_id = ?"


async def add(tx: Tx, media_id: str, content_class: str, person_id: int, account_id: int, now: datetime) -> None:
    """Ask for the words of a file that has come or is on its way."""
    await tx.run(ADD, media_id, content_class, person_id, account_id, to_text(now))


async def next_one(tx: Tx) -> WantedFile | None:
    """Return the oldest file whose bytes are here, or that turned out to be lost; None: there is none."""
    row = await tx.one(NEXT)
    return WantedFile(*row) if row else None


async def count_try(tx: Tx, media_id: str) -> None:
    """Its reading begins in this process: if that ends the process, the next one knows."""
    await tx.run(TRY, media_id)


async def done(tx: Tx, media_id: str) -> bool:
    """Take it off; False when that was done."""
    return await tx.run(DONE, media_id) == 1

"""Photos, recordings, films and files: what they are, where their bytes are, who may open them.

The bytes of what people send stand in the media folder; those of what the office makes (a calendar file) in the row itself.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime

from storage.database import Tx
from storage.times import to_text


@dataclass(frozen=True, slots=True)
class Medium:
    id: str  # also the file's name in the media folder
    account_id: int | None  # who sent it; None: made by the office
    kind: str  # 'photo', 'voice', 'video', 'file'
    name: str
    media_type: str
    size_bytes: int | None
    channel: str
    reference: str | None  # what the channel calls it
    state: str  # 'wanted', 'kept', 'made', 'lost'
    tries: int


def new_id() -> str:
    """Return a name that cannot be guessed: 128 random bits."""
    return secrets.token_hex(16)


ADD = """
INSERT INTO media (id, account_id, kind, name, media_type, size_bytes, channel, reference, state, not_before, made_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""


async def add(tx: Tx, medium: Medium, now: datetime) -> None:
    """Write a medium: 'wanted' when its bytes must still be fetched, 'kept' when they stand in the folder."""
    moment = to_text(now)
    await tx.run(
        ADD,
        medium.id,
        medium.account_id,
        medium.kind,
        medium.name,
        medium.media_type,
        medium.size_bytes,
        medium.channel,
        medium.reference,
        medium.state,
        moment,
        moment,
    )


MAKE = """
INSERT INTO media (id, account_id, kind, name, media_type, size_bytes, channel, state, not_before, made_at, content)
VALUES (?, NULL, 'file', ?, ?, ?, 'office', 'made', ?, ?, ?) ON CONFLICT (id) DO NOTHING"""
CONTENT = "SELECT content FROM media WHERE id = ?"


async def make(tx: Tx, media_id: str, name: str, media_type: str, content: bytes, now: datetime) -> bool:
    """Write a file that the office makes; False when there is one of this id. It is opened by whoever is sent it, and nobody else."""
    moment = to_text(now)
    return await tx.run(MAKE, media_id, name, media_type, len(content), moment, moment, content) == 1


async def content(tx: Tx, media_id: str) -> bytes | None:
    """Return the bytes of what the office made, None for everything else."""
    row = await tx.one(CONTENT, media_id)
    return bytes(row[0]) if row and row[0] is not None else None


COLUMNS = "id, account_id, kind, name, media_type, size_bytes, channel, reference, state, tries"
BY_ID = f"SELECT {COLUMNS} FROM media WHERE id = ?"
WANTED = f"SELECT {COLUMNS} FROM media WHERE state = 'wanted' AND not_before <= ? ORDER BY not_before LIMIT ?"
NEXT_WANTED = "SELECT min(not_before) FROM media WHERE state = 'wanted'"


async def by_id(tx: Tx, media_id: str) -> Medium | None:
    row = await tx.one(BY_ID, media_id)
    return Medium(*row) if row else None


async def wanted(tx: Tx, now: datetime, limit: int) -> list[Medium]:
    """Return what should be fetched from its channel now."""
    return [Medium(*row) for row in await tx.all(WANTED, to_text(now), limit)]


async def next_wanted(tx: Tx) -> str | None:
    """Return when the next fetch is due, as stored, or None."""
    row = await tx.one(NEXT_WANTED)
    return str(row[0]) if row and row[0] else None


KEPT = "UPDATE media SET state = 'kept', size_bytes = ?, media_type = ?, name = ? WHERE id = ?"
LOST = "UPDATE media SET state = 'lost', why = ? WHERE id = ?"
LATER = "UPDATE media SET not_before = ?, tries = tries + 1, why = ? WHERE id = ?"


async def kept(tx: Tx, media_id: str, size_bytes: int, media_type: str, name: str) -> None:
    """The bytes stand in the folder; only now it may be known what they are, and their name."""
    await tx.run(KEPT, size_bytes, media_type, name, media_id)


async def lost(tx: Tx, media_id: str, why: str) -> None:
    await tx.run(LOST, why, media_id)


async def later(tx: Tx, media_id: str, not_before: datetime, why: str) -> None:
    await tx.run(LATER, to_text(not_before), why, media_id)


# The row says at once that it is gone; `why` says that its file is still to be deleted.
FORBID = "UPDATE media SET state = 'lost', reference = NULL, content = NULL, why = '不能留' WHERE id = ?"
FORBIDDEN = "SELECT id FROM media WHERE why = '不能留'"
DELETED = "UPDATE media SET why = '已删除' WHERE id = ?"


async def forbid(tx: Tx, media_id: str) -> None:
    """Let nobody open it any more: its file must be deleted (`forbidden`)."""
    await tx.run(FORBID, media_id)


async def forbidden(tx: Tx) -> list[str]:
    """Return whose files must be deleted."""
    return [str(row[0]) for row in await tx.all(FORBIDDEN)]


async def deleted(tx: Tx, media_id: str) -> None:
    """The file of what was forbidden is deleted."""
    await tx.run(DELETED, media_id)


MAY_OPEN = """
SELECT 1 FROM media m WHERE m.id = ? AND (m.account_id = ? OR EXISTS (
    SELECT 1 FROM media_seen_by s JOIN accounts a ON a.id = s.account_id WHERE s.media_id = m.id AND s.account_id = ?
    AND (NOT EXISTS (
            SELECT 1 FROM briefing_media b JOIN briefings i ON i.id = b.briefing_id AND i.state = 'withdrawn' WHERE b.media_id = m.id)
        OR EXISTS (SELECT 1 FROM roles w WHERE w.person_id = a.person_id AND w.role IN ('staff', 'leader', 'administrator')))))"""


async def may_open(tx: Tx, media_id: str, account_id: int) -> bool:
    """Tell whether the account sent this medium or was sent it: of a briefing that is withdrawn, only the office's accounts."""
    return await tx.one(MAY_OPEN, media_id, account_id, account_id) is not None


OWN = "SELECT id FROM media WHERE id = ? AND account_id = ?"


async def is_own(tx: Tx, media_id: str, account_id: int) -> bool:
    """Tell whether the account itself sent this medium."""
    return await tx.one(OWN, media_id, account_id) is not None


# A case keeps its attachments by name in its entries; only while it is not closed does it need the bytes. A briefing needs them for ever.
EXPIRE = """
UPDATE media SET state = 'lost', reference = NULL, content = NULL, why = '到期删除' WHERE id IN (
    SELECT m.id FROM media m WHERE m.made_at < ? AND m.state IN ('kept', 'made') AND NOT EXISTS (
        SELECT 1 FROM case_entries e JOIN cases c ON c.id = e.case_id AND c.closed_at IS NULL
        WHERE e.media LIKE '%' || m.id || '%')
    AND NOT EXISTS (SELECT 1 FROM briefing_media b JOIN briefings i ON i.id = b.briefing_id AND i.state <> 'dropped' WHERE b.media_id = m.id)
    ORDER BY m.made_at LIMIT ?) RETURNING id"""


async def expire(tx: Tx, before: datetime, limit: int) -> list[str]:
    """Give up at most `limit` attachments sent before that moment and return their ids: the caller deletes the files."""
    return [str(row[0]) for row in await tx.returning(EXPIRE, to_text(before), limit)]

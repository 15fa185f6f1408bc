"""Briefings: what the office publishes for its cadres to read, from the draft to the withdrawal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.database import Row, Tx
from storage.times import from_text, to_text

PUBLIC, SHARED, INTERNAL = "public", "shared", "internal"  # 公开, 周知, 内部


@dataclass(frozen=True, slots=True)
class Briefing:
    id: int
    content_class: str  # PUBLIC, SHARED or INTERNAL; of an internal one the words are empty
    topic: str  # a key of config.toml
    title: str
    source: str
    summary: str
    text: str
    state: str  # 'draft', 'proposed', 'published', 'withdrawn', 'dropped'
    made_by: int
    made_by_name: str
    made_at: datetime
    published_at: datetime | None
    corrected_at: datetime | None
    withdrawn_at: datetime | None
    withdrawn_why: str | None
    written_by: int | None  # who changed its words last; None: whoever made it
    file_id: str | None  # the file out of which its words were read; None: none

    @property
    def is_internal(self) -> bool:
        return self.content_class == INTERNAL

    @property
    def writers(self) -> set[int]:
        """Who made it and who changed its words last: neither may be the second person."""
        return {self.made_by, self.written_by or self.made_by}


ADD = """
INSERT INTO briefings (class, topic, title, source, summary, text, state, made_by, made_at, file_id)
VALUES (?, ?, ?, ?, ?, ?, 'draft', ?, ?, ?) RETURNING id"""


async def add(
    tx: Tx,
    *,
    content_class: str,
    topic: str = "",
    title: str = "",
    source: str = "",
    summary: str = "",
    text: str = "",
    made_by: int,
    now: datetime,
    file_id: str | None = None,
) -> int:
    """Write a draft and return its id. Raises ValueError for words of an internal one: they are not kept here."""
    if content_class == INTERNAL and any((topic, title, source, summary, text)):
        raise ValueError("the words of an internal briefing are not kept here")
    return await tx.insert(ADD, content_class, topic, title, source, summary, text, made_by, to_text(now), file_id)


SELECT = """
SELECT b.id, b.class, b.topic, b.title, b.source, b.summary, b.text, b.state, b.made_by, p.name, b.made_at, b.published_at,
       b.corrected_at, b.withdrawn_at, b.withdrawn_why, b.written_by,
       b.file_id
FROM briefings b JOIN persons p ON p.id = b.made_by"""
BY_ID = f"{SELECT} WHERE b.id = ?"
PUBLISHED = f"""
{SELECT} WHERE b.state = 'published' AND b.class <> 'internal' AND b.published_at >= ? AND b.published_at < ?
ORDER BY b.published_at DESC, b.id DESC LIMIT ? OFFSET ?"""
OF_TOPIC = f"""
{SELECT} WHERE b.state = 'published' AND b.topic = ? ORDER BY b.published_at DESC, b.id DESC LIMIT ? OFFSET ?"""
UNDERWAY = f"{SELECT} WHERE b.state IN ('draft', 'proposed') ORDER BY b.made_at DESC, b.id DESC LIMIT ?"
SHOWN_TO_STAFF = f"{SELECT} WHERE b.state <> 'dropped' ORDER BY b.id DESC LIMIT ? OFFSET ?"


def _briefing(row: Row) -> Briefing:
    values = list(row)
    for place in range(10, 14):
        values[place] = from_text(row[place]) if row[place] else None
    return Briefing(*values)


async def by_id(tx: Tx, briefing_id: int) -> Briefing:
    """Return a briefing in whatever state. Raises LookupError: no such briefing."""
    row = await tx.one(BY_ID, briefing_id)
    if row is None:
        raise LookupError(f"no briefing {briefing_id}")
    return _briefing(row)


async def published(tx: Tx, since: datetime, until: datetime, limit: int, skip: int = 0) -> list[Briefing]:
    """Return what was published from `since` up to before `until` and can be read here, the newest first."""
    rows = await tx.all(PUBLISHED, to_text(since), to_text(until), limit, skip)
    return [_briefing(row) for row in rows]


async def of_topic(tx: Tx, topic: str, limit: int, skip: int = 0) -> list[Briefing]:
    """Return what can be read of a topic, the newest first."""
    return [_briefing(row) for row in await tx.all(OF_TOPIC, topic, limit, skip)]


async def underway(tx: Tx, limit: int) -> list[Briefing]:
    """Return what has been begun and is not out, the newest first."""
    return [_briefing(row) for row in await tx.all(UNDERWAY, limit)]


async def shown_to_staff(tx: Tx, limit: int, skip: int = 0) -> list[Briefing]:
    """Return everything that was not dropped, withdrawn ones included, the newest first."""
    return [_briefing(row) for row in await tx.all(SHOWN_TO_STAFF, limit, skip)]


MOMENTS = "SELECT published_at FROM briefings WHERE state = 'published' AND class <> 'internal' ORDER BY published_at DESC LIMIT ?"


async def published_moments(tx: Tx, limit: int) -> list[datetime]:
    """Return when the newest of those that can be read were published, the latest first."""
    return [from_text(row[0]) for row in await tx.all(MOMENTS, limit)]


# ── what becomes of it ──────────────────────────────────────────────────────────────────────────────────────────────

MOVE = "UPDATE briefings SET state = ? WHERE id = ? AND state = ?"
PUBLISH = "UPDATE briefings SET state = 'published', published_at = ? WHERE id = ? AND state IN ('draft', 'proposed')"
WITHDRAW = """
UPDATE briefings SET state = 'withdrawn', withdrawn_at = ?, withdrawn_why = ? WHERE id = ? AND state = 'published'"""
WRITE = """
UPDATE briefings SET class = ?, topic = ?, title = ?, source = ?, summary = ?, text = ?, corrected_at = ?, written_by = ?
WHERE id = ?"""


async def move(tx: Tx, briefing_id: int, state: str, *, was: str) -> bool:
    """Move it from one state to another; False when it was not in that state any more."""
    return await tx.run(MOVE, state, briefing_id, was) == 1


async def publish(tx: Tx, briefing_id: int, now: datetime) -> bool:
    """Let it be published; False when it was, or cannot be any more."""
    return await tx.run(PUBLISH, to_text(now), briefing_id) == 1


async def withdraw(tx: Tx, briefing_id: int, why: str, now: datetime) -> bool:
    """Take it out of everybody's sight but staff's; False when it is not published."""
    return await tx.run(WITHDRAW, to_text(now), why, briefing_id) == 1


async def write(tx: Tx, briefing: Briefing) -> None:
    """Write back class, topic, words, their writer and `corrected_at`, by id. Raises ValueError for words of an internal one.

    The search is not touched: what is published is taken out before and put in after (`briefing_search`).
    """
    if briefing.is_internal and any((briefing.topic, briefing.title, briefing.source, briefing.summary, briefing.text)):
        raise ValueError("the words of an internal briefing are not kept here")
    corrected = to_text(briefing.corrected_at) if briefing.corrected_at else None
    words = (briefing.content_class, briefing.topic, briefing.title, briefing.source, briefing.summary, briefing.text)
    await tx.run(WRITE, *words, corrected, briefing.written_by, briefing.id)


# ── pictures and attachments ────────────────────────────────────────────────────────────────────────────────────────

DROP_MEDIA = "DELETE FROM briefing_media WHERE briefing_id = ?"
ADD_MEDIUM = "INSERT INTO briefing_media (briefing_id, place, media_id) VALUES (?, ?, ?)"
MEDIA = "SELECT media_id FROM briefing_media WHERE briefing_id = ? ORDER BY place"


async def put_media(tx: Tx, briefing_id: int, media: Sequence[str]) -> None:
    """Let these, and no others, belong to a briefing."""
    await tx.run(DROP_MEDIA, briefing_id)
    await tx.run_many(ADD_MEDIUM, [(briefing_id, place, each) for place, each in enumerate(dict.fromkeys(media))])


async def media_of(tx: Tx, briefing_id: int) -> list[str]:
    """Return the ids of what belongs to a briefing, in order."""
    return [str(row[0]) for row in await tx.all(MEDIA, briefing_id)]


# ── what came of it ─────────────────────────────────────────────────────────────────────────────────────────────────

TIE = "INSERT INTO briefing_cases (case_id, briefing_id) VALUES (?, ?)"
CASES = "SELECT case_id FROM briefing_cases WHERE briefing_id = ? ORDER BY case_id"
OF_CASE = f"{SELECT} JOIN briefing_cases c ON c.briefing_id = b.id WHERE c.case_id = ?"


async def tie_case(tx: Tx, case_id: int, briefing_id: int) -> None:
    """Remember under which briefing a case began."""
    await tx.run(TIE, case_id, briefing_id)


async def cases_of(tx: Tx, briefing_id: int) -> list[int]:
    """Return the cases that began under a briefing."""
    return [int(row[0]) for row in await tx.all(CASES, briefing_id)]


async def of_case(tx: Tx, case_id: int) -> Briefing | None:
    """Return the briefing under which a case began, or None."""
    row = await tx.one(OF_CASE, case_id)
    return _briefing(row) if row else None

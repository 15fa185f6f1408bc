"""The outbox: what must be said, written in the transaction that decided it, sent by `bot/delivery.py`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from storage import marks, recipient_letters
from storage.database import Row, Tx
from storage.plain import from_json, to_json
from storage.times import from_text, to_text

BEGUN = -1  # the priority of a message of which some parts have left: nothing comes between them
ANSWER, NEWS, NOTICE = 0, 1, 5  # priorities: what a person just asked for goes before what we push
PRIORITIES = (BEGUN, ANSWER, NEWS, NOTICE)


@dataclass(frozen=True, slots=True)
class Letter:
    """One message to one account. Buttons are [label, choice] or [label, choice, kind]."""

    id: int
    account_id: int
    text: str
    buttons: list[list[str]]
    media: list[str]
    made_at: datetime
    priority: int = ANSWER
    tries: int = 0
    parts_sent: int = 0
    address: str = ""
    answers: int | None = None  # inbox id of the message it answers; None: a push
    version: int = 0  # how often it was edited
    edits: str | None = None  # of an edit, the channel's own id of the message that it edits, '' when there is none
    doubts: int = 0  # how often its next part left without an answer, so that it may have arrived

    @property
    def is_answer(self) -> bool:
        """Somebody wrote and waits for it."""
        return self.answers is not None and self.edits is None


ADD = """
INSERT INTO outbox (account_id, channel, answers, priority, text, buttons, media, made_at, not_before)
SELECT a.id, a.channel, ?, ?, ?, ?, ?, ?, ? FROM accounts a WHERE a.id = ?"""
SHOW = "INSERT INTO media_seen_by (media_id, account_id) VALUES (?, ?) ON CONFLICT DO NOTHING"


def add(
    tx: Tx,
    account_id: int,
    text: str,
    now: datetime,
    *,
    buttons: Sequence[Sequence[str]] = (),
    media: Sequence[str] = (),
    priority: int = ANSWER,
    answers: int | None = None,
    not_before: datetime | None = None,
) -> None:
    """Write one message to be sent, at the end of the transaction; its media may be opened by that account from then on.

    It is held until `not_before`. Raises ValueError for a priority that no lane looks at.
    """
    if priority not in PRIORITIES:
        raise ValueError(f"no lane looks at priority {priority}")
    moment = to_text(now)
    first = to_text(not_before) if not_before else moment
    tx.last(ADD, answers, priority, text, _json(buttons), _json(media), moment, first, account_id)
    for each in media:
        tx.last(SHOW, each, account_id)


WRITE = """
INSERT INTO outbox (account_id, channel, priority, text, buttons, media, made_at, not_before, recipient_id)
SELECT a.id, a.channel, ?, ?, ?, ?, ?, ?, ? FROM accounts a WHERE a.id = ? RETURNING id"""


async def write(
    tx: Tx,
    account_id: int,
    text: str,
    now: datetime,
    *,
    buttons: Sequence[Sequence[str]] = (),
    media: Sequence[str] = (),
    priority: int = NEWS,
    not_before: datetime | None = None,
    recipient_id: int | None = None,
) -> int:
    """Write a push at once and return its id, by which `edit` changes it later; `recipient_id` tells of which mailing's recipient it is."""
    moment = to_text(now)
    first = to_text(not_before) if not_before else moment
    letter_id = await tx.insert(
        WRITE, priority, text, _json(buttons), _json(media), moment, first, recipient_id, account_id
    )
    for each in media:
        tx.last(SHOW, each, account_id)
    return letter_id


def _json(value: Sequence[Any]) -> str:
    return to_json(value) if value else "[]"


# Of each account only the first message in line is due: a later one must not overtake it. In line stands what may leave by now, and what
# has been tried. There is a query for each priority, so that what is held until later is never looked at: see `outbox_waiting`.
DUE_COLUMNS = "o.text, o.buttons, o.media, {} AS made_at, o.priority, o.tries, o.parts_sent, a.address, o.answers, o.version, {} AS edits, o.doubts"


def _due_of(priority: int) -> str:
    return f"""SELECT * FROM (
SELECT o.id, o.account_id, {DUE_COLUMNS.format("o.made_at", "NULL")} FROM outbox o JOIN accounts a ON a.id = o.account_id
WHERE o.state = 'waiting' AND o.channel = :channel AND o.priority = {priority} AND o.not_before <= :now AND o.id = (
    SELECT e.id FROM outbox e
    WHERE e.state = 'waiting' AND e.account_id = o.account_id AND (e.not_before <= :now OR e.why IS NOT NULL)
    ORDER BY e.priority, e.id LIMIT 1)
ORDER BY o.not_before, o.id LIMIT :limit)"""


_edits_due = f"""SELECT * FROM (
SELECT o.id, o.account_id, {DUE_COLUMNS.format("o.edited_at", "coalesce(o.external_id, '')")}
FROM outbox o JOIN accounts a ON a.id = o.account_id
WHERE o.state = 'sent' AND o.version_sent < o.version AND o.channel = :channel AND o.not_before <= :now
ORDER BY o.not_before LIMIT :limit)"""
DUE = (
    " UNION ALL ".join([_due_of(BEGUN), _due_of(ANSWER), _edits_due, _due_of(NEWS), _due_of(NOTICE)]) + " LIMIT :limit"
)


async def due(tx: Tx, channel: str, now: datetime, limit: int) -> list[Letter]:
    """Return what may leave now on a channel: per account only the first in line, and the edits of what has left.

    What was begun goes first, then answers, edits, news and notices; within these, what has been due for longest.
    """
    return [_letter(row) for row in await tx.all_named(DUE, {"channel": channel, "now": to_text(now), "limit": limit})]


def _letter(row: Row) -> Letter:
    return Letter(row[0], row[1], row[2], from_json(row[3]), from_json(row[4]), from_text(row[5]), *row[6:])


_later_than = "SELECT min(not_before) AS moment FROM outbox WHERE channel = :channel AND not_before > :now AND "
NEXT_DUE = f"""SELECT min(moment) FROM ({
    " UNION ALL ".join(
        [
            *(f"{_later_than} state = 'waiting' AND priority = {each}" for each in PRIORITIES),
            f"{_later_than} state = 'sent' AND version_sent < version",
        ]
    )
})"""


async def next_due(tx: Tx, channel: str, now: datetime) -> datetime | None:
    """Return the moment at which the next postponed message or edit of a channel is due, or None."""
    [(moment,)] = await tx.all_named(NEXT_DUE, {"channel": channel, "now": to_text(now)})
    return from_text(moment) if moment else None


LEFT = """
SELECT account_id, done_at, place, channel, parts_sent FROM outbox WHERE place IS NOT NULL AND place < ? ORDER BY place DESC LIMIT ?"""
PAGE = 1_000


async def left_since(tx: Tx, channel: str, since: datetime) -> list[tuple[int, datetime]]:
    """Return to whom and when messages left on a channel since then, oldest first, a long one once for each of its parts."""
    found: list[tuple[int, datetime]] = []
    place = 2**63 - 1
    while rows := await tx.all(LEFT, place, PAGE):
        recent = [row for row in rows if row[1] >= to_text(since)]
        for row in recent:
            found += [(row[0], from_text(row[1]))] * (row[4] if row[3] == channel else 0)
        if len(recent) < len(rows):
            break
        place = rows[-1][2]
    return found[::-1]


# Places are given out in the order of leaving and never twice: beyond every id, because before there were places a page counted ids.
NEXT_PLACE = f"""
SELECT 1 + max(
    coalesce((SELECT CAST(value AS INTEGER) FROM marks WHERE name = '{marks.LAST_PLACE}'), 0),
    coalesce((SELECT max(place) FROM outbox WHERE place IS NOT NULL), 0),
    coalesce((SELECT max(edit_place) FROM outbox WHERE edit_place IS NOT NULL), 0),
    coalesce((SELECT max(id) FROM outbox), 0))"""
SENT = """
UPDATE outbox SET state = 'sent', done_at = ?, external_id = ?, version_sent = ?, parts_sent = ?, place = coalesce(place, ?) WHERE id = ?"""
EDITED = "UPDATE outbox SET version_sent = ?, edit_place = ? WHERE id = ?"
FAILED = "UPDATE outbox SET state = 'failed', done_at = ?, why = ? WHERE id = ?"
LATER = "UPDATE outbox SET not_before = ?, tries = tries + ?, why = ? WHERE id = ?"
PART = f"UPDATE outbox SET parts_sent = ?, priority = {BEGUN}, doubts = 0 WHERE id = ? AND version = ?"
DOUBTED = "UPDATE outbox SET not_before = ?, doubts = doubts + 1, why = ? WHERE id = ?"


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that the channel took, or an edit of one."""

    id: int
    external_id: str | None = None  # the channel's own id of its last part
    version: int = 0  # the one that was sent
    parts: int = 1  # in how many
    is_edit: bool = False


async def sent(tx: Tx, letters: Sequence[Sent], now: datetime) -> None:
    """Mark messages as sent and edits as carried out, and give each its place in what was told, in this order."""
    [(place,)] = await tx.all(NEXT_PLACE)
    places = dict(zip((each.id for each in letters), range(place, place + len(letters)), strict=True))
    moment = to_text(now)
    fresh = [each for each in letters if not each.is_edit]
    await tx.run_many(
        SENT, [(moment, each.external_id, each.version, each.parts, places[each.id], each.id) for each in fresh]
    )
    await recipient_letters.arrived(tx, [each.id for each in fresh], now)
    await tx.run_many(EDITED, [(each.version, places[each.id], each.id) for each in letters if each.is_edit])


async def failed(tx: Tx, letter_id: int, why: str, now: datetime) -> None:
    await tx.run(FAILED, to_text(now), why, letter_id)


async def later(tx: Tx, letter_id: int, not_before: datetime, why: str, *, counts: bool) -> None:
    """Postpone a message or an edit; `counts` tells whether this was a try that failed (a rate limit is not)."""
    await tx.run(LATER, to_text(not_before), int(counts), why, letter_id)


async def doubted(tx: Tx, letter_id: int, not_before: datetime, why: str) -> None:
    """Postpone a message that left without an answer: it may have arrived, and that is counted."""
    await tx.run(DOUBTED, to_text(not_before), why, letter_id)


async def part_sent(tx: Tx, letter_id: int, parts: int, version: int, now: datetime) -> None:
    """Note how many parts of a message have left: nothing of its account goes between them. One edited meanwhile starts anew."""
    if await tx.run(PART, parts, letter_id, version):
        await recipient_letters.partly_left(tx, letter_id, now)


# ── edits ───────────────────────────────────────────────────────────────────────────────────────────────────────────

EDIT = """
UPDATE outbox SET text = :text, buttons = :buttons, otherwise = :otherwise, version = version + 1, edited_at = :now,
    not_before = CASE state WHEN 'sent' THEN :now ELSE not_before END,
    tries = CASE state WHEN 'sent' THEN 0 ELSE tries END,
    parts_sent = CASE state WHEN 'sent' THEN parts_sent ELSE 0 END
WHERE id = :id AND (text <> :text OR buttons <> :buttons)"""
IS_THERE = "SELECT 1 FROM outbox WHERE id = ?"


async def edit(
    tx: Tx,
    letter_id: int,
    text: str,
    now: datetime,
    *,
    buttons: Sequence[Sequence[str]] = (),
    otherwise: str | None = None,
) -> bool:
    """Change text and buttons of a message; False when it is not there any more (pruned), and nothing happened.

    One that has not left is simply another one now. One that has left is edited where it stands as soon as the lane comes to it; only the
    newest edit of a message counts, and a crash repeats one harmlessly. Where it cannot be edited any more, `otherwise` is told as a
    message of its own, with the same buttons; None: nothing is.
    """
    changed = await tx.run_named(
        EDIT,
        {"text": text, "buttons": _json(buttons), "otherwise": otherwise, "now": to_text(now), "id": letter_id},
    )
    return changed == 1 or await tx.one(IS_THERE, letter_id) is not None


NO_EDIT = "UPDATE outbox SET version_sent = ?, why = ? WHERE id = ?"
INSTEAD = f"""
INSERT INTO outbox (account_id, channel, priority, text, buttons, made_at, not_before)
SELECT account_id, channel, {NEWS}, otherwise, buttons, ?, ? FROM outbox WHERE id = ? AND version = ? AND otherwise IS NOT NULL"""


async def not_edited(tx: Tx, letter_id: int, version: int, why: str, now: datetime) -> None:
    """Give up this edit, and tell what was to be told otherwise, unless a newer edit has come meanwhile."""
    await tx.run(NO_EDIT, version, why, letter_id)
    await tx.run(INSTEAD, to_text(now), to_text(now), letter_id, version)


# ── giving up ───────────────────────────────────────────────────────────────────────────────────────────────────────

ACCOUNT_OF = "SELECT account_id FROM outbox WHERE id = ?"


async def account_of(tx: Tx, letter_id: int) -> int | None:
    """Return to which account a message was written; None when it is not there any more (pruned)."""
    row = await tx.one(ACCOUNT_OF, letter_id)
    return int(row[0]) if row else None


FAIL_ALL = "UPDATE outbox SET state = 'failed', done_at = ?, why = ? WHERE account_id = ? AND state = 'waiting'"


NO_EDITS = "UPDATE outbox SET version_sent = version WHERE account_id = ? AND state = 'sent' AND version_sent < version"


async def fail_all(tx: Tx, account_id: int, why: str, now: datetime) -> int:
    """Give up everything that waits for an account that cannot be reached, and every edit; return how many messages."""
    await tx.run(NO_EDITS, account_id)
    return await tx.run(FAIL_ALL, to_text(now), why, account_id)


PUSHES_WAITING = """
SELECT id, account_id, text, buttons, media, made_at FROM outbox
WHERE state = 'waiting' AND account_id = ? AND answers IS NULL ORDER BY id"""
TAKE_BACK = "DELETE FROM outbox WHERE id = ? AND state = 'waiting'"


async def pushes_waiting(tx: Tx, account_id: int) -> list[Letter]:
    """Return what waits for an account and answers nothing that was said there."""
    return [_letter(row) for row in await tx.all(PUSHES_WAITING, account_id)]


async def take_back(tx: Tx, letter_id: int) -> bool:
    """Take back a message that has not left; False when it has."""
    return await tx.run(TAKE_BACK, letter_id) == 1


BACKLOG = "SELECT count(*), min(made_at) FROM outbox WHERE state = 'waiting'"


async def backlog(tx: Tx) -> tuple[int, datetime | None]:
    """Return how many messages wait and since when the oldest does."""
    [(count, oldest)] = await tx.all(BACKLOG)
    return int(count), from_text(oldest) if oldest else None


@dataclass(frozen=True, slots=True)
class Failure:
    """A message that could not be delivered, as staff see it: to whom and why, not its text."""

    id: int
    name: str | None  # None: a stranger
    phone: str | None
    channel: str
    why: str
    at: datetime
    unit_id: int | None  # the person's


FAILURES = """
SELECT o.id, p.name, coalesce(p.phone, p.home_phone), a.channel, o.why, o.done_at, p.unit_id
FROM outbox o JOIN accounts a ON a.id = o.account_id LEFT JOIN persons p ON p.id = a.person_id
WHERE o.state = 'failed' AND o.done_at >= ? ORDER BY o.done_at DESC LIMIT ?"""


async def failures(tx: Tx, since: datetime, limit: int) -> list[Failure]:
    """Return the newest failures since that moment."""
    rows = await tx.all(FAILURES, to_text(since), limit)
    return [Failure(row[0], row[1], row[2], row[3], row[4], from_text(row[5]), row[6]) for row in rows]


PRUNE = """
DELETE FROM outbox WHERE id IN (
    SELECT id FROM outbox WHERE made_at < ? AND state <> 'waiting' ORDER BY id LIMIT ?)"""


async def prune(tx: Tx, before: datetime, limit: int) -> int:
    """Delete at most `limit` ended messages made before that moment; return how many.

    The last place is kept in mind, so that none is given twice, even where everything is deleted.
    """
    [(place,)] = await tx.all(NEXT_PLACE)
    await marks.put(tx, marks.LAST_PLACE, str(place - 1))
    return await tx.run(PRUNE, to_text(before), limit)

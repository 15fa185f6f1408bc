"""The outbox: what must be said, written in the transaction that decided it, sent by `bot/delivery.py`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from storage.database import Row, Tx
from storage.plain import from_json, to_json
from storage.times import from_text, to_text

ANSWER, NEWS, NOTICE = 0, 1, 5  # priorities: what a person just asked for goes before what we push


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

    It is held until `not_before`.
    """
    moment = to_text(now)
    first = to_text(not_before) if not_before else moment
    tx.last(ADD, answers, priority, text, _json(buttons), _json(media), moment, first, account_id)
    for each in media:
        tx.last(SHOW, each, account_id)


def _json(value: Sequence[Any]) -> str:
    return to_json(value) if value else "[]"


# Of each account only the first message in line is due: a later one must not overtake it.
DUE = """
SELECT o.id, o.account_id, o.text, o.buttons, o.media, o.made_at, o.priority, o.tries, o.parts_sent, a.address
FROM outbox o JOIN accounts a ON a.id = o.account_id
WHERE o.state = 'waiting' AND o.channel = ? AND o.not_before <= ? AND o.id = (
    SELECT e.id FROM outbox e WHERE e.state = 'waiting' AND e.account_id = o.account_id ORDER BY e.priority, e.id LIMIT 1)
ORDER BY o.priority, o.id LIMIT ?"""


async def due(tx: Tx, channel: str, now: datetime, limit: int) -> list[Letter]:
    """Return what may leave now on a channel: per account only the first in line, answers before notices."""
    return [_letter(row) for row in await tx.all(DUE, channel, to_text(now), limit)]


def _letter(row: Row) -> Letter:
    return Letter(row[0], row[1], row[2], from_json(row[3]), from_json(row[4]), from_text(row[5]), *row[6:])


NEXT_DUE = "SELECT min(not_before) FROM outbox WHERE state = 'waiting' AND channel = ? AND not_before > ?"


async def next_due(tx: Tx, channel: str, now: datetime) -> datetime | None:
    """Return the moment at which the next postponed message of a channel is due, or None."""
    row = await tx.one(NEXT_DUE, channel, to_text(now))
    return from_text(row[0]) if row and row[0] else None


SENT = "UPDATE outbox SET state = 'sent', done_at = ? WHERE id = ?"
FAILED = "UPDATE outbox SET state = 'failed', done_at = ?, why = ? WHERE id = ?"
LATER = "UPDATE outbox SET not_before = ?, tries = tries + ?, why = ? WHERE id = ?"
PART = "UPDATE outbox SET parts_sent = ? WHERE id = ?"


async def sent(tx: Tx, ids: Sequence[int], now: datetime) -> None:
    moment = to_text(now)
    await tx.run_many(SENT, [(moment, each) for each in ids])


async def failed(tx: Tx, letter_id: int, why: str, now: datetime) -> None:
    await tx.run(FAILED, to_text(now), why, letter_id)


async def later(tx: Tx, letter_id: int, not_before: datetime, why: str, *, counts: bool) -> None:
    """Postpone a message; `counts` tells whether this was a try that failed (a rate limit is not)."""
    await tx.run(LATER, to_text(not_before), int(counts), why, letter_id)


async def part_sent(tx: Tx, letter_id: int, parts: int) -> None:
    await tx.run(PART, parts, letter_id)


FAIL_ALL = "UPDATE outbox SET state = 'failed', done_at = ?, why = ? WHERE account_id = ? AND state = 'waiting'"


async def fail_all(tx: Tx, account_id: int, why: str, now: datetime) -> int:
    """Give up everything that waits for an account that cannot be reached; return how many."""
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


SHOWN = "SELECT buttons FROM outbox WHERE account_id = ? AND not_before < ? ORDER BY id DESC LIMIT 1"


async def last_buttons(tx: Tx, account_id: int, before: datetime) -> list[list[str]]:
    """Return the buttons of the newest message that may have left for the account by then: what a typed digit or label refers to.

    A push that came in between, or that is held until later, was not on the screen when the digit was typed.
    """
    row = await tx.one(SHOWN, account_id, to_text(before))
    return from_json(row[0]) if row else []


BACKLOG = "SELECT count(*), min(made_at) FROM outbox WHERE state = 'waiting'"


async def backlog(tx: Tx) -> tuple[int, datetime | None]:
    """Return how many messages wait and since when the oldest does."""
    [(count, oldest)] = await tx.all(BACKLOG)
    return int(count), from_text(oldest) if oldest else None


TOLD_COLUMNS = "id, account_id, text, buttons, media, made_at"
TOLD = f"SELECT {TOLD_COLUMNS} FROM outbox WHERE account_id = ? AND id > ? ORDER BY id LIMIT ?"
TOLD_BEFORE = f"SELECT {TOLD_COLUMNS} FROM outbox WHERE account_id = ? AND id < ? ORDER BY id DESC LIMIT ?"


async def told_after(tx: Tx, account_id: int, after: int, limit: int) -> list[Letter]:
    """Return what the account was told after outbox id `after`, oldest first."""
    return [_letter(row) for row in await tx.all(TOLD, account_id, after, limit)]


async def told_before(tx: Tx, account_id: int, before: int, limit: int) -> list[Letter]:
    """Return what the account was told before outbox id `before`, newest first."""
    return [_letter(row) for row in await tx.all(TOLD_BEFORE, account_id, before, limit)]


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
    """Delete at most `limit` ended messages made before that moment; return how many."""
    return await tx.run(PRUNE, to_text(before), limit)

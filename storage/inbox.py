"""The inbox: a message is here before its channel is told that we have it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.database import Row, Tx
from storage.plain import from_json, to_json
from storage.times import from_text, to_text

# A channel repeats what it thinks we missed within a day at most (Telegram keeps updates 24 hours:
# https://core.telegram.org/bots/api#getting-updates), and restarts its numbers at random after a week of silence.
DEDUPE_WINDOW = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message at the door, already matched to its account."""

    channel: str
    external_id: str
    account_id: int
    kind: str
    words: str
    choice: str | None
    media: tuple[str, ...]  # media ids
    said_at: datetime
    quote: str = ""  # what it quotes, as staff read it


@dataclass(frozen=True, slots=True)
class Message:
    """A stored message, waiting for its turn."""

    id: int
    account_id: int
    kind: str
    words: str
    choice: str | None
    media: tuple[str, ...]
    said_at: datetime
    received_at: datetime
    quote: str = ""  # what it quotes, as staff read it: no words of the person's own


ADD = """
INSERT INTO inbox (channel, external_id, account_id, kind, words, choice, media, said_at, received_at, quote)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (channel, external_id) DO NOTHING"""
RETIRE = """
UPDATE inbox SET external_id = external_id || '#' || id
WHERE channel = ? AND external_id = ? AND received_at < ? AND state <> 'waiting'"""


async def add(tx: Tx, arrivals: Sequence[Arrival], now: datetime) -> int:
    """Store messages; return how many were new.

    The same (channel, external_id) within DEDUPE_WINDOW is the same message and is stored once. An older one with the same id
    was another message: it gives up its id.
    """
    added = await tx.run_many(ADD, [_row(each, now) for each in arrivals])
    if added == len(arrivals):
        return added
    horizon = to_text(now - DEDUPE_WINDOW)
    retired = await tx.run_many(RETIRE, [(each.channel, each.external_id, horizon) for each in arrivals])
    return added + (await tx.run_many(ADD, [_row(each, now) for each in arrivals]) if retired else 0)


def _row(arrival: Arrival, now: datetime) -> tuple[object, ...]:
    return (
        arrival.channel,
        arrival.external_id,
        arrival.account_id,
        arrival.kind,
        arrival.words,
        arrival.choice,
        to_json(arrival.media),
        to_text(arrival.said_at),
        to_text(now),
        arrival.quote,
    )


KNOWN = "SELECT id FROM inbox WHERE channel = ? AND external_id = ? AND received_at >= ?"


async def known(tx: Tx, channel: str, external_id: str, now: datetime) -> int | None:
    """Return the id under which this message is already stored, or None."""
    row = await tx.one(KNOWN, channel, external_id, to_text(now - DEDUPE_WINDOW))
    return int(row[0]) if row else None


STORED = "SELECT id FROM inbox WHERE channel = ? AND external_id = ?"


async def stored(tx: Tx, channel: str, external_id: str) -> int | None:
    """Return the id of the message with this external id, however old, or None: for channels that reuse no id."""
    row = await tx.one(STORED, channel, external_id)
    return int(row[0]) if row else None


COLUMNS = "id, account_id, kind, words, choice, media, said_at, received_at, quote"
WAITING = f"SELECT {COLUMNS} FROM inbox WHERE state = 'waiting' ORDER BY id LIMIT ?"


async def waiting(tx: Tx, limit: int) -> list[Message]:
    """Return the next messages in the order they were stored, up to the first whose account has one among them already."""
    found: list[Message] = []
    accounts: set[int] = set()
    for row in await tx.all(WAITING, limit):
        if row[1] in accounts:
            break
        accounts.add(row[1])
        found.append(message_from(row))
    return found


def message_from(row: Row) -> Message:
    return Message(
        row[0], row[1], row[2], row[3], row[4], tuple(from_json(row[5])), from_text(row[6]), from_text(row[7]), row[8]
    )


HANDLED = "UPDATE inbox SET state = 'handled' WHERE id = ? AND state = 'waiting'"
PARKED = "UPDATE inbox SET state = 'parked', trace = ? WHERE id = ? AND state = 'waiting'"


async def handled(tx: Tx, ids: Sequence[int]) -> None:
    """Mark messages as handled. Raises LookupError when one was not waiting: its turn must not happen twice."""
    if await tx.run_many(HANDLED, [(each,) for each in ids]) != len(ids):
        raise LookupError(f"not all of the messages {list(ids)} were waiting")


async def park(tx: Tx, message_id: int, trace: str) -> None:
    """Put a message aside for the operator with the traceback of its turn."""
    await tx.run(PARKED, trace, message_id)


COUNT_START = "UPDATE inbox SET starts = starts + 1 WHERE state = 'waiting'"
DEADLY = f"SELECT {COLUMNS} FROM inbox WHERE state = 'waiting' AND starts > ? ORDER BY id LIMIT 1"


async def count_start(tx: Tx) -> int:
    """At process start: count it on every waiting message; return how many wait."""
    return await tx.run(COUNT_START)


async def deadly(tx: Tx, starts: int) -> Message | None:
    """Return the first waiting message that more than `starts` process starts have found unhandled, or None."""
    row = await tx.one(DEADLY, starts)
    return message_from(row) if row else None


BACKLOG = "SELECT count(*), min(received_at) FROM inbox WHERE state = 'waiting'"
PARKED_COUNT = "SELECT count(*) FROM inbox WHERE state = 'parked'"


async def backlog(tx: Tx) -> tuple[int, datetime | None]:
    """Return how many messages wait and since when the oldest does."""
    [(count, oldest)] = await tx.all(BACKLOG)
    return int(count), from_text(oldest) if oldest else None


async def parked_count(tx: Tx) -> int:
    row = await tx.one(PARKED_COUNT)
    return int(row[0]) if row else 0


BY_ID = f"SELECT {COLUMNS} FROM inbox WHERE id = ? AND account_id = ?"


async def by_id(tx: Tx, message_id: int, account_id: int) -> Message | None:
    """Return what this account said under this id, or None."""
    row = await tx.one(BY_ID, message_id, account_id)
    return message_from(row) if row else None


@dataclass(frozen=True, slots=True)
class Parked:
    """A message put aside for the operator."""

    id: int
    channel: str
    received_at: datetime
    trace: str  # why; may hold what people wrote


PARKED_COLUMNS = "id, channel, received_at, coalesce(trace, '')"
ALL_PARKED = f"SELECT {PARKED_COLUMNS} FROM inbox WHERE state = 'parked' ORDER BY id LIMIT ?"
ONE_PARKED = f"SELECT {PARKED_COLUMNS} FROM inbox WHERE state = 'parked' AND id = ?"
RETRY = "UPDATE inbox SET state = 'waiting', starts = 0, trace = NULL WHERE id = ? AND state = 'parked'"


async def parked(tx: Tx, limit: int) -> list[Parked]:
    """Return messages put aside, oldest first."""
    return [Parked(row[0], row[1], from_text(row[2]), row[3]) for row in await tx.all(ALL_PARKED, limit)]


async def parked_one(tx: Tx, message_id: int) -> Parked | None:
    row = await tx.one(ONE_PARKED, message_id)
    return Parked(row[0], row[1], from_text(row[2]), row[3]) if row else None


async def retry(tx: Tx, message_id: int) -> bool:
    """Let a message that was put aside wait for its turn again; False when there is none."""
    return await tx.run(RETRY, message_id) == 1


SAID = f"SELECT {COLUMNS}, external_id FROM inbox WHERE account_id = ? AND id > ? ORDER BY id LIMIT ?"


async def said_after(tx: Tx, account_id: int, after: int, limit: int) -> list[tuple[Message, str]]:
    """Return what the account said after inbox id `after`, with the channel's own ids, oldest first."""
    return [(message_from(row), row[9]) for row in await tx.all(SAID, account_id, after, limit)]


SAID_BEFORE = f"SELECT {COLUMNS}, external_id FROM inbox WHERE account_id = ? AND id < ? ORDER BY id DESC LIMIT ?"


async def said_before(tx: Tx, account_id: int, before: int, limit: int) -> list[tuple[Message, str]]:
    """Return what the account said before inbox id `before`, newest first."""
    return [(message_from(row), row[9]) for row in await tx.all(SAID_BEFORE, account_id, before, limit)]


PRUNE = "DELETE FROM inbox WHERE id IN (SELECT id FROM inbox WHERE received_at < ? AND state = 'handled' ORDER BY id LIMIT ?)"


async def prune(tx: Tx, before: datetime, limit: int) -> int:
    """Delete at most `limit` handled messages received before that moment; return how many."""
    return await tx.run(PRUNE, to_text(before), limit)

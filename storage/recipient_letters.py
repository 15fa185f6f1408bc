"""The letters of a mailing's recipients in the outbox: what was called back, what arrived, what could not be delivered."""

from collections.abc import Sequence
from datetime import datetime

from storage.database import Tx
from storage.times import to_text

# ── by the lane, with the letters themselves ────────────────────────────────────────────────────────────────────────

_ITS_RECIPIENT = "(SELECT o.recipient_id FROM outbox o WHERE o.id = ?)"
ARRIVED = f"""
UPDATE recipients SET state = 'arrived', why = NULL, not_before = NULL, arrived_at = coalesce(arrived_at, ?),
    channel = coalesce(channel, (SELECT o.channel FROM outbox o WHERE o.id = ?)) WHERE id = {_ITS_RECIPIENT}"""
RIVALS = f"""
UPDATE outbox SET state = 'dropped', done_at = ?
WHERE state = 'waiting' AND parts_sent = 0 AND id <> ? AND recipient_id = {_ITS_RECIPIENT}"""
OUT_AGAIN = f"UPDATE recipients SET state = 'out', not_before = NULL WHERE state IN ('queued', 'late', 'dropped') AND id = {_ITS_RECIPIENT}"
ALIVE_AGAIN = "UPDATE outbox SET state = 'waiting', done_at = NULL WHERE id = ? AND state = 'dropped'"


async def arrived(tx: Tx, letter_ids: Sequence[int], now: datetime) -> None:
    """Note, with the letters that were sent, that their recipients have it; a letter of no mailing changes nothing.

    One that was called back while it travelled has arrived all the same: another one to that recipient is not sent any more.
    """
    moment = to_text(now)
    await tx.run_many(ARRIVED, [(moment, each, each) for each in letter_ids])
    await tx.run_many(RIVALS, [(moment, each, each) for each in letter_ids])


async def partly_left(tx: Tx, letter_id: int, now: datetime) -> None:
    """Note that a part of a letter has left: the rest follows, also when it was called back meanwhile."""
    if await tx.run(ALIVE_AGAIN, letter_id):
        await tx.run(OUT_AGAIN, letter_id)
        await tx.run(RIVALS, to_text(now), letter_id, letter_id)


# ── by the mailing ──────────────────────────────────────────────────────────────────────────────────────────────────

_OF_MAILING = "SELECT id FROM recipients WHERE mailing_id = ? AND state = 'out'"
CALL_BACK = f"""
UPDATE outbox SET state = 'dropped', done_at = ? WHERE state = 'waiting' AND parts_sent = 0 AND recipient_id IN ({_OF_MAILING})
RETURNING recipient_id"""
QUEUE = "UPDATE recipients SET state = 'queued', not_before = NULL WHERE id = ?"
UNSENT = (
    f"SELECT channel, count(*) FROM outbox WHERE state = 'waiting' AND recipient_id IN ({_OF_MAILING}) GROUP BY channel"
)


async def call_back(tx: Tx, mailing_id: int, now: datetime) -> int:
    """Take what has not left out of the outbox and queue its recipients again; return how many.

    What a channel is taking at this moment arrives, and counts as arrived.
    """
    called = await tx.returning(CALL_BACK, to_text(now), mailing_id)
    await tx.run_many(QUEUE, [(row[0],) for row in called])
    return len(called)


async def unsent(tx: Tx, mailing_id: int) -> dict[str, int]:
    """Return how many letters of a mailing stand in the outbox, by channel."""
    return {str(row[0]): int(row[1]) for row in await tx.all(UNSENT, mailing_id)}


# Its letters are all at their end, and none of them arrived.
UNSETTLED = """
SELECT r.id, r.person_id, (SELECT o.why FROM outbox o WHERE o.recipient_id = r.id AND o.state = 'failed' ORDER BY o.id DESC LIMIT 1)
FROM recipients r WHERE r.mailing_id = ? AND r.state = 'out' AND NOT EXISTS (
    SELECT 1 FROM outbox o WHERE o.recipient_id = r.id AND o.state = 'waiting')
ORDER BY r.id LIMIT ?"""
TRIED = """
SELECT o.account_id FROM outbox o JOIN recipients r ON r.id = o.recipient_id
WHERE r.id = ? AND o.state = 'failed' AND o.id > r.tried_after"""


async def unsettled(tx: Tx, mailing_id: int, limit: int) -> list[tuple[int, int, str | None]]:
    """Return (recipient id, person id, the last reason) of those whose message could not be delivered where it was tried."""
    return [(int(row[0]), int(row[1]), row[2]) for row in await tx.all(UNSETTLED, mailing_id, limit)]


async def tried(tx: Tx, recipient_id: int) -> set[int]:
    """Return the accounts on which it failed in this try."""
    return {int(row[0]) for row in await tx.all(TRIED, recipient_id)}

"""What was said in a person's dialogs of some flows, on either side: to take it out when it must not be kept here."""

from collections.abc import Sequence
from datetime import datetime

from storage.database import Tx
from storage.times import to_text

ACCOUNTS = "SELECT id FROM accounts WHERE person_id = ?"
OPEN = "SELECT created_at FROM dialogs WHERE account_id = ? AND state = 'open'"
ENDED = """
SELECT flow, created_at, updated_at FROM dialogs
WHERE updated_at >= ? AND account_id = ? AND state IN ('done', 'dropped') AND (flow <> ? OR updated_at = ?)"""
BLANK = "UPDATE inbox SET words = ? WHERE account_id = ? AND received_at >= ? AND received_at <= ? AND words <> ''"
FORGET = "UPDATE dialogs SET answers = '{}' WHERE account_id = ? AND flow = ? AND state IN ('done', 'dropped') AND updated_at >= ?"
_ANSWERS = "SELECT id FROM outbox WHERE account_id = ? AND made_at >= ? AND made_at <= ? AND answers IS NOT NULL"
TOLD = f"{_ANSWERS} AND place IS NOT NULL"
UNTOLD = f"{_ANSWERS} AND state = 'waiting'"
_SHOWN = "SELECT id FROM outbox WHERE account_id = ? AND buttons LIKE ?"
SHOWN_TOLD = f"{_SHOWN} AND place IS NOT NULL"
SHOWN_UNTOLD = f"{_SHOWN} AND state = 'waiting'"
FOR_EVER = "9999"  # an open dialog was saved when its question was asked; what answers it came after that


Span = tuple[int, str, str]
"""An account, and from when until when, as stored, its person was in a dialog."""


async def open_span(tx: Tx, account_id: int) -> list[Span]:
    """Return the dialog that is open on an account, from its beginning until now; nothing when none is."""
    return [(account_id, str(row[0]), FOR_EVER) for row in await tx.all(OPEN, account_id)]


async def ended_spans(tx: Tx, person_id: int, flows: Sequence[str], making: str, made_at: datetime) -> list[Span]:
    """Return a person's dialogs of these flows that ended at `made_at` or later; of the flow `making` only the one that ended just then."""
    moment, found = to_text(made_at), []
    for (account_id,) in await tx.all(ACCOUNTS, person_id):
        for flow, begin, end in await tx.all(ENDED, moment, account_id, making, moment):
            found += [(int(account_id), str(begin), str(end))] if flow in flows else []
    return found


async def blank(tx: Tx, spans: Sequence[Span], instead: str) -> int:
    """Put other words for what was said in these dialogs; return how many messages."""
    return await tx.run_many(BLANK, [(instead, *span) for span in spans])


async def forget(tx: Tx, person_id: int, flows: Sequence[str], since: datetime) -> int:
    """Empty the answers of a person's dialogs of these flows that ended at `since` or later; return how many dialogs."""
    rows = [(each[0], flow, to_text(since)) for each in await tx.all(ACCOUNTS, person_id) for flow in flows]
    return await tx.run_many(FORGET, rows)


async def answers_in(tx: Tx, spans: Sequence[Span]) -> list[int]:
    """Return the messages that were answered in these dialogs."""
    found: set[int] = set()
    for span in spans:
        found |= {int(row[0]) for row in [*await tx.all(TOLD, *span), *await tx.all(UNTOLD, *span)]}
    return sorted(found)


async def with_button(tx: Tx, person_id: int, choice: str) -> list[int]:
    """Return the messages to a person under which a button stands whose choice begins so."""
    found: set[int] = set()
    for (account_id,) in await tx.all(ACCOUNTS, person_id):
        for sql in (SHOWN_TOLD, SHOWN_UNTOLD):
            found |= {int(row[0]) for row in await tx.all(sql, account_id, f'%"{choice}%')}
    return sorted(found)

"""What was said in a person's dialogs of some flows, on either side: to take it out when it must not be kept here."""

from collections.abc import Sequence
from datetime import datetime

from storage.database import Tx
from storage.times import to_text

ACCOUNTS = "SELECT id FROM accounts WHERE person_id = ?"
OPEN = "SELECT flow, created_at FROM dialogs WHERE account_id = ? AND state = 'open'"
DRAFTS = "SELECT flow, created_at FROM dialogs WHERE account_id = ? AND state = 'draft'"
ENDED = "SELECT flow, created_at, updated_at FROM dialogs WHERE updated_at >= ? AND account_id = ? AND state IN ('done', 'dropped')"
BLANK = "UPDATE inbox SET words = ? WHERE account_id = ? AND received_at >= ? AND received_at <= ? AND words <> ''"
FORGET = "UPDATE dialogs SET answers = '{}' WHERE account_id = ? AND flow = ? AND state IN ('done', 'dropped') AND updated_at >= ?"
_ANSWERS = "SELECT id FROM outbox WHERE account_id = ? AND made_at >= ? AND made_at <= ? AND answers IS NOT NULL"
TOLD = f"{_ANSWERS} AND place IS NOT NULL"
UNTOLD = f"{_ANSWERS} AND state = 'waiting'"
_SHOWN = "SELECT id FROM outbox WHERE account_id = ? AND buttons LIKE ?"
SHOWN_TOLD = f"{_SHOWN} AND place IS NOT NULL"
SHOWN_UNTOLD = f"{_SHOWN} AND state = 'waiting'"
FOR_EVER = "9999"  # an open dialog was saved when its question was asked; what answers it came after that


async def _spans(tx: Tx, person_id: int, flows: Sequence[str], since: datetime) -> list[tuple[int, str, str]]:
    """Return account, beginning and end of the dialogs that are open, put aside, or ended at `since` or later."""
    found = []
    for (account_id,) in await tx.all(ACCOUNTS, person_id):
        underway = [*await tx.all(OPEN, account_id), *await tx.all(DRAFTS, account_id)]
        spans = [(flow, begin, FOR_EVER) for flow, begin in underway]
        spans += [(row[0], row[1], row[2]) for row in await tx.all(ENDED, to_text(since), account_id)]
        found += [(account_id, begin, end) for flow, begin, end in spans if flow in flows]
    return found


async def blank(tx: Tx, person_id: int, flows: Sequence[str], since: datetime, instead: str) -> int:
    """Put other words for what a person said in dialogs that are open or ended at `since` or later; return how many messages.

    The answers of those that ended go too; those of an open one are its own part (`Chat.forget`).
    """
    blanked = 0
    for account_id, begin, end in await _spans(tx, person_id, flows, since):
        blanked += await tx.run(BLANK, instead, account_id, begin, end)
        for flow in flows:
            await tx.run(FORGET, account_id, flow, to_text(since))
    return blanked


async def answers_in(tx: Tx, person_id: int, flows: Sequence[str], since: datetime) -> list[int]:
    """Return the messages that were answered in such dialogs."""
    found: set[int] = set()
    for span in await _spans(tx, person_id, flows, since):
        found |= {int(row[0]) for row in [*await tx.all(TOLD, *span), *await tx.all(UNTOLD, *span)]}
    return sorted(found)


async def with_button(tx: Tx, person_id: int, choice: str) -> list[int]:
    """Return the messages to a person under which a button stands whose choice begins so."""
    found: set[int] = set()
    for (account_id,) in await tx.all(ACCOUNTS, person_id):
        for sql in (SHOWN_TOLD, SHOWN_UNTOLD):
            found |= {int(row[0]) for row in await tx.all(sql, account_id, f'%"{choice}%')}
    return sorted(found)

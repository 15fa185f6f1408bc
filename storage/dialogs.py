"""Dialogs: conversations in progress, one open a account at most."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from storage.database import Row, Tx
from storage.plain import from_json, to_json
from storage.times import from_text, to_text


@dataclass(frozen=True, slots=True)
class Dialog:
    id: int
    account_id: int
    flow: str
    answers: dict[str, Any]
    asked: str | None  # key of the question that stands open
    state: str  # 'open', 'draft', 'done', 'dropped'
    misunderstood: int  # in a row
    updated_at: datetime


COLUMNS = "id, account_id, flow, answers, asked, state, misunderstood, updated_at"


def dialog_from(row: Row) -> Dialog:
    return Dialog(row[0], row[1], row[2], from_json(row[3]), row[4], row[5], row[6], from_text(row[7]))


ADD = """
INSERT INTO dialogs (account_id, flow, answers, asked, state, misunderstood, created_at, updated_at)
VALUES (?, ?, ?, NULL, 'open', 0, ?, ?) RETURNING id"""


async def add(tx: Tx, account_id: int, flow: str, answers: dict[str, Any], now: datetime) -> Dialog:
    """Open a dialog. The account must have none open."""
    moment = to_text(now)
    new = await tx.insert(ADD, account_id, flow, to_json(answers), moment, moment)
    return Dialog(new, account_id, flow, answers, None, "open", 0, now)


SAVE = "UPDATE dialogs SET answers = ?, asked = ?, state = ?, misunderstood = ?, updated_at = ? WHERE id = ?"


async def save(tx: Tx, dialog: Dialog) -> None:
    """Write back a dialog's answers, open question and state."""
    await tx.run(SAVE, *_saved(dialog))


def save_last(tx: Tx, dialog: Dialog) -> None:
    """The same, at the end of the transaction: for a turn that does not look at the dialog again."""
    tx.last(SAVE, *_saved(dialog))


def _saved(dialog: Dialog) -> tuple[object, ...]:
    answers = to_json(dialog.answers)
    return (answers, dialog.asked, dialog.state, dialog.misunderstood, to_text(dialog.updated_at), dialog.id)


BY_ID = f"SELECT {COLUMNS} FROM dialogs WHERE id = ? AND account_id = ?"
DRAFT = f"SELECT {COLUMNS} FROM dialogs WHERE account_id = ? AND flow = ? AND state = 'draft' ORDER BY id DESC LIMIT 1"
NEWEST_DRAFT = f"SELECT {COLUMNS} FROM dialogs WHERE account_id = ? AND state = 'draft' ORDER BY id DESC LIMIT 1"


async def by_id(tx: Tx, dialog_id: int, account_id: int) -> Dialog | None:
    row = await tx.one(BY_ID, dialog_id, account_id)
    return dialog_from(row) if row else None


async def draft(tx: Tx, account_id: int, flow: str | None = None) -> Dialog | None:
    """Return the newest draft of the account, of this flow if one is named."""
    row = await (tx.one(DRAFT, account_id, flow) if flow else tx.one(NEWEST_DRAFT, account_id))
    return dialog_from(row) if row else None


DROP_DRAFTS = "UPDATE dialogs SET state = 'dropped' WHERE state = 'draft' AND updated_at < ?"
PRUNE = "DELETE FROM dialogs WHERE state IN ('done', 'dropped') AND updated_at < ?"


async def drop_old_drafts(tx: Tx, now: datetime, hours: int) -> int:
    """Drop drafts put aside more than `hours` ago; return how many."""
    return await tx.run(DROP_DRAFTS, to_text(now - timedelta(hours=hours)))


async def prune(tx: Tx, now: datetime, days: int) -> int:
    """Delete ended dialogs older than `days`; until then their buttons know what they were. Return how many."""
    return await tx.run(PRUNE, to_text(now - timedelta(days=days)))

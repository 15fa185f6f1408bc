"""What an account was told, in the order in which it appeared: the page's history, and the buttons that were on the screen.

What is held, waits or was given up has not appeared. A message has its place from the moment it left, an edit from the moment it
arrived; a place is never given twice, and a later one is greater.
"""

from dataclasses import dataclass
from datetime import datetime

from storage.database import Row, Tx
from storage.outbox import ANSWER
from storage.plain import from_json
from storage.times import from_text, to_text


@dataclass(frozen=True, slots=True)
class Told:
    """A message that appeared, or the edit of one that had. Buttons are [label, choice] or [label, choice, kind]."""

    place: int  # among all that was ever told to anybody
    id: int  # of the letter
    text: str
    buttons: list[list[str]]
    media: list[str]
    at: datetime  # when it appeared
    is_edit: bool


AFTER = """
SELECT * FROM (
    SELECT * FROM (
        SELECT place, id, text, buttons, media, done_at, 0 FROM outbox
        WHERE account_id = :account AND place > :place ORDER BY place LIMIT :limit)
    UNION ALL
    SELECT * FROM (
        SELECT edit_place, id, text, buttons, media, done_at, 1 FROM outbox
        WHERE account_id = :account AND edit_place > :place ORDER BY edit_place LIMIT :limit)
) ORDER BY 1 LIMIT :limit"""
BEFORE = """
SELECT place, id, text, buttons, media, done_at, 0 FROM outbox
WHERE account_id = ? AND place < ? ORDER BY place DESC LIMIT ?"""


async def after(tx: Tx, account_id: int, place: int, limit: int) -> list[Told]:
    """Return what appeared on an account after that place, and what was edited there since, oldest first."""
    rows = await tx.all_named(AFTER, {"account": account_id, "place": place, "limit": limit})
    return [_told(row) for row in rows]


async def before(tx: Tx, account_id: int, place: int, limit: int) -> list[Told]:
    """Return what appeared on an account before that place, as it reads now, newest first."""
    return [_told(row) for row in await tx.all(BEFORE, account_id, place, limit)]


def _told(row: Row) -> Told:
    return Told(row[0], row[1], row[2], from_json(row[3]), from_json(row[4]), from_text(row[5]), bool(row[6]))


# An answer counts from when it was made: it leaves at once, and whoever types fast may be ahead of its being written down as sent.
SHOWN = f"""
SELECT buttons FROM (
    SELECT * FROM (
        SELECT buttons, 1 AS is_flying FROM outbox
        WHERE account_id = :account AND state = 'waiting' AND priority <= {ANSWER} AND answers IS NOT NULL AND not_before < :before
        ORDER BY id DESC LIMIT 1)
    UNION ALL
    SELECT * FROM (
        SELECT buttons, 0 FROM outbox
        WHERE account_id = :account AND place IS NOT NULL
            AND (done_at < :before OR answers IS NOT NULL AND not_before < :before)
        ORDER BY place DESC LIMIT 1)
) ORDER BY is_flying DESC LIMIT 1"""


async def last_buttons(tx: Tx, account_id: int, before: datetime) -> list[list[str]]:
    """Return the buttons of the newest message that was on the account's screen by then: what a typed digit or label refers to.

    A push that came in between, or that is held until later, was not there when the digit was typed.
    """
    rows = await tx.all_named(SHOWN, {"account": account_id, "before": to_text(before)})
    return from_json(rows[0][0]) if rows else []

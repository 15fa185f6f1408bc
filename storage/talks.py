"""Talks: stretches in which somebody talks to a member of staff and the bot keeps silent. Begin and end are both recorded."""

from dataclasses import dataclass
from datetime import datetime

from storage.database import Row, Tx
from storage.times import from_text, to_text


@dataclass(frozen=True, slots=True)
class Talk:
    id: int
    account_id: int  # the cadre's side
    staff_account_id: int
    staff_id: int
    case_id: int
    began_at: datetime
    last_at: datetime


COLUMNS = "id, account_id, staff_account_id, staff_id, case_id, began_at, last_at"
BEGIN = """
INSERT INTO talks (account_id, staff_account_id, staff_id, case_id, began_at, last_at) VALUES (?, ?, ?, ?, ?, ?) RETURNING id"""
OF_ACCOUNT = f"""
SELECT {COLUMNS} FROM talks WHERE account_id = ? AND ended_at IS NULL
UNION ALL SELECT {COLUMNS} FROM talks WHERE staff_account_id = ? AND ended_at IS NULL"""
OF_CASE = f"SELECT {COLUMNS} FROM talks WHERE case_id = ? AND ended_at IS NULL"
BY_ID = f"SELECT {COLUMNS} FROM talks WHERE id = ? AND ended_at IS NULL"
SAID = "UPDATE talks SET last_at = ? WHERE id = ? AND ended_at IS NULL"
END = "UPDATE talks SET ended_at = ?, ended_why = ? WHERE id = ? AND ended_at IS NULL"


def _talk(row: Row) -> Talk:
    return Talk(row[0], row[1], row[2], row[3], row[4], from_text(row[5]), from_text(row[6]))


async def begin(tx: Tx, account_id: int, staff_account_id: int, staff_id: int, case_id: int, now: datetime) -> int:
    """Begin a talk and return its id. Neither account may have one open."""
    return await tx.insert(BEGIN, account_id, staff_account_id, staff_id, case_id, to_text(now), to_text(now))


async def of_account(tx: Tx, account_id: int) -> Talk | None:
    """Return the open talk in which this account takes part, on either side, or None."""
    row = await tx.one(OF_ACCOUNT, account_id, account_id)
    return _talk(row) if row else None


async def of_case(tx: Tx, case_id: int) -> Talk | None:
    row = await tx.one(OF_CASE, case_id)
    return _talk(row) if row else None


async def by_id(tx: Tx, talk_id: int) -> Talk | None:
    """Return the talk if it is still open, else None."""
    row = await tx.one(BY_ID, talk_id)
    return _talk(row) if row else None


async def said(tx: Tx, talk_id: int, now: datetime) -> None:
    """Somebody said something: the idle time begins anew."""
    await tx.run(SAID, to_text(now), talk_id)


async def end(tx: Tx, talk_id: int, why: str, now: datetime) -> bool:
    """End a talk ('cadre', 'staff', 'idle', 'closed', 'handed'); False when it had ended."""
    return await tx.run(END, to_text(now), why, talk_id) == 1

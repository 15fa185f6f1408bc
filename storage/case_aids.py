"""Help given in a case: what the 困难帮扶台账 is made of."""

from dataclasses import dataclass
from datetime import date, datetime

from storage.database import Tx
from storage.times import to_text


@dataclass(frozen=True, slots=True)
class Aid:
    kind: str  # 帮扶类型
    reason: str  # 原因
    form: str  # 形式
    amount: str  # as entered
    given_on: date
    giver: str  # 发放人


ADD = """
INSERT INTO case_aids (case_id, kind, reason, form, amount, given_on, giver, entered_by, entered_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"""
OF_CASE = "SELECT kind, reason, form, amount, given_on, giver FROM case_aids WHERE case_id = ? ORDER BY id"


async def add(tx: Tx, case_id: int, aid: Aid, entered_by: int, now: datetime) -> None:
    values = (aid.kind, aid.reason, aid.form, aid.amount, aid.given_on.isoformat(), aid.giver)
    await tx.run(ADD, case_id, *values, entered_by, to_text(now))


async def of_case(tx: Tx, case_id: int) -> list[Aid]:
    """Return the help given in a case, in the order entered."""
    rows = await tx.all(OF_CASE, case_id)
    return [Aid(row[0], row[1], row[2], row[3], date.fromisoformat(row[4]), row[5]) for row in rows]

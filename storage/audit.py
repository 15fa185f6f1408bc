"""The trail: who changed what, written in the transaction of the change."""

from datetime import datetime

from storage.database import Tx
from storage.plain import to_json
from storage.times import to_text

ADD = "INSERT INTO audit (at, actor_id, account_id, deed, subject, detail) VALUES (?, ?, ?, ?, ?, ?)"


async def add(
    tx: Tx,
    now: datetime,
    deed: str,
    subject: str,
    *,
    actor_id: int | None,
    account_id: int | None = None,
    **detail: str | int | bool | None,
) -> None:
    """Write one row. `detail` must hold no message text: the trail outlives the messages."""
    await tx.run(ADD, to_text(now), actor_id, account_id, deed, subject, to_json(detail))

"""Sets of persons that a mailing can be for, besides what the roster says of each."""

from collections.abc import Sequence
from datetime import date

from storage.database import Tx

# 'alone': lives alone or without children; 'disabled': cannot look after themselves; 'hospital': lies in hospital that day.
CARE = {
    "alone": """
SELECT p.id FROM persons p WHERE (p.living LIKE '%独居%' OR p.living LIKE '%空巢%')
AND p.living NOT LIKE '%非独居%' AND p.living NOT LIKE '%不独居%' AND p.living NOT LIKE '%非空巢%'""",
    "disabled": """
SELECT p.id FROM persons p WHERE (p.health LIKE '%不能自理%' OR p.health LIKE '%失能%')
AND p.health NOT LIKE '%无失能%' AND p.health NOT LIKE '%未失能%' AND p.health NOT LIKE '%非失能%'
UNION SELECT e.person_id FROM life_events e WHERE e.kind = 'disabled' AND e.from_on <= ? AND coalesce(e.until_on, '9999') >= ?""",
    "hospital": """
SELECT e.person_id FROM life_events e WHERE e.kind = 'hospital' AND e.from_on <= ? AND coalesce(e.until_on, '9999') >= ?""",
}


async def in_care(tx: Tx, classes: Sequence[str], day: date) -> set[int]:
    """Return who belongs to any of these classes on that day. Raises KeyError: no such class."""
    found: set[int] = set()
    for each in classes:
        sql = CARE[each]
        found |= {int(row[0]) for row in await tx.all(sql, *[day.isoformat()] * sql.count("?"))}
    return found


COMING = "SELECT person_id FROM signups WHERE gathering_id = ? AND state = 'in'"


async def coming(tx: Tx, gathering_id: int) -> set[int]:
    """Return who has a place at a gathering."""
    return {int(row[0]) for row in await tx.all(COMING, gathering_id)}


_SENT = "SELECT person_id FROM recipients WHERE mailing_id = ?"
ANSWERED = {
    "read": f"{_SENT} AND read_at IS NOT NULL",
    "unread": f"{_SENT} AND read_at IS NULL",
    "yes": f"{_SENT} AND answer = 'yes'",
    "no": f"{_SENT} AND answer = 'no'",
    "unanswered": f"{_SENT} AND answer IS NULL AND words IS NULL",
}


async def answered(tx: Tx, mailing_id: int, how: str) -> set[int]:
    """Return which recipients of an earlier mailing have read or answered it so. Raises KeyError: no such answer."""
    return {int(row[0]) for row in await tx.all(ANSWERED[how], mailing_id)}

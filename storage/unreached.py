"""Who can be told nothing by the bot: whom staff must call."""

from dataclasses import dataclass

from storage.case_lists import Scope
from storage.database import Tx


@dataclass(frozen=True, slots=True)
class Unreached:
    """A cadre whom no message reaches now."""

    id: int
    name: str
    phone: str | None
    why: str | None  # what stands in the way on the newest account; None: there is no account
    work_account: str | None  # in the office's WeCom, when the roster has it


# By id, so that a page begins behind the last one of the page before. Somebody is reached by an account of the own or one shared.
UNREACHED = """
SELECT p.id, p.name, coalesce(p.phone, p.home_phone), (
    SELECT a.unreachable_why FROM accounts a WHERE a.person_id = p.id ORDER BY a.id DESC LIMIT 1), p.work_account
FROM persons p
WHERE p.id > ? AND p.active = 1
AND EXISTS (SELECT 1 FROM roles r WHERE r.person_id = p.id AND r.role = 'cadre')
AND NOT EXISTS (SELECT 1 FROM life_events e WHERE e.person_id = p.id AND e.kind = 'deceased')
AND NOT EXISTS (SELECT 1 FROM accounts a WHERE a.person_id = p.id AND a.unreachable_why IS NULL)
AND NOT EXISTS (
    SELECT 1 FROM account_persons s JOIN accounts a ON a.id = s.account_id AND a.unreachable_why IS NULL WHERE s.person_id = p.id)
"""


async def after(tx: Tx, scope: Scope, person_id: int, limit: int) -> list[Unreached]:
    """Return the cadres behind `person_id` whom no message reaches, within the units that somebody sees."""
    return [
        Unreached(*row) for row in await tx.all(f"{UNREACHED} AND {scope.sql} ORDER BY p.id LIMIT ?", person_id, limit)
    ]

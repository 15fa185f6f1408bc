"""Accounts: a person's address on one channel, and who is behind it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.database import Row, Tx
from storage.dialogs import Dialog, dialog_from
from storage.times import to_text


@dataclass(frozen=True, slots=True)
class Role:
    name: str  # 'cadre', 'relative', 'staff', 'leader' or 'administrator'
    unit_id: int | None  # None: for all units


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whoever writes from an account: everything a turn asks first, read at once."""

    account_id: int
    channel: str
    unreachable_why: str | None
    person_id: int | None  # None: a stranger
    name: str
    roles: tuple[Role, ...]
    consent_version: str | None  # the version in force for this person; None: none, or withdrawn
    dialog: Dialog | None  # the open one
    talk_id: int | None = None  # the open talk with staff, or with a cadre
    shares: bool = False  # others use this account as well

    def has(self, *names: str) -> bool:
        """Tell whether the person has one of these roles."""
        return any(role.name in names for role in self.roles)


@dataclass(frozen=True, slots=True)
class Account:
    id: int
    channel: str
    address: str
    person_id: int | None
    unreachable_why: str | None


VISITORS = """
SELECT a.id, a.channel, a.unreachable_why, p.id, p.name, c.version, r.role, r.unit_id,
       (SELECT t.id FROM talks t WHERE t.account_id = a.id AND t.ended_at IS NULL),
       (SELECT t.id FROM talks t WHERE t.staff_account_id = a.id AND t.ended_at IS NULL),
       EXISTS (SELECT 1 FROM account_persons s WHERE s.account_id = a.id),
       d.id, d.account_id, d.flow, d.answers, d.asked, d.state, d.misunderstood, d.updated_at
FROM accounts a
LEFT JOIN persons p ON p.id = a.person_id AND p.active = 1
LEFT JOIN roles r ON r.person_id = p.id
LEFT JOIN consents c ON c.person_id = p.id AND c.withdrawn_at IS NULL
LEFT JOIN dialogs d ON d.account_id = a.id AND d.state = 'open'
WHERE a.id IN ({})
ORDER BY a.id, c.id"""


async def visitors(tx: Tx, account_ids: Sequence[int]) -> dict[int, Visitor]:
    """Return who writes from each of these accounts. A person taken off the roster is a stranger. Raises LookupError: no such account."""
    places = ", ".join("?" * len(account_ids))
    by_account: dict[int, list[Row]] = {}
    for row in await tx.all(VISITORS.format(places), *account_ids):
        by_account.setdefault(row[0], []).append(row)
    if missing := set(account_ids) - set(by_account):
        raise LookupError(f"no accounts {missing}")
    return {account_id: _visitor(rows) for account_id, rows in by_account.items()}


async def visitor(tx: Tx, account_id: int) -> Visitor:
    """Return who writes from the account. Raises LookupError: no such account."""
    return (await visitors(tx, [account_id]))[account_id]


def _visitor(rows: Sequence[Row]) -> Visitor:
    last = rows[-1]
    roles = dict.fromkeys(Role(row[6], row[7]) for row in rows if row[6] is not None)
    return Visitor(
        account_id=last[0],
        channel=last[1],
        unreachable_why=last[2],
        person_id=last[3],
        name=last[4] or "",
        roles=tuple(roles),
        consent_version=last[5],
        dialog=dialog_from(last[11:]) if last[11] is not None else None,
        talk_id=last[8] or last[9],
        shares=bool(last[10]),
    )


FIND = "SELECT id FROM accounts WHERE channel = ? AND address = ?"
ADD = """
INSERT INTO accounts (channel, address, created_at) VALUES (?, ?, ?)
ON CONFLICT (channel, address) DO NOTHING RETURNING id"""


async def find_or_add(tx: Tx, channel: str, address: str, now: datetime) -> int:
    """Return the id of the account at this address; a new address becomes a stranger's account."""
    if row := await tx.one(FIND, channel, address):
        return int(row[0])
    return await tx.insert(ADD, channel, address, to_text(now))


COLUMNS = "id, channel, address, person_id, unreachable_why"
BY_ID = f"SELECT {COLUMNS} FROM accounts WHERE id = ?"
OF_PERSON = f"SELECT {COLUMNS} FROM accounts WHERE person_id = ? ORDER BY id"
_REACHING = f"""
SELECT {COLUMNS} FROM accounts
WHERE unreachable_why IS NULL AND EXISTS (
    SELECT 1 FROM persons p WHERE p.id = ? AND p.active = 1 AND NOT EXISTS (
        SELECT 1 FROM life_events e WHERE e.person_id = p.id AND e.kind = 'deceased'))"""
REACHING = f"""
{_REACHING} AND person_id = ? UNION ALL
{_REACHING} AND id IN (SELECT s.account_id FROM account_persons s WHERE s.person_id = ?)
AND NOT EXISTS (SELECT 1 FROM consents w WHERE w.person_id = accounts.person_id AND w.withdrawn_at IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM consents c WHERE c.person_id = accounts.person_id AND c.withdrawn_at IS NULL))"""


async def by_id(tx: Tx, account_id: int) -> Account | None:
    row = await tx.one(BY_ID, account_id)
    return Account(*row) if row else None


async def of_person(tx: Tx, person_id: int) -> list[Account]:
    """Return every account of a person, oldest first, reachable or not; not those of others that the person only uses as well."""
    return [Account(*row) for row in await tx.all(OF_PERSON, person_id)]


async def reaching(tx: Tx, person_id: int) -> list[Account]:
    """Return where a person can be reached now: the own accounts, then those shared with somebody.

    Nowhere who is off the roster or has died. A shared account whose own person withdrew consent is answered with the question for
    consent: it reaches nobody.
    """
    return [Account(*row) for row in await tx.all(REACHING, person_id, person_id, person_id, person_id)]


SHARE = "INSERT INTO account_persons (account_id, person_id, added_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
UNSHARE = "DELETE FROM account_persons WHERE account_id = ? AND person_id = ?"
SHARED_BY = """
SELECT p.id, p.name FROM account_persons s JOIN persons p ON p.id = s.person_id AND p.active = 1
WHERE s.account_id = ? ORDER BY s.added_at, p.id"""


async def share(tx: Tx, account_id: int, person_id: int, now: datetime) -> bool:
    """Let somebody else use an account as well; False when this was so already."""
    return await tx.run(SHARE, account_id, person_id, to_text(now)) == 1


async def unshare(tx: Tx, account_id: int, person_id: int) -> bool:
    return await tx.run(UNSHARE, account_id, person_id) == 1


async def shared_by(tx: Tx, account_id: int) -> dict[int, str]:
    """Return who else uses the account: names by person id, in the order in which they were added."""
    return {int(row[0]): str(row[1]) for row in await tx.all(SHARED_BY, account_id)}


SHARED_WITH = "SELECT account_id FROM account_persons WHERE person_id = ? ORDER BY account_id"


async def shared_with(tx: Tx, person_id: int) -> list[int]:
    """Return the accounts of others that somebody uses as well, reachable or not."""
    return [int(row[0]) for row in await tx.all(SHARED_WITH, person_id)]


BIND = "UPDATE accounts SET person_id = ?, bound_at = ?, unreachable_why = NULL WHERE id = ? AND person_id IS NULL"


async def bind(tx: Tx, account_id: int, person_id: int, now: datetime) -> bool:
    """Give a stranger's account to a person; False when it already belongs to somebody."""
    return await tx.run(BIND, person_id, to_text(now), account_id) == 1


MARK = "UPDATE accounts SET unreachable_why = ? WHERE id = ?"


async def mark_unreachable(tx: Tx, account_id: int, why: str) -> None:
    await tx.run(MARK, why, account_id)


async def mark_reachable(tx: Tx, account_id: int) -> None:
    await tx.run(MARK, None, account_id)

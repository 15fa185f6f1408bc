"""The roster: persons, their units, roles and kin."""

from dataclasses import dataclass, fields
from datetime import datetime

from storage.accounts import Role
from storage.database import Tx
from storage.times import to_text


@dataclass(frozen=True, slots=True)
class Person:
    """A person as the roster tells; partial dates are '1938', '1938-07' or '1938-07-05'."""

    name: str
    sex: str | None = None
    birth: str | None = None
    birthday_calendar: str = "solar"
    birth_leap: str | None = None  # '闰': born in a leap month of the lunar calendar; '' or None: not
    retirement_kind: str | None = None
    unit_id: int | None = None
    branch: str | None = None
    post: str | None = None
    political_status: str | None = None
    joined_party: str | None = None
    phone: str | None = None
    home_phone: str | None = None
    family_name: str | None = None
    family_relation: str | None = None
    family_phone: str | None = None
    address: str | None = None
    living: str | None = None
    health: str | None = None
    contact_officer: str | None = None
    note: str | None = None
    work_account: str | None = None  # the userid in the office's WeCom, in small letters
    active: int = 1
    id: int = 0


COLUMNS = ", ".join(each.name for each in fields(Person))
_OWN = [each.name for each in fields(Person) if each.name != "id"]
ADD = f"""
INSERT INTO persons ({", ".join(_OWN)}, created_at, updated_at)
VALUES ({", ".join("?" for _ in _OWN)}, ?, ?) RETURNING id"""
CHANGE = f"UPDATE persons SET {', '.join(f'{each} = ?' for each in _OWN)}, updated_at = ? WHERE id = ?"
SET_ACTIVE = "UPDATE persons SET active = ?, updated_at = ? WHERE id = ? AND active <> ?"


async def add(tx: Tx, person: Person, now: datetime) -> int:
    """Write a new person and return the id; `person.id` is not looked at."""
    moment = to_text(now)
    return await tx.insert(ADD, *(getattr(person, each) for each in _OWN), moment, moment)


async def change(tx: Tx, person: Person, now: datetime) -> None:
    """Write back a person by id."""
    await tx.run(CHANGE, *(getattr(person, each) for each in _OWN), to_text(now), person.id)


async def set_active(tx: Tx, person_id: int, active: bool, now: datetime) -> bool:
    """Take somebody off, so that the accounts are a stranger's, or put the person back; False when this was so already."""
    return await tx.run(SET_ACTIVE, int(active), to_text(now), person_id, int(active)) == 1


BY_ID = f"SELECT {COLUMNS} FROM persons WHERE id = ?"
BY_NAME = f"SELECT {COLUMNS} FROM persons WHERE name = ? AND active = 1 ORDER BY id"
BY_PHONE = f"SELECT {COLUMNS} FROM persons WHERE phone = ? AND active = 1 ORDER BY id"
BY_WORK_ACCOUNT = f"SELECT {COLUMNS} FROM persons WHERE work_account = ? AND active = 1 ORDER BY id"
EVERYBODY = f"SELECT {COLUMNS} FROM persons ORDER BY id"
COUNT = "SELECT count(*) FROM persons"


async def by_id(tx: Tx, person_id: int) -> Person:
    """Return the person. Raises LookupError: no such person."""
    row = await tx.one(BY_ID, person_id)
    if row is None:
        raise LookupError(f"no person {person_id}")
    return Person(*row)


async def by_name(tx: Tx, name: str) -> list[Person]:
    """Return the active persons of exactly this name."""
    return [Person(*row) for row in await tx.all(BY_NAME, name)]


async def by_phone(tx: Tx, phone: str) -> list[Person]:
    """Return the active persons with exactly this mobile number (digits only)."""
    return [Person(*row) for row in await tx.all(BY_PHONE, phone)]


async def by_work_account(tx: Tx, account: str) -> list[Person]:
    """Return the active persons with this account of the office's, in small letters."""
    return [Person(*row) for row in await tx.all(BY_WORK_ACCOUNT, account)]


async def everybody(tx: Tx) -> list[Person]:
    return [Person(*row) for row in await tx.all(EVERYBODY)]


CADRES = f"""
SELECT {COLUMNS} FROM persons p
WHERE p.active = 1 AND EXISTS (SELECT 1 FROM roles r WHERE r.person_id = p.id AND r.role = 'cadre') ORDER BY p.id"""


async def cadres(tx: Tx) -> list[Person]:
    """Return every cadre on the roster."""
    return [Person(*row) for row in await tx.all(CADRES)]


async def count(tx: Tx) -> int:
    row = await tx.one(COUNT)
    return int(row[0]) if row else 0


ADD_UNIT = "INSERT INTO units (name) VALUES (?) ON CONFLICT (name) DO NOTHING"
UNIT = "SELECT id FROM units WHERE name = ?"
UNITS = "SELECT id, name FROM units ORDER BY id"


async def unit_named(tx: Tx, name: str) -> int:
    """Return the id of the unit of this name; a new name becomes a unit."""
    await tx.run(ADD_UNIT, name)
    row = await tx.one(UNIT, name)
    if row is None:
        raise LookupError(f"no unit {name}")
    return int(row[0])


async def units(tx: Tx) -> dict[int, str]:
    """Return the names of all units by id."""
    return {int(row[0]): str(row[1]) for row in await tx.all(UNITS)}


ROLES = "SELECT role, unit_id FROM roles WHERE person_id = ? ORDER BY id"
ADD_ROLE = "INSERT INTO roles (person_id, role, unit_id) VALUES (?, ?, ?)"
DROP_ROLE = "DELETE FROM roles WHERE person_id = ? AND role = ? AND coalesce(unit_id, 0) = coalesce(?, 0)"


async def roles(tx: Tx, person_id: int) -> list[Role]:
    return [Role(*row) for row in await tx.all(ROLES, person_id)]


async def give_role(tx: Tx, person_id: int, role: Role) -> bool:
    """Give a role; False when the person has exactly this one."""
    if role in await roles(tx, person_id):
        return False
    await tx.run(ADD_ROLE, person_id, role.name, role.unit_id)
    return True


async def take_role(tx: Tx, person_id: int, role: Role) -> bool:
    return await tx.run(DROP_ROLE, person_id, role.name, role.unit_id) > 0


ADD_KIN = "INSERT INTO kin (relative_id, cadre_id) VALUES (?, ?) ON CONFLICT DO NOTHING"
CADRES_OF = f"""
SELECT {", ".join("p." + each.name for each in fields(Person))}
FROM kin k JOIN persons p ON p.id = k.cadre_id AND p.active = 1 WHERE k.relative_id = ? ORDER BY p.id"""


RELATIVES_OF = f"""
SELECT {", ".join("p." + each.name for each in fields(Person))}
FROM kin k JOIN persons p ON p.id = k.relative_id AND p.active = 1 WHERE k.cadre_id = ? ORDER BY p.id"""


async def relatives_of(tx: Tx, cadre_id: int) -> list[Person]:
    """Return the relatives who act for this cadre."""
    return [Person(*row) for row in await tx.all(RELATIVES_OF, cadre_id)]


async def add_kin(tx: Tx, relative_id: int, cadre_id: int) -> bool:
    """Let a relative act for a cadre; False when this was so already."""
    return await tx.run(ADD_KIN, relative_id, cadre_id) == 1


async def cadres_of(tx: Tx, relative_id: int) -> list[Person]:
    """Return the cadres for whom this person acts."""
    return [Person(*row) for row in await tx.all(CADRES_OF, relative_id)]


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody with a role in the office and the units it is limited to."""

    person_id: int
    name: str
    phone: str | None
    unit_id: int | None  # None: all units


WITH_ROLE = """
SELECT p.id, p.name, coalesce(p.phone, p.home_phone), r.unit_id FROM roles r JOIN persons p ON p.id = r.person_id AND p.active = 1
WHERE r.role = ? ORDER BY p.id"""


HANDLING = WITH_ROLE.replace("r.role = ?", "r.role IN ('staff', 'administrator')")


async def handling(tx: Tx) -> list[Colleague]:
    """Return everybody who handles cases, once for each role and unit it is limited to."""
    return [Colleague(*row) for row in await tx.all(HANDLING)]


async def with_role(tx: Tx, role: str) -> list[Colleague]:
    """Return everybody who has this role, once for each unit it is limited to."""
    return [Colleague(*row) for row in await tx.all(WITH_ROLE, role)]

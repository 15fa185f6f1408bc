"""The roster as a whole, read and written at once: what an import compares with and what it adds."""

from collections.abc import Iterable

from storage.accounts import Role
from storage.database import Tx

ALL_ROLES = "SELECT person_id, role, unit_id FROM roles ORDER BY id"
ALL_KIN = "SELECT relative_id, cadre_id FROM kin"
ADD_ROLE = "INSERT INTO roles (person_id, role, unit_id) VALUES (?, ?, NULL)"
ADD_KIN = "INSERT INTO kin (relative_id, cadre_id) VALUES (?, ?) ON CONFLICT DO NOTHING"


async def all_roles(tx: Tx) -> dict[int, tuple[Role, ...]]:
    """Return the roles of everybody who has one, by person."""
    roles: dict[int, tuple[Role, ...]] = {}
    for person_id, name, unit_id in await tx.all(ALL_ROLES):
        roles[person_id] = (*roles.get(person_id, ()), Role(name, unit_id))
    return roles


async def all_kin(tx: Tx) -> frozenset[tuple[int, int]]:
    """Return every (relative, cadre) for whom the relative acts."""
    return frozenset((int(row[0]), int(row[1])) for row in await tx.all(ALL_KIN))


async def give_roles(tx: Tx, roles: Iterable[tuple[int, str]]) -> None:
    """Give (person, role) for all units. None of these persons may have that role already."""
    await tx.run_many(ADD_ROLE, roles)


async def add_kin(tx: Tx, pairs: Iterable[tuple[int, int]]) -> None:
    """Let relatives act for cadres: (relative, cadre). A pair that is there already stays."""
    await tx.run_many(ADD_KIN, pairs)

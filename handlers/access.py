"""Permission, asked here and nowhere else."""

from storage import people
from storage.accounts import Visitor
from storage.cases import Case
from storage.database import Tx

OFFICE_ROLES = ("staff", "leader", "administrator")
CLIENT_ROLES = ("cadre", "relative")


def works_here(visitor: Visitor) -> bool:
    """Tell whether this is somebody of the office."""
    return visitor.has(*OFFICE_ROLES)


def needs_consent(visitor: Visitor, version: str) -> bool:
    """Tell whether this person must first agree to the present consent text."""
    return not works_here(visitor) and visitor.consent_version != version


def may_see(visitor: Visitor, case: Case) -> bool:
    """Tell whether somebody of the office may open a case: leaders all; staff and administrators within their units."""
    return any(
        role.name == "leader"
        or (role.name in OFFICE_ROLES and (role.unit_id is None or role.unit_id == case.person_unit_id))
        for role in visitor.roles
    )


def may_handle(visitor: Visitor, case: Case) -> bool:
    """Tell whether somebody may take, answer or close a case: staff and administrators, within their units."""
    return any(
        role.name in ("staff", "administrator") and (role.unit_id is None or role.unit_id == case.person_unit_id)
        for role in visitor.roles
    )


def may_admit(visitor: Visitor) -> bool:
    """Tell whether somebody may let strangers in: staff and administrators who are not limited to units."""
    return any(role.name in ("staff", "administrator") and role.unit_id is None for role in visitor.roles)


async def case_staff(tx: Tx, unit_id: int | None) -> list[people.Colleague]:
    """Return who must hear of a case of this unit, each once."""
    staff = [*await people.with_role(tx, "staff"), *await people.with_role(tx, "administrator")]
    fit = {each.person_id: each for each in staff if each.unit_id is None or each.unit_id == unit_id}
    return list(fit.values())


async def admitting_staff(tx: Tx) -> list[people.Colleague]:
    """Return who decides on requests for access, each once."""
    staff = [*await people.with_role(tx, "staff"), *await people.with_role(tx, "administrator")]
    return list({each.person_id: each for each in staff if each.unit_id is None}.values())

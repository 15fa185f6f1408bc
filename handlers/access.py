"""Permission, asked here and nowhere else."""

from collections.abc import Collection
from datetime import date

from handlers.office import Office
from storage import absences, accounts, people
from storage.accounts import Visitor
from storage.briefing_corrections import Correction
from storage.briefings import Briefing
from storage.case_lists import Scope
from storage.cases import Case
from storage.database import Tx
from storage.gatherings import Gathering
from storage.mailings import Mailing
from storage.people import Colleague

OFFICE_ROLES = ("staff", "leader", "administrator")
HANDLING_ROLES = ("staff", "administrator")
CLIENT_ROLES = ("cadre", "relative")


# ── who somebody is ─────────────────────────────────────────────────────────────────────────────────────────────────


def works_here(visitor: Visitor) -> bool:
    """Tell whether this is somebody of the office."""
    return visitor.has(*OFFICE_ROLES)


def only_works_here(visitor: Visitor) -> bool:
    """Tell whether this is somebody of the office who is not served by it as well."""
    return works_here(visitor) and not visitor.has("cadre")


def needs_consent(visitor: Visitor, version: str) -> bool:
    """Tell whether this person must first agree to the present consent text."""
    return not works_here(visitor) and visitor.consent_version != version


async def speaks_for(tx: Tx, visitor: Visitor) -> dict[int, str]:
    """Return who uses this account, the own person first: names by person id. Empty for a stranger."""
    if visitor.person_id is None:
        return {}
    shared = await accounts.shared_by(tx, visitor.account_id) if visitor.shares else {}
    return {visitor.person_id: visitor.name} | shared


async def acts_for(tx: Tx, visitor: Visitor) -> dict[int, str]:
    """Return for whom somebody may report and whose cases may be read: who uses the account, and the parents they act for."""
    speakers = await speaks_for(tx, visitor)
    if not (visitor.shares or visitor.has("relative")):
        return speakers  # so most turns need not look
    kin = {each.id: each.name for person in speakers for each in await people.cadres_of(tx, person)}
    return speakers | kin


# ── what somebody may do ────────────────────────────────────────────────────────────────────────────────────────────


def scope(visitor: Visitor) -> Scope:
    """Return whose cases somebody of the office may see: leaders everybody's; staff and administrators within their units."""
    own = [role for role in visitor.roles if role.name in OFFICE_ROLES]
    everybody = any(role.name == "leader" or role.unit_id is None for role in own)
    return Scope(everybody, tuple(role.unit_id for role in own if role.unit_id is not None))


def may_see(visitor: Visitor, case: Case) -> bool:
    """Tell whether somebody of the office may open a case."""
    seen = scope(visitor)
    return works_here(visitor) and (seen.everybody or case.person_unit_id in seen.unit_ids or owns(visitor, case))


def owns(visitor: Visitor, case: Case) -> bool:
    """Tell whether somebody answers for a case: that lasts when the cadre moves to another unit."""
    return handles(visitor) and case.owner_id == visitor.person_id


async def may_read(tx: Tx, visitor: Visitor, case: Case) -> bool:
    """Tell whether somebody may open a case: the office by `may_see`; who reported it here; the cadre, and who acts for the cadre."""
    if may_see(visitor, case) or case.person_id in await acts_for(tx, visitor):
        return True
    return case.account_id is not None and case.acted_by in await speaks_for(tx, visitor)


def handles(visitor: Visitor) -> bool:
    """Tell whether somebody handles cases at all."""
    return visitor.has(*HANDLING_ROLES)


def may_handle(visitor: Visitor, case: Case) -> bool:
    """Tell whether somebody may take, answer or close a case: staff and administrators, within their units."""
    return owns(visitor, case) or any(
        role.name in HANDLING_ROLES and (role.unit_id is None or role.unit_id == case.person_unit_id)
        for role in visitor.roles
    )


def may_lead(visitor: Visitor) -> bool:
    """Tell whether somebody may give a case to anybody, and sign that one cannot be done."""
    return visitor.has("leader")


def may_admit(visitor: Visitor) -> bool:
    """Tell whether somebody may let strangers in: staff and administrators who are not limited to units."""
    return any(role.name in HANDLING_ROLES and role.unit_id is None for role in visitor.roles)


def may_arrange_leave(visitor: Visitor) -> bool:
    """Tell whether somebody may enter leave for others: leaders and administrators."""
    return visitor.has("leader", "administrator")


def may_arrange(visitor: Visitor, gathering: Gathering) -> bool:
    """Tell whether somebody may change or call off a gathering: staff and administrators; those limited to units what is for these only."""
    limits = [role.unit_id for role in visitor.roles if role.name in HANDLING_ROLES]
    own = {unit for unit in limits if unit is not None}
    return None in limits or (bool(gathering.audience.units) and set(gathering.audience.units) <= own)


def may_write_mailings(visitor: Visitor) -> bool:
    """Tell whether somebody may write what goes to many people: everybody of the office. Sending it is another matter (`may_approve`)."""
    return works_here(visitor)


def may_approve(visitor: Visitor, office: Office, writers: Collection[int]) -> bool:
    """Tell whether somebody may let a mailing go out: whoever has a role that the office names, for all units, and did not write it.

    `writers` is who wrote it and what it sends (`mailing.deciding.writers`).
    """
    return _may_decide(visitor, office) and visitor.person_id not in writers


def _may_decide(visitor: Visitor, office: Office) -> bool:
    return scope(visitor).everybody and visitor.has(*office.approvers)


def may_send_alone(visitor: Visitor) -> bool:
    """Tell whether somebody may send what is urgent without a second person."""
    return visitor.has("leader")


def may_see_mailing(visitor: Visitor, mailing: Mailing) -> bool:
    """Tell whether somebody may see a mailing and its figures: who is limited to units their own, and what goes to these units only."""
    own, units = scope(visitor), set(mailing.circle.audience.units)
    return works_here(visitor) and (
        own.everybody or visitor.person_id == mailing.made_by or (bool(units) and units <= set(own.unit_ids))
    )


def may_steer(visitor: Visitor, office: Office, mailing: Mailing) -> bool:
    """Tell whether somebody may pause, cancel or widen a mailing: its maker, and whoever may approve."""
    return works_here(visitor) and (visitor.person_id == mailing.made_by or _may_decide(visitor, office))


def is_served(visitor: Visitor) -> bool:
    """Tell whether briefings are sent to this person."""
    return visitor.has(*CLIENT_ROLES)


def may_read_briefing(visitor: Visitor, briefing: Briefing) -> bool:
    """Tell whether somebody may read a briefing: everybody on the roster what is published, the office everything."""
    return works_here(visitor) or (visitor.person_id is not None and briefing.state == "published")


async def may_open_page(tx: Tx, person_id: int, briefing: Briefing) -> bool:
    """Tell whether the page of a briefing opens for somebody who holds a link to it: like `may_read_briefing`."""
    if briefing.state == "published":
        return True
    return any(role.name in OFFICE_ROLES for role in await people.roles(tx, person_id))


def may_write_briefings(visitor: Visitor) -> bool:
    """Tell whether somebody may write briefings: staff and administrators."""
    return visitor.has(*HANDLING_ROLES)


def may_change_briefing(visitor: Visitor, briefing: Briefing) -> bool:
    """Tell whether somebody may change, send, correct and withdraw a briefing: its author, and staff and administrators for all units.

    A briefing goes to everybody, so who is limited to units has no say in another's.
    """
    return may_write_briefings(visitor) and (scope(visitor).everybody or visitor.person_id == briefing.made_by)


def may_approve_correction(visitor: Visitor, office: Office, correction: Correction) -> bool:
    """Tell whether somebody may let a correction be: whoever has a role that the office names, for all units, and did not write it."""
    return _may_decide(visitor, office) and visitor.person_id != correction.made_by


async def may_answer(tx: Tx, visitor: Visitor, case: Case) -> bool:
    """Tell whether somebody may say how a case was solved: the cadre only, on whatever account."""
    return case.person_id in await speaks_for(tx, visitor)


# ── who must hear ───────────────────────────────────────────────────────────────────────────────────────────────────


async def case_staff(tx: Tx, unit_id: int | None) -> list[Colleague]:
    """Return who may handle a case of this unit, each once."""
    staff = await people.handling(tx)
    fit = {each.person_id: each for each in staff if each.unit_id is None or each.unit_id == unit_id}
    return list(fit.values())


async def duty_staff(tx: Tx, unit_id: int | None, today: date) -> list[Colleague]:
    """Return who may handle a case of this unit and is not on leave today: they hear of what is new."""
    away = await absences.on_day(tx, today)
    return [each for each in await case_staff(tx, unit_id) if each.person_id not in away]


async def approvers(tx: Tx, office: Office, writers: Collection[int]) -> list[Colleague]:
    """Return who may approve what these persons wrote, each once: nobody who is limited to units, for such see only their own."""
    found = {}
    for role in office.approvers:
        for each in await people.with_role(tx, role):
            if role == "leader" or each.unit_id is None:
                found[each.person_id] = each
    return [each for each in found.values() if each.person_id not in writers]


async def leaders(tx: Tx) -> list[Colleague]:
    """Return the leaders, each once."""
    return list({each.person_id: each for each in await people.with_role(tx, "leader")}.values())


async def administrators(tx: Tx) -> list[Colleague]:
    """Return the administrators, or the staff not limited to units where the office has none."""
    found = await people.with_role(tx, "administrator") or await admitting_staff(tx)
    return list({each.person_id: each for each in found}.values())


async def admitting_staff(tx: Tx) -> list[Colleague]:
    """Return who decides on requests for access, each once."""
    staff = await people.handling(tx)
    return list({each.person_id: each for each in staff if each.unit_id is None}.values())

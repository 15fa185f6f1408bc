"""Who hears of a case: the side that reported it, whoever answers for it, or everybody who may take it."""

from collections.abc import Sequence

from handlers import access
from handlers.act import Act, Button
from handlers.cases.words import open_button
from storage import life_events, people
from storage.cases import Case


def reporter_id(case: Case) -> int:
    """Return to whom the news go: who reported it, but the cadre when staff wrote it down for somebody who telephoned."""
    return case.person_id if case.account_id is None else case.acted_by


async def tell_reporter(
    act: Act, case: Case, text: str, buttons: Sequence[Button] = (), media: Sequence[str] = ()
) -> bool:
    """Send news to whoever reported a case, where it was reported if possible, else to the cadre; False: only the telephone is left."""
    told = await act.tell(reporter_id(case), text, buttons, media, first=case.account_id)
    if told == 0 and reporter_id(case) != case.person_id:
        told = await act.tell(case.person_id, text, buttons, media)
    return told > 0


def reporter_name(case: Case) -> str:
    """Return who hears the news, by name."""
    return case.person_name if case.account_id is None else case.acted_by_name


async def tell_cadre_side(act: Act, case: Case, text: str) -> bool:
    """Send news that the clock or a hand-over makes; whoever cannot be reached here the owner is asked to call."""
    if await tell_reporter(act, case, text):
        return True
    if case.owner_id is not None:
        await act.tell(case.owner_id, f"{await call_instead(act, case)}\n要告诉的是：{text}", open_button(case))
    return False


async def call_instead(act: Act, case: Case) -> str:
    """Return the sentence that sends a member of staff to the telephone."""
    return f"消息送不到，请给{reporter_name(case)}打电话：{await phone_of(act, case)}。"


async def phone_of(act: Act, case: Case) -> str:
    """Return the telephone of whoever hears the news, or that the roster has none."""
    person = await people.by_id(act.tx, reporter_id(case))
    if await life_events.has_died(act.tx, person.id):
        return f"家属{person.family_name or ''} {person.family_phone or '花名册里没有电话'}"
    return person.phone or person.home_phone or person.family_phone or "花名册里没有电话"


async def tell_staff(act: Act, case: Case, text: str, media: Sequence[str] = ()) -> None:
    """Tell the owner, and whoever is asked to take over; when none of them can be told, all on duty."""
    told = 0
    for person_id in dict.fromkeys((case.owner_id, case.handed_to)):
        if person_id is not None:
            told += await act.tell(person_id, text, open_button(case), media)
    if told == 0:
        await tell_duty(act, case, text, media)


async def tell_duty(act: Act, case: Case, text: str, media: Sequence[str] = ()) -> int:
    """Tell everybody who may take the case and is not away, except whoever acts; the leaders when nobody could be told.

    Returns how many were told.
    """
    told = 0
    for colleague in await access.duty_staff(act.tx, case.person_unit_id, act.today):
        if colleague.person_id == act.actor_id:
            told += 1
        else:
            told += await act.tell(colleague.person_id, text, open_button(case), media)
    return told or await tell_leaders(act, case, text)


async def tell_duty_and_leaders(act: Act, case: Case, text: str) -> int:
    """Tell everybody on duty and every leader, each once, except whoever acts; return how many were told."""
    everybody = [*await access.duty_staff(act.tx, case.person_unit_id, act.today), *await access.leaders(act.tx)]
    told = 0
    for person_id in dict.fromkeys(each.person_id for each in everybody):
        if person_id != act.actor_id:
            told += await act.tell(person_id, text, open_button(case)) > 0
    return told


async def tell_leaders(act: Act, case: Case, text: str, buttons: Sequence[Button] = ()) -> int:
    """Tell every leader except whoever acts; return how many could be told."""
    told = 0
    for leader in await access.leaders(act.tx):
        if leader.person_id != act.actor_id:
            told += await act.tell(leader.person_id, text, buttons or open_button(case)) > 0
    return told


async def audit(act: Act, case: Case, deed: str, **detail: str | int | bool | None) -> None:
    await act.audit(deed, f"case:{case.id}", **detail)

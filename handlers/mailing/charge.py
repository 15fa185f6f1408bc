"""Who is in charge of a mailing: whoever wrote it and whoever approved it, as long as they work here; the leaders when nobody does."""

from collections.abc import Sequence

from handlers import access
from handlers.act import Act, Button
from storage import people
from storage.mailings import Mailing


async def in_charge(act: Act, mailing: Mailing) -> list[int]:
    """Return their person ids, each once, the writer first."""
    both = [each for each in (mailing.made_by, mailing.decided_by) if each is not None]
    found = [each for each in dict.fromkeys(both) if await _works_here(act, each)]
    return found or [each.person_id for each in await access.leaders(act.tx)]


async def _works_here(act: Act, person_id: int) -> bool:
    person, roles = await people.by_id(act.tx, person_id), await people.roles(act.tx, person_id)
    return bool(person.active) and any(each.name in access.OFFICE_ROLES for each in roles)


async def tell(act: Act, mailing: Mailing, text: str, buttons: Sequence[Button] = (), media: Sequence[str] = ()) -> int:
    """Tell them at once, but for whoever acts; return how many heard it, whoever acts included."""
    heard = 0
    for each in await in_charge(act, mailing):
        heard += each == act.actor_id or await act.tell(each, text, buttons, media) > 0
    return heard


async def announce(act: Act, mailing: Mailing, text: str, buttons: Sequence[Button] = ()) -> None:
    """Tell them when nobody is disturbed by it."""
    for each in await in_charge(act, mailing):
        await act.announce(each, text, buttons)

"""Who hears of a sign-up or a gathering: whoever signed up; and who made the gathering, where only the telephone is left."""

from collections.abc import Sequence

from handlers import access
from handlers.act import Act, Button, quiet_until
from storage import people, quiet_hours
from storage.gatherings import Gathering
from storage.people import Person
from storage.quiet_hours import QuietHours
from storage.signups import Signup


def hears(signup: Signup) -> int:
    """Return to whom the news of a sign-up go: who signed up, but the person when staff wrote it down for somebody who telephoned."""
    return signup.person_id if signup.account_id is None else signup.acted_by


async def own_quiet_hours(act: Act, signup: Signup) -> QuietHours | None:
    return await quiet_hours.of_person(act.tx, hears(signup))


async def tell(act: Act, signup: Signup, text: str, buttons: Sequence[Button] = (), media: Sequence[str] = ()) -> bool:
    """Tell whoever signed up, where it was done if possible, and nobody asleep; False when only the telephone is left."""
    if quiet_until(act.now, act.office, await own_quiet_hours(act, signup)):
        return await act.announce(hears(signup), text, buttons, media) > 0
    return await act.tell(hears(signup), text, buttons, media, first=signup.account_id) > 0


async def tell_maker(act: Act, gathering: Gathering, text: str, buttons: Sequence[Button] = ()) -> None:
    """Tell who made a gathering; everybody on duty when that one cannot be told."""
    if await act.announce(gathering.made_by, text, buttons):
        return
    for colleague in await access.duty_staff(act.tx, None, act.today):
        await act.announce(colleague.person_id, text, buttons)


async def ask_to_call(
    act: Act, gathering: Gathering, signups: Sequence[Signup], what: str, buttons: Sequence[Button] = ()
) -> None:
    """Ask the office to telephone those whom no message reaches, all in one message; `what` says what about."""
    if signups:
        lines = [await _line(act, each) for each in signups]
        text = f"“{gathering.title}”，消息送不到下面的同志，请打电话{what}：\n" + "\n".join(lines)
        await tell_maker(act, gathering, text, buttons)


async def _line(act: Act, signup: Signup) -> str:
    person = await people.by_id(act.tx, hears(signup))
    for_whom = "" if person.name == signup.person_name else f"（{signup.person_name}的名额）"
    return f"{person.name}{for_whom}，{_telephone(person)}"


def _telephone(person: Person) -> str:
    return person.phone or person.home_phone or person.family_phone or "花名册里没有电话"

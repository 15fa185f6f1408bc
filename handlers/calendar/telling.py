"""Who of the office hears what the calendar says: everybody on duty, each of the people within their units."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from handlers import access
from handlers.act import Act, Button
from storage import absences, people
from storage.people import Person

Words = tuple[str, Sequence[Button]]


@dataclass(frozen=True, slots=True)
class Listener:
    """Somebody of the office, and of whose people they hear."""

    person_id: int
    units: frozenset[int] | None  # None: all

    def hears_of(self, unit_id: int | None) -> bool:
        return self.units is None or unit_id in self.units


async def listeners(act: Act) -> list[Listener]:
    """Return the staff and administrators who are not on leave today, each once."""
    away = await absences.on_day(act.tx, act.today)
    units: dict[int, set[int | None]] = {}
    for role in access.HANDLING_ROLES:
        for each in await people.with_role(act.tx, role):
            units.setdefault(each.person_id, set()).add(each.unit_id)
    return [
        Listener(person_id, None if None in own else frozenset(each for each in own if each is not None))
        for person_id, own in units.items()
        if person_id not in away
    ]


async def announce(act: Act, words: Callable[[Listener], Words | None]) -> int:
    """Send the office a push that can wait for the end of quiet hours; return to how many.

    `words` says what somebody hears, None for nothing. When nobody who should hear can be told, the leaders are.
    """
    told = wanted = 0
    for each in await listeners(act):
        if said := words(each):
            wanted += 1
            told += await act.announce(each.person_id, *said) > 0
    said = words(Listener(0, None))
    if told == 0 and said:
        for leader in await access.leaders(act.tx):
            told += await act.announce(leader.person_id, *said) > 0
    return told


async def tell_of(act: Act, unit_id: int | None, text: str, buttons: Sequence[Button] = ()) -> int:
    """Tell everybody on duty who looks after a unit, at once, but for whoever acts; the leaders when nobody could be told."""
    told = 0
    for each in await listeners(act):
        if each.hears_of(unit_id):
            told += each.person_id == act.actor_id or await act.tell(each.person_id, text, buttons) > 0
    if told == 0:
        for leader in await access.leaders(act.tx):
            told += leader.person_id == act.actor_id or await act.tell(leader.person_id, text, buttons) > 0
    return told


def call_line(person: Person) -> str:
    """Return whom to call, and where."""
    if number := person.phone or person.home_phone:
        return f"{person.name}：{number}"
    family = f"{person.family_name or '家属'} {person.family_phone}" if person.family_phone else "花名册里没有电话"
    return f"{person.name}：{family}"

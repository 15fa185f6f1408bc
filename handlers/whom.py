"""For whom somebody acts this time: oneself, another elder who uses the same telephone, or a parent."""

from dataclasses import dataclass

from handlers import access
from handlers.dialog import MOST_OPTIONS, Chat
from storage import people


@dataclass(frozen=True, slots=True)
class Acting:
    """Who acted and for whom."""

    person_id: int
    acted_by: int


async def whom_for(chat: Chat) -> Acting:
    """Ask for whom, where there is more than one; of several who share a telephone, whoever is named speaks for himself."""
    visitor = chat.turn.visitor
    speakers = await access.speaks_for(chat.tx, visitor)
    persons = await access.acts_for(chat.tx, visitor)
    if not visitor.has("cadre"):  # a relative has no difficulties of her own here
        persons = {each: name for each, name in persons.items() if each != visitor.person_id} or persons
    person_id = next(iter(persons))
    if len(persons) > 1:
        options = {str(each): name for each, name in persons.items()}
        if len(speakers) == 1 and str(visitor.person_id) in options:
            options[str(visitor.person_id)] = "我自己"
        person_id = int(await chat.choose("whom", "这次是为谁办？", dict(list(options.items())[:MOST_OPTIONS])))
    return Acting(person_id, await _who_acts(chat, person_id, set(speakers)))


async def _who_acts(chat: Chat, person_id: int, speakers: set[int]) -> int:
    if person_id in speakers:
        return person_id
    for speaker in speakers:  # of two on one telephone it is the one who acts for this parent
        if person_id in [each.id for each in await people.cadres_of(chat.tx, speaker)]:
            return speaker
    return chat.turn.person_id

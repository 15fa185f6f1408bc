"""To whom a mailing goes: rules over the roster, computed when it begins and shown in the preview."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from handlers.act import Act
from handlers.gatherings.suiting import suits
from storage import accounts, briefing_reads, circles, entry, life_events, people, recipients, suiting
from storage.mailings import Circle
from storage.recipients import Reach

NO_ACCOUNT = "还没有在这里开通"
DECEASED, OFF_THE_ROSTER = "已经去世", "不在花名册上了"
WITHDRAWN = "撤回了同意，不在这里联系"


async def members(act: Act, circle: Circle) -> list[int]:
    """Return who belongs to it today, by person id in order: everybody on the roster for whom every condition holds.

    Nobody who has died is in any circle. With no role named it is for cadres, as with gatherings.
    """
    sets = [set(circle.persons)] if circle.persons else []
    if circle.care:
        sets.append(await circles.in_care(act.tx, circle.care, act.today))
    if circle.gathering_id is not None:
        sets.append(await circles.coming(act.tx, circle.gathering_id))
    if circle.mailing_id is not None:
        sets.append(await circles.answered(act.tx, circle.mailing_id, circle.answered or "read"))
    left_out = set(circle.without)
    if circle.topic is not None:
        left_out |= set(await briefing_reads.muted_by(act.tx, circle.topic))
    found = []
    for facts in await suiting.everybody(act.tx):
        if facts.person_id not in left_out and suits(circle.audience, facts, act.today):
            found += [facts.person_id] if all(facts.person_id in each for each in sets) else []
    return found


@dataclass(frozen=True, slots=True)
class Preview:
    """How many people a mailing would reach now."""

    everybody: int
    by_channel: dict[str, int]
    unreachable: tuple[int, ...]  # person ids

    @property
    def reached(self) -> int:
        return sum(self.by_channel.values())


async def preview(act: Act, circle: Circle) -> Preview:
    """Count whom it would reach on which channel: each person once, on the account last spoken from."""
    persons = await members(act, circle)
    found = await recipients.reach(act.tx, persons)
    channels = Counter(found[each][0].channel for each in persons if each in found)
    return Preview(len(persons), dict(channels), tuple(each for each in persons if each not in found))


def seconds_to_send(count_by_channel: dict[str, int], rates: Mapping[str, float]) -> float:
    """Return how long it takes at the channels' own rates: they work side by side, so the slowest one decides."""
    return max((count / rates.get(channel, float("inf")) for channel, count in count_by_channel.items()), default=0.0)


async def why_unreachable(act: Act, person_id: int) -> str:
    """Return for staff why nobody can write to this person here."""
    if await life_events.has_died(act.tx, person_id):
        return DECEASED
    if not (await people.by_id(act.tx, person_id)).active:
        return OFF_THE_ROSTER
    if await entry.has_withdrawn(act.tx, person_id):
        return WITHDRAWN
    own = await accounts.of_person(act.tx, person_id)
    return next((each.unreachable_why for each in own if each.unreachable_why), NO_ACCOUNT)


def next_account(found: Sequence[Reach], tried: set[int]) -> Reach | None:
    """Return where to try next, or None when nothing is left."""
    return next((each for each in found if each.account_id not in tried), None)

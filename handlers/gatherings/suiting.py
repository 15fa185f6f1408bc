"""Whom a gathering suits. Rules: functions of values; only `whom_it_suits` looks people up.

- Every condition of the audience that is set must hold. With no role named it is for cadres.
- A meeting of a branch is for that branch, unless its audience names branches.
- Age is in whole years on the day. A birth that is known in part, or not at all, never keeps anybody out who may be of that age.
- Whoever is away on that day is left out; whoever has died is left out of everything.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from handlers.act import Act
from handlers.calendar.people import in_hospital
from handlers.gatherings.kinds import KINDS
from handlers.office import Office
from handlers.roster.dates import PartialDate, age_on
from storage import life_events, suiting
from storage.gatherings import Audience, Gathering
from storage.suiting import Facts

LUNAR_LAG = timedelta(
    days=60
)  # by the western calendar a lunar date comes later than its numbers say, by less than this
OWN_BRANCH, LIKED, OWN_UNIT = 4, 2, 1  # what suits better, in this order


def ages(birth: str | None, calendar: str, day: date) -> tuple[int, int] | None:
    """Return the (lowest, highest) age in whole years that somebody of this birth may have on the day; None: nothing is known."""
    if birth is None:
        return None
    known = PartialDate.from_iso(birth)
    latest = known.latest + LUNAR_LAG if calendar == "lunar" else known.latest
    return age_on(day, latest), age_on(day, known.earliest)


def suits(audience: Audience, facts: Facts, day: date) -> bool:
    """Tell whether somebody may come to what is for this audience, on that day."""
    return (
        not facts.deceased
        and not facts.roles.isdisjoint(audience.roles or ("cadre",))
        and (not audience.units or facts.unit_id in audience.units)
        and (not audience.branches or facts.branch in audience.branches)
        and (not audience.interests or not facts.interests.isdisjoint(audience.interests))
        and _of_age(audience, facts, day)
    )


def _of_age(audience: Audience, facts: Facts, day: date) -> bool:
    possible = ages(facts.birth, facts.birthday_calendar, day)
    if possible is None:
        return True
    lowest, highest = possible
    return (audience.youngest is None or highest >= audience.youngest) and (
        audience.oldest is None or lowest <= audience.oldest
    )


def may_come(office: Office, gathering: Gathering, facts: Facts) -> bool:
    """Tell whether a gathering is for somebody: its audience, and its branch when the audience names none."""
    of_branch = gathering.branch in (None, facts.branch) or bool(gathering.audience.branches)
    return of_branch and suits(gathering.audience, facts, day_of(office, gathering))


def is_away(office: Office, gathering: Gathering, facts: Facts) -> bool:
    return any(each.holds(day_of(office, gathering)) for each in facts.away)


def day_of(office: Office, gathering: Gathering) -> date:
    return office.today(gathering.starts_at)


def score(gathering: Gathering, facts: Facts) -> int:
    """Return how well a gathering that somebody may come to suits: the higher, the better."""
    own_branch = gathering.branch is not None and gathering.branch == facts.branch
    own_unit = facts.unit_id is not None and facts.unit_id in gathering.audience.units
    liked = gathering.kind in facts.interests or not facts.interests.isdisjoint(gathering.audience.interests)
    return OWN_BRANCH * own_branch + LIKED * liked + OWN_UNIT * own_unit


def to_tell(office: Office, gathering: Gathering, everybody: Iterable[Facts]) -> list[int]:
    """Return who should hear of a gathering: it is for them, and they are not away on its day."""
    return [
        each.person_id
        for each in everybody
        if may_come(office, gathering, each) and not is_away(office, gathering, each)
    ]


async def whom_it_suits(act: Act, gathering: Gathering) -> list[int]:
    """Return who should hear of a gathering, of everybody on the roster; nobody who is in hospital is invited."""
    events = await life_events.of_everybody(act.tx)
    told = to_tell(act.office, gathering, await suiting.everybody(act.tx))
    return [each for each in told if not in_hospital(events.get(each, []), act.today)]


def must_say_health(office: Office, gathering: Gathering, facts: Facts) -> bool:
    """Tell whether somebody must first say that health allows it: at outings, where it is asked, and from 80 on except at meetings."""
    if KINDS[gathering.kind].asks_health or "health" in gathering.asks:
        return True
    possible = ages(facts.birth, facts.birthday_calendar, day_of(office, gathering))
    return possible is not None and possible[1] >= 80 and KINDS[gathering.kind].group in ("activity", "lesson")

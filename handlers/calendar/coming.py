"""The reminders of planned gatherings, as pushes of the calendar. Functions of values; the rule is `handlers.gatherings.reminding`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from handlers.gatherings import reminding, signing
from handlers.office import Office, day_in_words
from storage.gatherings import Gathering

AUDIENCES = {
    reminding.OPENS: "合适的老同志",
    reminding.DAYS: "合适的、还没有回话的老同志",
    reminding.SURE: "报了名的",
    reminding.HOURS: "报了名的",
    reminding.DEADLINE: "登记活动的同志",
    reminding.AFTER: "来了的",
    signing.DRAW: "报名等抽签的",
}


@dataclass(frozen=True, slots=True)
class Moment:
    """One reminder of a gathering."""

    at: datetime
    kind: str
    name: str
    audience: str
    reason: str
    subject: int


def pushes(office: Office, gatherings: Sequence[Gathering], first: date, last: date) -> Iterator[Moment]:
    """Yield the reminders of these gatherings that are due on these days."""
    for each in gatherings:
        for kind, at in reminding.moments(each, office).items():
            local = at.astimezone(office.zone)
            if first <= local.date() <= last and not _announced_with_another(kind, each, gatherings):
                reason = f"{each.title}，{day_in_words(office.today(each.starts_at))}"
                yield Moment(local, kind, name(kind, each), AUDIENCES[kind], reason, each.id)


def name(kind: str, gathering: Gathering) -> str:
    return f"{gathering.title}：{reminding.WHAT[kind]}"


def _announced_with_another(kind: str, gathering: Gathering, gatherings: Sequence[Gathering]) -> bool:
    """Tell whether the first lesson of a course, or date of a series, is announced in its place."""
    if kind != reminding.OPENS:
        return False
    place = gathering.starts_at, gathering.id
    return any(
        _together(each, gathering) and each.opens_at == gathering.opens_at and (each.starts_at, each.id) < place
        for each in gatherings
    )


def _together(one: Gathering, other: Gathering) -> bool:
    if one.course_id is not None:
        return one.course_id == other.course_id
    return one.series_id is not None and one.series_id == other.series_id

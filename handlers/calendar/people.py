"""Whom a life event leaves out: what is said to somebody in hospital, bereaved or dead, and what is not. Functions of values."""

from collections.abc import Sequence
from datetime import date
from typing import Literal

from storage.life_events import LifeEvent

Way = Literal["greet", "hospital", "call", "nothing"]
"""How somebody is greeted: as usual, with words for a sick-bed, by staff on the telephone, or not at all."""


def is_deceased(events: Sequence[LifeEvent]) -> bool:
    return any(each.kind == "deceased" for each in events)


def in_hospital(events: Sequence[LifeEvent], day: date) -> bool:
    return any(each.kind == "hospital" and each.from_on <= day and _lasts(each, day) for each in events)


def is_bereaved(events: Sequence[LifeEvent], day: date) -> bool:
    """Tell whether somebody mourns: for a year, unless it was entered that it is over."""
    return any(
        each.kind == "bereaved" and each.from_on <= day < _year_later(each.from_on) and _lasts(each, day)
        for each in events
    )


def _lasts(event: LifeEvent, day: date) -> bool:
    return event.until_on is None or day <= event.until_on


def _year_later(day: date) -> date:
    leap_day = (day.month, day.day) == (2, 29)
    return date(day.year + 1, 3, 1) if leap_day else day.replace(year=day.year + 1)


def way(events: Sequence[LifeEvent], day: date, *, wants_greetings: bool) -> Way:
    """Return how somebody is greeted on a day. Nothing is ever said to the dead; who mourns is called by staff."""
    if is_deceased(events) or not wants_greetings:
        return "nothing"
    if is_bereaved(events, day):
        return "call"
    return "hospital" if in_hospital(events, day) else "greet"

"""Are two rows of one file the same person? One name is no proof: there are two 王老 in many a county."""

from collections import defaultdict

from handlers.roster.dates import PartialDate
from handlers.roster.person import RosterPerson


class SeenPeople:
    """The people taken from the rows before this one."""

    def __init__(self) -> None:
        self._by_name: defaultdict[str, list[RosterPerson]] = defaultdict(list)
        self._by_phone: defaultdict[str, list[RosterPerson]] = defaultdict(list)

    def add(self, person: RosterPerson) -> None:
        self._by_name[person.name].append(person)
        if person.phone:
            self._by_phone[person.phone].append(person)

    def same_person(self, person: RosterPerson) -> tuple[RosterPerson, str] | None:
        """The first earlier row that is the same person, and by what it shows; None when all are others."""
        twins = ((other, why_the_same(person, other)) for other in self._by_name.get(person.name, ()))
        return next(((other, why) for other, why in twins if why), None)

    def sharer_of_phone(self, person: RosterPerson) -> RosterPerson | None:
        """An earlier person of another name with the same mobile (a couple, or a slip), None when there is none."""
        sharers = self._by_phone.get(person.phone or "", ())
        return next((other for other in sharers if other.name != person.name), None)


def why_the_same(one: RosterPerson, other: RosterPerson) -> str | None:
    """Why these two of one name cannot both stay, None when they are shown to be two people.

    The same telephone: the same person. Different ends of the identity number, or births that cannot be one day: two
    people. The same birth to the month or the day: the same person. Births that may agree (both 1938, or 1938 and
    1938-07), or none: two people only when both telephones are given and differ.
    """
    if one.id_tail and other.id_tail and one.id_tail != other.id_tail:
        return None
    if one.phone and one.phone == other.phone:
        return "同名，手机号相同"
    if one.birth and other.birth:
        if one.birth == other.birth and len(one.birth) >= len("1938-07"):
            return "同名，出生日期相同"
        agree = births_agree(one.birth, one.birthday_calendar, other.birth, other.birthday_calendar)
        if not agree or (one.phone and other.phone):
            return None
        return "同名，出生日期对得上"
    if one.phone and other.phone:
        return None
    return "同名，又没有可以比较的出生日期和手机号，分不清是不是同一位"


def births_agree(one: str, one_calendar: str, other: str, other_calendar: str) -> bool:
    """True when the two may be one birth. Between the calendars the year alone tells, and may differ by one."""
    mine, theirs = PartialDate.from_iso(one), PartialDate.from_iso(other)
    if one_calendar != other_calendar:
        return abs(mine.year - theirs.year) <= 1
    return mine.agrees_with(theirs)

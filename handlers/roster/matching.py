"""Which row of a file is which person in the database? What cannot be decided is refused, never guessed.

A name proves nothing, so a row is the person of the same name who also has, in this order,
    the same telephone; the same date of birth; the same unit (and no other date of birth or sex);
    nothing that the row tells otherwise.
Who is found by a better proof is no candidate for a weaker one. A row that fits two people, and two rows that fit one
person, are refused. A row that fits nobody is a new person, unless somebody of that name might be the same: then it is
refused too.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from handlers.roster.duplicates import births_agree
from handlers.roster.fields import FIELDS, better
from handlers.roster.person import Finding, RosterPerson
from storage.accounts import Role
from storage.people import Person


@dataclass(frozen=True)
class Known:
    """What the database says of people when a plan is made."""

    persons: tuple[Person, ...]
    units: Mapping[int, str]
    roles: Mapping[int, tuple[Role, ...]]
    kin: frozenset[tuple[int, int]]  # (relative, cadre)

    def unit(self, person: Person) -> str | None:
        return self.units[person.unit_id] if person.unit_id is not None else None

    def words(self, person: Person) -> str:
        """Return how people tell this person from others of the name: '王老（编号 3，青禾县水利局，1938 年生）'."""
        born = f"{person.birth[:4]} 年生" if person.birth else None
        return f"{person.name}（{'，'.join(filter(None, (f'编号 {person.id}', self.unit(person), born)))}）"


@dataclass
class Matches:
    """What became of the rows: `found` holds the known people, `new` the others; `refused` and `doubts` say why."""

    found: dict[RosterPerson, Person] = field(default_factory=dict)
    new: list[RosterPerson] = field(default_factory=list)
    refused: list[Finding] = field(default_factory=list)
    doubts: list[Finding] = field(default_factory=list)


def match(rows: Sequence[RosterPerson], known: Known) -> Matches:
    """Return which rows are whom."""
    matching = _Matching(known)
    open_rows = list(rows)
    for proof in (_same_telephone, _same_birth, _same_unit, _tells_nothing_else):
        open_rows = matching.try_proof(proof, open_rows)
    for row in open_rows:
        matching.take_as_new(row)
    return matching.matches


def refusal(row: RosterPerson, reason: str) -> Finding:
    return Finding(row.sheet, row.row, "", f"{row.name}：{reason}")


Proof = Callable[[RosterPerson, Person, str | None], bool]
"""Tells whether a row is this person of the same name, whose unit is given by name."""


class _Matching:
    def __init__(self, known: Known) -> None:
        self.matches = Matches()
        self._known = known
        self._free: defaultdict[str, list[Person]] = defaultdict(list)
        for person in known.persons:
            self._free[person.name].append(person)

    def try_proof(self, proof: Proof, rows: Sequence[RosterPerson]) -> list[RosterPerson]:
        """Settle the rows that this proof fits; return the others."""
        fits = {row: [each for each in self._free[row.name] if proof(row, each, self._unit(each))] for row in rows}
        wanted = Counter(each.id for people in fits.values() for each in people)
        for row, people in fits.items():
            if len(people) == 1 and wanted[people[0].id] == 1 and people[0].active:
                self.matches.found[row] = people[0]
                self._free[row.name].remove(people[0])
            elif people:
                self._refuse(row, self._why_not(people))
        return [row for row, people in fits.items() if not people]

    def _why_not(self, people: Sequence[Person]) -> str:
        if len(people) > 1:
            return f"系统里有几位都对得上：{self._list(people)}，分不清是哪一位。请写明手机号或出生日期。"
        if people[0].active:
            return f"表里不止一行对得上系统里的{self._list(people)}。请写明手机号或出生日期。"
        return f"系统里的{self._list(people)}已经停用，没有导入。"

    def take_as_new(self, row: RosterPerson) -> None:
        others = self._free[row.name]
        unclear = [each for each in others if not _surely_another(row, each, self._unit(each))]
        if unclear:
            self._refuse(
                row,
                f"系统里有同名的{self._list(unclear)}，分不清是不是同一位。是同一位，请写上登记过的手机号、出生日期"
                "或单位；是另一位，请把单位和出生日期都写明，或者用 person add 单独登记。",
            )
            return
        self.matches.new.append(row)
        if others:
            words = f"系统里已有同名的{self._list(others)}，单位或出生日期不同，这一行按另一位新增，请核对。"
            self.matches.doubts.append(refusal(row, words))

    def _refuse(self, row: RosterPerson, reason: str) -> None:
        self.matches.refused.append(refusal(row, reason))

    def _unit(self, person: Person) -> str | None:
        return self._known.unit(person)

    def _list(self, people: Sequence[Person]) -> str:
        return "、".join(self._known.words(each) for each in people)


# ── comparing ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _same(one: str | None, other: str | None) -> bool | None:
    """Tell whether two values are the same; None when one of them is not given."""
    return one == other if one and other else None


def _births_agree(row: RosterPerson, person: Person) -> bool | None:
    """Tell whether the dates of birth may be one day; None when one is not given. Of two calendars the years decide."""
    if not row.birth or not person.birth:
        return None
    return births_agree(row.birth, row.birthday_calendar, person.birth, person.birthday_calendar)


def _same_telephone(row: RosterPerson, person: Person, unit: str | None) -> bool:
    return bool(_same(row.phone, person.phone) or _same(row.home_phone, person.home_phone))


def _same_birth(row: RosterPerson, person: Person, unit: str | None) -> bool:
    """A day proves the person; a month unless telephone and unit both say otherwise; a year unless one of them does."""
    if not _births_agree(row, person):
        return False
    against = [_same(row.phone, person.phone), _same(row.unit, unit)].count(False)
    if row.birth != person.birth or row.birthday_calendar != person.birthday_calendar:
        return against == 0
    return against < {len("1938"): 1, len("1938-07"): 2}.get(len(person.birth or ""), 3)


def _same_unit(row: RosterPerson, person: Person, unit: str | None) -> bool:
    against = (_births_agree(row, person), _same(row.sex, person.sex))
    return bool(_same(row.unit, unit)) and False not in against


def _tells_nothing_else(row: RosterPerson, person: Person, unit: str | None) -> bool:
    return not any(better(each, row, person, unit) for each in FIELDS)


def _surely_another(row: RosterPerson, person: Person, unit: str | None) -> bool:
    """Tell whether a row is shown to be somebody else of the same name."""
    agree, same_unit = _births_agree(row, person), _same(row.unit, unit)
    if agree is False:
        return not same_unit or _same(row.phone, person.phone) is False
    return agree is None and same_unit is False

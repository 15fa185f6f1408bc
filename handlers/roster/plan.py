"""What importing a roster would do: a pure function of the people in the database and the people in the file.

Nobody is ever deleted or loses a role, an empty cell never empties a field, and the same file a second time gives an
empty plan.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from handlers.roster import kin
from handlers.roster.fields import FieldChange, changes
from handlers.roster.kin import Cadre
from handlers.roster.matching import Known, Matches, match, refusal
from handlers.roster.person import Finding, RosterPerson
from storage.people import Person


@dataclass(frozen=True)
class Step:
    """One row that adds a person or changes one."""

    row: RosterPerson
    person: Person | None  # None: a new one
    changes: tuple[FieldChange, ...]
    roles: tuple[str, ...]  # to be given
    cadres: tuple[Cadre, ...]  # for whom the person is to act from now on


@dataclass(frozen=True)
class Plan:
    """`refused`: rows that fit no decision. `doubts`: what somebody should look at. `missing`: known people whom the
    file does not name."""

    added: tuple[Step, ...]
    changed: tuple[Step, ...]
    unchanged: int
    refused: tuple[Finding, ...]
    doubts: tuple[Finding, ...]
    missing: tuple[Person, ...]

    @property
    def empty(self) -> bool:
        """Tell whether there is nothing to write."""
        return not self.added and not self.changed


def make_plan(rows: Sequence[RosterPerson], known: Known) -> Plan:
    """Compare the people of a file with those of the database. Steps stand in the order of the file."""
    matches = match(rows, known)
    acting, refused_kin = kin.resolve(matches, known)
    refused_rows = {(each.sheet, each.row) for each in [*matches.refused, *refused_kin]}
    taken = [row for row in rows if (row.sheet, row.row) not in refused_rows]
    steps = [_step(row, matches.found.get(row), acting.get(row, ()), known) for row in taken]
    return Plan(
        added=tuple(each for each in steps if each.person is None),
        changed=tuple(each for each in steps if each.person is not None and _does_something(each)),
        unchanged=sum(each.person is not None and not _does_something(each) for each in steps),
        refused=tuple(sorted([*matches.refused, *refused_kin], key=lambda each: (each.sheet, each.row))),
        doubts=(*matches.doubts, *_shared_phones(steps, known)),
        missing=_missing(rows, matches, known),
    )


def _step(row: RosterPerson, person: Person | None, cadres: tuple[Cadre, ...], known: Known) -> Step:
    had = {role.name for role in known.roles.get(person.id, ())} if person else set()
    return Step(
        row,
        person,
        changes(row, person, known.unit(person) if person else None),
        tuple(role for role in row.roles if role not in had),
        tuple(each for each in cadres if not kin.acts_already(known, person, each)),
    )


def _does_something(step: Step) -> bool:
    return bool(step.changes or step.roles or step.cadres)


def _shared_phones(steps: Sequence[Step], known: Known) -> list[Finding]:
    """A mobile number of two people cannot tell by itself who calls: somebody should look whether it is right."""
    owners: dict[str, list[Person]] = {}
    for person in known.persons:
        if person.active and person.phone:
            owners.setdefault(person.phone, []).append(person)
    doubts = []
    for step in steps:
        new = any(each.field == "phone" for each in step.changes)
        others = [each for each in owners.get(step.row.phone or "", []) if each != step.person]
        if new and others:
            doubts.append(refusal(step.row, f"手机号与系统里的{known.words(others[0])}相同，请核对。"))
    return doubts


def _missing(rows: Sequence[RosterPerson], matches: Matches, known: Known) -> tuple[Person, ...]:
    """People with a role that the file has, too, whom no row of it names."""
    listed = {role for row in rows for role in row.roles}
    there = {person.id for person in matches.found.values()}
    names = {row.name for row in rows if row not in matches.found}  # perhaps refused, perhaps another of the name
    return tuple(
        person
        for person in known.persons
        if person.active
        and person.id not in there
        and person.name not in names
        and any(role.name in listed for role in known.roles.get(person.id, ()))
    )

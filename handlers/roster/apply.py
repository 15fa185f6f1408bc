"""Doing what a plan says, in the caller's transaction: all of it or, when the transaction is given up, nothing."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from handlers.roster.matching import Known
from handlers.roster.person import RosterPerson
from handlers.roster.plan import Plan, Step
from storage import audit, people, roster
from storage.database import Tx
from storage.people import Person


async def read_known(tx: Tx) -> Known:
    """Return what the database says of everybody."""
    return Known(
        tuple(await people.everybody(tx)),
        await people.units(tx),
        await roster.all_roles(tx),
        await roster.all_kin(tx),
    )


async def apply(tx: Tx, plan: Plan, now: datetime, done: Callable[[int], None], how: str = "roster") -> list[int]:
    """Write a plan made from this transaction's state, with audit rows; return the ids of those added, then changed.

    `done` is told how many people are written so far. The audit says which fields changed, not from what to what: the
    trail outlives the person's data.
    """
    steps = [*plan.added, *plan.changed]
    units = await _units(tx, steps)
    ids: dict[RosterPerson, int] = {}
    for number, step in enumerate(steps, 1):
        ids[step.row] = await _write(tx, step, units, now, how)
        done(number)
    await roster.give_roles(tx, [(ids[step.row], role) for step in steps for role in step.roles])
    await roster.add_kin(
        tx,
        [
            (ids[step.row], cadre.id if isinstance(cadre, Person) else ids[cadre])
            for step in steps
            for cadre in step.cadres
        ],
    )
    return list(ids.values())


async def _units(tx: Tx, steps: Sequence[Step]) -> dict[str, int]:
    """Return the ids of all units that the steps name; new names become units."""
    names = dict.fromkeys(change.new for step in steps for change in step.changes if change.field == "unit")
    return {name: await people.unit_named(tx, name) for name in names}


async def _write(tx: Tx, step: Step, units: dict[str, int], now: datetime, how: str) -> int:
    """Add or change one person and return the id."""
    person = _changed(step, units)
    person_id = person.id
    if step.person is None:
        person_id = await people.add(tx, person, now)
    elif step.changes:
        await people.change(tx, person, now)
    await audit.add(
        tx,
        now,
        "person.added" if step.person is None else "person.changed",
        f"person:{person_id}",
        actor_id=None,
        how=how,
        fields=" ".join(change.field for change in step.changes),
        roles=" ".join(step.roles),
        acts_for_more=len(step.cadres),
    )
    return person_id


def _changed(step: Step, units: dict[str, int]) -> Person:
    values: dict[str, str | int] = {change.field: change.new for change in step.changes}
    if "unit" in values:
        values["unit_id"] = units[str(values.pop("unit"))]
    return replace(step.person or Person(step.row.name), **values)  # type: ignore[arg-type]  # the fields of FIELDS

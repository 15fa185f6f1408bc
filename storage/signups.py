"""Sign-ups: who comes to a gathering, who waits for a place, who said no, who was there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from storage.database import Row, Tx
from storage.plain import from_json, to_json
from storage.times import from_text, to_text

HOLDS_PLACE = ("in", "offered")  # an offered place is nobody else's until the offer ends
CURRENT = ("in", "waiting", "offered", "drawing", "no")


@dataclass(frozen=True, slots=True)
class Signup:
    id: int
    gathering_id: int
    person_id: int
    person_name: str
    acted_by: int
    account_id: int | None
    companions: int
    answers: dict[str, Any]
    state: str  # 'in', 'waiting', 'offered', 'drawing', 'no', 'cancelled', 'lost'
    by_phone: bool
    offered_until: datetime | None
    offers: int
    sure: str | None
    leave_reason: str | None
    attended_at: datetime | None
    attended_how: str | None
    told_sequence: int
    rating: str | None

    @property
    def party(self) -> int:
        """How many places it takes."""
        return 1 + self.companions


ADD = """
INSERT INTO signups (gathering_id, person_id, acted_by, account_id, companions, answers, state, by_phone, told_sequence, made_at, changed_at, line)
SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, coalesce(max(line), 0) + 1 FROM signups WHERE gathering_id = ? RETURNING id"""


async def add(
    tx: Tx,
    *,
    gathering_id: int,
    person_id: int,
    acted_by: int,
    account_id: int | None,
    companions: int,
    answers: Mapping[str, Any],
    state: str,
    by_phone: bool,
    told_sequence: int,
    now: datetime,
) -> Signup:
    """Write a sign-up at the end of the list and return it. The person must have none that counts for this gathering."""
    moment = to_text(now)
    new = await tx.insert(
        ADD,
        gathering_id,
        person_id,
        acted_by,
        account_id,
        companions,
        to_json(answers),
        state,
        int(by_phone),
        told_sequence,
        moment,
        moment,
        gathering_id,
    )
    return await by_id(tx, new)


SELECT = """
SELECT s.id, s.gathering_id, s.person_id, p.name, s.acted_by, s.account_id, s.companions, s.answers, s.state, s.by_phone, s.offered_until,
       s.offers, s.sure, s.leave_reason, s.attended_at, s.attended_how, s.told_sequence, s.rating
FROM signups s JOIN persons p ON p.id = s.person_id"""
_CURRENT = ", ".join(f"'{each}'" for each in CURRENT)
BY_ID = f"{SELECT} WHERE s.id = ?"
OF_GATHERING = f"{SELECT} WHERE s.gathering_id = ? ORDER BY s.line"
CURRENT_OF = f"{SELECT} WHERE s.gathering_id = ? AND s.person_id = ? AND s.state IN ({_CURRENT})"
WAITING = f"{SELECT} WHERE s.gathering_id = ? AND s.state = 'waiting' ORDER BY s.line"
OF_PERSON = f"""
{SELECT} JOIN gatherings g ON g.id = s.gathering_id
WHERE s.person_id = ? AND s.state IN ({_CURRENT}) AND g.ends_at >= ? AND g.state = 'planned' ORDER BY g.starts_at, s.id"""
TAKEN = """
SELECT coalesce(sum(1 + companions), 0), coalesce(sum(by_phone * (1 + companions)), 0) FROM signups
WHERE gathering_id = ? AND state IN ('in', 'offered')"""
HOW_MANY_WAIT = "SELECT count(*) FROM signups WHERE gathering_id = ? AND state = 'waiting'"
PLACE_IN_LINE = f"{HOW_MANY_WAIT} AND line <= (SELECT line FROM signups WHERE id = ?)"
NO_ONE_WAITS = "SELECT 1 FROM signups WHERE gathering_id = ? AND state = 'waiting' LIMIT 1"


def signup_from(row: Row) -> Signup:
    """Return the sign-up of a row that SELECT gave."""
    values = list(row)
    values[7] = from_json(row[7])
    values[9] = bool(row[9])
    values[10] = from_text(row[10]) if row[10] else None
    values[14] = from_text(row[14]) if row[14] else None
    return Signup(*values)


async def by_id(tx: Tx, signup_id: int) -> Signup:
    """Return the sign-up. Raises LookupError: no such one."""
    row = await tx.one(BY_ID, signup_id)
    if row is None:
        raise LookupError(f"no signup {signup_id}")
    return signup_from(row)


async def of_gathering(tx: Tx, gathering_id: int) -> list[Signup]:
    """Return everything that was signed up for a gathering, in order, cancelled ones as well."""
    return [signup_from(row) for row in await tx.all(OF_GATHERING, gathering_id)]


async def current(tx: Tx, gathering_id: int, person_id: int) -> Signup | None:
    """Return what counts of a person for a gathering: a place, a wait, an offer, the draw, a no; or None."""
    row = await tx.one(CURRENT_OF, gathering_id, person_id)
    return signup_from(row) if row else None


async def waiting(tx: Tx, gathering_id: int) -> list[Signup]:
    """Return the waiting list, the first first."""
    return [signup_from(row) for row in await tx.all(WAITING, gathering_id)]


async def of_person(tx: Tx, person_id: int, since: datetime) -> list[Signup]:
    """Return what counts of a person for everything planned that has not ended by then, in order of time."""
    return [signup_from(row) for row in await tx.all(OF_PERSON, person_id, to_text(since))]


async def taken(tx: Tx, gathering_id: int) -> tuple[int, int]:
    """Return how many places are taken or offered, and how many of these by telephone."""
    [row] = await tx.all(TAKEN, gathering_id)
    return int(row[0]), int(row[1])


async def how_many_wait(tx: Tx, gathering_id: int) -> int:
    [row] = await tx.all(HOW_MANY_WAIT, gathering_id)
    return int(row[0])


async def place_in_line(tx: Tx, signup: Signup) -> int:
    """Return the place on the waiting list, from 1, of somebody who waits. A long list is not read for it."""
    [row] = await tx.all(PLACE_IN_LINE, signup.gathering_id, signup.id)
    return int(row[0])


async def somebody_waits(tx: Tx, gathering_id: int) -> bool:
    return await tx.one(NO_ONE_WAITS, gathering_id) is not None


SET_STATE = "UPDATE signups SET state = ?, offered_until = NULL, changed_at = ? WHERE id = ? AND state = ?"
OFFER = "UPDATE signups SET state = 'offered', offered_until = ?, offers = offers + 1, changed_at = ? WHERE id = ? AND state = 'waiting'"
SURE = "UPDATE signups SET sure = ?, changed_at = ? WHERE id = ?"
LEAVE = "UPDATE signups SET leave_reason = ?, changed_at = ? WHERE id = ?"
ATTEND = "UPDATE signups SET attended_at = ?, attended_how = ?, attended_by = ?, changed_at = ? WHERE id = ? AND attended_at IS NULL"
UNATTEND = "UPDATE signups SET attended_at = NULL, attended_how = NULL, attended_by = NULL, changed_at = ? WHERE id = ?"
TOLD = "UPDATE signups SET told_sequence = ? WHERE id = ?"
RATE = "UPDATE signups SET rating = ? WHERE id = ? AND rating IS NULL"


async def set_state(tx: Tx, signup: Signup, state: str, now: datetime) -> bool:
    """Move a sign-up from the state it is known to be in to another; False when it is not in that one any more."""
    return await tx.run(SET_STATE, state, to_text(now), signup.id, signup.state) == 1


async def offer(tx: Tx, signup_id: int, until: datetime, now: datetime) -> bool:
    """Offer a freed place to somebody who waits, until then; False when the person waits no more."""
    return await tx.run(OFFER, to_text(until), to_text(now), signup_id) == 1


LINE = "UPDATE signups SET line = ? WHERE id = ?"


async def set_line(tx: Tx, signup_ids: Sequence[int]) -> None:
    """Let these stand in the line in this order, after the draw."""
    await tx.run_many(LINE, [(place, each) for place, each in enumerate(signup_ids, 1)])


async def is_sure(tx: Tx, signup_id: int, sure: str, now: datetime) -> None:
    await tx.run(SURE, sure, to_text(now), signup_id)


async def take_leave(tx: Tx, signup_id: int, reason: str | None, now: datetime) -> None:
    """Note why somebody takes leave (请假); None: comes after all."""
    await tx.run(LEAVE, reason, to_text(now), signup_id)


async def attend(tx: Tx, signup_id: int, how: str, by: int | None, now: datetime) -> bool:
    """Check somebody in; False when that was so already."""
    return await tx.run(ATTEND, to_text(now), how, by, to_text(now), signup_id) == 1


async def undo_attend(tx: Tx, signup_id: int, now: datetime) -> None:
    await tx.run(UNATTEND, to_text(now), signup_id)


async def told(tx: Tx, signup_id: int, sequence: int) -> None:
    """Note up to which change of the gathering somebody was told."""
    await tx.run(TOLD, sequence, signup_id)


async def rate(tx: Tx, signup_id: int, rating: str) -> bool:
    return await tx.run(RATE, rating, signup_id) == 1

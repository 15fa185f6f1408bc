"""Cases: a person's difficulty, who answers for it now and next, and in what state it is."""

from dataclasses import dataclass
from datetime import date, datetime

from storage.database import Row, Tx
from storage.times import from_text, to_text


@dataclass(frozen=True, slots=True)
class Case:
    id: int
    number: str  # as people say it: '2026-17'
    person_id: int  # whose difficulty
    person_name: str
    person_unit_id: int | None
    acted_by: int  # who reported it
    acted_by_name: str
    account_id: int | None  # where the answers go; None: it was telephoned
    category: str
    urgent: bool
    danger: str | None  # the label of the danger that was told
    state: str  # 'open' (nobody has taken it), 'taken', 'closed', 'merged'
    owner_id: int | None
    owner_name: str | None
    owner_phone: str | None
    handed_to: int | None  # asked to take it over; until then the owner answers for it
    handed_to_name: str | None
    opened_at: datetime
    promised_on: date  # in the office's zone
    waiting_since: datetime | None  # the cadre was asked back: the clocks rest
    snoozed_until: date | None
    closed_at: datetime | None  # also when it was merged
    closings: int
    reopenings: int
    rounds: int  # deadlines set so far
    merged_into: int | None
    said_id: int  # the newest entry of the cadre's side

    @property
    def is_finished(self) -> bool:
        return self.closed_at is not None


NEXT_NUMBER = """
INSERT INTO counters (name, value) VALUES (?, 1)
ON CONFLICT (name) DO UPDATE SET value = counters.value + 1 RETURNING value"""
ADD = """
INSERT INTO cases (number, person_id, acted_by, account_id, category, urgent, danger, state, owner_id, opened_at, promised_on)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id"""


async def add(
    tx: Tx,
    *,
    person_id: int,
    acted_by: int,
    account_id: int | None,
    category: str,
    urgent: bool,
    promised_on: date,
    year: int,
    now: datetime,
    danger: str | None = None,
    owner_id: int | None = None,
) -> Case:
    """Open a case under the next number of `year` (the office's year) and return it; with an owner it is taken at once."""
    serial = await tx.insert(NEXT_NUMBER, f"case-{year}")
    new = await tx.insert(
        ADD,
        f"{year}-{serial}",
        person_id,
        acted_by,
        account_id,
        category,
        int(urgent),
        danger,
        "taken" if owner_id else "open",
        owner_id,
        to_text(now),
        promised_on.isoformat(),
    )
    return await by_id(tx, new)


SELECT = """
SELECT c.id, c.number, c.person_id, p.name, p.unit_id, c.acted_by, a.name, c.account_id, c.category, c.urgent, c.danger, c.state,
       c.owner_id, o.name, coalesce(o.phone, o.home_phone), c.handed_to, h.name, c.opened_at, c.promised_on, c.waiting_since,
       c.snoozed_until, c.closed_at, c.closings, c.reopenings, c.rounds, c.merged_into, c.said_id
FROM cases c JOIN persons p ON p.id = c.person_id JOIN persons a ON a.id = c.acted_by
LEFT JOIN persons o ON o.id = c.owner_id LEFT JOIN persons h ON h.id = c.handed_to"""
BY_ID = f"{SELECT} WHERE c.id = ?"
BY_NUMBER = f"{SELECT} WHERE c.number = ?"
OF_PERSON = f"{SELECT} WHERE c.person_id = ? ORDER BY c.id DESC LIMIT ?"
OF_SPEAKER = f"""
{SELECT} WHERE c.person_id = ? OR (c.acted_by = ? AND c.account_id IS NOT NULL) ORDER BY c.id DESC LIMIT ?"""
UNFINISHED_OF_OWNER = f"{SELECT} WHERE c.owner_id = ? AND c.closed_at IS NULL ORDER BY c.id"
OFFERED_TO = f"{SELECT} WHERE c.handed_to = ? AND c.closed_at IS NULL ORDER BY c.id"
UNFINISHED_OF_PERSON = f"{SELECT} WHERE c.person_id = ? AND c.closed_at IS NULL ORDER BY c.id DESC LIMIT ?"
MERGED_INTO = f"{SELECT} WHERE c.merged_into = ? ORDER BY c.id"


def case_from(row: Row) -> Case:
    """Return the case of a row that SELECT begins."""
    values = list(row)
    values[9] = bool(row[9])
    values[17] = from_text(row[17])
    values[18] = date.fromisoformat(row[18])
    values[19] = from_text(row[19]) if row[19] else None
    values[20] = date.fromisoformat(row[20]) if row[20] else None
    values[21] = from_text(row[21]) if row[21] else None
    return Case(*values[:27])


async def by_id(tx: Tx, case_id: int) -> Case:
    """Return the case. Raises LookupError: no such case."""
    row = await tx.one(BY_ID, case_id)
    if row is None:
        raise LookupError(f"no case {case_id}")
    return case_from(row)


async def by_number(tx: Tx, number: str) -> Case | None:
    row = await tx.one(BY_NUMBER, number)
    return case_from(row) if row else None


async def living(tx: Tx, case_id: int) -> Case:
    """Return the case that goes on under this one's number: itself, or the one it was merged into. Raises LookupError."""
    case = await by_id(tx, case_id)
    while case.merged_into is not None:  # a case is merged only into one that is not: this ends
        case = await by_id(tx, case.merged_into)
    return case


async def of_person(tx: Tx, person_id: int, limit: int) -> list[Case]:
    """Return a person's cases, newest first."""
    return [case_from(row) for row in await tx.all(OF_PERSON, person_id, limit)]


async def of_speaker(tx: Tx, person_id: int, limit: int) -> list[Case]:
    """Return the cases that somebody may be talking about, newest first: the own ones and those reported here for another.

    What staff wrote down for somebody on the telephone is not theirs to talk about.
    """
    return [case_from(row) for row in await tx.all(OF_SPEAKER, person_id, person_id, limit)]


async def unfinished_of_person(tx: Tx, person_id: int, limit: int) -> list[Case]:
    """Return a person's unfinished cases, newest first."""
    return [case_from(row) for row in await tx.all(UNFINISHED_OF_PERSON, person_id, limit)]


async def unfinished_of_owner(tx: Tx, owner_id: int) -> list[Case]:
    """Return everything that somebody answers for, oldest first."""
    return [case_from(row) for row in await tx.all(UNFINISHED_OF_OWNER, owner_id)]


async def offered_to(tx: Tx, person_id: int) -> list[Case]:
    """Return what somebody is asked to take over, oldest first."""
    return [case_from(row) for row in await tx.all(OFFERED_TO, person_id)]


async def merged_into(tx: Tx, case_id: int) -> list[Case]:
    """Return the cases that were merged into this one, directly."""
    return [case_from(row) for row in await tx.all(MERGED_INTO, case_id)]


# ── changes ─────────────────────────────────────────────────────────────────────────────────────────────────────────

TAKE = """
UPDATE cases SET state = 'taken', owner_id = ?, snoozed_until = NULL
WHERE id = ? AND state = 'open' AND closed_at IS NULL"""
GIVE = """
UPDATE cases SET state = 'taken', owner_id = ?, handed_to = NULL, snoozed_until = NULL
WHERE id = ? AND closed_at IS NULL"""
OFFER = "UPDATE cases SET handed_to = ? WHERE id = ? AND owner_id = ? AND closed_at IS NULL"
DECLINE = "UPDATE cases SET handed_to = NULL WHERE id = ? AND handed_to = ?"
CLOSE = """
UPDATE cases SET state = 'closed', closed_at = ?, closings = ?, handed_to = NULL, waiting_since = NULL, snoozed_until = NULL
WHERE id = ? AND closed_at IS NULL"""
REOPEN = """
UPDATE cases SET state = CASE WHEN owner_id IS NULL THEN 'open' ELSE 'taken' END, closed_at = NULL, reopenings = reopenings + 1
WHERE id = ? AND state = 'closed'"""
RELEASE = "UPDATE cases SET state = 'open', owner_id = NULL, handed_to = NULL WHERE id = ? AND closed_at IS NULL"
MERGE = """
UPDATE cases SET state = 'merged', merged_into = ?, closed_at = ?, handed_to = NULL, waiting_since = NULL, snoozed_until = NULL
WHERE id = ? AND closed_at IS NULL"""
MOVE_MERGED = "UPDATE cases SET merged_into = ? WHERE merged_into = ?"
WAIT = "UPDATE cases SET waiting_since = ? WHERE id = ? AND closed_at IS NULL"
SNOOZE = "UPDATE cases SET snoozed_until = ? WHERE id = ? AND closed_at IS NULL"
PROMISE = "UPDATE cases SET promised_on = ? WHERE id = ?"
NEXT_ROUND = "UPDATE cases SET rounds = rounds + ? WHERE id = ? RETURNING rounds"
HURRY = "UPDATE cases SET urgent = 1 WHERE id = ?"
ALARM = "UPDATE cases SET urgent = 1, danger = ? WHERE id = ?"


async def take(tx: Tx, case_id: int, owner_id: int) -> bool:
    """Make somebody the owner of an open case; False when somebody was faster."""
    return await tx.run(TAKE, owner_id, case_id) == 1


async def give(tx: Tx, case_id: int, owner_id: int) -> bool:
    """Make somebody the owner, whoever it was before; an offer to hand it over ends. False when it is finished."""
    return await tx.run(GIVE, owner_id, case_id) == 1


async def offer(tx: Tx, case_id: int, owner_id: int, receiver_id: int | None) -> bool:
    """Ask somebody to take over, or nobody any more (None); False when it is not the owner's to give."""
    return await tx.run(OFFER, receiver_id, case_id, owner_id) == 1


async def decline(tx: Tx, case_id: int, receiver_id: int) -> bool:
    """Take back the offer made to this receiver; False when there is none any more."""
    return await tx.run(DECLINE, case_id, receiver_id) == 1


async def close(tx: Tx, case_id: int, closing: int, now: datetime) -> bool:
    """End a case with that closing; False when it is finished already."""
    return await tx.run(CLOSE, to_text(now), closing, case_id) == 1


async def reopen(tx: Tx, case_id: int) -> bool:
    """Open a closed case again under its owner; False when it is not closed."""
    return await tx.run(REOPEN, case_id) == 1


async def release(tx: Tx, case_id: int) -> bool:
    """Let an unfinished case be nobody's: whoever had it cannot answer for it any more."""
    return await tx.run(RELEASE, case_id) == 1


async def merge(tx: Tx, case_id: int, into: int, now: datetime) -> bool:
    """Let a case go on as another, and with it whatever had been merged into it; False when it is finished already."""
    if await tx.run(MERGE, into, to_text(now), case_id) != 1:
        return False
    await tx.run(MOVE_MERGED, into, case_id)
    return True


async def wait(tx: Tx, case_id: int, since: datetime | None) -> bool:
    """Note that the cadre is waited for, or no more (None)."""
    return await tx.run(WAIT, to_text(since) if since else None, case_id) == 1


async def snooze(tx: Tx, case_id: int, until: date | None) -> bool:
    return await tx.run(SNOOZE, until.isoformat() if until else None, case_id) == 1


async def promise(tx: Tx, case_id: int, day: date) -> None:
    await tx.run(PROMISE, day.isoformat(), case_id)


async def next_round(tx: Tx, case_id: int, count: int = 1) -> int:
    """Count so many more deadlines and return the number of the last. Raises LookupError: no such case."""
    for row in await tx.returning(NEXT_ROUND, count, case_id):
        return int(row[0])
    raise LookupError(f"no case {case_id}")


async def hurry(tx: Tx, case_id: int) -> None:
    """Make a case urgent."""
    await tx.run(HURRY, case_id)


async def alarm(tx: Tx, case_id: int, danger: str) -> None:
    """Make a case urgent because of a danger that was told."""
    await tx.run(ALARM, danger, case_id)


COUNT = "SELECT count(*) FROM cases"


async def count(tx: Tx) -> int:
    """Return how many cases there are in all."""
    row = await tx.one(COUNT)
    return int(row[0]) if row else 0

"""What happened to cases in a month: the facts that the statistics count, and the rows of the 困难帮扶台账.

A month is given as its first moment and the first moment of the next, both at midnight in the office's zone and aware: the dates of
the two bounds are dates of the office. A case that was merged is no case of its own: it is neither counted nor a row. What was done in
it before (a closing, a hand-over, an aid) was done, and is kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from storage.database import Row, Tx
from storage.times import from_text, to_text

# By these entries somebody of the office took a case or spoke to the cadre. What the clock writes has no author.
RESPONSES = ("taken", "replied", "asked", "accepted", "assigned")
TAKEN = ("taken", "accepted", "assigned")  # since then a case has an owner
HANDED = ("accepted", "assigned")


def _listed(kinds: Sequence[str]) -> str:
    return ", ".join(f"'{each}'" for each in kinds)


_OF_PERSON = "JOIN persons p ON p.id = c.person_id LEFT JOIN units u ON u.id = p.unit_id"
_SPLIT_OFF = "kind = 'split' AND {}.at = c.opened_at"  # a case that was split off is opened by that, with its owner


# ── facts ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Opened:
    """A case that was opened in the month, as it stands now."""

    category: str
    unit: str | None  # of the person, by the roster of today
    opened_at: datetime
    is_closed: bool
    closed_at: datetime | None
    responded_at: datetime | None  # when a person of the office first took it or spoke to the cadre; None: not yet
    is_split_off: bool  # it was taken before it was opened


@dataclass(frozen=True, slots=True)
class Closed:
    """A closing that was decided in the month. A case that was closed twice has two."""

    category: str
    unit: str | None
    outcome: str  # 'done', 'partly', 'cannot'
    solved: str | None  # the cadre's answer to this closing: 'yes', 'partly', 'no'; None: not answered
    satisfied: str | None  # 'yes', 'basic', 'no'


@dataclass(frozen=True, slots=True)
class Changed:
    """A case was reopened, or given from one owner to another, in the month."""

    category: str
    unit: str | None
    kind: str  # 'reopened', 'accepted', 'assigned'


@dataclass(frozen=True, slots=True)
class Promised:
    """A case whose promised day, the last one given, lies in the month."""

    category: str
    unit: str | None
    promised_on: date
    closed_at: datetime | None  # None: unfinished
    is_waiting: bool  # the cadre was asked back: the promise rests


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that the statistics of a month count."""

    opened: tuple[Opened, ...]
    closed: tuple[Closed, ...]
    changed: tuple[Changed, ...]
    promised: tuple[Promised, ...]


OPENED = f"""
SELECT c.category, u.name, c.opened_at, c.state = 'closed', c.closed_at,
       (SELECT min(e.at) FROM case_entries e
        WHERE e.case_id = c.id AND e.author_id IS NOT NULL AND e.kind IN ({_listed(RESPONSES)})),
       EXISTS (SELECT 1 FROM case_entries s WHERE s.case_id = c.id AND s.{_SPLIT_OFF.format("s")})
FROM cases c {_OF_PERSON}
WHERE c.opened_at >= ? AND c.opened_at < ? AND c.state <> 'merged' ORDER BY c.id"""
CLOSED = f"""
SELECT c.category, u.name, k.outcome, k.solved, k.satisfied
FROM case_closings k JOIN cases c ON c.id = k.case_id {_OF_PERSON}
WHERE k.decision = 'closed' AND k.decided_at >= ? AND k.decided_at < ? ORDER BY k.id"""
CHANGED = f"""
SELECT c.category, u.name, e.kind FROM case_entries e JOIN cases c ON c.id = e.case_id {_OF_PERSON}
WHERE e.at >= ? AND e.at < ? AND (e.kind = 'reopened' OR e.kind IN ({_listed(HANDED)}) AND EXISTS (
    SELECT 1 FROM case_entries b WHERE b.case_id = e.case_id AND b.id < e.id
    AND (b.kind IN ({_listed(TAKEN)}) OR b.{_SPLIT_OFF.format("b")})))
ORDER BY e.id"""
PROMISED = f"""
SELECT c.category, u.name, c.promised_on, c.closed_at, c.waiting_since IS NOT NULL FROM cases c {_OF_PERSON}
WHERE c.promised_on >= ? AND c.promised_on < ? AND c.state <> 'merged' ORDER BY c.id"""


async def facts(tx: Tx, start: datetime, end: datetime) -> Facts:
    """Return what the statistics of the month count, each kind in the order in which it was written."""
    moments, days = _moments(start, end), _days(start, end)
    return Facts(
        tuple(_opened(row) for row in await tx.all(OPENED, *moments)),
        tuple(Closed(*row) for row in await tx.all(CLOSED, *moments)),
        tuple(Changed(*row) for row in await tx.all(CHANGED, *moments)),
        tuple(_promised(row) for row in await tx.all(PROMISED, *days)),
    )


def _moments(start: datetime, end: datetime) -> tuple[str, str]:
    return to_text(start), to_text(end)


def _days(start: datetime, end: datetime) -> tuple[str, str]:
    return start.date().isoformat(), end.date().isoformat()


def _moment(text: str | None) -> datetime | None:
    return from_text(text) if text else None


def _opened(row: Row) -> Opened:
    category, unit, opened_at, is_closed, closed_at, responded_at, is_split_off = row
    moments = _moment(closed_at), _moment(responded_at)
    return Opened(category, unit, from_text(opened_at), bool(is_closed), *moments, bool(is_split_off))


def _promised(row: Row) -> Promised:
    category, unit, promised_on, closed_at, is_waiting = row
    return Promised(category, unit, date.fromisoformat(promised_on), _moment(closed_at), bool(is_waiting))


# ── the ledger ──────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """A case with one of its aids of the month, or with none. A case with several has a row for each."""

    number: str
    name: str
    sex: str | None
    birth: str | None
    retirement_kind: str | None
    unit: str | None
    opened_at: datetime
    acted_by: str | None  # None: the cadre himself
    category: str
    words: str | None  # what was first said in it; None: nothing but photos or files
    owner: str | None
    promised_on: date
    closed_at: datetime | None  # None: unfinished
    outcome: str | None  # of the last closing, as are the next three
    solved: str | None
    satisfied: str | None
    caller: str | None  # who called and entered the answer
    aid_kind: str | None  # None, as are all of the aid: none was given in the month
    aid_reason: str | None
    aid_form: str | None
    aid_amount: str | None
    given_on: date | None
    giver: str | None
    living: str | None
    health: str | None


_AIDS = """(
SELECT coalesce(m.merged_into, m.id) AS case_id, a.id, a.kind, a.reason, a.form, a.amount, a.given_on, a.giver
FROM case_aids a JOIN cases m ON m.id = a.case_id WHERE a.given_on >= ? AND a.given_on < ?)"""
LEDGER = f"""
SELECT c.number, p.name, p.sex, p.birth, p.retirement_kind, u.name, c.opened_at,
       CASE WHEN c.acted_by <> c.person_id THEN r.name END, c.category,
       (SELECT e.words FROM case_entries e WHERE e.case_id = c.id AND e.kind = 'said' AND e.words <> '' ORDER BY e.id LIMIT 1),
       o.name, c.promised_on, c.closed_at, k.outcome, k.solved, k.satisfied, t.name,
       g.kind, g.reason, g.form, g.amount, g.given_on, g.giver, p.living, p.health
FROM cases c {_OF_PERSON} JOIN persons r ON r.id = c.acted_by LEFT JOIN persons o ON o.id = c.owner_id
LEFT JOIN case_closings k ON k.case_id = c.id AND k.number = c.closings LEFT JOIN persons t ON t.id = k.caller_id
LEFT JOIN {_AIDS} g ON g.case_id = c.id
WHERE c.state <> 'merged' AND c.id IN (
    SELECT id FROM cases WHERE opened_at >= ? AND opened_at < ?
    UNION SELECT case_id FROM case_closings WHERE decision = 'closed' AND decided_at >= ? AND decided_at < ?
    UNION SELECT case_id FROM {_AIDS})
ORDER BY c.opened_at, c.id, g.given_on, g.id"""


async def ledger(tx: Tx, start: datetime, end: datetime) -> list[LedgerRow]:
    """Return the cases of the month, oldest first: opened in it, closed in it, or with an aid given in it.

    Only aids of the month are rows, so that each stands in one month's ledger. What was given in a case before it was merged stands
    with the case it was merged into.
    """
    moments, days = _moments(start, end), _days(start, end)
    return [_ledger_row(row) for row in await tx.all(LEDGER, *days, *moments, *moments, *days)]


def _ledger_row(row: Row) -> LedgerRow:
    values = list(row)
    values[6] = from_text(row[6])
    values[11] = date.fromisoformat(row[11])
    values[12] = _moment(row[12])
    values[21] = date.fromisoformat(row[21]) if row[21] else None
    return LedgerRow(*values)

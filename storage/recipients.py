"""Recipients: one person of one mailing, and what became of it. The figures that staff see are counted here, from these rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.database import Row, Tx
from storage.times import from_text, to_text

PORTION = 500  # persons that one statement names


@dataclass(frozen=True, slots=True)
class Recipient:
    id: int
    mailing_id: int
    person_id: int
    person_name: str
    state: str  # 'queued', 'out', 'arrived', 'failed', 'unreachable', 'late', 'dropped'
    why: str | None
    channel: str | None
    read_at: datetime | None
    read_by: str | None
    answer: str | None
    words: str | None
    calls: int
    call: str | None
    unit_id: int | None
    branch: str | None


@dataclass(frozen=True, slots=True)
class Reach:
    """An account on which a person can be reached."""

    account_id: int
    channel: str
    owner_id: int | None  # whose account it is: another's, when it is shared


@dataclass(frozen=True, slots=True)
class Figures:
    """How a mailing stands, in persons. Every recipient is counted once among the first seven."""

    queued: int = 0
    out: int = 0
    arrived: int = 0
    failed: int = 0
    unreachable: int = 0
    late: int = 0
    dropped: int = 0
    read: int = 0
    yes: int = 0
    no: int = 0
    words: int = 0

    @property
    def everybody(self) -> int:
        return self.remaining + self.arrived + self.failed + self.unreachable + self.late + self.dropped

    @property
    def remaining(self) -> int:
        """How many have yet to be sent it."""
        return self.queued + self.out


# ── who ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

ADD = """
INSERT INTO recipients (mailing_id, person_id) VALUES (?, ?) ON CONFLICT (mailing_id, person_id) DO NOTHING"""


async def add_all(tx: Tx, mailing_id: int, person_ids: Sequence[int]) -> int:
    """Queue these persons; whoever is a recipient already stays what they are. Return how many are new."""
    return await tx.run_many(ADD, [(mailing_id, each) for each in person_ids])


_NOT_WITHDRAWN = """
NOT EXISTS (SELECT 1 FROM consents w WHERE w.person_id = {0} AND w.withdrawn_at IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM consents c WHERE c.person_id = {0} AND c.withdrawn_at IS NULL))"""
_REACHED = f"""
a.unreachable_why IS NULL AND p.active = 1 AND p.id IN ({{}})
AND NOT EXISTS (SELECT 1 FROM life_events e WHERE e.person_id = p.id AND e.kind = 'deceased') AND {_NOT_WITHDRAWN.format("p.id")}"""
_LAST_SAID = "(SELECT max(i.id) FROM inbox i WHERE i.account_id = a.id)"
REACH = f"""
SELECT p.id, a.id, a.channel, a.person_id, {_LAST_SAID} AS last_said
FROM persons p JOIN accounts a ON a.person_id = p.id WHERE {_REACHED}
UNION ALL
SELECT p.id, a.id, a.channel, a.person_id, {_LAST_SAID}
FROM persons p JOIN account_persons s ON s.person_id = p.id JOIN accounts a ON a.id = s.account_id
WHERE {_REACHED} AND {_NOT_WITHDRAWN.format("a.person_id")}
ORDER BY 1, last_said DESC NULLS LAST, 2"""


async def reach(tx: Tx, person_ids: Sequence[int]) -> dict[int, list[Reach]]:
    """Return where each of these persons can be reached, the account last spoken from first; who cannot be is left out.

    As `storage.accounts.reaching` and `storage.entry.has_withdrawn` tell, for many at once.
    """
    found: dict[int, list[Reach]] = {}
    for start in range(0, len(person_ids), PORTION):
        portion = person_ids[start : start + PORTION]
        places = ", ".join("?" * len(portion))
        for row in await tx.all(REACH.format(places, places), *portion, *portion):
            found.setdefault(row[0], []).append(Reach(row[1], row[2], row[3]))
    return found


QUEUED = """
SELECT id, person_id FROM recipients
WHERE mailing_id = ? AND state = 'queued' AND (not_before IS NULL OR not_before <= ?) ORDER BY id LIMIT ?"""
NEXT_QUEUED = "SELECT min(coalesce(not_before, '')) FROM recipients WHERE mailing_id = ? AND state = 'queued'"


async def queued(tx: Tx, mailing_id: int, now: datetime, limit: int) -> list[tuple[int, int]]:
    """Return the next (recipient id, person id) who may be sent it now, in order."""
    return [(int(row[0]), int(row[1])) for row in await tx.all(QUEUED, mailing_id, to_text(now), limit)]


async def next_queued(tx: Tx, mailing_id: int, now: datetime) -> datetime | None:
    """Return when the next of those who wait may be sent it, `now` when somebody may already; None: nobody waits."""
    [(moment,)] = await tx.all(NEXT_QUEUED, mailing_id)
    if moment is None:
        return None
    return max(from_text(moment), now) if moment else now


PERSONS = "SELECT person_id FROM recipients WHERE mailing_id = ?"


async def persons(tx: Tx, mailing_id: int) -> set[int]:
    """Return who is a recipient, by person id."""
    return {int(row[0]) for row in await tx.all(PERSONS, mailing_id)}


# ── what became of it ───────────────────────────────────────────────────────────────────────────────────────────────

SET_STATE = "UPDATE recipients SET state = ?, why = ?, not_before = NULL WHERE id = ?"
WAITS = "UPDATE recipients SET not_before = ?, why = ? WHERE id = ? AND state = 'queued'"
AGAIN = """
UPDATE recipients SET state = 'queued', why = NULL, not_before = NULL, tried_after = (SELECT coalesce(max(id), 0) FROM outbox)
WHERE mailing_id = ? AND state IN ('failed', 'unreachable')"""
NO_MORE = (
    "UPDATE recipients SET state = ?, why = NULL, not_before = NULL WHERE mailing_id = ? AND state IN ('queued', 'out')"
)


async def set_states(tx: Tx, states: Sequence[tuple[str, str | None, int]]) -> None:
    """Write many (state, why, recipient id)."""
    await tx.run_many(SET_STATE, states)


async def wait(tx: Tx, recipient_id: int, until: datetime, why: str | None) -> None:
    """Leave somebody who is queued alone until then."""
    await tx.run(WAITS, to_text(until), why, recipient_id)


async def queue_again(tx: Tx, mailing_id: int) -> int:
    """Queue those whom it did not reach; return how many."""
    return await tx.run(AGAIN, mailing_id)


async def no_more(tx: Tx, mailing_id: int, state: str) -> int:
    """Let those who have yet to be sent it be 'late' or 'dropped'; return how many. Of whom a part has left already the rest follows,
    and then they count as arrived."""
    return await tx.run(NO_MORE, state, mailing_id)


# ── figures ─────────────────────────────────────────────────────────────────────────────────────────────────────────

FIGURES = """
SELECT state, count(*), count(read_at), sum(answer = 'yes'), sum(answer = 'no'), count(words)
FROM recipients WHERE mailing_id = ? GROUP BY state"""
BY_CHANNEL = "SELECT channel, count(*) FROM recipients WHERE mailing_id = ? AND state = 'arrived' GROUP BY channel ORDER BY channel"
HELD = (
    "SELECT count(*) FROM recipients WHERE mailing_id = ? AND state = 'queued' AND not_before > ? AND why IS NOT NULL"
)
ARRIVED_SINCE = "SELECT count(*) FROM recipients WHERE mailing_id = ? AND state = 'arrived' AND arrived_at >= ?"


async def figures(tx: Tx, mailing_id: int) -> Figures:
    """Count how a mailing stands."""
    counts: dict[str, int] = {}
    for state, count, *others in await tx.all(FIGURES, mailing_id):
        counts[state] = int(count)
        for name, each in zip(("read", "yes", "no", "words"), others, strict=True):
            counts[name] = counts.get(name, 0) + int(each or 0)
    return Figures(**counts)


async def by_channel(tx: Tx, mailing_id: int) -> dict[str, int]:
    """Return on which channel how many have it."""
    return {str(row[0]): int(row[1]) for row in await tx.all(BY_CHANNEL, mailing_id)}


async def held(tx: Tx, mailing_id: int, now: datetime) -> int:
    """Return how many wait for the end of their own quiet hours."""
    [(count,)] = await tx.all(HELD, mailing_id, to_text(now))
    return int(count)


async def arrived_since(tx: Tx, mailing_id: int, since: datetime) -> int:
    """Return how many have got it since that moment: the pace."""
    [(count,)] = await tx.all(ARRIVED_SINCE, mailing_id, to_text(since))
    return int(count)


# ── one recipient ───────────────────────────────────────────────────────────────────────────────────────────────────

SELECT = """
SELECT r.id, r.mailing_id, r.person_id, p.name, r.state, r.why, r.channel, r.read_at, r.read_by, r.answer, r.words, r.calls, r.call,
       p.unit_id, p.branch
FROM recipients r JOIN persons p ON p.id = r.person_id"""
BY_ID = f"{SELECT} WHERE r.id = ?"
OF_PERSON = f"{SELECT} WHERE r.mailing_id = ? AND r.person_id = ?"
OF_MAILING = f"{SELECT} WHERE r.mailing_id = ? ORDER BY r.id"
# Whom to call: nobody has it, or it was not read; who was told by telephone is done.
_TO_CALL = """
r.mailing_id = ? AND r.read_at IS NULL AND coalesce(r.call, '') <> 'told' AND p.active = 1
AND (r.state IN ('failed', 'unreachable', 'late') OR ? AND r.state = 'arrived')
AND NOT EXISTS (SELECT 1 FROM life_events e WHERE e.person_id = p.id AND e.kind = 'deceased')"""
TO_CALL = f"{SELECT} WHERE {_TO_CALL} ORDER BY coalesce(r.call, '') = 'wrong', r.state = 'arrived', r.calls, r.id"
COUNT_TO_CALL = f"SELECT count(*), sum(r.state <> 'arrived') FROM recipients r JOIN persons p ON p.id = r.person_id WHERE {_TO_CALL}"


def _recipient(row: Row) -> Recipient:
    read_at = from_text(row[7]) if row[7] else None
    return Recipient(
        row[0],
        row[1],
        row[2],
        row[3],
        row[4],
        row[5],
        row[6],
        read_at,
        row[8],
        row[9],
        row[10],
        row[11],
        row[12],
        row[13],
        row[14],
    )


async def by_id(tx: Tx, recipient_id: int) -> Recipient | None:
    row = await tx.one(BY_ID, recipient_id)
    return _recipient(row) if row else None


async def of_person(tx: Tx, mailing_id: int, person_id: int) -> Recipient | None:
    row = await tx.one(OF_PERSON, mailing_id, person_id)
    return _recipient(row) if row else None


async def of_mailing(tx: Tx, mailing_id: int) -> list[Recipient]:
    """Return everybody to whom it goes, in order."""
    return [_recipient(row) for row in await tx.all(OF_MAILING, mailing_id)]


async def to_call(tx: Tx, mailing_id: int, *, unread: bool) -> list[Recipient]:
    """Return whom to telephone: first those who do not have it, then, if `unread`, those who have not read it; whose number is wrong last.

    Nobody who is off the roster or has died.
    """
    return [_recipient(row) for row in await tx.all(TO_CALL, mailing_id, int(unread))]


async def count_to_call(tx: Tx, mailing_id: int, *, unread: bool) -> tuple[int, int]:
    """Return how many are to be telephoned, and how many of them do not have it."""
    [(count, missed)] = await tx.all(COUNT_TO_CALL, mailing_id, int(unread))
    return int(count), int(missed or 0)


SENT_TO = "SELECT mailing_id FROM recipients WHERE person_id = ? AND state = 'arrived' ORDER BY id DESC LIMIT ?"


async def sent_to(tx: Tx, person_id: int, limit: int) -> list[int]:
    """Return the mailings that reached a person last, the newest first."""
    return [int(row[0]) for row in await tx.all(SENT_TO, person_id, limit)]


WITH_WORDS = f"{SELECT} WHERE r.mailing_id = ? AND r.words IS NOT NULL ORDER BY r.answered_at DESC, r.id LIMIT ?"


async def with_words(tx: Tx, mailing_id: int, limit: int) -> list[Recipient]:
    """Return those who said something about it, the newest first."""
    return [_recipient(row) for row in await tx.all(WITH_WORDS, mailing_id, limit)]


READ = "UPDATE recipients SET read_at = ?, read_by = ? WHERE id = ? AND read_at IS NULL"
READ_SUBJECT = """
UPDATE recipients SET read_at = ?, read_by = ? WHERE read_at IS NULL AND person_id = ?
AND mailing_id IN (SELECT m.id FROM mailings m WHERE m.kind IN ({}) AND m.subject_id = ?)"""
ANSWER = "UPDATE recipients SET answer = ?, answered_at = ? WHERE id = ?"
WORDS = """
UPDATE recipients SET words = CASE WHEN words IS NULL THEN ? ELSE words || char(10) || ? END, answered_at = ? WHERE id = ?"""
CALLED = "UPDATE recipients SET calls = calls + 1, call = ?, called_by = ?, called_at = ? WHERE id = ?"


async def read(tx: Tx, recipient_id: int, by: str, now: datetime) -> bool:
    """Note that it was read; False when that was known."""
    return await tx.run(READ, to_text(now), by, recipient_id) == 1


async def read_subject(tx: Tx, kinds: Sequence[str], subject_id: int, person_id: int, by: str, now: datetime) -> int:
    """Note in every mailing of a thing (the sendings of a briefing) that a person has read it; return in how many that was new."""
    places = ", ".join("?" * len(kinds))
    return await tx.run(READ_SUBJECT.format(places), to_text(now), by, person_id, *kinds, subject_id)


async def answer(tx: Tx, recipient_id: int, value: str, now: datetime) -> None:
    """Write 'yes' or 'no'; the last answer counts."""
    await tx.run(ANSWER, value, to_text(now), recipient_id)


async def say(tx: Tx, recipient_id: int, words: str, now: datetime) -> None:
    """Add words to the free answer."""
    await tx.run(WORDS, words, words, to_text(now), recipient_id)


async def called(tx: Tx, recipient_id: int, outcome: str, by: int, now: datetime) -> None:
    """Write how a call ended: 'told', 'nobody', 'wrong' (the number)."""
    await tx.run(CALLED, outcome, by, to_text(now), recipient_id)

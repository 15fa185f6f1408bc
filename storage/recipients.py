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
INSERT INTO recipients (mailing_id, person_id, queued_at) VALUES (?, ?, ?) ON CONFLICT (mailing_id, person_id) DO NOTHING"""


async def add_all(tx: Tx, mailing_id: int, person_ids: Sequence[int], now: datetime) -> int:
    """Queue these persons; whoever is a recipient already stays what they are. Return how many are new."""
    moment = to_text(now)
    return await tx.run_many(ADD, [(mailing_id, each, moment) for each in person_ids])


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


QUEUED = "SELECT id, person_id FROM recipients WHERE mailing_id = ? AND state = 'queued' ORDER BY id LIMIT ?"


async def queued(tx: Tx, mailing_id: int, limit: int) -> list[tuple[int, int]]:
    """Return the next (recipient id, person id) to be sent it, in order."""
    return [(int(row[0]), int(row[1])) for row in await tx.all(QUEUED, mailing_id, limit)]


# ── what became of it ───────────────────────────────────────────────────────────────────────────────────────────────

SET_STATE = "UPDATE recipients SET state = ?, why = ? WHERE id = ?"
ARRIVED = """
UPDATE recipients SET state = 'arrived', why = NULL,
    arrived_at = coalesce(arrived_at, ?), channel = coalesce(channel, (SELECT o.channel FROM outbox o WHERE o.id = ?))
WHERE id = (SELECT o.recipient_id FROM outbox o WHERE o.id = ?)"""


async def set_states(tx: Tx, states: Sequence[tuple[str, str | None, int]]) -> None:
    """Write many (state, why, recipient id)."""
    await tx.run_many(SET_STATE, states)


async def arrived(tx: Tx, letter_ids: Sequence[int], now: datetime) -> None:
    """Note, with the letters that were sent, that their recipients have it; a letter of no mailing changes nothing."""
    moment = to_text(now)
    await tx.run_many(ARRIVED, [(moment, each, each) for each in letter_ids])


# Its letters are all at their end, and none of them arrived.
UNSETTLED = """
SELECT r.id, r.person_id, (SELECT o.why FROM outbox o WHERE o.recipient_id = r.id AND o.state = 'failed' ORDER BY o.id DESC LIMIT 1)
FROM recipients r WHERE r.mailing_id = ? AND r.state = 'out' AND NOT EXISTS (
    SELECT 1 FROM outbox o WHERE o.recipient_id = r.id AND o.state IN ('waiting', 'held') AND o.made_at >= r.queued_at)
ORDER BY r.id LIMIT ?"""
TRIED = """
SELECT o.account_id FROM outbox o JOIN recipients r ON r.id = o.recipient_id WHERE r.id = ? AND o.made_at >= r.queued_at"""


async def unsettled(tx: Tx, mailing_id: int, limit: int) -> list[tuple[int, int, str | None]]:
    """Return (recipient id, person id, the last reason) of those whose message could not be delivered where it was tried."""
    return [(int(row[0]), int(row[1]), row[2]) for row in await tx.all(UNSETTLED, mailing_id, limit)]


async def tried(tx: Tx, recipient_id: int) -> set[int]:
    """Return the accounts on which it was tried this time."""
    return {int(row[0]) for row in await tx.all(TRIED, recipient_id)}


AGAIN = "UPDATE recipients SET state = 'queued', why = NULL, queued_at = ? WHERE mailing_id = ? AND state IN ('failed', 'unreachable')"
NO_MORE = "UPDATE recipients SET state = ?, why = NULL WHERE mailing_id = ? AND state IN ('queued', 'out')"


async def queue_again(tx: Tx, mailing_id: int, now: datetime) -> int:
    """Queue those whom it did not reach; return how many."""
    return await tx.run(AGAIN, to_text(now), mailing_id)


async def no_more(tx: Tx, mailing_id: int, state: str) -> int:
    """Let those who have yet to be sent it be 'late' or 'dropped'; return how many. What has partly left for them still arrives."""
    return await tx.run(NO_MORE, state, mailing_id)


# ── its letters ─────────────────────────────────────────────────────────────────────────────────────────────────────

_OF_MAILING = "recipient_id IN (SELECT id FROM recipients WHERE mailing_id = ? AND state IN ('queued', 'out'))"
HOLD = f"UPDATE outbox SET state = 'held' WHERE state = 'waiting' AND parts_sent = 0 AND {_OF_MAILING}"
RELEASE = f"UPDATE outbox SET state = 'waiting' WHERE state = 'held' AND {_OF_MAILING}"
DROP = f"UPDATE outbox SET state = 'dropped', done_at = ? WHERE state IN ('waiting', 'held') AND parts_sent = 0 AND {_OF_MAILING}"
HUSH = (
    f"UPDATE outbox SET not_before = ? WHERE state = 'waiting' AND parts_sent = 0 AND not_before < ? AND {_OF_MAILING}"
)
UNSENT = f"SELECT count(*), min(not_before) FROM outbox WHERE state = 'waiting' AND {_OF_MAILING}"


async def hold(tx: Tx, mailing_id: int) -> None:
    """Hold back what has not left. What a channel is taking at this moment arrives and counts as arrived."""
    await tx.run(HOLD, mailing_id)


async def release(tx: Tx, mailing_id: int) -> None:
    await tx.run(RELEASE, mailing_id)


async def drop(tx: Tx, mailing_id: int, now: datetime) -> None:
    """Give up what has not left, before `no_more` is written."""
    await tx.run(DROP, to_text(now), mailing_id)


async def hush(tx: Tx, mailing_id: int, until: datetime) -> None:
    """Hold what has not left until then."""
    moment = to_text(until)
    await tx.run(HUSH, moment, moment, mailing_id)


async def unsent(tx: Tx, mailing_id: int) -> tuple[int, datetime | None]:
    """Return how many messages stand in the outbox, and when the first of them may leave."""
    [(count, first)] = await tx.all(UNSENT, mailing_id)
    return int(count), from_text(first) if first else None


# ── figures ─────────────────────────────────────────────────────────────────────────────────────────────────────────

FIGURES = """
SELECT state, count(*), count(read_at), sum(answer = 'yes'), sum(answer = 'no'), count(words)
FROM recipients WHERE mailing_id = ? GROUP BY state"""
BY_CHANNEL = "SELECT channel, count(*) FROM recipients WHERE mailing_id = ? AND state = 'arrived' GROUP BY channel ORDER BY channel"
HELD = f"SELECT count(DISTINCT recipient_id) FROM outbox WHERE state = 'waiting' AND not_before > ? AND {_OF_MAILING}"


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
    """Return for how many it waits until their quiet hours end, or until a channel that failed is tried again."""
    [(count,)] = await tx.all(HELD, to_text(now), mailing_id)
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
TO_CALL = f"""
{SELECT} WHERE r.mailing_id = ? AND r.read_at IS NULL AND r.state IN ('arrived', 'failed', 'unreachable', 'late')
AND coalesce(r.call, '') NOT IN ('told', 'wrong')
ORDER BY r.state = 'arrived', r.calls, r.id"""


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


async def to_call(tx: Tx, mailing_id: int) -> list[Recipient]:
    """Return whom to telephone: first those who do not have it, then those who have not read it."""
    return [_recipient(row) for row in await tx.all(TO_CALL, mailing_id)]


SENT_TO = "SELECT mailing_id FROM recipients WHERE person_id = ? AND state = 'arrived' ORDER BY id DESC LIMIT ?"


async def sent_to(tx: Tx, person_id: int, limit: int) -> list[int]:
    """Return the mailings that reached a person last, the newest first."""
    return [int(row[0]) for row in await tx.all(SENT_TO, person_id, limit)]


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

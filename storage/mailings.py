"""Mailings: what is sent to many people, from the proposal to the end. Their recipients are in `storage/recipients.py`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time
from typing import Any

from storage.database import Row, Tx
from storage.gatherings import Audience
from storage.plain import from_json, to_json
from storage.times import from_text, to_text

UNFINISHED = ("proposed", "approved", "sending", "paused")


@dataclass(frozen=True, slots=True)
class Circle:
    """To whom a mailing goes. Empty is no condition, and all that are set must hold; `without` are left out whatever holds."""

    audience: Audience = field(default_factory=Audience)
    care: tuple[str, ...] = ()  # 'alone', 'disabled', 'hospital': any of them
    gathering_id: int | None = None  # whoever has a place there
    mailing_id: int | None = None  # whoever was sent that one ...
    answered: str | None = None  # ... and: 'read', 'unread', 'yes', 'no', 'unanswered'
    persons: tuple[int, ...] = ()  # by name; with nothing else set these only
    without: tuple[int, ...] = ()
    topic: str | None = None  # of a briefing: whoever does not want to be sent it is left out

    def stored(self) -> dict[str, Any]:
        found = {name: getattr(self, name) for name in self.__slots__ if name != "audience" and getattr(self, name)}
        return found | ({"audience": audience} if (audience := self.audience.stored()) else {})

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "Circle":
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in stored.items()
        }
        return cls(**values | {"audience": Audience.of(stored.get("audience", {}))})


@dataclass(frozen=True, slots=True)
class Mailing:
    kind: str
    text: str
    circle: Circle
    made_by: int
    made_at: datetime
    starts_at: datetime
    useful_until: datetime
    subject_id: int | None = None
    media: tuple[str, ...] = ()
    asks: str = "read"  # 'nothing', 'read', 'come', 'words'
    urgent: bool = False
    from_time: time | None = None
    until_time: time | None = None
    account_id: int | None = None
    again_of: int | None = None
    state: str = "proposed"
    decided_by: int | None = None
    decided_at: datetime | None = None
    began_at: datetime | None = None
    ended_at: datetime | None = None
    why: str | None = None
    rounds: int = 0
    progress: tuple[int, ...] = ()
    id: int = 0
    made_by_name: str = ""
    decided_by_name: str | None = None

    @property
    def is_finished(self) -> bool:
        return self.state in ("done", "cancelled", "returned")


ADD = """
INSERT INTO mailings (kind, subject_id, text, media, asks, circle, urgent, starts_at, useful_until, from_time, until_time,
    state, made_by, made_at, account_id, again_of)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id"""


async def add(tx: Tx, mailing: Mailing) -> Mailing:
    """Write a mailing as proposed and return it with its id."""
    mailing_id = await tx.insert(
        ADD,
        mailing.kind,
        mailing.subject_id,
        mailing.text,
        to_json(mailing.media),
        mailing.asks,
        to_json(mailing.circle.stored()),
        int(mailing.urgent),
        to_text(mailing.starts_at),
        to_text(mailing.useful_until),
        f"{mailing.from_time:%H:%M}" if mailing.from_time else None,
        f"{mailing.until_time:%H:%M}" if mailing.until_time else None,
        "proposed",
        mailing.made_by,
        to_text(mailing.made_at),
        mailing.account_id,
        mailing.again_of,
    )
    return replace(mailing, id=mailing_id, state="proposed")


SELECT = """
SELECT m.id, m.kind, m.subject_id, m.text, m.media, m.asks, m.circle, m.urgent, m.starts_at, m.useful_until, m.from_time, m.until_time,
       m.state, m.made_by, m.made_at, m.account_id, m.decided_by, m.decided_at, m.began_at, m.ended_at, m.why, m.rounds, m.progress,
       p.name, d.name, m.again_of
FROM mailings m JOIN persons p ON p.id = m.made_by LEFT JOIN persons d ON d.id = m.decided_by"""
BY_ID = f"{SELECT} WHERE m.id = ?"
NEWEST = f"{SELECT} WHERE m.made_at >= ? ORDER BY m.made_at DESC, m.id DESC LIMIT ?"
OPEN = f"{SELECT} WHERE m.ended_at IS NULL ORDER BY m.id"
OF_SUBJECT = f"{SELECT} WHERE m.kind = ? AND m.subject_id = ? ORDER BY m.id"


def _mailing(row: Row) -> Mailing:
    moments = [from_text(each) if each else None for each in row[17:20]]
    return Mailing(
        id=row[0],
        kind=row[1],
        subject_id=row[2],
        text=row[3],
        media=tuple(from_json(row[4])),
        asks=row[5],
        circle=Circle.of(from_json(row[6])),
        urgent=bool(row[7]),
        starts_at=from_text(row[8]),
        useful_until=from_text(row[9]),
        from_time=time.fromisoformat(row[10]) if row[10] else None,
        until_time=time.fromisoformat(row[11]) if row[11] else None,
        state=row[12],
        made_by=row[13],
        made_at=from_text(row[14]),
        account_id=row[15],
        decided_by=row[16],
        decided_at=moments[0],
        began_at=moments[1],
        ended_at=moments[2],
        why=row[20],
        rounds=row[21],
        progress=tuple(from_json(row[22])),
        made_by_name=row[23],
        decided_by_name=row[24],
        again_of=row[25],
    )


async def by_id(tx: Tx, mailing_id: int) -> Mailing:
    """Return a mailing. Raises LookupError."""
    row = await tx.one(BY_ID, mailing_id)
    if row is None:
        raise LookupError(f"no mailing {mailing_id}")
    return _mailing(row)


async def newest(tx: Tx, since: datetime, limit: int) -> list[Mailing]:
    """Return what was made since that moment, the newest first."""
    return [_mailing(row) for row in await tx.all(NEWEST, to_text(since), limit)]


async def unfinished(tx: Tx) -> list[Mailing]:
    """Return what has not come to an end, oldest first."""
    return [_mailing(row) for row in await tx.all(OPEN)]


async def of_subject(tx: Tx, kind: str, subject_id: int) -> list[Mailing]:
    """Return the mailings of one thing (the sendings of a briefing), oldest first."""
    return [_mailing(row) for row in await tx.all(OF_SUBJECT, kind, subject_id)]


TAKES_PLACE_OF = (
    "SELECT id FROM mailings WHERE again_of = ? AND state NOT IN ('returned', 'cancelled') ORDER BY id DESC LIMIT 1"
)


async def in_place_of(tx: Tx, mailing_id: int) -> int | None:
    """Return the id of what was proposed in place of a returned one, and still stands; None: nothing was."""
    row = await tx.one(TAKES_PLACE_OF, mailing_id)
    return int(row[0]) if row else None


MOVE = "UPDATE mailings SET state = ? WHERE id = ? AND state = ?"
DECIDE = """
UPDATE mailings SET state = ?, decided_by = ?, decided_at = ?, why = ?, ended_at = ? WHERE id = ? AND state = 'proposed'"""
BEGIN = "UPDATE mailings SET state = 'sending', began_at = ? WHERE id = ? AND state = 'approved'"
END = "UPDATE mailings SET state = ?, why = coalesce(?, why), ended_at = ? WHERE id = ? AND ended_at IS NULL"
GO_ON = "UPDATE mailings SET state = 'sending', ended_at = NULL WHERE id = ? AND state = 'done'"
REWRITE = "UPDATE mailings SET text = ? WHERE id = ? AND ended_at IS NULL"
FORGET_WORDS = "UPDATE mailings SET text = ? WHERE id = ?"
NEXT_ROUND = "UPDATE mailings SET rounds = rounds + 1 WHERE id = ? RETURNING rounds"
PROGRESS = "UPDATE mailings SET progress = ? WHERE id = ?"


async def move(tx: Tx, mailing_id: int, state: str, *, was: str) -> bool:
    """Move from one state to another; False when it was not in that state any more."""
    return await tx.run(MOVE, state, mailing_id, was) == 1


async def decide(tx: Tx, mailing_id: int, state: str, by: int, now: datetime, why: str | None = None) -> bool:
    """Approve ('approved') or return ('returned', which ends it) what was proposed; False when that was decided already."""
    ended = to_text(now) if state == "returned" else None
    return await tx.run(DECIDE, state, by, to_text(now), why, ended, mailing_id) == 1


async def begin(tx: Tx, mailing_id: int, now: datetime) -> bool:
    return await tx.run(BEGIN, to_text(now), mailing_id) == 1


async def end(tx: Tx, mailing_id: int, state: str, now: datetime, why: str | None = None) -> bool:
    """End it: 'done' or 'cancelled'; False when it has ended."""
    return await tx.run(END, state, why, to_text(now), mailing_id) == 1


async def go_on(tx: Tx, mailing_id: int) -> bool:
    """Send on after everybody was served, to those who failed or have come since; False when it is not at its end."""
    return await tx.run(GO_ON, mailing_id) == 1


async def rewrite(tx: Tx, mailing_id: int, text: str) -> bool:
    """Let those who have yet to be sent it be sent these words: what it tells was corrected. False when it has ended."""
    return await tx.run(REWRITE, text, mailing_id) == 1


async def forget_words(tx: Tx, mailing_id: int, instead: str) -> None:
    """Put other words for what a mailing says, also when it has ended: it must not be kept."""
    await tx.run(FORGET_WORDS, instead, mailing_id)


async def next_round(tx: Tx, mailing_id: int) -> int:
    """Count one more tick and return its number, from 1."""
    [row] = await tx.returning(NEXT_ROUND, mailing_id)
    return int(row[0])


async def show_progress_at(tx: Tx, mailing_id: int, letters: Sequence[int]) -> None:
    """Remember which messages show the progress."""
    await tx.run(PROGRESS, to_json(list(letters)), mailing_id)

"""Gatherings: anything with a time, a place and people; and the courses whose lessons some of them are."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from storage.database import Row, Tx
from storage.plain import from_json, to_json
from storage.times import from_text, to_text


@dataclass(frozen=True, slots=True)
class Audience:
    """Who may come. An empty tuple is no condition; all conditions that are set must hold."""

    units: tuple[int, ...] = ()
    branches: tuple[str, ...] = ()
    interests: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    youngest: int | None = None  # age in years on the day, inclusive
    oldest: int | None = None

    def stored(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__ if getattr(self, name)}

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "Audience":
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in stored.items()
        }
        return cls(**values)


@dataclass(frozen=True, slots=True)
class Gathering:
    title: str
    kind: str  # a key of handlers.gatherings.kinds.KINDS
    starts_at: datetime
    ends_at: datetime
    place: str
    opens_at: datetime
    deadline_at: datetime
    made_by: int
    uid: str
    seed: str
    branch: str | None = None  # whose meeting; None: the office's
    course_id: int | None = None
    series_id: int | None = None
    room: str | None = None
    capacity: int | None = None  # None: no limit
    kept: int = 0  # of the capacity, for people who telephone
    companions: int = 0  # at most, a person
    by_draw: bool = False
    audience: Audience = field(default_factory=Audience)
    asks: tuple[str, ...] = ()  # 'transport', 'diet', 'health'
    sequence: int = 0
    drawn_at: datetime | None = None
    state: str = "planned"  # 'planned', 'cancelled'
    why_cancelled: str | None = None
    id: int = 0


_COLUMNS = (
    "title kind starts_at ends_at place opens_at deadline_at made_by uid seed branch course_id series_id room capacity kept companions "
    "by_draw audience asks sequence drawn_at state why_cancelled"
).split()
_MOMENTS = frozenset("starts_at ends_at opens_at deadline_at drawn_at".split())
COLUMNS = ", ".join(f"g.{each}" for each in (*_COLUMNS, "id"))
ADD = f"""
INSERT INTO gatherings ({", ".join(_COLUMNS)}, made_at) VALUES ({", ".join("?" * len(_COLUMNS))}, ?) RETURNING id"""
CHANGE = f"UPDATE gatherings SET {', '.join(f'{each} = ?' for each in _COLUMNS)} WHERE id = ?"


def _stored(gathering: Gathering) -> list[object]:
    values: list[object] = []
    for name in _COLUMNS:
        value = getattr(gathering, name)
        if name in _MOMENTS:
            value = to_text(value) if value else None
        elif name == "audience":
            value = to_json(value.stored())
        elif name == "asks":
            value = to_json(value)
        elif name == "by_draw":
            value = int(value)
        values.append(value)
    return values


def gathering_from(row: Row) -> Gathering:
    """Return the gathering of a row that COLUMNS begin."""
    values = dict(zip((*_COLUMNS, "id"), row[: len(_COLUMNS) + 1], strict=True))
    for name in _MOMENTS:
        values[name] = from_text(values[name]) if values[name] else None
    values["audience"] = Audience.of(from_json(values["audience"]))
    values["asks"] = tuple(from_json(values["asks"]))
    values["by_draw"] = bool(values["by_draw"])
    return Gathering(**values)


async def add(tx: Tx, gathering: Gathering, now: datetime) -> Gathering:
    """Write a new gathering and return it with its id."""
    return replace(gathering, id=await tx.insert(ADD, *_stored(gathering), to_text(now)))


async def change(tx: Tx, gathering: Gathering) -> None:
    """Write back a gathering by id."""
    await tx.run(CHANGE, *_stored(gathering), gathering.id)


BY_ID = f"SELECT {COLUMNS} FROM gatherings g WHERE g.id = ?"
BETWEEN = f"SELECT {COLUMNS} FROM gatherings g WHERE g.starts_at >= ? AND g.starts_at < ? ORDER BY g.starts_at, g.id"
COMING = f"""
SELECT {COLUMNS} FROM gatherings g WHERE g.starts_at >= ? AND g.state = 'planned' ORDER BY g.starts_at, g.id LIMIT ?"""
OF_COURSE = f"SELECT {COLUMNS} FROM gatherings g WHERE g.course_id = ? ORDER BY g.starts_at, g.id"
OF_SERIES = f"SELECT {COLUMNS} FROM gatherings g WHERE g.series_id = ? ORDER BY g.starts_at, g.id"
IN_ROOM = f"""
SELECT {COLUMNS} FROM gatherings g
WHERE g.room = ? AND g.state = 'planned' AND g.starts_at < ? AND g.ends_at > ? ORDER BY g.starts_at, g.id"""


async def by_id(tx: Tx, gathering_id: int) -> Gathering:
    """Return the gathering. Raises LookupError: no such one."""
    row = await tx.one(BY_ID, gathering_id)
    if row is None:
        raise LookupError(f"no gathering {gathering_id}")
    return gathering_from(row)


async def between(tx: Tx, start: datetime, end: datetime) -> list[Gathering]:
    """Return what begins in [start, end), cancelled ones as well, in order of time."""
    return [gathering_from(row) for row in await tx.all(BETWEEN, to_text(start), to_text(end))]


async def coming(tx: Tx, now: datetime, limit: int) -> list[Gathering]:
    """Return what is planned and has not begun, the next first."""
    return [gathering_from(row) for row in await tx.all(COMING, to_text(now), limit)]


async def of_course(tx: Tx, course_id: int) -> list[Gathering]:
    """Return the lessons of a course, in order of time."""
    return [gathering_from(row) for row in await tx.all(OF_COURSE, course_id)]


async def of_series(tx: Tx, series_id: int) -> list[Gathering]:
    return [gathering_from(row) for row in await tx.all(OF_SERIES, series_id)]


async def in_room(tx: Tx, room: str, starts_at: datetime, ends_at: datetime) -> list[Gathering]:
    """Return what stands in a room at that time, in order of time; what ends as the time begins does not."""
    return [gathering_from(row) for row in await tx.all(IN_ROOM, room, to_text(ends_at), to_text(starts_at))]


@dataclass(frozen=True, slots=True)
class Course:
    id: int
    title: str
    term: str


ADD_COURSE = "INSERT INTO courses (title, term, made_by, made_at) VALUES (?, ?, ?, ?) RETURNING id"
COURSE = "SELECT id, title, term FROM courses WHERE id = ?"


async def add_course(tx: Tx, title: str, term: str, made_by: int, now: datetime) -> int:
    return await tx.insert(ADD_COURSE, title, term, made_by, to_text(now))


async def course(tx: Tx, course_id: int) -> Course:
    """Return the course. Raises LookupError: no such one."""
    row = await tx.one(COURSE, course_id)
    if row is None:
        raise LookupError(f"no course {course_id}")
    return Course(*row)

"""`python -m bench desk`: what staff wait for at their desk with a hundred thousand cases, beside a thousand.

Every deed is timed twice: the storage functions it rests on, in an open transaction; and the whole turn, from a message at the door to
the answer in the outbox, with its two commits. Calls on the two files take turns, so that a slow moment is slow for both.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter

from bench.desk_files import ALL_UNITS, CHANNEL, NOW, NUMBER, ONE_UNIT, SPEAKER_NAME, TODAY, UNFINISHED, File
from bench.desk_words import CHARACTER, COMMON, NOWHERE, PHRASE, RARE
from bot.channels.channel import Incoming
from bot.config import Config
from bot.intake import Intake
from bot.office import office_from
from handlers import access
from handlers.converse import take_turn
from handlers.desk import lists
from storage import accounts, case_closings, case_entries, case_lists, cases, people
from storage.case_lists import Desk
from storage.database import Database, Tx, open_database

FEW, MANY = 1_000, 100_000
MEMBERS = {"all units": ALL_UNITS, "one unit": ONE_UNIT}
LEAST_CALLS, MOST_CALLS = 3, 15  # of a deed on each file in one round
PATIENCE_SECONDS = 0.3  # after which the least must do
NEWEST = "SELECT text FROM outbox WHERE account_id = ? ORDER BY id DESC LIMIT 1"


class WrongAnswer(Exception):
    """A turn answered something else: then its time means nothing."""


# ── what is done ────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Deed:
    name: str
    reads: Callable[[Tx, Desk, File], Awaitable[object]]  # what the turn asks of storage
    hears: str  # a fragment of the answer
    says: str = ""
    presses: str = ""  # what the pressed button carries; {case} is the case that is opened


def _folder(name: str) -> Deed:
    async def reads(tx: Tx, desk: Desk, file: File) -> object:
        return await case_lists.page(tx, desk, name, 0, lists.LONGEST_LIST)

    return Deed(f"page of {name}", reads, lists.FOLDERS[name], presses=f"a:todo:{name}.0")


def _search(what: str, words: str) -> Deed:
    async def reads(tx: Tx, desk: Desk, file: File) -> object:
        return await case_lists.search(tx, desk.scope, words, lists.LONGEST_LIST + 1)

    return Deed(f"search: {what}", reads, "找到", says=words)


async def _counts(tx: Tx, desk: Desk, file: File) -> object:
    return await case_lists.counts(tx, desk)


async def _card(tx: Tx, desk: Desk, file: File) -> object:
    case = await cases.by_id(tx, file.opened)
    await people.by_id(tx, case.person_id)
    await case_closings.pending(tx, case.id)
    return [await case_entries.of_case(tx, each.id) for each in (case, *await cases.merged_into(tx, case.id))]


DEEDS = (
    Deed("counts", _counts, "没办完的", says="待办"),
    *(_folder(name) for name in lists.FOLDERS),
    _search("number", NUMBER),
    _search("name", SPEAKER_NAME),
    _search("common word", COMMON),
    _search("rare word", RARE),
    _search("four characters", PHRASE),
    _search("four, said nowhere", NOWHERE),
    _search("one character", CHARACTER),
    Deed("open a case", _card, SPEAKER_NAME, presses="a:case:{case}"),
)

# ── doing it ────────────────────────────────────────────────────────────────────────────────────────────────────────


class Office:
    """An open file and the turns of its staff, whose addresses are their persons' ids."""

    def __init__(self, file: File, database: Database) -> None:
        self.file = file
        self.database = database
        self._arrivals = 0
        office = office_from(Config())
        self._soon = office.calendar.after(TODAY, 1)
        self._intake = Intake(database, lambda: office, take_turn, self._now, answered=lambda: None, fetch=lambda: None)

    def _now(self) -> datetime:
        return NOW + timedelta(seconds=self._arrivals)

    async def desk(self, person: int) -> Desk:
        """Return from where somebody looks at the lists."""
        async with self.database.read() as tx:
            visitor = await accounts.visitor(tx, await self._account(tx, person))
        return Desk(person, access.scope(visitor), TODAY, self._soon)

    async def reads(self, tx: Tx, desk: Desk, deed: Deed) -> float:
        """Return how many seconds the storage functions of a deed take."""
        begun = perf_counter()
        await deed.reads(tx, desk, self.file)
        return perf_counter() - begun

    async def turn(self, person: int, deed: Deed) -> float:
        """Return how many seconds the whole turn takes. Raises WrongAnswer."""
        if deed.says:
            await self._does(person, "菜单", None)  # else the words might name a button of the last answer
        taken = await self._does(person, deed.says, deed.presses.format(case=self.file.opened) or None)
        async with self.database.read() as tx:
            [(heard,)] = await tx.all(NEWEST, await self._account(tx, person))
        if deed.hears not in heard:
            raise WrongAnswer(f"{deed.name}: expected {deed.hears!r}, heard {heard!r}")
        return taken

    async def _does(self, person: int, words: str, choice: str | None) -> float:
        self._arrivals += 1
        kind = "choice" if choice else "words"
        incoming = Incoming(str(person), str(self._arrivals), kind, words, self._now(), choice)
        begun = perf_counter()
        await self._intake.receive(CHANNEL, [incoming])
        await self._intake.handle_waiting()
        return perf_counter() - begun

    @staticmethod
    async def _account(tx: Tx, person: int) -> int:
        row = await tx.one(accounts.FIND, CHANNEL, str(person))
        assert row is not None
        return int(row[0])


@asynccontextmanager
async def open_office(file: File) -> AsyncIterator[Office]:
    database = await open_database(file.path)
    try:
        yield Office(file, database)
    finally:
        await database.close()


@dataclass(frozen=True)
class Pair:
    """What one round gave: seconds with few cases and with many."""

    few: float
    many: float


async def by_turns(few: Callable[[], Awaitable[float]], many: Callable[[], Awaitable[float]]) -> Pair:
    """Call the two one after the other, several times, and return the median of each."""
    await few()
    await many()
    taken: list[Pair] = []
    begun = perf_counter()
    while len(taken) < MOST_CALLS and (len(taken) < LEAST_CALLS or perf_counter() - begun < PATIENCE_SECONDS):
        taken.append(Pair(await few(), await many()))
    return Pair(statistics.median(each.few for each in taken), statistics.median(each.many for each in taken))


Row = tuple[str, str]  # deed and member
Rounds = dict[Row, list[tuple[Pair, Pair]]]  # storage and turn


async def _round(few: Office, many: Office, member: str, deed: Deed) -> tuple[Pair, Pair]:
    person = MEMBERS[member]
    here, there = await few.desk(person), await many.desk(person)
    async with few.database.read() as tx, many.database.read() as other:
        read = await by_turns(lambda: few.reads(tx, here, deed), lambda: many.reads(other, there, deed))
    return read, await by_turns(lambda: few.turn(person, deed), lambda: many.turn(person, deed))


async def play(few: File, many: File, rounds: int) -> Rounds:
    """Return what each round gave for each deed and member. Raises WrongAnswer."""
    played: Rounds = {}
    async with open_office(few) as one, open_office(many) as other:
        for number in range(rounds):
            for deed in DEEDS:
                for member in MEMBERS:
                    pairs = await _round(one, other, member, deed)
                    played.setdefault((deed.name, member), []).append(pairs)
            print(f"round {number + 1}  desk", file=sys.stderr, flush=True)
    return played


# ── the table ───────────────────────────────────────────────────────────────────────────────────────────────────────


def render(title: str, played: Rounds) -> str:
    """Return one scenario's table."""
    heads = [f"{member}: {way} ms" for member in MEMBERS for way in ("storage", "turn")]
    rows = [["", *(head for name in heads for head in (name, "x"))]]
    for deed in DEEDS:
        ways = [[each[way] for each in played[deed.name, member]] for member in MEMBERS for way in (0, 1)]
        rows.append([deed.name, *(cell for pairs in ways for cell in _cells(pairs))])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]) for row in rows]
    return "\n".join([title, *lines])


def _cells(pairs: Sequence[Pair]) -> tuple[str, str]:
    """Return 'few > many' in milliseconds, and the ratio: the median of the rounds' own."""
    few, many = (
        statistics.median(each) * 1000 for each in ([pair.few for pair in pairs], [pair.many for pair in pairs])
    )
    return f"{few:.2f} > {many:.2f}", f"{statistics.median(pair.many / pair.few for pair in pairs):.2f}"


def measure(directory: Path, rounds: int) -> str:
    """Make the files in this directory, play all rounds and return the tables. Raises WrongAnswer."""
    tables = []
    for title, unfinished in (
        (f"An office that keeps up: {UNFINISHED} unfinished cases of {FEW:,} and of {MANY:,}", UNFINISHED),
        (f"Nothing was ever finished: {FEW:,} unfinished cases, and {MANY:,}", None),
    ):
        few, many = (File(directory / f"{count}-{unfinished}.db", count, unfinished or count) for count in (FEW, MANY))
        for file in (few, many):
            print(f"making {file.cases:,} cases", file=sys.stderr, flush=True)
            asyncio.run(file.make())
        tables.append(render(title, asyncio.run(play(few, many, rounds))))
    return "\n\n".join(tables)

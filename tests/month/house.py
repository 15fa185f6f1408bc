"""The house in which the month is played: everybody does one thing a round, and all of a round reaches the office together.

A scene is a coroutine that a person plays: `await hand.says("困难")` ends when the round is through. So people are in the middle of
their conversations side by side, turns of several share a commit, and the same seed gives the same messages in the same order.
"""

import sqlite3
from collections.abc import AsyncIterator, Callable, Coroutine, Generator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime, time
from pathlib import Path
from random import Random
from typing import Any

from bot.channels.channel import Attachment, Incoming
from bot.config import Config
from bot.office import office_from
from bot.reminding import BATCH, fire_due
from handlers.office import Office
from storage import absences, leaving
from storage import people as roster
from storage.database import Database
from storage.outbox import Letter
from storage.plain import from_json
from storage.times import from_text
from tests.conversation import CHANNEL, START, Conversation, Speaker, StandingClock
from tests.copies import new_database
from tests.month import people

Scene = Coroutine[Any, Any, None]
RESENT_ONE_IN = 6  # rounds
RESENT = 40  # the newest messages, any of which the channel may deliver again: never as old as the dedupe window

LETTERS = """
SELECT o.id, o.account_id, o.text, o.buttons, o.media, o.made_at, a.address, o.answers
FROM outbox o JOIN accounts a ON a.id = o.account_id WHERE o.id > ? ORDER BY o.id"""


class _Doing:
    """One thing done: the house takes it from the scene, and goes on with the scene after the round."""

    def __init__(self, incoming: Incoming) -> None:
        self.incoming = incoming

    def __await__(self) -> Generator[Incoming, None, None]:
        yield self.incoming


class Hand(Speaker):
    """Somebody with a telephone in the hand, who does one thing a round."""

    def __init__(self, house: "House", name: str, address: str) -> None:
        super().__init__(house, name, address)
        self.house = house
        self.answer: Letter | None = None  # what the office said to the last thing done
        self.news: list[Letter] = []  # what came of itself since then

    async def does(
        self, kind: str, words: str = "", choice: str | None = None, attachments: Sequence[Attachment] = ()
    ) -> None:
        self.answer, self.news = None, []
        await _Doing(self.incoming(kind, words, choice, attachments))

    @property
    def shown(self) -> list[list[str]]:
        """The buttons of the answer: label and choice."""
        return self.answer.buttons if self.answer else []

    @property
    def question(self) -> list[list[str]]:
        """The buttons of the question that the answer asks; none when no form stands open."""
        return [row for row in self.shown if row[1].startswith("q:")]

    async def picks(self, row: Sequence[str]) -> None:
        """Give the answer that a button stands for: by the button, its digit or its words (not such as were said before)."""
        digit, _, label = row[0].partition(" ")
        way = self.house.luck.random()
        if way < 0.7 or not label:
            await self.presses_row(row)
        else:
            await self.says(digit if way < 0.85 or "号" in label else label)

    async def presses_row(self, row: Sequence[str]) -> None:
        await self.sends_choice(row[1], row[0])


class House(Conversation):
    """The office and its people for a month."""

    def __init__(self, path: Path, database: Database, office: Office, clock: StandingClock, seed: int) -> None:
        super().__init__(path, database, office, clock)
        self.luck = Random(seed)
        self.hands = {
            each.name: Hand(self, each.name, str(place))
            for place, each in enumerate(people.everybody())
            if each.has_account
        }
        self.restarting: Callable[[], bool] = lambda: False  # asked twice a round
        self.called: Callable[[Hand], Scene] | None = None  # what somebody does who is called into a talk
        self.book = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        self._tokens = 0
        self._delivered = 0
        self._reached: dict[Hand, None] = {}  # who got something in this round, in order
        self._by_address = {hand.address: hand for hand in self.hands.values()}
        self._resending = Random(seed)
        self._recent: list[Incoming] = []

    @property
    def everybody(self) -> list[Speaker]:
        return list(self.hands.values())

    def token(self) -> str:
        """Return something to say that is said once."""
        self._tokens += 1
        return f"第k{self._tokens}号"

    # ── rounds ──────────────────────────────────────────────────────────────────────────────────────────────────────

    async def plays(self, scenes: Mapping[Hand, Scene]) -> None:
        """Play scenes side by side, a round at a time, until all are through. Who is called into a talk joins in."""
        going = dict(scenes)
        while going:
            doings: list[Incoming] = []
            for hand, scene in list(going.items()):
                try:
                    doings.append(scene.send(None))
                except StopIteration:
                    del going[hand]
            if doings:
                await self.arrives(*doings, *self._again(doings))
            for hand in self._reached:
                if self.called and hand not in going and hand.sees("来跟您说话了"):
                    going[hand] = self.called(hand)

    def _again(self, doings: Sequence[Incoming]) -> list[Incoming]:
        """Return what the channel delivers a second time with this round."""
        self._recent = [*self._recent, *doings][-RESENT:]
        again = self._resending.randrange(RESENT_ONE_IN) == 0
        return [self._resending.choice(self._recent)] if again else []

    async def arrives(self, *incomings: Incoming) -> None:
        for each in self.everybody:
            each.looks_away()
        self.clock.passes(seconds=1)
        await self.intake.receive(CHANNEL, incomings)
        if self.restarting():
            await self.restarts()
        while await self.intake.handle_waiting():
            pass
        await self.delivers()
        parked = self.book.execute("SELECT trace FROM inbox WHERE state = 'parked'").fetchall()
        assert not parked, parked[0][0]
        if self.restarting():
            await self.restarts()

    async def delivers(self) -> None:
        self._reached = {}
        for row in self.book.execute(LETTERS, (self._delivered,)):
            self._delivered = row[0]
            hand = self._by_address[row[6]]
            self._reached[hand] = None
            hand.letters.append(Letter(row[0], row[1], row[2], from_json(row[3]), from_json(row[4]), from_text(row[5])))
            if row[7] is None:
                hand.news.append(hand.letters[-1])
            else:
                hand.answer = hand.letters[-1]

    async def leaves_for_good(self, name: str) -> None:
        """The operator takes somebody off the roster whose cases are all in other hands (`person deactivate`)."""
        async with self.database.write() as tx:
            [person] = await roster.by_name(tx, name)
            standing_in = [each for each in await absences.from_day(tx, self.today) if each.stand_in_id == person.id]
            if not standing_in and not await leaving.unfinished(tx, person.id):
                await roster.set_active(tx, person.id, False, self.clock())

    # ── time ────────────────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def today(self) -> date:
        return self.office.today(self.clock())

    def at(self, day: date, wall: time) -> datetime:
        """Return a moment on the office's wall."""
        return datetime.combine(day, wall, self.office.zone)

    async def ticks(self) -> None:
        while await fire_due(self.database, self.office, self.clock()) == BATCH:
            pass
        assert not self.book.execute("SELECT kind FROM reminders WHERE state = 'failed'").fetchall()
        await self.delivers()

    async def is_down_until(self, moment: datetime) -> None:
        """The machine is off until then; what was due meanwhile is late."""
        self.clock.ahead = moment - START
        for each in self.everybody:
            each.looks_away()
        await self.restarts()
        await self.ticks()


@asynccontextmanager
async def open_house(path: Path, seed: int, first: date) -> AsyncIterator[House]:
    """Open the house on a new file, on the morning of `first`."""
    office, clock = office_from(Config()), StandingClock()
    clock.ahead = datetime.combine(first, time(7), office.zone) - START
    database = await new_database(path)
    await people.fill(database, office.consent_version, clock())
    house = House(path, database, office, clock, seed)
    try:
        await house.intake.start()
        yield house
    finally:
        house.book.close()
        await house.database.close()

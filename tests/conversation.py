"""The office without a network: the real database file, intake and turns; people say and press, and read their outbox.

    talk.wang  王老, a cadre      talk.li  小李, his daughter      talk.zhao  赵科, staff      talk.qian  钱局, the leader
    talk.stranger  陌生人

    await talk.wang.says("困难")
    await talk.wang.presses("就医")
    assert talk.wang.sees("具体情况")

For what needs the channels, the web server or delivery there is `tests.office`. The clock stands still but for a second a message.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.channels.channel import Attachment, Incoming
from bot.clock import housekeeping
from bot.config import Config
from bot.intake import Intake
from bot.media_folder import MediaFolder
from bot.office import office_from
from bot.reminding import fire_due
from handlers.converse import take_turn
from handlers.office import Office
from storage import accounts, entry, outbox, people, reminders
from storage.accounts import Role
from storage.database import Database, Row, open_database
from storage.outbox import Letter, Sent
from storage.people import Person
from storage.plain import from_json
from storage.times import from_text, to_text
from tests.office import NUMBERS, Clock, lay_roster

START = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # a Monday, ten in the morning at the office
CHANNEL = "telegram"  # only a name here: the one under which `fill_roster` writes the accounts
PHOTO = Attachment("photo", "照片.jpg", "image/jpeg", 1000, "photo-reference")
VOICE = Attachment("voice", "语音.ogg", "audio/ogg", 1000, "voice-reference")


LEAVING = "SELECT id FROM outbox WHERE state = 'waiting' AND not_before <= ? ORDER BY id"
NEW_LETTERS = """
SELECT id, account_id, text, buttons, media, made_at, place FROM outbox WHERE account_id = ? AND place > ? ORDER BY place"""


def _letter(row: Row) -> Letter:
    return Letter(row[0], row[1], row[2], from_json(row[3]), from_json(row[4]), from_text(row[5]))


class StandingClock(Clock):
    """Time that passes only when told to."""

    def __call__(self) -> datetime:
        return START + self.ahead

    def passes(self, **span: float) -> None:
        """Let time pass: `clock.passes(hours=7)`."""
        self.ahead += timedelta(**span)


class Speaker:
    """Somebody with a telephone in the hand. Each doing ends when its turn is through."""

    def __init__(self, talk: "Conversation", name: str, address: str = "") -> None:
        self.talk = talk
        self.name = name
        self.address = address or str(NUMBERS[name])
        self.letters: list[Letter] = []  # everything this person was sent, oldest first
        self.seen = 0  # how many of them before anybody last did something
        self.place = 0  # of the last of them in what was told
        self._last: Incoming | None = None

    async def says(self, words: str) -> None:
        await self.does("words", words)

    async def presses(self, label: str, letter: Letter | None = None) -> None:
        """Press the button whose label holds `label`: on `letter`, or on the newest message that has one."""
        shown = [row for each in ([letter] if letter else reversed(self.letters)) for row in each.buttons]
        row = next((row for row in shown if label in row[0]), None)
        assert row is not None, f"{self.name} sees no button {label}: {[row[0] for row in shown]}"
        await self.sends_choice(row[1], row[0])

    async def sends_choice(self, choice: str, label: str = "") -> None:
        """What a button sends, or whoever pretends to press one."""
        await self.does("choice", label, choice)

    async def edits(self, words: str) -> None:
        """Change an earlier message so that it now says this."""
        await self.does("edited", words)

    async def sends(self, *attachments: Attachment, words: str = "") -> None:
        await self.does("words", words, attachments=attachments)

    async def sends_sticker(self) -> None:
        await self.does("unsupported", "贴纸")

    async def shares_contact(self, phone: str) -> None:
        """Share the own telephone number, for which the channel vouches."""
        await self.does("contact", phone)

    async def repeats(self) -> None:
        """The channel delivers this person's last message a second time."""
        if self._last is not None:
            await self.talk.arrives(self._last)

    async def does(
        self, kind: str, words: str = "", choice: str | None = None, attachments: Sequence[Attachment] = ()
    ) -> None:
        """Anything that can arrive from this person, in the words of the inbox."""
        await self.talk.arrives(self.incoming(kind, words, choice, attachments))

    def incoming(
        self, kind: str, words: str = "", choice: str | None = None, attachments: Sequence[Attachment] = ()
    ) -> Incoming:
        self.talk.arrivals += 1
        now = self.talk.clock()
        self._last = Incoming(self.address, str(self.talk.arrivals), kind, words, now, choice, tuple(attachments))
        return self._last

    # ── what this person sees ───────────────────────────────────────────────────────────────────────────────────────

    @property
    def heard(self) -> str:
        """What came since anybody last did something, all messages as one text."""
        return "\n".join(each.text for each in self.letters[self.seen :])

    def sees(self, text: str) -> bool:
        return text in self.heard

    @property
    def latest(self) -> Letter:
        return self.letters[-1]

    @property
    def buttons(self) -> list[str]:
        """The labels on the newest message."""
        return [row[0] for row in self.latest.buttons]

    def looks_away(self) -> None:
        self.seen = len(self.letters)


class Conversation:
    """The office and its people. Made by `open_conversation`."""

    def __init__(self, path: Path, database: Database, office: Office, clock: StandingClock) -> None:
        self.path = path
        self.database = database
        self.office = office
        self.clock = clock
        self.ids: dict[str, int] = {}  # the persons' ids by name
        self.others: list[Speaker] = []  # who joined later
        self.arrivals = 0
        self.intake = self._intake()
        self.wang, self.li, self.zhao, self.qian, self.stranger = (Speaker(self, name) for name in NUMBERS)

    @property
    def everybody(self) -> list[Speaker]:
        return [self.wang, self.li, self.zhao, self.qian, self.stranger, *self.others]

    def _intake(self) -> Intake:
        office = lambda: self.office  # noqa: E731 - a test may change it under way
        return Intake(self.database, office, take_turn, self.clock, answered=lambda: None, fetch=lambda: None)

    async def arrives(self, *incomings: Incoming) -> None:
        """Receive messages, give them their turns and deliver what is answered. A turn that raises fails the test."""
        for each in self.everybody:
            each.looks_away()
        self.clock.passes(seconds=1)
        await self.intake.receive(CHANNEL, incomings)
        while await self.intake.handle_waiting():
            pass
        await self.delivers()
        parked = await self.rows("SELECT trace FROM inbox WHERE state = 'parked'")
        assert not parked, parked[0][0]

    async def delivers(self) -> None:
        """Let what may leave by now leave, and everybody see what was sent to them."""
        async with self.database.write() as tx:
            leaving = await tx.all(LEAVING, to_text(self.clock()))
            await outbox.sent(tx, [Sent(each[0]) for each in leaving], self.clock())
            for someone in self.everybody:
                row = await tx.one(accounts.FIND, CHANNEL, someone.address)
                for each in await tx.all(NEW_LETTERS, row[0], someone.place) if row is not None else ():
                    someone.letters.append(_letter(each))
                    someone.place = each[6]

    async def account(self, someone: Speaker) -> int:
        """Return the id of somebody's account."""
        return int((await self.rows(accounts.FIND, CHANNEL, someone.address))[0][0])

    async def rows(self, sql: str, *values: object) -> list[Row]:
        """Return what stands in the database."""
        async with self.database.read() as tx:
            return await tx.all(sql, *values)

    async def one(self, sql: str, *values: object) -> Any:
        """Return the first value of the first row, which must be there."""
        return (await self.rows(sql, *values))[0][0]

    async def writes(self, doing: Callable[[Any], Awaitable[object]]) -> None:
        """Change the database beside the conversation, as the command line does."""
        async with self.database.write() as tx:
            await doing(tx)

    async def joins(self, name: str, role: str, unit: str | None = None, *, account: bool = True) -> Speaker:
        """Write somebody new into the roster, for that unit only if named, known and agreed if with an account; return the speaker."""
        number = 2000 + len(self.others)
        async with self.database.write() as tx:
            unit_id = await people.unit_named(tx, unit) if unit else None
            person = Person(name=name, phone=f"1380001{number}", unit_id=unit_id)
            self.ids[name] = await people.add(tx, person, self.clock())
            limit = unit_id if role in ("staff", "administrator") else None
            await people.give_role(tx, self.ids[name], Role(role, limit))
            if account:
                new = await accounts.find_or_add(tx, CHANNEL, str(number), self.clock())
                await accounts.bind(tx, new, self.ids[name], self.clock())
                await entry.give_consent(tx, self.ids[name], new, self.office.consent_version, self.clock())
        self.others.append(Speaker(self, name, str(number)))
        return self.others[-1]

    async def passes(self, **span: float) -> None:
        """Let time pass; what is due meanwhile is said at its own moment, as a clock that never stops would."""
        end = self.clock() + timedelta(**span)
        for each in self.everybody:
            each.looks_away()
        while True:
            async with self.database.read() as tx:
                moment = await reminders.next_due(tx)
            if moment is None or moment > end:
                break
            self.clock.ahead = max(self.clock.ahead, moment - START)
            await self.ticks()
        self.clock.ahead = end - START
        await self.delivers()

    async def passes_until(self, moment: datetime) -> None:
        """Let time pass up to that moment."""
        await self.passes(seconds=(moment - self.clock()).total_seconds())

    async def ticks(self) -> None:
        """Do what the clock does when it wakes: everything that is due."""
        while await fire_due(self.database, self.office, self.clock()):
            pass
        failed = await self.rows("SELECT kind FROM reminders WHERE state = 'failed'")
        assert not failed, failed[0][0]
        await self.delivers()

    async def tidies(self) -> None:
        """Do what the clock does every hour."""
        await housekeeping(
            self.database, MediaFolder(self.database.path.parent / "media"), self.office, 400, self.clock()
        )

    async def restarts(self, **office: Any) -> None:
        """End and start again on the same file, with other settings of the office if named."""
        await self.database.close()
        self.office = replace(self.office, **office)
        self.database = await open_database(self.path)
        self.intake = self._intake()
        await self.intake.start()


@asynccontextmanager
async def open_conversation(path: Path, *, bound: bool = True, filled: bool = False) -> AsyncIterator[Conversation]:
    """Open an office on the file at `path`; with `bound=False` nobody has an account yet.

    `filled`: the file is a copy of one in which the people are already, bound.
    """
    office, clock = office_from(Config()), StandingClock()
    ids = {} if filled else await lay_roster(path, START, office.consent_version, bound=bound)
    talk = Conversation(path, await open_database(path), office, clock)
    try:
        talk.ids = ids or {row[1]: row[0] for row in await talk.rows("SELECT id, name FROM persons")}
        await talk.intake.start()
        yield talk
    finally:
        await talk.database.close()

"""The office under test: the real application on a real database file, and the same few people on a loopback Telegram.

office.wang    王老, a cadre                office.zhao    赵科, staff
office.li      小李, his daughter           office.qian    钱局, the leader
office.stranger  陌生人, who must see nothing

await office.wang.says("困难")
await office.wang.presses("就医")
assert office.wang.sees("已经登记")
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.app import App
from bot.config import Config, Delivery, Dialog, Storage, Telegram, Web
from storage import accounts, entry, inbox, outbox, people
from storage.accounts import Role
from storage.database import Database, Row
from storage.people import Person
from storage.times import to_text
from tests.copies import copy_of
from tests.telegram_server import NO_FLOOD_LIMITS, Limits, SeenMessage, TelegramServer, TelegramUser, Update

TOKEN = "123456:" + "a" * 35  # of the right form, and nobody's
MONDAY_MORNING = datetime(2026, 11, 23, 1, tzinfo=UTC)  # 9 o'clock in the office
CAP_SECONDS = 30.0  # a settled office takes milliseconds; this only ends a test that would hang

PHONES = {"王老": "13800000001", "小李": "13800000002", "赵科": "13800000003", "钱局": "13800000004"}
ROLES = {"王老": "cadre", "小李": "relative", "赵科": "staff", "钱局": "leader"}


# Letters that were put off while their attachment was fetched, which is here now: they leave in a moment.
HERE_NOW = """
SELECT 1 FROM outbox WHERE state = 'waiting' AND why = '附件还在取' AND NOT EXISTS (SELECT 1 FROM media WHERE state = 'wanted')"""


class Clock:
    """The office's clock: it starts on the same Monday morning every time and goes on as real time does; a test that needs tomorrow
    moves it `ahead`. `Clock(None)` is the real time, which a browser goes by as well."""

    def __init__(self, start: datetime | None = MONDAY_MORNING) -> None:
        self._start = start - datetime.now(UTC) if start else timedelta()
        self.ahead = timedelta()

    @property
    def offset(self) -> timedelta:
        """How far it is from the real clock."""
        return self._start + self.ahead

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.offset


class Someone:
    """A person with Telegram in the hand. Each doing ends when the office has nothing left to do."""

    def __init__(self, office: "TestOffice", name: str, user: TelegramUser) -> None:
        self.office = office
        self.name = name
        self.user = user
        self._seen = 0

    async def says(self, text: str) -> None:
        await self._does(lambda: self.user.types(text))

    async def presses(self, label: str, message: SeenMessage | None = None) -> None:
        await self._does(lambda: self.user.presses(label, message))

    async def does(self, doing: Callable[[TelegramUser], Any]) -> None:
        """Anything else a Telegram user can do: `await wang.does(lambda user: user.sends_sticker())`."""
        await self._does(lambda: doing(self.user))

    async def _does(self, doing: Callable[[], Any]) -> None:
        self._seen = len(self.user.messages)
        doing()
        await self.office.settles()

    @property
    def heard(self) -> str:
        """What came since the person last did something, all messages as one text."""
        return "\n".join(each.text for each in self.user.messages[self._seen :])

    def sees(self, text: str) -> bool:
        """Tell whether this text came since the person last did something."""
        return text in self.heard

    @property
    def buttons(self) -> list[str]:
        """The labels on the newest message."""
        return self.user.latest.labels

    @property
    def message(self) -> SeenMessage:
        """The newest message: to press its buttons when they are old."""
        return self.user.latest

    def looks_away(self) -> None:
        """From now on `sees` tells only what comes later."""
        self._seen = len(self.user.messages)


class TestOffice:
    """The application and its people. Made by `open_office`."""

    __test__ = False  # pytest: this is not a test class

    def __init__(self, folder: Path, telegram: TelegramServer, config: Config, clock: Clock) -> None:
        self.folder = folder
        self.telegram = telegram
        self.config = config
        self.clock = clock
        self.app = App(config, now=clock)
        self.ids: dict[str, int] = {}
        self._looks: sqlite3.Connection | None = None
        users = {name: telegram.user(number, name, PHONES.get(name, "13800000009")) for name, number in NUMBERS.items()}
        self.wang, self.li, self.zhao, self.qian, self.stranger = (Someone(self, name, users[name]) for name in users)

    @property
    def everybody(self) -> list[Someone]:
        return [self.wang, self.li, self.zhao, self.qian, self.stranger]

    @property
    def database(self) -> Database:
        return self.app.database

    async def settles(self) -> None:
        """Wait until everything said has been handled and everything answered has been delivered."""
        async with asyncio.timeout(CAP_SECONDS):
            while not (self._seems_settled() and await self._is_settled()):  # noqa: ASYNC110  # no event tells of all five parts
                await asyncio.sleep(0.003)

    @property
    def _is_idle(self) -> bool:
        lanes = all(lane.is_idle for lane in self.app.lanes.values())
        files = self.app.fetching.is_idle and self.app.importing.is_idle
        return lanes and files and not self.telegram.unconfirmed

    def _seems_settled(self) -> bool:
        """Whether it may be worth while to wait for the database: a way to its thread and back takes longer than a look beside it."""
        if not self._is_idle:
            return False
        if self._looks is None:
            self._looks = sqlite3.connect(self.config.storage.path)
        asked = {"now": to_text(self.clock()), "limit": 1}
        due = any(self._looks.execute(outbox.DUE, asked | {"channel": name}).fetchall() for name in self.app.lanes)
        ((waiting, _),) = self._looks.execute(inbox.BACKLOG).fetchall()
        return not due and not waiting

    async def _is_settled(self) -> bool:
        async with self.database.read() as tx:
            waiting, _ = await inbox.backlog(tx)
            due = [await outbox.due(tx, name, self.clock(), 1) for name in self.app.lanes]
            here_now = await tx.all(HERE_NOW)
        return (
            not waiting and not here_now and not any(due) and self._is_idle
        )  # whatever was committed has woken whom it concerns

    def close(self) -> None:
        if self._looks is not None:
            self._looks.close()

    async def restarts(self) -> None:
        """Stop the application in order and start it again on the same file."""
        await self.app.stop()
        self.app = App(self.config, now=self.clock)
        await self.app.start()
        await self.settles()

    async def rows(self, sql: str, *values: object) -> list[Row]:
        """Return what stands in the database."""
        async with self.database.read() as tx:
            return await tx.all(sql, *values)

    async def writes(self, doing: Callable[[Any], Awaitable[object]]) -> None:
        """Change the database beside the application, as the command line does."""
        async with self.database.write() as tx:
            await doing(tx)


NUMBERS = {"王老": 1001, "小李": 1002, "赵科": 1003, "钱局": 1004, "陌生人": 1005}


async def fill_roster(
    database: Database, clock: Callable[[], datetime], consent_version: str, *, bound: bool = True
) -> dict[str, int]:
    """Write the people into the roster and, when `bound`, give them their Telegram accounts and their consent."""
    ids = {}
    async with database.write() as tx:
        unit = await people.unit_named(tx, "虚构县水利局")
        for name, role in ROLES.items():
            ids[name] = await people.add(tx, Person(name=name, phone=PHONES[name], unit_id=unit), clock())
            await people.give_role(tx, ids[name], Role(role, None))
            if bound:
                account = await accounts.find_or_add(tx, "telegram", str(NUMBERS[name]), clock())
                await accounts.bind(tx, account, ids[name], clock())
                await entry.give_consent(tx, ids[name], account, consent_version, clock())
        await people.add_kin(tx, ids["小李"], ids["王老"])
    return ids


async def lay_roster(path: Path, since: datetime, consent_version: str, *, bound: bool = True) -> dict[str, int]:
    """Write the file of an office whose people are there `since` then, and return their ids: see `fill_roster`."""

    async def fill(database: Database) -> dict[str, int]:
        return await fill_roster(database, lambda: since, consent_version, bound=bound)

    return dict(await copy_of(("roster", since, consent_version, bound), path, fill))


def config_for(folder: Path, telegram: TelegramServer, **telegram_settings: Any) -> Config:
    """Return the settings of an office on the loopback Telegram, without limits of speed."""
    settings: dict[str, Any] = {
        "enabled": True,
        "token": TOKEN,
        "base_url": telegram.base_url,
        "base_file_url": telegram.base_file_url,
        "messages_per_second": 100_000,
        "messages_per_second_per_chat": 100_000,
        "poll_seconds": 5,
    }
    return Config(
        storage=Storage(path=folder / "yinling.db", media_folder=folder / "media", minimum_free_megabytes=50),
        telegram=Telegram.model_validate(settings | telegram_settings),
        web=Web(port=0),
        dialog=Dialog(),
        delivery=Delivery(),
    )


@asynccontextmanager
async def open_office(
    folder: Path,
    *,
    limits: Limits = NO_FLOOD_LIMITS,
    bound: bool = True,
    **telegram_settings: Any,
) -> AsyncIterator[TestOffice]:
    """Open an office whose people have their accounts and have agreed; with `bound=False` nobody has an account yet."""
    async with TelegramServer(limits) as telegram:
        config = config_for(folder, telegram, **telegram_settings)
        clock = Clock()
        office = TestOffice(folder, telegram, config, clock)
        office.ids = await lay_roster(config.storage.path, MONDAY_MORNING, config.office.consent_version, bound=bound)
        for someone in office.everybody:
            someone.user.chat.started = bound
        await office.app.start()
        try:
            yield office
        finally:
            office.close()
            await office.app.stop()


__all__ = ["Someone", "TestOffice", "Update", "open_office"]

"""The office on WeCom: the real application on a real database file, and the same few people on a loopback WeCom.

async with open_wecom_office(folder) as office:
    await office.wang.says("困难")
    await office.wang.presses("就医")
    assert office.wang.sees("具体情况")
"""

import asyncio
import re
import unicodedata
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bot.app import App
from bot.channels.wecom import WecomChannel
from bot.config import Config, Storage, Web, Wecom
from storage import accounts, entry, inbox, outbox, people
from storage.accounts import Role
from storage.database import Database, Row, Tx
from storage.people import Person
from tests.copies import copy_of
from tests.office import CAP_SECONDS, MONDAY_MORNING, PHONES, ROLES, Clock
from tests.patience import eventually
from tests.wecom_server import BOT_ID, NO_FLOOD_LIMITS, SECRET, Limits, SeenMessage, WecomServer, WecomUser

USERIDS = {"王老": "wang", "小李": "li", "赵科": "zhao", "钱局": "qian", "陌生人": "moshengren"}


class Someone:
    """A person with WeCom in the hand. Each doing ends when the office has nothing left to do."""

    def __init__(self, office: "WecomOffice", name: str, user: WecomUser) -> None:
        self.office = office
        self.name = name
        self.user = user
        self._seen = 0

    async def says(self, text: str) -> None:
        await self.does(lambda user: user.types(text))

    async def speaks(self, words: str) -> None:
        await self.does(lambda user: user.speaks(words))

    async def presses(self, label: str, message: SeenMessage | None = None) -> None:
        """Press a button of a card; where the choices came as a list, type the digit, or the words, of its line."""
        for seen in [message] if message else reversed(self.user.messages):
            if any(label in each for each in seen.labels):
                await self._presses(label, seen)
                return
            if line := next((each for each in _listed(seen) if label in each), None):
                await self.says(line.split(" ", 1)[0] if line[0].isdigit() else line)
                return
        raise AssertionError(f"{self.name} finds no {label!r} in {[each.text for each in self.user.messages[-3:]]}")

    async def _presses(self, label: str, seen: SeenMessage) -> None:
        await self.does(lambda user: user.presses(label, seen))

    async def sends_photo(self, content: bytes, words: str = "") -> None:
        """A photo; with words it is one mixed message."""
        if not words:
            await self.does(lambda user: user.sends_file("image", content))
            return
        await self.does(
            lambda user: user.sends_mixed(
                {"msgtype": "text", "text": {"content": words}}, {"msgtype": "image", "image": user.file(content)}
            )
        )

    async def does(self, doing: Callable[[WecomUser], Any]) -> None:
        """Anything else somebody can do: `await wang.does(lambda user: user.enters())`."""
        self.looks_away()
        doing(self.user)
        await self.office.settles()

    @property
    def heard(self) -> str:
        """What came since the person last did something, all messages as one text."""
        return "\n".join(each.text for each in self.user.messages[self._seen :])

    @property
    def files(self) -> list[bytes]:
        """The contents of the files that came since."""
        return [each.content for each in self.user.messages[self._seen :] if each.content]

    def sees(self, text: str) -> bool:
        """Tell whether this text came since; a full-width sign that stands for one of markdown's is that sign."""
        return unicodedata.normalize("NFKC", text) in unicodedata.normalize("NFKC", self.heard)

    @property
    def buttons(self) -> list[str]:
        """The labels on the newest message, or those that it lists."""
        return self.user.latest.labels or _listed(self.user.latest)

    @property
    def message(self) -> SeenMessage:
        return self.user.latest

    def looks_away(self) -> None:
        self._seen = len(self.user.messages)


def _listed(seen: SeenMessage) -> list[str]:
    """Return the lines that stand for buttons."""
    _, found, lines = seen.text.partition("请回复")
    return lines.split("\n")[1:] if found and re.match(r"前面的数字：|数字，或者照着写：", lines) else []


class WecomOffice:
    """The application and its people. Made by `open_wecom_office`."""

    def __init__(self, folder: Path, server: WecomServer, config: Config, clock: Clock) -> None:
        self.folder = folder
        self.server = server
        self.config = config
        self.clock = clock
        self.app = App(config, now=clock)
        self.ids: dict[str, int] = {}
        users = {name: server.user(userid, name) for name, userid in USERIDS.items()}
        self.wang, self.li, self.zhao, self.qian, self.stranger = (Someone(self, name, users[name]) for name in users)

    @property
    def everybody(self) -> list[Someone]:
        return [self.wang, self.li, self.zhao, self.qian, self.stranger]

    @property
    def channel(self) -> WecomChannel:
        found = self.app.channels["wecom"]
        assert isinstance(found, WecomChannel)
        return found

    async def settles(self) -> None:
        """Wait until everything said has been handled and everything answered has been delivered."""
        async with asyncio.timeout(CAP_SECONDS):
            while not await self._is_settled():  # noqa: ASYNC110  # five parts must be idle at once; none has an event for that
                await asyncio.sleep(0.003)

    async def _is_settled(self) -> bool:
        if not self.app.fetching.is_idle or not all(lane.is_idle for lane in self.app.lanes.values()):
            return False
        if self.server.awaits_a_fast_answer and self.server.is_subscribed:
            return False
        stored = await self.rows("SELECT external_id FROM inbox WHERE channel = 'wecom'")
        if self.server.delivered - {row[0].split(":")[1] for row in stored}:
            return False
        async with self.app.database.read() as tx:
            waiting, _ = await inbox.backlog(tx)
            due = [await outbox.due(tx, name, self.clock(), 1) for name in self.app.lanes]
        return not waiting and not any(due) and all(lane.is_idle for lane in self.app.lanes.values())

    async def is_connected(self) -> None:
        await eventually(lambda: self.server.is_subscribed and self.channel.pulse.reason is None)

    async def restarts(self) -> None:
        """Stop the application in order and start it again on the same file."""
        await self.app.stop()
        self.app = App(self.config, now=self.clock)
        await self.app.start()
        await self.is_connected()
        await self.settles()

    async def rows(self, sql: str, *values: object) -> list[Row]:
        async with self.app.database.read() as tx:
            return await tx.all(sql, *values)

    async def writes(self, doing: Callable[[Tx], Awaitable[object]]) -> None:
        async with self.app.database.write() as tx:
            await doing(tx)


async def lay_roster(path: Path, consent_version: str, *, bound: bool) -> dict[str, int]:
    """Write the file of an office whose people are on the roster and, when `bound`, have their accounts and have agreed."""

    async def fill(database: Database) -> dict[str, int]:
        ids = {}
        async with database.write() as tx:
            unit = await people.unit_named(tx, "虚构县水利局")
            for name, role in ROLES.items():
                ids[name] = await people.add(tx, Person(name=name, phone=PHONES[name], unit_id=unit), MONDAY_MORNING)
                await people.give_role(tx, ids[name], Role(role, None))
                if bound:
                    account = await accounts.find_or_add(tx, "wecom", USERIDS[name], MONDAY_MORNING)
                    await accounts.bind(tx, account, ids[name], MONDAY_MORNING)
                    await entry.give_consent(tx, ids[name], account, consent_version, MONDAY_MORNING)
            await people.add_kin(tx, ids["小李"], ids["王老"])
        return ids

    return dict(await copy_of(("wecom roster", consent_version, bound), path, fill))


def wecom_config(folder: Path, server: WecomServer, **settings: Any) -> Config:
    given = {"enabled": True, "bot_id": BOT_ID, "secret": SECRET, "url": server.url}
    unlimited = {"messages_per_minute": 100_000, "messages_per_hour": 100_000}
    return Config(
        storage=Storage(path=folder / "yinling.db", media_folder=folder / "media", minimum_free_megabytes=50),
        web=Web(enabled=False),
        wecom=Wecom.model_validate(given | unlimited | settings),
    )


@asynccontextmanager
async def open_wecom_office(
    folder: Path,
    *,
    limits: Limits = NO_FLOOD_LIMITS,
    bound: bool = True,
    server: dict[str, Any] | None = None,
    **settings: Any,
) -> AsyncIterator[WecomOffice]:
    """Open an office whose people have written before and have agreed; with `bound=False` nobody has an account yet.

    `server` is how the WeCom server is, `settings` are those of [wecom].
    """
    async with WecomServer(limits, **(server or {})) as running:
        config, clock = wecom_config(folder, running, **settings), Clock()
        office = WecomOffice(folder, running, config, clock)
        office.ids = await lay_roster(config.storage.path, config.office.consent_version, bound=bound)
        for someone in office.everybody:
            someone.user.chat.wrote = bound
        await office.app.start()
        await office.is_connected()
        try:
            yield office
        finally:
            await office.app.stop()

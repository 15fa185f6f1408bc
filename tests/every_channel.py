"""The same people on each of the three channels, for conversations that must be the same on all of them.

async with open_office_on("wecom", folder) as office:
    await office.wang.says("困难")
    await office.wang.presses("住房")
    assert office.wang.sees("请说说具体情况")

Each is the real application on a real database file: Telegram and WeCom against servers on loopback, the web chat through its own.
"""

import asyncio
import io
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import aiohttp

from bot.app import App
from bot.config import Config, Storage, Web
from bot.web.links import make_link
from storage import entry, inbox, outbox
from storage.database import Row, Tx
from tests.office import CAP_SECONDS, MONDAY_MORNING, NUMBERS, Clock, Someone, TestOffice, lay_roster, open_office
from tests.wecom_office import Someone as WecomSomeone
from tests.wecom_office import WecomOffice, open_wecom_office

CHANNELS = ("web", "telegram", "wecom")


class Anyone(Protocol):
    """What a conversation needs of a person, wherever."""

    name: str

    async def says(self, text: str) -> None: ...
    async def presses(self, label: str) -> None: ...
    async def sends_photo(self, content: bytes, words: str = "") -> None: ...
    def sees(self, text: str) -> bool: ...
    def looks_away(self) -> None: ...
    @property
    def heard(self) -> str: ...
    @property
    def files(self) -> list[bytes]: ...


class AnyOffice(Protocol):
    """What a conversation needs of an office."""

    app: App
    clock: Clock
    ids: dict[str, int]

    async def settles(self) -> None: ...
    async def restarts(self) -> None: ...
    async def rows(self, sql: str, *values: object) -> list[Row]: ...
    async def writes(self, doing: Callable[[Tx], Awaitable[object]]) -> None: ...


@dataclass
class Everywhere:
    """An office on one channel, and its people."""

    office: AnyOffice
    wang: Anyone
    li: Anyone
    zhao: Anyone
    qian: Anyone
    stranger: Anyone

    async def comes_to_pass(self, holds: Callable[[], bool]) -> None:
        """Wait for what the clock brings by itself."""
        async with asyncio.timeout(CAP_SECONDS):
            while not holds():
                self.office.app.reminding.wake()
                await asyncio.sleep(0.02)
        await self.office.settles()


@asynccontextmanager
async def open_office_on(channel: str, folder: Path, *, bound: bool = True) -> AsyncIterator[Everywhere]:
    """Open an office whose people talk on this channel; with `bound=False` nobody is known there yet."""
    if channel == "telegram":
        async with open_office(folder, bound=bound) as telegram:
            yield _everywhere(telegram, [OnTelegram(telegram, each) for each in telegram.everybody])
    elif channel == "wecom":
        async with open_wecom_office(folder, bound=bound) as wecom:
            yield _everywhere(wecom, [OnWecom(wecom, each) for each in wecom.everybody])
    else:
        async with _open_web(folder, bound=bound) as web:
            yield _everywhere(web, [web.people[name] for name in NUMBERS])


def _everywhere(office: AnyOffice, people: list[Any]) -> Everywhere:
    return Everywhere(office, *people)


# ── Telegram and WeCom ──────────────────────────────────────────────────────────────────────────────────────────────


class OnTelegram:
    def __init__(self, office: TestOffice, one: Someone) -> None:
        self.name = one.name
        self._one = one
        self.says, self.presses, self.sees, self.looks_away = one.says, one.presses, one.sees, one.looks_away

    async def sends_photo(self, content: bytes, words: str = "") -> None:
        await self._one.does(lambda user: user.sends_photo(content, words))

    @property
    def heard(self) -> str:
        return self._one.heard

    @property
    def files(self) -> list[bytes]:
        seen = self._one.user.messages[self._one._seen :]
        return [each.content for message in seen for each in message.attachments]


class OnWecom:
    def __init__(self, office: WecomOffice, one: WecomSomeone) -> None:
        self.name = one.name
        self._one = one
        self.says, self.presses, self.sees, self.looks_away = one.says, one.presses, one.sees, one.looks_away
        self.sends_photo = one.sends_photo

    @property
    def heard(self) -> str:
        return self._one.heard

    @property
    def files(self) -> list[bytes]:
        return self._one.files


# ── the web chat ────────────────────────────────────────────────────────────────────────────────────────────────────


class OnWeb:
    """Somebody at a browser: what is said goes in by HTTP, what is heard comes over the page's event stream."""

    def __init__(self, office: "WebHouse", name: str) -> None:
        self.name = name
        self._office = office
        self._http = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True), headers={"X-Yinling": "1"})
        self._home = ""
        self._spoken = 0
        self._seen = 0
        self._reading: asyncio.Task[None] | None = None
        self.messages: list[dict[str, Any]] = []  # what the office said

    async def enters(self, secret: str | None) -> None:
        path, data = ("/api/enter", {"secret": secret}) if secret else ("/api/guest", {})
        async with self._http.post(self._office.url + path, json=data) as response:
            self._home = (await response.json())["home"]
        self._reading = asyncio.create_task(self._reads_along())

    async def leaves(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)
        await self._http.close()

    async def _reads_along(self) -> None:
        """Take what the stream brings, and open it again behind the last message when it ends."""
        cursor = ""
        while True:
            try:
                timeout = aiohttp.ClientTimeout(total=None)
                url = f"{self._office.url}{self._home}events{cursor and f'?after={cursor}'}"
                async with self._http.get(url, timeout=timeout) as response:
                    async for line in response.content:
                        if line.startswith(b"data: ") and b'"cursor"' in line:
                            message = json.loads(line[6:])
                            cursor = message["cursor"]
                            if not message["mine"]:
                                self.messages.append(message)
            except aiohttp.ClientError:
                await asyncio.sleep(0.02)  # the office starts again

    async def says(self, text: str) -> None:
        await self._sends({"text": text})

    async def presses(self, label: str) -> None:
        for message in reversed(self.messages):
            for each in message["buttons"]:
                if label in each["label"]:
                    await self._sends({"choice": each["choice"], "label": each["label"]})
                    return
        raise AssertionError(f"{self.name} finds no button {label!r} in {self.messages[-2:]}")

    async def sends_photo(self, content: bytes, words: str = "") -> None:
        form = aiohttp.FormData()
        form.add_field("kind", "photo")
        form.add_field("client_id", self._new_id())
        form.add_field("file", io.BytesIO(content), filename="photo.jpg")
        async with self._http.post(f"{self._office.url}{self._home}media", data=form) as response:
            media = (await response.json())["media"]
        await self._sends({"text": words, "attachments": [media]})

    async def _sends(self, saying: dict[str, Any]) -> None:
        self.looks_away()
        async with self._http.post(
            f"{self._office.url}{self._home}say", json=saying | {"client_id": self._new_id()}
        ) as response:
            assert response.status == 200, await response.text()
        await self._office.settles()

    def _new_id(self) -> str:
        self._spoken += 1
        return f"{self._home.split('/')[2][:8]}-{self._spoken}"

    @property
    def seat(self) -> str:
        return self._home.split("/")[2]

    @property
    def heard(self) -> str:
        return "\n".join(each["text"] for each in self.messages[self._seen :])

    @property
    def files(self) -> list[bytes]:
        """What came since, as it was read when the office had settled."""
        return [each["content"] for message in self.messages[self._seen :] for each in message["attachments"]]

    async def opens_files(self) -> None:
        for message in self.messages:
            for each in message["attachments"]:
                if "content" not in each:
                    async with self._http.get(self._office.url + each["url"]) as response:
                        each["content"] = await response.read()

    def sees(self, text: str) -> bool:
        return text in self.heard

    def looks_away(self) -> None:
        self._seen = len(self.messages)


TOLD = "SELECT a.address, count(*) FROM outbox o JOIN accounts a ON a.id = o.account_id WHERE o.state = 'sent' GROUP BY a.address"


class WebHouse:
    """The application with nothing but the web chat, and its people at their browsers."""

    def __init__(self, config: Config, clock: Clock) -> None:
        self.config = config
        self.clock = clock
        self.app = App(config, now=clock)
        self.ids: dict[str, int] = {}
        self.people = {name: OnWeb(self, name) for name in NUMBERS}
        self.url = ""

    async def settles(self) -> None:
        """Wait until all that was said is handled, and all that was answered stands on the open pages."""
        async with asyncio.timeout(CAP_SECONDS):
            while not await self._is_settled():  # noqa: ASYNC110  # no event tells of all parts
                await asyncio.sleep(0.003)
        for each in self.people.values():
            await each.opens_files()

    async def _is_settled(self) -> bool:
        if not self.app.fetching.is_idle or not all(lane.is_idle for lane in self.app.lanes.values()):
            return False
        async with self.app.database.read() as tx:
            waiting, _ = await inbox.backlog(tx)
            due = await outbox.due(tx, "web", self.clock(), 1)
            told = {str(row[0]): int(row[1]) for row in await tx.all(TOLD)}
        shown = all(len(each.messages) >= told.get(each.seat, 0) for each in self.people.values() if each._home)
        return not waiting and not due and shown

    async def restarts(self) -> None:
        port = self.app.web.port
        await self.app.stop()
        self.config = self.config.model_copy(update={"web": self.config.web.model_copy(update={"port": port})})
        self.app = App(self.config, now=self.clock)
        await self.app.start()
        await self.settles()

    async def rows(self, sql: str, *values: object) -> list[Row]:
        async with self.app.database.read() as tx:
            return await tx.all(sql, *values)

    async def writes(self, doing: Callable[[Tx], Awaitable[object]]) -> None:
        async with self.app.database.write() as tx:
            await doing(tx)


@asynccontextmanager
async def _open_web(folder: Path, *, bound: bool) -> AsyncIterator[WebHouse]:
    storage = Storage(path=folder / "yinling.db", media_folder=folder / "media", minimum_free_megabytes=50)
    house = WebHouse(Config(storage=storage, web=Web(port=0)), Clock())
    house.ids = await lay_roster(storage.path, MONDAY_MORNING, house.config.office.consent_version, bound=False)
    await house.app.start()
    house.url = house.app.web.address
    try:
        for name, person in house.people.items():
            await person.enters(await _link(house, house.ids[name]) if bound and name in house.ids else None)
        yield house
    finally:
        for person in house.people.values():
            await person.leaves()
        await house.app.stop()


async def _link(house: WebHouse, person_id: int) -> str:
    secrets: list[str] = []

    async def make(tx: Tx) -> None:
        secrets.append(await make_link(tx, person_id, house.clock()))
        link = await entry.link(tx, secrets[0])
        assert link is not None
        await entry.give_consent(tx, person_id, link[1], house.config.office.consent_version, house.clock())

    await house.writes(make)
    return secrets[0]

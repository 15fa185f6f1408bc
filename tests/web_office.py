"""The office as the web chat sees it: a real server on a free port, a real database, real turns; people sit at real HTTP clients.

wang = await office.seats("王老", "cadre")
await wang.says("菜单")
assert "您要办什么" in (await wang.hears())["text"]
"""

import asyncio
import io
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
from starlette.routing import BaseRoute

from bot.channels.web import WebChannel
from bot.config import Config, Web
from bot.delivery import Delivery
from bot.intake import Intake
from bot.media_folder import MediaFolder
from bot.office import office_from
from bot.web.links import make_link
from bot.web.server import WebServer
from handlers.converse import take_turn
from storage import entry, inbox, people
from storage.accounts import Role
from storage.database import Database, Row, Tx
from storage.people import Person
from tests.copies import new_database

CAP_SECONDS = 30.0  # ends a test that would hang; decides nothing
OURS = {"X-Yinling": "1"}
T = TypeVar("T")


class Clock:
    """Real time, moved forward by a test that needs tomorrow."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


class WebOffice:
    """Made by `open_web_office`. Parts may be stopped and started again on the same file and port."""

    def __init__(self, folder: Path, config: Config, *, routes: list[BaseRoute], handles: bool, **channel: Any) -> None:
        self.folder = folder
        self.config = config
        self.office = office_from(config)
        self.clock = Clock()
        self.media = MediaFolder(folder / "media")
        self.extra_routes = routes
        self.handles = handles
        self._channel_settings = channel
        self._loops: list[asyncio.Task[None]] = []
        self._port = 0
        self._browsers: list[Browser] = []
        self.database: Database
        self.channel: WebChannel
        self.server: WebServer

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    async def start(self) -> None:
        self.database = await new_database(self.folder / "yinling.db")
        web = self.config.web.model_copy(update={"port": self._port})
        self.intake = Intake(
            self.database,
            lambda: self.office,
            take_turn,
            self.clock,
            answered=lambda: self.lane.wake(),
            fetch=lambda: None,
        )
        self.channel = WebChannel(
            web,
            self.office,
            self.database,
            self.media,
            self.intake.receive,
            self.clock,
            **self._channel_settings,
        )
        self.lane = Delivery(self.channel, self.database, self.media, self.clock, workers=4, give_up_hours=1)
        await self.channel.start()
        routes = [*self.extra_routes, *self.channel.routes()]
        self.server = WebServer(web, routes, stopping=[self.channel.streams.end_all])
        await self.server.start()
        self._port = self.server.port
        self._loops = [asyncio.create_task(self.server.run()), asyncio.create_task(self.lane.run())]
        if self.handles:
            self._loops.append(asyncio.create_task(self.intake.run()))

    async def stop(self) -> None:
        await self.server.stop()
        for loop in self._loops:
            loop.cancel()
        for outcome in await asyncio.gather(*self._loops, return_exceptions=True):
            assert outcome is None or isinstance(outcome, asyncio.CancelledError), outcome
        await self.channel.stop()
        await self.database.close()

    async def close(self) -> None:
        for browser in self._browsers:
            await browser.http.close()
        await self.stop()

    # ── people ──────────────────────────────────────────────────────────────────────────────────────────────────────

    async def adds(self, name: str, role: str) -> int:
        """Put somebody on the roster who has agreed to the consent text."""
        async with self.database.write() as tx:
            person_id = await people.add(tx, Person(name=name), self.clock())
            await people.give_role(tx, person_id, Role(role, None))
        return person_id

    async def link_for(self, person_id: int) -> str:
        async with self.database.write() as tx:
            secret = await make_link(tx, person_id, self.clock())
            link = await entry.link(tx, secret)
            assert link is not None
            await entry.give_consent(tx, person_id, link[1], self.office.consent_version, self.clock())
        return secret

    def browser(self) -> "Browser":
        browser = Browser(self)
        self._browsers.append(browser)
        return browser

    async def seats(self, name: str, role: str, browser: "Browser | None" = None) -> "Sitter":
        """Put somebody on the roster and seat him at a browser, by his link."""
        person_id = await self.adds(name, role)
        secret = await self.link_for(person_id)
        sitter = await (browser or self.browser()).enters(secret)
        sitter.person_id = person_id
        return sitter

    # ── looking behind ──────────────────────────────────────────────────────────────────────────────────────────────

    async def rows(self, sql: str, *values: object) -> list[Row]:
        async with self.database.read() as tx:
            return await tx.all(sql, *values)

    async def writes(self, doing: Callable[[Tx], Awaitable[T]]) -> T:
        async with self.database.write() as tx:
            return await doing(tx)

    async def settles(self) -> None:
        """Wait until every message has had its turn."""
        async with asyncio.timeout(CAP_SECONDS):
            while True:
                async with self.database.read() as tx:
                    waiting, _ = await inbox.backlog(tx)
                if not waiting:
                    return
                await asyncio.sleep(0.005)


class Browser:
    """One browser: its cookies, in the paths that the server gave them."""

    def __init__(self, office: WebOffice) -> None:
        self.office = office
        self.http = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))  # unsafe: cookies of an IP address

    async def posts(
        self, path: str, data: Any = None, **more: Any
    ) -> tuple[int, dict[str, Any], aiohttp.ClientResponse]:
        """POST JSON as the page does; return status, answer and response."""
        headers = OURS | more.pop("headers", {})
        async with self.http.post(self.office.url + path, json=data or {}, headers=headers, **more) as response:
            return response.status, await response.json(), response

    async def gets(self, path: str, **more: Any) -> tuple[int, bytes, aiohttp.ClientResponse]:
        async with self.http.get(self.office.url + path, **more) as response:
            return response.status, await response.read(), response

    async def enters(self, secret: str) -> "Sitter":
        status, answer, _ = await self.posts("/api/enter", {"secret": secret})
        assert status == 200, answer
        return Sitter(self, answer["home"])

    async def enters_as_guest(self) -> "Sitter":
        status, answer, _ = await self.posts("/api/guest")
        assert status == 200, answer
        return Sitter(self, answer["home"])


class Sitter:
    """Somebody at a seat."""

    person_id: int

    def __init__(self, browser: Browser, home: str) -> None:
        self.browser = browser
        self.office = browser.office
        self.home = home
        self._spoken = 0
        self._pages: list[Page] = []

    @property
    def seat(self) -> str:
        return self.home.split("/")[2]

    @property
    def token(self) -> str:
        """What this browser's cookie says; one seat a browser only."""
        (cookie,) = [each for each in self.browser.http.cookie_jar if each.key == "yl"]
        return cookie.value

    async def account_id(self) -> int:
        rows = await self.office.rows("SELECT id FROM accounts WHERE address = ?", self.seat)
        return int(rows[0][0])

    async def posts(self, what: str, data: Any = None, **more: Any) -> tuple[int, dict[str, Any]]:
        status, answer, _ = await self.browser.posts(self.home + what, data, **more)
        return status, answer

    async def gets(self, what: str, **more: Any) -> tuple[int, bytes, aiohttp.ClientResponse]:
        return await self.browser.gets(self.home + what, **more)

    def new_client_id(self) -> str:
        self._spoken += 1
        return f"{self.seat[:8]}-{self._spoken}"

    async def says(self, text: str, **more: Any) -> str:
        """Say it and return its id."""
        status, answer = await self.posts("say", {"client_id": self.new_client_id(), "text": text, **more})
        assert status == 200, answer
        return str(answer["id"])

    async def uploads(
        self, data: bytes, name: str, *, kind: str = "file", client_id: str | None = None
    ) -> tuple[int, dict[str, Any]]:
        form = aiohttp.FormData(quote_fields=False)  # as browsers write names
        form.add_field("kind", kind)
        form.add_field("client_id", client_id or self.new_client_id())
        form.add_field("file", io.BytesIO(data), filename=name)
        async with self.browser.http.post(self.office.url + self.home + "media", data=form, headers=OURS) as response:
            return response.status, await response.json()

    @asynccontextmanager
    async def page(self, after: str | None = None, **headers: str) -> AsyncIterator["Page"]:
        """An open page that reads along."""
        query = "" if after is None else f"?after={after}"
        url = f"{self.office.url}{self.home}events{query}"
        timeout = aiohttp.ClientTimeout(total=None)
        async with self.browser.http.get(url, headers=headers, timeout=timeout) as response:
            assert response.status == 200, await response.text()
            yield Page(response)


class Page:
    """What came over one event stream."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self.response = response
        self.ids: list[str] = []  # the `id:` of each event that had one
        self.messages: list[dict[str, Any]] = []

    async def event(self) -> tuple[str, Any] | None:
        """Return (name, data) of the next event, or None when the stream has ended."""
        async with asyncio.timeout(CAP_SECONDS):
            return await self._event()

    async def _event(self) -> tuple[str, Any] | None:
        name, data = "message", []
        while True:
            line = (await self.response.content.readuntil(b"\n")).decode()
            if not line:
                return None
            field, _, value = line.rstrip("\n").partition(": ")
            if field == "event":
                name = value
            elif field == "data":
                data.append(value)
            elif field == "id":
                self.ids.append(value)
            elif line == "\n" and data:
                return self._took(name, json.loads("\n".join(data)))

    def _took(self, name: str, data: Any) -> tuple[str, Any]:
        if name == "message":
            self.messages.append(data)
        return name, data

    async def message(self) -> dict[str, Any]:
        """Return the next message, past whatever else comes."""
        async with asyncio.timeout(CAP_SECONDS):
            while True:
                event = await self.event()
                assert event is not None, "the stream has ended"
                if event[0] == "message":
                    return dict(event[1])

    async def hears(self, text: str) -> dict[str, Any]:
        """Return the next message that holds this text."""
        while True:
            message = await self.message()
            if text in message["text"]:
                return message

    async def gets(self, count: int) -> list[dict[str, Any]]:
        """Return the next so many messages."""
        return [await self.message() for _ in range(count)]

    @property
    def cursor(self) -> str:
        return str(self.messages[-1]["cursor"])


async def eventually(holds: Callable[[], bool]) -> None:
    """Wait until it holds, for what the server does by itself and tells nobody."""
    async with asyncio.timeout(CAP_SECONDS):
        while True:
            if holds():
                return
            await asyncio.sleep(0.005)


@asynccontextmanager
async def open_web_office(
    folder: Path,
    *,
    web: dict[str, Any] | None = None,
    routes: list[BaseRoute] | None = None,
    handles: bool = True,
    **channel: Any,
) -> AsyncIterator[WebOffice]:
    """Open the office. `handles=False`: messages are stored, but have no turns."""
    config = Config(web=Web.model_validate({"port": 0} | (web or {})))
    office = WebOffice(folder, config, routes=routes or [], handles=handles, **channel)
    await office.start()
    try:
        yield office
    finally:
        await office.close()

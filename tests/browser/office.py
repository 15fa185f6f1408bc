"""The office as people at browsers see it: the real application with its web server on a free port, Telegram off.

async with open_office(folder, chromium) as office:
    desk = await office.computer()                # one browser with its own cookies
    wang = await office.seats("王老", desk)        # a window of it, in which 王老 has opened his link
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, BrowserContext

from bot.app import App
from bot.config import Config, Storage, Web
from bot.web.links import address_of, make_link, revoke
from storage import entry
from storage.database import Row
from tests.browser.people import Someone
from tests.browser.witness import Witness
from tests.copies import new_database
from tests.office import Clock, fill_roster

CAP_MS = 30_000  # ends a wait that would hang; decides nothing


class BrowserOffice:
    """Made by `open_office`."""

    def __init__(self, chromium: Browser, config: Config) -> None:
        self.chromium = chromium
        self.config = config
        self.clock = Clock(None)  # the page says 今天 by the browser's clock
        self.witness = Witness()
        self.ids: dict[str, int] = {}
        self.computers: list[BrowserContext] = []
        self.app: App

    # ── the application ─────────────────────────────────────────────────────────────────────────────────────────────

    async def starts(self) -> None:
        """Start the application; from the second time on at the same port."""
        self.app = App(self.config, now=self.clock)
        await self.app.start()
        web = self.config.web.model_copy(update={"port": self.app.web.port})
        self.config = self.config.model_copy(update={"web": web})
        self.witness.home = self.url

    async def stops(self) -> None:
        """Stop the application in order; what the browsers then complain about is no fault of the page."""
        self.witness.forgives("net::ERR")
        await self.app.stop()

    @property
    def url(self) -> str:
        return self.config.web.address

    async def rows(self, sql: str, *values: object) -> list[Row]:
        """Return what stands in the database."""
        async with self.app.database.read() as tx:
            return await tx.all(sql, *values)

    async def said_by(self, name: str) -> list[str]:
        """Return every message that the office has stored of a person, in order."""
        sql = "SELECT words FROM inbox JOIN accounts ON accounts.id = account_id WHERE person_id = ? ORDER BY inbox.id"
        return [str(row[0]) for row in await self.rows(sql, self.ids[name])]

    # ── people ──────────────────────────────────────────────────────────────────────────────────────────────────────

    async def computer(self, **options: Any) -> BrowserContext:
        """Return a new browser with its own cookies: a person's telephone, or a PC that several people share."""
        context = await self.chromium.new_context(locale="zh-CN", **({"viewport": PHONE} | options))
        context.set_default_timeout(CAP_MS)
        self.witness.watches(context)
        self.computers.append(context)
        return context

    async def link_for(self, name: str, *, agrees: bool = True) -> str:
        """Return a new link to hand out; unless told otherwise the person has agreed to the consent text."""
        async with self.app.database.write() as tx:
            secret = await make_link(tx, self.ids[name], self.clock())
            link = await entry.link(tx, secret)
            if agrees and link is not None:
                version = self.config.office.consent_version
                await entry.give_consent(tx, self.ids[name], link[1], version, self.clock())
        return address_of(self.url, secret)

    async def revokes(self, name: str) -> None:
        """Take away every link of a person, as the command line does."""
        async with self.app.database.write() as tx:
            await revoke(tx, self.ids[name], self.clock())

    async def meets(self, name: str, computer: BrowserContext | None = None) -> Someone:
        """Return a person at an empty window of a browser."""
        computer = computer or await self.computer()
        return Someone(self, name, await computer.new_page())

    async def seats(self, name: str, computer: BrowserContext | None = None) -> Someone:
        """Return a person who has agreed and opened the link in a window of a browser."""
        someone = await self.meets(name, computer)
        await someone.opens(await self.link_for(name))
        return someone


PHONE = {"width": 390, "height": 800}


@asynccontextmanager
async def open_office(folder: Path, chromium: Browser, **web: Any) -> AsyncIterator[BrowserOffice]:
    """Open an office whose roster is filled; nobody has a link yet. Fails at the end when a page misbehaved."""
    storage = Storage(path=folder / "yinling.db", media_folder=folder / "media", minimum_free_megabytes=50)
    config = Config(storage=storage, web=Web.model_validate({"port": 0} | web))
    office = BrowserOffice(chromium, config)
    database = await new_database(config.storage.path)
    office.ids = await fill_roster(database, office.clock, config.office.consent_version, bound=False)
    await database.close()
    await office.starts()
    try:
        yield office
        assert not office.witness.complaints, "\n".join(office.witness.complaints)
    finally:
        for computer in office.computers:
            await computer.close()
        await office.app.stop()

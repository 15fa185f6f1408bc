"""The web chat as a channel. Its page shows the inbox and outbox tables: what is written down as sent stands there, and open pages are
woken to look."""

import asyncio
from collections.abc import Callable, Collection
from datetime import datetime

from starlette.routing import Route

from bot.channels.channel import Fetched, Limits, Outgoing, Receive, Refused
from bot.config import Web
from bot.media_folder import MediaFolder
from bot.pulse import Pulse
from bot.web.arriving import sweep
from bot.web.routes import make_routes
from bot.web.site import CHANNEL, Site
from bot.web.streams import Streams
from handlers.office import Office
from storage.database import Database
from storage.media import Medium

NO_LIMIT = float("inf")


class WebChannel:
    name = CHANNEL
    limits = Limits(
        longest_text=20_000,
        messages_per_second=NO_LIMIT,
        messages_per_second_per_chat=NO_LIMIT,
        largest_fetch_bytes=0,  # what people send comes with the request
        can_edit=True,
    )

    def __init__(
        self,
        web: Web,
        office: Office,
        database: Database,
        folder: MediaFolder,
        receive: Receive,
        now: Callable[[], datetime],
        *,
        minimum_free_bytes: int = 0,
        keep_alive_seconds: float = 15.0,
    ) -> None:
        self.pulse = Pulse("web")
        self.streams = Streams()
        self._site = Site(
            web, office, database, folder, receive, self.streams, now, minimum_free_bytes, keep_alive_seconds
        )
        self._routes = make_routes(self._site)

    def routes(self) -> list[Route]:
        return self._routes

    async def start(self) -> None:
        await sweep(self._site.folder)

    async def listen(self) -> None:
        """Messages come in through the web server: there is nothing to do but wait."""
        await asyncio.Event().wait()

    async def stop(self) -> None:
        """End every open stream; the pages come back by their cursors. The web server ends only after that."""
        self.streams.end_all()

    async def send(self, outgoing: Outgoing) -> str:
        """Do nothing: the message stands on the page once it is written down as sent. Return the page's id of it."""
        self.pulse.beat()
        return f"o{outgoing.letter_id}"

    async def edit(self, outgoing: Outgoing, external_id: str) -> None:
        """Do nothing: the page shows the row, and redraws it once the edit is written down."""
        self.pulse.beat()

    def noted(self, account_ids: Collection[int]) -> None:
        """Wake the accounts' open pages. Where there is none, the message stands there at the next visit."""
        for each in account_ids:
            self.streams.wake(each)

    async def fetch(self, medium: Medium) -> Fetched:
        raise Refused("网页附件随消息一起到达，没有可以再取的")

    async def check(self) -> str:
        return f"网页对话：{self._site.web.address}"

"""The composition root: every part is made here, started in order, and stopped in reverse.

    lock -> database -> intake -> channels -> web server -> loops

Each loop has one owner: this class. When one of them ends by itself that is a bug; the process stops whole, and whoever supervises it
starts it again: nothing acknowledged is lost by that.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from bot.channels.channel import Channel
from bot.channels.telegram import TelegramChannel
from bot.channels.web import WebChannel
from bot.channels.wecom import WecomChannel
from bot.clock import Clock, Counts, housekeeping
from bot.config import Config
from bot.delivery import Delivery
from bot.fetching import Fetching
from bot.health import health
from bot.importing import Importing
from bot.intake import Intake, TakeTurn
from bot.lock import ProcessLock
from bot.media_folder import MediaFolder
from bot.office import office_from
from bot.pulse import Pulse
from bot.reminding import Reminding
from bot.web.server import WebServer
from handlers import reminders
from handlers.act import Act
from handlers.calendar.plan import plan_ahead
from handlers.cases import clocks
from handlers.converse import take_turn
from handlers.strangers import welcome
from storage import adjusted_days
from storage.database import Database, open_database

log = logging.getLogger(__name__)

# Stopping: 4 s for what travels to arrive (delivery.LAST_SECONDS), 5 s for the web server's open answers, the rest is instant.
# A supervisor should wait longer than this before it kills: systemd's default of 90 s does.
STOP_BUDGET_SECONDS = 12.0


def utc_now() -> datetime:
    return datetime.now(UTC)


class App:
    """The running office. `start`, then `run` until told to stop, then `stop`; `async with` does the first and the last."""

    database: Database

    def __init__(self, config: Config, *, now: Callable[[], datetime] = utc_now, handle: TakeTurn = take_turn) -> None:
        """`now` and `handle` are what a test may bring along; the office uses the clock and `take_turn`."""
        self.config = config
        self.office = office_from(config)
        self._now = now
        self._handle = handle
        self._stack = AsyncExitStack()
        self._loops: list[asyncio.Task[None]] = []
        self.channels: dict[str, Channel] = {}
        self.lanes: dict[str, Delivery] = {}

    # ── starting ────────────────────────────────────────────────────────────────────────────────────────────────────

    async def start(self) -> None:
        """Start every part in order. Raises what a part raises, after undoing what had started."""
        try:
            await self._start()
        except BaseException:
            await self._stack.aclose()
            raise

    async def _start(self) -> None:
        lock = ProcessLock(self.config.storage.path)
        lock.take()
        self._stack.callback(lock.release)
        self.database = await open_database(self.config.storage.path)
        self._stack.push_async_callback(self.database.close)
        self.folder = MediaFolder(self.config.storage.media_folder)
        await self._rules()
        self.intake = Intake(
            self.database,
            lambda: self.office,
            self._handle,
            self._now,
            answered=self.wake_lanes,
            fetch=lambda: self._media_wanted(),
            planned=lambda: self.reminding.wake(),
        )
        await self.intake.start()
        self._make_channels()
        self.office = replace(
            self.office, rates={name: each.limits.messages_per_second for name, each in self.channels.items()}
        )
        self.fetching = Fetching(self.channels, self.database, self.folder, self._now, fetched=self._media_came)
        self.importing = Importing(self.database, self.folder, lambda: self.office, self._now, imported=self.wake_lanes)
        for channel in self.channels.values():
            await channel.start()
            self._stack.push_async_callback(channel.stop)
        self.clock = Clock(
            self.office,
            self._now,
            hourly={"housekeeping": self._housekeeping, "rules": self._rules},
            minutely={"calendar": self._calendar},
            wake=self._wake_all,
        )
        self.reminding = Reminding(
            self.database,
            lambda: self.office,
            self._now,
            fired=self.wake_lanes,
            wake_at=lambda moment: self.clock.wake_at(moment, self.reminding.wake),
        )
        if self.config.web.enabled:
            await self._start_web()
        self._start_loops()

    def _make_channels(self) -> None:
        """Adding a channel is one file and one line here, besides its settings (README, Adding to it)."""
        config = self.config
        if config.web.enabled:
            self._add(self._web_channel())
        if config.telegram.enabled:
            self._add(TelegramChannel(config.telegram, self.intake.receive, self._now))
        if config.wecom.enabled:
            self._add(WecomChannel(config.wecom, self.intake.receive, self._now, lambda: welcome(self.office)))

    def _web_channel(self) -> WebChannel:
        free_bytes = self.config.storage.minimum_free_megabytes * 1024 * 1024
        parts = (self.config.web, self.office, self.database, self.folder, self.intake.receive, self._now)
        return WebChannel(*parts, minimum_free_bytes=free_bytes)

    def _add(self, channel: Channel) -> None:
        self.channels[channel.name] = channel
        self.lanes[channel.name] = Delivery(
            channel,
            self.database,
            self.folder,
            self._now,
            workers=self.config.delivery.workers,
            give_up_hours=self.config.delivery.give_up_hours,
        )

    async def _start_web(self) -> None:
        routes = [Route("/healthz", self._healthz)]
        for channel in self.channels.values():
            routes += channel.routes()
        endless = [each.streams.end_all for each in self.channels.values() if isinstance(each, WebChannel)]
        webhook = urlsplit(self.config.telegram.webhook_url).hostname
        self.web = WebServer(self.config.web, routes, stopping=endless, names=[webhook] if webhook else [])
        await self.web.start()
        self._stack.push_async_callback(self.web.stop)
        if (
            not self.config.web.public_url and not self.config.web.port
        ):  # whichever port was free: links must lead to it
            web = self.config.web.model_copy(update={"port": self.web.port})
            self.office = replace(self.office, web_address=web.address)
        self._own("web", self.web.run())

    def _start_loops(self) -> None:
        self.clock.start()
        self._stack.callback(self.clock.stop)
        self._stack.push_async_callback(self._stop_loops)
        self._own("intake", self.intake.run())
        self._own("fetching", self.fetching.run())
        self._own("importing", self.importing.run())
        self._own("reminders", self.reminding.run())
        for name, channel in self.channels.items():
            self._own(f"delivery {name}", self._deliver(self.lanes[name]))
            self._own(f"listen {name}", channel.listen())

    async def _deliver(self, lane: Delivery) -> None:
        await self.reminding.caught_up()
        await lane.run()

    def _own(self, name: str, loop: Coroutine[Any, Any, None]) -> None:
        self._loops.append(asyncio.create_task(loop, name=name))

    # ── running ─────────────────────────────────────────────────────────────────────────────────────────────────────

    async def run(self, stop: asyncio.Event) -> None:
        """Run until `stop` is set. Raises what a loop raised, or RuntimeError when one ended by itself."""
        stopping = asyncio.create_task(stop.wait())
        done, _ = await asyncio.wait([stopping, *self._loops], return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        for task in done - {stopping}:
            task.result()
            raise RuntimeError(f"the loop {task.get_name()!r} ended by itself")

    def _wake_all(self) -> None:
        self.intake.wake()
        self._media_wanted()
        self.reminding.wake()
        self.wake_lanes()

    def _media_wanted(self) -> None:
        """There may be bytes to fetch, or a file to read that is here already."""
        self.fetching.wake()
        self.importing.wake()

    def _media_came(self) -> None:
        """Bytes have come that a letter, or a file to be read, has waited for."""
        self.importing.wake()
        self.wake_lanes()

    def wake_lanes(self) -> None:
        """There may be something to send."""
        for lane in self.lanes.values():
            lane.wake()

    # ── stopping ────────────────────────────────────────────────────────────────────────────────────────────────────

    async def stop(self) -> None:
        """Stop every part in reverse, within STOP_BUDGET_SECONDS. What did not get done is done at the next start."""
        async with asyncio.timeout(STOP_BUDGET_SECONDS):
            await self._stack.aclose()
        log.info("stopped")

    async def _stop_loops(self) -> None:
        """Listening and turns end first, then sending, which writes down what had left."""
        web = [each for each in self._loops if each.get_name() == "web"]
        loops = [each for each in self._loops if each not in web]
        for task in loops:
            task.cancel()
        for task, outcome in zip(loops, await asyncio.gather(*loops, return_exceptions=True), strict=True):
            if isinstance(outcome, Exception):
                log.error("a loop did not stop in order", exc_info=outcome, extra={"loop": task.get_name()})
        self._loops = web

    async def __aenter__(self) -> "App":
        await self.start()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.stop()

    # ── looking after itself ────────────────────────────────────────────────────────────────────────────────────────

    async def _housekeeping(self) -> Counts:
        days = self.config.storage.keep_messages_days
        return await housekeeping(self.database, self.folder, self.office, days, self._now())

    async def _calendar(self) -> Counts:
        """Take in the official list if it was imported since; then what runs is computed anew."""
        return await self._recompute() if await self._learn_calendar() else {}

    async def _rules(self) -> Counts:
        """At the start, and every hour: hold what runs against the rules and the calendar as they are, and plan what belongs to the year."""
        await self._learn_calendar()
        return await self._recompute()

    async def _learn_calendar(self) -> bool:
        """Take over 放假 and 调休 from the table; return whether that changed anything."""
        async with self.database.read() as tx:
            days = await adjusted_days.all_days(tx)
        before, calendar = self.office.calendar, office_from(self.config).calendar.with_adjusted(days)
        self.office = replace(self.office, calendar=calendar)
        return calendar != before

    async def _recompute(self) -> Counts:
        async with self.database.write() as tx:
            act = Act(tx, self.office, self._now())
            await reminders.plan_missing_calendar(act)
            await plan_ahead(act)
            return await clocks.recompute(act)

    async def _healthz(self, request: Request) -> JSONResponse:
        pulses: list[Pulse] = [self.intake.pulse, self.fetching.pulse, self.importing.pulse]
        pulses += [self.clock.pulse, self.reminding.pulse]
        pulses += [lane.pulse for lane in self.lanes.values()] + [each.pulse for each in self.channels.values()]
        free = self.config.storage.minimum_free_megabytes
        report = await health(self.database, pulses, self.config.storage.path.parent, free, self._now)
        return JSONResponse(report, 200 if report["ok"] else 503)

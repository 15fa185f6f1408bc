"""`python -m bench.lane FILE SENDS ANSWERS`: one lane in a process of its own sends so many letters of a file, and says what it took.

The channel takes everything at once, so what is measured is ours: looking, marking, committing. ANSWERS are added first, for accounts 1
and on. It prints one JSON object: seconds and CPU seconds a letter, resident bytes before the lane looked and the most it came to.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import inf
from pathlib import Path
from time import monotonic, perf_counter, process_time

from starlette.routing import Route

from bot.channels.channel import Fetched, Limits, Outgoing, Refused
from bot.delivery import Delivery
from bot.media_folder import MediaFolder
from bot.pulse import Pulse
from storage import outbox
from storage.database import Database, open_database
from storage.media import Medium

CHANNEL = "telegram"
WORKERS = 16  # as config.toml has it
UNLIMITED = Limits(4096, inf, inf, 0)


@dataclass
class Taker:
    """A channel that takes every message at once and remembers when."""

    limits: Limits
    awaited: int  # `enough` is set when so many have come
    name: str = CHANNEL
    pulse: Pulse = field(default_factory=lambda: Pulse(CHANNEL))
    took: list[tuple[float, int | None]] = field(default_factory=list)  # when, and what it answers
    enough: asyncio.Event = field(default_factory=asyncio.Event)

    def routes(self) -> list[Route]:
        return []

    async def start(self) -> None:
        return

    async def listen(self) -> None:
        await asyncio.Event().wait()

    async def stop(self) -> None:
        return

    async def send(self, outgoing: Outgoing) -> str:
        self.took.append((monotonic(), outgoing.answers))
        if len(self.took) == self.awaited:
            self.enough.set()
        return str(len(self.took))

    async def edit(self, outgoing: Outgoing, external_id: str) -> None:
        raise Refused("nothing is edited here")

    def noted(self, account_ids: Collection[int]) -> None:
        return

    async def fetch(self, medium: Medium) -> Fetched:
        raise Refused("nothing is fetched here")

    async def check(self) -> str:
        return "a channel that takes everything"


def utc_now() -> datetime:
    return datetime.now(UTC)


def lane_of(channel: Taker, database: Database, folder: Path) -> Delivery:
    return Delivery(channel, database, MediaFolder(folder), utc_now, workers=WORKERS, give_up_hours=24)


async def answer(database: Database, accounts: Collection[int]) -> None:
    """Write an answer to each of these accounts; what it answers is its account's number."""
    async with database.write() as tx:
        for each in accounts:
            outbox.add(tx, each, "记下了。", utc_now(), answers=each)


def _peak_bytes() -> int:
    """Return the most this process was resident with. Not `ru_maxrss`: that one remembers the process it was forked from."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


async def _send(path: Path, sends: int, answers: int) -> dict[str, float]:
    database = await open_database(path)
    channel = Taker(UNLIMITED, sends)
    await answer(database, range(1, answers + 1))
    before, begun, cpu = _peak_bytes(), perf_counter(), process_time()
    running = asyncio.create_task(lane_of(channel, database, path.parent).run())
    await channel.enough.wait()
    taken, worked = perf_counter() - begun, process_time() - cpu
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await database.close()
    return {"seconds": taken / sends, "cpu": worked / sends, "before": before, "most": _peak_bytes()}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_send(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))))

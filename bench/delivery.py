"""`python -m bench delivery`: what a queue costs that is a thousand times longer, and what somebody who writes now waits while a notice runs.

queued    a lane in a process of its own sends 200 of 1,000 and of 1,000,000 letters that wait: all due now, or all held until later
          while 200 answers are
limit     a channel that takes 30 a second: the share of that which a notice reaches, CPU a message, and how long an answer takes from
          its commit to the channel, while the notice runs and while nothing does
"""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from time import monotonic, process_time

from bench.lane import CHANNEL, Taker, answer, lane_of, utc_now
from bot.channels.channel import Limits
from storage.database import Database, open_database
from storage.times import to_text

FEW, MANY = 1_000, 1_000_000
SENDS = 200
CAP = 30.0  # messages a second, as Telegram's
FIRST_SECONDS = 2.0  # not counted: the burst at the beginning is not what a notice is like
LIMIT_SECONDS = 8.0
LAST_SECONDS = 1.0  # for the last answers
ANSWER_EVERY_SECONDS = 0.2

NUMBERS = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
ACCOUNTS = f"INSERT INTO accounts (channel, address, created_at) {NUMBERS} SELECT '{CHANNEL}', i, ? FROM n"
LETTERS = f"""
INSERT INTO outbox (account_id, channel, priority, text, made_at, not_before)
{NUMBERS} SELECT i, '{CHANNEL}', 5, '明天上午八点到十二点停水，请提前储水。', ?, ? FROM n"""


async def make(path: Path, queued: int, *, held: bool, people: int = 0) -> None:
    """Write a file with so many letters that wait, each of another account; `people` more accounts wait for nothing."""
    now = utc_now()
    leaves = now + timedelta(days=1) if held else now
    database = await open_database(path)
    async with database.write() as tx:
        await tx.run(ACCOUNTS, max(queued + people, SENDS), to_text(now))
        if queued:
            await tx.run(LETTERS, queued, to_text(now), to_text(leaves))
    await database.close()


# ── queued ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Cost:
    """What one letter cost, and what the process came to."""

    seconds: float
    cpu: float
    grown: float  # bytes of memory while it sent
    most: float  # resident bytes


def cost(path: Path, answers: int) -> Cost:
    """Let a process send SENDS letters of a file. Raises CalledProcessError."""
    command = [sys.executable, "-m", "bench.lane", str(path), str(SENDS), str(answers)]
    said = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return Cost(said["seconds"], said["cpu"], said["most"] - said["before"], said["most"])


Costs = Mapping[str, list[tuple[Cost, Cost]]]  # by row, in each round with few and with many


def play_queued(directory: Path, rounds: int) -> Costs:
    played: dict[str, list[tuple[Cost, Cost]]] = {"due now": [], "held until later": []}
    paths = {(name, queued): directory / f"{name}-{queued}.db" for name in played for queued in (FEW, MANY)}
    for (name, queued), path in paths.items():
        print(f"queueing {queued:,}, {name}", file=sys.stderr, flush=True)
        asyncio.run(make(path, queued, held=name != "due now"))
    for number in range(rounds):
        for name, pairs in played.items():
            answers = 0 if name == "due now" else SENDS
            pairs.append((cost(paths[name, FEW], answers), cost(paths[name, MANY], answers)))
        print(f"round {number + 1}  queued", file=sys.stderr, flush=True)
    return played


# ── limit ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Told:
    """How a channel with a limit was used in LIMIT_SECONDS."""

    messages: int
    cpu: float  # seconds a message
    waits: Sequence[float]  # seconds from the commit of each answer until the channel had it

    @property
    def share(self) -> float:
        return self.messages / (CAP * LIMIT_SECONDS)


async def limited(path: Path) -> Told:
    """Run a lane with a limit on a file, and answer somebody else every now and then."""
    database = await open_database(path)
    channel = Taker(Limits(4096, CAP, 1, 0), 0)
    lane = lane_of(channel, database, path.parent)
    running = asyncio.create_task(lane.run())
    await asyncio.sleep(FIRST_SECONDS)
    already, cpu, ends = len(channel.took), process_time(), monotonic() + LIMIT_SECONDS
    asked = await _people_write(database, lane.wake, ends)
    await asyncio.sleep(max(0.0, ends - monotonic()))
    messages, worked = len(channel.took) - already, process_time() - cpu
    await asyncio.sleep(LAST_SECONDS)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await database.close()
    heard = {answers: moment for moment, answers in channel.took if answers is not None}
    return Told(messages, worked / max(1, messages), [heard[account] - moment for account, moment in asked.items()])


async def _people_write(database: Database, wake: Callable[[], None], ends: float) -> dict[int, float]:
    """Return when the answer to each account was on the disk."""
    asked = {}
    async with database.read() as tx:
        [(account,)] = await tx.all("SELECT max(id) FROM accounts")
    while monotonic() < ends:
        await answer(database, [account])
        asked[account] = monotonic()
        wake()
        account -= 1
        await asyncio.sleep(ANSWER_EVERY_SECONDS)
    return asked


def play_limited(directory: Path, rounds: int) -> dict[str, list[Told]]:
    """A file each time: what is sent once is gone."""
    played: dict[str, list[Told]] = {"notice": [], "nothing else": []}
    for number in range(rounds):
        for name, told in played.items():
            path = directory / f"limited-{name}-{number}.db"
            asyncio.run(make(path, 10_000 if name == "notice" else 0, held=False, people=SENDS))
            told.append(asyncio.run(limited(path)))
        print(f"round {number + 1}  limit", file=sys.stderr, flush=True)
    return played


# ── tables ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def measure(directory: Path, rounds: int) -> str:
    """Make the files in this directory, play all rounds and return the tables. Raises CalledProcessError."""
    return f"{render_queued(play_queued(directory, rounds))}\n\n{render_limited(play_limited(directory, rounds))}"


def render_queued(played: Costs) -> str:
    """Return the table: medians, and of the times the median of the rounds' own ratios."""
    lines = [f"{'queued':<26}{FEW:>14,}{MANY:>14,}        x"]
    for name, pairs in played.items():
        for what, of, unit in (
            ("ms a letter", "seconds", 1e3),
            ("CPU ms a letter", "cpu", 1e3),
            ("memory MB", "most", 1e-6),
        ):
            few, many = ([getattr(each[side], of) * unit for each in pairs] for side in (0, 1))
            ratio = statistics.median(large / small for small, large in zip(few, many, strict=True))
            row = f"{name}, {what}"
            lines.append(f"{row:<33}{statistics.median(few):>7.2f}{statistics.median(many):>14.2f}{ratio:>9.2f}")
    return "\n".join(lines)


def render_limited(played: Mapping[str, Sequence[Told]]) -> str:
    lines = [f"{CAP:.0f} a second at most      share of it  CPU ms a message  answer p50 ms   p99 ms"]
    for name, rounds in played.items():
        waits = sorted(wait for told in rounds for wait in told.waits)
        share = statistics.median(told.share for told in rounds)
        cpu = statistics.median(told.cpu for told in rounds) * 1000
        middle, last = (waits[int(len(waits) * part)] * 1000 for part in (0.5, 0.99))
        lines.append(f"{name:<24}{share:>10.1%}{cpu:>18.2f}{middle:>15.1f}{last:>9.1f}")
    return "\n".join(lines)

"""One run: one contender, one server, a fixed number of turns."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bench.contenders import Contender
from bench.processes import Bot, Cores, Server


@dataclass(frozen=True)
class Load:
    users: int
    warmup: int  # turns before the window
    turns: int  # turns in the window
    loop: str  # uvloop or asyncio
    delay_ms: float  # how long updates travel to the bot


@dataclass(frozen=True)
class Run:
    """What one run gave. Times are seconds."""

    turns_per_second: float
    cpu_per_turn: float
    first_reply_after: float
    resident_megabytes: float
    # Share of the window in which each was at work. A bot well under 1 was waiting, or shared its core with a stranger;
    # with a server near 1, the server was measured, not the bot.
    bot_busy: float
    server_busy: float
    updates_per_poll: float


async def measure(contender: Contender, load: Load, cores: Cores, data_dir: Path, first_user: int) -> Run:
    """Play `load` against the contender. Raises RunError; leaves no process behind."""
    server = await Server.start(
        cores.server, contender.server, _server_arguments(contender, load, data_dir, first_user)
    )
    try:
        port = (await server.event())["port"]
        arguments = ["--base-url", f"http://127.0.0.1:{port}", "--data-dir", str(data_dir), "--loop", load.loop]
        bot = await Bot.start(cores.bot, contender.module, arguments, data_dir / "bench.log")
        try:
            return await _watch(bot, server, load.turns * contender.turns_factor)
        finally:
            await bot.stop()
    finally:
        await server.stop()


async def _watch(bot: Bot, server: Server, turns: int) -> Run:
    first = await bot.while_alive(server)
    opened = await bot.while_alive(server)
    cpu_before = bot.cpu_seconds()
    closed = await bot.while_alive(server)
    cpu = bot.cpu_seconds() - cpu_before
    window = closed["at"] - opened["at"]
    return Run(
        turns_per_second=turns / window,
        cpu_per_turn=cpu / turns,
        first_reply_after=first["at"] - bot.started_at,
        resident_megabytes=bot.resident_megabytes(),
        bot_busy=cpu / window,
        server_busy=(closed["cpu"] - opened["cpu"]) / window,
        updates_per_poll=(closed["updates"] - opened["updates"]) / max(1, closed["polls"] - opened["polls"]),
    )


def _server_arguments(contender: Contender, load: Load, data_dir: Path, first_user: int) -> list[str]:
    given = {
        "script": contender.script,
        "users": load.users,
        "first-user": first_user,
        "warmup": load.warmup,
        "turns": load.turns * contender.turns_factor,
        "delay-ms": load.delay_ms,
        "data-dir": data_dir,
    }
    return [part for name, value in given.items() for part in (f"--{name}", str(value))]

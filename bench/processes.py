"""Starting, pinning, weighing and stopping the two processes of a run."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
STOP_SECONDS = 10
# The longest silence of the server, between two of its events, before a run is given up.
SILENCE_SECONDS = 180


class RunError(Exception):
    """A contender broke, answered wrongly, or never finished; the text says which."""


@dataclass(frozen=True)
class Cores:
    """A core for the bot and another for the server (and the harness), or None on a machine with one."""

    bot: int | None
    server: int | None


def choose_cores() -> Cores:
    usable = sorted(os.sched_getaffinity(0))
    return Cores(usable[0], usable[1]) if len(usable) >= 2 else Cores(None, None)


@contextmanager
def pinned_to(core: int | None) -> Iterator[None]:
    """Processes started inside run on this core, with all threads they start, from their first instruction."""
    before = os.sched_getaffinity(0)
    if core is not None:
        os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


class Server:
    """The loopback server's process and what it reports."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(cls, core: int | None, module: str, arguments: list[str]) -> Server:
        with pinned_to(core):
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", module, *arguments, cwd=ROOT, stdout=asyncio.subprocess.PIPE
            )
        return cls(process)

    async def event(self) -> dict[str, Any]:
        """Return what the server reports next. Raises RunError if it ends, or says that an answer was wrong."""
        assert self._process.stdout is not None
        line = await self._process.stdout.readline()
        if not line:
            raise RunError("the loopback server ended")
        event: dict[str, Any] = json.loads(line)
        if event["event"] == "wrong":
            raise RunError(f"a wrong answer: {event['detail']}")
        return event

    async def stop(self) -> None:
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()


class Bot:
    """A contender's process. Its output goes to `log`, and is shown only if it breaks."""

    def __init__(self, process: asyncio.subprocess.Process, log: Path, started_at: float) -> None:
        self._process = process
        self._log = log
        self.started_at = started_at  # CLOCK_MONOTONIC, just before the process was made

    @classmethod
    async def start(cls, core: int | None, module: str, arguments: list[str], log: Path) -> Bot:
        with pinned_to(core), log.open("wb") as output:
            started_at = time.monotonic()
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", module, *arguments, cwd=ROOT, env=_environment(), stdout=output, stderr=output
            )
        return cls(process, log, started_at)

    def cpu_seconds(self) -> float:
        """User and system time so far, of all threads, in steps of 10 ms."""
        # https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html: fields 14 and 15; the name may hold spaces.
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident_megabytes(self) -> float:
        for line in Path(f"/proc/{self._process.pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Rss:"):
                return int(line.split()[1]) / 1024
        raise RunError("the kernel does not tell the bot's memory")

    async def while_alive(self, server: Server) -> dict[str, Any]:
        """Return the server's next event. Raises RunError if the bot ends first, or nothing is heard for long."""
        event = asyncio.ensure_future(server.event())
        ended = asyncio.ensure_future(self._process.wait())
        try:
            done, _ = await asyncio.wait({event, ended}, timeout=SILENCE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            if event in done:
                return event.result()
            what = "nothing happened for too long" if not done else f"it ended, status {self._process.returncode}"
            raise RunError(what)
        except RunError as failure:
            raise RunError(f"{failure}\n{self._last_words()}") from failure
        finally:
            event.cancel()
            ended.cancel()

    async def stop(self) -> None:
        """Ask it to end, and see that it does. Raises RunError if it has to be killed, or ended badly."""
        if self._process.returncode is None:
            self._process.terminate()
        try:
            status = await asyncio.wait_for(self._process.wait(), STOP_SECONDS)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
            raise RunError(f"it did not end within {STOP_SECONDS} s of SIGTERM\n{self._last_words()}") from None
        if status not in (0, -signal.SIGTERM):
            raise RunError(f"it ended with status {status}\n{self._last_words()}")

    def _last_words(self) -> str:
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-15:])


def _environment() -> dict[str, str]:
    # Libraries are compiled when they are installed; a program of this checkout must be able to keep its bytecode too.
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}

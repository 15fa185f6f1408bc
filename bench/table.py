"""What is printed: the machine, the table, and the two things that would make the table wrong."""

from __future__ import annotations

import os
import platform
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path

from bench.contenders import AIOGRAM_REFERENCE, PTB_REFERENCE
from bench.measure import Load, Run

Results = dict[str, list[Run]]
# A bot on a core of its own, with 200 people waiting, has no other reason to rest.
BUSY_ENOUGH = 0.9

HEADINGS = (
    "",
    "turns/s median (min-max)",
    "x aiogram form",
    "x ptb form",
    "CPU ms/turn",
    "memory MB",
    "first reply s",
    "updates/poll",
    "busy: bot, server",
)


def machine(data_root: Path, libraries: Sequence[str] = ("python-telegram-bot", "aiogram", "uvloop")) -> str:
    """Return one line on what the figures depend on; nothing that tells whose machine it is."""
    programs = [f"Python {platform.python_version()}", f"SQLite {sqlite3.sqlite_version}"]
    programs += [f"{name} {version(name)}" for name in libraries]
    fsync = _fsync_seconds(data_root) * 1000
    return f"{os.cpu_count()} cores, {', '.join(programs)}; one fsync of 4 KiB here: {fsync:.2f} ms"


def conditions(load: Load, rounds: int, pinned: bool) -> str:
    where = "bot on one core, server on another" if pinned else "NOT pinned, one core for both: read only the ratios"
    return (
        f"{load.users} people, {load.warmup} turns of warm-up, {load.turns} counted, {rounds} interleaved rounds, "
        f"{load.loop} for all, "
        f"updates travel {load.delay_ms:g} ms; {where}"
    )


def render(results: Results) -> str:
    """Return the table, one row for each contender with at least one run, in the order they were given."""
    rows = [HEADINGS, *(_row(name, runs, results) for name, runs in results.items() if runs)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    return "\n".join(_line(row, widths) for row in rows)


def doubts(results: Results) -> str:
    """Return a sentence on the rates that say less than they seem to; empty if there are none."""
    idle = [name for name, runs in results.items() if runs and _median(runs, lambda run: run.bot_busy) < BUSY_ENOUGH]
    if not idle:
        return ""
    return (
        f"At work for less than {BUSY_ENOUGH:.0%} of the time: {', '.join(idle)}. They waited (for the disk or the "
        "server), or strangers used the machine; then the rates, not CPU ms/turn, are too low."
    )


def _line(row: tuple[str, ...], widths: list[int]) -> str:
    first, *others = (cell.rjust(width) for cell, width in zip(row, widths, strict=True))
    return "  ".join((first.strip().ljust(widths[0]), *others)).rstrip()


def _row(name: str, runs: list[Run], results: Results) -> tuple[str, ...]:
    rates = [run.turns_per_second for run in runs]
    return (
        name,
        f"{statistics.median(rates):,.0f} ({min(rates):,.0f}-{max(rates):,.0f})",
        _ratio(runs, results.get(AIOGRAM_REFERENCE, [])),
        _ratio(runs, results.get(PTB_REFERENCE, [])),
        f"{_median(runs, lambda run: run.cpu_per_turn) * 1000:.2f}",
        f"{_median(runs, lambda run: run.resident_megabytes):.0f}",
        f"{_median(runs, lambda run: run.first_reply_after):.2f}",
        f"{_median(runs, lambda run: run.updates_per_poll):.1f}",
        f"{_median(runs, lambda run: run.bot_busy):.0%}, {_median(runs, lambda run: run.server_busy):.0%}",
    )


def _ratio(runs: list[Run], reference: list[Run]) -> str:
    # The median of the rounds' own ratios: a round in which the machine was slow was slow for both.
    if len(runs) != len(reference):
        return "-"
    pairs = zip(runs, reference, strict=True)
    return f"{statistics.median(run.turns_per_second / other.turns_per_second for run, other in pairs):.2f}"


def _median(runs: list[Run], figure: Callable[[Run], float]) -> float:
    return statistics.median(figure(run) for run in runs)


def _fsync_seconds(directory: Path) -> float:
    taken = []
    with tempfile.TemporaryFile(dir=directory) as file:
        for _ in range(30):
            file.write(b"\0" * 4096)
            file.flush()
            begun = time.perf_counter()
            os.fsync(file.fileno())
            taken.append(time.perf_counter() - begun)
    return statistics.median(taken)

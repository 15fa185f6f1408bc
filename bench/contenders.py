"""Who is measured: one line each. Adding one is a program that takes the three arguments below and a line here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

# Fills a data directory before the clock starts: the directory, and the chat ids of the people who will talk.
Prepare = Callable[[Path, range], None]


@dataclass(frozen=True)
class Contender:
    """A program under measurement.

    It is started as `python -m MODULE --base-url http://127.0.0.1:PORT --data-dir DIR --loop uvloop|asyncio`, in the
    directory that holds `bench/`, pinned to its core with every thread it starts. It needs no sign of readiness: the
    first right answer is one. It must be one process (children are not counted), and end within 10 seconds of SIGTERM
    with status 0 or by that signal.
    """

    name: str
    module: str
    script: str  # of bench/users.py: what its people say and must hear
    prepare: Prepare | None = None
    # Plays so many times the turns of the others: its window would else be too short to read.
    turns_factor: int = 1
    server: str = "bench.server"  # the program that plays its channel and the people on it
    # Each round has people of its own. Normally it also has an empty directory; a contender whose directory is dear
    # to fill keeps one for all rounds, prepared once, for the people of all rounds.
    keeps_data: bool = False


RIVALS = (
    Contender("raw echo", "bench.rivals.raw", "echo", turns_factor=10),
    Contender("plain aiohttp echo", "bench.rivals.plain_aiohttp", "echo", turns_factor=3),
    Contender("ptb echo", "bench.rivals.ptb_echo", "echo"),
    Contender("ptb form", "bench.rivals.ptb_form", "form"),
    Contender("ptb form pickle", "bench.rivals.ptb_form_pickle", "form"),
    Contender("aiogram echo", "bench.rivals.aiogram_echo", "echo"),
    Contender("aiogram form", "bench.rivals.aiogram_form", "form"),
)

# The two that ours is set against; both keep everything in memory.
PTB_REFERENCE = "ptb form"
AIOGRAM_REFERENCE = "aiogram form"

"""The office in a process of its own, which kills itself at a step of the way of a message.

Nothing of ours is patched: a profile function watches how our functions are entered and left, and sends SIGKILL.
"""

import asyncio
import dis
import os
import re
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any, Literal

from bot import logs
from bot.app import App
from bot.config import Config
from bot.intake import TakeTurn
from handlers.converse import take_turn
from handlers.office import Office
from storage.accounts import Visitor
from storage.database import Tx
from storage.inbox import Message

FIRST_STEP = "bot.intake:Intake.receive"  # a message stands at the door


@dataclass(frozen=True)
class Step:
    """A place in the code: where the named function is entered, left by return, or calls a function written in C.

    `having` narrows it to where a local variable has that text in it (in any case), as ("sql", "COMMIT"), or to the C function
    of that name, as ("calls", "fsync"). `nth` counts from the moment on when the function `since` is entered.
    """

    event: Literal["enter", "leave", "calls"]
    place: str  # module:qualified.name, as a regular expression
    having: tuple[str, str] | None = None
    nth: int = 1
    since: str = FIRST_STEP

    def is_at(self, frame: FrameType, event: str, argument: Any) -> bool:
        if not _is_place(self.place, str(frame.f_globals.get("__name__")), frame.f_code.co_qualname):
            return False
        if self.event == "calls":
            return event == "c_call" and self.having == ("calls", argument.__name__)
        if self.having is not None:
            local, text = self.having
            if text.lower() not in str(frame.f_locals.get(local, "")).lower():
                return False
        return _is_entered(frame, event) if self.event == "enter" else _is_left(frame, event)


@cache
def _is_place(place: str, module: str, name: str) -> bool:
    return re.fullmatch(place, f"{module}:{name}") is not None


def _is_entered(frame: FrameType, event: str) -> bool:
    """A coroutine is "called" again after each await; only the first time its RESUME has the operand 0."""
    return event == "call" and frame.f_code.co_code[frame.f_lasti + 1] & 3 == 0


def _is_left(frame: FrameType, event: str) -> bool:
    """A coroutine "returns" at each await, and an exception "returns" as well; neither does so by a RETURN instruction."""
    return event == "return" and dis.opname[frame.f_code.co_code[frame.f_lasti]].startswith("RETURN")


@dataclass(frozen=True)
class Orders:
    """What a child is told. It can be pickled."""

    config: Config
    ahead: timedelta  # how far the office's clock is ahead of the real one
    log: Path
    dies_at: Step | None = None
    deadly_words: str | None = None  # words whose turn ends the process, as a bug in a library written in C might


def run(orders: Orders) -> None:
    """Be the office until SIGTERM, or until the step at which to die."""
    log = os.open(orders.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 2)
    logs.configure("INFO", as_json=False)
    asyncio.run(_office(orders))


async def _office(orders: Orders) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    app = App(orders.config, now=lambda: datetime.now(UTC) + orders.ahead, handle=_handle(orders.deadly_words))
    if orders.dies_at is not None:
        _die_at(orders.dies_at)
    async with app:
        await app.run(stop)


def _handle(deadly_words: str | None) -> TakeTurn:
    async def handle(tx: Tx, office: Office, visitor: Visitor, message: Message, now: datetime) -> None:
        await take_turn(tx, office, visitor, message, now)
        if message.words == deadly_words:
            _die()

    return handle


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _die_at(step: Step) -> None:
    watching = _watching(step)
    threading.setprofile(watching)
    sys.setprofile(watching)


def _watching(step: Step) -> Callable[[FrameType, str, Any], None]:
    first = Step("enter", step.since)
    counts = False
    left = step.nth

    def watch(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal counts, left
        counts = counts or first.is_at(frame, event, argument)
        if counts and step.is_at(frame, event, argument):
            left -= 1
            if left == 0:
                _die()

    return watch

"""Waiting in tests: for something to become true, and without waiting for a pause of the program to pass."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing

import pytest

from tests.office import TestOffice

CAP_SECONDS = 30.0  # only ends a test that would hang


async def eventually(predicate: Callable[[], bool]) -> None:
    """Wait until the predicate holds. Raises TimeoutError at the cap."""
    async with asyncio.timeout(CAP_SECONDS):
        while not predicate():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.003)


async def eventually_rows(office: TestOffice, sql: str, count: int) -> None:
    """Wait until the query finds so many rows: for what happens in the database without a word to anybody."""
    with closing(sqlite3.connect(office.config.storage.path)) as connection:
        await eventually(lambda: len(connection.execute(sql).fetchall()) == count)


class LoopClock:
    """The event loop's clock, which a test may put forward: every pause and time-out under way is then over at once.

    It is never put back: what runs at the test's end would wait for the old time to come. Each test has a loop of its own.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._ahead_seconds = 0.0
        real = loop.time
        pytest.MonkeyPatch().setattr(loop, "time", lambda: real() + self._ahead_seconds)

    def forward(self, seconds: float) -> None:
        self._ahead_seconds += seconds

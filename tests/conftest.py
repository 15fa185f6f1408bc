"""What every test may ask for."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.office import TestOffice, open_office
from tests.patience import LoopClock


def pytest_xdist_auto_num_workers() -> int:
    """Two workers a core, for most of a test's time is waiting for a process, a page or a disk."""
    return 2 * (os.cpu_count() or 1)


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[TestOffice]:
    """The office with its people known and agreed, on a loopback Telegram without limits of speed."""
    async with open_office(tmp_path) as opened:
        yield opened


@pytest.fixture
async def new_office(tmp_path: Path) -> AsyncIterator[TestOffice]:
    """The office with its roster, but nobody has an account yet."""
    async with open_office(tmp_path, bound=False) as opened:
        yield opened


@pytest.fixture
async def loop_clock() -> LoopClock:
    """The event loop's clock, for tests that must not wait for a pause of seconds."""
    return LoopClock(asyncio.get_running_loop())

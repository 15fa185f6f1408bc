"""What every test may ask for."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.office import TestOffice, open_office
from tests.patience import LoopClock


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

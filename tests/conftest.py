"""What every test may ask for."""

import asyncio
import importlib
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.office import TestOffice, open_office
from tests.patience import LoopClock

TESTS = Path(__file__).parent
MEMORY = Path("/dev/shm")  # noqa: S108 - of files that nobody else's program reads
ENOUGH_BYTES = 2 * 1024**3  # a container's own is often of 64 MB

# The offices' files lie in memory where it has room. Tests kill processes, not machines: what was written is there afterwards either way.
if "TMPDIR" not in os.environ and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free >= ENOUGH_BYTES:
    os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)

# How fast the machine is decides no test: without the library's deadline for an example and its health check by the clock.
settings.register_profile("unhurried", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")


def pytest_xdist_auto_num_workers() -> int:
    """Two workers a core, for most of a test's time is waiting for a process, a page or a disk."""
    return 2 * (os.cpu_count() or 1)


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """A worker that is to collect everything imports the test files first, each worker from another one on: what one has compiled,
    the others find, so that on a fresh machine each file is compiled once and not by every worker."""
    worker = getattr(session.config, "workerinput", None)
    if worker is None or session.config.args_source is not pytest.Config.ArgsSource.TESTPATHS:
        return
    files = sorted(TESTS.rglob("test_*.py"))
    first = len(files) * int(worker["workerid"].removeprefix("gw")) // worker["workercount"]
    for file in files[first:] + files[:first]:
        importlib.import_module(".".join(file.relative_to(TESTS.parent).with_suffix("").parts))


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

"""A reminder fires once, late rather than never, with the process killed between any two steps of it."""

import asyncio
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from tests.crash.child import Step
from tests.crash.memory import Memory, differences
from tests.crash.process import CAP_SECONDS
from tests.crash.story import Story, Told, told
from tests.office import TestOffice
from tests.telegram_server import Update
from tests.test_reporting import report

FIRST = "bot.reminding:fire_due"  # the clock has woken
COMMITS = "storage.database:Database._commit"
CALLS = "bot.channels.telegram_request:AiohttpRequest.do_request"
DOWN = timedelta(days=40)  # long enough for every limit of the case


async def _has_a_case(office: TestOffice) -> None:
    await report(office)
    await office.zhao.presses("查看")
    await office.zhao.presses("接手")


def _nothing(office: TestOffice) -> Update:
    raise LookupError("in this story only time goes on")


WAITS = Story("waits", _has_a_case, _nothing)


def step(event: str, place: str, having: tuple[str, str] | None = None, nth: int = 1) -> Step:
    return Step("enter" if event == "enter" else "leave", place, having, nth, since=FIRST)


PLACES = {
    "the clock wakes": step("enter", FIRST),
    "what is due is read": step("leave", "storage.reminders:due"),
    "the first is marked as fired": step("leave", "storage.reminders:done"),
    "the first has spoken": step("leave", "handlers.reminders:fire"),
    "the third has spoken": step("leave", "handlers.reminders:fire", nth=3),
    "before the COMMIT": step("enter", COMMITS),
    "after the COMMIT": step("leave", COMMITS),
    "the first letter sets out": step("enter", "bot.delivery:Delivery._travel"),
    "Telegram has taken the first": step("leave", CALLS, ("url", "sendMessage")),
}


def due(tale: Told) -> int:
    """How many reminders are due and have not fired, by the office's clock after the downtime."""
    moment = (tale.office.clock()).strftime("%Y-%m-%dT%H:%M:%S.999Z")
    sql = "SELECT count(*) FROM reminders WHERE state = 'waiting' AND due_at <= ?"
    with closing(sqlite3.connect(tale.office.config.storage.path, timeout=20)) as connection:
        return int(connection.execute(sql, (moment,)).fetchone()[0])


async def is_finished(tale: Told) -> None:
    """Start the office again after the downtime; it says what is due and stops in order."""
    async with tale.child() as again:
        await tale.polls()
        async with asyncio.timeout(CAP_SECONDS):
            while due(tale) or tale.memory.unfinished:  # noqa: ASYNC110 - it is another process
                await asyncio.sleep(0.02)
        again.is_told_to_stop()
        assert await again.ends() == 0, again.log


@pytest.fixture(scope="module")
def endings() -> dict[str, tuple[Memory, object]]:
    return {}


async def ending(endings: dict[str, tuple[Memory, object]], folder: Path) -> tuple[Memory, object]:
    """How it ends without a crash; told once."""
    if "end" not in endings:
        async with told(WAITS, folder / "ending") as tale:
            tale.office.clock.ahead += DOWN
            await is_finished(tale)
            endings["end"] = (tale.memory, tale.seen)
    return endings["end"]


@pytest.mark.parametrize("place", PLACES)
async def test_each_reminder_is_said_once_whenever_the_process_dies(
    place: str, tmp_path: Path, endings: dict[str, tuple[Memory, object]]
) -> None:
    (tmp_path / "ending").mkdir()
    (tmp_path / "crash").mkdir()
    memory, seen = await ending(endings, tmp_path)
    assert sum(seen.values()) > 5  # type: ignore[attr-defined]
    async with told(WAITS, tmp_path / "crash") as tale:
        tale.office.clock.ahead += DOWN
        async with tale.child(PLACES[place]) as child:
            await child.dies()
        marked = tale.left_behind.parts_marked - tale.before.parts_marked
        in_flight = tale.seen.total() - marked  # Telegram had taken them, and the dead process had not written it down
        await is_finished(tale)
        assert not differences(tale.memory.tables, memory.tables)
        assert seen <= tale.seen  # type: ignore[operator]
        twice = tale.seen - seen  # type: ignore[operator]
        assert twice.total() == in_flight

"""The process: it starts in order, tells how it is, refuses a second self, keeps house, and stops in order."""

import asyncio
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest

from bot.app import App
from bot.clock import DIALOG_DAYS, housekeeping
from bot.config import Config
from bot.web.server import WebAddressError
from storage.errors import AlreadyRunning
from tests.office import TestOffice


async def healthz(office: TestOffice) -> tuple[int, dict[str, object]]:
    async with aiohttp.ClientSession() as session, session.get(f"{office.app.web.address}/healthz") as answer:
        return answer.status, await answer.json()


async def test_it_tells_what_is_alive_and_what_lags(office: TestOffice) -> None:
    status, report = await healthz(office)
    assert status == 200 and report["ok"] is True
    loops = report["loops"]
    assert isinstance(loops, dict)
    assert {"intake", "fetching", "clock", "telegram", "web", "delivery web", "delivery telegram"} <= set(loops)
    assert report["inbox"] == {"waiting": 0, "oldest_seconds": 0.0, "parked": 0}


async def test_its_health_names_nobody(office: TestOffice) -> None:
    await office.wang.says("我家暖气三天不热了")
    _, report = await healthz(office)
    assert not any(secret in str(report) for secret in ("王老", "暖气", "1380000", office.telegram.token))


async def test_a_message_that_waits_too_long_makes_it_unwell(office: TestOffice) -> None:
    await office.wang.says("菜单")
    await office.writes(lambda tx: tx.run("UPDATE inbox SET state = 'parked'"))
    await office.writes(
        lambda tx: tx.run("UPDATE inbox SET state = 'waiting', received_at = '2026-01-01T00:00:00.000Z', starts = 0")
    )
    status, report = await healthz(office)
    assert status == 503 and report["ok"] is False


async def test_a_second_process_on_the_same_file_is_refused_and_told_why(office: TestOffice) -> None:
    second = App(office.config)
    with pytest.raises(AlreadyRunning, match="正由另一个进程使用"):
        await second.start()
    await office.wang.says("菜单")
    assert office.wang.sees("您要办什么")


async def test_when_a_part_cannot_start_those_before_it_are_undone(office: TestOffice, tmp_path: Path) -> None:
    taken = office.config.web.model_copy(update={"port": office.app.web.port})
    storage = office.config.storage.model_copy(update={"path": tmp_path / "other" / "other.db"})
    config: Config = office.config.model_copy(update={"web": taken, "storage": storage})
    with pytest.raises(WebAddressError, match="被别的程序占用"):
        await App(config).start()
    free = config.model_copy(update={"web": office.config.web})
    async with App(free):  # the lock and the database of the failed one are free again
        pass


async def test_it_goes_on_after_a_restart_in_the_middle_of_a_conversation(office: TestOffice) -> None:
    await office.wang.says("困难")
    await office.wang.presses("住房")
    await office.restarts()
    await office.wang.says("暖气三天不热了")
    await office.wang.presses("说完了")
    assert office.wang.sees("今天就要有人管")


async def test_a_loop_that_ends_by_itself_ends_the_process(office: TestOffice) -> None:
    running = asyncio.create_task(office.app.run(asyncio.Event()))
    next(each for each in asyncio.all_tasks() if each.get_name() == "intake").cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_it_runs_until_it_is_told_to_stop(office: TestOffice) -> None:
    stop = asyncio.Event()
    running = asyncio.create_task(office.app.run(stop))
    await office.wang.says("菜单")
    stop.set()
    await running


async def test_housekeeping_drops_old_drafts_and_forgets_what_is_past(office: TestOffice) -> None:
    await office.wang.says("困难")
    await office.wang.says("取消")
    office.clock.ahead = timedelta(hours=office.config.dialog.draft_hours + 1)
    counts = await housekeeping(office.database, office.app.folder, office.app.office, 400, office.clock())
    assert counts["drafts"] == 1 and counts["inbox"] == 0
    office.clock.ahead = timedelta(days=401 + DIALOG_DAYS)
    counts = await housekeeping(office.database, office.app.folder, office.app.office, 400, office.clock())
    assert counts["dialogs"] == 1 and counts["inbox"] == 2 and counts["outbox"] == 2
    assert not await office.rows("SELECT 1 FROM inbox UNION ALL SELECT 1 FROM outbox UNION ALL SELECT 1 FROM dialogs")


async def test_old_buttons_say_so_politely_when_their_dialog_is_long_forgotten(office: TestOffice) -> None:
    await office.wang.says("困难")
    old = office.wang.message
    await office.wang.says("取消")
    office.clock.ahead = timedelta(days=60)
    await housekeeping(office.database, office.app.folder, office.app.office, 400, office.clock())
    await housekeeping(office.database, office.app.folder, office.app.office, 400, office.clock() + timedelta(days=40))
    await office.wang.presses("住房", old)
    assert office.wang.sees("这是以前的按钮，已经不用了")
    assert office.wang.sees("您要办什么")

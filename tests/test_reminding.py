"""The clock of the running office: it wakes for what is due next, a reminder that raises stands in nobody's way, the calendar is taken in."""

import asyncio
from datetime import date, timedelta

from bot.health import health
from bot.reminding import Reminding
from storage import adjusted_days, reminders
from storage.adjusted_days import AdjustedDay
from storage.database import Database, connect
from tests.office import TestOffice
from tests.patience import eventually, eventually_rows
from tests.test_reporting import report


async def test_it_wakes_by_itself_for_the_next_reminder(office: TestOffice) -> None:
    await office.wang.says("我摔倒了")
    office.clock.ahead += timedelta(minutes=office.app.office.danger_repeat_minutes, seconds=-1)
    office.app.reminding.wake()  # it looks, finds nothing due, and asks the scheduler for the moment
    await eventually(lambda: office.zhao.sees("还没有人接手，请马上打电话核实"))
    await eventually(lambda: office.qian.sees("还没有人接手，请马上打电话核实"))


async def test_what_was_due_while_it_was_down_is_said_at_the_start(office: TestOffice) -> None:
    await report(office)
    office.zhao.looks_away()
    office.clock.ahead += timedelta(days=5)
    await office.restarts()
    await eventually(lambda: office.zhao.sees("还没有人接手"))
    await eventually(lambda: office.qian.sees("还没有人接手"))


async def test_a_reminder_that_raises_is_put_aside_and_the_others_are_said(office: TestOffice) -> None:
    await office.wang.says("我摔倒了")
    office.zhao.looks_away()
    await office.writes(lambda tx: reminders.set_due(tx, "nobody knows this", 1, 1, office.clock()))
    office.clock.ahead += timedelta(minutes=office.app.office.danger_repeat_minutes + 1)
    office.app.reminding.wake()
    await eventually(lambda: office.zhao.sees("还没有人接手"))
    await eventually_rows(office, "SELECT 1 FROM reminders WHERE state = 'failed'", 1)
    found = await health(office.database, [], office.folder, 0, office.clock)
    assert found["reminders"]["failed"] == 1


async def test_a_reminder_that_is_late_is_told_to_whoever_watches_the_watcher(office: TestOffice) -> None:
    await report(office)
    found = await health(office.database, [], office.folder, 0, lambda: office.clock() + timedelta(days=3))
    assert any("a reminder is" in each for each in found["troubles"])


async def test_trouble_with_the_file_lets_reminders_wait_and_loses_none(office: TestOffice) -> None:
    await office.wang.says("我摔倒了")
    await office.app.stop()
    office.clock.ahead += timedelta(minutes=office.app.office.danger_repeat_minutes + 1)
    path = office.config.storage.path
    database = Database(path, await connect(path, read_only=True), await connect(path, read_only=True))
    reminding = Reminding(database, lambda: office.app.office, office.clock, lambda: None, lambda moment: None)
    loop = asyncio.create_task(reminding.run())
    await eventually(lambda: reminding.pulse.reason is not None)
    loop.cancel()
    await asyncio.gather(loop, return_exceptions=True)
    await database.close()
    office.zhao.looks_away()
    await office.app.start()
    await eventually(lambda: office.zhao.sees("还没有人接手"))


async def test_an_imported_list_is_taken_in_while_it_runs_and_moves_the_promise(office: TestOffice) -> None:
    await report(office)
    day = date(2026, 12, 1)
    await office.writes(lambda tx: adjusted_days.replace_year(tx, 2026, {day: AdjustedDay(day, False, "停水")}))
    office.wang.looks_away()
    await office.app._calendar()
    office.app.wake_lanes()
    await office.settles()
    assert office.wang.sees("改为最迟12月8日 星期二前给您答复")
    assert await office.app._calendar() == {}

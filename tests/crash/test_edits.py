"""A message is edited, and the process killed between any two steps of that: the edit arrives, and nothing is said twice."""

from pathlib import Path

import pytest

from storage import accounts, outbox
from storage.database import open_database
from tests.crash.child import Step
from tests.crash.story import CONFIRMS, Story, Told, told
from tests.office import NUMBERS, TestOffice

SETS_OUT = "bot.delivery:Delivery._edit"
CALLS = "bot.channels.telegram_request:AiohttpRequest.do_request"


async def _told_of_the_progress(office: TestOffice) -> None:
    async with office.database.write() as tx:
        account = await accounts.find_or_add(tx, "telegram", str(NUMBERS["王老"]), office.clock())
        await outbox.write(tx, account, "已送到 0 人", office.clock())
    office.app.wake_lanes()
    await office.settles()


PROGRESS = Story("is told of a progress", _told_of_the_progress, CONFIRMS.goes_on)
PLACES = {
    "it sets out": Step("enter", SETS_OUT, since=SETS_OUT),
    "before the request": Step("enter", CALLS, ("url", "editMessageText"), since=SETS_OUT),
    "Telegram has taken it": Step("leave", CALLS, ("url", "editMessageText"), since=SETS_OUT),
    "it is being marked": Step("leave", "storage.outbox:sent", since=SETS_OUT),
    "it is marked": Step("leave", "bot.delivery:Delivery._look", ("written", "Letter"), since=SETS_OUT),
}


async def _edit(tale: Told, text: str) -> None:
    database = await open_database(tale.office.config.storage.path)
    async with database.write() as tx:
        [(letter,)] = await tx.all("SELECT id FROM outbox WHERE text LIKE '已送到%'")
        assert await outbox.edit(tx, letter, text, tale.office.clock(), otherwise=f"更正：{text}")
    await database.close()


@pytest.mark.parametrize("place", PLACES)
async def test_an_edit_arrives_wherever_the_process_dies(place: str, tmp_path: Path) -> None:
    async with told(PROGRESS, tmp_path) as tale:
        await _edit(tale, "已送到 10 人")
        async with tale.child(PLACES[place]) as child:
            await child.dies()
        await tale.is_finished_by_a_new_process()
        assert [each.text for each in tale.office.wang.user.messages] == ["已送到 10 人"]
        [row] = tale.memory.tables["outbox"]
        assert (row["version"], row["version_sent"], row["state"]) == (1, 1, "sent")


async def test_of_two_edits_the_newer_one_stands_after_a_crash_with_the_older_one_under_way(tmp_path: Path) -> None:
    async with told(PROGRESS, tmp_path) as tale:
        await _edit(tale, "已送到 10 人")
        async with tale.child(PLACES["Telegram has taken it"]) as child:
            await child.dies()
        await _edit(tale, "已送到 20 人")
        await tale.is_finished_by_a_new_process()
        assert [each.text for each in tale.office.wang.user.messages] == ["已送到 20 人"]

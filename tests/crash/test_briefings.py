"""A file is sent in to become a briefing, and the process killed on its way: one draft comes of it, and its author hears of it."""

from pathlib import Path

import pytest

from tests.crash.child import Step
from tests.crash.story import Story, told
from tests.office import TestOffice

FILE = "题目\n正文一句话。\n".encode()
HEARD = "文件读好了：《题目》"


async def _comes_to_the_file(office: TestOffice) -> None:
    await office.zhao.says("写简报")
    await office.zhao.presses("公开")
    await office.zhao.presses("发一个文件来")


SENDS_FILE = Story("sends a file", _comes_to_the_file, lambda office: office.zhao.user.sends_document("文章.txt", FILE))
PLACES = {
    "it is written down that it shall be read": Step("leave", "storage.briefing_files:add"),
    "its bytes are here": Step("leave", "bot.fetching:Fetching._fetch"),
    "it is to be read": Step("enter", "bot.importing:_article"),
    "it has been read": Step("leave", "bot.importing:_article"),
    "its draft is written": Step("leave", "handlers.reading.arriving:was_read"),
    "its draft is on the disk": Step("leave", "bot.importing:import_next"),
}


@pytest.mark.parametrize("place", PLACES)
async def test_a_file_becomes_one_draft_wherever_the_process_dies(place: str, tmp_path: Path) -> None:
    async with told(SENDS_FILE, tmp_path) as tale:
        async with tale.child(PLACES[place]) as child:
            await tale.polls()
            SENDS_FILE.goes_on(tale.office)
            await child.dies()
        await tale.is_finished_by_a_new_process()
        [briefing] = tale.memory.tables["briefings"]
        assert (briefing["title"], briefing["text"], briefing["state"]) == ("题目", "正文一句话。", "draft")
        assert tale.memory.tables["briefing_files"] == []
        assert sum(HEARD in each.text for each in tale.office.zhao.user.messages) in (1, 2)  # 2: it was in flight

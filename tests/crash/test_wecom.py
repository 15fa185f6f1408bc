"""The promises over WeCom, which waits for no word that we have a message: what is stored is handled once, also when the process is killed.

What was heard and not yet stored is lost with the process (docs/operating.md says so); nothing else is. An answer comes once, and twice only
when WeCom had taken it and the dead process had not yet written that down; a card not even then.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.crash.child import Orders, Step
from tests.crash.memory import memory_of
from tests.crash.process import Child
from tests.patience import eventually
from tests.wecom_office import WecomOffice, open_wecom_office

INBOX = "storage.inbox:add"
COMMITS = "storage.database:Database._commit"
STORED = {
    "after the inbox's COMMIT": Step("leave", COMMITS, since=INBOX),
    "the turn has decided": Step("leave", "handlers.turn:Turn.flush"),
    "before the turn's COMMIT": Step("enter", COMMITS, nth=2, since=INBOX),
    "after the turn's COMMIT": Step("leave", COMMITS, nth=2, since=INBOX),
    "a letter sets out": Step("enter", "bot.channels.wecom:WecomChannel.send"),
    "the card that was pressed is about to change": Step("enter", "bot.channels.wecom:WecomChannel._answer_fast"),
}
TAKEN = {
    "WeCom has taken the answer": Step("leave", "bot.channels.wecom:WecomChannel.send"),
    "it is being marked as sent": Step("leave", "storage.outbox:sent"),
}


class Tale:
    """An office whose application lives in child processes; WeCom and the people are here."""

    def __init__(self, office: WecomOffice) -> None:
        self.office = office

    def child(self, dies_at: Step | None = None) -> Child:
        log = self.office.folder / "child.log"
        return Child(Orders(self.office.config, self.office.clock.offset, log, dies_at))

    async def listens(self) -> None:
        await eventually(lambda: self.office.server.is_subscribed)

    async def finishes(self) -> None:
        """Start the office again, let it do what there is to do, stop it in order."""
        async with self.child() as again:
            await self.listens()
            await eventually(lambda: not memory_of(self.office.config.storage.path).unfinished)
            again.is_told_to_stop()
            assert await again.ends() == 0, again.log


@asynccontextmanager
async def asked_whether_urgent(folder: Path) -> AsyncIterator[Tale]:
    async with open_wecom_office(folder) as office:
        await office.wang.says("困难")
        await office.wang.presses("住房")
        await office.wang.says("暖气三天不热了")
        await office.wang.presses("说完了")
        assert office.wang.sees("今天就要有人管吗")
        await office.app.stop()
        office.wang.looks_away()
        yield Tale(office)
        await office.app.start()  # for the end of `open_wecom_office`


@pytest.mark.parametrize("place", [*STORED, *TAKEN])
async def test_what_is_stored_is_handled_once_and_its_card_comes_once(tmp_path: Path, place: str) -> None:
    async with asked_whether_urgent(tmp_path) as tale:
        wang = tale.office.wang
        async with tale.child((STORED | TAKEN)[place]) as child:
            await tale.listens()
            wang.user.presses("不急")
            await child.dies()
        tale.office.server.fast.clear()  # five seconds are over before an office is back
        await tale.finishes()
        reviews = [each for each in wang.user.messages[wang._seen :] if "请您核对" in each.text]
        assert len(reviews) == 1 and "暖气三天不热了" in reviews[0].text
        await tale.office.app.start()
        assert await tale.office.rows("SELECT state FROM inbox WHERE state <> 'handled'") == []
        assert await tale.office.rows("SELECT state FROM outbox WHERE state <> 'sent'") == []
        await tale.office.is_connected()
        await wang.presses("确认提交")
        assert wang.sees("已经登记，编号：2026-1")
        await tale.office.app.stop()


@pytest.mark.parametrize("place", TAKEN)
async def test_plain_words_come_twice_at_most(tmp_path: Path, place: str) -> None:
    async with open_wecom_office(tmp_path) as office:
        await office.app.stop()
        tale = Tale(office)
        async with tale.child(TAKEN[place]) as child:
            await tale.listens()
            office.wang.user.types("困难")  # the categories are more than a card holds
            await child.dies()
        await tale.finishes()
        asked = [each for each in office.wang.user.messages if "您遇到哪方面的困难" in each.text]
        assert len(asked) == 2
        await office.app.start()

"""An orderly stop loses nothing and repeats nothing; a message that ends the process each time is put aside."""

from collections import Counter
from pathlib import Path

from bot.intake import DEADLY_STARTS
from storage import accounts, outbox
from storage.database import open_database
from tests.crash.story import CONFIRMS, Story, Told, told
from tests.office import TestOffice
from tests.telegram_server import Hang

READERS = 60


async def _nothing(office: TestOffice) -> None:
    return


QUIET = Story("nothing has happened", _nothing, CONFIRMS.goes_on)


async def _is_told_to_many(tale: Told) -> None:
    """Write a notice to READERS people into the outbox."""
    database = await open_database(tale.office.config.storage.path)
    now = tale.office.clock()
    async with database.write() as tx:
        for number in range(2001, 2001 + READERS):
            tale.telegram.user(number, f"读者{number}").chat.started = True
            account = await accounts.find_or_add(tx, "telegram", str(number), now)
            outbox.add(tx, account, "明天停水", now, priority=outbox.NOTICE)
    await database.close()


def _reached(tale: Told) -> Counter[str]:
    return Counter(call.parameters.text("chat_id") for call in tale.telegram.calls_of("sendMessage"))


async def test_a_stop_in_the_middle_of_a_notice_repeats_nothing_and_loses_nothing(tmp_path: Path) -> None:
    async with told(QUIET, tmp_path) as tale:
        await _is_told_to_many(tale)
        async with tale.child() as child:
            await tale.telegram.until(lambda: len(_reached(tale)) >= READERS // 4)
            child.is_told_to_stop()
            assert await child.ends() == 0, child.log  # beyond STOP_BUDGET_SECONDS `App.stop` raises
        assert tale.memory.parts_marked == len(_reached(tale))
        await tale.is_finished_by_a_new_process()
        assert _reached(tale) == Counter({str(number): 1 for number in range(2001, 2001 + READERS)})


async def test_a_stop_waits_for_a_call_that_hangs_no_longer_than_its_budget(tmp_path: Path) -> None:
    async with told(QUIET, tmp_path) as tale:
        async with tale.child() as child:
            await tale.polls()
            tale.telegram.break_next("sendMessage", Hang())
            tale.office.wang.user.types("菜单")
            await tale.telegram.until(lambda: bool(_reached(tale)))
            child.is_told_to_stop()
            assert await child.ends() == 0, child.log  # beyond STOP_BUDGET_SECONDS `App.stop` raises
        assert not tale.seen
        await tale.is_finished_by_a_new_process()
        assert [name for name, _, _ in tale.seen.elements()] == ["王老"]


async def test_a_message_that_ends_the_process_is_put_aside_and_only_that_one(tmp_path: Path) -> None:
    """It came between others, which share its commit: they must not be taken for the culprit."""
    deadly = "这句话会让程序停掉"
    async with told(QUIET, tmp_path) as tale:
        tale.office.zhao.user.types("待办")
        tale.office.wang.user.types(deadly)
        tale.office.li.user.types("困难")
        for _ in range(1 + DEADLY_STARTS):
            async with tale.child(deadly_words=deadly) as child:
                await child.dies()
        async with tale.child(deadly_words=deadly) as child:
            await tale.polls()
            await tale.settles()
            assert _states(tale) == {"待办": "handled", deadly: "parked", "困难": "handled"}
            assert len(_told(tale, "赵科")) == 1
            assert len(_told(tale, "小李")) == 1
            (apology,) = _told(tale, "王老")
            number = next(row["id"] for row in tale.memory.tables["inbox"] if row["state"] == "parked")
            assert f"编号 T{number}" in apology
            tale.office.wang.user.types("困难")
            await tale.telegram.until(lambda: "您遇到哪方面的困难" in tale.office.wang.user.latest.text)
            child.is_told_to_stop()
            assert await child.ends() == 0, child.log


def _told(tale: Told, name: str) -> set[str]:
    """What somebody saw; an answer in flight while the process died may have been seen again each time."""
    return {text for who, text, _ in tale.seen if who == name}


def _states(tale: Told) -> dict[str, str]:
    return {row["words"]: row["state"] for row in tale.memory.tables["inbox"]}

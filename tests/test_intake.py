"""From the door to the inbox, from the inbox to turns: once each, in order, whole, whatever goes wrong."""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from telegram import Bot, Update

from bot.app import App
from bot.channels.channel import Incoming
from bot.channels.telegram_updates import incoming
from bot.config import Config
from bot.health import health
from bot.intake import STORAGE_PAUSE_SECONDS, TURN_SECONDS, Intake, TakeTurn
from bot.office import office_from
from handlers.converse import take_turn
from handlers.office import Office
from storage import inbox, marks, outbox
from storage.accounts import Visitor
from storage.database import Database, Tx
from storage.inbox import Message
from tests.conversation import open_conversation
from tests.copies import new_database
from tests.office import TOKEN, Clock, TestOffice
from tests.patience import LoopClock, eventually
from tests.telegram_server import Update as TelegramUpdate

BAD = "这一句会出错"


async def comes_again(office: TestOffice, update: TelegramUpdate) -> None:
    """Let Telegram deliver an update once more, and wait until it has been taken in."""
    polls = len(office.telegram.calls_of("getUpdates"))
    office.telegram.resend(update)
    await office.telegram.until(lambda: len(office.telegram.calls_of("getUpdates")) > polls)
    await office.settles()


async def works_with(office: TestOffice, handle: TakeTurn) -> None:
    """Start the office anew with turns of the test's own."""
    await office.app.stop()
    office.app = App(office.config, now=office.clock, handle=handle)
    await office.app.start()


async def bad_turn(tx: Tx, office: Office, visitor: Visitor, message: Message, now: object) -> None:
    """Answer with what was said; raise in the middle of the turn for BAD."""
    outbox.add(tx, message.account_id, message.words, message.received_at, answers=message.id)
    await marks.put(tx, f"turn {message.id}", "happened")
    if message.words == BAD:
        raise RuntimeError("a bug")


@asynccontextmanager
async def intake_with(handle: TakeTurn, folder: Path, clock: Clock) -> AsyncIterator[tuple[Intake, Database]]:
    """An intake alone, whose turns the test lets happen."""
    database = await new_database(folder / "yinling.db")
    try:
        office = office_from(Config())
        yield Intake(database, lambda: office, handle, clock, answered=lambda: None, fetch=lambda: None), database
    finally:
        await database.close()


def said(address: str, number: object, words: str = "您好") -> Incoming:
    return Incoming(address, f"123456:{number}", "words", words, Clock()())


# ── once ────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_an_update_that_comes_twice_is_handled_once(office: TestOffice) -> None:
    update = office.wang.user.types("困难")
    await office.settles()
    heard = len(office.wang.user.messages)
    await comes_again(office, update)
    assert len(await office.rows("SELECT id FROM inbox")) == 1
    assert len(office.wang.user.messages) == heard


async def test_a_photo_that_comes_twice_is_kept_once(office: TestOffice) -> None:
    update = office.wang.user.sends_photo(b"\xff\xd8\xff photo", "请看")
    await office.settles()
    await comes_again(office, update)
    assert len(await office.rows("SELECT id FROM media")) == 1


async def test_an_old_update_that_comes_again_does_not_answer_the_newer_question(office: TestOffice) -> None:
    await office.wang.says("困难")
    press = office.wang.user.presses("住房")
    await office.settles()
    await office.wang.says("暖气不热")
    asked = office.wang.message
    await comes_again(office, press)
    assert office.wang.message == asked


def update_of(bot_id: int) -> Incoming | None:
    message = {
        "message_id": 1,
        "date": 1_700_000_000,
        "chat": {"id": 1001, "type": "private", "first_name": "王老"},
        "text": "您好",
    }
    update = Update.de_json({"update_id": 700, "message": message}, Bot(TOKEN))
    return incoming(update, bot_id, 1, Clock()())


async def test_updates_of_two_bots_with_the_same_number_are_two_messages(office: TestOffice) -> None:
    for bot_id in (123456, 654321):
        found = update_of(bot_id)
        assert found is not None
        await office.app.intake.receive("telegram", [found])
    await office.settles()
    assert len(await office.rows("SELECT id FROM inbox WHERE state = 'handled'")) == 2


async def test_an_id_is_the_same_message_for_three_days_and_a_new_one_after(office: TestOffice) -> None:
    receive = office.app.intake.receive
    await receive("telegram", [said("1001", 7, "第一句")])
    office.clock.ahead += inbox.DEDUPE_WINDOW - timedelta(minutes=1)
    await receive("telegram", [said("1001", 7, "第二句")])
    office.clock.ahead += timedelta(minutes=2)
    await office.settles()
    await receive("telegram", [said("1001", 7, "第三句")])
    await office.settles()
    assert [row[0] for row in await office.rows("SELECT words FROM inbox ORDER BY id")] == ["第一句", "第三句"]


# ── in order, each whole ────────────────────────────────────────────────────────────────────────────────────────────

arrivals = st.lists(  # batches of messages: (person, number, bad or good); numbers repeat, as Telegram's do after a lost answer
    st.lists(st.tuples(st.integers(1, 4), st.integers(1, 30), st.booleans()), max_size=12), max_size=8
)


@given(batches=arrivals, turns_between=st.booleans())
@settings(max_examples=25, deadline=None)
async def test_whatever_comes_is_handled_once_and_in_order(
    batches: list[list[tuple[int, int, bool]]], turns_between: bool
) -> None:
    first: dict[int, tuple[int, bool]] = {}
    with TemporaryDirectory() as folder:
        async with intake_with(bad_turn, Path(folder), Clock()) as (intake, database):
            await intake.start()
            for batch in batches:
                for person, number, bad in batch:
                    first.setdefault(number, (person, bad))
                incomings = [
                    said(str(person), number, BAD if bad else f"{person} {number}") for person, number, bad in batch
                ]
                await intake.receive("telegram", incomings)
                if turns_between:
                    await intake.handle_waiting()
            while await intake.handle_waiting():
                pass
            async with database.read() as tx:
                answers = [row[0] for row in await tx.all("SELECT text FROM outbox ORDER BY id")]
                happened = await tx.all("SELECT name FROM marks")
                states = [row[0] for row in await tx.all("SELECT state FROM inbox ORDER BY id")]
    assert states == ["parked" if bad else "handled" for _, bad in first.values()]
    good = [f"{person} {number}" for number, (person, bad) in first.items() if not bad]
    assert [each for each in answers if "编号 T" not in each] == good
    assert sum("编号 T" in each for each in answers) == len(first) - len(good)
    assert len(happened) == len(good)  # nothing of a turn that raised


# ── turns that fail ─────────────────────────────────────────────────────────────────────────────────────────────────


async def raising_turn(tx: Tx, office: Office, visitor: Visitor, message: Message, now: object) -> None:
    await take_turn(tx, office, visitor, message, message.received_at)
    if message.words == BAD:
        raise RuntimeError("a bug")


async def test_a_turn_that_raises_is_tried_again_then_parked_and_the_person_hears_a_number(
    office: TestOffice, caplog: pytest.LogCaptureFixture
) -> None:
    await works_with(office, raising_turn)
    with caplog.at_level(logging.DEBUG, "bot"):
        await office.wang.says(BAD)
    ((number, state, trace),) = await office.rows("SELECT id, state, trace FROM inbox")
    assert state == "parked"
    assert "Traceback" in trace and "RuntimeError: a bug" in trace
    assert office.wang.sees(f"编号 T{number}")
    assert len(office.wang.user.messages) == 1
    assert [each.__dict__["reference"] for each in caplog.records if "raised" in each.message] == [f"T{number}"] * 2
    assert BAD not in caplog.text
    await office.wang.says("困难")
    assert office.wang.sees("您遇到哪方面的困难")


async def test_a_turn_that_raises_only_once_is_answered_as_if_nothing_had_happened(office: TestOffice) -> None:
    raised: list[Message] = []

    async def handle(tx: Tx, office: Office, visitor: Visitor, message: Message, now: object) -> None:
        await take_turn(tx, office, visitor, message, message.received_at)
        if not raised:
            raised.append(message)
            raise RuntimeError("a bug that shows now and then")

    await works_with(office, handle)
    await office.wang.says("困难")
    assert office.wang.sees("您遇到哪方面的困难")
    assert len(office.wang.user.messages) == 1
    assert raised


async def test_others_in_the_same_commit_are_not_held_up_by_a_turn_that_raises(office: TestOffice) -> None:
    await works_with(office, raising_turn)
    office.li.user.types("困难")
    office.wang.user.types(BAD)
    office.zhao.user.types("待办")
    await office.settles()
    assert office.li.user.sees("您遇到哪方面的困难")
    assert office.wang.user.sees("编号 T")
    assert office.zhao.user.sees("现在没有没办完的事")


async def test_a_turn_that_hangs_is_parked_like_one_that_raises(tmp_path: Path, loop_clock: LoopClock) -> None:
    async def handle(tx: Tx, office: Office, visitor: Visitor, message: Message, now: object) -> None:
        outbox.add(tx, message.account_id, message.words, message.received_at, answers=message.id)
        if message.words == BAD:
            loop_clock.forward(TURN_SECONDS + 1)
            await asyncio.Event().wait()

    async with intake_with(handle, tmp_path, Clock()) as (intake, database):
        await intake.receive("telegram", [said("1", 1), said("2", 2, BAD), said("3", 3)])
        while await intake.handle_waiting():
            pass
        async with database.read() as tx:
            rows = await tx.all("SELECT state, trace FROM inbox ORDER BY id")
            answers = [row[0] for row in await tx.all("SELECT text FROM outbox ORDER BY id")]
    assert [row[0] for row in rows] == ["handled", "parked", "handled"]
    assert "TimeoutError" in rows[1][1]
    assert [each[:5] for each in answers] == ["您好", "对不起，您", "您好"]


# ── storage trouble ─────────────────────────────────────────────────────────────────────────────────────────────────


async def has_room_for(office: TestOffice, pages: int) -> None:
    """Let SQLite itself refuse to grow the file by more: https://www.sqlite.org/pragma.html#pragma_max_page_count

    What migrations left free inside the file is filled first: it is room too.
    """
    ((free,),), ((size,),) = await office.rows("PRAGMA freelist_count"), await office.rows("PRAGMA page_size")
    if free:
        await office.writes(lambda tx: marks.put(tx, "filler", "x" * (free * size)))
    ((count,),) = await office.rows("PRAGMA page_count")
    await office.writes(lambda tx: tx.run(f"PRAGMA max_page_count = {count + pages}"))


async def is_well(office: TestOffice) -> bool:
    pulses = [office.app.intake.pulse, office.app.channels["telegram"].pulse]
    report = await health(office.database, pulses, office.folder, 1, office.clock)
    return bool(report["ok"])


async def test_with_a_full_disk_the_update_stays_with_telegram_and_comes_again(
    office: TestOffice, loop_clock: LoopClock
) -> None:
    pulse = office.app.channels["telegram"].pulse
    await has_room_for(office, 0)
    office.wang.user.types("我家暖气三天不热了。" * 400)
    await eventually(lambda: pulse.reason is not None)
    assert "磁盘已满" in str(pulse.reason)
    assert not await is_well(office)
    assert office.telegram.unconfirmed == 1
    assert not await office.rows("SELECT id FROM inbox")
    loop_clock.forward(STORAGE_PAUSE_SECONDS)  # it comes again, and there is still no room
    polls = len(office.telegram.calls_of("getUpdates"))
    await office.telegram.until(lambda: len(office.telegram.calls_of("getUpdates")) > polls)
    await eventually(lambda: pulse.reason is not None)
    assert office.telegram.unconfirmed == 1
    await has_room_for(office, 1_000_000)
    loop_clock.forward(STORAGE_PAUSE_SECONDS)
    await office.settles()
    assert len(await office.rows("SELECT id FROM inbox WHERE state = 'handled'")) == 1
    assert len(office.wang.user.messages) == 1
    assert office.wang.sees("要我记下来")
    await eventually(lambda: pulse.reason is None)
    assert await is_well(office)


async def test_a_turn_without_room_waits_and_nobody_hears_an_apology(office: TestOffice, loop_clock: LoopClock) -> None:
    async def handle(tx: Tx, office: Office, visitor: Visitor, message: Message, now: object) -> None:
        await marks.put(tx, "large", "大" * 100_000)
        await take_turn(tx, office, visitor, message, message.received_at)

    await works_with(office, handle)
    pulse = office.app.intake.pulse
    await has_room_for(office, 20)
    office.wang.user.types("困难")
    await eventually(lambda: pulse.reason is not None)
    assert not await is_well(office)
    assert [row[0] for row in await office.rows("SELECT state FROM inbox")] == ["waiting"]
    await has_room_for(office, 1_000_000)
    loop_clock.forward(STORAGE_PAUSE_SECONDS)
    await office.settles()
    assert [each.text.splitlines()[0] for each in office.wang.user.messages] == ["您遇到哪方面的困难？"]
    await eventually(lambda: pulse.reason is None)


async def test_while_another_program_holds_the_file_nothing_is_lost(office: TestOffice, loop_clock: LoopClock) -> None:
    pulse = office.app.channels["telegram"].pulse
    await office.writes(lambda tx: tx.run("PRAGMA busy_timeout = 20"))  # so that the test need not wait 5 s
    with closing(sqlite3.connect(office.config.storage.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        office.wang.user.types("困难")
        office.li.user.types("困难")
        await eventually(lambda: pulse.reason is not None)
        assert "被别的程序占用" in str(pulse.reason)
        assert office.telegram.unconfirmed == 2
    loop_clock.forward(STORAGE_PAUSE_SECONDS)
    await office.settles()
    for someone in (office.wang, office.li):
        assert len(someone.user.messages) == 1
        assert someone.user.sees("您遇到哪方面的困难")


async def test_whoever_waits_for_the_next_reminder_hears_of_one_that_a_turn_has_set(tmp_path: Path) -> None:
    async with open_conversation(tmp_path / "yinling.db") as talk:
        woken: list[str] = []
        nothing = lambda: None  # noqa: E731
        intake = Intake(
            talk.database, lambda: talk.office, take_turn, talk.clock, nothing, nothing, lambda: woken.append("now")
        )
        for words, times in (
            ("你好", 0),
            ("困难", 0),
            ("我刚才摔到了", 1),
        ):  # the last one opens a case, with its limits
            await intake.receive("telegram", [talk.wang.incoming("words", words)])
            while await intake.handle_waiting():
                pass
            assert len(woken) == times, words


async def test_a_transaction_cancelled_while_it_begins_leaves_none_open(tmp_path: Path) -> None:
    """As at a stop: what had left must be written down in the next transaction."""
    database = await new_database(tmp_path / "yinling.db")

    async def writes() -> None:
        async with database.write() as tx:
            await marks.put(tx, "one", "never")

    with closing(sqlite3.connect(database.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        beginning = asyncio.create_task(writes())
        for _ in range(5):  # it has handed BEGIN to the driver's thread, which waits for the other program
            await asyncio.sleep(0)
        beginning.cancel()
    with pytest.raises(asyncio.CancelledError):
        await beginning
    async with database.write() as tx:
        await marks.put(tx, "two", "written")
    async with database.read() as tx:
        assert await marks.get(tx, "one") is None
        assert await marks.get(tx, "two") == "written"
    await database.close()

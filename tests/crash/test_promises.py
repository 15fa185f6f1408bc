"""The promises of the way of a message, with the process killed between any two steps of it.

After each kill a new process finishes what there is to do. Then everything remembered (every table but its times) is as if nothing had
happened, and people have seen everything once; twice only what Telegram had taken and the dead process had not yet written down.
"""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests.crash.child import FIRST_STEP, Step
from tests.crash.memory import Memory, differences
from tests.crash.story import CONFIRMS, RADIATOR, SENDS_PHOTO, Ending, Story, Told, ending_of, told
from tests.telegram_server import Hang

WRITES = r"storage\.database:Tx\.(insert|run|run_many|returning)"
FILE = "bot.media_folder:MediaFolder._keep"
INBOX = "storage.inbox:add"
COMMITS = "storage.database:Database._commit"
SENDS = "bot.channels.telegram:TelegramChannel.send"
CALLS = "bot.channels.telegram_request:AiohttpRequest.do_request"

EndingOf = Callable[[Story], Awaitable[Ending]]
_endings: dict[str, Ending] = {}


@pytest.fixture
def ending(tmp_path_factory: pytest.TempPathFactory) -> EndingOf:
    """How a story ends without a crash; told once."""

    async def found(story: Story) -> Ending:
        if story.name not in _endings:
            _endings[story.name] = await ending_of(story, tmp_path_factory.mktemp("ending"))
        return _endings[story.name]

    return found


def commits(nth: int, event: str = "enter") -> Step:
    """The first COMMIT after a message was written to the inbox stores it, the second is its turn's."""
    return Step("enter" if event == "enter" else "leave", COMMITS, None, nth, since=INBOX)


# name of the place, where it is, what a copy of the disk shows there
NOT_STORED = {
    "polled, not stored": Step("enter", FIRST_STEP),
    "in the inbox's transaction": Step("leave", INBOX),
    "before the inbox's COMMIT": commits(1),
}
STORED = {
    "after the inbox's COMMIT": commits(1, "leave"),
    "stored, not confirmed to Telegram": Step("leave", FIRST_STEP),
    "the turn begins": Step("enter", "handlers.converse:take_turn"),
    "the turn has decided": Step("leave", "handlers.turn:Turn.flush"),
    "the message is marked as handled": Step("leave", "storage.inbox:handled"),
    "before the turn's COMMIT": commits(2),
}
DECIDED = {
    "after the turn's COMMIT": commits(2, "leave"),
    "a letter sets out": Step("enter", "bot.delivery:Delivery._travel"),
    "before the request": Step("enter", CALLS, ("url", "sendMessage")),
}
TAKEN = {
    "Telegram has taken it": Step("leave", CALLS, ("url", "sendMessage")),
    "Telegram has taken both": Step("leave", CALLS, ("url", "sendMessage"), nth=2),
    "the channel knows that it is sent": Step("leave", SENDS),
    "it is being marked as sent": Step("leave", "storage.outbox:sent"),
}
MARKED = {
    "it is marked as sent": Step("leave", "bot.delivery:Delivery._look", ("written", "Letter")),
    "the button's circle is being stopped": Step("enter", "bot.channels.telegram:TelegramChannel._answer_query"),
    "the button's circle is stopped": Step("leave", "bot.channels.telegram:TelegramChannel._answer_query"),
}
PHOTO = {
    "the photo is noted, not stored": Step("leave", "storage.media:add"),
    "its message is stored": commits(1, "leave"),
    "its turn is committed": commits(2, "leave"),
    "the photo is about to be fetched": Step("enter", "bot.channels.telegram:TelegramChannel.fetch"),
    "Telegram is asked where it is": Step("enter", CALLS, ("url", "getFile")),
    "the photo is downloaded": Step("leave", "bot.channels.telegram:TelegramChannel.fetch"),
    "its file is half written": Step("calls", FILE, ("calls", "fsync")),
    "its file is written": Step("leave", FILE),
    "its row is being written": Step("leave", "storage.media:kept"),
    "its row is written": Step("leave", "bot.fetching:Fetching._fetch"),
    "Telegram has taken the photo for staff": Step("leave", CALLS, ("url", "sendPhoto")),
    "the first part of the letter is being marked": Step("leave", "storage.outbox:part_sent"),
}


async def crash(tale: Told, story: Story, step: Step) -> Memory:
    """Go on with the story in a process that dies at that step; return what it left."""
    async with tale.child(step) as child:
        await tale.polls()
        story.goes_on(tale.office)
        await child.dies()
    return tale.left_behind


def in_flight(tale: Told, left: Memory) -> int:
    """How many messages Telegram has taken that the dead process did not write down."""
    return tale.seen.total() - (left.parts_marked - tale.before.parts_marked)


async def comes_out_whole(tale: Told, end: Ending, repeats: int) -> None:
    """Finish the story and compare: as without the crash, and only what was in flight is seen twice."""
    seen_by_then = tale.seen
    await tale.is_finished_by_a_new_process()
    assert not differences(tale.memory.tables, end.memory.tables)
    assert tale.files == end.files
    assert end.seen <= tale.seen  # nothing lost
    twice = tale.seen - end.seen
    assert twice.total() == repeats
    assert twice <= seen_by_then
    assert all(count == 1 for count in twice.values())


@pytest.mark.parametrize("place", NOT_STORED)
async def test_what_was_not_stored_comes_again(place: str, tmp_path: Path, ending: EndingOf) -> None:
    async with told(CONFIRMS, tmp_path) as tale:
        left = await crash(tale, CONFIRMS, NOT_STORED[place])
        assert not differences(left.tables, tale.before.tables)
        assert tale.telegram.unconfirmed == 1
        await comes_out_whole(tale, await ending(CONFIRMS), repeats=0)


@pytest.mark.parametrize("place", STORED)
async def test_a_turn_that_was_not_committed_never_happened(place: str, tmp_path: Path, ending: EndingOf) -> None:
    async with told(CONFIRMS, tmp_path) as tale:
        left = await crash(tale, CONFIRMS, STORED[place])
        assert len(left.stored) == len(tale.before.stored) + 1
        assert not differences(left.decided, tale.before.decided)
        await comes_out_whole(tale, await ending(CONFIRMS), repeats=0)


async def test_a_turn_is_whole_or_not_at_all_after_each_of_its_writes(
    tmp_path_factory: pytest.TempPathFactory, ending: EndingOf
) -> None:
    end = await ending(CONFIRMS)
    writes = 1  # the first one stores the message
    while True:
        writes += 1
        async with told(CONFIRMS, tmp_path_factory.mktemp("writes")) as tale:
            left = await crash(tale, CONFIRMS, Step("leave", WRITES, nth=writes, since=INBOX))
            if left.decided == end.memory.decided:  # this was a write that follows the turn
                break
            assert not differences(left.decided, tale.before.decided)
            await comes_out_whole(tale, end, repeats=0)
    assert writes > 6  # case, entry, audit, dialog, letters, inbox


@pytest.mark.parametrize("place", DECIDED)
async def test_a_committed_turn_is_whole_and_its_letters_leave_later(
    place: str, tmp_path: Path, ending: EndingOf
) -> None:
    async with told(CONFIRMS, tmp_path) as tale:
        end = await ending(CONFIRMS)
        left = await crash(tale, CONFIRMS, DECIDED[place])
        assert not differences(left.decided, end.memory.decided)
        assert not tale.seen
        await comes_out_whole(tale, end, repeats=0)


@pytest.mark.parametrize("place", TAKEN)
async def test_only_what_was_in_flight_is_sent_twice(place: str, tmp_path: Path, ending: EndingOf) -> None:
    async with told(CONFIRMS, tmp_path) as tale:
        end = await ending(CONFIRMS)
        left = await crash(tale, CONFIRMS, TAKEN[place])
        assert not differences(left.decided, end.memory.decided)
        assert 1 <= in_flight(tale, left) <= 2
        await comes_out_whole(tale, end, repeats=in_flight(tale, left))


@pytest.mark.parametrize("place", MARKED)
async def test_wherever_it_dies_everything_comes_out_whole(place: str, tmp_path: Path, ending: EndingOf) -> None:
    async with told(CONFIRMS, tmp_path) as tale:
        left = await crash(tale, CONFIRMS, MARKED[place])
        assert len(left.stored) == len(tale.before.stored) + 1
        await comes_out_whole(tale, await ending(CONFIRMS), repeats=in_flight(tale, left))


@pytest.mark.parametrize("place", PHOTO)
async def test_a_photo_is_fetched_once_and_kept_whole(place: str, tmp_path: Path, ending: EndingOf) -> None:
    async with told(SENDS_PHOTO, tmp_path) as tale:
        left = await crash(tale, SENDS_PHOTO, PHOTO[place])
        await comes_out_whole(tale, await ending(SENDS_PHOTO), repeats=in_flight(tale, left))
        assert tale.files == [("", RADIATOR)]


# ── killed while Telegram holds a call ──────────────────────────────────────────────────────────────────────────────


async def test_killed_while_it_waits_for_messages(tmp_path: Path, ending: EndingOf) -> None:
    async with told(CONFIRMS, tmp_path) as tale:
        async with tale.child() as child:
            await tale.polls()
            child.is_killed()
            await child.dies()
        CONFIRMS.goes_on(tale.office)
        await comes_out_whole(tale, await ending(CONFIRMS), repeats=0)


HELD = {
    "a message that Telegram has not taken": ("sendMessage", Hang(), 0),
    "a message that Telegram has taken": ("sendMessage", Hang(after_handling=True), 1),
    "the stopping of the button's circle": ("answerCallbackQuery", Hang(), 0),
    "the call that confirms the update": ("getUpdates", Hang(), 0),
}


@pytest.mark.parametrize("what", HELD)
async def test_killed_while_telegram_holds(what: str, tmp_path: Path, ending: EndingOf) -> None:
    method, fault, repeats = HELD[what]
    async with told(CONFIRMS, tmp_path) as tale:
        end = await ending(CONFIRMS)
        async with tale.child() as child:
            await tale.polls()
            calls = len(tale.telegram.calls_of(method))
            tale.telegram.break_next(method, fault)
            CONFIRMS.goes_on(tale.office)
            await tale.telegram.until(lambda: len(tale.telegram.calls_of(method)) > calls)
            await tale.writes_down(end.seen.total() if method != "sendMessage" else end.seen.total() - 1)
            child.is_killed()
            await child.dies()
        tale.telegram.mend()
        left = tale.left_behind
        assert in_flight(tale, left) == repeats
        await comes_out_whole(tale, end, repeats)


async def test_killed_while_telegram_holds_a_photo(tmp_path: Path, ending: EndingOf) -> None:
    async with told(SENDS_PHOTO, tmp_path) as tale:
        async with tale.child() as child:
            await tale.polls()
            tale.telegram.break_next("file", Hang())
            SENDS_PHOTO.goes_on(tale.office)
            await tale.telegram.until(lambda: bool(tale.telegram.calls_of("getFile")))
            child.is_killed()
            await child.dies()
        tale.telegram.mend()
        left = tale.left_behind
        await comes_out_whole(tale, await ending(SENDS_PHOTO), repeats=in_flight(tale, left))
        assert tale.files == [("", RADIATOR)]


async def test_an_update_that_comes_again_after_all_that_is_handled_once(tmp_path: Path, ending: EndingOf) -> None:
    async with told(CONFIRMS, tmp_path) as tale:
        async with tale.child(STORED["the turn begins"]) as child:
            await tale.polls()
            update = CONFIRMS.goes_on(tale.office)
            await child.dies()
        async with tale.child() as child:
            await tale.polls()
            await tale.settles()
            await tale.comes_again(update)
            await tale.settles()
            child.is_told_to_stop()
            assert await child.ends() == 0, child.log
        await comes_out_whole(tale, await ending(CONFIRMS), repeats=0)

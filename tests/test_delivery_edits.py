"""Messages that are edited after they left: a progress that goes on, a correction; and what is told where that cannot be."""

import json
from collections.abc import Sequence
from datetime import timedelta

import pytest

from bot.backoff import backoff_seconds
from storage import accounts, outbox
from tests.office import NUMBERS, TestOffice
from tests.patience import eventually_rows
from tests.telegram_server import Answer, Cut, Half

PAUSE = [["暂停", "a:pause:1"]]


async def posts(office: TestOffice, text: str, buttons: Sequence[Sequence[str]] = ()) -> int:
    """Send 王老 a message that may be edited later, and return its id."""
    async with office.database.write() as tx:
        account = await accounts.find_or_add(tx, "telegram", str(NUMBERS["王老"]), office.clock())
        letter = await outbox.write(tx, account, text, office.clock(), buttons=buttons)
    office.app.wake_lanes()
    await office.settles()
    return letter


async def edits(
    office: TestOffice,
    letter: int,
    *texts: str,
    buttons: Sequence[Sequence[str]] = (),
    otherwise: str | None = None,
) -> None:
    """Edit the message, each time in a transaction of its own, and let the lane look only afterwards."""
    for text in texts:
        async with office.database.write() as tx:
            assert await outbox.edit(tx, letter, text, office.clock(), buttons=buttons, otherwise=otherwise)
    office.app.wake_lanes()


def texts(office: TestOffice) -> list[str]:
    return [each.text for each in office.wang.user.messages]


def calls(office: TestOffice) -> list[str]:
    """What Telegram was asked to write into messages, in order."""
    return [each.parameters.text("text") for each in office.telegram.calls_of("editMessageText")]


async def later(office: TestOffice, seconds: float) -> None:
    office.clock.ahead += timedelta(seconds=seconds)
    office.app.wake_lanes()
    await office.settles()


async def test_a_progress_goes_on_where_it_stands_with_other_buttons(office: TestOffice) -> None:
    letter = await posts(office, "已送到 0 人", PAUSE)
    await edits(office, letter, "已送到 10 人", buttons=PAUSE)
    await office.settles()
    await edits(office, letter, "已送到 20 人，全部送完")
    await office.settles()
    [message] = office.wang.user.messages
    assert (message.text, message.labels) == ("已送到 20 人，全部送完", [])
    assert calls(office) == ["已送到 10 人", "已送到 20 人，全部送完"]
    assert not office.telegram.refused


async def test_a_push_without_buttons_can_be_edited_too(office: TestOffice) -> None:
    letter = await posts(office, "明天停水")
    await edits(office, letter, "更正：后天停水")
    await office.settles()
    assert texts(office) == ["更正：后天停水"]


async def test_the_newest_of_several_edits_wins_and_the_others_are_never_sent(office: TestOffice) -> None:
    office.telegram.refuse_next("editMessageText", 500)
    letter = await posts(office, "已送到 0 人")
    await edits(office, letter, "已送到 1 人")
    await eventually_rows(office, "SELECT 1 FROM outbox WHERE tries = 1", 1)
    await edits(office, letter, *(f"已送到 {count} 人" for count in range(2, 30)))
    await office.settles()
    assert texts(office) == ["已送到 29 人"]
    assert set(calls(office)) <= {"已送到 1 人", "已送到 2 人", "已送到 29 人"}


async def test_what_has_not_left_is_simply_another_message(office: TestOffice) -> None:
    office.telegram.refuse_next("sendMessage", 500)
    async with office.database.write() as tx:
        account = await accounts.find_or_add(tx, "telegram", str(NUMBERS["王老"]), office.clock())
        letter = await outbox.write(tx, account, "明天停水", office.clock())
    office.app.wake_lanes()
    await eventually_rows(office, "SELECT 1 FROM outbox WHERE tries = 1", 1)
    await edits(office, letter, "后天停水", otherwise="更正：后天停水")
    await later(office, backoff_seconds(0, 1))
    assert texts(office) == ["后天停水"]
    assert calls(office) == []


async def test_an_edit_to_the_same_words_asks_for_nothing(office: TestOffice) -> None:
    letter = await posts(office, "已送到 0 人")
    await edits(office, letter, "已送到 0 人")
    await office.settles()
    assert calls(office) == []


REPEATED: dict[str, Cut | Half] = {"cut": Cut(after_handling=True), "half": Half(after_handling=True)}


@pytest.mark.parametrize("fault", REPEATED)
async def test_an_edit_whose_answer_got_lost_is_repeated_harmlessly(office: TestOffice, fault: str) -> None:
    letter = await posts(office, "已送到 0 人", PAUSE)
    office.telegram.break_next("editMessageText", REPEATED[fault])
    await edits(office, letter, "已送到 10 人", otherwise="已送到 10 人")
    await eventually_rows(office, "SELECT 1 FROM outbox WHERE tries = 1", 1)
    await later(office, backoff_seconds(0, 1))
    assert calls(office) == ["已送到 10 人"] * 2
    assert texts(office) == ["已送到 10 人"]
    assert [each.description for each in office.telegram.refused if "not modified" not in each.description] == []


async def test_where_a_message_cannot_be_edited_any_more_the_correction_is_told(office: TestOffice) -> None:
    letter = await posts(office, "明天停水", [["已阅", "a:read:1"]])
    office.telegram.refuse_next("editMessageText", 400, "Bad Request: message can't be edited", times=2)
    await edits(office, letter, "后天停水", buttons=[["已阅", "a:read:1"]], otherwise="更正：后天停水")
    await office.settles()
    assert texts(office) == ["明天停水", "更正：后天停水"]
    assert office.wang.user.messages[-1].labels == ["已阅"]
    await edits(office, letter, "大后天停水")  # nothing to be told in its place
    await office.settles()
    assert texts(office) == ["明天停水", "更正：后天停水"]
    assert len(calls(office)) == 2


async def test_a_message_that_left_in_several_parts_is_corrected_by_another(office: TestOffice) -> None:
    letter = await posts(office, "一" * 5000)
    await edits(office, letter, "短了", otherwise="更正：短了")
    await office.settles()
    assert texts(office)[2:] == ["更正：短了"]
    assert calls(office) == []


async def test_what_is_edited_between_two_of_its_parts_starts_anew(office: TestOffice) -> None:
    """Nobody gets the first half of one text and the second half of another."""
    office.telegram.break_next("sendMessage", Answer(200, b'{"ok": true, "result": {"message_id": 1}}'))
    office.telegram.refuse_next("sendMessage", 500)
    async with office.database.write() as tx:
        account = await accounts.find_or_add(tx, "telegram", str(NUMBERS["王老"]), office.clock())
        letter = await outbox.write(tx, account, "旧" * 5000, office.clock())
    office.app.wake_lanes()
    await eventually_rows(office, "SELECT 1 FROM outbox WHERE tries = 1 AND parts_sent = 1", 1)
    await edits(office, letter, "新" * 5000)
    await later(office, backoff_seconds(0, 1))
    assert texts(office) == ["新" * 4096, "新" * 904]  # the test itself answered for the old first part


async def test_an_edit_waits_as_long_as_telegram_asks(office: TestOffice) -> None:
    letter = await posts(office, "已送到 0 人")
    office.telegram.refuse_next("editMessageText", 429, retry_after=1)
    await edits(office, letter, "已送到 10 人")
    await office.telegram.until(lambda: texts(office) == ["已送到 10 人"])
    assert len(calls(office)) == 2


async def test_who_blocked_us_is_not_sent_edits_any_more(office: TestOffice) -> None:
    letter = await posts(office, "已送到 0 人")
    office.wang.user.chat.blocked = True
    await edits(office, letter, "已送到 10 人", otherwise="已送到 10 人")
    await office.settles()
    await edits(office, letter, "已送到 20 人", otherwise="已送到 20 人")
    await office.settles()
    office.wang.user.chat.blocked = False
    await later(office, 3600)
    assert texts(office) == ["已送到 0 人"]
    assert [row[0] for row in await office.rows("SELECT unreachable_why FROM accounts WHERE id = 1")] == [
        "对方停用了机器人"
    ]


async def test_after_a_day_of_trouble_an_edit_is_given_up_and_the_correction_told(office: TestOffice) -> None:
    letter = await posts(office, "明天停水")
    broken = Answer(500, json.dumps({"ok": False, "error_code": 500, "description": "Internal Server Error"}).encode())
    office.telegram.break_next("editMessageText", broken, times=2)
    await edits(office, letter, "后天停水", otherwise="更正：后天停水")
    await eventually_rows(office, "SELECT 1 FROM outbox WHERE tries = 1", 1)
    await later(office, timedelta(hours=25).total_seconds())
    assert texts(office) == ["明天停水", "更正：后天停水"]


async def test_a_message_that_is_not_there_any_more_is_not_edited(office: TestOffice) -> None:
    async with office.database.write() as tx:
        assert not await outbox.edit(tx, 12345, "后天停水", office.clock())

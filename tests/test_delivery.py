"""From the outbox to people: at least once, in order, within Telegram's limits, and what cannot be delivered is told to staff."""

import json
import sqlite3
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from bot.backoff import LONGEST_BACKOFF_SECONDS, backoff_seconds
from bot.channels.telegram import PATIENCE_SECONDS
from bot.config import Delivery
from bot.delivery import STORAGE_PAUSE_SECONDS
from storage import accounts, media, outbox
from storage.media import Medium
from storage.outbox import ANSWER, NEWS, NOTICE
from tests.office import NUMBERS, Someone, TestOffice, open_office
from tests.patience import LoopClock, eventually, eventually_rows
from tests.telegram_server import BAD_GATEWAY_PAGE, Answer, Cut, Half, Hang, Limits

Post = tuple[int, str, int]  # chat, text, priority


@pytest.fixture
async def strict_office(tmp_path: Path) -> AsyncIterator[TestOffice]:
    """An office on a Telegram with its own limits of speed."""
    async with open_office(tmp_path, limits=Limits(), messages_per_second=30, messages_per_second_per_chat=1) as opened:
        yield opened


async def post(office: TestOffice, *letters: Post, media: Sequence[str] = ()) -> None:
    """Write letters into the outbox in one transaction and wake the lane."""
    async with office.database.write() as tx:
        for chat, text, priority in letters:
            account = await accounts.find_or_add(tx, "telegram", str(chat), office.clock())
            outbox.add(tx, account, text, office.clock(), priority=priority, media=media)
    office.app.wake_lanes()


def knows(office: TestOffice, *chats: int) -> list[Someone]:
    """Let more people use the bot."""
    people = [Someone(office, f"读者{chat}", office.telegram.user(chat, f"读者{chat}")) for chat in chats]
    for each in people:
        each.user.chat.started = True
    return people


def texts(someone: Someone) -> list[str]:
    return [each.text for each in someone.user.messages]


def sent_to(office: TestOffice) -> list[str]:
    """To whom messages went, in the order in which Telegram got them."""
    return [call.parameters.text("chat_id") for call in office.telegram.calls_of("sendMessage")]


async def later(office: TestOffice, seconds: float) -> None:
    """Let this much time pass for what was postponed, and wait until everything is delivered."""
    office.clock.ahead += timedelta(seconds=seconds)
    office.app.wake_lanes()
    await office.settles()


# ── Telegram's limits ───────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_notice_to_many_is_never_faster_than_telegram_allows(strict_office: TestOffice) -> None:
    readers = knows(strict_office, *range(3000, 3040))
    await post(strict_office, *((reader.user.id, "明天停水", NOTICE) for reader in readers))
    await strict_office.telegram.until(lambda: all(texts(each) == ["明天停水"] for each in readers))
    assert not strict_office.telegram.refused


async def test_many_messages_to_one_person_are_never_faster_than_telegram_allows(tmp_path: Path) -> None:
    limits = Limits(chat_messages_per_second=4, chat_burst=3)
    async with open_office(tmp_path, limits=limits, messages_per_second_per_chat=4) as office:
        await post(office, *((NUMBERS["王老"], f"第{place}条", NEWS) for place in range(7)))
        await office.telegram.until(lambda: len(office.wang.user.messages) == 7)
        assert texts(office.wang) == [f"第{place}条" for place in range(7)]
        assert not office.telegram.refused


async def test_when_telegram_asks_to_wait_it_waits_and_loses_nothing(office: TestOffice) -> None:
    office.telegram.refuse_next("sendMessage", 429, retry_after=1)
    began = time.monotonic()
    wang, li = NUMBERS["王老"], NUMBERS["小李"]
    await post(office, (wang, "第一条", NEWS), (wang, "第二条", NEWS), (li, "您好", NEWS))
    await office.telegram.until(lambda: len(office.wang.user.messages) == 2)
    assert time.monotonic() - began >= 1
    assert texts(office.wang) == ["第一条", "第二条"]
    assert texts(office.li) == ["您好"]
    assert [row[0] for row in await office.rows("SELECT tries FROM outbox")] == [0, 0, 0]  # nobody's fault


async def test_when_two_chats_are_asked_to_wait_all_of_them_wait(office: TestOffice) -> None:
    office.telegram.refuse_next("sendMessage", 429, retry_after=1, times=2)
    began = time.monotonic()
    await post(office, (NUMBERS["王老"], "您好", NEWS), (NUMBERS["小李"], "您好", NEWS))
    await eventually_rows(office, "SELECT 1 FROM outbox WHERE why LIKE '%放慢%'", 2)
    await post(office, (NUMBERS["赵科"], "您好", NEWS))
    await office.telegram.until(lambda: texts(office.zhao) == ["您好"])
    assert time.monotonic() - began >= 1
    await office.telegram.until(lambda: texts(office.wang) == texts(office.li) == ["您好"])


# ── trouble on the way ──────────────────────────────────────────────────────────────────────────────────────────────

TROUBLES: dict[str, Answer | Cut | Half] = {
    "500": Answer(500, json.dumps({"ok": False, "error_code": 500, "description": "Internal Server Error"}).encode()),
    "502 of the front server": Answer(502, BAD_GATEWAY_PAGE, "text/html"),
    "401": Answer(401, json.dumps({"ok": False, "error_code": 401, "description": "Unauthorized"}).encode()),
    "403 of a firewall": Answer(403, b"<html>Forbidden</html>", "text/html"),
    "nonsense": Answer(200, b"<html>Please log in to the hotel's network</html>", "text/html"),
    "a cut connection": Cut(),
    "half a reply": Half(),
}


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_after_trouble_on_the_way_it_tries_again_later(office: TestOffice, trouble: str) -> None:
    office.telegram.break_next("sendMessage", TROUBLES[trouble], times=2)
    await post(office, (NUMBERS["王老"], "您好", NEWS))
    await eventually_rows(office, "SELECT 1 FROM outbox WHERE state = 'waiting' AND tries = 1", 1)
    await office.settles()
    await later(office, backoff_seconds(0, 1))
    assert [tuple(row) for row in await office.rows("SELECT state, tries FROM outbox")] == [("waiting", 2)]
    assert texts(office.wang) == []
    await later(office, backoff_seconds(1, 1))
    assert texts(office.wang) == ["您好"]
    assert [row[0] for row in await office.rows("SELECT state FROM outbox")] == ["sent"]


async def test_a_call_without_an_answer_is_given_up_and_tried_again(office: TestOffice, loop_clock: LoopClock) -> None:
    office.telegram.break_next("sendMessage", Hang())
    await post(office, (NUMBERS["王老"], "您好", NEWS))
    await office.telegram.until(lambda: len(sent_to(office)) == 1)
    loop_clock.forward(PATIENCE_SECONDS)
    await eventually_rows(office, "SELECT 1 FROM outbox WHERE tries = 1", 1)
    await later(office, backoff_seconds(0, 1))
    assert texts(office.wang) == ["您好"]


async def test_an_answer_lost_on_the_way_back_may_repeat_the_message_but_never_lose_it(office: TestOffice) -> None:
    office.telegram.break_next("sendMessage", Cut(after_handling=True))
    await post(office, (NUMBERS["王老"], "您好", NEWS))
    await eventually_rows(office, "SELECT 1 FROM outbox WHERE tries = 1", 1)
    await later(office, backoff_seconds(0, 1))
    assert texts(office.wang) == ["您好", "您好"]


def test_the_pauses_grow_from_seconds_to_ten_minutes_and_are_spread() -> None:
    assert backoff_seconds(0, 0) == 1
    assert backoff_seconds(0, 1) == 2
    assert backoff_seconds(3, 1) == 16
    assert backoff_seconds(1000, 1) == LONGEST_BACKOFF_SECONDS


async def test_after_a_day_of_trouble_it_gives_up_and_tells_staff(office: TestOffice) -> None:
    office.telegram.refuse_next("sendMessage", 500)
    await post(office, (NUMBERS["王老"], "您好", NEWS))
    await eventually_rows(office, "SELECT 1 FROM outbox WHERE tries = 1", 1)
    office.telegram.refuse_next("sendMessage", 500)
    await later(office, timedelta(hours=25).total_seconds())
    assert [row[0] for row in await office.rows("SELECT state FROM outbox")] == ["failed"]
    assert texts(office.wang) == []


async def test_what_left_while_the_file_was_held_is_written_down_later_and_not_sent_twice(
    office: TestOffice, loop_clock: LoopClock
) -> None:
    await office.writes(lambda tx: tx.run("PRAGMA busy_timeout = 20"))  # so that the test need not wait 5 s
    account = (await office.rows("SELECT id FROM accounts WHERE address = ?", str(NUMBERS["王老"])))[0][0]
    moment = office.clock().isoformat(timespec="milliseconds").replace("+00:00", "Z")
    with closing(sqlite3.connect(office.config.storage.path, isolation_level=None)) as other:
        other.execute(
            "INSERT INTO outbox (account_id, channel, priority, text, made_at, not_before) VALUES (?, 'telegram', 1, '您好', ?, ?)",
            (account, moment, moment),
        )
        other.execute("BEGIN IMMEDIATE")
        office.app.wake_lanes()
        pulse = office.app.lanes["telegram"].pulse
        await eventually(lambda: pulse.reason is not None)
        assert texts(office.wang) == ["您好"]
    loop_clock.forward(STORAGE_PAUSE_SECONDS)
    await eventually_rows(office, "SELECT 1 FROM outbox WHERE state = 'sent'", 1)
    await office.settles()
    assert texts(office.wang) == ["您好"]
    assert pulse.reason is None


# ── what cannot be delivered ────────────────────────────────────────────────────────────────────────────────────────


async def test_a_message_that_telegram_will_never_take_is_told_to_staff_with_the_reason(office: TestOffice) -> None:
    office.telegram.refuse_next("sendMessage", 400, "Bad Request: the text is strange")
    await post(office, (NUMBERS["王老"], "第一条", NEWS), (NUMBERS["王老"], "第二条", NEWS))
    await office.settles()
    assert texts(office.wang) == ["第二条"]
    await office.zhao.says("菜单")
    await office.zhao.presses("没送到的消息")
    assert office.zhao.sees("王老，电话 13800000001")
    assert office.zhao.sees("The text is strange")
    assert not office.zhao.sees("第一条")  # to whom and why, not what


async def test_who_blocked_us_is_not_written_to_any_more_until_he_writes(office: TestOffice) -> None:
    wang = office.wang
    wang.user.chat.blocked = True  # and Telegram's update about it was lost
    await post(office, *((NUMBERS["王老"], f"第{place}条", NEWS) for place in range(3)))
    await office.settles()
    assert sent_to(office) == [str(NUMBERS["王老"])]
    assert [row[0] for row in await office.rows("SELECT state FROM outbox")] == ["failed"] * 3
    await office.zhao.says("菜单")
    await office.zhao.presses("没送到的消息")
    assert office.zhao.heard.count("对方停用了机器人") == 3
    wang.user.chat.blocked = False
    await wang.says("困难")
    assert wang.sees("您遇到哪方面的困难")
    assert [row[0] for row in await office.rows("SELECT unreachable_why FROM accounts WHERE id = 1")] == [None]


async def test_blocking_and_unblocking_are_noticed_without_a_word(office: TestOffice) -> None:
    await office.wang.does(lambda user: user.blocks())
    unreachable = "SELECT 1 FROM accounts WHERE unreachable_why IS NOT NULL"
    assert len(await office.rows(unreachable)) == 1
    heard = len(office.wang.user.messages)
    await office.wang.does(lambda user: user.unblocks())
    assert not await office.rows(unreachable)
    assert len(office.wang.user.messages) == heard


async def test_who_blocks_us_loses_what_was_still_on_its_way(office: TestOffice) -> None:
    office.telegram.refuse_next("sendMessage", 500)
    await post(office, (NUMBERS["王老"], "第一条", NEWS), (NUMBERS["王老"], "第二条", NOTICE))
    await eventually_rows(office, "SELECT 1 FROM outbox WHERE tries = 1", 1)
    await office.wang.does(lambda user: user.blocks())
    assert [row[0] for row in await office.rows("SELECT state FROM outbox")] == ["failed"] * 2


async def test_an_account_that_is_no_more_counts_as_unreachable(office: TestOffice) -> None:
    office.telegram.refuse_next("sendMessage", 400, "Bad Request: chat not found")
    await post(office, (NUMBERS["王老"], "您好", NEWS))
    await office.settles()
    ((why,),) = await office.rows("SELECT unreachable_why FROM accounts WHERE id = 1")
    assert "不在了" in why


# ── in which order ──────────────────────────────────────────────────────────────────────────────────────────────────


async def test_an_answer_goes_before_a_notice(office: TestOffice) -> None:
    wang = NUMBERS["王老"]
    await post(office, (wang, "通知一", NOTICE), (wang, "通知二", NOTICE), (wang, "消息", NEWS), (wang, "回答", ANSWER))
    await office.settles()
    assert texts(office.wang) == ["回答", "消息", "通知一", "通知二"]


async def test_one_persons_answer_goes_before_everybody_elses_notice(tmp_path: Path) -> None:
    async with open_office(tmp_path) as office:
        office.config = office.config.model_copy(update={"delivery": Delivery(workers=1)})
        await office.restarts()
        readers = knows(office, *range(3000, 3010))
        notices = [(each.user.id, "通知", NOTICE) for each in readers]
        await post(office, *notices, (NUMBERS["王老"], "回答", ANSWER))
        await office.settles()
        assert sent_to(office) == [str(NUMBERS["王老"]), *(str(each.user.id) for each in readers)]


async def test_what_waits_for_a_second_try_is_not_overtaken(office: TestOffice) -> None:
    office.telegram.refuse_next("sendMessage", 500)
    wang, li = NUMBERS["王老"], NUMBERS["小李"]
    await post(office, *((wang, f"第{place}条", NEWS) for place in range(3)), (li, "您好", NEWS))
    await eventually_rows(office, "SELECT 1 FROM outbox WHERE tries = 1", 1)
    await office.settles()
    assert sorted([len(texts(office.wang)), len(texts(office.li))]) in ([0, 1], [0, 3])  # only one of the two waits
    await later(office, backoff_seconds(0, 1))
    assert texts(office.wang) == ["第0条", "第1条", "第2条"]
    assert texts(office.li) == ["您好"]


async def test_an_answer_overtakes_a_notice_also_within_the_limit_of_the_channel(strict_office: TestOffice) -> None:
    """300 messages take ten seconds. Who writes in the middle is answered long before they are through."""
    office, readers = strict_office, knows(strict_office, *range(3000, 3300))
    notices = [(each.user.id, "明天停水", NOTICE) for each in readers]
    await post(office, *notices)
    await office.telegram.until(lambda: len(sent_to(office)) > 35)
    office.wang.user.types("困难")
    await office.telegram.until(lambda: str(NUMBERS["王老"]) in sent_to(office))
    assert len(sent_to(office)) < 150
    assert not office.telegram.refused


async def test_an_answer_does_not_come_between_the_parts_of_a_notice(tmp_path: Path) -> None:
    limits = Limits(chat_messages_per_second=4, chat_burst=3)
    async with open_office(tmp_path, limits=limits, messages_per_second_per_chat=4) as office:
        wang = NUMBERS["王老"]
        await post(office, (wang, "一" * 4096 + "二" * 4096 + "三", NOTICE), (wang, "第二个通知", NOTICE))
        await office.telegram.until(lambda: len(texts(office.wang)) == 1)
        await post(office, (wang, "回答", ANSWER))
        await office.telegram.until(lambda: len(texts(office.wang)) == 5)
        assert [each[:1] for each in texts(office.wang)] == ["一", "二", "三", "回", "第"]
        assert not office.telegram.refused


async def test_what_is_held_until_later_lets_an_urgent_notice_pass(office: TestOffice) -> None:
    async with office.database.write() as tx:
        account = await accounts.find_or_add(tx, "telegram", str(NUMBERS["王老"]), office.clock())
        morning = office.clock() + timedelta(hours=9)
        outbox.add(tx, account, "明天有讲座", office.clock(), priority=NOTICE, not_before=morning)
        outbox.add(tx, account, "马上停水", office.clock(), priority=NOTICE)
    office.app.wake_lanes()
    await office.settles()
    assert texts(office.wang) == ["马上停水"]
    await later(office, timedelta(hours=9).total_seconds())
    assert texts(office.wang) == ["马上停水", "明天有讲座"]


async def test_recipients_who_hang_take_no_worker_away_from_anybody(office: TestOffice) -> None:
    """More of them than there are workers. Nobody else waits for their twenty seconds, and an answer not even for the others."""
    silent = range(4000, 4000 + 3 * Delivery().workers)
    for chat in silent:
        office.telegram.break_chat(chat, Hang())
    readers = knows(office, *range(3000, 3020))
    began = time.monotonic()
    await post(office, *((chat, "明天停水", NOTICE) for chat in [*silent, *(each.user.id for each in readers)]))
    office.wang.user.types("困难")
    await office.telegram.until(lambda: bool(office.wang.user.messages))
    answered = len(sent_to(office))
    await office.telegram.until(lambda: all(texts(each) == ["明天停水"] for each in readers))
    assert time.monotonic() - began < PATIENCE_SECONDS / 2
    assert answered < len(silent)
    await office.telegram.goes_down()  # so that stopping need not wait for them


async def test_a_second_try_does_not_wait_for_somebody_who_hangs(office: TestOffice) -> None:
    office.telegram.break_chat(NUMBERS["小李"], Hang())
    office.telegram.refuse_next("sendMessage", 500)
    await post(office, (NUMBERS["王老"], "您好", NEWS))
    await eventually_rows(office, "SELECT 1 FROM outbox WHERE tries = 1", 1)
    await post(office, (NUMBERS["小李"], "您好", NEWS))
    await office.telegram.until(lambda: texts(office.wang) == ["您好"])
    await office.telegram.goes_down()  # so that stopping need not wait for them


async def test_who_waits_for_an_enclosure_holds_up_nobody_else(office: TestOffice) -> None:
    """A photo that came on another channel and is not here yet: its letters wait, all others go."""
    photo = Medium(media.new_id(), 1, "photo", "照片.jpg", "image/jpeg", 3, "elsewhere", "ref", "wanted", 0)
    await office.writes(lambda tx: media.add(tx, photo, office.clock() + timedelta(hours=1)))
    await post(office, (NUMBERS["王老"], "请看", NEWS), (NUMBERS["小李"], "请看", NEWS), media=[photo.id])
    await eventually_rows(office, "SELECT 1 FROM outbox WHERE why LIKE '%附件还在取%'", 2)
    lane = office.app.lanes["telegram"]
    assert lane._pace.wait_overall(time.monotonic()) == 0  # seen from outside it would be a matter of timing
    await office.zhao.says("待办")
    assert office.zhao.sees("现在没有没办完的事")
    assert texts(office.wang) == []


# ── long texts ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("length", [5_000, 10_000])
async def test_a_long_text_arrives_whole_cut_at_sentence_ends(office: TestOffice, length: int) -> None:
    sentence = "我家住在虚构县水利局的老宿舍，暖气已经三天不热了。"
    text = (sentence * (length // len(sentence) + 1))[:length]
    async with office.database.write() as tx:
        account = await accounts.find_or_add(tx, "telegram", str(NUMBERS["王老"]), office.clock())
        outbox.add(tx, account, text, office.clock(), buttons=[["菜单", "w:menu"]])
    office.app.wake_lanes()
    await office.settles()
    seen = office.wang.user.messages
    assert "".join(each.text for each in seen) == text
    assert all(each.text.endswith("。") for each in seen[:-1])
    assert [each.labels for each in seen] == [[]] * (len(seen) - 1) + [["菜单"]]
    assert not office.telegram.refused


async def test_emoji_at_the_cut_arrive_whole(office: TestOffice) -> None:
    await post(office, (NUMBERS["王老"], "😀" * 3000, NEWS))
    await office.settles()
    assert "".join(texts(office.wang)) == "😀" * 3000
    assert not office.telegram.refused


async def test_a_long_text_goes_on_where_it_stopped(office: TestOffice) -> None:
    """A part that was taken is not sent again because the next one met trouble."""
    office.telegram.break_next("sendMessage", Answer(200, b'{"ok": true, "result": {"message_id": 1}}'))
    office.telegram.refuse_next("sendMessage", 500)
    await post(office, (NUMBERS["王老"], "一" * 4096 + "二" * 4096 + "三" * 10, NEWS))
    await eventually_rows(office, "SELECT 1 FROM outbox WHERE tries = 1 AND parts_sent = 1", 1)
    await later(office, backoff_seconds(0, 1))
    assert texts(office.wang) == ["二" * 4096, "三" * 10]  # the test itself answered for the first part

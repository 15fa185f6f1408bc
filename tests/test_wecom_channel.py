"""WeCom as the office uses it: a push arrives once whatever breaks, cards are pressed once, files travel, and people come in."""

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.channel import Incoming
from bot.channels.wecom import WecomChannel
from bot.channels.wecom_frames import Refusal, checked
from bot.config import Wecom
from bot.health import health
from handlers.turn import Button
from storage import accounts, entry, media, outbox, people
from storage.database import Tx
from storage.errors import DiskFull
from storage.media import Medium
from tests.patience import LoopClock, eventually
from tests.wecom_office import WecomOffice, open_wecom_office
from tests.wecom_server import BOT_ID, NO_FLOOD_LIMITS, SECRET, Late, Limits, Lost, Refused, Silence, WecomServer

PUSH, QUESTION = "明天上午九点开会", "您来吗？"
SAY = "aibot_send_msg"


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[WecomOffice]:
    async with open_wecom_office(tmp_path) as opened:
        yield opened


async def push(office: WecomOffice, *, buttons: bool = False, text: str = PUSH) -> None:
    """Write a push to 王老 and let it leave."""
    rows = [Button("1 来", "a:x:1").row(), Button("2 不来", "a:x:2").row()] if buttons else []

    async def write(tx: Tx) -> None:
        [(account,)] = await tx.all("SELECT id FROM accounts WHERE address = 'wang'")
        outbox.add(tx, account, text, office.clock(), buttons=rows, priority=outbox.NEWS)

    await office.writes(write)
    office.app.wake_lanes()


async def arrives(office: WecomOffice, clock: LoopClock, *, seconds: float = 5.0) -> None:
    """Let time pass until nothing waits to be sent any more: the loop's clock, by which pauses end, and the office's, by which letters are due."""
    for _ in range(400):
        if not await office.rows("SELECT 1 FROM outbox WHERE state = 'waiting'"):
            return
        clock.forward(seconds)
        office.clock.ahead += timedelta(seconds=seconds)
        office.app.wake_lanes()
        await asyncio.sleep(0.02)
    raise AssertionError(f"it never left: {await office.rows('SELECT state, why, not_before FROM outbox')}")


async def states(office: WecomOffice) -> list[tuple[str, str | None]]:
    return [(row[0], row[1]) for row in await office.rows("SELECT state, why FROM outbox ORDER BY id")]


def times_seen(office: WecomOffice, text: str) -> int:
    return sum(text in each.text for each in office.wang.user.messages)


async def _closes(office: WecomOffice, code: int) -> None:
    await office.server.closes(code)


async def _resets(office: WecomOffice) -> None:
    office.server.resets()


async def _is_silent_and_loses_the_answer(office: WecomOffice) -> None:
    office.server.break_next(SAY, Silence())


async def _forgets(office: WecomOffice) -> None:
    office.server.forgets_the_subscription()


async def _refuses_then_recovers(office: WecomOffice) -> None:
    office.server.refuse_subscriptions(2)
    office.server.resets()


async def _is_busy(office: WecomOffice) -> None:
    office.server.break_next(SAY, Refused(-1, "system busy"))


FAULTS: dict[str, Callable[[WecomOffice], Any]] = {
    "a clean farewell, 1000": lambda office: _closes(office, 1000),
    "going away, 1001": lambda office: _closes(office, 1001),
    "an error of the server, 1011": lambda office: _closes(office, 1011),
    "a connection that is cut": _resets,
    "a request that nobody took": _is_silent_and_loses_the_answer,
    "a subscription that was forgotten": _forgets,
    "a refused subscription, then recovery": _refuses_then_recovers,
    "a busy server": _is_busy,
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_push_arrives_once_after(office: WecomOffice, loop_clock: LoopClock, fault: str) -> None:
    await FAULTS[fault](office)
    await push(office)
    await arrives(office, loop_clock)
    await push(office, text="第二条")
    await arrives(office, loop_clock)
    assert [each.text for each in office.wang.user.messages] == [PUSH, "第二条"]
    assert [state for state, _ in await states(office)] == ["sent", "sent"]


async def test_the_flood_limit_is_waited_out_and_the_push_arrives_once(office: WecomOffice) -> None:
    office.server.break_next(SAY, Refused(45009, "api freq out of limit"))
    await push(office)
    await office.settles()
    assert await states(office) == [("waiting", "企业微信要求放慢")]
    office.clock.ahead += timedelta(seconds=61)
    await office.restarts()  # which forgets that this chat must rest
    assert times_seen(office, PUSH) == 1


async def test_silence_is_found_out_and_the_push_arrives_once(office: WecomOffice, loop_clock: LoopClock) -> None:
    office.server.falls_silent()
    await push(office)
    for _ in range(10):
        loop_clock.forward(8)
        await asyncio.sleep(0.02)
    office.server.falls_silent(False)
    await arrives(office, loop_clock)
    assert times_seen(office, PUSH) == 1


async def test_pushes_of_forty_minutes_without_a_server_arrive_once_and_in_order(
    office: WecomOffice, loop_clock: LoopClock
) -> None:
    await office.server.goes_down()
    for number in range(3):
        await push(office, text=f"{PUSH}{number}")
        for _ in range(14):
            loop_clock.forward(60)
            office.clock.ahead += timedelta(seconds=60)
            await asyncio.sleep(0.02)
    assert "连不上" in (office.channel.pulse.reason or "")
    await office.server.comes_back()
    await arrives(office, loop_clock, seconds=30)
    assert [each.text for each in office.wang.user.messages] == [f"{PUSH}{number}" for number in range(3)]


async def test_a_late_answer_leaves_a_doubt_and_the_message_comes_at_most_twice(
    office: WecomOffice, loop_clock: LoopClock
) -> None:
    late = Late(asyncio.Event())
    office.server.break_next(SAY, late)
    await push(office)
    await eventually(lambda: times_seen(office, PUSH) == 1)
    loop_clock.forward(25)
    late.until.set()
    await arrives(office, loop_clock)
    assert times_seen(office, PUSH) == 2
    assert await office.rows("SELECT state, doubts FROM outbox") == [("sent", 1)]


async def test_a_message_of_which_nobody_knows_is_not_sent_a_third_time_and_staff_are_told(
    office: WecomOffice, loop_clock: LoopClock
) -> None:
    office.server.break_next(SAY, Lost(), times=2)
    await push(office)
    await arrives(office, loop_clock)
    assert times_seen(office, PUSH) == 2
    assert await states(office) == [("failed", "企业微信没有回执，不知道送到没有")]
    await office.zhao.says("菜单")
    await office.zhao.presses("没送到的消息")
    assert office.zhao.sees("王老") and office.zhao.sees("不知道送到没有")


async def test_a_card_whose_answer_was_lost_comes_once(office: WecomOffice, loop_clock: LoopClock) -> None:
    office.server.break_next(SAY, Lost())
    await push(office, buttons=True, text=QUESTION)
    await arrives(office, loop_clock)
    assert times_seen(office, QUESTION) == 1
    assert [state for state, _ in await states(office)] == ["sent"]


async def test_a_card_that_is_refused_comes_as_a_list(office: WecomOffice) -> None:
    office.server.break_next(SAY, Refused(42045, "Template_Card button_list Missing or Invalid"))
    await push(office, buttons=True, text=QUESTION)
    await office.settles()
    assert office.wang.user.latest.text == f"{QUESTION}\n\n请回复前面的数字：\n1 来\n2 不来"


async def test_a_card_whose_number_is_refused_the_first_time_comes_as_a_list(office: WecomOffice) -> None:
    office.server.break_next(SAY, Refused(40058, "template_card.task_id Invalid"))
    await push(office, buttons=True, text=QUESTION)
    await office.settles()
    assert times_seen(office, QUESTION) == 1 and "请回复前面的数字" in office.wang.user.latest.text


async def test_what_is_refused_for_good_is_told_to_staff_without_a_word_of_it(office: WecomOffice) -> None:
    office.server.break_next(SAY, Refused(40201, f"anti-spam check: {PUSH}"))
    await push(office)
    await office.settles()
    assert await states(office) == [("failed", "企业微信不接受（错误码 40201）")]


async def test_who_is_no_member_any_more_is_out_of_reach_until_writing_again(office: WecomOffice) -> None:
    office.server.break_next(SAY, Refused(60111, "userid not found"))
    await push(office)
    await office.settles()
    [(why,)] = await office.rows("SELECT unreachable_why FROM accounts WHERE address = 'wang'")
    assert "找不到这个人" in why
    await office.wang.says("菜单")
    assert office.wang.sees("您要办什么")
    assert await office.rows("SELECT unreachable_why FROM accounts WHERE address = 'wang'") == [(None,)]


# ── cards ───────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_pressed_card_shows_what_was_chosen_and_cannot_be_pressed_twice(office: WecomOffice) -> None:
    await office.wang.says("菜单")
    menu = office.wang.message
    assert menu.labels[:3] == ["1 反映困难", "2 我的困难", "3 找人工"] and len(menu.labels) <= 6
    await office.wang.presses("我的困难")
    seen = next(each for each in office.wang.user.messages if each.task_id == menu.task_id)
    assert seen.labels == ["已选 2 我的困难"[:10]] and seen.text == menu.text and seen.updates == 1
    before = len(office.wang.user.messages)
    await office.wang.does(lambda user: user.presses("已选", seen))
    assert len(office.wang.user.messages) == before
    still = next(each for each in office.wang.user.messages if each.task_id == menu.task_id)
    assert (still.labels, still.text, still.updates) == (seen.labels, menu.text, 1)
    assert len(office.server.frames_of("aibot_respond_update_msg")) == 1
    await office.wang.presses("我的困难", menu)  # somebody else's telephone may still show the old card
    assert office.wang.sees("您还没有登记过困难")


async def test_a_card_from_before_a_restart_is_answered_and_changed_like_any_other(office: WecomOffice) -> None:
    await office.wang.says("困难")
    await office.wang.presses("住房")
    card = office.wang.message
    await office.restarts()
    await office.wang.says("暖气不热")
    await office.wang.presses("说完了", card)
    assert office.wang.sees("今天就要有人管吗")
    changed = next(each for each in office.wang.user.messages if each.task_id == card.task_id)
    assert changed.text == card.text and changed.labels == ["已选 1 说完了"]


async def test_a_card_that_can_not_be_changed_any_more_harms_nothing(office: WecomOffice) -> None:
    await office.wang.says("菜单")
    office.server.break_next("aibot_respond_update_msg", Refused(846605, "invalid req_id"))
    await office.wang.presses("反映困难")
    assert office.wang.sees("您遇到哪方面的困难")


async def test_long_words_come_in_pages_and_the_question_on_the_card(office: WecomOffice) -> None:
    story = "".join(f"第{number}天暖气还是不热，家里有老人。" for number in range(900))
    await push(office, buttons=True, text=f"{story}\n\n{QUESTION}")
    await office.settles()
    pages = [each for each in office.wang.user.messages if not each.labels]
    assert "".join(each.text for each in pages) == story and len(pages) > 1
    assert office.wang.user.latest.text == QUESTION and office.wang.user.latest.labels == ["1 来", "2 不来"]
    assert office.server.refused == []


# ── files ───────────────────────────────────────────────────────────────────────────────────────────────────────────


async def shows(office: WecomOffice, loop_clock: LoopClock, *media_ids: str) -> None:
    """Push files of the office's to 王老, a letter each, and let them leave."""

    async def write(tx: Tx) -> None:
        [(account,)] = await tx.all("SELECT id FROM accounts WHERE address = 'wang'")
        for each in media_ids:
            outbox.add(tx, account, "请看", office.clock(), media=[each], priority=outbox.NEWS)

    office.wang.looks_away()
    await office.writes(write)
    office.app.wake_lanes()
    await arrives(office, loop_clock)


async def holds(office: WecomOffice, *contents: bytes) -> list[str]:
    """Put files into the office; return their ids."""
    ids = [media.new_id() for _ in contents]
    for each, content in zip(ids, contents, strict=True):
        await office.app.folder.keep(each, content)
        medium = Medium(each, None, "file", "收据.pdf", "application/pdf", len(content), "web", None, "kept", 0)
        await office.writes(lambda tx, medium=medium: media.add(tx, medium, office.clock()))  # type: ignore[misc]
    return ids


async def test_a_file_that_wecom_has_forgotten_is_uploaded_once_again(
    office: WecomOffice, loop_clock: LoopClock
) -> None:
    [paper] = await holds(office, b"%PDF-1.7 paper")
    await shows(office, loop_clock, paper)
    office.server.media.kept.clear()
    await shows(office, loop_clock, paper)
    assert office.wang.files == [b"%PDF-1.7 paper"] and office.server.media.uploads == 2
    office.server.break_next(SAY, Refused(40007, "invalid media_id"), times=2)
    await shows(office, loop_clock, paper)
    assert office.wang.sees("附件“收据.pdf”企业微信不收。") and office.wang.sees("请看")
    assert office.server.media.uploads == 3
    await shows(office, loop_clock, paper)
    assert office.wang.files == [b"%PDF-1.7 paper"] and office.server.media.uploads == 4
    assert {state for state, _ in await states(office)} == {"sent"}


async def test_a_slow_upload_holds_up_no_other_and_goes_on_while_its_message_waits(
    office: WecomOffice, loop_clock: LoopClock
) -> None:
    slow, quick = await holds(office, b"%PDF-1.7 slow", b"%PDF-1.7 quick")
    late = Late(asyncio.Event())
    office.server.break_next("aibot_upload_media_finish", late)
    uploads = office.channel._way.uploads
    await office.channel._connection.connected(5)
    first, second = (asyncio.create_task(uploads.media_id(slow, "file", "收据.pdf", b"%PDF-1.7 slow")) for _ in "ab")
    await eventually(lambda: bool(office.server.frames_of("aibot_upload_media_finish")))
    assert await uploads.media_id(quick, "file", "收据.pdf", b"%PDF-1.7 quick")
    loop_clock.forward(16)
    for waiting in (first, second):
        with pytest.raises(TimeoutError):
            await waiting
    late.until.set()
    await eventually(lambda: not uploads._under_way)
    await shows(office, loop_clock, slow, quick)
    assert office.wang.files == [b"%PDF-1.7 slow", b"%PDF-1.7 quick"] and office.server.media.uploads == 2


@pytest.mark.parametrize("first", [0, 1])
async def test_a_large_photo_goes_in_pieces_and_to_many_people_once(tmp_path: Path, first: int) -> None:
    large = b"\xff\xd8\xff" + bytes(range(256)) * 5000  # three pieces
    async with open_wecom_office(tmp_path, server={"chunk_first": first}, chunk_first=first) as office:
        for person in (office.wang, office.li):
            await person.says("菜单")
        await office.wang.does(lambda user: user.sends_file("image", large))
        await eventually(lambda: office.app.fetching.is_idle)
        [(media_id,)] = await office.rows("SELECT id FROM media")

        async def show(tx: Tx) -> None:
            for (account,) in await tx.all("SELECT id FROM accounts WHERE address IN ('li', 'zhao')"):
                outbox.add(tx, account, "请看", office.clock(), media=[media_id])

        office.li.looks_away()
        office.zhao.looks_away()
        await office.writes(show)
        office.app.wake_lanes()
        await office.settles()
        assert office.li.files == office.zhao.files == [large]
        assert office.server.media.uploads == 1


async def test_with_the_wrong_number_for_the_first_piece_words_stand_in_for_the_file(tmp_path: Path) -> None:
    async with open_wecom_office(tmp_path, server={"chunk_first": 1}, chunk_first=0) as office:
        await office.wang.says("人工")
        await office.wang.does(lambda user: user.sends_file("file", b"%PDF-1.7 paper", "收据.pdf"))
        await office.zhao.presses("查看")
        await office.settles()
        assert office.zhao.sees("附件“收据.pdf”企业微信不收。")


# ── how people come in ──────────────────────────────────────────────────────────────────────────────────────────────


async def test_whoever_opens_the_chat_is_welcomed_within_five_seconds_and_asked_for_a_word(tmp_path: Path) -> None:
    async with open_wecom_office(tmp_path, bound=False) as office:
        await office.stranger.does(lambda user: user.enters())
        assert office.stranger.sees("服务助手") and office.stranger.sees("请您随便发一句话")
        assert [each["cmd"] for each in office.server.frames][-1] == "aibot_respond_welcome_msg"
        await office.stranger.does(lambda user: user.enters())
        assert office.stranger.heard == ""  # once a day
        assert await office.rows("SELECT kind, state FROM inbox") == [("entered", "handled")]


async def test_while_nothing_can_be_stored_it_is_kept_and_nobody_is_answered(loop_clock: LoopClock) -> None:
    stored: list[str] = []
    full = [True]

    async def receive(channel: str, incomings: Sequence[Incoming]) -> None:
        if full[0]:
            raise DiskFull("磁盘满了")
        stored.extend(each.words or each.kind for each in incomings)

    async with WecomServer(NO_FLOOD_LIMITS) as server:
        config = Wecom.model_validate({"enabled": True, "bot_id": BOT_ID, "secret": SECRET, "url": server.url})
        channel = WecomChannel(config, receive, lambda: datetime.now(UTC), lambda: "您好")
        listening = asyncio.create_task(channel.listen())
        await eventually(lambda: server.is_subscribed)
        someone = server.user("wang")
        someone.types("一")
        someone.enters()
        someone.types("二")
        await eventually(lambda: len(channel._waiting) == 3)
        await asyncio.sleep(0.05)
        assert server.frames_of("aibot_respond_welcome_msg") == []
        full[0] = False
        loop_clock.forward(5)
        await eventually(lambda: len(server.frames_of("aibot_respond_welcome_msg")) == 1)
        assert stored == ["一", "entered", "二"] and not channel._waiting
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)


async def test_what_cannot_be_stored_is_refused_or_dropped_and_ends_nothing(caplog: pytest.LogCaptureFixture) -> None:
    stored: list[str] = []

    async def receive(channel: str, incomings: Sequence[Incoming]) -> None:
        if any("毒" in each.words or "毒" in each.address for each in incomings):
            raise ValueError(f"no database takes {incomings}")
        stored.extend(each.words for each in incomings)

    async with WecomServer(NO_FLOOD_LIMITS) as server:
        config = Wecom.model_validate({"enabled": True, "bot_id": BOT_ID, "secret": SECRET, "url": server.url})
        channel = WecomChannel(config, receive, lambda: datetime.now(UTC), lambda: "您好")
        listening = asyncio.create_task(channel.listen())
        await eventually(lambda: server.is_subscribed)
        for userid, words in (("wang", "一"), ("wang", "毒话"), ("毒人", "话"), ("wang", "二")):
            server.user(userid).types(words)
        await eventually(lambda: "二" in stored)
        assert stored == ["一", "这种消息", "二"] and not channel._waiting and not listening.done()
        logged = [each for each in caplog.records if each.name == "bot.channels.wecom"]
        assert [each.getMessage() for each in logged] == [
            "a callback cannot be stored",
            "a callback cannot be stored",
            "a callback is dropped",
        ]
        assert "毒" not in "".join(f"{each.__dict__}" for each in logged)
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda each: st.lists(each, max_size=2) | st.dictionaries(st.sampled_from(["userid", "eventtype", "from"]), each),
    max_leaves=6,
)
FRAMES = ODD | st.fixed_dictionaries(
    {"headers": st.fixed_dictionaries({"req_id": ODD}) | ODD},
    optional={
        "cmd": st.sampled_from(["aibot_msg_callback", "aibot_event_callback"]) | ODD,
        "errcode": ODD,
        "body": ODD
        | st.fixed_dictionaries(
            {"from": st.fixed_dictionaries({"userid": ODD}) | ODD, "event": ODD, "text": ODD},
            optional={"msgtype": ODD | st.just("text"), "msgid": ODD, "create_time": ODD, "quote": ODD, "aibotid": ODD},
        ),
    },
)


def loops() -> set[asyncio.Task[Any]]:
    """Return the tasks of the channel that must never end."""
    endless = ("WecomChannel.listen", "WecomChannel._store", "Connection.run", "Connection._beat")
    return {each for each in asyncio.all_tasks() if getattr(each.get_coro(), "__qualname__", "") in endless}


async def test_frames_of_any_shape_end_no_loop(office: WecomOffice) -> None:
    channel = office.channel
    await channel._connection.connected(5)
    before = loops()

    @settings(max_examples=150)
    @given(st.lists(FRAMES, max_size=3), ODD)
    def every(frames: list[object], code: object) -> None:
        for each in frames:
            connection = channel._connection._socket
            assert connection is not None
            connection._take(json.dumps(each))
        with contextlib.suppress(Refusal):
            checked({"headers": {}, "errcode": code})

    connection = channel._connection._socket
    assert connection is not None
    every()
    connection._take("[" * 100_000)
    office.wang.user.types("菜单")
    await eventually(lambda: times_seen(office, "您要办什么") == 1)
    assert loops() == before and len(before) == 4


async def test_an_answer_without_a_number_is_a_refusal(office: WecomOffice, loop_clock: LoopClock) -> None:
    office.server.break_next("ping", Refused("often"))  # type: ignore[arg-type]  # what no page of WeCom's foretells
    office.server.break_next(SAY, Refused("often"))  # type: ignore[arg-type]
    await push(office)
    await office.settles()
    assert await states(office) == [("failed", "企业微信不接受（错误码 -999999）")]
    for _ in range(3):
        loop_clock.forward(31)
        await asyncio.sleep(0.05)  # for the answer
    await eventually(lambda: len(office.server.frames_of("ping")) >= 2)


async def test_a_one_time_code_binds_an_account_whatever_it_is_called(tmp_path: Path) -> None:
    async with open_wecom_office(tmp_path, bound=False) as office:
        await office.writes(
            lambda tx: entry.add_invite(tx, office.ids["王老"], "ABCDEFGH", None, office.clock(), hours=1)
        )
        someone = office.stranger  # WeCom may give an opaque id
        await someone.says("你好")
        assert someone.sees("我还不认识您") and someone.buttons == ["1 申请使用"]
        await someone.says("abcd-efgh")
        assert someone.sees("王老，您好，已经认出您了")


async def test_whom_the_roster_knows_by_the_account_is_known_at_once_and_reached_after_the_first_word(
    tmp_path: Path,
) -> None:
    async with open_wecom_office(tmp_path, bound=False) as office:

        async def know(tx: Tx) -> None:
            wang = await people.by_id(tx, office.ids["王老"])
            await people.change(tx, replace(wang, work_account="wang"), office.clock())

        await office.writes(know)
        await office.wang.does(lambda user: user.enters())
        [(person, why)] = await office.rows("SELECT person_id, unreachable_why FROM accounts")
        assert person == office.ids["王老"] and why == "还没有在企业微信里给助手发过话"
        await office.writes(lambda tx: bind(tx, "zhao", office.ids["赵科"], office))
        await office.zhao.says("菜单")
        await office.zhao.presses("没送到的消息")
        await office.zhao.presses("发不到的人")
        assert office.zhao.sees("王老，电话 13800000001：还没有在企业微信里给助手发过话")
        await office.wang.says("你好")
        assert office.wang.sees("需要保存您的姓名")  # the consent: the account is known
        await office.zhao.says("菜单")
        await office.zhao.presses("没送到的消息")
        await office.zhao.presses("1 发不到的人", office.zhao.message)
        assert office.zhao.sees("现在每位老同志都发得到。")
        assert await office.rows("SELECT unreachable_why FROM accounts WHERE address = 'wang'") == [(None,)]


async def bind(tx: Tx, userid: str, person_id: int, office: WecomOffice) -> None:
    account = await accounts.find_or_add(tx, "wecom", userid, office.clock())
    await accounts.bind(tx, account, person_id, office.clock())


async def test_the_rate_of_a_chat_is_kept_and_an_answer_has_its_share(tmp_path: Path, loop_clock: LoopClock) -> None:
    async with open_wecom_office(tmp_path, limits=Limits(), messages_per_minute=30, messages_per_hour=1000) as office:
        for number in range(40):
            await push(office, text=f"通知{number}")
        await eventually(lambda: len(office.wang.user.messages) >= 20)
        office.wang.user.types("菜单")
        await eventually(lambda: any("您要办什么" in each.text for each in office.wang.user.messages))
        assert office.server.refused == []


async def test_cards_that_change_and_welcomes_count_in_the_window_of_a_chat(tmp_path: Path) -> None:
    async with open_wecom_office(tmp_path, limits=Limits(), messages_per_minute=30, messages_per_hour=1000) as office:
        await office.wang.does(lambda user: user.enters())
        await office.wang.says("菜单")
        menu = office.wang.message
        for _ in range(11):
            await office.wang.presses("我的困难", menu)
        for number in range(12):
            await push(office, text=f"通知{number}")
        await office.settles()
        chat = office.wang.user.chat
        assert len(chat.left) == 30 and office.server.refused == []
        assert {state for state, _ in await states(office)} == {"sent", "waiting"}


async def test_a_restart_does_not_forget_what_a_chat_has_had_within_the_minute(tmp_path: Path) -> None:
    async with open_wecom_office(tmp_path, limits=Limits(), messages_per_minute=30, messages_per_hour=1000) as office:
        for number in range(40):
            await push(office, text=f"通知{number}")
        await eventually(lambda: len(office.wang.user.messages) == 24)  # a fifth is left free for answers
        await office.settles()
        await office.restarts()
        await office.wang.says("菜单")
        assert office.wang.sees("您要办什么")
        assert len(office.wang.user.messages) == 25
        assert office.server.refused == []


async def test_health_shows_the_age_of_the_last_heartbeat_and_what_troubles_the_connection(
    office: WecomOffice, loop_clock: LoopClock
) -> None:
    pulse = office.channel.pulse

    async def report() -> dict[str, Any]:
        return await health(office.app.database, [pulse], office.folder, 1, office.clock)

    wecom = (await report())["loops"]["wecom"]
    assert 0 <= wecom["seconds_since_well"] < 30 and wecom["trouble"] is None
    office.server.refuse_subscriptions(1)
    office.server.resets()
    for _ in range(5):
        loop_clock.forward(1)
        await asyncio.sleep(0.02)
    found = await report()
    assert not found["ok"] and "不让连（错误码 40001）" in found["troubles"][0]
    assert "secret" not in str(found) and BOT_ID not in str(found)


async def test_nothing_that_was_said_and_nobody_is_logged(
    office: WecomOffice, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("aiosqlite").setLevel(logging.WARNING)  # as in an office, which hears only its own below that
    await office.wang.says("我家暖气三天不热了")
    await office.wang.does(lambda user: user.sends_file("file", b"%PDF-1.7 paper", "取暖费收据.pdf"))
    await office.wang.does(lambda user: user.sends({"msgtype": "image", "image": {"url": "http://127.0.0.1:1/x"}}))
    await office.wang.says("菜单")
    await office.wang.presses("我的困难")
    office.server.break_next(SAY, Refused(40058, PUSH))
    await push(office)
    await office.settles()
    ours = [each for each in caplog.records if each.name.startswith(("bot", "handlers", "storage", "websockets"))]
    logged = "\n".join(f"{each.getMessage()} {each.__dict__}" for each in ours)
    assert "not delivered" in logged
    for private in (SECRET, "暖气", "收据", "127.0.0.1:1", "'wang'", "王老", PUSH):
        assert private not in logged, private


async def test_what_is_on_its_way_when_the_office_stops_is_written_down_as_sent(office: WecomOffice) -> None:
    late = Late(asyncio.Event())
    office.server.break_next(SAY, late)
    await push(office)
    await eventually(lambda: times_seen(office, PUSH) == 1)
    stopping = asyncio.create_task(office.app.stop())
    await asyncio.sleep(0.05)
    late.until.set()
    await stopping
    await office.app.start()
    await office.is_connected()
    await office.settles()
    assert times_seen(office, PUSH) == 1

"""The long connection of a WeCom bot: whatever ends it, it comes back; and whoever must hear of trouble hears of it."""

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.wecom_connection import Connection
from bot.channels.wecom_frames import Ending, Frame, NoAnswer, NotConnected, Refusal, wait_seconds
from bot.pulse import Pulse
from tests.patience import LoopClock, eventually
from tests.wecom_server import BOT_ID, NO_FLOOD_LIMITS, SECRET, Late, Limits, Lost, Refused, Silence, WecomServer

WHO = "zhangsan-whom-nobody-logs"
WORDS = "words-that-nobody-logs"
SAY = {"chatid": WHO, "chat_type": 1, "msgtype": "markdown", "markdown": {"content": WORDS}}


class Line:
    """A connection that runs, and what it heard."""

    def __init__(self, server: WecomServer, secret: str = SECRET) -> None:
        self.server = server
        self.heard: list[Frame] = []
        self.pulse = Pulse("wecom")
        self.connection = Connection(server.url, BOT_ID, secret, self.heard.append, self.pulse)
        self.task = asyncio.create_task(self.connection.run())

    async def is_up(self) -> None:
        await eventually(lambda: self.server.is_subscribed and self.pulse.reason is None)
        await self.connection.connected(5)

    async def is_down(self) -> None:
        await eventually(lambda: self.pulse.reason is not None)

    async def says(self) -> Frame:
        return await self.connection.request("aibot_send_msg", SAY)

    async def ends(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


@asynccontextmanager
async def line(server: WecomServer, secret: str = SECRET) -> AsyncIterator[Line]:
    made = Line(server, secret)
    try:
        yield made
    finally:
        await made.ends()


@pytest.fixture
async def server() -> AsyncIterator[WecomServer]:
    async with WecomServer(NO_FLOOD_LIMITS) as running:
        running.user(WHO).chat.wrote = True
        yield running


async def forward(clock: LoopClock, seconds: float, until: Callable[[], bool]) -> None:
    """Let seconds pass until it holds, in steps in which the network has time to answer."""
    for _ in range(400):
        if until():
            return
        clock.forward(seconds)
        await asyncio.sleep(0.02)
    raise AssertionError("it never came to hold")


ENDINGS: dict[str, Callable[[WecomServer], object]] = {
    "a clean farewell, 1000": lambda server: server.closes(1000),
    "going away, 1001": lambda server: server.closes(1001),
    "an error of the server, 1011": lambda server: server.closes(1011),
    "a connection that is cut": lambda server: server.resets(),
    "silence": lambda server: server.falls_silent(),
    "a subscription that was forgotten": lambda server: server.forgets_the_subscription(),
}


@pytest.mark.parametrize("how", ENDINGS)
async def test_it_comes_back_after(server: WecomServer, loop_clock: LoopClock, how: str) -> None:
    async with line(server) as ours:
        await ours.is_up()
        ending = ENDINGS[how](server)
        if asyncio.iscoroutine(ending):
            await ending
        await forward(loop_clock, 16, lambda: ours.pulse.reason is not None)
        server.falls_silent(False)
        await forward(loop_clock, 5, lambda: server.subscriptions == 2)
        await ours.is_up()
        await ours.says()
    assert [each.text for each in server.user(WHO).messages] == [WORDS]


async def test_an_outage_of_forty_minutes_and_a_server_that_is_down_at_the_start_are_waited_out(
    loop_clock: LoopClock,
) -> None:
    async with WecomServer(NO_FLOOD_LIMITS) as server:
        server.user(WHO).chat.wrote = True
        await server.goes_down()
        async with line(server) as ours:
            await ours.is_down()
            with pytest.raises(NotConnected):
                await ours.says()
            began = asyncio.get_running_loop().time()
            await forward(loop_clock, 60, lambda: asyncio.get_running_loop().time() - began > 40 * 60)
            await server.comes_back()
            await forward(loop_clock, 20, lambda: server.is_subscribed)
            await ours.is_up()
            await ours.says()


async def test_a_refused_subscription_is_an_alarm_and_recovers(
    server: WecomServer, loop_clock: LoopClock, caplog: pytest.LogCaptureFixture
) -> None:
    server.refuse_subscriptions(2)
    async with line(server) as ours:
        await eventually(lambda: "40001" in (ours.pulse.reason or ""))
        assert [each.levelname for each in caplog.records if each.message == "WeCom is not connected"] == ["ERROR"]
        loop_clock.forward(59)
        await asyncio.sleep(0.05)
        assert len(server.refused) == 1  # not before a minute is over
        await forward(loop_clock, 30, lambda: server.is_subscribed)
        await ours.is_up()
        assert len(server.refused) == 2


async def test_who_was_replaced_alarms_and_waits_longer_each_time(
    server: WecomServer, loop_clock: LoopClock, caplog: pytest.LogCaptureFixture
) -> None:
    """Two instances of one bot push each other out; each waits a minute at least, then two, then four."""
    async with line(server) as first:
        await first.is_up()
        async with line(server) as second:
            await eventually(lambda: first.pulse.reason is not None)
            assert "另一个程序" in (first.pulse.reason or "")
            assert [each.levelname for each in caplog.records if each.message == "WeCom is not connected"] == ["ERROR"]
            loop_clock.forward(59)
            await asyncio.sleep(0.05)
            assert server.subscriptions == 2 and second.pulse.reason is None
            await forward(loop_clock, 20, lambda: server.subscriptions == 3)
            await eventually(lambda: second.pulse.reason is not None)
        await first.is_up()


async def test_the_heartbeat_has_no_body_and_its_answer_is_what_health_shows(
    server: WecomServer, loop_clock: LoopClock
) -> None:
    async with line(server) as ours:
        await ours.is_up()
        subscribed = time.monotonic()
        await forward(loop_clock, 16, lambda: len(server.frames_of("ping")) >= 1)
        await eventually(lambda: ours.pulse.seconds_since_well < time.monotonic() - subscribed - 0.005)
        assert "body" not in server.frames_of("ping")[0]
    assert server.dropped == []


async def test_one_lost_heartbeat_ends_nothing(server: WecomServer, loop_clock: LoopClock) -> None:
    async with line(server) as ours:
        await ours.is_up()
        server.break_next("ping", Silence())
        await forward(loop_clock, 16, lambda: len(server.frames_of("ping")) == 3)
        assert server.subscriptions == 1 and ours.pulse.reason is None


async def test_an_answer_that_comes_too_late_is_not_taken_for_that_of_the_next(
    server: WecomServer, loop_clock: LoopClock
) -> None:
    async with line(server) as ours:
        await ours.is_up()
        late = Late(asyncio.Event())
        server.break_next("aibot_send_msg", late)
        asking = asyncio.create_task(ours.says())
        await eventually(lambda: len(server.frames_of("aibot_send_msg")) == 1)
        loop_clock.forward(25)
        with pytest.raises(NoAnswer):
            await asking
        server.break_next("aibot_send_msg", Silence())
        asking = asyncio.create_task(ours.says())
        await eventually(lambda: len(server.frames_of("aibot_send_msg")) == 2)
        late.until.set()
        await asyncio.sleep(0.05)
        assert not asking.done()
        loop_clock.forward(25)
        with pytest.raises(NoAnswer):
            await asking
    numbers = [each["headers"]["req_id"] for each in server.frames]
    assert len(set(numbers)) == len(numbers)


async def test_a_break_while_an_answer_is_awaited_is_no_answer(server: WecomServer) -> None:
    async with line(server) as ours:
        await ours.is_up()
        server.break_next("aibot_send_msg", Lost())
        asking = asyncio.create_task(ours.says())
        await eventually(lambda: len(server.frames_of("aibot_send_msg")) == 1)
        server.resets()
        with pytest.raises(NoAnswer):
            await asking


async def test_what_is_no_frame_and_a_large_one_are_survived(server: WecomServer) -> None:
    async with line(server) as ours:
        await ours.is_up()
        connection = next(iter(server._open))
        for text in ("not json", "[]", "{}", '{"cmd": "x"}', '{"cmd": "new", "headers": {"req_id": "1"}}'):
            await connection.send(text)
        frame = {"cmd": "aibot_msg_callback", "headers": {"req_id": "2"}, "body": {"x": "字" * 1_000_000}}
        await connection.send(json.dumps(frame, ensure_ascii=False))
        await eventually(lambda: len(ours.heard) == 1)
        assert server.subscriptions == 1


async def test_checking_says_who_is_right_and_leaves(server: WecomServer) -> None:
    await Connection(server.url, BOT_ID, SECRET, lambda frame: None, Pulse("wecom")).try_once()
    await eventually(lambda: not server.is_subscribed)
    with pytest.raises(Refusal):
        await Connection(server.url, BOT_ID, "another-secret", lambda frame: None, Pulse("wecom")).try_once()
    await server.goes_down()
    with pytest.raises(NotConnected):
        await Connection(server.url, BOT_ID, SECRET, lambda frame: None, Pulse("wecom")).try_once()


async def test_nothing_secret_and_nothing_said_is_ever_logged(
    server: WecomServer, loop_clock: LoopClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.refuse_subscriptions(1)
    async with line(server) as ours:
        await forward(loop_clock, 30, lambda: server.is_subscribed)
        await ours.is_up()
        server.user(WHO).types(WORDS)
        await eventually(lambda: len(ours.heard) == 1)
        server.break_next("aibot_send_msg", Refused(40058, WORDS))
        with pytest.raises(Refusal) as refused:
            await ours.says()
        assert WORDS not in str(refused.value)
        await server.closes(1011)
        await forward(loop_clock, 5, lambda: server.subscriptions == 2)
    logged = "\n".join(f"{each.getMessage()} {each.__dict__}" for each in caplog.records)
    assert "WeCom is connected" in logged
    for private in (SECRET, WHO, WORDS):
        assert private not in logged


@given(times=st.integers(1, 1000), chance=st.floats(0, 0.999), kind=st.sampled_from(["dropped", "refused", "replaced"]))
def test_waits_are_bounded_and_an_alarm_waits_a_minute_at_least(times: int, chance: float, kind: str) -> None:
    wait = wait_seconds(Ending("", kind), times, chance)  # type: ignore[arg-type]  # the three of them
    if kind == "dropped":
        assert 0.5 <= wait <= 60
    else:
        assert 60 <= wait <= (375 if kind == "refused" else 2250)


async def test_subscribing_is_limited_and_we_keep_within_it(loop_clock: LoopClock) -> None:
    """A server that ends every connection at once is asked a few times a minute, not many times a second."""
    clock = asyncio.get_running_loop().time
    async with WecomServer(Limits(), clock) as server, line(server) as ours:
        for _ in range(10):
            await forward(loop_clock, 3, lambda: server.is_subscribed)
            await server.closes(1000)
            await ours.is_down()
        assert [each for each in server.refused if each[1] == 45009] == []

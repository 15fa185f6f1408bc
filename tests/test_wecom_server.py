"""The loopback WeCom refuses what WeCom refuses: a test that passes against it would not pass by its leniency."""

import base64
import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.wecom_server import BOT_ID, SECRET, Limits, WecomServer
from tests.wecom_server.rules import BAD_CARD, CREDENTIALS, FLOOD, INVALID, NEVER_WROTE, NOT_SUBSCRIBED, UNKNOWN_REQUEST

WHO = {"bot_id": BOT_ID, "secret": SECRET}
CARD = {"card_type": "button_interaction", "main_title": {"title": "好吗？"}, "task_id": "t1"}


class Hand:
    """A bot that speaks the protocol by hand."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self._number = 0

    async def asks(self, command: str, body: Any = None, number: str | None = None) -> tuple[int, Any]:
        """Return errcode and body of the answer."""
        self._number += 1
        number = number or f"r{self._number}"
        frame = {"cmd": command, "headers": {"req_id": number}} | ({} if body is None else {"body": body})
        await self.connection.send(json.dumps(frame))
        while True:
            answer = json.loads(await self.connection.recv())
            if "cmd" not in answer and answer["headers"]["req_id"] == number:
                return answer["errcode"], answer.get("body")

    async def hears(self) -> dict[str, Any]:
        frame: dict[str, Any] = json.loads(await self.connection.recv())
        return frame

    async def says(self, **content: Any) -> int:
        code, _ = await self.asks("aibot_send_msg", {"chatid": "wang", "chat_type": 1} | content)
        return code

    async def shows(self, **card: Any) -> int:
        buttons = [{"text": "1 好", "key": "yes"}]
        return await self.says(msgtype="template_card", template_card=CARD | {"button_list": buttons} | card)


class Time:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
async def server(time: Time) -> AsyncIterator[WecomServer]:
    async with WecomServer(Limits(), time) as running:
        running.user("wang").chat.wrote = True
        yield running


@asynccontextmanager
async def a_bot(server: WecomServer) -> AsyncIterator[Hand]:
    async with connect(server.url, proxy=None) as connection:
        hand = Hand(connection)
        assert await hand.asks("aibot_subscribe", WHO) == (0, None)
        yield hand


async def test_who_has_not_subscribed_or_not_rightly_may_do_nothing(server: WecomServer, time: Time) -> None:
    async with connect(server.url, proxy=None) as connection:
        hand = Hand(connection)
        assert await hand.asks("ping") == (NOT_SUBSCRIBED, None)
        assert await hand.says(msgtype="markdown", markdown={"content": "好"}) == NOT_SUBSCRIBED
        assert (await hand.asks("aibot_subscribe", WHO | {"secret": "another"}))[0] == CREDENTIALS
        for _ in range(5):
            await hand.asks("aibot_subscribe", WHO | {"secret": "another"})
        assert (await hand.asks("aibot_subscribe", WHO))[0] == FLOOD
        time.now += 61
        assert (await hand.asks("aibot_subscribe", WHO))[0] == 0
        assert (await hand.asks("aibot_subscribe", WHO))[0] == INVALID  # on the same connection


async def test_a_second_subscription_pushes_out_the_first(server: WecomServer) -> None:
    async with a_bot(server) as first, a_bot(server) as second:
        assert (await first.hears())["body"]["event"]["eventtype"] == "disconnected_event"
        with pytest.raises(ConnectionClosed):
            await first.hears()
        assert await second.asks("ping") == (0, None)


async def test_a_heartbeat_with_a_body_costs_the_connection(server: WecomServer) -> None:
    async with a_bot(server) as bot:
        with pytest.raises(ConnectionClosed):
            await bot.asks("ping", {})


async def test_nobody_is_written_to_who_has_not_written_first(server: WecomServer) -> None:
    server.user("li")
    async with a_bot(server) as bot:
        words = {"msgtype": "markdown", "markdown": {"content": "好"}}
        assert (await bot.asks("aibot_send_msg", {"chatid": "li", "chat_type": 1} | words))[0] == NEVER_WROTE
        assert (await bot.asks("aibot_send_msg", {"chatid": "nobody", "chat_type": 1} | words))[0] == INVALID
        assert (await bot.asks("aibot_send_msg", {"chatid": "wang"} | words))[0] == INVALID


async def test_a_chat_takes_thirty_messages_a_minute_and_a_thousand_an_hour(server: WecomServer, time: Time) -> None:
    async with a_bot(server) as bot:
        words = {"msgtype": "markdown", "markdown": {"content": "好"}}
        assert [await bot.says(**words) for _ in range(31)] == [0] * 30 + [FLOOD]
        server.user("wang").chat.left.extend([time.now] * 970)
        time.now += 61
        assert await bot.says(**words) == FLOOD
        time.now += 3600
        assert await bot.says(**words) == 0


async def test_words_and_cards_have_their_limits(server: WecomServer) -> None:
    async with a_bot(server) as bot:
        assert await bot.says(msgtype="markdown", markdown={"content": "字" * 6827}) == INVALID  # 20,481 bytes
        assert await bot.says(msgtype="markdown", markdown={"content": ""}) == INVALID
        assert await bot.says(msgtype="text", text={"content": "好"}) == INVALID
        seven = [{"text": str(number), "key": str(number)} for number in range(7)]
        cards: list[dict[str, Any]] = [
            {"button_list": seven},
            {"button_list": []},
            {"button_list": [{"text": "一二三四五六七八九十一", "key": "a"}]},
            {"button_list": [{"text": "一", "key": "字" * 342}]},
            {"main_title": {"title": "字" * 27}},
            {"main_title": {}},
            {"sub_title_text": "字" * 113},
            {"task_id": "有空格 "},
            {"task_id": "x" * 129},
            {"card_type": "text_notice"},
        ]
        for card in cards:
            assert await bot.shows(**card) == BAD_CARD, card
        assert await bot.shows() == 0
        assert await bot.shows() == BAD_CARD  # the id is known


async def test_a_welcome_and_a_pressed_card_are_answered_once_and_in_five_seconds(
    server: WecomServer, time: Time
) -> None:
    wang = server.user("wang")
    async with a_bot(server) as bot:
        assert await bot.shows() == 0
        hello = {"msgtype": "text", "text": {"content": "您好"}}
        wang.enters()
        number = (await bot.hears())["headers"]["req_id"]
        assert (await bot.asks("aibot_respond_welcome_msg", hello, "another"))[0] == UNKNOWN_REQUEST
        assert (await bot.asks("aibot_respond_welcome_msg", hello, number))[0] == 0
        assert (await bot.asks("aibot_respond_welcome_msg", hello, number))[0] == UNKNOWN_REQUEST
        after = {
            "response_type": "update_template_card",
            "template_card": CARD | {"button_list": [{"text": "已选", "key": "x"}]},
        }
        wang.presses("好")
        number = (await bot.hears())["headers"]["req_id"]
        assert (await bot.asks("aibot_respond_msg", hello, number))[
            0
        ] == UNKNOWN_REQUEST  # a press takes an update only
        time.now += 5.1
        assert (await bot.asks("aibot_respond_update_msg", after, number))[0] == UNKNOWN_REQUEST
        wang.presses("好")
        number = (await bot.hears())["headers"]["req_id"]
        assert (await bot.asks("aibot_respond_update_msg", after, number))[0] == 0
        assert wang.latest.kind == "text" and wang.messages[0].labels == ["已选"]


async def test_an_upload_is_what_was_announced(server: WecomServer) -> None:
    data = b"%PDF-1.7 paper"
    digest = hashlib.md5(data, usedforsecurity=False).hexdigest()
    what = {"type": "file", "filename": "收据.pdf", "total_size": len(data), "total_chunks": 1, "md5": digest}
    async with a_bot(server) as bot:
        for wrong in ({"total_size": 4}, {"total_size": 21 * 1024 * 1024}, {"total_chunks": 101}, {"type": "paper"}):
            assert (await bot.asks("aibot_upload_media_init", what | wrong))[0] == INVALID
        _, begun = await bot.asks("aibot_upload_media_init", what)
        chunk = {"upload_id": begun["upload_id"], "base64_data": base64.b64encode(data).decode()}
        assert (await bot.asks("aibot_upload_media_chunk", chunk | {"chunk_index": 1}))[0] == INVALID
        assert (await bot.asks("aibot_upload_media_finish", {"upload_id": begun["upload_id"]}))[0] == INVALID
        assert (await bot.asks("aibot_upload_media_chunk", chunk | {"chunk_index": 0}))[0] == 0
        code, ended = await bot.asks("aibot_upload_media_finish", {"upload_id": begun["upload_id"]})
        assert code == 0
        assert await bot.says(msgtype="image", image={"media_id": ended["media_id"]}) != 0
        assert await bot.says(msgtype="file", file={"media_id": ended["media_id"]}) == 0
        assert server.user("wang").latest.content == data

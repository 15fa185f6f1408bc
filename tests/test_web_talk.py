"""Reading along: the stream, its cursor, the history."""

import asyncio
import json
import socket
import tracemalloc
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from bot.web.conversation import Cursor, cursor_from
from bot.web.streams import MOST_STREAMS_PER_ACCOUNT
from storage import media, outbox
from storage.media import Medium
from storage.outbox import Sent
from tests.web_office import Sitter, WebOffice, eventually, open_web_office


@pytest.fixture
async def web(tmp_path: Path) -> AsyncIterator[WebOffice]:
    async with open_web_office(tmp_path) as office:
        yield office


@pytest.fixture
async def wang(web: WebOffice) -> Sitter:
    return await web.seats("王老", "cadre")


async def told(web: WebOffice, sitter: Sitter, *texts: str, awake: bool = True, **more: Any) -> None:
    """Let the office say something, as the clock or a colleague would, and let it leave."""
    account_id = await sitter.account_id()
    async with web.database.write() as tx:
        for text in texts:
            outbox.add(tx, account_id, text, web.clock(), **more)
    async with web.database.write() as tx:
        leaving = await tx.all("SELECT id FROM outbox WHERE state = 'waiting' ORDER BY id")
        await outbox.sent(tx, [Sent(each[0]) for each in leaving], web.clock())
    if awake:
        web.channel.streams.wake(account_id)


def texts_of(messages: list[dict[str, Any]]) -> list[str]:
    return [each["text"] for each in messages]


async def test_an_answer_comes_over_the_open_stream_with_its_buttons(web: WebOffice, wang: Sitter) -> None:
    async with wang.page() as page:
        client_id = "one-1"
        _, answer = await wang.posts("say", {"client_id": client_id, "text": "菜单"})
        mine, menu = await page.gets(2)
    assert mine == {
        "cursor": mine["cursor"],
        "id": answer["id"],
        "mine": True,
        "client_id": client_id,
        "text": "菜单",
        "buttons": [],
        "attachments": [],
        "at": mine["at"],
    }
    assert mine["at"].endswith("+08:00")
    assert (menu["mine"], menu["client_id"], menu["id"][0]) == (False, None, "o")
    assert menu["buttons"][0] == {"label": "1 反映困难", "choice": "a:go:report"}


async def test_a_pressed_button_is_said_by_its_label(web: WebOffice, wang: Sitter) -> None:
    async with wang.page() as page:
        await wang.posts("say", {"client_id": "press", "choice": "a:go:report", "label": "1 反映困难"})
        assert (await page.message())["text"] == "1 反映困难"
        assert "您遇到哪方面的困难" in (await page.message())["text"]


async def test_a_page_without_a_cursor_gets_the_newest_fifty(web: WebOffice, wang: Sitter) -> None:
    await told(web, wang, *(f"第{number}条" for number in range(120)))
    async with wang.page() as page:
        assert texts_of(await page.gets(50)) == [f"第{number}条" for number in range(70, 120)]


async def test_a_page_that_comes_back_gets_what_it_missed_once(web: WebOffice, wang: Sitter) -> None:
    await told(web, wang, "一", "二")
    async with wang.page() as page:
        await page.gets(2)
        cursor = page.cursor
        assert page.ids[-1] == cursor
    await told(web, wang, "三")
    await wang.says("四")
    await web.settles()
    async with wang.page(cursor) as page:
        assert texts_of(await page.gets(2)) == ["三", "四"]


async def test_last_event_id_is_newer_than_the_cursor_in_the_address(web: WebOffice, wang: Sitter) -> None:
    await told(web, wang, "一", "二", "三")
    async with wang.page() as page:
        first, second, _ = await page.gets(3)
    async with wang.page(first["cursor"], **{"Last-Event-ID": second["cursor"]}) as page:
        assert texts_of([await page.message()]) == ["三"]


@pytest.mark.parametrize("after", ["", "x", "12", "-1.2", "1.2.3", "９.９", "9" * 40 + ".1"])
async def test_a_cursor_that_is_none_gets_the_newest(web: WebOffice, wang: Sitter, after: str) -> None:
    await told(web, wang, "一")
    async with wang.page(after) as page:
        assert (await page.message())["text"] == "一"


async def test_nothing_is_lost_or_doubled_when_the_server_restarts_in_the_middle(web: WebOffice, wang: Sitter) -> None:
    seen: list[dict[str, Any]] = []
    async with wang.page("0.0") as page:
        await wang.says("一")
        await told(web, wang, "二")
        seen += [await page.message(), await page.message()]
        await web.settles()
        stopping = asyncio.create_task(web.stop())
        while await page.event() is not None:
            pass  # what was still on its way
        seen = page.messages
        cursor = page.cursor
        await stopping
    await web.start()
    await told(web, wang, "三")
    await wang.says("四")
    await web.settles()
    async with wang.page(cursor) as page:
        while "四" not in texts_of(page.messages):
            await page.message()
        seen += page.messages
    ids = [each["id"] for each in seen]
    assert len(ids) == len(set(ids))
    assert [text for text in texts_of(seen) if text in "一二三四"] == ["一", "二", "三", "四"]


async def test_every_cursor_resumes_exactly_behind_its_message(tmp_path: Path) -> None:
    async with open_web_office(tmp_path, handles=False) as web:
        wang = await web.seats("王老", "cadre")
        await converse(web, wang, 12)
        async with wang.page("0.0") as page:
            everything = await page.gets(24)
        _, body, _ = await wang.gets("history")
        assert json.loads(body)["messages"] == everything
        for place, message in enumerate(everything[:-1]):
            async with wang.page(message["cursor"]) as page:
                assert (await page.message())["id"] == everything[place + 1]["id"]


async def converse(web: WebOffice, sitter: Sitter, rounds: int) -> None:
    """Say and be told, as many times, in changing order, each row at its own moment."""
    for number in range(rounds):
        if number % 3 != 1:
            await sitter.says(f"我说{number}")
            await told(web, sitter, f"局里说{number}")
        else:
            await told(web, sitter, f"局里说{number}")
            await sitter.says(f"我说{number}")


async def test_the_history_goes_back_to_the_first_message_without_a_gap(tmp_path: Path) -> None:
    async with open_web_office(tmp_path, handles=False) as web:
        wang = await web.seats("王老", "cadre")
        await converse(web, wang, 65)
        before, pages = "", []
        while True:
            status, body, _ = await wang.gets(f"history{before}")
            assert status == 200
            page = json.loads(body)
            pages.append(page["messages"])
            if not page["more"]:
                break
            before = f"?before={page['messages'][0]['cursor']}"
    assert [len(each) for each in pages] == [50, 50, 30]
    everything = [message for page in reversed(pages) for message in page]
    said = [each["text"] for each in everything if each["mine"]]
    heard = [each["text"] for each in everything if not each["mine"]]
    assert said == [f"我说{number}" for number in range(65)]
    assert heard == [f"局里说{number}" for number in range(65)]
    cursors = [cursor_from(each["cursor"]) for each in everything]
    assert all(one and two and one.said <= two.said and one.told <= two.told for one, two in pairwise(cursors))
    assert cursors[-1] == Cursor(65, 66)  # the first place is one beyond the first id


async def test_a_history_before_nonsense_is_refused(wang: Sitter) -> None:
    assert (await wang.gets("history?before=0"))[0] == 400


async def test_a_silent_stream_is_kept_alive(tmp_path: Path) -> None:
    async with open_web_office(tmp_path, keep_alive_seconds=0.01) as web:
        wang = await web.seats("王老", "cadre")
        async with wang.page() as page:
            names = [event[0] for event in [await page.event() for _ in range(3)] if event]
            assert names == ["ready", "ping", "ping"]
            await told(web, wang, "一")
            await page.message()
            assert await page.event() == ("ping", {})  # it waits again, and does not look without end


async def test_a_stream_finds_by_itself_what_nobody_woke_it_for(tmp_path: Path) -> None:
    """A link revoked or a message written by another process (the command line) wakes nobody here."""
    async with open_web_office(tmp_path, keep_alive_seconds=0.01) as web:
        wang = await web.seats("王老", "cadre")
        async with wang.page() as page:
            assert await page.event() is not None
            await told(web, wang, "悄悄地", awake=False)
            assert (await page.message())["text"] == "悄悄地"


async def test_attachments_come_as_addresses_and_a_lost_one_as_a_sentence(web: WebOffice, wang: Sitter) -> None:
    status, answer = await wang.uploads(b"\xff\xd8\xff photo", "药单.jpg", kind="photo")
    assert status == 200
    await wang.says("", attachments=[answer["media"]])
    lost = Medium("0" * 32, await wang.account_id(), "file", "通知.pdf", "", None, "telegram", "x", "lost", 0)
    gone = replace(lost, id="1" * 32)
    async with web.database.write() as tx:
        await media.add(tx, lost, web.clock())
        await media.add(tx, gone, web.clock())
    await told(web, wang, "请看附件", media=[lost.id, gone.id])
    async with web.database.write() as tx:
        await tx.run("DELETE FROM media_seen_by WHERE media_id = ?", gone.id)
        await tx.run("DELETE FROM media WHERE id = ?", gone.id)
    async with wang.page() as page:
        mine = await page.message()
        office = await page.hears("请看附件")
    url = f"{wang.home}media/{answer['media']}"
    assert mine["attachments"] == [{"url": url, "kind": "photo", "name": "药单.jpg", "size": 9}]
    assert office["attachments"] == []
    assert office["text"] == "请看附件\n（附件“通知.pdf”没能取到。）\n（附件“未命名”没能取到。）"


async def writes(web: WebOffice, sitter: Sitter, text: str, not_before: datetime | None = None) -> int:
    """Write a push for the lane to send, and return its id."""
    account_id = await sitter.account_id()
    async with web.database.write() as tx:
        letter = await outbox.write(
            tx, account_id, text, web.clock(), buttons=[["暂停", "a:pause:1"]], not_before=not_before
        )
    web.lane.wake()
    return letter


async def edits(web: WebOffice, letter: int, text: str) -> None:
    async with web.database.write() as tx:
        assert await outbox.edit(tx, letter, text, web.clock(), buttons=[["继续", "a:resume:1"]])
    web.lane.wake()


async def test_what_is_held_until_the_morning_stands_in_the_morning(web: WebOffice, wang: Sitter) -> None:
    """A page that has long passed the moment when it was written does not miss it, and shows it where it appeared."""
    await writes(web, wang, "明天有讲座", web.clock() + timedelta(hours=9))
    async with wang.page() as page:
        await wang.says("菜单")
        evening = await page.gets(2)
        cursor = page.cursor
    web.clock.ahead += timedelta(hours=9)
    async with wang.page(cursor) as page:
        await wang.says("困难")
        morning = [await page.hears("明天有讲座"), *page.messages]
    assert texts_of(morning).count("明天有讲座") == 2  # once as found, once among all of them
    async with wang.page() as page:
        while len(page.messages) < 5:
            await page.message()
        assert texts_of(page.messages)[:2] == texts_of(evening)
        assert "明天有讲座" in texts_of(page.messages)[2:]
        appeared = next(each for each in page.messages if each["text"] == "明天有讲座")
        assert datetime.fromisoformat(appeared["at"]) - datetime.fromisoformat(evening[0]["at"]) > timedelta(hours=8)


async def test_a_message_that_is_edited_is_drawn_anew_on_every_page_that_had_it(web: WebOffice, wang: Sitter) -> None:
    async with wang.page() as page:
        letter = await writes(web, wang, "已送到 0 人")
        old = await page.message()
        await told(web, wang, "别的消息")
        other = await page.message()
        await edits(web, letter, "已送到 10 人")
        name, edited = await page.event() or ("", {})
        assert (name, edited["id"], edited["text"]) == ("edited", old["id"], "已送到 10 人")
        assert edited["buttons"] == [{"label": "继续", "choice": "a:resume:1"}]
        assert edited["at"] == old["at"]
    async with wang.page(other["cursor"]) as page:  # it was away when the edit came
        await page.event()
        name, again = await page.event() or ("", {})
        assert (name, again) == ("edited", edited)
    async with wang.page(edited["cursor"]) as page:
        await told(web, wang, "后来的消息")
        assert (await page.message())["text"] == "后来的消息"
    _, body, _ = await wang.gets("history")
    assert texts_of(json.loads(body)["messages"]) == ["已送到 10 人", "别的消息", "后来的消息"]


async def test_an_edit_of_what_has_not_left_is_no_edit_for_the_page(web: WebOffice, wang: Sitter) -> None:
    letter = await writes(web, wang, "明天停水", web.clock() + timedelta(hours=9))
    await edits(web, letter, "后天停水")
    web.clock.ahead += timedelta(hours=9)
    async with wang.page() as page:
        web.lane.wake()
        assert (await page.message())["text"] == "后天停水"


async def test_asking_for_the_head_of_a_stream_opens_none(web: WebOffice, wang: Sitter) -> None:
    async with wang.browser.http.head(web.url + wang.home + "events") as response:
        assert (response.status, response.headers["Content-Type"]) == (200, "text/event-stream; charset=utf-8")
    assert web.channel.streams.count == 0


async def test_more_streams_than_a_person_needs_end_the_oldest(web: WebOffice, wang: Sitter) -> None:
    pages = [wang.page() for _ in range(MOST_STREAMS_PER_ACCOUNT + 1)]
    opened = [await page.__aenter__() for page in pages]
    try:
        assert await opened[0].event() is not None
        assert await opened[0].event() is None
        await told(web, wang, "还在")
        assert texts_of([await page.message() for page in opened[1:]]) == ["还在"] * MOST_STREAMS_PER_ACCOUNT
    finally:
        for page in pages:
            await page.__aexit__(None, None, None)


async def test_a_page_that_goes_away_leaves_no_stream_behind(web: WebOffice, wang: Sitter) -> None:
    async with wang.page() as page:
        await page.event()
        assert web.channel.streams.count == 1
    await eventually(lambda: web.channel.streams.count == 0)


async def test_a_reader_that_takes_nothing_costs_no_memory_and_loses_nothing(web: WebOffice, wang: Sitter) -> None:
    """24 MB wait for two pages of one person: one that reads, and one that does not for a long time."""
    long = "字" * 10_000
    await told(web, wang, "开始")
    slow = await stuck_stream(web, wang)
    tracemalloc.start()
    try:
        async with wang.page("0.0") as quick:
            await quick.message()
            for part in range(40):
                await told(web, wang, *(f"{part}.{number} {long}" for number in range(20)))
                for number in range(20):
                    assert (await quick.message())["text"].startswith(f"{part}.{number} ")
                quick.messages.clear()
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held < 4_000_000
    numbers = await numbers_read(slow, 800)
    assert numbers == [f"{part}.{number}" for part in range(40) for number in range(20)]


async def stuck_stream(web: WebOffice, sitter: Sitter) -> socket.socket:
    """Open a stream by hand, with a small window, and read nothing."""
    url = urlsplit(web.url)
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(client, (url.hostname, url.port))
    head = f"GET {sitter.home}events?after=0.0 HTTP/1.1\r\nHost: {url.netloc}\r\nCookie: yl={sitter.token}\r\n\r\n"
    await loop.sock_sendall(client, head.encode())
    return client


async def numbers_read(client: socket.socket, count: int) -> list[str]:
    """Read the stream to its newest message and return the numbers of all long ones, in order."""
    loop, numbers, rest = asyncio.get_running_loop(), list[str](), b""
    async with asyncio.timeout(60):
        while len(numbers) < count:
            data = await loop.sock_recv(client, 1_000_000)
            assert data, "the stream was cut"
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                _, found, text = line.partition(b'"text": "')
                if found and b"." in text[:6]:
                    numbers.append(text.split(b" ", 1)[0].decode())
    client.close()
    return numbers

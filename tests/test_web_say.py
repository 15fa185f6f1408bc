"""Saying something: stored before it is confirmed, stored once, and refused in words."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from storage.database import Tx
from tests.web_office import OURS, Sitter, WebOffice, open_web_office


@pytest.fixture
async def web(tmp_path: Path) -> AsyncIterator[WebOffice]:
    """Messages are stored and have no turns, so that only what `say` does is seen."""
    async with open_web_office(tmp_path, handles=False) as office:
        yield office


@pytest.fixture
async def wang(web: WebOffice) -> Sitter:
    return await web.seats("王老", "cadre")


def on_the_disk(web: WebOffice) -> list[tuple[Any, ...]]:
    """What another process finds in the inbox."""
    with sqlite3.connect(web.folder / "yinling.db") as connection:
        rows = connection.execute("SELECT external_id, kind, words, choice, media FROM inbox ORDER BY id").fetchall()
    connection.close()
    return rows


async def test_what_is_confirmed_is_on_the_disk(web: WebOffice, wang: Sitter) -> None:
    status, answer = await wang.posts("say", {"client_id": "c-1", "text": "我家暖气三天不热了"})
    assert (status, answer) == (200, {"id": "i1"})
    account_id = await wang.account_id()
    assert on_the_disk(web) == [(f"{account_id}:c-1", "words", "我家暖气三天不热了", None, "[]")]


async def test_a_button_is_stored_with_its_choice_and_its_label_as_words(web: WebOffice, wang: Sitter) -> None:
    await wang.posts("say", {"client_id": "c-1", "choice": "a:todo:", "label": "1 待办"})
    ((_, kind, words, choice, _),) = on_the_disk(web)
    assert (kind, words, choice) == ("choice", "1 待办", "a:todo:")


async def test_the_same_client_id_is_stored_once_however_often_it_comes(web: WebOffice, wang: Sitter) -> None:
    say = {"client_id": "c-1", "text": "一次"}
    answers = [await wang.posts("say", say)]
    answers += await asyncio.gather(*(wang.posts("say", say) for _ in range(12)))
    assert answers == [(200, {"id": "i1"})] * 13
    assert len(on_the_disk(web)) == 1


async def test_a_first_sending_that_comes_many_times_at_once_is_stored_once(web: WebOffice, wang: Sitter) -> None:
    say = {"client_id": "c-1", "text": "一次"}
    answers = await asyncio.gather(*(wang.posts("say", say) for _ in range(12)))
    assert answers == [(200, {"id": "i1"})] * 12
    assert len(on_the_disk(web)) == 1


async def test_a_page_that_was_closed_for_weeks_does_not_say_it_twice(web: WebOffice, wang: Sitter) -> None:
    say = {"client_id": "c-1", "text": "一次"}
    await wang.posts("say", say)
    await web.writes(lambda tx: tx.run("UPDATE inbox SET state = 'handled'"))
    web.clock.ahead = timedelta(days=40)
    assert await wang.posts("say", say) == (200, {"id": "i1"})
    assert len(on_the_disk(web)) == 1


async def test_the_same_client_id_of_two_people_is_two_messages(web: WebOffice, wang: Sitter) -> None:
    li = await web.seats("小李", "relative")
    for sitter in (wang, li):
        assert (await sitter.posts("say", {"client_id": "c-1", "text": "一样"}))[0] == 200
    assert len(on_the_disk(web)) == 2


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"client_id": "c"},
        {"client_id": "c", "text": " \n "},
        {"client_id": "c", "text": "", "attachments": []},
        {"client_id": "c", "text": "字" * 10_001},
        {"client_id": "c", "text": 7},
        {"client_id": "c", "text": ["a"]},
        {"client_id": 7, "text": "a"},
        {"client_id": "", "text": "a"},
        {"client_id": "c:d", "text": "a"},
        {"client_id": "c" * 65, "text": "a"},
        {"client_id": "王老", "text": "a"},
        {"text": "a"},
        {"client_id": "c", "choice": "x" * 65, "label": "a"},
        {"client_id": "c", "choice": {"a": 1}, "label": "a"},
        {"client_id": "c", "choice": "x", "label": "字" * 201},
        {"client_id": "c", "attachments": "f" * 32},
        {"client_id": "c", "attachments": [7]},
        {"client_id": "c", "attachments": ["f" * 32]},
        {"client_id": "c", "attachments": ["../../etc/passwd"]},
        {"client_id": "c", "attachments": [f"{number:032x}" for number in range(21)]},
    ],
)
async def test_what_cannot_be_said_is_refused_for_good_in_words(
    web: WebOffice, wang: Sitter, data: dict[str, Any]
) -> None:
    status, answer = await wang.posts("say", data)
    assert status == 400
    assert answer["error"].endswith("。")
    assert on_the_disk(web) == []


@pytest.mark.parametrize("body", [b"", b"[]", b'"a"', b"{", b"\xff", b"[" * 100_000, b'{"client_id": NaN}'])
async def test_a_body_of_the_wrong_shape_is_refused(web: WebOffice, wang: Sitter, body: bytes) -> None:
    url = web.url + wang.home + "say"
    async with wang.browser.http.post(url, data=body, headers=OURS) as response:
        assert response.status == 400
        assert "刷新网页" in (await response.json())["error"]


async def test_ten_thousand_characters_may_be_said(web: WebOffice, wang: Sitter) -> None:
    text = "𠮷" * 10_000  # each two UTF-16 units, twelve bytes when escaped
    assert (await wang.posts("say", {"client_id": "c", "text": text}))[0] == 200
    assert on_the_disk(web)[0][2] == text


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_body_without_end_is_cut_off(web: WebOffice, wang: Sitter, chunked: bool) -> None:
    body = json.dumps({"client_id": "c", "text": "a" * 300_000}).encode()

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 50_000):
            yield body[start : start + 50_000]

    url = web.url + wang.home + "say"
    async with wang.browser.http.post(url, data=pieces() if chunked else body, headers=OURS) as response:
        assert response.status == 413
        assert "太长" in (await response.json())["error"]


async def test_half_characters_and_nul_do_not_stop_a_message(web: WebOffice, wang: Sitter) -> None:
    url = web.url + wang.home + "say"
    body = rb'{"client_id": "c", "text": "a\ud83d\u0000b\r\n\ud83d\ude00"}'
    async with wang.browser.http.post(url, data=body, headers=OURS) as response:
        assert response.status == 200
    assert on_the_disk(web)[0][2] == "a\ufffdb\n\U0001f600"


async def test_without_a_session_nothing_is_said(web: WebOffice, wang: Sitter) -> None:
    status, answer, _ = await web.browser().posts(wang.home + "say", {"client_id": "c", "text": "a"})
    assert status == 401
    assert "请重新打开" in answer["error"]
    assert on_the_disk(web) == []


async def test_somebody_elses_photo_cannot_be_sent(web: WebOffice, wang: Sitter) -> None:
    li = await web.seats("小李", "relative")
    _, answer = await li.uploads(b"\xff\xd8\xff", "a.jpg", kind="photo")
    status, refusal = await wang.posts("say", {"client_id": "c", "attachments": [answer["media"]]})
    assert status == 400
    assert "重新选一次" in refusal["error"]
    assert (await li.posts("say", {"client_id": "c", "attachments": [answer["media"]] * 2}))[0] == 200
    assert on_the_disk(web)[0][4] == json.dumps([answer["media"]])


async def test_a_full_disk_loses_nothing_that_was_confirmed_and_says_when_to_try_again(
    web: WebOffice, wang: Sitter
) -> None:
    assert (await wang.posts("say", {"client_id": "before", "text": "在前"}))[0] == 200

    async def fill(tx: Tx) -> None:
        row = await tx.one("PRAGMA page_count")
        assert row is not None
        await tx.one(f"PRAGMA max_page_count = {row[0]}")

    await web.writes(fill)
    statuses = []
    for number in range(20):  # until the room inside the last pages is used up
        say = {"client_id": f"c{number}", "text": "字" * 5000}
        status, answer, response = await wang.browser.posts(wang.home + "say", say)
        statuses.append(status)
    assert statuses[-1] == 503
    assert "过一会儿再试" in answer["error"]
    assert int(response.headers["Retry-After"]) > 0
    assert len(on_the_disk(web)) == 1 + statuses.count(200)
    assert (await wang.gets("history"))[0] == 200  # reading goes on

    await web.writes(lambda tx: tx.one("PRAGMA max_page_count = 1000000"))
    assert (await wang.posts("say", say))[0] == 200


async def test_a_locked_database_says_when_to_try_again(web: WebOffice, wang: Sitter) -> None:
    other = sqlite3.connect(web.folder / "yinling.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    status, _ = await wang.posts("say", {"client_id": "c", "text": "等"})
    other.execute("ROLLBACK")
    other.close()
    assert status == 503
    assert (await wang.posts("say", {"client_id": "c", "text": "等"}))[0] == 200
    assert len(on_the_disk(web)) == 1


async def test_a_stranger_cannot_flood_and_somebody_known_is_not_counted(web: WebOffice, wang: Sitter) -> None:
    stranger = await web.browser().enters_as_guest()
    for _ in range(30):
        await stranger.says("在吗")
        await wang.says("在吗")
    status, answer = await stranger.posts("say", {"client_id": "more", "text": "在吗"})
    assert status == 429
    assert "过一会儿" in answer["error"]
    await wang.says("在吗")
    web.clock.ahead = timedelta(minutes=1)
    await stranger.says("在吗")

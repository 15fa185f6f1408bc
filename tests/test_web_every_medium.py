"""Whatever is sent by the web page goes into the case, or is refused in words that say what is wrong."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.web_office import Sitter, WebOffice, open_web_office

JPEG = b"\xff\xd8\xff photo"
MB = 1024 * 1024


@pytest.fixture
async def web(tmp_path: Path) -> AsyncIterator[WebOffice]:
    async with open_web_office(tmp_path, handles=False) as office:
        yield office


@pytest.fixture
async def wang(web: WebOffice) -> Sitter:
    return await web.seats("王老", "cadre")


async def said(web: WebOffice) -> list[tuple[str, str, int]]:
    rows = await web.rows("SELECT kind, words, media FROM inbox ORDER BY id")
    return [(row[0], row[1], row[2].count('"') // 2) for row in rows]


@pytest.mark.parametrize(
    ("name", "data", "status", "sentence"),
    [
        ("a.jpg", b"", 400, "这个文件是空的，没有内容可以发送。请另选一个。"),
        (
            "a.mp4",
            b"\0\0\0\x18ftypmp42" + bytes(30 * MB),
            413,
            "这个文件超过了 20 MB，发不出去。请选小一点的，视频可以拍短一些。",
        ),
        ("a.exe", b"MZ\x90\0", 415, "这种文件发不了。可以发照片、录音、视频"),
    ],
)
async def test_a_file_that_cannot_be_taken_is_refused_in_words(
    web: WebOffice, wang: Sitter, name: str, data: bytes, status: int, sentence: str
) -> None:
    got, answer = await wang.uploads(data, name)
    assert got == status
    assert sentence in answer["error"]


async def test_words_files_and_both_are_kept(web: WebOffice, wang: Sitter) -> None:
    media = [(await wang.uploads(JPEG, f"{number}.jpg", kind="photo"))[1]["media"] for number in range(20)]
    contents: list[dict[str, Any]] = [
        {"text": "只有话"},
        {"attachments": media[:1]},
        {"text": "都有", "attachments": media},
    ]
    for number, content in enumerate(contents):
        assert (await wang.posts("say", {"client_id": f"c{number}"} | content))[0] == 200
    assert await said(web) == [("words", "只有话", 0), ("words", "", 1), ("words", "都有", 20)]


async def test_more_than_twenty_files_at_once_are_refused_with_the_number(web: WebOffice, wang: Sitter) -> None:
    media = [(await wang.uploads(JPEG, f"{number}.jpg", kind="photo"))[1]["media"] for number in range(21)]
    status, answer = await wang.posts("say", {"client_id": "c", "text": "都有", "attachments": media})
    assert (status, answer["error"]) == (400, "一次最多发 20 个照片或文件，请分成几次发。")
    assert await said(web) == []


async def test_what_nobody_can_see_is_taken_out_and_nothing_else(web: WebOffice, wang: Sitter) -> None:
    family = "👨\u200d👩\u200d👧"
    await wang.posts("say", {"client_id": "c", "text": f"三楼\u202e左\u200f边\x07\r\n\t{family}"})
    assert await said(web) == [("words", f"三楼左边\n\t{family}", 0)]
    status, answer = await wang.posts("say", {"client_id": "d", "text": "\u200f\u200b \x07"})
    assert (status, answer["error"]) == (400, "没有内容可以发送。")

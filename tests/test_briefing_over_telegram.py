"""A briefing's whole way through the real application and the real python-telegram-bot: a file, approval, arrival, reading, correction."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest

from tests.briefing_work import article_of, both_articles
from tests.office import CAP_SECONDS, Someone, TestOffice, open_office


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[TestOffice]:
    async with open_office(tmp_path) as opened:
        yield opened


async def arrives(office: TestOffice, someone: Someone, text: str) -> None:
    """Let the clock do what is due until somebody sees this text."""
    async with asyncio.timeout(CAP_SECONDS):
        while not any(text in each.text for each in someone.user.messages):
            office.app.reminding.wake()
            await office.settles()
            await asyncio.sleep(0.01)


@both_articles
async def test_the_article_goes_from_a_file_to_the_last_page_read(office: TestOffice, article: Path) -> None:
    wang, zhao, qian = office.wang, office.zhao, office.qian
    found = article_of(article)
    await zhao.says("写简报")
    await zhao.presses("公开")
    await zhao.presses("发一个文件来")
    await zhao.does(lambda user: user.sends_document("文章.txt", article.read_bytes()))
    await arrives(office, zhao, "文件读好了")
    await zhao.presses("接着写")
    await zhao.presses("1 对")
    await zhao.presses("党的方针政策")
    await zhao.presses("本局")
    await zhao.presses("就用这一段")
    await zhao.presses("不配")
    await zhao.presses("确认提交")
    await zhao.presses("报批发送")
    await zhao.presses("全体老同志")
    await zhao.presses("就发给他们")
    await zhao.presses("批准了就发")
    await zhao.presses("确认提交")
    await qian.presses("批准发送")
    await arrives(office, wang, "【简报】")
    letter = next(each for each in wang.user.messages if "【简报】" in each.text)
    told = []
    await wang.presses("看全文", letter)
    while True:
        _, *body, foot = wang.message.text.split("\n\n")
        told.append("".join(body))
        number = re.fullmatch(r"第 (\d+) 页，共 (\d+) 页", foot)
        assert number is not None
        if number[1] == number[2]:
            break
        await wang.presses("下一页")
    assert "".join("".join(told).split()) == "".join(f"{found.text}来源：{office.config.office.name}".split())
    assert await office.rows("SELECT how, channel FROM briefing_reads") == [("paged", "telegram")]
    assert await office.rows("SELECT state, read_by FROM recipients") == [("arrived", "paged")]

    await zhao.says("更多")
    await zhao.presses("学习简报")
    await zhao.presses("1 ")
    await zhao.presses("更正")
    await zhao.presses("摘要")
    await zhao.says("这是改过的摘要。")
    await zhao.presses("确认提交")
    await qian.presses("批准更正")
    await office.settles()
    edited = next(each for each in wang.user.messages if each.message_id == letter.message_id)
    assert "这是改过的摘要。" in edited.text, "the letter itself is edited, where it stands"
    assert "更正过" in edited.text


async def test_a_link_that_only_this_machine_can_open_is_not_offered_on_a_telephone(office: TestOffice) -> None:
    await office.zhao.says("写简报")
    await office.zhao.presses("公开")
    await office.zhao.presses("打字")
    await office.zhao.says("题目")
    await office.zhao.says("正文一句话。")
    for button in ("说完了", "健康", "本局", "就用这一段", "确认提交", "看样子"):
        await office.zhao.presses(button)
    await office.zhao.presses("听")
    assert office.zhao.sees("现在还没有能听的网页")


async def test_a_picture_of_a_briefing_is_on_its_page_and_nothing_else_of_ours_is(tmp_path: Path) -> None:
    async with open_office(tmp_path) as office:
        office.app.office = replace(office.app.office, web_address="https://lgb.example")
        zhao = office.zhao
        await zhao.says("写简报")
        await zhao.presses("公开")
        await zhao.presses("打字")
        await zhao.says("重阳节")
        await zhao.says("老同志在活动中心过节。")
        await zhao.does(lambda user: user.sends_photo(b"\xff\xd8\xff photo"))
        await zhao.does(lambda user: user.sends_document("名单.xlsx", b"PK\x03\x04 rows"))
        for button in ("说完了", "健康", "本局", "就用这一段", "确认提交", "看样子"):
            await zhao.presses(button)
        await zhao.presses("看全文")
        assert sum(len(each.attachments) for each in zhao.user.messages[-3:]) == 2
        await zhao.presses("听", next(each for each in reversed(zhao.user.messages) if "2 听" in each.labels))
        found = re.search(r"https://lgb\.example(/b/\S+)", zhao.heard)
        assert found is not None
        await _looks(office, found[1])


async def _looks(office: TestOffice, path: str) -> None:
    url = f"http://127.0.0.1:{office.app.web.port}"
    async with aiohttp.ClientSession() as http:
        async with http.get(url + path) as answer:
            page = await answer.text()
            assert answer.status == 200
            assert answer.headers["Referrer-Policy"] == "no-referrer"
            assert "noindex" in answer.headers["X-Robots-Tag"]
        media = re.findall(rf"{path}/media/\w+", page)
        assert len(media) == 2
        for each in media:
            async with http.get(url + each) as answer:
                assert answer.status == 200
        async with http.get(f"{url}{path}/media/{'0' * 32}") as answer:
            assert answer.status == 404
        async with http.post(url + path, allow_redirects=False) as answer:
            assert answer.status == 303
    assert await office.rows("SELECT 1 FROM briefing_reads") == [], "whoever approves it has not read it by looking"

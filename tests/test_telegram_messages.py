"""What people send on Telegram besides words: photos, voice, files, places, cards, corrections, old buttons."""

from datetime import timedelta
from typing import Any

import pytest

from bot.backoff import backoff_seconds
from tests.office import TestOffice
from tests.patience import eventually_rows
from tests.telegram_server import BAD_GATEWAY_PAGE, Answer, TelegramUser


async def report(office: TestOffice) -> None:
    await office.wang.says("困难")
    await office.wang.presses("住房")
    await office.wang.says("暖气不热")
    await office.wang.presses("说完了")
    await office.wang.presses("不急")
    await office.wang.presses("确认提交")
    await office.zhao.presses("查看")
    await office.zhao.presses("接手")
    office.zhao.looks_away()


async def test_an_album_arrives_with_every_photo(office: TestOffice) -> None:
    await report(office)
    photos = [b"\xff\xd8\xff photo %d" % number for number in range(3)]
    before = len(office.zhao.user.messages)
    await office.wang.does(lambda user: user.sends_album(photos, "阳台、客厅、厨房"))
    came = [each for seen in office.zhao.user.messages[before:] for each in seen.attachments]
    assert [each.content for each in came] == photos
    assert office.zhao.sees("阳台、客厅、厨房")
    rows = await office.rows("SELECT id, state, size_bytes FROM media ORDER BY rowid")
    assert [row[1] for row in rows] == ["kept"] * 3
    assert [office.app.folder.path(row[0]).read_bytes() for row in rows] == photos


async def test_a_voice_note_arrives(office: TestOffice) -> None:
    await report(office)
    await office.wang.does(lambda user: user.sends_voice(b"OggS hello"))
    assert office.zhao.user.messages[-2].attachments[0].content == b"OggS hello"


async def test_a_file_too_large_to_fetch_is_refused_politely_and_its_caption_kept(office: TestOffice) -> None:
    await report(office)
    thirty = 30 * 1024 * 1024
    await office.wang.does(lambda user: user.sends_document("录像.mp4", b"x", size=thirty))
    assert office.wang.sees("“录像.mp4”超过 20 MB")
    await office.wang.does(lambda user: user.sends_document("录像.mp4", b"x", "这是漏水的地方", size=thirty))
    assert office.zhao.sees("这是漏水的地方")
    assert not await office.rows("SELECT id FROM media")
    assert not office.telegram.calls_of("getFile")


async def test_what_telegram_lost_is_told_and_the_words_go_on(office: TestOffice) -> None:
    await report(office)
    office.telegram.refuse_next("getFile", 400, "Bad Request: wrong file_id or the file is temporarily unavailable")
    await office.wang.does(lambda user: user.sends_photo(b"\xff\xd8\xff photo", "请看"))
    assert office.zhao.sees("请看")
    assert [row[0] for row in await office.rows("SELECT state FROM media")] == ["lost"]


async def test_a_photo_is_fetched_again_after_trouble(office: TestOffice) -> None:
    office.telegram.break_next("file", Answer(502, BAD_GATEWAY_PAGE, "text/html"))
    office.wang.user.sends_photo(b"\xff\xd8\xff photo", "请看我家")
    await eventually_rows(office, "SELECT 1 FROM media WHERE state = 'wanted' AND tries = 1", 1)
    office.clock.ahead += timedelta(seconds=backoff_seconds(0, 1))
    office.app.fetching.wake()
    await eventually_rows(office, "SELECT 1 FROM media WHERE state = 'kept'", 1)


# ── what else comes ─────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_sticker_is_answered_politely(office: TestOffice) -> None:
    await office.wang.does(lambda user: user.sends_sticker())
    assert office.wang.sees("贴纸我还看不了")


async def test_a_place_and_somebody_elses_card_become_words(office: TestOffice) -> None:
    await report(office)
    await office.wang.does(lambda user: user.sends_location(30.5, 114.3))
    assert office.zhao.sees("（位置）北纬30.50000 东经114.30000")
    await office.wang.does(lambda user: user.shares_contact(own=False))
    assert office.zhao.sees("（联系人）王老 13900000000")


async def test_somebody_elses_card_lets_no_stranger_in(new_office: TestOffice) -> None:
    await new_office.wang.says("/start")
    await new_office.wang.does(lambda user: user.shares_contact(own=False))
    assert [row[0] for row in await new_office.rows("SELECT person_id FROM accounts")] == [None]


async def test_a_corrected_message_reaches_the_case_as_a_correction(office: TestOffice) -> None:
    await report(office)
    update = office.wang.user.types("我家在三楼")
    await office.settles()
    office.zhao.looks_away()
    await office.wang.does(lambda user: user.edits(update, "我家在四楼"))
    assert office.zhao.sees("（更正）我家在四楼")


async def test_a_button_whose_query_is_too_old_works_all_the_same(office: TestOffice) -> None:
    await office.wang.says("困难")
    old = "Bad Request: query is too old and response timeout expired or query ID is invalid"
    office.telegram.refuse_next("answerCallbackQuery", 400, old)
    await office.wang.presses("住房")
    assert office.wang.sees("请说说具体情况")


async def test_every_pressed_button_stops_waiting_old_ones_too(office: TestOffice) -> None:
    await office.wang.says("困难")
    asked = office.wang.message
    await office.wang.presses("住房")
    await office.wang.presses("就医", asked)
    await office.telegram.until(lambda: not office.telegram.unanswered_queries)


@pytest.mark.parametrize("nonsense", [{"message_id": 1}, {"message_id": 1, "date": "x", "chat": {"id": 1}}, "x"])
async def test_an_update_that_cannot_be_read_stands_in_nobodys_way(office: TestOffice, nonsense: Any) -> None:
    def says_between(user: TelegramUser) -> None:
        user._cloud.updates.add("message", nonsense)
        user.types("菜单")
        user._cloud.updates.add("message", nonsense)

    await office.wang.does(says_between)
    assert office.wang.sees("您要办什么")
    await office.wang.says("困难")
    assert office.wang.sees("您遇到哪方面的困难")

"""Whatever a person can send on WeCom is kept, or refused by its name; what was spoken is shown as written by a machine.

What is kept stands in the inbox word for word, and 赵科, who looks after the case, gets to see it.
"""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from bot.channels.channel import Refused, SendError, TryLater
from bot.channels.wecom_media import fetch
from bot.channels.wecom_updates import MEDIA_LIFE, Reference
from tests.patience import LoopClock, eventually
from tests.wecom_office import WecomOffice, open_wecom_office
from tests.wecom_server import WecomUser

JPEG, MP4, PDF = b"\xff\xd8\xff photo", b"\0\0\0\x18ftypmp42 film", b"%PDF-1.7 paper"
NUMBER = "2026-1"
SPOKEN = "（语音转文字）"
Doing = Callable[[WecomUser], Any]


@pytest.fixture
async def case(tmp_path: Path) -> AsyncIterator[WecomOffice]:
    """The office, where 赵科 looks after a case of 王老's: what he says goes into it."""
    async with open_wecom_office(tmp_path) as office:
        await office.wang.says("困难")
        await office.wang.presses("住房")
        await office.wang.says("暖气不热")
        await office.wang.presses("说完了")
        await office.wang.presses("不急")
        await office.wang.presses("确认提交")
        await office.zhao.presses("查看")
        await office.zhao.presses("接手")
        yield office


async def inbox_of(office: WecomOffice, after: int = 0) -> list[tuple[str, str, int]]:
    """Return kind, words and number of files of what came, oldest first."""
    rows = await office.rows("SELECT kind, quote || words, media FROM inbox WHERE id > ? ORDER BY id", after)
    return [(row[0], row[1], row[2].count('"') // 2) for row in rows]


async def does(office: WecomOffice, doing: Doing) -> list[tuple[str, str, int]]:
    """Let 王老 do something while 赵科 looks on; return what came into the inbox by it."""
    office.zhao.looks_away()
    rows = await office.rows("SELECT coalesce(max(id), 0) FROM inbox")
    await office.wang.does(doing)
    return await inbox_of(office, int(rows[0][0]))


def text(words: str) -> dict[str, Any]:
    return {"msgtype": "text", "text": {"content": words}}


@dataclass(frozen=True)
class Kept:
    doing: Doing
    words: str = ""
    files: tuple[bytes, ...] = ()
    kind: str = "words"
    names: tuple[str, ...] = ()


KEPT = {
    "a text": Kept(lambda user: user.types("阀门也坏了"), "阀门也坏了"),
    "a text with signs of markdown": Kept(
        lambda user: user.types("# 1. *急* <b>_请_ [看](x)"), "# 1. *急* <b>_请_ [看](x)"
    ),
    "controls and turned directions": Kept(lambda user: user.types("我家\x00在三楼\u202e左边"), "我家在三楼左边"),
    "a voice note": Kept(lambda user: user.speaks("客厅的暖气还是不热"), "客厅的暖气还是不热", kind="spoken"),
    "a photo": Kept(lambda user: user.sends_file("image", JPEG), "", (JPEG,), names=("照片.jpg",)),
    "a film": Kept(lambda user: user.sends_file("video", MP4), "", (MP4,), names=("视频.mp4",)),
    "a paper, whose name comes with its bytes": Kept(
        lambda user: user.sends_file("file", PDF, "取暖费 收据.pdf"), "", (PDF,), names=("取暖费 收据.pdf",)
    ),
    "words and photos": Kept(
        lambda user: user.sends_mixed(
            text("漏水的地方"),
            {"msgtype": "image", "image": user.file(JPEG)},
            {"msgtype": "image", "image": user.file(JPEG + b"2")},
        ),
        "漏水的地方",
        (JPEG, JPEG + b"2"),
    ),
    "words on what was said before": Kept(
        lambda user: user.types("这句话是什么意思", quote=text("承诺最迟12月7日前给您答复" * 5)),
        "（引用：" + ("承诺最迟12月7日前给您答复" * 5)[:50] + "……）这句话是什么意思",
    ),
    "words on a photo": Kept(
        lambda user: user.types("就是这个地方漏水", quote={"msgtype": "image", "image": {"url": "x"}}),
        "（引用：照片.jpg）就是这个地方漏水",
    ),
}


@pytest.mark.parametrize("kind", KEPT)
async def test_it_is_kept_in_the_case_and_shown_to_whoever_looks_after_it(case: WecomOffice, kind: str) -> None:
    sent = KEPT[kind]
    assert await does(case, sent.doing) == [(sent.kind, sent.words, len(sent.files))]
    assert case.wang.sees(NUMBER)
    mark = SPOKEN if sent.kind == "spoken" else ""
    await eventually(lambda: len(case.zhao.files) >= len(sent.files) and case.zhao.sees(mark + sent.words))
    assert case.zhao.files == list(sent.files)
    shown = [each.name for each in case.zhao.user.messages if each.name]
    assert shown == list(sent.names or shown)
    entries = await case.rows("SELECT words FROM case_entries WHERE kind = 'said' ORDER BY id DESC LIMIT 1")
    assert entries == [(mark + sent.words,)]


async def test_short_words_that_quote_our_question_are_the_answer(tmp_path: Path) -> None:
    async with open_wecom_office(tmp_path) as office:
        await office.wang.says("困难")
        await office.wang.does(lambda user: user.types("2", quote=text("您遇到哪方面的困难？")))
        assert office.wang.sees("请说说具体情况")


async def test_what_is_quoted_is_kept_beside_the_words_and_is_neither_an_answer_nor_an_alarm(tmp_path: Path) -> None:
    async with open_wecom_office(tmp_path) as office:
        wang = office.wang
        await wang.says("困难")
        await wang.does(lambda user: user.types("就是住房这一项", quote=text("您遇到哪方面的困难？就医、住房")))
        assert wang.sees("请说说具体情况")
        await wang.does(lambda user: user.types("屋顶漏水漏得厉害", quote=text("请说说具体情况")))
        await wang.says("说完了")
        await wang.says("不急")
        assert wang.sees("（引用：请说说具体情况）屋顶漏水漏得厉害")
        await wang.says("确认提交")
        await wang.does(lambda user: user.types("好的，我知道了", quote=text("有人摔倒、起不来，请马上打 120")))
        assert await office.rows("SELECT danger FROM cases") == [(None,)]
        await wang.does(lambda user: user.types("我摔倒了起不来", quote=text("身边有人吗，请告诉我")))
        assert wang.sees("请马上打") and office.zhao.sees("（引用：身边有人吗，请告诉我）我摔倒了起不来")


async def test_what_somebody_thinks_of_an_answer_goes_to_staff_and_answers_no_question(tmp_path: Path) -> None:
    async with open_wecom_office(tmp_path) as office:
        await office.wang.says("困难")
        await office.wang.does(lambda user: user.rates("住房"))
        assert office.wang.sees("您的意见转给工作人员了") and office.wang.sees("您遇到哪方面的困难")
        assert office.zhao.sees("王老对助手的回复有意见：\n住房")
        await office.wang.presses("住房")
        await office.wang.does(lambda user: user.rates("字太小"))
        assert await office.rows("SELECT answers FROM dialogs WHERE answers LIKE '%字太小%'") == []
        await office.wang.does(lambda user: user.rates("我摔倒了起不来"))
        assert office.wang.sees("请马上打") and office.zhao.sees("我摔倒了起不来")
        before = len(office.stranger.user.messages)
        await office.stranger.does(lambda user: user.rates("看不懂"))
        assert len(office.stranger.user.messages) == before


async def test_a_spoken_answer_is_an_answer_like_any_other(tmp_path: Path) -> None:
    async with open_wecom_office(tmp_path) as office:
        await office.wang.speaks("我有困难。")
        await office.wang.says("困难")
        await office.wang.speaks("第二个")
        assert office.wang.sees("请说说具体情况")
        await office.wang.speaks("暖气不热，三天了。")
        await office.wang.speaks("说完了。")
        assert office.wang.sees("今天就要有人管吗")
        await office.wang.speaks("不急")
        assert office.wang.sees("请您核对") and office.wang.sees(f"情况：{SPOKEN}暖气不热，三天了。")


async def test_spoken_danger_is_an_alarm(case: WecomOffice) -> None:
    await case.wang.speaks("我胸口疼得厉害")
    assert case.wang.sees("请马上打 120")


async def test_a_message_that_comes_twice_is_said_once(case: WecomOffice) -> None:
    body = case.wang.user.types("阀门也坏了")
    await case.settles()
    case.wang.user.repeats(body)
    photo = case.wang.user.sends_file("image", JPEG)
    case.wang.user.repeats(photo)
    await case.settles()
    assert len(await case.rows("SELECT 1 FROM inbox WHERE words = '阀门也坏了'")) == 1
    assert len(await case.rows("SELECT 1 FROM media")) == 1


REFUSED = {
    "a voice that was not understood": (lambda user: user.speaks(""), "没有听清的语音"),
    "a message of nothing visible": (lambda user: user.types("\u200f \u200b"), "空白消息"),
    "a message of a kind that nobody knew": (lambda user: user.sends({"msgtype": "hologram"}), "这种消息"),
    "a file without an address": (lambda user: user.sends({"msgtype": "file", "file": {}}), "这种消息"),
    "a message in a form that nobody knew": (lambda user: user.sends({"msgtype": "mixed", "mixed": "?"}), "空白消息"),
}


@pytest.mark.parametrize("kind", REFUSED)
async def test_what_cannot_be_kept_is_refused_by_its_name(case: WecomOffice, kind: str) -> None:
    doing, name = REFUSED[kind]
    assert await does(case, doing) == [("unsupported", name, 0)]
    assert case.wang.sees(f"{name}我还看不了。请打字、发语音或者照片告诉我。")
    assert not case.zhao.heard


async def test_of_a_mixed_message_what_can_be_kept_is_kept_and_the_rest_refused(case: WecomOffice) -> None:
    came = await does(case, lambda user: user.sends_mixed(text("请看这个"), {"msgtype": "hologram"}))
    assert came == [("words", "请看这个\n（这种消息没有收下）", 0), ("unsupported", "这种消息", 0)]
    assert case.zhao.sees("请看这个") and case.wang.sees("这种消息我还看不了")


async def test_words_in_a_group_and_what_nobody_said_are_answered_by_nobody(case: WecomOffice) -> None:
    before = len(case.wang.user.messages)
    case.wang.user.says_in_group("大家好")
    case.wang.user.rates()
    await case.wang.does(lambda user: user._event({"eventtype": "template_card_event", "template_card_event": {}}))
    assert len(case.wang.user.messages) == before
    assert [row[0] for row in await inbox_of(case)][-2:] == ["noted", "noted"]


async def test_an_attachment_that_cannot_be_had_within_five_minutes_is_lost_and_staff_see_it(
    tmp_path: Path, loop_clock: LoopClock
) -> None:
    async with open_wecom_office(tmp_path) as office:
        address = office.wang.user.file(JPEG)
        await office.wang.does(
            lambda user: user.sends({"msgtype": "image", "image": {"url": f"{office.server.base_url}/media/x"}})
        )
        await office.wang.does(
            lambda user: user.sends({"msgtype": "image", "image": address | {"aeskey": "bm90IHRoZSBrZXk="}})
        )
        assert [row[0] for row in await office.rows("SELECT why FROM media ORDER BY made_at, why")] == [
            "企业微信不给这个附件了（403），它只留五分钟",
            "附件解不开",
        ]


@pytest.mark.parametrize("flat", [False, True])
async def test_a_pressed_card_comes_in_both_forms_that_the_sources_show(tmp_path: Path, flat: bool) -> None:
    async with open_wecom_office(tmp_path, server={"flat_events": flat}) as office:
        await office.wang.says("菜单")
        await office.wang.presses("反映困难")
        assert office.wang.sees("您遇到哪方面的困难")
        assert (await inbox_of(office))[-1] == ("choice", "1 反映困难", 0)


async def test_a_file_is_fetched_where_it_was_said_to_be_and_its_server_is_asked_for_five_minutes_only(
    tmp_path: Path,
) -> None:
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.path)
        if request.path == "/moved":
            raise web.HTTPFound("/inner")
        return web.Response(status=503)

    application = web.Application()
    application.router.add_get("/{any}", answer)
    async with TestServer(application) as server, ClientSession() as http:
        now = datetime(2026, 11, 23, 9, tzinfo=UTC)

        async def fails(path: str, until: datetime) -> SendError:
            with pytest.raises(SendError) as caught:
                await fetch(http, Reference(str(server.make_url(path)), "", until), 1000, now)
            return caught.value

        assert type(await fails("/moved", now + MEDIA_LIFE)) is Refused and asked == ["/moved"]
        assert type(await fails("/ill", now + MEDIA_LIFE)) is TryLater
        assert type(await fails("/ill", now - timedelta(seconds=1))) is Refused

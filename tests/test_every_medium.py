"""Whatever a person can send on Telegram is kept, or refused by its name; what was edited keeps both texts.

What is kept stands in the inbox word for word, and 赵科, who looks after the case, gets to see it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
import telegram

from bot.channels import telegram_contents
from bot.channels.telegram import REMEMBERED
from storage.errors import DiskFull
from tests.office import TestOffice
from tests.patience import eventually
from tests.telegram_server import BAD_GATEWAY_PAGE, Answer, TelegramUser, Update
from tests.telegram_server.contents import (
    OTHER_KINDS,
    SERVICE_MESSAGES,
    from_channel,
    from_group,
    from_hidden_user,
    from_user,
)

JPEG, OTHER_JPEG = b"\xff\xd8\xff photo", b"\xff\xd8\xff another"
STILL = b"\xff\xd8\xff still"  # the picture of a live photo
MP3, OGG, MP4, PDF = b"ID3 song", b"OggS voice", b"\0\0\0\x18ftypmp42 film", b"%PDF-1.7 paper"
THIRTY_MEGABYTES = 30 * 1024 * 1024
NUMBER = "2026-1"

Doing = Callable[[TelegramUser], Any]


@pytest.fixture
async def case(office: TestOffice) -> TestOffice:
    """The office, where 赵科 looks after a case of 王老's: what he says goes into it."""
    await office.wang.says("困难")
    await office.wang.presses("住房")
    await office.wang.says("暖气不热")
    await office.wang.presses("说完了")
    await office.wang.presses("不急")
    await office.wang.presses("确认提交")
    await office.zhao.presses("查看")
    await office.zhao.presses("接手")
    for each in office.everybody:
        each.looks_away()
    return office


async def inbox_of(office: TestOffice, after: int = 0) -> list[tuple[str, str, int]]:
    """Return kind, words and number of files of what came, oldest first, without presses of buttons."""
    rows = await office.rows(
        "SELECT kind, quote || words, media FROM inbox WHERE choice IS NULL AND id > ? ORDER BY id", after
    )
    return [(row[0], row[1], row[2].count('"') // 2) for row in rows]


async def newest(office: TestOffice) -> int:
    rows = await office.rows("SELECT coalesce(max(id), 0) FROM inbox")
    return int(rows[0][0])


async def does(office: TestOffice, doing: Doing) -> list[tuple[str, str, int]]:
    """Let 王老 do something while 赵科 looks on; return what came into the inbox by it."""
    office.zhao.looks_away()
    before = await newest(office)
    await office.wang.does(doing)
    return await inbox_of(office, before)


async def sees_files(office: TestOffice, *contents: bytes) -> bool:
    """Tell whether 赵科 got these files since he looked away. What Telegram does not pass on by itself comes when it is fetched."""

    def came() -> list[bytes]:
        seen = office.zhao.user.messages[office.zhao._seen :]
        return [each.content for message in seen for each in message.attachments]

    await eventually(lambda: len(came()) >= len(contents))
    return came() == list(contents)


# ── what is kept ────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Kept:
    doing: Doing
    words: str = ""
    files: tuple[bytes, ...] = ()


def a_file(kind: str, name: str, content: bytes, caption: str = "") -> Doing:
    return lambda user: user.sends_file(kind, name, content, caption)


def a_forward(origin: dict[str, Any], text: str = "免费领鸡蛋") -> Doing:
    return lambda user: user.forwards({"text": text}, origin)


LONG = "字" * 4096
VCARD = (
    "BEGIN:VCARD\r\nVERSION:3.0\r\nN:王;五;;;\r\nFN:五 王\r\nORG:虚构县水利局;退休科\r\n"
    "TEL;TYPE=CELL:+86 139-0000-0002\r\nitem1.TEL:0359-0000000\r\nEND:VCARD"
)

KEPT = {
    "a text": Kept(lambda user: user.types("阀门也坏了"), "阀门也坏了"),
    "a text as long as Telegram allows": Kept(lambda user: user.types(LONG), LONG),
    "an emoji alone": Kept(lambda user: user.types("👍"), "👍"),
    "a link behind words": Kept(
        lambda user: user.types("😀请看这里，还有那里", {"这里": "https://a.example/1", "那里": "https://b.example"}),
        "😀请看这里（https://a.example/1），还有那里（https://b.example）",
    ),
    "a link that says where it leads": Kept(
        lambda user: user.types("https://a.example/", {"https://a.example/": "https://a.example"}), "https://a.example/"
    ),
    "a link behind the words under a photo": Kept(
        lambda user: user.sends(
            user.file("photo", "p", JPEG, "看这里")
            | {"caption_entities": [{"type": "text_link", "offset": 1, "length": 2, "url": "https://a.example/1"}]}
        ),
        "看这里（https://a.example/1）",
        (JPEG,),
    ),
    "controls and turned directions": Kept(
        lambda user: user.types("我家\x00在\x07三楼\u202e左\u200f边\r\n\t谢谢"), "我家在三楼左边\n\t谢谢"
    ),
    "half a character": Kept(lambda user: user.sends({"text": "三楼\ud83d"}), "三楼\ufffd"),
    "a photo": Kept(a_file("photo", "p.jpg", JPEG), "", (JPEG,)),
    "a photo with words": Kept(a_file("photo", "p.jpg", JPEG, "漏水的地方"), "漏水的地方", (JPEG,)),
    "a live photo": Kept(a_file("live_photo", "l.mp4", MP4, "它在滴水"), "它在滴水", (STILL, MP4)),
    "a voice note": Kept(a_file("voice", "v.oga", OGG), "", (OGG,)),
    "a voice note with words": Kept(a_file("voice", "v.oga", OGG, "请听"), "请听", (OGG,)),
    "a song": Kept(a_file("audio", "声音.mp3", MP3, "水管的声音"), "水管的声音", (MP3,)),
    "a film": Kept(a_file("video", "v.mp4", MP4, "请看"), "请看", (MP4,)),
    "a round film": Kept(a_file("video_note", "v.mp4", MP4), "", (MP4,)),
    "a moving picture": Kept(a_file("animation", "g.mp4", MP4), "", (MP4,)),
    "a paper": Kept(a_file("document", "收据.pdf", PDF, "收据"), "收据", (PDF,)),
    "a photo sent as a file": Kept(a_file("document", "IMG_1.jpg", JPEG), "", (JPEG,)),
    "a place": Kept(lambda user: user.sends_location(), "（位置）北纬30.50000 东经114.30000"),
    "a place with a name": Kept(
        lambda user: user.sends_venue("虚构县医院", "虚构路1号"),
        "（位置）虚构县医院 虚构路1号 北纬30.50000 东经114.30000",
    ),
    "somebody's card": Kept(lambda user: user.shares_contact(own=False), "（联系人）王老 13900000000"),
    "a card with both names": Kept(
        lambda user: user.sends_card(phone_number="13900000001", first_name="五", last_name="王"),
        "（联系人）五 王 13900000001",
    ),
    "a card with a vCard": Kept(
        lambda user: user.sends_card(phone_number="13900000002", first_name="五", vcard=VCARD),
        "（联系人）五 13900000002，虚构县水利局 退休科，0359-0000000",
    ),
    "the words of somebody else": Kept(a_forward(from_user(2001, "四", "李")), "（转发自四 李）免费领鸡蛋"),
    "the words of somebody who hides": Kept(a_forward(from_hidden_user("李四")), "（转发自李四）免费领鸡蛋"),
    "the words of a group": Kept(a_forward(from_group("老年大学")), "（转发自老年大学）免费领鸡蛋"),
    "the words of a channel": Kept(a_forward(from_channel("健康生活")), "（转发自健康生活）免费领鸡蛋"),
    "words from where no Telegram was yet": Kept(a_forward({"type": "star", "date": 1}), "（转发自别处）免费领鸡蛋"),
    "a command of somebody else": Kept(a_forward(from_hidden_user("李四"), "取消"), "（转发自李四）取消"),
    "the own words once more": Kept(a_forward(from_user(1001, "王老"), "我家水管也坏了"), "我家水管也坏了"),
    "a photo of somebody else": Kept(
        lambda user: user.forwards(user.file("photo", "p", JPEG), from_user(2001, "李四")), "（转发自李四）", (JPEG,)
    ),
    "the place of somebody else": Kept(
        lambda user: user.forwards({"location": {"latitude": 30.5, "longitude": 114.3}}, from_user(2001, "李四")),
        "（转发自李四）（位置）北纬30.50000 东经114.30000",
    ),
    "an answer to what was said in another chat": Kept(
        lambda user: user.sends(
            {
                "text": "是真的吗",
                "external_reply": {"origin": from_channel("健康生活")},
                "quote": {"text": "鸡蛋免费", "position": 0},
            }
        ),
        "（引用健康生活：鸡蛋免费）是真的吗",
    ),
    "an answer to a photo in another chat": Kept(
        lambda user: user.sends(
            {"text": "是真的吗", "external_reply": {"origin": from_user(2001, "李四")} | user.file("photo", "p", JPEG)}
        ),
        "（引用李四：照片.jpg）是真的吗",
        (JPEG,),
    ),
}


@pytest.mark.parametrize("kind", KEPT)
async def test_it_is_kept_in_the_case_and_shown_to_whoever_looks_after_it(case: TestOffice, kind: str) -> None:
    sent = KEPT[kind]
    assert await does(case, sent.doing) == [("words", sent.words, len(sent.files))]
    assert case.wang.sees(NUMBER)
    assert not case.wang.sees("看不了")
    assert sent.words.replace("\n", "") in case.zhao.heard.replace("\n", "")  # a long text comes in parts
    assert await sees_files(case, *sent.files)


async def test_every_photo_of_an_album_is_kept_in_order_and_its_words_once(case: TestOffice) -> None:
    photos = [b"\xff\xd8\xff %d" % number for number in range(10)]
    came = await does(case, lambda user: user.sends_album(photos, "阳台、客厅、厨房"))
    assert came == [("words", "阳台、客厅、厨房", 1)] + [("words", "", 1)] * 9
    assert await sees_files(case, *photos)


async def test_a_text_too_long_for_telegram_arrives_whole(case: TestOffice) -> None:
    """The person's Telegram cuts it into two messages."""
    text = "".join(f"{number:04}，" for number in range(1000))
    office = case
    before = await newest(office)
    await office.wang.says(text[:4096])
    heard = office.zhao.heard
    await office.wang.says(text[4096:])
    assert "".join(words for _, words, _ in await inbox_of(office, before)) == text
    assert "0999，" in office.zhao.heard.replace(heard, "")


async def test_a_story_is_told_in_any_order_of_words_and_media(office: TestOffice) -> None:
    await office.wang.says("困难")
    await office.wang.presses("住房")
    doings: list[Doing] = [
        lambda user: user.sends_voice(OGG),
        lambda user: user.types("暖气不热"),
        lambda user: user.sends_album([JPEG, OTHER_JPEG]),
        lambda user: user.sends_location(),
        lambda user: user.sends_file("video_note", "v.mp4", MP4),
        lambda user: user.sends_sticker(),
        lambda user: user.types("就这些情况"),
    ]
    for doing in doings:
        await office.wang.does(doing)
    await office.wang.presses("说完了")
    await office.wang.presses("不急")
    office.zhao.looks_away()
    await office.wang.presses("确认提交")
    assert await sees_files(office, OGG, JPEG, OTHER_JPEG, MP4)
    for words in ("暖气不热", "（位置）北纬30.50000 东经114.30000", "就这些情况"):
        assert office.zhao.sees(words)
    assert not office.zhao.sees("贴纸")


async def test_a_photo_without_words_opens_a_case_when_nothing_else_is_going_on(office: TestOffice) -> None:
    await office.wang.does(lambda user: user.sends_photo(JPEG))
    assert office.wang.buttons[0].startswith("1 ")
    assert await inbox_of(office) == [("words", "", 1)]


# ── what is refused ─────────────────────────────────────────────────────────────────────────────────────────────────

REFUSED = {
    "sticker": "贴纸",
    "dice": "骰子",
    "poll": "投票",
    "game": "游戏",
    "story": "动态",
    "invoice": "账单",
    "giveaway": "抽奖",
    "giveaway_winners": "抽奖",
    "checklist": "清单",
    "paid_media": "付费内容",
    "gift": "礼物",
    "hologram": "这种消息",
}


@pytest.mark.parametrize("kind", REFUSED)
async def test_what_cannot_be_kept_is_refused_by_its_name(case: TestOffice, kind: str) -> None:
    came = await does(case, lambda user: user.sends_sticker() if kind == "sticker" else user.sends_other(kind))
    assert came == [("unsupported", REFUSED[kind], 0)]
    assert case.wang.sees(f"{REFUSED[kind]}我还看不了。请打字、发语音或者照片告诉我。")
    assert not case.zhao.heard


def test_each_kind_that_a_person_can_send_is_tried_here() -> None:
    assert set(REFUSED) == set(OTHER_KINDS) | {"sticker"}


async def test_words_with_what_is_refused_are_kept_and_the_refusal_is_told(case: TestOffice) -> None:
    came = await does(case, lambda user: user.sends_other("paid_media", "这个要钱吗"))
    assert came == [("words", "这个要钱吗\n（付费内容没有收下）", 0), ("unsupported", "付费内容", 0)]
    assert case.wang.sees("付费内容我还看不了")
    assert case.zhao.sees("这个要钱吗\n（付费内容没有收下）")


@pytest.mark.parametrize("kind", ["video", "document", "audio", "animation"])
async def test_a_file_too_large_is_refused_with_its_name_and_the_limit_and_its_words_are_kept(
    case: TestOffice, kind: str
) -> None:
    came = await does(case, lambda user: user.sends_file(kind, "录像.mp4", MP4, "漏水的地方", THIRTY_MEGABYTES))
    assert [each[0] for each in came] == ["words", "unsupported"]
    assert case.wang.sees("“录像.mp4”超过 20 MB，我还看不了")
    assert case.wang.sees(NUMBER)
    assert case.zhao.sees("漏水的地方\n（“录像.mp4”超过 20 MB，没有收下）")
    assert await case.rows("SELECT 1 FROM media") == []


async def test_a_file_too_large_without_words_is_refused_with_its_name(case: TestOffice) -> None:
    came = await does(case, lambda user: user.sends_document("录像.mp4", MP4, size=THIRTY_MEGABYTES))
    assert came == [("unsupported", "“录像.mp4”超过 20 MB，", 0)]
    assert case.wang.sees("“录像.mp4”超过 20 MB，我还看不了")
    assert not case.zhao.heard


async def test_an_empty_file_is_refused_as_empty(case: TestOffice) -> None:
    came = await does(case, lambda user: user.sends_document("收据.pdf", b"", "收据"))
    assert came == [("words", "收据\n（“收据.pdf”是空的，没有收下）", 0), ("unsupported", "“收据.pdf”是空的，", 0)]
    assert case.wang.sees("“收据.pdf”是空的，我还看不了")
    assert case.zhao.sees("收据\n（“收据.pdf”是空的，没有收下）")


async def test_of_a_live_photo_with_a_film_too_large_the_picture_is_kept(case: TestOffice) -> None:
    came = await does(case, lambda user: user.sends_file("live_photo", "l.mp4", MP4, "看", THIRTY_MEGABYTES))
    assert [(kind, files) for kind, _, files in came] == [("words", 1), ("unsupported", 0)]
    assert case.wang.sees("“实况照片.mp4”超过 20 MB")
    assert await sees_files(case, STILL)


async def test_a_refusal_that_comes_twice_is_told_once(case: TestOffice) -> None:
    update = case.wang.user.sends_document("录像.mp4", MP4, "漏水的地方", size=THIRTY_MEGABYTES)
    await case.settles()
    before = await newest(case)
    case.telegram.resend(update)
    await case.telegram.until(lambda: not case.telegram.cloud.updates.repeats)
    await case.settles()
    assert await newest(case) == before


async def test_a_message_of_nothing_visible_is_refused(case: TestOffice) -> None:
    assert await does(case, lambda user: user.types("\u200f\u202e \u200b\x07")) == [("unsupported", "空白消息", 0)]
    assert case.wang.sees("空白消息我还看不了")


async def test_a_file_cannot_deceive_by_its_name(case: TestOffice) -> None:
    await does(case, lambda user: user.sends_document("../通知\u202efdp.exe\n", PDF))
    assert [row[0] for row in await case.rows("SELECT name FROM media")] == [".._通知fdp.exe_"]


@pytest.mark.parametrize("kind", SERVICE_MESSAGES)
async def test_what_telegram_says_by_itself_is_not_answered(case: TestOffice, kind: str) -> None:
    assert await does(case, lambda user: user.sends_other(kind)) == []
    assert not case.wang.heard


async def test_a_message_that_cannot_be_read_at_all_is_refused_all_the_same(case: TestOffice) -> None:
    came = await does(case, lambda user: user.sends({"text": "困难", "location": {"latitude": "?"}}))
    assert came == [("unsupported", "这种消息", 0)]
    assert case.wang.sees("这种消息我还看不了")


async def test_a_bug_in_reading_a_message_is_told_to_its_sender_and_stops_nobody(
    case: TestOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(card: object) -> str:
        raise ZeroDivisionError

    monkeypatch.setattr(telegram_contents, "_card", fails)
    assert await does(case, lambda user: user.shares_contact(own=False)) == [("unsupported", "这种消息", 0)]
    assert await does(case, lambda user: user.types("我在三楼")) == [("words", "我在三楼", 0)]


# ── every field of the library ──────────────────────────────────────────────────────────────────────────────────────


def test_every_field_of_a_message_has_its_place_and_only_one() -> None:
    slots = {slot for kind in telegram.Message.__mro__ for slot in getattr(kind, "__slots__", ())}
    fields = {slot for slot in slots if not slot.startswith("_")} - {"api_kwargs"}
    tables = telegram_contents
    placed = [*tables.WORDS, *tables.FILES, *tables.REFUSED, *tables.SERVICE, *tables.DETAILS]
    assert sorted(placed) == sorted(fields)


async def test_only_the_known_kinds_of_updates_are_asked_for(office: TestOffice) -> None:
    """Messages of channels, businesses and guests do not even reach us."""
    await office.telegram.until(lambda: office.telegram.is_polled)
    assert office.telegram.cloud.updates.allowed == ["message", "edited_message", "callback_query", "my_chat_member"]


# ── where somebody is ───────────────────────────────────────────────────────────────────────────────────────────────


async def test_of_a_place_that_goes_on_only_the_first_is_kept_and_that_is_told(case: TestOffice) -> None:
    user = case.wang.user
    update = user.sends_live_location()
    await case.settles()
    assert case.zhao.sees("（位置）北纬30.50000 东经114.30000（实时位置，只记下了发来时的地方）")
    assert user.sees("实时位置以后的变化我还看不了")

    def goes_on(user: TelegramUser) -> None:
        for step in range(20):
            user.moves(update, 30.5 + step / 1000, 114.3)

    assert await does(case, goes_on) == []
    assert not case.wang.heard and not case.zhao.heard


# ── cards ───────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_own_card_lets_a_cadre_in(new_office: TestOffice) -> None:
    await new_office.wang.does(lambda user: user.shares_contact())
    assert new_office.wang.sees("已经认出您了")


@pytest.mark.parametrize(
    "about", [{"forward_origin": from_user(1001, "王老")}, {"via_bot": {"id": 5, "is_bot": True, "first_name": "x"}}]
)
async def test_a_card_that_may_be_old_or_made_up_lets_nobody_in(new_office: TestOffice, about: dict[str, Any]) -> None:
    """A forwarded card holds the number of its day, and one made by another bot whatever that bot likes."""
    card = {"phone_number": "13800000003", "first_name": "赵科", "user_id": 1001}
    await new_office.wang.does(lambda user: user.sends({"contact": card} | about))
    assert await new_office.rows("SELECT 1 FROM accounts WHERE person_id IS NOT NULL") == []


# ── replies ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def replying(case: TestOffice, earlier: str, content: dict[str, Any], quote: str = "") -> str:
    """Let 王老 say something and then reply to it; return what the reply left in the inbox."""
    update = case.wang.user.types(earlier)
    await case.settles()
    ((_, words, _),) = await does(case, lambda user: user.replies(update, content, quote))
    return words


async def test_a_reply_to_the_own_words_says_to_which(case: TestOffice) -> None:
    long = "我家的暖气从上个星期三开始就一点也不热了，" * 4
    assert await replying(case, "阀门在漏水", {"text": "这个已经修好了"}) == "（引用：阀门在漏水）这个已经修好了"
    assert await replying(case, long, {"text": "这个已经修好了"}) == f"（引用：{long[:50]}……）这个已经修好了"
    assert await replying(case, long, {"text": "这个已经修好了"}, "上个星期三") == "（引用：上个星期三）这个已经修好了"
    assert case.zhao.sees("（引用：上个星期三）这个已经修好了")


async def test_a_photo_in_reply_to_the_own_words_says_to_which(case: TestOffice) -> None:
    photo = case.wang.user.file("photo", "p", JPEG)
    assert await replying(case, "阀门在漏水", photo) == "（引用：阀门在漏水）"


async def test_a_reply_to_the_own_photo_says_so(case: TestOffice) -> None:
    update = case.wang.user.sends_photo(JPEG)
    await case.settles()
    ((_, words, _),) = await does(case, lambda user: user.replies(update, {"text": "这是昨天的样子"}))
    assert words == "（引用：照片.jpg）这是昨天的样子"


def swiping_answer(text: str) -> Doing:
    return lambda user: user.replies(user.latest, {"text": text})


async def test_an_answer_stays_an_answer_when_it_is_given_as_a_reply(office: TestOffice) -> None:
    """Many answer by swiping the question."""
    await office.wang.says("困难")
    for answer, next_question in (("住房", "请说说具体情况"), ("我家暖气三天不热了", "记下了"), ("说完了", "今天就要")):
        await office.wang.does(swiping_answer(answer))
        assert office.wang.sees(next_question)
    assert await inbox_of(office) == [
        ("words", "困难", 0),
        ("words", "住房", 0),
        ("words", "我家暖气三天不热了", 0),
        ("words", "说完了", 0),
    ]


async def test_a_quoted_alarm_is_no_alarm(case: TestOffice) -> None:
    assert await replying(case, "有人摔倒要打哪个电话", {"text": "这个我已经知道了"})
    case.wang.looks_away()
    marked = "有人摔倒、起不来"
    await does(case, lambda user: user.replies(case.wang.message, {"text": "好的，我都记住了"}, marked))
    assert not case.wang.sees("请马上打") and case.zhao.sees(f"（引用：{marked}）好的，我都记住了")


async def test_of_our_words_only_what_the_person_marked_is_quoted_and_briefly(case: TestOffice) -> None:
    ours = case.wang.message
    marked = ours.text.replace("\n", " ")[:30]
    came = await does(case, lambda user: user.replies(ours, {"text": "这一句是什么意思"}, marked))
    assert came == [("words", f"（引用：{marked[:20]}……）这一句是什么意思", 0)]


# ── what is changed afterwards ──────────────────────────────────────────────────────────────────────────────────────


async def edited(case: TestOffice, sending: Doing, change: Callable[[TelegramUser, Update], Any]) -> Any:
    """Let 王老 send something and then change it; return what came by the change."""
    update = sending(case.wang.user)
    await case.settles()
    await eventually(lambda: case.app.fetching.is_idle)
    return await does(case, lambda user: change(user, update))


async def test_an_edited_text_keeps_both(case: TestOffice) -> None:
    came = await edited(
        case, lambda user: user.types("我家在三楼"), lambda user, update: user.edits(update, "我家在四楼")
    )
    assert came == [("edited", "我家在四楼", 0)]
    assert case.zhao.sees("（更正）我家在四楼")
    assert ("words", "我家在三楼", 0) in await inbox_of(case)


async def test_an_edit_that_changes_nothing_says_nothing(case: TestOffice) -> None:
    assert await edited(case, lambda user: user.types("三楼"), lambda user, update: user.edits(update, "三楼")) == []
    assert not case.wang.heard and not case.zhao.heard


async def test_new_words_under_a_photo_are_kept_and_the_photo_is_not_kept_twice(case: TestOffice) -> None:
    came = await edited(
        case, a_file("photo", "p", JPEG, "我家阳台"), lambda user, update: user.edits_caption(update, "我家厨房")
    )
    assert came == [("edited", "我家厨房", 0)]
    assert case.zhao.sees("（更正）我家厨房")
    assert len(await case.rows("SELECT 1 FROM media")) == 1


async def test_words_taken_away_from_a_photo_are_kept_and_that_is_told(case: TestOffice) -> None:
    came = await edited(
        case, a_file("photo", "p", JPEG, "我家阳台"), lambda user, update: user.edits_caption(update, "")
    )
    assert came == [("edited", "（文字已删去）", 0)]
    assert case.zhao.sees("（更正）（文字已删去）")
    assert ("words", "我家阳台", 1) in await inbox_of(case)


async def test_a_photo_put_in_the_place_of_another_is_kept_too(case: TestOffice) -> None:
    came = await edited(
        case,
        a_file("photo", "p", JPEG, "我家阳台"),
        lambda user, update: user.changes(update, user.file("photo", "p", OTHER_JPEG, "我家阳台")),
    )
    assert came == [("edited", "我家阳台", 1)]
    assert await sees_files(case, OTHER_JPEG)


async def test_a_paper_put_in_the_place_of_another_is_kept_too(case: TestOffice) -> None:
    came = await edited(
        case,
        a_file("document", "收据.pdf", PDF),
        lambda user, update: user.changes(update, user.file("document", "发票.pdf", PDF + b"2")),
    )
    assert came == [("edited", "", 1)]
    assert await sees_files(case, PDF + b"2")


async def test_a_photo_added_to_a_text_is_kept(case: TestOffice) -> None:
    came = await edited(
        case,
        lambda user: user.types("我家阳台"),
        lambda user, update: user.changes(update, {"text": ""} | user.file("photo", "p", JPEG, "我家阳台")),
    )
    assert came == [("edited", "我家阳台", 1)]
    assert await sees_files(case, JPEG)


async def test_a_film_too_large_in_the_place_of_another_is_refused(case: TestOffice) -> None:
    came = await edited(
        case,
        a_file("video", "v.mp4", MP4, "请看"),
        lambda user, update: user.changes(update, user.file("video", "长.mp4", MP4, "请看", THIRTY_MEGABYTES)),
    )
    assert [each[0] for each in came] == ["edited", "unsupported"]
    assert case.wang.sees("“长.mp4”超过 20 MB")


async def test_a_checklist_that_is_edited_is_not_refused_again(case: TestOffice) -> None:
    change = {"checklist": OTHER_KINDS["checklist"] | {"title": "都办好了"}}
    assert (
        await edited(
            case, lambda user: user.sends_other("checklist"), lambda user, update: user.changes(update, change)
        )
        == []
    )


async def test_after_a_restart_the_file_of_an_edited_message_counts_as_new(case: TestOffice) -> None:
    """What a message held before is remembered in memory only: rather twice than never."""
    update = case.wang.user.sends_photo(JPEG, "我家阳台")
    await case.settles()
    await case.restarts()
    assert await does(case, lambda user: user.edits_caption(update, "我家厨房")) == [("edited", "我家厨房", 1)]
    assert await does(case, lambda user: user.edits_caption(update, "我家客厅")) == [("edited", "我家客厅", 0)]


async def test_a_message_and_its_edit_that_come_together_are_told_apart(case: TestOffice) -> None:
    before = await newest(case)
    await case.app.stop()
    update = case.wang.user.sends_photo(JPEG, "我家阳台")
    case.wang.user.edits_caption(update, "我家厨房")
    await case.restarts()
    assert await inbox_of(case, before) == [("words", "我家阳台", 1), ("edited", "我家厨房", 0)]


async def test_a_new_photo_that_could_not_be_stored_the_first_time_is_kept_the_second(
    case: TestOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was not stored must not count as known."""
    update = case.wang.user.sends_photo(JPEG, "我家阳台")
    await case.settles()
    channel = case.app.channels["telegram"]
    tries = 0

    async def fails_once(*said: Any) -> None:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise DiskFull("full")
        await case.app.intake.receive(*said)

    monkeypatch.setattr(channel, "_receive", fails_once)
    monkeypatch.setattr("bot.channels.telegram.STORAGE_PAUSE_SECONDS", 0.0)
    came = await does(case, lambda user: user.changes(update, user.file("photo", "p", OTHER_JPEG, "我家阳台")))
    assert tries == 2
    assert came == [("edited", "我家阳台", 1)]


async def test_only_so_many_messages_are_remembered(case: TestOffice) -> None:
    channel: Any = case.app.channels["telegram"]
    await case.wang.says("最早的一句")
    held = next(iter(channel._held.values()))
    channel._remember({(7, number): replace(held) for number in range(REMEMBERED)})
    assert len(channel._held) == REMEMBERED
    assert (7, 0) in channel._held


# ── passing files on ────────────────────────────────────────────────────────────────────────────────────────────────


async def test_what_telegram_will_not_pass_on_is_uploaded_once_it_is_here(case: TestOffice) -> None:
    """A picture to be seen once has a reference that nobody else may use; its bytes we have."""
    refused = "Bad Request: can't use file of type SelfDestructingPhoto as Photo"
    case.telegram.refuse_next("sendPhoto", 400, refused)
    await does(case, lambda user: user.sends_photo(JPEG, "只看一次"))
    assert await sees_files(case, JPEG)


async def test_a_file_that_cannot_be_passed_on_takes_no_word_with_it(case: TestOffice) -> None:
    """It can neither be sent by reference nor fetched: 赵科 reads the words, and that something is missing."""
    lost = "Bad Request: wrong file_id or the file is temporarily unavailable"
    case.telegram.refuse_next("getFile", 400, lost)
    case.telegram.refuse_next("sendPhoto", 400, "Bad Request: wrong file identifier/HTTP URL specified", times=9)
    await does(case, lambda user: user.sends_photo(JPEG, "漏水的地方"))
    await eventually(lambda: case.zhao.sees("漏水的地方"))
    assert case.zhao.sees("附件“照片.jpg”没能取到。")
    assert [row[0] for row in await case.rows("SELECT state FROM media")] == ["lost"]


async def test_a_photo_that_telegram_takes_for_no_photo_comes_as_a_file(case: TestOffice) -> None:
    case.telegram.refuse_next("sendPhoto", 400, "Bad Request: IMAGE_PROCESS_FAILED", times=9)
    await does(case, lambda user: user.sends_photo(JPEG, "漏水的地方"))
    assert await sees_files(case, JPEG)
    assert [each.kind for seen in case.zhao.user.messages for each in seen.attachments] == ["document"]


async def test_an_album_comes_whole_also_when_fetching_is_in_trouble(case: TestOffice) -> None:
    case.telegram.break_next("file", Answer(502, BAD_GATEWAY_PAGE, "text/html"))
    await does(case, lambda user: user.sends_album([JPEG, OTHER_JPEG]))
    assert await sees_files(case, JPEG, OTHER_JPEG)

"""The loopback Telegram refuses what Telegram refuses, asked by the real python-telegram-bot over both transports."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web
from telegram import (
    Bot,
    BotCommand,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaDocument,
    InputMediaPhoto,
    KeyboardButton,
    MenuButtonCommands,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
    ReplyParameters,
    Update,
)
from telegram.error import (
    BadRequest,
    Conflict,
    EndPointNotFound,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.request import BaseRequest, HTTPXRequest

from bot.channels.telegram_request import AiohttpRequest
from tests.telegram_server import NO_FLOOD_LIMITS, Cut, Hang, Limits, TelegramServer, TelegramUser

CAP_SECONDS = 20.0  # generous: reached only by a test that hangs
LONG_POLL_SECONDS = 50  # longer than the cap: a poll that nobody wakes fails its test

both_transports = pytest.mark.parametrize("transport", [AiohttpRequest, HTTPXRequest])


@pytest.fixture(autouse=True)
def _retry_after_is_a_timedelta(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")  # else every RetryAfter warns that it will become one


@pytest.fixture
async def server() -> AsyncIterator[TelegramServer]:
    async with TelegramServer(NO_FLOOD_LIMITS) as found:
        yield found


@pytest.fixture
async def bot(server: TelegramServer) -> AsyncIterator[Bot]:
    async with bot_of(server) as found:
        yield found


@pytest.fixture
def wang(server: TelegramServer) -> TelegramUser:
    """王老 has written to the bot, and the bot knows it."""
    found = server.user(1001, "王老")
    found.types("/start")
    server.cloud.updates.drop_pending()
    return found


@asynccontextmanager
async def bot_of(
    server: TelegramServer, transport: Callable[..., BaseRequest] = AiohttpRequest, token: str | None = None
) -> AsyncIterator[Bot]:
    """A bot with its transports open; unlike `async with Bot` it has not called getMe."""
    sending, polling = transport(), transport()
    async with sending, polling:
        yield Bot(token or server.token, server.base_url, server.base_file_url, sending, polling)


def choices(*labels: str) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton(label, callback_data=f"d:{label}")] for label in labels])


def one_button(data: str) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton("就医", callback_data=data)]])


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


# What it refuses

THUMB = "\N{THUMBS UP SIGN}"  # two UTF-16 units


def says(text: str, **options: Any) -> Callable[[Bot], Awaitable[Any]]:
    return lambda bot: bot.send_message(1001, text, **options)


def asks(*rows: InlineKeyboardMarkup) -> Callable[[Bot], Awaitable[Any]]:
    return lambda bot: bot.send_message(1001, "请选择：", reply_markup=rows[0])


def raw(method: str, **parameters: Any) -> Callable[[Bot], Awaitable[Any]]:
    """A call that python-telegram-bot itself would not let through."""
    return lambda bot: bot._post(method, parameters)


BAD_REQUESTS: list[tuple[str, Callable[[Bot], Awaitable[Any]]]] = [
    ("message text is empty", says("")),
    ("text must be non-empty", says(" \n ")),
    ("message is too long", says("困" * 4097)),
    ("message is too long", says(THUMB * 2049)),
    ("can't parse entities: Can't find end tag corresponding to start tag \"b\"", says("<b>困", parse_mode="HTML")),
    ('can\'t parse entities: Unsupported start tag "p" at byte offset 3', says("困<p>", parse_mode="HTML")),
    ("can't parse entities: Unexpected end tag at byte offset 0", says("</b>", parse_mode="HTML")),
    ("message to be replied not found", says("您好", reply_parameters=ReplyParameters(999))),
    ("BUTTON_DATA_INVALID", asks(one_button("困" * 21 + "ab"))),  # 65 bytes
    ("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard", asks(one_button(""))),
    ("Inline keyboard button text must be non-empty", asks(choices(""))),
    ("reply markup is too long", asks(choices(*map(str, range(101))))),
    ("can't parse reply keyboard markup JSON object", raw("sendMessage", chat_id=1001, text="?", reply_markup="{")),
    ("object expected as reply markup", raw("sendMessage", chat_id=1001, text="?", reply_markup="[]")),
    ("chat_id is empty", raw("sendMessage", text="您好")),
    ("chat not found", lambda bot: bot.send_message(4004, "您好")),
    ("message caption is too long", lambda bot: bot.send_photo(1001, b"p", caption="困" * 1025)),
    ("wrong file identifier/HTTP URL specified", lambda bot: bot.send_voice(1001, "AgADnothing")),
    ("failed to get HTTP URL content", lambda bot: bot.send_photo(1001, "https://a.example/a.jpg")),
    ("there is no photo in the request", raw("sendPhoto", chat_id=1001)),
    ("file must be non-empty", lambda bot: bot.send_document(1001, b"")),
    (
        "file of size 1001 bytes is too big for a photo; the maximum size is 1000 bytes",
        lambda bot: bot.send_photo(1001, bytes(1001)),
    ),
    ("invalid file_id", lambda bot: bot.get_file("AgADnothing")),
    (
        "too many messages to send as an album",
        lambda bot: bot.send_media_group(1001, [InputMediaPhoto(b"p") for _ in range(11)]),
    ),
    (
        "document can't be mixed with other media types",
        lambda bot: bot.send_media_group(1001, [InputMediaPhoto(b"p"), InputMediaDocument(b"d")]),
    ),
    ("invalid location specified", lambda bot: bot.send_location(1001, 91.0, 0.0)),
    ("wrong parameter action in request", lambda bot: bot.send_chat_action(1001, "dancing")),
    ("message to edit not found", lambda bot: bot.edit_message_text("?", 1001, 999)),
    ("message can't be edited", lambda bot: bot.edit_message_text("?", 1001, 1)),
    (
        "query is too old and response timeout expired or query ID is invalid",
        lambda bot: bot.answer_callback_query("1"),
    ),
    ("MESSAGE_TOO_LONG", lambda bot: bot.answer_callback_query("1", "困" * 201)),
    ("BOT_COMMAND_INVALID", lambda bot: bot.set_my_commands([BotCommand("菜单", "打开菜单")])),
    ("BOT_COMMAND_DESCRIPTION_INVALID", lambda bot: bot.set_my_commands([BotCommand("menu", "")])),
    (
        "bad webhook: An HTTPS URL must be provided for webhook",
        lambda bot: bot.set_webhook("http://127.0.0.1/hook"),
    ),
    (
        "bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443",
        lambda bot: bot.set_webhook("https://a.example:8080/"),
    ),
    (
        "secret token contains unallowed characters",
        lambda bot: bot.set_webhook("https://a.example/", secret_token="a b"),
    ),
]


@both_transports
@pytest.mark.parametrize(("sentence", "call"), BAD_REQUESTS, ids=[sentence for sentence, _ in BAD_REQUESTS])
async def test_it_refuses_in_telegrams_own_words(
    transport: Callable[..., BaseRequest], sentence: str, call: Callable[[Bot], Awaitable[Any]]
) -> None:
    strict = replace(NO_FLOOD_LIMITS, photo_bytes=1000, local_webhooks=False)
    async with TelegramServer(strict) as server, bot_of(server, transport) as bot:
        wang = server.user(1001, "王老")
        wang.types("/start")
        with pytest.raises(TelegramError) as caught:
            await call(bot)
        assert type(caught.value) is BadRequest
        assert [refused.description for refused in server.refused] == [f"Bad Request: {sentence}"]
        assert not wang.messages


@both_transports
async def test_whoever_blocked_the_bot_is_forbidden(transport: Callable[..., BaseRequest]) -> None:
    async with TelegramServer() as server, bot_of(server, transport) as bot:
        wang = server.user(1001, "王老")
        wang.types("/start")
        wang.blocks()
        with pytest.raises(Forbidden, match="Forbidden: bot was blocked by the user"):
            await bot.send_message(1001, "您好")


@both_transports
@pytest.mark.parametrize("size", [1001, 2 * 1024 * 1024])  # within what the HTTP server reads, and beyond
async def test_too_large_an_upload_is_refused(transport: Callable[..., BaseRequest], size: int) -> None:
    async with TelegramServer(Limits(upload_bytes=1000)) as server, bot_of(server, transport) as bot:
        server.user(1001, "王老").types("/start")
        with pytest.raises(NetworkError) as caught:
            await bot.send_document(1001, bytes(size))
        assert type(caught.value) is NetworkError


@both_transports
async def test_what_is_just_within_the_limits_is_taken(transport: Callable[..., BaseRequest]) -> None:
    async with TelegramServer(NO_FLOOD_LIMITS) as server, bot_of(server, transport) as bot:
        wang = server.user(1001, "王老")
        wang.types("/start")
        await bot.send_message(1001, "困" * 4096)
        await bot.send_message(1001, "<b>" + "困" * 4096 + "</b>", "HTML")
        await bot.send_photo(1001, b"photo", caption="困" * 1024)
        await bot.send_message(1001, "请选择：", reply_markup=one_button("困" * 21 + "a"))
        await bot.send_message(1001, "请选择：", reply_markup=choices(*map(str, range(100))))
        await bot.send_message(1001, "1 &lt; 2", "HTML")
        assert len(wang.messages) == 6
        assert wang.latest.text == "1 < 2"


@both_transports
async def test_a_wrong_token_and_a_misspelt_method_are_refused(transport: Callable[..., BaseRequest]) -> None:
    async with TelegramServer() as server:
        for token in (server.token.replace("123456", "999999"), "123456:short", "nonsense"):
            async with bot_of(server, transport, token) as bot:
                with pytest.raises(InvalidToken):
                    await bot.get_me()
        async with Bot(server.token, server.base_url, request=transport(), get_updates_request=transport()) as bot:
            assert bot.username == "yinling_bot"
            with pytest.raises(EndPointNotFound):
                await bot.do_api_request("sendTelepathy")


# Flood control


async def test_more_than_one_message_a_second_to_one_chat_is_too_many_after_a_short_burst() -> None:
    clock = Clock()
    async with TelegramServer(clock=clock) as server, bot_of(server) as bot:
        server.user(1001, "王老").types("/start")
        server.user(1002, "小李").types("/start")
        for _ in range(Limits().chat_burst):
            await bot.send_message(1001, "您好")
        with pytest.raises(RetryAfter) as caught:
            await bot.send_message(1001, "您好")
        await bot.send_message(1002, "您好")  # another chat is not held up
        wait = caught.value.retry_after
        clock.now += wait if isinstance(wait, int) else wait.total_seconds()
        await bot.send_message(1001, "您好")
        with pytest.raises(RetryAfter):
            await bot.send_message(1001, "您好")


async def test_an_album_counts_as_many_messages() -> None:
    limits = Limits(chat_burst=2)
    async with TelegramServer(limits, Clock()) as server, bot_of(server) as bot:
        server.user(1001, "王老").types("/start")
        await bot.send_media_group(1001, [InputMediaPhoto(b"1"), InputMediaPhoto(b"2")])
        with pytest.raises(RetryAfter):
            await bot.send_message(1001, "您好")


async def test_more_than_thirty_messages_a_second_overall_are_too_many() -> None:
    clock = Clock()
    async with TelegramServer(clock=clock) as server, bot_of(server) as bot:
        for user_id in range(31):
            server.user(user_id, "群众").types("/start")
        for user_id in range(30):
            await bot.send_message(user_id, "通知")
        with pytest.raises(RetryAfter):
            await bot.send_message(30, "通知")
        clock.now += 1.0
        await bot.send_message(30, "通知")


# getUpdates


async def test_an_update_is_given_again_until_a_higher_offset_confirms_it(
    server: TelegramServer, bot: Bot, wang: TelegramUser
) -> None:
    first, second = wang.types("困难"), wang.types("暖气不热")
    for _ in range(2):
        assert [update.update_id for update in await bot.get_updates()] == [first.update_id, second.update_id]
    assert server.unconfirmed == 2
    assert [update.update_id for update in await bot.get_updates(offset=second.update_id)] == [second.update_id]
    assert server.unconfirmed == 1
    assert await bot.get_updates(offset=second.update_id + 1) == ()
    assert server.unconfirmed == 0


async def test_a_negative_offset_forgets_all_but_the_newest(
    server: TelegramServer, bot: Bot, wang: TelegramUser
) -> None:
    *_, newest = [wang.types(text) for text in "一二三"]
    assert [update.update_id for update in await bot.get_updates(offset=-1)] == [newest.update_id]
    assert server.unconfirmed == 1


async def test_an_offset_from_another_life_is_not_believed(
    server: TelegramServer, bot: Bot, wang: TelegramUser
) -> None:
    update = wang.types("困难")
    assert [found.update_id for found in await bot.get_updates(offset=update.update_id + 1_000_000)] == [
        update.update_id
    ]
    assert server.unconfirmed == 1


async def test_a_poll_gives_no_more_than_its_limit(bot: Bot, wang: TelegramUser) -> None:
    for number in range(101):
        wang.types(f"第{number}句")
    assert [len(await bot.get_updates(limit=limit)) for limit in (1, 2, 100, 1000)] == [1, 2, 100, 100]


@both_transports
async def test_a_long_poll_wakes_at_once(transport: Callable[..., BaseRequest]) -> None:
    async with TelegramServer() as server, bot_of(server, transport) as bot:
        poll = asyncio.create_task(bot.get_updates(timeout=LONG_POLL_SECONDS))
        await server.until(lambda: server.is_polled)
        server.user(1001, "王老").types("困难")
        async with asyncio.timeout(CAP_SECONDS):
            (update,) = await poll
        assert update.message is not None
        assert update.message.text == "困难"


async def test_a_poll_without_news_ends_with_its_time(bot: Bot) -> None:
    assert await bot.get_updates(timeout=1) == ()


@both_transports
async def test_a_second_poll_ends_the_first(transport: Callable[..., BaseRequest]) -> None:
    async with TelegramServer() as server, bot_of(server, transport) as bot:
        first = asyncio.create_task(bot.get_updates(timeout=LONG_POLL_SECONDS))
        await server.until(lambda: server.is_polled)
        second = asyncio.create_task(bot.get_updates(timeout=LONG_POLL_SECONDS))
        with pytest.raises(Conflict, match="terminated by other getUpdates request"):
            await first
        server.user(1001, "王老").types("困难")
        assert len(await second) == 1


async def test_a_poll_whose_caller_has_gone_is_in_nobodys_way(server: TelegramServer, bot: Bot) -> None:
    async with bot_of(server) as dying:
        poll = asyncio.create_task(dying.get_updates(timeout=LONG_POLL_SECONDS))
        await server.until(lambda: server.is_polled)
        poll.cancel()
        await asyncio.wait([poll])
        await server.until(lambda: not server.is_polled)
    assert await bot.get_updates() == ()
    assert server.refused == []


async def test_updates_that_are_not_asked_for_do_not_come(bot: Bot, wang: TelegramUser) -> None:
    await bot.get_updates(allowed_updates=["callback_query"])
    wang.types("困难")
    assert await bot.get_updates() == ()
    await bot.get_updates(allowed_updates=[])
    wang.types("困难")
    assert len(await bot.get_updates()) == 1


async def test_an_update_can_come_again_although_it_was_confirmed(
    server: TelegramServer, bot: Bot, wang: TelegramUser
) -> None:
    update = wang.types("困难")
    await bot.get_updates(offset=update.update_id + 1)
    server.resend(update)
    (again,) = await bot.get_updates(offset=update.update_id + 1)
    assert again.update_id == update.update_id
    assert await bot.get_updates(offset=update.update_id + 1) == ()


# The webhook


class Hook:
    """The bot's side of a webhook: keeps what came, and answers with the next of `answers`, then with 200."""

    def __init__(self) -> None:
        self.url = ""
        self.secrets: set[str | None] = set()
        self.came: list[str] = []
        self.answers: list[int] = []
        self.more = asyncio.Event()

    async def answer(self, request: web.Request) -> web.Response:
        update = Update.de_json(await request.json())
        assert update.effective_user and update.message and update.message.text
        self.secrets.add(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        self.came.append(f"{update.effective_user.first_name}：{update.message.text}")
        self.more.set()
        return web.Response(status=self.answers.pop(0) if self.answers else 200)

    async def until(self, count: int) -> None:
        async with asyncio.timeout(CAP_SECONDS):
            while len(self.came) < count:
                self.more.clear()
                await self.more.wait()


@pytest.fixture
async def hook() -> AsyncIterator[Hook]:
    found = Hook()
    app = web.Application()
    app.router.add_post("/hook", found.answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    found.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield found
    await runner.cleanup()


async def test_a_webhook_gets_what_is_waiting_and_what_comes_with_its_secret(
    server: TelegramServer, bot: Bot, wang: TelegramUser, hook: Hook
) -> None:
    wang.types("一")
    await bot.set_webhook(hook.url, secret_token="a-secret_1")
    wang.types("二")
    await hook.until(2)
    await server.until(lambda: server.unconfirmed == 0)
    assert hook.came == ["王老：一", "王老：二"]
    assert hook.secrets == {"a-secret_1"}
    info = await bot.get_webhook_info()
    assert (info.url, info.pending_update_count) == (hook.url, 0)


async def test_what_a_webhook_does_not_take_comes_again_in_order(
    server: TelegramServer, bot: Bot, wang: TelegramUser, hook: Hook
) -> None:
    hook.answers = [500, 404]
    await bot.set_webhook(hook.url)
    wang.types("一")
    wang.types("二")
    await server.until(lambda: server.unconfirmed == 0)
    assert hook.came == ["王老：一", "王老：一", "王老：一", "王老：二"]
    assert "404" in str((await bot.get_webhook_info()).last_error_message)


async def test_one_chat_does_not_hold_up_another_at_the_webhook(hook: Hook) -> None:
    slow_to_repeat = replace(NO_FLOOD_LIMITS, webhook_retry_seconds=CAP_SECONDS)
    async with TelegramServer(slow_to_repeat) as server, bot_of(server) as bot:
        hook.answers = [500]
        server.user(1001, "王老").types("一")
        await bot.set_webhook(hook.url)
        await hook.until(1)
        server.user(1002, "小李").types("二")
        await hook.until(2)
        assert hook.came == ["王老：一", "小李：二"]
        assert [update.chat_id for update in server.cloud.updates.pending][:1] == [1001]


async def test_webhook_and_polling_exclude_each_other(
    server: TelegramServer, bot: Bot, wang: TelegramUser, hook: Hook
) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=LONG_POLL_SECONDS))
    await server.until(lambda: server.is_polled)
    await bot.set_webhook(hook.url)
    with pytest.raises(Conflict, match="terminated by setWebhook"):
        await poll
    with pytest.raises(Conflict, match="webhook is active"):
        await bot.get_updates()
    await bot.delete_webhook()
    wang.types("困难")
    assert len(await bot.get_updates()) == 1
    assert hook.came == []
    await bot.delete_webhook(drop_pending_updates=True)
    assert server.unconfirmed == 0


# What people do


async def received(bot: Bot) -> list[Update]:
    return list(await bot.get_updates())


async def test_a_command_is_marked_as_one(bot: Bot, wang: TelegramUser) -> None:
    wang.types("/start AB12-cd34")
    wang.types("请看 /menu 好吗")
    wang.types("1/2 的暖气不热")
    commands = [update.message.parse_entities() for update in await received(bot) if update.message]
    assert [list(found.values()) for found in commands] == [["/start"], ["/menu"], []]
    assert [[entity.type for entity in found] for found in commands] == [["bot_command"], ["bot_command"], []]


async def test_everything_a_person_can_send_arrives_and_can_be_downloaded(bot: Bot, wang: TelegramUser) -> None:
    wang.sends_photo(b"photo", "暖气片")
    wang.sends_voice(b"voice")
    wang.sends_video(b"video")
    wang.sends_document("说明.docx", b"document")
    wang.sends_sticker()
    wang.sends_location()
    photo, voice, video, document, sticker, location = [update.message for update in await received(bot)]
    assert photo and voice and video and document and sticker and location
    assert photo.caption == "暖气片"
    assert voice.voice and video.video and document.document and sticker.sticker and location.location
    assert document.document.file_name == "说明.docx"
    files = [photo.photo[-1], voice.voice, video.video, document.document]
    contents = [bytes(await (await bot.get_file(file.file_id)).download_as_bytearray()) for file in files]
    assert contents == [b"photo", b"voice", b"video", b"document"]


async def test_a_file_of_more_than_20_megabytes_cannot_be_downloaded(bot: Bot, wang: TelegramUser) -> None:
    sent = wang.sends_document("录像.zip", b"the beginning", size=20 * 1024 * 1024 + 1)
    with pytest.raises(BadRequest, match="File is too big"):
        await bot.get_file(sent.body["document"]["file_id"])


async def test_an_album_is_several_messages_of_one_group(bot: Bot, wang: TelegramUser) -> None:
    wang.sends_album([b"1", b"2", b"3"], "楼道")
    messages = [update.message for update in await received(bot) if update.message]
    assert [message.caption for message in messages] == ["楼道", None, None]
    assert len({message.media_group_id for message in messages}) == 1


async def test_only_ones_own_contact_bears_ones_own_number(bot: Bot, wang: TelegramUser) -> None:
    wang.shares_contact()
    wang.shares_contact(own=False)
    contacts = [update.message.contact for update in await received(bot) if update.message]
    assert [contact.user_id == wang.id for contact in contacts if contact] == [True, False]


async def test_an_edited_message_comes_as_edited(bot: Bot, wang: TelegramUser) -> None:
    sent = wang.types("暖气不热")
    wang.edits(sent, "暖气三天不热")
    _, update = await received(bot)
    assert update.edited_message
    assert (update.edited_message.message_id, update.edited_message.text) == (sent.message_id, "暖气三天不热")


async def test_blocking_is_told_and_forbids_sending_until_it_is_undone(bot: Bot, wang: TelegramUser) -> None:
    wang.blocks()
    with pytest.raises(Forbidden):
        await bot.send_chat_action(1001, "typing")
    with pytest.raises(AssertionError):
        wang.types("困难")
    wang.unblocks()
    await bot.send_message(1001, "您好")
    changes = [update.my_chat_member for update in await received(bot)]
    assert [change.new_chat_member.status for change in changes if change] == ["kicked", "member"]


# What people see and press


async def test_a_pressed_button_is_a_query_that_can_be_answered_once(
    server: TelegramServer, bot: Bot, wang: TelegramUser
) -> None:
    sent = await bot.send_message(1001, "哪方面的困难？", reply_markup=choices("1. 就医", "2. 住房"))
    wang.presses("2. 住房")
    (update,) = await received(bot)
    query = update.callback_query
    assert query and query.message
    assert (query.data, query.message.message_id, query.from_user.id) == ("d:2. 住房", sent.message_id, 1001)
    assert server.unanswered_queries == 1
    await bot.answer_callback_query(query.id, "收到")
    assert (server.unanswered_queries, wang.notifications) == (0, ["收到"])
    with pytest.raises(BadRequest, match="Query is too old"):
        await bot.answer_callback_query(query.id)


async def test_a_query_grows_too_old_to_be_answered() -> None:
    clock = Clock()
    async with TelegramServer(clock=clock) as server, bot_of(server) as bot:
        wang = server.user(1001, "王老")
        wang.types("/start")
        await bot.send_message(1001, "？", reply_markup=choices("是"))
        query = wang.presses("是")
        clock.now += server.limits.callback_query_seconds + 1
        with pytest.raises(BadRequest, match="Query is too old"):
            await bot.answer_callback_query(query.body["id"])


async def test_a_button_is_found_by_label_data_or_part_and_newest_first(bot: Bot, wang: TelegramUser) -> None:
    old = await bot.send_message(1001, "？", reply_markup=choices("就医", "住房"))
    new = await bot.send_message(1001, "？", reply_markup=choices("1. 就医", "2. 就医陪护", "3. 其他"))
    pressed = [wang.presses(label) for label in ("就医", "d:3. 其他", "陪护", "住房")]
    at = [update.body["message"]["message_id"] for update in pressed]
    assert at == [old.message_id, new.message_id, new.message_id, old.message_id]
    with pytest.raises(AssertionError, match="finds no button '返回'"):
        wang.presses("返回")


async def test_a_message_may_be_pressed_as_it_was_before_it_changed(bot: Bot, wang: TelegramUser) -> None:
    sent = await bot.send_message(1001, "？", reply_markup=choices("是"))
    before = wang.latest
    await bot.edit_message_reply_markup(1001, sent.message_id, reply_markup=None)
    assert wang.latest.buttons == []
    with pytest.raises(AssertionError):
        wang.presses("是")
    assert wang.presses("是", before).body["data"] == "d:是"


async def test_a_reply_keyboard_stays_and_its_buttons_are_texts(bot: Bot, wang: TelegramUser) -> None:
    share = KeyboardButton("分享我的手机号", request_contact=True)
    await bot.send_message(1001, "请绑定", reply_markup=ReplyKeyboardMarkup([["菜单"], [share]]))
    await bot.send_message(1001, "还有一句")
    assert wang.keyboard == ["菜单", "分享我的手机号"]
    assert wang.presses("菜单").body["text"] == "菜单"
    assert wang.presses("分享").body["contact"]["user_id"] == 1001
    await bot.send_message(1001, "好了", reply_markup=ReplyKeyboardRemove())
    assert wang.keyboard == []


async def test_she_sees_texts_buttons_and_files_in_order(bot: Bot, wang: TelegramUser) -> None:
    assert not wang.messages
    sent = await bot.send_message(1001, "第一句", reply_markup=choices("是", "否"))
    await bot.send_photo(1001, b"photo", caption="第二句")
    await bot.send_location(1001, 30.5, 114.3)
    await bot.edit_message_text("改过的第一句", 1001, sent.message_id)
    first, second, third = wang.messages
    assert (first.text, first.labels, first.edited) == ("改过的第一句", [], True)
    assert (second.text, second.attachments[0].kind, second.attachments[0].content) == ("第二句", "photo", b"photo")
    assert third.attachments[0].kind == "location"
    assert wang.sees("第一句")
    assert not wang.sees("第三句")
    with pytest.raises(BadRequest, match="Message is not modified"):
        await bot.edit_message_text("改过的第一句", 1001, sent.message_id)


async def test_a_file_is_sent_again_by_its_id_and_only_as_what_it_is(bot: Bot, wang: TelegramUser) -> None:
    sent = wang.sends_voice(b"voice")
    file_id = sent.body["voice"]["file_id"]
    await bot.send_voice(1001, file_id)
    assert wang.latest.attachments[0].content == b"voice"
    with pytest.raises(BadRequest, match="Can't use file of type"):
        await bot.send_document(1001, file_id)


async def test_commands_and_the_menu_button_are_kept(bot: Bot, wang: TelegramUser) -> None:
    commands = [BotCommand("menu", "打开菜单"), BotCommand("help", "找人工")]
    await bot.set_my_commands(commands)
    assert list(await bot.get_my_commands()) == commands
    await bot.set_chat_menu_button(menu_button=MenuButtonCommands())
    assert (await bot.get_chat_menu_button(1001)).type == "commands"


# What may be made to go wrong


@both_transports
@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, BadRequest),
        (401, InvalidToken),
        (403, Forbidden),
        (409, Conflict),
        (429, RetryAfter),
        (500, NetworkError),
        (502, NetworkError),
    ],
)
async def test_the_next_call_can_be_refused_and_then_it_works_again(
    transport: Callable[..., BaseRequest], status: int, error: type[TelegramError]
) -> None:
    async with TelegramServer() as server, bot_of(server, transport) as bot:
        wang = server.user(1001, "王老")
        wang.types("/start")
        server.refuse_next("sendMessage", status, retry_after=3 if status == 429 else None, times=2)
        for _ in range(2):
            with pytest.raises(TelegramError) as caught:
                await bot.send_message(1001, "您好")
            assert type(caught.value) is error
        assert not wang.messages
        await bot.send_message(1001, "您好")
        assert len(wang.messages) == 1
        assert len(server.calls_of("sendMessage")) == 3


@both_transports
@pytest.mark.parametrize("after_handling", [False, True])
async def test_a_call_can_be_cut_before_or_after_it_is_carried_out(
    transport: Callable[..., BaseRequest], after_handling: bool
) -> None:
    async with TelegramServer() as server, bot_of(server, transport) as bot:
        wang = server.user(1001, "王老")
        wang.types("/start")
        server.break_next("sendMessage", Cut(after_handling))
        with pytest.raises(NetworkError) as caught:
            await bot.send_message(1001, "您好")
        assert type(caught.value) is NetworkError
        assert wang.sees("您好") is after_handling


@both_transports
@pytest.mark.parametrize("after_handling", [False, True])
async def test_a_call_can_be_left_hanging(transport: Callable[..., BaseRequest], after_handling: bool) -> None:
    async with TelegramServer() as server, bot_of(server, transport) as bot:
        wang = server.user(1001, "王老")
        wang.types("/start")
        server.break_next("sendMessage", Hang(after_handling))
        with pytest.raises(TimedOut):
            await bot.send_message(1001, "您好", read_timeout=0.1)
        assert len(server.calls_of("sendMessage")) == 1
        assert wang.sees("您好") is after_handling


async def test_hanging_calls_do_not_keep_the_server_from_stopping() -> None:
    async with TelegramServer() as server, bot_of(server) as bot:
        server.break_next("getMe", Hang())
        call = asyncio.create_task(bot.get_me(read_timeout=None))
        await server.until(lambda: bool(server.calls_of("getMe")))
        async with asyncio.timeout(CAP_SECONDS):
            await server.goes_down()
            with pytest.raises(NetworkError):
                await call


@both_transports
async def test_after_an_outage_everything_is_where_it_was(transport: Callable[..., BaseRequest]) -> None:
    async with TelegramServer() as server, bot_of(server, transport) as bot:
        wang = server.user(1001, "王老")
        update = wang.types("困难")
        await server.goes_down()
        wang.types("暖气不热")
        with pytest.raises(NetworkError):
            await bot.get_updates()
        await server.comes_back()
        assert [found.update_id for found in await bot.get_updates()] == [update.update_id, update.update_id + 1]
        await bot.send_message(1001, "您好")


async def test_one_can_wait_for_what_happens_and_hears_when_it_does_not(
    server: TelegramServer, bot: Bot, wang: TelegramUser
) -> None:
    waiting = asyncio.create_task(server.until(lambda: wang.sees("您好")))
    await bot.send_message(1001, "您好")
    await waiting
    with pytest.raises(AssertionError, match=r"last calls: \['sendMessage'\]"):
        await server.until(lambda: wang.sees("再见"), cap_seconds=0.01)

"""How the office gets its messages from Telegram: by polling or by webhook, from the start on or when Telegram comes back."""

import io
import logging
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import timedelta

import aiohttp
import pytest
from pydantic import SecretStr

from bot.app import App
from bot.channels.telegram import COMMANDS, CONFLICT_PAUSE_SECONDS, WEBHOOK_LOOK_SECONDS
from bot.config import Web
from bot.logs import JsonLines, Mask
from tests.office import TOKEN, TestOffice
from tests.patience import LoopClock, eventually
from tests.ports import free_port
from tests.telegram_server import BAD_GATEWAY_PAGE, Answer, Cut

SECRET = "a-secret-of-the-loopback-only"
PATH = "/telegram/incoming"


async def calls(office: TestOffice, method: str, **parameters: str) -> None:
    """Call the Bot API as somebody else who has the token."""
    url = f"{office.telegram.base_url}{TOKEN}/{method}"
    async with aiohttp.ClientSession() as session, session.post(url, json=parameters) as answer:
        assert answer.status == 200


@asynccontextmanager
async def started_with(office: TestOffice, **telegram: object) -> AsyncIterator[str]:
    """Start the office anew with other settings of Telegram; the value is the address of its web server."""
    port = free_port()
    settings = {"webhook_url": f"http://127.0.0.1:{port}{PATH}", "webhook_secret": SecretStr(SECRET)} | telegram
    web = Web(port=port)
    before = office.config
    await office.app.stop()
    office.config = before.model_copy(update={"web": web, "telegram": before.telegram.model_copy(update=settings)})
    office.app = App(office.config, now=office.clock)
    await office.app.start()
    yield web.address


@pytest.fixture
async def hooked(office: TestOffice) -> AsyncIterator[TestOffice]:
    """The office with a webhook."""
    async with started_with(office, mode="webhook"):
        await office.telegram.until(lambda: bool(office.telegram.calls_of("setWebhook")))
        yield office


# ── by webhook ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_messages_come_by_webhook(hooked: TestOffice) -> None:
    await hooked.wang.says("困难")
    await hooked.wang.presses("住房")
    assert hooked.wang.sees("请说说具体情况")
    assert not hooked.telegram.unanswered_queries


async def test_an_update_that_the_webhook_gets_twice_is_handled_once(hooked: TestOffice) -> None:
    update = hooked.wang.user.types("困难")
    await hooked.settles()
    hooked.telegram.resend(update)
    await hooked.telegram.until(lambda: not hooked.telegram.cloud.updates.repeats)
    await hooked.settles()
    assert len(await hooked.rows("SELECT id FROM inbox")) == 1
    assert len(hooked.wang.user.messages) == 1


@pytest.mark.parametrize("header", [None, "a-wrong-secret-of-somebody-else", SECRET[:-1], SECRET + "x", "密"])
async def test_who_does_not_know_the_secret_is_refused(hooked: TestOffice, header: str | None) -> None:
    headers = {} if header is None else {"X-Telegram-Bot-Api-Secret-Token": header}
    chat = {"id": 1001, "type": "private"}
    update = {"update_id": 1, "message": {"message_id": 1, "date": 1, "chat": chat, "text": "困难"}}
    url = f"{hooked.config.web.address}{PATH}"
    async with aiohttp.ClientSession() as session, session.post(url, json=update, headers=headers) as answer:
        assert answer.status == 403
    assert not await hooked.rows("SELECT id FROM inbox")


async def test_an_update_is_stored_before_the_webhook_answers(hooked: TestOffice) -> None:
    """Nothing that cannot be stored is taken: Telegram hears 503 and repeats it."""
    await hooked.writes(lambda tx: tx.run("PRAGMA busy_timeout = 20"))  # so that the test need not wait 5 s
    pulse = hooked.app.channels["telegram"].pulse
    with closing(sqlite3.connect(hooked.config.storage.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        hooked.wang.user.types("困难")
        await eventually(lambda: pulse.reason is not None)
        assert "被别的程序占用" in str(pulse.reason)
        assert hooked.telegram.unconfirmed == 1
        info = await webhook_info(hooked)
        assert "503" in str(info["last_error_message"])
    await hooked.settles()
    assert len(await hooked.rows("SELECT id FROM inbox WHERE state = 'handled'")) == 1
    assert len(hooked.wang.user.messages) == 1
    assert pulse.reason is None


async def webhook_info(office: TestOffice) -> dict[str, object]:
    url = f"{office.telegram.base_url}{TOKEN}/getWebhookInfo"
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        result: dict[str, object] = (await answer.json())["result"]
        return result


async def test_a_webhook_that_somebody_took_away_is_set_again(hooked: TestOffice, loop_clock: LoopClock) -> None:
    await calls(hooked, "deleteWebhook")
    hooked.wang.user.types("困难")
    loop_clock.forward(WEBHOOK_LOOK_SECONDS)
    await hooked.settles()
    assert hooked.wang.user.sees("您遇到哪方面的困难")


async def test_one_can_go_back_from_the_webhook_to_polling(office: TestOffice) -> None:
    async with started_with(office, mode="webhook"):
        await office.telegram.until(lambda: bool(office.telegram.calls_of("setWebhook")))
    async with started_with(office, mode="polling"):
        await office.wang.says("困难")
        assert office.wang.sees("您遇到哪方面的困难")
        assert (await webhook_info(office))["url"] == ""


# ── at the start ────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_commands_and_the_menu_button_are_registered(office: TestOffice) -> None:
    await office.telegram.until(lambda: bool(office.telegram.cloud.menu_buttons))
    (commands,) = office.telegram.cloud.commands.values()
    assert [each["command"] for each in commands] == ["menu", "back", "cancel", "help", "start"]
    assert [each["description"] for each in commands] == [each.description for each in COMMANDS]
    assert office.telegram.cloud.menu_buttons == {0: {"type": "commands"}}


async def test_each_command_is_understood(office: TestOffice) -> None:
    for command, answer in (("/start", "您要办什么"), ("/menu", "您要办什么"), ("/help", "服务助手")):
        await office.wang.says(command)
        assert office.wang.sees(answer)


async def test_back_and_cancel_are_understood_in_a_dialog(office: TestOffice) -> None:
    await office.wang.says("困难")
    await office.wang.presses("住房")
    await office.wang.says("/back")
    assert office.wang.sees("您遇到哪方面的困难")
    await office.wang.says("/cancel")
    assert not await office.rows("SELECT id FROM dialogs WHERE state = 'open'")


async def test_the_office_starts_without_telegram_and_goes_on_when_it_comes(
    office: TestOffice, loop_clock: LoopClock
) -> None:
    await office.app.stop()
    await office.telegram.goes_down()
    office.wang.user.types("困难")
    office.app = App(office.config, now=office.clock)
    await office.app.start()
    pulse = office.app.channels["telegram"].pulse
    await eventually(lambda: pulse.reason is not None)
    async with aiohttp.ClientSession() as session, session.get(f"{office.app.web.address}/healthz") as answer:
        assert answer.status == 503
        assert "telegram" in str((await answer.json())["troubles"])
    await office.telegram.comes_back()
    loop_clock.forward(60)
    await office.settles()
    assert office.wang.user.sees("您遇到哪方面的困难")
    assert office.telegram.cloud.menu_buttons


async def test_an_outage_in_the_middle_loses_nothing(office: TestOffice, loop_clock: LoopClock) -> None:
    await office.wang.says("困难")
    await office.telegram.goes_down()
    pulse = office.app.channels["telegram"].pulse
    await eventually(lambda: pulse.reason is not None)
    office.wang.user.presses("住房")
    await office.telegram.comes_back()
    loop_clock.forward(60)
    await office.settles()
    assert office.wang.user.sees("请说说具体情况")


async def test_when_somebody_else_polls_with_our_token_we_step_back_and_go_on(
    office: TestOffice, loop_clock: LoopClock
) -> None:
    pulse = office.app.channels["telegram"].pulse
    await office.telegram.until(lambda: office.telegram.is_polled)
    await calls(office, "getUpdates", timeout="0")
    await eventually(lambda: pulse.reason is not None)
    assert "Conflict" in str(pulse.reason)
    office.wang.user.types("困难")
    loop_clock.forward(CONFLICT_PAUSE_SECONDS)
    await office.settles()
    assert [each.text.splitlines()[0] for each in office.wang.user.messages] == ["您遇到哪方面的困难？"]
    assert len(await office.rows("SELECT id FROM inbox")) == 1


# ── secrets ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_token_is_never_in_the_log_whatever_happens(
    office: TestOffice, loop_clock: LoopClock, caplog: pytest.LogCaptureFixture
) -> None:
    """With every logger of the process at DEBUG, which config.toml cannot even ask for."""
    for name in ("", *logging.root.manager.loggerDict):
        caplog.set_level(logging.DEBUG, name)
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.addFilter(Mask())
    handler.setFormatter(JsonLines())
    logging.getLogger().addHandler(handler)
    try:
        async with started_with(office):
            await office.telegram.until(lambda: office.telegram.is_polled)
            await calls(office, "getUpdates", timeout="0")  # 409
            loop_clock.forward(CONFLICT_PAUSE_SECONDS)
            await office.wang.does(lambda user: user.sends_photo(b"\xff\xd8\xff photo", "我家暖气不热"))
            refused = Answer(401, b'{"ok": false, "error_code": 401, "description": "Unauthorized"}')
            for trouble in (Cut(), Answer(502, BAD_GATEWAY_PAGE, "text/html"), refused):
                office.telegram.break_next("sendMessage", trouble)
                await office.wang.says("菜单")
                office.clock.ahead += timedelta(minutes=1)
                office.app.wake_lanes()
                await office.settles()
            await office.telegram.goes_down()
            await office.telegram.comes_back()
            loop_clock.forward(60)
            await office.li.says("困难")
    finally:
        logging.getLogger().removeHandler(handler)
    log = written.getvalue()
    secret = TOKEN.split(":")[1]
    assert "Telegram trouble" in log and "not delivered" in log
    assert TOKEN not in log and secret not in log
    ours = [each for each in caplog.records if each.name.split(".")[0] in ("bot", "handlers", "storage")]
    assert ours
    assert not any(secret in str(each.__dict__) for each in ours)

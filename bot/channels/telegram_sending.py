"""Sending over Telegram: one message, and what its errors mean for it."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from telegram import Bot
from telegram.constants import FileSizeLimit
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from bot.channels.channel import Enclosure, Gone, Outgoing, Refused, SendError, TryLater
from storage.plain import to_json

NO_KEYBOARD = '{"remove_keyboard": true}'  # https://core.telegram.org/bots/api#replykeyboardremove
NO_PREVIEW = '{"is_disabled": true}'  # https://core.telegram.org/bots/api#linkpreviewoptions
UPLOAD_SECONDS = 60.0
# https://core.telegram.org/bots/api#sendmessage and #sendphoto: what Telegram answers when an account is no more.
BLOCKED = ("blocked by the user", "user is deactivated", "can't initiate conversation")
GONE = ("chat not found", "user is deactivated", "peer_id_invalid", "user not found")


async def send_text(bot: Bot, outgoing: Outgoing) -> None:
    """Send words and buttons. This is the hot path: nobody needs the Message that Telegram answers with, and building it and the
    markup's objects took a fifth of a whole turn. The capital keeps the library from warning that `Bot.send_message` exists;
    methods are case-insensitive: https://core.telegram.org/bots/api#making-requests
    """
    message = {"chat_id": outgoing.address, "text": outgoing.text, "link_preview_options": NO_PREVIEW}
    if outgoing.buttons:
        message["reply_markup"] = _markup(outgoing.buttons)
    else:  # a stranger's keyboard must not stay when the stranger is one no more
        message["reply_markup"] = NO_KEYBOARD
    await bot.do_api_request("SendMessage", api_kwargs=message)


async def send_enclosure(bot: Bot, chat: int, enclosure: Enclosure) -> None:
    medium = enclosure.medium
    what: str | bytes
    if enclosure.reference is not None:
        what = enclosure.reference
    else:
        what = await asyncio.to_thread(enclosure.path.read_bytes)
    kind = medium.kind
    if kind == "photo" and isinstance(what, bytes) and len(what) > FileSizeLimit.PHOTOSIZE_UPLOAD:
        kind = "file"
    if kind == "voice" and medium.media_type not in ("audio/ogg", "audio/mpeg", "audio/mp4"):
        kind = "file"  # https://core.telegram.org/bots/api#sendvoice: other recordings go as documents
    name, patience = medium.name, UPLOAD_SECONDS
    match kind:
        case "photo":
            await bot.send_photo(chat, what, filename=name, write_timeout=patience)
        case "voice":
            await bot.send_voice(chat, what, filename=name, write_timeout=patience)
        case "video":
            await bot.send_video(chat, what, filename=name, write_timeout=patience)
        case _:
            await bot.send_document(chat, what, filename=name, write_timeout=patience)


def _markup(buttons: Sequence[Sequence[str]]) -> str:
    """Return the keyboard as the API wants it, one button a row: https://core.telegram.org/bots/api#inlinekeyboardmarkup

    A request for the own number exists only on a reply keyboard; its other buttons then send their label.
    """
    if any(each[2:] == ["contact"] for each in buttons):
        keys = [[{"text": each[0], "request_contact": each[2:] == ["contact"]}] for each in buttons]
        return to_json({"keyboard": keys, "resize_keyboard": True, "one_time_keyboard": True})
    rows = [[{"text": each[0], "callback_data": each[1]}] for each in buttons]
    return to_json({"inline_keyboard": rows})


def meaning(error: TelegramError) -> SendError:
    """Return what an error of Telegram means for the message."""
    text = error.message.lower()
    if isinstance(error, RetryAfter):
        return TryLater("Telegram 要求放慢", seconds_of(error))
    if isinstance(error, Forbidden):  # a firewall's 403 looks alike, but does not say these words
        blocked = any(each in text for each in BLOCKED)
        return Gone("对方停用了机器人") if blocked else TryLater("Telegram 暂时不让发")
    if isinstance(error, InvalidToken):
        return TryLater("Telegram 令牌无效，请检查配置")
    if isinstance(error, BadRequest | ChatMigrated):
        gone = any(each in text for each in GONE)
        return Gone("对方的 Telegram 账号不在了") if gone else Refused(f"Telegram 不接受：{error.message}")
    if isinstance(error, NetworkError) or type(error) is TelegramError:  # the latter: an answer that is not Telegram's
        return TryLater(f"连不上 Telegram：{type(error).__name__}")
    return Refused(f"Telegram 不接受：{error.message}")


def seconds_of(error: RetryAfter) -> float:
    after = error.retry_after
    return after.total_seconds() if isinstance(after, timedelta) else float(after)

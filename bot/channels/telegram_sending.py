"""Sending over Telegram: one message, and what its errors mean for it."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from telegram import Bot, Message
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
from storage.media import Medium
from storage.plain import to_json

NO_KEYBOARD = '{"remove_keyboard": true}'  # https://core.telegram.org/bots/api#replykeyboardremove
NO_PREVIEW = '{"is_disabled": true}'  # https://core.telegram.org/bots/api#linkpreviewoptions
UPLOAD_SECONDS = 60.0
NOT_MODIFIED = "message is not modified"
# https://core.telegram.org/bots/api#sendmessage and #sendphoto: what Telegram answers when an account is no more.
BLOCKED = ("blocked by the user", "user is deactivated", "can't initiate conversation")
GONE = ("chat not found", "user is deactivated", "peer_id_invalid", "user not found")


async def send_text(bot: Bot, outgoing: Outgoing) -> str:
    """Send words and buttons and return the message's number. This is the hot path: nobody needs the Message that Telegram answers with,
    and building it and the markup's objects took a fifth of a whole turn. The capital keeps the library from warning that
    `Bot.send_message` exists; methods are case-insensitive: https://core.telegram.org/bots/api#making-requests
    """
    message = {"chat_id": outgoing.address, "text": outgoing.text, "link_preview_options": NO_PREVIEW}
    if outgoing.buttons:
        message["reply_markup"] = _markup(outgoing.buttons)
    elif outgoing.answers is not None:  # a stranger's keyboard must not stay when the stranger is one no more
        message["reply_markup"] = NO_KEYBOARD  # not on a push, which could then not be edited
    sent = await bot.do_api_request("SendMessage", api_kwargs=message)
    return str(sent["message_id"])


async def edit_text(bot: Bot, outgoing: Outgoing, external_id: str) -> None:
    """Give a message other words and buttons; without buttons the old ones go away. https://core.telegram.org/bots/api#editmessagetext"""
    message = {
        "chat_id": outgoing.address,
        "message_id": external_id,
        "text": outgoing.text,
        "link_preview_options": NO_PREVIEW,
        "reply_markup": _markup(outgoing.buttons),
    }
    try:
        await bot.do_api_request("EditMessageText", api_kwargs=message)
    except BadRequest as error:
        if NOT_MODIFIED not in error.message.lower():  # it came through the first time, and the answer got lost
            raise


async def send_enclosure(bot: Bot, chat: int, enclosure: Enclosure) -> str:
    """Send a file, by Telegram's own reference to it where that is enough, and in its place a word when it cannot be sent at all: what
    it stands with must arrive all the same. Return the message's number.

    Telegram may refuse a reference whose bytes it takes: a picture to be seen once cannot be passed on. Raises TelegramError, and
    TryLater while the bytes are still being fetched.
    """
    medium = enclosure.medium
    if enclosure.reference is not None and (sent := await _taken(bot, chat, medium, medium.kind, enclosure.reference)):
        return sent
    if medium.state == "wanted":
        raise TryLater("附件还在取")
    made = enclosure.data
    data = await asyncio.to_thread(_bytes, enclosure.path) if made is None else made
    for kind in _kinds_of_upload(medium, data):
        if sent := await _taken(bot, chat, medium, kind, data):
            return sent
    return str((await bot.send_message(chat, f"附件“{medium.name}”没能取到。")).message_id)


async def _taken(bot: Bot, chat: int, medium: Medium, kind: str, what: str | bytes) -> str | None:
    """Send a file and return the message's number; None when Telegram will not have it so."""
    try:
        return str((await _send_file(bot, chat, medium, kind, what)).message_id)
    except BadRequest as error:
        if _is_gone(error):
            raise
        return None


def _bytes(path: Path) -> bytes:
    """Return a file's bytes, none when it is lost."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def _kinds_of_upload(medium: Medium, data: bytes) -> tuple[str, ...]:
    """Return as what these bytes may be sent, the best first; the last resort is a file like any other."""
    if not data:
        return ()
    if medium.kind == "photo" and len(data) > FileSizeLimit.PHOTOSIZE_UPLOAD:
        return ("file",)
    if medium.kind == "voice" and medium.media_type not in ("audio/ogg", "audio/mpeg", "audio/mp4"):
        return ("file",)  # https://core.telegram.org/bots/api#sendvoice: other recordings go as documents
    return (medium.kind, "file")


async def _send_file(bot: Bot, chat: int, medium: Medium, kind: str, what: str | bytes) -> Message:
    name, patience = medium.name, UPLOAD_SECONDS
    match kind:
        case "photo":
            return await bot.send_photo(chat, what, filename=name, write_timeout=patience)
        case "voice":
            return await bot.send_voice(chat, what, filename=name, write_timeout=patience)
        case "video":
            return await bot.send_video(chat, what, filename=name, write_timeout=patience)
        case _:
            return await bot.send_document(chat, what, filename=name, write_timeout=patience)


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
        gone = Gone("对方的 Telegram 账号不在了")
        return gone if _is_gone(error) else Refused(f"Telegram 不接受：{error.message}")
    if isinstance(error, NetworkError) or type(error) is TelegramError:  # the latter: an answer that is not Telegram's
        return TryLater(f"连不上 Telegram：{type(error).__name__}")
    return Refused(f"Telegram 不接受：{error.message}")


def _is_gone(error: TelegramError) -> bool:
    return any(each in error.message.lower() for each in GONE)


def seconds_of(error: RetryAfter) -> float:
    after = error.retry_after
    return after.total_seconds() if isinstance(after, timedelta) else float(after)

"""From Telegram's updates to our words. Only the fields we use are read."""

import re
from datetime import datetime

from telegram import CallbackQuery, ChatMemberUpdated, Message, Update
from telegram.constants import ChatMemberStatus, ChatType

from bot.channels.channel import Attachment, Incoming

ALLOWED = [Update.MESSAGE, Update.EDITED_MESSAGE, Update.CALLBACK_QUERY, Update.MY_CHAT_MEMBER]

_UNSUPPORTED = {
    "sticker": "贴纸",
    "dice": "骰子",
    "poll": "投票",
    "game": "游戏",
    "story": "动态",
    "invoice": "账单",
    "giveaway": "抽奖",
    "checklist": "清单",
    "paid_media": "付费内容",
}
MEGABYTE = 1024 * 1024


def incoming(update: Update, bot_id: int, largest_bytes: int, now: datetime) -> Incoming | None:
    """Return what an update says, or None when nobody waits for an answer to it (a group, a pinned message).

    The external id carries the bot's id: another bot's updates have numbers of their own.
    """
    external_id = f"{bot_id}:{update.update_id}"
    if update.callback_query is not None:
        return _pressed(update.callback_query, external_id, now)
    if update.my_chat_member is not None:
        return _membership(update.my_chat_member, external_id)
    message = update.message or update.edited_message
    if message is None or message.chat.type != ChatType.PRIVATE:
        return None
    return _message(message, external_id, largest_bytes, edited=update.message is None)


def _pressed(query: CallbackQuery, external_id: str, now: datetime) -> Incoming | None:
    if query.data is None or (query.message is not None and query.message.chat.type != ChatType.PRIVATE):
        return None
    return Incoming(str(query.from_user.id), external_id, "choice", _label(query), now, query.data)


def _label(query: CallbackQuery) -> str:
    """Return what stands on the pressed button: Telegram gives only its data. Empty when the message is too old to be sent along."""
    markup = query.message.reply_markup if isinstance(query.message, Message) else None
    rows = markup.inline_keyboard if markup else ()
    return next((str(each.text) for row in rows for each in row if each.callback_data == query.data), "")


def _membership(change: ChatMemberUpdated, external_id: str) -> Incoming | None:
    if change.chat.type != ChatType.PRIVATE:
        return None
    kind = "gone" if change.new_chat_member.status == ChatMemberStatus.BANNED else "back"
    return Incoming(str(change.chat.id), external_id, kind, "", change.date)


def _message(message: Message, external_id: str, largest_bytes: int, *, edited: bool) -> Incoming | None:
    words = message.text or message.caption or ""
    address = str(message.chat.id)
    attachment = _attachment(message)
    if attachment is not None and (attachment.size_bytes or 0) > largest_bytes:
        return _too_large(address, external_id, message, attachment, largest_bytes)
    if message.contact is not None:
        own = message.from_user is not None and message.contact.user_id == message.from_user.id
        if own:
            return Incoming(address, external_id, "contact", message.contact.phone_number, message.date)
        words = f"（联系人）{message.contact.first_name} {message.contact.phone_number}"
    elif message.location is not None:
        words = _place(message)
    if words or attachment is not None:
        attachments = () if attachment is None or edited else (attachment,)
        return Incoming(address, external_id, "edited" if edited else "words", words, message.date, None, attachments)
    for field, name in _UNSUPPORTED.items():
        if getattr(message, field, None) is not None:
            return Incoming(address, external_id, "unsupported", name, message.date)
    return None


def _too_large(
    address: str, external_id: str, message: Message, attachment: Attachment, largest_bytes: int
) -> Incoming:
    note = f"“{attachment.name}”超过 {largest_bytes // MEGABYTE} MB，"
    if message.caption:
        return Incoming(address, external_id, "words", f"{message.caption}\n（{note}没有收下）", message.date)
    return Incoming(address, external_id, "unsupported", note, message.date)


def _place(message: Message) -> str:
    place = message.location
    if place is None:
        raise ValueError("no location")
    name = f"{message.venue.title} {message.venue.address} " if message.venue else ""
    return f"（位置）{name}北纬{place.latitude:.5f} 东经{place.longitude:.5f}"


def _attachment(message: Message) -> Attachment | None:
    if message.photo:
        largest = message.photo[-1]  # the sizes of one photo, smallest first
        return Attachment("photo", "照片.jpg", "image/jpeg", largest.file_size, largest.file_id)
    if message.voice:
        voice = message.voice
        return Attachment("voice", "语音.ogg", voice.mime_type or "audio/ogg", voice.file_size, voice.file_id)
    if message.audio:
        audio = message.audio
        name = audio.file_name or "录音"
        return Attachment("voice", _safe(name), audio.mime_type or "audio/mpeg", audio.file_size, audio.file_id)
    if message.video:
        video = message.video
        name = video.file_name or "视频.mp4"
        return Attachment("video", _safe(name), video.mime_type or "video/mp4", video.file_size, video.file_id)
    if message.video_note:
        return Attachment("video", "视频.mp4", "video/mp4", message.video_note.file_size, message.video_note.file_id)
    if message.document:
        file = message.document
        kind = "video" if message.animation else "file"
        name = file.file_name or "文件"
        return Attachment(kind, _safe(name), file.mime_type or "application/octet-stream", file.file_size, file.file_id)
    return None


def _safe(name: str) -> str:
    """Return a file name as a label: no path, no control characters, 120 characters at most."""
    return re.sub(r"[\x00-\x1f\x7f/\\]", "_", name)[-120:]

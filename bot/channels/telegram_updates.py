"""From Telegram's updates to our words. Only the fields we use are read."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from telegram import CallbackQuery, Chat, ChatMemberUpdated, Message, Update
from telegram.constants import ChatMemberStatus, ChatType

from bot.channels.channel import Incoming
from bot.channels.telegram_contents import UNKNOWN, Contents, contents, is_own_card

ALLOWED = [Update.MESSAGE, Update.EDITED_MESSAGE, Update.CALLBACK_QUERY, Update.MY_CHAT_MEMBER]
TAKEN_OUT = "（文字已删去）"


def incoming(
    update: Update, bot_id: int, largest_bytes: int, now: datetime, before: Contents | None = None
) -> Incoming | None:
    """Return what an update says that we can keep, or None: it says nothing (a group, a pinned message), or nothing that we can take.

    `before` is what an edited message held before its edit, when that is known. The external id carries the bot's id: another bot's
    updates have numbers of their own.
    """
    external_id = f"{bot_id}:{update.update_id}"
    if update.callback_query is not None:
        return _pressed(update.callback_query, external_id, now)
    if update.my_chat_member is not None:
        return _membership(update.my_chat_member, external_id)
    message = private_message(update)
    if message is None:
        return None
    address = str(message.chat.id)
    if message.contact is not None and is_own_card(message):
        return Incoming(address, external_id, "contact", message.contact.phone_number, message.date)
    held = _news(update, message, largest_bytes, before)
    if held is None or not (held.words or held.attachments):
        return None
    kind = "words" if update.message is not None else "edited"
    return Incoming(address, external_id, kind, held.words, message.date, None, held.attachments, held.quote)


def refusal(update: Update, bot_id: int, largest_bytes: int, before: Contents | None = None) -> Incoming | None:
    """Return what of a message we cannot take, None when there is nothing: to be told to the person, besides what `incoming` keeps."""
    message = private_message(update)
    held = _news(update, message, largest_bytes, before) if message is not None else None
    return _refused(update, bot_id, message, held.refused) if message is not None and held is not None else None


def not_understood(update: Update, bot_id: int) -> Incoming | None:
    """Return the refusal of a message of which we know no more than who sent it."""
    message = private_message(update)
    return _refused(update, bot_id, message, UNKNOWN) if message is not None else None


def _refused(update: Update, bot_id: int, message: Message, what: str) -> Incoming | None:
    external_id = f"{bot_id}:{update.update_id}:refused"
    return Incoming(str(message.chat.id), external_id, "unsupported", what, message.date) if what else None


def private_message(update: Update) -> Message | None:
    """Return the message that a person sent or edited in a chat with us, or None."""
    message = update.message or update.edited_message
    return message if message is not None and message.chat.type == ChatType.PRIVATE else None


def envelope(raw: dict[str, Any], now: datetime) -> Message | None:
    """Return who wrote, of an update that the library cannot read: enough to say that we could not read it. None: nobody wrote to us."""
    message = raw.get("message")
    chat = message.get("chat") if isinstance(message, dict) else None
    if not isinstance(chat, dict) or chat.get("type") != ChatType.PRIVATE or not isinstance(chat.get("id"), int):
        return None
    return Message(0, now, Chat(chat["id"], ChatType.PRIVATE))


def _news(update: Update, message: Message, largest_bytes: int, before: Contents | None) -> Contents | None:
    """Return what a message holds, of an edited one what it holds that it did not before; None when that is nothing."""
    held = contents(message, largest_bytes)
    if update.message is not None or held is None:
        return held
    if message.location is not None:
        return None  # a live place that goes on: the telephone says so every few seconds, nobody edits it
    if before is not None and before.files == held.files:
        if before.words == held.words:
            return None
        return replace(held, words=held.words or TAKEN_OUT, attachments=(), refused="")
    return held if held.words or held.files else None  # a poll or a checklist was refused when it came


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

"""The methods that touch what is already there: editMessageText and its like, deleteMessage, answerCallbackQuery."""

import time
from typing import Any

from tests.telegram_server.cloud import Cloud, StoredMessage
from tests.telegram_server.markup import Markup, reply_markup
from tests.telegram_server.parameters import Parameters
from tests.telegram_server.rules import bad_request, message_text, utf16_units

NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current content "
    "and reply markup of the message"
)


def edit_message_text(cloud: Cloud, parameters: Parameters) -> Any:
    text = message_text(parameters.text("text"), parameters.text("parse_mode"), cloud.limits)
    markup = _inline_markup(cloud, parameters)
    message = _editable(cloud, parameters)
    if "text" not in message.json:
        raise bad_request("there is no text in the message to edit")
    return _edit(cloud, message, {"text": text}, markup)


def edit_message_reply_markup(cloud: Cloud, parameters: Parameters) -> Any:
    return _edit(cloud, _editable(cloud, parameters), {}, _inline_markup(cloud, parameters))


def delete_message(cloud: Cloud, parameters: Parameters) -> Any:
    chat = cloud.reachable_chat(parameters.text("chat_id"))
    message = cloud.find(chat, parameters.integer("message_id"))
    if message is None:
        raise bad_request("message to delete not found")
    chat.messages.remove(message)
    cloud.changes.tell()
    return True


def answer_callback_query(cloud: Cloud, parameters: Parameters) -> Any:
    """Takes each query once, and only while it is young."""
    text = parameters.text("text")
    if utf16_units(text) > cloud.limits.callback_answer_units:
        raise bad_request("MESSAGE_TOO_LONG")
    query = cloud.open_queries.pop(parameters.text("callback_query_id"), None)
    if query is None or cloud.clock() - query.asked_at > cloud.limits.callback_query_seconds:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    if text:
        query.chat.notifications.append(text)
    cloud.changes.tell()
    return True


def _inline_markup(cloud: Cloud, parameters: Parameters) -> Markup | None:
    markup = reply_markup(parameters, cloud.limits)
    if markup is not None and markup.kind != "inline":
        raise bad_request("inline keyboard expected")
    return markup


def _editable(cloud: Cloud, parameters: Parameters) -> StoredMessage:
    if not parameters.text("chat_id") and not parameters.text("message_id"):
        raise bad_request("message identifier is not specified")
    chat = cloud.reachable_chat(parameters.text("chat_id"))
    message = cloud.find(chat, parameters.integer("message_id"))
    if message is None:
        raise bad_request("message to edit not found")
    if not message.by_bot or (message.markup and message.markup.kind != "inline"):
        raise bad_request("message can't be edited")
    return message


def _edit(cloud: Cloud, message: StoredMessage, content: dict[str, Any], markup: Markup | None) -> dict[str, Any]:
    """Change the message; without a markup the old buttons go away."""
    if markup == message.inline and content.items() <= message.json.items():
        raise bad_request(NOT_MODIFIED)
    message.json |= content | {"edit_date": int(time.time())}
    message.attach(markup)
    cloud.changes.tell()
    return message.json

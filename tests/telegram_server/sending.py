"""The methods that send: sendMessage, sendPhoto, sendVoice, sendDocument, sendVideo, sendMediaGroup, sendLocation."""

import re
from collections.abc import Callable
from typing import Any

from tests.telegram_server.cloud import Chat, Cloud
from tests.telegram_server.files import StoredFile
from tests.telegram_server.markup import reply_markup
from tests.telegram_server.parameters import Parameters
from tests.telegram_server.rules import bad_request, caption_text, message_text

CHAT_ACTIONS = re.compile(
    "typing|choose_sticker|find_location|upload_(photo|document)|(record|upload)_(voice|video|video_note)"
)


def send_message(cloud: Cloud, parameters: Parameters) -> Any:
    text = message_text(parameters.text("text"), parameters.text("parse_mode"), cloud.limits)
    return _send(cloud, parameters, {"text": text})


def sender_of(kind: str) -> Callable[[Cloud, Parameters], Any]:
    """sendPhoto and its like: one file of one kind, by upload or by file_id, with a caption."""

    def send_file(cloud: Cloud, parameters: Parameters) -> Any:
        found = cloud.files.given(kind, parameters, parameters.text(kind), kind)
        caption = caption_text(parameters.text("caption"), parameters.text("parse_mode"), cloud.limits)
        return _send(cloud, parameters, _file_content(found, caption))

    return send_file


def send_location(cloud: Cloud, parameters: Parameters) -> Any:
    location = {}
    for name, most in (("latitude", 90.0), ("longitude", 180.0)):
        if not parameters.text(name).strip():
            raise bad_request(f"{name} is empty")
        location[name] = float(parameters.text(name))
        if abs(location[name]) > most:
            raise bad_request("invalid location specified")
    return _send(cloud, parameters, {"location": location})


def send_media_group(cloud: Cloud, parameters: Parameters) -> Any:
    media = parameters.decoded("media", "media JSON object")
    if media is None:
        raise bad_request('parameter "media" is required')
    if not isinstance(media, list):
        raise bad_request("expected an Array of InputMedia")
    if not media:
        raise bad_request("there are no messages to send")
    if len(media) > cloud.limits.album_items:
        raise bad_request("too many messages to send as an album")
    kinds = {item.get("type") for item in media}
    if not kinds <= {"photo", "video", "document"}:
        raise bad_request("can't use the media of the specified type in the album")
    if "document" in kinds and len(kinds) > 1:
        raise bad_request("document can't be mixed with other media types")
    contents = [_album_item(cloud, parameters, item) for item in media]
    chat = _chat_to_write_to(cloud, parameters, len(contents))
    album = {"media_group_id": str(cloud.next_number())}
    return [cloud.store(chat, content | album, by_bot=True).json for content in contents]


def send_chat_action(cloud: Cloud, parameters: Parameters) -> Any:
    action = parameters.text("action")
    if not CHAT_ACTIONS.fullmatch(action):
        raise bad_request("wrong parameter action in request")
    cloud.reachable_chat(parameters.text("chat_id")).actions.append(action)
    return True


def _album_item(cloud: Cloud, parameters: Parameters, item: dict[str, Any]) -> dict[str, Any]:
    found = cloud.files.given(item["type"], parameters, str(item.get("media", "")), "")
    return _file_content(found, caption_text(item.get("caption", ""), item.get("parse_mode", ""), cloud.limits))


def _file_content(found: StoredFile, caption: str) -> dict[str, Any]:
    shown = [found.json()] if found.kind == "photo" else found.json()
    return {found.kind: shown} | ({"caption": caption} if caption else {})


def _send(cloud: Cloud, parameters: Parameters, content: dict[str, Any]) -> dict[str, Any]:
    markup = reply_markup(parameters, cloud.limits)
    chat = _chat_to_write_to(cloud, parameters, 1)
    replied = _replied_to(cloud, chat, parameters)
    return cloud.store(chat, content | replied, by_bot=True, markup=markup).json


def _chat_to_write_to(cloud: Cloud, parameters: Parameters, messages: int) -> Chat:
    chat = cloud.reachable_chat(parameters.text("chat_id"))
    cloud.flood.charge(chat.user_id, messages)
    return chat


def _replied_to(cloud: Cloud, chat: Chat, parameters: Parameters) -> dict[str, Any]:
    reply = parameters.decoded("reply_parameters") or {}
    if "message_id" not in reply:
        return {}
    message = cloud.find(chat, reply["message_id"])
    if message is None:
        if reply.get("allow_sending_without_reply"):
            return {}
        raise bad_request("message to be replied not found")
    return {"reply_to_message": {key: value for key, value in message.json.items() if key != "reply_to_message"}}

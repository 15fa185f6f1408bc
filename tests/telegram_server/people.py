"""A person with Telegram in her hand: types, presses, sends, blocks, and sees what the bot has sent."""

import copy
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.telegram_server.cloud import BOT, Chat, Cloud, OpenQuery, StoredMessage
from tests.telegram_server.contents import OTHER_KINDS, SERVICE_MESSAGES
from tests.telegram_server.files import StoredFile
from tests.telegram_server.markup import Button, Rows
from tests.telegram_server.rules import utf16_units
from tests.telegram_server.updates import Update

FILE_KINDS = ("photo", "voice", "audio", "video", "video_note", "animation", "live_photo", "document", "sticker")


@dataclass(frozen=True)
class Attachment:
    """`kind` is one of FILE_KINDS or location; a location has no content."""

    kind: str
    name: str = ""
    content: bytes = b""
    file_id: str = ""


@dataclass(frozen=True)
class SeenMessage:
    """A message of the bot as it looks now. `text` is the text or the caption; `rows` are its inline buttons."""

    message_id: int
    text: str
    rows: Rows = ()
    attachments: tuple[Attachment, ...] = ()
    edited: bool = False

    @property
    def buttons(self) -> list[Button]:
        return [button for row in self.rows for button in row]

    @property
    def labels(self) -> list[str]:
        return [button.text for button in self.buttons]


class TelegramUser:
    """Every doing is over when the call returns: the update is queued for the bot. It returns that update."""

    def __init__(self, cloud: Cloud, chat: Chat) -> None:
        self._cloud = cloud
        self.chat = chat

    @property
    def id(self) -> int:
        return self.chat.user_id

    # What she sees

    @property
    def messages(self) -> list[SeenMessage]:
        """Everything the bot has sent to her, oldest first."""
        return [self._seen(message) for message in self.chat.messages if message.by_bot]

    @property
    def latest(self) -> SeenMessage:
        """The newest message of the bot. Raises AssertionError when there is none."""
        seen = self.messages
        assert seen, f"{self.chat.first_name} has not heard from the bot"
        return seen[-1]

    @property
    def keyboard(self) -> list[str]:
        """The labels of the reply keyboard on view."""
        return [button.text for row in self.chat.keyboard for button in row]

    @property
    def notifications(self) -> list[str]:
        """The little texts that answered her presses, oldest first."""
        return list(self.chat.notifications)

    def sees(self, text: str) -> bool:
        return any(text in message.text for message in self.messages)

    # What she does

    def types(self, text: str, links: Mapping[str, str] | None = None) -> Update:
        """Send a text; "/start CODE" is a command, and so is every /word in it. `links` are words of it and where they lead."""
        if utf16_units(text) > self._cloud.limits.text_units:
            raise ValueError("a person's Telegram cuts so long a text into several messages: type them one by one")
        entities = [
            {"type": "bot_command", "offset": utf16_units(text[: found.start()]), "length": len(found[0])}
            for found in re.finditer(r"(?<!\S)/[A-Za-z0-9_]{1,32}(?:@\w+)?(?!\S)", text)
        ]
        for words, url in (links or {}).items():
            place = {"offset": utf16_units(text[: text.index(words)]), "length": utf16_units(words)}
            entities.append({"type": "text_link", "url": url, **place})
        return self.sends({"text": text} | ({"entities": entities} if entities else {}))

    def presses(self, label_or_data: str, message: SeenMessage | None = None) -> Update:
        """Press a button by its label, its data, or a part of its label that no other button has.

        It is looked for in `message` as it was when she looked, even if it has changed since; without one, in the
        newest message that has it, and then on the reply keyboard. Raises AssertionError when it is nowhere.
        """
        for seen in [message] if message else reversed(self.messages):
            if button := _button(seen.buttons, label_or_data):
                return self._presses_inline(button, seen.message_id)
        button = None if message else _button([button for row in self.chat.keyboard for button in row], label_or_data)
        offered = [seen.labels for seen in self.messages if seen.rows] + [self.keyboard]
        assert button, f"{self.chat.first_name} finds no button {label_or_data!r} among {offered}"
        if self.chat.keyboard_is_one_time:
            self.chat.keyboard = ()
        if button.request_contact:
            return self.shares_contact()
        return self.sends_location() if button.request_location else self.types(button.text)

    def sends(self, content: dict[str, Any]) -> Update:
        """Send a message with this content, what it has besides id, date, chat and sender."""
        assert not self.chat.blocked, f"{self.chat.first_name} has blocked the bot and must unblock it before writing"
        self.chat.started = True
        message = self._cloud.store(self.chat, content, by_bot=False)
        return self._cloud.updates.add("message", copy.deepcopy(message.json))

    def sends_file(self, kind: str, name: str, content: bytes, caption: str = "", size: int | None = None) -> Update:
        """Send a file of one of FILE_KINDS. `size` makes it out to be larger than its content, for what is too large to be in a test."""
        return self.sends(self.file(kind, name, content, caption, size))

    def file(self, kind: str, name: str, content: bytes, caption: str = "", size: int | None = None) -> dict[str, Any]:
        """The content of a message with a file. Some kinds come under a second name, for bots that do not know the first."""
        found = self._cloud.files.add(kind, name, content, size)
        message = {"caption": caption} if caption else {}
        if kind == "photo":
            return message | {kind: [found.json()]}
        if kind == "animation":
            return message | {kind: found.json(), "document": found.json("document")}
        if kind == "live_photo":
            still = [self._cloud.files.add("photo", "still.jpg", b"\xff\xd8\xff still").json()]
            return message | {kind: found.json() | {"photo": still}, "photo": still}
        return message | {kind: found.json()}

    def sends_photo(self, content: bytes, caption: str = "") -> Update:
        return self.sends_file("photo", "photo.jpg", content, caption)

    def sends_voice(self, content: bytes = b"OggS voice") -> Update:
        return self.sends_file("voice", "voice.oga", content)

    def sends_video(self, content: bytes, caption: str = "") -> Update:
        return self.sends_file("video", "video.mp4", content, caption)

    def sends_document(self, name: str, content: bytes, caption: str = "", *, size: int | None = None) -> Update:
        return self.sends_file("document", name, content, caption, size)

    def sends_sticker(self) -> Update:
        return self.sends_file("sticker", "sticker.webp", b"RIFF sticker")

    def sends_other(self, kind: str, caption: str = "") -> Update:
        """Send one of OTHER_KINDS, or have Telegram put one of SERVICE_MESSAGES into the chat."""
        content = (OTHER_KINDS | SERVICE_MESSAGES)[kind]
        return self.sends({kind: content} | ({"caption": caption} if caption else {}))

    def sends_location(self, latitude: float = 30.5, longitude: float = 114.3, **more: int) -> Update:
        return self.sends({"location": {"latitude": latitude, "longitude": longitude, **more}})

    def sends_live_location(self, latitude: float = 30.5, longitude: float = 114.3) -> Update:
        """Share where she is for an hour; `moves` tells where she goes."""
        return self.sends_location(latitude, longitude, live_period=3600)

    def sends_venue(self, title: str, address: str) -> Update:
        place = {"latitude": 30.5, "longitude": 114.3}
        return self.sends({"location": place, "venue": {"location": place, "title": title, "address": address}})

    def sends_album(self, photos: Sequence[bytes], caption: str = "") -> list[Update]:
        """Several photos at once: one update each, the caption on the first."""
        album = {"media_group_id": str(self._cloud.next_number())}
        captions = [caption] + [""] * (len(photos) - 1)
        return [
            self.sends(self.file("photo", "photo.jpg", content, text) | album)
            for content, text in zip(photos, captions, strict=True)
        ]

    def shares_contact(self, own: bool = True) -> Update:
        """Share a contact card: her own, or one of somebody else that has another user_id."""
        owner = self.id if own else self.id + 1
        phone = self.chat.phone if own else "13900000000"
        return self.sends_card(phone_number=phone, first_name=self.chat.first_name, user_id=owner)

    def sends_card(self, **card: str | int) -> Update:
        """Send a contact card with these fields: https://core.telegram.org/bots/api#contact"""
        return self.sends({"contact": card})

    def forwards(self, content: dict[str, Any], origin: dict[str, Any]) -> Update:
        """Send on what somebody else said."""
        return self.sends(content | {"forward_origin": origin})

    def replies(self, earlier: Update | SeenMessage, content: dict[str, Any], quote: str = "") -> Update:
        """Answer a message of this chat, or the part of it that she has marked."""
        found = self._cloud.find(self.chat, earlier.message_id)
        assert found is not None, "this message has been deleted"
        replied = {key: copy.deepcopy(value) for key, value in found.json.items() if key != "reply_to_message"}
        marked = {"quote": {"text": quote, "position": 0, "is_manual": True}} if quote else {}
        return self.sends(content | {"reply_to_message": replied} | marked)

    # What she changes afterwards

    def edits(self, update: Update, new_text: str) -> Update:
        """Change the text of a message that she sent."""
        return self.changes(update, {"text": new_text})

    def edits_caption(self, update: Update, caption: str) -> Update:
        """Change the words under a file, '' takes them away. The file is the same, though Telegram may call it anew."""
        kind = next(kind for kind in FILE_KINDS if kind in update.body)
        shown = update.body[kind][-1] if kind == "photo" else update.body[kind]
        renamed = shown | {"file_id": self._cloud.files.same_again(shown["file_id"]).file_id}
        return self.changes(update, {kind: [renamed] if kind == "photo" else renamed, "caption": caption})

    def moves(self, update: Update, latitude: float, longitude: float) -> Update:
        """Go on: her telephone tells it by itself while she shares where she is."""
        return self.changes(
            update, {"location": update.body["location"] | {"latitude": latitude, "longitude": longitude}}
        )

    def changes(self, update: Update, change: dict[str, Any]) -> Update:
        """Change something in a message that she sent; what becomes '' is no more."""
        message = self._cloud.find(self.chat, update.message_id)
        assert message is not None and not message.by_bot, "one can edit only one's own messages"
        message.json |= change | {"edit_date": message.json["date"] + 1}
        for key in [key for key, value in change.items() if value == ""]:
            del message.json[key]
        return self._cloud.updates.add("edited_message", copy.deepcopy(message.json))

    def blocks(self) -> Update:
        self.chat.blocked = True
        return self._membership("member", "kicked")

    def unblocks(self) -> Update:
        self.chat.blocked = False
        return self._membership("kicked", "member")

    def _presses_inline(self, button: Button, message_id: int) -> Update:
        assert button.data is not None, f"{button.text!r} does not tell the bot when it is pressed"
        message = self._cloud.find(self.chat, message_id)
        assert message is not None, "the message with this button has been deleted"
        query_id = f"{self.id}{self._cloud.next_number():09d}"
        self._cloud.open_queries[query_id] = OpenQuery(query_id, self.chat, self._cloud.clock())
        query = {"id": query_id, "from": self.chat.user, "chat_instance": str(self.id), "data": button.data}
        return self._cloud.updates.add("callback_query", query | {"message": copy.deepcopy(message.json)})

    def _membership(self, old: str, new: str) -> Update:
        def member(status: str) -> dict[str, Any]:
            return {"user": BOT, "status": status} | ({"until_date": 0} if status == "kicked" else {})

        change = {"chat": self.chat.json, "from": self.chat.user, "date": 1_700_000_000}
        return self._cloud.updates.add(
            "my_chat_member", change | {"old_chat_member": member(old), "new_chat_member": member(new)}
        )

    def _seen(self, message: StoredMessage) -> SeenMessage:
        return SeenMessage(
            message_id=message.message_id,
            text=message.json.get("text") or message.json.get("caption", ""),
            rows=message.inline.rows if message.inline else (),
            attachments=tuple(_attachments(message.json, self._cloud.files.named)),
            edited="edit_date" in message.json,
        )


def _button(buttons: list[Button], label_or_data: str) -> Button | None:
    for button in buttons:
        if label_or_data in (button.text, button.data):
            return button
    having = [button for button in buttons if label_or_data in button.text]
    return having[0] if len(having) == 1 else None


def _attachments(message: dict[str, Any], named: Callable[[str], StoredFile]) -> list[Attachment]:
    found = [Attachment("location")] if "location" in message else []
    for kind in FILE_KINDS:
        if kind in message:
            shown = message[kind][-1] if kind == "photo" else message[kind]
            stored = named(shown["file_id"])
            found.append(Attachment(kind, stored.name, stored.content, stored.file_id))
    return found

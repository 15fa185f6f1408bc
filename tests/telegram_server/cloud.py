"""What Telegram knows: chats, messages, files, updates. People and the bot's calls change it; no HTTP here."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.telegram_server.changes import Changes
from tests.telegram_server.files import Files
from tests.telegram_server.flood import Flood
from tests.telegram_server.markup import Button, Markup
from tests.telegram_server.rules import Limits, RefusalError, bad_request
from tests.telegram_server.updates import UpdateQueue

BOT_ID = 123456
BOT = {"id": BOT_ID, "is_bot": True, "first_name": "银龄", "username": "yinling_bot"}
FIRST_UPDATE_ID = 700_000_001  # Telegram starts anywhere


@dataclass
class StoredMessage:
    """A message in a chat; `json` is what the Bot API shows of it."""

    json: dict[str, Any]
    by_bot: bool
    markup: Markup | None = None

    @property
    def message_id(self) -> int:
        return int(self.json["message_id"])

    @property
    def inline(self) -> Markup | None:
        return self.markup if self.markup and self.markup.kind == "inline" else None

    def attach(self, markup: Markup | None) -> None:
        self.markup = markup
        self.json.pop("reply_markup", None)
        if self.inline:
            self.json["reply_markup"] = self.inline.json()


@dataclass
class Chat:
    """The private chat of one person with the bot."""

    user_id: int
    first_name: str
    phone: str
    started: bool = False  # the bot cannot write before the person has
    blocked: bool = False
    messages: list[StoredMessage] = field(default_factory=list)
    keyboard: tuple[tuple[Button, ...], ...] = ()  # the reply keyboard on view
    keyboard_is_one_time: bool = False
    notifications: list[str] = field(default_factory=list)  # texts of answered callback queries
    actions: list[str] = field(default_factory=list)  # "typing"...

    @property
    def user(self) -> dict[str, Any]:
        return {"id": self.user_id, "is_bot": False, "first_name": self.first_name, "language_code": "zh-hans"}

    @property
    def json(self) -> dict[str, Any]:
        return {"id": self.user_id, "type": "private", "first_name": self.first_name}


@dataclass(frozen=True)
class OpenQuery:
    """A callback query that nobody has answered: the person's button still shows its clock."""

    query_id: str
    chat: Chat
    asked_at: float


class Cloud:
    def __init__(self, limits: Limits, clock: Callable[[], float]) -> None:
        self.limits = limits
        self.clock = clock
        self.changes = Changes()
        self.updates = UpdateQueue(self.changes, FIRST_UPDATE_ID)
        self.files = Files(limits)
        self.flood = Flood(limits, clock)
        self.chats: dict[int, Chat] = {}
        self.open_queries: dict[str, OpenQuery] = {}
        self.commands: dict[str, list[dict[str, str]]] = {}  # by scope, as JSON text
        self.menu_buttons: dict[int, dict[str, Any]] = {}  # by chat; 0 is the default
        self._last_message_id = 0
        self._last_number = 0

    def next_number(self) -> int:
        """A number never used before, for ids of queries and albums."""
        self._last_number += 1
        return self._last_number

    def reachable_chat(self, chat_id: str) -> Chat:
        """The chat that the bot wants to write to. Raises 400 for a stranger and 403 for one who blocked the bot."""
        if not chat_id:
            raise bad_request("chat_id is empty")
        chat = self.chats.get(int(chat_id)) if chat_id.lstrip("-").isdecimal() else None
        if chat is None or not chat.started:
            raise bad_request("chat not found")
        if chat.blocked:
            raise RefusalError(403, "Forbidden: bot was blocked by the user")
        return chat

    def store(
        self, chat: Chat, content: dict[str, Any], *, by_bot: bool, markup: Markup | None = None
    ) -> StoredMessage:
        """Put a message into a chat; `content` is what it has besides id, date, chat and sender."""
        self._last_message_id += 1
        head = {"message_id": self._last_message_id, "date": int(time.time()), "chat": chat.json}
        message = StoredMessage({**head, "from": BOT if by_bot else chat.user, **content}, by_bot)
        message.attach(markup)
        chat.messages.append(message)
        if markup and markup.kind in ("reply", "remove"):
            chat.keyboard = markup.rows
            chat.keyboard_is_one_time = markup.one_time
        self.changes.tell()
        return message

    def find(self, chat: Chat, message_id: int) -> StoredMessage | None:
        return next((message for message in chat.messages if message.message_id == message_id), None)

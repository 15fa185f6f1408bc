"""What a Bot API server keeps for one bot: updates not yet confirmed, and the one request that waits for more."""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any

# https://core.telegram.org/bots/api#getupdates: "Values between 1-100 are accepted. Defaults to 100."
MOST_UPDATES_AT_ONCE = 100
BOT = {"id": 1, "is_bot": True, "first_name": "bench", "username": "bench_bot"}


@dataclass(frozen=True)
class Update:
    id: int
    json: bytes


class Feed:
    """The offset rule of getUpdates: an update is handed out until a request asks for a later one."""

    def __init__(self, first_update: int = 1) -> None:
        """`first_update` keeps the ids of one run apart from those of another: a bot that keeps its data knows them again."""
        self._pending: deque[Update] = deque()
        self._update_ids = count(first_update)
        self._message_ids = count(1)
        # Told that something is there; the server sets it while a long poll waits.
        self.on_arrival: Callable[[], None] | None = None
        self.handed_out = 0
        self.polls = 0

    def add_message(self, person: int, text: str) -> None:
        """Queue what a person wrote to the bot in their private chat."""
        sender = {"id": person, "is_bot": False, "first_name": "王老", "language_code": "zh-hans"}
        message = self._message(sender, person, text)
        if text.startswith("/"):
            message["entities"] = [{"offset": 0, "length": len(text), "type": "bot_command"}]
        update_id = next(self._update_ids)
        self._pending.append(Update(update_id, _packed({"update_id": update_id, "message": message})))
        if self.on_arrival is not None:
            self.on_arrival()

    def confirm(self, offset: int) -> None:
        """Forget what comes before `offset`; a negative one keeps only the last updates, as the real server does."""
        if offset < 0:
            while len(self._pending) > -offset:
                self._pending.popleft()
        while self._pending and self._pending[0].id < offset:
            self._pending.popleft()

    def batch(self, limit: int) -> bytes:
        """Return the earliest updates as the body of an answer; empty `result` if there are none."""
        most = min(limit, MOST_UPDATES_AT_ONCE, len(self._pending))
        chosen = [self._pending[index].json for index in range(most)]
        self.polls += 1
        self.handed_out += most
        return b'{"ok":true,"result":[' + b",".join(chosen) + b"]}"

    def __len__(self) -> int:
        return len(self._pending)

    def sent_message(self, chat: int, text: str) -> bytes:
        """Return the body that answers sendMessage."""
        return _packed({"ok": True, "result": self._message(BOT, chat, text)})

    def _message(self, sender: dict[str, Any], chat: int, text: str) -> dict[str, Any]:
        # The fields, and the escaping of Chinese, are those of a real private message, so that parsing costs the same.
        return {
            "message_id": next(self._message_ids),
            "from": sender,
            "chat": {"id": chat, "first_name": "王老", "type": "private"},
            "date": int(time.time()),
            "text": text,
        }


def _packed(value: dict[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()

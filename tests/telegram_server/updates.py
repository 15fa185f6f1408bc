"""Updates waiting for the bot, and what getUpdates does with them.

An update is confirmed, and gone, when getUpdates is called with an offset higher than its id; until then it is given
again and again. https://core.telegram.org/bots/api#getupdates; details from do_get_updates in tdlib's Client.cpp.
"""

import asyncio
from dataclasses import dataclass
from typing import Any

from tests.telegram_server.changes import Changes
from tests.telegram_server.rules import RefusalError

# https://core.telegram.org/bots/api#update: these must be asked for by name.
NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})

OTHER_POLL = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
WEBHOOK_SET = "Conflict: terminated by setWebhook request"

FAR_FUTURE = 10  # an offset further than this beyond the last update is not believed, and confirms nothing


@dataclass(frozen=True)
class Update:
    """One thing that a person did. `body` is the Message, CallbackQuery... as Telegram writes it in JSON."""

    update_id: int
    kind: str
    body: dict[str, Any]

    @property
    def message_id(self) -> int:
        """The id of the message that the person sent. Raises KeyError for other kinds of updates."""
        return int(self.body["message_id"])

    @property
    def chat_id(self) -> int:
        message = self.body["message"] if self.kind == "callback_query" else self.body
        return int(message["chat"]["id"])

    def json(self) -> dict[str, Any]:
        return {"update_id": self.update_id, self.kind: self.body}


class UpdateQueue:
    def __init__(self, changes: Changes, first_update_id: int) -> None:
        self.pending: list[Update] = []
        self.repeats: list[Update] = []  # to be delivered once more although confirmed
        self.allowed: list[str] = []  # empty: everything but NOT_BY_DEFAULT
        self._changes = changes
        self._next_id = first_update_id
        self._poll: asyncio.Future[None] | None = None

    def add(self, kind: str, body: dict[str, Any]) -> Update:
        """Give the update the next id and queue it, unless the bot did not want its kind."""
        update = Update(self._next_id, kind, body)
        if kind in self.allowed or (not self.allowed and kind not in NOT_BY_DEFAULT):
            self._next_id += 1
            self.pending.append(update)
            self._wake()
        return update

    def repeat(self, update: Update) -> None:
        self.repeats.append(update)
        self._wake()

    def confirm(self, update: Update) -> None:
        """Forget one update, as a webhook's 2xx does."""
        self.pending = [other for other in self.pending if other is not update]
        self.repeats = [other for other in self.repeats if other is not update]
        self._changes.tell()

    def drop_pending(self) -> None:
        self.pending.clear()
        self._changes.tell()

    async def poll(self, offset: int, limit: int, timeout_seconds: int) -> list[Update]:
        """getUpdates: at once when there is something, else when there is or when the time is up.

        Raises 409 when another poll or setWebhook comes meanwhile.
        """
        self.stop_poll(OTHER_POLL)
        updates = self._read(offset, limit)
        if updates or timeout_seconds == 0:
            return updates
        self._poll = poll = asyncio.get_running_loop().create_future()
        self._changes.tell()
        try:
            async with asyncio.timeout(timeout_seconds):
                await poll
        except TimeoutError:
            return []
        finally:
            if self._poll is poll:
                self._poll = None
            self._changes.tell()
        return self._read(offset, limit)

    @property
    def is_polled(self) -> bool:
        return self._poll is not None

    def stop_poll(self, conflict: str) -> None:
        if self._poll is not None and not self._poll.done():
            self._poll.set_exception(RefusalError(409, conflict))

    def _read(self, offset: int, limit: int) -> list[Update]:
        if offset < 0:
            offset = max(self._next_id + offset, 0)
        if offset <= self._next_id + FAR_FUTURE:
            self.pending = [update for update in self.pending if update.update_id >= offset]
            self._changes.tell()
        repeats, self.repeats = self.repeats[:limit], self.repeats[limit:]
        return repeats + self.pending[: limit - len(repeats)]

    def _wake(self) -> None:
        if self._poll is not None and not self._poll.done():
            self._poll.set_result(None)
        self._changes.tell()

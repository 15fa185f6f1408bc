"""Delivers updates to the bot's webhook, as Telegram's WebhookActor does.

One update of a chat at a time, in order; different chats at the same time, up to `max_connections`. Anything but a 2xx
answer in time means: the same update again, later. What the answer's body says is ignored (Telegram would
carry out a method named there).
"""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from tests.telegram_server.changes import Changes
from tests.telegram_server.parameters import Parameters
from tests.telegram_server.rules import Limits, bad_request
from tests.telegram_server.updates import Update, UpdateQueue

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
PORTS = (443, 80, 88, 8443)


@dataclass
class Webhook:
    """Where to deliver; `deliver` runs until it is cancelled."""

    url: str
    secret: str
    max_connections: int
    last_error: dict[str, Any] = field(default_factory=dict)  # as getWebhookInfo shows it; empty when there was none
    _busy_chats: set[int] = field(default_factory=set)

    async def deliver(self, queue: UpdateQueue, changes: Changes, limits: Limits) -> None:
        timeout = aiohttp.ClientTimeout(total=limits.webhook_timeout_seconds)
        async with aiohttp.ClientSession(timeout=timeout) as session, asyncio.TaskGroup() as group:
            while True:
                for update in self._ready(queue):
                    self._busy_chats.add(update.chat_id)
                    group.create_task(self._deliver_one(session, queue, changes, update, limits))
                await changes.next()

    def _ready(self, queue: UpdateQueue) -> list[Update]:
        first_of_chat: dict[int, Update] = {}
        for update in [*queue.repeats, *queue.pending]:
            first_of_chat.setdefault(update.chat_id, update)
        ready = [update for chat_id, update in first_of_chat.items() if chat_id not in self._busy_chats]
        return ready[: self.max_connections - len(self._busy_chats)]

    async def _deliver_one(
        self, session: aiohttp.ClientSession, queue: UpdateQueue, changes: Changes, update: Update, limits: Limits
    ) -> None:
        headers = {SECRET_HEADER: self.secret} if self.secret else {}
        error = ""
        try:
            async with session.post(self.url, json=update.json(), headers=headers) as response:
                if not 200 <= response.status <= 299:
                    error = f"Wrong response from the webhook: {response.status} {response.reason}"
        except (aiohttp.ClientError, TimeoutError) as failure:
            error = f"{type(failure).__name__}: {failure}"
        if error:
            self.last_error = {"last_error_date": int(time.time()), "last_error_message": error}
            await asyncio.sleep(limits.webhook_retry_seconds)
        else:
            queue.confirm(update)
        self._busy_chats.discard(update.chat_id)
        changes.tell()

    def info(self, queue: UpdateQueue) -> dict[str, Any]:
        return {
            "url": self.url,
            "has_custom_certificate": False,
            "pending_update_count": len(queue.pending),
            "max_connections": self.max_connections,
            "allowed_updates": queue.allowed,
            **self.last_error,
        }


def webhook_of(parameters: Parameters, limits: Limits) -> Webhook:
    """The webhook that setWebhook asks for. Raises 400 for an address or a secret that Telegram would not take."""
    url = urlsplit(parameters.text("url"))
    if not limits.local_webhooks:
        if url.scheme != "https":
            raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
        if (url.port or 443) not in PORTS:
            raise bad_request("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
        if url.hostname in ("127.0.0.1", "::1", "localhost"):
            raise bad_request(f"bad webhook: IP address {url.hostname} is reserved")
    secret = parameters.text("secret_token")
    if len(secret) > 256:
        raise bad_request("secret token is too long")
    if not all(char.isascii() and (char.isalnum() or char in "_-") for char in secret):
        raise bad_request("secret token contains unallowed characters")
    return Webhook(url.geturl(), secret, parameters.integer("max_connections", 40, 1, 100))

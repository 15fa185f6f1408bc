"""Telegram's flood control: so many messages a second overall and to one chat, and 429 for more.

https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this says 30 a second overall, 1 a second in
one chat, "short bursts" allowed. Here a burst is `Limits.burst` / `Limits.chat_burst` messages at once, earned back at
the given rate. A refused message costs nothing; `retry_after` is whole seconds, at least 1, and is always enough.
"""

import math
from collections.abc import Callable

from tests.telegram_server.rules import Limits, RefusalError


class Flood:
    def __init__(self, limits: Limits, clock: Callable[[], float]) -> None:
        self._limits = limits
        self._clock = clock
        self._paid_until: dict[int | None, float] = {}  # by chat; None is all chats together

    def charge(self, chat_id: int, messages: int = 1) -> None:
        """Count the messages, or raise 429 and count nothing."""
        limits = self._limits
        rates: list[tuple[int | None, float | None, int]] = [
            (None, limits.messages_per_second, limits.burst),
            (chat_id, limits.chat_messages_per_second, limits.chat_burst),
        ]
        now = self._clock()
        paid_until: dict[int | None, float] = {}
        wait_seconds = 0.0
        for key, per_second, burst in rates:
            if per_second is None:
                continue
            until = max(self._paid_until.get(key, now), now) + messages / per_second
            wait_seconds = max(wait_seconds, until - now - max(burst, messages) / per_second)
            paid_until[key] = until
        if wait_seconds > 1e-9:
            retry_after = math.ceil(wait_seconds)
            raise RefusalError(429, f"Too Many Requests: retry after {retry_after}", retry_after)
        self._paid_until |= paid_until

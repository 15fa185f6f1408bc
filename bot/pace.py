"""Keeping within a channel's rate: so many a second overall, so many a second to one chat. Pure arithmetic on a monotonic clock."""

from collections import deque

# Messages travel: two sent a second apart may arrive a little closer together. So every gap is a little longer than it must be.
MARGIN = 1.05
_KEPT_CHATS = 10_000


class Pace:
    """Counts what leaves. Times are seconds of one monotonic clock; rates may be infinite."""

    def __init__(self, per_second: float, per_second_per_chat: float) -> None:
        self._overall: deque[float] | None = None
        if per_second != float("inf"):
            self._overall = deque(maxlen=max(1, int(per_second)))
        self._chat_gap = 0.0 if per_second_per_chat == float("inf") else MARGIN / per_second_per_chat
        self._chat_free: dict[int, float] = {}
        self._paused_until = 0.0

    def wait_overall(self, now: float) -> float:
        """Return for how many seconds nothing may leave: 0 when something may leave now."""
        window = 0.0
        if self._overall is not None and len(self._overall) == self._overall.maxlen:
            window = self._overall[0] + MARGIN - now
        return max(0.0, window, self._paused_until - now)

    def wait_chat(self, chat: int, now: float) -> float:
        """Return for how many seconds nothing may leave to this chat."""
        return max(0.0, self._chat_free.get(chat, 0.0) - now)

    def left(self, chat: int, now: float) -> None:
        """Count one message to this chat."""
        if self._overall is not None:
            self._overall.append(now)
        if self._chat_gap:
            self._hold(chat, now + self._chat_gap, now)

    def hold_chat(self, chat: int, seconds: float, now: float) -> None:
        """The channel asked to leave this chat alone for a while."""
        self._hold(chat, now + seconds, now)

    def hold_all(self, seconds: float, now: float) -> None:
        """The channel asked to leave it alone altogether."""
        self._paused_until = max(self._paused_until, now + seconds)

    def _hold(self, chat: int, until: float, now: float) -> None:
        if len(self._chat_free) > _KEPT_CHATS:
            self._chat_free = {each: free for each, free in self._chat_free.items() if free > now}
        self._chat_free[chat] = until

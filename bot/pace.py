"""Keeping within a channel's limits: so many a second overall, so many to one chat. Pure arithmetic on a monotonic clock.

The limits are used to the full, by answers before pushes: pushes leave in a trickle instead of a burst, so that whoever writes while a
notice runs to 10,000 finds the next place a tenth of a second away; and of the windows of one chat they leave a share free.
"""

from collections import deque
from collections.abc import Hashable
from math import ceil, inf

from bot.channels.channel import Limits, Window

# Messages travel: two sent a second apart may arrive a little closer together. So every gap is a little longer than it must be.
MARGIN = 1.05
MOST_MARGIN_SECONDS = 1.0
TRICKLES = 10  # into so many parts the burst of a second is cut for pushes
CATCH_UP_SECONDS = 0.15  # so late a part may come without losing its place: the machine has other things to do
SHARE_FOR_ANSWERS = 0.2  # of a window of one chat
FEWEST_CHATS_CLEARED = 1_000


def _per_second(count: int, rate: float) -> Window:
    """Return the window of so many messages in which a rate is kept."""
    return Window(count, count * MARGIN / rate)


class Pace:
    """Counts what leaves. Times are seconds of one monotonic clock."""

    def __init__(self, limits: Limits) -> None:
        rate, chat_rate = limits.messages_per_second, limits.messages_per_second_per_chat
        most = max(1, int(min(rate, 1_000_000)))
        self._overall = [] if rate == inf else [_per_second(most, rate)]
        self._trickle = _Trickle(ceil(most / TRICKLES), MARGIN / rate)
        windows = [Window(each.count, each.seconds + _margin(each.seconds)) for each in limits.windows_per_chat]
        gap = [] if chat_rate == inf else [_per_second(1, chat_rate)]
        self._chat = [*gap, *windows]
        self._chat_for_pushes = [*gap, *(Window(_without_share(each.count), each.seconds) for each in windows)]
        self._left: deque[float] = deque(maxlen=most)
        self._chats: dict[Hashable, deque[float]] = {}
        self._most_of_chat = max((each.count for each in self._chat), default=0)
        self._longest_of_chat = max((each.seconds for each in self._chat), default=0.0)
        self._held: dict[Hashable, float] = {}  # chat: until when
        self._paused_until = 0.0
        self._clear_at = FEWEST_CHATS_CLEARED

    def wait_overall(self, now: float, *, is_answer: bool = True) -> float:
        """Return for how many seconds nothing of this kind may leave: 0 when something may leave now."""
        wait = max(self._paused_until - now, _wait(self._left, self._overall, now))
        return max(0.0, wait if is_answer else max(wait, self._trickle.wait(now)))

    def wait_chat(self, chat: Hashable, now: float, *, is_answer: bool = True) -> float:
        """Return for how many seconds nothing of this kind may leave to this chat."""
        windows = self._chat if is_answer else self._chat_for_pushes
        return max(0.0, self._held.get(chat, 0.0) - now, _wait(self._chats.get(chat, ()), windows, now))

    def room(self, now: float) -> float:
        """Return how many messages may leave now, to whomever; infinity where there is no limit."""
        if self._paused_until > now:
            return 0
        return min((each.count - _within(self._left, each, now) for each in self._overall), default=inf)

    def left(self, chat: Hashable, now: float, *, is_answer: bool = True) -> None:
        """Count one message to this chat, now or, after a restart, at the moment when it left."""
        if self._overall:
            self._left.append(now)
            if not is_answer:
                self._trickle.left(now)
        if self._chat:
            self._chats.setdefault(chat, deque(maxlen=self._most_of_chat)).append(now)
            self._clear(now)

    def hold_chat(self, chat: Hashable, seconds: float, now: float) -> None:
        """The channel asked to leave this chat alone for a while."""
        self._held[chat] = max(self._held.get(chat, 0.0), now + seconds)
        self._clear(now)

    def hold_all(self, seconds: float, now: float) -> None:
        """The channel asked to leave it alone altogether."""
        self._paused_until = max(self._paused_until, now + seconds)

    def _clear(self, now: float) -> None:
        """Forget the chats whose windows have gone by, each time their number has doubled."""
        if len(self._chats) + len(self._held) < self._clear_at:
            return
        since = now - self._longest_of_chat
        self._chats = {chat: left for chat, left in self._chats.items() if left[-1] > since}
        self._held = {chat: until for chat, until in self._held.items() if until > now}
        self._clear_at = max(FEWEST_CHATS_CLEARED, 2 * (len(self._chats) + len(self._held)))


class _Trickle:
    """Lets pushes leave a few at a time, `gap` seconds for each: evenly, but what came late is made up for."""

    def __init__(self, few: int, gap: float) -> None:
        self._few = few
        self._gap = gap
        self._next = -inf  # when the next few may leave
        self._more = 0  # of these few may leave at once

    def wait(self, now: float) -> float:
        return 0.0 if self._more else max(0.0, self._next - now)

    def left(self, now: float) -> None:
        if not self._more:
            self._more = self._few
            if now - self._next > CATCH_UP_SECONDS:
                self._next = now
        self._more -= 1
        self._next += self._gap


def _margin(seconds: float) -> float:
    return min(seconds * (MARGIN - 1), MOST_MARGIN_SECONDS)


def _without_share(count: int) -> int:
    return max(1, count - ceil(count * SHARE_FOR_ANSWERS))


def _wait(left: deque[float] | tuple[()], windows: list[Window], now: float) -> float:
    """Return for how long every window is full; what left is in order."""
    full = (left[-each.count] + each.seconds - now for each in windows if len(left) >= each.count)
    return max(full, default=0.0)


def _within(left: deque[float], window: Window, now: float) -> int:
    return sum(1 for each in left if each + window.seconds > now)

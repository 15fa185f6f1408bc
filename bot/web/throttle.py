"""Counting per client address or account, so that nobody can try without end. In memory: a restart forgets it."""

import ipaddress
import math
from collections import deque
from datetime import datetime, timedelta

from starlette.requests import Request

_MOST_KEYS = 10_000


class Throttle:
    """At most `most` events within `window` for each key."""

    def __init__(self, most: int, window: timedelta) -> None:
        self._most = most
        self._window = window
        self._events: dict[str, deque[datetime]] = {}

    def wait_seconds(self, key: str, now: datetime) -> int:
        """Return after how many seconds the next event of this key may happen: 0 for at once."""
        events = self._events.get(key)
        if events is None or len(events) < self._most:
            return 0
        return max(0, math.ceil((events[0] + self._window - now).total_seconds()))

    def count(self, key: str, now: datetime) -> None:
        events = self._events.pop(key, None) or deque(maxlen=self._most)
        events.append(now)
        self._events[key] = events  # last: the dict is in the order of each key's newest event
        if len(self._events) > _MOST_KEYS:
            self._forget(now)

    def __len__(self) -> int:
        """How many keys are remembered."""
        return len(self._events)

    def _forget(self, now: datetime) -> None:
        """Forget keys whose events are all over, and of the rest the quietest, down to half."""
        alive = [(key, events) for key, events in self._events.items() if events[-1] + self._window > now]
        self._events = dict(alive[-_MOST_KEYS // 2 :])


def client_address(request: Request, trust_proxy: bool) -> str:
    """Return the key under which a client is counted: its IPv4 address, or the /64 network of its IPv6 address.

    With `trust_proxy` the last entry of X-Forwarded-For counts: our own proxy wrote that one, anybody the others.
    """
    peer = request.client.host if request.client else "unknown"
    forwarded = request.headers.get("x-forwarded-for") if trust_proxy else None
    for text in (forwarded.rsplit(",", 1)[-1].strip(), peer) if forwarded else (peer,):
        try:
            address = ipaddress.ip_address(text)
        except ValueError:
            continue
        if isinstance(address, ipaddress.IPv6Address):
            return str(ipaddress.ip_network((address.packed[:8] + bytes(8), 64)))
        return str(address)
    return peer

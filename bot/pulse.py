"""The pulse of a loop: when it last went round, and what troubles it. `/healthz` reads it."""

import time


class Pulse:
    def __init__(self, name: str) -> None:
        self.name = name
        self._beat = self._well = time.monotonic()
        self.reason: str | None = None  # what troubles the loop now; None: nothing

    def beat(self) -> None:
        """The loop went round without trouble."""
        self._beat = self._well = time.monotonic()
        self.reason = None

    def trouble(self, reason: str) -> None:
        """The loop goes on, but cannot do its work."""
        self._beat = time.monotonic()
        self.reason = reason

    @property
    def seconds_since(self) -> float:
        return time.monotonic() - self._beat

    @property
    def seconds_since_well(self) -> float:
        """How long ago it went round without trouble; for WeCom the age of the last answer to a heartbeat."""
        return time.monotonic() - self._well

"""Waiting for something to become true without asking the clock: whoever changes the server's state says so."""

import asyncio
from collections.abc import Callable


class Changes:
    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[None]] = set()

    def tell(self) -> None:
        for waiting in self._waiting:
            if not waiting.done():
                waiting.set_result(None)

    async def next(self) -> None:
        waiting = asyncio.get_running_loop().create_future()
        self._waiting.add(waiting)
        try:
            await waiting
        finally:
            self._waiting.discard(waiting)

    async def until(self, predicate: Callable[[], bool], cap_seconds: float) -> bool:
        """Wait until the predicate holds, asking it after every change; False when it did not in `cap_seconds`."""
        try:
            async with asyncio.timeout(cap_seconds):
                while not predicate():
                    await self.next()
        except TimeoutError:
            return predicate()
        return True

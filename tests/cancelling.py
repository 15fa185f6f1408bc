"""Cancelling at exactly this place: the n-th time that a coroutine has to wait for something."""

import asyncio
from collections.abc import Callable, Coroutine, Generator
from typing import Any


class CancelledAt:
    """Run a coroutine in this task and cancel the task at its n-th suspensions, wherever they are. `count` tells how many there were."""

    def __init__(self, coroutine: Coroutine[Any, Any, None], *suspensions: int) -> None:
        self._steps = coroutine.__await__()
        self._suspensions = suspensions
        self.count = 0

    def __await__(self) -> Generator[Any, None, None]:
        task = asyncio.current_task()
        assert task is not None
        thrown: BaseException | None = None
        while True:
            try:
                waited = self._steps.send(None) if thrown is None else self._steps.throw(thrown)
            except StopIteration:
                return
            thrown = None
            self.count += 1
            if self.count in self._suspensions:
                task.cancel()
            try:
                yield waited
            except asyncio.CancelledError as error:
                thrown = error


async def cancelled_at(block: Callable[[], Coroutine[Any, Any, None]], *suspensions: int) -> int:
    """Run the block in a task of its own, cancelled at these suspensions; return how many there were.

    Raises AssertionError when it was cancelled and ended as if it had not been, and what the block raises.
    """
    counted = CancelledAt(block(), *suspensions)

    async def run() -> None:
        await counted

    task = asyncio.create_task(run())
    await asyncio.wait([task])
    assert task.cancelled() == any(each <= counted.count for each in suspensions), "a cancellation was swallowed"
    if not task.cancelled():
        task.result()
    return counted.count

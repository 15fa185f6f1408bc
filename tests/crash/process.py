"""A child process of a test: started from a server that has imported the office once, awaited, ended."""

import asyncio
import signal
from types import TracebackType
from typing import Self

from tests.crash import child
from tests.crash.child import Orders
from tests.forked import context

CAP_SECONDS = 30.0  # only ends a test that would hang


class Child:
    """`async with Child(orders) as child`: runs inside the block at most."""

    def __init__(self, orders: Orders) -> None:
        self._orders = orders
        self._process = context().Process(target=child.run, args=(orders,))

    async def __aenter__(self) -> Self:
        await asyncio.to_thread(self._process.start)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        await asyncio.to_thread(self._process.join)

    def is_killed(self) -> None:
        """What a power cut does."""
        self._process.kill()

    def is_told_to_stop(self) -> None:
        """What systemd does."""
        self._process.terminate()

    async def ends(self) -> int:
        """Wait for the end; return the exit code, or the negative number of the signal that ended it."""
        await asyncio.to_thread(self._process.join, CAP_SECONDS)
        code = self._process.exitcode
        assert code is not None, f"the child still runs; its log:\n{self.log}"
        return code

    async def dies(self) -> None:
        """Wait for the end by SIGKILL."""
        code = await self.ends()
        assert code == -signal.SIGKILL, f"the child ended with {code}; its log:\n{self.log}"

    @property
    def log(self) -> str:
        return self._orders.log.read_text(errors="replace")

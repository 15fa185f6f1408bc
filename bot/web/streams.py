"""Who reads along: the open event streams of each account. A stream is a flag, never a queue of messages."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

MOST_STREAMS_PER_ACCOUNT = 10  # tabs and devices of one person; a further one ends the oldest


class Stream:
    """One open stream: whoever answers it looks into the database when the flag is raised."""

    def __init__(self) -> None:
        self._flag = asyncio.Event()
        self._over = False

    def clear(self) -> None:
        """Called before looking, so that whatever comes during the look raises the flag again."""
        if not self._over:
            self._flag.clear()

    def wake(self) -> None:
        self._flag.set()

    def is_over(self) -> bool:
        """Tell whether the answer should end now; the page comes back by its cursor."""
        return self._over

    def end(self) -> None:
        self._over = True
        self._flag.set()

    async def woken(self, within_seconds: float) -> bool:
        """Wait for the flag; False when the time went by."""
        try:
            async with asyncio.timeout(within_seconds):
                await self._flag.wait()
        except TimeoutError:
            return False
        return True


class Streams:
    def __init__(self) -> None:
        self._open: dict[int, list[Stream]] = {}
        self._closed = False

    @contextmanager
    def open(self, account_id: int) -> Iterator[Stream]:
        """Register a stream for as long as the block lasts. After `end_all` it is born ended."""
        stream = Stream()
        if self._closed:
            stream.end()
        mine = self._open.setdefault(account_id, [])
        mine.append(stream)
        for oldest in mine[:-MOST_STREAMS_PER_ACCOUNT]:
            oldest.end()
        try:
            yield stream
        finally:
            mine.remove(stream)
            if not mine:
                self._open.pop(account_id, None)

    def wake(self, account_id: int) -> None:
        """There may be something new for the account."""
        for stream in self._open.get(account_id, ()):
            stream.wake()

    def end_all(self) -> None:
        """The server stops: end every stream, and every one that is opened from now on."""
        self._closed = True
        for streams in self._open.values():
            for stream in streams:
                stream.end()

    @property
    def count(self) -> int:
        return sum(len(streams) for streams in self._open.values())

"""What travels: one letter an account, so many at a time, and those whom nobody answers keep nobody else waiting."""

import asyncio
from collections.abc import Coroutine

SLOW_SECONDS = 1.0  # after which a trip takes up no worker any more
MOST_SLOW = (
    128  # trips beside the workers: a hundred recipients may hang at once, and memory and connections stay bounded
)


class Trips:
    """Trips by account. A quarter of the workers, and of the places for slow trips, is kept for answers: a notice to many who all hang
    leaves room for whoever writes now. Times are seconds of one monotonic clock."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._began: dict[int, float] = {}  # in the order in which they began

    def __contains__(self, account_id: int) -> bool:
        return account_id in self._tasks

    def __len__(self) -> int:
        return len(self._tasks)

    @property
    def tasks(self) -> list[asyncio.Task[None]]:
        return list(self._tasks.values())

    def room(self, clock: float, *, is_answer: bool) -> int:
        """Return how many trips of this kind may begin now."""
        workers, slow = self._workers, MOST_SLOW
        if not is_answer:
            workers, slow = workers - workers // 4, slow - slow // 4
        return max(0, min(workers - len(self._quick(clock)), workers + slow - len(self._tasks)))

    def wait(self, clock: float) -> float | None:
        """Return after how many seconds the next trip takes up no worker any more, None: none does now."""
        quick = self._quick(clock)
        return quick[-1] + SLOW_SECONDS - clock if quick else None

    def _quick(self, clock: float) -> list[float]:
        """Return when each trip that takes up a worker began, newest first."""
        quick = []
        for began in reversed(self._began.values()):
            if clock - began >= SLOW_SECONDS:
                break
            quick.append(began)
        return quick

    def begin(self, account_id: int, trip: Coroutine[None, None, None], clock: float) -> None:
        self._tasks[account_id] = asyncio.create_task(trip)
        self._began[account_id] = clock

    def end(self, account_id: int) -> None:
        """The trip is over and its outcome on the disk."""
        self._tasks.pop(account_id, None)
        self._began.pop(account_id, None)

"""What may go wrong with one request, prepared by a test for the next ones of a command."""

import asyncio
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Refused:
    """It is not carried out, and answered with this error."""

    code: int
    message: str = "refused by the test"


@dataclass(frozen=True)
class Lost:
    """It is carried out, and the answer gets lost."""


@dataclass(frozen=True)
class Silence:
    """It is neither carried out nor answered."""


@dataclass(frozen=True)
class Late:
    """It is carried out, and answered when the test sets `until`."""

    until: asyncio.Event


Fault = Refused | Lost | Silence | Late


@dataclass
class Faults:
    _next: dict[str, list[Fault]] = field(default_factory=dict)

    def add(self, command: str, fault: Fault, times: int) -> None:
        self._next.setdefault(command, []).extend([fault] * times)

    def take(self, command: str) -> Fault | None:
        waiting = self._next.get(command)
        return waiting.pop(0) if waiting else None

"""How late a reminder is still of use. What is too late is written down as 'late' and told to the office, never silently dropped."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers.act import Act
from storage.reminders import Reminder

Until = Callable[[Act, Reminder], Awaitable[datetime]]
Fire = Callable[[Act, Reminder], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Useful:
    """`until`: up to when a reminder of a kind may be said; `say_late`: tells the office that one was not said."""

    until: Until
    say_late: Fire


def within(span: timedelta) -> Until:
    """Return the rule that a reminder is of use for so long after it was due."""

    async def until(act: Act, reminder: Reminder) -> datetime:
        return reminder.due_at + span

    return until

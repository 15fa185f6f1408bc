"""What tests of the calendar need: days that pass as they do in the office, with the rows looked through every hour or so."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from handlers.act import Act
from handlers.calendar.plan import plan_ahead
from storage import gatherings, people, quiet_hours
from storage.gatherings import Gathering
from storage.quiet_hours import QuietHours
from tests.conversation import Conversation, Speaker


def at(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    """A moment on the office's wall."""
    return datetime(year, month, day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


async def plans(talk: Conversation) -> None:
    """Do what the office does every hour and at its start."""
    await talk.writes(lambda tx: plan_ahead(Act(tx, talk.office, talk.clock())))


async def lives_until(talk: Conversation, moment: datetime, *, step_days: int = 1) -> None:
    """Let days pass as in a running office."""
    while talk.clock() < moment:
        await plans(talk)
        await talk.passes_until(min(moment, talk.clock() + timedelta(days=step_days)))


async def is_now(talk: Conversation, moment: datetime) -> None:
    """Set the clock, back as well; nothing is done meanwhile: the process is down."""
    talk.clock.ahead += moment - talk.clock()


async def changes(talk: Conversation, name: str, **values: Any) -> None:
    """Write something into the roster of somebody."""

    async def change(tx: Any) -> None:
        person = await people.by_id(tx, talk.ids[name])
        await people.change(tx, replace(person, **values), talk.clock())

    await talk.writes(change)


async def wants_no_greetings(talk: Conversation, name: str) -> None:
    hours = QuietHours(datetime.min.time(), datetime.min.time(), greetings=False)
    await talk.writes(lambda tx: quiet_hours.put(tx, talk.ids[name], hours))


async def is_held(talk: Conversation, kind: str, starts_at: datetime, **values: Any) -> Gathering:
    """Write a gathering that lasts two hours and opened a week before."""
    given: dict[str, Any] = {
        "title": "会",
        "place": "会议室",
        "ends_at": starts_at + timedelta(hours=2),
        "opens_at": starts_at - timedelta(days=7),
        "deadline_at": starts_at - timedelta(hours=20),
        "made_by": talk.ids["赵科"],
        "uid": f"{kind}-{starts_at}-{values.get('branch')}",
        "seed": "seed",
    }
    async with talk.database.write() as tx:
        return await gatherings.add(
            tx, Gathering(kind=kind, starts_at=starts_at, **(given | values)), starts_at - timedelta(days=8)
        )


def told(someone: Speaker) -> str:
    """Return everything that somebody was ever sent."""
    return "\n".join(each.text for each in someone.letters)

"""Gatherings written straight into the tables, for tests of what happens to them afterwards."""

from datetime import timedelta
from typing import Any

from handlers.act import Act
from handlers.gatherings import reminding
from storage import gatherings
from storage.gatherings import Gathering
from tests.conversation import START, Conversation

DAY = timedelta(days=1)
STARTS = START + 7 * DAY  # a Monday, ten in the morning


def gathering(made_by: int, **changes: Any) -> Gathering:
    """Return a rehearsal in a week whose sign-up opens in an hour and ends the day before at ten in the morning."""
    starts_at = changes.pop("starts_at", STARTS)
    values: dict[str, Any] = {
        "title": "合唱排练",
        "kind": "song",
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(hours=2),
        "place": "多功能厅",
        "opens_at": START + timedelta(hours=1),
        "deadline_at": starts_at - DAY,
        "made_by": made_by,
        "uid": f"test-{starts_at.isoformat()}-{changes.get('title', '')}",
        "seed": "test-seed",
    }
    return Gathering(**(values | changes))


async def write(talk: Conversation, each: Gathering) -> Gathering:
    """Write a new gathering with its reminders and return it with its id."""
    async with talk.database.write() as tx:
        act = Act(tx, talk.office, talk.clock())
        made = await gatherings.add(tx, each, talk.clock())
        await reminding.plan(act, made)
    return made


async def change(talk: Conversation, each: Gathering) -> None:
    """Write back a changed gathering and plan its reminders anew."""
    async with talk.database.write() as tx:
        await gatherings.change(tx, each)
        await reminding.plan(Act(tx, talk.office, talk.clock()), each)

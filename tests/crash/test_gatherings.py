"""A freed place goes to one, and a draw is told once, with the process killed between any two steps of it."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from handlers.act import Act
from handlers.gatherings import reminding, signing
from handlers.gatherings.signing import Wish
from storage import gatherings, signups
from storage.gatherings import Gathering
from storage.signups import Signup
from tests.conversation import START
from tests.crash.child import Step
from tests.crash.memory import Memory, differences
from tests.crash.story import Seen, Story, Told, told
from tests.crash.test_reminders import CALLS, COMMITS, FIRST, _nothing, is_finished, step
from tests.office import TestOffice

COME = ("王老", "小李", "赵科")


async def _signed_up(office: TestOffice, tx: Any, **changes: Any) -> tuple[Act, Gathering]:
    """Let three people sign up, in this order, for a rehearsal with one place."""
    office.clock.ahead += START - office.clock()  # when nobody sleeps
    act, now = Act(tx, office.app.office, office.clock()), office.clock()
    each = Gathering(
        title="合唱排练",
        kind="song",
        starts_at=START + timedelta(days=10),  # in the calendar file: to the second the same every time
        ends_at=START + timedelta(days=10, hours=2),
        place="多功能厅",
        opens_at=now - timedelta(hours=1),
        deadline_at=now + timedelta(days=5),
        made_by=office.ids["赵科"],
        uid="crash",
        seed="crash",
        capacity=1,
    )
    each = await gatherings.add(tx, Gathering(**{name: getattr(each, name) for name in each.__slots__} | changes), now)
    for name in COME:
        [account] = await tx.all("SELECT id FROM accounts WHERE person_id = ?", office.ids[name])
        signup = await signing.sign_up(act, each, Wish(office.ids[name], office.ids[name], account[0]))
        assert isinstance(signup, Signup), signup
    return act, each


async def _is_offered(office: TestOffice) -> None:
    """The first has given the place back, so the second has an offer; the third is next."""

    async def doing(tx: Any) -> None:
        act, each = await _signed_up(office, tx)
        present = await signups.current(tx, each.id, office.ids["王老"])
        assert present is not None and await signing.give_back(act, each, present)

    await office.writes(doing)
    office.app.wake_lanes()
    await office.settles()


async def _waits_for_the_draw(office: TestOffice) -> None:
    async def doing(tx: Any) -> None:
        act, each = await _signed_up(office, tx, by_draw=True)
        await reminding.plan(act, each)

    await office.writes(doing)


PASSED_ON = Story("an offer ends and the next is offered the place", _is_offered, _nothing)
DRAWN = Story("the places are drawn", _waits_for_the_draw, _nothing)
DOWN = {PASSED_ON.name: timedelta(hours=25), DRAWN.name: timedelta(days=5, hours=1)}
STATES = {PASSED_ON.name: ["cancelled", "lost", "offered"], DRAWN.name: ["in", "waiting", "waiting"]}


PLACES: dict[str, Step] = {
    "the clock wakes": step("enter", FIRST),
    "it is marked as fired": step("leave", "storage.reminders:done"),
    "the first state is written": step("leave", "storage.signups:(set_state|offer)"),
    "the second state is written": step("leave", "storage.signups:(set_state|offer)", nth=2),
    "the first is told": step("leave", "handlers.gatherings.telling:tell"),
    "the second is told": step("leave", "handlers.gatherings.telling:tell", nth=2),
    "it has spoken": step("leave", "handlers.reminders:fire"),
    "before the COMMIT": step("enter", COMMITS),
    "after the COMMIT": step("leave", COMMITS),
    "the first letter sets out": step("enter", "bot.delivery:Delivery._travel"),
    "Telegram has taken the first": step("leave", CALLS, ("url", "sendMessage")),
}


@pytest.fixture(scope="module")
def endings() -> dict[str, tuple[Memory, Seen]]:
    return {}


async def ending(endings: dict[str, tuple[Memory, Seen]], story: Story, folder: Path) -> tuple[Memory, Seen]:
    """How it ends without a crash; told once."""
    if story.name not in endings:
        async with told(story, folder) as tale:
            tale.office.clock.ahead += DOWN[story.name]
            await is_finished(tale)
            endings[story.name] = (tale.memory, tale.seen)
    return endings[story.name]


def states(tale: Told) -> list[str]:
    return sorted(row["state"] for row in tale.memory.tables["signups"])


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("story", [PASSED_ON, DRAWN], ids=["passed on", "drawn"])
async def test_nobody_is_promoted_twice_or_lost_whenever_the_process_dies(
    story: Story, place: str, tmp_path: Path, endings: dict[str, tuple[Memory, Seen]]
) -> None:
    for name in ("ending", "crash"):
        (tmp_path / name).mkdir()
    memory, seen = await ending(endings, story, tmp_path / "ending")
    assert sum(seen.values()) >= 2
    async with told(story, tmp_path / "crash") as tale:
        tale.office.clock.ahead += DOWN[story.name]
        async with tale.child(PLACES[place]) as child:
            await child.dies()
        marked = tale.left_behind.parts_marked - tale.before.parts_marked
        in_flight = tale.seen.total() - marked  # Telegram had taken them, and the dead process had not written it down
        await is_finished(tale)
        assert not differences(tale.memory.tables, memory.tables)
        assert states(tale) == STATES[story.name]
        assert seen <= tale.seen
        assert (tale.seen - seen).total() == in_flight

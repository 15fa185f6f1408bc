"""A gathering tomorrow at three in the afternoon, and people on its list, for tests of the day itself."""

from datetime import timedelta
from typing import Any

from handlers.act import Act
from handlers.gatherings import attendance, code
from storage import accounts, gatherings, signups
from storage.gatherings import Gathering
from tests.conversation import START, Conversation, Speaker

STARTS = START + timedelta(hours=29)
HOUR = timedelta(hours=1)


async def is_planned(talk: Conversation, **changes: Any) -> Gathering:
    """Write a gathering that 赵科 made and return it."""
    starts_at = changes.get("starts_at", STARTS)
    values: dict[str, Any] = {
        "title": "合唱排练",
        "kind": "song",
        "starts_at": starts_at,
        "ends_at": starts_at + 2 * HOUR,
        "place": "多功能厅",
        "opens_at": START - HOUR,
        "deadline_at": starts_at - 2 * HOUR,
        "made_by": talk.ids["赵科"],
        "uid": f"{changes.get('title', '合唱排练')}-{starts_at.isoformat()}@yinling",
        "seed": "seed",
    }
    async with talk.database.write() as tx:
        return await gatherings.add(tx, Gathering(**(values | changes)), talk.clock())


async def is_listed(
    talk: Conversation, gathering: Gathering, *names: str, state: str = "in", acted_by: str | None = None
) -> int:
    """Put people on the list; return the id of the last sign-up."""
    for name in names:
        async with talk.database.write() as tx:
            signup = await signups.add(
                tx,
                gathering_id=gathering.id,
                person_id=talk.ids[name],
                acted_by=talk.ids[acted_by or name],
                account_id=None,
                companions=0,
                answers={},
                state=state,
                by_phone=False,
                told_sequence=0,
                now=talk.clock(),
            )
    return signup.id


async def shares(talk: Conversation, owner: Speaker, name: str) -> None:
    """Let somebody else use the telephone of the owner as well."""
    account = await talk.account(owner)
    await talk.writes(lambda tx: accounts.share(tx, account, talk.ids[name], talk.clock()))


async def code_of(talk: Conversation, gathering: Gathering) -> str:
    async with talk.database.write() as tx:
        return await code.code_of(tx, gathering)


async def comes(talk: Conversation, gathering: Gathering, *names: str) -> None:
    """Check people in, as staff do."""
    async with talk.database.write() as tx:
        for name in names:
            await attendance.check_in(Act(tx, talk.office, talk.clock()), gathering, talk.ids[name], "list")


async def there(talk: Conversation, gathering: Gathering) -> dict[str, str]:
    """Return how everybody was checked in who is there, by name."""
    sql = """SELECT p.name, s.attended_how FROM signups s JOIN persons p ON p.id = s.person_id
        WHERE s.gathering_id = ? AND s.attended_at IS NOT NULL ORDER BY s.id"""
    return {row[0]: row[1] for row in await talk.rows(sql, gathering.id)}

"""A thousand people press 报名 in the same moment for thirty places: thirty have one, all others stand in a line, in their order."""

import random
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from handlers.act import Act
from handlers.gatherings import signing
from handlers.gatherings.signing import Wish
from storage import signups
from tests.conversation import START, Conversation, open_conversation
from tests.gathering_rows import gathering, write
from tests.stampede import Crowd, add_crowd

PEOPLE, PLACES = 1000, 30
TOGETHER = 64  # turns that share a commit
STORED = """
SELECT a.person_id FROM inbox i JOIN accounts a ON a.id = i.account_id WHERE i.external_id LIKE '%press 2' ORDER BY i.id"""
LINE = "SELECT person_id, state FROM signups ORDER BY line"
ANSWERS = """
SELECT i.account_id, count(o.id) FROM inbox i LEFT JOIN outbox o ON o.answers = i.id WHERE i.external_id LIKE '%press 2'
GROUP BY i.id"""


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Conversation]:
    async with open_conversation(tmp_path / "yinling.db") as opened:
        yield opened


async def test_a_thousand_press_at_once_for_thirty_places(talk: Conversation) -> None:
    each = await write(talk, gathering(talk.ids["赵科"], capacity=PLACES, opens_at=START - timedelta(hours=1)))
    cadres = await add_crowd(talk.database, PEOPLE, talk.office.consent_version, talk.clock())
    random.Random(7).shuffle(cadres)
    crowd = Crowd(talk.database, talk.intake, cadres)
    await crowd.presses_choice(f"a:signup:{each.id}", talk.clock())
    random.Random(8).shuffle(cadres)
    await crowd.presses_label("确认提交", talk.clock())

    order = [row[0] for row in await talk.rows(STORED)]
    line = await talk.rows(LINE)
    assert [row[0] for row in line] == order == [one.person_id for one in cadres]
    assert [row[1] for row in line] == ["in"] * PLACES + ["waiting"] * (PEOPLE - PLACES)
    answered = await talk.rows(ANSWERS)
    assert len(answered) == PEOPLE and {row[1] for row in answered} == {1}
    assert not await talk.rows("SELECT trace FROM inbox WHERE state = 'parked'")
    for place, text in ((1, "有位子"), (30, "有位子"), (31, "排在候补第 1 位"), (1000, "排在候补第 970 位")):
        assert text in await said_to(talk, order[place - 1])


async def said_to(talk: Conversation, person: int) -> str:
    sql = "SELECT o.text FROM outbox o JOIN accounts a ON a.id = o.account_id WHERE a.person_id = ? ORDER BY o.id DESC LIMIT 1"
    return str(await talk.one(sql, person))


async def test_couples_and_singles_and_telephones_at_once_overfill_nothing(talk: Conversation) -> None:
    changes = {"capacity": PLACES, "kept": 5, "companions": 1, "opens_at": START - timedelta(hours=1)}
    each = await write(talk, gathering(talk.ids["赵科"], **changes))
    cadres = await add_crowd(talk.database, PEOPLE, talk.office.consent_version, talk.clock())
    wishes = [
        Wish(one.person_id, one.person_id, one.account_id if number % 7 else None, number % 2)
        for number, one in enumerate(cadres)
    ]
    for first in range(0, PEOPLE, TOGETHER):
        async with talk.database.write() as tx:
            for wish in wishes[first : first + TOGETHER]:
                assert not isinstance(await signing.sign_up(Act(tx, talk.office, talk.clock()), each, wish), str)
    async with talk.database.read() as tx:
        everybody = await signups.of_gathering(tx, each.id)
    inside = [one for one in everybody if one.state == "in"]
    assert [one.person_id for one in everybody] == [wish.person_id for wish in wishes]
    assert sum(one.party for one in inside) == PLACES
    assert sum(one.party for one in inside if one.by_phone) >= 5
    assert len(everybody) == PEOPLE and {one.state for one in everybody} == {"in", "waiting"}

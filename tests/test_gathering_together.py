"""The parts of a gathering together, from the making to the thanks: staff, a cadre, a couple, somebody on the telephone, the clock."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.conversation import Conversation, open_conversation
from tests.hall_work import answers, limited, makes, opens, signs_up, states


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Conversation]:
    async with open_conversation(tmp_path / "yinling.db") as opened:
        yield opened


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of December 2026 on the office's wall."""
    return datetime(2026, 12, day, hour - 8, minute, tzinfo=UTC)


async def media_names(talk: Conversation, ids: list[str]) -> list[str]:
    return [await talk.one("SELECT name FROM media WHERE id = ?", each) for each in ids]


async def test_a_gathering_from_the_making_to_the_thanks(talk: Conversation) -> None:
    await talk.joins("郑老", "cadre", account=False)
    wang, zhao = talk.wang, talk.zhao
    await makes(zhao, rest=limited(1))
    await talk.ticks()
    assert wang.sees("开始报名了") and wang.sees("合唱排练")
    await wang.presses("报名")
    await wang.presses("确认提交")
    assert wang.sees("王老报上了“合唱排练”")
    assert await media_names(talk, wang.latest.media) == ["活动.ics"]
    await signs_up(zhao, "郑老")
    assert zhao.sees("候补第 1 位")
    await talk.passes_until(at(3, 16, 1))
    assert wang.sees("您还来吗")
    await wang.presses("不来")
    await wang.presses("取消报名")
    assert zhao.sees("郑老")  # no message reaches him: the office is asked to call, with the buttons of the offer
    await zhao.presses("要来")
    assert await states(talk) == {"王老": "no", "郑老": "in"}
    await opens(zhao)
    await zhao.presses("签到")
    await talk.passes_until(at(4, 14, 0))
    await zhao.sends_choice("a:door:1")
    await zhao.presses("郑老")
    await zhao.sends_choice("a:attendance:g.1")
    assert zhao.sees("报名 1，到 1")


async def test_somebody_who_telephones_that_he_does_not_come_frees_the_place(talk: Conversation) -> None:
    await talk.joins("郑老", "cadre", account=False)
    await makes(talk.zhao, rest=limited(1))
    await signs_up(talk.zhao, "郑老")
    await talk.wang.sends_choice("a:signup:1")
    await talk.wang.presses("确认提交")
    assert talk.wang.sees("候补第 1 位")
    await opens(talk.zhao)
    await answers(talk.zhao, "【代取消】", "取消")  # at the name it leaves
    assert talk.zhao.sees("好的，不办了。")
    await talk.zhao.sends_choice("a:unsignfor:1")
    await answers(talk.zhao, "郑老", "取消")  # here it may mean either
    assert talk.zhao.sees("要取消报名，请按【取消报名】；还是要来，请按【不取消】。")
    await answers(talk.zhao, "【取消报名】")
    assert talk.wang.sees("给您留到")
    await talk.wang.presses("要来")
    assert await states(talk) == {"郑老": "cancelled", "王老": "in"}


async def test_a_change_sends_the_new_calendar_file_and_a_cancellation_the_last_one(talk: Conversation) -> None:
    await makes(talk.zhao)
    await talk.wang.sends_choice("a:signup:1")
    await talk.wang.presses("确认提交")
    await opens(talk.zhao)
    await answers(talk.zhao, "【取消这次】", "老师病了", "【确认提交】")
    await talk.delivers()
    assert talk.wang.sees("取消")
    assert any(name.endswith(".ics") for name in await media_names(talk, talk.wang.latest.media))


async def test_nobody_in_hospital_is_invited(talk: Conversation) -> None:
    await talk.writes(
        lambda tx: tx.run(
            "INSERT INTO life_events (person_id, kind, from_on, entered_at) VALUES (?, 'hospital', '2026-11-20', '2026-11-20')",
            talk.ids["王老"],
        )
    )
    await talk.joins("郑老", "cadre")
    await makes(talk.zhao)
    await talk.ticks()
    assert talk.others[0].sees("开始报名了") and not talk.wang.heard

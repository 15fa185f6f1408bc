"""Time: three limits that run in working time, each warned of, told of and escalated once; what moves them and what ends them."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from handlers.act import Act
from handlers.cases import clocks as case_clocks
from handlers.office import Limits
from handlers.reminders import plan_missing_calendar
from tests.conversation import Conversation, Speaker, open_conversation
from tests.desk_work import alarms, asks_back, case_rows, clocks, closes, hands, kinds, replies, reports, takes


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Conversation]:
    """It is Monday, 23 November 2026, ten in the morning; 住房 has ten working days, six hours to be taken."""
    async with open_conversation(tmp_path / "yinling.db") as opened:
        yield opened


def at(day: int, hour: int, minute: int = 0, month: int = 12) -> datetime:
    """A moment of 2026 on the office's wall."""
    return datetime(2026, month, day, hour - 8, minute, tzinfo=UTC)


async def heard_until(talk: Conversation, someone: Speaker, moment: datetime) -> str:
    """Let time pass up to the moment and return what somebody heard meanwhile."""
    await talk.passes_until(moment)
    return someone.heard


# ── nobody has taken it ─────────────────────────────────────────────────────────────────────────────────────────────


async def test_unassigned_too_long_alarms_duty_staff_and_then_the_leader(talk: Conversation) -> None:
    await reports(talk.wang)
    # Six working hours from 10:00: 2 h before lunch, 3 h after it, 1 h the next morning.
    assert not await heard_until(talk, talk.zhao, at(23, 16, 0, 11))
    assert "【快到期】2026-1" in await heard_until(talk, talk.zhao, at(24, 8, 59, 11))
    assert "【过期】2026-1 王老：暖气三天不热了" in await heard_until(talk, talk.zhao, at(24, 9, 31, 11))
    assert not talk.qian.heard
    assert "还没有人接手" in await heard_until(talk, talk.qian, at(25, 9, 31, 11))


async def test_taking_a_case_ends_the_alarm_that_nobody_has(talk: Conversation) -> None:
    await reports(talk.wang)
    await takes(talk.zhao)
    assert await clocks(talk) == {"progress", "solve"}
    assert "还没有人接手" not in await heard_until(talk, talk.qian, at(27, 9, 0, 11))


async def test_an_urgent_case_reaches_the_leader_within_hours(talk: Conversation) -> None:
    await reports(talk.wang, urgent=True)
    assert "还没有人接手" in await heard_until(talk, talk.qian, at(23, 15, 0, 11))


# ── the promise ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_cadre_hears_at_half_the_time_that_it_is_not_forgotten(talk: Conversation) -> None:
    await reports(talk.wang)
    await takes(talk.zhao)
    assert "没有忘，赵科正在办" in await heard_until(talk, talk.wang, at(30, 15, 0, 11))
    assert "progress" in await kinds(talk)


async def test_the_owner_is_warned_then_told_and_the_leader_one_working_day_later_each_once(talk: Conversation) -> None:
    await reports(talk.wang)
    await takes(talk.zhao)
    assert "还没办完" not in await heard_until(talk, talk.zhao, at(4, 9))
    heard = await heard_until(talk, talk.zhao, at(5, 9))
    assert heard.count("还没办完") == 1 and "【快到期】2026-1 王老：暖气三天不热了" in heard
    assert "还没办完" not in await heard_until(talk, talk.zhao, at(7, 17))
    heard = await heard_until(talk, talk.zhao, at(7, 18))
    assert heard.count("还没办完") == 1 and "【过期】2026-1" in heard
    assert "还没办完" not in await heard_until(talk, talk.qian, at(8, 17))
    heard = await heard_until(talk, talk.qian, at(8, 18))
    assert heard.count("还没办完") == 1 and "【过期】2026-1" in heard and "经办人：赵科" in heard
    assert "改派" in talk.qian.buttons[1]
    assert "还没办完" not in await heard_until(talk, talk.zhao, at(20, 9))
    assert not talk.qian.heard


async def test_a_weekend_does_not_count(talk: Conversation) -> None:
    await reports(talk.wang, category="待遇费用", words="药费没有报")
    assert await case_rows(talk, "promised_on") == [("2026-11-30",)]


async def test_a_cadre_who_hears_nothing_for_days_is_somebodys_task(talk: Conversation) -> None:
    await reports(talk.wang)
    await takes(talk.zhao)
    assert "很久没有给老同志消息" in await heard_until(talk, talk.zhao, at(30, 18, 0, 11))
    await replies(talk.zhao, "还在等锅炉厂")
    assert "progress.overdue" in await alarms(talk)
    assert "很久没有给老同志消息" not in await heard_until(talk, talk.zhao, at(3, 9))


async def test_a_hand_over_tells_the_cadre_even_when_nothing_else_happened(talk: Conversation) -> None:
    sun = await talk.joins("孙姐", "staff")
    await reports(talk.wang)
    await takes(talk.zhao)
    await hands(talk.zhao, "孙姐")
    await sun.presses("接受")
    assert talk.wang.sees("接着给您办")


async def test_what_the_telephone_must_tell_the_owner_is_asked_to_call(talk: Conversation) -> None:
    await talk.joins("郑老", "cadre", account=False)
    await talk.zhao.says("代登记")
    await talk.zhao.says("郑老")
    await talk.zhao.presses("住房")
    await talk.zhao.says("水管漏水")
    await talk.zhao.presses("说完了")
    await talk.zhao.presses("不急")
    await talk.zhao.presses("确认提交")
    await takes(talk.zhao)
    assert talk.zhao.sees("消息送不到，请给郑老打电话")
    assert "请给郑老打电话" in await heard_until(talk, talk.zhao, at(30, 15, 0, 11))


# ── pauses ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_clocks_rest_while_the_cadre_is_waited_for_and_restart_on_the_answer(talk: Conversation) -> None:
    await reports(talk.wang)
    await takes(talk.zhao)
    await asks_back(talk.zhao, "哪一间不热？")
    await talk.passes(days=7)
    assert await alarms(talk) == set()
    await talk.wang.says("里屋那间")
    assert await case_rows(talk, "promised_on") == [("2026-12-14",)]


async def test_a_note_of_the_office_does_not_restart_what_rests(talk: Conversation) -> None:
    await reports(talk.wang)
    await takes(talk.zhao)
    await asks_back(talk.zhao, "哪一间不热？")
    await replies(talk.zhao, "另外物业电话是 0000-1")
    assert await alarms(talk) == {"wait.call"}


# ── rules and calendar change ───────────────────────────────────────────────────────────────────────────────────────


async def recomputed(talk: Conversation) -> dict[str, int]:
    for each in talk.everybody:
        each.looks_away()
    counts: dict[str, int] = {}

    async def do(tx: object) -> None:
        counts.update(await case_clocks.recompute(Act(tx, talk.office, talk.clock())))  # type: ignore[arg-type]

    await talk.writes(do)
    await talk.delivers()
    return counts


async def test_a_changed_rule_moves_what_is_open_and_tells_the_cadre(talk: Conversation) -> None:
    await reports(talk.wang)
    housing = next(each for each in talk.office.categories if each.key == "housing")
    shorter = replace(housing, limits=Limits(6, 5, 4))
    talk.office = replace(
        talk.office, categories=tuple(shorter if each is housing else each for each in talk.office.categories)
    )
    assert await recomputed(talk) == {"clocks": 3, "moved": 1}
    assert talk.wang.sees("改为最迟11月27日 星期五前给您答复")
    assert await case_rows(talk, "promised_on") == [("2026-11-27",)]
    assert (await recomputed(talk))["moved"] == 0
    assert not talk.wang.heard


async def test_a_deleted_rule_falls_back_to_the_other_one_and_leaves_no_orphan_alarm(talk: Conversation) -> None:
    await reports(talk.wang)
    talk.office = replace(
        talk.office, categories=tuple(each for each in talk.office.categories if each.key != "housing")
    )
    await recomputed(talk)
    assert await case_rows(talk, "promised_on") == [("2026-12-14",)]
    dues = await talk.rows("SELECT due_at FROM reminders WHERE kind = 'solve.overdue' AND state = 'waiting'")
    clock = await talk.rows("SELECT due_at FROM case_clocks WHERE kind = 'solve'")
    assert [tuple(row) for row in dues] == [tuple(row) for row in clock]


async def test_an_imported_holiday_moves_the_promise(talk: Conversation) -> None:
    await reports(talk.wang)
    calendar = talk.office.calendar.with_adjusted({date(2026, 12, 1): False, date(2026, 12, 2): False})
    talk.office = replace(talk.office, calendar=calendar)
    await recomputed(talk)
    assert await case_rows(talk, "promised_on") == [("2026-12-09",)]


async def test_a_day_promised_by_hand_is_moved_by_no_rule(talk: Conversation) -> None:
    await reports(talk.wang)
    await takes(talk.zhao)
    await talk.zhao.presses("延期")
    await talk.zhao.says("12月18日")
    await talk.zhao.says("锅炉要从省城运来")
    await talk.zhao.presses("确认提交")
    calendar = talk.office.calendar.with_adjusted({date(2026, 12, 1): False})
    talk.office = replace(talk.office, calendar=calendar)
    await recomputed(talk)
    assert await case_rows(talk, "promised_on") == [("2026-12-18",)]


async def test_a_closed_case_has_no_clock_and_no_alarm(talk: Conversation) -> None:
    await reports(talk.wang)
    await takes(talk.zhao)
    await closes(talk.zhao)
    assert await clocks(talk) == set()
    assert await alarms(talk) == {"closing.ask"}


# ── once ────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_clock_set_back_repeats_nothing(talk: Conversation) -> None:
    await reports(talk.wang)
    await takes(talk.zhao)
    await talk.passes_until(at(8, 18))
    talk.clock.ahead -= timedelta(days=5)
    heard = await heard_until(talk, talk.zhao, at(8, 18))
    assert "还没办完" not in heard and "还没办完" not in talk.qian.heard


async def test_weeks_of_downtime_make_reminders_late_and_each_is_said_once(talk: Conversation) -> None:
    await reports(talk.wang)
    await takes(talk.zhao)
    talk.clock.passes(days=40)
    for each in talk.everybody:
        each.looks_away()
    await talk.restarts()
    await talk.ticks()
    assert talk.zhao.heard.count("还没办完") == 2  # the warning and the deadline
    assert talk.qian.heard.count("还没办完") == 1
    for each in talk.everybody:
        each.looks_away()
    await talk.ticks()
    assert not talk.zhao.heard and not talk.qian.heard


# ── next year's list ────────────────────────────────────────────────────────────────────────────────────────────────


async def plans(talk: Conversation) -> None:
    await talk.writes(lambda tx: plan_missing_calendar(Act(tx, talk.office, talk.clock())))


async def test_from_december_on_administrators_are_warned_while_next_years_list_is_missing(talk: Conversation) -> None:
    admin = await talk.joins("吴工", "administrator")
    await plans(talk)
    assert not await heard_until(talk, admin, at(30, 23, 0, 11))
    assert "2027 年的放假和调休安排还没有导入，现在只按周末休息计算" in await heard_until(talk, admin, at(1, 10))
    assert not talk.zhao.heard
    assert "2027 年" in await heard_until(talk, admin, at(8, 10))
    talk.office = replace(talk.office, calendar=talk.office.calendar.with_adjusted({date(2027, 1, 1): False}))
    assert not await heard_until(talk, admin, at(31, 10))


async def test_an_office_without_an_administrator_warns_its_staff(talk: Conversation) -> None:
    await plans(talk)
    assert "2027 年" in await heard_until(talk, talk.zhao, at(1, 10))

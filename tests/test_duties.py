"""The meetings of a year: held and planned against what is due, and the missing ones told while there is still time."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from bot.config import Config
from bot.office import office_from
from handlers.calendar.duties import lines, numbered, period_of, periods_to_check, standings
from handlers.calendar.rules import Duty
from storage.gatherings import Gathering
from tests.calendar_days import at, changes, is_held, is_now, lives_until, plans, told
from tests.conversation import Conversation, open_conversation

OFFICE = office_from(Config())


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Conversation]:
    """It is Monday, 23 November 2026, ten in the morning; no festivals; 王老 and 郑老 are of two branches."""
    async with open_conversation(tmp_path / "yinling.db") as opened:
        opened.office = replace(opened.office, festivals=())
        await opened.joins("郑老", "cadre")
        await changes(opened, "王老", branch="一支部")
        await changes(opened, "郑老", branch="二支部")
        yield opened


def meeting(kind: str, day: int, branch: str | None = None, state: str = "planned") -> Gathering:
    """A meeting of November 2026, in the morning."""
    starts, ends = at(2026, 11, day, 9), at(2026, 11, day, 11)
    return Gathering("会", kind, starts, ends, "会议室", starts, starts, 1, "uid", "seed", branch=branch, state=state)


# ── periods ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("per", "number", "first", "last", "check_on", "words"),
    [
        ("month", 202611, date(2026, 11, 1), date(2026, 11, 30), date(2026, 11, 16), "2026年11月"),
        ("quarter", 20264, date(2026, 10, 1), date(2026, 12, 31), date(2026, 12, 17), "2026年第4季度"),
        ("year", 2026, date(2026, 1, 1), date(2026, 12, 31), date(2026, 10, 1), "2026年"),
    ],
)
def test_a_period_has_its_days_and_the_day_on_which_it_is_checked(
    per: str, number: int, first: date, last: date, check_on: date, words: str
) -> None:
    period = period_of(per, date(2026, 11, 23))
    assert (period.number, period.first, period.last, period.check_on, period.words) == (
        number,
        first,
        last,
        check_on,
        words,
    )
    assert numbered(per, number) == period


def test_a_year_has_twelve_checks_of_months_four_of_quarters_and_one_of_itself() -> None:
    found = periods_to_check(OFFICE, date(2026, 1, 1), date(2026, 12, 31))
    assert [[each.per for each in found].count(per) for per in ("month", "quarter", "year")] == [12, 4, 1]
    assert len({(each.per, each.number) for each in found}) == 17


# ── held against due ────────────────────────────────────────────────────────────────────────────────────────────────


def test_held_planned_and_missing_are_counted_for_each_branch_and_what_was_called_off_is_not() -> None:
    meetings = [
        meeting("committee", 5, "一支部"),
        meeting("committee", 27, "二支部"),
        meeting("committee", 6, "三支部", "cancelled"),
        meeting("lecture", 6, "三支部"),
    ]
    month = period_of("month", date(2026, 11, 23))
    found = standings(OFFICE, meetings, ["一支部", "二支部", "三支部"], month, at(2026, 11, 23, 10))
    counts = {each.branch: (each.held, each.planned, each.missing) for each in found if each.duty.kind == "committee"}
    assert counts == {"一支部": (1, 0, 0), "二支部": (0, 1, 0), "三支部": (0, 0, 1)}
    assert lines(found)[0] == (
        "支委会：应办 1 次，3 个支部里办够的 1 个，安排了的 1 个；没办也没安排的：三支部（缺 1 次）。"
    )


def test_what_two_are_due_of_and_one_is_planned_lacks_one() -> None:
    office = replace(OFFICE, duties=(Duty("briefing", "情况通报会", 2, "year", "office"),))
    found = standings(office, [meeting("briefing", 27)], [], period_of("year", date(2026, 11, 23)), at(2026, 11, 23))
    assert lines(found, missing_only=True) == ["情况通报会：应办 2 次，已办 0 次，安排了 1 次，还缺 1 次。"]


def test_a_long_list_of_branches_is_cut_short() -> None:
    office = replace(OFFICE, duties=(Duty("day", "主题党日", 1, "month", "branch"),))
    branches = [f"支部{number:02}" for number in range(12)]
    [line] = lines(standings(office, [], branches, period_of("month", date(2026, 11, 23))))
    assert "支部09（缺 1 次）等 12 个支部" in line and "支部10" not in line


# ── shown and told ──────────────────────────────────────────────────────────────────────────────────────────────────


async def test_staff_see_how_the_year_stands(talk: Conversation) -> None:
    await is_held(talk, "situation", at(2026, 3, 5, 9))
    await is_held(talk, "briefing", at(2026, 12, 5, 9))
    await is_held(talk, "day", at(2026, 11, 5, 9), branch="一支部")
    await talk.zhao.says("更多")
    await talk.zhao.presses("一年要办的会")
    assert talk.zhao.sees("2026年11月：\n支委会：应办 1 次，2 个支部里办够的 0 个")
    assert talk.zhao.sees(
        "主题党日：应办 1 次，2 个支部里办够的 1 个，安排了的 0 个；没办也没安排的：二支部（缺 1 次）。"
    )
    assert talk.zhao.sees("2026年第4季度：\n党员大会")
    assert talk.zhao.sees("形势报告会：应办 1 次，已办 1 次，安排了 0 次。")
    assert talk.zhao.sees("情况通报会：应办 2 次，已办 0 次，安排了 1 次，还缺 1 次。")
    await talk.wang.sends_choice("a:duties:")
    assert talk.wang.sees("不归您管")


async def test_what_is_missing_is_told_once_two_weeks_before_the_month_ends(talk: Conversation) -> None:
    boss = await talk.joins("周主任", "administrator")
    for branch in ("一支部", "二支部"):
        await is_held(talk, "committee", at(2026, 12, 4, 9), branch=branch)
        await is_held(talk, "group", at(2026, 12, 30, 9), branch=branch)
    await lives_until(talk, at(2026, 12, 17, 8))
    assert "【要办的会】" not in told(talk.zhao)
    await lives_until(talk, at(2026, 12, 17, 9, 1))
    heard = next(each.text for each in talk.zhao.letters if "【要办的会】2026年12月" in each.text)
    assert heard == (
        "【要办的会】2026年12月还有 14 天，下面这些没办够，也没安排够：\n"
        "主题党日：应办 1 次，2 个支部里办够的 0 个，安排了的 0 个；没办也没安排的：一支部（缺 1 次）、二支部（缺 1 次）。"
    )
    assert "【要办的会】2026年第4季度还有 14 天" in told(talk.zhao)
    assert "【要办的会】2026年12月" in told(boss)
    assert "【要办的会】" not in told(talk.wang)
    await lives_until(talk, at(2027, 1, 10))
    assert told(talk.zhao).count("【要办的会】2026年12月") == 1


async def test_nothing_missing_is_no_message(talk: Conversation) -> None:
    talk.office = replace(talk.office, duties=(Duty("day", "主题党日", 1, "month", "branch"),))
    for branch in ("一支部", "二支部"):
        await is_held(talk, "day", at(2026, 12, 4, 9), branch=branch)
    await lives_until(talk, at(2026, 12, 31))
    assert "【要办的会】" not in told(talk.zhao)


async def test_the_year_is_checked_on_the_first_of_october(talk: Conversation) -> None:
    talk.office = replace(talk.office, duties=(Duty("situation", "形势报告会", 1, "year", "office"),))
    await is_now(talk, at(2027, 9, 29, 10))
    await lives_until(talk, at(2027, 10, 1, 9, 1))
    assert "【要办的会】2027年还有 91 天，下面这些没办够，也没安排够：\n形势报告会：应办 1 次" in told(talk.zhao)


async def test_after_downtime_it_is_told_while_the_period_lasts_and_not_afterwards(talk: Conversation) -> None:
    talk.office = replace(talk.office, duties=(Duty("day", "主题党日", 1, "month", "branch"),))
    await plans(talk)
    await is_now(talk, at(2026, 12, 28, 10))
    await talk.ticks()
    assert "2026年12月还有 3 天" in told(talk.zhao)
    await plans(talk)
    await is_now(talk, at(2027, 2, 2, 10))
    await plans(talk)
    await talk.ticks()
    assert "2027年1月" not in told(talk.zhao)
    assert await talk.one("SELECT state FROM reminders WHERE kind = 'duty:month' AND subject_id = 202701") == "late"


async def test_an_office_that_begins_late_in_the_year_is_not_blamed_for_it(talk: Conversation) -> None:
    await plans(talk)
    await talk.passes(hours=1)
    assert "【要办的会】" not in told(talk.zhao)

"""A month of the office: 200 cadres, 8 staff, leave, holidays, re-sent updates, restarts, a machine that is off for days.

After each day and at its end every case has an owner or an alarm, no clock is orphaned, everything said stands in exactly one case or
form, and the counts are those of a recount from the audit trail. What a month has found in the product stands below, each as small as
it could be made. Whoever changes much asks for more of them: MORE_MONTHS=20 pytest tests/test_case_month.py
"""

import os
import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from handlers.act import Act
from handlers.case_report import tally
from handlers.cases import clocks as case_clocks
from handlers.month import Month
from storage import accounts, case_report, people
from storage.accounts import Role
from tests.conversation import CHANNEL, Conversation, open_conversation
from tests.desk_work import alarms, case_rows, closes, reports, takes
from tests.month import letters, script, trail, words
from tests.month.checks import Book, Check, broken
from tests.month.house import House, open_house

RESTARTS_ONE_IN = 12  # moments between two steps
PLAYED = "opened said taken assigned offered replied proposed closed answered reopened".split()
"""What must have happened to cases in any month; a script in which it does not tells nothing."""


async def a_month(path: Path, seed: int, *, restarting: bool = False) -> dict[str, list[object]]:
    """Play a month and look at the tables after each day and at the end; return what they hold."""
    async with open_house(path, seed, script.FIRST) as house:
        chance = Random(-seed)
        if restarting:
            house.restarting = lambda: chance.randrange(RESTARTS_ONE_IN) == 0
        async for day in script.days(house):
            assert broken(Book(house.book, house.today)) == {}, day
        book = Book(house.book, house.today)
        assert {deed.name for deed in trail.deeds(book)} >= {f"case.{each}" for each in PLAYED}
        assert broken(book, (*letters.LETTERS, *words.WORDS, *trail.TRAIL)) == {}
        assert await moved_by_the_rules(house) == 0
        for month in (Month(2026, 9), Month(2026, 10)):
            assert await reported(house, month) == recounted(book, month)
        return tables(house.book)


async def moved_by_the_rules(talk: Conversation) -> int:
    """Apply the rules to every clock and return how many moved: none, when nothing has changed them."""
    async with talk.database.write() as tx:
        return (await case_clocks.recompute(Act(tx, talk.office, talk.clock())))["moved"]


async def reported(house: House, month: Month) -> dict[str, int]:
    """Return what `report cases` counts in that month and the trail tells as well."""
    zone = house.office.zone
    async with house.database.read() as tx:
        facts = await case_report.facts(tx, month.start(zone), month.next().start(zone))
    counted = tally(facts, house.office, house.clock())
    return {name: getattr(counted, name) for name in ("opened", "closed", "done", "partly", "cannot", "reopened")}


def recounted(book: Book, month: Month) -> dict[str, int]:
    """Return the same from the trail."""
    told = trail.told_anew(book)
    within = [each for each in trail.deeds(book) if trail.office_day(each.at).month == month.number]
    outcomes = [each.detail["outcome"] for each in within if each.name == "case.closed"]
    return {
        "opened": sum(each.name == "case.opened" and told[each.case_id].state != "merged" for each in within),
        "closed": len(outcomes),
        **{name: outcomes.count(name) for name in ("done", "partly", "cannot")},
        "reopened": sum(each.name == "case.reopened" for each in within),
    }


RANDOM = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")  # the ids of media
NAMES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%_search_%' ORDER BY name"


def tables(book: sqlite3.Connection) -> dict[str, list[object]]:
    """Return every row of every table, but for how often a message was waiting at a start; media are numbered as they came."""
    media = {row[0]: f"medium {place}" for place, row in enumerate(book.execute("SELECT id FROM media ORDER BY rowid"))}
    found: dict[str, list[object]] = {}
    for (name,) in book.execute(NAMES).fetchall():
        columns = [row[1] for row in book.execute(f"PRAGMA table_info({name})") if row[1] != "starts"]
        rows = book.execute(f"SELECT {', '.join(columns)} FROM {name} ORDER BY rowid").fetchall()
        found[name] = [tuple(RANDOM.sub(lambda each: media[each[0]], str(value)) for value in row) for row in rows]
    return found


@pytest.mark.parametrize("seed", [2, 3, *range(100, 100 + int(os.environ.get("MORE_MONTHS", "0")))])
async def test_in_a_month_nothing_is_lost_or_forgotten(seed: int, tmp_path: Path) -> None:
    await a_month(tmp_path / "yinling.db", seed)


async def test_a_month_with_restarts_ends_as_it_would_have_without(tmp_path: Path) -> None:
    """Between any two steps, also between a message and its turn. Even the times are the same."""
    quiet = await a_month(tmp_path / "quiet.db", 1)
    restarted = await a_month(tmp_path / "restarted.db", 1, restarting=True)
    for name, rows in quiet.items():
        assert restarted[name] == rows, name


# ── what the months have found ──────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Conversation]:
    async with open_conversation(tmp_path / "yinling.db") as opened:
        yield opened


def broken_in(talk: Conversation, *asked: Check) -> dict[str, list[object]]:
    with closing(sqlite3.connect(talk.path)) as connection:
        return broken(Book(connection, talk.office.today(talk.clock())), asked)


async def puts_off(talk: Conversation) -> None:
    """赵科 has 王老's case and puts it off until 2 December."""
    await reports(talk.wang)
    await takes(talk.zhao)
    await talk.zhao.presses("更多")
    await talk.zhao.presses("暂放")
    await talk.zhao.says("12月2日")
    assert "case.wake" in await alarms(talk)


async def test_what_was_put_off_and_is_back_has_no_alarm_left(talk: Conversation) -> None:
    await puts_off(talk)
    await talk.wang.says("阳台也不热，冷得很")
    assert await case_rows(talk, "snoozed_until") == [(None,)]
    assert "case.wake" not in await alarms(talk)


async def test_what_the_cadre_says_in_a_talk_brings_back_what_was_put_off(talk: Conversation) -> None:
    await puts_off(talk)
    await talk.zhao.presses("对话")
    await talk.wang.says("阳台也不热，冷得很")
    assert await case_rows(talk, "snoozed_until") == [(None,)]


async def test_who_leads_and_handles_hears_an_alarm_once(talk: Conversation) -> None:
    both = await talk.joins("周局", "leader")
    await talk.writes(lambda tx: people.give_role(tx, talk.ids["周局"], Role("staff", None)))
    await talk.wang.says("我摔倒了起不来")
    assert both.heard.count("已请对方打 120") == 1
    await talk.passes(minutes=11)
    assert both.heard.count("还没有人接手") == 1


async def test_a_leader_hears_an_alarm_once_when_nobody_is_on_duty(talk: Conversation) -> None:
    await talk.writes(lambda tx: people.take_role(tx, talk.ids["赵科"], Role("staff", None)))
    await talk.wang.says("我摔倒了起不来")
    assert talk.qian.heard.count("已请对方打 120") == 1
    await talk.passes(minutes=11)
    assert talk.qian.heard.count("还没有人接手") == 1


async def test_who_cries_twice_is_alarmed_about_once_more(talk: Conversation) -> None:
    await talk.wang.says("我摔倒了")
    await talk.wang.says("起不来了，救命")
    await talk.passes(minutes=15)
    assert talk.zhao.heard.count("还没有人接手") == 1


async def test_thanks_for_a_closed_case_stand_in_the_trail(talk: Conversation) -> None:
    await reports(talk.wang)
    await takes(talk.zhao)
    await closes(talk.zhao)
    await talk.wang.says("热了，谢谢你们")
    assert await case_rows(talk, "state") == [("closed",)]
    assert broken_in(talk, trail.every_entry_stands_in_the_trail) == {}


async def test_progress_that_the_clock_tells_stands_in_the_trail(talk: Conversation) -> None:
    await reports(talk.wang)
    await takes(talk.zhao)
    await talk.passes(days=9)
    assert "progress" in [row[0] for row in await talk.rows("SELECT kind FROM case_entries")]
    assert broken_in(talk, trail.every_entry_stands_in_the_trail) == {}


async def test_a_proposal_that_ends_with_a_merger_stands_in_the_trail(talk: Conversation) -> None:
    await reports(talk.wang)
    await reports(talk.wang, "药费三个月没有报", "就医")
    await takes(talk.zhao, 1)
    await takes(talk.zhao, 2)
    await closes(talk.zhao, "没有办法", "不能办", 1)
    await talk.zhao.sends_choice("a:merge:1")
    await talk.zhao.presses("2026-2")
    await talk.zhao.presses("确认提交")
    assert await case_rows(talk, "state") == [("merged",), ("taken",)]
    assert broken_in(talk, trail.the_counts_are_those_of_the_trail) == {}


async def test_a_case_that_opens_again_without_its_owner_is_told_so_by_the_trail(talk: Conversation) -> None:
    await talk.joins("孙姐", "staff")
    await reports(talk.wang)
    await takes(talk.zhao)
    await closes(talk.zhao)
    await talk.writes(lambda tx: people.set_active(tx, talk.ids["赵科"], False, talk.clock()))
    await talk.wang.presses("没解决")
    assert await case_rows(talk, "owner_id") == [(None,)]
    assert broken_in(talk, trail.the_trail_tells_every_case_as_it_stands) == {}


async def test_who_looks_in_the_same_commit_sees_what_was_just_said(talk: Conversation) -> None:
    await reports(talk.wang)
    await takes(talk.zhao)
    await talk.arrives(talk.wang.incoming("words", "阳台也不热"), talk.zhao.incoming("words", "待办"))
    assert talk.zhao.sees("没看的 1")


async def test_a_digit_means_what_was_on_the_screen_when_it_was_typed(talk: Conversation) -> None:
    """Not a push that was written between the message and its turn: here the process starts anew between them."""
    await reports(talk.wang)
    await talk.zhao.sends_choice("a:case:1")
    assert talk.zhao.buttons[0] == "1 接手"
    both = [talk.wang.incoming("words", "我摔倒了"), talk.zhao.incoming("words", "1")]
    talk.clock.passes(seconds=1)
    await talk.intake.receive(CHANNEL, both)
    await talk.restarts()
    while await talk.intake.handle_waiting():
        pass
    assert (await case_rows(talk, "state"))[0] == ("taken",)


async def where(talk: Conversation, said: str) -> list[int]:
    """Return in which cases this stands, once for each entry."""
    return [row[0] for row in await talk.rows("SELECT case_id FROM case_entries WHERE words LIKE ?", f"%{said}%")]


async def test_what_went_to_a_person_does_not_go_into_the_form_as_well(talk: Conversation) -> None:
    await talk.wang.says("困难")
    await talk.wang.says("阀门坏了好几天没有人来修")  # answers no question
    await talk.wang.says("人工")
    assert await where(talk, "阀门坏了") == [1]
    await talk.wang.says("接着填")
    await talk.wang.presses("住房")
    await talk.wang.says("药费三个月没有报")
    await talk.wang.presses("说完了")
    await talk.wang.presses("不急")
    await talk.wang.presses("确认提交")
    assert talk.wang.sees("已经登记，编号：2026-2")
    assert await where(talk, "阀门坏了") == [1]


async def test_words_said_before_it_is_clear_who_wants_a_person_are_not_lost(talk: Conversation) -> None:
    await talk.joins("郑老", "cadre", account=False)
    account = await talk.account(talk.wang)
    await talk.writes(lambda tx: accounts.share(tx, account, talk.ids["郑老"], talk.clock()))
    await talk.wang.says("人工")
    await talk.wang.says("药费三个月没有报")
    assert talk.wang.sees("这句话先给您记着")
    await talk.wang.presses("王老")
    assert await where(talk, "药费三个月没有报") == [1]


async def test_words_said_on_the_way_to_another_case_are_not_lost(talk: Conversation) -> None:
    await reports(talk.wang)
    await takes(talk.zhao)
    await talk.passes(hours=1)
    await talk.wang.says("药费三个月没有报")
    await talk.wang.presses("登记为新的困难")
    await talk.wang.says("单子都在我手里")
    assert talk.wang.sees("这句话先给您记着")
    await talk.wang.says("返回")
    await talk.wang.presses("补充到 2026-1")
    assert await where(talk, "药费三个月没有报") == await where(talk, "单子都在我手里") == [1]

"""Festivals and birthdays as people hear of them, over days and years: never twice, never on the wrong day, never to the dead."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, time, timedelta
from functools import cache
from pathlib import Path

import pytest

from handlers.act import Act
from handlers.calendar.plan import pushes, read_known
from handlers.calendar.rules import Festival
from handlers.gatherings import reminding
from storage import life_events, people, quiet_hours
from storage.quiet_hours import QuietHours
from tests.calendar_days import at, changes, is_held, is_now, lives_until, plans, told, wants_no_greetings
from tests.conversation import Conversation, Speaker, open_conversation
from tests.second_calendar import their_days

OFFICE = "——青禾县委老干部局"
DAY = Festival("day", "纪念日", "公历 11-25", greeting="{姓名}，纪念日好。", prepare="请准备花。", prepare_days=1)


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Conversation]:
    """It is Monday, 23 November 2026, ten in the morning; no duties, and one festival, on Wednesday."""
    async with open_conversation(tmp_path / "yinling.db") as opened:
        opened.office = replace(opened.office, festivals=(DAY,), duties=())
        yield opened


async def suffers(talk: Conversation, name: str, kind: str, from_on: date = date(2026, 11, 20)) -> None:
    await talk.writes(lambda tx: life_events.add(tx, talk.ids[name], kind, from_on, "", None, talk.clock()))


async def states(talk: Conversation, kind: str) -> list[str]:
    rows = await talk.rows("SELECT state FROM reminders WHERE kind = ? ORDER BY due_at", kind)
    return [row[0] for row in rows]


# ── festivals ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_staff_hear_in_time_and_every_cadre_is_greeted_on_the_morning_by_name(talk: Conversation) -> None:
    zheng = await talk.joins("郑老", "cadre")
    await lives_until(talk, at(2026, 11, 24, 9))
    assert "【提前准备】纪念日是11月25日 星期三，还有 1 天。\n请准备花。" in told(talk.zhao)
    assert told(talk.wang) == told(zheng) == ""
    await lives_until(talk, at(2026, 11, 25, 8, 59))
    assert told(talk.wang) == ""
    await lives_until(talk, at(2026, 11, 25, 9, 1))
    assert told(talk.wang) == f"王老，纪念日好。\n{OFFICE}"
    assert told(zheng) == f"郑老，纪念日好。\n{OFFICE}"
    assert "纪念日好" not in told(talk.li) + told(talk.zhao) + told(talk.qian), "it is for cadres only"
    await lives_until(talk, at(2026, 12, 9))
    assert told(talk.wang).count("纪念日好") == 1


async def test_a_lunar_festival_is_announced_with_its_lunar_day(talk: Conversation) -> None:
    talk.office = replace(
        talk.office, festivals=(Festival("x", "初一", "农历 10-17", prepare="看望。", prepare_days=1),)
    )
    await lives_until(talk, at(2026, 11, 25))
    assert "初一是11月25日 星期三（农历十月十七），还有 1 天" in told(talk.zhao)


async def test_without_a_greeting_only_staff_hear_of_a_festival(talk: Conversation) -> None:
    talk.office = replace(talk.office, festivals=(replace(DAY, greeting=""),))
    await lives_until(talk, at(2026, 11, 26))
    assert told(talk.wang) == ""
    assert "请准备花" in told(talk.zhao)


async def test_a_festival_of_women_is_for_women(talk: Conversation) -> None:
    zheng = await talk.joins("郑老", "cadre")
    await changes(talk, "郑老", sex="女")
    talk.office = replace(talk.office, festivals=(replace(DAY, audience="women"),))
    await lives_until(talk, at(2026, 11, 26))
    assert "纪念日好" in told(zheng)
    assert told(talk.wang) == ""


async def test_whom_nothing_reaches_staff_are_asked_to_call_and_the_list_can_be_paged(talk: Conversation) -> None:
    for number in range(23):
        await talk.joins(f"老{number}", "cadre", account=False)
    await lives_until(talk, at(2026, 11, 25, 9, 1))
    assert "纪念日的问候，有 23 位没有在这里发，请打电话问候：\n老0：1380001" in talk.zhao.latest.text
    assert "老20" not in talk.zhao.latest.text
    await talk.zhao.presses("看全部 23 位")
    await talk.zhao.presses("下一页")
    assert talk.zhao.sees("第 21 到 23 位")
    assert talk.zhao.sees("老22：")
    await talk.wang.sends_choice(talk.zhao.letters[-2].buttons[0][1])
    assert talk.wang.sees("不归您管")


async def test_staff_of_a_unit_hear_of_their_own_people_only(talk: Conversation) -> None:
    sun = await talk.joins("孙姐", "staff", "虚构县教育局")
    await talk.joins("郑老", "cadre", "虚构县教育局", account=False)
    await talk.joins("冯老", "cadre", "虚构县水利局", account=False)
    await lives_until(talk, at(2026, 11, 25, 9, 1))
    assert "郑老：" in told(sun) and "冯老" not in told(sun)
    assert "郑老：" in told(talk.zhao) and "冯老：" in told(talk.zhao)


async def test_who_wants_no_greetings_gets_none_and_nobody_is_asked_to_call(talk: Conversation) -> None:
    await changes(talk, "王老", birth="1938-11-24")
    await wants_no_greetings(talk, "王老")
    await lives_until(talk, at(2026, 11, 26))
    assert told(talk.wang) == ""
    assert "打电话" not in told(talk.zhao)


async def test_quiet_hours_are_kept_and_a_greeting_never_leaves_on_the_day_after(talk: Conversation) -> None:
    late_riser = QuietHours(time(20), time(10), greetings=True)
    await talk.writes(lambda tx: quiet_hours.put(tx, talk.ids["王老"], late_riser))
    await lives_until(talk, at(2026, 11, 25, 9, 1))
    assert await talk.one("SELECT not_before FROM outbox WHERE text LIKE '%纪念日好%'") == "2026-11-25T02:00:00.000Z"
    talk.office = replace(talk.office, greetings=replace(talk.office.greetings, time=late_riser.start))
    await changes(talk, "王老", birth="1938-11-26")
    await lives_until(talk, at(2026, 11, 26, 20, 1))
    assert "生日" not in told(talk.wang)
    assert "王老 88岁生日，没有在这里发问候，请打电话问候。" in told(talk.zhao)


# ── a person's own days ─────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_birthday_is_greeted_on_its_morning_and_a_round_one_in_other_words(talk: Conversation) -> None:
    await changes(talk, "王老", birth="1938-11-24")
    await lives_until(talk, at(2026, 11, 24, 9, 1))
    assert told(talk.wang) == f"王老，今天是您的生日，祝您生日快乐，身体健康。\n{OFFICE}"
    await changes(talk, "王老", birth="1936-11-26")
    await lives_until(talk, at(2026, 11, 26, 9, 1))
    assert "90岁" not in told(talk.wang), "the year's birthday was greeted"
    zheng = await talk.joins("郑老", "cadre")
    await changes(talk, "郑老", birth="1936-11-27")
    await lives_until(talk, at(2026, 11, 27, 9, 1))
    assert "郑老，今天是您90岁的生日，祝您生日快乐，健康长寿。" in told(zheng)


async def test_a_lunar_birthday_follows_the_moon(talk: Conversation) -> None:
    await changes(talk, "王老", birth="1938-10-16", birthday_calendar="lunar")
    await lives_until(talk, at(2026, 11, 24, 23))
    assert "您的生日" in told(talk.wang)


async def test_the_day_of_joining_the_party_is_congratulated_and_a_month_says_why_on_the_first(
    talk: Conversation,
) -> None:
    zheng = await talk.joins("郑老", "cadre")
    await changes(talk, "王老", joined_party="1960-12-02")
    await changes(talk, "郑老", joined_party="1970-12")
    await lives_until(talk, at(2026, 12, 1, 9, 1))
    assert "郑老，这个月是您的政治生日，您入党56年了。花名册里只有入党的年月，所以在1号向您祝贺" in told(zheng)
    await lives_until(talk, at(2026, 12, 2, 9, 1))
    assert "王老，今天是您的政治生日，您入党66年了。" in told(talk.wang)


async def test_staff_hear_of_a_great_age_in_advance_and_of_who_joins_late_at_once(talk: Conversation) -> None:
    await changes(talk, "王老", birth="1936-12-30")
    await lives_until(talk, at(2026, 11, 30, 9, 1))
    text = "【高龄】王老12月30日 星期三满 90 岁。请核对要不要办高龄津贴等手续，提前安排看望。"
    assert told(talk.zhao).count(text) == 1
    await talk.joins("郑老", "cadre")
    await changes(talk, "郑老", birth="1946-12-10")
    await lives_until(talk, at(2026, 12, 1))
    assert "【高龄】郑老12月10日 星期四满 80 岁" in told(talk.zhao)
    assert "津贴" not in told(talk.wang)


async def test_a_date_that_is_put_right_moves_the_greeting(talk: Conversation) -> None:
    await changes(talk, "王老", birth="1938-12-20")
    await plans(talk)
    await changes(talk, "王老", birth="1938-12-01")
    await lives_until(talk, at(2026, 12, 1, 9, 1))
    assert "您的生日" in told(talk.wang)
    await lives_until(talk, at(2026, 12, 21))
    assert told(talk.wang).count("您的生日") == 1


async def test_who_is_off_the_roster_is_not_greeted(talk: Conversation) -> None:
    await changes(talk, "王老", birth="1938-11-24")
    await plans(talk)
    await talk.writes(lambda tx: people.set_active(tx, talk.ids["王老"], False, talk.clock()))
    await talk.passes(days=3)
    assert told(talk.wang) == ""
    assert "王老" not in told(talk.zhao)
    await plans(talk)
    assert await states(talk, "birthday") == ["fired"]


# ── life events ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_dead_are_never_greeted_nor_is_anybody_about_them(talk: Conversation) -> None:
    await changes(talk, "王老", birth="1936-11-27", joined_party="1960-11-28")
    await plans(talk)
    await suffers(talk, "王老", "deceased")
    await lives_until(talk, at(2027, 12, 1), step_days=10)
    assert told(talk.wang) == told(talk.li) == ""
    assert "王老" not in told(talk.zhao) + told(talk.qian)


async def test_who_mourns_is_called_by_staff_and_greeted_again_after_a_year(talk: Conversation) -> None:
    await changes(talk, "王老", birth="1938-11-24")
    await suffers(talk, "王老", "bereaved", date(2026, 11, 23))
    await lives_until(talk, at(2026, 11, 26))
    assert told(talk.wang) == ""
    assert "今天是王老 88岁生日，丧偶不满一年，没有发祝贺，请打电话问候。\n王老：138" in told(talk.zhao)
    assert "纪念日的问候，有 1 位没有在这里发，请打电话问候：\n王老：138" in told(talk.zhao)
    assert "请另外安排看望：王老（丧偶不满一年）" in told(talk.zhao)
    await lives_until(talk, at(2027, 11, 26), step_days=20)
    assert "您的生日" in told(talk.wang) and "纪念日好" in told(talk.wang)


async def test_who_is_in_hospital_hears_other_words(talk: Conversation) -> None:
    await changes(talk, "王老", birth="1938-11-24")
    await suffers(talk, "王老", "hospital")
    await lives_until(talk, at(2026, 11, 26))
    assert told(talk.wang).count("局里的同志都惦记着您。请安心养病") == 2
    assert "今天是您的生日，局里" in told(talk.wang) and "今天是纪念日，局里" in told(talk.wang)
    assert "快乐" not in told(talk.wang)


# ── crashes, downtime, clocks ───────────────────────────────────────────────────────────────────────────────────────


async def test_planning_twice_and_restarts_make_nothing_twice(talk: Conversation) -> None:
    await changes(talk, "王老", birth="1938-11-24")
    for _ in range(3):
        await plans(talk)
        await plans(talk)
        await talk.restarts()
        await talk.passes(hours=20)
    assert told(talk.wang).count("您的生日") == 1
    assert told(talk.wang).count("纪念日好") == 1


async def test_a_clock_set_back_makes_nothing_twice(talk: Conversation) -> None:
    await changes(talk, "王老", birth="1938-11-24")
    await lives_until(talk, at(2026, 11, 26))
    await is_now(talk, at(2026, 11, 23, 8))
    await lives_until(talk, at(2026, 11, 26))
    assert told(talk.wang).count("您的生日") == 1
    assert told(talk.wang).count("纪念日好") == 1
    assert told(talk.zhao).count("请准备花") == 1


async def test_two_processes_make_nothing_twice(talk: Conversation) -> None:
    await plans(talk)
    await plans(talk)
    await is_now(talk, at(2026, 11, 25, 9, 1))
    await talk.ticks()
    await talk.ticks()
    assert told(talk.wang).count("纪念日好") == 1


async def test_after_a_week_of_downtime_nobody_is_greeted_late_and_staff_see_whom_it_concerned(
    talk: Conversation,
) -> None:
    await changes(talk, "王老", birth="1938-11-26")
    await plans(talk)
    await is_now(talk, at(2026, 11, 30, 10))
    await talk.restarts()
    await lives_until(talk, at(2026, 11, 30, 16, 31))
    assert told(talk.wang) == ""
    assert await states(talk, "birthday") == ["late"]
    assert await states(talk, "festival.greet:day") == ["late"]
    assert "没赶上时候，没有发。按【没赶上的】看是哪些。" in talk.zhao.latest.text
    await talk.zhao.presses("没赶上的")
    assert talk.zhao.sees("11月26日 09:00 王老 88岁生日")
    assert talk.zhao.sees("11月25日 09:00 纪念日问候")
    assert talk.zhao.sees("11月24日 09:00 准备纪念日")


async def test_downtime_longer_than_the_plan_is_written_down_as_well(talk: Conversation) -> None:
    await changes(talk, "王老", birth="1938-01-20")
    await plans(talk)
    await is_now(talk, at(2027, 2, 1, 10))
    await lives_until(talk, at(2027, 2, 1, 11))
    assert await states(talk, "birthday") == ["late"]
    assert told(talk.wang) == ""


async def test_a_greeting_is_still_said_in_the_afternoon_of_its_day_but_not_at_night(talk: Conversation) -> None:
    await changes(talk, "王老", birth="1938-11-24")
    await plans(talk)
    await is_now(talk, at(2026, 11, 24, 17))
    await talk.ticks()
    assert "您的生日" in told(talk.wang)
    await is_now(talk, at(2026, 11, 25, 21, 1))
    await talk.ticks()
    assert "纪念日好" not in told(talk.wang)


async def test_preparation_is_of_use_until_the_festival(talk: Conversation) -> None:
    talk.office = replace(talk.office, festivals=(replace(DAY, day="公历 11-28", prepare_days=4),))
    await plans(talk)
    await is_now(talk, at(2026, 11, 27, 10))
    await talk.ticks()
    assert "还有 1 天" in told(talk.zhao)


async def test_another_zone_moves_what_waits_and_says_nothing_twice(talk: Conversation) -> None:
    await changes(talk, "王老", birth="1938-11-24")
    await lives_until(talk, at(2026, 11, 24, 10))
    zone = type(talk.office.zone)("Asia/Tokyo")
    await talk.restarts(zone=zone)
    await lives_until(talk, at(2026, 11, 25, 8, 1))
    assert told(talk.wang).count("您的生日") == 1
    assert "纪念日好" in told(talk.wang), "nine in the morning comes earlier there"


# ── the evening before ──────────────────────────────────────────────────────────────────────────────────────────────


async def test_staff_see_the_evening_before_what_goes_out_and_may_stop_it(talk: Conversation) -> None:
    await changes(talk, "王老", birth="1938-11-25")
    await lives_until(talk, at(2026, 11, 24, 16, 31))
    assert "明天（11月25日 星期三）自动发出的有 2 条：" in talk.zhao.latest.text
    assert "1. 09:00 纪念日问候，发给老同志 1 人\n2. 09:00 王老 88岁生日，发给王老" in talk.zhao.latest.text
    await talk.zhao.presses("停发：王老 88岁生日")
    assert talk.zhao.sees("停了：王老 88岁生日。11月25日 星期三 09:00不会发给王老。")
    assert talk.zhao.sees("发给王老【已停发】")
    await lives_until(talk, at(2026, 11, 25, 12))
    assert "生日" not in told(talk.wang)
    assert "纪念日好" in told(talk.wang)
    assert await talk.one("SELECT count(*) FROM audit WHERE deed = 'reminder.stopped'") == 1


async def test_what_was_stopped_can_be_let_go(talk: Conversation) -> None:
    await lives_until(talk, at(2026, 11, 24, 16, 31))
    await talk.zhao.presses("停发：纪念日问候")
    await plans(talk)
    assert await states(talk, "festival.greet:day") == ["stopped"], "planning leaves it alone"
    await talk.zhao.presses("恢复：纪念日问候")
    assert talk.zhao.sees("照常发给老同志 1 人")
    await lives_until(talk, at(2026, 11, 25, 12))
    assert told(talk.wang).count("纪念日好") == 1


async def test_what_has_gone_out_cannot_be_stopped_by_an_old_button(talk: Conversation) -> None:
    await lives_until(talk, at(2026, 11, 24, 16, 31))
    letter = talk.zhao.latest
    await lives_until(talk, at(2026, 11, 25, 10))
    await talk.zhao.presses("停发：纪念日问候", letter)
    assert talk.zhao.sees("停不了")
    assert await states(talk, "festival.greet:day") == ["fired"]


async def test_nothing_tomorrow_is_no_message(talk: Conversation) -> None:
    await lives_until(talk, at(2026, 11, 23, 20))
    assert "自动发出" in told(talk.zhao), "the preparation goes out on Tuesday"
    await lives_until(talk, at(2026, 11, 25, 20))
    assert told(talk.zhao).count("自动发出") == 2, "nothing on Thursday"


async def test_a_long_list_has_pages_and_gatherings_stand_in_it(talk: Conversation) -> None:
    for number in range(9):
        await talk.joins(f"老{number}", "cadre")
        await changes(talk, f"老{number}", birth="1940-11-24")
    gathering = await is_held(talk, "song", at(2026, 11, 25, 14), title="合唱")
    await talk.writes(lambda tx: reminding.plan(Act(tx, talk.office, talk.clock()), gathering))
    await lives_until(talk, at(2026, 11, 23, 16, 31))
    assert "有 12 条" in talk.zhao.latest.text
    await talk.zhao.presses("下一页")
    assert talk.zhao.sees("合唱：“还来吗”的提醒，发给报了名的")
    await talk.zhao.presses("停发：合唱：“还来吗”的提醒")
    assert talk.zhao.sees("【已停发】")
    assert not [row for row in talk.zhao.latest.buttons if "报名的人数" in row[0]], "places are given at the deadline"


async def test_who_looks_after_one_unit_stops_only_what_is_of_it(talk: Conversation) -> None:
    sun = await talk.joins("孙姐", "staff", "虚构县教育局")
    await talk.joins("郑老", "cadre", "虚构县教育局")
    await changes(talk, "郑老", birth="1938-11-25")
    await changes(talk, "王老", birth="1938-11-25")
    await lives_until(talk, at(2026, 11, 24, 16, 31))
    assert "郑老 88岁生日" in told(sun) and "王老" not in told(sun)
    assert [label for label in sun.buttons if "停发" in label] == ["2 停发：郑老 88岁生日"]
    wangs = next(row[1] for row in talk.zhao.latest.buttons if "停发：王老" in row[0])
    await sun.sends_choice(wangs)
    assert sun.sees("不归您管")
    await talk.wang.sends_choice(wangs)
    assert talk.wang.sees("不归您管")
    await talk.wang.sends_choice("a:tomorrow:")
    assert talk.wang.sees("不归您管")
    await talk.wang.sends_choice("a:late:0")
    assert talk.wang.sees("不归您管")


async def test_the_list_is_open_at_any_time(talk: Conversation) -> None:
    await plans(talk)
    await talk.zhao.says("更多")
    await talk.zhao.presses("明天要发的")
    assert talk.zhao.sees("明天（11月24日 星期二）自动发出的有 1 条：\n1. 09:00 准备纪念日，发给工作人员")
    await talk.zhao.sends_choice("a:late:0")
    assert talk.zhao.sees("最近 30 天没有没赶上的。")


# ── three years ─────────────────────────────────────────────────────────────────────────────────────────────────────

BIRTHS = {  # name: birth, calendar
    "甲老": ("1936-02-29", "solar"),
    "乙老": ("1937-12-30", "lunar"),
    "丙老": ("1938-05-12", "lunar"),
    "丁老": ("1939-08", "solar"),
    "戊老": ("1940-12-31", "solar"),
}
YEARS = (at(2026, 11, 24), at(2029, 11, 24))


@cache
def expected() -> set[tuple[str, str]]:
    """(name, day) of every birthday, by the second library and the rule told in words."""
    found = set()
    moons = {day: moon for year in range(2026, 2031) for moon, day in their_days(year)}
    day = date(2026, 11, 24)
    while day < date(2029, 11, 24):
        moon = moons[day]
        after = day + timedelta(days=1)
        if day.month == 2 and (day.day == 29 or (after.day == 1 and day.day == 28)):
            found.add(("甲老", day.isoformat()))
        if (moons[after].month, moons[after].day) == (1, 1):
            found.add(("乙老", day.isoformat()))
        if (moon.month, moon.day, moon.leap) == (5, 12, False):
            found.add(("丙老", day.isoformat()))
        if (day.month, day.day) == (12, 31):
            found.add(("戊老", day.isoformat()))
        day = after
    return found


async def test_three_years_with_restarts_greet_each_birthday_once_on_its_day(talk: Conversation) -> None:
    talk.office = replace(talk.office, festivals=())
    speakers: dict[str, Speaker] = {}
    for name, (birth, calendar) in BIRTHS.items():
        speakers[name] = await talk.joins(name, "cadre")
        await changes(talk, name, birth=birth, birthday_calendar=calendar)
    await is_now(talk, YEARS[0])
    while talk.clock() < YEARS[1]:
        await lives_until(talk, min(YEARS[1], talk.clock() + timedelta(days=90)), step_days=30)
        await talk.restarts()
    heard = [
        (name, (letter.made_at + timedelta(hours=8)).date().isoformat())
        for name, someone in speakers.items()
        for letter in someone.letters
    ]
    assert len(heard) == len(set(heard))
    assert set(heard) == expected()
    async with talk.database.read() as tx:
        known = await read_known(tx)
    listed = pushes(talk.office, known, date(2026, 11, 24), date(2029, 11, 23))
    greeted = {(each.audience, each.at.date().isoformat()) for each in listed if each.kind == "birthday"}
    assert greeted == expected(), "and the list told it before"

"""Staff make gatherings in chat: what is asked, what is refused, series and courses, copies, who may, and the telephone."""

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest

from handlers import lunar
from handlers.gatherings import repeating
from storage import interests
from tests.conversation import Conversation, Speaker, open_conversation
from tests.hall_work import answers, days, gathering, limited, makes, news, opens, signs_up, states


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Conversation]:
    async with open_conversation(tmp_path / "yinling.db") as opened:
        yield opened


async def has_branch(talk: Conversation, name: str, branch: str) -> None:
    await talk.writes(lambda tx: tx.run("UPDATE persons SET branch = ? WHERE name = ?", branch, name))


# ── as short as possible ────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_gathering_is_made_with_one_press_for_everything_usual(talk: Conversation) -> None:
    await answers(talk.zhao, "更多", "【活动和课程】", "【登记活动】", "【文体】", "【歌舞】", "合唱排练", "12月4日")
    await answers(talk.zhao, "下午两点半到四点", "【多功能厅】", "【其余按常用的来】")
    assert talk.zhao.sees("12月4日 星期五 14:30 到 16:00")
    assert talk.zhao.sees("谁可以来：全体\n名额：不限\n报名截止：12月3日 星期四 17:30\n家属：不带")
    await talk.zhao.presses("确认提交")
    assert talk.zhao.sees("登记好了：12月4日 合唱排练。\n马上开始报名，合适的有 1 位，开始报名的时候告诉他们。")
    assert not talk.wang.heard, "nobody is told by the making itself"
    await talk.ticks()
    assert len(news(talk.wang, "开始报名了")) == 1
    made = "title, kind, place, room, capacity, kept, companions, by_draw, audience, state, length(uid), length(seed)"
    assert await gathering(talk, made) == (
        *("合唱排练", "song", "多功能厅", "多功能厅", None, 0, 0, 0, "{}", "planned"),
        *(36, 16),
    )
    trail = await talk.rows("SELECT deed, subject FROM audit WHERE deed LIKE 'gathering%'")
    assert [tuple(row) for row in trail] == [("gathering.made", "gathering:1")]


async def test_everything_can_be_settled_one_by_one(talk: Conversation) -> None:
    await answers(
        talk.zhao, "登记活动", "【文体】", "【参观】", "参观新水厂", "12月11日", "9:00-11:30", "【别处】", "局门口集合"
    )
    await answers(
        talk.zhao, "【一项一项定】", "30人", "【别的时间】", "12月9日", "下午五点", "【八十岁以下】", "【一位】"
    )
    await answers(talk.zhao, "【要不要车接送】", "【先报先得】", "五", "【只办一次】")
    assert talk.zhao.sees("谁可以来：不到 80 岁")
    assert talk.zhao.sees("名额：30 人，先报先得，给打电话的留 5 个")
    assert talk.zhao.sees("报名截止：12月9日 星期三 17:00")
    assert talk.zhao.sees("报名时问：要不要接送、身体情况"), "an outing always asks whether health allows it"
    await talk.zhao.presses("确认提交")
    columns = "place, room, capacity, kept, companions, audience, asks"
    assert await gathering(talk, columns) == (
        *("局门口集合", None, 30, 5, 1),
        *('{"oldest":79}', '["transport","health"]'),
    )


async def test_places_may_be_drawn(talk: Conversation) -> None:
    rest = ("【一项一项定】", "2", "【17:30】", "【全体】", "【不带】", "【不用问】", "【抽签】", "【只办一次】")
    await makes(talk.zhao, rest=rest)
    assert await gathering(talk, "by_draw, kept") == (1, 0)
    await opens(talk.zhao)
    assert talk.zhao.sees("校验码")


@pytest.mark.parametrize(
    ("said", "audience"),
    [
        (("【按支部】", "1、2"), '{"branches":["第一支部","第三支部"]}'),
        (("【按支部】", "第三支部"), '{"branches":["第三支部"]}'),
        (("【按单位】", "虚构县水利局"), '{"units":[1]}'),
        (("【按爱好】", "一和棋牌"), '{"interests":["song","chess"]}'),
        (("【按年龄】", "60", "七十五岁"[:3]), '{"youngest":60,"oldest":75}'),
        (("【按身份】", "【家属】"), '{"roles":["relative"]}'),
    ],
)
async def test_who_may_come_is_asked_in_at_most_two_questions(
    talk: Conversation, said: tuple[str, ...], audience: str
) -> None:
    await has_branch(talk, "王老", "第一支部")
    await has_branch(talk, "赵科", "第三支部")
    rest = ("【一项一项定】", "不限", "【17:30】", *said, "【不带】", "【不用问】", "【只办一次】")
    await makes(talk.zhao, rest=rest)
    assert await gathering(talk, "audience") == (audience,)


async def test_those_it_suits_are_counted_and_told_when_sign_up_opens(talk: Conversation) -> None:
    chen = await talk.joins("陈老", "cadre")
    await talk.writes(lambda tx: interests.put(tx, talk.ids["陈老"], ["chess"]))
    rest = ("【一项一项定】", "不限", "【17:30】", "【按爱好】", "棋牌", "【不带】", "【不用问】", "【只办一次】")
    await makes(talk.zhao, "象棋比赛", rest=rest)
    assert talk.zhao.sees("合适的有 1 位")
    await talk.ticks()
    assert news(chen, "象棋比赛") and not news(talk.wang, "象棋比赛")


async def test_a_meeting_goes_by_the_name_of_its_kind(talk: Conversation) -> None:
    await answers(
        talk.zhao, "登记活动", "【报告会】", "【形势报告会】", "【就叫】", "12月8日", "上午九点到十点半", "【会议室】"
    )
    await answers(talk.zhao, "【其余按常用的来】", "【确认提交】")
    assert await gathering(talk, "title, kind") == ("形势报告会", "situation")


async def test_a_meeting_of_a_branch_is_for_the_branch(talk: Conversation) -> None:
    await has_branch(talk, "王老", "第一支部")
    await answers(
        talk.zhao, "登记活动", "【支部会议】", "【党课】", "【第一支部】", "【自己起名】", "冬季党课", "12月8日"
    )
    await answers(talk.zhao, "九点", "【会议室】", "【其余按常用的来】", "【确认提交】")
    assert await gathering(talk, "title, branch, audience") == ("冬季党课", "第一支部", '{"branches":["第一支部"]}')
    assert talk.zhao.sees("合适的有 1 位")


async def test_a_beginning_alone_means_two_hours(talk: Conversation) -> None:
    await answers(
        talk.zhao, "登记活动", "【其他活动】", "谈心", "12月8日", "两点半", "【会议室】", "【其余按常用的来】"
    )
    assert talk.zhao.sees("12月8日 星期二 14:30 到 16:30")


async def test_what_has_passed_and_what_is_no_time_is_refused_politely(talk: Conversation) -> None:
    await answers(talk.zhao, "登记活动", "【其他活动】", "谈心", "今天", "九点到十点")
    assert talk.zhao.sees("这个时间已经过了")
    await talk.zhao.says("吃过饭")
    assert talk.zhao.sees("请说从几点到几点")
    await talk.zhao.says("四点到三点")
    assert talk.zhao.sees("请说从几点到几点")
    await answers(talk.zhao, "15:00-16:00", "【会议室】", "【其余按常用的来】")
    assert talk.zhao.sees("报名截止：11月23日 星期一 15:00"), "the usual end of sign-up has passed: the beginning it is"


async def test_an_answer_is_changed_at_the_review(talk: Conversation) -> None:
    await answers(talk.zhao, "登记活动", "【文体】", "【歌舞】", "合唱", "12月4日", "14:30-16:00", "【多功能厅】")
    await answers(
        talk.zhao,
        "【其余按常用的来】",
        "【改种类】",
        "【棋牌】",
        "【改名称】",
        "象棋",
        "【改地点】",
        "【棋牌室】",
        "【确认提交】",
    )
    assert await gathering(talk, "title, kind, room") == ("象棋", "chess", "棋牌室")


async def test_a_draft_is_kept_when_something_comes_between(talk: Conversation) -> None:
    await answers(talk.zhao, "登记活动", "【文体】", "【歌舞】", "合唱排练", "12月4日", "取消")
    await talk.restarts()
    await answers(talk.zhao, "接着填")
    assert talk.zhao.sees("几点到几点")
    await answers(talk.zhao, "14:30-16:00", "【多功能厅】", "【其余按常用的来】", "【确认提交】")
    assert talk.zhao.sees("登记好了")


# ── rooms ───────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_an_overlap_in_a_room_is_refused_with_what_stands_there(talk: Conversation) -> None:
    await makes(talk.zhao, "合唱排练")
    await answers(talk.zhao, "登记活动", "【文体】", "【演出】", "迎新演出", "12月4日", "15:30-17:00", "【多功能厅】")
    assert talk.zhao.sees("多功能厅 12月4日 星期五 14:30 到 16:00 已经有“合唱排练”，时间重叠。换到哪里？")
    await answers(talk.zhao, "【多功能厅】")
    assert talk.zhao.sees("已经有“合唱排练”")
    await answers(talk.zhao, "【舞蹈室】", "【其余按常用的来】", "【确认提交】")
    assert await gathering(talk, "room", 2) == ("舞蹈室",)


async def test_what_ends_as_the_next_begins_does_not_overlap(talk: Conversation) -> None:
    await makes(talk.zhao, "合唱排练", time="14:30-16:00")
    await makes(talk.zhao, "朗诵", time="16:00-17:00")
    assert len(await days(talk)) == 2


async def test_a_room_taken_while_the_other_was_still_asked_is_noticed_before_anything_is_made(
    talk: Conversation,
) -> None:
    sun = await talk.joins("孙姐", "staff")
    await answers(talk.zhao, "登记活动", "【文体】", "【演出】", "迎新演出", "12月4日", "15:30-17:00", "【多功能厅】")
    await answers(talk.zhao, "【其余按常用的来】")
    await makes(sun, "合唱排练")
    await talk.zhao.presses("确认提交")
    assert talk.zhao.sees("已经有“合唱排练”")
    await answers(talk.zhao, "【舞蹈室】", "【确认提交】")
    assert await gathering(talk, "title, room", 2) == ("迎新演出", "舞蹈室")


async def test_the_name_of_a_room_written_by_hand_is_the_room(talk: Conversation) -> None:
    await makes(talk.zhao)
    await answers(talk.zhao, "登记活动", "【其他活动】", "谈心", "12月4日", "15:00-16:00", "【别处】", "多功能厅")
    assert talk.zhao.sees("已经有“合唱排练”")


# ── series ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_every_week_so_many_times(talk: Conversation) -> None:
    await makes(talk.zhao, day="12月1日", rest=("【每周一次】", "10"))
    assert talk.zhao.sees("一共 10 次")
    found = await days(talk)
    assert (
        len(found) == 10 and found[:3] == ["12-01 14:30", "12-08 14:30", "12-15 14:30"] and found[-1] == "02-02 14:30"
    )
    rows = await talk.rows("SELECT DISTINCT series_id FROM gatherings")
    assert [row[0] for row in rows] == [1]
    deadlines = await talk.rows("SELECT deadline_at FROM gatherings WHERE id = 2")
    assert deadlines[0][0].startswith("2026-12-07T09:30")


async def test_of_a_series_sign_up_opens_for_each_in_its_turn(talk: Conversation) -> None:
    await makes(talk.zhao, day="12月1日", rest=("【每周一次】", "10"))
    await talk.ticks()
    assert len(news(talk.wang, "开始报名了")) == 1
    await talk.passes(days=16)
    assert len(news(talk.wang, "开始报名了")) == 3


@pytest.mark.parametrize(
    ("way", "expected"),
    [
        (("【每两周】", "3"), ["12-04", "12-18", "01-01"]),
        (("【每隔几天】", "2", "3"), ["12-04", "12-06", "12-08"]),
        (("【每月农历廿六】", "3"), ["12-04", "01-03", "02-02"]),
        (("【初一和十五】", "3"), ["12-09", "12-23", "01-08"]),
    ],
)
async def test_every_so_many_days_and_by_the_lunar_calendar(
    talk: Conversation, way: tuple[str, ...], expected: list[str]
) -> None:
    start = limited("不限")[:-1]
    rest = tuple(each for each in start if each not in ("【先报先得】", "0"))
    await makes(talk.zhao, rest=(*rest, *way))
    assert [each[:5] for each in await days(talk)] == expected


def test_lunar_series_fall_on_their_lunar_days_for_years() -> None:
    first = date(2026, 12, 9)  # 冬月初一
    assert all(lunar.to_lunar(each).day == 1 for each in repeating.every_lunar_month(first, 40))
    moons = repeating.every_new_and_full_moon(first, 50)
    assert {lunar.to_lunar(each).day for each in moons} == {1, 15} and moons == sorted(set(moons))
    last = lunar.to_solar(lunar.LunarDate(2026, 12, 29))  # 除夕 of a short month
    assert repeating.every_lunar_month(last, 2)[1] == lunar.to_solar(lunar.LunarDate(2027, 1, 29))


def test_the_thirtieth_is_the_last_day_of_a_short_month_and_the_thirtieth_again_after_it() -> None:
    first = lunar.to_solar(lunar.LunarDate(2026, 11, 30))
    found = [lunar.to_lunar(each) for each in repeating.every_lunar_month(first, 30)]
    assert all(each.day == lunar.days_in(each.year, each.month, each.leap) for each in found)
    assert len({(each.year, each.month, each.leap) for each in found}) == 30


async def test_dates_of_a_series_on_which_the_room_is_taken_are_named_and_left_out_when_told_to(
    talk: Conversation,
) -> None:
    await makes(talk.zhao, "书画展", day="12月8日", time="9:00-17:00")
    await answers(talk.zhao, "登记活动", "【文体】", "【歌舞】", "合唱", "12月1日", "14:30-16:00", "【多功能厅】")
    await answers(talk.zhao, "【每周一次】", "3")
    assert talk.zhao.sees("有 1 次跟别的活动时间重叠：\n多功能厅 12月8日 星期二 09:00 到 17:00 已经有“书画展”")
    await talk.zhao.presses("这几次不办")
    assert talk.zhao.sees("跟别的活动重叠，不办：12月8日")
    await talk.zhao.presses("确认提交")
    assert [each[:5] for each in await days(talk)] == ["12-01", "12-08", "12-15"]
    assert await talk.one("SELECT count(*) FROM gatherings WHERE title = '合唱'") == 2


# ── courses ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def makes_course(staff: Speaker, title: str = "书法班", day: str = "12月17日", lessons: str = "4") -> None:
    await answers(
        staff,
        "登记活动",
        "【老年大学】",
        title,
        "【2026年秋季】",
        day,
        "9:00-10:30",
        "【书画室】",
        "【其余按常用的来】",
        lessons,
    )
    await staff.presses("确认提交")
    assert staff.sees("登记好了"), staff.heard


async def test_a_course_has_a_term_and_lessons_and_passes_over_free_days(talk: Conversation) -> None:
    holidays = talk.office.calendar.holidays | {date(2026, 12, 24)}
    calendar = type(talk.office.calendar)(
        talk.office.calendar.work_days,
        holidays,
        talk.office.calendar.extra_work_days,
        talk.office.calendar.periods,
        talk.office.calendar.zone,
    )
    await talk.restarts(calendar=calendar)
    await makes_course(talk.zhao)
    assert talk.zhao.sees("一共 4 次") and talk.zhao.sees("放假不上课：12月24日")
    assert [each[:5] for each in await days(talk)] == ["12-17", "12-31", "01-07", "01-14"]
    assert await talk.one("SELECT title || term FROM courses") == "书法班2026年秋季"
    assert await talk.one("SELECT count(DISTINCT course_id) FROM gatherings") == 1
    await talk.ticks()
    assert len(news(talk.wang, "开始报名了")) == 1, "a course is announced once, not lesson by lesson"


async def test_who_signs_up_for_a_course_by_telephone_is_in_every_lesson_and_no_more_than_two_courses(
    talk: Conversation,
) -> None:
    await makes_course(talk.zhao, "书法班", "12月17日", "2")
    await makes_course(talk.zhao, "国画班", "12月18日", "2")
    await makes_course(talk.zhao, "古诗班", "12月21日", "2")
    await signs_up(talk.zhao, "王老", 1)
    await signs_up(talk.zhao, "王老", 3)
    assert await states(talk, 2) == {"王老": "in"}
    await opens(talk.zhao, 5)
    await answers(talk.zhao, "【代报名】", "王老")
    assert talk.zhao.sees("王老2026年秋季已经报了：书法班、国画班。每人一学期最多 2 门。")


# ── copies ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_an_earlier_one_is_copied_with_a_new_day(talk: Conversation) -> None:
    await makes(talk.zhao, rest=limited(12, "一位"))
    await talk.passes(days=20)
    await answers(
        talk.zhao,
        "更多",
        "【活动和课程】",
        "【以前的】",
        "【合唱排练】",
        "【复制】",
        "12月25日",
        "【还是 14:30 到 16:00，多功能厅】",
    )
    assert talk.zhao.sees("报名截止：12月24日 星期四 17:30") and talk.zhao.sees("名额：12 人")
    await talk.zhao.presses("确认提交")
    assert await days(talk) == ["12-04 14:30", "12-25 14:30"]
    both = await talk.rows("SELECT title, capacity, companions, uid, seed FROM gatherings ORDER BY id")
    assert both[0][:3] == both[1][:3] and both[0][3] != both[1][3] and both[0][4] != both[1][4]


async def test_a_copy_asks_for_another_place_when_the_room_is_taken(talk: Conversation) -> None:
    await makes(talk.zhao)
    await opens(talk.zhao)
    await answers(talk.zhao, "【复制】", "12月4日", "【还是】")
    assert talk.zhao.sees("已经有“合唱排练”")
    await answers(talk.zhao, "【舞蹈室】", "【确认提交】")
    assert await gathering(talk, "room", 2) == ("舞蹈室",)


async def test_a_course_is_copied_into_another_term(talk: Conversation) -> None:
    await makes_course(talk.zhao, "书法班", "12月17日", "3")
    await opens(talk.zhao)
    await answers(talk.zhao, "【复制】", "【2027年春季】", "2027年3月4日", "【还是】", "【确认提交】")
    assert await talk.one("SELECT count(*) FROM gatherings WHERE course_id = 2") == 3
    assert await talk.one("SELECT term FROM courses WHERE id = 2") == "2027年春季"


# ── who may ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_staff_limited_to_a_unit_invite_only_its_people(talk: Conversation) -> None:
    sun = await talk.joins("孙姐", "staff", "虚构县教育局")
    chen = await talk.joins("陈老", "cadre", "虚构县教育局")
    await makes(sun)
    assert sun.sees("合适的有 1 位")
    assert await gathering(talk, "audience") == ('{"units":[2]}',)
    await talk.ticks()
    assert news(chen, "开始报名") and not news(talk.wang, "开始报名")
    await answers(
        sun,
        "登记活动",
        "【其他活动】",
        "谈心",
        "12月8日",
        "两点半",
        "【会议室】",
        "【一项一项定】",
        "不限",
        "【17:30】",
    )
    assert any("本单位全体" in each for each in sun.buttons)
    await answers(sun, "【按单位】", "虚构县水利局")
    assert sun.sees("请写前面的数字"), "another unit is not in the list"


async def test_staff_limited_to_a_unit_read_but_do_not_change_what_is_for_others(talk: Conversation) -> None:
    sun = await talk.joins("孙姐", "staff", "虚构县教育局")
    await makes(talk.zhao)
    await signs_up(talk.zhao, "王老")
    await opens(sun)
    assert sun.sees("合唱排练") and not sun.sees("王老")
    assert not any("改时间" in each or "取消这次" in each or "复制" in each for each in sun.buttons)
    for deed in ("alter", "resize", "calloff", "copy"):
        await sun.sends_choice(f"a:{deed}:1")
        assert sun.sees("不是您单位的") or sun.sees("不归您管")
    await opens(sun)
    await answers(sun, "【代报名】", "王老")
    assert sun.sees("花名册里没有叫“王老”的，或者不归您管")
    await sun.presses("查看")
    await sun.presses("名单")
    assert sun.sees("还没有人报名")


async def test_the_leader_reads_and_cadres_and_strangers_see_nothing_of_the_office_side(talk: Conversation) -> None:
    await makes(talk.zhao)
    await talk.qian.sends_choice("a:hall:")
    assert not any("登记活动" in each for each in talk.qian.buttons)
    await talk.qian.presses("合唱排练")
    assert talk.qian.sees("有位子 0 人")
    assert talk.qian.buttons == ["1 名单和电话", "菜单"]
    await talk.qian.says("登记活动")
    assert await talk.one("SELECT count(*) FROM gatherings") == 1
    for someone in (talk.wang, talk.li, talk.stranger):
        for choice in (
            "a:hall:",
            "a:hallpast:0",
            "a:hallone:1",
            "a:halllist:1",
            "a:signfor:1",
            "a:alter:1",
            "a:copy:1",
        ):
            await someone.sends_choice(choice)
            assert not someone.sees("合唱排练"), choice
    await talk.wang.says("登记活动")
    assert not talk.wang.sees("是哪一种") and not any("文体" in each for each in talk.wang.buttons)


async def test_staff_see_counts_in_the_list_and_names_on_the_card(talk: Conversation) -> None:
    for name in ("陈老", "林老"):
        await talk.joins(name, "cadre", account=False)
    await makes(talk.zhao, rest=limited(2, "一位"))
    await signs_up(talk.zhao, "王老", 1, "【带 1 位】")
    await signs_up(talk.zhao, "陈老", 1, "【自己来】")
    await talk.zhao.says("活动")
    assert talk.zhao.buttons[0] == "1 12月4日 合唱排练 2/2 候补1"
    await talk.zhao.says("1")
    assert talk.zhao.sees("有位子 1 人，另带家属 1 位：王老（带 1 位）\n候补 1 人：陈老")
    await talk.zhao.presses("名单和电话")
    assert talk.zhao.sees("候补 1. 陈老，1380001200")


async def test_a_long_list_has_pages(talk: Conversation) -> None:
    await makes(talk.zhao, day="12月1日", rest=("【每周一次】", "9"))
    await talk.zhao.says("活动")
    assert talk.zhao.buttons[-2] == "9 下一页"
    await talk.zhao.says("9")
    assert next(each for each in talk.zhao.buttons if "合唱排练" in each).startswith("1 1月12日")
    assert sum("合唱排练" in each for each in talk.zhao.buttons) == 3


# ── a cadre telephones ──────────────────────────────────────────────────────────────────────────────────────────────


async def test_staff_sign_up_who_telephones_and_are_told_what_to_say(talk: Conversation) -> None:
    await talk.joins("陈老", "cadre", account=False)
    await makes(talk.zhao)
    await signs_up(talk.zhao, "陈老")
    assert talk.zhao.sees(
        "请在电话里念给老同志听：\n陈老报上了“合唱排练”，有位子。\n时间：12月4日 星期五 14:30 到 16:00"
    )
    await signs_up(talk.zhao, "王老")
    assert talk.zhao.sees("也发给老同志了") and talk.wang.sees("赵科替您办了")
    rows = await talk.rows("SELECT by_phone, account_id, acted_by FROM signups ORDER BY id")
    assert [tuple(row) for row in rows] == [(1, None, talk.ids["赵科"])] * 2
    await opens(talk.zhao)
    await answers(talk.zhao, "【代报名】", "王老")
    assert talk.zhao.sees("王老已经报上名了，不用再报")


async def test_the_full_house_puts_who_telephones_in_the_line(talk: Conversation) -> None:
    await talk.joins("陈老", "cadre", account=False)
    await makes(talk.zhao, rest=limited(1))
    await signs_up(talk.zhao, "王老")
    await signs_up(talk.zhao, "陈老")
    assert talk.zhao.sees("“合唱排练”人满了，陈老排在候补第 1 位")


async def test_of_two_of_one_name_it_is_asked_which(talk: Conversation) -> None:
    for _ in range(2):
        await talk.joins("陈老", "cadre", account=False)
    await makes(talk.zhao)
    await opens(talk.zhao)
    await answers(talk.zhao, "【代报名】", "陈老")
    assert talk.zhao.sees("叫陈老的有几位")
    await answers(talk.zhao, "2", "【确认提交】")
    assert await talk.one("SELECT person_id FROM signups") == talk.ids["陈老"]


async def test_an_outing_asks_for_health_and_nobody_is_signed_up_whose_health_does_not_allow_it(
    talk: Conversation,
) -> None:
    await answers(
        talk.zhao, "登记活动", "【文体】", "【参观】", "参观水厂", "12月11日", "9:00-11:30", "【别处】", "局门口"
    )
    await answers(
        talk.zhao,
        "【一项一项定】",
        "不限",
        "【17:30】",
        "【全体】",
        "【不带】",
        "【都问】",
        "【只办一次】",
        "【确认提交】",
    )
    await opens(talk.zhao)
    await answers(talk.zhao, "【代报名】", "王老", "【要接送】", "不吃辣", "【不行】")
    assert talk.zhao.sees("身体要紧") and await states(talk) == {}
    await signs_up(talk.zhao, "王老", 1, "【要接送】", "不吃辣", "【本人说可以】")
    await talk.zhao.presses("查看")
    await talk.zhao.presses("名单")
    assert talk.zhao.sees("王老，13800000001，要接送，不吃辣，身体可以参加，家里也同意，电话报名")


async def test_whom_it_is_not_meant_for_the_office_may_let_in_all_the_same(talk: Conversation) -> None:
    await has_branch(talk, "赵科", "第三支部")
    rest = ("【一项一项定】", "不限", "【17:30】", "【按支部】", "1", "【不带】", "【不用问】", "【只办一次】")
    await makes(talk.zhao, rest=rest)
    await opens(talk.zhao)
    await answers(talk.zhao, "【代报名】", "王老")
    assert talk.zhao.sees("王老不在这次活动邀请的人里面")
    await answers(talk.zhao, "【还是报上】", "【确认提交】")
    assert await states(talk) == {"王老": "in"}

"""A gathering is changed or called off: everybody concerned hears the difference, once, and nobody loses a place."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.conversation import Conversation, Speaker, open_conversation
from tests.hall_work import answers, days, gathering, limited, makes, news, opens, signs_up, states


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Conversation]:
    async with open_conversation(tmp_path / "yinling.db") as opened:
        yield opened


@pytest.fixture
async def chen(talk: Conversation) -> Speaker:
    """陈老, another cadre."""
    return await talk.joins("陈老", "cadre")


@pytest.fixture
async def lin(talk: Conversation) -> Speaker:
    return await talk.joins("林老", "cadre")


CHANGED, ENDED = "有变动", "取消了"


async def changes(staff: Speaker, *said: str, gathering_id: int = 1, by: str = "改时间地点") -> None:
    """Change a gathering; `said` answers everything from what to change on, up to the review."""
    await opens(staff, gathering_id)
    await answers(staff, f"【{by}】", *said, "【确认提交】")


async def calls_off(staff: Speaker, why: str, *said: str, gathering_id: int = 1) -> None:
    await opens(staff, gathering_id)
    await answers(staff, "【取消这次】", *said, why, "【确认提交】")


async def waiting_reminders(talk: Conversation, gathering_id: int = 1) -> set[str]:
    sql = "SELECT kind FROM reminders WHERE subject_id = ? AND state = 'waiting' AND kind LIKE 'gathering%'"
    return {row[0] for row in await talk.rows(sql, gathering_id)}


# ── who hears what ──────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_new_time_is_told_as_the_difference_and_nothing_else(talk: Conversation) -> None:
    await makes(talk.zhao)
    await signs_up(talk.zhao, "王老")
    await changes(talk.zhao, "【改时间】", "12月5日", "9:00-10:30", "【就改这些】")
    assert talk.zhao.sees("改好了：12月5日 合唱排练。\n正在告诉 1 位报名的人。")
    assert news(talk.wang, CHANGED) == [
        "王老报名的“合唱排练”（12月4日）有变动：\n"
        "时间：原来12月4日 星期五 14:30 到 16:00，改为12月5日 星期六 09:00 到 10:30\n没有提到的都不变。"
    ]
    assert await gathering(talk, "sequence") == (1,)
    assert await talk.one("SELECT told_sequence FROM signups") == 1


async def test_several_changes_in_one_go_are_one_message(talk: Conversation) -> None:
    await makes(talk.zhao)
    await signs_up(talk.zhao, "王老")
    await changes(
        talk.zhao,
        "【改时间】",
        "12月5日",
        "9:00-10:30",
        "【改地点】",
        "【会议室】",
        "【改名称】",
        "合唱汇报",
        "【就改这些】",
    )
    [told] = news(talk.wang, CHANGED)
    assert "时间：原来" in told
    assert "地点：原来多功能厅，改为会议室" in told and "名称：原来合唱排练，改为合唱汇报" in told
    assert await gathering(talk, "title, place, room, sequence") == ("合唱汇报", "会议室", "会议室", 1)


async def test_the_calendar_on_the_telephone_follows(talk: Conversation) -> None:
    await makes(talk.zhao)
    await signs_up(talk.zhao, "王老")
    uid = (await gathering(talk, "uid"))[0]
    await changes(talk.zhao, "【改地点】", "【会议室】", "【就改这些】")
    await calls_off(talk.zhao, "老师病了")
    for letter, sequence, method in zip(talk.wang.letters[-2:], (1, 2), ("PUBLISH", "CANCEL"), strict=True):
        [file] = letter.media
        content = bytes(await talk.one("SELECT content FROM media WHERE id = ?", file)).decode()
        assert f"UID:{uid}" in content and f"SEQUENCE:{sequence}" in content and f"METHOD:{method}" in content


async def test_nobody_hears_who_is_not_concerned(talk: Conversation, chen: Speaker, lin: Speaker) -> None:
    await makes(talk.zhao)
    for name in ("王老", "陈老"):
        await signs_up(talk.zhao, name)
    await talk.ticks()
    await lin.sends_choice("a:notcoming:1." + str(talk.ids["林老"]))
    assert (await states(talk))["林老"] == "no"
    await chen.sends_choice("a:unsign:2")
    await chen.presses("取消报名")
    assert (await states(talk))["陈老"] == "cancelled"
    await changes(talk.zhao, "【改地点】", "【会议室】", "【就改这些】")
    assert news(talk.wang, CHANGED) and not news(chen, CHANGED) and not news(lin, CHANGED)


async def test_a_family_signed_up_on_one_telephone_hears_it_in_one_message(talk: Conversation) -> None:
    mother = await talk.joins("王奶奶", "cadre", account=False)
    li, wang = talk.ids["小李"], talk.ids["王老"]
    await talk.writes(
        lambda tx: tx.run("INSERT INTO kin (relative_id, cadre_id) VALUES (?, ?)", li, talk.ids[mother.name])
    )
    await makes(talk.zhao)
    for person in (wang, talk.ids["王奶奶"]):
        await talk.li.sends_choice("a:signup:1")
        await talk.li.presses("王老" if person == wang else "王奶奶")
        await talk.li.presses("确认提交")
    await changes(talk.zhao, "【改地点】", "【会议室】", "【就改这些】")
    assert len(news(talk.li, CHANGED)) == 1
    assert news(talk.li, "王老、王奶奶报名的“合唱排练”（12月4日）有变动")


async def test_who_cannot_be_told_here_is_named_to_be_called(talk: Conversation) -> None:
    await talk.joins("陈老", "cadre", account=False)
    await makes(talk.zhao)
    await signs_up(talk.zhao, "陈老")
    await changes(talk.zhao, "【改地点】", "【会议室】", "【就改这些】")
    assert talk.zhao.sees("下面几位在这里通知不到，请打电话告诉：\n陈老 13800012000")


async def test_the_number_of_places_and_the_end_of_sign_up_matter_to_those_who_wait_only(
    talk: Conversation, chen: Speaker
) -> None:
    await makes(talk.zhao, rest=limited(2, "两位"))
    await signs_up(talk.zhao, "王老", 1, "【带 1 位】")
    await signs_up(talk.zhao, "陈老", 1, "【带 2 位】")
    await changes(
        talk.zhao, "【改名额】", "4", "【改报名截止】", "【别的时间】", "12月2日", "17:00", "【就改这些】", by="改名额"
    )
    assert not news(talk.wang, CHANGED), "he has a place"
    [told] = news(chen, CHANGED)
    assert "名额：原来2 人，改为4 人" in told and "报名截止：原来12月3日 星期四 17:30，改为12月2日 星期三 17:00" in told


async def test_in_the_night_nobody_is_woken_for_a_gathering_that_is_days_away(talk: Conversation) -> None:
    await makes(talk.zhao)
    await signs_up(talk.zhao, "王老")
    await talk.passes(hours=13)
    await changes(talk.zhao, "【改地点】", "【会议室】", "【就改这些】")
    held = await talk.rows("SELECT not_before FROM outbox WHERE text LIKE '%有变动%'")
    assert [row[0][:16] for row in held] == ["2026-11-23T23:30"], "half past seven in the morning"


async def test_what_is_soon_is_told_also_in_the_night(talk: Conversation) -> None:
    await makes(talk.zhao, day="11月24日", time="8:00-9:00")
    await signs_up(talk.zhao, "王老")
    await talk.passes(hours=13)
    await changes(talk.zhao, "【改地点】", "【会议室】", "【就改这些】")
    held = await talk.rows("SELECT not_before FROM outbox WHERE text LIKE '%有变动%'")
    assert [row[0][:16] for row in held] == ["2026-11-23T15:00"]


# ── places ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_larger_number_of_places_promotes_in_order(talk: Conversation, chen: Speaker, lin: Speaker) -> None:
    await makes(talk.zhao, rest=limited(1))
    for name in ("王老", "陈老", "林老"):
        await signs_up(talk.zhao, name)
    assert await states(talk) == {"王老": "in", "陈老": "waiting", "林老": "waiting"}
    await changes(talk.zhao, "【改名额】", "2", "【就改这些】", by="改名额")
    assert talk.zhao.sees("名额多了，正在问候补的 1 位要不要来")
    assert await states(talk) == {"王老": "in", "陈老": "offered", "林老": "waiting"}
    assert news(chen, "空出来了") and not news(chen, CHANGED), "the offer tells everything"
    assert news(lin, CHANGED) and not news(lin, "空出来了")
    await changes(talk.zhao, "【改名额】", "不限", "【就改这些】", by="改名额")
    assert (await states(talk))["林老"] == "offered"


async def test_nobody_who_has_a_place_loses_it(talk: Conversation, chen: Speaker) -> None:
    await makes(talk.zhao, rest=limited(10))
    for name in ("王老", "陈老"):
        await signs_up(talk.zhao, name)
    await opens(talk.zhao)
    await answers(talk.zhao, "【改名额】", "【改名额】", "1")
    assert talk.zhao.sees("已经有 2 个位子给出去了，名额不能少于 2")
    await answers(talk.zhao, "2", "【就改这些】", "【确认提交】")
    assert await gathering(talk, "capacity") == (2,)
    assert await states(talk) == {"王老": "in", "陈老": "in"}


async def test_a_place_given_away_meanwhile_counts(talk: Conversation, chen: Speaker) -> None:
    sun = await talk.joins("孙姐", "staff")
    await makes(talk.zhao, rest=limited(10))
    await signs_up(talk.zhao, "王老")
    await opens(talk.zhao)
    await answers(talk.zhao, "【改名额】", "【改名额】", "1", "【就改这些】")
    await signs_up(sun, "陈老")
    await talk.zhao.presses("确认提交", next(each for each in reversed(talk.zhao.letters) if "请核对" in each.text))
    assert talk.zhao.sees("已经有 2 个位子给出去了，名额不能少于 2")
    assert await gathering(talk, "capacity") == (10,)


async def test_places_kept_for_the_telephone_are_never_more_than_there_are(talk: Conversation) -> None:
    rest = (
        "【一项一项定】",
        "10",
        "【17:30】",
        "【全体】",
        "【不带】",
        "【不用问】",
        "【先报先得】",
        "5",
        "【只办一次】",
    )
    await makes(talk.zhao, rest=rest)
    await changes(talk.zhao, "【改名额】", "3", "【就改这些】", by="改名额")
    assert await gathering(talk, "capacity, kept") == (3, 3)


# ── time and room ───────────────────────────────────────────────────────────────────────────────────────────────────


async def test_moving_the_time_plans_all_reminders_anew(talk: Conversation) -> None:
    await makes(talk.zhao)
    await talk.ticks()
    sql = "SELECT due_at FROM reminders WHERE kind = 'gathering.hours' AND state = 'waiting'"
    assert await talk.one(sql) == "2026-12-04T03:30:00.000Z", "before the noon rest"
    await changes(talk.zhao, "【改时间】", "12月11日", "14:30-16:00", "【就改这些】")
    assert [row[0] for row in await talk.rows(sql)] == ["2026-12-11T03:30:00.000Z"]
    assert await gathering(talk, "deadline_at") == ("2026-12-10T09:30:00.000Z",), "the end of sign-up moves along"


async def test_a_new_time_at_which_the_room_is_taken_asks_for_another_room(talk: Conversation) -> None:
    await makes(talk.zhao, "书画展", day="12月5日", time="9:00-17:00")
    await makes(talk.zhao, "合唱排练")
    await opens(talk.zhao, 2)
    await answers(talk.zhao, "【改时间地点】", "【改时间】", "12月5日", "14:30-16:00")
    assert talk.zhao.sees("多功能厅 12月5日 星期六 09:00 到 17:00 已经有“书画展”，时间重叠。换到哪里？")
    await answers(talk.zhao, "【舞蹈室】", "【就改这些】", "【确认提交】")
    assert await gathering(talk, "room", 2) == ("舞蹈室",)


async def test_a_gathering_may_be_moved_by_an_hour_in_its_own_room(talk: Conversation) -> None:
    await makes(talk.zhao)
    await changes(talk.zhao, "【改时间】", "12月4日", "15:00-16:30", "【就改这些】")
    assert await days(talk) == ["12-04 15:00"]


async def test_nothing_changed_is_told_to_nobody(talk: Conversation) -> None:
    await makes(talk.zhao)
    await signs_up(talk.zhao, "王老")
    await changes(talk.zhao, "【改地点】", "【多功能厅】", "【就改这些】")
    assert talk.zhao.sees("跟原来一样，没有改动")
    assert not news(talk.wang, CHANGED) and await gathering(talk, "sequence") == (0,)


async def test_what_has_begun_cannot_be_changed(talk: Conversation) -> None:
    await makes(talk.zhao)
    await opens(talk.zhao)
    card = talk.zhao.latest
    await talk.passes(days=11, hours=5)
    await talk.zhao.presses("改时间地点", card)
    assert talk.zhao.sees("已经开始或者取消了，不能再改")


# ── called off ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_calling_off_tells_everybody_once_drops_the_reminders_and_frees_the_room(
    talk: Conversation, chen: Speaker
) -> None:
    await makes(talk.zhao, rest=limited(1))
    for name in ("王老", "陈老"):
        await signs_up(talk.zhao, name)
    await calls_off(talk.zhao, "老师病了")
    assert talk.zhao.sees("取消了：12月4日 合唱排练。\n正在告诉 2 位报名的人。")
    for someone, name in ((talk.wang, "王老"), (chen, "陈老")):
        assert news(someone, ENDED) == [
            f"{name}报名的“合唱排练”取消了（12月4日 星期五 14:30 到 16:00）。\n原因：老师病了\n报的名不用再去取消，请不要白跑一趟。"
        ]
    assert await gathering(talk, "state, why_cancelled, sequence") == ("cancelled", "老师病了", 1)
    assert await waiting_reminders(talk) == set()
    await makes(talk.zhao, "书画展")
    assert await gathering(talk, "room", 2) == ("多功能厅",)
    heard = len(talk.wang.letters)
    await talk.passes(days=15)
    assert not [each for each in talk.wang.letters[heard:] if "合唱排练" in each.text]


async def test_an_offer_ends_with_the_gathering(talk: Conversation, chen: Speaker) -> None:
    await makes(talk.zhao, rest=limited(1))
    for name in ("王老", "陈老"):
        await signs_up(talk.zhao, name)
    await changes(talk.zhao, "【改名额】", "2", "【就改这些】", by="改名额")
    offer = chen.latest
    await calls_off(talk.zhao, "老师病了")
    assert news(chen, ENDED)
    assert await talk.one("SELECT count(*) FROM reminders WHERE kind = 'offer.ends' AND state = 'waiting'") == 0
    await chen.presses("要来", offer)
    assert (await states(talk))["陈老"] == "offered"


async def test_called_off_twice_is_said_once(talk: Conversation) -> None:
    await makes(talk.zhao)
    await signs_up(talk.zhao, "王老")
    await opens(talk.zhao)
    card = talk.zhao.latest
    await calls_off(talk.zhao, "老师病了")
    await talk.zhao.presses("取消这次", card)
    assert talk.zhao.sees("已经开始或者取消了")
    assert len(news(talk.wang, ENDED)) == 1
    await opens(talk.zhao)
    assert talk.zhao.sees("已经取消：老师病了")
    assert talk.zhao.buttons == ["1 名单和电话", "2 复制", "菜单"]


async def course_of_four(talk: Conversation) -> None:
    await answers(
        talk.zhao, "登记活动", "【老年大学】", "书法班", "【2026年秋季】", "12月3日", "9:00-10:30", "【书画室】"
    )
    await answers(talk.zhao, "【其余按常用的来】", "4", "【确认提交】")
    await signs_up(talk.zhao, "王老")
    assert await talk.one("SELECT count(*) FROM signups WHERE state = 'in'") == 4


async def test_of_a_course_one_lesson_is_called_off(talk: Conversation) -> None:
    await course_of_four(talk)
    await calls_off(talk.zhao, "老师病了", "【只取消这一次】", gathering_id=2)
    assert await days(talk) == ["12-03 09:00", "12-17 09:00", "12-24 09:00"]
    assert len(news(talk.wang, ENDED)) == 1


async def test_of_a_course_all_lessons_to_come_are_called_off_in_one_message(talk: Conversation) -> None:
    await course_of_four(talk)
    await calls_off(talk.zhao, "教室漏水", "【后面 2 次也都取消】", gathering_id=2)
    assert await days(talk) == ["12-03 09:00"]
    assert news(talk.wang, ENDED) == [
        "王老报名的“书法班”取消了（12月10日、12月17日、12月24日，一共 3 次）。\n原因：教室漏水\n报的名不用再去取消，请不要白跑一趟。"
    ]
    assert talk.zhao.sees("取消了：12月10日 书法班，一共 3 次。\n正在告诉 1 位报名的人。")


async def test_a_new_timetable_is_told_once_for_all_lessons(talk: Conversation) -> None:
    await course_of_four(talk)
    await changes(
        talk.zhao, "【改时间】", "12月11日", "14:30-16:00", "【就改这些】", "【后面 2 次都这样改】", gathering_id=2
    )
    assert await days(talk) == ["12-03 09:00", "12-11 14:30", "12-18 14:30", "12-25 14:30"]
    [told] = news(talk.wang, CHANGED)
    assert "改为12月11日 星期五 14:30 到 16:00\n后面 2 次也照这样改。" in told


async def test_a_timetable_moved_by_a_week_is_not_in_its_own_way(talk: Conversation) -> None:
    await course_of_four(talk)
    await changes(talk.zhao, "【改时间】", "12月10日", "9:00-10:30", "【就改这些】", "【后面 3 次都这样改】")
    assert await days(talk) == ["12-10 09:00", "12-17 09:00", "12-24 09:00", "12-31 09:00"]


async def test_one_lesson_alone_does_not_move_onto_the_next(talk: Conversation) -> None:
    await course_of_four(talk)
    await changes(talk.zhao, "【改时间】", "12月10日", "9:00-10:30", "【就改这些】", "【只改这一次】")
    assert talk.zhao.sees("书画室 12月10日 星期四 09:00 到 10:30 已经有“书法班”，请换个时间或者地点。")
    assert await gathering(talk, "sequence") == (0,) and not news(talk.wang, CHANGED)


@pytest.mark.parametrize(
    ("way", "left", "told"),
    [
        ("【只取消这一次】", ["12-01", "12-15", "12-22"], "12月8日 星期二 14:30 到 16:00"),
        ("【后面 2 次也都取消】", ["12-01"], "12月8日、12月15日、12月22日，一共 3 次"),
    ],
)
async def test_of_a_series_this_one_or_all_to_come_are_called_off(
    talk: Conversation, way: str, left: list[str], told: str
) -> None:
    await makes(talk.zhao, day="12月1日", rest=("【每周一次】", "4"))
    await talk.passes(days=9)
    await signs_up(talk.zhao, "王老", 2)
    await calls_off(talk.zhao, "舞台坏了", way, gathering_id=2)
    assert [each[:5] for each in await days(talk)] == left
    [ended] = news(talk.wang, ENDED)
    assert told in ended


async def test_every_change_leaves_a_trail(talk: Conversation) -> None:
    await makes(talk.zhao)
    await changes(talk.zhao, "【改地点】", "【会议室】", "【就改这些】")
    await calls_off(talk.zhao, "老师病了")
    rows = await talk.rows("SELECT deed, actor_id FROM audit WHERE subject = 'gathering:1' ORDER BY id")
    zhao = talk.ids["赵科"]
    assert [tuple(row) for row in rows] == [
        ("gathering.made", zhao),
        ("gathering.changed", zhao),
        ("gathering.cancelled", zhao),
    ]

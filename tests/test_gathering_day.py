"""The day of a gathering: who is there checks in, by button, by the code at the door, on the office's list; leave; what is counted;
and what is asked and sent afterwards."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from handlers.act import Act
from handlers.gatherings import after, attendance, code
from handlers.gatherings.attendance import why_not_here
from storage import attendance as counted
from storage import gatherings, media, people, signups
from storage.attendance import Tally
from storage.gatherings import Gathering
from tests.conversation import PHOTO, START, VOICE, Conversation, Speaker, open_conversation
from tests.gathering_day import HOUR, STARTS, code_of, comes, is_listed, is_planned, shares, there


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Conversation]:
    async with open_conversation(tmp_path / "yinling.db") as opened:
        yield opened


@pytest.fixture
async def choir(talk: Conversation) -> Gathering:
    """合唱排练, tomorrow from 15:00 to 17:00; it is 14:30 now, tomorrow."""
    made = await is_planned(talk)
    await talk.passes_until(STARTS - HOUR / 2)
    return made


async def presses_here(someone: Speaker, gathering: Gathering) -> None:
    """Press 【我到了】 on a push about it."""
    button = attendance.here_button(gathering)
    await someone.sends_choice(button.choice, button.label)


# ── when ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("from_start", "good"),
    [
        (timedelta(minutes=-61), False),
        (timedelta(minutes=-60), True),
        (timedelta(), True),
        (timedelta(hours=2), True),
        (timedelta(hours=2, seconds=1), False),
    ],
)
async def test_people_check_in_from_an_hour_before_the_start_until_the_end(
    talk: Conversation, from_start: timedelta, good: bool
) -> None:
    gathering = await is_planned(talk)
    assert (why_not_here(talk.office, gathering, STARTS + from_start) is None) == good


async def test_the_office_enters_a_list_on_paper_for_a_week_after_the_end(talk: Conversation) -> None:
    gathering = await is_planned(talk)
    for days, good in ((-1, False), (1, True), (7, True), (8, False)):
        moment = STARTS + timedelta(days=days)
        assert (why_not_here(talk.office, gathering, moment, by_office=True) is None) == good, days


async def test_too_early_too_late_and_called_off_are_told_politely(talk: Conversation) -> None:
    gathering = await is_planned(talk)
    await is_listed(talk, gathering, "王老")
    await presses_here(talk.wang, gathering)
    assert talk.wang.sees("还没有到签到的时间，11月24日 星期二 14:00起可以签到。")
    await talk.passes_until(gathering.ends_at + HOUR)
    await presses_here(talk.wang, gathering)
    assert talk.wang.sees("已经结束，签到也结束了。要补签，请打电话告诉工作人员：0000-8000000。")
    await talk.writes(lambda tx: gatherings.change(tx, replace(gathering, state="cancelled")))
    await presses_here(talk.wang, gathering)
    assert talk.wang.sees("“合唱排练”取消了，不用签到。")
    assert await there(talk, gathering) == {}


# ── 【我到了】 ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_who_is_on_the_list_presses_once_and_a_second_time_changes_nothing(
    talk: Conversation, choir: Gathering
) -> None:
    await is_listed(talk, choir, "王老")
    await presses_here(talk.wang, choir)
    assert talk.wang.sees("王老，签到好了。\n“合唱排练”15:00开始，地点：多功能厅。")
    assert await there(talk, choir) == {"王老": "button"}
    await presses_here(talk.wang, choir)
    assert talk.wang.sees("王老已经签到了，不用再签。")
    assert await talk.one("SELECT count(*) FROM audit WHERE deed = 'signup.attended'") == 1
    assert await talk.one("SELECT attended_by FROM signups") == talk.ids["王老"]


@pytest.mark.parametrize("words", ["签到", "我到了", "我到了。"])
async def test_the_word_alone_finds_what_begins_now(talk: Conversation, choir: Gathering, words: str) -> None:
    await talk.wang.says(words)
    assert talk.wang.sees("现在没有您要签到的活动。活动开始前一小时起可以签到")
    await is_listed(talk, choir, "王老")
    await talk.wang.says(words)
    assert talk.wang.sees("王老，签到好了。")


async def test_of_two_that_begin_now_it_is_asked_which(talk: Conversation, choir: Gathering) -> None:
    chess = await is_planned(talk, title="象棋比赛")
    for each in (choir, chess):
        await is_listed(talk, each, "王老")
    await talk.wang.says("签到")
    assert talk.wang.buttons[:2] == ["1 合唱排练", "2 象棋比赛"]
    await talk.wang.says("2")
    assert await there(talk, chess) == {"王老": "button"}
    assert await there(talk, choir) == {}


async def test_the_button_does_not_put_anybody_on_the_list_who_may_sit_at_home(
    talk: Conversation, choir: Gathering
) -> None:
    await presses_here(talk.wang, choir)
    assert talk.wang.sees(
        "您没有报“合唱排练”的名，这里签不了到。人已经到了的话，请扫门口的二维码，或者跟工作人员说一声。"
    )
    await is_listed(talk, choir, "王老", state="waiting")
    await presses_here(talk.wang, choir)
    assert talk.wang.sees("这里签不了到")
    assert await there(talk, choir) == {}


async def test_of_two_elders_on_one_telephone_it_is_asked_who_has_come(talk: Conversation, choir: Gathering) -> None:
    await talk.joins("张老", "cadre", account=False)
    await shares(talk, talk.wang, "张老")
    await is_listed(talk, choir, "王老", "张老")
    await presses_here(talk.wang, choir)
    assert talk.wang.sees("哪一位到了？")
    assert talk.wang.buttons[:3] == ["1 王老到了", "2 张老到了", "3 两位都到了"]
    await talk.wang.says("2")
    assert await there(talk, choir) == {"张老": "button"}
    await presses_here(talk.wang, choir)
    assert talk.wang.sees("张老已经签到了。哪一位到了？")
    assert talk.wang.buttons[:1] == ["1 王老到了"]
    await talk.wang.says("1")
    assert await there(talk, choir) == {"王老": "button", "张老": "button"}
    await presses_here(talk.wang, choir)
    assert talk.wang.sees("王老、张老已经签到了。不用再签。")


async def test_both_elders_check_in_with_one_press(talk: Conversation, choir: Gathering) -> None:
    await talk.joins("张老", "cadre", account=False)
    await shares(talk, talk.wang, "张老")
    await is_listed(talk, choir, "王老", "张老")
    await presses_here(talk.wang, choir)
    await talk.wang.presses("两位都到了")
    assert talk.wang.sees("王老、张老，签到好了。")
    assert await there(talk, choir) == {"王老": "button", "张老": "button"}


async def test_a_relative_cannot_check_in_a_parent_by_button_or_by_code(talk: Conversation, choir: Gathering) -> None:
    await is_listed(talk, choir, "王老", acted_by="小李")
    refused = "签到要本人到场，别人不能代签。请王老用自己的手机签到，或者请门口的工作人员登记。"
    await presses_here(talk.li, choir)
    assert talk.li.sees(refused)
    await talk.li.sends_choice(f"a:here:{choir.id}.{talk.ids['王老']}")
    assert talk.li.sees(refused)
    await talk.li.says(f"签到{await code_of(talk, choir)}")
    assert talk.li.sees(refused)
    assert await there(talk, choir) == {}


async def test_nobody_checks_in_another_by_a_made_up_button(talk: Conversation, choir: Gathering) -> None:
    chen = await talk.joins("陈老", "cadre")
    await is_listed(talk, choir, "王老", "陈老")
    for choice in (
        f"a:here:{choir.id}.{talk.ids['王老']}",
        f"a:here:{choir.id}.",
        "a:here:999",
        "a:here:x.y",
        "a:code:x",
    ):
        await chen.sends_choice(choice)
    assert "王老" not in await there(talk, choir)


# ── the code at the door ────────────────────────────────────────────────────────────────────────────────────────────


def test_a_code_is_read_however_it_is_typed() -> None:
    for words in (
        "签到ABCDEFGHJK",
        "签到 abcde fghjk",
        "签到码：ＡＢＣＤＥ-ＦＧＨＪＫ",
        "/start ABCDEFGHJK",
        "/start@our_bot ABCDEFGHJK",
    ):
        assert code.code_in(words) == ("ABCDEFGHJK", True), words
    assert code.code_in("ABCDE FGHJK") == ("ABCDEFGHJK", False)
    for words in ("签到", "签到ABC", "ABCDEFGH", "/start ABCD2345", "签到ABCDEFGHIO", "我家暖气三天不热了"):
        assert code.code_in(words) is None, words


async def test_a_code_cannot_be_worked_out_from_what_is_shown_or_published(talk: Conversation) -> None:
    one, other = await is_planned(talk), await is_planned(talk, title="象棋比赛")
    first = await code_of(talk, one)
    assert first == await code_of(talk, one)
    assert first != await code_of(talk, other)
    await talk.writes(
        lambda tx: tx.run("DELETE FROM marks WHERE name = ?", code.SECRET)
    )  # another office, the same uid
    assert await code_of(talk, one) != first


@pytest.mark.parametrize("form", ["签到{}", "签到 {}", "/start {}", "{}"])
async def test_who_scans_or_types_the_code_is_checked_in(talk: Conversation, choir: Gathering, form: str) -> None:
    await is_listed(talk, choir, "王老")
    await talk.wang.says(form.format(await code_of(talk, choir)))
    assert talk.wang.sees("王老，签到好了。")
    assert await there(talk, choir) == {"王老": "code"}


async def test_the_code_puts_who_stands_in_the_room_on_the_list_whatever_the_capacity(talk: Conversation) -> None:
    choir = await is_planned(talk, capacity=1)
    await talk.joins("陈老", "cadre")
    await is_listed(talk, choir, "陈老")
    await talk.passes_until(STARTS)
    await talk.wang.says(f"签到{await code_of(talk, choir)}")
    assert talk.wang.sees("王老，签到好了。")
    assert talk.wang.sees("原来名单上没有，已经给您登记上了。")
    assert await there(talk, choir) == {"王老": "walk-in"}


async def test_the_code_is_good_near_the_start_only(talk: Conversation) -> None:
    choir = await is_planned(talk)
    text = f"签到{await code_of(talk, choir)}"
    await talk.wang.says(text)
    assert talk.wang.sees("还没有到签到的时间")
    await talk.passes_until(choir.ends_at + HOUR)
    await talk.wang.says(text)
    assert talk.wang.sees("签到也结束了")
    assert await there(talk, choir) == {}


async def test_a_wrong_code_says_what_to_do_and_ten_letters_alone_may_be_a_word(
    talk: Conversation, choir: Gathering
) -> None:
    await talk.wang.says("签到ABCDEFGHJK")
    assert talk.wang.sees("没有这个签到码")
    await code_of(talk, choir)
    await talk.wang.says("签到ABCDEFGHJK")
    assert talk.wang.sees("没有这个签到码")
    await talk.wang.says("ABCDEFGHJK")
    assert not talk.wang.sees("签到码")


async def test_in_the_middle_of_a_form_the_code_checks_in_and_the_question_stands(
    talk: Conversation, choir: Gathering
) -> None:
    await talk.wang.says("困难")
    await talk.wang.presses("住房")
    await talk.wang.says("暖气三天不热了")
    await talk.wang.says(f"签到{await code_of(talk, choir)}")
    assert talk.wang.sees("王老，签到好了。")
    assert talk.wang.sees("您刚才的“反映困难”还没填完")
    await talk.wang.presses("说完了")
    await talk.wang.presses("不急")
    assert not talk.wang.sees("签到")


async def test_on_a_shared_telephone_the_code_asks_who_has_come(talk: Conversation, choir: Gathering) -> None:
    await talk.joins("张老", "cadre", account=False)
    await shares(talk, talk.wang, "张老")
    await talk.wang.says(f"签到{await code_of(talk, choir)}")
    await talk.wang.presses("张老到了")
    assert await there(talk, choir) == {"张老": "walk-in"}


async def test_a_stranger_learns_nothing_from_a_code(talk: Conversation, choir: Gathering) -> None:
    await talk.stranger.says(f"签到{await code_of(talk, choir)}")
    assert talk.stranger.sees("我还不认识您")
    assert not talk.stranger.sees("合唱排练")


async def test_staff_who_scan_the_code_get_the_list(talk: Conversation, choir: Gathering) -> None:
    await talk.zhao.says(f"签到{await code_of(talk, choir)}")
    assert talk.zhao.sees("您是工作人员，不用签到。")
    await talk.zhao.presses("签到名单")
    assert talk.zhao.sees("签到：合唱排练，11月24日 星期二 15:00")


# ── the office's list ───────────────────────────────────────────────────────────────────────────────────────────────


async def opens_list(staff: Speaker) -> None:
    await staff.says("签到名单")
    await staff.presses("合唱排练")


async def test_staff_press_a_name_and_press_it_again_to_undo(talk: Conversation, choir: Gathering) -> None:
    await talk.joins("陈老", "cadre")
    await is_listed(talk, choir, "王老", "陈老")
    await opens_list(talk.zhao)
    assert talk.zhao.sees("名单上 2 人，到了 0 人，请假 0 人，没有位子来的 0 人。")
    assert talk.zhao.sees(f"签到码：签到 {code.shown(await code_of(talk, choir))}")
    assert talk.zhao.buttons[:2] == ["1 王老", "2 陈老"]
    await talk.zhao.says("1")
    assert talk.zhao.sees("王老到了。")
    assert talk.zhao.buttons[:2] == ["1 王老（已到，再按撤销）", "2 陈老"]
    assert await there(talk, choir) == {"王老": "list"}
    await talk.zhao.says("1")
    assert talk.zhao.sees("王老的签到撤销了。")
    assert await there(talk, choir) == {}
    assert await talk.rows("SELECT deed FROM audit WHERE deed LIKE 'signup.%' ORDER BY id") == [
        ("signup.attended",),
        ("signup.unattended",),
    ]


async def test_an_old_button_pressed_twice_does_not_undo(talk: Conversation, choir: Gathering) -> None:
    await is_listed(talk, choir, "王老")
    await opens_list(talk.zhao)
    letter = talk.zhao.latest
    await talk.zhao.presses("王老", letter)
    await talk.zhao.presses("王老", letter)
    assert await there(talk, choir) == {"王老": "list"}


async def test_a_long_list_has_pages_and_a_press_stays_on_its_page(talk: Conversation, choir: Gathering) -> None:
    names = [f"老{number}" for number in "甲乙丙丁戊己庚辛壬癸"]
    for name in names:
        await talk.joins(name, "cadre", account=False)
    await is_listed(talk, choir, *names)
    await opens_list(talk.zhao)
    assert talk.zhao.sees("下面是第 1 到 8 位。")
    await talk.zhao.says("9")
    assert talk.zhao.buttons[:3] == ["1 老壬", "2 老癸", "9 回到第一页"]
    await talk.zhao.says("2")
    assert talk.zhao.buttons[:2] == ["1 老壬", "2 老癸（已到，再按撤销）"]


async def test_who_waited_is_on_the_list_and_comes_as_a_walk_in_and_undo_leaves_the_wait(
    talk: Conversation, choir: Gathering
) -> None:
    await is_listed(talk, choir, "王老", state="waiting")
    await opens_list(talk.zhao)
    assert talk.zhao.buttons[0] == "1 王老（候补）"
    await talk.zhao.says("1")
    assert await there(talk, choir) == {"王老": "walk-in"}
    await talk.zhao.says("1")
    assert await talk.rows("SELECT state, attended_at FROM signups") == [("waiting", None)]


async def test_who_is_on_no_list_is_written_down_by_name_and_undo_takes_the_name_away(
    talk: Conversation, choir: Gathering
) -> None:
    await opens_list(talk.zhao)
    await talk.zhao.presses("写姓名签到")
    await talk.zhao.says("王老")
    assert talk.zhao.sees("王老没有“合唱排练”的位子。人已经到了吗？")
    await talk.zhao.presses("到了，登记上")
    assert talk.zhao.sees("王老到了，记下了。")
    assert talk.zhao.buttons[0] == "1 王老（已到，再按撤销）"
    assert await there(talk, choir) == {"王老": "walk-in"}
    await talk.zhao.says("1")
    assert await talk.rows("SELECT state, attended_at FROM signups") == [("cancelled", None)]
    await talk.zhao.presses("写姓名签到")
    await talk.zhao.says("王老")
    await talk.zhao.presses("没有到，不登记")
    assert await there(talk, choir) == {}


@pytest.mark.parametrize("state", ["no", "waiting", "cancelled", "lost", "drawing"])
async def test_whoever_said_no_waited_or_gave_back_and_comes_anyway_shows_as_well(
    talk: Conversation, choir: Gathering, state: str
) -> None:
    await is_listed(talk, choir, "王老", state=state)
    await opens_list(talk.zhao)
    await talk.zhao.presses("写姓名签到")
    await talk.zhao.says("王老")
    await talk.zhao.presses("到了，登记上")
    assert talk.zhao.buttons[0] == "1 王老（已到，再按撤销）"
    assert await there(talk, choir) == {"王老": "walk-in"}
    async with talk.database.read() as tx:
        assert await counted.of_gathering(tx, choir.id) == Tally(came=1, walk_ins=1, of=1)


async def test_who_has_a_place_is_checked_in_by_name_without_a_question(talk: Conversation, choir: Gathering) -> None:
    await is_listed(talk, choir, "王老")
    await talk.zhao.sends_choice(f"a:walkin:{choir.id}")
    await talk.zhao.says("王老")
    assert talk.zhao.sees("王老到了，记下了。")
    assert await there(talk, choir) == {"王老": "list"}


async def test_whoever_has_an_offer_and_comes_takes_the_place(talk: Conversation, choir: Gathering) -> None:
    await is_listed(talk, choir, "王老", state="offered")
    await presses_here(talk.wang, choir)
    assert await talk.rows("SELECT state, attended_how FROM signups") == [("in", "button")]


async def test_of_two_with_one_name_it_is_asked_which_and_a_name_that_is_not_there_is_told(
    talk: Conversation, choir: Gathering
) -> None:
    async with talk.database.write() as tx:
        second = await people.add(tx, people.Person(name="王老", birth="1938-07"), talk.clock())
    await talk.zhao.sends_choice(f"a:walkin:{choir.id}")
    await talk.zhao.says("没有的人")
    assert talk.zhao.sees("花名册里没有叫“没有的人”的")
    await talk.zhao.presses("写姓名签到")
    await talk.zhao.says("王老")
    assert talk.zhao.sees("叫王老的有几位，是哪一位？")
    await talk.zhao.presses("1938年生")
    await talk.zhao.presses("到了，登记上")
    assert await talk.one("SELECT person_id FROM signups") == second


async def test_only_who_handles_things_sees_the_list(talk: Conversation, choir: Gathering) -> None:
    signup = await is_listed(talk, choir, "王老")
    limited = await talk.joins("孙姐", "staff", "虚构县教育局")
    for someone in (talk.wang, talk.li, talk.qian):
        for choice in (
            f"a:door:{choir.id}",
            "a:door:",
            f"a:tick:{signup}.1.0",
            f"a:walkin:{choir.id}",
            f"a:photos:{choir.id}",
        ):
            await someone.sends_choice(choice)
            assert someone.sees("不归您管"), choice
    for choice in ("a:tick:x", "a:tick:999.1.0", "a:door:999", "a:walkin:"):
        await talk.zhao.sends_choice(choice)
        assert talk.zhao.sees("不归您管"), choice
    await limited.sends_choice(f"a:walkin:{choir.id}")
    await limited.says("王老")  # of another unit
    assert limited.sees("或者不归您管")
    assert await there(talk, choir) == {}


async def test_before_the_time_staff_cannot_check_in_either(talk: Conversation) -> None:
    choir = await is_planned(talk)
    signup = await is_listed(talk, choir, "王老")
    for choice in (f"a:tick:{signup}.1.0", f"a:walkin:{choir.id}"):
        await talk.zhao.sends_choice(choice)
        assert talk.zhao.sees("还没有到签到的时间")
    assert await there(talk, choir) == {}


# ── leave ───────────────────────────────────────────────────────────────────────────────────────────────────────────


async def takes_leave(talk: Conversation, gathering: Gathering, signup_id: int) -> bool:
    async with talk.database.write() as tx:
        act = Act(tx, talk.office, talk.clock())
        freed = await attendance.take_leave(act, gathering, await signups.by_id(tx, signup_id), "去医院")
    await talk.delivers()
    return freed


async def test_leave_stands_with_its_reason_and_the_maker_hears_of_it(talk: Conversation) -> None:
    meeting = await is_planned(talk, title="形势报告会", kind="situation", capacity=1)
    signup = await is_listed(talk, meeting, "王老")
    assert not await takes_leave(talk, meeting, signup)
    assert talk.zhao.sees("王老请假：“形势报告会”，11月24日 星期二 15:00。\n原因：去医院")
    assert await talk.rows("SELECT state, leave_reason FROM signups") == [("in", "去医院")]
    await talk.zhao.sends_choice(f"a:door:{meeting.id}")
    assert talk.zhao.buttons[0] == "1 王老（请假：去医院）"
    assert talk.zhao.sees("请假 1 人")
    assert "去医院" not in str(await talk.rows("SELECT detail FROM audit"))


async def test_leave_from_one_lesson_offers_its_place_to_who_waits_for_that_date_only(talk: Conversation) -> None:
    async with talk.database.write() as tx:
        course = await gatherings.add_course(tx, "书法", "2026年秋季", talk.ids["赵科"], talk.clock())
    first, second = [
        await is_planned(
            talk, title="书法", kind="lesson", course_id=course, capacity=1, starts_at=STARTS + timedelta(days=7 * week)
        )
        for week in range(2)
    ]
    chen = await talk.joins("陈老", "cadre")
    signup = await is_listed(talk, first, "王老")
    await is_listed(talk, second, "王老")
    await is_listed(talk, first, "陈老", state="waiting")
    assert await takes_leave(talk, first, signup)
    assert chen.sees("您排队的“书法”有位子空出来了")
    assert await talk.rows("SELECT state FROM signups ORDER BY id") == [("cancelled",), ("in",), ("offered",)]
    async with talk.database.read() as tx:
        assert (await counted.of_gathering(tx, first.id)).leave == 1


async def test_staff_write_down_the_leave_of_who_telephones(talk: Conversation) -> None:
    meeting = await is_planned(talk, title="党员大会", kind="general")
    await is_listed(talk, meeting, "王老")
    await talk.zhao.sends_choice(f"a:door:{meeting.id}")
    await talk.zhao.presses("记请假")
    await talk.zhao.says("王老")
    await talk.zhao.says("去医院复查")
    assert talk.zhao.sees("请核对：王老请“党员大会”的假。\n原因：去医院复查")
    await talk.zhao.presses("确认提交")
    assert talk.zhao.sees("王老的请假记下了。")
    assert await talk.rows("SELECT state, leave_reason FROM signups") == [("in", "去医院复查")]
    await talk.zhao.sends_choice(f"a:leaveof:{meeting.id}")
    await talk.zhao.says("王老")
    assert talk.zhao.sees("王老已经请过假了")
    await talk.zhao.sends_choice(f"a:leaveof:{meeting.id}")
    await talk.zhao.says("小李")
    assert talk.zhao.sees("小李没有报“党员大会”，不用请假。")
    await talk.passes_until(STARTS)
    await talk.zhao.sends_choice(f"a:door:{meeting.id}")
    assert "记请假" not in talk.zhao.buttons


async def test_why_leave_is_not_taken(talk: Conversation) -> None:
    outing, meeting = await is_planned(talk), await is_planned(talk, title="党课", kind="lecture")
    signup = await is_listed(talk, outing, "王老")
    waiting = await is_listed(talk, meeting, "王老", state="waiting")
    async with talk.database.read() as tx:
        act = Act(tx, talk.office, talk.clock())
        of_outing, of_meeting = await signups.by_id(tx, signup), await signups.by_id(tx, waiting)
        for gathering, signup_, now, words in (
            (outing, of_outing, START, "不用请假，来不了取消报名就行。"),
            (replace(meeting, state="cancelled"), of_meeting, START, "取消了，不用请假"),
            (meeting, of_meeting, STARTS, "已经开始了，现在不能请假了"),
            (meeting, of_meeting, START, "王老没有“党课”的位子"),
            (meeting, replace(of_meeting, state="in", leave_reason="病"), START, "已经请过假了"),
        ):
            act.now = now
            assert words in (attendance.why_no_leave(act, gathering, signup_) or "")


async def test_whoever_took_leave_and_comes_all_the_same_came(talk: Conversation) -> None:
    meeting = await is_planned(talk, title="党课", kind="lecture")
    signup = await is_listed(talk, meeting, "王老")
    await takes_leave(talk, meeting, signup)
    await talk.passes_until(STARTS)
    await presses_here(talk.wang, meeting)
    async with talk.database.read() as tx:
        assert await counted.of_gathering(tx, meeting.id) == Tally(signed=1, came=1, of=1)


# ── attendance ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
async def held(talk: Conversation) -> Gathering:
    """党课, over: 王老 came, 陈老 took leave, 老甲 stayed away without a word, 老乙 came without having signed up."""
    lecture = await is_planned(talk, title="党课", kind="lecture")
    for name in ("陈老", "老甲", "老乙"):
        await talk.joins(name, "cadre", account=False)
    await talk.writes(lambda tx: tx.run("UPDATE persons SET branch = '第一支部' WHERE name IN ('王老', '老甲')"))
    await is_listed(talk, lecture, "王老", "老甲")
    await takes_leave(talk, lecture, await is_listed(talk, lecture, "陈老"))
    await talk.passes_until(STARTS)
    await comes(talk, lecture, "王老", "老乙")
    return lecture


async def test_a_gathering_is_counted_and_named(talk: Conversation, held: Gathering) -> None:
    await talk.qian.says("出勤")
    await talk.qian.presses("党课")
    assert talk.qian.sees(
        "报名 3，到 2，请假 1，还没到 1，没有位子来的 1\n请假：陈老（去医院）\n还没到：老甲\n没有位子来的：老乙"
    )
    await talk.passes_until(held.ends_at + HOUR)
    await talk.qian.sends_choice(f"a:attendance:g.{held.id}")
    assert talk.qian.sees("没说没来 1")
    assert talk.qian.sees("没说没来：老甲")


async def test_what_is_over_is_counted_by_branch(talk: Conversation, held: Gathering) -> None:
    await talk.zhao.sends_choice("a:attendance:branches")
    assert talk.zhao.sees("今年还没有办过活动。")
    await talk.passes_until(held.ends_at + HOUR)
    await talk.zhao.says("出勤")
    await talk.zhao.presses("按支部看")
    assert talk.zhao.sees(
        "2026 年到现在，按支部（人次）：\n没有支部的（1 场）：报名 1，到 1，请假 1，没说没来 0，没有位子来的 1\n"
        "第一支部（1 场）：报名 2，到 1，请假 0，没说没来 1"
    )


async def test_a_person_is_counted_by_name(talk: Conversation, held: Gathering) -> None:
    await talk.passes_until(held.ends_at + HOUR)
    await talk.zhao.says("出勤")
    await talk.zhao.presses("按人看")
    await talk.zhao.says("王老")
    assert talk.zhao.sees("王老，2026 年到现在 1 场：报名 1，到 1，请假 0，没说没来 0")
    await talk.zhao.sends_choice("a:attendanceof:")
    await talk.zhao.says("没有的人")
    assert talk.zhao.sees("花名册里没有叫“没有的人”的")


async def test_in_a_course_everybody_sees_how_many_of_the_lessons(talk: Conversation) -> None:
    async with talk.database.write() as tx:
        course = await gatherings.add_course(tx, "书法", "2026年秋季", talk.ids["赵科"], talk.clock())
    for day in range(10):
        lesson = await is_planned(
            talk, title="书法", kind="lesson", course_id=course, starts_at=STARTS + timedelta(days=day)
        )
        signup = await is_listed(talk, lesson, "王老")
        if day == 0:
            await takes_leave(talk, lesson, signup)
        elif day > 1:
            await comes(talk, lesson, "王老")
    await talk.passes_until(STARTS + timedelta(days=9, hours=3))
    await talk.zhao.says("出勤")
    await talk.zhao.presses("按课程看")
    await talk.zhao.presses("书法")
    assert talk.zhao.sees("书法（2026年秋季），上过 10 次课：\n王老 10 次到 8 次，请假 1，没说没来 1")


async def test_what_was_called_off_counts_for_nobody(talk: Conversation, held: Gathering) -> None:
    await talk.writes(lambda tx: gatherings.change(tx, replace(held, state="cancelled")))
    async with talk.database.read() as tx:
        assert await counted.of_gathering(tx, held.id) == Tally()


async def test_attendance_is_the_offices_alone(talk: Conversation, held: Gathering) -> None:
    for choice in ("a:attendance:", f"a:attendance:g.{held.id}", "a:attendance:branches", "a:attendanceof:"):
        await talk.wang.sends_choice(choice)
        assert talk.wang.sees("不归您管"), choice
    for choice in ("a:attendance:g.999", "a:attendance:c.999", "a:attendance:g.x"):
        await talk.zhao.sends_choice(choice)
        assert talk.zhao.sees("不归您管"), choice
    await talk.zhao.sends_choice("a:attendance:courses")
    assert talk.zhao.sees("还没有开过课。")


# ── afterwards ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def asks_after(talk: Conversation, gathering: Gathering) -> int:
    async with talk.database.write() as tx:
        asked = await after.ask_after(Act(tx, talk.office, talk.clock()), gathering)
    await talk.delivers()
    return asked


async def test_who_was_there_is_thanked_and_asked_once(talk: Conversation, choir: Gathering) -> None:
    chen = await talk.joins("陈老", "cadre")
    await talk.joins("张老", "cadre", account=False)
    await is_listed(talk, choir, "王老", "陈老", "张老")
    await comes(talk, choir, "王老", "张老")
    assert await asks_after(talk, choir) == 1
    assert talk.wang.sees("王老，谢谢您来参加“合唱排练”。您觉得这次办得怎么样？")
    assert talk.wang.buttons == ["1 很好", "2 还可以", "3 不太好"]
    assert not chen.heard
    letter = talk.wang.latest
    await talk.wang.says("2")
    assert talk.wang.sees("记下了：还可以。谢谢您告诉我们。")
    await talk.wang.presses("很好", letter)
    assert talk.wang.sees("这一题您已经答过了")
    assert await talk.rows("SELECT rating FROM signups ORDER BY id") == [("fair",), (None,), (None,)]
    assert await asks_after(talk, choir) == 0


async def test_words_that_follow_go_to_who_made_it_with_what_was_sent_along(
    talk: Conversation, choir: Gathering
) -> None:
    await is_listed(talk, choir, "王老")
    await comes(talk, choir, "王老")
    await asks_after(talk, choir)
    await talk.wang.presses("很好")
    await talk.wang.presses("再说几句")
    await talk.wang.says("下次早点开始")
    await talk.wang.sends(VOICE)
    await talk.wang.presses("说完了")
    assert talk.wang.sees("您的话转给工作人员了")
    assert talk.zhao.sees("王老说到“合唱排练”：\n下次早点开始")
    assert len(talk.zhao.latest.media) == 1


async def test_nobody_answers_for_another_and_nobody_who_was_not_there(talk: Conversation, choir: Gathering) -> None:
    signup = await is_listed(talk, choir, "王老")
    for choice in (f"a:after:{signup}.good", f"a:afterwords:{signup}", "a:after:999.good"):
        await talk.li.sends_choice(choice)
        assert talk.li.sees("这个问题不是问您的"), choice
    await talk.wang.sends_choice(f"a:after:{signup}.good")
    await talk.wang.sends_choice(f"a:after:{signup}.wonderful")
    await talk.wang.sends_choice(f"a:afterwords:{signup}")
    assert await talk.one("SELECT rating FROM signups") is None
    assert await asks_after(talk, replace(choir, state="cancelled")) == 0


async def test_photos_go_to_everybody_who_was_there_after_a_review(talk: Conversation, choir: Gathering) -> None:
    chen = await talk.joins("陈老", "cadre")
    await talk.joins("张老", "cadre", account=False)
    await is_listed(talk, choir, "王老", "陈老", "张老")
    await talk.zhao.sends_choice(f"a:photos:{choir.id}")
    assert talk.zhao.sees("还没有人签到，照片没有人可发")
    await comes(talk, choir, "王老", "张老")
    await talk.zhao.sends_choice(f"a:photos:{choir.id}")
    await talk.zhao.sends(PHOTO, PHOTO)
    await talk.zhao.says("大家唱得真好")
    await talk.zhao.presses("说完了")
    assert talk.zhao.sees("发给到场的 2 人")
    assert not talk.wang.heard
    await talk.zhao.presses("确认提交")
    assert talk.zhao.sees("照片 2 份，正在发给 1 人。另有 1 人在这里收不到，请另外转交。")
    assert talk.wang.sees("“合唱排练”的照片，给您留个纪念。\n大家唱得真好")
    assert len(talk.wang.latest.media) == 2
    account = await talk.account(talk.wang)
    async with talk.database.read() as tx:
        assert await media.may_open(tx, talk.wang.latest.media[0], account)
    assert not chen.heard


async def test_words_without_a_photo_are_not_sent(talk: Conversation, choir: Gathering) -> None:
    await is_listed(talk, choir, "王老")
    await comes(talk, choir, "王老")
    await talk.zhao.sends_choice(f"a:photos:{choir.id}")
    await talk.zhao.says("大家唱得真好")
    await talk.zhao.presses("说完了")
    await talk.zhao.presses("确认提交")
    assert talk.zhao.sees("没有照片，什么也没有发。")
    assert not talk.wang.heard

"""The desk in chat: lists and counts, the search, every deed on a case, hand-overs, leave, talks, and who may see what."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from handlers.office import Canned
from tests.conversation import PHOTO, VOICE, Conversation, Speaker, open_conversation
from tests.desk_work import (
    alarms,
    asks_back,
    case_rows,
    clocks,
    closes,
    goes_on_leave,
    hands,
    kinds,
    opens,
    replies,
    reports,
    takes,
)


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Conversation]:
    async with open_conversation(tmp_path / "yinling.db") as opened:
        yield opened


@pytest.fixture
async def sun(talk: Conversation) -> Speaker:
    """孙姐, the second member of staff, for everybody."""
    return await talk.joins("孙姐", "staff")


# ── 待办 ────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_todo_counts_what_is_unread_mine_unassigned_due_soon_overdue_and_waiting(talk: Conversation) -> None:
    await reports(talk.wang, "暖气三天不热了")
    await reports(talk.wang, "药费三个月没有报", "就医")
    await takes(talk.zhao, 1)
    await talk.zhao.says("待办")
    assert talk.zhao.sees("没办完的 2 件：没看的 1，我承办的 1，没人接手 1，快到期 0，过期 0，等老同志回话 0，暂放 0。")
    await asks_back(talk.zhao, "哪一间不热？", 1)
    await talk.passes(days=20)
    await talk.zhao.says("待办")
    assert talk.zhao.sees("过期 1，等老同志回话 1")


async def test_todo_shows_urgent_first_and_then_the_oldest(talk: Conversation) -> None:
    await reports(talk.wang, "暖气三天不热了")
    await reports(talk.wang, "药费三个月没有报", "就医")
    await reports(talk.wang, "楼道的灯不亮", "生活照料", urgent=True)
    await talk.zhao.says("待办")
    assert [each.split("：")[-1] for each in talk.zhao.buttons[:3]] == [
        "楼道的灯不亮",
        "暖气三天不热了",
        "药费三个月没有报",
    ]


async def test_what_the_cadre_says_is_unread_until_the_owner_opens_it(talk: Conversation) -> None:
    await reports(talk.wang)
    await takes(talk.zhao)
    await talk.zhao.says("待办")
    assert talk.zhao.sees("没看的 0")
    await talk.wang.says("阳台也不热")
    await talk.zhao.says("待办")
    assert talk.zhao.sees("没看的 1")
    await opens(talk.zhao)
    await talk.zhao.says("待办")
    assert talk.zhao.sees("没看的 0")


MANY = [
    "暖气三天不热了",
    "药费单子没有报",
    "楼道灯泡坏了",
    "想要一个轮椅",
    "水表读数不对",
    "电梯停用爬楼",
    "窗户漏风进雨",
    "医保卡丢失补办",
    "院子下水堵住",
    "想订送餐服务",
]


async def test_many_cases_are_reached_by_folders_and_pages(talk: Conversation) -> None:
    for words in MANY:
        await reports(talk.wang, words)
    await talk.zhao.says("待办")
    assert talk.zhao.sees("没办完的 10 件。要看哪些？")
    assert talk.zhao.buttons[:3] == ["1 没看的 10", "2 我承办的 0", "3 没人接手 10"]
    await talk.zhao.says("3")
    assert talk.zhao.sees("没人接手 10 件，第 1 到 8 件")
    await talk.zhao.says("9")
    assert talk.zhao.sees("第 9 到 10 件")
    assert talk.zhao.buttons[1] == "2 王老：想订送餐服务"


@pytest.mark.parametrize("words", ["2026-1", "２０２６－１", "#1", "王老", "暖气", "三天", "热"])
async def test_a_case_is_found_by_number_name_or_word(talk: Conversation, words: str) -> None:
    await reports(talk.wang)
    await talk.zhao.says(words)
    assert talk.zhao.sees("找到 1 件")
    await talk.zhao.presses("暖气三天不热了")
    assert talk.zhao.sees("2026-1 王老 住房")


async def test_a_search_without_result_says_so_and_offers_the_menu(talk: Conversation) -> None:
    await talk.zhao.says("从来没有的事")
    assert talk.zhao.sees("没有找到")
    assert talk.zhao.buttons[0] == "1 待办"


# ── permission ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_staff_limited_to_a_unit_see_neither_cases_nor_counts_nor_results_of_others(talk: Conversation) -> None:
    limited = await talk.joins("孙姐", "staff", "虚构县教育局")
    await reports(talk.wang)
    assert not limited.heard
    await limited.says("待办")
    assert limited.sees("现在没有没办完的事")
    await limited.says("暖气")
    assert limited.sees("没有找到")
    await opens(limited)
    assert limited.sees("不归您管")
    for deed in (
        "take",
        "reply",
        "note",
        "close",
        "hand",
        "merge",
        "aid",
        "reopen",
        "accept",
        "canned",
        "talk",
        "extend",
    ):
        await limited.sends_choice(f"a:{deed}:1")
        assert limited.sees("不归您管"), deed
    assert await kinds(talk) == ["said"]


async def test_a_leader_reads_everything_and_takes_nothing(talk: Conversation) -> None:
    await reports(talk.wang)
    await opens(talk.qian)
    assert talk.qian.sees("暖气三天不热了")
    await talk.qian.sends_choice("a:take:1")
    assert talk.qian.sees("不归您管")


async def test_a_cadre_who_presses_what_only_staff_have_changes_nothing(talk: Conversation) -> None:
    await reports(talk.wang)
    for deed in (
        "take",
        "reply",
        "note",
        "close",
        "hand",
        "sign",
        "merge",
        "aid",
        "reopen",
        "extend",
        "snooze",
        "talk",
    ):
        await talk.wang.sends_choice(f"a:{deed}:1")
        assert talk.wang.sees("不归您管"), deed
    for deed in ("calls", "proposed", "leave", "phone", "todo", "failures", "requests"):
        await talk.wang.sends_choice(f"a:{deed}:")
        assert talk.wang.sees("不归您管"), deed
    assert await kinds(talk) == ["said"]


@pytest.mark.parametrize("argument", ["", "0", "999", "x", "1.1", "-1", "9" * 30])
async def test_a_button_that_no_message_of_ours_carries_is_answered_and_does_nothing(
    talk: Conversation, argument: str
) -> None:
    from handlers.flows import ACTIONS

    for deed in ACTIONS:
        for someone in (talk.wang, talk.zhao, talk.qian):
            await someone.sends_choice(f"a:{deed}:{argument}"[:64])
            assert someone.heard, deed


# ── the deeds of the owner ──────────────────────────────────────────────────────────────────────────────────────────


async def test_a_case_shows_everything_in_order_and_the_cadre_sees_no_note(talk: Conversation) -> None:
    await reports(talk.wang)
    await takes(talk.zhao)
    await talk.zhao.presses("更多")
    await talk.zhao.presses("备注")
    await talk.zhao.says("物业说锅炉要换")
    await talk.zhao.presses("说完了")
    await replies(talk.zhao, "明天有人去看")
    await opens(talk.zhao)
    order = [
        "王老说：暖气三天不热了",
        "赵科接手",
        "赵科备注（只有局里看得到）：物业说锅炉要换",
        "赵科答复：明天有人去看",
    ]
    places = [talk.zhao.heard.index(each) for each in order]
    assert places == sorted(places)
    await opens(talk.wang)
    assert talk.wang.sees("赵科答复：明天有人去看")
    assert not talk.wang.sees("锅炉")


async def test_a_reply_may_be_words_photos_and_voice(talk: Conversation) -> None:
    await reports(talk.wang)
    await takes(talk.zhao)
    await talk.zhao.presses("答复")
    await talk.zhao.says("装好了您看看")
    await talk.zhao.sends(PHOTO)
    await talk.zhao.sends(VOICE)
    await talk.zhao.presses("说完了")
    await talk.zhao.presses("确认提交")
    assert talk.wang.sees("装好了您看看")
    assert len(talk.wang.latest.media) == 2


async def test_a_canned_reply_fills_in_names_and_dates(talk: Conversation) -> None:
    await talk.restarts(canned=(Canned("已收到", "{姓名}您好，{编号} 由{经办人}（{电话}）办，最迟{最迟}。"),))
    await reports(talk.wang)
    await takes(talk.zhao)
    await talk.zhao.presses("更多")
    await talk.zhao.presses("常用答复")
    await talk.zhao.presses("已收到")
    await talk.zhao.presses("确认提交")
    assert talk.wang.sees("王老您好，2026-1 由赵科（13800000003）办，最迟12月7日 星期一。")


async def test_asking_back_rests_the_clocks_and_the_answer_lets_them_run(talk: Conversation) -> None:
    await reports(talk.wang)
    await takes(talk.zhao)
    await asks_back(talk.zhao, "哪一间不热？")
    assert talk.wang.sees("赵科想问您（2026-1）") and talk.wang.sees("哪一间不热？")
    assert await alarms(talk) == {"wait.call"}
    await talk.zhao.says("待办")
    assert talk.zhao.sees("等老同志回话 1")
    await talk.passes(days=2)
    await talk.wang.says("里屋那间")
    assert talk.wang.sees("接着给您办，最迟12月9日")
    assert talk.zhao.sees("里屋那间")
    assert "solve.overdue" in await alarms(talk)
    assert await case_rows(talk, "promised_on, waiting_since") == [("2026-12-09", None)]


async def test_an_answer_by_telephone_lets_the_clocks_run_as_well(talk: Conversation) -> None:
    await reports(talk.wang)
    await takes(talk.zhao)
    await asks_back(talk.zhao, "哪一间不热？")
    await talk.zhao.presses("老同志回话了")
    await talk.zhao.says("他说里屋那间")
    assert talk.zhao.sees("期限接着算")
    assert "solve.overdue" in await alarms(talk)


async def test_a_cadre_who_does_not_answer_is_called_after_three_working_days(talk: Conversation) -> None:
    await reports(talk.wang)
    await takes(talk.zhao)
    await asks_back(talk.zhao, "哪一间不热？")
    await talk.passes(days=3, minutes=5)
    assert talk.zhao.sees("王老一直没有回话")
    assert talk.zhao.sees("13800000001")


async def test_extending_the_promise_tells_the_cadre_why(talk: Conversation) -> None:
    await reports(talk.wang)
    await takes(talk.zhao)
    await talk.zhao.presses("延期")
    await talk.zhao.says("12月1日")
    assert talk.zhao.sees("这个日子太早了")
    await talk.zhao.says("12月18日")
    await talk.zhao.says("锅炉要从省城运来")
    await talk.zhao.presses("确认提交")
    assert talk.wang.sees("最迟12月18日 星期五前给您答复") and talk.wang.sees("原因：锅炉要从省城运来")
    assert await case_rows(talk, "promised_on") == [("2026-12-18",)]


async def test_a_case_put_off_is_off_the_list_until_its_day_and_never_beyond_the_promise(talk: Conversation) -> None:
    await reports(talk.wang)
    await takes(talk.zhao)
    await talk.zhao.presses("更多")
    await talk.zhao.presses("暂放")
    await talk.zhao.says("12月20日")
    assert talk.zhao.sees("这个日子太晚了，最晚是12月7日")
    await talk.zhao.says("12月2日")
    await talk.zhao.says("待办")
    assert talk.zhao.sees("没办完的 0 件") and talk.zhao.sees("暂放 1")
    await talk.wang.says("谢谢")
    await talk.zhao.says("待办")
    assert talk.zhao.sees("暂放 1")  # thanks bring nothing back
    await talk.passes(days=9)
    assert talk.zhao.sees("您放到今天的事：2026-1")
    await talk.zhao.says("待办")
    assert talk.zhao.sees("没办完的 1 件")


async def test_a_visit_is_linked_and_help_stands_in_the_ledger(talk: Conversation) -> None:
    await reports(talk.wang)
    await takes(talk.zhao)
    await talk.zhao.presses("更多")
    await talk.zhao.presses("关联走访或通知")
    await talk.zhao.presses("走访")
    await talk.zhao.says("11月25日上门走访")
    assert talk.zhao.sees("走访：11月25日上门走访")
    await talk.zhao.presses("更多")
    await talk.zhao.presses("登记帮扶")
    await talk.zhao.presses("特困补助")
    await talk.zhao.presses("重大疾病")
    await talk.zhao.presses("现金")
    await talk.zhao.says("500元")
    await talk.zhao.says("今天")
    await talk.zhao.says("赵科")
    await talk.zhao.presses("确认提交")
    assert talk.zhao.sees("记进帮扶台账了")
    row = (await talk.rows("SELECT kind, reason, form, amount, given_on, giver FROM case_aids"))[0]
    assert tuple(row) == ("特困补助", "重大疾病", "现金", "500元", "2026-11-23", "赵科")


# ── 首接负责 ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_giver_answers_until_the_receiver_accepts(talk: Conversation, sun: Speaker) -> None:
    await reports(talk.wang)
    await takes(talk.zhao)
    await hands(talk.zhao, "孙姐")
    assert sun.sees("赵科请您接办 2026-1") and sun.sees("锅炉归他管")
    assert talk.zhao.sees("孙姐接受以前，这件事仍由您负责")
    assert await case_rows(talk, "owner_id, handed_to") == [(talk.ids["赵科"], talk.ids["孙姐"])]
    await replies(talk.zhao, "正在联系")
    assert talk.wang.sees("正在联系")
    await sun.presses("接受")
    assert talk.wang.sees("赵科转给孙姐") and talk.wang.sees("接着给您办")
    assert talk.zhao.sees("孙姐接受了 2026-1")
    assert await case_rows(talk, "owner_id, handed_to") == [(talk.ids["孙姐"], None)]


async def test_a_refusal_needs_a_reason_and_leaves_the_case_with_the_giver(talk: Conversation, sun: Speaker) -> None:
    await reports(talk.wang)
    await takes(talk.zhao)
    await hands(talk.zhao, "孙姐")
    await sun.presses("不接受")
    assert sun.sees("请写明原因")
    await sun.says("供暖归物业科管")
    assert talk.zhao.sees("孙姐不能接 2026-1，这件事还由您负责") and talk.zhao.sees("供暖归物业科管")
    assert await case_rows(talk, "owner_id, handed_to") == [(talk.ids["赵科"], None)]
    await sun.sends_choice("a:accept:1")
    assert sun.sees("已经不用您接了")


async def test_a_leader_assigns_at_once(talk: Conversation, sun: Speaker) -> None:
    await reports(talk.wang)
    await takes(talk.zhao)
    await hands(talk.qian, "孙姐", "请你办快一点", label="改派")
    assert sun.sees("钱局把 2026-1（王老）交给您办")
    assert talk.zhao.sees("不再由您负责")
    assert talk.wang.sees("孙姐")
    assert await case_rows(talk, "owner_id") == [(talk.ids["孙姐"],)]


async def test_nobody_hands_over_what_is_not_theirs(talk: Conversation, sun: Speaker) -> None:
    await reports(talk.wang)
    await takes(talk.zhao)
    await sun.sends_choice("a:hand:1")
    assert sun.sees("现在不在您手上，不能转交")


# ── leave ───────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_who_is_away_gets_nothing_new_and_the_open_cases_go_to_the_stand_in(
    talk: Conversation, sun: Speaker
) -> None:
    await reports(talk.wang)
    await takes(talk.zhao)
    await goes_on_leave(talk.zhao, "今天", "11月27日", "孙姐")
    assert talk.zhao.sees("手上的 1 件事已经交给代办人")
    assert sun.sees("有 1 件事由您代办")
    assert talk.wang.sees("孙姐")
    await reports(talk.wang, "药费三个月没有报", "就医")
    assert sun.sees("药费") and not talk.zhao.sees("药费")
    await talk.qian.sends_choice("a:hand:2")
    assert not any("赵科" in each for each in talk.qian.buttons)


async def test_leave_that_begins_later_takes_the_cases_on_its_first_day(talk: Conversation, sun: Speaker) -> None:
    await reports(talk.wang)
    await takes(talk.zhao)
    await goes_on_leave(talk.zhao, "后天", "11月27日", "孙姐")
    assert await case_rows(talk, "owner_id") == [(talk.ids["赵科"],)]
    await talk.passes(days=2)
    assert await case_rows(talk, "owner_id") == [(talk.ids["孙姐"],)]


async def test_a_cancelled_leave_takes_nothing(talk: Conversation, sun: Speaker) -> None:
    await reports(talk.wang)
    await takes(talk.zhao)
    await goes_on_leave(talk.zhao, "后天", "11月27日", "孙姐")
    await talk.zhao.says("请假")
    await talk.zhao.presses("取消赵科")
    await talk.passes(days=3)
    assert await case_rows(talk, "owner_id") == [(talk.ids["赵科"],)]


async def test_when_the_stand_in_is_away_as_well_the_next_in_the_chain_gets_the_cases(
    talk: Conversation, sun: Speaker
) -> None:
    await talk.joins("周工", "staff")
    await reports(talk.wang)
    await takes(talk.zhao)
    await goes_on_leave(sun, "今天", "11月27日", "周工")
    await goes_on_leave(talk.zhao, "今天", "11月27日", "孙姐")
    assert await case_rows(talk, "owner_id") == [(talk.ids["周工"],)]


async def test_when_everybody_is_away_the_leader_hears_of_the_cases(talk: Conversation, sun: Speaker) -> None:
    await reports(talk.wang)
    await takes(talk.zhao)
    await goes_on_leave(sun, "今天", "11月27日", "赵科")
    await goes_on_leave(talk.zhao, "今天", "11月27日", "孙姐")
    assert talk.qian.sees("没有人能代办，请您安排")
    await reports(talk.wang, "药费三个月没有报", "就医")
    assert talk.qian.sees("新的困难 2026-2")


# ── 人工: a talk ────────────────────────────────────────────────────────────────────────────────────────────────────


async def talks(talk: Conversation) -> None:
    """王老 asks for a person; 赵科 takes the case and comes in."""
    await talk.wang.says("人工")
    await takes(talk.zhao)
    await talk.zhao.presses("对话")
    assert talk.wang.sees("赵科来跟您说话了") and talk.wang.sees("30 分钟没有人说话就自动结束")


async def test_in_a_talk_words_go_straight_to_the_other_side_and_the_bot_is_silent(talk: Conversation) -> None:
    await talks(talk)
    for words in ("我想问问体检的事", "1", "不", "帮助"):
        await talk.wang.says(words)
        assert talk.zhao.sees(f"王老：{words}")
        assert not talk.wang.heard
    await talk.zhao.says("下周三上午，车来接您")
    assert talk.wang.heard == "赵科：下周三上午，车来接您"
    assert not talk.zhao.heard
    assert (await kinds(talk))[-5:] == ["said"] * 4 + ["replied"]
    await talk.wang.sends(PHOTO)
    assert talk.zhao.latest.media


async def test_everything_said_in_a_talk_stands_in_the_case_with_beginning_and_end(talk: Conversation) -> None:
    await talks(talk)
    await talk.wang.says("体检哪天")
    await talk.zhao.says("下周三")
    await talk.zhao.presses("结束对话")
    assert talk.wang.sees("工作人员先说到这里，结束了")
    assert await kinds(talk) == ["said", "taken", "talk_begins", "said", "replied", "talk_ends"]
    await talk.wang.says("你好")
    assert talk.wang.heard  # the bot is back


async def test_a_talk_ends_by_itself_after_the_idle_time_and_both_are_told(talk: Conversation) -> None:
    await talks(talk)
    await talk.passes(minutes=20)
    await talk.wang.says("还在吗")
    await talk.passes(minutes=20)
    assert not talk.wang.sees("自动结束")
    await talk.passes(minutes=11)
    assert talk.wang.sees("自动结束了") and talk.zhao.sees("自动结束了")
    assert (await kinds(talk))[-1] == "talk_ends"
    await talk.wang.says("菜单")
    assert talk.wang.sees("您要办什么")


@pytest.mark.parametrize("words", ["结束", "结束对话", "菜单"])
async def test_the_cadre_ends_a_talk_with_a_word(talk: Conversation, words: str) -> None:
    await talks(talk)
    await talk.wang.says(words)
    assert talk.wang.sees("对话结束了")
    assert talk.zhao.sees("对话被对方结束了")


async def test_staff_stay_at_their_desk_during_a_talk(talk: Conversation) -> None:
    await talks(talk)
    await talk.zhao.says("待办")
    assert talk.zhao.sees("没办完的") and not talk.wang.heard
    await talk.zhao.says("好的，您放心")
    assert talk.wang.sees("好的，您放心")


async def test_a_restart_in_the_middle_of_a_talk_changes_nothing(talk: Conversation) -> None:
    await talks(talk)
    await talk.restarts()
    await talk.wang.says("您还在吗")
    assert talk.zhao.sees("王老：您还在吗")


async def test_danger_in_a_talk_still_shows_the_number(talk: Conversation) -> None:
    await talks(talk)
    await talk.wang.says("哎呀我胸口疼")
    assert talk.wang.sees("请马上打 120")
    assert talk.qian.sees("【险】")


async def test_closing_the_case_ends_the_talk(talk: Conversation) -> None:
    await talks(talk)
    await closes(talk.zhao, "体检的事说清楚了")
    assert await talk.rows("SELECT 1 FROM talks WHERE ended_at IS NULL") == []
    assert talk.wang.sees("这件事办结，结束了")


async def test_a_form_that_stood_open_is_kept_for_after_the_talk(talk: Conversation) -> None:
    await talk.wang.says("人工")
    await takes(talk.zhao)
    await talk.wang.says("困难")
    await talk.wang.presses("住房")
    await talk.wang.says("暖气不热")
    await opens(talk.zhao)
    await talk.zhao.presses("对话")
    await talk.wang.says("您好赵科")
    assert talk.zhao.sees("王老：您好赵科")
    await talk.wang.says("结束")
    await talk.wang.says("接着填")
    assert talk.wang.sees("您已经说了：暖气不热")


# ── merge and split ─────────────────────────────────────────────────────────────────────────────────────────────────


async def merges(talk: Conversation) -> None:
    """王老 reported, then 小李 for him the same: 赵科 joins the second into the first."""
    await reports(talk.wang)
    await reports(talk.li, "我爸家暖气一直是凉的")
    await takes(talk.zhao, 1)
    await takes(talk.zhao, 2)
    await talk.zhao.presses("更多")
    await talk.zhao.presses("合并")
    await talk.zhao.presses("2026-1")
    await talk.zhao.presses("确认提交")


async def test_a_merge_is_told_to_both_sides_and_both_numbers_go_on_working(talk: Conversation) -> None:
    await merges(talk)
    for someone in (talk.wang, talk.li):
        assert someone.sees("2026-2 和 2026-1 是同一件事，合在一起办")
    await opens(talk.li, 2)
    assert (
        talk.li.sees("2026-2 已经和这一件合在一起办") and talk.li.sees("暖气三天不热了") and talk.li.sees("一直是凉的")
    )
    await talk.zhao.says("2026-2")
    assert talk.zhao.sees("找到 1 件")
    assert await clocks(talk, 2) == set() and await alarms(talk, 2) == set()
    await replies(talk.zhao, "师傅下午来", 2)
    assert talk.wang.sees("师傅下午来")


async def test_words_to_a_merged_number_land_in_the_case_that_goes_on(talk: Conversation) -> None:
    await merges(talk)
    await talk.li.says("阀门在厨房柜子里")
    await talk.li.presses("补充到 2026-1")
    assert talk.zhao.sees("阀门在厨房柜子里")
    assert (await kinds(talk, 1))[-1] == "said"


async def test_a_split_makes_a_case_of_its_own_with_its_own_number_and_clocks(talk: Conversation) -> None:
    await reports(talk.wang)
    await talk.wang.says("还有药费没有报")
    await takes(talk.zhao)
    await talk.zhao.presses("更多")
    await talk.zhao.presses("拆分")
    await talk.zhao.presses("还有药费没有报")
    await talk.zhao.presses("就医")
    await talk.zhao.presses("确认提交")
    assert talk.wang.sees("2026-1 说了两件事，分开办：新的一件编号 2026-2")
    said = await talk.rows("SELECT case_id, words FROM case_entries WHERE kind = 'said' ORDER BY case_id")
    assert [tuple(row) for row in said] == [(1, "暖气三天不热了"), (2, "还有药费没有报")]
    assert await clocks(talk, 2) == {"progress", "solve"}


async def test_there_is_nothing_to_merge_or_split_where_there_is_only_one(talk: Conversation) -> None:
    await reports(talk.wang)
    await takes(talk.zhao)
    await talk.zhao.presses("更多")
    await talk.zhao.presses("合并")
    assert talk.zhao.sees("没有别的没办完的事")
    await talk.zhao.sends_choice("a:split:1")
    assert talk.zhao.sees("拆不开")


async def test_the_office_without_canned_replies_says_where_to_write_them(talk: Conversation) -> None:
    talk.office = replace(talk.office, canned=())
    await reports(talk.wang)
    await takes(talk.zhao)
    await talk.zhao.sends_choice("a:canned:1")
    assert talk.zhao.sees("还没有设常用答复")


# ── what comes back comes into able hands ───────────────────────────────────────────────────────────────────────────


async def test_a_case_that_opens_again_while_its_owner_is_away_goes_to_the_stand_in(
    talk: Conversation, sun: Speaker
) -> None:
    await reports(talk.wang)
    await takes(talk.zhao)
    await closes(talk.zhao)
    await goes_on_leave(talk.zhao, "今天", "11月27日", "孙姐")
    asked = next(each for each in talk.wang.letters if any("没解决" in row[0] for row in each.buttons))
    await talk.wang.presses("没解决", asked)
    assert sun.sees("王老说没解决（2026-1）") and not talk.zhao.sees("没解决")
    assert await case_rows(talk, "owner_id, state") == [(talk.ids["孙姐"], "taken")]


async def test_a_case_whose_owner_has_left_is_nobodys_when_it_opens_again_and_the_clock_says_so(
    talk: Conversation, sun: Speaker
) -> None:
    await reports(talk.wang)
    await takes(talk.zhao)
    await closes(talk.zhao)
    await talk.writes(lambda tx: tx.run("UPDATE persons SET active = 0 WHERE name = '赵科'"))
    await talk.wang.presses("没解决")
    assert await case_rows(talk, "owner_id, state") == [(None, "open")]
    assert await clocks(talk) == {"accept", "progress", "solve"}
    assert sun.sees("没解决")


async def test_an_offer_to_somebody_who_goes_away_returns_to_the_giver(talk: Conversation, sun: Speaker) -> None:
    await talk.joins("周工", "staff")
    await reports(talk.wang)
    await takes(talk.zhao)
    await hands(talk.zhao, "孙姐")
    await goes_on_leave(sun, "今天", "11月27日", "周工")
    assert talk.zhao.sees("孙姐请假，不能接 2026-1")
    assert await case_rows(talk, "owner_id, handed_to") == [(talk.ids["赵科"], None)]


async def test_words_of_the_cadre_bring_back_what_was_put_off(talk: Conversation) -> None:
    await reports(talk.wang)
    await takes(talk.zhao)
    await talk.zhao.presses("更多")
    await talk.zhao.presses("暂放")
    await talk.zhao.says("12月2日")
    await talk.wang.says("阳台也不热了")
    assert await case_rows(talk, "snoozed_until") == [(None,)]


async def test_a_leader_writes_nothing_down_for_a_cadre_on_the_telephone(talk: Conversation) -> None:
    await talk.qian.says("代登记")
    assert talk.qian.sees("不归您管")


async def test_somebody_who_was_taken_off_the_roster_hears_nothing_more(talk: Conversation, sun: Speaker) -> None:
    await talk.writes(lambda tx: tx.run("UPDATE persons SET active = 0 WHERE name = '孙姐'"))
    await reports(talk.wang)
    assert talk.zhao.sees("新的困难") and not sun.heard


# ── what a second pair of eyes found ────────────────────────────────────────────────────────────────────────────────


async def test_what_a_leader_says_of_colleagues_stays_in_the_office(talk: Conversation, sun: Speaker) -> None:
    await reports(talk.wang)
    await takes(talk.zhao)
    await hands(talk.qian, "孙姐", "赵科办得太慢", label="改派")
    await opens(talk.wang)
    assert talk.wang.sees("改派") and not talk.wang.sees("太慢")
    await opens(sun)
    assert sun.sees("太慢")


async def test_a_merge_into_a_case_that_nobody_has_gives_it_to_whoever_joins_them(talk: Conversation) -> None:
    await reports(talk.wang)
    await reports(talk.li, "我爸家暖气一直是凉的", urgent=True)
    await takes(talk.zhao, 2)
    await talk.zhao.presses("更多")
    await talk.zhao.presses("合并")
    await talk.zhao.presses("2026-1")
    await talk.zhao.presses("确认提交")
    assert (await case_rows(talk, "owner_id, urgent"))[0] == (talk.ids["赵科"], 1)


async def test_staff_who_are_cadres_as_well_search_with_a_word_in_front(talk: Conversation) -> None:
    both = await talk.joins("吴老", "cadre")
    await talk.writes(lambda tx: tx.run("INSERT INTO roles (person_id, role) VALUES (?, 'staff')", talk.ids["吴老"]))
    await reports(talk.wang)
    await both.says("查暖气")
    assert both.sees("找到 1 件")


async def test_who_is_limited_to_a_unit_sees_no_failed_messages_of_others(talk: Conversation) -> None:
    limited = await talk.joins("孙姐", "staff", "虚构县教育局")
    account = await talk.account(talk.wang)
    await reports(talk.wang)
    await talk.writes(
        lambda tx: tx.run(
            "UPDATE outbox SET state = 'failed', done_at = '2026-11-23T02:00:00.000Z', why = '停用' WHERE account_id = ?",
            account,
        )
    )
    await limited.sends_choice("a:failures:")
    assert not limited.sees("王老")
    await talk.zhao.sends_choice("a:failures:")
    assert talk.zhao.sees("王老")


async def test_an_old_false_alarm_button_opens_nothing(talk: Conversation) -> None:
    await talk.wang.says("我摔倒了")
    await takes(talk.zhao)
    await closes(talk.zhao, "没有受伤")
    alarm = next(each for each in talk.wang.letters if any("误会" in row[0] for row in each.buttons))
    await talk.wang.presses("误会", alarm)
    assert await case_rows(talk, "state") == [("closed",)]


async def test_words_of_staff_in_a_form_end_no_talk(talk: Conversation) -> None:
    await talks(talk)
    await opens(talk.zhao)
    await talk.zhao.presses("更多")
    await talk.zhao.presses("备注")
    await talk.zhao.says("要带医保卡")
    await talk.zhao.says("说完了")
    assert talk.zhao.sees("备注记下了")
    assert len(await talk.rows("SELECT 1 FROM talks WHERE ended_at IS NULL")) == 1

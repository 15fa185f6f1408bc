"""What a hostile reader of the complete case found: each a sentence, so that it stays mended."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from handlers.act import Act
from handlers.cases import clocks
from handlers.office import Limits
from storage import accounts, entry, people
from storage.accounts import Role
from tests.conversation import PHOTO, Conversation, Speaker, open_conversation
from tests.desk_work import asks_back, case_rows, closes, goes_on_leave, hands, kinds, opens, reports, takes


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Conversation]:
    async with open_conversation(tmp_path / "yinling.db") as opened:
        yield opened


@pytest.fixture
async def sun(talk: Conversation) -> Speaker:
    return await talk.joins("孙姐", "staff")


async def role(talk: Conversation, name: str, what: str) -> None:
    await talk.writes(lambda tx: people.give_role(tx, talk.ids[name], Role(what, None)))


async def cannot_be_reached(talk: Conversation, someone: Speaker) -> None:
    account = await talk.account(someone)
    await talk.writes(lambda tx: accounts.mark_unreachable(tx, account, "对方停用了机器人"))


async def writes_down(staff: Speaker, cadre: str, words: str) -> None:
    """Write down what a cadre said on the telephone."""
    await staff.says("代登记")
    await staff.says(cadre)
    await staff.presses("住房")
    await staff.says(words)
    await staff.presses("说完了")
    if staff.sees("是不是同一件事"):
        await staff.presses("是同一件")
        return
    await staff.presses("不急")
    await staff.presses("确认提交")


async def merges(staff: Speaker, case_id: int, into: str) -> None:
    await opens(staff, case_id)
    await staff.presses("更多")
    await staff.presses("合并")
    await staff.presses(into)
    await staff.presses("确认提交")


async def recomputes(talk: Conversation) -> None:
    for each in talk.everybody:
        each.looks_away()

    async def do(tx: Any) -> None:
        await clocks.recompute(Act(tx, talk.office, talk.clock()))

    await talk.writes(do)
    await talk.delivers()


async def shares(talk: Conversation) -> None:
    """张老 uses 王老's telephone as well."""
    await talk.joins("张老", "cadre", account=False)
    account = await talk.account(talk.wang)
    await talk.writes(lambda tx: accounts.share(tx, account, talk.ids["张老"], talk.clock()))
    await talk.writes(
        lambda tx: entry.give_consent(tx, talk.ids["张老"], account, talk.office.consent_version, talk.clock())
    )


# ── the right person, the right case ────────────────────────────────────────────────────────────────────────────────


async def test_own_words_of_staff_who_are_cadres_go_into_no_case_that_they_wrote_down(talk: Conversation) -> None:
    await role(talk, "赵科", "cadre")
    await writes_down(talk.zhao, "王老", "厨房水龙头坏了")
    await talk.zhao.says("我自己的药费半年没有报销了")
    assert talk.zhao.sees("要我记下来")
    assert await kinds(talk) == ["said"]


async def test_who_acts_for_a_member_of_staff_reads_nothing_that_he_wrote_down(talk: Conversation) -> None:
    await talk.joins("郑老", "cadre", account=False)
    await role(talk, "赵科", "cadre")
    await talk.writes(lambda tx: people.add_kin(tx, talk.ids["小李"], talk.ids["赵科"]))
    await writes_down(talk.zhao, "郑老", "厨房水龙头坏了")
    await opens(talk.li)
    assert talk.li.sees("不归您管")


async def test_in_a_talk_on_a_shared_telephone_the_elder_whose_case_it_is_speaks(talk: Conversation) -> None:
    await shares(talk)
    await reports(talk.wang, whom="张老")
    await takes(talk.zhao)
    await talk.zhao.presses("对话")
    assert talk.wang.sees("给张老：")
    await talk.wang.says("我家在三号楼")
    assert talk.zhao.sees("张老：我家在三号楼")
    author = await talk.one("SELECT author_id FROM case_entries WHERE words = '我家在三号楼'")
    assert author == talk.ids["张老"]


async def test_nobody_talks_to_somebody_who_withdrew_consent(talk: Conversation) -> None:
    await reports(talk.wang)
    await takes(talk.zhao)
    await talk.wang.says("撤回同意")
    await talk.wang.presses("撤回")
    await opens(talk.zhao)
    await talk.zhao.presses("对话")
    assert talk.zhao.sees("请给王老打电话") and not talk.wang.heard


async def test_consent_can_be_withdrawn_in_the_middle_of_a_talk(talk: Conversation) -> None:
    await reports(talk.wang)
    await takes(talk.zhao)
    await talk.zhao.presses("对话")
    await talk.wang.says("撤回同意")
    assert talk.wang.sees("确定撤回吗") and talk.zhao.sees("对话被对方结束了")


async def test_of_two_on_a_telephone_each_withdraws_the_own_consent(talk: Conversation) -> None:
    await shares(talk)
    await talk.wang.says("撤回同意")
    await talk.wang.presses("张老")
    await talk.wang.presses("1 撤回")
    assert talk.zhao.sees("张老撤回了同意")
    assert await talk.rows("SELECT 1 FROM account_persons") == []
    await talk.wang.says("菜单")
    assert talk.wang.sees("您要办什么")


async def test_a_form_cannot_begin_in_a_talk_and_swallow_its_words(talk: Conversation) -> None:
    await reports(talk.wang)
    await takes(talk.zhao)
    await talk.zhao.presses("对话")
    await talk.wang.sends_choice("a:go:report")
    assert talk.wang.sees("请先按【结束对话】")
    await talk.wang.says("我的药费三个月没有报销")
    assert talk.zhao.sees("我的药费三个月没有报销")


async def test_words_that_arrive_with_the_beginning_of_a_talk_are_in_it(talk: Conversation) -> None:
    await reports(talk.wang)
    await takes(talk.zhao)
    await talk.passes(hours=2)
    await talk.wang.says("困难")
    begins, says = (
        talk.zhao.incoming("choice", "", "a:talk:1"),
        talk.wang.incoming("words", "水管也漏了怎么办啊"),
    )
    await talk.arrives(begins, says)
    assert talk.zhao.sees("王老：水管也漏了怎么办啊")
    assert await talk.rows("SELECT 1 FROM dialogs WHERE state = 'open'") == []


async def test_a_false_alarm_reaches_the_case_that_goes_on(talk: Conversation) -> None:
    await reports(talk.wang)
    await takes(talk.zhao, 1)
    await talk.wang.says("我摔倒了起不来")
    alarm = talk.wang.latest
    await takes(talk.zhao, 2)
    await merges(talk.zhao, 2, "2026-1")
    await talk.wang.presses("没事了", alarm)
    assert talk.zhao.sees("没事了，是误会")


# ── every turn answers ──────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_late_confirmation_of_a_closing_that_waits_for_a_signature_is_answered(
    talk: Conversation, sun: Speaker
) -> None:
    await reports(talk.wang)
    await takes(talk.zhao)
    await opens(talk.zhao)
    await talk.zhao.presses("办结")
    await talk.zhao.presses("已办结")
    await talk.zhao.says("修好了")
    review = talk.zhao.latest
    await hands(talk.qian, "孙姐", label="改派")
    await closes(sun, "没有政策依据办不了", "不能办")
    await talk.qian.sends_choice("a:hand:1")
    await talk.qian.presses("赵科")
    await talk.qian.says("还是您办")
    await talk.qian.presses("确认提交")
    await talk.zhao.presses("确认提交", review)
    assert talk.zhao.sees("正等领导审签")


@pytest.mark.parametrize("left", [0, 1])
async def test_a_canned_reply_that_was_withdrawn_meanwhile_is_answered(talk: Conversation, left: int) -> None:
    await reports(talk.wang)
    await takes(talk.zhao)
    await talk.zhao.sends_choice("a:canned:1")
    await talk.zhao.says("3")
    await talk.restarts(canned=talk.office.canned[:left])
    await talk.zhao.presses("确认提交")
    assert talk.zhao.sees("撤下了")


# ── nothing is promised for the past, nothing untrue is said ────────────────────────────────────────────────────────


async def test_merging_an_urgent_case_moves_no_promise_into_the_past(talk: Conversation) -> None:
    await reports(talk.wang)
    await takes(talk.zhao, 1)
    await talk.passes(days=14)
    await reports(talk.wang, "卧室门锁坏了出不来", urgent=True)
    await takes(talk.zhao, 2)
    await merges(talk.zhao, 2, "2026-1")
    await recomputes(talk)
    assert not talk.wang.heard
    [(promised, urgent), _] = await case_rows(talk, "promised_on, urgent")
    assert (promised, urgent) == (talk.office.today(talk.clock()).isoformat(), 1)


async def test_a_shorter_rule_makes_nothing_late_that_was_not(talk: Conversation) -> None:
    await reports(talk.wang)
    await talk.passes(days=7)
    housing = next(each for each in talk.office.categories if each.key == "housing")
    shorter = replace(housing, limits=Limits(6, 5, 1))
    talk.office = replace(
        talk.office, categories=(shorter, *(each for each in talk.office.categories if each is not housing))
    )
    await recomputes(talk)
    assert talk.wang.sees("改为最迟11月30日")
    await recomputes(talk)
    assert not talk.wang.heard


async def test_merging_an_overdue_case_promises_nothing_for_the_past(talk: Conversation) -> None:
    await reports(talk.wang)
    await takes(talk.zhao, 1)
    await talk.passes(days=20)
    await reports(talk.wang, "卫生间的门锁坏了")
    await takes(talk.zhao, 2)
    await merges(talk.zhao, 1, "2026-2")
    await talk.passes(hours=30)
    assert not talk.wang.sees("最迟12月7日")


async def test_the_answer_to_a_question_on_an_overdue_case_names_no_past_day(talk: Conversation) -> None:
    await reports(talk.wang)
    await takes(talk.zhao)
    await talk.passes(days=16)
    await asks_back(talk.zhao, "哪一间不热？")
    await talk.passes(days=2)
    await talk.wang.says("是北边那一间不热")
    assert talk.wang.sees("接着给您办。") and not talk.wang.sees("最迟")


async def test_a_late_confirmation_extends_nothing_into_the_past(talk: Conversation) -> None:
    await reports(talk.wang)
    await takes(talk.zhao)
    await talk.zhao.presses("延期")
    await talk.zhao.says("12月8日")
    await talk.zhao.says("锅炉要从省城运来")
    review = talk.zhao.latest
    await talk.passes(days=20)
    await talk.zhao.presses("确认提交", review)
    assert talk.zhao.sees("这个日子已经不行了") and not talk.wang.heard


async def test_extending_while_the_cadre_is_waited_for_starts_no_clock(talk: Conversation) -> None:
    await reports(talk.wang)
    await takes(talk.zhao)
    await asks_back(talk.zhao, "哪一间不热？")
    await talk.zhao.presses("延期")
    await talk.zhao.says("12月20日")
    await talk.zhao.says("锅炉要从省城运来")
    await talk.zhao.presses("确认提交")
    await talk.passes(days=40)
    assert not talk.zhao.sees("过期") and not talk.wang.heard


async def test_asking_for_a_person_twice_tells_staff_twice(talk: Conversation) -> None:
    await talk.wang.says("人工")
    await talk.wang.says("人工")
    assert talk.zhao.sees("王老又来找人工")


async def test_who_does_not_answer_is_not_said_to_be_unreachable(talk: Conversation) -> None:
    await reports(talk.wang)
    await takes(talk.zhao)
    await asks_back(talk.zhao, "哪一间不热？")
    await talk.passes(days=4)
    assert talk.zhao.sees("一直没有回话，请打电话问问") and not talk.zhao.sees("消息送不到")


async def test_an_alarm_that_reaches_nobody_says_so(talk: Conversation) -> None:
    for each in (talk.zhao, talk.qian):
        await cannot_be_reached(talk, each)
    await talk.wang.says("我摔倒了")
    assert talk.wang.sees("现在通知不到工作人员，请一定打上面的电话")


# ── somebody hears ──────────────────────────────────────────────────────────────────────────────────────────────────


async def test_whoever_gets_the_cases_at_the_end_of_a_chain_of_leave_is_told(talk: Conversation, sun: Speaker) -> None:
    zhou = await talk.joins("周姐", "staff")
    await goes_on_leave(talk.zhao, "今天", "11月27日", "周姐")
    await reports(talk.wang)
    await takes(sun)
    await goes_on_leave(sun, "今天", "11月27日", "赵科")
    assert zhou.sees("有 1 件事由您代办") and not talk.zhao.sees("由您代办")


async def test_leave_that_ends_before_it_begins_is_not_entered(talk: Conversation, sun: Speaker) -> None:
    await talk.zhao.says("登记请假")
    await talk.zhao.says("12月1日")
    await talk.zhao.says("12月3日")
    await talk.zhao.presses("孙姐")
    await talk.zhao.presses("改从")
    await talk.zhao.says("12月10日")
    await talk.zhao.presses("确认提交")
    assert talk.zhao.sees("日子前后对不上")
    assert await talk.rows("SELECT 1 FROM absences") == []


async def test_words_for_an_owner_who_cannot_be_reached_are_told_to_colleagues(
    talk: Conversation, sun: Speaker
) -> None:
    await reports(talk.wang)
    await takes(talk.zhao)
    await cannot_be_reached(talk, talk.zhao)
    await talk.wang.says("阳台也不热了")
    assert sun.sees("阳台也不热了")


async def test_when_the_relative_cannot_be_told_any_more_the_cadre_is(talk: Conversation) -> None:
    await reports(talk.li, "我爸看病要派车")
    await talk.writes(lambda tx: entry.withdraw_consent(tx, talk.ids["小李"], talk.clock()))
    await takes(talk.zhao)
    assert talk.wang.sees("由赵科负责办理")


async def test_who_cannot_be_asked_again_is_called(talk: Conversation) -> None:
    await reports(talk.wang)
    await takes(talk.zhao)
    await closes(talk.zhao)
    await cannot_be_reached(talk, talk.wang)
    await talk.passes(days=4)
    assert await talk.one("SELECT call FROM case_closings") == 1


async def test_a_proposal_whose_case_was_merged_waits_for_nobody(talk: Conversation) -> None:
    await reports(talk.wang)
    await reports(talk.wang, "卫生间的门锁坏了")
    await takes(talk.zhao, 1)
    await takes(talk.zhao, 2)
    await closes(talk.zhao, "没有政策依据办不了", "不能办", 2)
    await merges(talk.zhao, 2, "2026-1")
    await talk.qian.sends_choice("a:proposed:")
    assert talk.qian.sees("现在没有要您审签的")


async def test_a_leader_who_cannot_be_reached_is_not_asked_to_sign(talk: Conversation) -> None:
    await cannot_be_reached(talk, talk.qian)
    await reports(talk.wang)
    await takes(talk.zhao)
    await closes(talk.zhao, "没有政策依据办不了", "不能办")
    assert talk.zhao.sees("没有能通知到的领导")


async def test_a_leader_who_handles_cases_keeps_the_owners_buttons_on_the_own_proposal(
    talk: Conversation, sun: Speaker
) -> None:
    await role(talk, "孙姐", "leader")
    await reports(talk.wang)
    await takes(sun)
    await closes(sun, "没有政策依据办不了", "不能办")
    await opens(sun)
    assert "1 答复" in sun.buttons


async def test_danger_on_the_telephone_that_joins_an_open_case_alarms_as_well(talk: Conversation) -> None:
    await reports(talk.wang)
    await writes_down(talk.zhao, "王老", "暖气三天不热了，还摔倒了")
    assert talk.zhao.sees("请马上让老同志打 120")
    assert talk.qian.sees("【险】")
    assert await case_rows(talk, "urgent, danger") == [(1, "急病受伤")]


async def test_another_danger_in_an_open_alarm_names_its_own_number(talk: Conversation) -> None:
    await talk.wang.says("我摔倒了")
    await takes(talk.zhao)
    await talk.wang.says("厨房着火了")
    assert talk.wang.sees("请马上打 119")
    assert talk.zhao.sees("着火煤气") and talk.zhao.sees("119")


async def test_the_owner_keeps_a_case_whose_cadre_moves_to_another_unit(talk: Conversation) -> None:
    limited = await talk.joins("孙姐", "staff", "虚构县水利局")
    await reports(talk.wang)
    await takes(limited)
    other = await talk.joins("吴老", "cadre", "虚构县林业局")
    assert other.name == "吴老"
    await talk.writes(
        lambda tx: tx.run(
            "UPDATE persons SET unit_id = (SELECT unit_id FROM persons WHERE name = '吴老') WHERE name = '王老'"
        )
    )
    await opens(limited)
    assert "1 答复" in limited.buttons
    await limited.says("待办")
    assert limited.sees("我承办的 1")


# ── smaller ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_an_answer_to_an_older_closing_does_not_count_for_the_newer_one(talk: Conversation) -> None:
    await reports(talk.wang)
    await takes(talk.zhao)
    await closes(talk.zhao)
    old = talk.wang.latest
    await opens(talk.zhao)
    await talk.zhao.presses("重新办理")
    await closes(talk.zhao, "又换了一个")
    await talk.wang.presses("没解决", old)
    assert await case_rows(talk, "state") == [("closed",)]
    assert "closing.ask" in {row[0] for row in await talk.rows("SELECT kind FROM reminders WHERE state = 'waiting'")}


async def test_asking_back_twice_reminds_once(talk: Conversation) -> None:
    await reports(talk.wang)
    await takes(talk.zhao)
    await asks_back(talk.zhao, "哪一间不热？")
    await asks_back(talk.zhao, "几楼？")
    assert len(await talk.rows("SELECT 1 FROM reminders WHERE kind = 'wait.call' AND state = 'waiting'")) == 1


async def test_nobody_takes_the_own_case(talk: Conversation) -> None:
    await role(talk, "赵科", "cadre")
    await reports(talk.zhao)
    await talk.zhao.sends_choice("a:take:1")
    assert talk.zhao.sees("这是您自己的事")


async def test_attachments_that_were_read_are_not_sent_again_unasked(talk: Conversation) -> None:
    await talk.wang.says("困难")
    await talk.wang.presses("住房")
    await talk.wang.sends(PHOTO, words="就是这里")
    await talk.wang.presses("说完了")
    await talk.wang.presses("不急")
    await talk.wang.presses("确认提交")
    await opens(talk.zhao)
    assert len(talk.zhao.latest.media) == 1
    await opens(talk.zhao)
    assert talk.zhao.latest.media == []
    await talk.zhao.presses("看以前的附件")
    assert len(talk.zhao.latest.media) == 1


# ── what the month-long office found ────────────────────────────────────────────────────────────────────────────────


async def test_words_that_answered_nothing_go_with_the_call_for_a_person_and_stay_in_no_form(
    talk: Conversation,
) -> None:
    await talk.wang.says("困难")
    await talk.wang.says("水表的读数一直不对头")
    await talk.wang.says("人工")
    words = [row[0] for row in await talk.rows("SELECT words FROM case_entries")]
    assert words == ["请工作人员跟我联系。\n水表的读数一直不对头"]
    assert "水表" not in await talk.one("SELECT answers FROM dialogs WHERE state = 'draft'")


async def test_words_bring_back_what_was_put_off_and_its_alarm_is_gone(talk: Conversation) -> None:
    await reports(talk.wang)
    await takes(talk.zhao)
    await talk.zhao.presses("更多")
    await talk.zhao.presses("暂放")
    await talk.zhao.says("12月2日")
    await talk.wang.says("阳台也不热了")
    assert await talk.rows("SELECT 1 FROM reminders WHERE kind = 'case.wake' AND state = 'waiting'") == []


async def test_a_leader_who_is_on_duty_as_well_hears_an_alarm_once(talk: Conversation) -> None:
    await role(talk, "赵科", "leader")
    await talk.wang.says("我摔倒了")
    assert talk.zhao.heard.count("请马上打电话核实") == 1

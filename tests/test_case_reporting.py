"""Reporting: for oneself, for a parent, by telephone, two on one telephone; danger; the same matter twice; what the receipt says."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from storage import entry
from tests.conversation import PHOTO, VOICE, Conversation, open_conversation
from tests.desk_work import case_rows, clocks, closes, kinds, reports, takes


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Conversation]:
    async with open_conversation(tmp_path / "yinling.db") as opened:
        yield opened


# ── who acted, and for whom ─────────────────────────────────────────────────────────────────────────────────────────


async def test_the_record_says_who_acted_and_for_whom(talk: Conversation) -> None:
    await reports(talk.wang)
    await reports(talk.li, "我爸看病要派车")
    wang, li = talk.ids["王老"], talk.ids["小李"]
    assert await case_rows(talk, "person_id, acted_by") == [(wang, wang), (wang, li)]
    assert talk.zhao.sees("王老，住房（小李代报）")


async def test_staff_write_down_what_a_cadre_without_an_account_said_on_the_telephone(talk: Conversation) -> None:
    await talk.joins("郑老", "cadre", account=False)
    zhao, qian = talk.zhao, talk.qian
    await zhao.says("代登记")
    await zhao.says("郑老")
    await zhao.presses("就医")
    await zhao.says("药费三个月没报了")
    await zhao.presses("说完了")
    await zhao.presses("不急")
    await zhao.presses("确认提交")
    assert zhao.sees("请在电话里念给老同志听")
    assert zhao.sees("编号：2026-1")
    assert await case_rows(talk, "person_id, acted_by, account_id") == [(talk.ids["郑老"], talk.ids["赵科"], None)]
    assert not qian.sees("郑老")


async def test_a_cadre_with_an_account_gets_the_receipt_of_what_was_telephoned(talk: Conversation) -> None:
    await talk.zhao.says("代登记")
    await talk.zhao.says("王老")
    await talk.zhao.presses("住房")
    await talk.zhao.says("楼道灯坏了")
    await talk.zhao.presses("说完了")
    await talk.zhao.presses("不急")
    await talk.zhao.presses("确认提交")
    assert talk.wang.sees("赵科替您登记了")
    assert talk.wang.sees("编号：2026-1")


async def test_staff_limited_to_a_unit_write_down_nothing_for_others(talk: Conversation) -> None:
    sun = await talk.joins("孙姐", "staff", "虚构县教育局")
    await sun.says("代登记")
    await sun.says("王老")
    assert sun.sees("花名册里没有叫“王老”的老同志，或者不归您管")
    assert await case_rows(talk, "id") == []


async def shares(talk: Conversation) -> None:
    """张老, his wife, uses 王老's telephone as well: she types her code there and agrees."""
    await talk.joins("张老", "cadre", account=False)
    await talk.writes(lambda tx: entry.add_invite(tx, talk.ids["张老"], "ABCD2345", None, talk.clock(), 72))
    await talk.wang.says("ABCD2345")
    assert talk.wang.sees("以后张老也用这个账号")
    await talk.wang.presses("本人同意")
    assert talk.wang.sees("王老和张老都能用这个账号")


async def test_two_elders_on_one_telephone_are_asked_for_whom_and_never_mix(talk: Conversation) -> None:
    await shares(talk)
    wang = talk.wang
    await wang.says("困难")
    assert wang.sees("这次是为谁办？")
    assert wang.buttons[:2] == ["1 王老", "2 张老"]
    await wang.presses("张老")
    await wang.presses("生活照料")
    await wang.says("腿疼想要个轮椅")
    await wang.presses("说完了")
    await wang.presses("不急")
    assert wang.sees("为谁办：张老")
    await wang.presses("确认提交")
    await reports(wang, whom="王老")
    zhang, own = talk.ids["张老"], talk.ids["王老"]
    assert await case_rows(talk, "person_id, acted_by") == [(zhang, zhang), (own, own)]


async def test_words_on_a_shared_telephone_are_never_put_into_a_case_unasked(talk: Conversation) -> None:
    await shares(talk)
    await reports(talk.wang, whom="王老")
    await takes(talk.zhao)
    await talk.wang.says("阳台也不热，麻烦看看")
    assert talk.wang.sees("要我记下来")
    assert any("补充到 2026-1 王老" in each for each in talk.wang.buttons)
    assert await kinds(talk) == ["said", "taken"]


async def test_what_is_for_one_of_two_on_a_telephone_says_so(talk: Conversation) -> None:
    await shares(talk)
    await reports(talk.wang, "腿疼想要个轮椅", "生活照料", whom="张老")
    await takes(talk.zhao)
    await closes(talk.zhao, "轮椅送到了")
    assert talk.wang.sees("给张老：\n")
    await talk.wang.presses("已解决")
    assert talk.wang.sees("您对这次办理满意吗")


@pytest.mark.parametrize("code", ["WXYZ6789", "abcd2345"])
async def test_a_code_that_is_not_valid_shares_nothing(talk: Conversation, code: str) -> None:
    await talk.wang.says(code)
    assert not talk.wang.sees("也用这个账号")
    assert await talk.rows("SELECT * FROM account_persons") == []


# ── danger ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("words", "call"),
    [
        ("我摔倒了起不来", "120"),
        ("胸 口 疼", "120"),
        ("家里着火了", "119"),
        ("我不想活了", "12356"),
        ("有人闯进来了", "110"),
    ],
)
async def test_danger_shows_the_number_first_opens_an_urgent_case_and_alarms_everybody(
    talk: Conversation, words: str, call: str
) -> None:
    await talk.wang.says(words)
    assert talk.wang.heard.index(f"请马上打 {call}") < 20
    assert talk.wang.sees("已经登记（2026-1），正在通知值班的工作人员和领导")
    assert talk.zhao.sees("【险】新的困难 2026-1") and talk.zhao.sees(words)
    assert talk.qian.sees("请马上打电话核实")
    [(urgent, danger, state)] = await case_rows(talk, "urgent, danger, state")
    assert urgent and danger and state == "open"


async def test_danger_told_in_the_middle_of_a_form_comes_before_the_form_and_the_form_is_kept(
    talk: Conversation,
) -> None:
    await talk.wang.says("困难")
    await talk.wang.presses("住房")
    await talk.wang.says("暖气不热")
    await talk.wang.says("哎呀我摔倒了")
    assert talk.wang.sees("请马上打 120")
    await talk.wang.says("接着填")
    assert talk.wang.sees("您已经说了：暖气不热")


async def test_danger_needs_no_consent_first(talk: Conversation) -> None:
    await talk.writes(lambda tx: entry.withdraw_consent(tx, talk.ids["王老"], talk.clock()))
    await talk.wang.says("我摔倒了")
    assert talk.wang.sees("请马上打 120")
    assert talk.zhao.sees("【险】")


async def test_a_strangers_danger_is_told_to_staff(talk: Conversation) -> None:
    await talk.stranger.says("救命，我胸口疼")
    assert talk.stranger.sees("请马上打 120")
    assert talk.zhao.sees("一个还没登记的人说")
    assert await case_rows(talk, "id") == []


async def test_a_stranger_who_repeats_an_alarm_does_not_flood_staff(talk: Conversation) -> None:
    await talk.stranger.says("救命，我胸口疼")
    await talk.stranger.says("我胸口疼啊")
    assert talk.stranger.sees("请马上打 120") and not talk.zhao.heard
    talk.clock.passes(minutes=11)
    await talk.stranger.says("我胸口疼")
    assert talk.zhao.sees("一个还没登记的人说")


async def test_more_words_of_the_same_danger_alarm_again_and_open_no_second_case(talk: Conversation) -> None:
    await talk.wang.says("我摔倒了")
    await talk.wang.says("摔倒了起不来啊")
    assert talk.zhao.sees("摔倒了起不来啊") and talk.wang.sees("这句话也记下了（2026-1）")
    assert len(await case_rows(talk, "id")) == 1


async def test_an_alarm_that_nobody_takes_is_given_again_in_real_minutes(talk: Conversation) -> None:
    await talk.wang.says("我摔倒了")
    await talk.passes(minutes=talk.office.danger_repeat_minutes, seconds=1)
    assert talk.zhao.sees("还没有人接手，请马上打电话核实")
    assert talk.qian.sees("还没有人接手")


async def test_an_alarm_that_was_taken_is_not_given_again(talk: Conversation) -> None:
    await talk.wang.says("我摔倒了")
    await takes(talk.zhao)
    await talk.passes(minutes=talk.office.danger_repeat_minutes + 1)
    assert not talk.zhao.sees("还没有人接手")


async def test_a_false_alarm_is_told_and_still_looked_after(talk: Conversation) -> None:
    await talk.wang.says("我摔倒了")
    await talk.wang.presses("没事了，是误会")
    assert talk.wang.sees("工作人员还是会打个电话问一声")
    assert talk.zhao.sees("没事了，是误会")


async def test_staff_may_write_of_danger_without_an_alarm(talk: Conversation) -> None:
    await talk.zhao.says("王老昨天摔倒了")
    assert not talk.qian.sees("【险】")


# ── any order and number ────────────────────────────────────────────────────────────────────────────────────────────


async def test_words_and_media_in_any_order_are_all_in_the_case(talk: Conversation) -> None:
    wang = talk.wang
    await wang.says("困难")
    await wang.presses("住房")
    await wang.sends(PHOTO)
    await wang.says("就是这里")
    await wang.sends(VOICE, PHOTO, words="还有这里")
    await wang.edits("就是厨房这里")
    await wang.presses("说完了")
    await wang.presses("不急")
    await wang.presses("确认提交")
    words, media = (await talk.rows("SELECT words, media FROM case_entries WHERE kind = 'said'"))[0]
    assert words == "就是这里\n还有这里\n（更正）就是厨房这里"
    assert media.count(",") == 2


async def test_a_message_edited_later_keeps_both_texts_in_the_case(talk: Conversation) -> None:
    await reports(talk.wang)
    await takes(talk.zhao)
    await talk.wang.edits("暖气五天不热了")
    assert talk.zhao.sees("（更正）暖气五天不热了")
    said = [row[0] for row in await talk.rows("SELECT words FROM case_entries WHERE kind = 'said' ORDER BY id")]
    assert said == ["暖气三天不热了", "（更正）暖气五天不热了"]


# ── the receipt ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_receipt_says_who_will_see_it_and_no_time_of_looking_in_office_hours(talk: Conversation) -> None:
    await reports(talk.wang)
    assert talk.wang.sees("只有局里负责的工作人员、领导，还有替您办事的小李看得到")
    assert talk.wang.sees("经办人：正在安排")
    assert not talk.wang.sees("现在是下班时间")


async def test_outside_office_hours_the_receipt_says_when_somebody_will_look(talk: Conversation) -> None:
    talk.clock.passes(hours=10)  # eight in the evening
    await reports(talk.wang)
    assert talk.wang.sees("现在是下班时间，工作人员11月24日 星期二 08:30上班后就看")


# ── the same matter twice ───────────────────────────────────────────────────────────────────────────────────────────


async def tells_again(talk: Conversation, words: str) -> None:
    talk.clock.passes(hours=2)
    await talk.wang.says("困难")
    await talk.wang.presses("住房")
    await talk.wang.says(words)
    await talk.wang.presses("说完了")


async def test_a_report_that_looks_like_an_open_one_joins_it_when_the_cadre_says_so(talk: Conversation) -> None:
    await reports(talk.wang)
    await tells_again(talk, "暖气还是不热")
    assert talk.wang.sees("2026-1“暖气三天不热了”")
    assert talk.wang.sees("是不是同一件事？")
    await talk.wang.presses("是同一件，补充进去")
    assert talk.wang.sees("已经补充到 2026-1")
    assert await kinds(talk) == ["said", "said"]


async def test_a_report_that_is_another_matter_becomes_a_case_of_its_own(talk: Conversation) -> None:
    await reports(talk.wang)
    await tells_again(talk, "暖气还是不热")
    await talk.wang.presses("是另一件事")
    await talk.wang.presses("不急")
    await talk.wang.presses("确认提交")
    assert len(await case_rows(talk, "id")) == 2


async def test_a_report_of_something_else_is_not_asked_about(talk: Conversation) -> None:
    await reports(talk.wang)
    await tells_again(talk, "卫生间的门锁坏了打不开")
    assert talk.wang.sees("这件事今天就要有人管吗")


async def test_a_matter_that_was_closed_meanwhile_is_joined_and_opens_again(talk: Conversation) -> None:
    await reports(talk.wang)
    await takes(talk.zhao)
    await tells_again(talk, "暖气还是不热")
    await closes(talk.zhao)
    await talk.wang.sends_choice(
        next(row[1] for each in talk.wang.letters for row in each.buttons if "同一件" in row[0])
    )
    assert await case_rows(talk, "state, reopenings") == [("taken", 1)]


# ── clocks begin ────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_every_clock_runs_from_the_first_moment(talk: Conversation) -> None:
    await reports(talk.wang)
    assert await clocks(talk) == {"accept", "progress", "solve"}


async def test_urgent_is_the_next_working_day(talk: Conversation) -> None:
    await reports(talk.wang, urgent=True)
    tomorrow = talk.office.today(talk.clock()) + timedelta(days=1)
    assert await case_rows(talk, "promised_on") == [(tomorrow.isoformat(),)]

"""Notices as people live them: written, approved, sent, held, paused, cancelled, answered, called after."""

import io
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import time, timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook

from handlers.act import Act
from handlers.mailing import steering
from handlers.reminders import fire
from storage import accounts, mailings, media, outbox, quiet_hours, reminders
from storage.database import Tx
from storage.mailings import Mailing
from storage.outbox import Sent
from storage.quiet_hours import QuietHours
from tests.conversation import PHOTO, START, Conversation, open_conversation
from tests.hall_work import answers
from tests.mailing_work import EVERYBODY, TEXT, USUAL, approves, figures, named, sends, state, times_told, writes


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Conversation]:
    """It is Monday, 23 November 2026, ten in the morning."""
    async with open_conversation(tmp_path / "yinling.db") as opened:
        yield opened


async def told_why(talk: Conversation, deed: str) -> int:
    return int(await talk.one("SELECT count(*) FROM audit WHERE deed = ?", f"mailing.{deed}"))


# ── writing and approving ───────────────────────────────────────────────────────────────────────────────────────────


async def test_a_notice_is_written_approved_and_arrives_once(talk: Conversation) -> None:
    song = await talk.joins("宋老", "cadre")
    await talk.joins("孙老", "cadre", account=False)
    await answers(talk.zhao, "发通知", TEXT, "【说完了】", "【全体老同志】")
    assert talk.zhao.sees("现在一共 3 人，能送到 2 人，联系不上 1 人")
    await answers(talk.zhao, "【就发给他们】", *USUAL)
    assert talk.zhao.sees("发给：全体老同志，3 人")
    assert talk.zhao.sees("联系不上 1 人：孙老")
    assert talk.zhao.sees("一分钟以内")
    await talk.zhao.presses("确认提交")
    assert talk.zhao.sees("已经报给钱局批准")
    assert times_told(talk.zhao) == 1  # as it will look
    assert times_told(talk.wang) == 0
    assert times_told(talk.qian) == 1
    assert talk.qian.sees("现在 3 人，能送到 2 人")

    await approves(talk.qian)
    assert talk.zhao.sees("钱局批准了")
    await talk.passes(minutes=2)
    assert (times_told(talk.wang), times_told(song), times_told(talk.li)) == (1, 1, 0)
    assert await figures(talk) == {"arrived": 2, "unreachable": 1}
    assert await state(talk) == "done"
    assert talk.zhao.sees("发完了")
    assert talk.zhao.sees("一共 3 人，已送到 2 人")

    await talk.wang.presses("已阅")
    assert talk.wang.sees("记下王老已经看过了")
    await talk.wang.presses("已阅", next(each for each in talk.wang.letters if each.text == TEXT))
    assert talk.wang.sees("已经记过了")
    await talk.zhao.sends_choice("a:mailing:1")
    assert talk.zhao.sees("已阅 1 人")
    assert [await told_why(talk, each) for each in ("proposed", "approved", "began", "done")] == [1, 1, 1, 1]


async def test_nobody_approves_their_own_and_a_decision_is_made_once(talk: Conversation) -> None:
    await writes(talk.zhao)
    await talk.zhao.sends_choice("a:approve:1")
    assert talk.zhao.sees("写的人自己不能批")
    await talk.wang.sends_choice("a:approve:1")
    assert await state(talk) == "proposed"
    await approves(talk.qian)
    await talk.qian.sends_choice("a:sendback:1")
    assert talk.qian.sees("批准了，到时候就发")
    await talk.qian.sends_choice("a:approve:1")
    await talk.passes(minutes=2)
    assert times_told(talk.wang) == 1


async def test_what_is_returned_comes_back_with_the_reason_and_goes_out_only_after_a_new_approval(
    talk: Conversation,
) -> None:
    await writes(talk.zhao)
    await answers(talk.qian, "【退回修改】", "写明食堂开饭的时间")
    assert talk.zhao.sees("写明食堂开饭的时间")
    await talk.passes(days=4)
    assert times_told(talk.wang) == 0
    await answers(talk.zhao, "【改了再报】", "【重新写】", "食堂十一点半开饭。", "【说完了】", "【还发给他们】", *USUAL)
    await talk.zhao.presses("确认提交")
    assert times_told(talk.qian, "食堂十一点半开饭。") == 1
    await approves(talk.qian)
    await talk.passes(minutes=2)
    assert times_told(talk.wang, "食堂十一点半开饭。") == 1


async def test_only_a_leader_sends_alone_and_only_what_is_urgent_and_the_trail_says_so(talk: Conversation) -> None:
    await answers(
        talk.qian, "发通知", "今夜停水。", "【说完了】", *EVERYBODY, "【一项一项定】", "【【已阅】】", "【急】"
    )
    await answers(talk.qian, "【批准了就发】", "【3 天以后】")
    assert talk.qian.sees("没有别的同志可以批准")
    await answers(talk.qian, "【马上发，我负责】", "【确认提交】")
    await talk.passes(minutes=1)
    assert times_told(talk.wang, "今夜停水。") == 1
    assert await told_why(talk, "alone") == 1


async def test_the_buttons_of_a_preview_do_nothing_and_those_of_another_person_neither(talk: Conversation) -> None:
    await writes(talk.zhao)
    await talk.qian.presses("已阅", next(each for each in talk.qian.letters if each.text == TEXT))
    assert talk.qian.sees("在这里按了不算")
    await approves(talk.qian)
    await talk.passes(minutes=2)
    song = await talk.joins("宋老", "cadre")
    await song.sends_choice("a:seen:1")
    assert song.sees("不是发给您的")
    await talk.stranger.sends_choice("a:seen:1")
    assert await talk.one("SELECT count(read_at) FROM recipients") == 0


# ── to whom ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_conditions_are_joined_and_somebody_is_left_out(talk: Conversation) -> None:
    for name in ("宋老", "韩老", "孙老"):
        await talk.joins(name, "cadre", "虚构县档案局")
    await talk.writes(lambda tx: tx.run("UPDATE persons SET living = '独居' WHERE name IN ('宋老', '韩老', '王老')"))
    await answers(talk.zhao, "发通知", TEXT, "【说完了】", "【按条件挑】", "【单位】", "虚构县档案局")
    assert talk.zhao.sees("现在一共 3 人")
    await answers(talk.zhao, "【再加一个条件】", "【独居、失能、住院】", "独居、空巢的")
    assert talk.zhao.sees("现在一共 2 人")
    await answers(talk.zhao, "【去掉几位】", "没有的人")
    assert talk.zhao.sees("花名册里没有没有的人")
    await answers(talk.zhao, "韩老", *USUAL)
    assert talk.zhao.sees("虚构县档案局，独居、空巢的，去掉韩老，1 人")
    await talk.zhao.presses("确认提交")
    await approves(talk.qian)
    await talk.passes(minutes=2)
    assert await talk.rows("SELECT p.name FROM recipients r JOIN persons p ON p.id = r.person_id") == [("宋老",)]


async def test_by_name_whoever_it_is_and_by_the_answers_to_an_earlier_one(talk: Conversation) -> None:
    song = await talk.joins("宋老", "cadre")
    await sends(
        talk,
        "下周二去参观。",
        ("【指名】", "宋老、王老、小李"),
        ("【一项一项定】", "【【参加】】", "【不急】", "【批准了就发】", "【3 天以后】"),
    )
    assert [times_told(each, "下周二去参观。") for each in (song, talk.wang, talk.li)] == [1, 1, 1]
    await song.presses("1 参加")
    assert song.sees("记下了：宋老参加")
    await song.presses("不参加", next(each for each in song.letters if each.text == "下周二去参观。"))
    assert song.sees("改过来了：宋老不参加")
    await talk.wang.presses("1 参加")
    await sends(
        talk,
        "请带身份证。",
        ("【看以前一条通知的回答】", "【1 通知“下周二去参观。”】", "【答了参加的】", "【就发给他们】"),
    )
    assert [times_told(each, "请带身份证。") for each in (song, talk.wang, talk.li)] == [0, 1, 0]


async def test_who_is_limited_to_a_unit_sends_to_it_only_and_sees_nothing_of_others(talk: Conversation) -> None:
    sun = await talk.joins("孙姐", "staff", "虚构县档案局")
    song = await talk.joins("宋老", "cadre", "虚构县档案局")
    await sends(talk)
    await writes(sun, "档案局的老同志请来座谈。")
    await approves(talk.qian)
    await talk.passes(minutes=2)
    assert times_told(song, "档案局的老同志请来座谈。") == 1
    assert times_told(talk.wang, "档案局的老同志请来座谈。") == 0
    await sun.says("通知")
    assert any("档案局" in each for each in sun.buttons)
    assert not any("国庆" in each for each in sun.buttons)
    await sun.sends_choice("a:mailing:1")
    assert not sun.sees(TEXT)


async def test_nobody_who_died_or_withdrew_is_sent_anything_and_staff_see_why(talk: Conversation) -> None:
    song, han = await talk.joins("宋老", "cadre"), await talk.joins("韩老", "cadre")
    await writes(talk.zhao)
    await answers(song, "撤回同意", "【撤回】")
    await approves(talk.qian)
    await talk.writes(
        lambda tx: tx.run(
            "INSERT INTO life_events (person_id, kind, from_on, entered_at) VALUES (?, 'deceased', '2026-11-22', '2026-11-23')",
            talk.ids["韩老"],
        )
    )
    await talk.passes(minutes=2)
    assert (times_told(song), times_told(han), times_told(talk.wang)) == (0, 0, 1)
    assert await figures(talk) == {"arrived": 1, "unreachable": 1}
    assert "撤回了同意" in await talk.one("SELECT why FROM recipients WHERE state = 'unreachable'")


# ── when ────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_quiet_hours_hold_it_back_and_urgent_goes_through(talk: Conversation) -> None:
    await talk.passes(hours=12)  # ten in the evening
    await writes(talk.zhao)
    await approves(talk.qian)
    await talk.passes(minutes=5)
    assert times_told(talk.wang) == 0
    assert await figures(talk) == {"queued": 1}
    await answers(talk.qian, "发通知", "今夜停水。", "【说完了】", *EVERYBODY, "【一项一项定】", "【不用按】", "【急】")
    await answers(talk.qian, "【批准了就发】", "【3 天以后】", "【马上发，我负责】", "【确认提交】")
    await talk.passes(minutes=1)
    assert times_told(talk.wang, "今夜停水。") == 1
    await talk.passes_until(START.replace(hour=23, minute=31))  # half past seven in the morning, and a minute
    assert times_told(talk.wang) == 1


async def test_the_persons_own_quiet_hours_hold_only_theirs(talk: Conversation) -> None:
    song = await talk.joins("宋老", "cadre")
    await talk.writes(lambda tx: quiet_hours.put(tx, talk.ids["王老"], QuietHours(time(9), time(11), True)))
    await sends(talk)
    assert (times_told(song), await state(talk)) == (1, "sending")
    await talk.zhao.sends_choice("a:mailing:1")
    assert talk.zhao.sees("其中 1 人本人现在不想被打扰")
    await talk.passes(hours=1, minutes=5)
    assert await figures(talk) == {"arrived": 2}
    assert await state(talk) == "done"


async def test_at_a_time_and_in_a_window(talk: Conversation) -> None:
    at = ("【一项一项定】", "【【已阅】】", "【不急】", "【定一个时间】", "11月24日", "上午九点", "【3 天以后】")
    await writes(talk.zhao, rest=at)
    await approves(talk.qian)
    await talk.passes(hours=22)
    assert times_told(talk.wang) == 0
    await talk.passes(hours=1, minutes=5)
    assert times_told(talk.wang) == 1
    window = ("【一项一项定】", "【【已阅】】", "【不急】", "【每天只在一个时段里发】", "15:00-16:00", "【3 天以后】")
    await sends(talk, "老年大学开课。", rest=window)
    assert times_told(talk.wang, "老年大学开课。") == 0
    await talk.passes(hours=7)
    assert times_told(talk.wang, "老年大学开课。") == 1


async def test_what_is_of_no_use_any_more_is_not_sent_and_staff_hear_of_it(talk: Conversation) -> None:
    await talk.joins("宋老", "cadre")
    window = (
        "【一项一项定】",
        "【【已阅】】",
        "【不急】",
        "【每天只在一个时段里发】",
        "22:00-22:30",  # refused: everybody sleeps
        "9:00-9:30",  # that is tomorrow, and by then it is of no use
        "【当天晚上 9 点以后】",
    )
    await sends(talk, rest=window)
    await talk.passes(hours=12)
    assert times_told(talk.wang) == 0
    assert await figures(talk) == {"late": 2}
    await talk.passes(hours=24)
    assert any("过了时间没发 2 人" in each.text for each in talk.zhao.letters)


async def test_what_nobody_approved_in_time_is_given_up_and_its_maker_hears_it(talk: Conversation) -> None:
    await writes(talk.zhao)
    await approves(talk.qian)
    await talk.zhao.sends_choice("a:pause:1")
    await talk.passes(days=4)
    assert await state(talk) == "cancelled"
    assert any("到时间还没有开始发" in each.text for each in talk.zhao.letters)
    await writes(talk.zhao, "第二条。")
    await talk.passes(hours=5)
    assert talk.qian.sees("还等您批准")  # once more
    assert talk.zhao.sees("急的话请打电话：\n钱局")
    await talk.passes(days=4)
    assert any("到时间还没有人批准" in each.text for each in talk.zhao.letters)
    await talk.qian.sends_choice("a:approve:2")
    assert talk.qian.sees("取消了")


# ── under way ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_paused_resumed_and_cancelled_in_every_phase(talk: Conversation) -> None:
    await writes(talk.zhao)
    await talk.zhao.sends_choice("a:stopmail:1")  # before anybody approved it
    assert await state(talk) == "cancelled"
    await talk.qian.sends_choice("a:approve:1")
    assert await state(talk) == "cancelled"

    await writes(talk.zhao)
    await approves(talk.qian)
    await talk.zhao.sends_choice("a:pause:2")  # approved, and not begun
    await talk.passes(minutes=5)
    assert times_told(talk.wang) == 0
    await talk.zhao.presses("接着发")
    await talk.passes(minutes=2)
    assert times_told(talk.wang) == 1

    window = ("【一项一项定】", "【【已阅】】", "【不急】", "【每天只在一个时段里发】", "15:00-16:00", "【3 天以后】")
    await sends(talk, "第三条。", rest=window)
    await talk.zhao.sends_choice("a:pause:3")  # while everybody waits
    await talk.passes(hours=8)
    assert times_told(talk.wang, "第三条。") == 0
    await talk.zhao.sends_choice("a:stopmail:3")
    assert talk.zhao.sees("还有 1 人没有发")
    await talk.zhao.presses("不再发了")
    await talk.passes(hours=24)
    assert times_told(talk.wang, "第三条。") == 0
    assert await figures(talk, 3) == {"dropped": 1}
    assert await talk.one("SELECT count(*) FROM outbox WHERE state = 'waiting'") == 0


async def ticks_without_sending(talk: Conversation, times: int = 2) -> None:
    """Let the clock do its part while no letter can leave: the channel is slow."""
    async with talk.database.write() as tx:
        for _ in range(times):
            for each in await reminders.due(tx, talk.clock(), 9):
                await fire(Act(tx, talk.office, talk.clock()), each)


async def letter_ids(talk: Conversation) -> list[int]:
    rows = await talk.rows("SELECT id FROM outbox WHERE recipient_id IS NOT NULL AND state = 'waiting'")
    return [int(row[0]) for row in rows]


async def steers(talk: Conversation, doing: Callable[[Act, Mailing], Awaitable[object]], mailing_id: int = 1) -> None:
    """Let staff do something while nothing leaves."""
    async with talk.database.write() as tx:
        await doing(Act(tx, talk.office, talk.clock()), await mailings.by_id(tx, mailing_id))


async def test_a_pause_calls_back_what_has_not_left_and_nothing_else(talk: Conversation) -> None:
    await writes(talk.zhao)
    await approves(talk.qian)
    await ticks_without_sending(talk)
    assert await figures(talk) == {"out": 1}
    await steers(talk, steering.pause)
    assert await figures(talk) == {"queued": 1}
    await talk.wang.says("在吗")  # an answer is not held
    assert talk.wang.sees("您好")
    assert times_told(talk.wang) == 0
    await talk.zhao.sends_choice("a:goon:1")
    await talk.passes(minutes=1)
    assert await figures(talk) == {"arrived": 1}
    assert times_told(talk.wang) == 1


async def test_what_a_channel_is_taking_while_it_is_called_back_arrives_once(talk: Conversation) -> None:
    await writes(talk.zhao)
    await approves(talk.qian)
    await ticks_without_sending(talk)
    [travelling] = await letter_ids(talk)
    await steers(talk, steering.pause)
    await steers(talk, steering.resume)
    await ticks_without_sending(talk, 1)
    assert len(await letter_ids(talk)) == 1  # the one written anew
    async with talk.database.write() as tx:
        await outbox.sent(tx, [Sent(travelling)], talk.clock())
    await talk.passes(minutes=1)
    assert await figures(talk) == {"arrived": 1}
    assert times_told(talk.wang) == 1


@pytest.mark.parametrize("what", [steering.pause, steering.cancel])
async def test_a_letter_that_has_left_in_part_is_sent_to_the_end(
    talk: Conversation, what: Callable[[Act, Mailing], Awaitable[object]]
) -> None:
    await writes(talk.zhao)
    await approves(talk.qian)
    await ticks_without_sending(talk)
    [travelling] = await letter_ids(talk)
    await steers(talk, what)
    async with talk.database.write() as tx:
        await outbox.part_sent(tx, travelling, 1, 0, talk.clock())
    await talk.passes(minutes=1)
    assert await figures(talk) == {"arrived": 1}
    assert times_told(talk.wang) == 1


async def test_the_next_account_is_tried_and_the_failed_are_sent_again_and_nobody_else(talk: Conversation) -> None:
    song = await talk.joins("宋老", "cadre")

    async def second_account(tx: Tx) -> None:
        new = await accounts.find_or_add(tx, "telegram", "9999", talk.clock())
        await accounts.bind(tx, new, talk.ids["宋老"], talk.clock())

    await talk.writes(second_account)
    await writes(talk.zhao)
    await approves(talk.qian)
    await ticks_without_sending(talk)
    async with talk.database.write() as tx:
        for each in await letter_ids(talk):
            await outbox.failed(tx, each, "对方停用了机器人", talk.clock())
    await talk.passes(minutes=3)
    assert await figures(talk) == {"arrived": 1, "failed": 1}  # 宋老 has it on the other account, 王老 has no other
    arrived = "SELECT a.address FROM outbox o JOIN accounts a ON a.id = o.account_id WHERE o.recipient_id IS NOT NULL AND o.state = 'sent'"
    assert await talk.rows(arrived) == [("9999",)]
    await talk.zhao.sends_choice("a:mailing:1")
    await talk.zhao.presses("重发没送到的 1 人")
    await talk.passes(minutes=2)
    assert await figures(talk) == {"arrived": 2}
    assert (times_told(talk.wang), times_told(song)) == (1, 0)


async def test_whoever_joins_later_is_offered_and_sent_it_once(talk: Conversation) -> None:
    await sends(talk)
    song = await talk.joins("宋老", "cadre")
    await talk.passes(days=1)
    assert times_told(song) == 0
    await talk.zhao.sends_choice("a:mailing:1")
    await talk.zhao.presses("也发给后来加入的")
    await talk.passes(minutes=2)
    await talk.zhao.sends_choice("a:widen:1")
    await talk.passes(minutes=2)
    assert (times_told(song), times_told(talk.wang)) == (1, 1)


async def test_the_progress_is_one_message_that_is_kept_up_to_date(talk: Conversation) -> None:
    for place in range(450):  # more than two portions
        await talk.joins(f"老人{place}", "cadre")
    await sends(talk)
    assert await figures(talk) == {"arrived": 451}
    shown = [each for each in talk.zhao.letters if each.text.startswith(named(TEXT))]
    progress = await talk.rows("SELECT text FROM outbox WHERE id IN (SELECT value FROM mailings, json_each(progress))")
    assert len(progress) == 2  # the maker's and the leader's
    assert all("已送到 451 人" in row[0] for row in progress)
    assert len(shown) == 2  # it, and the word at the end


# ── afterwards ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_free_answer_reaches_whoever_sent_it(talk: Conversation) -> None:
    words = ("【一项一项定】", "【【已阅】【回几句话】】", "【不急】", "【批准了就发】", "【3 天以后】")
    await sends(talk, rest=words)
    await answers(talk.wang, "【回几句话】", "食堂能不能做软一点的饭", "【说完了】")
    assert talk.zhao.sees("王老")
    assert talk.zhao.sees("食堂能不能做软一点的饭")
    assert await talk.one("SELECT words FROM recipients") == "食堂能不能做软一点的饭"


async def test_the_unreached_and_the_unread_become_a_call_list_that_counts(talk: Conversation) -> None:
    await talk.joins("宋老", "cadre")
    await talk.joins("孙老", "cadre", account=False)
    await sends(talk)
    await talk.wang.presses("已阅")
    await talk.passes(hours=25)
    assert talk.zhao.sees("没送到的 1 人，送到了还没有阅的 1 人")
    await talk.zhao.presses("电话名单")
    assert talk.zhao.sees("1. 孙老：13800012001（还没有在这里开通）")
    assert talk.zhao.sees("2. 宋老")
    assert not talk.zhao.sees("王老")
    await answers(talk.zhao, "【填孙老】", "【没有人接】")
    assert talk.zhao.sees("打过 1 次没人接")
    await answers(talk.zhao, "【填孙老】", "【接通了，告诉了】", "【填宋老】", "【接通了，告诉了】")
    assert talk.zhao.sees("没有要打电话的")
    await talk.zhao.sends_choice("a:mailing:1")
    assert talk.zhao.sees("已阅 3 人")
    await talk.wang.sends_choice("a:callend:1.told")
    assert await talk.one("SELECT calls FROM recipients WHERE id = 1") == 0


async def test_the_figures_by_unit_and_the_workbook_are_those_of_the_rows_and_the_export_is_written_down(
    talk: Conversation,
) -> None:
    await talk.joins("宋老", "cadre", "虚构县档案局")
    await talk.joins("=1+1", "cadre", "虚构县档案局", account=False)
    await sends(talk)
    await talk.wang.presses("已阅")
    await talk.zhao.sends_choice("a:mailstats:1")
    assert talk.zhao.sees("虚构县档案局：2 人，送到 1，已阅 0，回答 0")
    await talk.zhao.sends_choice("a:mailexport:1")
    async with talk.database.read() as tx:
        content = await media.content(tx, talk.zhao.latest.media[0])
    book = load_workbook(io.BytesIO(content or b""))
    rows = [[cell.value for cell in row] for row in book["名单"].iter_rows(min_row=3)]
    assert [row[0] for row in rows] == ["王老", "宋老", "=1+1"]
    assert [row[3] for row in rows] == ["送到了", "送到了", "联系不上"]
    assert book["名单"]["A5"].data_type == "s"
    assert await told_why(talk, "exported") == 1
    assert not await talk.rows("SELECT 1 FROM media_seen_by WHERE account_id <> ?", await talk.account(talk.zhao))


async def test_a_photo_goes_along_and_words_that_are_too_long_are_asked_for_again(talk: Conversation) -> None:
    await answers(talk.zhao, "发通知", "长" * 1600, "【说完了】")
    assert talk.zhao.sees("当通知太长了")
    await talk.zhao.sends(PHOTO, words="请看照片。")
    await answers(talk.zhao, "【说完了】", *EVERYBODY, *USUAL, "【确认提交】")
    await approves(talk.qian)
    await talk.passes(minutes=2)
    [letter] = [each for each in talk.wang.letters if each.text == "请看照片。"]
    assert len(letter.media) == 1


async def test_urging_writes_to_those_who_have_not_read_it(talk: Conversation) -> None:
    song = await talk.joins("宋老", "cadre")
    await sends(talk)
    await talk.wang.presses("已阅")
    await talk.zhao.sends_choice("a:mailing:1")
    await answers(talk.zhao, "【催还没阅的】", "【用原来的】", *USUAL, "【确认提交】")
    await approves(talk.qian)
    await talk.passes(minutes=2)
    assert (times_told(talk.wang), times_told(song)) == (1, 2)


async def test_a_month_later_nothing_of_it_stirs(talk: Conversation) -> None:
    await sends(talk)
    before = len(talk.wang.letters)
    await talk.passes(days=30)
    await talk.restarts()
    await talk.passes(days=1)
    assert times_told(talk.wang) == 1
    assert len([each for each in talk.wang.letters[before:] if TEXT in each.text]) == 0
    assert talk.clock() - START > timedelta(days=31)


async def test_a_case_is_linked_to_a_notice_that_reached_the_person(talk: Conversation) -> None:
    await sends(talk)
    await answers(talk.wang, "困难", "【生活照料】", "食堂的饭太硬", "【说完了】", "【不急】", "【确认提交】")
    await answers(
        talk.zhao, "【查看】", "【接手】", "【更多】", "【关联走访或通知】", "【通知】", "【通知“国庆节放假】"
    )
    assert talk.zhao.sees("通知：11月23日 通知“国庆节放假")

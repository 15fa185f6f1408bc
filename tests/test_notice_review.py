"""What a hostile reader found in notices, each as those live it who would have suffered from it."""

from collections.abc import AsyncIterator
from datetime import time, timedelta
from pathlib import Path

import pytest

from handlers.act import Act
from handlers.mailing import running
from handlers.notices.composing import corrected
from handlers.reminders import fire
from storage import accounts, mailings, media, outbox, people, quiet_hours, recipient_letters, recipients, reminders
from storage.accounts import Role
from storage.database import Tx
from storage.quiet_hours import QuietHours
from tests.conversation import PHOTO, Conversation, open_conversation
from tests.hall_work import answers
from tests.mailing_work import EVERYBODY, TEXT, USUAL, approves, figures, sends, state, times_told, writes

NAMED = ("【指名】",)
COME = ("【一项一项定】", "【【参加】】", "【不急】", "【批准了就发】", "【3 天以后】")
NOTHING = ("【一项一项定】", "【不用按】", "【不急】", "【批准了就发】", "【3 天以后】")


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Conversation]:
    """It is Monday, 23 November 2026, ten in the morning."""
    async with open_conversation(tmp_path / "yinling.db") as opened:
        yield opened


async def leaves_the_roster(talk: Conversation, name: str) -> None:
    await talk.writes(lambda tx: people.set_active(tx, talk.ids[name], False, talk.clock()))


# ── to the right people, in the right words ─────────────────────────────────────────────────────────────────────────


async def test_who_is_not_on_the_roster_any_more_cannot_be_named_and_a_notice_to_nobody_goes_to_nobody(
    talk: Conversation,
) -> None:
    song = await talk.joins("宋老", "cadre")
    await answers(talk.zhao, "发通知", "只给宋老一人的话", "【说完了】", "【指名】", "宋老", *USUAL)
    await leaves_the_roster(talk, "宋老")  # between the answer and the confirmation
    await talk.zhao.presses("确认提交")
    await talk.zhao.presses("确认提交")
    await approves(talk.qian)
    await talk.passes(days=1)
    assert [times_told(each, "只给宋老一人的话") for each in (song, talk.wang, talk.li)] == [0, 0, 0]
    await answers(talk.zhao, "发通知", TEXT, "【说完了】", "【指名】", "宋老")
    assert talk.zhao.sees("花名册里没有宋老")


async def test_a_change_at_the_review_asks_the_whole_part_anew(talk: Conversation) -> None:
    for name in ("张老", "张老", "宋老", "韩老"):
        await talk.joins(name, "cadre", "虚构县档案局")
    await answers(talk.zhao, "发通知", "短的第一稿", "【说完了】", "【指名】", "张老", "【1 张老】", *USUAL)
    assert talk.zhao.sees("发给：张老，1 人")
    await answers(talk.zhao, "【改发给谁】", "【指名】", "宋老")
    assert talk.zhao.sees("发给：宋老，1 人")
    await answers(talk.zhao, "【改内容】", "【重新说】", "长" * 1600, "【说完了】", "第二稿", "【说完了】")
    assert talk.zhao.sees("“第二稿”")
    await answers(talk.zhao, "【改内容】", "【重新说】", "第三稿", "【说完了】")
    assert talk.zhao.sees("“第三稿”")
    await answers(
        talk.zhao,
        "【改发给谁】",
        "【按条件挑】",
        "【单位】",
        "虚构县档案局",
        "【再加一个条件】",
        "【年龄】",
        "60",
        "90",
    )
    await answers(talk.zhao, "【去掉几位】", "宋老、韩老")
    assert talk.zhao.sees("第三稿")
    await answers(talk.zhao, "【改发给谁】", "【按条件挑】", "【单位】", "虚构县水利局", "【就发给他们】")
    assert talk.zhao.sees("发给：虚构县水利局，1 人")
    assert len(talk.zhao.buttons) <= 6
    await talk.zhao.presses("确认提交")
    await approves(talk.qian)
    await talk.passes(minutes=2)
    assert times_told(talk.wang, "第三稿") == 1


async def test_what_was_said_on_the_way_is_not_broadcast_and_a_corrected_message_replaces_what_it_corrects(
    talk: Conversation,
) -> None:
    await answers(talk.zhao, "发通知", "国庆放假三天。", "食堂照常。")
    await talk.zhao.edits("国庆放假七天。")
    await answers(talk.zhao, "【说完了】", "小王你等一下，我问问钱局怎么弄", *EVERYBODY, *USUAL, "【确认提交】")
    await approves(talk.qian)
    await talk.passes(minutes=2)
    assert times_told(talk.wang, "国庆放假七天。\n食堂照常。") == 1
    assert corrected(["（语音转文字）明天开会"]) == "明天开会"


async def test_a_photo_alone_is_not_enough_for_there_would_be_no_button(talk: Conversation) -> None:
    await talk.zhao.says("发通知")
    await talk.zhao.sends(PHOTO)
    await talk.zhao.presses("说完了")
    assert talk.zhao.sees("还要写一句话")


async def test_what_has_lost_its_attachment_does_not_go_out(talk: Conversation) -> None:
    await talk.zhao.says("发通知")
    await talk.zhao.sends(PHOTO, words="请看照片。")
    await answers(talk.zhao, "【说完了】", *EVERYBODY, *USUAL, "【确认提交】")
    medium = await talk.one("SELECT id FROM media")
    await talk.writes(lambda tx: media.lost(tx, medium, "取不到"))
    await approves(talk.qian)
    await talk.passes(minutes=2)
    assert times_told(talk.wang, "请看照片。") == 0
    assert any("没能取到" in each.text for each in talk.zhao.letters)


async def test_a_form_that_lay_until_its_time_had_passed_is_asked_about(talk: Conversation) -> None:
    at = ("【一项一项定】", "【【已阅】】", "【不急】", "【定一个时间】", "今天", "上午十一点", "【当天晚上 9 点以后】")
    await answers(talk.zhao, "发通知", TEXT, "【说完了】", *EVERYBODY, *at)
    await talk.passes(hours=12)
    await talk.zhao.presses("确认提交")
    assert talk.zhao.sees("定的发送时间已经过了")
    await answers(talk.zhao, "【批准了就发】", "【到 3 天以后】", "【确认提交】")
    assert talk.zhao.sees("已经报给钱局")


async def test_who_died_or_withdrew_while_it_was_held_is_not_sent_it(talk: Conversation) -> None:
    song, han = await talk.joins("宋老", "cadre"), await talk.joins("韩老", "cadre")
    await talk.writes(lambda tx: quiet_hours.put(tx, talk.ids["韩老"], QuietHours(time(9), time(12), True)))
    await writes(talk.zhao)
    await approves(talk.qian)
    await talk.zhao.sends_choice("a:pause:1")
    await talk.passes(minutes=5)
    died = "INSERT INTO life_events (person_id, kind, from_on, entered_at) VALUES (?, 'deceased', '2026-11-23', '2026-11-23')"
    await talk.writes(lambda tx: tx.run(died, talk.ids["宋老"]))
    await talk.zhao.sends_choice("a:goon:1")
    await talk.passes(minutes=5)
    await answers(han, "撤回同意", "【撤回】")
    await talk.passes(hours=5)  # 韩老's own hours, then the noon rest
    assert (times_told(song), times_told(han), times_told(talk.wang)) == (0, 0, 1)
    assert await state(talk) == "done"


# ── once, and at the right time ─────────────────────────────────────────────────────────────────────────────────────


async def test_a_clock_set_back_sends_nothing_twice(talk: Conversation) -> None:
    await sends(talk)
    await talk.joins("宋老", "cadre")
    talk.clock.ahead -= timedelta(minutes=30)
    await talk.zhao.sends_choice("a:widen:1")
    for _ in range(3):
        await talk.zhao.sends_choice("a:pause:1")
        await talk.zhao.sends_choice("a:goon:1")
        await talk.passes(minutes=5)
    assert times_told(talk.wang) == 1
    assert await figures(talk) == {"arrived": 2}
    assert await talk.one("SELECT count(*) FROM reminders WHERE kind = 'mailing.tick' AND state = 'waiting'") == 0


async def test_resumed_at_night_it_waits_for_the_morning_and_the_own_hours_are_asked_again(talk: Conversation) -> None:
    song = await talk.joins("宋老", "cadre")
    await talk.writes(lambda tx: quiet_hours.put(tx, talk.ids["宋老"], QuietHours(time(7), time(9), True)))
    await writes(talk.zhao)
    await approves(talk.qian)
    await talk.zhao.sends_choice("a:pause:1")
    await talk.passes(hours=13)  # eleven at night
    await talk.zhao.sends_choice("a:goon:1")
    await talk.passes(hours=1)
    assert (times_told(talk.wang), times_told(song)) == (0, 0)
    await talk.zhao.sends_choice("a:mailing:1")
    assert talk.zhao.sees("现在先不打扰，11月24日 星期二 07:30接着发")
    await talk.passes(hours=8)  # eight in the morning
    assert (times_told(talk.wang), times_told(song)) == (1, 0)
    await talk.passes(hours=2)
    assert times_told(song) == 1


async def test_whoever_waits_for_a_slow_channel_stands_in_nobodys_way(talk: Conversation) -> None:
    many = running.MOST_UNSENT + running.PORTION

    async def join_on_a_channel_that_nobody_empties(tx: Tx) -> None:
        first = int((await tx.all("SELECT max(id) FROM persons"))[0][0]) + 1
        ids = range(first, first + many)
        moment = "2026-11-23T02:00:00.000Z"
        await tx.run_many(
            "INSERT INTO persons (id, name, created_at, updated_at) VALUES (?, ?, ?, ?)",
            [(each, f"老{each}", moment, moment) for each in ids],
        )
        await tx.run_many("INSERT INTO roles (person_id, role) VALUES (?, 'cadre')", [(each,) for each in ids])
        await tx.run_many(
            "INSERT INTO accounts (channel, address, person_id, created_at) VALUES ('wecom', ?, ?, ?)",
            [(str(each), each, moment) for each in ids],
        )

    await talk.writes(join_on_a_channel_that_nobody_empties)
    await talk.joins("宋老", "cadre")
    await writes(talk.zhao)
    await approves(talk.qian)
    async with talk.database.write() as tx:  # the clock alone: no letter leaves
        for _ in range(many // running.PORTION + 3):
            for each in await reminders.due(tx, talk.clock(), 9):
                await fire(Act(tx, talk.office, talk.clock()), each)
            talk.clock.passes(seconds=5)
        assert await recipient_letters.unsent(tx, 1) == {"telegram": 2, "wecom": running.MOST_UNSENT}
    assert await talk.one("SELECT state FROM recipients WHERE person_id = ?", talk.ids["宋老"]) == "out"


async def test_after_its_time_nobody_is_sent_it_any_more(talk: Conversation) -> None:
    await sends(talk)
    song = await talk.joins("宋老", "cadre")
    await talk.passes(days=4)
    await talk.zhao.sends_choice("a:mailing:1")
    assert not any("后来" in each for each in talk.zhao.buttons)
    await talk.zhao.sends_choice("a:widen:1")
    await talk.passes(days=1)
    assert times_told(song) == 0


async def test_what_is_proposed_again_keeps_its_way_to_answer_and_is_proposed_once(talk: Conversation) -> None:
    await writes(talk.zhao, rest=COME)
    await answers(talk.qian, "【退回修改】", "写明几点")
    returned = next(each for each in reversed(talk.zhao.letters) if "退回了您的" in each.text)
    await talk.zhao.presses("改了再报", returned)
    await answers(
        talk.zhao, "【重新写】", "星期二九点去参观。", "【说完了】", "【还发给他们】", "【跟原来一样】", "【确认提交】"
    )
    await talk.zhao.presses("改了再报", returned)
    assert talk.zhao.sees("已经改过、重新报过了")
    await approves(talk.qian)
    await talk.passes(minutes=2)
    assert talk.wang.buttons == ["1 参加", "2 不参加"]


# ── afterwards ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_where_nothing_can_be_pressed_nobody_is_called_for_not_having_read_it(talk: Conversation) -> None:
    await talk.joins("孙老", "cadre", account=False)
    await sends(talk, rest=NOTHING)
    await talk.passes(hours=25)
    assert talk.zhao.sees("没送到的 1 人。请打电话")
    await talk.zhao.sends_choice("a:mailing:1")
    assert not talk.zhao.sees("已阅")
    assert not any("催" in each for each in talk.zhao.buttons)
    await answers(talk.zhao, "【电话名单】", "【填孙老】", "【号码不对】")
    assert talk.zhao.sees("号码不对，请先查到新号码")  # still on the list
    await answers(talk.zhao, "【填孙老】", "【接通了，告诉了】")
    await talk.zhao.sends_choice("a:callend:2.told")
    assert await talk.one("SELECT calls FROM recipients WHERE person_id = ?", talk.ids["孙老"]) == 2


async def test_calls_are_entered_by_whoever_may_see_the_notice_and_only_as_it_asks(talk: Conversation) -> None:
    sun = await talk.joins("孙姐", "staff", "虚构县水利局")
    await sends(talk)
    await sun.sends_choice("a:callend:1.told")
    await talk.zhao.sends_choice("a:callend:1.yes")
    assert await talk.rows("SELECT calls, answer FROM recipients") == [(0, None)]


async def test_who_is_limited_to_a_unit_is_not_asked_to_approve(talk: Conversation) -> None:
    await talk.joins("周管", "administrator", "虚构县档案局")
    await talk.restarts(approvers=("administrator",))
    await answers(talk.zhao, "发通知")
    assert talk.zhao.sees("没有别的同志可以批准")


async def test_an_approver_who_cannot_be_reached_is_named_with_the_telephone(talk: Conversation) -> None:
    account = await talk.account(talk.qian)
    await talk.writes(lambda tx: accounts.mark_unreachable(tx, account, "对方停用了机器人"))
    await answers(talk.zhao, "发通知", TEXT, "【说完了】", *EVERYBODY, *USUAL, "【确认提交】")
    assert talk.zhao.sees("请打电话请他进来批准：钱局：")


async def test_what_a_cadre_says_goes_to_somebody_who_still_works_here(talk: Conversation) -> None:
    words = ("【一项一项定】", "【【已阅】【回几句话】】", "【不急】", "【批准了就发】", "【3 天以后】")
    await sends(talk, rest=words)

    async def becomes_a_cadre(tx: Tx) -> None:
        await people.take_role(tx, talk.ids["赵科"], Role("staff", None))
        await people.give_role(tx, talk.ids["赵科"], Role("cadre", None))

    await talk.writes(becomes_a_cadre)
    await answers(talk.wang, "【回几句话】", "食堂的饭太硬", "【说完了】")
    assert not talk.zhao.sees("食堂的饭太硬")
    assert talk.qian.sees("食堂的饭太硬")
    await talk.qian.sends_choice("a:mailwords:1")
    assert talk.qian.sees("王老：食堂的饭太硬")


async def test_where_nobody_hears_it_the_words_are_offered_as_a_case(talk: Conversation) -> None:
    words = ("【一项一项定】", "【【已阅】【回几句话】】", "【不急】", "【批准了就发】", "【3 天以后】")
    await sends(talk, rest=words)
    for someone in (talk.zhao, talk.qian):
        account = await talk.account(someone)
        await talk.writes(lambda tx, account=account: accounts.mark_unreachable(tx, account, "对方停用了机器人"))  # type: ignore[misc]
    await answers(talk.wang, "【回几句话】", "食堂的饭太硬", "【说完了】")
    assert talk.wang.sees("要我记下来，请工作人员来办吗")


async def test_cancelling_is_told_to_whoever_wrote_it_and_what_is_over_is_written_down_as_that(
    talk: Conversation,
) -> None:
    await talk.joins("宋老", "cadre")
    await talk.writes(lambda tx: quiet_hours.put(tx, talk.ids["宋老"], QuietHours(time(9), time(12), True)))
    await sends(talk)
    await talk.qian.sends_choice("a:stopsure:1")
    assert talk.zhao.sees("钱局取消了，没有送到的不再送")
    window = (
        "【一项一项定】",
        "【【已阅】】",
        "【不急】",
        "【每天只在一个时段里发】",
        "9:00-9:30",
        "【当天晚上 9 点以后】",
    )
    await sends(talk, "第二条。", rest=window)
    await talk.passes(days=1)
    deeds = await talk.rows("SELECT deed FROM audit WHERE subject = 'mailing:2' ORDER BY id DESC LIMIT 1")
    assert deeds == [("mailing.expired",)]


async def test_everybody_whose_letter_failed_is_counted_as_failed_when_its_time_is_over(talk: Conversation) -> None:
    for place in range(running.PORTION + 5):
        await talk.joins(f"老{place}", "cadre")
    await writes(talk.zhao)
    await approves(talk.qian)
    async with talk.database.write() as tx:
        everybody = [talk.ids["王老"], *(talk.ids[f"老{place}"] for place in range(running.PORTION + 5))]
        await mailings.begin(tx, 1, talk.clock())
        await recipients.add_all(tx, 1, everybody)
        for recipient_id, person_id in await recipients.queued(tx, 1, talk.clock(), 1_000):
            [found] = (await recipients.reach(tx, [person_id]))[person_id]
            letter = await outbox.write(tx, found.account_id, TEXT, talk.clock(), recipient_id=recipient_id)
            await recipients.set_states(tx, [("out", None, recipient_id)])
            await outbox.failed(tx, letter, "发不出去", talk.clock())
        act = Act(tx, talk.office, talk.clock() + timedelta(days=3, hours=1))
        [reminder] = [each for each in await reminders.waiting(tx) if each.kind == running.OVER]
        await running.over(act, reminder)
    assert await figures(talk) == {"failed": running.PORTION + 6}

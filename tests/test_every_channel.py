"""The complete conversations, the same on every channel: a difficulty, a sign-up, a notice, and how somebody comes in.

Nothing here knows on which channel it is. If one of these had to be told otherwise on one of them, the channel would be wrong.
"""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from handlers.briefings import words
from storage import briefings, entry, people
from storage.accounts import Role
from storage.database import Tx
from storage.people import Person
from tests.briefing_work import OURS, article_of
from tests.every_channel import CHANNELS, Anyone, Everywhere, open_office_on

PICTURE = b"\xff\xd8\xff photo"


@pytest.fixture(params=CHANNELS)
async def here(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Everywhere]:
    async with open_office_on(request.param, tmp_path) as opened:
        yield opened


@pytest.fixture(params=CHANNELS)
async def newcomers(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Everywhere]:
    """The roster is there, and nobody is known on the channel yet."""
    async with open_office_on(request.param, tmp_path, bound=False) as opened:
        yield opened


async def answers(someone: Anyone, *said: str) -> None:
    """Answer question after question: '【label】' presses, anything else is typed."""
    for each in said:
        await (someone.presses(each.strip("【】")) if each.startswith("【") else someone.says(each))


async def test_a_difficulty_from_the_first_word_to_the_rating(here: Everywhere) -> None:
    wang, zhao = here.wang, here.zhao
    await wang.says("困难")
    assert wang.sees("您遇到哪方面的困难")
    await wang.presses("住房")
    await wang.sends_photo(PICTURE, "暖气三天不热了")
    assert wang.sees("记下了")
    await wang.says("家里只有我一个人")
    await wang.presses("说完了")
    assert wang.sees("今天就要有人管吗")
    await wang.says("２")
    assert wang.sees("请您核对") and wang.sees("类别：住房") and wang.sees("暖气三天不热了\n家里只有我一个人")
    await wang.presses("改类别")
    await wang.says("第二个")
    zhao.looks_away()
    await wang.presses("确认提交")
    assert wang.sees("已经登记，编号：2026-1") and wang.sees("0000-8000000")
    assert zhao.sees("新的困难 2026-1：王老，住房")

    await zhao.presses("查看")
    await here.office.settles()
    assert zhao.sees("暖气三天不热了") and zhao.files == [PICTURE]
    wang.looks_away()
    await zhao.presses("接手")
    assert wang.sees("由赵科负责办理，电话 13800000003")
    await answers(zhao, "【答复】", "师傅明天上午来", "【说完了】")
    wang.looks_away()
    await zhao.presses("确认提交")
    assert wang.sees("赵科答复您") and wang.sees("师傅明天上午来")
    zhao.looks_away()
    await wang.says("阳台的暖气也不热")
    assert wang.sees("已经转给赵科") and zhao.sees("阳台的暖气也不热")

    await zhao.presses("查看")
    wang.looks_away()
    await zhao.presses("对话")
    assert wang.sees("赵科来跟您说话了")
    zhao.looks_away()
    await wang.says("1")
    assert zhao.sees("王老：1") and wang.heard == ""
    await wang.presses("结束对话")
    assert zhao.sees("对话被对方结束了")

    await here.office.restarts()
    await zhao.says("2026-1")
    await zhao.presses("王老")
    await answers(zhao, "【办结】", "【已办结】", "阀门换好了")
    wang.looks_away()
    await zhao.presses("确认提交")
    assert wang.sees("这件事解决了吗")
    await answers(wang, "【已解决】", "【1 满意】")
    assert wang.sees("谢谢")
    assert await here.office.rows("SELECT solved, satisfied FROM case_closings") == [("yes", "yes")]


async def test_a_sign_up_from_the_making_of_the_activity_to_the_place_that_became_free(here: Everywhere) -> None:
    wang, zhao, zheng = here.wang, here.zhao, here.stranger
    await joins(here, zheng, "郑老")
    await answers(zhao, "登记活动", "【文体】", "【歌舞】", "合唱排练", "12月4日", "14:30-16:00", "【多功能厅】")
    await answers(
        zhao,
        "【一项一项定】",
        "1",
        "【17:30】",
        "【全体】",
        "【不带】",
        "【不用问】",
        "【先报先得】",
        "0",
        "【只办一次】",
    )
    await zhao.presses("确认提交")
    assert zhao.sees("登记好了")
    await here.comes_to_pass(lambda: wang.sees("开始报名了") and zheng.sees("开始报名了"))
    await answers(wang, "【报名】", "【确认提交】")
    assert wang.sees("王老报上了“合唱排练”")
    [calendar] = wang.files
    assert calendar.startswith(b"BEGIN:VCALENDAR")
    await answers(zheng, "【报名】", "【确认提交】")
    assert zheng.sees("候补第 1 位")
    await answers(wang, "活动", "【合唱排练】", "【取消报名】")
    assert wang.sees("确定取消吗")
    zheng.looks_away()
    await wang.presses("取消报名")
    await here.comes_to_pass(lambda: zheng.sees("空出来了"))
    await zheng.presses("要来")
    assert zheng.sees("郑老")
    assert await here.office.rows("SELECT state FROM signups ORDER BY id") == [("cancelled",), ("in",)]


async def joins(here: Everywhere, stranger: Anyone, name: str) -> None:
    """Somebody new on the roster comes in by a code and agrees."""

    async def write(tx: Tx) -> None:
        person = await people.add(tx, Person(name=name, phone="13800000008"), here.office.clock())
        await people.give_role(tx, person, Role("cadre", None))
        await entry.add_invite(tx, person, "JJKKMMNN", None, here.office.clock(), hours=1)

    await here.office.writes(write)
    await answers(stranger, "JJKK-MMNN", "【1 同意】")
    assert stranger.sees("您要办什么")


async def test_a_notice_that_two_people_send_and_a_cadre_has_read(here: Everywhere) -> None:
    wang, zhao, qian = here.wang, here.zhao, here.qian
    await answers(
        zhao, "发通知", "食堂十一点半开饭。", "【说完了】", "【全体老同志】", "【就发给他们】", "【按常用的来】"
    )
    qian.looks_away()
    await zhao.presses("确认提交")
    assert qian.sees("食堂十一点半开饭。")
    await qian.presses("批准发送")
    here.office.clock.ahead += timedelta(minutes=2)
    await here.comes_to_pass(lambda: wang.sees("食堂十一点半开饭。"))
    await wang.presses("已阅")
    assert wang.sees("记下王老已经看过了")


async def test_a_briefing_from_the_draft_to_the_last_page_and_its_pages_are_the_same_everywhere(
    here: Everywhere,
) -> None:
    wang, zhao, qian = here.wang, here.zhao, here.qian
    found = article_of(OURS)
    await answers(zhao, "写简报", "【公开】", "【打字或者粘贴】", found.title, found.text, "【说完了】", "【老年大学】")
    await answers(zhao, "【别处】", "县融媒体中心", "【就用这一段】", "【确认提交】", "【报批发送】")
    await answers(zhao, "【全体老同志】", "【就发给他们】", "【批准了就发】")
    qian.looks_away()
    await zhao.presses("确认提交")
    assert qian.sees(f"【简报】{found.title}")
    await qian.presses("批准发送")
    await here.comes_to_pass(lambda: wang.sees(f"【简报】{found.title}"))
    await wang.presses("看全文")
    async with here.office.app.database.read() as tx:
        pages = words.pages(await briefings.by_id(tx, 1))
    for number, page in enumerate(pages, 1):
        assert wang.sees(f"第 {number} 页，共 {len(pages)} 页")
        assert "".join(page.split()) in "".join(wang.heard.split())
        if number < len(pages):
            await wang.presses("下一页")
    assert [row[0] for row in await here.office.rows("SELECT how FROM briefing_reads")] == ["paged"]
    await wang.says("医药费怎么报销")
    assert wang.sees("由工作人员代办")
    await wang.presses("看第 1 篇")
    assert wang.sees("第 3 页")
    await wang.presses("有话要说")
    await answers(wang, "外地的票据怎么寄", "【说完了】")
    assert wang.sees("已经登记，编号：2026-1")


async def test_a_correction_is_told_anew_where_what_has_left_cannot_be_edited(tmp_path: Path) -> None:
    async with open_office_on("wecom", tmp_path) as here:
        wang, zhao, qian = here.wang, here.zhao, here.qian
        await answers(
            zhao, "写简报", "【公开】", "【打字或者粘贴】", "放假通知", "国庆节放假三天。", "【说完了】", "【局里】"
        )
        await answers(
            zhao, "【本局】", "【就用这一段】", "【确认提交】", "【报批发送】", "【全体老同志】", "【就发给他们】"
        )
        await answers(zhao, "【批准了就发】", "【确认提交】")
        await qian.presses("批准发送")
        await here.comes_to_pass(lambda: wang.sees("【简报】放假通知"))
        await answers(zhao, "简报", "【放假通知】", "【更正】", "【摘要】", "国庆节放假四天。", "【确认提交】")
        wang.looks_away()
        await qian.presses("批准更正")
        await here.comes_to_pass(lambda: wang.sees("您收到过的这篇简报更正了，请以这一份为准"))
        assert wang.sees("国庆节放假四天。")
        await wang.presses("看全文")
        assert wang.sees("更正过")


async def test_a_stranger_comes_in_by_a_code_and_agrees(newcomers: Everywhere) -> None:
    here, stranger = newcomers, newcomers.stranger
    await here.office.writes(
        lambda tx: entry.add_invite(tx, here.office.ids["王老"], "ABCDEFGH", None, here.office.clock(), hours=1)
    )
    await stranger.says("你好")
    assert stranger.sees("我还不认识您") and not stranger.sees("王老")
    await stranger.says("ABCD-EFGH")
    assert stranger.sees("王老，您好，已经认出您了") and stranger.sees("需要保存您的姓名")
    await stranger.presses("1 同意")
    assert stranger.sees("您要办什么")
    await stranger.presses("反映困难")
    assert stranger.sees("您遇到哪方面的困难")


async def test_a_stranger_asks_for_access_and_danger_is_heard_before_everything(newcomers: Everywhere) -> None:
    stranger = newcomers.stranger
    await answers(stranger, "你好", "【申请使用】", "王建国", "水利局，13900000000", "【确认提交】")
    assert stranger.sees("收到您的申请")
    await stranger.says("我胸口疼得厉害")
    assert stranger.sees("请马上打 120")

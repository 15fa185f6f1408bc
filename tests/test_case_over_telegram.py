"""The complete case through the real python-telegram-bot: alarms, a talk, the closing and the rating, old buttons, updates sent twice."""

from tests.office import TestOffice
from tests.test_reporting import report

PICTURE = b"\xff\xd8\xff photo"


async def is_in_talk(office: TestOffice) -> None:
    await office.wang.says("人工")
    await office.zhao.presses("查看")
    await office.zhao.presses("接手")
    office.wang.looks_away()
    await office.zhao.presses("对话")


async def test_an_alarm_reaches_staff_and_the_leader(office: TestOffice) -> None:
    await office.wang.says("胸口疼得厉害")
    assert office.wang.sees("请马上打 120")
    assert office.zhao.sees("【险】") and office.qian.sees("【险】")


async def test_a_talk_carries_words_and_photos_both_ways_and_nothing_of_ours(office: TestOffice) -> None:
    await is_in_talk(office)
    assert office.wang.sees("赵科来跟您说话了")
    office.zhao.looks_away()
    await office.wang.says("您好")
    assert office.zhao.heard == "王老：您好" and office.wang.heard == ""
    office.zhao.looks_away()
    await office.wang.does(lambda user: user.sends_photo(PICTURE, "这张单子"))
    assert office.zhao.sees("王老：这张单子")
    assert any(each.attachments for each in office.zhao.user.messages[-2:])
    await office.wang.does(lambda user: user.sends_sticker())
    assert office.wang.sees("贴纸转不过去")


async def test_an_update_sent_twice_is_said_once_in_a_talk(office: TestOffice) -> None:
    await is_in_talk(office)
    update = office.wang.user.types("体检是哪天")
    await office.settles()
    office.telegram.resend(update)
    await office.settles()
    assert [each.text for each in office.zhao.user.messages].count("王老：体检是哪天") == 1
    assert len(await office.rows("SELECT 1 FROM case_entries WHERE words = '体检是哪天'")) == 1


async def test_a_restart_in_a_talk_loses_nothing(office: TestOffice) -> None:
    await is_in_talk(office)
    await office.restarts()
    office.wang.looks_away()
    await office.zhao.says("我在，您说")
    assert office.wang.sees("赵科：我在，您说")


async def test_closing_answer_and_rating_by_buttons_and_an_old_button_afterwards(office: TestOffice) -> None:
    await report(office)
    await office.zhao.presses("查看")
    asked_to_take = office.zhao.message
    await office.zhao.presses("接手")
    await office.zhao.presses("办结")
    await office.zhao.presses("部分办结")
    await office.zhao.says("客厅好了，里屋要等配件")
    office.wang.looks_away()
    await office.zhao.presses("确认提交")
    assert office.wang.sees("办了一部分")
    await office.wang.presses("部分解决")
    await office.wang.presses("基本满意")
    await office.zhao.presses("接手", asked_to_take)
    assert office.zhao.sees("已经接手了")


async def test_who_blocked_the_bot_in_a_talk_is_called(office: TestOffice) -> None:
    await is_in_talk(office)
    await office.wang.does(lambda user: user.blocks())
    await office.zhao.says("您还在吗")
    assert office.zhao.sees("这句话没有送到，请打电话")

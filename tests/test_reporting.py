"""A cadre reports a difficulty and hears back."""

from datetime import timedelta

import pytest

from bot.channels.channel import Incoming
from bot.clock import housekeeping
from tests.office import PHONES, TestOffice


async def report(office: TestOffice, words: str = "暖气三天不热了") -> None:
    await office.wang.says("困难")
    await office.wang.presses("住房")
    await office.wang.says(words)
    await office.wang.presses("说完了")
    await office.wang.presses("不急")
    await office.wang.presses("确认提交")


async def test_a_cadre_reports_and_hears_the_answer(office: TestOffice) -> None:
    wang, zhao = office.wang, office.zhao
    await wang.says("困难")
    assert wang.sees("您遇到哪方面的困难")
    await wang.presses("住房")
    await wang.says("暖气三天不热了")
    await wang.says("家里只有我一个人")
    await wang.presses("说完了")
    await wang.presses("不急")
    assert wang.sees("类别：住房")
    assert wang.sees("暖气三天不热了\n家里只有我一个人")
    zhao.looks_away()
    await wang.presses("确认提交")
    assert wang.sees("已经登记，编号：2026-1")
    assert wang.sees("经办人：正在安排")
    assert wang.sees("0000-8000000")
    assert zhao.sees("新的困难 2026-1：王老，住房")

    wang.looks_away()
    await zhao.presses("查看")
    await zhao.presses("接手")
    assert wang.sees("由赵科负责办理，电话 13800000003")
    await zhao.presses("答复")
    await zhao.says("师傅明天上午来")
    await zhao.presses("说完了")
    wang.looks_away()
    await zhao.presses("确认提交")
    assert wang.sees("赵科答复您")
    assert wang.sees("师傅明天上午来")


async def test_later_words_and_photos_land_in_the_case(office: TestOffice) -> None:
    await report(office)
    await office.zhao.presses("查看")
    await office.zhao.presses("接手")
    await office.wang.says("阳台的暖气也不热")
    assert office.wang.sees("已经转给赵科")
    office.zhao.looks_away()
    await office.wang.does(lambda user: user.sends_photo(b"\xff\xd8\xff photo", "就是这里"))
    assert office.zhao.sees("就是这里")
    assert office.zhao.user.messages[-2].attachments[0].content == b"\xff\xd8\xff photo"
    await office.zhao.presses("查看")
    assert office.zhao.sees("阳台的暖气也不热")


async def test_words_that_were_another_matter_can_be_set_apart(office: TestOffice) -> None:
    await report(office)
    await office.wang.says("还有上个月的药费没有报")
    await office.wang.presses("这是另一件事")
    await office.wang.presses("登记为新的困难")
    await office.wang.presses("待遇费用")
    await office.wang.presses("不急")
    await office.wang.presses("确认提交")
    assert office.wang.sees("2026-2")


async def test_a_whole_problem_typed_without_the_menu_is_registered_in_these_words(office: TestOffice) -> None:
    await office.wang.says("我家暖气三天不热了")
    assert office.wang.sees("您说：我家暖气三天不热了")
    await office.wang.says("楼上也不热")
    await office.wang.presses("登记为新的困难")
    await office.wang.says("2")
    await office.wang.says("二")
    await office.wang.says("对")
    assert office.wang.sees("已经登记")
    assert office.zhao.sees("我家暖气三天不热了\n楼上也不热")


async def test_the_cadre_says_no_and_the_case_opens_again(office: TestOffice) -> None:
    await report(office)
    zhao, wang = office.zhao, office.wang
    await zhao.presses("查看")
    await zhao.presses("接手")
    await zhao.presses("办结")
    await zhao.presses("已办结")
    await zhao.says("阀门换好了")
    wang.looks_away()
    await zhao.presses("确认提交")
    assert wang.sees("阀门换好了")
    assert wang.buttons == ["1 已解决", "2 部分解决", "3 没解决"]
    asked = wang.message
    zhao.looks_away()
    await wang.presses("没解决")
    assert wang.sees("重新办理")
    assert zhao.sees("没解决")
    await wang.presses("已解决", asked)
    assert wang.sees("已经回答过了")
    assert [row[0] for row in await office.rows("SELECT state FROM cases")] == ["taken"]


async def test_the_case_is_closed_for_good_when_it_is_solved(office: TestOffice) -> None:
    await report(office)
    for label in ("查看", "接手", "办结", "已办结"):
        await office.zhao.presses(label)
    await office.zhao.says("阀门换好了")
    await office.zhao.presses("确认提交")
    office.zhao.looks_away()
    await office.wang.says("已解决")
    assert office.wang.sees("太好了")
    assert office.zhao.sees("王老回答（2026-1）：已解决")
    assert [
        tuple(row)
        for row in await office.rows("SELECT c.state, e.solved FROM cases c JOIN case_closings e ON e.case_id = c.id")
    ] == [("closed", "yes")]


async def test_every_change_of_a_case_stands_in_the_trail(office: TestOffice) -> None:
    await report(office)
    for label in ("查看", "接手", "办结", "已办结"):
        await office.zhao.presses(label)
    await office.zhao.says("阀门换好了")
    await office.zhao.presses("确认提交")
    await office.wang.presses("没解决")
    deeds = [row[0] for row in await office.rows("SELECT deed FROM audit ORDER BY id")]
    assert deeds == ["case.opened", "case.taken", "case.closed", "case.answered", "case.reopened"]
    details = "".join(row[0] for row in await office.rows("SELECT detail FROM audit"))
    assert "暖气" not in details and "阀门" not in details


async def test_a_relative_reports_for_her_father(office: TestOffice) -> None:
    await office.li.says("困难")
    await office.li.presses("就医")
    await office.li.says("我爸要去省里看病")
    await office.li.presses("说完了")
    await office.li.presses("是，很急")
    await office.li.presses("确认提交")
    assert office.li.sees("已经登记")
    assert office.zhao.sees("王老，就医（小李代报）")
    assert [tuple(row) for row in await office.rows("SELECT person_id, acted_by FROM cases")] == [
        (office.ids["王老"], office.ids["小李"])
    ]


async def test_two_staff_cannot_both_take_a_case(office: TestOffice) -> None:
    await office.writes(
        lambda tx: tx.run("INSERT INTO roles (person_id, role) VALUES (?, 'staff')", office.ids["钱局"])
    )
    await report(office)
    await office.zhao.presses("查看")
    await office.qian.presses("查看")
    await office.zhao.presses("接手")
    await office.qian.presses("接手")
    assert office.qian.sees("赵科已经接手了")


async def test_a_leader_reads_a_case_and_cannot_take_it(office: TestOffice) -> None:
    await report(office)
    await office.qian.says("待办")
    await office.qian.presses("暖气")
    assert office.qian.sees("暖气三天不热了")
    assert office.qian.buttons == ["1 改派", "2 备注", "菜单"]


async def test_staff_limited_to_a_unit_see_nothing_of_others(office: TestOffice) -> None:
    await office.writes(lambda tx: tx.run("INSERT INTO units (id, name) VALUES (77, '虚构县教育局')"))
    await office.writes(lambda tx: tx.run("UPDATE roles SET unit_id = 77 WHERE person_id = ?", office.ids["赵科"]))
    await report(office)
    await office.zhao.says("待办")
    assert office.zhao.sees("现在没有没办完的事")
    assert not any("暖气" in each.text for each in office.zhao.user.messages)


async def test_asking_for_a_person_opens_a_case_at_once(office: TestOffice) -> None:
    await office.wang.says("人工")
    assert office.wang.sees("已经请工作人员联系您")
    assert office.zhao.sees("王老，请人联系")
    await office.wang.says("菜单")
    await office.wang.says("人工")
    assert office.wang.sees("正在转告")
    assert len(await office.rows("SELECT id FROM cases")) == 1


async def test_the_cadre_sees_where_his_case_stands(office: TestOffice) -> None:
    await office.wang.says("我的困难")
    assert office.wang.sees("您还没有登记过困难")
    await report(office)
    await office.wang.says("我的困难")
    assert office.wang.sees("正在安排人，最迟12月7日 星期一答复")
    await office.wang.presses("看 2026-1")
    assert office.wang.sees("暖气三天不热了")


async def test_a_relative_sees_her_fathers_case(office: TestOffice) -> None:
    await report(office)
    await office.li.says("我的困难")
    assert office.li.sees("2026-1")


@pytest.mark.parametrize(
    "choice", ["a:case:1", "a:take:1", "a:close:1", "a:solved:1.1.yes", "a:todo:", "a:requests:", "a:admit:1.1"]
)
async def test_a_forged_button_opens_nothing(office: TestOffice, choice: str) -> None:
    await report(office)
    await office.writes(lambda tx: tx.run("DELETE FROM kin"))
    forged = Incoming(str(office.li.user.id), f"forged {choice}", "choice", "", office.clock(), choice)
    office.li.looks_away()
    await office.app.intake.receive("telegram", [forged])
    await office.settles()
    assert office.li.sees("不归您管")
    assert not office.li.sees("暖气")


async def take_over(office: TestOffice) -> None:
    await report(office)
    await office.zhao.presses("查看")
    await office.zhao.presses("接手")


async def test_words_after_a_partial_solution_open_the_case_again(office: TestOffice) -> None:
    await take_over(office)
    await office.zhao.presses("办结")
    await office.zhao.presses("已办结")
    await office.zhao.says("阀门换好了")
    await office.zhao.presses("确认提交")
    await office.wang.presses("部分解决")
    office.zhao.looks_away()
    await office.wang.says("卧室还是不热")
    assert office.wang.sees("重新办理，最迟12月7日")
    assert office.zhao.sees("卧室还是不热")
    await office.wang.says("客厅好了")
    await office.zhao.presses("查看")
    assert office.zhao.sees("客厅好了") and "1 答复" in office.zhao.buttons


async def test_what_a_relative_answers_lands_in_her_fathers_case(office: TestOffice) -> None:
    await office.li.says("困难")
    await office.li.presses("就医")
    await office.li.says("我爸要去省里看病")
    await office.li.presses("说完了")
    await office.li.presses("不急")
    await office.li.presses("确认提交")
    await office.zhao.presses("查看")
    office.li.looks_away()
    await office.zhao.presses("接手")
    assert office.zhao.sees("正在告诉小李由您负责") and office.li.sees("由赵科负责办理")
    office.clock.ahead = timedelta(days=2)
    await office.zhao.presses("答复")
    await office.zhao.says("哪天去？")
    await office.zhao.presses("说完了")
    await office.zhao.presses("确认提交")
    office.zhao.looks_away()
    await office.li.says("下星期三去")
    assert office.zhao.sees("下星期三去")
    await office.li.says("我的困难")
    await office.li.presses("看 2026-1")
    assert office.li.sees("我爸要去省里看病")


async def test_who_takes_the_consent_back_is_called_by_telephone(office: TestOffice) -> None:
    await take_over(office)
    office.zhao.looks_away()
    await office.wang.says("撤回同意")
    await office.wang.presses("1 撤回")
    assert office.zhao.sees("王老撤回了同意") and office.zhao.sees(PHONES["王老"])
    office.wang.looks_away()
    await office.zhao.says("我承办的")
    await office.zhao.presses("暖气")
    await office.zhao.presses("答复")
    await office.zhao.says("师傅明天来")
    await office.zhao.presses("说完了")
    await office.zhao.presses("确认提交")
    assert office.zhao.sees("消息送不到，请给王老打电话：" + PHONES["王老"])
    assert office.wang.heard == ""


async def test_a_long_list_of_cases_has_pages(office: TestOffice) -> None:
    await take_over(office)
    await office.writes(
        lambda tx: tx.run(
            "INSERT INTO cases (number, person_id, acted_by, account_id, category, state, opened_at, promised_on) "
            "WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 20) "
            "SELECT '2026-' || i, 1, 1, 1, 'other', 'open', '2026-11-20T00:00:00.000Z', '2026-11-0' || (i % 9 + 1) FROM n"
        )
    )
    await office.zhao.says("待办")
    assert office.zhao.sees("没办完的 20 件。要看哪些？") and "5 过期 19" in office.zhao.buttons
    await office.zhao.presses("8 全部 20")
    assert office.zhao.sees("全部 20 件，第 1 到 8 件")
    await office.zhao.says("9")
    assert office.zhao.sees("第 9 到 16 件")
    await office.zhao.presses("下一页")
    assert office.zhao.sees("第 17 到 20 件") and not any("下一页" in each for each in office.zhao.buttons)


async def test_attachments_past_their_time_go_but_not_those_of_an_unfinished_case(office: TestOffice) -> None:
    photo = b"\xff\xd8\xff photo"
    await office.wang.does(lambda user: user.sends_photo(photo))
    await office.wang.says("取消")
    await take_over(office)
    await office.wang.does(lambda user: user.sends_photo(photo, "就是这里"))
    kept = [str(row[0]) for row in await office.rows("SELECT id FROM media ORDER BY made_at")]
    assert [office.app.folder.path(each).read_bytes() for each in kept] == [photo, photo]
    later = office.clock() + timedelta(days=401)
    counts = await housekeeping(office.database, office.app.folder, office.app.office, 400, later)
    assert counts["media"] == 1
    assert [office.app.folder.path(each).exists() for each in kept] == [False, True]


async def test_a_story_told_wrongly_is_told_anew(office: TestOffice) -> None:
    await office.wang.says("困难")
    await office.wang.presses("住房")
    await office.wang.says("水管漏了")
    await office.wang.presses("重新说")
    assert office.wang.sees("请说说具体情况") and not office.wang.sees("水管")
    await office.wang.says("暖气不热")
    await office.wang.presses("说完了")
    await office.wang.presses("不急")
    await office.wang.presses("改情况")
    assert office.wang.sees("您已经说了：暖气不热")
    await office.wang.presses("重新说")
    await office.wang.says("暖气三天不热了")
    await office.wang.presses("说完了")
    assert office.wang.sees("情况：暖气三天不热了\n")
    await office.wang.presses("确认提交")
    assert office.zhao.sees("暖气三天不热了") and not office.zhao.sees("水管")

"""A difficulty from the link to the answer, in two windows of one browser."""

import pytest
from playwright.async_api import BrowserContext, expect

from tests.browser.office import BrowserOffice
from tests.browser.people import Someone

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def comes_to_the_review(wang: Someone, words: str) -> None:
    """Report a difficulty by words, without the menu, up to the review."""
    await wang.says(words)
    await wang.sees("要我记下来")
    await wang.presses("登记为新的困难")
    await wang.sees("属于哪方面")
    await wang.presses("住房")
    await wang.sees("今天就要有人管吗")
    await wang.presses("不急")
    await wang.sees("请您核对")


async def test_a_cadre_reports_by_his_own_words_and_sees_the_answer_arrive(
    office: BrowserOffice, computer: BrowserContext
) -> None:
    wang = await office.meets("王老", computer)
    await wang.opens(await office.link_for("王老", agrees=False))
    await wang.presses("菜单")
    await wang.sees("您同意吗")
    await wang.presses("同意")
    await wang.sees("您要办什么")
    zhao = await office.seats("赵科", computer)

    await comes_to_the_review(wang, "我家暖气三天不热了")
    await wang.presses("确认提交")
    await wang.sees("已经登记，编号：")

    await zhao.sees("新的困难")
    await zhao.presses("查看")
    await zhao.sees("我家暖气三天不热了")
    await zhao.presses("接手")
    await wang.sees("由赵科负责办理")
    await zhao.sees("您已接手")
    await zhao.presses("答复")
    await zhao.sees("请说内容")
    await zhao.says("明天上午有人上门修")
    await zhao.sees("记下了")
    await zhao.presses("说完了")
    await zhao.sees("发出前请核对")
    await zhao.presses("确认提交")
    await zhao.sees("已经发给王老")

    await expect(wang.newest).to_contain_text("明天上午有人上门修")
    before = await wang.conversation()
    own = [each for each in before if each.startswith("我：")]
    assert own == [
        "我：菜单",
        "我：1 同意",
        "我：我家暖气三天不热了",
        "我：1 登记为新的困难",
        "我：2 住房",
        "我：2 不急",
        "我：1 确认提交",
    ]
    await wang.reloads()
    await expect(wang.bubbles).to_have_count(len(before))
    assert await wang.conversation() == before

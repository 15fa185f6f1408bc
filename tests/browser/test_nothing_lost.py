"""Nothing lost and nothing doubled: over a reload, a closed page, a dead network, a restart and a killed process."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, Route, expect

from tests.browser.office import BrowserOffice
from tests.browser.people import Someone
from tests.crash.child import Orders, Step
from tests.crash.process import Child

pytestmark = pytest.mark.asyncio(loop_scope="package")

OFFLINE = "没有网络，恢复后自动发送"


async def is_waiting(someone: Someone, words: str, state: str) -> None:
    """See own words at the end of the conversation, and that they are not with the office yet."""
    await expect(someone.own.last).to_contain_text(words)
    await expect(someone.own.last).to_contain_text(state)


async def comes_to_the_review(wang: Someone) -> None:
    for words in ("困难", "住房", "我家暖气三天不热了", "说完了", "不急"):
        await wang.says(words)
    await wang.sees("请您核对")


async def test_after_a_reload_the_open_question_is_still_answered(wang: Someone) -> None:
    await wang.says("困难")
    await wang.sees("您遇到哪方面的困难")
    await wang.reloads()
    await wang.presses("住房")
    await wang.sees("请说说具体情况")
    assert await wang.conversation() == [
        "我：困难",
        "您遇到哪方面的困难？",
        "我：2 住房",
        "请说说具体情况，可以打字、发语音或者照片。一句一句说也行，说完了请按【说完了】。",
    ]


async def test_a_closed_page_that_is_opened_again_has_everything_even_words_not_yet_sent(
    office: BrowserOffice, computer: BrowserContext, wang: Someone
) -> None:
    await wang.says("困难")
    await wang.sees("您遇到哪方面的困难")
    await wang.types("还没有写完的话")
    home, before = wang.page.url, await wang.conversation()
    await wang.page.close()

    again = await office.meets("王老", computer)
    await again.opens(home)
    await expect(again.bubbles).to_have_count(len(before))
    assert await again.conversation() == before
    await expect(again.box).to_have_value("还没有写完的话")


async def test_what_is_being_sent_is_shown_as_such_until_the_office_has_it(wang: Someone) -> None:
    may_pass = asyncio.Event()

    async def holds(route: Route) -> None:
        await may_pass.wait()
        await route.continue_()

    await wang.page.route("**/say", holds)
    await wang.says("菜单")
    await is_waiting(wang, "菜单", "正在发送…")
    may_pass.set()
    await wang.sees("您要办什么")
    await expect(wang.own.last).not_to_contain_text("正在发送")
    assert len(await wang.conversation()) == 2


async def test_what_was_on_its_way_when_the_page_was_closed_is_sent_by_the_next_visit_in_order(
    office: BrowserOffice, computer: BrowserContext, wang: Someone
) -> None:
    home = wang.page.url
    await computer.set_offline(True)
    office.witness.forgives("net::ERR")
    await wang.says("困难")
    await wang.says("住房")
    await expect(wang.own).to_have_count(2)
    await is_waiting(wang, "住房", OFFLINE)
    await wang.page.close()
    assert await office.said_by("王老") == []

    await computer.set_offline(False)
    again = await office.meets("王老", computer)
    await again.opens(home)
    await again.sees("请说说具体情况")
    assert await office.said_by("王老") == ["困难", "住房"]


async def test_without_a_network_words_wait_and_go_out_by_themselves_when_it_is_back(
    office: BrowserOffice, computer: BrowserContext, wang: Someone
) -> None:
    await computer.set_offline(True)
    office.witness.forgives("net::ERR")
    await wang.says("困难")
    await is_waiting(wang, "困难", OFFLINE)
    await wang.says("住房")
    await is_waiting(wang, "住房", OFFLINE)
    await computer.set_offline(False)
    await wang.sees("请说说具体情况")
    await wang.is_connected()
    await expect(wang.log).not_to_contain_text(OFFLINE)
    assert await office.said_by("王老") == ["困难", "住房"]
    assert [each for each in await wang.conversation() if each.startswith("我：")] == ["我：困难", "我：住房"]


async def test_what_does_not_reach_the_office_is_sent_again_in_order(office: BrowserOffice, wang: Someone) -> None:
    office.witness.forgives("net::ERR")
    await wang.page.route("**/say", lambda route: route.abort("connectionreset"), times=2)
    await wang.says("困难")
    await wang.says("住房")
    await wang.sees("请说说具体情况")
    assert await office.said_by("王老") == ["困难", "住房"]


async def test_an_answer_lost_on_its_way_makes_nobody_say_it_twice(office: BrowserOffice, wang: Someone) -> None:
    lost = 0

    async def loses_the_answer(route: Route) -> None:
        nonlocal lost
        lost += 1
        await route.fetch()
        await route.abort("connectionreset")

    office.witness.forgives("net::ERR")
    await wang.page.route("**/say", loses_the_answer, times=2)
    await wang.says("菜单")
    await wang.sees("您要办什么")
    await wang.says("您好")
    await wang.sees("王老，您好。")
    assert lost == 2
    assert await office.said_by("王老") == ["菜单", "您好"]
    assert len(await wang.conversation()) == 4


async def test_the_office_may_restart_under_open_pages(office: BrowserOffice, wang: Someone, zhao: Someone) -> None:
    await comes_to_the_review(wang)
    await office.stops()
    await wang.presses("确认提交")
    await is_waiting(wang, "确认提交", OFFLINE)
    await wang.reads("正在重新连接…")

    await office.starts()
    await wang.sees("已经登记，编号：")
    await wang.is_connected()
    await zhao.sees("新的困难")
    talk = await wang.conversation()
    assert [each for each in talk if "确认提交" in each] == ["我：1 确认提交"]
    await wang.reloads()
    await expect(wang.bubbles).to_have_count(len(talk))
    assert await wang.conversation() == talk
    assert [row[0] for row in await office.rows("SELECT count(*) FROM cases")] == [1]


@pytest.mark.parametrize(
    "step",
    [
        pytest.param(Step("enter", "bot.intake:Intake.receive"), id="not stored"),
        pytest.param(Step("leave", "bot.intake:Intake.receive"), id="stored, the page does not know"),
        pytest.param(Step("leave", "handlers.turn:Turn.flush"), id="decided, not committed"),
        pytest.param(Step("enter", "bot.channels.web:WebChannel.send"), id="answered, not told"),
    ],
)
async def test_a_killed_process_loses_and_doubles_nothing(
    office: BrowserOffice, wang: Someone, tmp_path: Path, step: Step
) -> None:
    await comes_to_the_review(wang)
    talk = await wang.conversation()
    await office.stops()
    async with Child(Orders(office.config, timedelta(), tmp_path / "child.log", step)) as child:
        await wang.reads("正在重新连接…")
        await wang.is_connected()
        await wang.presses("确认提交")
        await child.dies()
    await office.starts()
    await wang.sees("已经登记，编号：")
    await wang.is_connected()
    now = await wang.conversation()
    assert now[: len(talk) + 1] == [*talk, "我：1 确认提交"]
    assert len(now) == len(talk) + 2
    assert [row[0] for row in await office.rows("SELECT count(*) FROM cases")] == [1]

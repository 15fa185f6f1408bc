"""Links: the secret leaves no trace, what is wrong is explained, a stranger learns how to ask, two people share a browser."""

import pytest
from playwright.async_api import BrowserContext, expect

from tests.browser.office import BrowserOffice
from tests.browser.people import Someone

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def test_the_secret_of_a_link_is_gone_from_the_address_the_history_and_every_request(
    office: BrowserOffice, computer: BrowserContext
) -> None:
    link = await office.link_for("王老")
    secret = link.partition("#k=")[2]
    wang = await office.meets("王老", computer)
    await wang.page.goto("about:blank")
    await wang.opens(link)
    assert secret not in wang.page.url
    assert not [each for each in office.witness.addresses if secret in each]
    assert secret not in await wang.page.evaluate("document.referrer + JSON.stringify(localStorage)")
    assert secret not in str(await computer.cookies())
    await wang.page.go_back()
    assert wang.page.url == "about:blank"
    await wang.page.go_forward()
    await wang.is_connected()
    assert secret not in wang.page.url


async def test_scripts_cannot_read_the_cookie(wang: Someone) -> None:
    assert await wang.page.evaluate("document.cookie") == ""
    (cookie,) = await wang.page.context.cookies(wang.page.url)
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Lax"
    assert wang.page.url.endswith(cookie["path"])


async def test_a_wrong_link_says_what_to_do(office: BrowserOffice, computer: BrowserContext) -> None:
    office.witness.forgives("status of 403")
    page = await computer.new_page()
    await page.goto(f"{office.url}/enter#k={'wrong' * 8}")
    await expect(page.get_by_role("alert")).to_contain_text(
        "这个链接用不了了。请向工作人员要一个新的链接，或者打电话：0000-8000000。"
    )
    await expect(page.get_by_role("button", name="再试一次")).to_be_visible()
    assert "wrong" not in page.url


async def test_a_revoked_link_says_what_to_do_and_a_new_one_sends_what_was_written(
    office: BrowserOffice, computer: BrowserContext, wang: Someone
) -> None:
    office.witness.forgives("status of 401")
    home = wang.page.url
    await office.revokes("王老")
    await wang.says("我家暖气三天不热了")
    told = wang.page.get_by_role("alert").filter(visible=True)
    await expect(told).to_contain_text("请重新打开工作人员发给您的链接。您写的内容都还在，打开后会自动发送。")
    await expect(told).to_contain_text("0000-8000000")
    assert await office.said_by("王老") == []
    await wang.page.reload()
    await expect(told).to_be_visible()
    await expect(wang.own.last).to_contain_text("我家暖气三天不热了")

    await wang.opens(await office.link_for("王老"))
    assert wang.page.url == home
    await wang.sees("要我记下来")
    assert await office.said_by("王老") == ["我家暖气三天不热了"]


async def test_a_stranger_learns_how_to_ask_for_access_and_nothing_else(office: BrowserOffice, zhao: Someone) -> None:
    stranger = await office.meets("陌生人")
    await stranger.page.goto(office.url)
    await stranger.reads("请打开工作人员发给您的链接")
    await stranger.presses("我有邀请码，或想申请使用")
    await stranger.is_connected()
    await stranger.says("待办")
    greeting = await stranger.sees("我还不认识您")
    assert await greeting.get_by_role("button").all_text_contents() == ["1 申请使用"]
    await stranger.presses("申请使用")
    await stranger.sees("请问您的姓名")
    await stranger.says("王老")
    await stranger.sees("原来的单位和电话")
    await stranger.says("虚构县水利局，0000-8000009")
    await stranger.sees("请您核对")
    await stranger.presses("确认提交")
    await stranger.sees("收到您的申请")

    request = await zhao.sees("有人申请使用：王老")
    await zhao.clicks(request.get_by_role("button", name="王老"))
    await stranger.sees("工作人员已经核对过，现在可以用了")
    await stranger.presses("开始")
    await stranger.sees("您同意吗")


async def test_a_stranger_cannot_send_files(office: BrowserOffice) -> None:
    office.witness.forgives("status of 403")
    stranger = await office.meets("陌生人")
    await stranger.page.goto(office.url)
    await stranger.presses("我有邀请码，或想申请使用")
    await stranger.is_connected()
    await stranger.page.locator("#file").set_input_files(
        {"name": "信.txt", "mimeType": "text/plain", "buffer": "您好".encode()}
    )
    await stranger.presses("发送")
    await expect(stranger.own.last).to_contain_text("您的身份还没有核对，现在还不能发照片和文件。")
    assert await office.rows("SELECT id FROM media") == []


async def test_two_people_side_by_side_in_one_browser_keep_their_own_conversations(
    office: BrowserOffice, wang: Someone, zhao: Someone
) -> None:
    await wang.says("菜单")
    await wang.sees("您要办什么")
    await zhao.says("菜单")
    await zhao.sees("请选一项")
    await wang.types("王老的话")
    await zhao.types("赵科的话")
    for someone, greeting in ((wang, "王老，您好"), (zhao, "赵科，您好")):
        await someone.reloads()
        await expect(someone.page.get_by_role("banner")).to_contain_text(greeting)
        await expect(someone.bubbles).to_have_count(2)
        await expect(someone.box).to_have_value(f"{someone.name}的话")

    office.witness.forgives("net::ERR")
    await wang.page.route("**/say", lambda route: route.abort())
    await wang.says("只有王老说过的话")
    await expect(wang.own.last).to_contain_text("没有网络")
    await zhao.reloads()
    await zhao.says("只有赵科说过的话")
    await zhao.sees("没有听明白")
    await wang.page.unroute_all()
    await wang.reloads()
    await wang.sees("要我记下来")
    assert await office.said_by("赵科") == ["菜单", "只有赵科说过的话"]
    assert await office.said_by("王老") == ["菜单", "只有王老说过的话"]

"""签到 at the door with a telephone: scan, one press, and the answer stands in the conversation; large enough for old eyes."""

from datetime import timedelta

import pytest
from playwright.async_api import BrowserContext, expect

from handlers.gatherings import code
from storage import gatherings
from storage.gatherings import Gathering
from tests.browser.office import BrowserOffice
from tests.browser.people import Someone

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def scans(office: BrowserOffice) -> str:
    """Plan a gathering that begins in half an hour and return what the QR code at its door opens."""
    starts_at = office.clock() + timedelta(minutes=30)
    async with office.app.database.write() as tx:
        made = await gatherings.add(
            tx,
            Gathering(
                title="合唱排练",
                kind="song",
                starts_at=starts_at,
                ends_at=starts_at + timedelta(hours=2),
                place="多功能厅",
                opens_at=starts_at - timedelta(days=2),
                deadline_at=starts_at - timedelta(hours=2),
                made_by=office.ids["赵科"],
                uid="one@yinling",
                seed="seed",
            ),
            office.clock(),
        )
        return f"{office.url}/c/{await code.code_of(tx, made)}"


async def there(office: BrowserOffice) -> int:
    return int((await office.rows("SELECT count(*) FROM signups WHERE attended_at IS NOT NULL"))[0][0])


async def test_one_press_checks_in_and_leads_to_the_conversation(office: BrowserOffice, wang: Someone) -> None:
    home = wang.page.url
    await wang.page.goto(await scans(office))
    await expect(wang.page.get_by_role("heading", name="合唱排练")).to_be_visible()
    button = wang.page.get_by_role("button", name="我到了")
    area = await button.bounding_box()
    assert area is not None
    assert area["height"] >= 60
    assert area["width"] >= 300
    assert await there(office) == 0  # looking is not pressing
    await button.click()
    await wang.is_connected()
    assert wang.page.url == home
    await expect(wang.bubbles.filter(has_text="王老，签到好了。")).to_be_visible()
    assert await there(office) == 1


async def test_two_people_who_share_a_browser_press_their_own_names(
    office: BrowserOffice, computer: BrowserContext, wang: Someone
) -> None:
    li = await office.seats("小李", computer)
    await li.page.goto(await scans(office))
    await expect(li.page.get_by_role("button")).to_have_count(2)
    await li.page.get_by_role("button", name="王老到了").click()
    await li.is_connected()
    await expect(li.bubbles.filter(has_text="王老，签到好了。")).to_be_visible()
    assert await there(office) == 1


async def test_a_telephone_without_a_conversation_learns_what_to_send(office: BrowserOffice) -> None:
    address = await scans(office)
    page = await (await office.computer()).new_page()
    await page.goto(address)
    door_code = address.rsplit("/", 1)[-1]
    await expect(page.get_by_text(f"签到 {door_code[:5]} {door_code[5:]}")).to_be_visible()
    await expect(page.get_by_role("button")).to_have_count(0)
    await page.get_by_role("link", name="打开对话").click()
    await expect(page.get_by_text("请打开工作人员发给您的链接").first).to_be_visible()


async def test_a_wrong_code_is_told_and_nothing_is_pressed(office: BrowserOffice, wang: Someone) -> None:
    office.witness.forgives("status of 404")
    await wang.page.goto(f"{office.url}/c/ABCDEFGHJK")
    await expect(wang.page.get_by_text("没有这个签到码")).to_be_visible()
    await expect(wang.page.get_by_role("button")).to_have_count(0)

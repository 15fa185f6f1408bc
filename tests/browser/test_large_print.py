"""Large print, as it is drawn: sizes, lines, contrast, room for a finger; on narrow screens and zoomed far in."""

import itertools
from collections.abc import Iterable
from typing import Literal

import pytest
from playwright.async_api import FilePayload, expect

from tests.browser.measure import Area, areas, prints, sticking_out
from tests.browser.office import BrowserOffice
from tests.browser.people import Someone
from tests.browser.samples import PROGRAM

pytestmark = pytest.mark.asyncio(loop_scope="package")

SIZES = {"大": 20, "更大": 24, "特大": 30}
FINGER_PX = 60  # 工信厅信管函〔2021〕67号, annex 2, 2.1: main components of an edition for the elderly
OTHER_PX = 44  # the same: other components
CONTRAST = 7  # WCAG 2.2, 1.4.6
NARROW_PX = (360, 320)
ZOOMED = {"width": 320, "height": 200}  # 1280 x 800 at 400 %
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
MOTIONS: tuple[Literal["no-preference", "reduce"], ...] = ("no-preference", "reduce")
MOVING = """Array.from(document.querySelectorAll('*'), (one) => getComputedStyle(one))
    .filter((style) => style.scrollBehavior !== 'auto' || style.transitionDuration !== '0s').length"""
A_PROGRAM: FilePayload = {"name": "程序.exe", "mimeType": "application/x-msdownload", "buffer": PROGRAM}
AN_EMPTY_FILE: FilePayload = {"name": "空的.txt", "mimeType": "text/plain", "buffer": b""}
SHOWN = set("大 困难 知道了 去掉 重发 删除 输入 已连接 电话 发送 菜单 人工".split()) | {"0 不办了"}
LONG = "请看http://example.test/" + "a" * 90 + "这个网址，还有" + "W" * 70


async def looks(someone: Someone, label: str) -> None:
    """Choose a size or a colour."""
    toggle = someone.page.get_by_role("button", name="字号", exact=True)
    if await toggle.is_visible() and await toggle.get_attribute("aria-expanded") == "false":
        await toggle.click()
    choice = someone.page.get_by_role("button", name=label, exact=True)
    await choice.click()
    await expect(choice).to_have_attribute("aria-pressed", "true")


async def has_everything_on_show(someone: Someone) -> None:
    """Bring up one of each thing that the page can show."""
    await someone.says(LONG)
    await someone.sees("要我记下来")
    await someone.says("不用登记，随便说说")
    await someone.sees("跟您说说话也挺好")
    await someone.says("困难")
    await someone.sees("您遇到哪方面的困难")


def overlapping(found: Iterable[Area]) -> list[tuple[Area, Area]]:
    """Return what stands beside each other in a row."""
    return [
        (one, other)
        for one, other in itertools.combinations(found, 2)
        if one.y < other.y + other.height and other.y < one.y + one.height
    ]


async def test_print_is_20_24_or_30_pixels_high_with_lines_of_1_6_and_stays_so(wang: Someone) -> None:
    await wang.says("困难")
    question = await wang.sees("您遇到哪方面的困难")
    text = question.locator(".text")
    for label, pixels in SIZES.items():
        await looks(wang, label)
        await expect(text).to_have_css("font-size", f"{pixels}px")
        await expect(text).to_have_css("line-height", f"{pixels * 1.6:g}px")
        await expect(wang.box).to_have_css("font-size", f"{pixels}px")
        await expect(question.get_by_role("button", name="住房")).to_have_css("font-size", f"{pixels}px")
        assert min(each.pixels for each in await prints(wang.page)) >= 18
    await wang.reloads()
    await expect(wang.log.locator(".text").last).to_have_css("font-size", "30px")


async def test_on_a_narrow_screen_every_choice_has_its_row_and_room_for_a_finger(wang: Someone) -> None:
    await has_everything_on_show(wang)
    for width, label in itertools.product(NARROW_PX, SIZES):
        await wang.page.set_viewport_size({"width": width, "height": 640})
        await looks(wang, label)
        assert await sticking_out(wang.page) == [], (width, label)
        found = await areas(wang.page)
        choices = [each for each in found if each.where == "choices"]
        assert len(choices) >= 10
        assert not overlapping(choices), (width, label)
        for each in found:
            least = OTHER_PX if each.where in ("header", "text") else FINGER_PX
            assert each.height >= least, (width, label, each)
            assert each.width >= least, (width, label, each)


async def test_every_text_as_it_is_drawn_has_a_contrast_of_seven(office: BrowserOffice, wang: Someone) -> None:
    office.witness.forgives("status of 415")
    await has_everything_on_show(wang)
    await wang.page.locator("#file").set_input_files([A_PROGRAM])
    await wang.presses("发送")
    await expect(wang.own.last).to_contain_text("没有发成")
    await wang.page.locator("#file").set_input_files([A_PROGRAM, AN_EMPTY_FILE])
    for label in ("浅色", "深色"):
        await looks(wang, label)
        found = await prints(wang.page)
        assert {each.text for each in found} >= SHOWN
        assert [each for each in found if each.contrast < CONTRAST] == []


async def test_the_door_is_dark_where_the_device_is_and_has_a_contrast_of_seven_too(office: BrowserOffice) -> None:
    office.witness.forgives("status of 403")
    page = await (await office.computer()).new_page()
    surfaces = set()
    for scheme in SCHEMES:
        await page.emulate_media(color_scheme=scheme)
        await page.goto("about:blank")
        await page.goto(f"{office.url}/enter#k={'wrong' * 8}")
        await expect(page.get_by_role("alert")).to_contain_text("这个链接用不了了")
        found = await prints(page)
        assert "再试一次" in {each.text for each in found}
        assert [each for each in found if each.contrast < CONTRAST] == []
        surfaces.add(await page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert len(surfaces) == len(SCHEMES)


async def test_zoomed_to_400_percent_everything_can_be_reached_by_scrolling_down(office: BrowserOffice) -> None:
    wang = await office.seats("王老", await office.computer(viewport=ZOOMED))
    await has_everything_on_show(wang)
    for label in SIZES:
        await looks(wang, label)
        assert await sticking_out(wang.page) == [], label
        question = wang.newest.locator(".text")
        await question.scroll_into_view_if_needed()
        await expect(question).to_be_in_viewport(ratio=1)  # nothing is pinned over it
    await wang.presses("住房")
    await wang.sees("请说说具体情况")
    await wang.types("暖气不热了")
    await wang.presses("发送")
    await wang.sees("记下了")


async def test_nothing_moves_by_itself(wang: Someone) -> None:
    await has_everything_on_show(wang)
    for motion in MOTIONS:
        await wang.page.emulate_media(reduced_motion=motion)
        assert await wang.page.evaluate("document.getAnimations().length") == 0
        assert await wang.page.evaluate(MOVING) == 0

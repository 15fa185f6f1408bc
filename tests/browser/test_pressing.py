"""Pressing and typing: a trembling finger, an old button, a digit, the Enter key."""

import pytest
from playwright.async_api import expect

from tests.browser.office import PHONE, BrowserOffice
from tests.browser.people import Someone

pytestmark = pytest.mark.asyncio(loop_scope="package")

NOON = 1_800_000_000_000  # some moment, in milliseconds


async def test_a_button_pressed_twice_quickly_is_pressed_once(office: BrowserOffice, wang: Someone) -> None:
    await wang.says("困难")
    question = await wang.sees("您遇到哪方面的困难")
    await question.get_by_role("button", name="住房").dblclick()
    await wang.sees("请说说具体情况")
    await wang.page.get_by_role("button", name="菜单").dblclick()
    await wang.sees("先放下了")
    await wang.says("您好")  # whatever came before it has been stored by now
    await wang.sees("王老，您好。")
    assert await office.said_by("王老") == ["困难", "2 住房", "菜单", "您好"]


async def test_send_pressed_twice_quickly_sends_once(office: BrowserOffice, wang: Someone) -> None:
    await wang.types("您好")
    await wang.page.get_by_role("button", name="发送").dblclick()
    await wang.sees("王老，您好。")
    await wang.says("谢谢")
    await wang.sees("不客气")
    assert await office.said_by("王老") == ["您好", "谢谢"]


async def test_a_second_tap_beside_the_first_does_not_press_the_neighbour(office: BrowserOffice, wang: Someone) -> None:
    menu = await wang.page.get_by_role("button", name="菜单").bounding_box()
    human = await wang.page.get_by_role("button", name="人工").bounding_box()
    assert menu is not None
    assert human is not None
    await wang.page.clock.set_fixed_time(NOON)
    await wang.page.mouse.click(menu["x"] + menu["width"] - 5, menu["y"] + 30)
    await wang.sees("您要办什么")
    await wang.page.mouse.click(human["x"] + 5, human["y"] + 30)  # no time has passed
    await wang.page.clock.set_fixed_time(NOON + 3_000)
    await wang.says("您好")
    await wang.sees("王老，您好。")
    await wang.page.mouse.click(human["x"] + 5, human["y"] + 30)
    await wang.sees("已经请工作人员联系您")
    assert await office.said_by("王老") == ["菜单", "您好", "人工"]


async def test_an_old_button_gets_a_polite_answer_and_the_present_question(wang: Someone) -> None:
    await wang.says("困难")
    old = await wang.sees("您遇到哪方面的困难")
    await wang.presses("住房")
    await wang.sees("请说说具体情况")
    await wang.clicks(old.get_by_role("button", name="就医"))
    await wang.sees("这是以前的按钮，已经不用了。")
    await expect(wang.newest).to_contain_text("请说说具体情况")


async def test_a_typed_number_is_the_button_with_that_number(wang: Someone) -> None:
    for words in ("困难", "２", "暖气不热了", "说完了", "第二个"):
        await wang.says(words)
    review = await wang.sees("请您核对")
    await expect(review).to_contain_text("类别：住房")
    await expect(review).to_contain_text("急不急：不急")


async def test_enter_sends_and_shift_enter_begins_a_line(office: BrowserOffice, wang: Someone) -> None:
    await wang.types("暖气不热了")
    await wang.box.press("Shift+Enter")
    await wang.box.press_sequentially("已经三天了")
    await expect(wang.box).to_have_value("暖气不热了\n已经三天了")
    assert await wang.own.count() == 0
    await wang.box.press("Enter")
    await wang.sees("要我记下来")
    await expect(wang.box).to_have_value("")
    assert await office.said_by("王老") == ["暖气不热了\n已经三天了"]


async def test_the_enter_that_ends_a_word_of_an_input_method_sends_nothing(wang: Someone) -> None:
    keyboard = await wang.page.context.new_cdp_session(wang.page)
    await wang.box.focus()
    await keyboard.send("Input.imeSetComposition", {"text": "nuanqi", "selectionStart": 6, "selectionEnd": 6})
    await wang.box.press("Enter")
    assert await wang.own.count() == 0


async def test_on_a_telephone_enter_begins_a_line_and_the_button_sends(office: BrowserOffice) -> None:
    wang = await office.seats("王老", await office.computer(has_touch=True, is_mobile=True, viewport=PHONE))
    await wang.types("暖气不热了")
    await wang.box.press("Enter")
    await expect(wang.box).to_have_value("暖气不热了\n")
    await wang.page.get_by_role("button", name="发送").tap()
    await wang.sees("要我记下来")
    assert await office.said_by("王老") == ["暖气不热了"]

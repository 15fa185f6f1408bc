"""Without a mouse and without eyes: the keyboard alone, and the names that a screen reader speaks."""

import pytest
from playwright.async_api import BrowserContext, Locator, expect

from tests.browser.office import BrowserOffice
from tests.browser.people import Someone

pytestmark = pytest.mark.asyncio(loop_scope="package")

MOST_TABS = 40
FOCUSED = "['BUTTON', 'A'].includes(document.activeElement.tagName) ? document.activeElement.textContent : '-'"


async def tabs_to(someone: Someone, label: str, key: str = "Tab") -> None:
    """Press Tab until the focus is on the button or link with this label, and see that it is marked."""
    passed = []
    for _ in range(MOST_TABS):
        await someone.page.keyboard.press(key)
        passed.append(await someone.page.evaluate(FOCUSED))
        if passed[-1] == label:
            await expect(someone.page.locator(":focus")).to_have_css("outline-style", "solid")
            await expect(someone.page.locator(":focus")).to_be_in_viewport(ratio=1)
            return
    raise AssertionError(f"{label} is not among {passed}")


async def test_a_whole_report_with_the_keyboard_alone(wang: Someone) -> None:
    await expect(wang.box).to_be_focused()
    await wang.page.keyboard.type("我家暖气三天不热了")
    await wang.page.keyboard.press("Enter")
    key = "Shift+Tab"  # from the text box back to the buttons; from a pressed button on to the next question
    for question, label in {
        "要我记下来": "1 登记为新的困难",
        "属于哪方面": "2 住房",
        "今天就要有人管吗": "2 不急",
        "请您核对": "1 确认提交",
    }.items():
        await wang.sees(question)
        await wang.looks_away()
        await tabs_to(wang, label, key)
        await wang.page.keyboard.press("Enter")
        key = "Tab"
    await wang.sees("已经登记，编号：")
    await tabs_to(wang, "菜单")
    await wang.page.keyboard.press("Space")
    await wang.sees("您要办什么")


async def test_the_first_tab_leads_past_the_conversation_to_the_text_box(wang: Someone) -> None:
    await wang.says("困难")
    await wang.sees("您遇到哪方面的困难")
    await wang.reloads()
    await wang.page.evaluate("document.activeElement.blur()")
    await tabs_to(wang, "跳到输入框")
    await expect(wang.page.get_by_role("link", name="跳到输入框")).to_be_in_viewport()
    await wang.page.keyboard.press("Enter")
    await expect(wang.box).to_be_focused()


async def test_a_screen_reader_finds_every_part_by_role_and_name(wang: Someone) -> None:
    await wang.says("困难")
    await wang.sees("您遇到哪方面的困难")
    page = wang.page
    parts: list[Locator] = [
        page.get_by_role("heading", name="青禾县委老干部局", level=1),
        page.get_by_role("main"),
        page.get_by_role("region", name="对话记录"),
        page.get_by_role("log", name="对话", exact=True),
        page.get_by_role("log").get_by_role("heading", name="今天"),
        page.get_by_role("textbox", name="输入", exact=True),
        page.get_by_role("button", name="发送", exact=True),
        page.get_by_role("button", name="菜单", exact=True),
        page.get_by_role("button", name="人工", exact=True),
        page.get_by_role("button", name="照片/文件", exact=True),
        page.get_by_role("button", name="录音", exact=True),
        page.get_by_role("status").filter(has_text="已连接"),
        page.get_by_role("link", name="电话"),
        page.get_by_role("button", name="字号", expanded=False),
    ]
    for part in parts:
        await expect(part).to_be_visible()
    assert await page.locator("html").get_attribute("lang") == "zh-CN"
    nameless = await page.get_by_role("button", name="", exact=True).filter(visible=True).count()
    assert nameless == 0


async def test_what_arrives_is_spoken_and_what_was_there_before_is_not(computer: BrowserContext, wang: Someone) -> None:
    await wang.says("困难")
    await wang.sees("您遇到哪方面的困难")
    await computer.add_init_script(NOTES_WHAT_IS_SPOKEN)
    await wang.reloads()
    await expect(wang.bubbles).to_have_count(2)
    assert set(await wang.page.evaluate("window.added")) == {"off"}
    await expect(wang.log).to_have_attribute("aria-live", "polite")
    await wang.page.evaluate("window.added = []")
    await wang.says("住房")
    await wang.sees("请说说具体情况")
    assert await wang.page.evaluate("window.added") == ["polite", "polite"]


async def test_a_message_that_arrives_moves_neither_the_focus_nor_what_is_being_read(
    office: BrowserOffice, wang: Someone
) -> None:
    for words, answer in (("困难", "您遇到哪方面的困难"), ("菜单", "您要办什么"), ("困难", "接着填吗")):
        await wang.says(words)
        await wang.sees(answer)
    await expect(wang.log).to_have_attribute("aria-live", "polite")
    reading = wang.page.get_by_role("region", name="对话记录")
    await reading.focus()
    await wang.page.keyboard.press("Home")
    await expect(reading).to_have_js_property("scrollTop", 0)
    first = wang.bubbles.first
    place = await first.bounding_box()
    other = await office.meets("王老", wang.page.context)
    await other.opens(wang.page.url)
    await other.says("菜单")
    news = wang.page.get_by_role("button", name="有新消息")
    await expect(news).to_be_visible()
    assert await first.bounding_box() == place
    await expect(reading).to_be_focused()
    await news.click()
    await expect(wang.newest.get_by_text("青禾县委老干部局")).to_be_in_viewport(ratio=1)  # its beginning


async def test_messages_are_read_aloud_where_there_is_a_chinese_voice(office: BrowserOffice) -> None:
    computer = await office.computer()
    await computer.add_init_script(A_VOICE % "zh-CN")
    wang = await office.seats("王老", computer)
    await wang.says("菜单")
    menu = await wang.sees("您要办什么")
    await wang.clicks(menu.get_by_role("button", name="朗读"))
    spoken = "".join(await wang.page.evaluate("window.spoken"))
    assert "您要办什么" in spoken
    assert "1 反映困难" in spoken


async def test_where_there_is_none_nothing_offers_to_read_aloud(office: BrowserOffice) -> None:
    computer = await office.computer()
    await computer.add_init_script(A_VOICE % "en-US")
    wang = await office.seats("王老", computer)
    await wang.says("菜单")
    menu = await wang.sees("您要办什么")
    await expect(menu.get_by_role("button", name="反映困难")).to_be_visible()
    await expect(menu.get_by_role("button", name="朗读")).to_have_count(0)


# Notes for each message that is put into the conversation whether a screen reader speaks it.
NOTES_WHAT_IS_SPOKEN = """
window.added = [];
new MutationObserver((changes) => changes.filter((one) => one.target.id === 'log').forEach((one) => one.addedNodes.forEach(
    (node) => node.tagName === 'ARTICLE' && window.added.push(one.target.getAttribute('aria-live')),
))).observe(document, { childList: true, subtree: true });
"""

# A device with a voice of this language; Chromium on a server has none.
A_VOICE = """
window.spoken = [];
Object.defineProperty(window, 'speechSynthesis', { value: {
    getVoices: () => [{ lang: '%s', name: 'a voice' }], cancel() {}, speak: (speech) => window.spoken.push(speech.text),
} });
window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
"""

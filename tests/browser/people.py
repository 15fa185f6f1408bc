"""A person at a browser.

await wang.opens(link)
await wang.says("困难")
await wang.sees("您遇到哪方面的困难")
await wang.presses("就医")

Nothing here waits for a time: whoever `sees` waits until it is there.
"""

from typing import TYPE_CHECKING

from playwright.async_api import Locator, Page, expect

if TYPE_CHECKING:  # the office makes people
    from tests.browser.office import BrowserOffice

SIDES = (0.2, 0.8)  # of a button's width


class Someone:
    def __init__(self, office: "BrowserOffice", name: str, page: Page) -> None:
        self.office = office
        self.name = name
        self.page = page
        self._since = ""  # the newest message when the person last did something
        self._presses = 0

    # ── what a person does ──────────────────────────────────────────────────────────────────────────────────────────

    async def opens(self, link: str) -> None:
        """Open a link and wait until the conversation is there."""
        await self.page.goto(link)
        await self.is_connected()

    async def reloads(self) -> None:
        await self.page.reload()
        await self.is_connected()

    async def is_connected(self) -> None:
        await expect(self.page.locator("#status")).to_have_text("已连接")

    async def types(self, words: str) -> None:
        """Write into the text box, and leave it there."""
        await self.looks_away()
        await self.box.fill(words)

    async def says(self, words: str) -> None:
        """Type it and press Enter. Does not wait until it is sent."""
        await self.types(words)
        await self.box.press("Enter")

    async def presses(self, label: str) -> None:
        """Press the button whose label holds `label`: in the newest message that has buttons, else anywhere on the page."""
        choice = self.page.locator("#log .asks").last.get_by_role("button", name=label)
        elsewhere = self.page.get_by_role("button", name=label).and_(self.page.locator("button:not(.choice)"))
        await self.clicks(choice.or_(elsewhere).first)

    async def clicks(self, target: Locator) -> None:
        """Click, on the left of a button and on the right in turn: two clicks on one spot are taken for a trembling finger."""
        await self.looks_away()
        await self.page.bring_to_front()  # Chromium draws what stands behind another window once a second only
        # First of all, since the page may move a little when its newest message comes into sight.
        await target.scroll_into_view_if_needed()
        area = await target.bounding_box()
        assert area is not None, f"{self.name} cannot see {target}"
        self._presses += 1
        await target.click(position={"x": area["width"] * SIDES[self._presses % 2], "y": area["height"] / 2})

    async def looks_away(self) -> None:
        """From now on `sees` tells only what comes later."""
        newest = self.page.locator("#log [data-id]").last
        self._since = await newest.get_attribute("data-id") or "" if await newest.count() else ""

    # ── what a person sees ──────────────────────────────────────────────────────────────────────────────────────────

    @property
    def log(self) -> Locator:
        return self.page.get_by_role("log", name="对话")

    @property
    def box(self) -> Locator:
        return self.page.get_by_role("textbox", name="输入")

    @property
    def bubbles(self) -> Locator:
        """Every message of the conversation."""
        return self.log.get_by_role("article")

    @property
    def own(self) -> Locator:
        """What this person said."""
        return self.log.locator(".mine")

    @property
    def newest(self) -> Locator:
        return self.bubbles.last

    async def sees(self, words: str) -> Locator:
        """Wait for a message from the office with these words, newer than what the person last did; return it."""
        after = f'[data-id="{self._since}"] ~ ' if self._since else "#log > "
        found = self.page.locator(f"{after}.say:not(.mine)").filter(has_text=words).last
        await expect(found).to_be_visible()
        return found

    async def reads(self, words: str) -> None:
        """Wait for words anywhere on the page that can be seen."""
        await expect(self.page.get_by_text(words).filter(visible=True).first).to_be_visible()

    async def conversation(self) -> list[str]:
        """Return what stands in each bubble, oldest first: '我：困难', '您遇到哪方面的困难？'; without buttons and times."""
        return list(await self.log.evaluate(_TEXTS))


_TEXTS = """log => Array.from(log.querySelectorAll('.say'), each =>
    (each.classList.contains('mine') ? '我：' : '') + (each.querySelector('.text') || {textContent: ''}).textContent)"""

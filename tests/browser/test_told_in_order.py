"""What the office says appears when it is sent, in that order, and what it corrects changes where it stands."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from playwright.async_api import expect

from storage import accounts, outbox
from tests.browser.office import BrowserOffice
from tests.browser.people import Someone

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def writes(office: BrowserOffice, text: str, buttons: Sequence[Sequence[str]] = (), hours: int = 0) -> int:
    """Write 王老 a push that leaves in so many hours, and return its id."""
    async with office.app.database.write() as tx:
        [account] = await accounts.reaching(tx, office.ids["王老"])
        held = office.clock() + timedelta(hours=hours) if hours else None
        letter = await outbox.write(tx, account.id, text, office.clock(), buttons=buttons, not_before=held)
    office.app.wake_lanes()
    return letter


async def test_what_is_held_appears_when_it_is_sent_behind_what_was_said_meanwhile(
    office: BrowserOffice, wang: Someone
) -> None:
    await writes(office, "明天有讲座", hours=9)
    await wang.says("困难")
    await wang.sees("您遇到哪方面的困难")
    evening = await wang.conversation()
    assert "明天有讲座" not in evening
    office.clock.ahead += timedelta(hours=9)
    office.app.wake_lanes()
    await wang.sees("明天有讲座")
    assert await wang.conversation() == [*evening, "明天有讲座"]
    await wang.reloads()
    await expect(wang.bubbles).to_have_count(len(evening) + 1)
    assert await wang.conversation() == [*evening, "明天有讲座"]


async def test_a_message_is_edited_where_it_stands_with_its_buttons(office: BrowserOffice, wang: Someone) -> None:
    letter = await writes(office, "已送到 0 人", [["暂停", "a:pause:1"]])
    progress = await wang.sees("已送到 0 人")
    await writes(office, "别的消息")
    await wang.sees("别的消息")
    before = await wang.conversation()
    for text, buttons in (("已送到 10 人", [["继续", "a:resume:1"]]), ("已送到 20 人，全部送完", [])):
        async with office.app.database.write() as tx:
            await outbox.edit(tx, letter, text, office.clock(), buttons=buttons)
        office.app.wake_lanes()
        changed = wang.bubbles.filter(has_text=text)
        await expect(changed).to_be_visible()
        await expect(changed.locator(".choice")).to_have_text([each[0] for each in buttons])
        assert await wang.conversation() == [text if each.startswith("已送到") else each for each in before]
    await expect(progress).to_have_count(0)
    await wang.says("菜单")  # the page goes on from where it stands
    await wang.sees("您要办什么")
    assert (await wang.conversation())[: len(before)] == ["已送到 20 人，全部送完", "别的消息"]

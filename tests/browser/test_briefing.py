"""The article read through at a browser: page by page in the conversation, and as a page in large print that reads itself aloud."""

import re
from pathlib import Path

import pytest
from playwright.async_api import FilePayload, expect

from handlers.act import Act
from handlers.briefings import publishing
from handlers.briefings.publishing import Written
from handlers.briefings.words import first_sentences
from storage import briefings, media
from storage.briefings import PUBLIC, Briefing
from storage.media import Medium
from tests.briefing_work import article_of, both_articles
from tests.browser.measure import areas, prints, sticking_out
from tests.browser.office import BrowserOffice
from tests.browser.people import Someone
from tests.browser.samples import photo
from tests.browser.test_attachments import chooses
from tests.browser.test_keyboard import A_VOICE
from tests.test_briefing_files import docx, paragraph

pytestmark = pytest.mark.asyncio(loop_scope="package")
PICTURE = "7" * 32


async def publishes(office: BrowserOffice, article: Path, *, picture: bool = False) -> Briefing:
    """Put the article into the archive as if two persons had seen to it."""
    found = article_of(article)
    written = Written(PUBLIC, "policy", found.title, "县融媒体中心", first_sentences(found.text), found.text)
    async with office.app.database.write() as tx:
        act = Act(tx, office.app.office, office.clock())
        briefing = await publishing.draft(act, written, office.ids["赵科"])
        if picture:
            await office.app.folder.keep(PICTURE, photo())
            kept = Medium(PICTURE, None, "photo", "合影.png", "image/png", len(photo()), "web", None, "kept", 0)
            await media.add(tx, kept, office.clock())
            await briefings.put_media(tx, briefing.id, [PICTURE])
        assert await publishing.publish(act, briefing.id)
    return briefing


async def link_in(wang: Someone) -> str:
    """Press 【听】 and return the link that comes."""
    await wang.says("简报")
    await wang.presses("（没看）")
    await wang.sees("全文")
    await wang.presses("听")
    await wang.sees("的大字版")
    link = wang.page.locator("#log a").last
    return str(await link.get_attribute("href"))


@both_articles
async def test_the_article_is_read_page_by_page_and_then_heard(
    office: BrowserOffice, wang: Someone, article: Path
) -> None:
    briefing = await publishes(office, article)
    await wang.says("简报")
    await wang.presses("（没看）")
    await wang.presses("看全文")
    told = []
    for number in range(1, 40):
        await wang.sees(f"第 {number} 页，共")
        text = str(await wang.page.locator("#log .say:not(.mine) .text").last.inner_text())
        _, *body, foot = text.split("\n\n")
        told.append("".join(body))
        if re.fullmatch(rf"第 {number} 页，共 {number} 页", foot):
            break
        await wang.presses("下一页")
    without_space = "".join("".join(told).split())
    assert without_space == "".join(f"{briefing.text}来源：县融媒体中心".split())
    await wang.sees("第")
    rows = await office.rows("SELECT how, channel FROM briefing_reads")
    assert rows == [("paged", "web")]


async def test_the_page_is_large_clear_and_personal_and_its_end_counts_as_read(
    office: BrowserOffice, wang: Someone
) -> None:
    await publishes(office, Path(__file__).parents[1] / "article.txt", picture=True)
    link = await link_in(wang)
    assert link.startswith(f"{office.url}/b/")
    page = await wang.page.context.new_page()
    await page.goto(link)
    await expect(page.get_by_role("heading", level=2)).to_contain_text("青禾县")
    await expect(page.get_by_role("button", name="朗读")).to_be_hidden()  # this browser has no voice
    for size in ("大", "更大", "特大"):
        await page.get_by_role("button", name=size, exact=True).click()
        shown = await prints(page)
        assert min(each.contrast for each in shown) >= 7, min(shown, key=lambda each: each.contrast)
        assert all(each.height >= 60 for each in await areas(page))
        assert await sticking_out(page) == []
    body = [each.pixels for each in shown if "老同志" in each.text]
    assert min(body) >= 30
    picture = page.get_by_role("img", name="合影.png")
    await picture.scroll_into_view_if_needed()
    assert await picture.evaluate("image => image.complete && image.naturalWidth > 0")
    assert await office.rows("SELECT 1 FROM briefing_reads") == []
    await page.locator("#end").scroll_into_view_if_needed()
    await expect(page.get_by_text("记下了，您看过这一篇。")).to_be_visible()
    await expect(page.get_by_role("button", name="我看完了")).to_be_hidden()
    assert await office.rows("SELECT how, channel FROM briefing_reads") == [("page", "web")]

    stranger = await office.computer()
    other = await stranger.new_page()
    office.witness.forgives("404")
    await other.goto(f"{office.url}/b/{'x' * 32}")
    await expect(other.get_by_text("这个链接打不开了")).to_be_visible()
    await expect(other.get_by_text("青禾县委老干部局以")).to_have_count(0)
    await office.revokes("王老")
    await page.reload()
    await expect(page.get_by_text("这个链接打不开了")).to_be_visible()


async def test_it_reads_itself_aloud_where_there_is_a_voice_and_works_without_scripts(
    office: BrowserOffice, wang: Someone
) -> None:
    await publishes(office, Path(__file__).parents[1] / "article.txt")
    link = await link_in(wang)
    speaking = await office.computer()
    await speaking.add_init_script(A_VOICE % "zh-CN")
    page = await speaking.new_page()
    await page.goto(link)
    aloud = page.get_by_role("button", name="朗读")
    await aloud.click()
    spoken = await page.evaluate("window.spoken")
    assert spoken[0].startswith("青禾县委老干部局以细致服务")
    assert len(spoken) > 20
    await page.get_by_role("button", name="停止").click()
    await expect(aloud).to_be_visible()

    plain = await office.computer(java_script_enabled=False)
    quiet = await plain.new_page()
    await quiet.goto(link)
    await quiet.get_by_role("button", name="我看完了").click()
    await expect(quiet.get_by_text("记下了，您看过这一篇。")).to_be_visible()


async def test_staff_send_a_word_file_and_go_on_writing_from_it(office: BrowserOffice, zhao: Someone) -> None:
    body = paragraph("重阳节的安排") + paragraph("十月十八日上午九点，在活动中心开会。")
    await zhao.says("写简报")
    await zhao.sees("属于哪一类")
    await zhao.presses("公开")
    await zhao.sees("正文怎么给我")
    await zhao.presses("发一个文件来")
    await zhao.sees("请把文件发过来")
    file = FilePayload(name="安排.docx", mimeType="application/octet-stream", buffer=docx(body))
    await chooses(zhao, [file])
    await zhao.presses("发送")
    await zhao.sees("文件读好了：《重阳节的安排》")
    await zhao.presses("接着写")
    await zhao.sees("题目是“重阳节的安排”，对吗？")
    assert await office.rows("SELECT text FROM briefings") == [("十月十八日上午九点，在活动中心开会。",)]

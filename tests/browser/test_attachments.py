"""Photos, files and recordings: sent by one, opened by the other; what cannot be sent is refused politely."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from playwright.async_api import Browser, FilePayload, Locator, expect

from tests.browser.office import BrowserOffice, open_office
from tests.browser.people import Someone
from tests.browser.samples import PDF, PROGRAM, photo

pytestmark = pytest.mark.asyncio(loop_scope="package")

LOADED = "image => image.decode().then(() => image.naturalWidth)"


def file(name: str, media_type: str, data: bytes) -> FilePayload:
    return {"name": name, "mimeType": media_type, "buffer": data}


A_PHOTO = file("暖气片.png", "image/png", photo())
A_FILE = file("说明.pdf", "application/pdf", PDF)


async def chooses(someone: Someone, files: Sequence[FilePayload] | Sequence[Path]) -> None:
    """Press 照片/文件 and choose there."""
    async with someone.page.expect_file_chooser() as opened:
        await someone.presses("照片/文件")
    await (await opened.value).set_files(files)


async def reports(wang: Someone) -> None:
    """Report what was just sent as a difficulty."""
    await wang.sees("要我记下来")
    for words in ("登记为新的困难", "住房", "不急", "确认提交"):
        await wang.says(words)
    await wang.sees("已经登记，编号：")


async def opens_the_case(zhao: Someone) -> Locator:
    """Open the newest case; return the message with everything in it."""
    await zhao.sees("新的困难")
    await zhao.presses("查看")
    return await zhao.sees("正在安排")


async def test_a_photo_and_a_file_reach_the_other_side(wang: Someone, zhao: Someone) -> None:
    await chooses(wang, [A_PHOTO, A_FILE])
    await expect(wang.page.locator("#tray li")).to_have_count(2)
    await wang.says("暖气片在漏水")
    await reports(wang)
    shown = wang.own.first
    assert await shown.get_by_role("img", name="暖气片.png").evaluate(LOADED) == 640

    case = await opens_the_case(zhao)
    assert await case.get_by_role("img", name="暖气片.png").evaluate(LOADED) == 640
    async with zhao.page.expect_download() as saved:
        await zhao.clicks(case.get_by_role("link", name="说明.pdf"))
    download = await saved.value
    assert download.suggested_filename == "说明.pdf"
    assert (await download.path()).read_bytes() == PDF


async def test_a_photo_opens_large_and_closes_with_its_button_escape_or_back(wang: Someone) -> None:
    await chooses(wang, [A_PHOTO])
    await wang.presses("发送")
    await wang.sees("要我记下来")
    home = wang.page.url
    thumb = wang.own.first.get_by_role("button", name="暖气片.png")
    large = wang.page.get_by_role("dialog", name="大图")

    for closes in (
        lambda: large.get_by_role("button", name="关闭").click(),
        lambda: wang.page.keyboard.press("Escape"),
        wang.page.go_back,
    ):
        await wang.clicks(thumb)
        await expect(large).to_be_visible()
        await expect(large.get_by_role("button", name="关闭")).to_be_focused()
        assert await large.get_by_role("img").evaluate(LOADED) == 640
        await closes()
        await expect(large).to_be_hidden()
        await expect(thumb).to_be_focused()
        assert wang.page.url == home


async def test_a_recording_reaches_the_other_side_and_can_be_played_there(wang: Someone, zhao: Someone) -> None:
    await wang.presses("录音")
    await expect(wang.page.locator("#record-time")).to_have_text("1 秒")
    await wang.presses("说完了，发送")
    await reports(wang)
    await expect(wang.own.first.locator("audio")).to_be_visible()

    voice = (await opens_the_case(zhao)).locator("audio")
    await expect(voice).to_be_visible()
    await voice.evaluate("voice => voice.play()")
    await zhao.page.wait_for_function("voice => voice.currentTime > 0", arg=await voice.element_handle())


async def test_a_recording_that_is_dropped_is_not_sent(office: BrowserOffice, wang: Someone) -> None:
    await wang.presses("录音")
    await expect(wang.page.locator("#record-time")).to_have_text("1 秒")
    await wang.presses("不要了")
    await expect(wang.page.get_by_role("group", name="录音")).to_be_hidden()
    await wang.says("您好")
    await wang.sees("王老，您好。")
    assert await office.said_by("王老") == ["您好"]


async def test_what_was_chosen_by_mistake_is_taken_out_again(office: BrowserOffice, wang: Someone) -> None:
    await chooses(wang, [A_PHOTO, A_FILE])
    await wang.clicks(wang.page.locator("#tray li").filter(has_text="说明.pdf").get_by_role("button", name="去掉"))
    await wang.presses("发送")
    await wang.sees("要我记下来")
    rows = await office.rows("SELECT name FROM media")
    assert [row[0] for row in rows] == ["暖气片.png"]


async def test_thirty_megabytes_and_an_empty_file_are_refused_before_they_are_sent(
    office: BrowserOffice, wang: Someone, tmp_path: Path
) -> None:
    large = tmp_path / "大录像.mp4"
    with large.open("wb") as sparse:
        sparse.truncate(30 * 1024 * 1024)
    empty = tmp_path / "空的.txt"
    empty.touch()
    await chooses(wang, [large, empty])
    notice = wang.page.get_by_role("alert").filter(visible=True)
    await expect(notice).to_contain_text("“大录像.mp4”有 30.0 MB，超过了 20 MB，发不出去。")
    await expect(notice).to_contain_text("“空的.txt”是空的，没有内容可以发送。")
    await wang.presses("知道了")
    await expect(notice).to_be_hidden()
    await wang.presses("发送")
    assert await wang.own.count() == 0
    assert not [each for each in office.witness.addresses if each.endswith("/media")]


async def test_a_kind_that_the_office_does_not_take_is_refused_and_holds_nothing_up(
    office: BrowserOffice, wang: Someone
) -> None:
    office.witness.forgives("status of 415")
    await chooses(wang, [file("安装.exe", "application/x-msdownload", PROGRAM)])
    await wang.presses("发送")
    await expect(wang.own.last).to_contain_text("没有发成：这种文件发不了。")
    await wang.says("您好")
    await wang.sees("王老，您好。")
    await wang.clicks(wang.own.filter(has_text="没有发成").get_by_role("button", name="删除"))
    await expect(wang.own).to_have_count(1)
    await wang.reloads()
    assert await wang.conversation() == ["我：您好", "王老，您好。\n\n" + MENU]


MENU = "您要办什么？按按钮、回复数字，或者直接说事都行。\n局里电话：0000-8000000"


async def test_an_office_that_takes_less_says_so_itself(tmp_path: Path, chromium: Browser) -> None:
    async with open_office(tmp_path, chromium, upload_megabytes=1) as office:
        office.witness.forgives("status of 413")
        wang = await office.seats("王老")
        await chooses(wang, [file("长.txt", "text/plain", "长".encode() * 700_000)])
        await wang.presses("发送")
        await expect(wang.own.last).to_contain_text("没有发成：这个文件超过了 1 MB，发不出去。")

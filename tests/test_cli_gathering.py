"""`gathering code`: the list, the code, and the sheet for the door."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bot.poster import poster
from storage import gatherings, people
from storage.database import Tx
from storage.gatherings import Gathering
from storage.people import Person
from tests.command_line import CommandLine

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def cli(tmp_path: Path) -> CommandLine:
    cli = CommandLine(tmp_path)
    cli.does(_is_planned)
    return cli


async def _is_planned(tx: Tx) -> None:
    now = datetime.now(UTC)
    zhao = await people.add(tx, Person(name="赵科"), now)
    for number, state in ((1, "planned"), (2, "cancelled")):
        starts_at = now + timedelta(days=number)
        span = (starts_at, starts_at + timedelta(hours=2))
        uid = f"{number}@yinling"
        each = Gathering(f"合唱<{number}>", "song", *span, "多功能厅", now, now, zhao, uid, "seed", state=state)
        await gatherings.add(tx, each, now)


def texts(page: str) -> list[str]:
    return [each.text or "" for each in ElementTree.fromstring(page).iter(f"{SVG}text")]  # noqa: S314


def test_without_a_number_what_is_coming_is_listed(cli: CommandLine) -> None:
    outcome = cli("gathering", "code")
    assert outcome.code == 0
    assert re.fullmatch(r"1  \d+月\d+日 星期. \d\d:\d\d  合唱<1>\n", outcome.said)


def test_the_code_stays_the_same_and_the_sheet_is_written_once(cli: CommandLine) -> None:
    first = cli("gathering", "code", "1")
    found = re.search(r"签到码：签到 (\w{5}) (\w{5})", first.said)
    assert found
    assert cli("gathering", "code", "1").said == first.said
    outcome = cli("gathering", "code", "1", "--svg", "签到.svg")
    assert (outcome.code, outcome.complained) == (0, "")
    page = (cli.folder / "签到.svg").read_text(encoding="utf-8")
    assert texts(page)[:2] == ["扫一扫签到", "合唱<1>"]
    assert f"签到 {found[1]} {found[2]}" in texts(page)
    again = cli("gathering", "code", "1", "--svg", "签到.svg")
    assert (again.code, again.complained) == (1, "签到.svg 已经有了。要覆盖请加 --force。\n")
    assert cli("gathering", "code", "1", "--svg", "签到.svg", "--force").code == 0
    assert (
        cli("gathering", "code", "1", "--svg", "没有/签到.svg").complained
        == "写不了 没有/签到.svg：No such file or directory\n"
    )


def test_the_qr_code_opens_telegram_when_told_so_and_says_what_it_holds(cli: CommandLine) -> None:
    outcome = cli("gathering", "code", "1", "--telegram", "@our_bot")
    assert re.search(r"二维码的内容：https://t\.me/our_bot\?start=\w{10}\n", outcome.said)


def test_an_address_that_no_telephone_can_open_is_warned_of(cli: CommandLine) -> None:
    cli.environ |= {"YINLING_WEB__PORT": "8080", "YINLING_WEB__HOST": "127.0.0.1"}
    assert "手机扫了打不开" in cli("gathering", "code", "1").said
    cli.environ |= {"YINLING_WEB__PUBLIC_URL": "https://chat.example"}
    outcome = cli("gathering", "code", "1")
    assert re.search(r"二维码的内容：https://chat\.example/c/\w{10}\n", outcome.said)
    assert "手机扫了打不开" not in outcome.said


def test_a_number_that_is_not_there_is_told(cli: CommandLine) -> None:
    outcome = cli("gathering", "code", "99")
    assert outcome.code == 1
    assert outcome.complained == "没有编号是 99 的活动。不写编号，可以列出近期的活动。\n"


def test_the_sheet_is_one_a4_page_and_a_long_title_fits() -> None:
    page = poster(
        "合" * 30, "12月4日 星期五 14:30", "多功能厅", "http://10.0.0.5:8080/c/ABCDEFGHJK", "签到 ABCDE FGHJK"
    )
    root = ElementTree.fromstring(page)  # noqa: S314
    assert (root.get("width"), root.get("height")) == ("210mm", "297mm")
    for each in root.iter(f"{SVG}text"):
        columns = sum(1.0 if ord(letter) > 0x2E7F else 0.6 for letter in each.text or "")
        assert columns * float(each.get("font-size", "0")) <= 190
    path = root.find(f".//{SVG}path")
    assert path is not None
    assert path.get("d")

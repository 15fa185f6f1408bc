"""签到 by the QR code at the door: the page, whose browser it is, and that only a press on our own page checks anybody in."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from handlers.gatherings import code
from storage import gatherings, people
from storage.accounts import Role
from storage.database import Tx
from storage.gatherings import Gathering
from tests.web_office import Browser, Sitter, WebOffice, open_web_office

HOUR = timedelta(hours=1)


@pytest.fixture
async def web(tmp_path: Path) -> AsyncIterator[WebOffice]:
    async with open_web_office(tmp_path) as office:
        yield office


@pytest.fixture
async def wang(web: WebOffice) -> Sitter:
    return await web.seats("王老", "cadre")


async def is_planned(web: WebOffice, begins_in: timedelta = HOUR / 2, **changes: Any) -> tuple[Gathering, str]:
    """Write a gathering and return it with the address of its check-in page."""
    maker = await web.adds("赵科", "staff")
    starts_at = web.clock() + begins_in

    async def write(tx: Tx) -> tuple[Gathering, str]:
        values: dict[str, Any] = {
            "title": "合唱 <b>排练</b>",
            "kind": "song",
            "starts_at": starts_at,
            "ends_at": starts_at + 2 * HOUR,
            "place": "多功能厅",
            "opens_at": starts_at - 48 * HOUR,
            "deadline_at": starts_at - 2 * HOUR,
            "made_by": maker,
            "uid": "one@yinling",
            "seed": "seed",
        }
        made = await gatherings.add(tx, Gathering(**(values | changes)), web.clock())
        return made, f"/c/{await code.code_of(tx, made)}"

    return await web.writes(write)


async def presses(
    browser: Browser, path: str, page: str, place: int = 0, headers: dict[str, str] | None = None
) -> tuple[int, str]:
    """Send the form of a page as a browser does; return the status and where it leads to."""
    fields = {}
    for part in page.split("<form")[place + 1].split("<input")[1:]:
        name, value = (part.split(f'{what}="')[1].split('"')[0] for what in ("name", "value"))
        fields[name] = value
    origin = {"Origin": browser.office.url} | (headers or {})
    url = browser.office.url + path
    async with browser.http.post(url, data=fields, headers=origin, allow_redirects=False) as response:
        return response.status, response.headers.get("Location", "")


async def there(web: WebOffice) -> list[tuple[str, str]]:
    await web.settles()
    sql = "SELECT p.name, s.attended_how FROM signups s JOIN persons p ON p.id = s.person_id WHERE s.attended_at IS NOT NULL"
    return [(row[0], row[1]) for row in await web.rows(sql)]


async def test_looking_checks_nobody_in_and_pressing_says_it_in_the_chat(web: WebOffice, wang: Sitter) -> None:
    _, path = await is_planned(web)
    status, page, response = await wang.browser.gets(path)
    assert status == 200
    text = page.decode()
    assert "王老，您好。" in text
    assert '<button class="act">我到了</button>' in text
    assert "合唱 &lt;b&gt;排练&lt;/b&gt;" in text
    assert "form-action 'self'" in response.headers["Content-Security-Policy"]
    assert response.headers["Cache-Control"] == "no-store"
    assert await there(web) == []
    assert await presses(wang.browser, path, text) == (303, wang.home)
    assert await there(web) == [("王老", "walk-in")]
    async with wang.page() as chat:
        said = await chat.hears("签到")
        assert said["mine"] and said["text"] == f"签到{path[3:]}"
        assert "王老，签到好了。" in (await chat.message())["text"]


async def test_a_form_sent_twice_is_said_once(web: WebOffice, wang: Sitter) -> None:
    _, path = await is_planned(web)
    page = (await wang.browser.gets(path))[1].decode()
    for _ in range(2):
        assert (await presses(wang.browser, path, page))[0] == 303
    await web.settles()
    assert await web.rows("SELECT count(*) FROM inbox") == [(1,)]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "https://elsewhere.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "", "Referer": "https://elsewhere.example/c/x"}, 403),
        ({"Origin": ""}, 403),
        ({"Origin": "", "Referer": "{url}/c/x"}, 303),  # Firefox of 2019 tells no origin
    ],
)
async def test_a_form_of_another_site_is_refused(
    web: WebOffice, wang: Sitter, headers: dict[str, str], status: int
) -> None:
    _, path = await is_planned(web)
    page = (await wang.browser.gets(path))[1].decode()
    told = {name: value.format(url=web.url) for name, value in headers.items()}
    assert (await presses(wang.browser, path, page, headers=told))[0] == status
    assert len(await there(web)) == (status == 303)


async def test_two_people_of_one_browser_have_a_button_each(web: WebOffice, wang: Sitter) -> None:
    chen = await web.seats("陈老", "cadre", wang.browser)
    _, path = await is_planned(web)
    page = (await wang.browser.gets(path))[1].decode()
    assert ">王老到了<" in page
    assert ">陈老到了<" in page
    place = 0 if page.index("陈老") < page.index("王老") else 1
    assert await presses(wang.browser, path, page, place) == (303, chen.home)
    assert await there(web) == [("陈老", "walk-in")]


async def test_without_a_seat_the_page_says_what_to_send(web: WebOffice) -> None:
    _, path = await is_planned(web)
    status, page, _ = await web.browser().gets(path)
    assert status == 200
    door_code = path[3:]
    assert f"签到 {door_code[:5]} {door_code[5:]}" in page.decode()
    assert "<form" not in page.decode()
    guest = await web.browser().enters_as_guest()
    assert "<form" not in (await guest.browser.gets(path))[1].decode()


async def test_nobody_presses_for_a_seat_that_is_not_in_the_browser(web: WebOffice, wang: Sitter) -> None:
    _, path = await is_planned(web)
    page = (await wang.browser.gets(path))[1].decode()
    chen = await web.seats("陈老", "cadre")
    assert (await presses(chen.browser, path, page))[0] == 401
    assert (await presses(web.browser(), path, page))[0] == 401
    token = wang.token
    other = web.browser()
    forged = page.replace(wang.seat, chen.seat)
    assert (await presses(other, path, forged, headers={"Cookie": f"yl-here.{chen.seat}={token}"}))[0] == 401
    assert await there(web) == []


async def test_who_left_or_whose_link_was_revoked_has_no_button(web: WebOffice, wang: Sitter) -> None:
    _, path = await is_planned(web)
    page = (await wang.browser.gets(path))[1].decode()
    await wang.posts("leave")
    assert "<form" not in (await wang.browser.gets(path))[1].decode()
    assert (await presses(wang.browser, path, page))[0] == 401


async def test_the_cookie_of_the_check_in_goes_to_the_check_in_only(web: WebOffice, wang: Sitter) -> None:
    (cookie,) = [each for each in wang.browser.http.cookie_jar if each.key.startswith("yl-here.")]
    assert (cookie.key, cookie["path"], cookie["samesite"], cookie["httponly"]) == (
        f"yl-here.{wang.seat}",
        "/c/",
        "lax",
        True,
    )
    assert cookie.value == wang.token


async def test_a_wrong_code_and_a_wrong_time_are_told(web: WebOffice, wang: Sitter) -> None:
    for path in ("/c/ABCDEFGHJK", "/c/x", "/c/%E7%AD%BE"):
        status, page, _ = await wang.browser.gets(path)
        assert (status, "没有这个签到码" in page.decode()) == (404, True)
    _, path = await is_planned(web, 3 * HOUR)
    status, page, _ = await wang.browser.gets(path)
    assert status == 200
    assert "还没有到签到的时间" in page.decode()
    assert "<form" not in page.decode()


async def test_too_much_of_a_form_is_refused(web: WebOffice, wang: Sitter) -> None:
    _, path = await is_planned(web)
    url, headers = web.url + path, {"Origin": web.url}
    async with wang.browser.http.post(url, data={"seat": "x" * 5000}, headers=headers) as response:
        assert response.status == 413


async def test_a_relative_who_presses_is_told_that_the_parent_must_come(web: WebOffice, wang: Sitter) -> None:
    _, path = await is_planned(web)
    li = await web.seats("小李", "relative")

    async def family(tx: Tx) -> None:
        await people.add_kin(tx, li.person_id, wang.person_id)
        await people.give_role(tx, li.person_id, Role("relative", None))

    await web.writes(family)
    page = (await li.browser.gets(path))[1].decode()
    await presses(li.browser, path, page)
    assert await there(web) == []
    async with li.page() as chat:
        await chat.hears("这里签不了到")

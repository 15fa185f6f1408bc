"""Coming in and going out: links, guests, cookies, several people at one browser."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.web.links import address_of, make_link, revoke
from storage import entry, people
from tests.web_office import WebOffice, open_web_office


@pytest.fixture
async def web(tmp_path: Path) -> AsyncIterator[WebOffice]:
    async with open_web_office(tmp_path) as office:
        yield office


async def test_a_link_opens_the_seat_with_a_cookie_that_scripts_and_other_sites_do_not_get(web: WebOffice) -> None:
    secret = await web.link_for(await web.adds("王老", "cadre"))
    status, answer, response = await web.browser().posts("/api/enter", {"secret": secret})
    assert status == 200
    cookie = response.cookies["yl"]
    assert answer["home"].startswith("/u/")
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == (answer["home"], True, "lax")
    assert cookie["max-age"] == str(180 * 86400)
    assert not cookie["secure"]


async def test_on_an_https_address_the_cookie_is_for_https_only(tmp_path: Path) -> None:
    async with open_web_office(tmp_path, web={"public_url": "https://chat.example"}) as office:
        secret = await office.link_for(await office.adds("王老", "cadre"))
        _, _, response = await office.browser().posts("/api/enter", {"secret": secret})
        assert response.cookies["yl"]["secure"]


async def test_a_link_works_as_often_as_it_is_opened_and_always_leads_to_the_same_seat(web: WebOffice) -> None:
    wang = await web.adds("王老", "cadre")
    first = await web.link_for(wang)
    second = await web.link_for(wang)
    assert first != second
    homes = {(await web.browser().enters(secret)).home for secret in (first, first, second, second)}
    assert len(homes) == 1


async def test_the_secret_is_shown_once_and_kept_as_a_hash_only(web: WebOffice) -> None:
    secret = await web.link_for(await web.adds("王老", "cadre"))
    assert len(secret) >= 22  # 128 bits in base64
    assert address_of("http://10.0.0.5:8080", secret) == f"http://10.0.0.5:8080/enter#k={secret}"
    await web.browser().enters(secret)
    await web.rows("PRAGMA wal_checkpoint")
    stored = b"".join(path.read_bytes() for path in web.folder.glob("yinling.db*"))
    assert secret.encode() not in stored


async def test_making_and_revoking_a_link_leave_a_trail(web: WebOffice) -> None:
    wang = await web.adds("王老", "cadre")
    zhao = await web.adds("赵科", "staff")
    await web.writes(lambda tx: make_link(tx, wang, web.clock(), made_by=zhao))
    await web.writes(lambda tx: revoke(tx, wang, web.clock(), revoked_by=zhao))
    trail = await web.rows("SELECT deed, actor_id FROM audit WHERE subject = ? ORDER BY id", f"person:{wang}")
    assert [tuple(row) for row in trail] == [("link.made", zhao), ("link.revoked", zhao)]


async def test_a_link_for_nobody_is_not_made(web: WebOffice) -> None:
    with pytest.raises(LookupError):
        await web.writes(lambda tx: make_link(tx, 4711, web.clock()))


@pytest.mark.parametrize("secret", ["A" * 43, "", None, 7, "x", "A" * 5000, "王老"])
async def test_a_wrong_secret_opens_nothing_and_is_told_so_politely(web: WebOffice, secret: object) -> None:
    status, answer, response = await web.browser().posts("/api/enter", {"secret": secret})
    assert status == 403
    assert "请向工作人员要一个新的链接" in answer["error"]
    assert web.office.phone in answer["error"]
    assert "yl" not in response.cookies


async def test_whoever_tries_too_many_secrets_must_wait_and_may_then_come_in(web: WebOffice) -> None:
    secret = await web.link_for(await web.adds("王老", "cadre"))
    browser = web.browser()
    for _ in range(20):
        assert (await browser.posts("/api/enter", {"secret": "B" * 43}))[0] == 403
    status, answer, response = await browser.posts("/api/enter", {"secret": secret})
    assert status == 429
    assert "分钟再试" in answer["error"]
    assert 0 < int(response.headers["Retry-After"]) <= 600
    web.clock.ahead = timedelta(minutes=10)
    await browser.enters(secret)


async def test_right_secrets_are_never_throttled(web: WebOffice) -> None:
    secret = await web.link_for(await web.adds("王老", "cadre"))
    for _ in range(25):
        await web.browser().enters(secret)


async def test_a_revoked_link_opens_nothing_and_whoever_came_in_by_it_is_out(web: WebOffice) -> None:
    wang = await web.seats("王老", "cadre")
    secret = await web.link_for(wang.person_id)
    async with wang.page() as page:
        assert await page.event() is not None  # `ready`
        assert await web.writes(lambda tx: revoke(tx, wang.person_id, web.clock())) == 2
        web.channel.streams.wake(await wang.account_id())
        assert await page.event() is None
    assert (await wang.posts("say", {"client_id": "a", "text": "在吗"}))[0] == 401
    assert (await web.browser().posts("/api/enter", {"secret": secret}))[0] == 403
    again = await web.browser().enters(await web.link_for(wang.person_id))
    assert again.home == wang.home


async def test_somebody_taken_off_the_roster_is_out_at_once(web: WebOffice) -> None:
    zhao = await web.seats("赵科", "staff")
    secret = await web.link_for(zhao.person_id)
    async with web.database.write() as tx:
        person = await people.by_id(tx, zhao.person_id)
        await people.change(tx, replace(person, active=0), web.clock())
    assert (await zhao.gets("history"))[0] == 401
    assert (await web.browser().posts("/api/enter", {"secret": secret}))[0] == 403


async def test_a_session_ends_after_the_days_of_the_settings(web: WebOffice) -> None:
    wang = await web.seats("王老", "cadre")
    web.clock.ahead = timedelta(days=179)
    assert (await wang.gets("history"))[0] == 200
    web.clock.ahead = timedelta(days=181)
    status, body, _ = await wang.gets("history")
    assert status == 401
    assert "请重新打开" in body.decode()


async def test_two_people_at_one_browser_work_side_by_side_and_see_only_their_own(web: WebOffice) -> None:
    browser = web.browser()
    wang = await web.seats("王老", "cadre", browser)
    li = await web.seats("小李", "relative", browser)
    async with wang.page() as wangs, li.page() as lis:
        assert await wangs.event() == ("ready", ready(web, "王老"))
        assert await lis.event() == ("ready", ready(web, "小李"))
        await wang.says("王老的话")
        await li.says("小李的话")
        assert (await wangs.message())["text"] == "王老的话"
        assert (await lis.message())["text"] == "小李的话"
    await wang.says("菜单")
    assert "小李的话" not in (await wang.gets("history"))[1].decode()
    assert "王老的话" not in (await li.gets("history"))[1].decode()


def ready(web: WebOffice, name: str) -> dict[str, str]:
    office = web.office
    return {"name": name, "office": office.name, "phone": office.phone, "hours": office.service_hours}


async def test_the_cookie_of_one_seat_does_not_open_another(web: WebOffice) -> None:
    wang = await web.seats("王老", "cadre")
    li = await web.seats("小李", "relative")
    for what in ("history", "events"):
        status, _, _ = await web.browser().gets(wang.home + what, cookies={"yl": li.token})
        assert status == 401


async def test_leaving_ends_this_browser_and_no_other(web: WebOffice) -> None:
    wang = await web.seats("王老", "cadre")
    phone = await web.browser().enters(await web.link_for(wang.person_id))
    async with wang.page() as page, phone.page() as other:
        await page.event()
        await other.event()
        assert (await wang.posts("leave"))[0] == 200
        assert await page.event() is None
        await phone.says("还在")
        assert (await other.message())["text"] == "还在"
    assert (await wang.gets("history"))[0] == 401
    assert not [each for each in wang.browser.http.cookie_jar if each.key == "yl"]


# ── strangers ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_stranger_gets_a_seat_and_learns_only_how_to_ask_for_access(web: WebOffice) -> None:
    stranger = await web.browser().enters_as_guest()
    async with stranger.page() as page:
        assert await page.event() == ("ready", ready(web, ""))
        await stranger.says("你们有什么活动")
        answer = await page.hears("我还不认识您")
    labels = [each["label"] for each in answer["buttons"]]
    assert labels == ["1 申请使用"]  # sharing a telephone number is not for the web


async def test_a_stranger_with_an_invite_is_greeted_by_name_on_the_page_that_stands_open(web: WebOffice) -> None:
    wang = await web.adds("王老", "cadre")
    await web.link_for(wang)  # and agrees to the consent text
    await web.writes(lambda tx: entry.add_invite(tx, wang, "ABCDEFGH", None, web.clock(), 72))
    stranger = await web.browser().enters_as_guest()
    async with stranger.page() as page:
        assert await page.event() == ("ready", ready(web, ""))
        await stranger.says("ABCD-EFGH")
        names = []
        while "王老" not in names:
            event = await page.event()
            assert event is not None
            names += [event[1]["name"]] if event[0] == "ready" else []


async def test_one_address_gets_only_so_many_guest_seats_an_hour(tmp_path: Path) -> None:
    async with open_web_office(tmp_path, web={"guests_per_hour": 3}) as office:
        for _ in range(3):
            await office.browser().enters_as_guest()
        status, answer, response = await office.browser().posts("/api/guest")
        assert status == 429
        assert "请过" in answer["error"]
        assert int(response.headers["Retry-After"]) <= 3600
        office.clock.ahead = timedelta(hours=1)
        await office.browser().enters_as_guest()


@pytest.mark.parametrize(("trusted", "status"), [(False, 429), (True, 200)])
async def test_the_proxys_word_on_the_address_counts_only_when_the_settings_say_so(
    tmp_path: Path, trusted: bool, status: int
) -> None:
    async with open_web_office(tmp_path, web={"guests_per_hour": 1, "trust_proxy": trusted}) as office:
        for address, expected in (("192.0.2.1", 200), ("192.0.2.2", status), ("forged, 192.0.2.1", 429)):
            headers = {"X-Forwarded-For": address}
            assert (await office.browser().posts("/api/guest", headers=headers))[0] == expected


async def test_anybody_may_know_whose_assistant_this_is(web: WebOffice) -> None:
    _, _, response = await web.browser().gets("/api/office")
    assert await response.json() == {key: value for key, value in ready(web, "").items() if key != "name"}


@pytest.mark.parametrize("path", ["/api/enter", "/api/guest", "/u/x/say", "/u/x/media", "/u/x/leave"])
async def test_a_post_that_another_site_could_make_is_refused(web: WebOffice, path: str) -> None:
    browser = web.browser()
    for headers in ({}, {"X-Yinling": "0"}):
        async with browser.http.post(web.url + path, data={"a": "b"}, headers=headers) as response:
            assert response.status == 403
            assert "error" in await response.json()

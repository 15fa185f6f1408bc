"""The server around the pages: headers on every answer, names it answers to, its start and its stop."""

import asyncio
import logging
import signal
import socket
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.config import Web
from bot.web.pages import MEDIA_TYPES, assets
from bot.web.server import WebAddressError, WebServer
from bot.web.shield import CONTENT_SECURITY_POLICY, is_ours
from bot.web.throttle import Throttle
from tests.web_office import OURS, Clock, WebOffice, eventually, open_web_office


async def healthy(request: Request) -> Response:
    return JSONResponse({"ok": True})


async def hook(request: Request) -> Response:
    return JSONResponse({"got": (await request.body()).decode()})


async def broken(request: Request) -> Response:
    raise ZeroDivisionError("a bug")


EXTRA: list[BaseRoute] = [
    Route("/healthz", healthy),
    Route("/hook", hook, methods=["POST"]),
    Route("/broken", broken),
]


@pytest.fixture
async def web(tmp_path: Path) -> AsyncIterator[WebOffice]:
    async with open_web_office(tmp_path, routes=EXTRA) as office:
        yield office


# ── headers ─────────────────────────────────────────────────────────────────────────────────────────────────────────

GETS = ["/", "/enter", "/api/office", "/healthz", "/broken", "/nothing", "/static/chat.js", "/static/nothing", "/u/x/"]
GETS += ["/u/x/events", "/u/x/history", "/u/x/media/x", "/api/enter"]
POSTS = ["/api/enter", "/api/guest", "/u/x/say", "/u/x/media", "/u/x/leave", "/hook", "/"]


@pytest.mark.parametrize(("method", "path"), [("GET", path) for path in GETS] + [("POST", path) for path in POSTS])
async def test_every_answer_carries_the_security_headers(web: WebOffice, method: str, path: str) -> None:
    for headers in ({}, OURS):
        async with web.browser().http.request(method, web.url + path, headers=headers) as response:
            found = response.headers
    assert found["Content-Security-Policy"] in (CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'")
    assert found["X-Content-Type-Options"] == "nosniff"
    assert found["Referrer-Policy"] == "no-referrer"
    assert found["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "microphone=(self)" in found["Permissions-Policy"]
    assert "camera=()" in found["Permissions-Policy"]
    assert "Server" not in found
    if path.startswith(("/api", "/u/")):
        assert found["Cache-Control"] == "no-store"


async def test_the_stream_and_a_seats_answers_carry_them_too(web: WebOffice) -> None:
    wang = await web.seats("王老", "cadre")
    async with wang.page() as page:
        found = page.response.headers
        assert found["Content-Type"] == "text/event-stream; charset=utf-8"
        assert found["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
        assert found["Cache-Control"] == "no-store"


async def test_the_page_is_served_at_its_three_addresses(web: WebOffice) -> None:
    bodies = set()
    for path in ("/", "/enter", "/u/some-seat/"):
        status, body, response = await web.browser().gets(path)
        assert (status, response.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
        bodies.add(body)
    assert len(bodies) == 1
    status, body, _ = await web.browser().gets("/u/some-seat")  # the slash at the end gets lost in copying
    assert (status, {body}) == (200, bodies)


@pytest.mark.parametrize("name", sorted(assets()))
async def test_a_part_of_the_page_has_the_right_type_and_is_not_sent_twice(web: WebOffice, name: str) -> None:
    status, body, response = await web.browser().gets(f"/static/{name}")
    assert (status, response.headers["Content-Type"]) == (200, MEDIA_TYPES[name.rsplit(".", 1)[-1]])
    assert response.headers["Cache-Control"] == "public, max-age=60"
    again = {"If-None-Match": response.headers["ETag"]}
    status, body, response = await web.browser().gets(f"/static/{name}", headers=again)
    assert (status, body) == (304, b"")


@pytest.mark.parametrize("name", ["../routes.py", "..%2froutes.py", "%2e%2e/routes.py", "chat.html%00", "", "CHAT.JS"])
async def test_nothing_but_the_parts_of_the_page_is_served_as_static(web: WebOffice, name: str) -> None:
    assert (await web.browser().gets(f"/static/{name}"))[0] == 404


async def test_other_channels_post_without_our_header(web: WebOffice) -> None:
    async with web.browser().http.post(web.url + "/hook", data=b"update") as response:
        assert await response.json() == {"got": "update"}


async def test_a_bug_is_told_politely_and_logged_with_its_traceback(
    web: WebOffice, caplog: pytest.LogCaptureFixture
) -> None:
    status, body, _ = await web.browser().gets("/broken")
    assert (status, "系统出错了" in body.decode()) == (500, True)
    assert any(record.exc_info and record.exc_info[0] is ZeroDivisionError for record in caplog.records)


async def test_a_link_in_an_address_and_a_cookie_are_not_logged(
    web: WebOffice, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        secret = await web.link_for(await web.adds("王老", "cadre"))
        wang = await web.browser().enters(secret)
        await wang.says("不能进日志的话")
    ours = [each.getMessage() for each in caplog.records if each.name.startswith(("bot", "uvicorn", "starlette"))]
    assert not [each for each in ours if secret in each or wang.token in each or "不能进日志" in each]


# ── names ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("host", "accepted"),
    [
        (None, True),
        ("127.0.0.1:8080", True),
        ("10.0.0.5", True),
        ("[::1]:8080", True),
        ("localhost:8080", True),
        ("LOCALHOST", True),
        ("chat.example", True),
        ("chat.example:8443", True),
        ("evil.example", False),
        ("chat.example.evil.example", False),
        ("127.0.0.1.evil.example", False),
        ("[::1", False),
        ("", False),
        ("localhost@evil.example", False),
        ("evil.example#localhost", False),
    ],
)
def test_only_numbers_and_our_own_names_are_answered(host: str | None, accepted: bool) -> None:
    assert is_ours(host, frozenset({"localhost", "chat.example"})) == accepted


async def test_a_foreign_name_that_leads_here_gets_the_right_address(tmp_path: Path) -> None:
    async with open_web_office(tmp_path, web={"public_url": "https://chat.example/yinling"}) as office:
        browser = office.browser()
        status, body, response = await browser.gets("/", headers={"Host": "evil.example"})
        assert status == 421
        assert "https://chat.example/yinling" in body.decode()
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert (await browser.posts("/api/guest", headers={"Host": "evil.example"}))[0] == 421
        assert (await browser.gets("/", headers={"Host": "chat.example"}))[0] == 200


# ── start and stop ──────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_port_in_use_is_named_with_what_to_do() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(WebAddressError, match=rf"端口 {port} 被别的程序占用.*换一个 port"):
            await WebServer(Web(port=port), []).start()


@pytest.mark.parametrize("host", ["192.0.2.77", "no-such-host.invalid"])
async def test_an_address_that_is_not_this_machines_is_named(host: str) -> None:
    with pytest.raises(WebAddressError, match=f"本机没有 {host} 这个地址"):
        await WebServer(Web(host=host, port=0), []).start()


async def test_the_address_tells_the_real_port() -> None:
    server = WebServer(Web(port=0), [])
    await server.start()
    assert server.address == f"http://127.0.0.1:{server.port}"
    assert server.port > 0
    await server.stop()


async def test_localhost_is_served_on_every_address_it_has() -> None:
    server = WebServer(Web(host="localhost", port=0), EXTRA)
    await server.start()
    running = asyncio.create_task(server.run())
    for family, *_, address in socket.getaddrinfo("localhost", server.port, type=socket.SOCK_STREAM):
        host = f"[{address[0]}]" if family == socket.AF_INET6 else address[0]
        async with aiohttp.request("GET", f"http://{host}:{server.port}/healthz") as response:
            assert response.status == 200
    await server.stop()
    await running


async def test_signals_stay_with_the_process(tmp_path: Path) -> None:
    before = [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)]
    async with open_web_office(tmp_path, routes=EXTRA) as office:
        await office.browser().gets("/healthz")
        assert [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)] == before


async def test_stopping_ends_open_streams_and_keeps_its_budget(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Streams, an idle connection, half a request, a running upload: none of them may hold the server up."""
    async with open_web_office(tmp_path) as office:
        wang = await office.seats("王老", "cadre")
        upload = await started_upload(office, wang.home, wang.token)
        half = await asyncio.open_connection("127.0.0.1", office.server.port)
        half[1].write(b"GET / HTTP/1.1\r\nHost:")
        async with wang.page() as page, wang.page() as other:
            await page.event()
            await other.event()
            await office.server.stop()
            assert office.server._serving is not None
            assert office.server._serving.done(), "`stop` waits STOP_SECONDS at most, and that was enough"
            assert await page.event() is None
            assert await other.event() is None
        for reader, writer in (half, upload):
            await until_closed(reader)
            writer.close()
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", office.server.port)
        await office.stop()
        assert not [record for record in caplog.records if record.levelno >= logging.ERROR]
        await office.start()


async def started_upload(office: WebOffice, home: str, token: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Begin an upload that never ends, and return once its first bytes are on the disk."""
    reader, writer = await asyncio.open_connection("127.0.0.1", office.server.port)
    part = b'--B\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n' + bytes(300_000)
    head = f"POST {home}media HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: yl={token}\r\nX-Yinling: 1\r\n"
    head += "Content-Type: multipart/form-data; boundary=B\r\nContent-Length: 1000000\r\n\r\n"
    writer.write(head.encode() + part)
    await eventually(lambda: any(path.stat().st_size for path in office.media.folder.rglob("arriving/*")))
    return reader, writer


async def until_closed(reader: asyncio.StreamReader) -> None:
    async with asyncio.timeout(30):
        try:
            while await reader.read(1000):
                pass
        except ConnectionResetError:
            return


async def test_a_server_that_is_cancelled_stops_too() -> None:
    server = WebServer(Web(port=0), EXTRA)
    await server.start()
    running = asyncio.create_task(server.run())
    async with aiohttp.request("GET", f"{server.address}/healthz") as response:
        assert response.status == 200
    port = server.port
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", port)


# ── counting ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_throttle_remembers_only_so_many_keys() -> None:
    throttle, now = Throttle(1, timedelta(hours=1)), Clock()()
    for number in range(30_000):
        throttle.count(str(number), now)
    assert len(throttle) <= 10_000
    assert throttle.wait_seconds("29999", now) == 3600

"""The transport to Telegram against slow, broken and refusing servers, side by side with python-telegram-bot's own."""

import asyncio
import gc
import io
import json
import logging
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from telegram import Bot, InputFile, InputMediaPhoto
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError, TimedOut
from telegram.request import BaseRequest, HTTPXRequest, RequestData
from telegram.request._requestparameter import RequestParameter  # not public, yet `RequestData` is made of them

from bot.channels.telegram_request import AiohttpRequest
from bot.channels.telegram_upload import CHUNK_BYTES, paced
from tests.ports import free_port
from tests.telegram_server import NO_FLOOD_LIMITS, TelegramServer

TOKEN = "123456:" + "a-token-that-must-never-be-told".ljust(35, "-")
LOGIN = "zhaoke:a-proxy-password"
CAP_SECONDS = 20.0  # generous: reached only by a test that hangs

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
both_transports = pytest.mark.parametrize("transport", [AiohttpRequest, HTTPXRequest])


@pytest.fixture(autouse=True)
def _retry_after_is_a_timedelta(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")  # else every RetryAfter warns that it will become one


@asynccontextmanager
async def server(serve: Serve) -> AsyncIterator[int]:
    """Serve every connection on loopback with `serve`; give the port."""
    tasks: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            await serve(reader, writer)
        except (ConnectionError, asyncio.CancelledError):
            return  # the client has gone or the test is over; asyncio would log either as an error
        finally:
            tasks.discard(task)
            writer.close()

    listening = await asyncio.start_server(connected, "127.0.0.1", 0)
    try:
        yield listening.sockets[0].getsockname()[1]
    finally:
        listening.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def read_request(reader: asyncio.StreamReader) -> tuple[str, bytes]:
    """The head and the body of one HTTP request; raises IncompleteReadError at the end of the connection."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    length = [line.split(":")[1] for line in head.splitlines() if line.lower().startswith("content-length:")]
    return head, await reader.readexactly(int(length[0])) if length else b""


def answering(raw: bytes, *, then_close: bool = True) -> Serve:
    """Answer the first request of a connection with these bytes."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(raw)
        await writer.drain()
        if not then_close:
            await reader.read()

    return serve


def http(status: str, body: bytes, *headers: str) -> bytes:
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def telegram(result: Any) -> bytes:
    return http("200 OK", json.dumps({"ok": True, "result": result}).encode(), "Content-Type: application/json")


def method_url(port: int, method: str = "getMe") -> str:
    return f"http://127.0.0.1:{port}/bot{TOKEN}/{method}"


async def failure(request: BaseRequest, url: str, **options: Any) -> TelegramError:
    """What a call raises; fails the test when it raises nothing or hangs."""
    async with asyncio.timeout(CAP_SECONDS), request:
        with pytest.raises(TelegramError) as caught:
            await request.post(url, **options)
    return caught.value


def everything_told(error: BaseException | None) -> str:
    """All that a log, however talkative, could take from an exception and what it is chained to."""
    told = ""
    while error is not None:
        told += f"{error} {error!r} {error.args!r} {vars(error)!r}" + "".join(traceback.format_exception(error))
        error = error.__cause__ or error.__context__
    return told


GZIP_LIE = http("200 OK", b"not compressed", "Content-Encoding: gzip")
PAGE_WITH_URL = f"<p>Cannot forward http://host/bot{TOKEN}/getMe".encode()

FAULTS = {
    "no answer to a request": (b"", NetworkError),
    "a body cut short": (telegram({"a": 1})[:-4], NetworkError),
    "a head cut short": (b"HTTP/1.1 200 O", NetworkError),
    "no HTTP at all": (b"220 mail.example ESMTP\r\n\r\n", NetworkError),
    "a body that is not the gzip it claims": (GZIP_LIE, NetworkError),
    "a page of a front server": (http("502 Bad Gateway", b"<html>nginx</html>"), NetworkError),
    "a page that quotes the address": (http("503 Service Unavailable", PAGE_WITH_URL), NetworkError),
    "a page with status 200": (http("200 OK", b"<html>Please log in</html>"), TelegramError),
    "a page with status 200 that quotes the address": (http("200 OK", PAGE_WITH_URL), TelegramError),
    "a redirect": (http("302 Found", b"", "Location: http://127.0.0.1:1/"), NetworkError),
    "an empty answer": (http("200 OK", b""), TelegramError),
    "refused by Telegram": (http("400 Bad Request", b'{"ok":false,"error_code":400,"description":"x"}'), BadRequest),
    "blocked": (http("403 Forbidden", b'{"ok":false,"error_code":403,"description":"x"}'), Forbidden),
    "too fast": (
        http("429 Too Many Requests", b'{"ok":false,"error_code":429,"parameters":{"retry_after":7}}'),
        RetryAfter,
    ),
}


@both_transports
@pytest.mark.parametrize("fault", FAULTS)
async def test_a_broken_answer_is_the_same_error_over_either_transport(
    transport: type[BaseRequest], fault: str
) -> None:
    raw, expected = FAULTS[fault]
    async with server(answering(raw)) as port:
        assert type(await failure(transport(), method_url(port))) is expected


@both_transports
async def test_a_redirect_is_not_followed(transport: type[BaseRequest]) -> None:
    visitors: list[str] = []

    async def elsewhere(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        visitors.append((await read_request(reader))[0])
        writer.write(telegram(True))

    async with server(elsewhere) as target:
        location = f"Location: http://127.0.0.1:{target}/bot{TOKEN}/getMe"
        for status in ("302 Found", "307 Temporary Redirect"):
            async with server(answering(http(status, b"", location))) as port:
                assert type(await failure(transport(), method_url(port))) is NetworkError
    assert visitors == []


@both_transports
async def test_a_call_whose_answer_is_lost_is_not_made_again(transport: type[BaseRequest]) -> None:
    made: list[str] = []

    async def forgetful(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        made.append((await read_request(reader))[0])
        writer.write(telegram(True))
        made.append((await read_request(reader))[0])  # on the same connection; and no answer

    async with server(forgetful) as port, transport() as request:
        assert await request.post(method_url(port)) is True
        with pytest.raises(NetworkError):
            await request.post(method_url(port))
    assert len(made) == 2


@both_transports
async def test_a_refused_connection_is_a_network_error(transport: type[BaseRequest]) -> None:
    assert type(await failure(transport(), method_url(free_port()))) is NetworkError


@both_transports
async def test_silence_is_a_time_out(transport: type[BaseRequest]) -> None:
    async with server(answering(b"", then_close=False)) as port:
        assert type(await failure(transport(), method_url(port), read_timeout=0.05)) is TimedOut


@both_transports
async def test_an_answer_that_stops_half_way_is_a_time_out(transport: type[BaseRequest]) -> None:
    async with server(answering(telegram({"a": 1})[:-4], then_close=False)) as port:
        assert type(await failure(transport(), method_url(port), read_timeout=0.05)) is TimedOut


@both_transports
async def test_a_tls_greeting_that_nobody_answers_is_a_time_out(transport: type[BaseRequest]) -> None:
    async def deaf(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with server(deaf) as port:
        url = method_url(port).replace("http://", "https://")
        error = await failure(transport(), url, connect_timeout=0.05, read_timeout=None)
        assert type(error) is TimedOut


@both_transports
async def test_an_upload_that_nobody_takes_is_a_time_out(transport: type[BaseRequest]) -> None:
    async def deaf(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    async with server(deaf) as port:
        too_much = RequestData(bot_parameters(document=InputFile(bytes(32 * 1024 * 1024))))
        error = await failure(
            transport(), method_url(port), request_data=too_much, write_timeout=0.1, read_timeout=None
        )
        assert type(error) is TimedOut


async def test_a_long_text_that_nobody_takes_is_a_time_out_too() -> None:
    async def deaf(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    async with server(deaf) as port:
        too_much = RequestData(bot_parameters(text="x" * (32 * 1024 * 1024)))
        request = AiohttpRequest(write_timeout=0.1, read_timeout=None)
        assert type(await failure(request, method_url(port), request_data=too_much)) is TimedOut


@both_transports
async def test_a_hang_up_during_an_upload_is_a_network_error(transport: type[BaseRequest]) -> None:
    async def rude(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(1000)
        writer.transport.abort()

    async with server(rude) as port:
        data = RequestData(bot_parameters(document=InputFile(bytes(32 * 1024 * 1024))))
        error = await failure(transport(), method_url(port), request_data=data)
    assert type(error) is NetworkError
    assert transport is HTTPXRequest or TOKEN[7:] not in everything_told(error)


async def test_every_piece_of_an_upload_has_its_own_time() -> None:
    async with asyncio.timeout(None) as deadline:
        pieces = 0
        deadlines = set()
        async for piece in paced([bytes(2 * CHUNK_BYTES + 1), io.BytesIO(b"more")], deadline, 1000.0):
            pieces += bool(len(piece))
            deadlines.add(deadline.when())
            await asyncio.sleep(0.001)
        assert (pieces, len(deadlines), deadline.when()) == (4, 4, None)


@both_transports
async def test_a_time_out_of_one_call_does_not_depend_on_the_default(transport: Callable[..., BaseRequest]) -> None:
    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(2):
            await read_request(reader)
            await asyncio.sleep(0.2)
            writer.write(telegram({"said": "at last"}))

    async with server(slow) as port, transport(read_timeout=0.01) as request:
        assert await request.post(method_url(port), read_timeout=None) == {"said": "at last"}
        with pytest.raises(TimedOut):
            await request.post(method_url(port))
        assert request.read_timeout == 0.01


@pytest.mark.parametrize("fault", FAULTS)
async def test_the_token_is_told_by_no_error(fault: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with server(answering(FAULTS[fault][0])) as port:
        error = await failure(AiohttpRequest(), method_url(port), request_data=RequestData(bot_parameters(text="困难")))
    assert TOKEN[7:] not in everything_told(error) + caplog.text


@pytest.mark.parametrize("address", ["http://127.0.0.1:{unused}", "http://[::1", "gopher://host", "http://host:port"])
async def test_the_token_is_told_by_no_error_of_an_impossible_address(address: str) -> None:
    url = f"{address.format(unused=free_port())}/bot{TOKEN}/getMe"
    error = await failure(AiohttpRequest(), url)
    assert isinstance(error, NetworkError)
    assert TOKEN[7:] not in everything_told(error)


async def test_the_token_is_told_by_no_time_out() -> None:
    async with server(answering(b"", then_close=False)) as port:
        url = method_url(port).replace("http://", "https://")
        errors = [
            await failure(AiohttpRequest(), method_url(port), read_timeout=0.01),
            await failure(AiohttpRequest(), url, connect_timeout=0.01),
        ]
    assert [type(error) for error in errors] == [TimedOut, TimedOut]
    assert all(TOKEN[7:] not in everything_told(error) for error in errors)


async def test_what_a_person_wrote_is_not_in_the_log_when_an_answer_is_nonsense(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    async with server(answering(http("200 OK", "暖气不热<".encode()))) as port:
        error = await failure(AiohttpRequest(), method_url(port))
    assert "暖气" not in everything_told(error) + caplog.text


@pytest.mark.parametrize("answer", [b"[]", b"null", b'{"message": "no route"}'])
async def test_json_that_is_not_telegrams_is_an_invalid_answer(answer: bytes) -> None:
    async with server(answering(http("200 OK", answer))) as port:
        error = await failure(AiohttpRequest(), method_url(port))
    assert (type(error), str(error)) == (TelegramError, "Invalid server response")


@both_transports
async def test_a_proxy_is_asked_for_everything_with_its_login(transport: Callable[..., BaseRequest]) -> None:
    heads: list[str] = []

    async def proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append((await read_request(reader))[0])
        writer.write(telegram({"said": "by proxy"}))

    async with server(proxy) as port, transport(proxy=f"http://{LOGIN}@127.0.0.1:{port}") as request:
        assert await request.post("http://telegram.invalid/bot1/getMe") == {"said": "by proxy"}
    assert heads[0].startswith("POST http://telegram.invalid/bot1/getMe HTTP/1.1")
    assert "proxy-authorization: basic" in heads[0].lower()


async def test_neither_token_nor_proxy_login_is_told_when_the_proxy_refuses() -> None:
    refusing = answering(http("407 Proxy Authentication Required", b""))
    async with server(refusing) as port:
        proxy = f"http://{LOGIN}@127.0.0.1:{port}"
        errors = [
            await failure(AiohttpRequest(proxy=proxy), f"https://telegram.invalid/bot{TOKEN}/getMe"),
            await failure(AiohttpRequest(proxy=proxy), f"http://telegram.invalid/bot{TOKEN}/getMe"),
        ]
    errors.append(await failure(AiohttpRequest(proxy=f"http://{LOGIN}@127.0.0.1:{free_port()}"), method_url(1)))
    for error in errors:
        assert type(error) is NetworkError
        assert TOKEN[7:] not in everything_told(error)
        assert "a-proxy-password" not in everything_told(error)


def test_a_socks_proxy_is_refused_at_once_and_without_quoting_it() -> None:
    with pytest.raises(ValueError, match="SOCKS is not supported") as caught:
        AiohttpRequest(proxy=f"socks5://{LOGIN}@127.0.0.1:1080")
    assert "a-proxy-password" not in str(caught.value)


@both_transports
async def test_a_call_that_finds_no_free_connection_is_not_sent(transport: Callable[..., BaseRequest]) -> None:
    asked: list[str] = []
    heard = asyncio.Event()
    answer = asyncio.Event()

    async def busy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            try:
                head, _ = await read_request(reader)
            except asyncio.IncompleteReadError:
                return
            asked.append(head.split()[1])
            heard.set()
            await answer.wait()
            writer.write(telegram(True))

    async with server(busy) as port, transport(connection_pool_size=1) as request:
        first = asyncio.create_task(request.post(method_url(port, "first")))
        await heard.wait()
        with pytest.raises(TimedOut, match=r"Request was \*not\* sent to Telegram"):
            await request.post(method_url(port, "second"), pool_timeout=0.01)
        answer.set()
        assert await first is True
        assert await request.post(method_url(port, "third")) is True
    assert [path.rsplit("/")[-1] for path in asked] == ["first", "third"]


async def test_more_calls_than_places_wait_their_turn_and_share_the_connections() -> None:
    connections = 0

    async def counting(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        while True:
            try:
                await read_request(reader)
            except asyncio.IncompleteReadError:
                return
            writer.write(telegram(True))

    async with server(counting) as port, AiohttpRequest(connection_pool_size=3, pool_timeout=None) as request:
        answers = await asyncio.gather(*(request.post(method_url(port)) for _ in range(50)))
    assert answers == [True] * 50
    assert connections == 3


async def test_a_cancelled_call_gives_back_its_place_and_hangs_up() -> None:
    heard = asyncio.Event()
    hung_up = asyncio.Event()

    async def patient(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head, _ = await read_request(reader)
        if "second" in head:
            writer.write(telegram(True))
            return
        heard.set()
        await reader.read()
        hung_up.set()

    async with server(patient) as port, AiohttpRequest(connection_pool_size=1, read_timeout=None) as request:
        call = asyncio.create_task(request.post(method_url(port, "first")))
        await heard.wait()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        assert await request.post(method_url(port, "second")) is True
        async with asyncio.timeout(CAP_SECONDS):
            await hung_up.wait()


async def test_a_cancelled_upload_leaves_no_writer_behind() -> None:
    started = asyncio.Event()

    async def deaf(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        started.set()
        await asyncio.Event().wait()

    async with server(deaf) as port, AiohttpRequest(media_write_timeout=None) as request:
        data = RequestData(bot_parameters(document=InputFile(bytes(32 * 1024 * 1024))))
        before = asyncio.all_tasks()
        call = asyncio.create_task(request.post(method_url(port), data))
        await started.wait()
        writers = asyncio.all_tasks() - before - {call}
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        _, left = await asyncio.wait(
            {call, *(task for task in writers if "write_bytes" in repr(task))}, timeout=CAP_SECONDS
        )
    assert not left
    gc.collect()  # a forgotten task or socket would warn here, and warnings are errors


@both_transports
async def test_it_may_be_opened_and_closed_twice_and_used_only_between(transport: type[BaseRequest]) -> None:
    async with server(answering(telegram(True))) as port:
        request = transport()
        for _ in range(2):
            await request.initialize()
            await request.initialize()
            assert await request.post(method_url(port)) is True
            await request.shutdown()
            await request.shutdown()
            with pytest.raises(NetworkError, match="is not initialized"):
                await request.post(method_url(port))


async def test_closing_ends_the_calls_under_way() -> None:
    async with server(answering(b"", then_close=False)) as port:
        request = AiohttpRequest(read_timeout=None)
        await request.initialize()
        call = asyncio.create_task(request.post(method_url(port)))
        await asyncio.sleep(0.05)
        await request.shutdown()
        async with asyncio.timeout(CAP_SECONDS):
            with pytest.raises(NetworkError):
                await call


@both_transports
async def test_files_arrive_whole_with_their_chinese_names(transport: Callable[..., BaseRequest]) -> None:
    content = bytes(range(256)) * 1024
    async with TelegramServer(NO_FLOOD_LIMITS) as cloud, bot_over(transport, cloud) as bot:
        wang = cloud.user(1001, "王老")
        wang.types("/start")
        await bot.send_document(1001, content, filename='通知 "一".docx', caption="请您过目")
        await bot.send_document(1001, InputFile(io.BytesIO(content), "名单.xlsx", read_file_handle=False))
        await bot.send_media_group(
            1001, [InputMediaPhoto(content + b"1"), InputMediaPhoto(content + b"2", caption="二")]
        )
        attached = [seen.attachments[0] for seen in wang.messages]
    assert [seen.content for seen in attached] == [content, content, content + b"1", content + b"2"]
    assert [seen.name for seen in attached[:2]] == ["通知 %22一%22.docx", "名单.xlsx"]
    assert wang.sees("请您过目")


async def test_a_file_can_be_downloaded_and_its_address_is_not_told_when_it_cannot() -> None:
    async with TelegramServer() as cloud, bot_over(AiohttpRequest, cloud) as bot:
        sent = cloud.user(1001, "王老").sends_photo(b"a photo of the radiator")
        found = await bot.get_file(sent.body["photo"][0]["file_id"])
        assert bytes(await found.download_as_bytearray()) == b"a photo of the radiator"
        cloud.refuse_next("file", 502)
        with pytest.raises(NetworkError) as caught:
            await found.download_as_bytearray()
    assert cloud.token[7:] not in everything_told(caught.value)


async def test_text_that_is_no_unicode_is_refused_by_telegram_for_good() -> None:
    async with TelegramServer() as cloud, bot_over(AiohttpRequest, cloud) as bot:
        cloud.user(1001, "王老").types("/start")
        with pytest.raises(BadRequest, match="Strings must be encoded"):
            await bot.send_message(1001, "half an emoji: \ud83d")
        with pytest.raises(BadRequest, match="Strings must be encoded"):
            await bot.send_document(1001, b"file", caption="half an emoji: \ud83d")


def bot_parameters(**values: Any) -> list[RequestParameter]:
    """Parameters as `telegram.Bot` would give them to a transport."""
    return [RequestParameter.from_input(name, value) for name, value in values.items()]


@asynccontextmanager
async def bot_over(transport: Callable[..., BaseRequest], cloud: TelegramServer) -> AsyncIterator[Bot]:
    bot = Bot(
        cloud.token,
        base_url=cloud.base_url,
        base_file_url=cloud.base_file_url,
        request=transport(),
        get_updates_request=transport(),
    )
    async with bot:
        yield bot

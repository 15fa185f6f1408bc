"""Calls the Telegram Bot API over aiohttp, for python-telegram-bot.

python-telegram-bot's own transport is httpx, and httpx is most of what a call costs: 1,500-1,900 us of CPU, against
260-320 us here (sendMessage with a six-button keyboard on one core, without the library's parsing). `AiohttpRequest`
takes its place and keeps its promises, the same exceptions for the same faults and the same time-outs, so that the code
above need not know which one is in use.

    what went wrong                                  what is raised (telegram.error)
    no free connection in `pool_timeout` seconds     TimedOut, and the text says that nothing was sent
    connecting, writing or reading took too long     TimedOut
    refused, reset, cut off, nonsense, DNS, TLS      NetworkError
    Telegram answered with an error status           BadRequest, Forbidden, RetryAfter..., by BaseRequest
    not initialized, or shut down                    NetworkError, as BaseRequest wraps the RuntimeError

After TimedOut or NetworkError nobody knows whether Telegram has acted on the call, except for the first row.

The token is part of every URL. No exception raised here, nor anything in its chain, contains the URL: messages are
scrubbed, and the original exception is not chained because aiohttp keeps the URL in it. Nothing is logged here.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from functools import lru_cache
from typing import Any

import aiohttp
from telegram._utils.defaultvalue import DefaultValue  # the documented way of BaseRequest to say "not given"
from telegram._utils.types import ODVInput
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData

from bot.channels.telegram_upload import Parts, multipart, paced, size

# A connection idle for longer is not used again: NAT boxes forget idle connections without telling, and a call sent
# into such a one ends as TimedOut with nobody knowing whether the message went out.
KEEPALIVE_SECONDS = 15.0

# asyncio takes a body of up to 64 KiB from us without waiting for the other side; only longer ones can block in writing
# and need the write time-out. Some room is left for the headers.
UNWATCHED_BODY_BYTES = 48 * 1024

POOL_IS_BUSY = (
    "Pool timeout: All connections in the connection pool are occupied. Request was *not* sent to Telegram. "
    "Consider adjusting the connection pool size or the pool timeout."
)

_JSON = {"Content-Type": "application/json"}
_SECRET = re.compile(r"\d{3,}(?::|%3A)[\w-]{20,}|(?<=//)[^/@\s]+(?=@)", re.IGNORECASE)  # a token; a proxy's login
_SECRET_BYTES = re.compile(_SECRET.pattern.encode(), re.IGNORECASE)


class AiohttpRequest(BaseRequest):
    """A pool of connections to a Bot API server; one for sending and one for getUpdates is what `telegram.Bot` wants.

    Times are seconds, None means no limit, and every call may override them:
    `pool_timeout` is the wait for one of `connection_pool_size` places, `connect_timeout` covers name look-up, TCP and
    TLS, `read_timeout` the silence between two pieces of the answer, `write_timeout` the writing of one piece of 64 KiB
    (`media_write_timeout` when the call uploads a file). HTTPXRequest counts a whole file as one piece.

    `proxy` is an http:// or https:// URL, with user and password in it if needed. The environment's proxy settings are
    not looked at. Raises ValueError for any other kind of proxy.
    """

    __slots__ = (
        "_defaults",
        "_media_write_timeout",
        "_places",
        "_pool_size",
        "_proxy",
        "_session",
        "_timeouts",
    )

    def __init__(
        self,
        connection_pool_size: int = 256,
        read_timeout: float | None = 5.0,
        write_timeout: float | None = 5.0,
        connect_timeout: float | None = 5.0,
        pool_timeout: float | None = 1.0,
        proxy: str | None = None,
        media_write_timeout: float | None = 20.0,
    ) -> None:
        if proxy is not None and not proxy.startswith(("http://", "https://")):
            raise ValueError("The proxy for Telegram must be an http:// or https:// URL; SOCKS is not supported")
        self._pool_size = connection_pool_size
        self._proxy = proxy
        self._media_write_timeout = media_write_timeout
        self._defaults = (read_timeout, write_timeout, connect_timeout, pool_timeout)
        self._timeouts = _client_timeout(connect_timeout, read_timeout)
        self._session: aiohttp.ClientSession | None = None
        self._places = asyncio.Semaphore(connection_pool_size)

    @property
    def read_timeout(self) -> float | None:
        """The default read time-out in seconds; `Bot.get_updates` adds the time of its long poll to it."""
        return self._defaults[0]

    async def initialize(self) -> None:
        """Open the pool. Does nothing when it is open; after `shutdown` it opens a new one."""
        if self._session is not None:
            return
        self._places = asyncio.Semaphore(self._pool_size)
        self._session = aiohttp.ClientSession(
            # limit=0: our own semaphore is the limit, so that waiting for a place and connecting have separate clocks.
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEPALIVE_SECONDS),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": self.USER_AGENT},
            proxy=self._proxy,
        )

    async def shutdown(self) -> None:
        """Close every connection; calls under way fail with NetworkError. Does nothing when already shut down."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        write_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        connect_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        pool_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Make one call; return the HTTP status and the body. Raises what the module's docstring lists.

        Parameters go as one JSON object (https://core.telegram.org/bots/api#making-requests), which costs a fraction of
        form encoding for Chinese text; calls with files go as multipart/form-data. Redirects are not followed.
        """
        session = self._session
        if session is None:
            raise RuntimeError("This AiohttpRequest is not initialized!")
        if connect_timeout is self.DEFAULT_NONE and read_timeout is self.DEFAULT_NONE:
            timeouts = self._timeouts
        else:
            read, _, connect, _ = self._defaults
            timeouts = _client_timeout(_given(connect_timeout, connect), _given(read_timeout, read))
        if self._places.locked():
            await self._wait_for_place(_given(pool_timeout, self._defaults[3]))
        else:
            await self._places.acquire()  # does not suspend
        try:
            if request_data is None:
                return await _exchange(session, method, url, timeouts)
            return await self._send(session, method, url, timeouts, request_data, write_timeout)
        except TimeoutError:
            failure: TelegramError = TimedOut()
        except (aiohttp.ClientError, OSError, ValueError) as error:
            failure = NetworkError(f"aiohttp.{type(error).__name__}: {_SECRET.sub('<hidden>', str(error))}")
        finally:
            self._places.release()
        raise failure  # outside the except blocks: aiohttp's exception must not become its context

    async def _send(
        self,
        session: aiohttp.ClientSession,
        method: str,
        url: str,
        timeouts: aiohttp.ClientTimeout,
        request_data: RequestData,
        write_timeout: ODVInput[float],
    ) -> tuple[int, bytes]:
        if request_data.contains_files:
            parts, content_type = multipart(request_data)
            seconds = _given(write_timeout, self._media_write_timeout)
            return await _exchange_watched(session, method, url, timeouts, parts, content_type, seconds)
        body = json.dumps(request_data.parameters).encode()
        if len(body) <= UNWATCHED_BODY_BYTES:
            return await _exchange(session, method, url, timeouts, body, _JSON)
        seconds = _given(write_timeout, self._defaults[1])
        return await _exchange_watched(session, method, url, timeouts, [body], _JSON["Content-Type"], seconds)

    async def _wait_for_place(self, seconds: float | None) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._places.acquire()
        except TimeoutError:
            raise TimedOut(POOL_IS_BUSY) from None

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Parse an answer of the Bot API. Raises TelegramError when it is not one.

        Unlike the inherited one this neither logs nor quotes the answer, which may hold what a person wrote; and an
        answer that is JSON but no answer of Telegram's is an error too, not a KeyError later.
        """
        try:
            parsed = json.loads(payload.decode("utf-8", "replace"))
        except ValueError:
            parsed = None
        if isinstance(parsed, dict) and ("result" in parsed or "error_code" in parsed):
            return parsed
        raise TelegramError("Invalid server response")


def _given(value: ODVInput[float], default: float | None) -> float | None:
    return default if isinstance(value, DefaultValue) else value


@lru_cache(maxsize=64)
def _client_timeout(connect: float | None, read: float | None) -> aiohttp.ClientTimeout:
    """aiohttp takes 0 for "no limit"; here, as in httpx, 0 is a limit that nothing can keep."""
    return aiohttp.ClientTimeout(
        total=None,
        connect=None if connect is None else max(connect, 0.001),
        sock_read=None if read is None else max(read, 0.001),
    )


async def _exchange(
    session: aiohttp.ClientSession,
    method: str,
    url: str,
    timeouts: aiohttp.ClientTimeout,
    body: bytes | AsyncIterator[bytes | memoryview] | None = None,
    headers: dict[str, str] | None = None,
) -> tuple[int, bytes]:
    response = await session.request(method, url, data=body, headers=headers, timeout=timeouts, allow_redirects=False)
    payload = await response.read()
    status = response.status
    if status >= 300:  # BaseRequest quotes such a body in its exception, and a proxy's error page may quote the URL
        payload = _SECRET_BYTES.sub(b"<hidden>", payload)
    return status, payload


async def _exchange_watched(
    session: aiohttp.ClientSession,
    method: str,
    url: str,
    timeouts: aiohttp.ClientTimeout,
    parts: Parts,
    content_type: str,
    write_timeout: float | None,
) -> tuple[int, bytes]:
    """Like `_exchange`, for a long body: TimeoutError when a piece of it is not taken in `write_timeout` seconds."""
    headers = {"Content-Type": content_type, "Content-Length": str(sum(map(size, parts)))}
    async with asyncio.timeout(None) as deadline:
        return await _exchange(session, method, url, timeouts, paced(parts, deadline, write_timeout), headers)

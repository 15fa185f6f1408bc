"""As little HTTP/1.1 as the clients of a Bot API server need: requests with a length, answers in order, kept alive.

Written for speed: the server of a benchmark must never be what is measured.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from typing import Any, cast
from urllib.parse import parse_qsl

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding:", re.IGNORECASE)


class BadRequestError(Exception):
    """The client sent something this server does not read; it is told so and the connection is closed."""


Parameters = dict[str, Any]


class Connection(asyncio.Protocol):
    """One client connection. `handle` gets every request and calls `answer` now or later, once for each."""

    def __init__(self, handle: Callable[[Connection, str, Parameters], None]) -> None:
        self._handle = handle
        self._received = b""
        self._busy = False
        self._transport: asyncio.Transport | None = None
        self.closed = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # A cast, because uvloop's transports are not subclasses of asyncio.Transport.
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed = True

    def data_received(self, data: bytes) -> None:
        self._received += data
        self._next()

    def answer(self, body: bytes, status: bytes = b"200 OK") -> None:
        """Send the answer to the request in hand, and go on to the next one if it has already arrived."""
        if self.closed or self._transport is None:
            return
        self._transport.write(
            b"HTTP/1.1 %b\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (status, len(body), body)
        )
        self._busy = False
        if self._received:
            self._next()

    def _next(self) -> None:
        if self._busy:
            return
        try:
            request = self._take()
            if request is None:
                return
            self._busy = True
            self._handle(self, *request)
        except BadRequestError as error:
            self.answer(json.dumps({"ok": False, "error_code": 400, "description": str(error)}).encode(), b"400 Bad")
            if self._transport is not None:
                self._transport.close()

    def _take(self) -> tuple[str, Parameters] | None:
        # Method of the Bot API and its parameters, or None while the request is not yet complete.
        head_end = self._received.find(b"\r\n\r\n")
        if head_end < 0:
            return None
        length = _LENGTH.search(self._received, 0, head_end)
        if length is None and _CHUNKED.search(self._received, 0, head_end):
            raise BadRequestError("chunked requests are not read here")
        end = head_end + 4 + (int(length[1]) if length else 0)
        if len(self._received) < end:
            return None
        target = self._received[: self._received.index(b"\r\n")].split(b" ")[1]
        body = self._received[head_end + 4 : end]
        self._received = self._received[end:]
        path, _, query = target.partition(b"?")
        return path.rpartition(b"/")[2].decode().lower(), parameters(body or query)


def parameters(body: bytes) -> Parameters:
    """Read a body of JSON or of form fields. Raises BadRequestError for multipart, which only files need."""
    if body.startswith(b"{"):
        read: Parameters = json.loads(body)
        return read
    if body.startswith(b"--"):
        raise BadRequestError("multipart bodies are not read here")
    return dict(parse_qsl(body.decode()))

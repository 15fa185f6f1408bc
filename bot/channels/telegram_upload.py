"""A long request body, cut into pieces so that a stalled upload is noticed; and files as multipart/form-data.

Used by telegram_request.py only. aiohttp's own FormData is not used: it percent-encodes Chinese file names, which
the Bot API shows to the person as they are, and because it cannot tell when a piece has been written.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator
from typing import IO

from telegram.request import RequestData

CHUNK_BYTES = 64 * 1024

Parts = list[bytes | IO[bytes]]

_FILENAME_ESCAPES = str.maketrans({'"': "%22", "\r": "%0D", "\n": "%0A"})  # as browsers do, RFC 7578 section 2


async def paced(parts: Parts, deadline: asyncio.Timeout, seconds: float | None) -> AsyncIterator[bytes | memoryview]:
    """Yield the parts piece by piece, giving each piece `seconds` to be written; then the deadline is lifted."""
    now = asyncio.get_running_loop().time
    for part in parts:
        async for piece in _pieces(part):
            deadline.reschedule(None if seconds is None else now() + seconds)
            yield piece
    deadline.reschedule(None)


async def _pieces(part: bytes | IO[bytes]) -> AsyncIterator[bytes | memoryview]:
    if isinstance(part, bytes):
        view = memoryview(part)
        for start in range(0, len(view), CHUNK_BYTES):
            yield view[start : start + CHUNK_BYTES]
    else:
        while piece := await asyncio.to_thread(part.read, CHUNK_BYTES):
            yield piece


def size(part: bytes | IO[bytes]) -> int:
    if isinstance(part, bytes):
        return len(part)
    start = part.tell()
    size = part.seek(0, 2) - start
    part.seek(start)
    return size


def multipart(request_data: RequestData) -> tuple[Parts, str]:
    """The call as multipart/form-data: its parts in order, and the Content-Type. File names stay UTF-8 (RFC 7578)."""
    boundary = secrets.token_hex(16)
    opening = f'--{boundary}\r\nContent-Disposition: form-data; name="'
    parts: Parts = []
    for name, value in request_data.json_parameters.items():
        # surrogatepass: whether a broken character is acceptable is for Telegram to say (400), as with a JSON body
        parts.append(f'{opening}{name}"\r\n\r\n{value}\r\n'.encode("utf-8", "surrogatepass"))
    for name, (filename, content, mimetype) in request_data.multipart_data.items():
        quoted = filename.translate(_FILENAME_ESCAPES)
        head = f'{opening}{name}"; filename="{quoted}"\r\nContent-Type: {mimetype}\r\n\r\n'
        parts += [head.encode("utf-8", "surrogatepass"), content, b"\r\n"]
    parts.append(f"--{boundary}--\r\n".encode())
    return parts, f"multipart/form-data; boundary={boundary}"

"""Reading what a browser sends, within limits of size and patience."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

from starlette.requests import Request

from bot.web.refusal import Refusal

STALL_SECONDS = 60  # without a single byte
LARGEST_JSON_BYTES = 256 * 1024  # 10,000 characters, each escaped, and the rest


async def chunks(request: Request, largest_bytes: int, too_large: str) -> AsyncIterator[bytes]:
    """Yield the body piece by piece. Raises Refusal 413 (with the sentence `too_large`) or 408.

    After a refusal uvicorn reads and throws away what is still to come, so that the browser gets to see the answer.
    """
    announced = request.headers.get("content-length", "0")
    if not announced.isascii() or not announced.isdecimal() or int(announced) > largest_bytes:
        raise Refusal(413, too_large)
    got = 0
    async with aclosing(request.stream()) as stream:
        while True:
            try:
                async with asyncio.timeout(STALL_SECONDS):
                    chunk = await anext(stream)
            except StopAsyncIteration:
                return
            except TimeoutError as error:
                raise Refusal(408, "网络太慢，没有收完整，请再发一次。") from error
            got += len(chunk)
            if got > largest_bytes:
                raise Refusal(413, too_large)
            yield chunk


async def read_json(request: Request) -> dict[str, Any]:
    """Return the body as a JSON object. Raises Refusal 400, 408 or 413."""
    too_large = "内容太长了，请分成几次发。"
    body = b"".join([chunk async for chunk in chunks(request, LARGEST_JSON_BYTES, too_large)])
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise wrong_shape() from error
    if not isinstance(value, dict):
        raise wrong_shape()
    return value


def wrong_shape() -> Refusal:
    return Refusal(400, "网页和服务器对不上，请刷新网页再试。")

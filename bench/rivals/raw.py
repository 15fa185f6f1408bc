"""The floor: a client that polls, reads JSON and sends, with only the standard library beneath it.

It also shows what the loopback server can bear; the figure is the server's as much as the client's.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any
from urllib.parse import urlencode, urlsplit

import uvloop

from bench.rivals.launch import TOKEN, Launch, read_arguments

SENDERS = 8  # connections; one request at a time on each, as HTTP clients do
POLL_SECONDS = 10


class Client:
    """One kept-alive connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def call(self, method: str, **parameters: object) -> bytes:
        """Return the body of the answer."""
        body = urlencode(parameters).encode()
        self._writer.write(
            b"POST /bot%b/%b HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            b"Content-Length: %d\r\n\r\n%b" % (TOKEN.encode(), method.encode(), len(body), body)
        )
        head = await self._reader.readuntil(b"\r\n\r\n")
        return await self._reader.readexactly(int(head.rpartition(b"Content-Length: ")[2]))


async def connect(launch: Launch) -> Client:
    address = urlsplit(launch.base_url)
    return Client(*await asyncio.open_connection(address.hostname, address.port))


async def send_echoes(client: Client, messages: asyncio.Queue[dict[str, Any]]) -> None:
    while True:
        message = await messages.get()
        await client.call("sendMessage", chat_id=message["chat"]["id"], text=message["text"])


async def run(launch: Launch) -> None:
    messages: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    poller = await connect(launch)
    offset = 0
    async with asyncio.TaskGroup() as tasks:
        for _ in range(SENDERS):
            tasks.create_task(send_echoes(await connect(launch), messages))
        while True:
            answer = json.loads(await poller.call("getUpdates", offset=offset, timeout=POLL_SECONDS))
            for update in answer["result"]:
                offset = update["update_id"] + 1
                messages.put_nowait(update["message"])


def main() -> None:
    launch = read_arguments()
    if launch.uvloop:
        uvloop.run(run(launch))
    else:
        asyncio.run(run(launch))


if __name__ == "__main__":
    main()

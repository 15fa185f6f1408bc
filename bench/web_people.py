"""`python -m bench.web_people`: people at open pages of the web chat, who talk as fast as they are answered.

It reports as `bench.server` does, but is no server: it names the port on which the bot shall listen, and its people come there. Each has a
cookie and an open event stream, and says by HTTP what the page would.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import socket
from contextlib import suppress
from pathlib import Path

import uvloop
from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientSession,
    ClientTimeout,
    CookieJar,
    StreamReader,
    TCPConnector,
)

from bench.server import Measurement, measurement_of, read_arguments, report

SECRETS = "secrets.json"
OURS = {"X-Yinling": "1"}


class Pages:
    """Everybody's page. `measurement` hears what comes."""

    measurement: Measurement

    def __init__(self, url: str, delay_seconds: float) -> None:
        self.polls = 0
        self.handed_out = 0
        self._url = url
        self._delay_seconds = delay_seconds
        self._http: dict[int, ClientSession] = {}
        self._homes: dict[int, str] = {}
        self._said = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def enter(self, person: int, secret: str) -> None:
        """Sit down at a browser: exchange the secret for a cookie, waiting for the bot to listen."""
        timeout = ClientTimeout(total=None)
        http = self._http[person] = ClientSession(
            cookie_jar=CookieJar(unsafe=True), headers=OURS, timeout=timeout, connector=TCPConnector(limit=0)
        )
        while True:
            try:
                async with http.post(f"{self._url}/api/enter", json={"secret": secret}) as response:
                    self._homes[person] = (await response.json())["home"]
                    return
            except ClientConnectorError:
                await asyncio.sleep(0.02)

    async def read_along(self, person: int) -> None:
        """Hear what comes over the page's event stream."""
        url = f"{self._url}{self._homes[person]}events"
        with suppress(ClientError):  # the bot has been stopped
            async with self._http[person].get(url) as response:
                await self._hear(person, response.content)

    async def _hear(self, person: int, lines: StreamReader) -> None:
        async for line in lines:
            if line.startswith(b"data: ") and b'"cursor"' in line:
                message = json.loads(line[6:])
                if not message["mine"]:
                    self.measurement.heard(person, message["text"])

    def add_message(self, person: int, text: str) -> None:
        """Say it, after as long as an update travels."""
        asyncio.get_running_loop().call_later(self._delay_seconds, self._begin, person, text)

    def _begin(self, person: int, text: str) -> None:
        task = asyncio.create_task(self._say(person, text))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _say(self, person: int, text: str) -> None:
        self._said += 1
        self.polls += 1
        self.handed_out += 1
        saying = {"client_id": f"bench-{person}-{self._said}", "text": text}
        with suppress(ClientError):  # the bot has been stopped
            async with self._http[person].post(f"{self._url}{self._homes[person]}say", json=saying) as response:
                if response.status != 200:
                    report("wrong", detail=await response.text())


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


async def play(options: argparse.Namespace) -> None:
    """Name a port, wait for the bot there, and talk until killed."""
    port = free_port()
    pages = Pages(f"http://127.0.0.1:{port}", options.delay_ms / 1000)
    pages.measurement = measurement_of(options, pages)
    people = range(options.first_user, options.first_user + options.users)
    report("listening", port=port)
    found = await asyncio.to_thread(Path(options.data_dir, SECRETS).read_text)
    secrets = {int(person): secret for person, secret in json.loads(found).items()}
    for person in people:
        await pages.enter(person, secrets[person])
    reading = [asyncio.create_task(pages.read_along(person)) for person in people]
    gc.freeze()
    pages.measurement.begin()
    await asyncio.gather(*reading)


if __name__ == "__main__":
    uvloop.run(play(read_arguments(__doc__)))

"""`python -m bench.wecom_server`: WeCom's long connection on loopback, whose people talk as fast as they are answered.

It reports as `bench.server` does. What it takes it takes on trust: the server that refuses what WeCom refuses is the tests' own.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
from contextlib import suppress
from itertools import count
from typing import Any

import uvloop
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from bench.server import Measurement, measurement_of, read_arguments, report

BOT_ID, SECRET = "aib-bench", "loopback-secret"


class Line:
    """The one connection of the bot; what was said before it is there waits for it."""

    def __init__(self, delay_seconds: float) -> None:
        self.polls = 0
        self.handed_out = 0
        self._delay_seconds = delay_seconds
        self._numbers = count(1)
        self._connection: ServerConnection | None = None
        self._unsent: list[str] = []
        self._tasks: set[asyncio.Task[None]] = set()

    def add_message(self, person: int, text: str) -> None:
        """Send on what a person said; it travels as long as an update does."""
        number = next(self._numbers)
        body = {
            "msgid": f"CAIQ16HMjQYY-NGagIOAgAMgq4KM{number}",
            "aibotid": BOT_ID,
            "chattype": "single",
            "from": {"userid": str(person)},
            "msgtype": "text",
            "text": {"content": text},
        }
        frame = {"cmd": "aibot_msg_callback", "headers": {"req_id": f"callback-{number}"}, "body": body}
        packed = json.dumps(frame, ensure_ascii=False)
        asyncio.get_running_loop().call_later(self._delay_seconds, self._hand_out, packed)

    def subscribed(self, connection: ServerConnection) -> None:
        self._connection = connection
        waiting, self._unsent = self._unsent, []
        for each in waiting:
            self._hand_out(each)

    def _hand_out(self, packed: str) -> None:
        if self._connection is None:
            self._unsent.append(packed)
            return
        self.polls += 1
        self.handed_out += 1
        task = asyncio.create_task(self._connection.send(packed))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


class Wecom:
    def __init__(self, measurement: Measurement, line: Line) -> None:
        self._measurement = measurement
        self._line = line

    async def handle(self, connection: ServerConnection) -> None:
        with suppress(ConnectionClosed):  # the bot has been stopped
            async for text in connection:
                await self._take(connection, json.loads(text))

    async def _take(self, connection: ServerConnection, frame: dict[str, Any]) -> None:
        await connection.send(json.dumps({"headers": frame["headers"], "errcode": 0, "errmsg": "ok"}))
        if frame["cmd"] == "aibot_subscribe":
            self._line.subscribed(connection)
        elif frame["cmd"] == "aibot_send_msg":
            self._measurement.heard(int(frame["body"]["chatid"]), shown(frame["body"]))


def shown(body: dict[str, Any]) -> str:
    """Return the words of a message."""
    if body["msgtype"] == "markdown":
        return str(body["markdown"]["content"])
    card = body["template_card"]
    return f"{card['main_title']['title']}\n{card.get('sub_title_text', '')}"


async def listen(options: argparse.Namespace) -> None:
    """Listen on a free port of loopback until killed."""
    line = Line(options.delay_ms / 1000)
    measurement = measurement_of(options, line)
    wecom = Wecom(measurement, line)
    async with serve(wecom.handle, "127.0.0.1", 0, compression=None, ping_interval=None) as server:
        measurement.begin()
        gc.freeze()
        report("listening", port=next(iter(server.sockets)).getsockname()[1])
        await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(listen(read_arguments(__doc__)))

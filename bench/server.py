"""`python -m bench.server`: a Bot API server on loopback whose people talk as fast as they are answered.

It prints one JSON object a line on its standard output, each with `event` and `at` (CLOCK_MONOTONIC, seconds):
`listening` (with `port`), `first_reply`, `opened` and `closed` (the window in which turns are counted), or `wrong`
(with `detail`) when an answer is not the one expected. After `closed` the people are silent; SIGTERM ends it.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import time
from pathlib import Path
from typing import Any, Protocol

import uvloop

from bench.updates import BOT, MOST_UPDATES_AT_ONCE, Feed
from bench.users import SCRIPTS, User, WrongReplyError, crowd
from bench.wire import BadRequestError, Connection, Parameters

ME = json.dumps({"ok": True, "result": BOT}).encode()
WEBHOOK = b'{"ok":true,"result":{"url":"","has_custom_certificate":false,"pending_update_count":0}}'
TRUE = b'{"ok":true,"result":true}'
CONFLICT = b'{"ok":false,"error_code":409,"description":"Conflict: terminated by other getUpdates request"}'


def report(event: str, **facts: Any) -> None:
    """Tell the harness."""
    print(json.dumps({"event": event, "at": time.monotonic(), **facts}), flush=True)


class Ways(Protocol):
    """How what people say gets to the bot."""

    polls: int  # how often the bot took something
    handed_out: int  # and how many messages in all

    def add_message(self, person: int, text: str) -> None:
        """Send on what a person said."""


class Measurement:
    """Counts finished turns: `warmup` of them before the window opens, `turns` within it."""

    def __init__(self, users: dict[int, User], feed: Ways, warmup: int, turns: int) -> None:
        self._users = users
        self._feed = feed
        self._opens_at = warmup
        self._closes_at = warmup + turns
        self._finished = 0
        self._over = False

    def begin(self) -> None:
        """One person speaks; the others follow when that one is answered, so that the first reply is timed alone."""
        self._speak(next(iter(self._users.values())))

    def heard(self, chat: int, text: str) -> None:
        """Take one message of the bot. Raises BadRequestError if nobody has this chat."""
        user = self._users.get(chat)
        if user is None:
            raise BadRequestError(f"chat not found: {chat}")
        if self._over:
            return
        try:
            if not user.hear(text):
                return
        except WrongReplyError as wrong:
            self._over = True
            report("wrong", detail=str(wrong))
            return
        self._count()
        if not self._over:
            self._speak(user)

    def _count(self) -> None:
        self._finished += 1
        if self._finished == 1:
            report("first_reply")
            for other in list(self._users.values())[1:]:
                self._speak(other)
        if self._finished == self._opens_at:
            self._report_window("opened")
        if self._finished == self._closes_at:
            self._over = True
            self._report_window("closed")

    def _report_window(self, event: str) -> None:
        report(event, cpu=time.process_time(), polls=self._feed.polls, updates=self._feed.handed_out)

    def _speak(self, user: User) -> None:
        self._feed.add_message(user.id, user.speak())


class LongPoll:
    """The one getUpdates that waits. A second one ends the first with 409, as on the real server.

    What has arrived travels `delay_seconds` before it is handed out, and what arrives meanwhile travels with it. With
    no delay a bot that polls beside its work fetches updates almost one by one, which no network would let it do.
    """

    def __init__(self, feed: Feed, delay_seconds: float) -> None:
        self._feed = feed
        self._delay_seconds = delay_seconds
        self._waiting: tuple[Connection, int] | None = None
        self._timer: asyncio.TimerHandle | None = None

    def ask(self, connection: Connection, offset: int, limit: int, timeout_seconds: float) -> None:
        """Answer now, or when something has arrived, or when the time is over."""
        self._feed.confirm(offset)
        if self._waiting is not None:
            self._end(CONFLICT, b"409 Conflict")
        if timeout_seconds <= 0:
            connection.answer(self._feed.batch(limit))
            return
        self._waiting = (connection, limit)
        self._hand_out_in(timeout_seconds)
        if len(self._feed):
            self._arrived()
        else:
            self._feed.on_arrival = self._arrived

    def _arrived(self) -> None:
        self._feed.on_arrival = None
        self._hand_out_in(self._delay_seconds)

    def _hand_out_in(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(seconds, self._hand_out)

    def _hand_out(self) -> None:
        assert self._waiting is not None
        connection, limit = self._waiting
        # An answer that nobody hears must not count as handed out; the next request gets the same updates anyway.
        self._end(b"" if connection.closed else self._feed.batch(limit), b"200 OK")

    def _end(self, body: bytes, status: bytes) -> None:
        assert self._waiting is not None and self._timer is not None
        connection, _ = self._waiting
        self._waiting = None
        self._feed.on_arrival = None
        self._timer.cancel()
        connection.answer(body, status)


class BotApi:
    """The methods a bot calls, by lower-case name; one that is not here is answered with `true`."""

    def __init__(self, measurement: Measurement, feed: Feed, delay_seconds: float) -> None:
        self._measurement = measurement
        self._feed = feed
        self._long_poll = LongPoll(feed, delay_seconds)

    def handle(self, connection: Connection, method: str, given: Parameters) -> None:
        if method == "sendmessage":
            chat, text = int(given["chat_id"]), str(given["text"])
            self._measurement.heard(chat, text)
            connection.answer(self._feed.sent_message(chat, text))
        elif method == "getupdates":
            limit = int(given.get("limit", MOST_UPDATES_AT_ONCE))
            self._long_poll.ask(connection, int(given.get("offset", 0)), limit, float(given.get("timeout", 0)))
        elif method == "getme":
            connection.answer(ME)
        elif method == "getwebhookinfo":
            connection.answer(WEBHOOK)
        else:
            connection.answer(TRUE)


UPDATES_PER_USER = 10_000  # more than anybody says in one run


async def serve(options: argparse.Namespace) -> None:
    """Listen on a free port of loopback until killed."""
    feed = Feed(options.first_user * UPDATES_PER_USER)
    measurement = measurement_of(options, feed)
    api = BotApi(measurement, feed, options.delay_ms / 1000)
    server = await asyncio.get_running_loop().create_server(lambda: Connection(api.handle), "127.0.0.1", 0)
    measurement.begin()
    gc.freeze()
    report("listening", port=server.sockets[0].getsockname()[1])
    await server.serve_forever()


def measurement_of(options: argparse.Namespace, feed: Ways) -> Measurement:
    ids = range(options.first_user, options.first_user + options.users)
    return Measurement(crowd(ids, SCRIPTS[options.script]), feed, options.warmup, options.turns)


def read_arguments(description: str | None) -> argparse.Namespace:
    """Read what the harness gives to every server."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--script", choices=sorted(SCRIPTS), required=True)
    parser.add_argument("--users", type=int, required=True)
    parser.add_argument("--first-user", type=int, required=True, help="chat id of the first; the others follow")
    parser.add_argument("--warmup", type=int, required=True, help="turns before the window, at least 1")
    parser.add_argument("--turns", type=int, required=True, help="turns in the window")
    parser.add_argument("--delay-ms", type=float, required=True, help="how long updates travel to the bot")
    parser.add_argument("--data-dir", type=Path, required=True, help="the bot's own directory, filled already")
    return parser.parse_args()


def main() -> None:
    uvloop.run(serve(read_arguments(__doc__)))


if __name__ == "__main__":
    main()

"""One socket to WeCom while it lasts: what we ask and its answers, and what it tells.

Nothing of a frame's body is ever logged: it holds the secret, or what people said.
"""

import asyncio
import json
import logging
import secrets
from collections.abc import Callable

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.protocol import State

from bot.channels.wecom_frames import (
    EVENT,
    MESSAGE,
    NOT_SUBSCRIBED,
    Frame,
    NoAnswer,
    NotConnected,
    Refusal,
    checked,
    is_replaced,
)

log = logging.getLogger(__name__)

OPEN_SECONDS = 20.0
CLOSE_SECONDS = 2.0
LARGEST_FRAME_BYTES = 16 * 1024 * 1024

_QUIET = logging.getLogger("websockets.client")
_QUIET.setLevel(logging.WARNING)  # below it the library logs every frame


def opened(url: str, proxy: str | None) -> connect:
    """Return what opens a socket in `async with`. Raises OSError, TimeoutError or WebSocketException there."""
    return connect(
        url,
        proxy=proxy,
        compression=None,
        open_timeout=OPEN_SECONDS,
        ping_interval=None,  # the protocol has a heartbeat of its own
        close_timeout=CLOSE_SECONDS,
        max_size=LARGEST_FRAME_BYTES,
        logger=_QUIET,
    )


class Socket:
    """An answer belongs to the request of its number on this socket; one that comes too late belongs to nobody."""

    def __init__(self, connection: ClientConnection, heard: Callable[[Frame], None]) -> None:
        self._connection = connection
        self._heard = heard
        self._answers: dict[str, asyncio.Future[Frame]] = {}
        self.is_replaced = False  # WeCom has said that another program took our place

    async def read(self) -> str:
        """Hand out what comes until the socket ends; return why it did. Whoever still waits for an answer waits in vain then."""
        try:
            async for text in self._connection:
                self._take(text)
                if self.is_replaced:
                    return "replaced"
            return str(self._connection.close_code)
        except ConnectionClosed as closed:
            return str(closed.rcvd.code) if closed.rcvd else "网络断开"
        finally:
            self._forget_answers()

    def _take(self, text: str | bytes) -> None:
        try:
            frame = json.loads(text)
            number = str(frame["headers"]["req_id"])
        except (ValueError, TypeError, KeyError, RecursionError):
            log.warning("WeCom sent what is not a frame", extra={"bytes": len(text)})
            return
        if "cmd" not in frame:
            waiting = self._answers.pop(number, None)
            if waiting is not None and not waiting.done():
                waiting.set_result(frame)
        elif frame["cmd"] in (MESSAGE, EVENT):
            self.is_replaced = self.is_replaced or is_replaced(frame)
            self._heard(frame)
        else:
            log.info("WeCom sent a frame of another kind", extra={"cmd": str(frame["cmd"])[:40]})

    async def request(self, command: str, body: Frame | None, number: str | None, patience: float) -> Frame:
        """Ask, and return the answer's frame. Raises NotConnected, NoAnswer or Refusal.

        `number` is that of the callback which is answered; a request of our own gets a new one each time.
        """
        if self._connection.state is not State.OPEN:
            raise NotConnected
        number = number or f"{command}-{secrets.token_hex(12)}"
        frame: Frame = {"cmd": command, "headers": {"req_id": number}}
        if body is not None:  # a heartbeat with a body is said to cost the connection
            frame["body"] = body
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(patience):
                await self._connection.send(json.dumps(frame, ensure_ascii=False))
                return checked(await answer)
        except (TimeoutError, ConnectionClosed) as error:
            raise NoAnswer from error
        except Refusal as refusal:
            if refusal.code == NOT_SUBSCRIBED:
                self.abort()
            raise
        finally:
            if self._answers.get(number) is answer:
                del self._answers[number]

    async def answered(self, seconds: float) -> None:
        """Wait until nothing that was asked waits for an answer, at most so long."""
        if self._answers:
            await asyncio.wait(list(self._answers.values()), timeout=seconds)

    def abort(self) -> None:
        """End the socket without waiting for a farewell."""
        self._connection.transport.abort()

    async def close(self) -> None:
        await self._connection.close()

    def _forget_answers(self) -> None:
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(TimeoutError())
        self._answers.clear()

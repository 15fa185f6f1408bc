"""Reading along: the stream of a seat's messages and its history.

A stream keeps no messages: when its flag is raised it reads what comes after its cursor, a page at a time, and takes
the next page only when the browser has taken this one. So a slow reader costs one page of memory, and a lost connection
costs nothing.
"""

import asyncio
import json
import logging
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from bot.web import conversation
from bot.web.conversation import Cursor, Line, cursor_from
from bot.web.door import office_facts
from bot.web.refusal import Refusal
from bot.web.session import look, seated
from bot.web.site import Site
from bot.web.streams import Stream
from storage.entry import Seat
from storage.errors import StorageError

log = logging.getLogger(__name__)

PAGE = 50  # messages
PING = b": still here\nevent: ping\ndata: {}\n\n"


class Talk:
    def __init__(self, site: Site) -> None:
        self._site = site

    async def events(self, request: Request) -> Response:
        """GET /u/SEAT/events?after=CURSOR: server-sent events `ready`, `message`, `edited`, `ping`, until either side leaves.

        A browser that reconnects by itself sends Last-Event-ID, which is newer than the address it was given.
        """
        seat = await seated(self._site, request)
        cursor = cursor_from(request.headers.get("last-event-id")) or cursor_from(request.query_params.get("after"))
        return EventStream(self._site, request, seat, cursor)

    async def history(self, request: Request) -> Response:
        """GET /u/SEAT/history?before=CURSOR: {"messages": oldest first, "more": bool}; without a cursor the newest."""
        seat = await seated(self._site, request)
        before = request.query_params.get("before")
        cursor = cursor_from(before)
        if before is not None and cursor is None:
            raise Refusal(400, "网页和服务器对不上，请刷新网页再试。")
        async with self._site.database.read() as tx:
            lines, more = await conversation.before(tx, seat.account_id, cursor, PAGE)
            messages = [await conversation.as_json(tx, each, seat, self._site.office.zone) for each in lines]
        return JSONResponse({"messages": messages, "more": more})


class EventStream(Response):
    media_type = "text/event-stream"

    def __init__(self, site: Site, request: Request, seat: Seat, cursor: Cursor | None) -> None:
        super().__init__(headers={"X-Accel-Buffering": "no"})  # nginx: pass on at once
        del self.headers["content-length"]
        self._site = site
        self._request = request
        self._seat = seat
        self._cursor = cursor

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "HEAD":
            await super().__call__(scope, receive, send)
            return
        with self._site.streams.open(self._seat.account_id) as stream:
            leaving = asyncio.create_task(_end_when_gone(receive, stream))
            try:
                await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
                await self._tell(send, stream)
                await send({"type": "http.response.body", "body": b"", "more_body": False})
            finally:
                leaving.cancel()

    async def _tell(self, send: Send, stream: Stream) -> None:
        greeted: str | None = None
        while not stream.is_over():
            stream.clear()
            try:
                seat, messages = await self._look()
            except StorageError as error:
                log.warning("a stream ends, its page will come back", extra={"reason": str(error)})
                return
            if seat is None:  # revoked, outdated or left meanwhile
                return
            if seat.name != greeted:
                await _send_event(send, "ready", None, {"name": seat.name, **office_facts(self._site)})
                greeted = seat.name
            for line, data in messages:
                if stream.is_over():
                    return
                await _send_event(send, "edited" if line.is_edit else "message", line.cursor, data)
                self._cursor = line.cursor
            if len(messages) < PAGE and not await stream.woken(self._site.keep_alive_seconds):
                await send({"type": "http.response.body", "body": PING, "more_body": True})

    async def _look(self) -> tuple[Seat | None, list[tuple[Line, dict[str, Any]]]]:
        """Return who sits here now and the next page of messages."""
        async with self._site.database.read() as tx:
            seat = await look(self._site, tx, self._request)
            if seat is None:
                return None, []
            if self._cursor is None:
                lines, _ = await conversation.before(tx, seat.account_id, None, PAGE)
            else:
                lines = await conversation.after(tx, seat.account_id, self._cursor, PAGE)
            zone = self._site.office.zone
            return seat, [(each, await conversation.as_json(tx, each, seat, zone)) for each in lines]


async def _end_when_gone(receive: Receive, stream: Stream) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    stream.end()


async def _send_event(send: Send, name: str, cursor: Cursor | None, data: dict[str, Any]) -> None:
    place = "" if cursor is None else f"id: {cursor}\n"
    event = f"event: {name}\n{place}data: {json.dumps(data, ensure_ascii=False)}\n\n"
    await send({"type": "http.response.body", "body": event.encode(), "more_body": True})

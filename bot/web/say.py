"""Saying something: words, a pressed button, attachments that were uploaded before."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.channels.channel import Attachment, Incoming
from bot.clean import clean
from bot.web.body import read_json, wrong_shape
from bot.web.refusal import Refusal
from bot.web.session import seated
from bot.web.site import CHANNEL, Site
from bot.web.throttle import Throttle
from storage import inbox, media
from storage.entry import Seat

LONGEST_TEXT = 10_000  # characters
LONGEST_CHOICE = 64  # as in handlers.turn.Button
LONGEST_LABEL = 200
MOST_ATTACHMENTS = 20
STRANGERS_MESSAGES = 30  # a minute: enough for everything a stranger can do here
CLIENT_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class Saying:
    client_id: str
    words: str
    choice: str | None
    media: tuple[str, ...]


class Say:
    def __init__(self, site: Site) -> None:
        self._site = site
        self._strangers = Throttle(STRANGERS_MESSAGES, timedelta(minutes=1))

    async def say(self, request: Request) -> Response:
        """POST /u/SEAT/say: 200 {"id"} when the message is in the inbox, also when it was there already.

        The same client_id is the same message for ever. A crash before the answer leaves the message stored or not at
        all; the page sends it again, and it is stored once.
        """
        seat = await seated(self._site, request)
        stored = await self.store(seat, saying_from(await read_json(request)))
        return JSONResponse({"id": f"i{stored}"})

    async def store(self, seat: Seat, saying: Saying) -> int | None:
        """Store what a seat says and return its inbox id, also when it was there already. Raises Refusal 400 and 429."""
        external_id = f"{seat.account_id}:{saying.client_id}"
        stored = await self._stored(external_id)
        if stored is None:
            self._throttle(seat)
            await self._site.receive(CHANNEL, [await self._incoming(seat, saying, external_id)])
            stored = await self._stored(external_id)
        self._site.streams.wake(seat.account_id)
        return stored

    async def _stored(self, external_id: str) -> int | None:
        async with self._site.database.read() as tx:
            return await inbox.stored(tx, CHANNEL, external_id)

    async def _incoming(self, seat: Seat, saying: Saying, external_id: str) -> Incoming:
        return Incoming(
            address=seat.address,
            external_id=external_id,
            kind="words" if saying.choice is None else "choice",
            words=saying.words,
            said_at=self._site.now(),
            choice=saying.choice,
            attachments=await self._attachments(seat, saying.media),
        )

    async def _attachments(self, seat: Seat, ids: tuple[str, ...]) -> tuple[Attachment, ...]:
        """Return what the seat uploaded itself under these ids. Raises Refusal 400 for anything else."""
        found = []
        async with self._site.database.read() as tx:
            for each in ids:
                medium = await media.by_id(tx, each)
                if medium is None or medium.account_id != seat.account_id:
                    raise Refusal(400, "要发的照片或文件找不到了，请重新选一次。")
                found.append(Attachment(medium.kind, medium.name, medium.media_type, medium.size_bytes, media_id=each))
        return tuple(found)

    def _throttle(self, seat: Seat) -> None:
        if seat.person_id is not None:
            return
        key, now = str(seat.account_id), self._site.now()
        if wait := self._strangers.wait_seconds(key, now):
            raise Refusal(429, "说得太快了，请过一会儿再说。", retry_after_seconds=wait)
        self._strangers.count(key, now)


def saying_from(data: dict[str, Any]) -> Saying:
    """Return what the page says. Raises Refusal 400."""
    client_id, ids = data.get("client_id"), data.get("attachments") or []
    texts = {key: data.get(key) or "" for key in ("text", "choice", "label")}
    if not isinstance(client_id, str) or not CLIENT_ID.fullmatch(client_id):
        raise wrong_shape()
    if not isinstance(ids, list) or not all(isinstance(each, str) for each in [*ids, *texts.values()]):
        raise wrong_shape()
    text, choice, label = (clean(each) for each in texts.values())
    if len(ids) > MOST_ATTACHMENTS:
        raise Refusal(400, f"一次最多发 {MOST_ATTACHMENTS} 个照片或文件，请分成几次发。")
    if len(text) > LONGEST_TEXT:
        raise Refusal(400, f"这段话有 {len(text)} 个字，太长了。请分成几次发，每次不超过 {LONGEST_TEXT} 个字。")
    if len(choice.encode()) > LONGEST_CHOICE or len(label) > LONGEST_LABEL:
        raise wrong_shape()
    if not choice and not text.strip() and not ids:
        raise Refusal(400, "没有内容可以发送。")
    return Saying(client_id, label if choice else text, choice or None, tuple(dict.fromkeys(ids)))

"""Attachments: taking in what a seat sends, handing out what it may see."""

import asyncio
import hashlib
import os
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response

from bot.media_type import media_type_of
from bot.web.arriving import Arriving, arriving, free_bytes
from bot.web.body import wrong_shape
from bot.web.form import Form
from bot.web.kinds import admitted, is_shown
from bot.web.refusal import Refusal, not_found
from bot.web.say import CLIENT_ID
from bot.web.session import look, seated
from bot.web.site import CHANNEL, Site
from storage import media
from storage.entry import Seat
from storage.media import Medium

MEGABYTE = 1024 * 1024
SMALL_BYTES = MEGABYTE  # taken even when the disk is nearly full
FETCH_RETRY_SECONDS = 3
ZIP = b"PK\x03\x04"
KINDS = ("photo", "voice", "video", "file")
UNKNOWN_KIND = "这种文件发不了。可以发照片、录音、视频、PDF、Word、Excel、PPT、WPS、OFD 和文本文件；压缩包请先解开。"
# A medium is never a page of ours: whatever it is, nothing in it runs and nothing in it loads.
SANDBOX = "sandbox; default-src 'none'"


class Attachments:
    def __init__(self, site: Site) -> None:
        self._site = site
        self._largest = site.web.upload_megabytes * MEGABYTE

    async def upload(self, request: Request) -> Response:
        """POST /u/SEAT/media (multipart: file, kind, client_id): 200 {"media": id} when the file is on the disk.

        The same client_id, name and bytes give the same id, so a page that did not hear the answer may send again; one
        client_id may carry several files. A crash leaves either nothing or a file that the repetition finds.
        413: too large. 415: not a kind that we take.
        """
        seat = await seated(self._site, request)
        if seat.person_id is None:
            raise Refusal(403, "您的身份还没有核对，现在还不能发照片和文件。请先按【申请使用】，或者发邀请码。")
        largest, too_large = await self._room()
        async with arriving(self._site.folder) as file:
            form = Form(file, largest, too_large)
            await form.read(request)
            medium = self._medium(seat, form, file)
            await file.settle(self._site.folder.path(medium.id))
        async with self._site.database.write() as tx:
            if not await media.is_own(tx, medium.id, seat.account_id):
                await media.add(tx, medium, self._site.now())
        return JSONResponse({"media": medium.id})

    async def _room(self) -> tuple[int, str]:
        """Return how many bytes a file may have now, and what to say of a larger one."""
        free = await free_bytes(self._site.folder)
        if free - self._largest >= self._site.minimum_free_bytes:
            most = self._site.web.upload_megabytes
            return self._largest, f"这个文件超过了 {most} MB，发不出去。请选小一点的，视频可以拍短一些。"
        sentence = "服务器快存满了，现在只能收 1 MB 以内的文件。请先用文字说，过后再发，或者告诉工作人员。"
        return min(self._largest, SMALL_BYTES), sentence

    def _medium(self, seat: Seat, form: Form, file: Arriving) -> Medium:
        """Return what was sent. Raises Refusal 400 or 415."""
        client_id, kind, name = form.fields.get("client_id", ""), form.fields.get("kind"), form.file_name
        if not CLIENT_ID.fullmatch(client_id) or kind not in KINDS or name is None:
            raise wrong_shape()
        if file.size == 0:
            raise Refusal(400, "这个文件是空的，没有内容可以发送。请另选一个。")
        is_zip = file.head.startswith(ZIP)
        admission = admitted(media_type_of(file.head, name), name, kind, is_zip=is_zip)
        if admission is None:
            raise Refusal(415, UNKNOWN_KIND)
        kind, media_type = admission
        new = media_id(seat.account_id, client_id, name, file.digest)
        return Medium(new, seat.account_id, kind, name, media_type, file.size, CHANNEL, None, "kept", 0)

    async def download(self, request: Request) -> Response:
        """GET /u/SEAT/media/ID: the bytes, for whoever sent or was sent them. 503: they are still being fetched."""
        async with self._site.database.read() as tx:
            seat = await look(self._site, tx, request)
            medium = await media.by_id(tx, request.path_params["media"])
            if seat is None or medium is None or not await media.may_open(tx, medium.id, seat.account_id):
                raise not_found()
        return await hand_out(self._site, medium)


async def hand_out(site: Site, medium: Medium) -> Response:
    """Return the bytes of a medium to whoever was found to be allowed. Raises Refusal 404, and 503: they are still being fetched."""
    if medium.state == "made":
        async with site.database.read() as tx:
            made = await media.content(tx, medium.id)
        if made is not None:
            return _saved(medium, made)
    if medium.state == "wanted":
        raise Refusal(503, "这个附件还在取，请过一会儿再看。", retry_after_seconds=FETCH_RETRY_SECONDS)
    if medium.state == "lost":  # its file may still stand there for a minute
        raise not_found()
    path = site.folder.path(medium.id)
    try:
        found = await asyncio.to_thread(os.stat, path)
    except FileNotFoundError as error:
        raise not_found() from error
    return FileResponse(
        path,
        headers={"Content-Security-Policy": SANDBOX},
        media_type=medium.media_type if is_shown(medium.media_type) else "application/octet-stream",
        filename=medium.name,
        stat_result=found,
        content_disposition_type="inline" if is_shown(medium.media_type) else "attachment",
    )


def _saved(medium: Medium, data: bytes) -> Response:
    """Return what the office made, to be saved: a telephone hands a calendar file to its calendar by the media type."""
    name = f"attachment; filename*=utf-8''{quote(medium.name)}"
    headers = {"Content-Security-Policy": SANDBOX, "Content-Disposition": name}
    return Response(data, media_type=medium.media_type, headers=headers)


def media_id(account_id: int, client_id: str, name: str, digest: bytes) -> str:
    """Return the id of an uploaded file: 128 bits that cannot be guessed without the page's random client_id."""
    key = f"{account_id}\n{client_id}\n{name}\n".encode()
    return hashlib.sha256(key + digest).hexdigest()[:32]

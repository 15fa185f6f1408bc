"""Files on WeCom: what people send is fetched and decrypted, what the office sends is uploaded in pieces."""

import asyncio
import base64
import hashlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from email.message import Message as Headers
from pathlib import Path
from urllib.parse import unquote

from aiohttp import ClientError, ClientSession
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC

from bot.channels.channel import Enclosure, Fetched, Refused, TryLater
from bot.channels.wecom_frames import Frame, held_in
from bot.channels.wecom_updates import Reference, safe_name

MEGABYTE = 1024 * 1024
CHUNK_BYTES = (
    512 * 1024
)  # before base64; 100 of them at most: https://developer.work.weixin.qq.com/document/path/101463
SMALLEST_BYTES = 5
LARGEST_BYTES = {"image": 10 * MEGABYTE, "voice": 2 * MEGABYTE, "video": 10 * MEGABYTE, "file": 20 * MEGABYTE}
PADDED_TO = 32
UPLOADED_SECONDS = 2.5 * 86400  # an upload lives for three days
MOST_REMEMBERED = 500
UPLOAD_SECONDS = (
    15.0  # so long a message waits for its upload, which goes on without it: a message has delivery.SEND_SECONDS
)

Ask = Callable[[str, Frame], Awaitable[Frame]]


# ── from WeCom ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def fetch(http: ClientSession, reference: Reference, largest_bytes: int, now: datetime) -> Fetched:
    """Return the bytes of what somebody sent, and its name when the server tells. Raises TryLater while that may still succeed, else Refused."""
    try:
        # WeCom gives the address of the file itself: one that leads on elsewhere might lead into our own network.
        async with http.get(reference.url, allow_redirects=False) as answer:
            if answer.status >= 500 and now <= reference.until:
                raise TryLater(f"企业微信的文件服务器出错（{answer.status}）")
            if answer.status != 200:
                raise Refused(f"企业微信不给这个附件了（{answer.status}），它只留五分钟")
            data = await _read(answer.content.iter_chunked(64 * 1024), largest_bytes + PADDED_TO)
            name = file_name(answer.headers.get("Content-Disposition", ""))
    except (ClientError, TimeoutError) as error:
        if now > reference.until:
            raise Refused("附件没能在五分钟内取到") from error
        raise TryLater(f"附件还取不到（{type(error).__name__}）") from error
    plain = decrypted(data, reference.key) if reference.key else data
    return Fetched(plain, safe_name(name) if name else None)


async def _read(pieces: AsyncIterator[bytes], largest_bytes: int) -> bytes:
    held = bytearray()
    async for piece in pieces:
        held += piece
        if len(held) > largest_bytes:
            raise Refused("附件太大")
    return bytes(held)


def file_name(disposition: str) -> str:
    """Return the name in a Content-Disposition, however it is written, or ''."""
    headers = Headers()
    headers["Content-Disposition"] = disposition or "attachment"
    name = headers.get_filename() or ""
    with suppress(UnicodeEncodeError, UnicodeDecodeError):  # headers are read as Latin-1; names are sent in UTF-8
        name = name.encode("latin-1").decode("utf-8")
    return unquote(name)


def decrypted(data: bytes, key: str) -> bytes:
    """Undo AES-256-CBC with the message's own key, whose first half is the initialisation vector, and PKCS#7 to 32 bytes.

    Raises Refused when key and data do not fit each other.
    """
    try:
        secret = base64.b64decode(unquote(key) + "=" * (-len(unquote(key)) % 4))
        decryptor = Cipher(AES256(secret), CBC(secret[:16])).decryptor()
        padded = decryptor.update(data) + decryptor.finalize()
    except ValueError as error:
        raise Refused("附件解不开") from error
    padding = padded[-1] if padded else 0
    if not 1 <= padding <= PADDED_TO or padded[-padding:] != bytes([padding]) * padding:
        raise Refused("附件解不开")
    return padded[:-padding]


# ── to WeCom ────────────────────────────────────────────────────────────────────────────────────────────────────────


class Uploads:
    """What was uploaded lately: a file that goes to a hundred people is uploaded once, for uploads are limited to 30 a minute."""

    def __init__(self, ask: Ask, first_chunk: int) -> None:
        self._ask = ask
        self._first_chunk = first_chunk  # what number the first piece has: the vendor's page says 1, its SDKs send 0
        self._known: dict[tuple[str, str], tuple[str, float]] = {}
        self._under_way: dict[tuple[str, str], asyncio.Task[str]] = {}

    async def media_id(self, medium_id: str, kind: str, name: str, data: bytes) -> str:
        """Return WeCom's id of a file, uploading it when need be: once, however many ask.

        Raises what `ask` raises, and TimeoutError after UPLOAD_SECONDS: the upload goes on, for whoever asks next.
        """
        key = (medium_id, kind)
        known, until = self._known.get(key, ("", 0.0))
        if known and time.monotonic() < until:
            return known
        task = self._under_way.get(key)
        if task is None:
            task = self._under_way[key] = asyncio.create_task(self._upload_and_remember(key, name, data))
            task.add_done_callback(lambda done: self._ended(key, done))
        async with asyncio.timeout(UPLOAD_SECONDS):
            return await asyncio.shield(task)

    def forget(self, media_id: str) -> None:
        """WeCom does not know this upload any more."""
        self._known = {key: held for key, held in self._known.items() if held[0] != media_id}

    async def stop(self) -> None:
        under_way = list(self._under_way.values())
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)

    def _ended(self, key: tuple[str, str], task: asyncio.Task[str]) -> None:
        self._under_way.pop(key, None)
        if not task.cancelled():
            task.exception()  # whoever waited for it has it; that nobody did is no news

    async def _upload_and_remember(self, key: tuple[str, str], name: str, data: bytes) -> str:
        found = await self._upload(key[1], name, data)
        self._known[key] = (found, time.monotonic() + UPLOADED_SECONDS)
        while len(self._known) > MOST_REMEMBERED:
            del self._known[next(iter(self._known))]
        return found

    async def _upload(self, kind: str, name: str, data: bytes) -> str:
        pieces = [data[start : start + CHUNK_BYTES] for start in range(0, len(data), CHUNK_BYTES)]
        what = {
            "type": kind,
            "filename": name,
            "total_size": len(data),
            "total_chunks": len(pieces),
            "md5": hashlib.md5(data, usedforsecurity=False).hexdigest(),
        }
        begun = await self._ask("aibot_upload_media_init", what)
        upload_id = held_in(begun, "upload_id")
        for number, piece in enumerate(pieces, self._first_chunk):
            held = base64.b64encode(piece).decode()
            await self._ask(
                "aibot_upload_media_chunk", {"upload_id": upload_id, "chunk_index": number, "base64_data": held}
            )
        ended = await self._ask("aibot_upload_media_finish", {"upload_id": upload_id})
        return held_in(ended, "media_id")


def kind_of_upload(enclosure: Enclosure, data: bytes) -> str | None:
    """Return as what WeCom takes these bytes, or None when it does not take them at all."""
    medium = enclosure.medium
    best = {
        "photo": "image" if medium.media_type in ("image/jpeg", "image/png", "image/gif") else "file",
        "voice": "voice" if medium.media_type == "audio/amr" else "file",
        "video": "video" if medium.media_type == "video/mp4" else "file",
    }.get(medium.kind, "file")
    for kind in (best, "file"):
        if SMALLEST_BYTES <= len(data) <= LARGEST_BYTES[kind]:
            return kind
    return None


async def bytes_of(enclosure: Enclosure) -> bytes:
    """Return an enclosure's bytes, none when they are lost."""
    if enclosure.data is not None:
        return enclosure.data
    return await asyncio.to_thread(_bytes_at, enclosure.path)


def _bytes_at(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""

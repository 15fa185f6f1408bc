"""Files in both directions: what people send, encrypted behind an address that lives for five minutes; what the bot uploads, in pieces."""

import base64
import hashlib
import os
from collections import deque
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from aiohttp import web
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC

from tests.wecom_server.rules import FLOOD, LARGEST_BYTES, NOT_FOUND, Limits, require


def encrypted(data: bytes, key: bytes) -> bytes:
    padding = 32 - len(data) % 32
    encryptor = Cipher(AES256(key), CBC(key[:16])).encryptor()
    return encryptor.update(data + bytes([padding]) * padding) + encryptor.finalize()


@dataclass
class Upload:
    kind: str
    name: str
    size: int
    chunks: int
    md5: str
    pieces: dict[int, bytes] = field(default_factory=dict)


class Media:
    """The files of one server. `now` is its clock."""

    def __init__(self, limits: Limits, chunk_first: int) -> None:
        self._limits = limits
        self._chunk_first = chunk_first
        self._sent: dict[str, tuple[bytes, str, float]] = {}  # path: bytes, name, since when
        self._uploads: dict[str, Upload] = {}
        self._begun: deque[float] = deque()
        self.kept: dict[str, Upload] = {}  # by media id
        self.uploads = 0

    def offer(self, data: bytes, name: str, base_url: str, now: float) -> dict[str, str]:
        """Return what a callback says of a file that a person sent."""
        key, path = os.urandom(32), os.urandom(8).hex()
        self._sent[path] = (encrypted(data, key), name, now)
        return {"url": f"{base_url}/media/{path}", "aeskey": base64.b64encode(key).decode()}

    def download(self, path: str, now: float) -> web.Response:
        data, name, since = self._sent.get(path, (b"", "", now - 1e9))
        if now - since > self._limits.media_seconds:
            return web.Response(status=403, text="expired")
        headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"} if name else {}
        return web.Response(body=data, headers=headers)

    def begin(self, body: dict[str, Any], now: float) -> dict[str, str]:
        while self._begun and now - self._begun[0] >= 60:
            self._begun.popleft()
        require(len(self._begun) < self._limits.uploads_per_minute, "api freq out of limit", FLOOD)
        self._begun.append(now)
        self.uploads += 1
        upload = Upload(body["type"], body["filename"], body["total_size"], body["total_chunks"], body["md5"])
        require(upload.kind in LARGEST_BYTES and upload.name, "type or filename Invalid")
        require(5 <= upload.size <= LARGEST_BYTES[upload.kind], "total_size Invalid")
        require(1 <= upload.chunks <= 100, "total_chunks Invalid")
        upload_id = f"upload-{len(self._uploads)}"
        self._uploads[upload_id] = upload
        return {"upload_id": upload_id}

    def piece(self, body: dict[str, Any]) -> None:
        upload = self._uploads.get(body["upload_id"])
        require(upload, "upload_id Invalid", NOT_FOUND)
        assert upload is not None
        number, data = body["chunk_index"] - self._chunk_first, base64.b64decode(body["base64_data"], validate=True)
        require(0 <= number < upload.chunks, "chunk_index Invalid")
        require(0 < len(data) <= 512 * 1024, "chunk exceed max length")
        upload.pieces[number] = data

    def finish(self, body: dict[str, Any]) -> dict[str, str]:
        upload = self._uploads.get(body["upload_id"])
        require(upload, "upload_id Invalid", NOT_FOUND)
        assert upload is not None
        data = b"".join(upload.pieces[number] for number in sorted(upload.pieces))
        require(len(upload.pieces) == upload.chunks and len(data) == upload.size, "chunks missing")
        require(hashlib.md5(data, usedforsecurity=False).hexdigest() == upload.md5, "md5 not match")
        media_id = f"media-{len(self.kept)}"
        self.kept[media_id] = upload
        return {"type": upload.kind, "media_id": media_id}

    def content(self, media_id: str, kind: str) -> tuple[str, bytes]:
        """Return name and bytes of what the bot sends."""
        upload = self.kept.get(media_id)
        require(upload and upload.kind == kind, "media_id Invalid", NOT_FOUND)
        assert upload is not None
        return upload.name, b"".join(upload.pieces[number] for number in sorted(upload.pieces))

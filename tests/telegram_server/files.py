"""Files in Telegram's cloud: uploaded by the bot or by a person, named by file_id, downloaded by path."""

from dataclasses import dataclass, replace
from typing import Any

from tests.telegram_server.parameters import Parameters
from tests.telegram_server.rules import Limits, RefusalError, bad_request

MIME = {
    "photo": "image/jpeg",
    "voice": "audio/ogg",
    "audio": "audio/mpeg",
    "video": "video/mp4",
    "animation": "video/mp4",
    "live_photo": "video/mp4",
    "sticker": "image/webp",
}
FOLDERS = {
    "photo": "photos",
    "voice": "voice",
    "audio": "music",
    "video": "videos",
    "video_note": "video_notes",
    "animation": "animations",
    "live_photo": "videos",
    "sticker": "stickers",
    "document": "documents",
}
NAMED = ("audio", "video", "animation", "document")  # the kinds that show a file's name
FLAT = ("photo", "video", "animation", "live_photo", "sticker")  # those with a width and a height
LASTING = ("voice", "audio", "video", "video_note", "animation", "live_photo")


@dataclass(frozen=True)
class StoredFile:
    file_id: str
    unique_id: str
    kind: str  # a key of FOLDERS
    name: str
    content: bytes
    size: int  # of the whole file, which may be larger than the content that a test cared to give

    @property
    def path(self) -> str:
        return f"{FOLDERS[self.kind]}/{self.file_id}_{self.name}"

    def json(self, kind: str = "") -> dict[str, Any]:
        """As it stands in a Message under its kind, or under another by which Telegram shows it too."""
        kind = kind or self.kind
        found: dict[str, Any] = {"file_id": self.file_id, "file_unique_id": self.unique_id, "file_size": self.size}
        if kind in FLAT:
            found |= {"width": 640, "height": 480}
        if kind in LASTING:
            found |= {"duration": 3}
        if kind not in ("photo", "sticker", "video_note"):
            found |= {"mime_type": MIME.get(self.kind, "application/octet-stream")}
        if kind in NAMED:
            found |= {"file_name": self.name}
        if kind == "video_note":
            found |= {"length": 240}
        if kind == "sticker":
            found |= {"type": "regular", "is_animated": False, "is_video": False, "emoji": "👍"}
        return found


class Files:
    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._by_id: dict[str, StoredFile] = {}

    def add(self, kind: str, name: str, content: bytes, size: int | None = None) -> StoredFile:
        file_id = f"AgACAgUAAxkBAAI{len(self._by_id) + 1:04d}{kind}"
        found = StoredFile(file_id, f"U{file_id}", kind, name, content, len(content) if size is None else size)
        self._by_id[file_id] = found
        return found

    def same_again(self, file_id: str) -> StoredFile:
        """The same file under another file_id, as Telegram may name it the next time."""
        old = self._by_id[file_id]
        found = replace(old, file_id=f"{file_id}_{len(self._by_id)}")
        self._by_id[found.file_id] = found
        return found

    def named(self, file_id: str) -> StoredFile:
        return self._by_id[file_id]

    def at_path(self, path: str) -> StoredFile | None:
        return next((found for found in self._by_id.values() if found.path == path), None)

    def for_download(self, file_id: str) -> dict[str, Any]:
        """The File object of getFile."""
        if not file_id:
            raise bad_request("file_id not specified")
        found = self._by_id.get(file_id)
        if found is None:
            raise bad_request("invalid file_id")
        if found.size > self._limits.download_bytes:
            raise bad_request("file is too big")
        return {
            "file_id": found.file_id,
            "file_unique_id": found.unique_id,
            "file_size": found.size,
            "file_path": found.path,
        }

    def given(self, kind: str, parameters: Parameters, value: str, field: str) -> StoredFile:
        """The file of a sending call: an upload under `field`, or `value` as attach://NAME or as a file_id."""
        attached = value.removeprefix("attach://") if value.startswith("attach://") else field
        upload = parameters.uploads.get(attached)
        if upload is None:
            return self._reused(kind, value)
        if not upload.content:
            raise bad_request("file must be non-empty")
        if len(upload.content) > self._limits.upload_bytes:
            raise RefusalError(413, "Request Entity Too Large")
        if kind == "photo" and len(upload.content) > self._limits.photo_bytes:
            raise bad_request(
                f"file of size {len(upload.content)} bytes is too big for a photo; "
                f"the maximum size is {self._limits.photo_bytes} bytes"
            )
        return self.add(kind, upload.name, upload.content)

    def _reused(self, kind: str, value: str) -> StoredFile:
        if not value:
            raise bad_request(f"there is no {kind} in the request")
        if value.startswith(("http://", "https://")):  # Telegram would fetch it; this server has no network
            raise bad_request("failed to get HTTP URL content")
        found = self._by_id.get(value)
        if found is None:
            raise bad_request("wrong file identifier/HTTP URL specified")
        if found.kind != kind:
            raise bad_request(f"can't use file of type {found.kind.capitalize()} as {kind.capitalize()}")
        return found

"""What a backup file is: a .zip with the database, the media, and a manifest that says what must be in it.

    manifest.json       format, when it was made, the schema's number, and of each other member its size and SHA-256
    database.db         the whole database, one file
    media/ab/abcd...    the attachments, named as in the media folder

BackupError     a backup cannot be made, or a file is not a whole backup of ours; `str()` is a Chinese sentence
"""

import hashlib
import json
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO

from pydantic import AwareDatetime, BaseModel

FORMAT = 1
MANIFEST, DATABASE, MEDIA = "manifest.json", "database.db", "media/"
PIECE_BYTES = 1024 * 1024
MOST_MANIFEST_BYTES = 256 * 1024 * 1024  # about a million attachments
_MEMBER = re.compile(r"database\.db|media/([0-9a-f]{2})/\1[0-9a-f]{30}")
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)

# What Python's readers raise for a file that was cut off, changed or is no .zip at all.
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    KeyError,
    OverflowError,
    NotImplementedError,  # a version or method that zipfile does not know
)

Progress = Callable[[str, int, int], None]
"""Is told what is being done, in words, and how many bytes of how many are done."""


class BackupError(Exception):
    pass


class Member(BaseModel):
    bytes: int
    sha256: str


class Manifest(BaseModel):
    format: int
    made_at: AwareDatetime
    schema_number: int
    files: dict[str, Member]

    @property
    def total_bytes(self) -> int:
        return sum(each.bytes for each in self.files.values())

    @property
    def media(self) -> dict[str, Member]:
        """The attachments by their path inside the media folder."""
        return {name.removeprefix(MEDIA): each for name, each in self.files.items() if name.startswith(MEDIA)}


class Steps:
    """Adds up the pieces for a Progress."""

    def __init__(self, progress: Progress, words: str, total: int) -> None:
        self._progress, self._words, self._total, self._done = progress, words, total, 0

    def __call__(self, step: int) -> None:
        self._done += step
        self._progress(self._words, min(self._done, self._total), self._total)


def pieces_of(stream: IO[bytes]) -> Iterator[bytes]:
    while piece := stream.read(PIECE_BYTES):
        yield piece


class Writing:
    """A backup file being written."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._files: dict[str, Member] = {}

    def add(self, name: str, source: IO[bytes], step: Callable[[int], None]) -> None:
        """Add a stream under this name. Attachments are pictures and sound, which packing does not make smaller."""
        info = zipfile.ZipInfo(name)
        info.compress_type = zipfile.ZIP_STORED if name.startswith(MEDIA) else zipfile.ZIP_DEFLATED
        digest, total = hashlib.sha256(), 0
        with self._archive.open(info, "w", force_zip64=True) as target:
            for piece in pieces_of(source):
                target.write(piece)
                digest.update(piece)
                total += len(piece)
                step(len(piece))
        self._files[name] = Member(bytes=total, sha256=digest.hexdigest())

    def finish(self, made_at: datetime, schema_number: int) -> Manifest:
        """Write the manifest and return it."""
        manifest = Manifest(format=FORMAT, made_at=made_at, schema_number=schema_number, files=self._files)
        self._archive.writestr(MANIFEST, manifest.model_dump_json(indent=1))
        return manifest


class Reading:
    """A backup file opened for reading. Every method raises BackupError where it is not what its manifest says."""

    def __init__(self, path: Path) -> None:
        self._path = path
        if not path.is_file():
            raise BackupError(f"没有这个备份文件：{path}")
        with self._damage_named():
            self._archive = zipfile.ZipFile(path)
        try:
            with self._damage_named():
                self.manifest = self._read_manifest()
        except BackupError:
            self._archive.close()
            raise

    def __enter__(self) -> "Reading":
        return self

    def __exit__(self, *error: object) -> None:
        self._archive.close()

    def pieces(self, name: str) -> Iterator[bytes]:
        """The content of a member piece by piece; raises after the last one when it is not what the manifest says."""
        digest, total = hashlib.sha256(), 0
        with self._damage_named(), self._archive.open(name) as source:
            for piece in pieces_of(source):
                digest.update(piece)
                total += len(piece)
                yield piece
        if Member(bytes=total, sha256=digest.hexdigest()) != self.manifest.files[name]:
            raise self._wrong(f"{name} 的内容和清单对不上")

    def verify(self, progress: Progress) -> None:
        """Read everything and compare it with the manifest."""
        step = Steps(progress, "核对备份", self.manifest.total_bytes)
        for name in self.manifest.files:
            for piece in self.pieces(name):
                step(len(piece))

    def _read_manifest(self) -> Manifest:
        members = {each.filename: each for each in self._archive.infolist()}
        if MANIFEST not in members or members[MANIFEST].file_size > MOST_MANIFEST_BYTES:
            raise self._wrong("里面没有清单（manifest.json），不是本程序的备份")
        if any(each.flag_bits & 1 or each.compress_type not in _METHODS for each in members.values()):
            raise self._wrong("里面的文件加了密，或者是别的程序压缩的")
        data = json.loads(self._archive.read(MANIFEST))
        if isinstance(data, dict) and isinstance(data.get("format"), int) and data["format"] > FORMAT:
            raise self._wrong(f"格式是第 {data['format']} 版，本程序只认识到第 {FORMAT} 版，请改用新版程序")
        manifest = Manifest.model_validate(data)
        sizes = {name: each.file_size for name, each in members.items() if name != MANIFEST}
        if DATABASE not in sizes or sizes != {name: each.bytes for name, each in manifest.files.items()}:
            raise self._wrong("里面的文件和清单对不上")
        if not all(_MEMBER.fullmatch(name) for name in sizes):
            raise self._wrong("里面有不认识的文件")
        return manifest

    @contextmanager
    def _damage_named(self) -> Iterator[None]:
        try:
            yield
        except _DAMAGE as error:
            raise self._wrong("文件不完整，或者被改动过") from error

    def _wrong(self, why: str) -> BackupError:
        return BackupError(f"这个备份不能用：{why}（{self._path}）。请换一个备份文件。")

"""The upload form (multipart/form-data, RFC 7578) read as it comes: fields into memory, the one file to the disk."""

import unicodedata
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from bot.web.arriving import Arriving
from bot.web.body import chunks, wrong_shape
from bot.web.refusal import Refusal

if TYPE_CHECKING:  # the library has it for type checkers only
    from python_multipart.multipart import MultipartCallbacks

LONGEST_FIELD_BYTES = 200
MOST_FIELDS = 10
ROOM_FOR_FIELDS = 64 * 1024  # what the body may be longer than the file
LONGEST_NAME = 100


class Form:
    """`fields` and the file's name, once `read` is through."""

    def __init__(self, file: Arriving, largest_file_bytes: int, too_large: str) -> None:
        self._file = file
        self._largest = largest_file_bytes
        self._too_large = too_large
        self._header = self._value = b""
        self._disposition = b""
        self._field = ""
        self._content = bytearray()
        self._in_file = False
        self._ended = False
        self.fields: dict[str, str] = {}
        self.file_name: str | None = None

    async def read(self, request: Request) -> None:
        """Read the whole body. Raises Refusal 400, 408 or 413, and StorageError."""
        kind, options = parse_options_header(request.headers.get("content-type"))
        if kind != b"multipart/form-data" or not options.get(b"boundary"):
            raise wrong_shape()
        try:
            parser = MultipartParser(options[b"boundary"], self._callbacks())
            async for chunk in chunks(request, self._largest + ROOM_FOR_FIELDS, self._too_large):
                parser.write(chunk)
                await self._file.write()
        except FormParserError as error:
            raise wrong_shape() from error
        if not self._ended:
            raise wrong_shape()
        await self._file.write(at_least=0)

    def _callbacks(self) -> "MultipartCallbacks":
        return {
            "on_part_begin": self._part_begins,
            "on_header_field": self._header_name_comes,
            "on_header_value": self._header_value_comes,
            "on_header_end": self._header_ends,
            "on_headers_finished": self._content_begins,
            "on_part_data": self._content_comes,
            "on_part_end": self._part_ends,
            "on_end": self._form_ends,
        }

    def _part_begins(self) -> None:
        self._disposition = self._header = self._value = b""
        self._content = bytearray()

    def _header_name_comes(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _header_value_comes(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_ends(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = self._value
        self._header = self._value = b""

    def _content_begins(self) -> None:
        _, options = parse_options_header(self._disposition)
        self._field = options.get(b"name", b"").decode(errors="replace")
        self._in_file = b"filename" in options
        if self._in_file:
            if self.file_name is not None:
                raise Refusal(400, "一次只能传一个文件，请一个一个发。")
            self.file_name = plain_name(options[b"filename"].decode(errors="replace"))
        elif len(self.fields) >= MOST_FIELDS:
            raise wrong_shape()

    def _content_comes(self, data: bytes, start: int, end: int) -> None:
        if not self._in_file:
            self._content += data[start:end]
            if len(self._content) > LONGEST_FIELD_BYTES:
                raise wrong_shape()
            return
        self._file.add(data[start:end])
        if self._file.size > self._largest:
            raise Refusal(413, self._too_large)

    def _part_ends(self) -> None:
        if not self._in_file:
            self.fields[self._field] = self._content.decode(errors="replace")

    def _form_ends(self) -> None:
        self._ended = True


def plain_name(name: str) -> str:
    """Return a file's name as it can be shown and saved: no folders, nothing invisible, not too long."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    visible = "".join(each for each in last if unicodedata.category(each)[0] != "C").strip(" .")
    ending = PurePosixPath(visible).suffix[:12]
    stem = visible.removesuffix(ending)[: LONGEST_NAME - len(ending)]
    return f"{stem}{ending}" or "未命名"

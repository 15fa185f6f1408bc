"""The parameters of one call, read from the query string, a form, a JSON object or multipart, all alike."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.telegram_server.rules import bad_request


@dataclass(frozen=True)
class Upload:
    name: str
    content: bytes


@dataclass(frozen=True)
class Parameters:
    """Values are strings, as Telegram keeps them: what is not a string in a JSON body becomes its JSON text."""

    values: Mapping[str, str]
    uploads: Mapping[str, Upload] = field(default_factory=dict)

    def text(self, name: str) -> str:
        return self.values.get(name, "")

    def integer(self, name: str, default: int = 0, low: int | None = None, high: int | None = None) -> int:
        """Out of range is moved into the range, and what is no number is 0, as Telegram does it."""
        text = self.text(name).strip()
        if not text:
            return default
        value = int(text) if text.lstrip("-").isdecimal() else 0
        value = value if low is None else max(low, value)
        return value if high is None else min(high, value)

    def flag(self, name: str) -> bool:
        return self.text(name).strip().lower() in ("true", "yes", "1")

    def decoded(self, name: str, called: str = "JSON object") -> Any:
        """The JSON value of a parameter, or None when it is not given."""
        if not self.text(name):
            return None
        try:
            return json.loads(self.text(name))
        except ValueError:
            raise bad_request(f"can't parse {called}") from None


async def read_parameters(request: web.Request) -> Parameters:
    values = dict(request.query)
    uploads: dict[str, Upload] = {}
    try:
        if request.content_type == "application/json":
            values |= await _json_values(request)
        else:
            for name, value in (await request.post()).items():
                if isinstance(value, web.FileField):
                    uploads[name] = Upload(value.filename, value.file.read())
                else:
                    values[name] = value if isinstance(value, str) else bytes(value).decode()
        for value in values.values():
            value.encode()
    except UnicodeError:
        raise bad_request("strings must be encoded in UTF-8") from None
    return Parameters(values, uploads)


async def _json_values(request: web.Request) -> dict[str, str]:
    try:
        body = json.loads(await request.read() or b"{}")
    except ValueError:
        raise bad_request("can't parse JSON object") from None
    if not isinstance(body, dict):
        raise bad_request("can't parse JSON object")
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in body.items()}

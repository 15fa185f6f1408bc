"""The page and its parts: read once at start, handed out from memory."""

import hashlib
from dataclasses import dataclass
from importlib import resources

from starlette.requests import Request
from starlette.responses import Response

from bot.web.refusal import not_found

PAGE = "chat.html"
FOLDERS = ("static", "reading")  # the chat's page, and what the page of a briefing has besides
FRESH_SECONDS = 60  # so long a browser need not ask again: after an update old and new parts mix no longer than that
# Not from the system's own table: on Windows that one may call JavaScript text/plain, which browsers refuse to run.
MEDIA_TYPES = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "png": "image/png",
}


@dataclass(frozen=True, slots=True)
class Asset:
    body: bytes
    media_type: str
    etag: str

    def response(self, request: Request, cache: str) -> Response:
        headers = {"ETag": self.etag, "Cache-Control": cache}
        if self.etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        return Response(self.body, headers=headers, media_type=self.media_type)


class Pages:
    def __init__(self) -> None:
        self._assets = assets()

    async def page(self, request: Request) -> Response:
        """GET / and /enter: the page, which learns from its address what it is for."""
        return self._assets[PAGE].response(request, "no-cache")

    async def room(self, request: Request) -> Response:
        """GET /u/SEAT/: the same page. Whether the seat exists is not told here."""
        return self._assets[PAGE].response(request, "no-store")

    async def part(self, request: Request) -> Response:
        """GET /static/NAME"""
        asset = self._assets.get(request.path_params["name"])
        if asset is None:
            raise not_found()
        return asset.response(request, f"public, max-age={FRESH_SECONDS}")


def assets() -> dict[str, Asset]:
    """Return every file of FOLDERS of a kind that a page is made of, by name."""
    found = {}
    for file in (each for folder in FOLDERS for each in (resources.files("bot.web") / folder).iterdir()):
        ending = file.name.rsplit(".", 1)[-1]
        if ending in MEDIA_TYPES and file.is_file():
            body = file.read_bytes()
            found[file.name] = Asset(body, MEDIA_TYPES[ending], f'"{hashlib.sha256(body).hexdigest()[:32]}"')
    return found

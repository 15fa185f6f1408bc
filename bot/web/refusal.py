"""What the server says when it does not do what was asked: JSON {"error": a sentence for the person at the page}."""

from collections.abc import Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from storage.errors import StorageError

STORAGE_RETRY_SECONDS = 5


class Refusal(Exception):
    """Raised by a page that will not do what was asked. `str()` is what the person reads."""

    def __init__(self, status: int, sentence: str, *, retry_after_seconds: int | None = None) -> None:
        super().__init__(sentence)
        self.status = status
        self.retry_after_seconds = retry_after_seconds

    def response(self) -> Response:
        wait = self.retry_after_seconds
        headers = {} if wait is None else {"Retry-After": str(wait)}
        return JSONResponse({"error": str(self)}, self.status, headers)


def not_found() -> Refusal:
    """The one answer to everything that is not there or not for this person: it does not tell which."""
    return Refusal(404, "这里没有您要找的内容。")


async def _refused(request: Request, error: Refusal) -> Response:
    return error.response()


async def _storage(request: Request, error: StorageError) -> Response:
    sentence = "服务暂时存不下新内容，请过一会儿再试。您已经发出的都还在。"
    return Refusal(503, sentence, retry_after_seconds=STORAGE_RETRY_SECONDS).response()


async def _no_route(request: Request, error: HTTPException) -> Response:
    sentence = str(not_found()) if error.status_code == 404 else "这个请求不合规矩，没有处理。"
    return JSONResponse({"error": sentence}, error.status_code, error.headers)


async def _gone(request: Request, error: ClientDisconnect) -> Response:
    """The browser left in the middle of its request: nobody reads this."""
    return Response(status_code=400)


async def _bug(request: Request, error: Exception) -> Response:
    """Starlette raises `error` again after this, and uvicorn logs it with its traceback."""
    return JSONResponse({"error": "系统出错了，已经记下来。请过一会儿再试。"}, 500)


HANDLERS: Mapping[Any, Any] = {
    Refusal: _refused,
    StorageError: _storage,
    HTTPException: _no_route,
    ClientDisconnect: _gone,
    Exception: _bug,
}

"""What may go wrong between a bot and Telegram, prepared by a test for the next calls of one method."""

import json
from dataclasses import dataclass, field
from typing import Any

DESCRIPTIONS = {
    400: "Bad Request: refused by the test",
    401: "Unauthorized",
    403: "Forbidden: bot was blocked by the user",
    404: "Not Found",
    409: "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
    429: "Too Many Requests: retry after {}",
    500: "Internal Server Error",
}

BAD_GATEWAY_PAGE = b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>nginx</body>\r\n</html>\r\n"


@dataclass(frozen=True)
class Answer:
    """Another answer than Telegram's; the call is not carried out."""

    status: int
    body: bytes
    content_type: str = "application/json"


@dataclass(frozen=True)
class Hang:
    """No answer until the caller gives up or the server stops; `after_handling` first carries the call out."""

    after_handling: bool = False


@dataclass(frozen=True)
class Cut:
    """The connection is closed instead of an answer; `after_handling` first carries the call out."""

    after_handling: bool = False


@dataclass(frozen=True)
class Half:
    """The connection is closed in the middle of an answer; `after_handling` first carries the call out."""

    after_handling: bool = False


Fault = Answer | Hang | Cut | Half


def refusal(status: int, description: str | None = None, retry_after: int | None = None) -> Answer:
    """An error in Telegram's form; 502 and 504 without a description are the HTML page of its front server."""
    if description is None and status in (502, 504):
        return Answer(status, BAD_GATEWAY_PAGE, "text/html")
    described = description or DESCRIPTIONS.get(status, "Internal Server Error").format(retry_after)
    return Answer(status, json.dumps(error_body(status, described, retry_after)).encode())


def error_body(status: int, description: str, retry_after: int | None) -> dict[str, Any]:
    found: dict[str, Any] = {"ok": False, "error_code": status, "description": description}
    return found | ({"parameters": {"retry_after": retry_after}} if retry_after else {})


@dataclass
class Faults:
    _next: dict[str, list[Fault]] = field(default_factory=dict)
    of_chats: dict[int, Fault] = field(default_factory=dict)  # what every call about these chats meets

    def add(self, method: str, fault: Fault, times: int) -> None:
        self._next.setdefault(method.lower(), []).extend([fault] * times)

    def take(self, method: str, chat_id: str = "") -> Fault | None:
        if chat_id.isdecimal() and int(chat_id) in self.of_chats:
            return self.of_chats[int(chat_id)]
        waiting = self._next.get(method.lower())
        return waiting.pop(0) if waiting else None

    def clear(self) -> None:
        self._next.clear()
        self.of_chats.clear()

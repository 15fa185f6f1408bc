"""The words of WeCom's long connection, its errors in ours, and how long to stay away after each kind of ending.

    we ask      {"cmd": "aibot_send_msg", "headers": {"req_id": "..."}, "body": {...}}
    it answers  {"headers": {"req_id": "..."}, "errcode": 0, "errmsg": "ok"}          an answer has no cmd
    it tells    {"cmd": "aibot_msg_callback", "headers": {"req_id": "..."}, "body": {...}}

All of it is JSON text: https://developer.work.weixin.qq.com/document/path/101463
"""

from dataclasses import dataclass
from typing import Any, Literal

from bot.backoff import backoff_seconds

SUBSCRIBE, PING = "aibot_subscribe", "ping"
MESSAGE, EVENT = "aibot_msg_callback", "aibot_event_callback"
NO_NUMBER = -999_999  # stands for an error code that is no number
NOT_SUBSCRIBED = 846609  # the socket is open, yet the server has forgotten who we are: only a new one helps

Frame = dict[str, Any]


class NotConnected(Exception):
    """There is no subscribed connection: the request has not left."""


class NoAnswer(Exception):
    """The request left, and no answer came: whether it was carried out is unknown."""


class Refusal(Exception):
    """The server's answer to a request is an error."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(f"errcode {code}")  # `message` may quote what was sent
        self.code = code
        self.message = message


def checked(answer: Frame) -> Frame:
    """Return an answer that is good. Raises Refusal for one that is not."""
    code = _number(answer.get("errcode", 0))
    if code != 0:
        raise Refusal(code, str(answer.get("errmsg", "")))
    return answer


def _number(code: Any) -> int:
    try:
        return int(code)
    except (TypeError, ValueError, OverflowError):
        return NO_NUMBER


def held_in(answer: Frame, field: str) -> str:
    """Return a field of an answer's body. Raises Refusal when it is not there: the answer is not what was asked for."""
    body = answer.get("body")
    if not isinstance(body, dict) or not body.get(field):
        raise Refusal(NO_NUMBER, f"no {field}")
    return str(body[field])


def is_replaced(frame: Frame) -> bool:
    """Tell whether WeCom says that another program has connected as this bot, and that ours will be closed."""
    body = frame.get("body")
    event = body.get("event") if isinstance(body, dict) else None
    return isinstance(event, dict) and event.get("eventtype") == "disconnected_event"


# ── how a connection ended ──────────────────────────────────────────────────────────────────────────────────────────

Kind = Literal["dropped", "refused", "replaced"]
LONGEST_WAIT_SECONDS = 60.0
REFUSED_WAIT_SECONDS = (60.0, 300.0)  # subscribing is limited in frequency: shortest and longest wait after a refusal
REPLACED_WAIT_SECONDS = (60.0, 1800.0)  # longer each time, so that two instances do not push each other out for ever
# A life so long is a new beginning. Not the subscription alone: a server that takes us in and throws us out is not asked every second.
STOOD_SECONDS: dict[Kind, float] = {"dropped": 60.0, "refused": 60.0, "replaced": 3600.0}


@dataclass(frozen=True, slots=True)
class Ending:
    """How a connection ended, in words for the operator, and which of the three ways of waiting follows."""

    reason: str
    kind: Kind = "dropped"


def wait_seconds(ending: Ending, times: int, chance: float) -> float:
    """Return how long to wait before the next try, after so many endings of this kind in a row (from 1), spread by `chance` in [0, 1)."""
    if ending.kind == "dropped":
        return backoff_seconds(times, chance, first=1.0, longest=LONGEST_WAIT_SECONDS)
    shortest, longest = REFUSED_WAIT_SECONDS if ending.kind == "refused" else REPLACED_WAIT_SECONDS
    return float(min(longest, shortest * 2 ** min(times - 1, 10)) * (1.0 + chance / 4))

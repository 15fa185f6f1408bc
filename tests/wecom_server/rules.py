"""What WeCom refuses: https://developer.work.weixin.qq.com/document/path/101463 and 101032.

The pages name limits, but few error codes. 846605 and 846609 are what users of the long connection report, 45009 and the 42...
are those of the vendor's other interfaces; the rest are ours, and the bot must not depend on them.
"""

import re
from dataclasses import dataclass
from typing import Any

INVALID, NOT_FOUND, NEVER_WROTE = 40058, 40007, 86008
FLOOD, BAD_CARD, CREDENTIALS = 45009, 42045, 40001
UNKNOWN_REQUEST, NOT_SUBSCRIBED = 846605, 846609

MEGABYTE = 1024 * 1024
LARGEST_BYTES = {"image": 10 * MEGABYTE, "voice": 2 * MEGABYTE, "video": 10 * MEGABYTE, "file": 20 * MEGABYTE}


class RefusalError(Exception):
    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True)
class Limits:
    per_minute: int = 30  # messages of one chat, answers and pushes together
    per_hour: int = 1000
    subscriptions_per_minute: int = 6
    uploads_per_minute: int = 30
    markdown_bytes: int = 20480
    fast_seconds: float = 5.0  # for a welcome, and for a card that was pressed
    media_seconds: float = 300.0  # how long what a person sent can be fetched


NO_FLOOD_LIMITS = Limits(per_minute=100_000, per_hour=100_000, subscriptions_per_minute=1000, uploads_per_minute=1000)


def require(holds: Any, message: str, code: int = INVALID) -> None:
    if not holds:
        raise RefusalError(code, message)


def check_markdown(body: dict[str, Any], limits: Limits) -> str:
    content = body.get("markdown", {}).get("content")
    require(isinstance(content, str) and content, "markdown.content Missing or Invalid")
    require(len(content.encode()) <= limits.markdown_bytes, "markdown.content exceed max length")
    return str(content)


def check_card(card: Any, used: set[str]) -> dict[str, Any]:
    """Return a card that may be sent. `used` are the task ids of this bot so far."""
    require(isinstance(card, dict), "template_card Missing or Invalid", BAD_CARD)
    _bad(card.get("card_type") != "button_interaction", "card_type")  # the only one that this bot uses
    title = card.get("main_title", {}).get("title", "")
    _bad(not title or len(title) > 26, "main_title.title")
    _bad(len(card.get("sub_title_text", "")) > 112, "sub_title_text")
    buttons = card.get("button_list")
    _bad(not isinstance(buttons, list) or not 1 <= len(buttons) <= 6, "button_list")
    for each in buttons:
        _bad(not each.get("text") or len(each["text"]) > 10, "button_list.text")
        _bad(not each.get("key") or len(each["key"].encode()) > 1024, "button_list.key")
        _bad(each.get("style", 1) not in (1, 2, 3, 4), "button_list.style")
    keys = [each["key"] for each in buttons]
    _bad(len(set(keys)) != len(keys), "button_list.key")
    task_id = card.get("task_id", "")
    _bad(not re.fullmatch(r"[0-9A-Za-z_@-]{1,128}", task_id), "task_id")
    _bad(task_id in used, "task_id")
    return dict(card)


def _bad(is_bad: bool, field: str) -> None:
    require(not is_bad, f"Template_Card {field} Missing or Invalid", BAD_CARD)

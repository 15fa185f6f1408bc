"""What Telegram accepts, as data and as functions that refuse the rest in Telegram's own words.

The sentences were read in tdlib/telegram-bot-api (Client.cpp) or in reports of users; the limits are those of
https://core.telegram.org/bots/api and https://core.telegram.org/bots/faq. Where this server is stricter than Telegram,
the line says so.
"""

import re
from dataclasses import dataclass

MEGABYTE = 1024 * 1024

ALLOWED_HTML = re.compile("a|b|blockquote|code|del|em|i|ins|pre|s|span|strike|strong|tg-emoji|tg-spoiler|u")
HTML_ENTITIES = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}


@dataclass(frozen=True)
class Limits:
    """Every number that a test may want to change. None switches a rate off."""

    text_units: int = 4096  # "1-4096 characters after entities parsing"; counted in UTF-16 units, the strictest reading
    caption_units: int = 1024
    callback_data_bytes: int = 64
    buttons: int = 100  # Telegram is said to drop the surplus without a word; we refuse, so that it cannot go unnoticed
    buttons_per_row: int = 8  # likewise
    callback_answer_units: int = 200
    album_items: int = 10
    commands: int = 100

    upload_bytes: int = 50 * MEGABYTE
    photo_bytes: int = 10 * MEGABYTE
    download_bytes: int = 20 * MEGABYTE

    messages_per_second: float | None = 30.0
    burst: int = 30
    chat_messages_per_second: float | None = 1.0
    chat_burst: int = 5  # "we may allow short bursts"; Telegram does not say how short, this number is ours

    callback_query_seconds: float = 15.0  # after that the query "is too old"; reports say 10 to 60, Telegram does not
    long_poll_seconds: int = 50  # longer ones are cut to this
    webhook_retry_seconds: float = 0.05  # Telegram: at once, then 1 s, 2 s, 4 s...
    webhook_timeout_seconds: float = 5.0  # Telegram: 60 s
    local_webhooks: bool = True  # http:// and loopback addresses, as a Bot API server with --local allows


NO_FLOOD_LIMITS = Limits(messages_per_second=None, chat_messages_per_second=None)


class RefusalError(Exception):
    """An error answer: {"ok": false, "error_code": status, "description": ...} with that HTTP status."""

    def __init__(self, status: int, description: str, retry_after: int | None = None) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.retry_after = retry_after


def bad_request(description: str) -> RefusalError:
    return RefusalError(400, f"Bad Request: {description}")


def utf16_units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def message_text(text: str, parse_mode: str, limits: Limits) -> str:
    """The text as it will be shown. Refuses an empty or too long one, and broken HTML."""
    if not text:
        raise bad_request("message text is empty")
    shown = _formatted(text, parse_mode)
    if not shown:
        raise bad_request("text must be non-empty")
    if utf16_units(shown) > limits.text_units:
        raise bad_request("message is too long")
    return shown


def caption_text(caption: str, parse_mode: str, limits: Limits) -> str:
    shown = _formatted(caption, parse_mode)
    if utf16_units(shown) > limits.caption_units:
        raise bad_request("message caption is too long")
    return shown


def _formatted(text: str, parse_mode: str) -> str:
    mode = parse_mode.lower()
    if mode == "html":
        return _without_html(text).strip()
    if mode:  # Telegram knows Markdown and MarkdownV2 too; this server refuses what it cannot check
        raise bad_request("unsupported parse_mode")
    return text.strip()


def _without_html(text: str) -> str:
    shown: list[str] = []
    opened: list[str] = []
    for piece in re.finditer(r"<(?P<close>/?)(?P<tag>[\w-]*)[^>]*>|&(?P<entity>\w+);|(?P<text>[^<&]+|[<&])", text):
        offset = len(text[: piece.start()].encode())
        if piece["entity"]:
            shown.append(HTML_ENTITIES.get(piece["entity"], piece[0]))
        elif piece["text"] == "<":
            raise bad_request(f"can't parse entities: Unclosed start tag at byte offset {offset}")
        elif piece["text"]:
            shown.append(piece["text"])
        elif piece["close"]:
            if not opened:
                raise bad_request(f"can't parse entities: Unexpected end tag at byte offset {offset}")
            if (expected := opened.pop()) != piece["tag"].lower():
                raise bad_request(
                    f'can\'t parse entities: Unmatched end tag at byte offset {offset}, expected "</{expected}>", '
                    f'found "</{piece["tag"].lower()}>"'
                )
        elif not ALLOWED_HTML.fullmatch(piece["tag"].lower()):
            raise bad_request(
                f'can\'t parse entities: Unsupported start tag "{piece["tag"].lower()}" at byte offset {offset}'
            )
        else:
            opened.append(piece["tag"].lower())
    if opened:
        raise bad_request(f"can't parse entities: Can't find end tag corresponding to start tag \"{opened[-1]}\"")
    return "".join(shown)

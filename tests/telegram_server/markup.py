"""Reply markups: the keyboards a bot may attach to a message, and what Telegram refuses in them."""

from dataclasses import dataclass
from typing import Any, Literal

from tests.telegram_server.parameters import Parameters
from tests.telegram_server.rules import Limits, bad_request

# What else an inline button may do besides callback_data and url; accepted, but nobody here can press it.
OTHER_ACTIONS = ("web_app", "login_url", "switch_inline_query", "switch_inline_query_current_chat", "copy_text")


@dataclass(frozen=True)
class Button:
    """A button as a person sees it; `data` is None on a reply keyboard, where pressing sends the text."""

    text: str
    data: str | None = None
    url: str | None = None
    request_contact: bool = False
    request_location: bool = False


Rows = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True)
class Markup:
    kind: Literal["inline", "reply", "remove", "force_reply"]
    rows: Rows = ()
    one_time: bool = False

    def json(self) -> dict[str, Any]:
        """As it stands in a Message, which shows inline keyboards only."""
        return {"inline_keyboard": [[_button_json(button) for button in row] for row in self.rows]}


def reply_markup(parameters: Parameters, limits: Limits) -> Markup | None:
    """The markup of a call, or None when it has none. Raises RefusalError for what Telegram would not take."""
    value = parameters.decoded("reply_markup", "reply keyboard markup JSON object")
    if value is None:
        return None
    if not isinstance(value, dict):
        raise bad_request("object expected as reply markup")
    for flag in (
        "resize_keyboard",
        "one_time_keyboard",
        "remove_keyboard",
        "selective",
        "force_reply",
        "is_persistent",
    ):
        if flag in value and not isinstance(value[flag], bool):
            raise bad_request(f'field "{flag}" of the reply markup must be of the type Boolean')
    if value.get("keyboard"):
        rows = _rows(value["keyboard"], "keyboard", "ReplyKeyboardMarkup", limits)
        return Markup("reply", rows, one_time=value.get("one_time_keyboard", False))
    if value.get("inline_keyboard"):
        return Markup("inline", _rows(value["inline_keyboard"], "inline_keyboard", "InlineKeyboardMarkup", limits))
    if value.get("remove_keyboard"):
        return Markup("remove")
    return Markup("force_reply") if value.get("force_reply") else None


def _rows(value: Any, field: str, kind: str, limits: Limits) -> Rows:
    if not isinstance(value, list):
        raise bad_request(f'field "{field}" of the {kind} must be an Array')
    if not all(isinstance(row, list) for row in value):
        raise bad_request(f'field "{field}" of the {kind} must be an Array of Arrays')
    parse = _keyboard_button if field == "keyboard" else _inline_button
    rows = tuple(tuple(parse(button, limits) for button in row) for row in value if row)
    if sum(map(len, rows)) > limits.buttons or any(len(row) > limits.buttons_per_row for row in rows):
        raise bad_request("reply markup is too long")
    return rows


def _keyboard_button(value: Any, limits: Limits) -> Button:
    if isinstance(value, str):
        value = {"text": value}
    if not isinstance(value, dict):
        raise bad_request("can't parse keyboard button: KeyboardButton must be a String or an Object")
    return Button(
        _label(value, "keyboard button", "Keyboard button"),
        request_contact=value.get("request_contact", False),
        request_location=value.get("request_location", False),
    )


def _inline_button(value: Any, limits: Limits) -> Button:
    if not isinstance(value, dict):
        raise bad_request("can't parse inline keyboard button: InlineKeyboardButton must be an Object")
    text = _label(value, "inline keyboard button", "Inline keyboard button")
    if url := value.get("url"):
        if not url.startswith(("http://", "https://", "tg://")):
            raise bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
        return Button(text, url=url)
    if data := value.get("callback_data"):
        if len(data.encode()) > limits.callback_data_bytes:
            raise bad_request("BUTTON_DATA_INVALID")
        return Button(text, data=data)
    if any(action in value for action in OTHER_ACTIONS):
        return Button(text)
    raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")


def _label(value: dict[str, Any], parsed: str, named: str) -> str:
    text = value.get("text")
    if not isinstance(text, str):
        raise bad_request(f'can\'t parse {parsed}: Field "text" must be of type String')
    if not text.strip():
        raise bad_request(f"{named} text must be non-empty")
    return text


def _button_json(button: Button) -> dict[str, str]:
    found = {"text": button.text}
    if button.data is not None:
        found["callback_data"] = button.data
    if button.url is not None:
        found["url"] = button.url
    return found

"""Buttons on WeCom: a card with up to six of them, and the card after one was pressed.

    https://developer.work.weixin.qq.com/document/path/101032    the kinds of cards, and how much goes into each part
    https://developer.work.weixin.qq.com/document/path/101027    what comes when a button is pressed

A button's key carries all that is needed when it comes back: the choice, the label, and the words of the card. So a card that was
sent before a restart can be answered like any other, and nothing has to be remembered.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from bot.channels.channel import ButtonLimits, Outgoing

BUTTONS = ButtonLimits(most=6, longest_label=10, longest_text=112)
LONGEST_TITLE = 26
LONGEST_KEY_BYTES = 1024
NO_TITLE = "请选一项"

Card = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Press:
    """A button that was pressed."""

    task_id: str
    choice: str | None  # None: it was pressed before, or is none of ours
    label: str
    title: str
    words: str


def card_of(outgoing: Outgoing) -> Card:
    """Return the card of a message whose buttons fit (bot/parts.py sees to that)."""
    title, words = _title_and_rest(outgoing.text)
    listed = [{"text": row[0], "key": _key(row[1], row[0], title, words)} for row in outgoing.buttons]
    return _card(task_id_of(outgoing), title, words, listed)


def card_after(press: Press) -> Card:
    """Return what takes the place of a card when a button was pressed: the same words, and that button, which does nothing any more.

    A card of this kind must have a button, and no button can be switched off; so its key holds no choice, and nothing answers it.
    """
    shown = f"已选 {press.label}"[: BUTTONS.longest_label]
    return _card(
        press.task_id,
        press.title,
        press.words,
        [{"text": shown, "key": _key("", press.label, press.title, press.words)}],
    )


def task_id_of(outgoing: Outgoing) -> str:
    """Return the card's own id: the same when the same card is sent again, and that of no other card, also after a restored backup.

    WeCom refuses an id that it knows: a card whose answer was lost cannot arrive twice.
    """
    said = json.dumps([outgoing.address, outgoing.text, [list(row) for row in outgoing.buttons]])
    return f"y{outgoing.letter_id}-{hashlib.sha256(said.encode()).hexdigest()[:16]}"


def press_in(event: dict[str, Any]) -> Press | None:
    """Return the button that an event tells of, or None.

    The vendor's page nests its fields in `template_card_event`, the README of its SDK shows them beside `eventtype`: both are read.
    """
    if event.get("eventtype") != "template_card_event":
        return None
    nested = event.get("template_card_event")
    held = nested if isinstance(nested, dict) else event
    choice, label, title, words = _read_key(held.get("event_key"))
    return Press(str(held.get("task_id") or ""), choice or None, label, title or NO_TITLE, words)


def _card(task_id: str, title: str, words: str, buttons: list[dict[str, str]]) -> Card:
    card: Card = {"card_type": "button_interaction", "main_title": {"title": title}, "button_list": buttons}
    if words:
        card["sub_title_text"] = words
    return card | {"task_id": task_id}


def _title_and_rest(text: str) -> tuple[str, str]:
    """Return what stands large and what stands below it: a short first line is the title."""
    first, _, rest = text.strip().partition("\n")
    return (first or NO_TITLE, rest.strip()) if len(first) <= LONGEST_TITLE else (NO_TITLE, text)


def _key(choice: str, label: str, title: str, words: str) -> str:
    for held in ([choice, label, title, words], [choice, label, title, ""], [choice, "", "", ""]):
        key = json.dumps(held, ensure_ascii=False, separators=(",", ":"))
        if len(key.encode()) <= LONGEST_KEY_BYTES:
            return key
    raise ValueError(f"the button {choice!r} does not fit a card")


def _read_key(key: Any) -> tuple[str, str, str, str]:
    """Return choice, label, title and words; empty ones for a key that is none of ours."""
    try:
        choice, label, title, words = json.loads(key)
    except (TypeError, ValueError, RecursionError):
        return "", "", "", ""
    return str(choice), str(label), str(title), str(words)

"""Buttons where a channel has few, or none: which fit, what stands above them, and the list that a digit answers in their place."""

import re
from collections.abc import Sequence

from bot.channels.channel import ButtonLimits

Row = Sequence[str]  # [label, choice] or [label, choice, kind]

ABOVE = "请按下面的按钮："


def usable(rows: Sequence[Row], limits: ButtonLimits | None) -> list[Row]:
    """Return the buttons that a channel can have at all: only some can ask the app for the own telephone number."""
    return [each for each in rows if limits is None or limits.asks_contact or list(each[2:]) != ["contact"]]


def fit(rows: Sequence[Row], limits: ButtonLimits | None) -> bool:
    """Tell whether the channel takes these buttons as buttons."""
    return limits is None or (len(rows) <= limits.most and all(len(each[0]) <= limits.longest_label for each in rows))


def as_list(text: str, rows: Sequence[Row]) -> str:
    """Return the text with the buttons' labels below it: they begin with digits, and a digit, or the words, is as good as a press."""
    numbered = all(re.match(r"\d", each[0]) for each in rows)
    how = "请回复前面的数字：" if numbered else "请回复数字，或者照着写："
    return "\n".join(filter(None, [text, f"\n{how}" if text else how, *(each[0] for each in rows)]))


def above_buttons(text: str, longest: int) -> tuple[str, str]:
    """Return a text as (what goes before, what stands above the buttons), the second at most `longest` characters.

    What stands above is the end of the text, where the question is: its last paragraph or line if that fits, else a sentence of ours.
    """
    if len(text) <= longest:
        return "", text
    for mark in ("\n\n", "\n"):
        before, _, last = text.rpartition(mark)
        if before.strip() and last.strip() and len(last) <= longest:
            return before, last
    return text, ABOVE

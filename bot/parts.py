"""Cutting a letter into messages that a channel takes: enclosures first, the words and the buttons last, where the eye rests."""

from collections.abc import Sequence

from bot.buttons import Row, above_buttons, as_list, fit, usable
from bot.channels.channel import Enclosure, Limits, Outgoing
from handlers.splitting import split_text
from storage.outbox import Letter


def parts(letter: Letter, enclosures: Sequence[Enclosure], limits: Limits) -> list[Outgoing]:
    """Return the messages of a letter in order. The same letter gives the same parts, so that a count of sent ones can be kept."""
    out = [_enclosed(letter, each) for each in enclosures]
    texts, buttons = _texts(letter, limits)
    for place, text in enumerate(texts, 1):
        below = buttons if place == len(texts) else []
        out.append(Outgoing(letter.id, letter.account_id, letter.address, text, below, None, letter.answers))
    return out


def _texts(letter: Letter, limits: Limits) -> tuple[list[str], Sequence[Row]]:
    """Return the letter's text in pieces, and the buttons below the last one: where buttons do not fit they are a list in the text."""
    longest, longest_bytes = limits.longest_text, limits.longest_bytes
    rows = usable(letter.buttons, limits.buttons)
    if not rows or limits.buttons is None:
        return split_text(letter.text, longest, longest_bytes), rows
    if not fit(rows, limits.buttons):
        return split_text(as_list(letter.text, rows), longest, longest_bytes), []
    before, above = above_buttons(letter.text.strip(), limits.buttons.longest_text)
    return [*split_text(before, longest, longest_bytes), *([above] if above else [])], rows


def _enclosed(letter: Letter, each: Enclosure) -> Outgoing:
    if each.medium.state == "lost" and each.reference is None:
        return Outgoing(
            letter.id,
            letter.account_id,
            letter.address,
            f"附件“{each.medium.name}”没能取到。",
            (),
            None,
            letter.answers,
        )
    return Outgoing(letter.id, letter.account_id, letter.address, "", (), each, letter.answers)

"""Cutting a letter into messages that a channel takes: enclosures first, the words and the buttons last, where the eye rests."""

from collections.abc import Sequence

from bot.channels.channel import Enclosure, Outgoing
from handlers.splitting import split_text
from storage.outbox import Letter


def parts(letter: Letter, enclosures: Sequence[Enclosure], longest_text: int) -> list[Outgoing]:
    """Return the messages of a letter in order. The same letter gives the same parts, so that a count of sent ones can be kept."""
    out = [_enclosed(letter, each) for each in enclosures]
    texts = split_text(letter.text, longest_text)
    for place, text in enumerate(texts, 1):
        buttons = letter.buttons if place == len(texts) else []
        out.append(Outgoing(letter.id, letter.account_id, letter.address, text, buttons, None, letter.answers))
    return out


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

"""Cutting a letter into messages that a channel takes: enclosures first, the words and the buttons last, where the eye rests."""

import re
from collections.abc import Sequence

from bot.channels.channel import Enclosure, Outgoing
from storage.outbox import Letter

_ENDS = (r"\n\n", r"\n", r"[。！？；!?;]", r"[，、,]", r"\s")  # where a text is best cut, best first


def split_text(text: str, longest: int) -> list[str]:
    """Cut a text into pieces of at most `longest` UTF-16 units each, at the end of a paragraph, line, sentence or clause if there is
    one in the second half of the piece. The pieces joined are the text, but for white space at the cuts; none is empty.

    Telegram counts UTF-16 units in entities and 4096 characters in texts; the stricter count serves both.
    """
    pieces = []
    rest = text.strip()
    while _units(rest) > longest:
        head = _longest_prefix(rest, longest)
        cut = _best_cut(head)
        pieces.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [each for each in [*pieces, rest] if each]


def _units(text: str) -> int:
    return len(text) + sum(ord(each) > 0xFFFF for each in text)


def _longest_prefix(text: str, longest: int) -> str:
    head = text[:longest]
    while _units(head) > longest:
        head = head[: len(head) - max(1, (_units(head) - longest) // 2)]
    return head


def _best_cut(head: str) -> int:
    for pattern in _ENDS:
        ends = [match.end() for match in re.finditer(pattern, head)]
        if ends and ends[-1] > len(head) // 2:
            return ends[-1]
    return len(head)


def parts(letter: Letter, enclosures: Sequence[Enclosure], longest_text: int) -> list[Outgoing]:
    """Return the messages of a letter in order. The same letter gives the same parts, so that a count of sent ones can be kept."""
    out = [_enclosed(letter, each) for each in enclosures]
    texts = split_text(letter.text, longest_text)
    for place, text in enumerate(texts, 1):
        buttons = letter.buttons if place == len(texts) else []
        out.append(Outgoing(letter.id, letter.account_id, letter.address, text, buttons))
    return out


def _enclosed(letter: Letter, each: Enclosure) -> Outgoing:
    if each.medium.state == "lost" and each.reference is None:
        return Outgoing(letter.id, letter.account_id, letter.address, f"附件“{each.medium.name}”没能取到。", ())
    return Outgoing(letter.id, letter.account_id, letter.address, "", (), each)

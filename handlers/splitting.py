"""Cutting a text into pieces: at ends of paragraphs and sentences, within limits, and never through something that is read as one.

A cut goes, best first: at the end of a paragraph or a line in the last third of what fits; of a sentence, a clause, at white space in
its second half; else before the last thing that does not fit whole. A thing is an address (URL, mail), a telephone number, a number
with its unit, a date or time, a Latin word, a character with the closing punctuation behind it. A thing longer than a whole piece is cut
between characters as people see them (a letter with its accents, an emoji of several parts), and such a character longer than a piece
between code points.
"""

import re
from bisect import bisect_left

import regex  # `re` does not know where a character as people see it ends: \X, https://www.unicode.org/reports/tr29/

_ENDS = tuple(  # where a text is best cut, best first, and which share of the piece must then be full
    (re.compile(pattern), share)
    for pattern, share in (
        (r"\n\s*\n", 2 / 3),
        (r"\n", 2 / 3),
        (r"[。！？；!?;…]+[”’」』）》)]*", 1 / 2),
        (r"[，、,：:]", 1 / 2),
        (r"\s", 1 / 2),
    )
)
_DIGITS = r"[0-9０-９〇零一二三四五六七八九十百千万亿两]+"
_WHOLE = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?:https?://|www\.)[!-~]+",
        r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]++@[A-Za-z0-9.-]+",  # tried once a word: a long one costs no square
        r"\+?\d{2,4}(?:[ -]?\d{3,4}){2,3}",  # 0359-752 2345, 138 0013 8000, +86 138 0013 8000
        rf"[¥￥]?{_DIGITS}(?:[.．,:：/~～年月日号时点分秒至到—–-]{{1,2}}{_DIGITS})*(?:[%％‰℃年月日号时点分秒元岁]|万元|亿元)?",
        r"[A-Za-z0-9]+(?:['’_-][A-Za-z0-9]+)*",
        r"\S[，。！？；：、…”’」』）》】,.!?;:)\]]+",
    )
)
_LONGEST_CHARACTER_BYTES = 4


def split_text(text: str, longest: int, longest_bytes: int | None = None) -> list[str]:
    """Return the text in pieces of at most `longest` UTF-16 units, and of at most `longest_bytes` bytes of UTF-8 where that is given.

    Telegram counts UTF-16 units, WeCom bytes; a Chinese character is 1 unit and 3 bytes, an emoji 2 and 4. The pieces joined are
    the text but for white space at its ends and at the cuts; none is empty, so an empty text has no pieces. The same text and limits give the
    same pieces. Raises ValueError for limits that not every character fits into.
    """
    if longest < 2 or (longest_bytes is not None and longest_bytes < _LONGEST_CHARACTER_BYTES):
        raise ValueError(f"no text fits into pieces of {longest} units and {longest_bytes} bytes")
    text = text.strip()
    room = _Room(longest, longest_bytes)
    if room.end(text, 0) == len(text):
        return [text] if text else []
    return _cut(text, room)


class _Room:
    """How much fits into a piece."""

    def __init__(self, units: int, octets: int | None) -> None:
        self._units, self._octets = units, octets

    def end(self, text: str, start: int) -> int:
        """Return where the longest piece that begins at `start` ends."""
        units, octets = self._units, self._octets
        if octets is None and len(text) - start <= units // 2:
            return len(text)  # two units a character at most
        for place in range(start, len(text)):
            point = ord(text[place])
            units -= 2 if point > 0xFFFF else 1
            if octets is not None:
                octets -= 1 if point < 0x80 else 2 if point < 0x800 else 3 if point < 0x10000 else 4
            if units < 0 or (octets is not None and octets < 0):
                return place
        return len(text)


def _cut(text: str, room: _Room) -> list[str]:
    characters = [match.end() for match in regex.finditer(r"\X", text)]
    inside = _inside_of_things(text)
    things = [place for place in characters if not inside[place]]
    pieces, start = [], 0
    while start < len(text):
        end = room.end(text, start)
        if end < len(text):
            end = _best_cut(text, start, end, things) or _last(characters, start, end) or end
        pieces.append(text[start:end].rstrip())
        start = end
        while start < len(text) and text[start].isspace():
            start += 1
    return [each for each in pieces if each]


def _inside_of_things(text: str) -> bytearray:
    """Return for each place in the text, its end included, whether a cut there would go through a thing."""
    inside = bytearray(len(text) + 1)
    for pattern in _WHOLE:
        for match in pattern.finditer(text):
            first, end = match.span()
            inside[first + 1 : end] = b"\x01" * (end - first - 1)
    return inside


def _best_cut(text: str, start: int, end: int, places: list[int]) -> int | None:
    """Return the best place to cut before `end`, or None when a single thing fills the piece."""
    low, high = bisect_left(places, start + 1), bisect_left(places, end + 1)
    allowed = set(places[low:high])
    for pattern, share in _ENDS:
        ends = [match.end() for match in pattern.finditer(text, start, end) if match.end() in allowed]
        if ends and ends[-1] - start > (end - start) * share:
            return ends[-1]
    return _last(places, start, end)


def _last(places: list[int], start: int, end: int) -> int | None:
    """Return the last of the ordered places behind `start` and not behind `end`, or None."""
    found = bisect_left(places, end + 1) - 1
    return places[found] if found >= 0 and places[found] > start else None

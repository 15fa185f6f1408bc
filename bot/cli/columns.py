"""Columns on a terminal, where a Chinese character takes two places."""

import unicodedata
from collections.abc import Sequence

GAP = "  "


def width(text: str) -> int:
    """Return how many places a text takes."""
    return sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text)


def padded(text: str, places: int) -> str:
    """Return the text with spaces behind it, so that it takes so many places."""
    return text + " " * (places - width(text))


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return rows of equal length as lines: the first column begins at the left, the others, which are numbers, end at the right."""
    widths = [max(width(cell) for cell in column) for column in zip(*rows, strict=True)]
    return [GAP.join((padded(row[0], widths[0]), *map(_right, row[1:], widths[1:]))) for row in rows]


def _right(text: str, places: int) -> str:
    return " " * (places - width(text)) + text

"""Whether two reports look like the same matter, told twice by an old person or by two of one family.

Only a suggestion comes of it: the person is asked, nothing is put together by itself.
"""

import unicodedata
from itertools import pairwise

ALIKE = 0.5
"""The share of the shorter report's pairs that must stand in the longer one."""

_SAY_LITTLE = frozenset("的了吗呢吧啊呀嘛我你您他她们家这那个是有没还怎么什就都也又很太给在和上下好想请帮能问一")


def looks_alike(one: str, other: str) -> bool:
    """Tell whether two reports look like the same matter: at least two pairs of characters in common, and ALIKE of the shorter."""
    return len(_pairs(one) & _pairs(other)) > 1 and similarity(one, other) >= ALIKE


def similarity(one: str, other: str) -> float:
    """Return the share, 0 to 1, of the shorter report's pairs of characters that stand in the longer one; 0 if it has none."""
    fewer, more = sorted((_pairs(one), _pairs(other)), key=len)
    return len(fewer & more) / len(fewer) if fewer else 0.0


def _pairs(report: str) -> frozenset[str]:
    """Return the pairs of neighbouring characters, without punctuation, case, width and the characters that say little."""
    even = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", report).casefold())
    telling = [each for each in even if each.isalnum() and each not in _SAY_LITTLE]
    return frozenset(map("".join, pairwise(telling)))

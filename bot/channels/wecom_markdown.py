"""Our words as WeCom's markdown that shows them as they were written.

A push is markdown or a card, never plain text: https://developer.work.weixin.qq.com/document/path/101463. Whether every version of the
app understands a backslash before a character cannot be known without one in the hand, and where it does not, an old person sees
backslashes. So a character that would begin something is replaced by the full-width one that looks alike; inside addresses, which must
still work, by its percent code. A line ends with two spaces: where one end of line alone is none, that makes it one.
"""

import re
from itertools import pairwise
from urllib.parse import quote

_ADDRESS = re.compile(r"(https?://[!-~]+)")
_LOOK_ALIKE = str.maketrans(
    {"\\": "＼", "`": "｀", "*": "＊", "<": "＜", "[": "［", "]": "］", "~": "～", "|": "｜", "\t": " "}
)
_OUTER_UNDERLINE = re.compile(r"(?<![A-Za-z0-9_])_+|_+(?![A-Za-z0-9_])")  # within a word it means nothing
_ENTITY = re.compile(r"&(?=#?[A-Za-z0-9]{1,40};)")
_IN_ADDRESS = re.compile(r"[\\`*<>\[\]~|]|(?<![A-Za-z0-9])_|;")  # a _ behind a letter begins no emphasis
_LINE_BEGINS = re.compile(r"^( *)(?:(#{1,6})(?=\s|$)|(>)|([-+])(?=\s|$)|(\d{1,9})([.)])(?=\s|$)|((?:[-=] *)+)$)?")
_WIDE = str.maketrans("#>-+.)= ", "＃＞－＋．）＝\u3000")


def shown_as_written(text: str) -> str:
    """Return markdown that shows `text`, line for line, without any of it being taken for a heading, a list, a link or emphasis."""
    lines = [_line(each) for each in text.split("\n")]
    ends = ["  \n" if one and other else "\n" for one, other in pairwise(lines)]
    return "".join(map(str.__add__, lines, [*ends, ""]))


def _line(line: str) -> str:
    pieces = _ADDRESS.split(line.rstrip())
    line = "".join(_in_address(each) if place % 2 else _in_words(each) for place, each in enumerate(pieces))
    return _LINE_BEGINS.sub(_beginning, line, count=1)


def _in_words(words: str) -> str:
    words = _ENTITY.sub("＆", words.translate(_LOOK_ALIKE))
    return _OUTER_UNDERLINE.sub(lambda found: "＿" * len(found[0]), words)


def _in_address(address: str) -> str:
    return _IN_ADDRESS.sub(
        lambda found: quote(found[0], safe="") if found[0] not in "_~" else f"%{ord(found[0]):02X}", address
    )


def _beginning(found: re.Match[str]) -> str:
    """Return the begin of a line in full width; an indent as well, for four spaces make a block of code."""
    indent = "\u3000" * ((len(found[1]) + 1) // 2)
    return indent + found[0][len(found[1]) :].translate(_WIDE)

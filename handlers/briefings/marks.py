"""Words on a paper that say that it must not be sent here: 涉密不上网，上网不涉密.

Whoever writes them is asked (`reading.marking`), and whoever approves is told of them before all else.
"""

import re

from storage.briefings import Briefing

_MARKS = (
    re.compile(r"(?:绝密|机密|秘密)\s*[★☆*]"),
    re.compile(r"内部(?:资料|文件|刊物|材料)[，,。；\s]*(?:注意保存|请勿|不得|严禁)?"),
    re.compile(r"(?:不得|严禁|请勿|禁止)(?:外传|扩散|转载|公开|上网|翻印)"),
    re.compile(r"工作秘密|注意保密|阅后(?:即|收)回|限.{0,6}(?:级|以上).{0,4}阅"),
)


def mark_in(text: str, known: str = "") -> str | None:
    """Return the first words that look like a mark of what is secret or internal and do not stand in `known`, or None."""
    found = (match[0].strip() for each in _MARKS for match in each.finditer(text))
    return next((each for each in found if each not in known), None)


def everything_in(briefing: Briefing) -> str:
    """Return all of its words that somebody will read."""
    return "\n".join((briefing.title, briefing.summary, briefing.source, briefing.text))


def warning(briefing: Briefing) -> str:
    """Return a line for whoever approves it, '' when no such words stand in it."""
    mark = mark_in(everything_in(briefing))
    return f"注意：文中有“{mark}”字样，写的人说可以发。请看清楚是不是真的能发。\n" if mark else ""

"""Words on a paper that say that it must not be sent here: 涉密不上网，上网不涉密. The author is asked; the second person sees it too."""

import re

_MARKS = (
    re.compile(r"(?:绝密|机密|秘密)\s*[★☆*]"),
    re.compile(r"内部(?:资料|文件|刊物|材料)[，,。；\s]*(?:注意保存|请勿|不得|严禁)?"),
    re.compile(r"(?:不得|严禁|请勿|禁止)(?:外传|扩散|转载|公开|上网|翻印)"),
    re.compile(r"工作秘密|注意保密|阅后(?:即|收)回|限.{0,6}(?:级|以上).{0,4}阅"),
)


def mark_in(text: str) -> str | None:
    """Return the first words that look like a mark of what is secret or internal, or None."""
    return next((match[0].strip() for each in _MARKS if (match := each.search(text))), None)

"""What is wrong with the office's settings, said so that the person who keeps the machine can put it right.

Mistake       one wrong setting: where it stands, what was written, what is allowed
ConfigError   all of them at once; its text is the report to print
"""

import datetime
import errno
import json
from collections.abc import Sequence
from dataclasses import dataclass

from bot.logs import masked

Key = tuple[str | int, ...]
"""The way to a setting: ("web", "port"), or with a place in a list (from 0) ("category", 2, "label")."""

_LONGEST_SHOWN = 60


def spoken(key: Key) -> str:
    """`key` for people, places in a list counted from 1: `web.port`, `category.第3项.label`."""
    return ".".join(f"第{part + 1}项" if isinstance(part, int) else part for part in key)


def shown(value: object) -> str:
    """`value` as one writes it in TOML, shortened, and masked in case a secret was put into the wrong place."""
    match value:
        case bool():
            text = str(value).lower()
        case str():
            text = json.dumps(value, ensure_ascii=False)
        case datetime.date():
            text = value.isoformat()
        case list() | tuple():
            text = f"[{', '.join(shown(each) for each in value)}]"
        case dict():
            text = f"{{{', '.join(f'{name} = {shown(each)}' for name, each in value.items())}}}"
        case _:
            text = str(value)
    text = masked(text)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


def reason(error: OSError) -> str:
    """Why a file cannot be opened, for people."""
    known = {errno.ENOENT: "没有这个文件", errno.EACCES: "没有权限", errno.EISDIR: "这是一个文件夹"}
    return known.get(error.errno or 0) or str(error.strerror)


@dataclass(frozen=True)
class Mistake:
    """One wrong setting. `file` and `line` (from 1), or `variable`, say where it stands; `line` is None when the file
    has none for it. `given` is what was written, fit to print (never a secret), or None when there is nothing to show.
    """

    key: str
    allowed: str
    given: str | None = None
    file: str | None = None
    line: int | None = None
    variable: str | None = None

    def __str__(self) -> str:
        what = " ".join(part for part in (self.key, f"现在是 {self.given}" if self.given is not None else "") if part)
        return "：".join(part for part in (self._place(), what, self.allowed) if part)

    def _place(self) -> str:
        if self.variable is not None:
            return f"环境变量 {self.variable}"
        if self.file is None:
            return ""
        return self.file if self.line is None else f"{self.file} 第 {self.line} 行"


class ConfigError(Exception):
    """The settings cannot be used. `mistakes` holds every one found; str() is the report to print."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        super().__init__(mistakes)
        self.mistakes = list(mistakes)

    def __str__(self) -> str:
        lines = [f"设置里有 {len(self.mistakes)} 处要改，改好后请重新启动："]
        lines += [f"{number}. {mistake}" for number, mistake in enumerate(self.mistakes, 1)]
        return "\n".join(lines)

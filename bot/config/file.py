"""Reads config.toml and remembers on which line each key stands, which Python's own TOML reader does not tell."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.config.mistakes import ConfigError, Key, Mistake, reason


@dataclass(frozen=True)
class FileSettings:
    """`data` is the file's content as TOML means it, `lines` the line (from 1) of each table and key in it."""

    file: str
    data: dict[str, Any]
    lines: dict[Key, int]

    def line_of(self, key: Key) -> int | None:
        """The line of `key`, or of the nearest table or list around it; None when none of them is in the file."""
        while key and key not in self.lines:
            key = key[:-1]
        return self.lines.get(key)


def read_file(path: Path) -> FileSettings:
    """Raises ConfigError with one mistake when the file cannot be opened, is not UTF-8 or is not TOML."""
    text = _text(path)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        mistake = Mistake(key="", allowed=_broken(error), file=str(path), line=_line_of_error(error, text))
    else:
        return FileSettings(str(path), data, key_lines(text))
    raise ConfigError([mistake])


def _text(path: Path) -> str:
    """The file's text. A byte order mark, as some editors on Windows put it, is allowed."""
    try:
        raw = path.read_bytes()
        return raw.decode("utf-8-sig")
    except OSError as error:
        mistake = Mistake(key="", allowed=f"设置文件打不开：{reason(error)}。请检查路径和权限", file=str(path))
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        mistake = Mistake(key="", allowed="这一行不是 UTF-8 编码，请把文件另存为 UTF-8", file=str(path), line=line)
    raise ConfigError([mistake])


def key_lines(text: str) -> dict[Key, int]:
    """On which line of `text`, which must be valid TOML, each table and each key begins.

    A statement is the shortest run of lines that is valid TOML by itself, so lists and texts over several lines need no
    grammar of our own.
    """
    found: dict[Key, int] = {}
    tables: dict[Key, int] = {}
    table: Key = ()
    statement, begins = "", 1
    for number, line in enumerate(text.split("\n"), 1):
        statement += f"{line}\n"
        try:
            piece = tomllib.loads(statement)
        except tomllib.TOMLDecodeError:
            continue
        if statement.lstrip().startswith("["):
            table = _table(piece, tables)
            found.setdefault(table, begins)
        else:
            for key in _keys(piece):
                found.setdefault(table + key, begins)
        statement, begins = "", number + 1
    return found


def _table(header: dict[str, Any], tables: dict[Key, int]) -> Key:
    """The table that `header` opens; `tables` counts how many of each list of tables, [[so]], came before."""
    key: Key = ()
    inner: Any = header
    while isinstance(inner, dict) and inner:
        ((name, inner),) = inner.items()
        key = (*key, name)
        if isinstance(inner, list):
            tables[key] = tables.get(key, -1) + 1
        if key in tables:
            key = (*key, tables[key])
    return key


def _keys(piece: dict[str, Any]) -> list[Key]:
    """Every key that stands in one `key = value`, those of dotted keys and inline tables included."""
    keys: list[Key] = []
    for name, value in piece.items():
        keys.append((name,))
        if isinstance(value, dict):
            keys += [(name, *key) for key in _keys(value)]
    return keys


def _line_of_error(error: tomllib.TOMLDecodeError, text: str) -> int:
    """Python's reader puts the place into its message only: `... (at line 3, column 5)` or `(at end of document)`."""
    place = re.search(r"\(at line (\d+), column \d+\)$", str(error))
    return int(place[1]) if place else text.rstrip("\n").count("\n") + 1


def _broken(error: tomllib.TOMLDecodeError) -> str:
    """Not the line itself: it may hold a secret that somebody put there by mistake."""
    return f"从这里起读不懂。请检查引号、括号和等号是否成对、齐全（TOML: {error}）"

"""Reads settings from the environment: YINLING_WEB__PORT=8080 is the key `port` of [web].

A value is written as in config.toml, texts without quotation marks: 8080, true, [2026-10-01, 2026-10-02].
"""

import datetime
import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_origin

from pydantic import BaseModel

from bot.config.keys import PREFIX, Setting, settings
from bot.config.mistakes import Mistake, reason, spoken

_FILE = "_FILE"
_NOT_TEXTS = (bool, int, float, tuple, datetime.date)


@dataclass(frozen=True)
class EnvironmentSettings:
    """`data` as config.toml would hold it, `variables` the name of the variable behind each key, and what was wrong."""

    data: dict[str, Any] = field(default_factory=dict)
    variables: dict[tuple[str, ...], str] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)

    def _set(self, setting: Setting, variable: str, value: object) -> None:
        table = self.data
        for part in setting.key[:-1]:
            table = table.setdefault(part, {})
        table[setting.key[-1]] = value
        self.variables[setting.key] = variable

    def _refuse(self, variable: str, setting: Setting | None, allowed: str) -> None:
        self.mistakes.append(Mistake(spoken(setting.key) if setting else "", allowed, variable=variable))


def read_environment(model: type[BaseModel], environ: Mapping[str, str]) -> EnvironmentSettings:
    """The settings of `model` found in `environ`. Raises nothing: an unknown YINLING_ name, a secret given twice and a
    secret's file that cannot be read are mistakes in the answer. No value of a secret is in them."""
    found = EnvironmentSettings()
    known = {setting.variable: setting for setting in settings(model)}
    files = {name + _FILE: setting for name, setting in known.items() if setting.secret}
    for name in sorted(environ):
        if name in known:
            found._set(known[name], name, _value(known[name], environ[name]))
        elif name in files and files[name].variable in environ:
            found._refuse(name, files[name], f"和 {files[name].variable} 只能设一个")
        elif name in files:
            _read_secret(found, files[name], name, environ[name])
        elif name.startswith(PREFIX):
            found._refuse(name, None, _unknown(name, [*known, *files]))
    return found


def _value(setting: Setting, text: str) -> object:
    """`text` as TOML, or unchanged where the setting is a text or where it is not TOML (the model will refuse it)."""
    kind = get_origin(setting.field.annotation) or setting.field.annotation
    if kind not in _NOT_TEXTS:
        return text
    try:
        return tomllib.loads(f"value = {text.lower() if kind is bool else text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _read_secret(found: EnvironmentSettings, setting: Setting, variable: str, path: str) -> None:
    """The path is never shown: somebody may have put the secret itself there."""
    try:
        secret = Path(path).read_text(encoding="utf-8-sig").strip()
    except OSError as error:
        found._refuse(variable, setting, f"它指向的文件打不开：{reason(error)}")
    except UnicodeDecodeError:
        found._refuse(variable, setting, "它指向的文件不是 UTF-8 文字")
    else:
        found._set(setting, variable, secret)


def _unknown(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f"没有这个设置。您要写的是不是 {near[0]}" if near else "没有这个设置，请删掉它"

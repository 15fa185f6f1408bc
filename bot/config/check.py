"""Turns what the models refuse into mistakes that say where the value stands and what is allowed."""

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from bot.config.environment import EnvironmentSettings
from bot.config.file import FileSettings
from bot.config.keys import field_of, fields_at, settings, table_of
from bot.config.mistakes import Key, Mistake, shown, spoken


@dataclass(frozen=True)
class Origins:
    """Where the values of one `load` came from; the environment wins over the file."""

    model: type[BaseModel]
    file: FileSettings
    environment: EnvironmentSettings

    def mistake(self, key: Key, allowed: str, given: str | None = None) -> Mistake:
        """A mistake at `key`, placed at the variable or the line that the value came from."""
        for known, variable in self.environment.variables.items():
            if key[: len(known)] == known:
                return Mistake(spoken(key), allowed, given, variable=variable)
        return Mistake(spoken(key), allowed, given, file=self.file.file, line=self.file.line_of(key))


def take_secrets_out(origins: Origins) -> list[Mistake]:
    """Removes from the file's data what may not stand there, and returns one mistake for each, without its value."""
    mistakes = []
    for setting in settings(origins.model):
        *section, name = setting.key
        table = _inside(origins.file.data, section)
        if name in table and (setting.secret or _password_in(table[name])):
            del table[name]
            hint = f"，或用 {setting.variable}_FILE 指向一个文件" if setting.secret else ""
            allowed = f"密码不能写在设置文件里。请删掉这一行，改用环境变量 {setting.variable}{hint}"
            line = origins.file.line_of(setting.key)
            mistakes.append(Mistake(spoken(setting.key), allowed, file=origins.file.file, line=line))
    return mistakes


def explained(error: ValidationError, origins: Origins) -> Iterator[Mistake]:
    """One mistake for each thing that `error` lists."""
    for detail in error.errors(include_url=False):
        key = detail["loc"]
        if detail["type"] == "extra_forbidden":
            yield origins.mistake(key, _unknown(key, origins.model))
        elif detail["type"] == "missing":
            yield origins.mistake(key, f"缺少这一项，{_allowed(key, detail, origins.model)}")
        else:
            yield origins.mistake(key, _allowed(key, detail, origins.model), _given(key, detail, origins.model))


def _inside(data: dict[str, Any], section: list[str]) -> dict[str, Any]:
    for name in section:
        inner = data.get(name)
        if not isinstance(inner, dict):
            return {}
        data = inner
    return data


def _password_in(value: object) -> bool:
    """Whether `value` is an address with a password in it, http://name:password@host."""
    return isinstance(value, str) and re.match(r"https?://[^\s/@]+@\S+$", value) is not None


def _allowed(key: Key, detail: ErrorDetails, model: type[BaseModel]) -> str:
    """What a validator of ours said, else the field's own description."""
    if detail["type"] == "value_error" and str(detail["ctx"]["error"]):
        return str(detail["ctx"]["error"])
    field = field_of(model, key)
    if field is not None and table_of(field) is not None and not field.description:
        return f"应写成一节，以 [{spoken(key)}] 开头"
    return f"应为：{field.description}" if field is not None else detail["msg"]


def _given(key: Key, detail: ErrorDetails, model: type[BaseModel]) -> str | None:
    """The refused value; None when there is none, when it is a whole section, or when it is a secret."""
    names = tuple(part for part in key if isinstance(part, str))
    if detail["input"] is None or any(setting.secret and setting.key == names for setting in settings(model)):
        return None
    return shown(detail["input"])


def _unknown(key: Key, model: type[BaseModel]) -> str:
    """Suggests the nearest name in the same table, else the same name in another one."""
    name = str(key[-1])
    near = difflib.get_close_matches(name, fields_at(model, key[:-1]), n=1)
    if near:
        return f"没有这个设置。您要写的是不是 {spoken((*key[:-1], near[0]))}"
    elsewhere = [setting.key for setting in settings(model) if setting.key[-1] == name]
    if elsewhere:
        return f"没有这个设置。{name} 应写在 [{elsewhere[0][0]}] 一节里"
    return "没有这个设置，请删掉它"

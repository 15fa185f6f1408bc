"""Which settings there are: walks the models of `bot.config.sections`, so that nothing is listed twice."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from bot.config.mistakes import Key

PREFIX = "YINLING_"


@dataclass(frozen=True)
class Setting:
    """One key of config.toml, or one secret. `field.description` says in Chinese what is allowed."""

    key: tuple[str, ...]
    field: FieldInfo

    @property
    def variable(self) -> str:
        """The environment variable that sets it: YINLING_WEB__PORT."""
        return PREFIX + "__".join(self.key).upper()

    @property
    def secret(self) -> bool:
        """Comes from the environment, or from the file that `variable`_FILE names; never from config.toml."""
        return SecretStr in (self.field.annotation, *get_args(self.field.annotation))


def settings(model: type[BaseModel], section: tuple[str, ...] = ()) -> Iterator[Setting]:
    """Every key of `model` and of its sections. A list of tables, [[category]], is one."""
    for name, field in model.model_fields.items():
        key = (*section, field.alias or name)
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from settings(inner, key)
        else:
            yield Setting(key, field)


def table_of(field: FieldInfo) -> type[BaseModel] | None:
    """The model of a section or of each entry of a list of tables; None for a plain value."""
    for candidate in (field.annotation, *get_args(field.annotation)):
        if isinstance(candidate, type) and issubclass(candidate, BaseModel):
            return candidate
    return None


def fields_at(model: type[BaseModel], key: Key) -> dict[str, FieldInfo]:
    """The keys known inside the table `key`, by the name they have in config.toml; none when it is not a table."""
    table: type[BaseModel] | None = model
    for part in key:
        if table is None:
            return {}
        if isinstance(part, str):
            field = _named(table).get(part)
            table = table_of(field) if field else None
    return _named(table) if table else {}


def field_of(model: type[BaseModel], key: Key) -> FieldInfo | None:
    """The field that `key`, or the list entry it stands for, belongs to."""
    while key and isinstance(key[-1], int):
        key = key[:-1]
    return fields_at(model, key[:-1]).get(str(key[-1])) if key else None


def _named(table: type[BaseModel]) -> dict[str, Any]:
    return {field.alias or name: field for name, field in table.model_fields.items()}

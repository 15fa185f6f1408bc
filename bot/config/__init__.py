"""The office's settings: config.toml, over it the environment, checked whole before anything starts.

    config = load(Path("config.toml"), os.environ)
    config.web.port, config.telegram.token, config.category[0].label

Every key, what it means and what is allowed stands in config.toml (a test keeps it in step with the models).
"""

from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError
from pydantic_settings import InitSettingsSource

from bot.config.casework import Canned, Cases, Category
from bot.config.check import Origins, explained, take_secrets_out
from bot.config.environment import read_environment
from bot.config.file import read_file
from bot.config.mistakes import ConfigError, Mistake
from bot.config.sections import (
    Calendar,
    Config,
    Delivery,
    Dialog,
    Invite,
    Log,
    Office,
    Storage,
    Telegram,
    Web,
    Wecom,
)

__all__ = [
    "Calendar",
    "Canned",
    "Cases",
    "Category",
    "Config",
    "ConfigError",
    "Delivery",
    "Dialog",
    "Invite",
    "Log",
    "Mistake",
    "Office",
    "Storage",
    "Telegram",
    "Web",
    "Wecom",
    "load",
]


def load(path: Path, environ: Mapping[str, str]) -> Config:
    """The settings of the file `path`, with the variables YINLING_* of `environ` put over them; defaults for the rest.

    Raises ConfigError with every mistake found: in the file by line, then in the environment by name. Checks across the
    entries of a list (a category twice) wait until each entry is right by itself. No value of a secret is ever in the
    error, nor in the exceptions behind it.
    """
    environment = read_environment(Config, environ)
    try:
        file = read_file(path)
    except ConfigError as error:
        error.mistakes += environment.mistakes
        raise
    origins = Origins(Config, file, environment)
    mistakes = take_secrets_out(origins) + environment.mistakes
    config, refused = _validated(origins)
    complained = {mistake.key for mistake in mistakes if mistake.key}
    mistakes += [mistake for mistake in refused if mistake.key not in complained]
    if config is None or mistakes:
        raise ConfigError(sorted(mistakes, key=lambda each: (each.variable or "", each.line or 0)))
    return config


def _validated(origins: Origins) -> tuple[Config | None, list[Mistake]]:
    """The settings, or what is wrong with them. Of two sources the first wins, key by key."""
    sources = (
        InitSettingsSource(Config, origins.environment.data),
        InitSettingsSource(Config, origins.file.data),
    )
    try:
        return Config(_build_sources=(sources, {})), []
    except ValidationError as error:
        return None, list(explained(error, origins))

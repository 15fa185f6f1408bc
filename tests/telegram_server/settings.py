"""The methods about the bot itself and its files: getMe, commands, the menu button, getFile."""

import json
import re
from typing import Any

from tests.telegram_server.cloud import BOT, Cloud
from tests.telegram_server.parameters import Parameters
from tests.telegram_server.rules import bad_request


def get_me(cloud: Cloud, parameters: Parameters) -> Any:
    abilities = ("can_join_groups", "can_read_all_group_messages", "supports_inline_queries", "has_main_web_app")
    return BOT | dict.fromkeys(abilities, False)


def set_my_commands(cloud: Cloud, parameters: Parameters) -> Any:
    commands = parameters.decoded("commands", "commands JSON object") or []
    if not isinstance(commands, list):
        raise bad_request("expected an Array of BotCommand")
    if len(commands) > cloud.limits.commands:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        if not re.fullmatch(r"[a-z0-9_]{1,32}", str(command.get("command", "")).removeprefix("/")):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= len(str(command.get("description", ""))) <= 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    cloud.commands[_scope(parameters)] = commands
    return True


def get_my_commands(cloud: Cloud, parameters: Parameters) -> Any:
    return cloud.commands.get(_scope(parameters), [])


def set_chat_menu_button(cloud: Cloud, parameters: Parameters) -> Any:
    button = parameters.decoded("menu_button", "menu button JSON object") or {"type": "default"}
    if button.get("type") not in ("default", "commands", "web_app"):
        raise bad_request("can't parse menu button: Unsupported menu button type")
    if parameters.text("chat_id"):
        cloud.reachable_chat(parameters.text("chat_id"))
    cloud.menu_buttons[parameters.integer("chat_id")] = button
    return True


def get_chat_menu_button(cloud: Cloud, parameters: Parameters) -> Any:
    default = cloud.menu_buttons.get(0, {"type": "default"})
    return cloud.menu_buttons.get(parameters.integer("chat_id"), default)


def get_file(cloud: Cloud, parameters: Parameters) -> Any:
    return cloud.files.for_download(parameters.text("file_id"))


def _scope(parameters: Parameters) -> str:
    scope = parameters.decoded("scope") or {"type": "default"}
    return json.dumps([scope, parameters.text("language_code")], sort_keys=True)

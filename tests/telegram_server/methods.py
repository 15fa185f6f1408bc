"""Every method of the Bot API that this server knows; any other is 404, as a misspelt one is at Telegram."""

from collections.abc import Callable
from typing import Any

from tests.telegram_server import editing, sending, settings
from tests.telegram_server.cloud import Cloud
from tests.telegram_server.parameters import Parameters
from tests.telegram_server.rules import RefusalError

# Names are lower case: Telegram does not mind the case. getUpdates and the webhook methods stand in receiving.py.
METHODS: dict[str, Callable[[Cloud, Parameters], Any]] = {
    "getme": settings.get_me,
    "setmycommands": settings.set_my_commands,
    "getmycommands": settings.get_my_commands,
    "setchatmenubutton": settings.set_chat_menu_button,
    "getchatmenubutton": settings.get_chat_menu_button,
    "getfile": settings.get_file,
    "sendmessage": sending.send_message,
    "sendphoto": sending.sender_of("photo"),
    "sendvoice": sending.sender_of("voice"),
    "sendvideo": sending.sender_of("video"),
    "senddocument": sending.sender_of("document"),
    "sendmediagroup": sending.send_media_group,
    "sendlocation": sending.send_location,
    "sendchataction": sending.send_chat_action,
    "editmessagetext": editing.edit_message_text,
    "editmessagereplymarkup": editing.edit_message_reply_markup,
    "deletemessage": editing.delete_message,
    "answercallbackquery": editing.answer_callback_query,
}


def carry_out(cloud: Cloud, method: str, parameters: Parameters) -> Any:
    """Return the call's result as JSON. Raises RefusalError."""
    found = METHODS.get(method.lower())
    if found is None:
        raise RefusalError(404, "Not Found: method not found")
    return found(cloud, parameters)

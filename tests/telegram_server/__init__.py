"""A Bot API server on loopback that refuses what Telegram refuses, and people who use it. Start at server.py."""

from tests.telegram_server.faults import BAD_GATEWAY_PAGE, Answer, Cut, Half, Hang
from tests.telegram_server.markup import Button
from tests.telegram_server.people import Attachment, SeenMessage, TelegramUser
from tests.telegram_server.rules import NO_FLOOD_LIMITS, Limits
from tests.telegram_server.server import Call, Refused, TelegramServer
from tests.telegram_server.updates import Update

__all__ = [
    "BAD_GATEWAY_PAGE",
    "NO_FLOOD_LIMITS",
    "Answer",
    "Attachment",
    "Button",
    "Call",
    "Cut",
    "Half",
    "Hang",
    "Limits",
    "Refused",
    "SeenMessage",
    "TelegramServer",
    "TelegramUser",
    "Update",
]

"""A WeCom server on loopback that refuses what WeCom refuses, and people who use it. Start at server.py."""

from tests.wecom_server.faults import Late, Lost, Refused, Silence
from tests.wecom_server.people import SeenMessage, WecomUser
from tests.wecom_server.rules import NO_FLOOD_LIMITS, Limits
from tests.wecom_server.server import BOT_ID, SECRET, WecomServer

__all__ = [
    "BOT_ID",
    "NO_FLOOD_LIMITS",
    "SECRET",
    "Late",
    "Limits",
    "Lost",
    "Refused",
    "SeenMessage",
    "Silence",
    "WecomServer",
    "WecomUser",
]

"""What the three python-telegram-bot programs share: the builder, and the event loop that is asked for."""

from __future__ import annotations

import asyncio
from typing import Any

import uvloop
from telegram import Message, Update
from telegram.ext import Application, ApplicationBuilder

from bench.rivals.launch import TOKEN, Launch


def builder(launch: Launch) -> ApplicationBuilder[Any, Any, Any, Any, Any, Any]:
    """Return the usual builder, pointed at the loopback server."""
    if launch.uvloop:
        # run_polling takes the current loop if there is one.
        asyncio.set_event_loop(uvloop.new_event_loop())
    return Application.builder().token(TOKEN).base_url(f"{launch.base_url}/bot")


def message_of(update: Update) -> tuple[Message, str]:
    """Return the message and its text; the filters let nothing else through."""
    assert update.message is not None and update.message.text is not None
    return update.message, update.message.text

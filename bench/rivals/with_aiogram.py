"""What the two aiogram programs share: a bot pointed at the loopback server, and the event loop that is asked for."""

from __future__ import annotations

import asyncio

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer

from bench.rivals.launch import TOKEN, Launch


def poll(dispatcher: Dispatcher, launch: Launch) -> None:
    """Run until SIGTERM. aiogram's own run_polling takes uvloop whenever it is installed."""
    session = AiohttpSession(api=TelegramAPIServer.from_base(launch.base_url))
    bot = Bot(TOKEN, session=session)
    if launch.uvloop:
        dispatcher.run_polling(bot)
    else:
        asyncio.run(dispatcher.start_polling(bot))

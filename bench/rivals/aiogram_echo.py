"""aiogram's echo: one handler that copies the message back, as its first example does."""

from __future__ import annotations

from aiogram import Dispatcher
from aiogram.types import Message

from bench.rivals.launch import read_arguments
from bench.rivals.with_aiogram import poll

dispatcher = Dispatcher()


@dispatcher.message()
async def echo(message: Message) -> None:
    await message.send_copy(chat_id=message.chat.id)


if __name__ == "__main__":
    poll(dispatcher, read_arguments())

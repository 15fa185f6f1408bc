"""python-telegram-bot's echo: ApplicationBuilder, one MessageHandler, run_polling, everything else as it comes."""

from __future__ import annotations

from telegram import Update
from telegram.ext import ContextTypes, MessageHandler, filters

from bench.rivals.launch import read_arguments
from bench.rivals.with_ptb import builder, message_of


async def echo(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    message, text = message_of(update)
    await message.reply_text(text)


def main() -> None:
    application = builder(read_arguments()).build()
    application.add_handler(MessageHandler(filters.TEXT & ~filters.COMMAND, echo))
    application.run_polling()


if __name__ == "__main__":
    main()

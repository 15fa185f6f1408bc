"""python-telegram-bot's ConversationHandler with a five-step form, kept in memory: a crash loses every answer."""

from __future__ import annotations

from typing import Any

from telegram import ReplyKeyboardMarkup, ReplyKeyboardRemove, Update
from telegram.ext import CommandHandler, ContextTypes, ConversationHandler, MessageHandler, filters

from bench.rivals import launch
from bench.rivals.with_ptb import builder, message_of
from bench.users import CHOICES

NAME, NUMBER, CHOICE, CONFIRM = range(4)
Context = ContextTypes.DEFAULT_TYPE


def answers(context: Context) -> dict[str, Any]:
    assert context.user_data is not None
    return context.user_data


async def start(update: Update, context: Context) -> int:
    answers(context).clear()
    await message_of(update)[0].reply_text(launch.ASK_NAME)
    return NAME


async def name(update: Update, context: Context) -> int:
    message, text = message_of(update)
    answers(context)["name"] = text
    await message.reply_text(launch.ASK_NUMBER.format_map(answers(context)))
    return NUMBER


async def number(update: Update, context: Context) -> int:
    message, text = message_of(update)
    answers(context)["number"] = text
    keyboard = ReplyKeyboardMarkup([[label] for label in CHOICES], one_time_keyboard=True)
    await message.reply_text(launch.ASK_CHOICE, reply_markup=keyboard)
    return CHOICE


async def choice(update: Update, context: Context) -> int:
    message, text = message_of(update)
    answers(context)["choice"] = text
    await message.reply_text(
        launch.ASK_CONFIRM.format_map(answers(context)), reply_markup=ReplyKeyboardMarkup([["确认"], ["/cancel"]])
    )
    return CONFIRM


async def confirm(update: Update, context: Context) -> int:
    await message_of(update)[0].reply_text(launch.DONE.format_map(answers(context)), reply_markup=ReplyKeyboardRemove())
    return ConversationHandler.END


async def cancel(update: Update, _: Context) -> int:
    await message_of(update)[0].reply_text("已取消。", reply_markup=ReplyKeyboardRemove())
    return ConversationHandler.END


def conversation(*, persistent: bool) -> ConversationHandler[Context]:
    """Return the form; `persistent` needs an application with a persistence."""
    words = filters.TEXT & ~filters.COMMAND
    return ConversationHandler(
        entry_points=[CommandHandler("start", start)],
        states={
            NAME: [MessageHandler(words, name)],
            NUMBER: [MessageHandler(filters.Regex(r"^\d+$"), number)],
            CHOICE: [MessageHandler(filters.Text(CHOICES), choice)],
            CONFIRM: [MessageHandler(filters.Text(["确认"]), confirm)],
        },
        fallbacks=[CommandHandler("cancel", cancel)],
        name="form",
        persistent=persistent,
    )


def main() -> None:
    application = builder(launch.read_arguments()).build()
    application.add_handler(conversation(persistent=False))
    application.run_polling()


if __name__ == "__main__":
    main()

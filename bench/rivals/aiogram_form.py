"""aiogram's finite state machine with a five-step form in MemoryStorage: a crash loses every answer."""

from __future__ import annotations

from aiogram import Dispatcher, F, Router
from aiogram.filters import Command, CommandStart
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.fsm.storage.memory import MemoryStorage
from aiogram.types import KeyboardButton, Message, ReplyKeyboardMarkup, ReplyKeyboardRemove

from bench.rivals import launch
from bench.rivals.with_aiogram import poll
from bench.users import CHOICES

form = Router()


class Form(StatesGroup):
    name = State()
    number = State()
    choice = State()
    confirm = State()


def keyboard(*labels: str) -> ReplyKeyboardMarkup:
    return ReplyKeyboardMarkup(keyboard=[[KeyboardButton(text=label)] for label in labels], one_time_keyboard=True)


@form.message(CommandStart())
async def start(message: Message, state: FSMContext) -> None:
    await state.set_state(Form.name)
    await message.answer(launch.ASK_NAME)


@form.message(Command("cancel"))
async def cancel(message: Message, state: FSMContext) -> None:
    await state.clear()
    await message.answer("已取消。", reply_markup=ReplyKeyboardRemove())


@form.message(Form.name, F.text)
async def name(message: Message, state: FSMContext) -> None:
    answers = await state.update_data(name=message.text)
    await state.set_state(Form.number)
    await message.answer(launch.ASK_NUMBER.format_map(answers))


@form.message(Form.number, F.text.isdigit())
async def number(message: Message, state: FSMContext) -> None:
    await state.update_data(number=message.text)
    await state.set_state(Form.choice)
    await message.answer(launch.ASK_CHOICE, reply_markup=keyboard(*CHOICES))


@form.message(Form.choice, F.text.in_(CHOICES))
async def choice(message: Message, state: FSMContext) -> None:
    answers = await state.update_data(choice=message.text)
    await state.set_state(Form.confirm)
    await message.answer(launch.ASK_CONFIRM.format_map(answers), reply_markup=keyboard("确认", "/cancel"))


@form.message(Form.confirm, F.text == "确认")
async def confirm(message: Message, state: FSMContext) -> None:
    answers = await state.get_data()
    await state.clear()
    await message.answer(launch.DONE.format_map(answers), reply_markup=ReplyKeyboardRemove())


def main() -> None:
    dispatcher = Dispatcher(storage=MemoryStorage())
    dispatcher.include_router(form)
    poll(dispatcher, launch.read_arguments())


if __name__ == "__main__":
    main()

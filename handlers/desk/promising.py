"""延期, 暂放, and the answer that came by telephone: what becomes of the promised date."""

from datetime import timedelta

from handlers.cases import caring, telling, words
from handlers.desk.card import own, show_case
from handlers.dialog import Chat, flow
from handlers.office import day_in_words
from storage import cases

LONGEST_EXTENSION_DAYS = 180  # more is hardly a promise


@flow("extend", "延期")
async def extend(chat: Chat) -> None:
    case = await cases.by_id(chat.tx, chat.seed["case"])
    day = await chat.date(
        "day",
        f"{case.number} 答应的是{day_in_words(case.promised_on)}。要改到哪一天？",
        earliest=max(chat.turn.today, case.promised_on) + timedelta(days=1),
        latest=chat.turn.today + timedelta(days=LONGEST_EXTENSION_DAYS),
    )
    reason = await chat.ask("reason", "为什么要延期？这句话老同志会看到，请写实在的原因。", _reason)
    await chat.review("发出前请核对：", day="新的日子", reason="原因")
    current = await own(chat.turn, str(case.id))
    if current is None:
        return
    if day <= max(chat.turn.today, current.promised_on):
        chat.say("这个日子已经不行了，请重新按【延期】。", words.open_button(current))
        return
    reason = "\n".join((reason, *chat.kept().words))
    arrived = await caring.extend(chat.turn, current, day, reason)
    chat.say("已经改了，也告诉老同志了。" if arrived else await telling.call_instead(chat.turn, current))
    await show_case(chat.turn, str(case.id))


def _reason(given: str) -> str | None:
    return None if len(given) >= 4 else "请把原因写清楚一些，老同志要看得明白。"


@flow("snooze", "暂放", drafts=False)
async def snooze(chat: Chat) -> None:
    case = await cases.by_id(chat.tx, chat.seed["case"])
    earliest = chat.turn.today + timedelta(days=1)
    latest = max(earliest, case.promised_on)
    question = (
        f"{case.number} 放到哪一天再看？最晚到答应的{day_in_words(case.promised_on)}。期限照算，过期会马上回到待办。"
    )
    day = await chat.date("day", question, earliest=earliest, latest=latest)
    current = await own(chat.turn, str(case.id))
    if current is None:
        return
    if day > current.promised_on:
        chat.say("这一天在答应的日子以后，不能放到那时候。要多办几天，请按【延期】，告诉老同志。")
    else:
        await caring.snooze(chat.turn, current, day)
        await caring.keep(chat.turn, current, chat.kept())
        chat.say(f"{case.number} 先放着，{day_in_words(day)}早上提醒您。")
    await show_case(chat.turn, str(case.id))


@flow("answered", "老同志回话了")
async def answered(chat: Chat) -> None:
    case = await cases.by_id(chat.tx, chat.seed["case"])
    said = await chat.ask("words", f"{case.person_name}怎么说的（{case.number}）？")
    current = await own(chat.turn, str(case.id))
    if current is None:
        return
    day = await caring.stop_waiting(chat.turn, current, "\n".join((said, *chat.kept().words)))
    chat.say(f"记下了，期限接着算{words.until(chat.turn, day)}。")
    await show_case(chat.turn, str(case.id))

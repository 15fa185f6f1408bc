"""What the owner does for a case: takes it, answers, asks back, notes, promises another day, puts it off."""

from collections.abc import Sequence
from datetime import date, datetime, time

from handlers.cases import clocks, telling
from handlers.cases.words import owner
from handlers.office import day_in_words
from handlers.readers import Gathered
from handlers.turn import Turn
from storage import case_aids, case_entries, cases, reminders
from storage.case_aids import Aid
from storage.cases import Case


async def take(turn: Turn, case: Case) -> bool:
    """Make the speaker the owner of a case and tell the cadre who it is; False when somebody was faster."""
    if not await cases.take(turn.tx, case.id, turn.person_id):
        return False
    await case_entries.add(turn.tx, case.id, "taken", turn.person_id, "", (), turn.now)
    await telling.audit(turn, case, "case.taken")
    await clocks.stop(turn, case, clocks.ACCEPT)
    await reminders.drop(turn.tx, ["danger.again", "case.wake"], case.id)
    taken = await cases.by_id(turn.tx, case.id)
    await telling.tell_cadre_side(turn, taken, f"您的事（{case.number}）由{_with_phone(taken)}。")
    await clocks.heard(turn, taken)
    return True


def _with_phone(case: Case) -> str:
    name, _, phone = owner(case).partition("，")
    return f"{name}负责办理{'，' if phone else ''}{phone}"


async def reply(turn: Turn, case: Case, told: Gathered) -> bool:
    """Send the owner's words and media to the side that reported; False when they can only be reached by telephone."""
    await case_entries.add(turn.tx, case.id, "replied", turn.person_id, told.text, told.media, turn.now)
    await telling.audit(turn, case, "case.replied")
    words = told.text or "请看发给您的照片或文件。"
    text = f"{turn.visitor.name}答复您（{case.number}）：\n{words}\n\n有话要说，直接在这里回复就行。"
    arrived = await telling.tell_reporter(turn, case, text, media=told.media)
    await clocks.heard(turn, case)
    return arrived


async def ask_back(turn: Turn, case: Case, told: Gathered) -> bool:
    """Ask the side that reported; the clocks rest until the answer. False when they can only be asked by telephone."""
    await case_entries.add(turn.tx, case.id, "asked", turn.person_id, told.text, told.media, turn.now)
    await telling.audit(turn, case, "case.asked")
    text = f"{turn.visitor.name}想问您（{case.number}）：\n{told.text}\n\n请直接在这里回答。等您回话以后接着办。"
    arrived = await telling.tell_reporter(turn, case, text, media=told.media)
    await clocks.rest(turn, case)
    return arrived


async def stop_waiting(turn: Turn, case: Case, words: str) -> date:
    """The answer came by telephone: write it down, let the clocks run on, return the promised date."""
    await case_entries.add(turn.tx, case.id, "called", turn.person_id, words, (), turn.now)
    await telling.audit(turn, case, "case.called")
    return await clocks.go_on(turn, case)


async def note(turn: Turn, case: Case, words: str, media: Sequence[str] = (), kind: str = "note") -> None:
    """Write down what only the office sees."""
    await case_entries.add(turn.tx, case.id, kind, turn.person_id, words, media, turn.now)
    await telling.audit(turn, case, f"case.{kind}")


async def keep(turn: Turn, case: Case, kept: Gathered) -> None:
    """What staff said in a form and answered no question stands in the case as a note: it was said that it is kept."""
    if kept:
        await note(turn, case, kept.text, kept.media)


async def extend(turn: Turn, case: Case, day: date, reason: str) -> bool:
    """Promise another day; the cadre is told the reason. False when they can only be told by telephone."""
    await case_entries.add(turn.tx, case.id, "extended", turn.person_id, f"{day_in_words(day)}。{reason}", (), turn.now)
    await telling.audit(turn, case, "case.extended", day=day.isoformat())
    await clocks.start(turn, case, clocks.SOLVE, extended_to=day)
    text = (
        f"您的事（{case.number}）要多办几天，最迟{day_in_words(day)}前给您答复。\n"
        f"原因：{reason}\n让您久等了，对不起。有话直接在这里说。"
    )
    arrived = await telling.tell_reporter(turn, case, text)
    await clocks.heard(turn, case)
    return arrived


async def snooze(turn: Turn, case: Case, until: date) -> None:
    """Take a case off the lists until a day; the clocks run on, and what is overdue is back at once."""
    await cases.snooze(turn.tx, case.id, until)
    await case_entries.add(turn.tx, case.id, "snoozed", turn.person_id, day_in_words(until), (), turn.now)
    await telling.audit(turn, case, "case.snoozed", until=until.isoformat())
    wakes = turn.office.calendar.next_working(datetime.combine(until, time(), turn.office.zone))
    await reminders.drop(turn.tx, ["case.wake"], case.id)
    await reminders.set_due(turn.tx, "case.wake", case.id, await cases.next_round(turn.tx, case.id), wakes)


async def help_given(turn: Turn, case: Case, aid: Aid) -> None:
    """Write help into the ledger."""
    await case_aids.add(turn.tx, case.id, aid, turn.person_id, turn.now)
    words = f"{aid.kind}，{aid.reason}，{aid.form}{aid.amount}，{day_in_words(aid.given_on)}，发放人{aid.giver}"
    await note(turn, case, words, kind="aided")

"""请假: who is away gets nothing new, and the open cases go to the stand-in."""

from datetime import datetime, time

from handlers import access
from handlers.cases import passing
from handlers.desk.lists import not_yours
from handlers.dialog import MOST_OPTIONS, Chat, flow
from handlers.menu import MENU_BUTTON
from handlers.office import day_in_words
from handlers.turn import Button, Turn, row_id
from storage import absences, people, reminders
from storage.absences import Absence


async def show_leave(turn: Turn, argument: str) -> None:
    """【请假】: who is away or will be, and the way to enter more."""
    if not access.works_here(turn.visitor):
        not_yours(turn)
        return
    known = await absences.from_day(turn.tx, turn.today)
    lines = [f"{_days(each)} {each.person_name}请假，{each.stand_in_name}代办" for each in known[:20]]
    own = [each for each in known if each.person_id == turn.person_id or access.may_arrange_leave(turn.visitor)]
    buttons = [Button("1 登记请假", "a:go:leave")]
    buttons += [
        Button(f"{place} 取消{each.person_name}{_days(each)}", f"a:backatwork:{each.id}")
        for place, each in enumerate(own[:6], 2)
    ]
    turn.say("\n".join(lines) if lines else "现在没有人请假。", [*buttons, MENU_BUTTON])


def _days(absence: Absence) -> str:
    return f"{absence.from_on.month}月{absence.from_on.day}日到{absence.until_on.month}月{absence.until_on.day}日"


@flow("leave", "登记请假", keywords=("登记请假",))
async def leave(chat: Chat) -> None:
    turn = chat.turn
    who = turn.person_id
    if access.may_arrange_leave(turn.visitor):
        colleagues = {str(each.person_id): each.name for each in await access.case_staff(chat.tx, None)}
        colleagues = {str(turn.person_id): "我自己"} | {
            key: name for key, name in colleagues.items() if int(key) != who
        }
        who = int(await chat.choose("who", "谁请假？", dict(list(colleagues.items())[:MOST_OPTIONS])))
    from_on = await chat.date("from", "从哪一天起？", earliest=turn.today)
    until_on = await chat.date("until", "到哪一天（这一天也不上班）？", earliest=from_on)
    others = await _stand_ins(chat, who)
    if not others and "stand_in" not in chat.answers:
        chat.say("现在没有别的同事能代办，请先跟领导商量。", [MENU_BUTTON])
        return
    stand_in = int(await chat.choose("stand_in", "请假期间，没办完的事交给谁代办？", others or {"0": "没有人"}))
    await chat.review("请核对：", who="谁", **{"from": "从", "until": "到", "stand_in": "代办人"})
    if not turn.today <= from_on <= until_on or str(stand_in) not in await _stand_ins(chat, who):
        chat.say("日子前后对不上，或者代办人不合适，没有登记。请重新说“登记请假”。", [MENU_BUTTON])
        return
    absence_id = await absences.add(chat.tx, who, from_on, until_on, stand_in, turn.person_id, turn.now)
    await turn.audit("absence.entered", f"person:{who}", stand_in=stand_in)
    absence = await absences.by_id(chat.tx, absence_id)
    if absence is None:
        raise LookupError(f"no absence {absence_id}")
    await _announce(chat, absence)


async def _stand_ins(chat: Chat, who: int) -> dict[str, str]:
    """Return who may stand in: handles at least what the person does, and is not the person."""
    units = {role.unit_id for role in await people.roles(chat.tx, who) if role.name in access.HANDLING_ROLES} or {None}
    able: dict[str, str] = {}
    for unit_id in units:
        found = {str(each.person_id): each.name for each in await access.case_staff(chat.tx, unit_id)}
        able = found if not able else {key: name for key, name in able.items() if key in found}
    able.pop(str(who), None)
    return dict(list(able.items())[:MOST_OPTIONS])


async def _announce(chat: Chat, absence: Absence) -> None:
    turn = chat.turn
    said = f"\n{chat.kept().text}" if chat.kept() else ""
    text = f"{absence.person_name}{_days(absence)}请假，请您代办。{said}"
    await turn.tell(absence.stand_in_id, text)
    if absence.person_id != turn.person_id:
        await turn.tell(
            absence.person_id, f"{turn.visitor.name}给您登记了请假，{_days(absence)}，{absence.stand_in_name}代办。"
        )
    if absence.from_on <= turn.today:
        given = await passing.begin_absence(turn, absence)
        chat.say(f"登记好了，手上的 {given} 件事已经交给代办人，正在告诉老同志。", [MENU_BUTTON])
        return
    begins = _morning(turn, absence)
    await reminders.set_due(turn.tx, passing.LEAVE, absence.id, 1, begins)
    chat.say(f"登记好了，{day_in_words(absence.from_on)}起，手上没办完的事交给{absence.stand_in_name}。", [MENU_BUTTON])


def _morning(turn: Turn, absence: Absence) -> datetime:
    """Return when the cases change hands: in the first working hour of the leave, so that no cadre is told of it at night."""
    midnight = datetime.combine(absence.from_on, time(), turn.office.zone)
    working = turn.office.calendar.next_working(midnight)
    if working.astimezone(turn.office.zone).date() <= absence.until_on:
        return working
    return midnight.replace(hour=turn.office.calendar.periods[0][0].hour)


async def back_at_work(turn: Turn, argument: str) -> None:
    """【取消】 a leave: from now on there is news again; what was given away stays with the stand-in."""
    absence = await absences.by_id(turn.tx, row_id(argument) or 0)
    if absence is None or not (absence.person_id == turn.person_id or access.may_arrange_leave(turn.visitor)):
        not_yours(turn)
        return
    await absences.cancel(turn.tx, absence.id, turn.now)
    await reminders.drop(turn.tx, [passing.LEAVE], absence.id)
    await turn.audit("absence.cancelled", f"person:{absence.person_id}")
    turn.say(f"{absence.person_name}的请假取消了。已经交出去的事还由{absence.stand_in_name}办。", [MENU_BUTTON])

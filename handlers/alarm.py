"""Danger: the number to call comes first, before any question; a case is open and everybody on duty is told in the same breath."""

from dataclasses import replace
from datetime import timedelta

from handlers import access, danger
from handlers.act import Button
from handlers.cases import opening, telling
from handlers.danger import Danger
from handlers.menu import MENU_BUTTON
from handlers.readers import Gathered, Said
from handlers.turn import Turn
from storage import cases, inbox, reminders
from storage.cases import Case

AGAIN = "danger.again"
FALLBACK_CATEGORY = "other"


def told_in(turn: Turn) -> Danger | None:
    """Return the danger that a message of a cadre, a relative or a stranger tells of, else None."""
    if turn.message.kind not in ("words", "edited", "spoken", "remark") or access.only_works_here(turn.visitor):
        return None
    return danger.find(turn.message.words, turn.office.dangers)


async def sound(turn: Turn, told: Danger) -> None:
    """Say what number to call, open an urgent case or add to the one that is open, and alarm everybody on duty."""
    turn.say(f"【{told.label}】请马上打 {told.call}。身边有人，请人帮您打。\n局里电话：{turn.office.phone}。")
    if turn.visitor.person_id is None:
        await _stranger(turn, told)
        return
    said = replace(Said.of(turn.message), spoken=False).kept
    persons = await _who(turn)
    case = await _open_alarm(turn, persons)
    if case is None:
        case = await _open(turn, told, said, persons)
        head = f"您的话已经登记（{case.number}）"
    else:
        await opening.add_words(turn, case, said)
        await cases.alarm(turn.tx, case.id, told.label)
        head = f"这句话也记下了（{case.number}）"
    reached = await alarm_all(turn, case, told, said)
    who = "，正在通知值班的工作人员和领导。" if reached else "，可是现在通知不到工作人员，请一定打上面的电话。"
    turn.say(head + who, _buttons(case))


def _buttons(case: Case) -> list[Button]:
    return [Button("1 没事了，是误会", f"a:false_alarm:{case.id}"), MENU_BUTTON]


async def _who(turn: Turn) -> dict[int, str]:
    """Return whom it may be about: there is no time to ask. The own cadres of a relative come before herself."""
    persons = await access.acts_for(turn.tx, turn.visitor)
    if turn.visitor.has("cadre"):
        return persons
    return {each: name for each, name in persons.items() if each != turn.visitor.person_id} or persons


async def _open_alarm(turn: Turn, persons: dict[int, str]) -> Case | None:
    """Return the alarm that is open for one of these persons, the newest, or None."""
    found = [
        each for person in persons for each in await cases.unfinished_of_person(turn.tx, person, 20) if each.danger
    ]
    return max(found, key=lambda case: case.id, default=None)


async def _open(turn: Turn, told: Danger, said: Gathered, persons: dict[int, str]) -> Case:
    person_id = next(iter(persons))
    if len(persons) > 1:
        said = Gathered((*said.words, f"（这部电话上有：{'、'.join(persons.values())}，请先问清是谁）"), said.media)
    return await opening.open_case(turn, person_id, FALLBACK_CATEGORY, said, urgent=True, danger=told.label)


async def alarm_all(turn: Turn, case: Case, told: Danger, said: Gathered) -> int:
    """Alarm everybody on duty and every leader, and again after some minutes if nobody takes it; return how many were reached."""
    text = f"【险】【{told.label}】{case.person_name}（{case.number}）：\n{said.shown()}\n已请对方打 {told.call}。请马上打电话核实。"
    reached = await telling.tell_duty_and_leaders(turn, case, text)
    at = turn.now + timedelta(minutes=turn.office.danger_repeat_minutes)
    await reminders.drop(turn.tx, [AGAIN], case.id)
    await reminders.set_due(turn.tx, AGAIN, case.id, await cases.next_round(turn.tx, case.id), at)
    return reached


async def _stranger(turn: Turn, told: Danger) -> None:
    """Nobody knows who it is, so there is no case; staff see the words and the danger, once in a while: anybody may write here."""
    if await _alarmed_lately(turn):
        turn.say("已经通知了值班的工作人员。请说一下您是谁、在哪里。")
        return
    text = f"【险】【{told.label}】一个还没登记的人说：\n{turn.message.quote}{turn.message.words}\n已请对方打 {told.call}。"
    for colleague in await access.duty_staff(turn.tx, None, turn.today) or await access.leaders(turn.tx):
        await turn.tell(colleague.person_id, text)
    turn.say("正在通知值班的工作人员。请说一下您是谁、在哪里。")


async def _alarmed_lately(turn: Turn) -> bool:
    since = turn.now - timedelta(minutes=turn.office.danger_repeat_minutes)
    before = await inbox.said_before(turn.tx, turn.visitor.account_id, turn.message.id, 5)
    return any(each.received_at > since and danger.find(each.words, turn.office.dangers) for each, _ in before)


async def false_alarm(turn: Turn, case: Case) -> None:
    """The cadre says that it was a mistake: whoever looks after it is told, and calls all the same."""
    case = await cases.living(turn.tx, case.id)
    if case.is_finished:
        turn.say("这件事已经办完了，不用再按。", [MENU_BUTTON])
        return
    await opening.add_words(turn, case, Gathered(("没事了，是误会。",)))
    turn.say("好的，没事就好。工作人员还是会打个电话问一声。", [MENU_BUTTON])

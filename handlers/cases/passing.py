"""From one hand into another: 首接负责. Until the receiver accepts, the giver answers for the case, and its clocks run on."""

from collections import Counter

from handlers import access, talk
from handlers.act import Act, Button
from handlers.cases import clocks, telling
from handlers.cases.words import owner
from handlers.turn import Turn
from storage import absences, case_entries, cases, people, reminders
from storage.absences import Absence
from storage.cases import Case

LEAVE = "absence.begins"  # a reminder: somebody goes on leave that day


async def offer(turn: Turn, case: Case, receiver_id: int, why: str) -> bool:
    """Ask a colleague to take a case over; False when it is not the speaker's any more."""
    if not await cases.offer(turn.tx, case.id, turn.person_id, receiver_id):
        return False
    receiver = await people.by_id(turn.tx, receiver_id)
    await case_entries.add(turn.tx, case.id, "offered", turn.person_id, f"请{receiver.name}接办。{why}", (), turn.now)
    await telling.audit(turn, case, "case.offered", receiver=receiver_id)
    buttons = [
        Button("1 接受", f"a:accept:{case.id}"),
        Button("2 不接受", f"a:decline:{case.id}"),
        Button("3 查看", f"a:case:{case.id}"),
    ]
    text = f"{turn.visitor.name}请您接办 {case.number}（{case.person_name}）：\n{why}\n您接受以前，仍由{turn.visitor.name}负责。"
    await turn.tell(receiver_id, text, buttons)
    return True


async def accept(turn: Turn, case: Case) -> bool:
    """Take over what one was asked to; False when the offer is gone."""
    if case.handed_to != turn.person_id or not await give(turn, case, turn.person_id, "accepted", ""):
        return False
    if case.owner_id is not None:
        await turn.tell(case.owner_id, f"{turn.visitor.name}接受了 {case.number}，从现在起由{turn.visitor.name}负责。")
    return True


async def decline(turn: Turn, case: Case, reason: str) -> bool:
    """Refuse with a reason: the giver goes on. False when the offer is gone."""
    if not await cases.decline(turn.tx, case.id, turn.person_id):
        return False
    await case_entries.add(turn.tx, case.id, "declined", turn.person_id, reason, (), turn.now)
    await telling.audit(turn, case, "case.declined")
    if case.owner_id is not None:
        text = f"{turn.visitor.name}不能接 {case.number}，这件事还由您负责。\n原因：{reason}"
        await turn.tell(case.owner_id, text, [Button("1 查看", f"a:case:{case.id}")])
    return True


async def assign(turn: Turn, case: Case, receiver_id: int, why: str) -> bool:
    """A leader gives a case to somebody: at once. False when it is finished."""
    before = case.owner_id
    if not await give(turn, case, receiver_id, "assigned", why):
        return False
    text = f"{turn.visitor.name}把 {case.number}（{case.person_name}）交给您办：\n{why}"
    await turn.tell(receiver_id, text, [Button("1 查看", f"a:case:{case.id}")])
    if before is not None and before != receiver_id:
        await turn.tell(before, f"{turn.visitor.name}把 {case.number} 改派了，不再由您负责。")
    return True


async def give(act: Act, case: Case, receiver_id: int, kind: str, why: str) -> bool:
    """Make somebody the owner, and tell the cadre so; False when the case is finished."""
    if not await cases.give(act.tx, case.id, receiver_id):
        return False
    given = await cases.by_id(act.tx, case.id)
    words = f"交给{given.owner_name}。{why}" if kind != "accepted" else ""
    await case_entries.add(act.tx, case.id, kind, act.actor_id, words, (), act.now)
    await telling.audit(act, case, f"case.{kind}", receiver=receiver_id)
    await clocks.stop(act, case, clocks.ACCEPT)
    await reminders.drop(act.tx, ["danger.again", "case.wake"], case.id)
    await talk.end_of_case(act, given, "handed")
    from_whom = f"{case.owner_name}转给" if case.owner_name else ""
    await telling.tell_cadre_side(act, given, f"您的事（{case.number}）{from_whom}{owner(given)}，接着给您办。")
    await clocks.heard(act, given)
    return True


# ── leave ───────────────────────────────────────────────────────────────────────────────────────────────────────────


async def begin_absence(act: Act, absence: Absence) -> int:
    """Give everything of somebody who goes on leave to the stand-in, and what waited for the person to accept back to its owner.

    A stand-in who is away as well passes it on; when nobody is left in the chain, the case stays and the leaders hear of it. Returns
    how many cases changed hands.
    """
    for case in await cases.offered_to(act.tx, absence.person_id):
        await _decline_for(act, case, absence)
    own = await cases.unfinished_of_owner(act.tx, absence.person_id)
    given: Counter[int] = Counter()
    for case in own:
        receiver = await stand_in_for(act, absence.person_id, case)
        if receiver is None:
            await telling.tell_leaders(act, case, f"{absence.person_name}请假，{case.number} 没有人能代办，请您安排。")
            continue
        given[receiver] += await give(act, case, receiver, "assigned", f"{absence.person_name}请假")
    for receiver, count in given.items():
        text = f"{absence.person_name}请假，从现在起有 {count} 件事由您代办。"
        await act.tell(receiver, text, [Button("1 我承办的", "a:todo:mine.0")])
    return given.total()


async def _decline_for(act: Act, case: Case, absence: Absence) -> None:
    """Nobody waits for somebody who is away: the offer goes back to the owner."""
    await cases.decline(act.tx, case.id, absence.person_id)
    why = f"{absence.person_name}请假"
    await case_entries.add(act.tx, case.id, "declined", absence.person_id, why, (), act.now)
    await telling.audit(act, case, "case.declined")
    await telling.tell_staff(act, case, f"{why}，不能接 {case.number}，这件事还由您负责，请另找人。")


async def stand_in_for(act: Act, person_id: int, case: Case) -> int | None:
    """Return who stands in today for somebody and may handle the case, following the chain of stand-ins, or None."""
    away = await absences.on_day(act.tx, act.today)
    seen: set[int] = set()
    candidate = person_id
    while candidate in away and candidate not in seen:
        seen.add(candidate)
        candidate = away[candidate].stand_in_id
    able = {each.person_id for each in await access.duty_staff(act.tx, case.person_unit_id, act.today)}
    return candidate if candidate in able else None


async def in_able_hands(act: Act, case: Case) -> Case:
    """See to it that the owner of a case that comes back can look after it: else the stand-in does, else it is nobody's again."""
    if case.owner_id is None:
        return case
    able = await stand_in_for(act, case.owner_id, case)
    if able is None:
        await cases.release(act.tx, case.id)
        await case_entries.add(act.tx, case.id, "released", act.actor_id, f"{case.owner_name}现在不能办", (), act.now)
        await telling.audit(act, case, "case.released")
    elif able != case.owner_id:
        await give(act, case, able, "assigned", f"{case.owner_name}请假")
    return await cases.by_id(act.tx, case.id)

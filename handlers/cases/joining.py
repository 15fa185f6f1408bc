"""Two cases that are one, and one that is two. Both numbers go on working, and both sides are told."""

from handlers import talk
from handlers.cases import caring, clocks, telling
from handlers.turn import Turn
from storage import case_closings, case_entries, cases
from storage.cases import Case


async def merge(turn: Turn, case: Case, into: Case) -> bool:
    """Let a case go on as another of the same person; False when one of them is finished.

    Its entries stay its own and are shown with the other's. Its clocks end; the earlier of the two promises holds.
    """
    if case.is_finished or into.is_finished or case.person_id != into.person_id or case.id == into.id:
        return False
    await clocks.stop_all(turn, case)
    await talk.end_of_case(turn, case, "handed")
    await cases.merge(turn.tx, case.id, into.id, turn.now)
    await case_entries.add(turn.tx, case.id, "merged", turn.person_id, f"合到 {into.number} 一起办", (), turn.now)
    await case_entries.add(turn.tx, into.id, "merged", turn.person_id, f"{case.number} 合进来一起办", (), turn.now)
    await telling.audit(turn, case, "case.merged", into=into.id)
    await telling.audit(turn, into, "case.merged", taken_in=case.id)
    if pending := await case_closings.pending(turn.tx, case.id):
        await case_closings.decide(turn.tx, case.id, pending.number, "returned", turn.person_id, turn.now)
        await case_entries.add(turn.tx, case.id, "returned", turn.person_id, "合到别的件里了", (), turn.now)
        await telling.audit(turn, case, "case.returned", closing=pending.number)
    if case.urgent and not into.urgent:
        await cases.hurry(turn.tx, into.id)
    if case.danger and not into.danger:
        await cases.alarm(turn.tx, into.id, case.danger)
    if case.urgent and not into.urgent:
        await clocks.hasten(turn, into)
    if case.promised_on < into.promised_on:
        await _keep_the_earlier_promise(turn, case, into)
    if into.owner_id is None:  # whoever joins them looks after both
        await caring.take(turn, into)
    await _tell_both(turn, case, await cases.by_id(turn.tx, into.id))
    return True


async def _keep_the_earlier_promise(turn: Turn, case: Case, into: Case) -> None:
    """The earlier of the two promises holds, but none is made for the past."""
    earlier = max(turn.today, min(case.promised_on, into.promised_on))
    joined = await cases.by_id(turn.tx, into.id)
    await clocks.start(turn, joined, clocks.SOLVE, extended_to=earlier)
    await clocks.start(turn, joined, clocks.PROGRESS)


async def _tell_both(turn: Turn, case: Case, into: Case) -> None:
    text = f"您的 {case.number} 和 {into.number} 是同一件事，合在一起办，经办人：{into.owner_name or '正在安排'}。两个编号都能查。"
    sides = {telling.reporter_id(each): each for each in (case, into)}
    for each in sides.values():
        await telling.tell_cadre_side(turn, each, text)
    for owner_id in dict.fromkeys((case.owner_id, into.owner_id)):
        if owner_id not in (None, turn.person_id):
            await turn.tell(int(owner_id or 0), f"{case.number} 合到 {into.number} 一起办了。")


async def split(turn: Turn, case: Case, entry_id: int, category: str) -> Case | None:
    """Move something that the cadre's side said into a case of its own, under the same owner; None when it is not there any more."""
    entry = await case_entries.by_id(turn.tx, entry_id, case.id)
    if entry is None or entry.kind != "said":
        return None
    new = await cases.add(
        turn.tx,
        person_id=case.person_id,
        acted_by=case.acted_by,
        account_id=case.account_id,
        category=category,
        urgent=case.urgent,
        promised_on=clocks.promised_on(turn, category, case.urgent),
        year=turn.today.year,
        now=turn.now,
        owner_id=case.owner_id,
    )
    await case_entries.move(turn.tx, entry_id, case.id, new.id)
    await case_entries.add(turn.tx, new.id, "split", turn.person_id, f"从 {case.number} 分出来", (), turn.now)
    await case_entries.add(turn.tx, case.id, "split", turn.person_id, f"分出 {new.number}", (), turn.now)
    await telling.audit(turn, new, "case.opened", category=category, person=case.person_id, split_from=case.id)
    await telling.audit(turn, case, "case.split", into=new.id)
    await clocks.start_all(turn, new)
    new = await cases.by_id(turn.tx, new.id)
    text = f"您的 {case.number} 说了两件事，分开办：新的一件编号 {new.number}，经办人：{new.owner_name or '正在安排'}。两个编号都能查。"
    await telling.tell_cadre_side(turn, new, text)
    return new

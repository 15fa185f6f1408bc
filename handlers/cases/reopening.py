"""A closed case opens again: with its whole history, under its owner, and the second time before the leader's eyes."""

from handlers.act import Act, Button
from handlers.cases import clocks, passing, telling
from handlers.cases.words import open_button
from handlers.office import day_in_words
from storage import case_entries, cases, reminders
from storage.cases import Case

ASK_AGAIN = "closing.ask"
LEADER_FROM = 2  # reopenings


async def reopen(act: Act, case: Case, why: str, *, by_office: bool = False) -> Case | None:
    """Open a closed case again, tell whoever answers for it, and return it; None when it is not closed any more.

    `why` goes on from the cadre's name: 说没解决. `by_office`: a member of staff does it, and tells the cadre.
    """
    if not await cases.reopen(act.tx, case.id):
        return None
    await reminders.drop(act.tx, [ASK_AGAIN], case.id)
    await case_entries.add(act.tx, case.id, "reopened", act.actor_id, why, (), act.now)
    await telling.audit(act, case, "case.reopened")
    again = await passing.in_able_hands(act, await cases.by_id(act.tx, case.id))
    await clocks.start_all(act, again)
    again = await cases.by_id(act.tx, case.id)
    head = (
        f"{case.person_name}的事（{case.number}）" if by_office else f"{case.person_name}{why}（{case.number}），这件事"
    )
    text = f"{head}重新办理，最迟{day_in_words(again.promised_on)}。"
    await telling.tell_staff(act, again, text)
    if again.reopenings >= LEADER_FROM:
        await _before_the_leader(act, again)
    return again


async def _before_the_leader(act: Act, case: Case) -> None:
    text = f"{case.person_name}的事（{case.number}）第 {case.reopenings} 次重新办理，经办人：{case.owner_name or '没有'}，请您过问。"
    await telling.tell_leaders(act, case, text, [*open_button(case), Button("2 改派", f"a:hand:{case.id}")])

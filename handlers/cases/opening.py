"""A case is reported, and more is said in it."""

from handlers import access
from handlers.cases import clocks, reopening, telling
from handlers.cases.words import category_label, until
from handlers.office import day_in_words
from handlers.readers import Gathered
from handlers.turn import Turn
from storage import case_entries, cases, reminders
from storage.cases import Case


async def open_case(
    turn: Turn,
    person_id: int,
    category: str,
    told: Gathered,
    *,
    urgent: bool,
    acted_by: int | None = None,
    by_phone: bool = False,
    danger: str | None = None,
) -> Case:
    """Open a case for a person, start its clocks, tell whoever may take it, and return it.

    `acted_by` is who reports if not the account's own person; `by_phone`: staff write down what a cadre said on the telephone.
    """
    who = acted_by or turn.person_id
    case = await cases.add(
        turn.tx,
        person_id=person_id,
        acted_by=who,
        account_id=None if by_phone else turn.visitor.account_id,
        category=category,
        urgent=urgent,
        promised_on=clocks.promised_on(turn, category, urgent),
        year=turn.today.year,
        now=turn.now,
        danger=danger,
    )
    await case_entries.add(turn.tx, case.id, "said", who, told.text, told.media, turn.now)
    await telling.audit(turn, case, "case.opened", category=category, urgent=urgent, person=person_id, phone=by_phone)
    await clocks.start_all(turn, case)
    case = await cases.by_id(turn.tx, case.id)
    await telling.tell_duty(turn, case, _news(turn, case, told), told.media)
    return case


def _news(turn: Turn, case: Case, told: Gathered) -> str:
    head = f"{'【险】' if case.danger else '【急】' if case.urgent else ''}新的困难 {case.number}：{case.person_name}"
    by = "" if case.acted_by == case.person_id else f"（{case.acted_by_name}代报）"
    return f"{head}，{category_label(turn.office, case)}{by}\n{told.shown()}"


async def add_words(turn: Turn, case: Case, told: Gathered, author_id: int | None = None) -> str:
    """Put later words and media of the cadre's side into a case, tell who looks after it, and return what to answer.

    A case that was merged goes on as the other one. Words to a closed case open it again: they say that something is left to do. Words
    to a case that waits for them let its clocks run on.
    """
    case = await cases.living(turn.tx, case.id)
    reopened = case.state == "closed"
    if reopened:
        await reopening.reopen(turn, case, "又有话说")
        case = await cases.by_id(turn.tx, case.id)
    author = author_id or await who_speaks(turn, case)
    await case_entries.add(turn.tx, case.id, "said", author, told.text, told.media, turn.now)
    await telling.audit(turn, case, "case.said")
    if case.snoozed_until is not None:
        await cases.snooze(turn.tx, case.id, None)
        await reminders.drop(turn.tx, ["case.wake"], case.id)
    answered = case.waiting_since is not None
    if answered:
        day = await clocks.go_on(turn, case)
    who = case.person_name if author == case.person_id else f"{turn.visitor.name}替{case.person_name}"
    await telling.tell_staff(turn, case, f"{who}补充（{case.number}）：\n{told.shown()}", told.media)
    if reopened:
        return f"这件事（{case.number}）重新办理，最迟{day_in_words(case.promised_on)}前给您答复。"
    if answered:
        return f"已经转给{case.owner_name}（{case.number}），接着给您办{until(turn, day)}。"
    if case.owner_id is None:
        return f"已经补充到 {case.number}。经办人正在安排，安排好了会告诉您。"
    return f"已经转给{case.owner_name}（{case.number}）。"


async def who_speaks(turn: Turn, case: Case) -> int:
    """Return whose words these are: of several who share a telephone the one whose case it is, else the account's own person."""
    return case.person_id if case.person_id in await access.speaks_for(turn.tx, turn.visitor) else turn.person_id

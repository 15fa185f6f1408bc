"""What may happen to a case, and who is told of it. Every change leaves an entry, an audit row and news for whoever waits for it."""

from datetime import date

from handlers import access
from handlers.office import Office, day_in_words
from handlers.readers import Gathered, short
from handlers.turn import Button, Turn
from storage import audit, cases
from storage.cases import Case

CONTACT = "contact"  # the category of a wish to speak to a person
SOLVED = {"yes": "已解决", "partly": "部分解决", "no": "没解决"}
STATES = {"open": "还没有人接手", "taken": "正在办理", "closed": "已办结"}
LONGEST_TITLE = 14  # characters of a case's first words on a button


def category_label(office: Office, case: Case) -> str:
    return "请人联系" if case.category == CONTACT else office.category(case.category).label


def promised_on(office: Office, category: str, urgent: bool, today: date) -> date:
    """Return the promised date: the next working day for what is urgent or asks for a person, else as config.toml says."""
    days = 1 if urgent or category == CONTACT else office.category(category).working_days
    return office.calendar.after(today, days)


def receipt(office: Office, case: Case) -> str:
    """Return what the reporter holds in hand: number, owner, telephone, promised date. It claims nothing that has not happened."""
    return "\n".join(
        [
            f"已经登记，编号：{case.number}",
            f"经办人：{case.owner_name or '正在安排'}",
            f"最迟{day_in_words(case.promised_on)}前给您答复",
            f"想问进展，随时在这里说，或者打电话：{office.phone}",
        ]
    )


async def open_case(turn: Turn, person_id: int, category: str, told: Gathered, *, urgent: bool) -> Case:
    """Open a case for a person, tell the staff in charge, and return it."""
    office, today = turn.office, turn.office.today(turn.now)
    case = await cases.add(
        turn.tx,
        person_id=person_id,
        acted_by=turn.person_id,
        account_id=turn.visitor.account_id,
        category=category,
        urgent=urgent,
        promised_on=promised_on(office, category, urgent, today),
        year=today.year,
        now=turn.now,
    )
    await cases.add_entry(turn.tx, case.id, "said", turn.person_id, told.text, told.media, turn.now)
    await _audit(turn, case, "case.opened", category=category, urgent=urgent, person=person_id)
    head = f"{'【急】' if urgent else ''}新的困难 {case.number}：{case.person_name}，{category_label(office, case)}"
    by = f"（{turn.visitor.name}代报）" if person_id != turn.person_id else ""
    await _tell_staff(turn, case, f"{head}{by}\n{told.shown()}", told.media)
    return case


async def add_words(turn: Turn, case: Case, told: Gathered) -> str:
    """Put a cadre's later words and media into a case, tell who looks after it, and return what to answer.

    Words to a closed case open it again: they say that something is left to do.
    """
    if case.state == "closed":
        await _open_again(turn, case)
    await cases.add_entry(turn.tx, case.id, "said", turn.person_id, told.text, told.media, turn.now)
    await _audit(turn, case, "case.said")
    text = f"{case.person_name}补充（{case.number}）：\n{told.shown()}"
    if case.owner_id is None:
        await _tell_staff(turn, case, text, told.media)
        return f"已经补充到 {case.number}。经办人正在安排，安排好了会告诉您。"
    await turn.tell(case.owner_id, text, case_buttons(case), told.media)
    return f"已经转给{case.owner_name}（{case.number}）。"


async def take(turn: Turn, case: Case) -> bool:
    """Make the speaker the owner of a case and tell the cadre who it is; False when somebody was faster."""
    if not await cases.take(turn.tx, case.id, turn.person_id):
        return False
    await cases.add_entry(turn.tx, case.id, "taken", turn.person_id, "", (), turn.now)
    await _audit(turn, case, "case.taken")
    taken = await cases.by_id(turn.tx, case.id)
    phone = f"，电话 {taken.owner_phone}" if taken.owner_phone else ""
    await tell_reporter(turn, taken, f"您的事（{case.number}）由{turn.visitor.name}负责办理{phone}。")
    return True


async def reply(turn: Turn, case: Case, told: Gathered) -> bool:
    """Send the owner's words and media to the cadre's side; False when they can only be reached by telephone."""
    await cases.add_entry(turn.tx, case.id, "replied", turn.person_id, told.text, told.media, turn.now)
    await _audit(turn, case, "case.replied")
    words = told.text or "请看发给您的照片或文件。"
    text = f"{turn.visitor.name}答复您（{case.number}）：\n{words}\n\n有话要说，直接在这里回复就行。"
    return await tell_reporter(turn, case, text, media=told.media)


async def close(turn: Turn, case: Case, outcome: str, media: tuple[str, ...] = ()) -> bool:
    """Close a case with an outcome in words and media, and ask the cadre whether it is solved; False when it is not the speaker's any more."""
    if not await cases.close(turn.tx, case.id, turn.person_id, outcome, turn.now):
        return False
    await cases.add_entry(turn.tx, case.id, "closed", turn.person_id, outcome, media, turn.now)
    await _audit(turn, case, "case.closed")
    closing = case.closings + 1
    buttons = [
        Button(f"{place} {label}", f"a:solved:{case.id}.{closing}.{value}")
        for place, (value, label) in enumerate(SOLVED.items(), 1)
    ]
    first = await first_words(turn, case)
    text = f"您反映的“{first}”（{case.number}），{turn.visitor.name}说办好了：\n{outcome}\n\n这件事解决了吗？"
    await tell_reporter(turn, case, text, buttons, media)
    return True


async def answer(turn: Turn, case: Case, closing: int, solved: str) -> str:
    """Record whether a closed case is solved, and return what to say. 'no' opens it again. Counts once for each closing."""
    if not await cases.answer(turn.tx, case.id, closing, solved):
        return (
            f"这件事（{case.number}）您已经回答过了，谢谢您。"
            if case.solved
            else f"这件事（{case.number}）还在办，办好了再问您。"
        )
    await cases.add_entry(turn.tx, case.id, "answered", turn.person_id, SOLVED[solved], (), turn.now)
    await _audit(turn, case, "case.answered", solved=solved)
    if solved == "no":
        return await _reopen(turn, case)
    if case.owner_id is not None:
        await turn.tell(
            case.owner_id, f"{case.person_name}回答（{case.number}）：{SOLVED[solved]}。", case_buttons(case)
        )
    if solved == "partly":
        return "记下了。还差哪些没解决，您可以接着说，我转给经办人。"
    return "太好了，谢谢您告诉我们。以后有事随时说。"


async def _open_again(turn: Turn, case: Case) -> date:
    """Open a closed case again under its owner and return the new promised date."""
    due = promised_on(turn.office, case.category, case.urgent, turn.office.today(turn.now))
    await cases.reopen(turn.tx, case.id, due)
    await cases.add_entry(turn.tx, case.id, "reopened", None, "", (), turn.now)
    await _audit(turn, case, "case.reopened")
    return due


async def _reopen(turn: Turn, case: Case) -> str:
    due = await _open_again(turn, case)
    await _tell_staff(
        turn, case, f"{case.person_name}说没解决（{case.number}），这件事重新办理，最迟{day_in_words(due)}。"
    )
    return (
        f"对不起，让您费心了。这件事（{case.number}）重新办理，最迟{day_in_words(due)}前给您答复。"
        "\n哪里没解决，您可以接着说，我转给经办人。"
    )


async def tell_reporter(
    turn: Turn, case: Case, text: str, buttons: list[Button] | None = None, media: tuple[str, ...] = ()
) -> bool:
    """Send news of a case to whoever reported it, where it was reported if possible; False when only the telephone is left."""
    return await turn.tell(case.acted_by, text, buttons or [], media, first=case.account_id) > 0


def case_buttons(case: Case) -> list[Button]:
    return [Button("1 查看", f"a:case:{case.id}")]


async def first_words(turn: Turn, case: Case) -> str:
    """Return the beginning of what was reported, to call a case by."""
    entries = await cases.entries(turn.tx, case.id)
    words = next((each.words for each in entries if each.words), "照片或文件")
    return short(" ".join(words.split()), LONGEST_TITLE)


async def _tell_staff(turn: Turn, case: Case, text: str, media: tuple[str, ...] = ()) -> None:
    """Tell the owner; a case without one is told to all who may take it, except the speaker."""
    if case.owner_id is not None:
        await turn.tell(case.owner_id, text, case_buttons(case), media)
        return
    for colleague in await access.case_staff(turn.tx, case.person_unit_id):
        if colleague.person_id != turn.person_id:
            await turn.tell(colleague.person_id, text, case_buttons(case), media)


async def _audit(turn: Turn, case: Case, deed: str, **detail: str | int | bool | None) -> None:
    await audit.add(
        turn.tx,
        turn.now,
        deed,
        f"case:{case.id}",
        actor_id=turn.visitor.person_id,
        account_id=turn.visitor.account_id,
        **detail,
    )

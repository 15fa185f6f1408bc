"""转交, 改派, 接受, 不接受."""

from handlers import access
from handlers.cases import passing, words
from handlers.desk.card import handled, show_case
from handlers.dialog import MOST_OPTIONS, Chat, flow
from handlers.turn import Turn
from storage import cases
from storage.cases import Case


async def hand_case(turn: Turn, argument: str) -> None:
    """【转交】 by the owner, 【改派】 by a leader."""
    case = await handled(turn, argument)
    if case is None:
        return
    if not _may_hand(turn, case):
        turn.say("这件事现在不在您手上，不能转交。", words.open_button(case))
    elif not await _receivers(turn, case):
        turn.say("现在没有别的同事能接这件事。", words.open_button(case))
    else:
        turn.follow = ("hand", {"case": case.id})


def _may_hand(turn: Turn, case: Case) -> bool:
    owns = case.owner_id == turn.person_id and case.state == "taken"
    return not case.is_finished and (owns or access.may_lead(turn.visitor))


async def _receivers(turn: Turn, case: Case) -> dict[str, str]:
    """Return who could take the case now: names by id; nobody who is away, and not whoever has it."""
    able = await access.duty_staff(turn.tx, case.person_unit_id, turn.today)
    return {str(each.person_id): each.name for each in able if each.person_id not in (turn.person_id, case.owner_id)}


@flow("hand", "转交")
async def hand(chat: Chat) -> None:
    case = await cases.by_id(chat.tx, chat.seed["case"])
    receivers = await _receivers(chat.turn, case)
    if not receivers and "to" not in chat.answers:
        chat.say("现在没有别的同事能接这件事。", words.open_button(case))
        return
    options = dict(list(receivers.items())[:MOST_OPTIONS]) or {"0": "没有别人"}
    to = await chat.choose("to", f"{case.number} 交给谁？", options)
    why = await chat.ask("why", "请给接办的同事说一句：办到哪里了、还要做什么。")
    await chat.review("请核对：", to="交给", why="要说的话")
    current = await handled(chat.turn, str(case.id))
    if current is None:
        return
    if not _may_hand(chat.turn, current) or to not in await _receivers(chat.turn, current):
        chat.say("现在不能这样转交：这件事换了人，或者对方请假了。", words.open_button(current))
        return
    why = "\n".join((why, *chat.kept().words))
    name = receivers.get(to, "对方")
    if access.may_lead(chat.turn.visitor) and current.owner_id != chat.turn.person_id:
        await passing.assign(chat.turn, current, int(to), why)
        chat.say(f"已经交给{name}，正在告诉老同志。")
    else:
        await passing.offer(chat.turn, current, int(to), why)
        chat.say(f"已经请{name}接办。{name}接受以前，这件事仍由您负责。")
    await show_case(chat.turn, str(case.id))


async def accept_case(turn: Turn, argument: str) -> None:
    """【接受】."""
    if case := await handled(turn, argument):
        if await passing.accept(turn, case):
            turn.say(f"{case.number} 从现在起由您负责，正在告诉老同志。")
        else:
            turn.say("这件事已经不用您接了。")
        await show_case(turn, str(case.id))


async def decline_case(turn: Turn, argument: str) -> None:
    """【不接受】."""
    if case := await handled(turn, argument):
        if case.handed_to == turn.person_id:
            turn.follow = ("decline", {"case": case.id})
        else:
            turn.say("这件事已经不用您接了。", words.open_button(case))


@flow("decline", "不接受转交")
async def decline(chat: Chat) -> None:
    case = await cases.by_id(chat.tx, chat.seed["case"])
    reason = await chat.ask("reason", f"为什么不能接 {case.number}？请写明原因，不能推诿。")
    if await passing.decline(chat.turn, case, "\n".join((reason, *chat.kept().words))):
        chat.say(f"已经告诉{case.owner_name}，这件事还由{case.owner_name}负责。", words.open_button(case))
    else:
        chat.say("这件事已经不用您接了。", words.open_button(case))

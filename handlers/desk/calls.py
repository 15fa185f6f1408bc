"""回访: cadres who cannot be asked here are called, by somebody else than the owner, and the answer is entered."""

from handlers import access
from handlers.cases import ending, words
from handlers.desk.lists import LONGEST_LIST, not_yours
from handlers.dialog import Chat, flow
from handlers.menu import MENU_BUTTON
from handlers.turn import Button, Turn, row_id
from storage import case_closings, cases, life_events, people
from storage.case_closings import Closing
from storage.cases import Case

MOST_READ = 200


async def show_calls(turn: Turn, argument: str) -> None:
    """【回访】: whom to call, oldest first."""
    if not access.works_here(turn.visitor):
        not_yours(turn)
        return
    found = []
    for closing in await case_closings.to_call(turn.tx, MOST_READ):
        case = await cases.by_id(turn.tx, closing.case_id)
        if access.may_see(turn.visitor, case) and not await life_events.has_died(turn.tx, case.person_id):
            found.append((case, closing))
    lines, buttons = [], []
    for place, (case, closing) in enumerate(found[:LONGEST_LIST], 1):
        lines.append(
            f"{place}. {case.person_name}，{await _phone(turn, case)}：{case.number} {await words.title(turn, case)}"
        )
        buttons.append(Button(f"{place} 填 {case.number}", f"a:called:{case.id}.{closing.number}"))
    head = f"要回访的有 {len(found)} 件，请打电话问解决了没有、满意不满意：" if found else "现在没有要回访的。"
    turn.say("\n".join([head, *lines]), [*buttons, MENU_BUTTON])


async def _phone(turn: Turn, case: Case) -> str:
    person = await people.by_id(turn.tx, case.person_id)
    return person.phone or person.home_phone or person.family_phone or "花名册里没有电话"


async def enter_call(turn: Turn, argument: str) -> None:
    """【填】 a result."""
    if found := await _callable(turn, argument):
        turn.follow = ("called", {"case": found[0].id, "number": found[1].number})


async def _callable(turn: Turn, argument: str) -> tuple[Case, Closing] | None:
    """Return the case and the closing if the speaker may enter the cadre's answer, else say why not and return None."""
    case_id, _, number = argument.partition(".")
    try:
        case = await cases.by_id(turn.tx, row_id(case_id) or 0)
    except LookupError:
        not_yours(turn)
        return None
    closing = await case_closings.by_number(turn.tx, case.id, row_id(number) or 0)
    if closing is None or not access.may_see(turn.visitor, case):
        not_yours(turn)
        return None
    if closing.solved is not None:
        turn.say("这件事已经有回答了。", words.open_button(case))
        return None
    if not await ending.may_call(turn, case):
        turn.say("这件事是您办的或者您登记的，请别的同志回访。", words.open_button(case))
        return None
    return case, closing


@flow("called", "回访")
async def called(chat: Chat) -> None:
    case = await cases.by_id(chat.tx, chat.seed["case"])
    solved = await chat.choose("solved", f"{case.person_name}（{case.number}）说解决了吗？", words.SOLVED)
    satisfied = await chat.choose("satisfied", "对这次办理满意吗？", words.SATISFIED)
    remark = await chat.ask("remark", "老同志还说了什么？没有就写“没有”。")
    await chat.review("请核对：", solved="解决没有", satisfied="满意不满意", remark="还说了")
    found = await _callable(chat.turn, f"{case.id}.{chat.seed['number']}")
    if found is None:
        return
    remark = "\n".join((remark, *chat.kept().words))
    chat.say(await ending.enter_call(chat.turn, found[0], found[1].number, solved, satisfied, remark), [MENU_BUTTON])

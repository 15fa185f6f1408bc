"""办结, 审签, 重新办理, and the cadre's answer to how it went."""

from handlers import access
from handlers.cases import ending, reopening, telling, words
from handlers.cases.ending import Ending
from handlers.desk.card import handled, own, readable, show_case
from handlers.desk.lists import not_yours
from handlers.dialog import Chat, flow
from handlers.menu import MENU_BUTTON
from handlers.office import day_in_words
from handlers.turn import Button, Turn, row_id
from storage import case_closings, cases
from storage.case_closings import Closing
from storage.cases import Case

QUESTIONS = {
    "done": "请用一句话告诉老同志结果：",
    "partly": "请告诉老同志办成了哪些、还差哪些、为什么：",
    "cannot": "为什么不能办？这句话老同志会看到，请写清楚依据：",
}


async def close_case(turn: Turn, argument: str) -> None:
    """【办结】."""
    case = await own(turn, argument)
    if case is None:
        return
    if await case_closings.pending(turn.tx, case.id):
        turn.say("这件事正等领导审签。", words.open_button(case))
    else:
        turn.follow = ("close", {"case": case.id})


@flow("close", "办结")
async def close(chat: Chat) -> None:
    case = await cases.by_id(chat.tx, chat.seed["case"])
    outcome = await chat.choose("outcome", f"{case.number} 办得怎么样？", words.OUTCOMES)
    told = await chat.ask("words", f"{case.number}，{QUESTIONS[outcome]}")
    elsewhere = ""
    if outcome == "cannot":
        elsewhere = await chat.ask("elsewhere", "老同志还可以找谁？请写单位和电话，没有别处可找就写明怎么安排：")
    labels = {"outcome": "结果", "words": "给老同志的话", "elsewhere": "还可以找"}
    await chat.review("发出前请核对：", **labels)
    current = await own(chat.turn, str(case.id))
    if current is None:
        return
    if await case_closings.pending(chat.tx, current.id):
        chat.say("这件事正等领导审签。", words.open_button(current))
        return
    kept = chat.kept()  # the review has shown it
    final = Ending(outcome, "\n".join((told, *kept.words)), elsewhere, kept.media)
    if not await ending.propose(chat.turn, current, final):
        chat.say(
            "不能办的要领导审签，可是系统里没有能通知到的领导，请管机器的同志登记一位。", words.open_button(current)
        )
    elif outcome == "cannot":
        chat.say("已经提请领导审签。签了才告诉老同志，这件事现在还由您负责。", words.open_button(current))
    else:
        chat.say(await _asked_or_to_call(chat, current), [MENU_BUTTON])


async def _asked_or_to_call(chat: Chat, case: Case) -> str:
    closing = (await case_closings.of_case(chat.tx, case.id))[-1]
    if closing.call:
        return "已办结。老同志在这里问不到，已经列在【回访】里，请别的同志打电话问。"
    return "已办结，正在请老同志回答解决了没有。"


# ── 审签 ────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def show_proposed(turn: Turn, argument: str) -> None:
    """【等我审签】: what waits for a leader, oldest first."""
    if not access.may_lead(turn.visitor):
        not_yours(turn)
        return
    waiting = await case_closings.proposed(turn.tx)
    buttons = []
    for place, closing in enumerate(waiting[:8], 1):
        case = await cases.by_id(turn.tx, closing.case_id)
        buttons.append(Button(f"{place} {case.number} {case.person_name}", f"a:case:{case.id}"))
    turn.say(f"等您审签的有 {len(waiting)} 件。" if waiting else "现在没有要您审签的。", [*buttons, MENU_BUTTON])


async def _pending(turn: Turn, argument: str) -> tuple[Case, Closing] | None:
    """Return the case and the closing that a leader's button names while it waits, else say so and return None."""
    case_id, _, number = argument.partition(".")
    case = await readable(turn, case_id)
    if case is None:
        return None
    closing = await case_closings.by_number(turn.tx, case.id, row_id(number) or 0)
    if not access.may_lead(turn.visitor) or closing is None or closing.proposed_by == turn.person_id:
        not_yours(turn)
        return None
    if closing.decision is not None or case.is_finished:
        turn.say("这件事已经处理过了。", words.open_button(case))
        return None
    return case, closing


async def sign_case(turn: Turn, argument: str) -> None:
    """【同意】: the second signature."""
    if found := await _pending(turn, argument):
        await ending.sign(turn, *found)
        turn.say(f"已同意，{found[0].number} 不能办的理由正在告诉老同志。", [MENU_BUTTON])


async def return_case(turn: Turn, argument: str) -> None:
    """【退回再办】."""
    if found := await _pending(turn, argument):
        turn.follow = ("return", {"case": found[0].id, "number": found[1].number})


@flow("return", "退回再办")
async def send_back(chat: Chat) -> None:
    case = await cases.by_id(chat.tx, chat.seed["case"])
    reason = await chat.ask("reason", f"{case.number} 为什么退回？请说说怎么再想办法：")
    if found := await _pending(chat.turn, f"{case.id}.{chat.seed['number']}"):
        await ending.send_back(chat.turn, *found, "\n".join((reason, *chat.kept().words)))
        chat.say(f"已退回，请{found[0].owner_name or '经办人'}接着办。", [MENU_BUTTON])


async def reopen_case(turn: Turn, argument: str) -> None:
    """【重新办理】: staff may always."""
    case = await handled(turn, argument)
    if case is None:
        return
    again = await reopening.reopen(turn, case, "", by_office=True)
    if again is None:
        turn.say("这件事没有办结，不用重新办理。", words.open_button(case))
        return
    day = day_in_words(again.promised_on)
    await telling.tell_cadre_side(turn, again, f"您的事（{case.number}）我们重新办理，最迟{day}前给您答复。")
    turn.say("已经重新办理，正在告诉老同志。")
    await show_case(turn, str(case.id))


# ── the cadre's answer ──────────────────────────────────────────────────────────────────────────────────────────────


async def _asked(turn: Turn, argument: str) -> tuple[Case, int, str] | None:
    """Return the case, the closing and the value of 'case.closing.value'; only the cadre may answer."""
    case_id, closing, value = [*argument.split("."), "", ""][:3]
    case = await readable(turn, case_id)
    if case is None:
        return None
    if not await access.may_answer(turn.tx, turn.visitor, case):
        turn.say(
            f"解决了没有、满意不满意，要请{case.person_name}本人说。您有话可以直接写，我转给经办人。", [MENU_BUTTON]
        )
        return None
    return case, row_id(closing) or 0, value


async def answer_solved(turn: Turn, argument: str) -> None:
    """【已解决】【部分解决】【没解决】."""
    if found := await _asked(turn, argument):
        case, closing, solved = found
        if solved not in words.SOLVED:
            not_yours(turn)
            return
        text, buttons = await ending.answer(turn, case, closing, solved)
        turn.say(text, buttons or [MENU_BUTTON])


async def answer_rated(turn: Turn, argument: str) -> None:
    """【满意】【基本满意】【不满意】."""
    if found := await _asked(turn, argument):
        case, closing, satisfied = found
        if satisfied not in words.SATISFIED:
            not_yours(turn)
            return
        turn.say(await ending.rate(turn, case, closing, satisfied), [MENU_BUTTON])

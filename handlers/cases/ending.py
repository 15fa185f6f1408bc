"""How a case ends, honestly: an outcome, a leader's second signature when it cannot be done, and the cadre's own answer.

Solved and satisfied are the cadre's to say: not the relative's, not the staff's. Who has no account is called, by somebody else than
the owner (回访). Asked once, once more after some days, then never.
"""

from dataclasses import dataclass
from datetime import timedelta

from handlers import access, talk
from handlers.act import Act, Button
from handlers.cases import clocks, reopening, telling
from handlers.cases.words import OUTCOMES, SATISFIED, SOLVED, open_button, title
from handlers.office import day_in_words
from handlers.turn import Turn
from storage import case_closings, case_entries, cases, people, reminders
from storage.case_closings import Closing
from storage.cases import Case


@dataclass(frozen=True, slots=True)
class Ending:
    """What the owner writes on closing."""

    outcome: str  # a key of OUTCOMES
    words: str  # for the cadre; the reason when it cannot be done
    elsewhere: str = ""  # where else to turn
    media: tuple[str, ...] = ()


async def propose(turn: Turn, case: Case, ending: Ending) -> bool:
    """Close a case, or ask the leaders to sign that it cannot be done. False when no leader can be asked to sign."""
    needs_signature = ending.outcome == "cannot"
    if needs_signature and not await _somebody_can_sign(turn):
        return False
    number = await case_closings.propose(
        turn.tx, case.id, ending.outcome, ending.words, ending.elsewhere, ending.media, turn.person_id, turn.now
    )
    if not needs_signature:
        await _close(turn, case, number)
        return True
    words = f"{OUTCOMES[ending.outcome]}：{ending.words}"
    await case_entries.add(turn.tx, case.id, "proposed", turn.person_id, words, ending.media, turn.now)
    await telling.audit(turn, case, "case.proposed", closing=number)
    buttons = [
        Button("1 同意", f"a:sign:{case.id}.{number}"),
        Button("2 退回再办", f"a:return:{case.id}.{number}"),
        Button("3 查看", f"a:case:{case.id}"),
    ]
    text = (
        f"{turn.visitor.name}认为 {case.number}（{case.person_name}）不能办，请您审签。\n"
        f"理由：{ending.words}\n还可以找：{ending.elsewhere}"
    )
    await telling.tell_leaders(turn, case, text, buttons)
    return True


async def _somebody_can_sign(turn: Turn) -> bool:
    others = [each.person_id for each in await access.leaders(turn.tx) if each.person_id != turn.person_id]
    return any([await turn.reachable(each) for each in others])


async def sign(turn: Turn, case: Case, closing: Closing) -> None:
    """A leader agrees that it cannot be done: the case ends."""
    await case_entries.add(turn.tx, case.id, "signed", turn.person_id, "", (), turn.now)
    await telling.audit(turn, case, "case.signed", closing=closing.number)
    await _close(turn, case, closing.number)
    if closing.proposed_by is not None:
        await turn.tell(closing.proposed_by, f"{turn.visitor.name}同意 {case.number} 不能办，正在告诉老同志。")


async def send_back(turn: Turn, case: Case, closing: Closing, reason: str) -> bool:
    """A leader does not sign: the owner goes on. False when somebody else has decided."""
    if not await case_closings.decide(turn.tx, case.id, closing.number, "returned", turn.person_id, turn.now):
        return False
    await case_entries.add(turn.tx, case.id, "returned", turn.person_id, reason, (), turn.now)
    await telling.audit(turn, case, "case.returned", closing=closing.number)
    if case.owner_id is not None:
        text = f"{turn.visitor.name}把 {case.number} 退回来再办：\n{reason}"
        await turn.tell(case.owner_id, text, open_button(case))
    return True


async def _close(turn: Turn, case: Case, number: int) -> None:
    """Record the closing, end everything that runs on the case, tell who reported it and ask the cadre."""
    await case_closings.decide(turn.tx, case.id, number, "closed", turn.person_id, turn.now)
    closing = await _closing(turn, case, number)
    await cases.close(turn.tx, case.id, number, turn.now)
    await clocks.stop_all(turn, case)
    await talk.end_of_case(turn, case, "closed")
    words = f"{OUTCOMES[closing.outcome]}：{closing.words}"
    words += f"\n还可以找：{closing.elsewhere}" if closing.elsewhere else ""
    await case_entries.add(turn.tx, case.id, "closed", closing.proposed_by, words, closing.media, turn.now)
    await telling.audit(turn, case, "case.closed", outcome=closing.outcome, closing=number)
    text = await _told(turn, case, closing)
    if telling.reporter_id(case) != case.person_id:
        await telling.tell_reporter(turn, case, text, media=closing.media)
    asked = await _ask(turn, case, closing, text)
    await case_closings.put_on_call_list(turn.tx, case.id, number, not asked)
    if asked:
        again = turn.now + timedelta(days=turn.office.ask_again_days)
        at = turn.office.calendar.next_working(again)
        await reminders.set_due(turn.tx, reopening.ASK_AGAIN, case.id, number, at)


async def _closing(act: Act, case: Case, number: int) -> Closing:
    closing = await case_closings.by_number(act.tx, case.id, number)
    if closing is None:
        raise LookupError(f"case {case.id} has no closing {number}")
    return closing


async def _told(act: Act, case: Case, closing: Closing) -> str:
    first = await title(act, case)
    who = closing.proposer or "工作人员"
    head = f"您反映的“{first}”（{case.number}），{who}说"
    if closing.outcome == "done":
        return f"{head}办好了：\n{closing.words}"
    if closing.outcome == "partly":
        return f"{head}办了一部分：\n{closing.words}"
    return (
        f"您反映的“{first}”（{case.number}），我们想了办法，还是办不成，对不起。\n原因：{closing.words}\n"
        f"您还可以找：{closing.elsewhere}"
    )


async def _ask(act: Act, case: Case, closing: Closing, text: str) -> bool:
    """Ask the cadre, and nobody else, whether it is solved; False when the cadre cannot be asked here."""
    buttons = [
        Button(f"{place} {label}", f"a:solved:{case.id}.{closing.number}.{value}")
        for place, (value, label) in enumerate(SOLVED.items(), 1)
    ]
    first = case.account_id if case.acted_by == case.person_id else None
    question = "这件事您从别处解决了吗？" if closing.outcome == "cannot" else "这件事解决了吗？"
    return await act.tell(case.person_id, f"{text}\n\n{question}", buttons, closing.media, first=first) > 0


async def ask_again(act: Act, case: Case, number: int) -> None:
    """Ask for the second and last time, unless it was answered or the case is open again."""
    closing = await case_closings.by_number(act.tx, case.id, number)
    if closing is None or closing.solved is not None or case.state != "closed" or case.closings != number:
        return
    asked = await _ask(act, case, closing, f"再问您一次，以后不再打扰。\n{await _told(act, case, closing)}")
    await case_closings.put_on_call_list(act.tx, case.id, number, not asked)


# ── the cadre's answer ──────────────────────────────────────────────────────────────────────────────────────────────


async def answer(turn: Turn, case: Case, number: int, solved: str) -> tuple[str, list[Button]]:
    """Record whether a closed case is solved, once for each closing; return what to say and what to ask next.

    'no' opens it again; otherwise it is asked whether the cadre is satisfied.
    """
    if not await case_closings.answer(turn.tx, case.id, number, solved, case.person_id, turn.now):
        return await _answered_before(turn, case, number), []
    await case_entries.add(turn.tx, case.id, "answered", case.person_id, SOLVED[solved], (), turn.now)
    await telling.audit(turn, case, "case.answered", solved=solved, closing=number)
    await reminders.drop(turn.tx, [reopening.ASK_AGAIN], case.id)
    if solved == "no":
        return await _no(turn, case), []
    if case.owner_id is not None:
        text = f"{case.person_name}回答（{case.number}）：{SOLVED[solved]}。"
        await turn.tell(case.owner_id, text, open_button(case))
    head = "记下了。还差哪些没解决，您可以接着说，我转给经办人。" if solved == "partly" else "太好了，谢谢您告诉我们。"
    buttons = [
        Button(f"{place} {label}", f"a:rate:{case.id}.{number}.{value}")
        for place, (value, label) in enumerate(SATISFIED.items(), 1)
    ]
    return f"{head}\n您对这次办理满意吗？", buttons


async def _answered_before(turn: Turn, case: Case, number: int) -> str:
    closing = await case_closings.by_number(turn.tx, case.id, number)
    if closing is not None and closing.solved is not None:
        return f"这件事（{case.number}）您已经回答过了，谢谢您。"
    return f"这件事（{case.number}）还在办，办好了再问您。"


async def _no(turn: Turn, case: Case) -> str:
    again = await reopening.reopen(turn, case, "说没解决")
    if again is None:
        return f"这件事（{case.number}）已经在重新办理了。"
    return (
        f"对不起，让您费心了。这件事（{case.number}）重新办理，最迟{day_in_words(again.promised_on)}前给您答复。"
        "\n哪里没解决，您可以接着说，我转给经办人。"
    )


async def rate(turn: Turn, case: Case, number: int, satisfied: str) -> str:
    """Record whether the cadre is satisfied, once; 不满意 opens the case again. Return what to say."""
    if not await case_closings.rate(turn.tx, case.id, number, satisfied):
        return await _answered_before(turn, case, number)
    await case_entries.add(turn.tx, case.id, "answered", case.person_id, SATISFIED[satisfied], (), turn.now)
    await telling.audit(turn, case, "case.rated", satisfied=satisfied, closing=number)
    if satisfied == "no" and case.state == "merged":
        living = await cases.living(turn.tx, case.id)
        await telling.tell_staff(turn, living, f"{case.person_name}对 {case.number}（合在 {living.number}）不满意。")
        return f"对不起，没有办好。这件事和 {living.number} 合在一起办，已经转告经办人。哪里不满意，您可以接着说。"
    if satisfied == "no":
        again = await reopening.reopen(turn, case, "说不满意") if case.state == "closed" else case
        if again is not None:
            return f"对不起，没有办好。这件事（{case.number}）重新办理，最迟{day_in_words(again.promised_on)}前给您答复。\n哪里不满意，您可以接着说。"
    elif case.owner_id is not None:
        await turn.tell(case.owner_id, f"{case.person_name}评价（{case.number}）：{SATISFIED[satisfied]}。")
    return "谢谢您。以后有事随时说。"


# ── 回访: the answer comes by telephone ─────────────────────────────────────────────────────────────────────────────


async def may_call(turn: Turn, case: Case) -> bool:
    """Tell whether the speaker may enter the cadre's answer: nobody rates the own work, or what he wrote down himself."""
    return turn.person_id not in (case.owner_id, case.acted_by)


async def enter_call(turn: Turn, case: Case, number: int, solved: str, satisfied: str, remark: str) -> str:
    """Enter what the cadre said on the telephone, with who called; return what to say."""
    by_phone = await case_closings.answer(
        turn.tx, case.id, number, solved, case.person_id, turn.now, caller_id=turn.person_id
    )
    if not by_phone:
        return "这件事已经有回答了，没有改动。"
    await case_closings.rate(turn.tx, case.id, number, satisfied)
    await case_closings.remark(turn.tx, case.id, number, remark)
    words = f"回访：{SOLVED[solved]}，{SATISFIED[satisfied]}。{remark}"
    await case_entries.add(turn.tx, case.id, "called", turn.person_id, words, (), turn.now)
    await telling.audit(turn, case, "case.called", solved=solved, satisfied=satisfied, closing=number)
    if "no" in (solved, satisfied):
        await reopening.reopen(turn, case, "回访时说没解决" if solved == "no" else "回访时说不满意")
        return "已记下，这件事重新办理。"
    name = (await people.by_id(turn.tx, case.person_id)).name
    return f"已记下{name}的回访结果。"

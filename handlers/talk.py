"""A talk: somebody talks to a member of staff, and the bot keeps silent.

It begins when a member of staff comes in (【对话】), not when somebody asks for one: nobody is left alone with silence. Everything said
goes into the case and to the other side as it is. It ends by either side, with the case, or by itself after `human_idle_minutes`
without a word; both sides are told of beginning and end, and both are recorded.
"""

from datetime import timedelta

from handlers.act import Act, Button
from handlers.cases import clocks, opening
from handlers.readers import Gathered
from handlers.turn import Turn
from storage import accounts, case_entries, cases, people, reminders, talks
from storage.cases import Case
from storage.talks import Talk

IDLE = "talk.idle"
END_BUTTON = Button("结束对话", "a:endtalk:")
WHY = {
    "cadre": "您结束了",
    "staff": "工作人员先说到这里，结束了",
    "idle": "好一会儿没有人说话，自动结束了",
    "closed": "这件事办结，结束了",
    "handed": "换人接着办，结束了",
}

RECORDED = {"cadre": "", "staff": "", "idle": "好一会儿没有人说话", "closed": "办结", "handed": "换人接着办"}


async def begin(turn: Turn, case: Case, account_id: int) -> bool:
    """Begin to talk to the account; False when one of the two is in a talk already."""
    if account_id == turn.visitor.account_id:
        return False
    for account in (account_id, turn.visitor.account_id):
        if await talks.of_account(turn.tx, account) is not None:
            return False
    talk_id = await talks.begin(turn.tx, account_id, turn.visitor.account_id, turn.person_id, case.id, turn.now)
    await case_entries.add(turn.tx, case.id, "talk_begins", turn.person_id, "", (), turn.now)
    await turn.audit("talk.began", f"case:{case.id}")
    await _idle_from_now(turn, talk_id)
    minutes = turn.office.human_idle_minutes
    turn.tx.changed_visitors.add(account_id)
    turn.tell_account(
        account_id,
        f"{await _for(turn, case, account_id)}{turn.visitor.name}来跟您说话了（{case.number}）。您说的话直接转给{turn.visitor.name}，我不插嘴。\n"
        f"{minutes} 分钟没有人说话就自动结束。想早点结束，请按【结束对话】。",
        [END_BUTTON],
    )
    return True


async def _for(act: Act, case: Case, account_id: int) -> str:
    """Return the words that say which of several who share the account is meant."""
    account = await accounts.by_id(act.tx, account_id)
    shared = account is not None and account.person_id != case.person_id and case.acted_by == case.person_id
    return f"给{case.person_name}：\n" if shared else ""


async def _idle_from_now(act: Act, talk_id: int) -> None:
    at = act.now + timedelta(minutes=act.office.human_idle_minutes)
    await reminders.set_due(act.tx, IDLE, talk_id, 1, at)


async def relay(turn: Turn, talk: Talk, told: Gathered) -> None:
    """Put what was said into the case and give it to the other side as it is; the speaker hears nothing from us."""
    from_staff = turn.visitor.account_id == talk.staff_account_id
    kind = "replied" if from_staff else "said"
    case = await cases.by_id(turn.tx, talk.case_id)
    author = turn.person_id if from_staff else await opening.who_speaks(turn, case)
    await case_entries.add(turn.tx, talk.case_id, kind, author, told.text, told.media, turn.now)
    await turn.audit(f"case.{kind}", f"case:{talk.case_id}", talk=talk.id)
    await talks.said(turn.tx, talk.id, turn.now)
    if not from_staff and case.snoozed_until is not None:
        await cases.snooze(turn.tx, case.id, None)
        await reminders.drop(turn.tx, ["case.wake"], case.id)
    if from_staff:
        await clocks.heard(turn, case)
    elif case.waiting_since is not None:
        await clocks.go_on(turn, case)
    await _idle_from_now(turn, talk.id)
    other = talk.account_id if from_staff else talk.staff_account_id
    account = await accounts.by_id(turn.tx, other)
    if account is None or account.unreachable_why:
        turn.say("这句话没有送到，请打电话。" if from_staff else f"这句话没有送到，请打电话：{turn.office.phone}。")
        return
    name = case.person_name if author == case.person_id else turn.visitor.name
    text = f"{name}：{told.text}" if told.text else f"{name}发来照片或文件："
    turn.tell_account(other, text, [END_BUTTON] if from_staff else [], told.media)
    turn.quiet = True


async def end(act: Act, talk: Talk, why: str) -> bool:
    """End a talk and tell both sides, except the one that is answered in this turn; False when it had ended."""
    if not await talks.end(act.tx, talk.id, why, act.now):
        return False
    await reminders.drop(act.tx, [IDLE], talk.id)
    await case_entries.add(act.tx, talk.case_id, "talk_ends", act.actor_id, RECORDED[why], (), act.now)
    await act.audit("talk.ended", f"case:{talk.case_id}", why=why)
    name = (await people.by_id(act.tx, talk.staff_id)).name
    for account_id in (talk.account_id, talk.staff_account_id):
        if account_id == act.from_account:
            continue
        text = f"跟{name}的对话：{WHY[why]}。" if account_id == talk.account_id else f"对话{_for_staff(why)}。"
        act.tell_account(account_id, f"{text}现在我又在了，有事随时说。", [Button("菜单", "w:menu")])
    return True


def _for_staff(why: str) -> str:
    return "被对方结束了" if why == "cadre" else WHY[why].removeprefix("工作人员先说到这里，")


async def end_of_case(act: Act, case: Case, why: str) -> None:
    """End the talk about a case, if there is one."""
    talk = await talks.of_case(act.tx, case.id)
    if talk is not None:
        await end(act, talk, why)

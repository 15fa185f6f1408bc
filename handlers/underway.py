"""Dialogs underway: starting a flow, going on with it, putting it aside, taking it up again."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from handlers import answers, flows, menu, strangers
from handlers.dialog import Flow, run
from handlers.readers import Gathered, Said
from handlers.turn import Button, Turn, row_id
from storage import dialogs
from storage.dialogs import Dialog

SHORTEST_STORY = 5  # characters: what is shorter is hardly a difficulty told
RESUME = "~resume"
RESUME_WAYS = {"go": "接着填", "new": "重新填", "leave": "先不填"}


async def start(turn: Turn, flow: Flow, seed: dict[str, Any] | None = None) -> None:
    """Begin a flow. Another one that stands open is put aside; a draft of the same one is offered first."""
    if turn.visitor.dialog is not None:
        await put_aside(turn, turn.visitor.dialog)
    draft = await dialogs.draft(turn.tx, turn.visitor.account_id, flow.name) if flow.drafts else None
    if draft is not None and draft.answers.get("~seed", {}) == (seed or {}):
        await _offer_resume(turn, draft, None)
        return
    answers_so_far: dict[str, Any] = {"~seed": seed} if seed else {}
    dialog = await dialogs.add(turn.tx, turn.visitor.account_id, flow.name, answers_so_far, turn.now)
    await run_flow(turn, flow, dialog, None)


async def go_on(turn: Turn, dialog: Dialog, said: Said | None, *, back: bool = False) -> None:
    """Go on with the open dialog, or ask whether to, when it has lain idle for long."""
    asked_whether = RESUME in dialog.answers
    idle = turn.now - dialog.updated_at > timedelta(hours=turn.office.idle_hours)
    typed = said.words if said is not None and said.value is None and not said.media else ""
    if (asked_whether or idle) and (choice := flows.choice_for_keyword(turn.visitor, typed)):
        turn.press_next = choice  # 困难, said the next morning, is no answer to an old question
        return
    if asked_whether:
        await _resume_answer(turn, dialog, said)
        return
    if idle and said is not None and said.value is None and flows.named(dialog.flow).drafts:
        await _offer_resume(turn, dialog, said)
        return
    await run_flow(turn, flows.named(dialog.flow), dialog, said, back=back)


async def run_flow(turn: Turn, flow: Flow, dialog: Dialog, said: Said | None, *, back: bool = False) -> None:
    ending = await run(
        turn, flow, dialog, said, lambda words: flows.choice_for_keyword(turn.visitor, words) is not None, back=back
    )
    if ending == "cancel":
        await cancelled(turn, dialog)
    elif ending == "human" and turn.visitor.person_id is None:
        await put_aside(turn, dialog)
        strangers.greet(turn)
    elif ending == "human":
        turn.press_next = "w:human"
    elif ending == "elsewhere":
        turn.press_next = flows.choice_for_keyword(turn.visitor, said.words if said else "")
    elif ending == "done":
        turn.visitor = replace(turn.visitor, dialog=None)


async def cancelled(turn: Turn, dialog: Dialog) -> None:
    if not flows.named(dialog.flow).drafts:
        await dialogs.save(turn.tx, replace(dialog, state="dropped", updated_at=turn.now))
        turn.say("好的，不办了。")
        menu.show_menu(turn)
        return
    await put_aside(turn, dialog)
    if turn.visitor.person_id is None:
        strangers.greet(turn)
        return
    turn.say(
        f"已经取消。您填的内容留 {turn.office.draft_hours} 小时，想接着填请按【接着填】。",
        [resume_button(dialog), menu.MENU_BUTTON],
    )


async def put_aside(turn: Turn, dialog: Dialog) -> None:
    state = "draft" if flows.named(dialog.flow).drafts else "dropped"
    await dialogs.save(turn.tx, replace(awake(dialog), state=state, updated_at=turn.now))
    turn.standing = None
    turn.visitor = replace(turn.visitor, dialog=None)


def awake(dialog: Dialog) -> Dialog:
    """Return the dialog without the question whether to go on; what was said to that stays with what answered nothing."""
    answers_so_far = {key: value for key, value in dialog.answers.items() if key != RESUME}
    if held := dialog.answers.get(RESUME):
        answers_so_far["~kept"] = (Gathered.of(answers_so_far.get("~kept")) + Said.again(held).kept).stored()
    return replace(dialog, answers=answers_so_far)


def resume_button(dialog: Dialog) -> Button:
    return Button("1 接着填", f"a:resume:{dialog.id}")


async def resume_draft(turn: Turn, argument: str) -> None:
    """The button 【接着填】: take up this draft again, putting aside what stands open."""
    number = row_id(argument)
    draft = await dialogs.by_id(turn.tx, number, turn.visitor.account_id) if number is not None else None
    if draft is None or draft.state not in ("draft", "open"):
        turn.say("那份内容已经不在了，请重新填。")
        menu.show_menu(turn)
        return
    if turn.visitor.dialog is not None and turn.visitor.dialog.id != draft.id:
        await put_aside(turn, turn.visitor.dialog)
    await reopen(turn, draft)


async def reopen(turn: Turn, dialog: Dialog) -> None:
    """Take up a dialog where it stands."""
    if not flows.is_known(dialog.flow):
        await dialogs.save(turn.tx, replace(dialog, state="dropped", updated_at=turn.now))
        turn.say("您上次填的那一项已经改版了，请重新开始。")
        menu.show_menu(turn)
    elif RESUME in dialog.answers:
        await _resume_answer(turn, dialog, Said(value="go"))
    else:
        again = replace(dialog, state="open", misunderstood=0, updated_at=turn.now)
        await run_flow(turn, flows.named(dialog.flow), again, None)


async def _offer_resume(turn: Turn, dialog: Dialog, said: Said | None) -> None:
    held = said.held() if said else {}
    waiting = replace(dialog, answers=dialog.answers | {RESUME: held}, state="open", updated_at=turn.now)
    await dialogs.save(turn.tx, waiting)
    _ask_resume(turn, waiting)


def _ask_resume(turn: Turn, dialog: Dialog) -> None:
    buttons = [
        Button(f"{place} {label}", f"q:{dialog.id}:{RESUME}:{value}")
        for place, (value, label) in enumerate(RESUME_WAYS.items(), 1)
    ]
    turn.say(f"您上次的“{flows.named(dialog.flow).title}”还没填完，接着填吗？", buttons)


async def _resume_answer(turn: Turn, dialog: Dialog, said: Said | None) -> None:
    held = dialog.answers[RESUME]
    value = said.value if said else None
    if said is not None and value is None and not said.media:
        place = answers.option(said.words, list(RESUME_WAYS.values()))
        yes = answers.yes_or_no(said.words)
        if place is not None:
            value = list(RESUME_WAYS)[place]
        elif yes is not None:
            value = "go" if yes else "leave"
    if value == "go":
        kept = {key: each for key, each in dialog.answers.items() if key != RESUME}
        before = Said.again(held) if held else None
        again = replace(dialog, answers=kept, updated_at=turn.now)
        await run_flow(turn, flows.named(dialog.flow), again, before)
    elif value == "new":
        await dialogs.save(turn.tx, replace(dialog, state="dropped", updated_at=turn.now))
        await _start_over(turn, dialog, held)
    elif value == "leave":
        offered = bool(held.get("media")) or len(held.get("words", "")) >= SHORTEST_STORY
        await put_aside(turn, replace(dialog, answers=dialog.answers | {RESUME: {}}) if offered else dialog)
        turn.say("好的，填过的先给您留着。")
        if offered:
            turn.follow = (flows.OFFER.name, Said.again(held).kept.stored())
        else:
            menu.show_menu(turn)
    else:
        if said is not None and (said.words or said.media):  # more words while we wait: hold them together
            told = (Said.again(held).kept if held else Gathered()) + said.kept
            together = Said(told.text, told.media)
            dialog = replace(dialog, answers=dialog.answers | {RESUME: together.held()}, updated_at=turn.now)
            await dialogs.save(turn.tx, dialog)
            turn.say("您的话先给您留着。")
        _ask_resume(turn, dialog)


async def _start_over(turn: Turn, dialog: Dialog, held: dict[str, Any]) -> None:
    fresh_answers = {key: each for key, each in dialog.answers.items() if key == "~seed"}
    if held:
        fresh_answers["~kept"] = Said.again(held).kept.stored()
    fresh = await dialogs.add(turn.tx, turn.visitor.account_id, dialog.flow, fresh_answers, turn.now)
    await run_flow(turn, flows.named(dialog.flow), fresh, None)

"""From a message to what handles it: the open dialog, a button's action, a word that always works, a case, a menu.

`take_turn` is the only door. The order of the questions it asks is the order in which a person expects to be understood.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from handlers import access, alarm, answers, flows, free_words, menu, sharing, strangers, talk, underway
from handlers.dialog import CANCEL, HUMAN
from handlers.free_words import NEVER_MIND, take_free_words
from handlers.hall import door
from handlers.office import Office
from handlers.readers import Gathered, Said
from handlers.turn import Turn, row_id
from storage import accounts, dialogs, outbox, talks, told
from storage.accounts import Visitor
from storage.database import Tx
from storage.dialogs import Dialog
from storage.inbox import Message

ALWAYS: Mapping[str, str] = {
    word: meaning
    for meaning, words in {
        "menu": "菜单 主菜单 回到菜单 开始 /menu /start menu",
        "back": "返回 上一步 退回 /back back",
        "cancel": "取消 不填了 不办了 /cancel cancel",
        "human": "人工 找人工 转人工 人工服务 找工作人员",
        "help": "帮助 使用帮助 怎么用 /help help",
        "resume": "接着填 继续填 继续",
    }.items()
    for word in words.split()
}
BEGINS_A_FORM = (
    "a:go:",
    "a:resume:",
    "a:apart:",
    "w:human",
    "w:resume",
    "q:",
)  # its questions would never get the words of a talk
ENDS_TALK = frozenset("结束 结束对话 说完了".split())


async def take_turn(tx: Tx, office: Office, visitor: Visitor, message: Message, now: datetime) -> None:
    """Handle one message: change rows and write what is answered, all through `tx`.

    Raises whatever a bug raises; the caller rolls back, so that nothing of a failed turn remains.
    """
    turn = Turn(tx, office, now, visitor, message)
    await _without_lost_flow(turn)
    await _dispatch(turn)
    await _follow(turn)
    turn.flush()


async def _without_lost_flow(turn: Turn) -> None:
    """Drop a dialog whose flow this version no longer has: it must not stand in the person's way for ever."""
    dialog = turn.visitor.dialog
    if dialog is not None and not flows.is_known(dialog.flow):
        await dialogs.save(turn.tx, replace(dialog, state="dropped", updated_at=turn.now))
        turn.visitor = replace(turn.visitor, dialog=None)
        turn.say("您上次填的那一项已经改版了，请重新开始。")


async def _follow(turn: Turn) -> None:
    """Do what an action or a dialog leads to: a flow to start, or a button to act on."""
    while turn.follow is not None or turn.press_next is not None:
        if turn.follow is not None:
            (name, seed), turn.follow = turn.follow, None
            await underway.start(turn, flows.named(name), seed)
        if turn.press_next is not None:
            choice, turn.press_next = turn.press_next, None
            await _pressed(turn, choice)


async def _dispatch(turn: Turn) -> None:
    if turn.message.kind in SILENT:
        await SILENT[turn.message.kind](turn)
        return
    if turn.visitor.unreachable_why:  # whoever writes can be reached again
        await accounts.mark_reachable(turn.tx, turn.visitor.account_id)
    if danger := alarm.told_in(
        turn
    ):  # before any question, consent included: it is a matter of life (个人信息保护法 art. 13)
        await alarm.sound(turn, danger)
        await _after_alarm(turn)
    elif turn.message.kind == "remark":
        await _remark(turn)
    elif turn.visitor.person_id is None:
        await _stranger(turn)
    elif access.needs_consent(turn.visitor, turn.office.consent_version):
        await _consent_first(turn)
    elif turn.message.choice is not None:
        await _pressed(turn, turn.message.choice)
    else:
        await _said(turn)


async def _after_alarm(turn: Turn) -> None:
    """What stood open is put aside, and kept; a question that must be answered first is asked again."""
    dialog = turn.visitor.dialog
    if dialog is None:
        return
    if dialog.flow in (flows.CONSENT.name, flows.REQUEST_ACCESS.name):
        await underway.run_flow(turn, flows.named(dialog.flow), dialog, None)
        return
    await underway.put_aside(turn, dialog)
    if flows.named(dialog.flow).drafts:
        turn.say("您刚才填的给您留着，想接着填就说“接着填”。")


async def _gone(turn: Turn) -> None:
    turn.quiet = True
    await accounts.mark_unreachable(turn.tx, turn.visitor.account_id, "对方停用了机器人")
    await outbox.fail_all(turn.tx, turn.visitor.account_id, "对方停用了机器人", turn.now)


async def _back_again(turn: Turn) -> None:
    turn.quiet = True
    await accounts.mark_reachable(turn.tx, turn.visitor.account_id)


async def _entered(turn: Turn) -> None:
    """Somebody opened the chat, and the channel has said its welcome: nothing was asked."""
    turn.quiet = True
    await strangers.entered(turn)


async def _noted(turn: Turn) -> None:
    """What is kept for whoever looks, and answered by nobody: a thumb, a button that was pressed twice."""
    turn.quiet = True


async def _remark(turn: Turn) -> None:
    """What somebody thinks of an answer of ours goes to staff, and answers no question. Of a stranger's it is kept that it came."""
    visitor = turn.visitor
    if visitor.person_id is None or access.needs_consent(visitor, turn.office.consent_version):
        turn.quiet = True
        return
    text = f"{visitor.name}对助手的回复有意见：\n{turn.message.words}"
    for colleague in await access.duty_staff(turn.tx, None, turn.today) or await access.leaders(turn.tx):
        await turn.tell(colleague.person_id, text)
    turn.say("您的意见转给工作人员了。")
    if visitor.dialog is not None:
        await underway.go_on(turn, visitor.dialog, None)


SILENT = {"gone": _gone, "back": _back_again, "entered": _entered, "noted": _noted}  # kinds that nobody said


async def _consent_first(turn: Turn) -> None:
    """Nobody's words are handled without consent, but what is said meanwhile is carried through to after it."""
    message, office, dialog = turn.message, turn.office, turn.visitor.dialog
    command = _command_in(message)
    if command == "human":
        turn.say(f"您可以直接打电话：{office.phone}（{office.service_hours}）。")
    is_story = message.choice is None and message.kind != "unsupported" and command is None
    if dialog is None or dialog.flow != flows.CONSENT.name:
        if dialog is not None:
            await underway.put_aside(turn, dialog)
        told = Said.of(message).kept
        words = list(told.words) if is_story and len(message.words) >= underway.SHORTEST_STORY else []
        await underway.start(turn, flows.CONSENT, {"words": words, "media": list(message.media)})
        return
    value = CANCEL if command == "cancel" else _value_for(dialog, message.choice or "")
    said = Said(value=value) if value not in (None, HUMAN) else Said.of(message) if is_story else None
    await underway.run_flow(turn, flows.CONSENT, dialog, said)


def _command_in(message: Message) -> str | None:
    """Return which of the words that always work a message is, or None; 9 is 人工."""
    if message.choice is not None or message.media:
        return None
    return "human" if answers.number(message.words) == 9 else ALWAYS.get(_command(message.words))


async def _stranger(turn: Turn) -> None:
    """A stranger may send a code, ask for access, share the own number. Nothing else is told."""
    message, dialog = turn.message, turn.visitor.dialog
    if await strangers.let_in(turn):
        if dialog is not None:  # the request is answered
            await dialogs.save(turn.tx, replace(dialog, state="dropped", updated_at=turn.now))
        turn.visitor = await accounts.visitor(turn.tx, turn.visitor.account_id)
        # A message of its own, without buttons: only such a one takes a keyboard away (Telegram).
        turn.answer_first(f"{turn.visitor.name}，您好，已经认出您了。")
        if access.needs_consent(turn.visitor, turn.office.consent_version):
            await underway.start(turn, flows.CONSENT)
        else:
            menu.show_menu(turn)
    elif strangers.was_a_code(message):
        strangers.refuse_code(turn)
    elif dialog is not None and dialog.flow == flows.REQUEST_ACCESS.name:
        await _stranger_in_dialog(turn, dialog)
    elif strangers.wants_access(message):
        await underway.start(turn, flows.REQUEST_ACCESS)
    else:
        strangers.greet(turn)


async def _stranger_in_dialog(turn: Turn, dialog: Dialog) -> None:
    choice = turn.message.choice
    meaning = ALWAYS.get(_command(turn.message.words)) if choice is None else None
    if meaning in ("cancel", "menu") or (choice is not None and choice == strangers.APPLY):
        await underway.put_aside(turn, dialog)
        strangers.greet(turn)
    elif choice is not None and _value_for(dialog, choice) is None:
        turn.say(NEVER_MIND)
        await underway.run_flow(turn, flows.named(dialog.flow), dialog, None)
    elif meaning in ("human", "help", "resume") or turn.message.kind == "unsupported":
        turn.say(f"要找人，请打电话：{turn.office.phone}。")
        await underway.run_flow(turn, flows.named(dialog.flow), dialog, None)
    else:
        said = Said(value=_value_for(dialog, choice)) if choice is not None else Said.of(turn.message)
        back = meaning == "back"
        await underway.run_flow(turn, flows.named(dialog.flow), dialog, None if back else said, back=back)


# ── a button ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def _pressed(turn: Turn, choice: str) -> None:
    dialog = turn.visitor.dialog
    kind, _, rest = choice.partition(":")
    if turn.visitor.talk_id is not None and choice.startswith(BEGINS_A_FORM) and await _talks_as_client(turn):
        turn.say("您正在跟工作人员说话，您的话都转过去了。要办别的事，请先按【结束对话】。", [talk.END_BUTTON])
        return
    if kind == "a":
        name, _, argument = rest.partition(":")
        if action := ACTIONS.get(name):
            await action(turn, argument)
            await _remind(turn, dialog)
            return
    if kind == "w" and rest in WORDS:
        await WORDS[rest](turn)
        return
    if dialog is not None and (value := _value_for(dialog, choice)) is not None:
        await underway.go_on(turn, dialog, Said(value=value))
        return
    await _stale(turn, choice)


def _value_for(dialog: Dialog, choice: str) -> str | None:
    """Return the value of a button that belongs to the question that stands open, else None."""
    parts = choice.split(":", 3)
    if len(parts) != 4 or parts[0] != "q" or parts[1] != str(dialog.id):
        return None
    asked = underway.RESUME if underway.RESUME in dialog.answers else dialog.asked
    return parts[3] if parts[2] == asked else None


async def _stale(turn: Turn, choice: str) -> None:
    """An old button is a normal case: say so, and show where we are."""
    number = row_id(choice.split(":")[1]) if choice.startswith("q:") else None
    old = await dialogs.by_id(turn.tx, number, turn.visitor.account_id) if number is not None else None
    current = turn.visitor.dialog
    if old is not None and old.state == "done" and not choice.endswith((f":{CANCEL}", f":{HUMAN}")):
        turn.say("这一项您已经办过了，不用再按。")
    elif old is not None and old.state == "draft" and flows.is_known(old.flow):
        turn.say("这一项先放下了，您填的内容还在。想接着填，请按【接着填】。", [underway.resume_button(old)])
        if current is None:
            return
    else:
        turn.say(NEVER_MIND)
    if current is not None:
        await underway.go_on(turn, current, None)
    else:
        menu.show_menu(turn)


async def _remind(turn: Turn, dialog: Dialog | None) -> None:
    """After an action on the side, show again the question that still stands."""
    if dialog is None or turn.follow is not None:
        return
    still = await dialogs.by_id(turn.tx, dialog.id, dialog.account_id)
    if still is not None and still.state == "open" and still == dialog:
        turn.say(f"您刚才的“{flows.named(dialog.flow).title}”还没填完：")
        await underway.go_on(turn, dialog, None)


# ── words ───────────────────────────────────────────────────────────────────────────────────────────────────────────


async def _said(turn: Turn) -> None:
    message = turn.message
    dialog = turn.visitor.dialog
    always = ALWAYS.get(_command(message.words))
    if await door.said_code(turn):
        await _remind(turn, dialog)
        return
    if turn.visitor.talk_id is not None and await _in_talk(turn):
        return
    if always and not message.media:
        await WORDS[always](turn)
    elif message.kind == "unsupported":
        turn.say(f"{message.words}我还看不了。请打字、发语音或者照片告诉我。")
        await (underway.go_on(turn, dialog, None) if dialog else _menu(turn))
    elif dialog is not None:
        await underway.go_on(turn, dialog, Said.of(message))
    elif message.kind == "edited":
        await take_free_words(turn)  # a correction presses no button
    elif await sharing.wants_to_share(turn):
        return
    elif not await _as_button(turn) and not await _as_keyword(turn):
        await take_free_words(turn)


async def _talks_as_client(turn: Turn) -> bool:
    current = await talks.by_id(turn.tx, turn.visitor.talk_id or 0)
    return current is not None and current.account_id == turn.visitor.account_id


async def _in_talk(turn: Turn) -> bool:
    """Hand what is said in a talk to the other side; False when it is for us: the talk is over, or staff are at their desk meanwhile.

    The cadre's 菜单 and 结束 end it. Everything else the cadre says goes through, digits as well.
    """
    current = await talks.by_id(turn.tx, turn.visitor.talk_id or 0)
    message = turn.message
    if current is None:
        return False
    if message.kind == "unsupported":
        turn.say(f"{message.words}转不过去。请打字、发语音或者照片。")
        return True
    plain = "" if message.media else _command(message.words)
    by_staff = current.staff_account_id == turn.visitor.account_id
    if by_staff and (turn.visitor.dialog or plain in ALWAYS or flows.choice_for_keyword(turn.visitor, plain)):
        return False
    if plain in ENDS_TALK:
        turn.press_next = talk.END_BUTTON.choice
        return True
    if not by_staff and (ALWAYS.get(plain) == "menu" or plain in flows.WITHDRAW.keywords):
        await talk.end(turn, current, "cadre")
        turn.say("对话结束了，说过的都记下了。")
        return False
    await talk.relay(turn, current, Said.of(message).kept)
    return True


def _command(words: str) -> str:
    """Return words as ALWAYS writes them; of '/start@our_bot CODE' the command only."""
    return (
        words.split()[0].split("@")[0].casefold()
        if words.startswith("/") and words.strip("/ ")
        else answers.plain(words)
    )


async def _as_button(turn: Turn) -> bool:
    """Take a typed digit or label as the button it names on the newest message."""
    if turn.message.media:
        return False
    shown = await told.last_buttons(turn.tx, turn.visitor.account_id, turn.message.received_at)
    labels = [row[0].split(" ", 1)[-1] for row in shown]
    digits = [answers.number(row[0].split(" ", 1)[0]) for row in shown]
    said = answers.number(turn.message.words)
    place = digits.index(said) if said is not None and said in digits else answers.option(turn.message.words, labels)
    if place is None or (said is not None and said not in digits):
        return False
    await _pressed(turn, shown[place][1])
    return True


async def _as_keyword(turn: Turn) -> bool:
    choice = None if turn.message.media else flows.choice_for_keyword(turn.visitor, turn.message.words)
    if choice is not None:
        await _pressed(turn, choice)
    return choice is not None


# ── the words that always work ──────────────────────────────────────────────────────────────────────────────────────


async def _menu(turn: Turn) -> None:
    if (dialog := turn.visitor.dialog) is not None:
        await underway.put_aside(turn, dialog)
        if flows.named(dialog.flow).drafts:
            turn.say(f"“{flows.named(dialog.flow).title}”先放下了，填过的给您留着，想接着填就说“接着填”。")
    menu.show_menu(turn)


async def _back(turn: Turn) -> None:
    if turn.visitor.dialog is None:
        menu.show_menu(turn)
    else:
        await underway.go_on(turn, turn.visitor.dialog, None, back=True)


async def _cancel(turn: Turn) -> None:
    dialog = turn.visitor.dialog
    if dialog is None:
        turn.say("现在没有要取消的。")
        menu.show_menu(turn)
    elif (
        flows.named(dialog.flow).takes_back
        and dialog.asked == "sure"
        and _command(turn.message.words) in ("取消", "/cancel")
    ):
        turn.say("要取消报名，请按【取消报名】；还是要来，请按【不取消】。")
        await underway.go_on(turn, dialog, None)
    else:
        await underway.cancelled(turn, dialog)


async def _human(turn: Turn) -> None:
    """Put the dialog aside and open a case for a person; what answered nothing goes with it."""
    dialog = turn.visitor.dialog
    if access.only_works_here(turn.visitor):
        turn.say("您就是工作人员。要办件请按【待办】。")
        await (underway.go_on(turn, dialog, None) if dialog else _menu(turn))
        return
    kept = Gathered.of(underway.awake(dialog).answers.get("~kept") if dialog else None)
    if dialog is not None:
        taken_along = {key: each for key, each in underway.awake(dialog).answers.items() if key != "~kept"}
        await underway.put_aside(turn, replace(dialog, answers=taken_along))
    await underway.start(turn, flows.HUMAN, kept.stored())
    if dialog is not None and flows.named(dialog.flow).drafts:
        turn.say("您刚才填的给您留着，想接着填就说“接着填”。")


async def _help(turn: Turn) -> None:
    await flows.ACTIONS["help"](turn, "")
    await _remind(turn, turn.visitor.dialog)


async def _resume(turn: Turn) -> None:
    dialog = turn.visitor.dialog or await dialogs.draft(turn.tx, turn.visitor.account_id)
    if dialog is None:
        turn.say("没有没填完的内容。")
        menu.show_menu(turn)
    else:
        await underway.reopen(turn, dialog)


WORDS = {"menu": _menu, "back": _back, "cancel": _cancel, "human": _human, "help": _help, "resume": _resume}


ACTIONS = {
    **flows.ACTIONS,
    "resume": underway.resume_draft,
    "apart": free_words.set_apart,
    "notyet": free_words.not_yet,
    "false_alarm": free_words.false_alarm,
}

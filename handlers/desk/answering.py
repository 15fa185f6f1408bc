"""答复, 问老同志, 备注, 常用答复, 对话: the owner and the cadre speak."""

from dataclasses import replace

from handlers import talk
from handlers.cases import caring, telling, words
from handlers.desk.card import handled, own, show_case
from handlers.dialog import MOST_OPTIONS, Chat, flow
from handlers.menu import MENU_BUTTON
from handlers.office import Canned, day_in_words
from handlers.readers import Gathered
from handlers.turn import Turn
from storage import accounts, cases, dialogs, talks
from storage.cases import Case


@flow("reply", "答复")
async def reply(chat: Chat) -> None:
    case = await cases.by_id(chat.tx, chat.seed["case"])
    told = await chat.gather(
        "told", f"答复{case.person_name}（{case.number}），请说内容，可以带照片、录音。说完了请按【说完了】。"
    )
    await chat.review("发出前请核对：", told="内容")
    if current := await own(chat.turn, str(case.id)):
        await _send_reply(chat, current, told + chat.kept())


async def _send_reply(chat: Chat, case: Case, told: Gathered) -> None:
    arrived = await caring.reply(chat.turn, case, told)
    chat.say(f"已经发给{telling.reporter_name(case)}。" if arrived else await telling.call_instead(chat.turn, case))
    await show_case(chat.turn, str(case.id))


async def canned_reply(turn: Turn, argument: str) -> None:
    """【常用答复】."""
    if case := await own(turn, argument):
        if turn.office.canned:
            turn.follow = ("canned", {"case": case.id})
        else:
            turn.say(
                "本单位还没有设常用答复，请管机器的同志写在 config.toml 的 [[canned]] 里。", words.open_button(case)
            )


@flow("canned", "常用答复", drafts=False)
async def canned(chat: Chat) -> None:
    case = await cases.by_id(chat.tx, chat.seed["case"])
    texts = {str(place): filled(chat.turn, each, case) for place, each in enumerate(chat.turn.office.canned)}
    options = {str(place): each.label for place, each in enumerate(chat.turn.office.canned[:MOST_OPTIONS])}
    if not options:
        chat.say("常用答复都撤下了，请直接写。", words.open_button(case))
        return
    chosen = await chat.choose("which", f"答复{case.person_name}（{case.number}），用哪一条？", options)
    text = texts.get(chosen, "")
    if not text:  # the list has grown shorter meanwhile
        chat.say("这一条常用答复已经撤下了。", words.open_button(case))
        return
    await chat.review(f"发出前请核对：\n{text}", which="常用答复")
    if current := await own(chat.turn, str(case.id)):
        await _send_reply(chat, current, Gathered((text,)) + chat.kept())


def filled(turn: Turn, each: Canned, case: Case) -> str:
    """Return a canned answer with its placeholders filled in."""
    values = {
        "姓名": case.person_name,
        "编号": case.number,
        "经办人": case.owner_name or turn.visitor.name,
        "电话": case.owner_phone or turn.office.phone,
        "最迟": day_in_words(case.promised_on) if case.promised_on >= turn.today else "尽快",
    }
    text = each.text
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return text


@flow("ask", "问老同志")
async def ask(chat: Chat) -> None:
    case = await cases.by_id(chat.tx, chat.seed["case"])
    told = await chat.gather(
        "told", f"要问{case.person_name}什么（{case.number}）？等回话期间，期限先停着。说完了请按【说完了】。"
    )
    await chat.review("发出前请核对：", told="问题")
    current = await own(chat.turn, str(case.id))
    if current is None:
        return
    if await caring.ask_back(chat.turn, current, told + chat.kept()):
        chat.say(f"已经问了{telling.reporter_name(current)}，一回话就告诉您。")
    else:
        chat.say(f"{await telling.call_instead(chat.turn, current)}问到了请按【老同志回话了】。")
    await show_case(chat.turn, str(case.id))


@flow("note", "备注")
async def note(chat: Chat) -> None:
    case = await cases.by_id(chat.tx, chat.seed["case"])
    told = await chat.gather("told", f"给 {case.number} 写备注，只有局里的人看得到。说完了请按【说完了】。")
    if await handled(chat.turn, str(case.id)):
        told += chat.kept()
        await caring.note(chat.turn, case, told.text, told.media)
        chat.say("备注记下了，老同志看不到。")
        await show_case(chat.turn, str(case.id))


# ── 对话 ────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def begin_talk(turn: Turn, argument: str) -> None:
    """【对话】: from now on what the two say goes straight to the other."""
    case = await own(turn, argument)
    if case is None:
        return
    account_id = await _account(turn, case)
    if account_id is None:
        turn.say(await telling.call_instead(turn, case), words.open_button(case))
    elif not await talk.begin(turn, case, account_id):
        turn.say("您或者对方正在别的对话里，请先结束那一个。", words.open_button(case))
    else:
        put_aside = await _put_dialog_aside(turn, account_id)
        minutes = turn.office.human_idle_minutes
        turn.say(
            f"开始跟{case.person_name}这边对话。您打的字、发的照片都直接转过去，请直接写。{put_aside}\n"
            f"菜单、待办这些词和按钮照常用，不会转。{minutes} 分钟没有人说话就自动结束。",
            [talk.END_BUTTON],
        )


async def _account(turn: Turn, case: Case) -> int | None:
    """Return where the side that reported can be reached: where it was reported, or any account of theirs."""
    for person_id in dict.fromkeys((telling.reporter_id(case), case.person_id)):
        reachable = [each.id for each in await turn.reachable(person_id)]
        if reachable:
            return case.account_id if case.account_id in reachable else reachable[0]
    return None


async def _put_dialog_aside(turn: Turn, account_id: int) -> str:
    """A form that stands open on the other side must not swallow what is said; it is kept."""
    visitor = await accounts.visitor(turn.tx, account_id)
    if visitor.dialog is None:
        return ""
    await dialogs.save(turn.tx, replace(visitor.dialog, state="draft", updated_at=turn.now))
    return "对方没填完的表先放着。"


async def end_talk(turn: Turn, argument: str) -> None:
    """【结束对话】, by either side."""
    current = await talks.of_account(turn.tx, turn.visitor.account_id)
    if current is None:
        turn.say("现在没有在对话。", [MENU_BUTTON])
        return
    by_staff = current.staff_account_id == turn.visitor.account_id
    await talk.end(turn, current, "staff" if by_staff else "cadre")
    if by_staff:
        turn.say("对话结束了，说过的都记在这件事里。")
        await show_case(turn, str(current.case_id))
    else:
        turn.say("对话结束了，说过的都记下了。现在我又在了，有事随时说。", [MENU_BUTTON])

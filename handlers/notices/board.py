"""通知: the list, and one of them with its figures and what may be done with it now."""

from datetime import timedelta

from handlers import access
from handlers.desk.lists import not_yours
from handlers.mailing import calling, deciding, progress, steering, words
from handlers.mailing.statistics import by_unit_and_branch
from handlers.menu import MENU_BUTTON
from handlers.readers import short
from handlers.turn import Button, Turn, row_id
from storage import mailings, recipients
from storage.mailings import Mailing

LONGEST_LIST = 6  # besides the buttons that stand under it
LOOKED_BACK = timedelta(days=400)
MOST = 300
MOST_WORDS = 30
LONGEST_SHOWN = 300  # characters of the text on its card


async def opened(turn: Turn, argument: str) -> Mailing | None:
    """Return the mailing that a button names if the speaker may see it, else say that it is not theirs and return None."""
    try:
        mailing = await mailings.by_id(turn.tx, row_id(argument) or 0)
    except LookupError:
        mailing = None
    if mailing is None or not access.may_see_mailing(turn.visitor, mailing):
        not_yours(turn)
        return None
    return mailing


async def steered(turn: Turn, argument: str) -> Mailing | None:
    """Return the mailing if the speaker may steer it, else say why not and return None."""
    mailing = await opened(turn, argument)
    if mailing is not None and not access.may_steer(turn.visitor, turn.office, mailing):
        turn.say("这条不是您发的，您可以看，不能改。", [*words.card_button(mailing), MENU_BUTTON])
        return None
    return mailing


async def show_list(turn: Turn, argument: str) -> None:
    """【通知】: the newest first; the argument is how many to skip."""
    if not access.works_here(turn.visitor):
        not_yours(turn)
        return
    found = await mailings.newest(turn.tx, turn.now - LOOKED_BACK, MOST)
    own = [each for each in found if access.may_see_mailing(turn.visitor, each)]
    skip = min(row_id(argument) or 0, max(0, len(own) - 1))
    page = own[skip : skip + LONGEST_LIST]
    buttons = [Button(f"{place} {_label(each)}", f"a:mailing:{each.id}") for place, each in enumerate(page, 1)]
    buttons.append(Button("7 发通知", "a:notify:"))
    if skip + LONGEST_LIST < len(own):
        buttons.append(Button("8 下一页", f"a:mailings:{skip + LONGEST_LIST}"))
    elif skip:
        buttons.append(Button("8 回到第一页", "a:mailings:"))
    turn.say("发过和要发的通知、简报，新的在前：" if page else "还没有发过通知。", [*buttons, MENU_BUTTON])


def _label(mailing: Mailing) -> str:
    return f"{words.name_of(mailing)} {words.STATES[mailing.state]}"


async def show_one(turn: Turn, argument: str) -> None:
    """One mailing: what it says, to whom, how it stands, and what may be done."""
    mailing = await opened(turn, argument)
    if mailing is None:
        return
    lines = [words.state_words(mailing), f"内容：{short(mailing.text, LONGEST_SHOWN)}"]
    lines += [f"附件 {len(mailing.media)} 份"] if mailing.media else []
    lines.append(f"发给：{await words.circle_words(turn, mailing.circle)}")
    lines.append(f"{words.when_words(turn.office, mailing)}。{'急件。' if mailing.urgent else ''}")
    lines.append(f"写的人：{mailing.made_by_name}{_decided(mailing)}")
    if mailing.why:
        lines.append(f"原因：{mailing.why}")
    if mailing.began_at is not None:
        lines += ["", await progress.counted(turn, mailing)]
        if arrived := await recipients.by_channel(turn.tx, mailing.id):
            lines.append(f"送到的：{words.channels_words(arrived)}。")
    turn.say("\n".join(lines), [*await _deeds(turn, mailing), MENU_BUTTON])


def _decided(mailing: Mailing) -> str:
    if mailing.decided_by == mailing.made_by:
        return "，急件，没有别人批"
    return f"，批的人：{mailing.decided_by_name}" if mailing.decided_by_name and mailing.state != "returned" else ""


async def _deeds(turn: Turn, mailing: Mailing) -> list[Button]:
    """Return what the speaker may do with a mailing as it stands, at most eight."""
    deeds: list[tuple[str, str]] = []
    writers = await deciding.writers(turn, mailing)
    if mailing.state == "proposed" and access.may_approve(turn.visitor, turn.office, writers):
        deeds += [("批准发送", "approve"), ("退回修改", "sendback")]
    if access.may_steer(turn.visitor, turn.office, mailing):
        deeds += await _steering(turn, mailing)
    if mailing.began_at is not None:
        deeds += [("按单位、支部看", "mailstats"), ("导出表格", "mailexport")]
    return [Button(f"{place} {label}", f"a:{action}:{mailing.id}") for place, (label, action) in enumerate(deeds, 1)]


async def _steering(turn: Turn, mailing: Mailing) -> list[tuple[str, str]]:
    if mailing.state in ("proposed", "approved"):
        return [("撤回不发", "stopmail")]
    if mailing.state == "returned":
        return [("改了再报", "again")]
    if mailing.state in progress.DEEDS:
        return list(progress.DEEDS[mailing.state])
    if mailing.state != "done":
        return []
    figures = await recipients.figures(turn.tx, mailing.id)
    deeds = []
    if steering.may_go_on(turn, mailing):
        missed = figures.failed + figures.unreachable
        deeds += [(f"重发没送到的 {missed} 人", "resend")] if missed else []
        deeds.append(("也发给后来加入的", "widen"))
    everybody, _ = await calling.count(turn, mailing)
    if everybody:
        deeds.append((f"电话名单 {everybody} 人", "calllist"))
    if mailing.kind == "notice" and calling.asks_for_reading(mailing) and figures.arrived > figures.read:
        deeds.append(("催还没阅的", "urge"))
    if figures.words:
        deeds.append((f"看回的话 {figures.words} 人", "mailwords"))
    return deeds


# ── what staff press ────────────────────────────────────────────────────────────────────────────────────────────────


async def pause(turn: Turn, argument: str) -> None:
    """【暂停】."""
    if mailing := await steered(turn, argument):
        if not await steering.pause(turn, mailing):
            turn.say(words.state_words(mailing))
        else:
            turn.say("暂停了，没有发出去的都停着，不会重发也不会丢。要接着发，按【接着发】。")
        await show_one(turn, argument)


async def go_on(turn: Turn, argument: str) -> None:
    """【接着发】."""
    if mailing := await steered(turn, argument):
        if not await steering.resume(turn, mailing):
            turn.say(words.state_words(mailing))
        else:
            figures = await recipients.figures(turn.tx, mailing.id)
            turn.say(f"接着发，还有 {figures.remaining} 人，已经送到的不会再发。")
        await show_one(turn, argument)


async def stop(turn: Turn, argument: str) -> None:
    """【取消】【撤回不发】: asked once more when it has begun, for what was sent cannot be called back."""
    if mailing := await steered(turn, argument):
        if mailing.is_finished:
            turn.say(words.state_words(mailing))
            await show_one(turn, argument)
        elif mailing.began_at is None:
            await steering.cancel(turn, mailing)
            await show_one(turn, argument)
        else:
            figures = await recipients.figures(turn.tx, mailing.id)
            question = f"还有 {figures.remaining} 人没有发。取消了就不再发；已经送到的 {figures.arrived} 人收不回来。确定取消发送吗？"
            buttons = [Button("1 不再发了", f"a:stopsure:{mailing.id}"), *words.card_button(mailing, 2)]
            turn.say(question, [*buttons, MENU_BUTTON])


async def stop_for_sure(turn: Turn, argument: str) -> None:
    """【不再发了】."""
    if mailing := await steered(turn, argument):
        if not await steering.cancel(turn, mailing):
            turn.say(words.state_words(mailing))
        await show_one(turn, argument)


async def send_again(turn: Turn, argument: str) -> None:
    """【重发没送到的】."""
    if mailing := await steered(turn, argument):
        count = await steering.send_again(turn, mailing)
        turn.say(f"再发给没送到的 {count} 人，别人不会再收到。" if count else "没有要重发的。")
        await show_one(turn, argument)


async def widen(turn: Turn, argument: str) -> None:
    """【也发给后来的】: whoever belongs to its circle only now."""
    if mailing := await steered(turn, argument):
        count = await steering.send_to(turn, mailing, await steering.come_since(turn, mailing))
        turn.say(f"也发给后来加入的 {count} 人，别人不会再收到。" if count else "没有后来加入、也该收到的人。")
        await show_one(turn, argument)


async def urge(turn: Turn, argument: str) -> None:
    """【催还没阅的】: a new notice to whoever has not read this one; it is approved like any other."""
    if mailing := await steered(turn, argument):
        turn.follow = ("notice", {"from": mailing.id, "whom": "unread"})


async def show_words(turn: Turn, argument: str) -> None:
    """【看回的话】: what people said about it, the newest first."""
    if mailing := await opened(turn, argument):
        said = await recipients.with_words(turn.tx, mailing.id, MOST_WORDS)
        lines = [f"{each.person_name}：{each.words}" for each in said]
        turn.say("\n".join(lines) or "还没有人回话。", [*words.card_button(mailing), MENU_BUTTON])


async def show_statistics(turn: Turn, argument: str) -> None:
    """【按单位、支部看】."""
    if mailing := await opened(turn, argument):
        everybody = await recipients.of_mailing(turn.tx, mailing.id)
        by_unit, by_branch = await by_unit_and_branch(turn, everybody)
        lines = [f"{words.name_of(mailing)}，按单位：", *(each.shown() for each in by_unit), "按支部："]
        turn.say("\n".join([*lines, *(each.shown() for each in by_branch)]), [*words.card_button(mailing), MENU_BUTTON])


# ── approving ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def approve(turn: Turn, argument: str) -> None:
    """【批准发送】."""
    mailing = await opened(turn, argument)
    if mailing is None:
        return
    if not access.may_approve(turn.visitor, turn.office, await deciding.writers(turn, mailing)):
        turn.say("这条要别的同志批准：写的人自己不能批。", [*words.card_button(mailing), MENU_BUTTON])
        return
    refused = await deciding.approve(turn, mailing, turn.person_id)
    turn.say(refused or "批准了。开始发的时候，进度会告诉您。")
    await show_one(turn, argument)

"""The office's side of briefings: what there is, and one with what may be done."""

from collections.abc import Sequence

from handlers import access
from handlers.briefings import publishing, sending, words
from handlers.briefings.publishing import FIELDS
from handlers.briefings.words import CLASSES
from handlers.desk.lists import not_yours
from handlers.mailing.words import channels_words
from handlers.menu import MENU_BUTTON
from handlers.readers import short
from handlers.reading import forgetting
from handlers.turn import Button, Turn, row_id
from storage import briefing_corrections, briefing_reads, briefings, mailings
from storage.briefing_corrections import Correction
from storage.briefings import Briefing

STATES = {"draft": "草稿", "proposed": "等批准", "published": "已发", "withdrawn": "已撤回", "dropped": "已删"}
ON_A_SCREEN = 6


async def opened(turn: Turn, argument: str) -> Briefing | None:
    """Return the briefing a button names if the speaker is of the office, else say that it is not theirs and return None."""
    try:
        briefing = await briefings.by_id(turn.tx, row_id(argument) or 0)
    except LookupError:
        briefing = None
    if briefing is None or briefing.state == "dropped" or not access.works_here(turn.visitor):
        not_yours(turn)
        return None
    return briefing


async def written(turn: Turn, argument: str) -> Briefing | None:
    """Return the briefing if the speaker may change it, else say that it is not theirs and return None."""
    briefing = await opened(turn, argument)
    if briefing is not None and not access.may_change_briefing(turn.visitor, briefing):
        not_yours(turn)
        return None
    return briefing


def open_button(briefing_id: int) -> Button:
    return Button("1 查看", f"a:briefone:{briefing_id}")


def name(briefing: Briefing) -> str:
    return "请到局里阅文的通知" if briefing.is_internal else f"《{briefing.title or '还没有题目'}》"


async def show_desk(turn: Turn, argument: str) -> None:
    """【简报】: all of them, the newest first; the argument is how many to skip."""
    if not access.works_here(turn.visitor):
        not_yours(turn)
        return
    skip = row_id(argument) or 0
    found = await briefings.shown_to_staff(turn.tx, ON_A_SCREEN + 1, skip)
    buttons = [
        Button(f"{place} {STATES[each.state]} {short(name(each), 16)}", f"a:briefone:{each.id}")
        for place, each in enumerate(found[:ON_A_SCREEN], 1)
    ]
    if access.may_write_briefings(turn.visitor):
        buttons.append(Button("7 写一篇", "a:go:brief"))
    buttons.append(Button("8 查找", "a:go:findbrief"))
    if len(found) > ON_A_SCREEN:
        buttons.append(Button("9 下一页", f"a:briefdesk:{skip + ON_A_SCREEN}"))
    turn.say("简报，最近的在前：" if found else "还没有写过简报。", [*buttons, MENU_BUTTON])


async def show_one(turn: Turn, argument: str) -> None:
    """One briefing: what it is, how it stands, and what may be done."""
    briefing = await opened(turn, argument)
    if briefing is not None:
        lines, buttons = await _lines(turn, briefing), await _deeds(turn, briefing)
        waits, decisions_ = await _waiting(turn, briefing, len(buttons) + 1)
        turn.say("\n".join([*lines, *waits]), [*buttons, *decisions_, MENU_BUTTON])


async def _lines(turn: Turn, briefing: Briefing) -> list[str]:
    office = turn.office
    lines = [
        f"{name(briefing)}：{STATES[briefing.state]}",
        f"{CLASSES[briefing.content_class]}，{briefing.made_by_name}写",
    ]
    if not briefing.is_internal:
        media = await briefings.media_of(turn.tx, briefing.id)
        lines.append(f"{office.topic(briefing.topic)}，来源：{briefing.source or '没有写'}")
        lines.append(f"正文 {len(briefing.text)} 个字，{len(words.pages(briefing))} 页；图片和附件 {len(media)} 份")
    if briefing.published_at:
        lines.append(f"{words.day(office, briefing.published_at)}发出{words.corrected(office, briefing)}")
        lines += await _figures(turn, briefing)
    if briefing.withdrawn_at:
        lines.append(f"{words.day(office, briefing.withdrawn_at)}撤回：{briefing.withdrawn_why}")
    return lines


async def _figures(turn: Turn, briefing: Briefing) -> list[str]:
    """Return who has read it, by channel, and how many had something to say."""
    read = await briefing_reads.by_channel(turn.tx, briefing.id)
    by = f"（{channels_words(read)}）" if read else ""
    cases = await briefings.cases_of(turn.tx, briefing.id)
    return [f"看过的 {sum(read.values())} 人{by}；有话要说的 {len(cases)} 件"]


async def _deeds(turn: Turn, briefing: Briefing) -> list[Button]:
    """Return what the speaker may do with a briefing as it stands; how its sending stands belongs to the mailing."""
    look = ("看样子", "briefpreview")
    deeds = {
        "draft": [look, ("报批发送", "briefsend"), ("修改", "briefmend"), ("删掉", "briefdrop")],
        "proposed": [look],
        "published": [("看全文", "page"), ("更正", "briefmend"), ("撤回", "briefwithdraw"), ("催阅", "briefchase")],
        "withdrawn": [("看全文", "page")],
    }[briefing.state]
    if briefing.is_internal:
        deeds = [each for each in deeds if each[1] not in ("briefmend", "page")]
    if not access.may_change_briefing(turn.visitor, briefing):
        deeds = [each for each in deeds if each[1] in ("briefpreview", "page")]
    buttons = [
        Button(f"{place} {label}", f"a:{action}:{briefing.id}") for place, (label, action) in enumerate(deeds, 1)
    ]
    sendings = await mailings.of_subject(turn.tx, sending.kind_of(briefing), briefing.id)
    if sendings and access.may_see_mailing(turn.visitor, sendings[-1]):
        buttons.append(Button(f"{len(buttons) + 1} 发送情况", f"a:mailing:{sendings[-1].id}"))
    return buttons


def decisions(correction: Correction, first: int = 1) -> Sequence[Button]:
    deeds = {"mendok": "批准更正", "mendno": "不同意", "mendpage": "看改后的全文"}
    return [
        Button(f"{place} {label}", f"a:{action}:{correction.id}{'.1' if action == 'mendpage' else ''}")
        for place, (action, label) in enumerate(deeds.items(), first)
    ]


async def _waiting(turn: Turn, briefing: Briefing, first: int) -> tuple[list[str], list[Button]]:
    """Return for a briefing's card what waits, and what the speaker may do about it, numbered from `first`."""
    for each in await briefing_corrections.waiting(turn.tx, briefing.id):
        correction = await briefing_corrections.by_id(turn.tx, each)
        lines = [f"{correction.made_by_name}的更正在等批准，改{FIELDS[correction.field]}"]
        if access.may_approve_correction(turn.visitor, turn.office, correction):
            return lines, list(decisions(correction, first))
        if correction.made_by == turn.person_id:
            return lines, [Button(f"{first} 更正不改了", f"a:menddrop:{correction.id}")]
        return lines, []
    return [], []


async def preview(turn: Turn, argument: str) -> None:
    """【看样子】: the letter with its buttons, exactly as it will be sent; they work for the office already."""
    briefing = await opened(turn, argument)
    if briefing is None:
        return
    turn.answer_first("发出去就是下面这个样子，按钮可以按：")
    buttons = words.letter_buttons(briefing.id, is_internal=briefing.is_internal)
    turn.say(words.letter(turn.office, briefing), buttons)


async def drop(turn: Turn, argument: str) -> None:
    """【删掉】 a draft."""
    briefing = await written(turn, argument)
    if briefing is None:
        return
    if await publishing.drop(turn, briefing.id):
        await forgetting.forget_draft(turn, briefing)
        turn.say(f"草稿删掉了。{forgetting.FORGOTTEN}", [Button("1 看所有的", "a:briefdesk:0"), MENU_BUTTON])
    else:
        turn.say("它已经报批或者发出去了，不能删。发出去的可以撤回。", [open_button(briefing.id), MENU_BUTTON])

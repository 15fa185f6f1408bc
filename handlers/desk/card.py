"""One case: everything in it, in order, and what may be done now."""

from collections.abc import Awaitable, Callable, Sequence

from handlers import access
from handlers.cases import caring, words
from handlers.desk.lists import not_yours
from handlers.menu import MENU_BUTTON
from handlers.office import CONSULT, Office
from handlers.turn import Button, Turn, row_id
from storage import briefings, case_closings, case_entries, cases, people
from storage import talks as stored_talks
from storage.case_entries import SPOKEN, Entry
from storage.cases import Case

DEEDS = {
    "said": "说",
    "taken": "接手",
    "replied": "答复",
    "asked": "询问",
    "note": "备注（只有局里看得到）",
    "linked": "关联（只有局里看得到）",
    "aided": "帮扶（只有局里看得到）",
    "offered": "转交",
    "accepted": "接受转交",
    "declined": "没有接受转交",
    "assigned": "改派",
    "proposed": "提请审签",
    "signed": "同意",
    "returned": "退回再办",
    "extended": "改承诺日期",
    "snoozed": "暂放到",
    "merged": "合并",
    "split": "拆分",
    "closed": "办结",
    "answered": "回答",
    "reopened": "重新办理",
    "progress": "通报进展",
    "called": "电话",
    "released": "没有人办",
    "talk_begins": "开始对话",
    "talk_ends": "结束对话",
}
SEEN_BY_CADRES = frozenset((*SPOKEN, "taken", "accepted", "assigned", "extended", "progress", "merged", "split"))
AMONG_STAFF = frozenset(("assigned",))  # that it happened the cadre sees, but not what was said of it


async def readable(turn: Turn, argument: str) -> Case | None:
    """Return the case a button names if the speaker may read it, else say so and return None."""
    try:
        case = await cases.by_id(turn.tx, row_id(argument) or 0)
    except LookupError:
        not_yours(turn)
        return None
    if await access.may_read(turn.tx, turn.visitor, case):
        return case
    not_yours(turn)
    return None


async def handled(turn: Turn, argument: str) -> Case | None:
    """Return the case that goes on under the one a button names if the speaker may handle it, else say so and return None."""
    case = await readable(turn, argument)
    if case is None:
        return None
    case = await cases.living(turn.tx, case.id)
    if access.may_handle(turn.visitor, case) or access.may_lead(turn.visitor):
        return case
    not_yours(turn)
    return None


async def own(turn: Turn, argument: str) -> Case | None:
    """Return the case if it is in the speaker's hands now, else say so and return None."""
    case = await handled(turn, argument)
    if case is None:
        return None
    if case.state == "taken" and case.owner_id == turn.person_id:
        return case
    turn.say("这件事现在不在您手上，请先看看它的情况。", words.open_button(case))
    return None


async def show_media(turn: Turn, argument: str) -> None:
    """【看以前的附件】: everything that was sent along, once more."""
    case = await readable(turn, argument)
    if case is not None and access.may_see(turn.visitor, case):
        media = [medium for each in await _entries(turn, case) for medium in each.media]
        turn.say(f"{case.number} 的附件一共 {len(media)} 份。", words.open_button(case), media)
    elif case is not None:
        not_yours(turn)


def owner_begins(flow: str) -> Callable[[Turn, str], Awaitable[None]]:
    """Return the action of a button with which the owner of a case begins a flow about it."""

    async def begin(turn: Turn, argument: str) -> None:
        if case := await own(turn, argument):
            turn.follow = (flow, {"case": case.id})

    return begin


def handler_begins(flow: str) -> Callable[[Turn, str], Awaitable[None]]:
    """Return the action of a button with which whoever may handle a case begins a flow about it."""

    async def begin(turn: Turn, argument: str) -> None:
        if case := await handled(turn, argument):
            turn.follow = (flow, {"case": case.id})

    return begin


async def show_case(turn: Turn, argument: str) -> None:
    """Everything in a case, in order, with what may be done now. Staff have then read it."""
    asked = await readable(turn, argument)
    if asked is None:
        return
    case = await cases.living(turn.tx, asked.id)
    entries = await _entries(turn, case)
    by_office = access.may_see(turn.visitor, case)
    shown = entries if by_office else [each for each in entries if each.kind in SEEN_BY_CADRES]
    lines = [*await _head(turn, asked, case, by_office), "", *(_line(turn.office, each, by_office) for each in shown)]
    read = await case_entries.read_up_to(turn.tx, case.id, turn.person_id) if by_office else 0
    media = [medium for each in shown if each.id > read for medium in each.media]
    buttons = await deeds_now(turn, case)
    if any(each.media for each in shown if each.id <= read):
        buttons.insert(-1, Button("看以前的附件", f"a:media:{case.id}"))
    turn.say("\n".join(lines), buttons, media)
    if by_office and entries:
        await case_entries.read(turn.tx, case.id, turn.person_id, max(each.id for each in entries))


async def _entries(turn: Turn, case: Case) -> list[Entry]:
    """Return what happened in a case and in those that were merged into it, in order of time."""
    members = [case, *await cases.merged_into(turn.tx, case.id)]
    found = [each for member in members for each in await case_entries.of_case(turn.tx, member.id)]
    return sorted(found, key=lambda each: (each.at, each.id))


async def _head(turn: Turn, asked: Case, case: Case, by_office: bool) -> Sequence[str]:
    label = words.category_label(turn.office, case)
    head = [f"{case.number} {case.person_name} {label}{words.marks(turn, case) if by_office else ''}"]
    if asked.id != case.id:
        head.append(f"{asked.number} 已经和这一件合在一起办")
    head.append(f"{await words.state(turn, case)}{words.due(case)}；经办人：{case.owner_name or '正在安排'}")
    if case.acted_by != case.person_id:
        head.append(f"由{case.acted_by_name}代报")
    briefing = await briefings.of_case(turn.tx, case.id) if case.category == CONSULT else None
    if briefing is not None and briefing.title:
        head.append(f"看了简报《{briefing.title}》以后说的")
    if by_office and case.handed_to_name:
        head.append(f"正在转交给{case.handed_to_name}，等对方接受")
    if by_office:
        head.append(f"电话：{await _phones(turn, case)}")
    return head


async def _phones(turn: Turn, case: Case) -> str:
    person = await people.by_id(turn.tx, case.person_id)
    family = f"家属{person.family_name or ''} {person.family_phone}" if person.family_phone else None
    return "，".join(each for each in (person.phone, person.home_phone, family) if each) or "花名册里没有"


def _line(office: Office, each: Entry, by_office: bool) -> str:
    at = each.at.astimezone(office.zone)
    attached = f"（附件 {len(each.media)} 份）" if each.media else ""
    said = f"：{each.words}" if each.words and (by_office or each.kind not in AMONG_STAFF) else ""
    return f"{at.month}月{at.day}日 {at:%H:%M} {each.author or '系统'}{DEEDS[each.kind]}{said}{attached}"


# ── what may be done ────────────────────────────────────────────────────────────────────────────────────────────────


def numbered(case: Case, deeds: Sequence[tuple[str, str]]) -> list[Button]:
    """Return buttons 1, 2, 3 ... for (label, action) on a case, and the way back to the menu."""
    return [
        *(Button(f"{place} {label}", f"a:{action}:{case.id}") for place, (label, action) in enumerate(deeds, 1)),
        MENU_BUTTON,
    ]


async def deeds_now(turn: Turn, case: Case) -> list[Button]:
    """Return what the speaker may do with the case as it stands."""
    if not access.works_here(turn.visitor):
        return [MENU_BUTTON]
    leads, handles = access.may_lead(turn.visitor), access.may_handle(turn.visitor, case)
    pending = await case_closings.pending(turn.tx, case.id)
    if leads and pending is not None and pending.proposed_by != turn.person_id and not case.is_finished:
        where = f"{case.id}.{pending.number}"
        return [Button("1 同意", f"a:sign:{where}"), Button("2 退回再办", f"a:return:{where}"), MENU_BUTTON]
    if case.is_finished:
        return numbered(case, [("重新办理", "reopen"), ("登记帮扶", "aid")] if handles else [])
    if handles and case.handed_to == turn.person_id:
        return numbered(case, [("接受", "accept"), ("不接受", "decline"), ("备注", "note")])
    if handles and case.owner_id == turn.person_id:
        return numbered(case, await _of_the_owner(turn, case))
    if handles and case.owner_id is None:
        return numbered(case, [("接手", "take"), ("备注", "note"), *([("指派", "hand")] if leads else [])])
    return numbered(case, [("改派", "hand"), ("备注", "note")] if leads else [("备注", "note")] if handles else [])


async def _of_the_owner(turn: Turn, case: Case) -> list[tuple[str, str]]:
    talking = await stored_talks.of_case(turn.tx, case.id) is not None
    asks = ("老同志回话了", "answered") if case.waiting_since else ("问老同志", "ask")
    talks = ("结束对话", "endtalk") if talking else ("对话", "talk")
    return [("答复", "reply"), ("办结", "close"), asks, talks, ("转交", "hand"), ("延期", "extend"), ("更多", "more")]


async def show_more(turn: Turn, argument: str) -> None:
    """【更多】: what is done with a case less often."""
    if case := await own(turn, argument):
        deeds = [
            ("常用答复", "canned"),
            ("备注", "note"),
            ("暂放", "snooze"),
            ("登记帮扶", "aid"),
            ("关联走访或通知", "link"),
            ("合并", "merge"),
            ("拆分", "split"),
            ("查看", "case"),
        ]
        turn.say(f"{case.number} {case.person_name}，要做什么？", numbered(case, deeds))


async def take_case(turn: Turn, argument: str) -> None:
    """【接手】."""
    case = await readable(turn, argument)
    if case is None:
        return
    case = await cases.living(turn.tx, case.id)
    if not access.may_handle(turn.visitor, case):
        not_yours(turn)
    elif case.person_id == turn.person_id:
        turn.say("这是您自己的事，请同事来接手。", [MENU_BUTTON])
    elif await caring.take(turn, case):
        told = case.acted_by_name if case.account_id else case.person_name
        turn.say(f"您已接手 {case.number}，正在告诉{told}由您负责。")
        await show_case(turn, str(case.id))
    elif case.owner_id == turn.person_id and not case.is_finished:
        turn.say("这件事已经在您手上。")
        await show_case(turn, str(case.id))
    else:
        turn.say(f"这件事{case.owner_name or '别人'}已经接手了。", [MENU_BUTTON])

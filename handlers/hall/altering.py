"""改时间地点, 改名额, 取消活动: whoever is concerned hears the difference, once; who cannot be told here is named, to be called."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from handlers.dialog import Chat, flow
from handlers.gatherings import changing, words
from handlers.gatherings.differences import Told, when
from handlers.hall.asking import (
    LONGEST_TITLE,
    Place,
    Span,
    ask_capacity,
    ask_day,
    ask_deadline,
    ask_place,
    ask_span,
    at_most,
)
from handlers.hall.running import arranged, open_button
from handlers.menu import MENU_BUTTON
from handlers.turn import Turn
from storage import gatherings, people, signups
from storage.gatherings import Gathering
from storage.signups import Signup

WHAT = {
    "when": "时间",
    "place": "地点",
    "title": "名称",
    "capacity": "名额",
    "deadline": "报名截止",
    "companions": "带不带家属",
}
FIRST = {"alter": ("when", "place", "title"), "resize": ("capacity", "deadline", "companions")}
DONE = "done"
LONGEST_REASON = 60
ALL = "all"


def begins(flow_name: str) -> Callable[[Turn, str], Awaitable[None]]:
    """Return the action of a button with which a flow about a gathering begins."""

    async def begin(turn: Turn, argument: str) -> None:
        gathering = await arranged(turn, argument)
        if gathering is None:
            return
        until = gathering.starts_at if flow_name in FIRST else gathering.ends_at
        if gathering.state == "cancelled" or until <= turn.now:
            turn.say("这次活动已经开始或者取消了，不能再改。", [open_button(gathering), MENU_BUTTON])
        else:
            name = "altergathering" if flow_name in FIRST else flow_name
            turn.follow = (name, {"gathering": gathering.id, "by": flow_name})

    return begin


# ── 改 ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


@flow("altergathering", "改活动")
async def alter(chat: Chat) -> None:
    """Change as much as is wanted; only then are people told, of all of it in one message."""
    gathering = await gatherings.by_id(chat.tx, chat.seed["gathering"])
    changes: dict[str, Any] = {}
    await _changes(chat, gathering, changes)
    also = await _also(chat, gathering, "这次，还是后面的都这样改？", "只改这一次", "后面 {} 次都这样改")
    await chat.review(_summary(chat.turn, gathering, changes, also))
    current = await arranged(chat.turn, str(gathering.id))
    if current is None:
        return
    await _say(chat, gathering, await changing.change(chat.turn, current, changes, also=also), "改好了")


async def _changes(chat: Chat, gathering: Gathering, changes: dict[str, Any]) -> None:
    """Ask what to change and to what, until there is nothing more."""
    left = [each for each in WHAT if each in FIRST[chat.seed["by"]]]
    options = {each: f"改{WHAT[each]}" for each in left}
    asked = 0
    while True:
        asked += 1
        question = f"“{gathering.title}”要改什么？" if asked == 1 else "还要改别的吗？"
        what = await chat.choose(f"what{asked}", question, options)
        if what == DONE:
            return
        await _ask(chat, gathering, what, changes)
        chosen = {chat.answers[f"what{each}"]["value"] for each in range(1, asked + 1)}
        options = {DONE: "就改这些"} | {each: f"改{label}" for each, label in WHAT.items() if each not in chosen}


async def _ask(chat: Chat, gathering: Gathering, what: str, changes: dict[str, Any]) -> None:
    if what == "when":
        day = await ask_day(chat, "day", f"改到哪一天？原来是{words.moment(chat.turn.office, gathering.starts_at)}。")
        span = await ask_span(chat, "time", day)
        changes |= {"starts_at": span.starts_at, "ends_at": span.ends_at}
        await _still_free(chat, gathering, span, changes)
    elif what == "place":
        place = await ask_place(chat, _span(gathering, changes), await _ours(chat, gathering))
        changes |= {"place": place.name, "room": place.room}
    elif what == "title":
        changes["title"] = await chat.ask("title", "改叫什么名称？", at_most(LONGEST_TITLE))
    elif what == "capacity":
        taken, _ = await signups.taken(chat.tx, gathering.id)
        changes["capacity"] = await ask_capacity(chat, max(1, taken))
    elif what == "deadline":
        changes["deadline_at"] = await ask_deadline(chat, _span(gathering, changes).starts_at)
    else:
        options = {"0": "不带", "1": "一位", "2": "两位"}
        changes["companions"] = int(await chat.choose("companions", "可以带家属吗？", options))


def _span(gathering: Gathering, changes: dict[str, Any]) -> Span:
    return Span(changes.get("starts_at", gathering.starts_at), changes.get("ends_at", gathering.ends_at))


async def _still_free(chat: Chat, gathering: Gathering, span: Span, changes: dict[str, Any]) -> None:
    """Ask for another place when something stands in the room at the new time."""
    room = changes.get("room", gathering.room)
    ours = await _ours(chat, gathering)
    stands = await changing.in_the_way(chat.turn, room, span.starts_at, span.ends_at, ours)
    if stands is None and "instead" not in chat.answers:
        return
    question = "在哪里？"
    if stands is not None:
        question = f"{changing.taken_words(chat.turn.office, stands)}，时间重叠。换到哪里？"
    place: Place = await ask_place(chat, span, ours, key="instead", question=question)
    changes |= {"place": place.name, "room": place.room}


async def _ours(chat: Chat, gathering: Gathering) -> set[int]:
    """Return what may move along and so stands in no way; if only this one moves, that is found when it is changed."""
    return {gathering.id, *(each.id for each in await changing.still_to_come(chat.turn, gathering))}


async def _also(chat: Chat, gathering: Gathering, question: str, one: str, all_of_them: str) -> list[Gathering]:
    """Ask whether the later ones of a series or a course are meant as well; return these, or none."""
    later = await changing.still_to_come(chat.turn, gathering)
    if not later:
        return []
    kind = "这门课" if gathering.course_id is not None else "这个活动"
    options = {"one": one, ALL: all_of_them.format(len(later))}
    way = await chat.choose("also", f"{kind}后面还有 {len(later)} 次。{question}", options)
    return later if way == ALL else []


def _summary(turn: Turn, gathering: Gathering, changes: dict[str, Any], also: Sequence[Gathering]) -> str:
    """Return what is about to be changed, in words."""
    lines = [f"请核对，改了就告诉已经报名的人：\n{words.short(turn.office, gathering)}"]
    if "starts_at" in changes:
        span = _span(gathering, changes)
        ends = span.ends_at.astimezone(turn.office.zone)
        lines.append(f"时间改为：{words.moment(turn.office, span.starts_at)} 到 {ends:%H:%M}")
    for key, label in (("place", "地点"), ("title", "名称")):
        if key in changes:
            lines.append(f"{label}改为：{changes[key]}")
    if "capacity" in changes:
        lines.append(f"名额改为：{'不限' if changes['capacity'] is None else changes['capacity']}")
    if "deadline_at" in changes:
        lines.append(f"报名截止改为：{words.moment(turn.office, changes['deadline_at'])}")
    if "companions" in changes:
        lines.append(f"带家属改为：{changes['companions'] or '不带'}")
    return "\n".join([*lines, *([f"后面 {len(also)} 次也这样改"] if also else [])])


# ── 取消 ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@flow("calloff", "取消活动", drafts=False)
async def call_off(chat: Chat) -> None:
    gathering = await gatherings.by_id(chat.tx, chat.seed["gathering"])
    also = await _also(chat, gathering, "取消这一次，还是后面的都取消？", "只取消这一次", "后面 {} 次也都取消")
    why = await chat.ask("why", f"为什么取消“{gathering.title}”？这句话会告诉报名的人。", at_most(LONGEST_REASON))
    times = f"，连后面的一共 {len(also) + 1} 次" if also else ""
    await chat.review(
        f"请核对，确认以后就取消，并告诉报名的人：\n{gathering.title}，{when(chat.turn.office, gathering)}{times}",
        why="原因",
    )
    current = await arranged(chat.turn, str(gathering.id))
    if current is not None:
        await _say(chat, gathering, await changing.cancel(chat.turn, current, why, also=also), "取消了")


# ── what came of it ─────────────────────────────────────────────────────────────────────────────────────────────────


async def _say(chat: Chat, gathering: Gathering, outcome: Told | str, done: str) -> None:
    buttons = [open_button(gathering), MENU_BUTTON]
    if isinstance(outcome, str):
        chat.say(outcome, buttons)
        return
    times = f"，一共 {outcome.gatherings} 次" if outcome.gatherings > 1 else ""
    lines = [f"{done}：{words.short(chat.turn.office, outcome.gathering)}{times}。"]
    if outcome.people:
        lines.append(f"正在告诉 {outcome.people} 位报名的人。")
    if outcome.offered:
        lines.append(f"名额多了，正在问候补的 {outcome.offered} 位要不要来。")
    if outcome.to_call:
        lines.append("下面几位在这里通知不到，请打电话告诉：")
        lines += [await _to_call(chat.turn, each) for each in outcome.to_call]
    chat.say("\n".join(lines), buttons)


async def _to_call(turn: Turn, signup: Signup) -> str:
    person = await people.by_id(turn.tx, signup.person_id)
    return f"{person.name} {person.phone or person.home_phone or person.family_phone or '花名册里没有电话'}"

"""Who may come: the question, and the answer in words. Who is limited to units invites from these only."""

from dataclasses import replace

from handlers import access
from handlers.dialog import MOST_OPTIONS, Chat
from handlers.gatherings.kinds import INTERESTS, KINDS
from handlers.hall.asking import LONGEST_TITLE, ask_number, ask_several, at_most
from storage import branches, people
from storage.database import Tx
from storage.gatherings import Audience

EIGHTY = 80
YOUNGEST, OLDEST = 40, 110
ROLES = {"cadre": "老同志", "relative": "家属", "staff": "工作人员"}
WHO = {
    "all": "全体",
    "branch": "按支部",
    "unit": "按单位",
    "interest": "按爱好",
    "young": "八十岁以下（不到 80）",
    "age": "按年龄",
    "role": "按身份",
}


def own_units(chat: Chat) -> tuple[int, ...]:
    """Return the units to which whoever speaks is limited; none: unlimited."""
    scope = access.scope(chat.turn.visitor)
    return () if scope.everybody else scope.unit_ids


def everybody(chat: Chat) -> Audience:
    """Return the audience when nothing more is said: everybody, or everybody of the own units."""
    return Audience(units=own_units(chat))


async def ask_branch(chat: Chat) -> tuple[str, str]:
    """Ask whose meeting it is; return the branch and the key of the question."""
    names = await branches.named(chat.tx, own_units(chat) or None)
    if not names or "branch" in chat.answers:
        question = "哪个支部的？花名册里还没有支部，请写支部的名称。"
        return await chat.ask("branch", question, at_most(LONGEST_TITLE)), "branch"
    if len(names) > MOST_OPTIONS or "branch_in_list" in chat.answers:
        return (await ask_several(chat, "branch_in_list", "哪个支部的？", names))[0], "branch_in_list"
    await chat.choose("branch_of", "哪个支部的？", {str(place): name for place, name in enumerate(names)})
    return str(chat.answers["branch_of"]["shown"]), "branch_of"


async def ask_audience(chat: Chat) -> Audience:
    """Ask who may come: one question, and a second one where something must be named."""
    whole = everybody(chat)
    names = await branches.named(chat.tx, whole.units or None)
    options = WHO | ({"all": "本单位全体"} if whole.units else {})
    if not names:
        options.pop("branch")
    who = await chat.choose("who", "谁可以来？", options)
    return await ask_condition(chat, who, whole)


async def ask_condition(chat: Chat, who: str, whole: Audience) -> Audience:
    """Return the audience with one more condition, a key of WHO; what must be named for it is asked."""
    if who == "branch":
        names = await branches.named(chat.tx, whole.units or None)
        return replace(whole, branches=tuple(await ask_several(chat, "branches", "哪些支部？", names)))
    if who == "unit":
        return replace(whole, units=await _ask_units(chat, whole.units))
    if who == "interest":
        labels = {KINDS[key].label: key for key in INTERESTS}
        named = await ask_several(chat, "interests", "有哪些爱好的？", list(labels))
        return replace(whole, interests=tuple(labels[each] for each in named))
    if who == "role":
        return replace(whole, roles=(await chat.choose("role", "哪些人？", ROLES),))
    if who == "age":
        return await _ask_age(chat, whole)
    return replace(whole, oldest=EIGHTY - 1) if who == "young" else whole


async def _ask_units(chat: Chat, own: tuple[int, ...]) -> tuple[int, ...]:
    known = await people.units(chat.tx)
    units = {name: unit_id for unit_id, name in known.items() if not own or unit_id in own}
    return tuple(units[each] for each in await ask_several(chat, "units", "哪些单位？", list(units)))


async def _ask_age(chat: Chat, whole: Audience) -> Audience:
    youngest = await ask_number(chat, "youngest", "从多少岁起？写周岁。", YOUNGEST, OLDEST)
    oldest = await ask_number(chat, "oldest", "到多少岁为止？写周岁。", youngest, OLDEST)
    return replace(whole, youngest=youngest, oldest=oldest)


async def in_words(tx: Tx, audience: Audience) -> str:
    """Return who may come, in a few words: '全体', '第一支部、第三支部', '虚构县水利局，79 岁以下'."""
    units = await people.units(tx) if audience.units else {}
    parts = [
        "、".join(units.get(each, "") for each in audience.units),
        "、".join(audience.branches),
        "、".join(f"喜欢{KINDS[each].label}的" for each in audience.interests),
        "、".join(ROLES.get(each, each) for each in audience.roles),
        _ages(audience),
    ]
    return "，".join(each for each in parts if each) or "全体"


def _ages(audience: Audience) -> str:
    youngest, oldest = audience.youngest, audience.oldest
    if youngest is not None and oldest is not None:
        return f"{youngest} 到 {oldest} 岁"
    if oldest is not None:
        return f"不到 {oldest + 1} 岁"
    return f"满 {youngest} 岁" if youngest is not None else ""

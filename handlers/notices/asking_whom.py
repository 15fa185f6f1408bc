"""发给谁: the questions that make a circle. Each answer says at once how many people that is."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from handlers import access
from handlers.dialog import MOST_OPTIONS, Chat
from handlers.gatherings import words as gathering_words
from handlers.hall import inviting
from handlers.hall.asking import ask_several
from handlers.hall.door_list import described, persons_named
from handlers.mailing import words
from handlers.mailing.circle import preview
from storage import branches, gatherings, mailings, people
from storage.gatherings import Gathering
from storage.mailings import Circle, Mailing

TO = {
    "all": "全体老同志",
    "some": "按条件挑",
    "named": "指名",
    "earlier": "看以前一条通知的回答",
    "role": "家属或者工作人员",
}
BY = {
    "branch": "支部",
    "unit": "单位",
    "interest": "爱好",
    "age": "年龄",
    "care": "独居、失能、住院",
    "gathering": "报了某次活动",
}
EVERY_ROLE = ("cadre", "relative", "staff", "leader", "administrator")
LOOKED_BACK, LOOKED_AHEAD = timedelta(days=60), timedelta(days=200)
NAMES = re.compile(r"[\s、,，;；]+")
MOST_NAMES = 50
MOST_READ = 200
NOBODY = 0  # no person's id: of whoever was named nobody is left on the roster


async def ask_circle(chat: Chat) -> Circle:
    """Ask to whom it goes; the first question is `to`. Who is limited to units sends to these only."""
    whole = Circle(inviting.everybody(chat))
    options = dict(TO)
    if not await _sent_before(chat):
        del options["earlier"]
    to = await chat.choose("to", "发给谁？", options)
    if to == "named":
        # By name whoever it is, cadre or not; within the own units, for nobody else is found by name.
        found = await _ask_names(chat, "names", "发给哪几位？")
        return Circle(replace(whole.audience, roles=EVERY_ROLE), persons=found or (NOBODY,))
    if to == "some":
        return await _conditions(chat, whole)
    if to == "earlier":
        whole = await _earlier(chat, whole)
    if to == "role":
        whole = replace(whole, audience=await inviting.ask_condition(chat, "role", whole.audience))
    return (await _enough(chat, whole, "enough", {}))[0]


async def _conditions(chat: Chat, circle: Circle) -> Circle:
    """Ask for one condition after another; all of them must hold."""
    left = dict(BY)
    if not await _held_near(chat):
        del left["gathering"]
    if not await branches.named(chat.tx, circle.audience.units or None):
        del left["branch"]
    for place in range(1, len(BY) + 1):
        question = "按什么挑？" if place == 1 else "再按什么挑？几个条件都要符合。"
        by = await chat.choose(f"by{place}", question, left)
        circle = await _with_condition(chat, circle, by)
        left.pop(by, None)
        circle, more = await _enough(chat, circle, f"enough{place}", {"more": "再加一个条件"} if left else {})
        if not more:
            break
    return circle


async def _with_condition(chat: Chat, present: Circle, by: str) -> Circle:
    if by == "care":
        named = await ask_several(chat, "care", "哪些情况的？", list(words.CARE.values()))
        return replace(present, care=tuple(key for key, label in words.CARE.items() if label in named))
    if by == "gathering":
        return replace(present, gathering_id=await _gathering(chat))
    return replace(present, audience=await inviting.ask_condition(chat, by, present.audience))


async def _held_near(chat: Chat) -> list[Gathering]:
    """Return the gatherings of these weeks, the nearest first."""
    now = chat.turn.now
    found = await gatherings.between(chat.tx, now - LOOKED_BACK, now + LOOKED_AHEAD)
    return sorted(found, key=lambda each: abs(each.starts_at - now))[:MOST_OPTIONS]


async def _gathering(chat: Chat) -> int:
    options = {str(each.id): gathering_words.short(chat.turn.office, each) for each in await _held_near(chat)}
    return int(await chat.choose("gathering", "报了哪次活动的？", options))


async def _sent_before(chat: Chat) -> list[Mailing]:
    """Return what the speaker may see of what was sent lately, the newest first."""
    newest = await mailings.newest(chat.tx, chat.turn.now - LOOKED_BACK, MOST_READ)
    seen = [each for each in newest if each.began_at is not None and access.may_see_mailing(chat.turn.visitor, each)]
    return seen[:MOST_OPTIONS]


async def _earlier(chat: Chat, present: Circle) -> Circle:
    options = {str(each.id): words.name_of(each) for each in await _sent_before(chat)}
    earlier = int(await chat.choose("earlier", "哪一条？", options))
    how = await chat.choose("answered", "其中的哪些人？", words.ANSWERED)
    return replace(present, mailing_id=earlier, answered=how)


async def counted(chat: Chat, present: Circle) -> str:
    """Return how many people a circle is now, and how many of them cannot be reached."""
    found = await preview(chat.turn, present)
    missed = f"，联系不上 {len(found.unreachable)} 人，到时候列成电话名单" if found.unreachable else ""
    return f"现在一共 {found.everybody} 人，能送到 {found.reached} 人{missed}。"


async def _enough(chat: Chat, circle: Circle, key: str, more: dict[str, str]) -> tuple[Circle, bool]:
    """Say how many that is, and ask what now; return the circle and whether one more condition is wanted."""
    options = {"done": "就发给他们"} | more | {"less": "去掉几位"}
    answer = await chat.choose(key, await counted(chat, circle), options)
    if answer == "less":
        circle = replace(circle, without=await _ask_names(chat, "without", "去掉哪几位？"))
    return circle, answer == "more"


async def _ask_names(chat: Chat, key: str, question: str) -> tuple[int, ...]:
    """Ask for names and return whom they mean; who shares a name with somebody is asked about."""
    said = await chat.ask(key, f"{question}请写姓名，几位用顿号隔开。", _check_names(await _known_names(chat)))
    found: list[int] = []
    for place, name in enumerate(names_in(said), 1):
        same = await persons_named(chat.turn, name)
        which = f"{key}{place}"
        if len(same) > 1 or which in chat.answers:
            options = await described(chat.turn, same) or {"0": name}
            found.append(int(await chat.choose(which, f"叫{name}的有几位，是哪一位？", options)))
        else:
            found += [each.id for each in same]
    return tuple(dict.fromkeys(found))


def names_in(text: str) -> list[str]:
    """Return the names in a list that somebody typed."""
    return [each for each in NAMES.split(text.strip()) if each]


async def _known_names(chat: Chat) -> set[str]:
    own = inviting.own_units(chat)
    return {each.name for each in await people.everybody(chat.tx) if each.active and (not own or each.unit_id in own)}


def _check_names(known: set[str]) -> Callable[[str], str | None]:
    def check(text: str) -> str | None:
        names = names_in(text)
        unknown = [each for each in names if each not in known]
        if not names or len(names) > MOST_NAMES:
            return f"请写姓名，一次最多 {MOST_NAMES} 位，用顿号隔开。"
        if unknown:
            return f"花名册里没有{'、'.join(unknown[:10])}，或者不归您管。请核对了，把姓名重新写一遍。"
        return None

    return check

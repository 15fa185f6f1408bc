"""登记活动: staff make a gathering, a series or a course. As few questions as possible: 【其余按常用的来】 answers the rest."""

from dataclasses import replace
from datetime import date

from handlers import access, lunar
from handlers.desk.lists import not_yours
from handlers.dialog import Chat, flow
from handlers.gatherings import repeating
from handlers.gatherings.kinds import GROUPS, KINDS, of_group
from handlers.hall import inviting
from handlers.hall.asking import (
    LONGEST_TITLE,
    Place,
    Span,
    ask_capacity,
    ask_day,
    ask_deadline,
    ask_number,
    ask_place,
    ask_span,
    at_most,
    usual_deadline,
)
from handlers.hall.planning import ASKED, WEEK_DAYS, Plan, free_days, review_and_make
from handlers.turn import Turn
from storage.gatherings import Audience, Gathering

USUAL, WEEKLY, EACH = "usual", "weekly", "each"
REST = {USUAL: "其余按常用的来", WEEKLY: "每周一次，其余按常用的来", EACH: "一项一项定"}
REST_OF_COURSE = {USUAL: "其余按常用的来", EACH: "一项一项定"}
ASKS = {
    "none": "不用问",
    "transport": "要不要车接送",
    "diet": "有没有忌口",
    "health": "身体能不能来",
    "transport+diet": "车和忌口都问",
    "transport+diet+health": "都问",
}


@flow("gather", "登记活动", keywords=("登记活动", "办活动"))
async def gather(chat: Chat) -> None:
    """Make a gathering, a series or a course."""
    if not access.handles(chat.turn.visitor):
        not_yours(chat.turn)
        return
    plan = await _what(chat)
    await _when_and_where(chat, plan)
    await _rest(chat, plan)
    await free_days(chat, plan)
    await review_and_make(chat, plan)


# ── what, when, where ───────────────────────────────────────────────────────────────────────────────────────────────


async def _what(chat: Chat) -> Plan:
    group = await chat.choose("group", "要办什么？", dict(GROUPS) | {"other": "其他活动"})
    kinds = {"other": KINDS["other"].label} if group == "other" else of_group(group)
    kinds = {key: label for key, label in kinds.items() if group == "other" or key != "other"}
    labels: dict[str, str] = {}
    kind = next(iter(kinds))
    if len(kinds) > 1:
        kind = await chat.choose(f"kind_{group}", "是哪一种？", kinds)
        labels[f"kind_{group}"] = "种类"
    branch, audience = None, inviting.everybody(chat)
    if group == "branch":
        branch, key = await inviting.ask_branch(chat)
        audience, labels[key] = replace(audience, branches=(branch,)), "支部"
    plan = Plan(_blank(chat.turn, kind, branch, audience), labels=labels)
    plan.wanted = replace(plan.wanted, title=await _title(chat, kind, labels))
    if kind == "lesson":
        plan.term = await ask_term(chat, labels)
    return plan


def _blank(turn: Turn, kind: str, branch: str | None, audience: Audience) -> Gathering:
    """Return a gathering of this kind of which nothing else has been decided."""
    now, asks = turn.now, ("health",) if KINDS[kind].asks_health else ()
    return Gathering(
        "", kind, now, now, "", now, now, turn.person_id, "", "", branch=branch, audience=audience, asks=asks
    )


async def _title(chat: Chat, kind: str, labels: dict[str, str]) -> str:
    """Ask for the name. What is a meeting may go by the name of its kind."""
    if KINDS[kind].group in ("meeting", "branch"):
        usual = KINDS[kind].label
        if (
            await chat.choose(f"named_{kind}", "叫什么名称？", {"usual": f"就叫“{usual}”", "own": "自己起名"})
            == "usual"
        ):
            labels[f"named_{kind}"] = "名称"
            return usual
    labels["title"] = "名称"
    question = "这门课叫什么名称？" if kind == "lesson" else "叫什么名称？"
    return await chat.ask("title", question, at_most(LONGEST_TITLE))


async def ask_term(chat: Chat, labels: dict[str, str]) -> str:
    terms = _terms(chat.turn.today)
    options = {str(place): term for place, term in enumerate(terms)} | {"own": "别的"}
    if await chat.choose("term_of", "哪个学期？", options) == "own":
        labels["term"] = "学期"
        return await chat.ask("term", "请写学期，比如“2026年秋季”。", at_most(LONGEST_TITLE))
    labels["term_of"] = "学期"
    return str(chat.answers["term_of"]["shown"])


def _terms(today: date) -> list[str]:
    """Return this term and the next: spring from February to July, autumn from August to January."""
    if 2 <= today.month <= 7:
        return [f"{today.year}年春季", f"{today.year}年秋季"]
    autumn = today.year if today.month >= 8 else today.year - 1
    return [f"{autumn}年秋季", f"{autumn + 1}年春季"]


async def _when_and_where(chat: Chat, plan: Plan) -> None:
    lesson = plan.term is not None
    day = await ask_day(chat, "day", "第一次课是哪一天？" if lesson else "哪一天？")
    span = await ask_span(chat, "time", day)
    place = await ask_place(chat, span)
    plan.labels |= {"day": "第一次课" if lesson else "日期", "time": "时间", place.key: "地点"}
    plan.wanted = held(plan.wanted, span, place)
    plan.wanted = replace(
        plan.wanted, deadline_at=usual_deadline(chat.turn.office, chat.turn.now, plan.wanted.starts_at)
    )
    plan.days = [day]


def held(wanted: Gathering, span: Span, place: Place) -> Gathering:
    return replace(wanted, starts_at=span.starts_at, ends_at=span.ends_at, place=place.name, room=place.room)


# ── the rest ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def _rest(chat: Chat, plan: Plan) -> None:
    """Ask for everything else, or take what is usual: no limit, until the day before, everybody, alone, first come, once."""
    rest = await chat.choose("rest", "其余的怎么定？", REST_OF_COURSE if plan.term else REST)
    if rest == EACH:
        await _each(chat, plan)
    if plan.term is not None:
        await _lessons(chat, plan)
    elif rest == WEEKLY:
        await _times(chat, plan, "week")
    elif rest == EACH:
        way = await chat.choose("repeat", "办几次？", _ways(plan.days[0]))
        if way != "once":
            await _times(chat, plan, way)


async def _each(chat: Chat, plan: Plan) -> None:
    plan.labels["capacity"] = "名额"
    capacity = await ask_capacity(chat)
    deadline = await ask_deadline(chat, plan.wanted.starts_at)
    audience = plan.wanted.audience if plan.wanted.branch else await inviting.ask_audience(chat)
    companions = int(await chat.choose("companions", "可以带家属吗？", {"0": "不带", "1": "一位", "2": "两位"}))
    asks = set((await chat.choose("asks", "报名的时候要问什么？", ASKS)).split("+")) - {"none"}
    plan.wanted = replace(
        plan.wanted,
        capacity=capacity,
        deadline_at=deadline,
        audience=audience,
        companions=companions,
        asks=tuple(each for each in ASKED if each in asks | set(plan.wanted.asks)),
    )
    if capacity is not None:
        plan.wanted = await _limited(chat, plan.wanted, capacity)


async def _limited(chat: Chat, wanted: Gathering, capacity: int) -> Gathering:
    """Ask what only matters where places are limited."""
    order = await chat.choose("order", "报名的人多了怎么办？", {"first": "先报先得", "draw": "截止的时候抽签"})
    if order == "draw":
        return replace(wanted, by_draw=True)
    kept = await ask_number(chat, "kept", "给打电话报名的人留几个位子？不留就写 0。", 0, capacity)
    return replace(wanted, kept=kept)


def _ways(first: date) -> dict[str, str]:
    ways = {"once": "只办一次", "week": "每周一次", "fortnight": "每两周一次", "days": "每隔几天一次"}
    if lunar.FIRST_DAY <= first <= lunar.LAST_DAY.replace(year=lunar.LAST_DAY.year - 5):
        day = lunar.to_lunar(first).yearly.words.partition("月")[2]
        ways |= {"lunar": f"每月农历{day}", "moons": "每月农历初一和十五"}
    return ways


async def _times(chat: Chat, plan: Plan, way: str) -> None:
    first, days = plan.days[0], WEEK_DAYS * 2 if way == "fortnight" else WEEK_DAYS
    if way == "days":
        days = await ask_number(chat, "every", "每隔几天？每天一次写 1，隔一天写 2。", 1, 90)
    times = await ask_number(chat, "times", "一共办几次，连第一次？", 2, repeating.MOST_TIMES)
    plan.labels["times"] = "次数"
    if way == "lunar":
        plan.days = repeating.every_lunar_month(first, times)
    elif way == "moons":
        plan.days = repeating.every_new_and_full_moon(first, times)
    else:
        plan.days = repeating.every(first, days, times)


async def _lessons(chat: Chat, plan: Plan) -> None:
    times = await ask_number(chat, "lessons", "一共上几次课？每周一次，放假的日子自动跳过。", 1, repeating.MOST_TIMES)
    plan.labels["lessons"] = "课次"
    plan.hold_lessons(chat.turn, times)

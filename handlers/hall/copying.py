"""复制: what was held once is made again on a new day."""

from dataclasses import replace
from datetime import datetime

from handlers import access
from handlers.desk.lists import not_yours
from handlers.dialog import Chat, flow
from handlers.gatherings import changing
from handlers.hall.asking import Place, Span, ask_day, ask_place, ask_span, same_rule
from handlers.hall.making import ask_term, held
from handlers.hall.planning import Plan, free_days, review_and_make
from handlers.turn import Turn, row_id
from storage import gatherings
from storage.gatherings import Gathering


async def copy(turn: Turn, argument: str) -> None:
    """【复制】."""
    try:
        gathering = await gatherings.by_id(turn.tx, row_id(argument) or 0)
    except LookupError:
        not_yours(turn)
        return
    if access.may_arrange(turn.visitor, gathering):
        turn.follow = ("copygathering", {"gathering": gathering.id})
    else:
        not_yours(turn)


@flow("copygathering", "复制活动")
async def copy_gathering(chat: Chat) -> None:
    """Make what an earlier one was on a new day, a course with as many lessons."""
    earlier = await gatherings.by_id(chat.tx, chat.seed["gathering"])
    if not access.may_arrange(chat.turn.visitor, earlier):
        not_yours(chat.turn)
        return
    plan = Plan(_like(chat.turn, earlier))
    if earlier.course_id is not None:
        plan.term = await ask_term(chat, plan.labels)
    await _new_time(chat, plan, earlier)
    if earlier.course_id is not None:
        lessons = [each for each in await gatherings.of_course(chat.tx, earlier.course_id) if each.state == "planned"]
        plan.hold_lessons(chat.turn, max(1, len(lessons)))
    await free_days(chat, plan)
    await review_and_make(chat, plan)


def _like(turn: Turn, earlier: Gathering) -> Gathering:
    return replace(
        earlier,
        made_by=turn.person_id,
        opens_at=turn.now,
        course_id=None,
        series_id=None,
        state="planned",
        why_cancelled=None,
    )


async def _new_time(chat: Chat, plan: Plan, earlier: Gathering) -> None:
    """Ask for the day; the time and the place are those of the earlier one unless told otherwise, or not free."""
    office = chat.turn.office
    day = await ask_day(chat, "day", f"“{earlier.title}”这次哪一天办？")
    start, end = (each.astimezone(office.zone) for each in (earlier.starts_at, earlier.ends_at))
    same = f"还是 {start:%H:%M} 到 {end:%H:%M}，{earlier.place}"
    span = Span(*(datetime.combine(day, each.time(), office.zone) for each in (start, end)))
    place = Place(earlier.place, earlier.room, "")
    plan.labels["day"] = "日期"
    if await chat.choose("same", "时间和地点呢？", {"same": same, "other": "换时间或者地点"}) == "other":
        span = await ask_span(chat, "time", day)
        place = await ask_place(chat, span)
        plan.labels |= {"time": "时间", place.key: "地点"}
    else:
        stands = await changing.in_the_way(chat.turn, earlier.room, span.starts_at, span.ends_at)
        if stands is not None or "instead" in chat.answers:
            question = f"{changing.taken_words(office, stands)}，时间重叠。换到哪里？" if stands else "在哪里？"
            place = await ask_place(chat, span, key="instead", question=question)
            plan.labels[place.key] = "地点"
    plan.wanted = held(plan.wanted, span, place)
    plan.wanted = replace(plan.wanted, deadline_at=same_rule(office, earlier, span.starts_at, chat.turn.now))
    plan.days = [day]

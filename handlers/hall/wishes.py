"""登记爱好 and 不打扰: what people like to hear of, and when not."""

from datetime import time

from handlers.dialog import Chat, flow
from handlers.gatherings.kinds import INTERESTS, KINDS
from handlers.hall.signing_up import end
from handlers.menu import MENU_BUTTON
from handlers.office import Office
from handlers.whom import whom_for
from storage import interests, people, quiet_hours
from storage.quiet_hours import QuietHours

DONE = "done"


@flow("interests", "登记爱好", keywords=("登记爱好", "爱好", "兴趣"), drafts=False)
async def like(chat: Chat) -> None:
    """Choose several, one after the other; they replace what was written down before."""
    acting = await whom_for(chat)
    liked: list[str] = []
    while len(liked) < len(INTERESTS):
        options = {kind: KINDS[kind].label for kind in INTERESTS if kind not in liked}
        if liked:
            options[DONE] = "选好了"
        choice = await chat.choose(f"like{len(liked) + 1}", await _question(chat, acting.person_id, liked), options)
        if choice == DONE:
            break
        liked.append(choice)
    await interests.put(chat.tx, acting.person_id, liked)
    await chat.turn.audit("interests.set", f"person:{acting.person_id}", count=len(liked))
    end(chat, f"记下了：{_labels(liked)}。以后这些活动排在前面。", [MENU_BUTTON])


async def _question(chat: Chat, person_id: int, liked: list[str]) -> str:
    if liked:
        return f"选了：{_labels(liked)}。还喜欢什么？没有了请按【选好了】。"
    before = _labels([kind for kind in await interests.of_person(chat.tx, person_id) if kind in KINDS])
    return f"以前登记的是：{before}。这次重新选，喜欢什么活动？" if before else "喜欢什么活动？可以选几样，一样一样选。"


def _labels(kinds: list[str]) -> str:
    return "、".join(KINDS[kind].label for kind in kinds)


# ── 不打扰 ──────────────────────────────────────────────────────────────────────────────────────────────────────────

HOURS = {
    "night": (time(21), time(7), "晚上九点到早上七点"),
    "noon": (time(12), time(15), "中午十二点到三点"),
    "office": (time(0), time(0), "照单位的"),
}


@flow("quiet", "不打扰", keywords=("不打扰", "免打扰", "勿扰"), drafts=False)
async def quiet(chat: Chat) -> None:
    acting = await whom_for(chat)
    name = (await people.by_id(chat.tx, acting.person_id)).name
    question = f"{_office_hours(chat.turn.office)}{name}还有什么时候不要打扰？"
    chosen = await chat.choose("hours", question, {key: label for key, (_, _, label) in HOURS.items()})
    greetings = await chat.confirm("greetings", "过节和过生日，要不要给您发问候？", yes="要", no="不要")
    start, until, label = HOURS[chosen]
    await quiet_hours.put(chat.tx, acting.person_id, QuietHours(start, until, greetings))
    await chat.turn.audit("quiet.set", f"person:{acting.person_id}", hours=chosen, greetings=greetings)
    when = "不打扰的时间照单位的" if chosen == "office" else f"{label}也不打扰"
    end(
        chat,
        f"记下了，{when}，节日和生日的问候{'照发' if greetings else '不发'}。\n您反映的事有了回音，还是马上告诉您。",
        [MENU_BUTTON],
    )


def _office_hours(office: Office) -> str:
    """Return a sentence about when the office disturbs nobody; empty when there is no such time."""
    hours = "、".join(f"{start:%H:%M}到{until:%H:%M}" for start, until in office.quiet)
    return f"单位在{hours}不发通知。" if hours else ""

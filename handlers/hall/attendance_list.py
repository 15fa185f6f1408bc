"""出勤: who came, who asked for leave, who stayed away without a word; of a gathering, by branch, in a course, of a person."""

from collections import Counter
from datetime import datetime, timedelta

from handlers import access
from handlers.desk.lists import LONGEST_LIST, not_yours
from handlers.dialog import Chat, flow
from handlers.gatherings import after, words
from handlers.hall import door_list
from handlers.menu import MENU_BUTTON
from handlers.turn import Button, Turn, row_id
from storage import attendance, gatherings, signups
from storage.attendance import Learner, Tally
from storage.gatherings import Gathering

LATELY = timedelta(days=60)
MOST_NAMES = 40  # in one answer
BACK = Button("出勤", "a:attendance:")


async def show_attendance(turn: Turn, argument: str) -> None:
    """【出勤】: 'g.GATHERING', 'branches', 'courses', 'c.COURSE', or nothing: the choice of these."""
    if not access.works_here(turn.visitor):
        not_yours(turn)
        return
    what, _, number = argument.partition(".")
    screens = {"g": _gathering, "branches": _branches, "courses": _courses, "c": _course}
    await screens.get(what, _choice)(turn, number)


async def _choice(turn: Turn, number: str) -> None:
    lately = await gatherings.between(turn.tx, turn.now - LATELY, turn.now)
    shown = [each for each in reversed(lately) if each.state == "planned"][: LONGEST_LIST - 3]
    places = [Button(words.short(turn.office, each), f"a:attendance:g.{each.id}") for each in shown]
    others = [
        Button("按支部看", "a:attendance:branches"),
        Button("按课程看", "a:attendance:courses"),
        Button("按人看", "a:attendanceof:"),
    ]
    buttons = [Button(f"{place} {each.label}", each.choice) for place, each in enumerate([*places, *others], 1)]
    turn.say("要看哪一场的出勤？" if places else "近两个月没有办过活动。", [*buttons, MENU_BUTTON])


def in_words(tally: Tally, *, ended: bool = True) -> str:
    """Return '报名 30，到 24，请假 3，没说没来 3，没有位子来的 2'; before the end nobody has stayed away yet."""
    absent = f"没说没来 {tally.absent}" if ended else f"还没到 {tally.absent}"
    walk_ins = f"，没有位子来的 {tally.walk_ins}" if tally.walk_ins else ""
    return f"报名 {tally.signed}，到 {tally.came}，请假 {tally.leave}，{absent}{walk_ins}"


# ── a gathering ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def _gathering(turn: Turn, number: str) -> None:
    try:
        gathering = await gatherings.by_id(turn.tx, row_id(number) or 0)
    except LookupError:
        not_yours(turn)
        return
    ended = turn.now > gathering.ends_at
    tally = await attendance.of_gathering(turn.tx, gathering.id)
    head = f"{gathering.title}，{words.moment(turn.office, gathering.starts_at)}\n{in_words(tally, ended=ended)}"
    lines = [head, *await _names(turn, gathering, ended=ended), *await _ratings(turn, gathering)]
    buttons = [door_list.open_button(gathering), Button("2 发照片", f"a:photos:{gathering.id}"), BACK, MENU_BUTTON]
    turn.say("\n".join(lines), buttons)


async def _names(turn: Turn, gathering: Gathering, *, ended: bool) -> list[str]:
    groups: dict[str, list[str]] = {"请假": [], "没说没来" if ended else "还没到": [], "没有位子来的": []}
    leave, absent, walk_ins = groups.values()
    for each in await attendance.at_the_door(turn.tx, gathering.id):
        if each.attended_at is not None:
            if each.attended_how == "walk-in" and each.leave_reason is None:
                walk_ins.append(each.person_name)
        elif each.leave_reason is not None:
            leave.append(f"{each.person_name}（{each.leave_reason}）")
        elif each.state == "in":
            absent.append(each.person_name)
    return [f"{label}：{_listed(names)}" for label, names in groups.items() if names]


async def _ratings(turn: Turn, gathering: Gathering) -> list[str]:
    """Return what those who were there said of it, as one line, or nothing."""
    given = Counter(each.rating for each in await signups.of_gathering(turn.tx, gathering.id) if each.rating)
    shown = "，".join(f"{label} {given[key]}" for key, label in after.RATINGS.items() if given[key])
    return [f"评价：{shown}"] if shown else []


def _listed(names: list[str]) -> str:
    more = f"等 {len(names)} 人" if len(names) > MOST_NAMES else ""
    return "、".join(names[:MOST_NAMES]) + more


# ── branches, courses, persons ──────────────────────────────────────────────────────────────────────────────────────


def _year_begins(turn: Turn) -> datetime:
    return datetime(turn.today.year, 1, 1, tzinfo=turn.office.zone)


async def _branches(turn: Turn, number: str) -> None:
    found = await attendance.by_branch(turn.tx, _year_begins(turn), turn.now)
    lines = [f"{branch or '没有支部的'}（{tally.of} 场）：{in_words(tally)}" for branch, tally in found.items()]
    head = f"{turn.today.year} 年到现在，按支部（人次）：" if lines else "今年还没有办过活动。"
    turn.say("\n".join([head, *lines]), [BACK, MENU_BUTTON])


async def _courses(turn: Turn, number: str) -> None:
    found = await attendance.newest_courses(turn.tx, LONGEST_LIST)
    buttons = [Button(f"{place} {label}", f"a:attendance:c.{course}") for place, (course, label) in enumerate(found, 1)]
    turn.say("要看哪一门课？" if found else "还没有开过课。", [*buttons, BACK, MENU_BUTTON])


async def _course(turn: Turn, number: str) -> None:
    try:
        course = await gatherings.course(turn.tx, row_id(number) or 0)
    except LookupError:
        not_yours(turn)
        return
    held = await attendance.lessons_held(turn.tx, course.id, turn.now)
    learners = await attendance.of_course(turn.tx, course.id, turn.now)
    lines = [_learner(each) for each in learners[:MOST_NAMES]]
    more = [f"还有 {len(learners) - MOST_NAMES} 人没有列出。"] if len(learners) > MOST_NAMES else []
    turn.say("\n".join([f"{course.title}（{course.term}），上过 {held} 次课：", *lines, *more]), [BACK, MENU_BUTTON])


def _learner(learner: Learner) -> str:
    """Return '王老 10 次到 8 次，请假 1，没说没来 1': of the lessons since the person was in the course."""
    tally = learner.tally
    rest = "".join(
        f"，{label} {count}" for label, count in (("请假", tally.leave), ("没说没来", tally.absent)) if count
    )
    return f"{learner.name} {tally.of} 次到 {tally.came} 次{rest}"


async def begin_person(turn: Turn, argument: str) -> None:
    """【按人看】."""
    if access.works_here(turn.visitor):
        turn.follow = ("attendanceof", {})
    else:
        not_yours(turn)


@flow("attendanceof", "按人看出勤", drafts=False)
async def of_person(chat: Chat) -> None:
    turn = chat.turn
    if not access.works_here(turn.visitor):
        not_yours(turn)
        return
    name = await chat.ask("name", "要看谁的出勤？请写姓名。")
    found = await door_list.persons_named(turn, name)
    if not found:
        chat.say(f"花名册里没有叫“{name}”的，或者不归您管。", [BACK, MENU_BUTTON])
        return
    person_id = found[0].id
    if len(found) > 1:
        options = await door_list.described(turn, found)
        person_id = int(await chat.choose("person", f"叫{name}的有几位，是哪一位？", options))
    tally = await attendance.of_person(chat.tx, person_id, _year_begins(turn), turn.now)
    chat.say(f"{name}，{turn.today.year} 年到现在 {tally.of} 场：{in_words(tally)}", [BACK, MENU_BUTTON])

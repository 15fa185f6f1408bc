"""The office's side of gatherings: what is coming, what was, one with its people, and what may be done with it."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from handlers import access
from handlers.desk.lists import not_yours
from handlers.gatherings import words
from handlers.hall import inviting
from handlers.hall.planning import ASKED
from handlers.menu import MENU_BUTTON
from handlers.turn import Button, Turn, row_id
from storage import gatherings, people, signups
from storage.gatherings import Gathering
from storage.signups import Signup

LONGEST_LIST = 6  # besides the buttons that stand under it
LOOKED_BACK_DAYS = 400
MOST_NAMES = 30  # on a card; the whole list is a page of its own
MOST_LINES = 60  # of the whole list on one page


async def opened(turn: Turn, argument: str) -> Gathering | None:
    """Return the gathering a button names if the speaker is of the office, else say that it is not theirs and return None."""
    try:
        gathering = await gatherings.by_id(turn.tx, row_id(argument) or 0)
    except LookupError:
        gathering = None
    if gathering is None or not access.works_here(turn.visitor):
        not_yours(turn)
        return None
    return gathering


async def arranged(turn: Turn, argument: str) -> Gathering | None:
    """Return the gathering if the speaker may change it, else say why not and return None."""
    gathering = await opened(turn, argument)
    if gathering is None:
        return None
    if not access.may_arrange(turn.visitor, gathering):
        turn.say("这次活动不是您单位的，您可以看，不能改。", [open_button(gathering), MENU_BUTTON])
        return None
    return gathering


def open_button(gathering: Gathering) -> Button:
    return Button("1 查看", f"a:hallone:{gathering.id}")


# ── the lists ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def show_hall(turn: Turn, argument: str) -> None:
    """【活动和课程】: today's and what is to come, with counts; the argument is how many to skip."""
    if not access.works_here(turn.visitor):
        not_yours(turn)
        return
    skip = row_id(argument) or 0
    midnight = datetime.combine(turn.today, time(), turn.office.zone)
    coming = await gatherings.coming(turn.tx, midnight, skip + LONGEST_LIST + 1)
    page = coming[skip : skip + LONGEST_LIST]
    buttons = [
        Button(f"{place} {await _label(turn, each)}", f"a:hallone:{each.id}") for place, each in enumerate(page, 1)
    ]
    if access.handles(turn.visitor):
        buttons.append(Button("7 登记活动", "a:go:gather"))
    buttons.append(Button("8 以前的", "a:hallpast:0"))
    if len(coming) > skip + LONGEST_LIST:
        buttons.append(Button("9 下一页", f"a:hall:{skip + LONGEST_LIST}"))
    turn.say("要办的活动和课程：" if page else "没有要办的活动。", [*buttons, MENU_BUTTON])


async def show_past(turn: Turn, argument: str) -> None:
    """【以前的】: what has been, the latest first; from there it may be copied."""
    if not access.works_here(turn.visitor):
        not_yours(turn)
        return
    since = turn.now - timedelta(days=LOOKED_BACK_DAYS)
    found = list(reversed(await gatherings.between(turn.tx, since, turn.now)))
    skip = min(row_id(argument) or 0, max(0, len(found) - 1))
    page = found[skip : skip + LONGEST_LIST]
    buttons = [
        Button(f"{place} {await _label(turn, each)}", f"a:hallone:{each.id}") for place, each in enumerate(page, 1)
    ]
    if skip + LONGEST_LIST < len(found):
        buttons.append(Button("9 下一页", f"a:hallpast:{skip + LONGEST_LIST}"))
    turn.say("办过的活动和课程，最近的在前：" if page else "还没有办过活动。", [*buttons, MENU_BUTTON])


async def _label(turn: Turn, gathering: Gathering) -> str:
    """Return '12月4日 合唱排练 28/30 候补3'."""
    if gathering.state == "cancelled":
        return f"{words.short(turn.office, gathering)} 已取消"
    if gathering.by_draw and gathering.drawn_at is None:
        everybody = await signups.of_gathering(turn.tx, gathering.id)
        return f"{words.short(turn.office, gathering)} 等抽签 {sum(each.state == 'drawing' for each in everybody)}"
    taken, _ = await signups.taken(turn.tx, gathering.id)
    waiting = len(await signups.waiting(turn.tx, gathering.id))
    of = f"/{gathering.capacity}" if gathering.capacity is not None else "人"
    return f"{words.short(turn.office, gathering)} {taken}{of}{f' 候补{waiting}' if waiting else ''}"


# ── one gathering ───────────────────────────────────────────────────────────────────────────────────────────────────


async def show_one(turn: Turn, argument: str) -> None:
    """One gathering: everything about it, how many and who, and what may be done."""
    gathering = await opened(turn, argument)
    if gathering is None:
        return
    everybody = await _seen(turn, await signups.of_gathering(turn.tx, gathering.id))
    lines = [words.described(turn.office, gathering), *await _more(turn, gathering), "", *_counts(gathering, everybody)]
    turn.say("\n".join(lines), await _deeds(turn, gathering))


async def _more(turn: Turn, gathering: Gathering) -> list[str]:
    """Return what the office knows besides what everybody is told."""
    lines = [f"谁可以来：{await inviting.in_words(turn.tx, gathering.audience)}"]
    if gathering.branch:
        lines.append(f"支部：{gathering.branch}")
    if gathering.kept:
        lines.append(f"给打电话的留：{gathering.kept} 个位子")
    if gathering.asks:
        lines.append(f"报名时问：{'、'.join(ASKED[each] for each in gathering.asks)}")
    if gathering.course_id is not None:
        course = await gatherings.course(turn.tx, gathering.course_id)
        lines.append(f"课程：{course.title}，{course.term}")
    if gathering.opens_at > turn.now and gathering.state == "planned":
        lines.append(f"开始报名：{words.moment(turn.office, gathering.opens_at)}")
    return lines


def _sections(everybody: Sequence[Signup]) -> dict[str, list[Signup]]:
    """Return the people of a gathering by how they stand, in order."""
    coming = [each for each in everybody if each.state == "in"]
    return {
        "有位子": [each for each in coming if each.leave_reason is None],
        "请假": [each for each in coming if each.leave_reason is not None],
        "等回话": [each for each in everybody if each.state == "offered"],
        "候补": [each for each in everybody if each.state == "waiting"],
        "等抽签": [each for each in everybody if each.state == "drawing"],
        "说了不来": [each for each in everybody if each.state == "no"],
    }


def _counts(gathering: Gathering, everybody: Sequence[Signup]) -> list[str]:
    """Return a line for each way to stand: how many, with companions, and who."""
    lines = []
    for label, group in _sections(everybody).items():
        if group or label == "有位子":
            family = sum(each.companions for each in group) if label != "说了不来" else 0
            names = "、".join(_name(each) for each in group[:MOST_NAMES])
            rest = "……" if len(group) > MOST_NAMES else ""
            with_family = f"，另带家属 {family} 位" if family else ""
            lines.append(f"{label} {len(group)} 人{with_family}{f'：{names}{rest}' if group else ''}")
    return lines


def _name(signup: Signup) -> str:
    return f"{signup.person_name}（带 {signup.companions} 位）" if signup.companions else signup.person_name


async def _seen(turn: Turn, everybody: Sequence[Signup]) -> list[Signup]:
    """Return those whom the speaker may see: all, or the people of the own units."""
    scope = access.scope(turn.visitor)
    if scope.everybody:
        return list(everybody)
    return [each for each in everybody if (await people.by_id(turn.tx, each.person_id)).unit_id in scope.unit_ids]


async def _deeds(turn: Turn, gathering: Gathering) -> list[Button]:
    """Return what the speaker may do with a gathering as it stands."""
    deeds: list[tuple[str, str]] = []
    open_still = gathering.state == "planned" and turn.now < gathering.starts_at
    arranges = access.may_arrange(turn.visitor, gathering)
    if open_still and access.handles(turn.visitor):
        deeds += [("代报名", "signfor"), ("代取消", "unsignfor")]
    if open_still and arranges:
        deeds += [("改时间地点", "alter"), ("改名额", "resize"), ("取消这次", "calloff")]
    deeds.append(("名单和电话", "halllist"))
    if arranges:
        deeds.append(("复制", "copy"))
    if access.handles(turn.visitor) and gathering.state == "planned":
        deeds += [("签到", "door"), ("到场情况", "attendance:g")]
        deeds += [("发照片", "photos")] if turn.now >= gathering.starts_at else []
    buttons = [
        Button(f"{place} {label}", f"a:{action}{'.' if ':' in action else ':'}{gathering.id}")
        for place, (label, action) in enumerate(deeds, 1)
    ]
    return [*buttons, MENU_BUTTON]


async def show_people(turn: Turn, argument: str) -> None:
    """【名单和电话】: everybody with telephone and answers, 'GATHERING' or 'GATHERING.SKIP'."""
    number, _, skip = argument.partition(".")
    gathering = await opened(turn, number)
    if gathering is None:
        return
    everybody = await _seen(turn, await signups.of_gathering(turn.tx, gathering.id))
    lines = []
    for label, group in _sections(everybody).items():
        for place, each in enumerate(group, 1):
            lines.append(f"{label} {place}. {await _line(turn, each)}")
    start = min(row_id(skip) or 0, max(0, len(lines) - 1))
    buttons = [open_button(gathering)]
    if start + MOST_LINES < len(lines):
        buttons.append(Button("9 下一页", f"a:halllist:{gathering.id}.{start + MOST_LINES}"))
    head = f"{words.short(turn.office, gathering)}，名单："
    turn.say("\n".join([head, *(lines[start : start + MOST_LINES] or ["还没有人报名。"])]), [*buttons, MENU_BUTTON])


async def _line(turn: Turn, signup: Signup) -> str:
    person = await people.by_id(turn.tx, signup.person_id)
    phone = person.phone or person.home_phone or person.family_phone or "没有电话"
    told = [str(each) for each in signup.answers.values()]
    leave = [f"请假：{signup.leave_reason}"] if signup.leave_reason else []
    return "，".join([_name(signup), phone, *leave, *told, *(["电话报名"] if signup.by_phone else [])])

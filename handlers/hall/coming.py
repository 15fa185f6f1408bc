"""活动和课程: what is coming and suits, best first; one gathering with what may be done; 我的活动."""

from collections.abc import Sequence
from dataclasses import dataclass

from handlers import access
from handlers.gatherings import attendance, kinds, places, signing, suiting, words
from handlers.gatherings.signing import Wish
from handlers.menu import MENU_BUTTON
from handlers.turn import Button, Turn, row_id
from storage import gatherings, signups
from storage import suiting as people_facts
from storage.gatherings import Gathering
from storage.signups import Signup
from storage.suiting import Facts

LONGEST_LIST = 8  # gatherings on one screen
MOST_LOOKED_AT = 500  # of what is coming in the whole office
NOT_FOR_YOU = "这次活动不在了，或者不是给您安排的。"
MINE_BUTTON = Button("我报了名的", "a:myevents:")  # whoever says 活动 or 报名 does not mean this one
MORE_BUTTON = Button("更多", "a:eventmore:")


@dataclass(frozen=True, slots=True)
class Shown:
    """A gathering, and whom of those who are served on this account it is about."""

    gathering: Gathering
    whom: Sequence[Facts]


async def served(turn: Turn) -> list[Facts]:
    """Return for whom the speaker signs up: who uses the account, and the parents they act for."""
    persons = await access.acts_for(turn.tx, turn.visitor)
    if not turn.visitor.has("cadre"):  # as in handlers.whom
        persons = {each: name for each, name in persons.items() if each != turn.person_id} or persons
    return await people_facts.of_persons(turn.tx, list(persons))


def called(turn: Turn, person_id: int, name: str) -> str:
    """Return 您 for the speaker, else the name; on a shared telephone everybody has a name."""
    return "您" if person_id == turn.person_id and not turn.visitor.shares else name


# ── the list ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def show_events(turn: Turn, argument: str) -> None:
    """【活动和课程】; the argument is how many to skip."""
    found = _best_first(turn, await gatherings.coming(turn.tx, turn.now, MOST_LOOKED_AT), await served(turn))
    skip = min(row_id(argument) or 0, max(0, len(found) - 1))
    page = found[skip : skip + LONGEST_LIST]
    lines = [f"{place}. {await _line(turn, each)}" for place, each in enumerate(page, 1)]
    buttons = _open_buttons(turn, [each.gathering for each in page])
    if skip + LONGEST_LIST < len(found):
        buttons.append(Button("9 下一页", f"a:events:{skip + LONGEST_LIST}"))
    where = f"，第 {skip + 1} 到 {skip + len(page)} 项" if len(found) > LONGEST_LIST else ""
    head = f"近期的活动和课程 {len(found)} 项{where}，点开可以报名：" if found else "现在没有可以参加的活动和课程。"
    turn.say("\n".join([head, *lines]), [*buttons, MINE_BUTTON, MORE_BUTTON, MENU_BUTTON])


def _open_buttons(turn: Turn, page: Sequence[Gathering]) -> list[Button]:
    return [
        Button(f"{place} {words.short(turn.office, each)}", f"a:gathering:{each.id}")
        for place, each in enumerate(page, 1)
    ]


def _best_first(turn: Turn, coming: Sequence[Gathering], persons: Sequence[Facts]) -> list[Shown]:
    """Return what suits anybody of these, best first; what suits equally in order of time."""
    office = turn.office
    found = []
    for each in _courses_once(turn, coming):
        whom = [
            one for one in persons if suiting.may_come(office, each, one) and not suiting.is_away(office, each, one)
        ]
        if whom:
            found.append(Shown(each, whom))
    return sorted(found, key=lambda shown: -max(suiting.score(shown.gathering, each) for each in shown.whom))


def _courses_once(turn: Turn, coming: Sequence[Gathering]) -> list[Gathering]:
    """Return a course as its first coming lesson that takes sign-ups, or as its first coming lesson; in order of time."""
    chosen: dict[tuple[str, int], Gathering] = {}
    for each in coming:
        key = ("gathering", each.id) if each.course_id is None else ("course", each.course_id)
        if key not in chosen or (_is_open(turn, each) and not _is_open(turn, chosen[key])):
            chosen[key] = each
    return sorted(chosen.values(), key=lambda each: (each.starts_at, each.id))


def _is_open(turn: Turn, gathering: Gathering) -> bool:
    return gathering.opens_at <= turn.now and not signing.after_deadline(turn, gathering)


async def _line(turn: Turn, shown: Shown) -> str:
    gathering = shown.gathering
    course = "（整个课程）" if gathering.course_id else ""
    states = await _own_states(turn, shown)
    state = "，".join(states) or _sign_up_time(turn, gathering)
    return f"{words.moment(turn.office, gathering.starts_at)} {gathering.title}{course}{f'：{state}' if state else ''}"


def _sign_up_time(turn: Turn, gathering: Gathering) -> str:
    """Return a word where nobody can sign up now."""
    if turn.now < gathering.opens_at:
        return f"{words.moment(turn.office, gathering.opens_at)}开始报名"
    return "报名截止了" if signing.after_deadline(turn, gathering) else ""


# ── the own state ───────────────────────────────────────────────────────────────────────────────────────────────────


async def _own_states(turn: Turn, shown: Shown) -> list[str]:
    """Return how everybody stands who has said anything; with names when there are several."""
    states = []
    for each in shown.whom:
        if signup := await signups.current(turn.tx, shown.gathering.id, each.person_id):
            name = each.name if len(shown.whom) > 1 else ""
            states.append(f"{name}{await own_state(turn, signup)}")
    return states


async def own_state(turn: Turn, signup: Signup) -> str:
    """Return how somebody stands, in a word: 已报名, 候补第2位, 不来."""
    if signup.leave_reason is not None:
        return "请了假"
    if signup.state == "waiting":
        return f"候补第{await signups.place_in_line(turn.tx, signup)}位"
    with_whom = f"，连家属 {signup.party} 人" if signup.companions else ""
    states = {
        "in": f"已报名{with_whom}",
        "offered": "有空位，等您回话",
        "drawing": f"已报名{with_whom}，等抽签",
        "no": "不来",
    }
    return states[signup.state]


# ── one gathering ───────────────────────────────────────────────────────────────────────────────────────────────────


async def opened(turn: Turn, argument: str) -> Shown | None:
    """Return the gathering a button names with whom it concerns, else say that it is not for them and return None."""
    try:
        gathering = await gatherings.by_id(turn.tx, row_id(argument) or 0)
    except LookupError:
        turn.say(NOT_FOR_YOU, [MENU_BUTTON])
        return None
    whom = []
    for each in await served(turn):
        signup = await signups.current(turn.tx, gathering.id, each.person_id)
        if signup is not None or suiting.may_come(turn.office, gathering, each):
            whom.append(each)
    if whom:
        return Shown(gathering, whom)
    turn.say(NOT_FOR_YOU, [MENU_BUTTON])
    return None


async def show_event(turn: Turn, argument: str) -> None:
    """One gathering: everything to know before signing up, how one stands, what may be done now."""
    shown = await opened(turn, argument)
    if shown is None:
        return
    gathering = shown.gathering
    lines = [words.described(turn.office, gathering)]
    if gathering.course_id is not None:
        lines.append("这是一门课，报一次名，以后每次课都在内。")
    if states := await _own_states(turn, shown):
        lines.append(f"您这边：{'，'.join(states)}")
    elif refused := why_closed(turn, gathering):
        lines.append(refused)
    lines += await _room_left(turn, gathering)
    turn.say("\n".join(lines), await deeds(turn, shown))


def why_closed(turn: Turn, gathering: Gathering) -> str | None:
    """Return why nobody can sign up here now, or None."""
    anybody = Wish(turn.person_id, turn.person_id, turn.visitor.account_id)
    return signing.why_not(turn, gathering, anybody)


async def _room_left(turn: Turn, gathering: Gathering) -> list[str]:
    """Return what may be said of the places: how many are left, how many wait. Nothing where places are drawn or not limited."""
    if gathering.capacity is None or why_closed(turn, gathering) or (gathering.by_draw and gathering.drawn_at is None):
        return []
    late = signing.after_deadline(turn, gathering)
    left = places.free(await signing.room_of(turn, gathering), by_phone=False, after_deadline=late)
    waiting = await signups.how_many_wait(turn.tx, gathering.id)
    line = f"，候补的有 {waiting} 位" if waiting else ""
    return [f"还有 {left} 个位子{line}。" if left else f"网上的名额满了{line}。"]


async def deeds(turn: Turn, shown: Shown) -> list[Button]:
    """Return what may be done now about a gathering by those it concerns."""
    gathering = shown.gathering
    found: list[tuple[str, str]] = []
    begun = gathering.state == "cancelled" or turn.now >= gathering.starts_at
    if attendance.why_not_here(turn.office, gathering, turn.now) is None:
        found.append(("我到了", f"a:here:{gathering.id}"))
    for each in [] if begun else shown.whom:
        name = each.name if len(shown.whom) > 1 else ""
        signup = await signups.current(turn.tx, gathering.id, each.person_id)
        if (signup is None or signup.state == "no") and why_closed(turn, gathering) is None:
            found.append(("报名", f"a:signup:{gathering.id}"))  # for whom is asked there
        found += [(f"{name}{label}", choice) for label, choice in _deeds_of(gathering, each, signup)]
    buttons = [Button(f"{place} {label}", choice) for place, (label, choice) in enumerate(dict.fromkeys(found), 1)]
    return [*buttons, MINE_BUTTON, MENU_BUTTON]


def _deeds_of(gathering: Gathering, facts: Facts, signup: Signup | None) -> list[tuple[str, str]]:
    """Return (label, choice) of what somebody may do besides signing up."""
    where = f"{gathering.id}.{facts.person_id}"
    excusable = kinds.takes_leave(gathering.kind)
    if signup is None:
        return [
            ("请假", f"a:excuse:{where}") if excusable and not gathering.course_id else ("不来", f"a:notcoming:{where}")
        ]
    if signup.state == "no":
        return []
    if signup.state == "offered":
        return [("要来", f"a:seat:{signup.id}"), ("不来了", f"a:noseat:{signup.id}")]
    leaves = [("请假", f"a:excuse:{where}")] if excusable and signup.state == "in" else []
    if signup.leave_reason is not None:
        leaves = [("还是来", f"a:comes:{signup.id}")]
    return [*leaves, ("取消报名", f"a:unsign:{signup.id}")]


# ── 我的活动 ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def show_mine(turn: Turn, argument: str) -> None:
    """【我的活动】: what those who are served are signed up for, in order of time; the argument is how many to skip."""
    persons = await served(turn)
    own = []
    for person in persons:
        for signup in await signups.of_person(turn.tx, person.person_id, turn.now):
            if signup.state != "no":
                own.append((await gatherings.by_id(turn.tx, signup.gathering_id), signup))
    own.sort(key=lambda pair: (pair[0].starts_at, pair[0].id))
    skip = min(row_id(argument) or 0, max(0, len(own) - 1))
    page = own[skip : skip + LONGEST_LIST]
    lines = []
    for place, (gathering, signup) in enumerate(page, 1):
        whose = f"{signup.person_name}，" if len(persons) > 1 else ""
        moment = words.moment(turn.office, gathering.starts_at)
        lines.append(f"{place}. {whose}{moment} {gathering.title}：{await own_state(turn, signup)}")
    buttons = _open_buttons(turn, [gathering for gathering, _ in page])
    if skip + LONGEST_LIST < len(own):
        buttons.append(Button("9 下一页", f"a:myevents:{skip + LONGEST_LIST}"))
    turn.say("\n".join(lines) or "现在没有报名的活动。", [*buttons, Button("活动和课程", "a:events:"), MENU_BUTTON])


async def show_more(turn: Turn, argument: str) -> None:
    """【更多】 under the list."""
    turn.say(
        "请选一项：",
        [
            Button("1 外出", "a:go:away"),
            Button("2 登记爱好", "a:go:interests"),
            Button("3 不打扰", "a:go:quiet"),
            MENU_BUTTON,
        ],
    )

"""签到, the office's side: the list of those expected, pressed as they come; who is on no list is written down by name."""

from datetime import timedelta

from handlers import access
from handlers.desk.lists import LONGEST_LIST, not_yours
from handlers.dialog import MOST_OPTIONS, Chat, flow
from handlers.gatherings import attendance, code, kinds, words
from handlers.menu import MENU_BUTTON
from handlers.turn import Button, Turn, row_id
from storage import attendance as attended
from storage import gatherings, people, signups
from storage.gatherings import Gathering
from storage.people import Person
from storage.signups import Signup


def open_button(gathering: Gathering) -> Button:
    return Button("1 签到名单", f"a:door:{gathering.id}")


async def handled(turn: Turn, argument: str) -> Gathering | None:
    """Return the gathering that a button names if the speaker checks people in, else say that it is not theirs and return None."""
    try:
        gathering = await gatherings.by_id(turn.tx, row_id(argument) or 0)
    except LookupError:
        gathering = None
    if gathering is None or not access.handles(turn.visitor):
        not_yours(turn)
        return None
    return gathering


async def show_door(turn: Turn, argument: str) -> None:
    """【签到名单】: 'GATHERING' or 'GATHERING.SKIP'; nothing: what begins soon or has been lately."""
    number, _, skip = argument.partition(".")
    if number:
        if gathering := await handled(turn, number):
            await _page(turn, gathering, row_id(skip) or 0)
        return
    if not access.handles(turn.visitor):
        not_yours(turn)
        return
    since = turn.now - attendance.AFTERWARDS
    found = await gatherings.between(turn.tx, since, turn.now + timedelta(days=1))
    planned = [each for each in reversed(found) if each.state == "planned"][:LONGEST_LIST]
    buttons = [
        Button(f"{place} {words.short(turn.office, each)}", f"a:door:{each.id}")
        for place, each in enumerate(planned, 1)
    ]
    turn.say("给哪一场签到？" if buttons else "这几天没有要签到的活动。", [*buttons, MENU_BUTTON])


async def _page(turn: Turn, gathering: Gathering, skip: int) -> None:
    everybody = await attended.at_the_door(turn.tx, gathering.id)
    start = min(skip, max(0, len(everybody) - 1))
    page = everybody[start : start + LONGEST_LIST]
    buttons = [Button(f"{place} {_marked(each)}", _press(each, start)) for place, each in enumerate(page, 1)]
    if start + LONGEST_LIST < len(everybody):
        buttons.append(Button("9 下一页", f"a:door:{gathering.id}.{start + LONGEST_LIST}"))
    elif start:
        buttons.append(Button("9 回到第一页", f"a:door:{gathering.id}"))
    buttons.append(Button("写姓名签到", f"a:walkin:{gathering.id}"))
    if kinds.takes_leave(gathering.kind) and turn.now < gathering.starts_at:
        buttons.append(Button("记请假", f"a:leaveof:{gathering.id}"))
    turn.say(await _head(turn, gathering, len(everybody), start, len(page)), [*buttons, MENU_BUTTON])


async def _head(turn: Turn, gathering: Gathering, count: int, start: int, shown: int) -> str:
    tally = await attended.of_gathering(turn.tx, gathering.id)
    where = f"下面是第 {start + 1} 到 {start + shown} 位。" if count > LONGEST_LIST else ""
    return (
        f"签到：{gathering.title}，{words.moment(turn.office, gathering.starts_at)}\n"
        f"名单上 {tally.signed} 人，到了 {tally.came} 人，请假 {tally.leave} 人，没有位子来的 {tally.walk_ins} 人。\n"
        f"签到码：{code.WORD} {code.shown(await code.code_of(turn.tx, gathering))}\n"
        f"谁到了就按谁，按错了再按一下就撤销。{where}"
    )


def _marked(signup: Signup) -> str:
    """Return a name with what must be known at the door."""
    if signup.attended_at is not None:
        return f"{signup.person_name}（已到，再按撤销）"
    if signup.leave_reason is not None:
        return f"{signup.person_name}（请假：{signup.leave_reason[:10]}）"
    notes = {"in": "", "offered": "（等回话）", "waiting": "（候补）", "drawing": "（等抽签）"}
    with_whom = f"，带 {signup.companions} 位家属" if signup.companions else ""
    return f"{signup.person_name}{with_whom}{notes.get(signup.state, '')}"


def _press(signup: Signup, start: int) -> str:
    """Return a button that says what it does, so that an old one pressed twice does nothing else."""
    return f"a:tick:{signup.id}.{int(signup.attended_at is None)}.{start}"


async def tick(turn: Turn, argument: str) -> None:
    """A name on the list: 'SIGNUP.1.SKIP' checks in, 'SIGNUP.0.SKIP' takes it back."""
    number, want, skip = [*argument.split("."), "", "", ""][:3]
    try:
        signup = await signups.by_id(turn.tx, row_id(number) or 0)
    except LookupError:
        not_yours(turn)
        return
    gathering = await handled(turn, str(signup.gathering_id))
    if gathering is None:
        return
    if refused := attendance.why_not_here(turn.office, gathering, turn.now, by_office=True):
        turn.say(refused)
    elif want == "1":
        await attendance.check_in(turn, gathering, signup.person_id, "list")
        turn.say(f"{signup.person_name}到了。")
    elif await attendance.undo(turn, gathering, signup):
        turn.say(f"{signup.person_name}的签到撤销了。")
    await _page(turn, gathering, row_id(skip) or 0)


# ── by name ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def write_name(turn: Turn, argument: str) -> None:
    """【写姓名签到】."""
    if gathering := await handled(turn, argument):
        if refused := attendance.why_not_here(turn.office, gathering, turn.now, by_office=True):
            turn.say(refused, [open_button(gathering), MENU_BUTTON])
        else:
            turn.follow = ("walkin", {"gathering": gathering.id})


@flow("walkin", "写姓名签到", drafts=False)
async def walk_in(chat: Chat) -> None:
    turn = chat.turn
    gathering = await handled(turn, str(chat.seed["gathering"]))
    if gathering is None:
        return
    name = await chat.ask("name", "谁到了？请写姓名，没有报名的也可以。")
    found = await persons_named(turn, name)
    if not found:
        chat.say(f"花名册里没有叫“{name}”的，或者不归您管。请核对姓名；新来的同志，请先请管机器的同志补录。")
        await _page(turn, gathering, 0)
        return
    person_id = found[0].id
    if len(found) > 1:
        person_id = int(await chat.choose("person", f"叫{name}的有几位，是哪一位？", await described(turn, found)))
    latest = await attended.latest_of(chat.tx, gathering.id, person_id)
    if "sure" in chat.answers or latest is None or not attendance.had_place(latest):
        question = f"{name}没有“{gathering.title}”的位子。人已经到了吗？"
        if not await chat.confirm("sure", question, yes="到了，登记上", no="没有到，不登记"):
            await _page(turn, gathering, 0)
            return
    signup = await attendance.check_in(turn, gathering, person_id, "list")
    chat.say(f"{signup.person_name}到了，记下了。")
    await _page(turn, gathering, 0)


async def persons_named(turn: Turn, name: str) -> list[Person]:
    """Return the persons of this name within the units of the speaker."""
    scope = access.scope(turn.visitor)
    found = await people.by_name(turn.tx, name.strip())
    return [each for each in found if scope.everybody or each.unit_id in scope.unit_ids]


async def described(turn: Turn, persons: list[Person]) -> dict[str, str]:
    """Return what tells persons of one name apart, by id: unit, year of birth."""
    units = await people.units(turn.tx)
    options = {}
    for each in persons[:MOST_OPTIONS]:
        parts = (each.name, units.get(each.unit_id or 0), each.birth and f"{each.birth[:4]}年生")
        options[str(each.id)] = "，".join(part for part in parts if part)
    return options

"""签到, the cadres' side: 【我到了】 on a push, the code at the door, scanned or typed. Who is not there cannot check in."""

from collections.abc import Mapping, Sequence

from handlers import access
from handlers.gatherings import attendance, code
from handlers.hall import door_list
from handlers.menu import MENU_BUTTON
from handlers.turn import Button, Turn, row_id
from storage import attendance as attended
from storage import gatherings, signups
from storage.gatherings import Gathering
from storage.signups import Signup

BOTH = "all"
NOT_LISTED = "您没有报“{}”的名，这里签不了到。人已经到了的话，请扫门口的二维码，或者跟工作人员说一声。"
NOTHING_NOW = "现在没有您要签到的活动。活动开始前一小时起可以签到；到了现场，扫门口的二维码也行。"
NO_CODE = "没有这个签到码，请核对一下，或者请门口的工作人员帮您签到。"


# ── 【我到了】 ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def here(turn: Turn, argument: str) -> None:
    """【我到了】, and the words 签到 and 我到了: 'GATHERING', 'GATHERING.PERSON', 'GATHERING.all', or nothing: whatever begins now."""
    number, _, whom = argument.partition(".")
    if not number:
        await _whatever_begins(turn)
        return
    gathering = await _opened(turn, row_id(number) or 0)
    if gathering is None:
        return
    if listed := await _listed(turn, gathering):
        await _arrive(turn, gathering, listed, whom, "button", f"a:here:{gathering.id}")
    else:
        turn.say(await _refused(turn, gathering), [MENU_BUTTON])


async def _opened(turn: Turn, gathering_id: int) -> Gathering | None:
    """Return the gathering if one can check in for it now, else say why not and return None."""
    try:
        gathering = await gatherings.by_id(turn.tx, gathering_id)
    except LookupError:
        turn.say("这个活动不在了。", [MENU_BUTTON])
        return None
    if refused := attendance.why_not_here(turn.office, gathering, turn.now):
        turn.say(refused, [MENU_BUTTON])
        return None
    return gathering


async def _whatever_begins(turn: Turn) -> None:
    if access.only_works_here(turn.visitor):
        await door_list.show_door(turn, "")
        return
    mine = [each for each in await attendance.near(turn) if await _listed(turn, each)]
    if not mine:
        turn.say(NOTHING_NOW, [MENU_BUTTON])
    elif len(mine) == 1:
        await here(turn, str(mine[0].id))
    else:
        buttons = [Button(f"{place} {each.title}", f"a:here:{each.id}") for place, each in enumerate(mine[:8], 1)]
        turn.say("您到了哪一场？", [*buttons, MENU_BUTTON])


async def _listed(turn: Turn, gathering: Gathering) -> dict[int, str]:
    """Return who uses this account and is on the list, or there already: names by person id."""
    found = {}
    for person_id, name in (await access.speaks_for(turn.tx, turn.visitor)).items():
        signup = await attended.latest_of(turn.tx, gathering.id, person_id)
        if signup is not None and (signup.attended_at is not None or attendance.had_place(signup)):
            found[person_id] = name
    return found


async def _refused(turn: Turn, gathering: Gathering) -> str:
    """Return why nobody on this account is checked in. A relative is told that the parent must be there."""
    speakers = await access.speaks_for(turn.tx, turn.visitor)
    parents = {
        each: name for each, name in (await access.acts_for(turn.tx, turn.visitor)).items() if each not in speakers
    }
    coming = [name for each, name in parents.items() if await signups.current(turn.tx, gathering.id, each)]
    if coming:
        names = "、".join(coming)
        return f"签到要本人到场，别人不能代签。请{names}用自己的手机签到，或者请门口的工作人员登记。"
    return NOT_LISTED.format(gathering.title)


# ── the code at the door ────────────────────────────────────────────────────────────────────────────────────────────


async def said_code(turn: Turn) -> bool:
    """Check in whoever says the code of a gathering; False when the words are none."""
    found = None if turn.message.media or turn.message.choice is not None else code.code_in(turn.message.words)
    if found is None or (not found[1] and await code.gathering_with(turn, found[0]) is None):
        return False
    await by_code(turn, found[0])
    return True


async def by_code(turn: Turn, argument: str) -> None:
    """The code of the door: 'CODE', 'CODE.PERSON' or 'CODE.all'. Who has it stands in the room: also who is on no list."""
    text, _, whom = argument.partition(".")
    known = await code.gathering_with(turn, text)
    gathering = await _opened(turn, known.id) if known else None
    if known is None:
        turn.say(NO_CODE, [MENU_BUTTON])
    elif gathering is None:
        return
    elif access.only_works_here(turn.visitor):
        turn.say("您是工作人员，不用签到。要给老同志签到，请看名单。", [door_list.open_button(gathering), MENU_BUTTON])
    elif persons := await _in_the_room(turn, gathering):
        await _arrive(turn, gathering, persons, whom, "code", f"a:code:{text}")
    else:
        turn.say(await _refused(turn, gathering), [MENU_BUTTON])


async def _in_the_room(turn: Turn, gathering: Gathering) -> dict[int, str]:
    """Return who may hold this telephone: everybody who uses it, but a relative only when she herself is on the list."""
    speakers = await access.speaks_for(turn.tx, turn.visitor)
    if not turn.visitor.has("cadre") and turn.person_id not in await _listed(turn, gathering):
        speakers.pop(turn.person_id, None)
    return speakers


# ── who of those on this telephone ──────────────────────────────────────────────────────────────────────────────────


async def _arrive(
    turn: Turn, gathering: Gathering, persons: Mapping[int, str], whom: str, how: str, choice: str
) -> None:
    """Check in the one that is named, or who alone uses the telephone; else ask who has come."""
    if whom == BOTH:
        chosen = list(persons)
    elif whom:
        chosen = [each for each in persons if str(each) == whom]
    else:
        chosen = list(persons) if len(persons) == 1 else []
    if chosen:
        arrivals = [await _check_in(turn, gathering, each, how) for each in chosen]
        turn.say(_arrived(turn, gathering, arrivals), [MENU_BUTTON])
    else:
        await _ask_who(turn, gathering, persons, choice)


Arrival = tuple[Signup, bool]  # and whether it is news


async def _check_in(turn: Turn, gathering: Gathering, person_id: int, how: str) -> Arrival:
    before = await attended.latest_of(turn.tx, gathering.id, person_id)
    signup = await attendance.check_in(turn, gathering, person_id, how)
    return signup, before is None or before.attended_at is None


def _arrived(turn: Turn, gathering: Gathering, arrivals: Sequence[Arrival]) -> str:
    again = [signup.person_name for signup, is_new in arrivals if not is_new]
    names = [signup.person_name for signup, is_new in arrivals if is_new]
    lines = [f"{'、'.join(again)}已经签到了，不用再签。"] if again else []
    if names:
        begins = gathering.starts_at.astimezone(turn.office.zone)
        lines.append(
            f"{'、'.join(names)}，签到好了。\n“{gathering.title}”{begins:%H:%M}开始，地点：{gathering.place}。"
        )
    if any(is_new and signup.attended_how == "walk-in" for signup, is_new in arrivals):
        lines.append("原来名单上没有，已经给您登记上了。")
    return "\n".join(lines)


async def _ask_who(turn: Turn, gathering: Gathering, persons: Mapping[int, str], choice: str) -> None:
    there = {each.person_id for each in await attended.who_came(turn.tx, gathering.id)}
    pending = {each: name for each, name in persons.items() if each not in there}
    options = [(f"{name}到了", str(each)) for each, name in pending.items()]
    if len(pending) == 2:
        options.append(("两位都到了", BOTH))
    buttons = [Button(f"{place} {label}", f"{choice}.{value}") for place, (label, value) in enumerate(options, 1)]
    present = [name for each, name in persons.items() if each in there]
    head = f"{'、'.join(present)}已经签到了。" if present else ""
    turn.say(f"{head}哪一位到了？" if buttons else f"{head}不用再签。", [*buttons, MENU_BUTTON])

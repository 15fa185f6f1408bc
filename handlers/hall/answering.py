"""The buttons of offers and pushes: 要来, 不来了, 不来, 还是来. They work once, for ever, in any order."""

from handlers import access
from handlers.gatherings import excusing, signing, words
from handlers.gatherings.kinds import takes_leave
from handlers.gatherings.signing import Wish
from handlers.hall import coming
from handlers.hall.coming import Shown
from handlers.hall.signing_up import SURE, begun, calendar_file
from handlers.menu import MENU_BUTTON
from handlers.turn import Button, Turn, row_id
from storage import gatherings, people, signups
from storage import suiting as people_facts
from storage.gatherings import Gathering
from storage.signups import Signup

NOT_YOURS = "这个名额不是您的，或者已经不在了。"


async def own_signup(turn: Turn, argument: str) -> Signup | None:
    """Return the sign-up a button names if the speaker may answer for it, else say so and return None.

    That is the person, who acts for the person, and the office, which writes down what was said on the telephone.
    """
    try:
        signup = await signups.by_id(turn.tx, row_id(argument) or 0)
    except LookupError:
        turn.say(NOT_YOURS, [MENU_BUTTON])
        return None
    if signup.person_id in await access.acts_for(turn.tx, turn.visitor) or await _by_office(turn, signup):
        return signup
    turn.say(NOT_YOURS, [MENU_BUTTON])
    return None


async def _by_office(turn: Turn, signup: Signup) -> bool:
    scope = access.scope(turn.visitor)
    unit_id = (await people.by_id(turn.tx, signup.person_id)).unit_id
    return access.works_here(turn.visitor) and (scope.everybody or unit_id in scope.unit_ids)


# ── a place that is offered ─────────────────────────────────────────────────────────────────────────────────────────


async def take_seat(turn: Turn, argument: str) -> None:
    """【要来】."""
    if signup := await own_signup(turn, argument):
        gathering = await gatherings.by_id(turn.tx, signup.gathering_id)
        if await signing.accept(turn, gathering, signup):
            where = words.when_and_where(turn.office, gathering)
            text = f"好的，“{gathering.title}”有{words.how_many(signup)}给{signup.person_name}留好了。\n{where}"
            media = await calendar_file(turn, gathering, signup)
            turn.say(f"{text}\n不能来了，请说“我的活动”。", await _deeds(turn, gathering, signup), media)
        else:
            await _say_where_it_stands(turn, gathering, signup)


async def leave_seat(turn: Turn, argument: str) -> None:
    """【不来了】. Whoever has taken the place meanwhile is asked once more."""
    signup = await own_signup(turn, argument)
    if signup is None:
        return
    gathering = await gatherings.by_id(turn.tx, signup.gathering_id)
    if signup.state == "offered" and begun(turn, gathering) is None:
        await signing.give_back(turn, gathering, signup, "no")
        turn.say(
            f"好的，记下{signup.person_name}这次不来。位子让出来了，谢谢您告诉我们。", [coming.MINE_BUTTON, MENU_BUTTON]
        )
    elif signup.state in SURE and begun(turn, gathering) is None:
        turn.follow = ("unsign", {"signup": signup.id, "state": "no"})
    else:
        await _say_where_it_stands(turn, gathering, signup)


async def _deeds(turn: Turn, gathering: Gathering, signup: Signup) -> list[Button]:
    if signup.person_id not in await access.acts_for(turn.tx, turn.visitor):
        return [MENU_BUTTON]
    return await coming.deeds(turn, Shown(gathering, await people_facts.of_persons(turn.tx, [signup.person_id])))


async def _say_where_it_stands(turn: Turn, gathering: Gathering, signup: Signup) -> None:
    """Answer a button that has nothing to change any more: how things are now, and the way to queue again."""
    if refused := begun(turn, gathering):
        turn.say(refused, [coming.MINE_BUTTON, MENU_BUTTON])
        return
    name, title = signup.person_name, f"“{gathering.title}”"
    present = await signups.current(turn.tx, gathering.id, signup.person_id)
    if present is not None and present.state != "no":
        text = f"{name}，{title}：{await coming.own_state(turn, present)}。"
    elif signup.state == "lost":
        text = f"留给{name}的{title}的名额，到了时间，已经不再留了。"
    else:
        text = f"{name}的{title}已经{words.STATES[signup.state]}。"
    if present is None or present.state == "no":
        text += coming.why_closed(turn, gathering) or "还想来，可以再报名；没有空位就从最后排起。"
    turn.say(text, await _deeds(turn, gathering, signup))


# ── 不来, 还是来, 取消报名 ───────────────────────────────────────────────────────────────────────────────────────────


async def not_coming(turn: Turn, argument: str) -> None:
    """【不来】 of a push ('gathering') or a card ('gathering.person'). Whoever has a place, or waits, is asked once more."""
    where, _, who = argument.partition(".")
    shown = await coming.opened(turn, where)
    if shown is None:
        return
    gathering = shown.gathering
    meant = [each for each in shown.whom if not who or each.person_id == row_id(who)]
    if not meant:
        turn.say(coming.NOT_FOR_YOU, [MENU_BUTTON])
    elif refused := begun(turn, gathering):
        turn.say(refused, [MENU_BUTTON])
    elif len(meant) > 1:
        buttons = [
            Button(f"{place} {each.name}", f"a:notcoming:{gathering.id}.{each.person_id}")
            for place, each in enumerate(meant, 1)
        ]
        turn.say(f"“{gathering.title}”，谁不来？", [*buttons, MENU_BUTTON])
    else:
        await _says_no(turn, gathering, meant[0].person_id)


async def _says_no(turn: Turn, gathering: Gathering, person_id: int) -> None:
    present = await signups.current(turn.tx, gathering.id, person_id)
    if takes_leave(gathering.kind) and gathering.course_id is None and (present is None or present.state == "in"):
        turn.follow = ("excuse", {"gathering": gathering.id, "person": person_id})
    elif present is not None and present.state in SURE:
        turn.follow = ("unsign", {"signup": present.id, "state": "no"})
    else:
        text = await signing.say_no(turn, gathering, Wish(person_id, turn.person_id, turn.visitor.account_id))
        turn.say(text, [Button("1 还是想来，报名", f"a:signup:{gathering.id}"), MENU_BUTTON])


async def comes_after_all(turn: Turn, argument: str) -> None:
    """【还是来】: the leave of a lesson is taken back."""
    signup = await own_signup(turn, argument)
    if signup is None:
        return
    gathering = await gatherings.by_id(turn.tx, signup.gathering_id)
    if signup.state == "in" and signup.leave_reason is not None and begun(turn, gathering) is None:
        await excusing.comes_after_all(turn, gathering, signup)
        where = words.when_and_where(turn.office, gathering)
        turn.say(f"好的，{signup.person_name}的请假取消了。\n{where}", [coming.MINE_BUTTON, MENU_BUTTON])
    else:
        await _say_where_it_stands(turn, gathering, signup)


async def begin_unsign(turn: Turn, argument: str) -> None:
    """【取消报名】."""
    if signup := await own_signup(turn, argument):
        turn.follow = ("unsign", {"signup": signup.id, "state": "cancelled"})

"""还来吗: the answers to the question of the day before. 来 is noted; 不来 leads to what gives the place back, or asks for leave."""

from handlers.gatherings import excusing, words
from handlers.gatherings.kinds import takes_leave
from handlers.hall import coming
from handlers.hall.answering import own_signup
from handlers.hall.signing_up import begun
from handlers.menu import MENU_BUTTON
from handlers.turn import Turn
from storage import gatherings, signups
from storage.gatherings import Gathering
from storage.signups import Signup


async def still_comes(turn: Turn, argument: str) -> None:
    """【来】."""
    signup = await own_signup(turn, argument)
    if signup is None:
        return
    gathering = await gatherings.by_id(turn.tx, signup.gathering_id)
    if signup.state != "in" or begun(turn, gathering):
        await _say_how_it_stands(turn, gathering, signup)
        return
    if signup.leave_reason is not None:
        await excusing.comes_after_all(turn, gathering, signup)
    if signup.sure != "yes":
        await signups.is_sure(turn.tx, signup.id, "yes", turn.now)
        await turn.audit("signup.sure", f"gathering:{gathering.id}", signup=signup.id)
    where = words.when_and_where(turn.office, gathering)
    text = f"好的，记下{signup.person_name}来，“{gathering.title}”。\n{where}"
    turn.say(text, [coming.MINE_BUTTON, MENU_BUTTON])


async def comes_no_more(turn: Turn, argument: str) -> None:
    """【不来】: the place is given back, after one more question; of a meeting or a lesson one takes leave."""
    signup = await own_signup(turn, argument)
    if signup is None:
        return
    gathering = await gatherings.by_id(turn.tx, signup.gathering_id)
    if signup.state != "in" or signup.leave_reason is not None or begun(turn, gathering):
        await _say_how_it_stands(turn, gathering, signup)
    elif takes_leave(gathering.kind):
        turn.follow = ("excuse", {"gathering": gathering.id, "person": signup.person_id})
    else:
        turn.follow = ("unsign", {"signup": signup.id, "state": "no"})


async def _say_how_it_stands(turn: Turn, gathering: Gathering, signup: Signup) -> None:
    """An old button is a normal case: say how things are now."""
    name, title = signup.person_name, f"“{gathering.title}”"
    if refused := begun(turn, gathering):
        text = refused
    elif present := await signups.current(turn.tx, gathering.id, signup.person_id):
        text = f"{name}，{title}：{await coming.own_state(turn, present)}。"
    else:
        text = f"{name}的{title}已经{words.STATES[signup.state]}。还想来，请看【活动和课程】里能不能再报名。"
    turn.say(text, [coming.MINE_BUTTON, MENU_BUTTON])

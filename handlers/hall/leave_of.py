"""记请假: staff write down who telephones to say that they do not come to a meeting or a lesson."""

from handlers.dialog import Chat, flow
from handlers.gatherings import attendance
from handlers.hall.door_list import described, handled, open_button, persons_named
from handlers.menu import MENU_BUTTON
from handlers.turn import Turn
from storage import people, signups

LONGEST_REASON = 40


async def write_leave(turn: Turn, argument: str) -> None:
    """【记请假】."""
    if gathering := await handled(turn, argument):
        turn.follow = ("leaveof", {"gathering": gathering.id})


@flow("leaveof", "记请假", drafts=False)
async def leave_of(chat: Chat) -> None:
    turn = chat.turn
    gathering = await handled(turn, str(chat.seed["gathering"]))
    if gathering is None:
        return
    buttons = [open_button(gathering), MENU_BUTTON]
    name = await chat.ask("name", f"谁请“{gathering.title}”的假？请写姓名。")
    found = await persons_named(turn, name)
    if not found:
        chat.say(f"花名册里没有叫“{name}”的，或者不归您管。", buttons)
        return
    person_id = found[0].id
    if len(found) > 1:
        person_id = int(await chat.choose("person", f"叫{name}的有几位，是哪一位？", await described(turn, found)))
    who = (await people.by_id(chat.tx, person_id)).name
    signup = await signups.current(chat.tx, gathering.id, person_id)
    if signup is None:
        chat.say(f"{who}没有报“{gathering.title}”，不用请假。", buttons)
        return
    if refused := attendance.why_no_leave(turn, gathering, signup):
        chat.say(refused, buttons)
        return
    reason = await chat.ask("reason", f"{who}请假是什么原因？写几个字。", _too_long)
    await chat.review(f"请核对：{who}请“{gathering.title}”的假。", reason="原因")
    if await attendance.take_leave(turn, gathering, signup, reason):
        chat.say(f"{who}的请假记下了，位子让给排队的下一位了。", buttons)
    else:
        chat.say(f"{who}的请假记下了。", buttons)


def _too_long(words: str) -> str | None:
    return None if len(words) <= LONGEST_REASON else "请写短一些，几个字就行。"

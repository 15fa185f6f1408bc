"""Afterwards: the one question, a few words more for whoever likes, and the photos for everybody who was there."""

from handlers import access
from handlers.dialog import Chat, flow
from handlers.gatherings import after
from handlers.hall.door_list import handled
from handlers.menu import MENU_BUTTON
from handlers.readers import Gathered
from handlers.turn import Button, Turn, row_id
from storage import attendance, gatherings, signups
from storage.signups import Signup

NOT_ASKED = "这个问题不是问您的，或者已经不在了。"


async def _own(turn: Turn, argument: str) -> Signup | None:
    """Return the sign-up that a button names if it is the speaker's, else say that it is not and return None."""
    try:
        signup = await signups.by_id(turn.tx, row_id(argument) or 0)
    except LookupError:
        signup = None
    if signup is None or signup.person_id not in await access.speaks_for(turn.tx, turn.visitor):
        turn.say(NOT_ASKED, [MENU_BUTTON])
        return None
    return signup


async def answer(turn: Turn, argument: str) -> None:
    """【很好】【还可以】【不太好】: 'SIGNUP.RATING', once."""
    number, _, rating = argument.partition(".")
    signup = await _own(turn, number)
    if signup is None:
        return
    if rating not in after.RATINGS or not await after.rate(turn, signup, rating):
        turn.say("这一题您已经答过了，谢谢您。", [MENU_BUTTON])
        return
    more = Button("1 再说几句", f"a:afterwords:{signup.id}")
    turn.say(f"记下了：{after.RATINGS[rating]}。谢谢您告诉我们。", [more, MENU_BUTTON])


async def say_more(turn: Turn, argument: str) -> None:
    """【再说几句】."""
    signup = await _own(turn, argument)
    if signup is None:
        return
    if signup.attended_at is None:
        turn.say(NOT_ASKED, [MENU_BUTTON])
    else:
        turn.follow = ("afterwords", {"signup": signup.id})


@flow("afterwords", "再说几句")
async def afterwords(chat: Chat) -> None:
    signup = await signups.by_id(chat.tx, chat.seed["signup"])
    gathering = await gatherings.by_id(chat.tx, signup.gathering_id)
    told = await chat.gather("told", f"您想对“{gathering.title}”说什么？打字、发语音都行。说完了请按【说完了】。")
    told += chat.kept()
    await after.pass_on(chat.turn, gathering, signup, told.shown(), told.media)
    chat.say("您的话转给工作人员了，谢谢您。", [MENU_BUTTON])


# ── photos ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def begin_photos(turn: Turn, argument: str) -> None:
    """【发照片】 to everybody who was there."""
    gathering = await handled(turn, argument)
    if gathering is None:
        return
    if await attendance.who_came(turn.tx, gathering.id):
        turn.follow = ("photos", {"gathering": gathering.id})
    else:
        turn.say(f"“{gathering.title}”还没有人签到，照片没有人可发。请先签到。", [MENU_BUTTON])


@flow("photos", "发照片")
async def photos(chat: Chat) -> None:
    gathering = await handled(chat.turn, str(chat.seed["gathering"]))
    if gathering is None:
        return
    count = len(await attendance.who_came(chat.tx, gathering.id))
    told = await chat.gather("told", f"请发“{gathering.title}”的照片，可以一起写几句话。都发完了请按【说完了】。")
    whom = f"发给到场的 {count} 人，不打扰休息。\n照片里有人不愿意公开的，请不要发。"
    await chat.review(f"发出前请核对：\n{whom}", told="内容")
    told += chat.kept()
    if not told.media:
        chat.say("没有照片，什么也没有发。", [MENU_BUTTON])
        return
    told_to, untold = await after.send_photos(chat.turn, gathering, told.text, told.media)
    chat.say(_sent(told, told_to, untold), [MENU_BUTTON])


def _sent(told: Gathered, told_to: int, untold: int) -> str:
    rest = f"另有 {untold} 人在这里收不到，请另外转交。" if untold else ""
    return f"照片 {len(told.media)} 份，正在发给 {told_to} 人。{rest}"

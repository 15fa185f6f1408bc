"""外出: "from ... until ... I am away" gives back everything in between; 我回来了 ends it."""

from datetime import date, timedelta

from handlers.dialog import Chat, flow
from handlers.gatherings import excusing
from handlers.gatherings.excusing import Falling
from handlers.gatherings.words import short
from handlers.hall import coming
from handlers.hall.signing_up import end
from handlers.menu import MENU_BUTTON
from handlers.office import Office, day_in_words
from handlers.turn import Button, Turn, row_id
from handlers.whom import whom_for
from storage import days_away

LONGEST = timedelta(days=366)


@flow("away", "外出", keywords=("外出", "出远门", "我要外出"))
async def away(chat: Chat) -> None:
    turn = chat.turn
    acting = await whom_for(chat)
    first = await chat.date("from", "从哪一天起不在家？", earliest=turn.today, latest=turn.today + LONGEST)
    last = await chat.date("until", "到哪一天（这一天也不在）？", earliest=first, latest=first + LONGEST)
    first, last = min(first, last), max(first, last)  # one of them may have been changed at the review
    falls = await excusing.falling(turn, acting.person_id, first, last)
    labels = {"whom": "谁外出", "from": "从", "until": "到"}
    await chat.review(f"请您核对。\n{_listed(turn.office, falls)}", **labels)
    await excusing.give_back_all(turn, falls, acting.acted_by)
    await days_away.add(chat.tx, acting.person_id, first, last, turn.now)
    await turn.audit("away.entered", f"person:{acting.person_id}", given_back=len(falls))
    end(chat, _said(first, last, falls))


def _listed(office: Office, falls: list[Falling]) -> str:
    """Return what will be given back, a line each."""
    if not falls:
        return "这几天里没有报过名的活动。"
    lines = [f"{short(office, each.gathering)}：{'请假' if each.is_leave else '取消报名'}" for each in falls]
    return "\n".join(["这几天里报过名的：", *lines])


def _said(first: date, last: date, falls: list[Falling]) -> str:
    leaves = sum(each.is_leave for each in falls)
    counts = {"取消报名": len(falls) - leaves, "请假": leaves}
    done = "，".join(f"{name} {count} 项" for name, count in counts.items() if count)
    return (
        f"记下了，{day_in_words(first)}到{day_in_words(last)}外出。{f'{done}。' if done else ''}\n"
        "这几天的活动不再通知。要是提前回来，请说“我回来了”。"
    )


async def come_home(turn: Turn, argument: str) -> None:
    """我回来了: forget the days away of the person named, or of the only one who has any."""
    gone = [each for each in await coming.served(turn) if any(days.until_on >= turn.today for days in each.away)]
    chosen = [each for each in gone if not argument or each.person_id == row_id(argument)]
    if not chosen:
        turn.say("现在没有登记外出。", [MENU_BUTTON])
    elif len(chosen) > 1:
        buttons = [Button(f"{place} {each.name}", f"a:home:{each.person_id}") for place, each in enumerate(chosen, 1)]
        turn.say("谁回来了？", [*buttons, MENU_BUTTON])
    else:
        person = chosen[0]
        await days_away.drop(turn.tx, person.person_id, turn.today)
        await turn.audit("away.ended", f"person:{person.person_id}")
        buttons = [Button("1 活动和课程", "a:events:"), MENU_BUTTON]
        turn.say(f"好的，{person.name}的外出登记取消了。取消过的活动要重新报名，请过假的没有改。", buttons)

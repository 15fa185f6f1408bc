"""报批发送 a draft, and 催阅: to whom and when are asked; a second person approves, as with everything that goes to many."""

from dataclasses import replace
from datetime import datetime, time, timedelta

from handlers import access
from handlers.briefings import publishing, sending
from handlers.clock_times import read_time
from handlers.dialog import Chat, flow
from handlers.mailing import deciding, words
from handlers.menu import MENU_BUTTON
from handlers.notices.asking_whom import ask_circle, counted
from handlers.reading import desk
from handlers.turn import Button, Turn
from storage import mailings
from storage.briefings import Briefing
from storage.mailings import Circle, Mailing

LATEST_DAYS = 60
NOBODY = "现在没有别的同志可以批准，发不了。请管机器的同志在 config.toml 的 [mailings] 里写明谁可以批准。"


async def begin(turn: Turn, argument: str) -> None:
    """【报批发送】."""
    briefing = await desk.written(turn, argument)
    if briefing is None:
        return
    if briefing.state != "draft":
        turn.say(
            f"{desk.name(briefing)}{desk.STATES[briefing.state]}，不用再报。",
            [desk.open_button(briefing.id), MENU_BUTTON],
        )
    elif not await access.approvers(turn.tx, turn.office, briefing.writers | {turn.person_id}):
        turn.say(NOBODY, [desk.open_button(briefing.id), MENU_BUTTON])
    elif not (briefing.title or briefing.is_internal) or not (briefing.summary or briefing.is_internal):
        turn.follow = ("brieffile", {"briefing": briefing.id})  # read from a file, and not yet written to the end
    else:
        turn.follow = ("briefsend", {"briefing": briefing.id})


@flow("briefsend", "报批发送简报", drafts=False)
async def send(chat: Chat) -> None:
    """Ask to whom and when, and propose it."""
    turn = chat.turn
    briefing = await desk.written(turn, str(chat.seed["briefing"]))
    if briefing is None:
        return
    to = await ask_circle(chat)
    circle = to if briefing.is_internal else replace(to, topic=briefing.topic)
    starts = await _ask_start(chat)
    lines = [f"请核对，领导批准了才发：\n{desk.name(briefing)}", f"发给：{await words.circle_words(turn, circle)}"]
    lines += [await counted(chat, circle)]
    lines += [f"{words.moment(turn.office, starts)} 开始发" if starts else "批准了就发"]
    await chat.review_parts("\n".join(lines), to="发给谁", when="什么时候发")
    if not await publishing.propose(turn, briefing.id):
        chat.say("它刚才已经报批了。", [desk.open_button(briefing.id), MENU_BUTTON])
        return
    wanted = sending.mailing_of(
        turn.office, briefing, circle, turn.person_id, turn.visitor.account_id, turn.now, starts or turn.now
    )
    await _propose(turn, briefing, wanted)


async def _ask_start(chat: Chat) -> datetime | None:
    """Ask when it goes out; None: as soon as it is approved."""
    if await chat.choose("when", "什么时候发？", {"now": "批准了就发", "at": "定一个时间"}) == "now":
        return None
    today, zone = chat.turn.today, chat.turn.office.zone
    day = await chat.date("day", "哪一天发？", earliest=today, latest=today + timedelta(days=LATEST_DAYS))

    def check(said: str) -> str | None:
        at = read_time(said)
        if at is None:
            return "请说几点，比如“9:00”，或者“下午三点”。"
        return "这个时间已经过了，请说晚一点的时间。" if datetime.combine(day, at, zone) <= chat.turn.now else None

    said = await chat.ask("time", "几点发？比如“9:00”，或者“下午三点”。", check)
    return datetime.combine(day, read_time(said) or time(9), zone)


async def _propose(turn: Turn, briefing: Briefing, wanted: Mailing) -> None:
    made = await deciding.propose(turn, wanted)
    stop = Button("2 撤回不发", f"a:stopmail:{made.id}")
    asked = await deciding.asked_words(turn, made)
    turn.say(f"{desk.name(briefing)}：{asked}", [*words.card_button(made), stop, MENU_BUTTON])


# ── 催阅 ────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def begin_chase(turn: Turn, argument: str) -> None:
    """【催阅】: once more to those who have not read it."""
    briefing = await desk.written(turn, argument)
    if briefing is None:
        return
    sent = await sending.latest(turn, briefing)
    if sent is None or briefing.state != "published":
        turn.say("它还没有发出去，没有人可催。", [desk.open_button(briefing.id), MENU_BUTTON])
    elif any(not each.is_finished for each in await mailings.of_subject(turn.tx, sending.CHASED, briefing.id)):
        turn.say("已经有一次催阅在等批准或者正在发。", [desk.open_button(briefing.id), MENU_BUTTON])
    elif not await access.approvers(turn.tx, turn.office, briefing.writers | {turn.person_id}):
        turn.say(NOBODY, [desk.open_button(briefing.id), MENU_BUTTON])
    else:
        turn.follow = ("briefchase", {"briefing": briefing.id, "mailing": sent.id})


@flow("briefchase", "催阅简报", drafts=False)
async def chase(chat: Chat) -> None:
    """Show how many it is and propose it."""
    turn = chat.turn
    briefing = await desk.written(turn, str(chat.seed["briefing"]))
    if briefing is None:
        return
    sent = await mailings.by_id(chat.tx, chat.seed["mailing"])
    circle = Circle(sent.circle.audience, mailing_id=sent.id, answered="unread")
    await chat.review(f"再发一次{desk.name(briefing)}，只给还没有看的人。{await counted(chat, circle)}")
    wanted = sending.chase_of(turn.office, briefing, circle, turn.person_id, turn.visitor.account_id, turn.now)
    await _propose(turn, briefing, wanted)

"""发通知: what, to whom, and when. 【按常用的来】 answers the rest; the review shows how many it reaches and how long it takes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from difflib import SequenceMatcher

from handlers import access
from handlers.briefings import sending
from handlers.clock_times import read_span, read_time
from handlers.desk.lists import not_yours
from handlers.dialog import Chat, flow
from handlers.mailing import deciding, words
from handlers.mailing.circle import preview, seconds_to_send
from handlers.mailing.kinds import ASKS, KINDS
from handlers.menu import MENU_BUTTON
from handlers.notices.asking_whom import ask_circle, counted
from handlers.notices.board import opened, show_one
from handlers.readers import EDITED, SPOKEN, Gathered
from handlers.turn import Button, Turn
from storage import mailings
from storage.mailings import Circle, Mailing

LONGEST_TEXT = 1_500  # characters: what somebody of eighty still reads to the end in one message
EVENING = time(21)
LATEST_DAYS = 60


async def begin(turn: Turn, argument: str) -> None:
    """【发通知】, and 【改了再报】 with the id of what was returned: what has taken its place already is shown instead; a briefing is
    changed and proposed from its own card."""
    if not argument:
        turn.follow = ("notice", {})
    elif earlier := await opened(turn, argument):
        if earlier.kind in sending.KINDS:
            turn.press_next = f"a:briefone:{earlier.subject_id}"
            return
        successor = await mailings.in_place_of(turn.tx, earlier.id)
        if successor is not None:
            turn.say("这一条已经改过、重新报过了：")
            await show_one(turn, str(successor))
        elif earlier.state == "returned":
            turn.follow = ("notice", {"from": earlier.id})
        else:
            await show_one(turn, argument)


@dataclass(slots=True)
class _Rest:
    """What is asked besides the words and the circle; as it is usually."""

    asks: str = "read"
    urgent: bool = False
    starts_at: datetime | None = None  # None: as soon as it is approved
    window: tuple[time, time] | None = None
    useful_until: datetime | None = None  # None: so many days after the start


@flow("notice", "发通知", keywords=("发通知", "群发", "群发通知"))
async def notice(chat: Chat) -> None:
    """Write a notice and ask for its approval."""
    turn = chat.turn
    if not access.may_write_mailings(turn.visitor):
        not_yours(turn)
        return
    approvers = await access.approvers(chat.tx, turn.office, {turn.person_id})
    if not approvers and not access.may_send_alone(turn.visitor):
        chat.say(
            "现在没有别的同志可以批准，发不了。请管机器的同志在 config.toml 的 [mailings] 里写明谁可以批准。",
            [MENU_BUTTON],
        )
        return
    earlier = await mailings.by_id(chat.tx, chat.seed["from"]) if "from" in chat.seed else None
    told = await _told(chat, earlier)
    to = await _circle(chat, earlier)
    rest = await _rest(chat, earlier)
    await _still_possible(chat, rest)
    alone = await _alone(chat, rest, has_approvers=bool(approvers))
    wanted = _mailing(chat, told, to, rest)
    parts = {"text": "内容", "told": "内容", "whom": "发给谁", "to": "发给谁", "rest": "其余"}
    if "text" in chat.answers:
        del parts["told"]
    if "whom" in chat.answers:
        del parts["to"]
    await chat.review_parts(await _summary(chat, wanted, alone=alone), **parts)
    made = await deciding.propose(turn, wanted, alone=alone)
    await _say_what_next(turn, made, alone=alone)


async def _told(chat: Chat, earlier: Mailing | None) -> Gathered:
    """Ask for the words; what will not do is asked for again, and nothing of it is lost meanwhile."""
    if earlier is not None:
        same = f"原来的内容：\n{earlier.text}\n用原来的，还是重新写？"
        if await chat.choose("text", same, {"same": "用原来的", "new": "重新写"}) == "same":
            return Gathered((earlier.text,), earlier.media)
    question, place = "请写通知的内容，老同志看到的就是这些话。可以加照片、文件。", 1
    while True:
        told = await chat.gather("told" if place == 1 else f"told{place}", question)
        text = corrected(told.words)
        place += 1
        if (complaint := _will_not_do(text)) is None and f"told{place}" not in chat.answers:
            return Gathered((text,), told.media)
        question = complaint or question


def _will_not_do(text: str) -> str | None:
    if not text:
        return "还要写一句话：只有照片、文件，下面没有按钮可以按。请再写一遍，照片、文件也再发一次。"
    if len(text) > LONGEST_TEXT:
        return (
            f"这些话一共 {len(text)} 个字，当通知太长了，老同志看不完。"
            f"请重新写，不超过 {LONGEST_TEXT} 个字；长的文章，请按【不办了】，改用“写简报”。"
        )
    return None


def corrected(told: Sequence[str]) -> str:
    """Return the words as their author wants them: one that was edited later takes the place of the one it is most like, and marks of
    how it was said (a voice that was transcribed) are left out."""
    texts: list[str] = []
    for each in told:
        text = each.removeprefix(EDITED).removeprefix(SPOKEN).strip()
        if each.startswith(EDITED) and texts:
            alike = [SequenceMatcher(None, text, earlier).ratio() for earlier in texts]
            texts[alike.index(max(alike))] = text
        else:
            texts.append(text)
    return "\n".join(text for text in texts if text)


async def _circle(chat: Chat, earlier: Mailing | None) -> Circle:
    if earlier is None:
        return await ask_circle(chat)
    if chat.seed.get("whom") == "unread":
        return Circle(earlier.circle.audience, mailing_id=earlier.id, answered="unread")
    same = f"还发给{await words.circle_words(chat.turn, earlier.circle)}吗？{await counted(chat, earlier.circle)}"
    if await chat.choose("whom", same, {"same": "还发给他们", "new": "重新定"}) == "same":
        return earlier.circle
    return await ask_circle(chat)


# ── the rest ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def _rest(chat: Chat, earlier: Mailing | None) -> _Rest:
    days = chat.turn.office.useful_days
    options = {"usual": f"按常用的来：批准了就发，请老同志按【已阅】，{days} 天里有用", "each": "一项一项定"}
    if earlier is not None:
        asked = words.asks_words(earlier)
        options = {"same": f"请老同志按的跟原来一样（{asked}），批准了就发，{days} 天里有用"} | options
    how = await chat.choose("rest", "其余的怎么定？", options)
    rest = _Rest()
    if how == "same" and earlier is not None:
        rest.asks, rest.urgent = earlier.asks, earlier.urgent
    if how == "each":
        rest.asks = await chat.choose("asks", "请老同志按什么？", ASKS)
        rest.urgent = await chat.confirm("urgent", "急不急？急件夜里和中午也发，会打断休息。", yes="急", no="不急")
        await _when(chat, rest)
        rest.useful_until = await _until(chat, rest)
    return rest


async def _when(chat: Chat, rest: _Rest) -> None:
    options = {"now": "批准了就发", "at": "定一个时间", "window": "每天只在一个时段里发"}
    when = await chat.choose("when", "什么时候发？", options)
    if when == "at":
        today = chat.turn.today
        day = await chat.date("day", "哪一天发？", earliest=today, latest=today + timedelta(days=LATEST_DAYS))
        said = await chat.ask("time", "几点发？比如“9:00”，或者“下午三点”。", lambda text: _no_time(chat, day, text))
        rest.starts_at = datetime.combine(day, read_time(said) or time(9), chat.turn.office.zone)
    if when == "window":
        said = await chat.ask(
            "window", "每天从几点到几点发？比如“9:00-11:30”。", lambda text: _no_window(chat, text, urgent=rest.urgent)
        )
        start, end = read_span(said) or (time(9), None)
        rest.window = (start, end or time(23, 59))


def _no_time(chat: Chat, day: date, text: str) -> str | None:
    at = read_time(text)
    if at is None:
        return "请说几点，比如“9:00”，或者“下午三点”。"
    if datetime.combine(day, at, chat.turn.office.zone) <= chat.turn.now:
        return "这个时间已经过了，请说晚一点的时间。"
    return None


def _no_window(chat: Chat, text: str, *, urgent: bool) -> str | None:
    span = read_span(text)
    if span is None or span[1] is None:
        return "请说从几点到几点，比如“9:00-11:30”。"
    day = chat.turn.today + timedelta(days=1)
    begins, ends = (datetime.combine(day, each, chat.turn.office.zone) for each in (span[0], span[1]))
    quiet = None if urgent else chat.turn.office.quiet_until(begins)
    return "这段时间都在不打扰的时间里，发不出去，请换一段。" if quiet is not None and quiet >= ends else None


async def _until(chat: Chat, rest: _Rest) -> datetime | None:
    """Ask until when it is of use; None: as long as usual."""
    office = chat.turn.office
    starts = rest.starts_at or chat.turn.now
    first = office.today(starts)
    options = {"usual": f"{office.useful_days} 天以后", "day": "当天晚上 9 点以后", "own": "另定一天"}
    if datetime.combine(first, EVENING, office.zone) <= starts:
        del options["day"]
    until = await chat.choose("until", "到什么时候，还没送到的就不用再送了？", options)
    if until == "usual":
        return None
    if until == "own":
        question = "到哪一天为止？那天晚上 9 点以后不再送。"
        earliest, latest = first + timedelta(days=1), first + timedelta(days=LATEST_DAYS)
        first = await chat.date("until_day", question, earliest=earliest, latest=latest)
    return datetime.combine(first, EVENING, office.zone)


async def _still_possible(chat: Chat, rest: _Rest) -> None:
    """What was decided may have passed by meanwhile, in a form that lay for a day: then it is decided anew."""
    now = chat.turn.now
    if "missed" in chat.answers or (rest.starts_at is not None and rest.starts_at <= now):
        question = "定的发送时间已经过了。改别的时间，请按【0 返回】。"
        await chat.choose("missed", question, {"now": "批准了就发"})
        rest.starts_at = None
    starts = rest.starts_at or now
    if "useless" in chat.answers or (rest.useful_until is not None and rest.useful_until <= starts):
        question = "定的有效时间已经过了，发出去没有用了。另定，请按【0 返回】。"
        await chat.choose("useless", question, {"usual": f"到 {chat.turn.office.useful_days} 天以后"})
        rest.useful_until = None


async def _alone(chat: Chat, rest: _Rest, *, has_approvers: bool) -> bool:
    """Ask a leader whether what is urgent goes out at once, without a second person."""
    if not access.may_send_alone(chat.turn.visitor) or (has_approvers and not rest.urgent):
        return False
    options = {"alone": "马上发，我负责", "ask": "请别的同志批"}
    question = "这是急件，您是领导，可以不等别人批就发，会记在操作记录里。"
    if not has_approvers:
        question = "现在没有别的同志可以批准。您是领导，可以当急件自己发，会记在操作记录里；夜里和中午也发。"
        del options["ask"]
    alone = await chat.choose("alone", question, options) == "alone"
    rest.urgent = rest.urgent or alone
    return alone


# ── the review ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _mailing(chat: Chat, told: Gathered, to: Circle, rest: _Rest) -> Mailing:
    turn = chat.turn
    starts = rest.starts_at or turn.now
    start, end = rest.window or (None, None)
    return Mailing(
        kind="notice",
        text=told.text,
        media=told.media,
        circle=to,
        made_by=turn.person_id,
        made_at=turn.now,
        account_id=turn.visitor.account_id,
        starts_at=starts,
        useful_until=rest.useful_until or starts + timedelta(days=turn.office.useful_days),
        asks=rest.asks,
        again_of=chat.seed.get("from") if "whom" not in chat.seed else None,
        urgent=rest.urgent,
        from_time=start,
        until_time=end,
    )


async def _summary(chat: Chat, wanted: Mailing, *, alone: bool) -> str:
    """Return everything that is about to be proposed: the words, how many, on which channel, who cannot be reached, when, how long."""
    turn = chat.turn
    found = await preview(turn, wanted.circle)
    lines = ["请核对：", f"“{wanted.text}”"]
    lines += [f"照片、文件 {len(wanted.media)} 份"] if wanted.media else []
    lines.append(f"发给：{await words.circle_words(turn, wanted.circle)}，{found.everybody} 人")
    lines.append(f"能送到：{words.channels_words(found.by_channel)}" if found.reached else "现在一个人也送不到。")
    if found.unreachable:
        names = await words.names(turn, found.unreachable)
        lines.append(f"联系不上 {len(found.unreachable)} 人：{names}，发完列成电话名单")
    seconds = seconds_to_send(found.by_channel, turn.office.rates)
    lines.append(f"发完要：{words.duration_words(seconds)}")
    lines.append(f"请老同志按：{words.asks_words(wanted)}")
    lines.append(f"{words.when_words(turn.office, wanted)}{'。急件，夜里和中午也发' if wanted.urgent else ''}")
    lines += ["不等别人批，确认了马上发，记在操作记录里。"] if alone else []
    return "\n".join(lines)


async def _say_what_next(turn: Turn, made: Mailing, *, alone: bool) -> None:
    """Tell the maker what happens now, and show the notice as its recipients will see it."""
    buttons = [*words.card_button(made), Button("2 撤回不发", f"a:stopmail:{made.id}"), MENU_BUTTON]
    next_step = "马上开始发，进度会告诉您。" if alone else await deciding.asked_words(turn, made)
    turn.say(f"{next_step}\n发出去是下面这个样子。", buttons)
    turn.tell_account(turn.visitor.account_id, made.text, KINDS[made.kind].buttons(made, 0), made.media)

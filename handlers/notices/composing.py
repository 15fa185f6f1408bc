"""发通知: what, to whom, and when. 【其余按常用的来】 answers the rest; the review shows how many it reaches and how long it takes."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from handlers import access
from handlers.briefings import sending
from handlers.clock_times import read_span, read_time
from handlers.desk.lists import not_yours
from handlers.dialog import Chat, flow
from handlers.mailing import circle, deciding, words
from handlers.mailing.kinds import ASKS, KINDS
from handlers.menu import MENU_BUTTON
from handlers.notices.asking_whom import Asked, ask_circle, counted
from handlers.notices.board import opened
from handlers.readers import Gathered
from handlers.turn import Button, Turn
from storage import mailings, people
from storage.mailings import Circle, Mailing

LONGEST_TEXT = 1_500  # characters: what somebody of eighty still reads to the end in one message
EVENING = time(21)
LATEST_DAYS = 60


async def begin(turn: Turn, argument: str) -> None:
    """【发通知】, and 【改了再报】 with the id of what was returned: a briefing is changed and proposed from its own card."""
    if not argument:
        turn.follow = ("notice", {})
    elif earlier := await opened(turn, argument):
        if earlier.kind in sending.KINDS:
            turn.press_next = f"a:briefone:{earlier.subject_id}"
        else:
            turn.follow = ("notice", {"from": earlier.id})


@dataclass(slots=True)
class _Rest:
    """What is asked besides the words and the circle; as it is usually."""

    asks: str = "read"
    urgent: bool = False
    starts_at: datetime | None = None  # None: as soon as it is approved
    window: tuple[time, time] | None = None
    useful_until: datetime | None = None  # None: so many days after the start
    labels: dict[str, str] = field(default_factory=dict)


@flow("notice", "发通知", keywords=("发通知", "群发", "群发通知"))
async def notice(chat: Chat) -> None:
    """Write a notice and ask for its approval."""
    turn = chat.turn
    if not access.may_write_mailings(turn.visitor):
        not_yours(turn)
        return
    approvers = await access.approvers(chat.tx, turn.office, turn.person_id)
    if not approvers and not access.may_send_alone(turn.visitor):
        chat.say(
            "现在没有别的同志可以批准，发不了。请管机器的同志在 config.toml 的 [mailings] 里写明谁可以批准。",
            [MENU_BUTTON],
        )
        return
    earlier = await _earlier(chat)
    told = await _told(chat, earlier)
    asked = await _circle(chat, earlier)
    rest = await _rest(chat)
    alone = await _alone(chat, rest, has_approvers=bool(approvers))
    wanted = _mailing(chat, told, asked.circle, rest)
    await chat.review(await _summary(chat, wanted), **{"told": "内容"} | asked.labels | rest.labels)
    made = await deciding.propose(turn, wanted, alone=alone)
    await _say_what_next(turn, made, [each.person_id for each in approvers], alone=alone)


async def _earlier(chat: Chat) -> Mailing | None:
    """Return the notice that this one begins with: one that was returned, or one that some have not read."""
    return await mailings.by_id(chat.tx, chat.seed["from"]) if "from" in chat.seed else None


async def _told(chat: Chat, earlier: Mailing | None) -> Gathered:
    """Ask for the words; what is too long for a notice is asked for again, and nothing of it is lost meanwhile."""
    if earlier is not None:
        same = f"原来的内容：\n{earlier.text}\n用原来的，还是重新写？"
        if await chat.choose("text", same, {"same": "用原来的", "new": "重新写"}) == "same":
            return Gathered((earlier.text,), earlier.media)
    told = await chat.gather("told", "请写通知的内容，老同志看到的就是这些话。可以加照片、文件。")
    place = 2
    while len(told.text) > LONGEST_TEXT or f"told{place}" in chat.answers:
        question = (
            f"这些话一共 {len(told.text)} 个字，当通知太长了，老同志看不完。"
            f"请重新写，不超过 {LONGEST_TEXT} 个字；长的文章，请按【不办了】，改用“发简报”。"
        )
        told = await chat.gather(f"told{place}", question)
        place += 1
    return told


async def _circle(chat: Chat, earlier: Mailing | None) -> Asked:
    if earlier is None:
        return await ask_circle(chat)
    if chat.seed.get("whom") == "unread":
        return Asked(Circle(earlier.circle.audience, mailing_id=earlier.id, answered="unread"))
    same = f"还发给{await words.circle_words(chat.turn, earlier.circle)}吗？{await counted(chat, earlier.circle)}"
    if await chat.choose("whom", same, {"same": "还发给他们", "new": "重新定"}) == "same":
        return Asked(earlier.circle, {"whom": "发给谁"})
    return await ask_circle(chat)


# ── the rest ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def _rest(chat: Chat) -> _Rest:
    days = chat.turn.office.useful_days
    options = {"usual": f"按常用的来：批准了就发，请老同志按【已阅】，{days} 天里有用", "each": "一项一项定"}
    rest = _Rest(labels={"rest": "其余"})
    if await chat.choose("rest", "其余的怎么定？", options) == "usual":
        return rest
    rest.asks = await chat.choose("asks", "请老同志按什么？", ASKS)
    rest.urgent = await chat.confirm("urgent", "急不急？急件夜里和中午也发，会打断休息。", yes="急", no="不急")
    rest.labels |= {"asks": "请老同志按", "urgent": "急不急"}
    await _when(chat, rest)
    rest.useful_until = await _until(chat, rest)
    return rest


async def _when(chat: Chat, rest: _Rest) -> None:
    options = {"now": "批准了就发", "at": "定一个时间", "window": "每天只在一个时段里发"}
    when = await chat.choose("when", "什么时候发？", options)
    rest.labels["when"] = "什么时候发"
    if when == "at":
        today = chat.turn.today
        day = await chat.date("day", "哪一天发？", earliest=today, latest=today + timedelta(days=LATEST_DAYS))
        said = await chat.ask("time", "几点发？比如“9:00”，或者“下午三点”。", lambda text: _no_time(chat, day, text))
        rest.starts_at = datetime.combine(day, read_time(said) or time(9), chat.turn.office.zone)
        rest.labels |= {"day": "哪天发", "time": "几点发"}
    if when == "window":
        said = await chat.ask(
            "window", "每天从几点到几点发？比如“9:00-11:30”。", lambda text: _no_window(chat, text, urgent=rest.urgent)
        )
        start, end = read_span(said) or (time(9), None)
        rest.window = (start, end or time(23, 59))
        rest.labels["window"] = "时段"


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
    rest.labels["until"] = "有用到"
    if until == "usual":
        return None
    if until == "own":
        rest.labels["until_day"] = "到哪天"
        question = "到哪一天为止？那天晚上 9 点以后不再送。"
        earliest, latest = first + timedelta(days=1), first + timedelta(days=LATEST_DAYS)
        first = await chat.date("until_day", question, earliest=earliest, latest=latest)
    return datetime.combine(first, EVENING, office.zone)


async def _alone(chat: Chat, rest: _Rest, *, has_approvers: bool) -> bool:
    """Ask a leader whether what is urgent goes out at once, without a second person."""
    if not access.may_send_alone(chat.turn.visitor) or (has_approvers and not rest.urgent):
        return False
    options = {"alone": "马上发，我负责", "ask": "请别的同志批"}
    question = "这是急件，您是领导，可以不等别人批就发，会记在操作记录里。"
    if not has_approvers:
        question = "现在没有别的同志可以批准。您是领导，可以当急件自己发，会记在操作记录里；夜里和中午也发。"
        del options["ask"]
    rest.labels["alone"] = "谁批"
    alone = await chat.choose("alone", question, options) == "alone"
    rest.urgent = rest.urgent or alone
    return alone


# ── the review ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _mailing(chat: Chat, told: Gathered, to: Circle, rest: _Rest) -> Mailing:
    turn = chat.turn
    told = told + chat.kept()
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
        urgent=rest.urgent,
        from_time=start,
        until_time=end,
    )


async def _summary(chat: Chat, wanted: Mailing) -> str:
    """Return what the answers do not show: how many, on which channel, who cannot be reached, how long."""
    turn = chat.turn
    found = await circle.preview(turn, wanted.circle)
    lines = ["请核对：", f"发给：{await words.circle_words(turn, wanted.circle)}，{found.everybody} 人"]
    lines += [f"能送到：{words.channels_words(found.by_channel)}" if found.reached else "现在一个人也送不到。"]
    if found.unreachable:
        names = await words.names(turn, found.unreachable)
        lines.append(f"联系不上 {len(found.unreachable)} 人：{names}，发完列成电话名单")
    seconds = circle.seconds_to_send(found.by_channel, turn.office.rates)
    lines.append(f"发完要：{words.duration_words(seconds)}")
    lines.append(words.when_words(turn.office, wanted))
    return "\n".join(lines)


async def _say_what_next(turn: Turn, made: Mailing, approvers: list[int], *, alone: bool) -> None:
    """Tell the maker what happens now, and show the notice as its recipients will see it."""
    buttons = [*words.card_button(made), Button("2 撤回不发", f"a:stopmail:{made.id}"), MENU_BUTTON]
    if alone:
        turn.say("马上开始发，进度会告诉您。发出去是下面这个样子。", buttons)
    else:
        names = "、".join([(await people.by_id(turn.tx, each)).name for each in approvers])
        turn.say(f"已经报给{names}批准，批准了才发。发出去是下面这个样子。", buttons)
    turn.tell_account(turn.visitor.account_id, made.text, KINDS[made.kind].buttons(made, 0), made.media)

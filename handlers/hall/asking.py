"""The questions that making and changing a gathering have in common: when, where, how many."""

import re
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from handlers import answers
from handlers.clock_times import read_span, read_time
from handlers.dialog import Chat
from handlers.gatherings.changing import in_the_way, taken_words
from handlers.office import Office, day_in_words
from storage.gatherings import Gathering

ELSEWHERE = "else"
MOST_ROOMS = 7  # besides 别处
LASTS = timedelta(hours=2)  # when only the beginning is said
LONGEST_TITLE, LONGEST_PLACE = 30, 40
MOST_PLACES = 10_000
USUAL_DEADLINE = time(17, 30)  # of the day before
SEPARATORS = re.compile(r"[\s、,，;；]+|和")
LATEST_DAYS = 400  # from today
NO_LIMIT = frozenset("不限 不限制 没有限制 无限 随便 都行 不限名额 不限人数".split())


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Place:
    name: str  # for people
    room: str | None  # one of the office's; None: elsewhere
    key: str  # of the question that was answered with it


# ── when ────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def ask_day(chat: Chat, key: str, question: str) -> date:
    today = chat.turn.today
    return await chat.date(key, question, earliest=today, latest=today + timedelta(days=LATEST_DAYS))


async def ask_span(chat: Chat, key: str, day: date) -> Span:
    """Ask from when to when on that day; what has passed is refused."""
    question = "几点到几点？比如“14:30-16:00”，或者“下午两点半到四点”。"
    said = await chat.ask(key, question, lambda text: _no_span(chat, day, text))
    return span_of(chat.turn.office, day, said)


def span_of(office: Office, day: date, said: str) -> Span:
    """Return the span that words mean on that day. Raises ValueError for words that mean none."""
    read = read_span(said)
    if read is None:
        raise ValueError(f"no span: {said!r}")
    start = datetime.combine(day, read[0], office.zone)
    if read[1] is not None:
        return Span(start, datetime.combine(day, read[1], office.zone))
    return Span(start, min(start + LASTS, datetime.combine(day, time(23, 59), office.zone)))


def _no_span(chat: Chat, day: date, text: str) -> str | None:
    if read_span(text) is None:
        return "请说从几点到几点，比如“14:30-16:00”，或者“下午两点半到四点”。"
    if span_of(chat.turn.office, day, text).starts_at <= chat.turn.now:
        return "这个时间已经过了，请说晚一点的时间。"
    return None


def usual_deadline(office: Office, now: datetime, starts_at: datetime) -> datetime:
    """Return the end of sign-up when nobody says otherwise: the day before at 17:30, or the beginning when that has passed."""
    usual = datetime.combine(office.today(starts_at) - timedelta(days=1), USUAL_DEADLINE, office.zone)
    return usual if usual > now else starts_at


async def ask_deadline(chat: Chat, starts_at: datetime) -> datetime:
    """Ask until when people may sign up; the usual is one press."""
    office, now = chat.turn.office, chat.turn.now
    usual = usual_deadline(office, now, starts_at)
    label = f"{day_in_words(office.today(usual))} {usual.astimezone(office.zone):%H:%M}"
    if await chat.choose("deadline", "报名到什么时候截止？", {"usual": label, "own": "别的时间"}) == "usual":
        return usual
    last = office.today(starts_at)
    day = await chat.date("deadline_day", "哪一天截止？", earliest=chat.turn.today, latest=last)
    said = await chat.ask(
        "deadline_time", "几点截止？比如“17:30”。", lambda text: _bad_deadline(chat, day, text, starts_at)
    )
    return datetime.combine(day, read_time(said) or USUAL_DEADLINE, office.zone)


def _bad_deadline(chat: Chat, day: date, text: str, starts_at: datetime) -> str | None:
    at = read_time(text)
    if at is None:
        return "请说几点，比如“17:30”，或者“下午五点半”。"
    moment = datetime.combine(day, at, chat.turn.office.zone)
    if moment <= chat.turn.now:
        return "这个时间已经过了，请说晚一点的时间。"
    return "截止要在活动开始以前，请说早一点的时间。" if moment > starts_at else None


# ── where ───────────────────────────────────────────────────────────────────────────────────────────────────────────


async def ask_place(
    chat: Chat, span: Span, ours: Container[int] = (), *, key: str = "place", question: str = "在哪里？"
) -> Place:
    """Ask where; a room in which something stands at that time is refused, with what stands there, until one is free.

    `ours` are gatherings that stand in no way: what is being moved.
    """
    place = 1
    while True:
        found = await _ask_place(chat, key if place == 1 else f"{key}{place}", question)
        stands = await in_the_way(chat.turn, found.room, span.starts_at, span.ends_at, ours)
        place += 1
        if stands is None and f"{key}{place}" not in chat.answers:
            return found
        if stands is not None:
            question = f"{taken_words(chat.turn.office, stands)}，时间重叠。换到哪里？"


async def _ask_place(chat: Chat, key: str, question: str) -> Place:
    rooms = chat.turn.office.rooms
    room = await chat.choose(key, question, {each: each for each in rooms[:MOST_ROOMS]} | {ELSEWHERE: "别处"})
    if room != ELSEWHERE:
        return Place(room, room, key)
    words = await chat.ask(f"{key}_words", "在什么地方？请写清楚，老同志照着找。", at_most(LONGEST_PLACE))
    return Place(words, words if words in rooms else None, f"{key}_words")


def at_most(characters: int) -> Callable[[str], str | None]:
    """Return a check that words stand in one line of so many characters."""

    def check(text: str) -> str | None:
        if len(text) <= characters and "\n" not in text:
            return None
        return f"太长了，请写在一行里，不超过 {characters} 个字。"

    return check


# ── how many ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def ask_number(chat: Chat, key: str, question: str, least: int, most: int) -> int:
    """Ask for a number, in any writing."""

    def check(text: str) -> str | None:
        value = number_in(text)
        return None if value is not None and least <= value <= most else f"请写一个数，{least} 到 {most}。"

    return number_in(await chat.ask(key, question, check)) or 0


async def ask_capacity(chat: Chat, least: int = 1) -> int | None:
    """Ask for how many there are places, `least` at least; None: no limit."""

    def check(text: str) -> str | None:
        value = number_in(text)
        if answers.plain(text) in NO_LIMIT or (value is not None and least <= value <= MOST_PLACES):
            return None
        if value is not None and value < least and least > 1:
            return f"已经有 {least} 个位子给出去了，名额不能少于 {least}。"
        return "请写人数，比如“30”；不限就写“不限”。"

    said = await chat.ask("capacity", "名额多少人？请写人数，不限就写“不限”。", check)
    return None if answers.plain(said) in NO_LIMIT else number_in(said)


def number_in(text: str) -> int | None:
    """Return the number that words are: 30, ３０, 三十, 30人, 8 次."""
    plain = (
        answers.plain(text).replace(" ", "").removesuffix("人").removesuffix("个").removesuffix("位").removesuffix("次")
    )
    if plain.isdecimal() and len(plain) < 6:
        return int(plain)
    return answers.chinese_number(plain)


def read_several(text: str, labels: Sequence[str]) -> list[int] | None:
    """Return which of the labels words name, by number or label: '1、3', '一和三'; None when a part names none."""
    parts = [each for each in SEPARATORS.split(text.strip()) if each]
    found = [answers.option(each, labels) for each in parts]
    if not found or None in found:
        return None
    return sorted({each for each in found if each is not None})


async def ask_several(chat: Chat, key: str, question: str, labels: Sequence[str]) -> list[str]:
    """Ask for one or more of a list, however long, by numbers or words."""
    listed = "\n".join(f"{place} {label}" for place, label in enumerate(labels, 1))

    def check(text: str) -> str | None:
        return None if read_several(text, labels) else "请写前面的数字，几个用顿号隔开，比如“1、3”。"

    said = await chat.ask(key, f"{question}\n{listed}\n请写数字，几个用顿号隔开，比如“1、3”。", check)
    return [labels[place] for place in read_several(said, labels) or []]


def same_rule(office: Office, earlier: Gathering, starts_at: datetime, now: datetime) -> datetime:
    """Return the end of sign-up as long before the beginning as an earlier gathering had it, or the usual when that has passed."""
    days = office.today(earlier.starts_at) - office.today(earlier.deadline_at)
    at = earlier.deadline_at.astimezone(office.zone).timetz()
    found = min(datetime.combine(office.today(starts_at) - days, at.replace(tzinfo=None), office.zone), starts_at)
    return found if found > now else usual_deadline(office, now, starts_at)

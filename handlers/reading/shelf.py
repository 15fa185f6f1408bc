"""【学习简报】: the archive, the newest first, by month and by topic."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

from handlers import access
from handlers.briefings import words
from handlers.menu import MENU_BUTTON
from handlers.readers import short
from handlers.turn import Button, Turn, row_id
from storage import briefing_reads, briefings
from storage.briefings import Briefing

ON_A_SCREEN = 5
MONTHS_ON_A_SCREEN = 8
LONGEST_LABEL = 16  # characters of a title on a button
LOOKED_BACK = 3000  # briefings whose months are counted
BEGINNING, END = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


async def show_shelf(turn: Turn, argument: str) -> None:
    """The newest; the argument is how many to skip."""
    skip = row_id(argument) or 0
    found = await briefings.published(turn.tx, BEGINNING, END, ON_A_SCREEN + 1, skip)
    buttons = await _titles(turn, found[:ON_A_SCREEN])
    buttons += [
        Button("6 查找", "a:go:findbrief"),
        Button("7 按月份看", "a:briefmonths:0"),
        Button("8 按类别看", "a:brieftopics:"),
    ]
    if len(found) > ON_A_SCREEN:
        buttons.append(Button("9 下一页", f"a:briefs:{skip + ON_A_SCREEN}"))
    if access.is_served(turn.visitor):
        buttons.append(Button("10 选想收的类别", "a:go:topics"))
    turn.say("学习简报，最近的在前：" if found else "还没有发过简报。", [*buttons, MENU_BUTTON])


async def show_months(turn: Turn, argument: str) -> None:
    """【按月份看】: the months in which something was published, the latest first."""
    skip = row_id(argument) or 0
    moments = await briefings.published_moments(turn.tx, LOOKED_BACK)
    months = Counter(
        (each.astimezone(turn.office.zone).year, each.astimezone(turn.office.zone).month) for each in moments
    )
    page = list(months.items())[skip : skip + MONTHS_ON_A_SCREEN]
    buttons = [
        Button(f"{place} {year}年{month}月（{count} 篇）", f"a:briefmonth:{year}-{month}.0")
        for place, ((year, month), count) in enumerate(page, 1)
    ]
    if len(months) > skip + MONTHS_ON_A_SCREEN:
        buttons.append(Button("9 更早的", f"a:briefmonths:{skip + MONTHS_ON_A_SCREEN}"))
    turn.say("看哪个月的简报？" if page else "还没有发过简报。", [*buttons, MENU_BUTTON])


async def show_month(turn: Turn, argument: str) -> None:
    """The briefings of a month, 'YEAR-MONTH.SKIP'."""
    month, _, skip = argument.partition(".")
    year, _, number = month.partition("-")
    if not (2000 <= (row_id(year) or 0) < 2200 and 1 <= (row_id(number) or 0) <= 12):
        await show_months(turn, "0")
        return
    first = datetime(int(year), int(number), 1, tzinfo=turn.office.zone)
    following = datetime(int(year) + int(number) // 12, int(number) % 12 + 1, 1, tzinfo=turn.office.zone)
    start = row_id(skip) or 0
    found = await briefings.published(turn.tx, first, following, ON_A_SCREEN + 1, start)
    await _list(turn, f"{year}年{number}月的简报：", found, f"a:briefmonth:{month}.{start + ON_A_SCREEN}")


async def show_topics(turn: Turn, argument: str) -> None:
    """【按类别看】."""
    buttons = [
        Button(f"{place} {each.label}", f"a:brieftopic:{each.key}.0")
        for place, each in enumerate(turn.office.topics, 1)
    ]
    turn.say("看哪一类的简报？", [*buttons, MENU_BUTTON])


async def show_topic(turn: Turn, argument: str) -> None:
    """The briefings of a topic, 'TOPIC.SKIP'."""
    topic, _, skip = argument.partition(".")
    start = row_id(skip) or 0
    found = await briefings.of_topic(turn.tx, topic, ON_A_SCREEN + 1, start)
    await _list(turn, f"“{turn.office.topic(topic)}”的简报：", found, f"a:brieftopic:{topic}.{start + ON_A_SCREEN}")


async def _list(turn: Turn, head: str, found: Sequence[Briefing], following: str) -> None:
    buttons = await _titles(turn, found[:ON_A_SCREEN])
    if len(found) > ON_A_SCREEN:
        buttons.append(Button("9 下一页", following))
    turn.say(head if found else f"{head}没有。", [*buttons, MENU_BUTTON])


async def _titles(turn: Turn, found: Sequence[Briefing]) -> list[Button]:
    return [Button(f"{place} {await _label(turn, each)}", f"a:brief:{each.id}") for place, each in enumerate(found, 1)]


async def _label(turn: Turn, briefing: Briefing) -> str:
    """Return '11月26日 医药费怎么报销（没看）'."""
    out = f"{words.day(turn.office, briefing.published_at)} " if briefing.published_at else ""
    served = access.is_served(turn.visitor)
    unread = served and not await briefing_reads.has_read(turn.tx, briefing.id, turn.person_id)
    return f"{out}{short(briefing.title, LONGEST_LABEL)}{'（没看）' if unread else ''}"

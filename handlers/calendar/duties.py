"""The meetings that must be held in a year: what was held and what is planned against what is due, told while there is still time."""

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from handlers import access
from handlers.act import Act
from handlers.calendar import people, telling
from handlers.calendar.rules import PERIODS, Duty
from handlers.desk.lists import not_yours
from handlers.menu import MENU_BUTTON
from handlers.office import Office
from handlers.turn import Turn
from storage import gatherings, life_events
from storage import people as roster
from storage.gatherings import Gathering
from storage.people import Person
from storage.reminders import Reminder

KIND = "duty"  # reminder: 'duty:month' and so on; its subject is the number of the period
TIME_LEFT = timedelta(days=14)  # before the end of a month or a quarter
YEARS_CHECK = (10, 1)
LONGEST_LIST = 10  # branches named in a line


# ── periods ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Period:
    """A month, a quarter or a year. `number`: 202612, 20264 or 2026."""

    per: str
    number: int
    first: date
    last: date

    @property
    def check_on(self) -> date:
        """The day on which the office is told what is missing."""
        return date(self.first.year, *YEARS_CHECK) if self.per == "year" else self.last - TIME_LEFT

    @property
    def words(self) -> str:
        year = self.first.year
        if self.per == "year":
            return f"{year}年"
        return f"{year}年{self.first.month}月" if self.per == "month" else f"{year}年第{self.number % 10}季度"

    def holds(self, day: date) -> bool:
        return self.first <= day <= self.last


def period_of(per: str, day: date) -> Period:
    """Return the period in which a day lies."""
    if per == "year":
        return _months(per, day.year, day.year, 1, 12)
    if per == "quarter":
        quarter = (day.month + 2) // 3
        return _months(per, day.year * 10 + quarter, day.year, quarter * 3 - 2, quarter * 3)
    return _months(per, day.year * 100 + day.month, day.year, day.month, day.month)


def _months(per: str, number: int, year: int, first: int, last: int) -> Period:
    return Period(per, number, date(year, first, 1), date(year, last, calendar.monthrange(year, last)[1]))


def numbered(per: str, number: int) -> Period:
    """Return the period of a number."""
    if per == "year":
        return period_of(per, date(number, 1, 1))
    year, part = divmod(number, 10 if per == "quarter" else 100)
    return period_of(per, date(year, part * 3 if per == "quarter" else part, 1))


def periods_to_check(office: Office, first: date, last: date) -> list[Period]:
    """Return the periods of which the office is told on these days what is missing."""
    found = {}
    for per in {each.per for each in office.duties}:
        day = first
        while day <= last + timedelta(days=31):
            period = period_of(per, day)
            if first <= period.check_on <= last:
                found[per, period.number] = period
            day = period.last + timedelta(days=1)
    return sorted(found.values(), key=lambda each: (each.check_on, each.per))


# ── held against due ────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Standing:
    """How a duty stands in a period."""

    duty: Duty
    branch: str | None  # None: the office's
    held: int
    planned: int

    @property
    def missing(self) -> int:
        """How many are neither held nor planned."""
        return max(0, self.duty.times - self.held - self.planned)


def branches_of(cadres: Sequence[Person]) -> list[str]:
    """Return the branches that the roster knows."""
    return sorted({each.branch for each in cadres if each.branch})


def standings(
    office: Office,
    meetings: Sequence[Gathering],
    branches: Sequence[str],
    period: Period,
    now: datetime | None = None,
) -> list[Standing]:
    """Return how each duty of this kind of period stands, for the office or for each branch.

    Held is what has ended by `now` (None: nothing has); what was called off counts as neither.
    """
    inside = [each for each in meetings if each.state == "planned" and period.holds(office.today(each.starts_at))]
    found = []
    for duty in office.duties:
        if duty.per == period.per:
            for branch in branches if duty.of == "branch" else [None]:
                own = [each for each in inside if each.kind == duty.kind and (branch is None or each.branch == branch)]
                held = sum(now is not None and each.ends_at <= now for each in own)
                found.append(Standing(duty, branch, held, len(own) - held))
    return found


def lines(found: Sequence[Standing], *, missing_only: bool = False) -> list[str]:
    """Return how duties stand, a line each."""
    by_duty: dict[Duty, list[Standing]] = {}
    for each in found:
        by_duty.setdefault(each.duty, []).append(each)
    return [_line(duty, own) for duty, own in by_duty.items() if not missing_only or any(each.missing for each in own)]


def _line(duty: Duty, own: Sequence[Standing]) -> str:
    due = f"{duty.label}：应办 {duty.times} 次"
    if duty.of == "office":
        [only] = own
        end = f"，还缺 {only.missing} 次" if only.missing else ""
        return f"{due}，已办 {only.held} 次，安排了 {only.planned} 次{end}。"
    done = sum(each.held >= each.duty.times for each in own)
    short = [each for each in own if each.missing]
    names = "、".join(f"{each.branch}（缺 {each.missing} 次）" for each in short[:LONGEST_LIST])
    more = f"等 {len(short)} 个支部" if len(short) > LONGEST_LIST else ""
    end = f"；没办也没安排的：{names}{more}" if short else ""
    return f"{due}，{len(own)} 个支部里办够的 {done} 个，安排了的 {len(own) - done - len(short)} 个{end}。"


# ── shown and told ──────────────────────────────────────────────────────────────────────────────────────────────────


async def read_standings(act: Act, period: Period) -> list[Standing]:
    """Return how the duties of a period stand now."""
    begins = datetime.combine(period.first, time(), act.office.zone)
    ends = datetime.combine(period.last + timedelta(days=1), time(), act.office.zone)
    meetings = await gatherings.between(act.tx, begins, ends)
    events = await life_events.of_everybody(act.tx)
    living = [each for each in await roster.cadres(act.tx) if not people.is_deceased(events.get(each.id, ()))]
    return standings(act.office, meetings, branches_of(living), period, act.now)


async def show_duties(turn: Turn, argument: str) -> None:
    """【一年要办的会】: held and planned against due, of this month, quarter and year."""
    if not access.works_here(turn.visitor):
        not_yours(turn)
        return
    parts = []
    for per in reversed(PERIODS):
        period = period_of(per, turn.today)
        if told := lines(await read_standings(turn, period)):
            parts.append("\n".join([f"{period.words}：", *told]))
    turn.say("\n\n".join(parts) if parts else "没有规定一年要办哪些会。", [MENU_BUTTON])


async def remind(act: Act, reminder: Reminder) -> None:
    """While there is still time: what of a period is neither held nor planned. Nothing when nothing is missing."""
    period = numbered(reminder.kind.partition(":")[2], reminder.subject_id)
    told = lines(await read_standings(act, period), missing_only=True)
    if told:
        left = (period.last - act.today).days
        head = f"【要办的会】{period.words}还有 {left} 天，下面这些没办够，也没安排够："
        text = "\n".join([head, *told])
        await telling.announce(act, lambda _: (text, ()))

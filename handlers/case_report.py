"""The statistics of a month: from the facts to figures, and how each figure is counted.

Each figure is defined once, in FIGURES: by what it takes from a tally, and in the words that are printed with every report.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from handlers.month import Month, month_of
from handlers.office import Office, day_in_words
from storage.case_report import HANDED, Changed, Closed, Facts, Opened, Promised

NOTHING = "—"  # a share of nothing
NO_UNIT = "单位没有登记"
Fact = Opened | Closed | Changed | Promised


@dataclass(frozen=True, slots=True)
class Tally:
    """What was counted of some cases in a month."""

    opened: int
    opened_closed: int  # of those opened, how many are closed now
    closed: int
    done: int
    partly: int
    cannot: int
    answered: int
    solved: int
    partly_solved: int
    rated: int
    satisfied: int
    reopened: int
    handed: int
    overdue: int
    waits: tuple[int, ...]  # working minutes until somebody of the office responded, one for each case

    @property
    def is_empty(self) -> bool:
        return not any((self.opened, self.closed, self.reopened, self.handed, self.overdue))


@dataclass(frozen=True, slots=True)
class Figure:
    title: str
    form: str  # 'count', 'share' or 'hours'
    value: Callable[[Tally], float | None]  # None: there is nothing of which it could be counted
    how: str  # the definition, as it is printed

    def shown(self, tally: Tally) -> str:
        """Return what is printed of a tally."""
        return self.written(self.value(tally))

    def written(self, value: float | None) -> str:
        """Return '3', '66.7%', '1.5' or '—'."""
        if value is None:
            return NOTHING
        return f"{value:.1%}".replace(".0%", "%") if self.form == "share" else f"{value:.1f}".removesuffix(".0")


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _hours(minutes: float) -> float:
    return minutes / 60


COUNTS = (
    Figure("登记", "count", lambda t: t.opened, "本月登记的件。合到别的件里的不算，从别的件里分出来的算一件。"),
    Figure(
        "办结",
        "count",
        lambda t: t.closed,
        "本月办结的次数：不论哪个月登记的；重新办理以后又办结，再算一次；不能办的，领导审签了才算。",
    ),
    Figure("已办结", "count", lambda t: t.done, "办结里，经办人选“已办结”的。"),
    Figure("部分办结", "count", lambda t: t.partly, "办结里，经办人选“部分办结”的。"),
    Figure("不能办", "count", lambda t: t.cannot, "办结里，选“不能办”、领导审签了的。"),
    Figure("重新办理", "count", lambda t: t.reopened, "本月重新办理的次数，不论哪个月登记的。"),
    Figure(
        "过期",
        "count",
        lambda t: t.overdue,
        "承诺日期（以最后答应的为准）在本月，过了那天才办结，或者到现在还没有办结的件。正等老同志回话的不算。",
    ),
    Figure(
        "移交",
        "count",
        lambda t: t.handed,
        "本月换经办人的次数：首接的人转交、领导改派、请假代办都算，第一次派人不算。",
    ),
)
RESULTS = (
    Figure("办结率", "share", lambda t: _share(t.opened_closed, t.opened), "本月登记的件里，现在已经办结的占多少。"),
    Figure(
        "解决率",
        "share",
        lambda t: _share(t.solved, t.closed),
        "本月的办结里，老同志回答“已解决”的占多少。没有回答的按没解决算。",
    ),
    Figure("部分解决", "share", lambda t: _share(t.partly_solved, t.closed), "本月的办结里，回答“部分解决”的占多少。"),
    Figure("已回答", "count", lambda t: t.answered, "本月的办结里，解决没有已经有回答的次数，回访问到的也算。"),
    Figure(
        "满意率",
        "share",
        lambda t: _share(t.satisfied, t.rated),
        "本月的办结里，“满意”和“基本满意”占已经评价的多少。",
    ),
    Figure("已评价", "count", lambda t: t.rated, "本月的办结里，满意没有已经有评价的次数。"),
    Figure(
        "响应",
        "hours",
        lambda t: _hours(median(t.waits)) if t.waits else None,
        "本月登记的件，从登记到工作人员第一次接手、答复或者询问，隔几个上班小时，取中间的数。还没有人响应的，按等到现在算；"
        "程序自己通报进展不算响应；分出来的件本来有人在办，不算在内。",
    ),
    Figure("最慢", "hours", lambda t: _hours(max(t.waits)) if t.waits else None, "响应最慢的一件，隔几个上班小时。"),
)
FIGURES = (*COUNTS, *RESULTS)
RULES = {
    "类别和单位": "按现在登记的算。",
    "合并的件": "不单独算一件；合并以前的办结、重新办理和移交，照算。",
    "上班小时": "按工作日历和上班钟点算，节假日、午休、下班以后不算。",
}


def tally(facts: Facts, office: Office, now: datetime) -> Tally:
    """Count what the figures are made of, as things stand at the aware moment `now`."""
    outcomes = [each.outcome for each in facts.closed]
    answers = [each.solved for each in facts.closed if each.solved]
    ratings = [each.satisfied for each in facts.closed if each.satisfied]
    kinds = [each.kind for each in facts.changed]
    return Tally(
        opened=len(facts.opened),
        opened_closed=sum(each.is_closed for each in facts.opened),
        closed=len(facts.closed),
        done=outcomes.count("done"),
        partly=outcomes.count("partly"),
        cannot=outcomes.count("cannot"),
        answered=len(answers),
        solved=answers.count("yes"),
        partly_solved=answers.count("partly"),
        rated=len(ratings),
        satisfied=ratings.count("yes") + ratings.count("basic"),
        reopened=kinds.count("reopened"),
        handed=sum(kinds.count(kind) for kind in HANDED),
        overdue=sum(_is_overdue(each, office, now) for each in facts.promised),
        waits=tuple(_waited(each, office, now) for each in facts.opened if not each.is_split_off),
    )


def _is_overdue(promised: Promised, office: Office, now: datetime) -> bool:
    if promised.closed_at is None and promised.is_waiting:
        return False
    return office.today(promised.closed_at or now) > promised.promised_on


def _waited(opened: Opened, office: Office, now: datetime) -> int:
    """Return for how many working minutes nobody of the office responded."""
    return office.calendar.minutes_between(opened.opened_at, opened.responded_at or opened.closed_at or now)


# ── the report ──────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Line:
    """What was counted under one label: a category, a unit or all."""

    label: str
    tally: Tally


@dataclass(frozen=True, slots=True)
class Report:
    title: str
    until: str  # up to which moment it counts, in words
    categories: tuple[Line, ...]  # those in which something happened, in the order of config.toml
    units: tuple[Line, ...]  # likewise, by name
    total: Line

    @property
    def is_empty(self) -> bool:
        return self.total.tally.is_empty


def make_report(facts: Facts, office: Office, month: Month, now: datetime) -> Report:
    """Return the statistics of a month as they stand at the aware moment `now`."""

    places = {each.label: place for place, each in enumerate(office.categories)}
    by_category = divided(facts, lambda fact: category_label(office, fact.category))
    by_unit = divided(facts, lambda fact: fact.unit or NO_UNIT)

    def lines(parts: dict[str, Facts], labels: Iterable[str]) -> tuple[Line, ...]:
        found = (Line(label, tally(parts[label], office, now)) for label in labels)
        return tuple(each for each in found if not each.tally.is_empty)

    return Report(
        f"{office.name}{month.words}困难办理统计",
        _until(office, month, now),
        lines(by_category, sorted(by_category, key=lambda label: places.get(label, len(places)))),
        lines(by_unit, sorted(by_unit, key=lambda label: (label == NO_UNIT, label))),
        Line("合计", tally(facts, office, now)),
    )


def category_label(office: Office, key: str) -> str:
    return office.category_label(key)


def divided(facts: Facts, label: Callable[[Fact], str]) -> dict[str, Facts]:
    """Return the facts of each label, in the order in which the labels come up."""
    everything: tuple[Fact, ...] = (*facts.opened, *facts.closed, *facts.changed, *facts.promised)

    def only(wanted: str) -> Facts:
        return Facts(
            tuple(each for each in facts.opened if label(each) == wanted),
            tuple(each for each in facts.closed if label(each) == wanted),
            tuple(each for each in facts.changed if label(each) == wanted),
            tuple(each for each in facts.promised if label(each) == wanted),
        )

    return {each: only(each) for each in dict.fromkeys(label(fact) for fact in everything)}


def _until(office: Office, month: Month, now: datetime) -> str:
    today = office.today(now)
    moment = f"{today.year}年{day_in_words(today)} {now.astimezone(office.zone):%H:%M}"
    return f"截至{moment}的情况{'，本月还没有过完' if month == month_of(today) else ''}。"

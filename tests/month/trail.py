"""The cases told anew by the audit trail alone: whoever reads only the trail must come to the same tables and the same figures."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import astuple, dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from storage.times import from_text
from tests.month.checks import Book, Check

DEEDS = "SELECT deed, subject, actor_id, at, detail FROM audit WHERE subject LIKE 'case:%' ORDER BY id"


@dataclass
class Told:
    """A case as the trail tells it; the fields as the columns of `cases`."""

    state: str = "open"
    owner_id: int | None = None
    handed_to: int | None = None
    waiting_since: str | None = None
    closings: int = 0
    reopenings: int = 0
    merged_into: int | None = None

    def rests(self) -> None:
        self.handed_to = self.waiting_since = None


@dataclass(frozen=True)
class Deed:
    name: str
    case_id: int
    actor_id: int | None
    at: str
    detail: dict[str, Any]


def deeds(book: Book) -> Iterator[Deed]:
    for name, subject, actor, at, detail in book.connection.execute(DEEDS):
        yield Deed(name, int(subject.partition(":")[2]), actor, at, json.loads(detail))


def office_day(at: str) -> date:
    """Return the day on the office's wall of a moment as the tables hold it."""
    return from_text(at).astimezone(ZoneInfo("Asia/Shanghai")).date()


def told_anew(book: Book) -> dict[int, Told]:
    """Return every case as the trail tells it."""
    cases: dict[int, Told] = {}
    for deed in deeds(book):
        if deed.name == "case.opened":
            cases[deed.case_id] = _opened(deed, cases)
        elif tell := CHANGES.get(deed.name):
            tell(cases[deed.case_id], deed)
        if "into" in deed.detail and deed.name == "case.merged":
            for each in cases.values():  # what had been merged into it goes on with it
                if each.merged_into == deed.case_id:
                    each.merged_into = deed.detail["into"]
    return cases


def _opened(deed: Deed, cases: dict[int, Told]) -> Told:
    """What is split off stays with the owner; everything else is nobody's at first."""
    source = cases.get(deed.detail.get("split_from", 0))
    return Told("taken", source.owner_id) if source and source.owner_id else Told()


def _given(case: Told, deed: Deed) -> None:
    case.state, case.owner_id, case.handed_to = "taken", deed.detail.get("receiver", deed.actor_id), None


def _offered(case: Told, deed: Deed) -> None:
    case.handed_to = deed.detail["receiver"]


def _declined(case: Told, deed: Deed) -> None:
    case.handed_to = None


def _asked(case: Told, deed: Deed) -> None:
    case.waiting_since = deed.at


def _said(case: Told, deed: Deed) -> None:
    case.waiting_since = None


def _closed(case: Told, deed: Deed) -> None:
    case.state, case.closings = "closed", deed.detail["closing"]
    case.rests()


def _reopened(case: Told, deed: Deed) -> None:
    case.state, case.reopenings = "taken" if case.owner_id else "open", case.reopenings + 1


def _released(case: Told, deed: Deed) -> None:
    case.state, case.owner_id = "open", None


def _merged(case: Told, deed: Deed) -> None:
    if "into" in deed.detail:
        case.state, case.merged_into = "merged", deed.detail["into"]
        case.rests()


CHANGES: dict[str, Callable[[Told, Deed], None]] = {
    "case.taken": _given,
    "case.accepted": _given,
    "case.assigned": _given,
    "case.offered": _offered,
    "case.declined": _declined,
    "case.asked": _asked,
    "case.said": _said,
    "case.called": _said,
    "case.closed": _closed,
    "case.reopened": _reopened,
    "case.merged": _merged,
    "case.released": _released,
}


def the_trail_tells_every_case_as_it_stands(book: Book) -> Iterable[object]:
    """State, owner, offer, waiting, closings, reopenings and merger of every case are those that the trail tells."""
    columns = ", ".join(Told.__dataclass_fields__)
    stored = {int(str(row[0])): row[1:] for row in book.rows(f"SELECT id, {columns} FROM cases")}
    told = {case_id: astuple(case) for case_id, case in told_anew(book).items()}
    return [(each, stored.get(each), told.get(each)) for each in stored | told if stored.get(each) != told.get(each)]


ENTRIES = {
    "said": ("case.opened", "case.said"),
    **{
        kind: (f"case.{kind}",)
        for kind in (
            *("taken", "replied", "asked", "offered", "accepted", "declined", "assigned", "proposed", "returned"),
            *(
                "extended",
                "snoozed",
                "closed",
                "reopened",
                "note",
                "linked",
                "aided",
                "called",
                "merged",
                "progress",
                "released",
            ),
        )
    },
    "answered": ("case.answered", "case.rated"),
    "talk_begins": ("talk.began",),
    "talk_ends": ("talk.ended",),
}
"""By which deeds an entry of a kind stands in the trail; 'split' stands there once for its two entries."""


def every_entry_stands_in_the_trail(book: Book) -> Iterable[object]:
    """Of each case there are as many entries of a kind as deeds: nothing happened in it that the trail does not tell, and nothing else."""
    done = Counter((deed.case_id, deed.name) for deed in deeds(book) if "split_from" not in deed.detail)
    moved = Counter(deed.case_id for deed in deeds(book) if "split_from" in deed.detail)  # words that moved in
    moved_out = Counter(deed.case_id for deed in deeds(book) if deed.name == "case.split")
    found = Counter((int(str(row[0])), str(row[1])) for row in book.rows("SELECT case_id, kind FROM case_entries"))
    for case_id in sorted({each for each, _ in [*done, *found]}):
        for kind, names in ENTRIES.items():
            wanted = sum(done[case_id, name] for name in names)
            if kind == "said":
                wanted += moved[case_id] - moved_out[case_id]
            if found[case_id, kind] != wanted:
                yield case_id, kind, found[case_id, kind], wanted
        if found[case_id, "split"] != moved[case_id] + moved_out[case_id]:
            yield case_id, "split"


def the_counts_are_those_of_the_trail(book: Book) -> Iterable[object]:
    """The counts by state, of closings by outcome, of answers and of reopenings are those of a recount from the trail."""
    told = told_anew(book).values()
    done = list(deeds(book))
    pairs = [
        ("SELECT state, count(*) FROM cases GROUP BY state", Counter(each.state for each in told)),
        ("SELECT 'reopened', total(reopenings) FROM cases", {"reopened": sum(each.reopenings for each in told)}),
        (
            "SELECT outcome, count(*) FROM case_closings WHERE decision = 'closed' GROUP BY outcome",
            Counter(each.detail["outcome"] for each in done if each.name == "case.closed"),
        ),
        (
            "SELECT decision, count(*) FROM case_closings WHERE decision = 'returned' GROUP BY decision",
            Counter("returned" for each in done if each.name == "case.returned"),
        ),
        (
            "SELECT solved, count(*) FROM case_closings WHERE solved IS NOT NULL GROUP BY solved",
            Counter(each.detail["solved"] for each in done if "solved" in each.detail),
        ),
        (
            "SELECT satisfied, count(*) FROM case_closings WHERE satisfied IS NOT NULL GROUP BY satisfied",
            Counter(each.detail["satisfied"] for each in done if "satisfied" in each.detail),
        ),
    ]
    for sql, recounted in pairs:
        counted = {row[0]: row[1] for row in book.rows(sql)}
        if counted != dict(recounted):
            yield sql, counted, dict(recounted)


TRAIL: tuple[Check, ...] = (
    the_trail_tells_every_case_as_it_stands,
    every_entry_stands_in_the_trail,
    the_counts_are_those_of_the_trail,
)

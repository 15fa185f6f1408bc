"""What the tables must hold at any time. Each check is one question, answered with the rows that break it: none, if all is well."""

import sqlite3
from collections.abc import Callable, Iterable
from datetime import date

HANDLES = """EXISTS (
    SELECT 1 FROM roles r JOIN persons o ON o.id = r.person_id AND o.active = 1
    WHERE r.person_id = {} AND r.role IN ('staff', 'administrator') AND coalesce(r.unit_id, p.unit_id, 0) = coalesce(p.unit_id, 0))"""
AWAY = """EXISTS (
    SELECT 1 FROM absences a
    WHERE a.person_id = {} AND a.cancelled_at IS NULL AND a.from_on <= :today AND a.until_on >= :today AND NOT EXISTS (
        SELECT 1 FROM reminders r WHERE r.kind = 'absence.begins' AND r.subject_id = a.id AND r.state = 'waiting'))"""
UNFINISHED = (
    "SELECT c.id, c.number, c.state FROM cases c JOIN persons p ON p.id = c.person_id WHERE c.closed_at IS NULL"
)


class Book:
    """The tables as they stand, on that day in the office."""

    def __init__(self, connection: sqlite3.Connection, today: date) -> None:
        self.connection = connection
        self.today = today

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        return self.connection.execute(sql, {"today": self.today.isoformat()} if ":today" in sql else ()).fetchall()


Check = Callable[[Book], Iterable[object]]


# ── every case has an owner or an alarm ─────────────────────────────────────────────────────────────────────────────


def a_case_stands_with_an_owner_or_open(book: Book) -> Iterable[object]:
    """A taken case has an owner, an open one has none, and nothing is asked of anybody about a finished one."""
    return book.rows("""
        SELECT number, state, owner_id, handed_to, closed_at FROM cases
        WHERE (state = 'taken') <> (owner_id IS NOT NULL) AND closed_at IS NULL
           OR (closed_at IS NULL) <> (state IN ('open', 'taken'))
           OR (merged_into IS NULL) <> (state <> 'merged')
           OR closed_at IS NOT NULL AND (handed_to IS NOT NULL OR waiting_since IS NOT NULL OR snoozed_until IS NOT NULL)""")


def every_owner_is_there_and_may_handle_the_case(book: Book) -> Iterable[object]:
    """Whoever answers for an unfinished case is active and may handle it, and so may whoever is asked to take it over."""
    return [
        *book.rows(f"{UNFINISHED} AND c.owner_id IS NOT NULL AND NOT {HANDLES.format('c.owner_id')}"),
        *book.rows(f"{UNFINISHED} AND c.handed_to IS NOT NULL AND NOT {HANDLES.format('c.handed_to')}"),
    ]


def nobody_on_leave_answers_for_a_case(book: Book) -> Iterable[object]:
    """Who is away has no unfinished case and is asked to take none, but for those of which the leaders heard that nobody else can."""
    told = "EXISTS (SELECT 1 FROM outbox l WHERE l.text LIKE '%请假，' || c.number || ' 没有人能代办%')"
    return [
        *book.rows(f"{UNFINISHED} AND {AWAY.format('c.owner_id')} AND NOT {told}"),
        *book.rows(f"{UNFINISHED} AND {AWAY.format('c.handed_to')}"),
    ]


def what_nobody_has_is_alarmed(book: Book) -> Iterable[object]:
    """On a case without an owner runs the clock until it is taken, and its alarms wait or have been given."""
    rung = "(SELECT count(*) FROM reminders r WHERE r.subject_id = c.id AND r.round = k.round AND r.kind IN {})"
    return book.rows(f"""
        SELECT c.number, k.kind FROM cases c LEFT JOIN case_clocks k ON k.case_id = c.id AND k.kind = 'accept'
        WHERE c.closed_at IS NULL AND c.owner_id IS NULL
          AND (k.case_id IS NULL OR {rung.format("('accept.overdue', 'accept.leader')")} < 2)
           OR c.owner_id IS NOT NULL AND k.case_id IS NOT NULL""")


def a_danger_that_nobody_has_taken_is_alarmed_again(book: Book) -> Iterable[object]:
    """Of a case in danger without an owner the second alarm waits or was given."""
    return book.rows("""
        SELECT number, danger FROM cases c WHERE closed_at IS NULL AND owner_id IS NULL AND danger IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM reminders r WHERE r.kind = 'danger.again' AND r.subject_id = c.id)""")


def what_waits_for_a_signature_is_unfinished(book: Book) -> Iterable[object]:
    """A closing without a decision belongs to an unfinished case, which has one at most."""
    return book.rows("""
        SELECT c.number, c.state, count(*) FROM case_closings k JOIN cases c ON c.id = k.case_id
        WHERE k.decision IS NULL GROUP BY c.id HAVING c.state <> 'taken' OR count(*) > 1""")


# ── no clock orphaned ───────────────────────────────────────────────────────────────────────────────────────────────


def clocks_run_on_unfinished_cases_only(book: Book) -> Iterable[object]:
    """No clock stands on a finished case; on an unfinished one those of the solution and of the next word do."""
    return book.rows("""
        SELECT c.number, c.state, group_concat(k.kind) FROM cases c LEFT JOIN case_clocks k ON k.case_id = c.id GROUP BY c.id
        HAVING c.closed_at IS NOT NULL AND count(k.kind) > 0
            OR c.closed_at IS NULL AND total(k.kind IN ('solve', 'progress')) <> 2""")


def clocks_rest_while_the_cadre_is_waited_for(book: Book) -> Iterable[object]:
    """The clocks of a case rest if and only if the cadre was asked back."""
    return book.rows("""
        SELECT c.number, k.kind, k.paused_at, c.waiting_since FROM cases c JOIN case_clocks k ON k.case_id = c.id
        WHERE k.kind <> 'accept' AND (k.paused_at IS NULL) <> (c.waiting_since IS NULL)""")


def a_promise_is_the_day_on_which_its_clock_is_due(book: Book) -> Iterable[object]:
    """The promised day of an unfinished case is that of the clock. Offices end their day before UTC does."""
    return book.rows("""
        SELECT c.number, c.promised_on, k.due_at FROM cases c JOIN case_clocks k ON k.case_id = c.id AND k.kind = 'solve'
        WHERE c.promised_on <> substr(k.due_at, 1, 10)""")


REASONS = {
    "wait.call": "EXISTS (SELECT 1 FROM cases c WHERE c.id = r.subject_id AND c.waiting_since IS NOT NULL)",
    "case.wake": "EXISTS (SELECT 1 FROM cases c WHERE c.id = r.subject_id AND c.snoozed_until IS NOT NULL)",
    "danger.again": "EXISTS (SELECT 1 FROM cases c WHERE c.id = r.subject_id AND c.state = 'open' AND c.danger IS NOT NULL)",
    "closing.ask": """EXISTS (
        SELECT 1 FROM cases c JOIN case_closings k ON k.case_id = c.id AND k.number = c.closings
        WHERE c.id = r.subject_id AND c.state = 'closed' AND k.number = r.round AND k.solved IS NULL AND k.call = 0)""",
    "talk.idle": "EXISTS (SELECT 1 FROM talks t WHERE t.id = r.subject_id AND t.ended_at IS NULL)",
    "absence.begins": "EXISTS (SELECT 1 FROM absences a WHERE a.id = r.subject_id AND a.cancelled_at IS NULL)",
}
OF_A_CLOCK = """EXISTS (
    SELECT 1 FROM case_clocks k WHERE k.case_id = r.subject_id AND k.round = r.round AND k.paused_at IS NULL
    AND r.kind LIKE k.kind || '.%')"""
KINDS_OF_CLOCKS = ("accept.%", "progress.%", "solve.%")


def no_reminder_waits_without_a_reason(book: Book) -> Iterable[object]:
    """Whatever waits belongs to a clock that runs in the same round, or to what else would be reminded of."""
    waiting = "SELECT r.kind, r.subject_id, r.round, r.due_at FROM reminders r WHERE r.state = 'waiting' AND"
    of_clocks = " OR ".join(f"r.kind LIKE '{each}'" for each in KINDS_OF_CLOCKS)
    known = ", ".join(f"'{each}'" for each in (*REASONS, "calendar.missing"))
    return [
        *(row for kind, why in REASONS.items() for row in book.rows(f"{waiting} r.kind = '{kind}' AND NOT {why}")),
        *book.rows(f"{waiting} ({of_clocks}) AND NOT {OF_A_CLOCK}"),
        *book.rows(f"{waiting} r.kind NOT IN ({known}) AND NOT ({of_clocks})"),
    ]


def a_running_clock_has_every_alarm(book: Book) -> Iterable[object]:
    """Warning, deadline and leader wait or have fired for each clock that runs."""
    return book.rows("""
        SELECT k.case_id, k.kind, k.round, group_concat(r.kind) FROM case_clocks k
        LEFT JOIN reminders r ON r.subject_id = k.case_id AND r.round = k.round AND r.kind LIKE k.kind || '.%' AND r.kind <> 'solve.half'
        WHERE k.paused_at IS NULL GROUP BY k.case_id, k.kind HAVING count(r.id) <> 3""")


def one_call_is_asked_for_one_wait(book: Book) -> Iterable[object]:
    """Of a case that waits for the cadre, the owner is asked to call once."""
    return book.rows("""
        SELECT subject_id, count(*) FROM reminders WHERE kind = 'wait.call' AND state = 'waiting'
        GROUP BY subject_id HAVING count(*) > 1""")


def what_sleeps_wakes(book: Book) -> Iterable[object]:
    """For a case that was put off a reminder waits, on its day or the next working day."""
    return book.rows("""
        SELECT number, snoozed_until FROM cases c WHERE closed_at IS NULL AND snoozed_until IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM reminders r WHERE r.kind = 'case.wake' AND r.subject_id = c.id AND r.state = 'waiting'
            AND substr(r.due_at, 1, 10) >= c.snoozed_until)""")


def a_talk_that_is_open_can_end(book: Book) -> Iterable[object]:
    """An open talk is about an unfinished case of the member of staff who talks, and ends by itself some time."""
    return book.rows("""
        SELECT t.id, c.number, c.state FROM talks t JOIN cases c ON c.id = t.case_id
        WHERE t.ended_at IS NULL AND (c.state <> 'taken' OR c.owner_id <> t.staff_id OR NOT EXISTS (
            SELECT 1 FROM reminders r WHERE r.kind = 'talk.idle' AND r.subject_id = t.id AND r.state = 'waiting'))""")


def a_reminder_fires_once(book: Book) -> Iterable[object]:
    """Of one kind, subject and round one reminder has fired, and none has failed."""
    return [
        *book.rows("SELECT kind, subject_id, round FROM reminders GROUP BY 1, 2, 3 HAVING count(*) > 1"),
        *book.rows("SELECT kind, subject_id, round FROM reminders WHERE state = 'failed'"),
    ]


def numbers_have_no_gap(book: Book) -> Iterable[object]:
    """The cases of the year are numbered 1, 2, 3 ... in the order in which they were opened, as the counter says."""
    numbers = [row[0] for row in book.rows("SELECT number FROM cases ORDER BY id")]
    [(counted,)] = book.rows("SELECT coalesce(max(value), 0) FROM counters WHERE name = 'case-2026'")
    wanted = [f"2026-{place}" for place in range(1, len(numbers) + 1)]
    return [pair for pair in zip(numbers, wanted, strict=True) if pair[0] != pair[1]] or [counted] * (
        counted != len(numbers)
    )


CHECKS: tuple[Check, ...] = (
    a_case_stands_with_an_owner_or_open,
    every_owner_is_there_and_may_handle_the_case,
    nobody_on_leave_answers_for_a_case,
    what_nobody_has_is_alarmed,
    a_danger_that_nobody_has_taken_is_alarmed_again,
    what_waits_for_a_signature_is_unfinished,
    clocks_run_on_unfinished_cases_only,
    clocks_rest_while_the_cadre_is_waited_for,
    a_promise_is_the_day_on_which_its_clock_is_due,
    no_reminder_waits_without_a_reason,
    a_running_clock_has_every_alarm,
    one_call_is_asked_for_one_wait,
    what_sleeps_wakes,
    a_talk_that_is_open_can_end,
    a_reminder_fires_once,
    numbers_have_no_gap,
)


def broken(book: Book, checks: Iterable[Check] = CHECKS) -> dict[str, list[object]]:
    """Return what breaks a check, by the check's name; empty if all is well."""
    found = {each.__name__: list(each(book)) for each in checks}
    return {name: rows for name, rows in found.items() if rows}

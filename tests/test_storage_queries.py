"""How SQLite means to run our statements: nothing that happens at every message looks through a whole table."""

import importlib
import pkgutil
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

import storage
from tests.copies import new_database

# What may look through a whole table, and why that is no harm.
COLD = {
    "cases.SELECT": "the beginning of other statements, never run as it stands",
    "case_lists.SELECT": "the same, where the lists use it",
    "absences.SELECT": "likewise",
    "signups.SELECT": "likewise",
    "accounts._REACHING": "likewise",
    "attendance.SIGNUPS": "likewise",
    "attendance.OF_GATHERING": "its own sub-query, the list of one gathering",
    "attendance.OF_PERSON": "likewise, of one person",
    "attendance.BY_BRANCH": "likewise, a year on staff's screen",
    "attendance.BY_PERSON_OF_COURSE": "likewise, of one course",
    "attendance.NEWEST_COURSES": "staff look at attendance: the newest few",
    "adjusted_days.ALL_DAYS": "once a minute, some forty days a year",
    "case_clocks.ALL": "when rules or the calendar change: the clocks of unfinished cases",
    "case_report.CHANGED": "a month's report, on the command line",
    "case_report.PROMISED": "the same",
    "case_report.LEDGER": "the same",
    "leaving.UNFINISHED": "when somebody is taken off the roster",
    "dialog_words._ANSWERS": "likewise",
    "dialog_words._SHOWN": "likewise",
    "briefing_letters.PAGES": "when a briefing is withdrawn",
    "briefings.SELECT": "the beginning of other statements",
    "briefings.SHOWN_TO_STAFF": "from the end, as many as are shown",
    "briefing_files.NEXT": "files that wait to be read, a few at a time",
    "briefing_reads.MUTED_BY": "when a briefing is sent, a few rows a person",
    "briefing_search.FIND": "a table of FTS5, which looks into its own index",
    "branches.ALL_BRANCHES": "staff make a meeting of a branch, or invite by branches",
    "branches.BRANCHES_OF_UNITS": "the same",
    "cases.COUNT": "asked on the command line",
    "mailings.SELECT": "the beginning of other statements",
    "recipients.SELECT": "likewise",
    "reminders.PRUNE": "once an hour",
    "demonstration.REVOKE_ALL_LINKS": "at the start of the demonstration office",
    "entry.REVOKE_LINKS": "when a link is issued anew",
    "entry.REVOKE_SESSIONS": "when a link is issued anew",
    "entry.PRUNE_SESSIONS": "once an hour, a row for each browser",
    "entry.OUTDATE_INVITES": "when an invite is made",
    "entry.OPEN_REQUESTS": "staff look at the requests, few at a time",
    "inbox.PRUNE": "once an hour",
    "outbox.PRUNE": "once an hour",
    "media.EXPIRE": "once an hour",
    "people.EVERYBODY": "roster import",
    "people.COUNT": "at the start",
    "people.UNITS": "a few dozen units",
    "people.CADRES": "once an hour, and when a festival is greeted",
    "life_events.SELECT": "the beginning of other statements",
    "life_events.NEWEST": "from the end, as many as are shown",
    "life_events.OF_EVERYBODY": "with people.CADRES, a few rows",
    "quiet_hours.WITHOUT_GREETINGS": "with people.CADRES, whoever has quiet hours",
    "suiting._PERSONS": "the beginning of other statements",
    "suiting.EVERYBODY": "when something is announced to whom it suits",
    "suiting.ALL_ROLES": "the same",
    "suiting.ALL_INTERESTS": "the same",
    "suiting.ALL_AWAY": "the same",
    "roster.ALL_ROLES": "roster import",
    "roster.ALL_KIN": "roster import",
}


def statements() -> Iterator[tuple[str, str]]:
    """Every SQL constant of storage, by module and name."""
    for each in pkgutil.iter_modules(storage.__path__):
        module = importlib.import_module(f"storage.{each.name}")
        for name, value in vars(module).items():
            if name.isupper() and isinstance(value, str) and re.match(r"\s*(SELECT|INSERT|UPDATE|DELETE)\b", value):
                yield f"{each.name}.{name}", value.replace("({})", "(?, ?)")


STATEMENTS = dict(statements())


@pytest.fixture
async def connection(tmp_path: Path) -> sqlite3.Connection:
    await (await new_database(tmp_path / "yinling.db")).close()
    return sqlite3.connect(tmp_path / "yinling.db", cached_statements=0)  # a cached plan would outlive its index


def scans(connection: sqlite3.Connection, sql: str) -> list[str]:
    """The steps of the plan that look through a whole table; the rows of a partial index ('waiting', 'open') are few."""
    partial = {
        index[1]
        for (table,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%_search%'"
        ).fetchall()
        for index in connection.execute(f"PRAGMA index_list({table})").fetchall()
        if index[4]
    }
    looks = [step for step in plan(connection, sql) if re.match(r"SCAN (?!\(subquery|CONSTANT ROW)", step)]
    return [step for step in looks if not any(f" {index}" in step for index in partial)]


def plan(connection: sqlite3.Connection, sql: str) -> list[str]:
    """The steps in which SQLite means to run a statement."""
    named = dict.fromkeys(re.findall(r":([a-z_]+)", sql))
    values = named or [None] * sql.count("?")
    return [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", values).fetchall()]


@pytest.mark.parametrize("name", STATEMENTS)
def test_every_statement_finds_its_rows_by_an_index(connection: sqlite3.Connection, name: str) -> None:
    with closing(connection):
        found = scans(connection, STATEMENTS[name])
    assert bool(found) == (name in COLD), found


def test_the_list_of_exceptions_names_nothing_that_is_gone() -> None:
    assert set(COLD) - set(STATEMENTS) == set()


def test_the_check_notices_a_missing_index(connection: sqlite3.Connection) -> None:
    with closing(connection):
        assert scans(connection, STATEMENTS["accounts.OF_PERSON"]) == []
        connection.execute("DROP INDEX accounts_by_person")
        assert scans(connection, STATEMENTS["accounts.OF_PERSON"]) != []


@pytest.mark.parametrize(
    ("name", "index"),
    [
        ("inbox.WAITING", "inbox_waiting"),
        ("inbox.SAID", "inbox_by_account"),
        ("outbox.DUE", "outbox_waiting "),
        ("people.WITH_ROLE", "roles_by_role"),
        ("entry.WITHDRAWN", "consents_by_person"),
        ("outbox.DUE", "outbox_waiting_of_account"),
        ("told.SHOWN", "outbox_told "),
        ("outbox.NEXT_DUE", "outbox_waiting "),
        ("outbox.NEXT_DUE", "outbox_edits"),
        ("outbox.DUE", "outbox_edits"),
        ("outbox.NEXT_PLACE", "outbox_by_place"),
        ("told.AFTER", "outbox_told "),
        ("told.AFTER", "outbox_retold"),
        ("told.BEFORE", "outbox_told "),
        ("outbox.NEXT_PLACE", "outbox_by_edit_place"),
        ("accounts.VISITORS", "dialogs_open"),
        ("accounts.OF_PERSON", "accounts_by_person"),
        ("accounts.REACHING", "accounts_by_person"),
        ("accounts.REACHING", "account_persons_by_person"),
        ("dialogs.DRAFT", "dialogs_draft"),
        ("cases.OF_PERSON", "cases_by_person"),
        ("cases.UNFINISHED_OF_OWNER", "cases_of_owner"),
        ("case_entries.OF_CASE", "case_entries_of_case"),
        ("case_closings.TO_CALL", "case_closings_to_call"),
        ("reminders.DUE", "reminders_waiting"),
        ("reminders.NEXT", "reminders_waiting"),
        ("absences.ON_DAY", "absences_in_force"),
        ("media.WANTED", "media_wanted"),
        ("entry.WRONG_OF", "wrong_codes_by_account"),
    ],
)
def test_what_happens_at_every_message_uses_the_index_made_for_it(
    connection: sqlite3.Connection, name: str, index: str
) -> None:
    sql = STATEMENTS[name]
    with closing(connection):
        steps = plan(connection, sql)
    assert any(f"INDEX {index}" in step for step in steps), steps


HELD = 20_000
HOLD = """
INSERT INTO outbox (account_id, channel, priority, text, made_at, not_before)
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) SELECT i, 'telegram', 5, '明天停水', ?, ? FROM n"""
PEOPLE = """
INSERT INTO accounts (id, channel, address, created_at)
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) SELECT i, 'telegram', i, ? FROM n"""
STEPS_A_TICK = 100


def ticks(connection: sqlite3.Connection, sql: str, limit: int) -> int:
    """How much a statement has to do, in hundreds of steps of SQLite's own machine."""
    count = 0

    def tick() -> int:
        nonlocal count
        count += 1
        return 0

    connection.set_progress_handler(tick, STEPS_A_TICK)
    connection.execute(sql, {"channel": "telegram", "now": "2026-11-23T02:00:00.000Z", "limit": limit}).fetchall()
    connection.set_progress_handler(None, STEPS_A_TICK)
    return count


@pytest.mark.parametrize("not_before", ["2026-11-23T08:00:00.000Z", "2026-11-23T01:00:00.000Z"], ids=["held", "due"])
@pytest.mark.parametrize("name", ["outbox.DUE", "outbox.NEXT_DUE"])
def test_looking_for_what_may_leave_costs_the_same_however_much_waits(
    connection: sqlite3.Connection, name: str, not_before: str
) -> None:
    """Twenty thousand of one channel and of one priority, held until later or all due now: only what is given out is looked at."""
    with closing(connection):
        connection.execute(PEOPLE, (HELD, not_before))
        connection.execute(HOLD, (HELD, not_before, not_before))
        assert ticks(connection, STATEMENTS[name], 32) < HELD // STEPS_A_TICK // 4

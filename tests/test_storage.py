"""Transactions: whole or not at all, one writer, a snapshot for readers; migrations; times; what inbox and outbox give out."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from itertools import combinations
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage import accounts, case_closings, case_lists, cases, inbox, marks, migrate, outbox, people, times, told
from storage.accounts import Role
from storage.database import Database, Tx, connect, open_database
from storage.errors import NewerSchema
from storage.outbox import Sent
from storage.people import Person
from tests.cancelling import cancelled_at
from tests.storage_deeds import NOW, arrival

QUIETLY = settings(derandomize=True, deadline=None, database=None, max_examples=200)


@asynccontextmanager
async def opened(path: Path) -> AsyncIterator[Database]:
    database = await open_database(path)
    try:
        yield database
    finally:
        await database.close()


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with opened(tmp_path / "yinling.db") as found:
        yield found


async def mark(database: Database, name: str = "mark") -> str | None:
    async with database.read() as tx:
        return await marks.get(tx, name)


async def put(database: Database, name: str, value: str) -> None:
    async with database.write() as tx:
        await marks.put(tx, name, value)


# ── write ───────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_what_was_written_is_there_after_closing_and_opening(tmp_path: Path) -> None:
    async with opened(tmp_path / "yinling.db") as database:
        await put(database, "mark", "kept")
    async with opened(tmp_path / "yinling.db") as database:
        assert await mark(database) == "kept"


async def test_every_commit_is_on_the_disk_and_foreign_keys_hold(database: Database) -> None:
    async with database.write() as tx:
        pragmas = [(await tx.all(f"PRAGMA {each}"))[0][0] for each in ("synchronous", "journal_mode", "foreign_keys")]
    assert pragmas == [2, "wal", 1]  # 2 is FULL: https://www.sqlite.org/pragma.html#pragma_synchronous
    with pytest.raises(sqlite3.IntegrityError):
        async with database.write() as tx:
            await tx.run("INSERT INTO kin VALUES (1, 2)")


async def test_a_block_that_raises_leaves_nothing(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        async with database.write() as tx:
            await marks.put(tx, "mark", "half")
            tx.last("INSERT INTO units (name) VALUES (?)", "虚构县林业局")
            raise ZeroDivisionError
    assert await mark(database) is None
    await put(database, "mark", "whole")
    assert await mark(database) == "whole"


async def test_a_statement_for_the_end_that_fails_undoes_the_block(database: Database) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        async with database.write() as tx:
            await marks.put(tx, "mark", "half")
            tx.last("INSERT INTO units (name) VALUES (?)", None)
    assert await mark(database) is None


async def test_statements_for_the_end_run_together_in_the_order_of_their_first(database: Database) -> None:
    async with database.write() as tx:
        for name in ("虚构县林业局", "虚构县教育局"):
            tx.last("INSERT INTO units (name) VALUES (?)", name)
        assert await people.units(tx) == {}
        tx.last("UPDATE units SET name = name || ?", "（旧）")
    async with database.read() as tx:
        assert list((await people.units(tx)).values()) == ["虚构县林业局（旧）", "虚构县教育局（旧）"]


async def test_what_waits_for_the_commit_is_called_after_it_and_never_after_a_rollback(database: Database) -> None:
    called: list[str | None] = []

    def look() -> None:
        with closing(sqlite3.connect(database.path)) as other:
            called.append(other.execute(marks.GET, ("mark",)).fetchone()[0])

    async with database.write() as tx:
        tx.on_commit(look)
        await marks.put(tx, "mark", "on the disk")
        assert called == []
    assert called == ["on the disk"]
    with pytest.raises(ZeroDivisionError):
        async with database.write() as tx:
            tx.on_commit(look)
            raise ZeroDivisionError
    assert called == ["on the disk"]


async def test_there_is_one_writer_at_a_time(database: Database) -> None:
    await put(database, "mark", "0")

    async def count(times: int) -> None:
        for _ in range(times):
            async with database.write() as tx:
                value = int(await marks.get(tx, "mark") or "")
                await asyncio.sleep(0)
                await marks.put(tx, "mark", str(value + 1))

    await asyncio.gather(*(count(10) for _ in range(5)))
    assert await mark(database) == "50"


async def test_closing_waits_for_the_open_block(tmp_path: Path) -> None:
    database = await open_database(tmp_path / "yinling.db")
    inside, go_on = asyncio.Event(), asyncio.Event()

    async def write() -> None:
        async with database.write() as tx:
            inside.set()
            await go_on.wait()
            await marks.put(tx, "mark", "written")

    writing = asyncio.create_task(write())
    await inside.wait()
    closing_now = asyncio.create_task(database.close())
    go_on.set()
    await asyncio.gather(writing, closing_now)
    async with opened(tmp_path / "yinling.db") as again:
        assert await mark(again) == "written"


# ── read ────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_reader_sees_one_state_and_waits_for_no_writer(database: Database) -> None:
    await put(database, "mark", "before")
    async with database.read() as reading:
        assert await marks.get(reading, "mark") == "before"
        await put(database, "mark", "after")
        assert await marks.get(reading, "mark") == "before"
    assert await mark(database) == "after"
    async with database.write() as tx:
        await marks.put(tx, "mark", "not yet")
        assert await mark(database) == "after"


async def test_a_reader_that_raises_leaves_the_next_one_a_fresh_state(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        async with database.read() as tx:
            await marks.get(tx, "mark")
            raise ZeroDivisionError
    await put(database, "mark", "after")
    assert await mark(database) == "after"


# ── being cancelled ─────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_write_cancelled_anywhere_once_or_twice_is_whole_or_nothing_and_the_next_one_works(
    database: Database,
) -> None:
    called: list[int] = []
    number = 0

    async def write() -> None:
        async with database.write() as tx:
            tx.on_commit(lambda: called.append(number))
            await marks.put(tx, f"first {number}", "")
            await tx.run("INSERT INTO units (name) VALUES (?)", f"unit {number}")
            tx.last(marks.SET, f"last {number}", "")

    async def is_whole() -> bool:
        async with database.read() as tx:
            rows = await tx.all("SELECT name FROM marks UNION ALL SELECT name FROM units")
        found = [each for (each,) in rows if each.endswith(f" {number}")]
        assert len(found) in (0, 3), f"cancelled at {places}: only {found} of the block is there"
        assert called.count(number) == len(found) // 3, f"cancelled at {places}: what waits for the commit"
        return len(found) == 3

    places: tuple[int, ...] = ()
    suspensions = await cancelled_at(write)
    assert await is_whole()
    assert suspensions >= 5  # BEGIN, two statements, the one for the end, COMMIT
    outcomes = set()
    for places in [*combinations(range(1, suspensions + 1), 1), *combinations(range(1, suspensions + 3), 2)]:
        number += 1
        await cancelled_at(write, *places)
        outcomes.add(await is_whole())
    assert outcomes == {True, False}
    number += 1
    await write()
    assert await is_whole()


async def test_a_read_cancelled_anywhere_leaves_the_next_one_a_fresh_state(database: Database) -> None:
    async def read() -> None:
        async with database.read() as tx:
            await marks.get(tx, "mark")

    suspensions = await cancelled_at(read)
    for places in [*combinations(range(1, suspensions + 1), 1), *combinations(range(1, suspensions + 3), 2)]:
        await cancelled_at(read, *places)
        await put(database, "mark", str(places))
        assert await mark(database) == str(places)


async def test_who_is_cancelled_while_waiting_for_the_writer_has_done_nothing(database: Database) -> None:
    async with database.write() as tx:
        waiting = asyncio.create_task(put(database, "mark", "too early"))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        await marks.put(tx, "mark", "mine")
    assert await mark(database) == "mine"


# ── migrations ──────────────────────────────────────────────────────────────────────────────────────────────────────

# What stood in a file of each version. A new migration adds a line: the file as it was before, with a row that it must carry over.
FILLINGS: dict[int, str] = {
    0: "",
    1: "INSERT INTO units (name) VALUES ('虚构县水利局');\n"
    "INSERT INTO persons (name, unit_id, created_at, updated_at) VALUES ('王老', 1, '2026-01-01', '2026-01-01');\n"
    "INSERT INTO accounts (channel, address, person_id, created_at) VALUES ('telegram', '1001', 1, '2026-01-01');\n"
    "INSERT INTO inbox (channel, external_id, account_id, kind, words, said_at, received_at)"
    " VALUES ('telegram', '1', 1, 'words', '困难', '2026-01-01', '2026-01-01');\n"
    + "".join(
        "INSERT INTO cases (number, person_id, acted_by, account_id, category, state, owner_id, opened_at, promised_on, closed_at, closings,"
        f" outcome, solved) VALUES ('2026-{number}', 1, 1, 1, 'housing', '{state}', {owner}, '2026-01-01T03:00:00.000Z', '2026-01-09',"
        f" {closed}, {closings}, '换好了', {solved});\n"
        for number, state, owner, closed, closings, solved in (
            (1, "open", "NULL", "NULL", 0, "NULL"),
            (2, "closed", 1, "'2026-01-05T03:00:00.000Z'", 2, "'partly'"),
        )
    )
    + "".join(
        "INSERT INTO case_entries (case_id, at, author_id, kind, words)"
        f" VALUES ({case}, '2026-01-0{day}T03:00:00.000Z', 1, '{kind}', '{words}');\n"
        for case, day, kind, words in (
            (1, 1, "said", "暖气不热"),
            (2, 1, "said", "楼道灯坏了"),
            (2, 2, "closed", "换了一个"),
            (2, 3, "answered", "没解决"),
            (2, 3, "reopened", ""),
            (2, 4, "closed", "换好了"),
            (2, 5, "answered", "部分解决"),
        )
    ),
}
FILLINGS[2] = FILLINGS[1][: FILLINGS[1].index("INSERT INTO cases")]
FILLINGS[3] = FILLINGS[4] = FILLINGS[5] = FILLINGS[6] = FILLINGS[7] = FILLINGS[8] = FILLINGS[9] = FILLINGS[2]
NEWEST = len(migrate.migrations())


async def file_of_version(path: Path, version: int) -> None:
    """Make a file as the program of that version left it, with FILLINGS in it."""
    connection = await connect(path)
    await migrate.migrate(connection, path, upto=version)
    for statement in migrate.statements(FILLINGS[version]):
        await connection.execute(statement)
    await connection.close()


def tables_of(path: Path) -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name").fetchall()


def test_there_is_a_file_to_test_for_every_version() -> None:
    assert list(FILLINGS) == list(range(NEWEST + 1))


@pytest.mark.parametrize("version", FILLINGS)
async def test_a_file_of_every_version_becomes_like_a_new_one_and_keeps_its_rows(tmp_path: Path, version: int) -> None:
    old, new = tmp_path / "old.db", tmp_path / "new.db"
    await file_of_version(old, version)
    async with opened(old) as database, database.read() as tx:
        assert await tx.all("PRAGMA user_version") == [(NEWEST,)]
        if version:
            assert [each.name for each in await people.everybody(tx)] == ["王老"]
            assert [each.words for each in await inbox.waiting(tx, 10)] == ["困难"]
    async with opened(new):
        pass
    assert tables_of(old) == tables_of(new)


async def test_the_cases_of_the_first_version_keep_their_endings_and_are_found_by_their_words(tmp_path: Path) -> None:
    await file_of_version(tmp_path / "old.db", 1)
    async with opened(tmp_path / "old.db") as database, database.read() as tx:
        first, second = await cases.by_id(tx, 1), await cases.by_id(tx, 2)
        assert (first.state, first.said_id, first.closed_at) == ("open", 1, None)
        assert (second.state, second.closings, second.reopenings) == ("closed", 2, 1)
        ends = [(each.number, each.words, each.decision, each.solved) for each in await case_closings.of_case(tx, 2)]
        assert ends == [(1, "换了一个", "closed", None), (2, "换好了", "closed", "partly")]
        answered = (await case_closings.of_case(tx, 2))[1].answered_at
        assert answered is not None and answered.day == 5
        found = await case_lists.search(tx, case_lists.Scope(True), "楼道灯", 5)
        assert [each.number for each in found] == ["2026-2"]


async def test_a_file_of_a_newer_program_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "yinling.db"
    await file_of_version(path, NEWEST)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {NEWEST + 1}")
    before = path.read_bytes()
    with pytest.raises(NewerSchema, match=f"第 {NEWEST + 1} 版"):
        await open_database(path)
    assert path.read_bytes() == before


async def test_a_migration_that_fails_in_the_middle_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    """The first migration meets a table of that name: it gives up whole, with the tables it had made before."""
    path = tmp_path / "yinling.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE inbox (id)")
    with pytest.raises(sqlite3.OperationalError, match="inbox"):
        await open_database(path)
    assert [row[1] for row in tables_of(path)] == ["inbox"]
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (0,)


async def test_two_programs_that_start_on_one_new_file_make_it_once(tmp_path: Path) -> None:
    path = tmp_path / "yinling.db"
    databases = await asyncio.gather(*(open_database(path) for _ in range(3)))
    for each in databases:
        await each.close()
    async with opened(tmp_path / "alone.db"):
        pass
    assert tables_of(path) == tables_of(tmp_path / "alone.db")


def test_a_migration_is_cut_into_its_statements() -> None:
    sql = "-- a note; with a semicolon\nCREATE TABLE a (\n  id INTEGER -- the id; of a\n);\n\nCREATE TABLE b (id); -- b\n-- the end\n"
    cut = migrate.statements(sql)
    assert len(cut) == 2
    with closing(sqlite3.connect(":memory:")) as connection:
        for statement in cut:
            connection.execute(statement)
        assert connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (2,)


# ── times ───────────────────────────────────────────────────────────────────────────────────────────────────────────

ZONES = st.sampled_from([UTC, ZoneInfo("Asia/Shanghai"), ZoneInfo("Asia/Kathmandu"), timezone(timedelta(hours=-11))])
MOMENTS = st.datetimes(datetime(1970, 1, 2), datetime(9999, 12, 30), timezones=ZONES)  # bounds are naive


@given(MOMENTS)
@QUIETLY
def test_a_moment_comes_back_to_the_millisecond(moment: datetime) -> None:
    text = times.to_text(moment)
    back = times.from_text(text)
    assert back.tzinfo is not None
    assert back.utcoffset() == timedelta()
    assert timedelta() <= moment - back < timedelta(milliseconds=1)
    assert times.to_text(back) == text
    assert len(text) == len("2026-11-22T03:00:00.000Z")


@given(MOMENTS, MOMENTS)
@QUIETLY
def test_texts_sort_in_order_of_time(one: datetime, other: datetime) -> None:
    if one <= other:
        assert times.to_text(one) <= times.to_text(other)
    else:
        assert times.to_text(one) >= times.to_text(other)


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        times.to_text(NOW.replace(tzinfo=None))


# ── the inbox ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def some_accounts(tx: Tx, count: int = 2) -> list[int]:
    return [await accounts.find_or_add(tx, "telegram", f"address {each}", NOW) for each in range(count)]


async def receives(database: Database, now: datetime, *arrivals: inbox.Arrival) -> int:
    async with database.write() as tx:
        await some_accounts(tx)
        return await inbox.add(tx, arrivals, now)


async def test_the_same_message_is_stored_once_within_the_window(database: Database) -> None:
    assert await receives(database, NOW, arrival("a"), arrival("b")) == 2
    assert await receives(database, NOW + inbox.DEDUPE_WINDOW, arrival("b"), arrival("c")) == 1
    assert await receives(database, NOW, arrival("d"), arrival("d")) == 1
    async with database.read() as tx:
        assert [row[0] for row in await tx.all("SELECT external_id FROM inbox ORDER BY id")] == ["a", "b", "c", "d"]


async def test_an_id_used_again_after_the_window_is_another_message(database: Database) -> None:
    await receives(database, NOW, arrival("a", words="头一回"))
    async with database.write() as tx:
        await inbox.handled(tx, [1])
    later = NOW + inbox.DEDUPE_WINDOW + timedelta(seconds=1)
    assert await receives(database, later, arrival("a", words="第二回")) == 1
    assert await receives(database, later, arrival("a", words="第二回")) == 0
    async with database.read() as tx:
        assert [each.words for each in await inbox.waiting(tx, 10)] == ["第二回"]
        assert await inbox.known(tx, "telegram", "a", later) == 2


async def test_a_message_that_still_waits_gives_up_its_id_to_none(database: Database) -> None:
    """After a week with the power off the old message must not be pushed aside by its own repetition."""
    await receives(database, NOW, arrival("a"))
    assert await receives(database, NOW + timedelta(days=7), arrival("a")) == 0


async def test_the_same_id_on_another_channel_is_another_message(database: Database) -> None:
    assert await receives(database, NOW, arrival("a"), replace(arrival("a"), channel="web")) == 2


async def test_messages_wait_in_order_and_of_one_account_one_at_a_time(database: Database) -> None:
    await receives(database, NOW, arrival("a", 1), arrival("b", 2), arrival("c", 1), arrival("d", 2))
    async with database.write() as tx:
        assert [each.id for each in await inbox.waiting(tx, 10)] == [1, 2]
        await inbox.handled(tx, [1])
        assert [each.id for each in await inbox.waiting(tx, 10)] == [2, 3]


async def test_a_message_is_handled_once(database: Database) -> None:
    await receives(database, NOW, arrival("a"))
    async with database.write() as tx:
        await inbox.handled(tx, [1])
    with pytest.raises(LookupError):
        async with database.write() as tx:
            await inbox.handled(tx, [1])


async def test_a_message_that_was_waiting_at_too_many_starts_is_found_and_can_be_tried_again(
    database: Database,
) -> None:
    await receives(database, NOW, arrival("a"))
    async with database.write() as tx:
        for _ in range(4):
            await inbox.count_start(tx)
        assert await inbox.deadly(tx, 4) is None
        deadly = await inbox.deadly(tx, 3)
        assert deadly is not None
        await inbox.park(tx, deadly.id, "why")
        assert await inbox.waiting(tx, 10) == []
        assert [(each.id, each.trace) for each in await inbox.parked(tx, 10)] == [(1, "why")]
        assert await inbox.retry(tx, 1)
        assert not await inbox.retry(tx, 1)
        assert await inbox.deadly(tx, 3) is None
        assert len(await inbox.waiting(tx, 10)) == 1


# ── the outbox ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def writes(database: Database, *letters: tuple[int, str, int]) -> None:
    """Write (account, text, priority) in this order."""
    async with database.write() as tx:
        await some_accounts(tx)
    for account, text, priority in letters:
        async with database.write() as tx:
            outbox.add(tx, account, text, NOW, priority=priority)


async def due(database: Database, now: datetime = NOW) -> list[str]:
    async with database.read() as tx:
        return [each.text for each in await outbox.due(tx, "telegram", now, 10)]


async def changes(database: Database, change: Callable[[Tx], Awaitable[object]]) -> None:
    async with database.write() as tx:
        await change(tx)


async def test_of_each_account_only_the_first_in_line_is_due_and_answers_go_first(database: Database) -> None:
    await writes(
        database,
        (1, "通知", outbox.NOTICE),
        (1, "消息", outbox.NEWS),
        (2, "通知二", outbox.NOTICE),
        (1, "回答", outbox.ANSWER),
    )
    assert await due(database) == ["回答", "通知二"]
    await changes(database, lambda tx: outbox.sent(tx, [Sent(4)], NOW))
    assert await due(database) == ["消息", "通知二"]
    await changes(database, lambda tx: outbox.failed(tx, 2, "发不出去", NOW))
    assert await due(database) == ["通知", "通知二"]


async def test_a_postponed_letter_is_not_overtaken_by_the_next_of_its_account(database: Database) -> None:
    await writes(database, (1, "先", outbox.ANSWER), (1, "后", outbox.ANSWER), (2, "别人", outbox.ANSWER))
    later = NOW + timedelta(seconds=30)
    await changes(database, lambda tx: outbox.later(tx, 1, later, "请等", counts=True))
    assert await due(database) == ["别人"]
    async with database.read() as tx:
        assert await outbox.next_due(tx, "telegram", NOW) == later
    assert await due(database, later) == ["别人", "先"]  # who has waited for longest
    await changes(database, lambda tx: outbox.later(tx, 1, later, "请等", counts=False))
    async with database.read() as tx:
        assert (await outbox.due(tx, "telegram", later, 2))[1].tries == 1


async def test_a_lane_sees_its_own_channel_only(database: Database) -> None:
    await writes(database, (1, "电报", outbox.ANSWER))
    async with database.write() as tx:
        web = await accounts.find_or_add(tx, "web", "seat", NOW)
        outbox.add(tx, web, "网页", NOW)
    async with database.read() as tx:
        assert [each.text for each in await outbox.due(tx, "web", NOW, 10)] == ["网页"]
    assert await due(database) == ["电报"]


async def test_what_left_lately_is_counted_by_channel_and_by_parts_oldest_first(database: Database) -> None:
    await writes(database, *((1, str(number), outbox.NEWS) for number in range(3)), (2, "别人", outbox.NEWS))
    async with database.write() as tx:
        web = await accounts.find_or_add(tx, "web", "seat", NOW)
        outbox.add(tx, web, "网页", NOW)
    for letter, minutes, parts in ((1, -70, 1), (2, -50, 3), (5, -40, 1), (4, -30, 1)):
        async with database.write() as tx:
            await outbox.sent(tx, [Sent(letter, parts=parts)], NOW + timedelta(minutes=minutes))
    async with database.read() as tx:
        left = await outbox.left_since(tx, "telegram", NOW - timedelta(hours=1))
    assert [(account, (moment - NOW).total_seconds() / 60) for account, moment in left] == [(1, -50)] * 3 + [(2, -30)]


async def test_an_account_that_cannot_be_reached_is_given_up_whole(database: Database) -> None:
    await writes(database, (1, "一", outbox.ANSWER), (1, "二", outbox.NEWS), (2, "别人", outbox.ANSWER))
    async with database.write() as tx:
        assert await outbox.fail_all(tx, 1, "对方停用了机器人", NOW) == 2
        failures = await outbox.failures(tx, NOW, 10)
    assert [(each.name, each.why) for each in failures] == [(None, "对方停用了机器人")] * 2
    assert await due(database) == ["别人"]


async def test_the_newest_buttons_are_those_of_the_newest_letter(database: Database) -> None:
    await writes(database, (1, "一", outbox.ANSWER))
    async with database.write() as tx:
        outbox.add(tx, 1, "二", NOW, buttons=[["1 查看", "a:case:1"]])
        outbox.add(tx, 2, "别人", NOW, buttons=[["菜单", "w:menu"]])
    await changes(database, lambda tx: outbox.sent(tx, [Sent(1), Sent(2), Sent(3)], NOW))
    async with database.read() as tx:
        assert await told.last_buttons(tx, 1, NOW + timedelta(seconds=1)) == [["1 查看", "a:case:1"]]
        assert await told.last_buttons(tx, 3, NOW + timedelta(seconds=1)) == []


async def test_a_digit_means_what_was_on_the_screen_when_it_was_typed(database: Database) -> None:
    """Not what waits or is held, not what came afterwards; what left last counts, whenever it was written; and what it reads now."""
    await writes(database)

    def button(name: str) -> list[list[str]]:
        return [[name, f"a:{name}:1"]]

    async def shown(seconds: float) -> str:
        async with database.read() as tx:
            found = await told.last_buttons(tx, 1, NOW + timedelta(seconds=seconds))
        return found[0][0] if found else ""

    async with database.write() as tx:
        night = NOW + timedelta(seconds=30)
        held = await outbox.write(tx, 1, "夜里不打扰", NOW, buttons=button("held"), not_before=night)
        outbox.add(tx, 1, "回答", NOW, buttons=button("answer"), answers=1)
    assert await shown(1) == "answer"  # it leaves at once: perhaps it is not written down yet
    answer = 2
    await changes(database, lambda tx: outbox.sent(tx, [Sent(answer)], NOW + timedelta(seconds=1)))
    async with database.write() as tx:
        push = await outbox.write(tx, 1, "通知", NOW + timedelta(seconds=2), buttons=button("push"))
    assert await shown(9) == "answer"  # the push waits in a long line
    await changes(database, lambda tx: outbox.sent(tx, [Sent(push)], NOW + timedelta(seconds=10)))
    assert await shown(9) == "answer"
    assert await shown(11) == "push"
    await changes(database, lambda tx: outbox.sent(tx, [Sent(held)], NOW + timedelta(seconds=31)))
    assert await shown(30) == "push"
    assert await shown(32) == "held"
    await changes(database, lambda tx: outbox.edit(tx, held, "改了", NOW, buttons=button("edited")))
    assert await shown(33) == "edited"


async def test_pruning_leaves_what_waits_and_no_place_is_given_twice(database: Database) -> None:
    await writes(database, *((1, str(number), outbox.NEWS) for number in range(5)))
    await changes(database, lambda tx: outbox.sent(tx, [Sent(4), Sent(1), Sent(2), Sent(3)], NOW))
    async with database.read() as tx:
        last = (await told.before(tx, 1, 2**62, 1))[0]
    assert last.text == "2"
    async with database.write() as tx:
        assert await outbox.prune(tx, NOW + timedelta(days=1), 100) == 4
        await outbox.sent(tx, [Sent(5)], NOW)
        assert [each.text for each in await told.after(tx, 1, last.place, 10)] == ["4"]


# ── who writes ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_visitor_is_read_with_roles_consent_and_dialog_and_strangers_have_none(database: Database) -> None:
    async with database.write() as tx:
        first, second = await some_accounts(tx)
        unit = await people.unit_named(tx, "虚构县水利局")
        person = await people.add(tx, Person(name="赵科"), NOW)
        for role in (Role("staff", unit), Role("cadre", None)):
            assert await people.give_role(tx, person, role)
            assert not await people.give_role(tx, person, role)
        assert await accounts.bind(tx, first, person, NOW)
        assert not await accounts.bind(tx, first, person, NOW)
        found = await accounts.visitors(tx, [first, second])
    assert set(found[first].roles) == {Role("staff", unit), Role("cadre", None)}
    assert (found[first].name, found[first].consent_version, found[first].dialog) == ("赵科", None, None)
    assert (found[second].person_id, found[second].name, found[second].roles) == (None, "", ())
    async with database.read() as tx:
        with pytest.raises(LookupError):
            await accounts.visitor(tx, 99)

"""The two files that the desk is measured on hold what the measurement says they hold. How long anything takes is no matter here."""

import asyncio
from pathlib import Path

import pytest

from bench.desk import DEEDS, MEMBERS, Office, Pair, by_turns, open_office, render
from bench.desk_files import NUMBER, RARE_AGES, SPEAKER_AGES, SPEAKER_NAME, UNFINISHED, File, OldCase
from bench.desk_words import COMMON, NOWHERE, PHRASE, RARE
from storage import case_lists
from storage.case_lists import Scope
from storage.database import Row

EVERYBODY, FIRST_UNIT = Scope(True), Scope(False, (1,))
FEW, MANY, NOTHING_FINISHED = "few", "many", "nothing finished"
FILES = {FEW: (1000, UNFINISHED), MANY: (1500, UNFINISHED), NOTHING_FINISHED: (1000, 1000)}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, File]:
    """The files of the measurement, the large one not quite so large."""
    folder = tmp_path_factory.mktemp("desk")
    made = {name: File(folder / f"{name}.db", *size) for name, size in FILES.items()}
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        for each in made.values():
            runner.run(each.make())
    return made


async def rows(office: Office, sql: str, *values: object) -> list[Row]:
    async with office.database.read() as tx:
        return await tx.all(sql, *values)


async def found(office: Office, words: str, scope: Scope = EVERYBODY) -> list[str]:
    async with office.database.read() as tx:
        return [each.number for each in await case_lists.search(tx, scope, words, 100)]


def test_a_case_is_the_same_each_time_it_is_made() -> None:
    for age in (0, 77, 433, 999):
        one, again = (OldCase(age, 1000, age >= UNFINISHED) for _ in range(2))
        assert (one.row("1"), [*one.entries()]) == (again.row("1"), [*again.entries()])


@pytest.mark.parametrize("name", FILES)
async def test_a_file_is_whole(files: dict[str, File], name: str) -> None:
    file = files[name]
    async with open_office(file) as office:
        assert await rows(office, "PRAGMA foreign_key_check") == []
        assert [*map(tuple, await rows(office, "SELECT count(*), count(closed_at) FROM cases"))] == [
            (file.cases, file.cases - file.unfinished)
        ]
        for table in ("(SELECT case_id FROM case_clocks)", "(SELECT subject_id AS case_id FROM reminders)"):
            running = f"SELECT count(DISTINCT c.id), count(c.closed_at) FROM {table} t JOIN cases c ON c.id = t.case_id"
            assert tuple((await rows(office, running))[0]) == (file.unfinished, 0)
        [[unfindable]] = await rows(
            office, "SELECT count(*) FROM case_entries WHERE words <> '' AND id NOT IN (SELECT rowid FROM case_search)"
        )
        assert unfindable == 0


async def test_the_unfinished_cases_of_both_files_are_the_same(files: dict[str, File]) -> None:
    newest = """
    SELECT c.person_id, c.urgent, c.state, c.owner_id, c.handed_to, c.promised_on, c.waiting_since, c.snoozed_until, c.closed_at,
           e.at, e.author_id, e.kind, e.words
    FROM cases c JOIN case_entries e ON e.case_id = c.id WHERE c.id > ? ORDER BY e.id"""
    seen = []
    for name in (FEW, MANY):
        async with open_office(files[name]) as office:
            seen.append(await rows(office, newest, files[name].cases - UNFINISHED))
    assert seen[0] == seen[1]


@pytest.mark.parametrize("name", FILES)
async def test_what_is_searched_for_is_there(files: dict[str, File], name: str) -> None:
    async with open_office(files[name]) as office:
        for scope in (EVERYBODY, FIRST_UNIT):
            assert (await found(office, NUMBER, scope))[0] == NUMBER
            assert len(await found(office, SPEAKER_NAME, scope)) == len(SPEAKER_AGES) + len(RARE_AGES) + 2
            assert len(await found(office, RARE, scope)) == len(RARE_AGES)
            assert len(await found(office, COMMON, scope)) >= 9
        assert len(await found(office, PHRASE)) >= 9
        assert await found(office, NOWHERE) == []


@pytest.mark.parametrize("member", MEMBERS)
async def test_every_folder_holds_something_for_whoever_looks(files: dict[str, File], member: str) -> None:
    async with open_office(files[MANY]) as office:
        desk = await office.desk(MEMBERS[member])
        async with office.database.read() as tx:
            counts = await case_lists.counts(tx, desk)
    assert {folder for folder, count in counts.items() if count == 0} == set()


async def test_every_deed_is_answered_as_it_must_be(files: dict[str, File]) -> None:
    async with open_office(files[FEW]) as office:
        for deed in DEEDS:
            for person in MEMBERS.values():
                await office.turn(person, deed)


async def test_calls_on_the_two_files_take_turns() -> None:
    called = []

    async def call(name: str, seconds: float) -> float:
        called.append(name)
        return seconds

    assert await by_turns(lambda: call("few", 1), lambda: call("many", 3)) == Pair(1, 3)
    assert called[::2] == ["few"] * (len(called) // 2)
    assert called[1::2] == ["many"] * (len(called) // 2)


def test_the_table_has_a_row_for_each_deed(tmp_path: Path) -> None:
    played = {
        (deed.name, member): [(Pair(0.001, 0.002), Pair(0.004, 0.004))] * 3 for deed in DEEDS for member in MEMBERS
    }
    lines = render("Title", played).splitlines()
    assert len(lines) == 2 + len(DEEDS)
    assert lines[2].split() == ["counts", *["1.00", ">", "2.00", "2.00", "4.00", ">", "4.00", "1.00"] * 2]

"""What the benchmarks of gatherings and of the clock play is what they say. How long anything takes is no matter here."""

from pathlib import Path

import pytest

from bench import briefings, reminders, stampede
from bench.reminders import NotAllSaid, Pair
from bench.stampede import Run, WrongLine
from storage.database import open_database


async def test_a_stampede_is_played_by_chat_and_by_the_rule(tmp_path: Path) -> None:
    run = await stampede.play(tmp_path / "few.db", 40)
    assert run.people == 40 and run.chat_seconds > 0 and run.rule_seconds > 0


async def test_a_wrong_line_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def nobody(*_: object) -> float:
        return 1.0

    monkeypatch.setattr(stampede, "_by_rule", nobody)
    with pytest.raises(WrongLine):
        await stampede.play(tmp_path / "few.db", 5)


async def test_reminders_are_said_again_in_each_round(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reminders, "DUE", 60)
    few, many = tmp_path / "few.db", tmp_path / "many.db"
    await reminders.make(few, 10)
    await reminders.make(many, 400)
    played = await reminders.play(few, many, 2)
    assert {name: len(pairs) for name, pairs in played.items()} == {"scan": 2, "day": 2, "start": 2}
    database = await open_database(many)
    async with database.read() as tx:
        rows = await tx.all("SELECT state, count(*) FROM reminders WHERE kind = 'gathering.sure' GROUP BY state")
    await database.close()
    assert {row[0]: row[1] for row in rows} == {"waiting": 40, "fired": 359, "late": 1}


async def test_a_letter_that_is_missing_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reminders, "DUE", 20)
    await reminders.make(tmp_path / "one.db", 10)
    database = await open_database(tmp_path / "one.db")
    monkeypatch.setattr(reminders, "DUE", 21)
    with pytest.raises(NotAllSaid):
        await reminders._start(database)
    await database.close()


async def test_briefings_are_found_by_every_row_of_the_table(tmp_path: Path) -> None:
    few, many = tmp_path / "few.db", tmp_path / "many.db"
    await briefings.make(few, 20)
    await briefings.make(many, 40)
    played = await briefings.play(few, many, 1)
    assert {name: len(pairs) for name, pairs in played.items()} == dict.fromkeys(briefings.DEEDS, 1)
    assert len(briefings.render(played).splitlines()) == 6


def test_the_tables_have_a_row_for_each() -> None:
    lines = stampede.render({people: [Run(people, 2, 1)] for people in stampede.CROWDS}).splitlines()
    assert lines[1].split() == ["100", "people", "50", "2.00", "s", "100"]
    lines = reminders.render({name: [Pair(0.001, 0.002)] for name in reminders.DEEDS}).splitlines()
    assert lines[1].split() == ["scan", "1.00", "ms", "2.00", "ms", "2.00"]

"""What the benchmark of delivery plays is what it says. How long anything takes is no matter here."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bench import delivery
from bench.delivery import Cost, Told

STATES = "SELECT priority, state, count(*) FROM outbox GROUP BY priority, state ORDER BY priority, state"


async def made(path: Path, queued: int, *, held: bool) -> Path:
    await delivery.make(path, queued, held=held)
    return path


async def test_a_process_sends_what_is_due_and_only_answers_when_all_else_is_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "SENDS", 20)
    due = await made(tmp_path / "due.db", 50, held=False)
    held = await made(tmp_path / "held.db", 50, held=True)
    for path, answers in ((due, 0), (held, 20)):
        found = delivery.cost(path, answers)
        assert found.seconds > 0 and found.most > 1_000_000
    with closing(sqlite3.connect(due)) as file:
        assert next(row for row in file.execute(STATES) if row[1] == "sent")[2] >= 20
    with closing(sqlite3.connect(held)) as file:
        assert file.execute(STATES).fetchall() == [(0, "sent", 20), (5, "waiting", 50)]


async def test_a_notice_runs_within_the_limit_and_everybody_who_writes_is_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, seconds in {"FIRST_SECONDS": 0.1, "LIMIT_SECONDS": 0.5, "LAST_SECONDS": 3.0}.items():
        monkeypatch.setattr(delivery, name, seconds)
    path = tmp_path / "limited.db"
    await delivery.make(path, 1_000, held=False, people=50)
    told = await delivery.limited(path)
    assert 0 < told.messages <= delivery.CAP
    assert told.waits and all(wait >= 0 for wait in told.waits)


def test_the_tables_have_a_row_for_each() -> None:
    one, other = Cost(0.001, 0.001, 0, 40e6), Cost(0.002, 0.001, 0, 40e6)
    lines = delivery.render_queued({"due now": [(one, other)]}).splitlines()
    assert lines[1].split() == ["due", "now,", "ms", "a", "letter", "1.00", "2.00", "2.00"]
    lines = delivery.render_limited({"notice": [Told(120, 0.002, [0.01, 0.02])]}).splitlines()
    assert lines[1].split() == ["notice", "50.0%", "2.00", "20.0", "20.0"]

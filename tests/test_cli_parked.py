"""`python -m bot parked`: what became of messages whose turn raised."""

import time
from datetime import timedelta
from pathlib import Path

from storage import accounts, inbox, people
from storage.accounts import Role
from storage.database import Tx
from storage.inbox import Arrival
from storage.people import Person
from tests.command_line import CAP_SECONDS, NOW, CommandLine

TRACE = "Traceback (most recent call last):\n  File x, line 1\nValueError: 我的电话是 13800000001"


def office(folder: Path, parked: int = 2) -> CommandLine:
    """王老 said something three times; so many of these were put aside, the others handled."""
    cli = CommandLine(folder)

    async def fill(tx: Tx) -> None:
        person = await people.add(tx, Person("王老"), NOW)
        await people.give_role(tx, person, Role("cadre", None))
        account = await accounts.find_or_add(tx, "telegram", "1001", NOW)
        await accounts.bind(tx, account, person, NOW)
        for number in range(1, 4):
            moment = NOW + timedelta(minutes=number)
            await inbox.add(tx, [Arrival("telegram", f"u{number}", account, "words", "菜单", None, (), moment)], moment)
        for number in range(1, 4):
            await (inbox.park(tx, number, TRACE) if number <= parked else inbox.handled(tx, [number]))

    cli.does(fill)
    return cli


def test_messages_put_aside_are_listed_with_reference_time_and_channel(tmp_path: Path) -> None:
    outcome = office(tmp_path)("parked")
    assert outcome.code == 0
    assert outcome.said.splitlines() == [
        "放在一边的消息有 2 条。",
        "T1  2026-11-22 11:01:00  telegram  ValueError",
        "T2  2026-11-22 11:02:00  telegram  ValueError",
    ]


def test_one_of_them_shows_its_traceback_without_telephone_numbers(tmp_path: Path) -> None:
    outcome = office(tmp_path)("parked", "T2")
    assert outcome.code == 0
    assert "File x, line 1" in outcome.said
    assert "13800000001" not in outcome.said


def test_nothing_put_aside_is_said_so(tmp_path: Path) -> None:
    cli = office(tmp_path, parked=0)
    assert cli("parked").said == "没有放在一边的消息。\n"
    assert "没有放在一边的消息 T1" in cli("parked", "1").refused
    assert "没有放在一边的消息 T1" in cli("parked", "retry", "1").refused


def test_a_retried_message_has_its_turn_at_the_next_start(tmp_path: Path) -> None:
    cli = office(tmp_path)
    assert cli("parked", "retry", "T1").code == 0
    assert cli.reads("SELECT state, starts, trace FROM inbox ORDER BY id") == [
        ("waiting", 0, None),
        ("parked", 0, TRACE),
        ("handled", 0, None),
    ]
    assert cli.reads("SELECT deed, subject FROM audit") == [("message.retried", "inbox:1")]
    with cli.running() as bot:
        until = time.monotonic() + CAP_SECONDS
        while bot.asks("GET", "/healthz")[1]["inbox"]["waiting"]:
            assert time.monotonic() < until
        bot.ends()
    assert cli.reads("SELECT state FROM inbox WHERE id = 1") == [("handled",)]
    assert cli.reads("SELECT count(*) FROM outbox WHERE answers = 1")[0][0] > 0


def test_a_command_that_makes_no_sense_is_refused_with_code_2(tmp_path: Path) -> None:
    cli = office(tmp_path)
    assert cli("parked", "again", "T1").code == 2
    assert cli("parked", "first").code == 2
    assert cli("parked", "first").refused == "编号要写成 T123 这样，不能是 first。\n"

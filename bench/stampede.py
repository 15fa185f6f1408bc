"""`python -m bench stampede`: everybody presses 报名 in the same moment for thirty places. Sign-ups a second, from stored to answered.

the chat    two presses each (【报名】, 【确认提交】): messages stored at once, turns in batches, answers in the outbox
the rule    `signing.sign_up` alone, as many in a commit as turns share one
"""

from __future__ import annotations

import asyncio
import statistics
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter

from bot.config import Config
from bot.intake import BATCH, Intake
from bot.office import office_from
from handlers.act import Act
from handlers.converse import take_turn
from handlers.gatherings import signing
from handlers.gatherings.signing import Wish
from storage import gatherings, signups
from storage.database import Database, open_database
from storage.gatherings import Gathering
from tests.stampede import Cadre, Crowd, add_crowd

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # a Monday, ten in the morning at the office
CROWDS = (100, 1_000, 5_000)
PLACES = 30
OFFICE = office_from(Config())


class WrongLine(Exception):
    """Too many have a place, or somebody is missing: then the time means nothing."""


@dataclass(frozen=True)
class Run:
    people: int
    chat_seconds: float
    rule_seconds: float


async def play(path: Path, people: int) -> Run:
    """Let so many press. Raises WrongLine."""
    database = await open_database(path)
    try:
        cadres = await add_crowd(database, people, OFFICE.consent_version, NOW)
        by_chat, by_rule = [await _gathering(database, cadres[0], number) for number in (1, 2)]
        chat = await _by_chat(database, cadres, by_chat)
        rule = await _by_rule(database, cadres, by_rule)
        for each in (by_chat, by_rule):
            await _check(database, each, people)
        return Run(people, chat, rule)
    finally:
        await database.close()


async def _gathering(database: Database, maker: Cadre, number: int) -> Gathering:
    starts = NOW + timedelta(days=7)
    new = Gathering(
        "合唱排练",
        "song",
        starts,
        starts + timedelta(hours=2),
        "多功能厅",
        NOW - timedelta(hours=1),
        starts - timedelta(days=1),
        made_by=maker.person_id,
        uid=f"stampede {number}",
        seed="stampede",
        capacity=PLACES,
    )
    async with database.write() as tx:
        return await gatherings.add(tx, new, NOW)


def _nothing() -> None:
    """Nobody delivers and nobody reminds here."""


async def _by_chat(database: Database, cadres: list[Cadre], each: Gathering) -> float:
    crowd = Crowd(database, Intake(database, lambda: OFFICE, take_turn, lambda: NOW, _nothing, _nothing), cadres)
    begun = perf_counter()
    await crowd.presses_choice(f"a:signup:{each.id}", NOW)
    await crowd.presses_label("确认提交", NOW)
    return perf_counter() - begun


async def _by_rule(database: Database, cadres: list[Cadre], each: Gathering) -> float:
    wishes = [Wish(one.person_id, one.person_id, one.account_id) for one in cadres]
    begun = perf_counter()
    for first in range(0, len(wishes), BATCH):
        async with database.write() as tx:
            for wish in wishes[first : first + BATCH]:
                await signing.sign_up(Act(tx, OFFICE, NOW), each, wish)
    return perf_counter() - begun


async def _check(database: Database, each: Gathering, people: int) -> None:
    async with database.read() as tx:
        line = [one.state for one in await signups.of_gathering(tx, each.id)]
    if line != ["in"] * min(PLACES, people) + ["waiting"] * max(0, people - PLACES):
        raise WrongLine(f"{line.count('in')} have a place, {line.count('waiting')} wait, of {people}")


def measure(directory: Path, rounds: int) -> str:
    """Play all rounds in this directory and return the table. Raises WrongLine."""
    runs: dict[int, list[Run]] = {people: [] for people in CROWDS}
    for number in range(rounds):
        for people in CROWDS:
            runs[people].append(asyncio.run(play(directory / f"stampede-{number}-{people}.db", people)))
        print(f"round {number + 1}  stampede", file=sys.stderr, flush=True)
    return render(runs)


def render(runs: dict[int, list[Run]]) -> str:
    """Return the table: medians of the rounds, sign-ups a second and how long the last one waited for the answer."""
    lines = [f"{PLACES} places{'':14}chat /s   last answer after   rule /s"]
    for people, played in runs.items():
        chat = statistics.median(each.chat_seconds for each in played)
        rule = statistics.median(each.rule_seconds for each in played)
        lines.append(f"{people:>6,} people{people / chat:>18,.0f}{chat:>18.2f} s{people / rule:>10,.0f}")
    return "\n".join(lines)

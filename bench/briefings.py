"""`python -m bench briefings`: finding in the briefings, with 100 of them in the file and with 10,000.

word       查 a word that one in five briefings holds; the best first, each with its passage
two        two words that need not stand side by side
number     a number that one briefing holds
character  a single character that every briefing holds
question   a question out of the blue, answered with the passages that fit it well
"""

from __future__ import annotations

import asyncio
import random
import statistics
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter

from bot.config import Config
from bot.office import office_from
from handlers.act import Act
from handlers.briefings import finding, publishing
from handlers.briefings.finding import Passage
from handlers.briefings.publishing import Written
from storage import people
from storage.briefings import PUBLIC
from storage.database import Database, open_database
from storage.people import Person

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
FEW, MANY = 100, 10_000
AT_ONCE = 500  # written in one transaction
CALLS = 5  # of each in one round
SHOWN = 6
OFFICE = office_from(Config())
ARTICLE = Path(__file__).parent.parent / "tests" / "article.txt"
SENTENCES = 12  # of a briefing, drawn from the article


class NothingFound(Exception):
    """A search that found nothing: then the time means nothing."""


async def make(path: Path, count: int) -> None:
    """Write a file with so many briefings, published an hour apart."""
    drawn = random.Random(1)
    sentences = [
        each.strip() for each in ARTICLE.read_text(encoding="utf-8").replace("\n", "").split("。") if each.strip()
    ]
    database = await open_database(path)
    try:
        async with database.write() as tx:
            author = await people.add(tx, Person(name="赵科"), NOW)
        for start in range(0, count, AT_ONCE):
            async with database.write() as tx:
                for number in range(start, min(count, start + AT_ONCE)):
                    act = Act(tx, OFFICE, NOW - timedelta(hours=number))
                    await _publish(act, number, drawn.sample(sentences, SENTENCES), author)
    finally:
        await database.close()


async def _publish(act: Act, number: int, sentences: list[str], author: int) -> None:
    text = "。\n".join(sentences) + f"。本期编号{number:06d}。"
    written = Written(PUBLIC, "policy", f"第{number}期 {sentences[0][:20]}", "县融媒体中心", sentences[0], text)
    briefing = await publishing.draft(act, written, author)
    await publishing.publish(act, briefing.id)


# ── what is done ────────────────────────────────────────────────────────────────────────────────────────────────────

DEEDS: Mapping[str, Callable[[Act], Awaitable[list[Passage]]]] = {
    "word": lambda act: finding.search(act, "医药费", SHOWN),
    "two": lambda act: finding.search(act, "发票 老校长", SHOWN),
    "number": lambda act: finding.search(act, "编号０００００７", SHOWN),
    "character": lambda act: finding.search(act, "局", SHOWN),
    "question": lambda act: finding.answers(act, "医药费怎么报销", SHOWN),
}


async def _seconds(database: Database, doing: Callable[[Act], Awaitable[list[Passage]]]) -> float:
    """Return how many seconds one takes, the median of several. Raises NothingFound."""
    taken = []
    async with database.read() as tx:
        for _ in range(CALLS):
            begun = perf_counter()
            found = await doing(Act(tx, OFFICE, NOW))
            taken.append(perf_counter() - begun)
            if not found:
                raise NothingFound("a search found nothing")
    return statistics.median(taken)


@dataclass(frozen=True)
class Pair:
    """What one round gave: seconds with few briefings and with many."""

    few: float
    many: float


Played = dict[str, list[Pair]]


async def play(few: Path, many: Path, rounds: int) -> Played:
    """Do each on the two files in turn. Raises NothingFound."""
    played: Played = {name: [] for name in DEEDS}
    one, other = await open_database(few), await open_database(many)
    try:
        for number in range(rounds):
            for name, doing in DEEDS.items():
                played[name].append(Pair(await _seconds(one, doing), await _seconds(other, doing)))
            print(f"round {number + 1}  briefings", file=sys.stderr, flush=True)
    finally:
        await one.close()
        await other.close()
    return played


def measure(directory: Path, rounds: int) -> str:
    """Make the files in this directory, play all rounds and return the table. Raises NothingFound."""
    paths = {count: directory / f"briefings-{count}.db" for count in (FEW, MANY)}
    for count, path in paths.items():
        print(f"making {count:,} briefings", file=sys.stderr, flush=True)
        asyncio.run(make(path, count))
    return render(asyncio.run(play(paths[FEW], paths[MANY], rounds)))


def render(played: Played) -> str:
    """Return the table: medians in milliseconds, and the median of the rounds' own ratios."""
    lines = [f"{'':<12}{FEW:>10,} briefings{MANY:>12,} briefings        x"]
    for name, pairs in played.items():
        few, many = (statistics.median(each) * 1000 for each in zip(*((p.few, p.many) for p in pairs), strict=True))
        ratio = statistics.median(pair.many / pair.few for pair in pairs)
        lines.append(f"{name:<12}{few:>17.2f} ms{many:>19.2f} ms{ratio:>9.2f}")
    return "\n".join(lines)

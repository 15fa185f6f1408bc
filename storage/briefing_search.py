"""The search of published briefings: pairs of characters of title and text in an FTS5 table, ranked by bm25 with the title in front."""

from dataclasses import dataclass

from storage.briefings import Briefing
from storage.database import Tx
from storage.grams import grams

TITLE_WEIGHT = 6.0  # a word in the title says more about a briefing than one in its text
INDEX = "INSERT INTO briefing_search (rowid, title, body) VALUES (?, ?, ?)"
# The table keeps no words, so it must be told what to take out: https://www.sqlite.org/fts5.html#the_delete_command
TAKE_OUT = "INSERT INTO briefing_search (briefing_search, rowid, title, body) VALUES ('delete', ?, ?, ?)"


async def put(tx: Tx, briefing: Briefing) -> None:
    """Let a briefing be found. Once for each: what changes is taken out first, as it was put in."""
    await tx.run(INDEX, briefing.id, grams(briefing.title), _body(briefing))


async def take_out(tx: Tx, briefing: Briefing) -> None:
    """Let a briefing be found no more; its words must be those that were put in."""
    await tx.run(TAKE_OUT, briefing.id, grams(briefing.title), _body(briefing))


def _body(briefing: Briefing) -> str:
    return grams(f"{briefing.summary}\n{briefing.text}\n{briefing.source}")


@dataclass(frozen=True, slots=True)
class Found:
    briefing_id: int
    rank: float  # the smaller the better


FIND = f"""
SELECT rowid, bm25(briefing_search, {TITLE_WEIGHT}, 1.0) AS best FROM briefing_search
WHERE briefing_search MATCH ? ORDER BY best, rowid DESC LIMIT ?"""


async def find(tx: Tx, match: str, limit: int) -> list[Found]:
    """Return what an expression of `storage.grams` matches, the best first; of equals the newest first."""
    return [Found(int(row[0]), float(row[1])) for row in await tx.all(FIND, match, limit)]

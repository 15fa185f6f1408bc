"""Finding in the briefings: for a search the best first, each with the passage; for a question out of the blue only what fits well.

Nothing here makes up a word: what is shown stands in a briefing.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from handlers.act import Act
from handlers.briefings.words import pages
from handlers.splitting import split_text
from storage import briefing_search, briefings
from storage.briefings import Briefing
from storage.grams import evened, parts, query, query_any

PIECE_UNITS = 70  # a passage is two pieces
FITS, FITS_WELL = 0.6, 0.75  # which share of what was asked for stands in title and passage
IN_PASSAGE = 0.5  # ... and in the passage itself
LOOKED_AT = 12  # briefings of which the passages are compared
LONGEST_QUESTION = 60  # characters; a long story is no question
MOST_CUT = 12  # pages of a turn that are cut into passages: those that hold most. Cutting one takes 2 ms at most.
FEWEST_PARTS = 2  # a single word (报销) says too little for an answer that nobody asked for, unless a title holds it

# What a question is asked with; the rest is what it is about.
_FILLER = re.compile(
    "请问|想问一下|问一下|问问|打听|我想知道|想知道|想了解|了解一下|告诉我|怎么样|怎么办|怎么|怎样|如何|什么时候|什么|多少|"
    "哪里|哪儿|哪些|哪个|哪天|为什么|为啥|能不能|可不可以|是不是|有没有|要不要|能否|可以|需要|几[点号次个天年位岁]|"
    "[我您你咱们吗呢吧啊呀的了是在要得着就都也还有能会该]"
)
QUESTION = re.compile(
    "怎么|怎样|如何|什么|多少|哪|几|吗|呢|能不能|可不可以|是不是|有没有|要不要|能否|为什么|为啥|请问|[?？]"
)


@dataclass(frozen=True, slots=True)
class Passage:
    """Where in a briefing something stands."""

    briefing: Briefing
    page: int  # from 1
    text: str
    fit: float  # which share of what was asked for stands in title and passage
    within: float  # ... and in the passage itself


async def search(act: Act, words: str, limit: int, skip: int = 0) -> list[Passage]:
    """Return what holds the words, the best first, then what nearly does."""
    wanted = parts(words)
    exact = await _found(act, query(words), skip + limit)
    found = [_passage(each, wanted) for each in exact]
    if len(found) < skip + limit:
        near = [each for each in await _found(act, query_any(words), LOOKED_AT) if each not in exact]
        found += [each for each in (_passage(one, wanted) for one in near) if each.fit >= FITS]
    return found[skip : skip + limit]


async def answers(act: Act, question: str, limit: int) -> list[Passage]:
    """Return what fits a question well, the best first; none when nothing does."""
    if len(question) > LONGEST_QUESTION:
        return []
    wanted = parts(about(question))
    wanted = [each for each in wanted if len(each) > 1] or wanted
    if not wanted:
        return []
    near = await _found(act, query_any(" ".join(wanted)), LOOKED_AT)
    found = [_passage(each, wanted) for each in near]
    if len(wanted) < FEWEST_PARTS:
        found = [each for each in found if len(wanted[0]) > 1 and _held(each.briefing.title, wanted)]
    fitting = [each for each in found if each.fit >= FITS_WELL and each.within >= IN_PASSAGE]
    return sorted(fitting, key=lambda each: -each.fit)[:limit]


def about(question: str) -> str:
    """Return what a question is about, without the words with which it is asked."""
    return " ".join(_FILLER.sub(" ", question).split())


def is_question(words: str) -> bool:
    return QUESTION.search(words) is not None


async def _found(act: Act, match: str | None, limit: int) -> list[Briefing]:
    if match is None:
        return []
    return [
        await briefings.by_id(act.tx, each.briefing_id) for each in await briefing_search.find(act.tx, match, limit)
    ]


def _passage(briefing: Briefing, wanted: Sequence[str]) -> Passage:
    """Return the passage of a briefing in which most of what is wanted stands; of equals the first.

    Only the pages that hold most are cut into passages: a passage never holds more than its page.
    """
    title = _held(briefing.title, wanted)
    best = Passage(briefing, 1, briefing.summary, -1.0, 0.0)
    held_by = {number: len(_held(page, wanted)) for number, page in enumerate(pages(briefing), 1)}
    promising = sorted(held_by, key=lambda number: (-held_by[number], number))[:MOST_CUT]
    for number in promising:
        if best.fit >= 0 and held_by[number] / max(1, len(wanted)) <= best.within:
            break
        for text in _windows(pages(briefing)[number - 1]):
            held = _held(text, wanted)
            if len(held) / max(1, len(wanted)) > best.within or best.fit < 0:
                whole = len(held | title) / max(1, len(wanted))
                best = Passage(briefing, number, text, whole, len(held) / max(1, len(wanted)))
    return best


def _windows(page: str) -> Iterator[str]:
    """Return the passages of a page: within a paragraph every two neighbouring pieces that end at sentences where they can."""
    for line in page.split("\n"):
        pieces = split_text(line, PIECE_UNITS)
        start = 0
        for place, piece in enumerate(pieces):
            start = line.index(piece, start)
            following = pieces[place + 1] if place + 1 < len(pieces) else ""
            end = line.index(following, start + len(piece)) + len(following) if following else start + len(piece)
            yield line[start:end]


def _held(text: str, wanted: Sequence[str]) -> set[str]:
    even = evened(text)
    return {each for each in wanted if each in even}

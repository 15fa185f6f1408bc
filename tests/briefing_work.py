"""What briefings are made of in tests: the article of an invented county, the real one where it is at hand, and staff's way to publish."""

from pathlib import Path

import pytest

from handlers.act import Act
from handlers.briefings import publishing
from handlers.briefings.files import Article, read_article
from handlers.briefings.publishing import Written
from handlers.briefings.words import first_sentences
from storage.briefings import PUBLIC, Briefing
from tests.conversation import Conversation

OURS = Path(__file__).parent / "article.txt"
# The article that the office's own briefings are like. It is not ours to hand on, so it stands outside; where it is missing, ours serves.
_BESIDE = [each / "shared/facts/000_d789f10739634702.txt" for each in Path(__file__).parents]
REAL = next((each for each in _BESIDE if each.exists()), _BESIDE[0])

both_articles = pytest.mark.parametrize(
    "article",
    [
        pytest.param(OURS, id="ours"),
        pytest.param(REAL, id="real", marks=pytest.mark.skipif(not REAL.exists(), reason="the article is not here")),
    ],
)


def article_of(path: Path) -> Article:
    return read_article(path.read_bytes(), "article.txt")


async def publishes(talk: Conversation, title: str, text: str, **more: str) -> Briefing:
    """Put a briefing into the archive as if two persons had seen to it, and return it."""
    written = Written(PUBLIC, "policy", title, "县融媒体中心", first_sentences(text), text)
    async with talk.database.write() as tx:
        act = Act(tx, talk.office, talk.clock())
        briefing = await publishing.draft(act, written, talk.ids["赵科"])
        assert await publishing.publish(act, briefing.id)
    return briefing

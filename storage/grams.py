"""Full-text search of Chinese, which has no spaces: a text is stored as its pairs of characters, and a search looks for pairs.

Plain words without a database: what `grams` returns goes into an FTS5 table (or, as it is, into PostgreSQL's 'simple' tsvector),
what `query` returns into its MATCH.
"""

import re
import unicodedata

TOKENIZER = "unicode61 remove_diacritics 0 categories 'L* N* Co Cn'"
"""The tokenizer of the FTS5 table: our tokens survive whole, é is not e, and a character newer than SQLite's Unicode (Cn) is none
to be dropped."""

_HAN = "\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # with 々 and 〇
_RUN = re.compile(rf"([{_HAN}]+)|([^\W_{_HAN}]+)")


def grams(text: str) -> str:
    """Return the tokens to store for a text: of each run of Chinese the pairs and the last character, of others the whole run.

    暖气费3号 -> 暖气 气费 费 3 号. The single character ends a run, so that no phrase of pairs can reach into the next one.
    """
    tokens: list[str] = []
    for chinese, other in _runs(text):
        tokens += [*_pairs(chinese), chinese[-1]] if chinese else [other]
    return " ".join(tokens)


def query(text: str) -> str | None:
    """Return the MATCH expression for all texts that hold the given words, or None when nothing can be searched for.

    Chinese is found anywhere, letters and digits from the beginning of a word or a number. No input is a syntax error.
    """
    terms = dict.fromkeys(_term(chinese, other) for chinese, other in _runs(text))
    return " AND ".join(terms) or None


def query_any(text: str) -> str | None:
    """Return the MATCH expression for all texts that hold any part of the given words, or None: for ranking what nearly fits."""
    return " OR ".join(f'"{each}"*' for each in parts(text)) or None


def parts(text: str) -> list[str]:
    """Return what words are compared by, each once: the pairs of runs of Chinese, a single character, other runs whole."""
    found = [
        part for chinese, other in _runs(text) for part in (_pairs(chinese) if len(chinese) > 1 else [chinese or other])
    ]
    return list(dict.fromkeys(found))


def _term(chinese: str, other: str) -> str:
    if len(chinese) > 1:
        return f'"{" ".join(_pairs(chinese))}"'
    return f'"{chinese or other}"*'


def _pairs(chinese: str) -> list[str]:
    return [chinese[start : start + 2] for start in range(len(chinese) - 1)]


def _runs(text: str) -> list[tuple[str, str]]:
    """Return the runs of a text in one writing, each as (Chinese, '') or ('', letters and digits); what lies between is dropped."""
    return _RUN.findall(evened(text))


def evened(text: str) -> str:
    """Return a text as the search sees it: full-width forms like narrow ones, small letters."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())

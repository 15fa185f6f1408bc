"""Full-text search of Chinese: what is stored, what is asked for, and that SQLite's FTS5 finds exactly that."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from storage.grams import TOKENIZER, grams, query

MIGRATIONS = Path(__file__).parent.parent / "storage" / "migrations"
QUIETLY = settings(derandomize=True, deadline=None, database=None, max_examples=150)
HAN = st.sampled_from("暖气费不热水管漏的一二了𠮷〇")  # few, so that they meet again and again; one beyond 16 bits
RUN = st.text(HAN, min_size=1, max_size=8)
BETWEEN = st.sampled_from([" ", "，", "。", "\n", "3", "abc", "😀", "(", "_"])


class Texts:
    """A search table as the office has it, for a few texts."""

    def __init__(self) -> None:
        self._connection = sqlite3.connect(":memory:")
        self._connection.execute(f"CREATE VIRTUAL TABLE t USING fts5 (grams, content = '', tokenize = \"{TOKENIZER}\")")
        self.close = self._connection.close

    def found(self, words: str, *texts: str) -> list[int]:
        """Return which of these texts are found, and forget them."""
        self._connection.execute("INSERT INTO t (t) VALUES ('delete-all')")
        for number, text in enumerate(texts):
            self._connection.execute("INSERT INTO t (rowid, grams) VALUES (?, ?)", (number, grams(text)))
        match = query(words)
        if match is None:
            return []
        rows = self._connection.execute("SELECT rowid FROM t WHERE t MATCH ? ORDER BY rowid", (match,))
        return [number for (number,) in rows]


@pytest.fixture(scope="module")
def texts() -> Iterator[Texts]:
    with closing(Texts()) as table:
        yield table


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("暖气费", "暖气 气费 费"),
        ("暖", "暖"),
        ("暖气，费", "暖气 气 费"),
        ("３号楼 WiFi", "3 号楼 楼 wifi"),
        ("case2026-15", "case2026 15"),
        ("〇五年々", "〇五 五年 年々 々"),
        ("⼼脏", "心脏 脏"),
        ("。！😀_\0", ""),
        ("", ""),
    ],
)
def test_what_is_stored(text: str, stored: str) -> None:
    assert grams(text) == stored


@pytest.mark.parametrize(
    ("words", "match"),
    [
        ("暖", '"暖"*'),
        ("暖气", '"暖气"'),
        ("暖气费", '"暖气 气费"'),
        ("暖气 水管漏", '"暖气" AND "水管 管漏"'),
        ("暖气暖气", '"暖气 气暖 暖气"'),
        ("暖气 暖气", '"暖气"'),
        ("138", '"138"*'),
        ("3号楼", '"3"* AND "号楼"'),
        ("OR", '"or"*'),
        ('"暖气" NEAR(', '"暖气" AND "near"*'),
        ("", None),
        (" 。*\"'()-:^\0", None),
    ],
)
def test_what_is_asked_for(words: str, match: str | None) -> None:
    assert query(words) == match


@pytest.mark.parametrize(
    ("words", "text", "found"),
    [
        ("暖气", "我家暖气三天不热了", True),
        ("热", "我家暖气三天不热了", True),
        ("了", "我家暖气三天不热了", True),
        ("天不热", "我家暖气三天不热了", True),
        ("气不热", "我家暖气三天不热了", False),
        ("三天 暖气", "我家暖气三天不热了", True),
        ("三天 水管", "我家暖气三天不热了", False),
        ("138", "电话１３８００００００００", True),
        ("１３８００００００００", "电话13800000000", True),
        ("800", "电话13800000000", False),
        ("2026-15", "编号２０２６－１５", True),
        ("WIFI", "ｗｉｆｉ连不上", True),
        ("暖气费", "暖气，费用", False),
        ("e", "é", False),
    ],
)
def test_what_is_found(texts: Texts, words: str, text: str, found: bool) -> None:
    assert texts.found(words, text) == ([0] if found else [])


@QUIETLY
@given(st.lists(st.tuples(RUN, BETWEEN), min_size=1, max_size=5), st.data())
def test_every_part_of_a_run_is_found(texts: Texts, runs: list[tuple[str, str]], data: st.DataObject) -> None:
    run, _ = data.draw(st.sampled_from(runs))
    start = data.draw(st.integers(0, len(run) - 1))
    end = data.draw(st.integers(start + 1, len(run)))
    text = "".join(run + between for run, between in runs)
    assert texts.found(run[start:end], "别处", text) == [1]


@QUIETLY
@given(st.lists(st.tuples(RUN, BETWEEN), max_size=5), RUN)
def test_what_no_run_holds_is_not_found(texts: Texts, runs: list[tuple[str, str]], words: str) -> None:
    assume(not any(words in run for run, _ in runs))
    assert texts.found(words, "".join(run + between for run, between in runs)) == []


@QUIETLY
@given(RUN, RUN, st.sampled_from(["暖气费不", "别的", ""]))
def test_several_words_must_all_be_there(texts: Texts, one: str, other: str, more: str) -> None:
    holds_both = one in more and other in more
    assert texts.found(f"{one} {other}", f"{one}，{other}", more) == ([0, 1] if holds_both else [0])


@QUIETLY
@given(st.text("0123456789", min_size=1, max_size=18), st.data())
def test_a_number_is_found_by_its_beginning_in_either_width(texts: Texts, number: str, data: st.DataObject) -> None:
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in number)
    begun = data.draw(st.integers(1, len(number)))
    assert texts.found(number[:begun], f"电话{wide}，急") == [0]
    assert texts.found(wide[:begun], f"电话{number}，急") == [0]


OPERATORS = [
    '"',
    "*",
    "(",
    ")",
    "^",
    ":",
    "+",
    "-",
    "{",
    "}",
    " ",
    "\0",
    "😀",
    "AND",
    "OR",
    "NOT",
    "NEAR",
    "grams",
    "暖",
    "暖气费",
]


@pytest.mark.parametrize("text", ["\ud800", "NEAR(暖 气, 2)", '"" OR ""', "a* AND", "暖气" * 2000, "暖气 不热 " * 2000])
def test_no_operator_and_no_length_is_a_syntax_error(texts: Texts, text: str) -> None:
    assert texts.found(text, text) == ([0] if query(text) else [])


@QUIETLY
@given(st.one_of(st.text(), st.lists(st.sampled_from(OPERATORS)).map("".join), st.text(st.characters())))
def test_no_input_is_a_syntax_error_and_a_text_is_found_by_itself(texts: Texts, text: str) -> None:
    assert texts.found(text, text) == ([0] if query(text) else [])


def test_a_search_of_very_many_words_is_still_one(texts: Texts) -> None:
    words = " ".join(f"{number}号" for number in range(5000))
    assert texts.found(words, words, "暖气") == [0]


def test_the_table_of_the_office_is_made_with_this_tokenizer() -> None:
    sql = "".join(path.read_text(encoding="utf-8") for path in sorted(MIGRATIONS.glob("*.sql")))
    assert set(re.findall(r'USING fts5 .*tokenize = "(.*)"', sql)) == {TOKENIZER}


def test_every_chinese_character_survives_the_tokenizer(texts: Texts) -> None:
    """SQLite's Unicode is older than Python's, and a rare character in a name must not be lost."""
    blocks = (range(0x3400, 0x4DC0), range(0x4E00, 0xA000), range(0x20000, 0x32000))
    rare = "".join(chr(code) for block in blocks for code in block[::97])
    assert all(texts.found(character, rare, "暖气") == [0] for character in rare[::20])
    assert texts.found(rare, rare) == [0]

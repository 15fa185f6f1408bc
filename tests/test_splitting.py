"""Cutting texts, whatever they hold: nothing is lost, nothing is too long, and nothing that is read as one is cut through."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.splitting import split_text

THINGS = (  # what a reader could not put together again
    "https://www.example/zc/2026?id=5&p=2",
    "lgbj@office.example",
    "0359-7522345",
    "138 0013 8000",
    "13800138000",
    "2026年3月15日",
    "２０２６年１１月",
    "二〇二六年三月",
    "9:30",
    "1-2次",
    "3,000.50元",
    "62.5%",
    "百分之八十五",
    "WeChat",
)
words = st.text("暖气不热老干部政策学习讲话年", min_size=1, max_size=12)
clauses = st.tuples(  # between two things there are words, as in what people write
    words,
    st.sampled_from(THINGS) | st.just(""),
    words | st.just(""),
    st.sampled_from(["。", "。”", "，", "；", "！", "\n", "\n\n", " ", ""]),
).map("".join)
prose = st.lists(clauses, min_size=1, max_size=40).map("".join)
wild = st.text(st.sampled_from("暖气，。！\n 　ab1９.:-😀👨‍👩‍👧é🇨🇳👍🏽́️"), max_size=200) | st.text(max_size=80)
units_at_most = st.integers(2, 120)
bytes_at_most = st.none() | st.integers(4, 400)


def units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def without_space(text: str) -> str:
    return "".join(text.split())


def cuts(text: str, pieces: list[str]) -> list[int]:
    """Where in the text each piece but the last ends."""
    places, start = [], 0
    for piece in pieces:
        start = text.index(piece, start) + len(piece)
        places.append(start)
    return places[:-1]


@given(text=wild | prose, longest=units_at_most, longest_bytes=bytes_at_most)
def test_pieces_lose_nothing_but_white_space_and_none_is_too_long_or_empty(
    text: str, longest: int, longest_bytes: int | None
) -> None:
    pieces = split_text(text, longest, longest_bytes)
    assert without_space("".join(pieces)) == without_space(text)
    assert all(piece == piece.strip() and piece for piece in pieces)
    assert all(units(piece) <= longest for piece in pieces)
    if longest_bytes is not None:
        assert all(len(piece.encode("utf-8", "surrogatepass")) <= longest_bytes for piece in pieces)


@given(text=wild | prose)
def test_a_text_that_fits_stays_as_it_is(text: str) -> None:
    assert split_text(text, 10_000, 40_000) == ([text.strip()] if text.strip() else [])


@given(text=wild, longest=st.integers(24, 120), longest_bytes=st.none() | st.integers(80, 400))
def test_no_piece_ends_inside_a_character_as_people_see_it(text: str, longest: int, longest_bytes: int | None) -> None:
    """An accent, a variation, a skin colour stays with what it belongs to, and the parts of a family are not torn asunder.

    The characters here are no longer than 24 units; what is longer than a whole piece has to be cut.
    """
    text = re.sub("[\u0301\ufe0f\u200d\U0001f3fd]{3,}", "", text)  # a tower of accents is as long as one likes
    pieces = split_text(text, longest, longest_bytes)
    for place in cuts(text, pieces):
        before, behind = text[place - 1], text[place : place + 1]
        joins = behind in ("\u200d", "\ufe0f", "\U0001f3fd") or unicodedata.combining(behind or " ") > 0
        assert not joins, pieces
        assert before != "\u200d" or not unicodedata.category(behind).startswith("S"), pieces


@given(text=prose, longest=st.integers(48, 120), longest_bytes=st.none() | st.integers(144, 400))
def test_no_piece_ends_inside_an_address_a_number_or_a_date(text: str, longest: int, longest_bytes: int | None) -> None:
    """Where the things stand in the text is found by looking for them, not by the patterns that keep them whole."""
    places = set(cuts(text, split_text(text, longest, longest_bytes)))
    for thing in THINGS:
        for match in re.finditer(re.escape(thing), text):
            assert not places & set(range(match.start() + 1, match.end()))


@given(sentences=st.lists(st.text("暖气不热已经三天", min_size=1, max_size=20), min_size=2, max_size=60))
def test_it_cuts_where_a_sentence_ends_if_it_can(sentences: list[str]) -> None:
    """With sentences no longer than half a piece every cut can be at the end of one, and a closing quotation mark stays with it."""
    for end in ("。", "。”"):
        pieces = split_text("".join(f"{each}{end}" for each in sentences), 48)
        assert all(piece.endswith(end) for piece in pieces)


def test_a_paragraph_is_a_better_end_than_a_sentence() -> None:
    text = "甲" * 35 + "。\n" + "乙" * 10 + "。" + "丙" * 40 + "。"
    assert split_text(text, 50)[0] == "甲" * 35 + "。"


def test_it_does_not_cut_an_emoji_in_two() -> None:
    pieces = split_text("😀" * 3000, 4096)
    assert [len(piece) for piece in pieces] == [2048, 952]


def test_what_is_longer_than_a_piece_is_cut_all_the_same() -> None:
    address = "https://www.example/" + "a" * 100
    assert "".join(split_text(address, 50)) == address
    assert split_text("1" * 25, 10) == ["1" * 10, "1" * 10, "1" * 5]


def test_a_long_text_takes_time_in_proportion() -> None:
    """A megabyte is cut in one go: the work grows with the text, not with its square."""
    text = "按规定时限办理，不推诿。" * 30_000
    assert len(split_text(text, 400, 2048)) == pytest.approx(len(text) / 396, rel=0.05)


def test_limits_into_which_no_character_fits_are_refused() -> None:
    with pytest.raises(ValueError, match="no text fits"):
        split_text("你好", 1)
    with pytest.raises(ValueError, match="no text fits"):
        split_text("你好", 10, 3)

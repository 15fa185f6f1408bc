"""Where everything said has gone. Each token was said once, by one person; it must stand where people will look for it."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.month import people
from tests.month.checks import Book, Check

TOKEN = re.compile(r"第k\d+号")

SAID = """
SELECT i.id, i.words, i.media, p.name, i.account_id, coalesce(o.text, '') FROM inbox i
JOIN accounts a ON a.id = i.account_id JOIN persons p ON p.id = a.person_id LEFT JOIN outbox o ON o.answers = i.id
WHERE i.choice IS NULL AND (i.words LIKE '%第k%' OR i.media <> '[]') ORDER BY i.id"""
DIALOGS = "SELECT flow, state, answers FROM dialogs"
ANEW = "SELECT account_id, max(id) FROM inbox WHERE choice LIKE 'q:%:again' GROUP BY account_id"
CHANGED = """
SELECT account_id, max(id) FROM inbox WHERE choice LIKE 'q:%:review:!%' OR words = '返回' GROUP BY account_id"""


NOT_KEPT = (("offer", "no"), ("consent", "no"), ("withdraw", ""))  # 不用登记，随便说说; 不同意; 撤回同意


@dataclass
class Piece:
    """A token or a picture: who said it, and where it stands."""

    message: int
    said_by: str
    account_id: int
    answer: str
    cases: list[tuple[int, str]] = field(default_factory=list)  # case and kind, for each entry
    forms: list[tuple[str, str, str]] = field(default_factory=list)  # flow, state and what was chosen, for each dialog


def pieces(book: Book) -> dict[str, Piece]:
    """Return everything said that can be found again, by what it is found by."""
    found: dict[str, Piece] = {}
    for message, words, media, name, account, answer in book.connection.execute(SAID):
        for each in [*TOKEN.findall(words), *json.loads(media)]:
            found[each] = Piece(message, name, account, answer)
    for case_id, kind, words, media in book.connection.execute("SELECT case_id, kind, words, media FROM case_entries"):
        for each in {*TOKEN.findall(words), *json.loads(media)}:
            found[each].cases.append((case_id, kind))
    for flow, state, answers in book.connection.execute(DIALOGS):
        kept = json.loads(answers)
        way = kept.get("way", kept.get("agree", {})).get("value", "")
        for each in {*TOKEN.findall(answers), *re.findall(r"[\w-]{20,}", answers)} & found.keys():
            found[each].forms.append((flow, state, way))
    return found


def what_clients_say_stands_in_one_case_or_in_their_form(book: Book) -> Iterator[object]:
    """What a cadre or a relative says stands in one case, once; and once more each time it was said to be another matter (这是另一件事).

    If in none: in a form that is open, or was put aside or dropped, or that ended with 不用登记, 不同意 or 撤回.
    Nowhere is only what was told anew (重新说). A greeting, a chosen label and thanks are said without a token.
    """
    anew = dict(book.connection.execute(ANEW).fetchall())
    for each, piece in pieces(book).items():
        if piece.said_by in people.OFFICE:
            continue
        if piece.cases:
            set_apart = 0 if "您说：" in piece.answer else sum(flow == "offer" for flow, _, _ in piece.forms)
            right = len(piece.cases) <= 1 + set_apart
        elif piece.forms:
            right = any(state != "done" or (flow, way) in NOT_KEPT for flow, state, way in piece.forms)
        else:
            right = piece.message < anew.get(piece.account_id, 0)
        if not right:
            yield each, piece


def what_the_office_says_stands_in_one_case_or_in_its_form(book: Book) -> Iterator[object]:
    """What staff and leaders say in a form or a talk stands in one case; with what a leader signs, as proposed and as closed.

    If in none: in the form, where the case was not theirs any more. Nowhere is what was given another answer (改, 返回),
    and words said into a talk that had just ended: they are a search.
    """
    changed = dict(book.connection.execute(CHANGED).fetchall())
    for each, piece in pieces(book).items():
        if piece.said_by not in people.OFFICE:
            continue
        kinds = sorted(kind for _, kind in piece.cases)
        if piece.cases:
            right = len(piece.cases) == 1 or kinds == ["closed", "proposed"]
        else:
            searched = "没有找到有这几个字的困难" in piece.answer
            right = bool(piece.forms) or searched or piece.message < changed.get(piece.account_id, 0)
        if not right:
            yield each, piece


TALKED = """
SELECT a.at, substr(a.deed, 6), t.account_id, t.staff_account_id, a.account_id, a.actor_id, c.person_id FROM audit a
JOIN talks t ON t.id = json_extract(a.detail, '$.talk') JOIN cases c ON c.id = t.case_id WHERE a.detail LIKE '%"talk":%'"""
ENTRY = "SELECT words FROM case_entries WHERE at = ? AND kind = ? AND author_id IN (?, ?)"
LETTERS = """
SELECT count(*) FROM outbox
WHERE account_id = ? AND made_at = ? AND answers IS NULL AND (text LIKE '%：' || ? OR ? = '' AND text LIKE '%发来照片或文件：')"""
REFUSED = "SELECT count(*) FROM outbox WHERE account_id = ? AND made_at = ? AND text LIKE '这句话没有送到%'"


def what_is_said_in_a_talk_stands_in_the_case_and_reached_the_other_side(book: Book) -> Iterator[object]:
    """Each thing said in a talk is one entry of the case and one letter to the other side, or its speaker heard that it did not arrive."""
    for at, kind, client, staff, speaker, actor, person in book.connection.execute(TALKED):
        entries = book.connection.execute(ENTRY, (at, kind, actor, person)).fetchall()
        other = client if speaker == staff else staff
        words = entries[0][0] if entries else ""
        letters = book.connection.execute(LETTERS, (other, at, words, words)).fetchone()[0]
        refusals = book.connection.execute(REFUSED, (speaker, at)).fetchone()[0]
        if len(entries) != 1 or (letters, refusals) not in ((1, 0), (0, 1)):
            yield at, kind, actor, entries, letters, refusals


TOLD = "SELECT text FROM outbox o JOIN accounts a ON a.id = o.account_id JOIN persons p ON p.id = a.person_id WHERE o.answers IS NULL"


def a_reply_reaches_the_reporter_once(book: Book) -> Iterator[object]:
    """What staff reply or ask is pushed to one account, or to none, and then the telephone is left."""
    pushed = Counter(
        token
        for (text,) in book.connection.execute(TOLD)
        if re.search("答复您|想问您", text)
        for token in TOKEN.findall(text)
    )
    for each, piece in pieces(book).items():
        if [kind for _, kind in piece.cases] in (["replied"], ["asked"]) and pushed[each] > 1:
            yield each, piece, pushed[each]


WORDS: tuple[Check, ...] = (
    what_clients_say_stands_in_one_case_or_in_their_form,
    what_the_office_says_stands_in_one_case_or_in_its_form,
    what_is_said_in_a_talk_stands_in_the_case_and_reached_the_other_side,
    a_reply_reaches_the_reporter_once,
)

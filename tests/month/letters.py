"""What people were sent in the month: nobody what is another unit's, nobody the same twice, everybody an answer."""

import re
from collections import Counter
from collections.abc import Iterable

from tests.month import people
from tests.month.checks import Book, Check


def whoever_is_limited_hears_of_no_other_unit(book: Book) -> Iterable[object]:
    """Nothing that was ever sent to staff of one unit holds a number or a name of another's, but names that they typed themselves."""
    others = {
        str(row[0])
        for row in book.rows(f"""
        SELECT c.number FROM cases c JOIN persons p ON p.id = c.person_id LEFT JOIN units u ON u.id = p.unit_id
        WHERE coalesce(u.name, '') <> '{people.SCHOOL}'""")
    }
    of_limited = ", ".join(f"'{each}'" for each in people.LIMITED)
    typed = "\n".join(
        str(row[0])
        for row in book.rows(f"""
        SELECT i.words FROM inbox i JOIN accounts a ON a.id = i.account_id JOIN persons p ON p.id = a.person_id
        WHERE p.name IN ({of_limited})""")
    )
    names = {each for each in set(people.CADRES) - set(people.OF_SCHOOL) if each not in typed}
    texts = book.rows(f"""
        SELECT p.name, o.text || o.buttons FROM outbox o JOIN accounts a ON a.id = o.account_id JOIN persons p ON p.id = a.person_id
        WHERE p.name IN ({of_limited})""")
    for name, text in texts:
        found = others & set(re.findall(r"2026-\d+", str(text))) | {each for each in names if each in str(text)}
        if found:
            yield name, found, text


def a_closing_is_asked_about_twice_at_most(book: Book) -> Iterable[object]:
    """The cadre is asked whether it is solved once, once more after some days, then never."""
    buttons = book.rows("SELECT account_id, buttons FROM outbox WHERE buttons LIKE '%a:solved:%'")
    asked = Counter((account, *re.findall(r"a:solved:(\d+\.\d+)\.yes", str(row))) for account, row in buttons)
    return [each for each, times in asked.items() if times > 2]


def no_reminder_is_said_twice_to_anybody(book: Book) -> Iterable[object]:
    """Of one firing nobody hears the same sentence twice."""
    return book.rows("""
        SELECT o.account_id, o.made_at, o.text, count(*) FROM outbox o
        WHERE o.answers IS NULL AND (
            o.text LIKE '【快到期】%' OR o.text LIKE '【过期】%' OR o.text LIKE '%还没有人接手%' OR o.text LIKE '%没有忘%'
            OR o.text LIKE '%一直没有回话%' OR o.text LIKE '您放到今天的事%' OR o.text LIKE '再问您一次%')
        GROUP BY o.account_id, o.made_at, o.text HAVING count(*) > 1""")


def every_message_is_answered_once(book: Book) -> Iterable[object]:
    """Each message was handled and answered by one letter, but in a talk, where the answer is silence, and when somebody blocked us."""
    return book.rows("""
        SELECT i.id, i.words, i.state, count(o.id) FROM inbox i LEFT JOIN outbox o ON o.answers = i.id
        WHERE i.kind NOT IN ('gone', 'back') AND NOT EXISTS (
            SELECT 1 FROM audit a WHERE a.account_id = i.account_id AND a.at = i.received_at AND a.detail LIKE '%"talk":%')
        GROUP BY i.id HAVING i.state <> 'handled' OR count(o.id) <> 1""")


LETTERS: tuple[Check, ...] = (
    whoever_is_limited_hears_of_no_other_unit,
    a_closing_is_asked_about_twice_at_most,
    no_reminder_is_said_twice_to_anybody,
    every_message_is_answered_once,
)

"""Finding the one person an operator means."""

import difflib
from collections.abc import Iterable
from datetime import datetime

from bot.cli.failure import Failed
from handlers.roster.fields import ROLE_NAMES
from handlers.roster.matching import Known
from storage.people import Person

MOST_NEAR = 5


def find(known: Known, name: str, unit: str | None, person_id: int | None) -> Person:
    """Return the active person of this name, in this unit, or with this number. Raises Failed, saying whom there is."""
    people = [each for each in known.persons if each.active]
    named = [each for each in people if each.name == name]
    if not named:
        raise Failed(f"花名册里没有“{name}”。{near(name, {each.name for each in people})}")
    found = [
        each
        for each in named
        if (unit is None or unit in (known.unit(each) or "")) and (person_id is None or each.id == person_id)
    ]
    if len(found) == 1:
        return found[0]
    head = "不止一位" if found else "没有对得上的"
    raise Failed(
        "\n".join([f"叫“{name}”的{head}，请用 --id 加编号选定一位：", *(_line(each, known) for each in named)])
    )


def near(word: str, words: Iterable[str]) -> str:
    """A sentence with words like this one, or nothing. Of a short Chinese name one character in common is near."""
    close = difflib.get_close_matches(word, list(words), n=MOST_NEAR, cutoff=0.5)
    return f"相近的有：{'、'.join(close)}。" if close else ""


def _line(person: Person, known: Known) -> str:
    born = f"{person.birth[:4]} 年生" if person.birth else "出生年份没有登记"
    roles = "、".join(dict.fromkeys(ROLE_NAMES[role.name] for role in known.roles.get(person.id, ())))
    return f"  编号 {person.id}  {known.unit(person) or '单位没有登记'}  {born}  {roles or '没有身份'}"


def moment_in_words(moment: datetime) -> str:
    """'12月4日 14:30' of a moment in the office's zone."""
    return f"{moment.month}月{moment.day}日 {moment:%H:%M}"

"""The people of the benchmark tell of another matter each time, so that nobody is asked whether it is the same one."""

from itertools import combinations

import pytest

from bench.harness import FIRST_USER
from bench.users import MATTERS, SCRIPTS, User
from handlers.alike import looks_alike
from handlers.danger import DANGERS, find
from handlers.report import MOST_COMPARED

TOLD_AT = 2  # the turn of the script that tells the matter


def told_by(user_id: int, conversations: int) -> list[str]:
    user = User(user_id, SCRIPTS["report"])
    steps = len(SCRIPTS["report"].steps)
    said = [user.speak() for _ in range(conversations * steps)]
    return said[TOLD_AT::steps]


# Different digits make the most pairs that two stories of one person have in common.
@pytest.mark.parametrize("user_id", [FIRST_USER, FIRST_USER + 199, FIRST_USER + 234_567, 9_876_543])
def test_no_two_stories_of_a_person_look_alike(user_id: int) -> None:
    told = told_by(user_id, len(MATTERS))
    assert len(set(told)) > MOST_COMPARED
    assert [pair for pair in combinations(told, 2) if looks_alike(*pair)] == []


def test_none_of_them_tells_of_danger() -> None:
    assert [each for each in told_by(FIRST_USER, len(MATTERS)) if find(each, DANGERS)] == []

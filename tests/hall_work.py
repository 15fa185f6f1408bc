"""What staff do again and again with gatherings in the tests, in their own words."""

from datetime import datetime

from tests.conversation import Conversation, Speaker
from tests.office import Someone


async def answers(someone: Speaker | Someone, *said: str) -> None:
    """Answer question after question: '【label】' presses a button, anything else is typed."""
    for each in said:
        if each.startswith("【"):
            await someone.presses(each.strip("【】"))
        else:
            await someone.says(each)


async def makes(
    staff: Speaker,
    title: str = "合唱排练",
    day: str = "12月4日",
    time: str = "14:30-16:00",
    place: str = "多功能厅",
    rest: tuple[str, ...] = ("【其余按常用的来】",),
) -> None:
    """Make an activity from the first word to the end; `rest` answers everything after the place."""
    await answers(staff, "登记活动", "【文体】", "【歌舞】", title, day, time, f"【{place}】", *rest, "【确认提交】")
    assert staff.sees("登记好了"), staff.heard


def limited(capacity: int | str, companions: str = "不带") -> tuple[str, ...]:
    """Answer the rest so that there are only so many places, first come."""
    return (
        "【一项一项定】",
        str(capacity),
        "【17:30】",
        "【全体】",
        f"【{companions}】",
        "【不用问】",
        "【先报先得】",
        "0",
        "【只办一次】",
    )


async def opens(staff: Speaker, gathering_id: int = 1) -> None:
    """Open a gathering from wherever the member of staff is."""
    await staff.sends_choice(f"a:hallone:{gathering_id}")


async def signs_up(staff: Speaker, name: str, gathering_id: int = 1, *more: str) -> None:
    """Sign somebody up who telephones."""
    await opens(staff, gathering_id)
    await answers(staff, "【代报名】", name, *more, "【确认提交】")


async def states(talk: Conversation, gathering_id: int = 1) -> dict[str, str]:
    """Return how everybody stands with a gathering, by name, as they came."""
    sql = "SELECT p.name, s.state FROM signups s JOIN persons p ON p.id = s.person_id WHERE s.gathering_id = ? ORDER BY s.line, s.id"
    return {row[0]: row[1] for row in await talk.rows(sql, gathering_id)}


async def gathering(talk: Conversation, columns: str, gathering_id: int = 1) -> tuple[object, ...]:
    return tuple((await talk.rows(f"SELECT {columns} FROM gatherings WHERE id = ?", gathering_id))[0])


async def days(talk: Conversation) -> list[str]:
    """Return on which days something is planned, in order, as the office's wall says: '12-04 14:30'."""
    found = await talk.rows("SELECT starts_at FROM gatherings WHERE state = 'planned' ORDER BY starts_at")
    return [
        f"{datetime.fromisoformat(row[0].replace('Z', '+00:00')).astimezone(talk.office.zone):%m-%d %H:%M}"
        for row in found
    ]


def news(someone: Speaker, words: str) -> list[str]:
    """Return the messages that somebody ever got and that hold these words."""
    return [each.text for each in someone.letters if words in each.text]

"""What people do again and again in the tests of cases, in their own words."""

from tests.conversation import Conversation, Speaker

WORDS = "暖气三天不热了"


async def reports(
    someone: Speaker, words: str = WORDS, category: str = "住房", *, whom: str = "", urgent: bool = False
) -> None:
    """Report a difficulty from the first word to the receipt."""
    await someone.says("困难")
    if whom:
        await someone.presses(whom)
    await someone.presses(category)
    await someone.says(words)
    await someone.presses("说完了")
    if someone.sees("是不是同一件事"):
        await someone.presses("是另一件事")
    await someone.presses("是，很急" if urgent else "不急")
    await someone.presses("确认提交")
    assert someone.sees("已经登记，编号"), someone.heard


async def opens(staff: Speaker, case_id: int = 1) -> None:
    """Open a case from wherever the member of staff is."""
    await staff.sends_choice(f"a:case:{case_id}")


async def takes(staff: Speaker, case_id: int = 1) -> None:
    await opens(staff, case_id)
    await staff.presses("接手")


async def replies(staff: Speaker, words: str, case_id: int = 1) -> None:
    await opens(staff, case_id)
    await staff.presses("答复")
    await staff.says(words)
    await staff.presses("说完了")
    await staff.presses("确认提交")


async def asks_back(staff: Speaker, words: str, case_id: int = 1) -> None:
    await opens(staff, case_id)
    await staff.presses("问老同志")
    await staff.says(words)
    await staff.presses("说完了")
    await staff.presses("确认提交")


async def closes(
    staff: Speaker, words: str = "阀门换好了", outcome: str = "已办结", case_id: int = 1, elsewhere: str = ""
) -> None:
    await opens(staff, case_id)
    await staff.presses("办结")
    await staff.presses(outcome)
    await staff.says(words)
    if outcome == "不能办":
        await staff.says(elsewhere or "县住建局，电话 0000-8000009")
    await staff.presses("确认提交")


async def hands(
    staff: Speaker, to: str, why: str = "锅炉归他管，已经联系过物业", case_id: int = 1, label: str = "转交"
) -> None:
    await opens(staff, case_id)
    await staff.presses(label)
    await staff.presses(to)
    await staff.says(why)
    await staff.presses("确认提交")


async def goes_on_leave(staff: Speaker, first: str, last: str, stand_in: str) -> None:
    await staff.says("登记请假")
    await staff.says(first)
    await staff.says(last)
    await staff.presses(stand_in)
    await staff.presses("确认提交")


async def case_rows(talk: Conversation, columns: str) -> list[tuple[object, ...]]:
    """Return these columns of all cases, oldest first."""
    return [tuple(row) for row in await talk.rows(f"SELECT {columns} FROM cases ORDER BY id")]


async def kinds(talk: Conversation, case_id: int = 1) -> list[str]:
    """Return the kinds of what happened in a case, in order."""
    return [row[0] for row in await talk.rows("SELECT kind FROM case_entries WHERE case_id = ? ORDER BY id", case_id)]


async def clocks(talk: Conversation, case_id: int = 1) -> set[str]:
    """Return which clocks stand on a case."""
    return {row[0] for row in await talk.rows("SELECT kind FROM case_clocks WHERE case_id = ?", case_id)}


async def alarms(talk: Conversation, case_id: int = 1) -> set[str]:
    """Return which reminders wait about a case."""
    sql = "SELECT kind FROM reminders WHERE subject_id = ? AND state = 'waiting' AND kind NOT LIKE 'calendar%'"
    return {row[0] for row in await talk.rows(sql, case_id)}

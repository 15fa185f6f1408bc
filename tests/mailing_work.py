"""What staff and leaders do again and again with notices in the tests, in their own words."""

from handlers.readers import short
from tests.conversation import Conversation, Speaker
from tests.hall_work import answers

TEXT = "国庆节放假三天，食堂照常开饭。"
USUAL = ("【按常用的来】",)
EVERYBODY = ("【全体老同志】", "【就发给他们】")


async def writes(
    staff: Speaker, text: str = TEXT, to: tuple[str, ...] = EVERYBODY, rest: tuple[str, ...] = USUAL, *more: str
) -> None:
    """Write a notice from the first word to the end."""
    await answers(staff, "发通知", text, "【说完了】", *to, *rest, *more, "【确认提交】")
    assert staff.sees("已经报给") or staff.sees("马上开始发"), staff.heard


async def approves(leader: Speaker) -> None:
    await leader.presses("批准发送")
    assert leader.sees("批准了"), leader.heard


async def sends(
    talk: Conversation, text: str = TEXT, to: tuple[str, ...] = EVERYBODY, rest: tuple[str, ...] = USUAL
) -> None:
    """Write a notice, approve it, and let the clock do its part."""
    await writes(talk.zhao, text, to, rest)
    await approves(talk.qian)
    await talk.ticks()
    await talk.passes(minutes=1)


async def figures(talk: Conversation, mailing_id: int = 1) -> dict[str, int]:
    """Return a recount of the recipients' rows by state."""
    rows = await talk.rows("SELECT state, count(*) FROM recipients WHERE mailing_id = ? GROUP BY state", mailing_id)
    return {str(row[0]): int(row[1]) for row in rows}


async def state(talk: Conversation, mailing_id: int = 1) -> str:
    return str(await talk.one("SELECT state FROM mailings WHERE id = ?", mailing_id))


def times_told(someone: Speaker, text: str = TEXT) -> int:
    """Return how often somebody was sent exactly this notice."""
    return sum(each.text == text for each in someone.letters)


def named(text: str) -> str:
    return f"通知“{short(text, 14)}”"

"""A briefing read in chat: the summary, the pages, 【听】 and 【我已阅】. Every button works once, for ever, in any order."""

import re
from dataclasses import dataclass

from handlers import access, answers
from handlers.briefings import readers, words
from handlers.menu import MENU_BUTTON
from handlers.turn import Button, Turn, row_id
from storage import briefings, media, recipients, told
from storage.briefings import Briefing

_UNDER_A_PAGE = re.compile(r"a:(?:page|briefread):(\d+)\.\d+\.(\d+)")
_NAMED_PAGE = re.compile(r"第?\s*(\S{1,4}?)\s*页")
ONLY_LOOKS = "这是给您看的样子，还没有发，在这里按了不算。"
GONE = "这篇简报不在了，或者不是给您看的。"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a button under a briefing asks for."""

    briefing: Briefing
    number: int  # of the page; 0: none
    recipient_id: int  # the row of the mailing that the button came with; 0: none
    person_id: int  # who reads


async def asked_for(turn: Turn, argument: str) -> Asked | None:
    """Return what 'BRIEFING.PAGE.RECIPIENT' asks for if the speaker may read it, else say so and return None."""
    numbers = [row_id(each) or 0 for each in [*argument.split("."), "", ""][:3]]
    try:
        briefing = await briefings.by_id(turn.tx, numbers[0])
    except LookupError:
        turn.say(GONE, [MENU_BUTTON])
        return None
    if not access.may_read_briefing(turn.visitor, briefing):
        why = f"这篇简报收回了：{briefing.withdrawn_why}" if briefing.state == "withdrawn" else GONE
        turn.say(why, [MENU_BUTTON])
        return None
    return Asked(briefing, numbers[1], numbers[2], await _who_reads(turn, numbers[2]))


async def _with_words(turn: Turn, argument: str) -> Asked | None:
    """Return what a button asks for if there are words to read; of what is internal the invitation is all that can be shown."""
    asked = await asked_for(turn, argument)
    if asked is not None and asked.briefing.is_internal:
        turn.say(words.letter(turn.office, asked.briefing), [MENU_BUTTON])
        return None
    return asked


async def _who_reads(turn: Turn, recipient_id: int) -> int:
    """Return who reads on this account: of several who share it the one to whom the letter was sent, else the account's own person."""
    recipient = await recipients.by_id(turn.tx, recipient_id) if recipient_id else None
    if recipient is not None and recipient.person_id in await access.speaks_for(turn.tx, turn.visitor):
        return recipient.person_id
    return turn.person_id


async def show_summary(turn: Turn, argument: str) -> None:
    """One briefing of the archive, as it was sent."""
    if asked := await asked_for(turn, argument):
        briefing = asked.briefing
        buttons = words.letter_buttons(briefing.id, asked.recipient_id, is_internal=briefing.is_internal)
        turn.say(words.letter(turn.office, asked.briefing), [*buttons, MENU_BUTTON])


async def show_page(turn: Turn, argument: str) -> None:
    """【看全文】【下一页】【上一页】: pictures come with the first page, other files with the last. Whoever sees the last has read it."""
    asked = await _with_words(turn, argument)
    if asked is None:
        return
    briefing, last = asked.briefing, len(words.pages(asked.briefing))
    number = min(max(asked.number, 1), last)  # after a correction there may be fewer
    enclosed = await _enclosed(turn, briefing, first=number == 1, last=number == last)
    buttons = words.page_buttons(briefing, number, asked.recipient_id)
    turn.say(words.page(turn.office, briefing, number), [*buttons, MENU_BUTTON], enclosed)
    if number == last:
        await _read(turn, asked, readers.PAGED)


async def turn_to(turn: Turn, said: str) -> bool:
    """Take 第3页 and 下一页 while somebody reads; False when it is neither, or nothing is being read."""
    match = _NAMED_PAGE.fullmatch(answers.plain(said))
    number = answers.number(match[1]) if match else None
    if number is None and match is None:
        return False
    shown = await told.last_buttons(turn.tx, turn.visitor.account_id, turn.message.received_at)
    read = next((found for row in shown if (found := _UNDER_A_PAGE.fullmatch(row[1]))), None)
    if read is None:
        return False
    if number is not None:
        await show_page(turn, f"{read[1]}.{number}.{read[2]}")
    elif match is not None and match[1] == "下一":
        turn.say("已经是最后一页了。", [Button(row[0], row[1]) for row in shown])
    else:
        return False
    return True


async def _enclosed(turn: Turn, briefing: Briefing, *, first: bool, last: bool) -> list[str]:
    found = []
    for each in await briefings.media_of(turn.tx, briefing.id):
        medium = await media.by_id(turn.tx, each)
        is_picture = medium is not None and medium.kind == "photo"
        if (first and is_picture) or (last and not is_picture):
            found.append(each)
    return found


async def mark_read(turn: Turn, argument: str) -> None:
    """【我已阅】."""
    asked = await asked_for(turn, argument)
    if asked is None:
        return
    title = "" if asked.briefing.is_internal else f"《{asked.briefing.title}》"
    if asked.briefing.state != "published":
        turn.say(ONLY_LOOKS, [MENU_BUTTON])
    elif await _read(turn, asked, readers.BUTTON):
        turn.say(f"好的，记下您看过{title or '通知'}了，谢谢您。", [MENU_BUTTON])
    elif not await readers.counts(turn, asked.person_id):
        turn.say("好的。看过的人数只算老同志本人。", [MENU_BUTTON])
    else:
        turn.say(f"已经记过了，您看过{title or '通知'}。", [MENU_BUTTON])


async def _read(turn: Turn, asked: Asked, how: str) -> bool:
    """Write down that somebody has read it, if it is out; False when this was so already."""
    if asked.briefing.state != "published":
        return False
    return await readers.note_read(turn, asked.briefing, asked.person_id, how, turn.visitor.channel)


async def listen(turn: Turn, argument: str) -> None:
    """【听】: the link to the page in large print with read-aloud; the plain truth where there is none to open."""
    asked = await _with_words(turn, argument)
    if asked is None:
        return
    office, whole = turn.office, Button("1 看全文", f"a:page:{asked.briefing.id}.1.{asked.recipient_id}")
    if not office.web_address or (office.web_is_only_here and turn.visitor.channel != "web"):
        turn.say(
            f"对不起，现在还没有能听的网页。想听，可以请家人念给您听，或者打电话：{office.phone}。",
            [whole, MENU_BUTTON],
        )
        return
    address = await readers.link(turn, asked.briefing, asked.person_id)
    turn.say(
        f"《{asked.briefing.title}》的大字版：\n{address}\n\n"
        "点开以后按【朗读】就能听。看不到【朗读】的，是这台机器没有中文语音，只能看大字。\n"
        f"链接是给您本人的，{office.briefing_link_days} 天以内有效，请不要转给别人。",
        [whole, MENU_BUTTON],
    )

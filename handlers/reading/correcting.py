"""更正 of what is out, on the second person's side: asked, decided, nudged; and its author's 【不改了】."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from handlers import access
from handlers.act import Act
from handlers.briefings import marks, publishing, spreading, words
from handlers.briefings.publishing import FIELDS
from handlers.calendar.telling import call_line
from handlers.desk.lists import not_yours
from handlers.lateness import Fire
from handlers.menu import MENU_BUTTON
from handlers.readers import short
from handlers.reading import desk
from handlers.turn import Button, Turn, row_id
from storage import briefing_corrections, briefings, people, reminders
from storage.briefing_corrections import Correction
from storage.briefings import Briefing
from storage.reminders import Reminder

NUDGE = "correction.nudge"  # reminder; its subject is the correction
NUDGE_AFTER = timedelta(hours=4)  # as with a mailing
LONGEST_PART = 200  # characters that are changed within a text
AROUND = 20  # characters shown before and behind what is changed
DECIDED = "这一条更正已经有人处理过了。"
STALE = "它等批准的时候，原文又改过了。照这一条改，会把别人改的改回去，所以没有改，请写的人再看看。"


async def ask(turn: Turn, briefing: Briefing, correction: Correction) -> str:
    """Ask everybody who may approve, and again after some hours; return what its author is told."""
    asked = 0
    for each in await access.approvers(turn.tx, turn.office, {turn.person_id}):
        asked += await turn.tell(each.person_id, _question(briefing, correction), desk.decisions(correction)) > 0
    await reminders.set_due(turn.tx, NUDGE, correction.id, 1, turn.now + NUDGE_AFTER)
    if asked:
        return "更正写好了，请领导批准了，批了告诉您。"
    return f"更正写好了，没有能在这里批准的领导，请当面报告，或者打电话：{turn.office.phone}。"


async def nudge(act: Act, reminder: Reminder) -> None:
    """Nobody has decided for hours: whoever may is asked once more, and its author hears whom to telephone."""
    correction = await briefing_corrections.by_id(act.tx, reminder.subject_id)
    briefing = await briefings.by_id(act.tx, correction.briefing_id)
    if correction.decision is not None or briefing.state != "published":
        return
    approvers = await access.approvers(act.tx, act.office, {correction.made_by})
    for each in approvers:
        await act.announce(each.person_id, f"还等您批准。{_question(briefing, correction)}", desk.decisions(correction))
    lines = "\n".join([call_line(await people.by_id(act.tx, each.person_id)) for each in approvers])
    said = f"您对{desk.name(briefing)}的更正还没有人批准，急的话请打电话：\n{lines}"
    await act.announce(correction.made_by, said, [desk.open_button(briefing.id)])


def _question(briefing: Briefing, correction: Correction) -> str:
    after = publishing.changed(briefing, correction)
    summary = f"\n摘要改为：{correction.summary}" if correction.summary is not None else ""
    shown = difference(briefing, correction.field, correction.words) + summary
    return f"{marks.warning(after)}{correction.made_by_name}请您批准更正{desk.name(briefing)}：\n{shown}"


async def _to_decide(turn: Turn, argument: str) -> tuple[Briefing, Correction] | None:
    """Return the correction a button names, and its briefing, if the speaker may approve it, else say so and return None."""
    try:
        correction = await briefing_corrections.by_id(turn.tx, row_id(argument) or 0)
    except LookupError:
        not_yours(turn)
        return None
    if not access.may_approve_correction(turn.visitor, turn.office, correction):
        not_yours(turn)
        return None
    briefing = await desk.opened(turn, str(correction.briefing_id))
    return (briefing, correction) if briefing is not None else None


async def approve(turn: Turn, argument: str) -> None:
    """【批准更正】."""
    found = await _to_decide(turn, argument)
    if found is None:
        return
    before, correction = found
    if correction.decision is None and before.state == "published" and publishing.is_stale(before, correction):
        await _end(turn, correction, f"您对{desk.name(before)}的更正没有改：{STALE}")
        turn.say(STALE, [desk.open_button(before.id), MENU_BUTTON])
        return
    after = await publishing.correct(turn, correction, turn.person_id)
    if after is None:
        turn.say(DECIDED, [desk.open_button(before.id), MENU_BUTTON])
        return
    await reminders.drop(turn.tx, [NUDGE], correction.id)
    await spreading.correct(turn, after)
    await turn.tell(correction.made_by, f"{turn.visitor.name}批准了您对{desk.name(after)}的更正，已经改过来了。")
    turn.say(
        f"{desk.name(after)}更正了，存档和网页马上就是新的，收到过的也告诉他们。",
        [desk.open_button(after.id), MENU_BUTTON],
    )


async def refuse(turn: Turn, argument: str) -> None:
    """【不同意】."""
    found = await _to_decide(turn, argument)
    if found is None:
        return
    briefing, correction = found
    if await publishing.return_correction(turn, correction, turn.person_id):
        await reminders.drop(turn.tx, [NUDGE], correction.id)
        await turn.tell(correction.made_by, f"{turn.visitor.name}没有同意您对{desk.name(briefing)}的更正，没有改。")
        turn.say("好的，不改。", [desk.open_button(briefing.id), MENU_BUTTON])
    else:
        turn.say(DECIDED, [desk.open_button(briefing.id), MENU_BUTTON])


async def show_corrected(turn: Turn, argument: str) -> None:
    """【看改后的全文】, 'CORRECTION.PAGE': exactly as it will look."""
    number, _, asked = argument.partition(".")
    found = await _to_decide(turn, number)
    if found is None:
        return
    briefing, correction = found
    after = replace(publishing.changed(briefing, correction), corrected_at=turn.now)
    last = len(words.pages(after))
    page = min(max(row_id(asked) or 1, 1), last)
    buttons = list(desk.decisions(correction))[:2]
    if page < last:
        buttons.append(Button("3 下一页", f"a:mendpage:{correction.id}.{page + 1}"))
    turn.say(words.page(turn.office, after, page), [*buttons, MENU_BUTTON])


# ── ended before anybody decided ────────────────────────────────────────────────────────────────────────────────────


async def drop(turn: Turn, argument: str) -> None:
    """【更正不改了】, of its author."""
    try:
        correction = await briefing_corrections.by_id(turn.tx, row_id(argument) or 0)
    except LookupError:
        not_yours(turn)
        return
    if correction.made_by != turn.person_id:
        not_yours(turn)
        return
    ended = await _end(turn, correction)
    turn.say("好的，不改了。" if ended else DECIDED, [desk.open_button(correction.briefing_id), MENU_BUTTON])


async def end_all(turn: Turn, briefing: Briefing, told: str) -> None:
    """The briefing is withdrawn: what waits has nothing to correct any more, and its author hears it."""
    for each in await briefing_corrections.waiting(turn.tx, briefing.id):
        await _end(turn, await briefing_corrections.by_id(turn.tx, each), told)


async def _end(turn: Turn, correction: Correction, told: str = "") -> bool:
    """End a correction that waits, and tell its author; False when it waits no more."""
    if not await briefing_corrections.decide(turn.tx, correction.id, "dropped", turn.person_id, turn.now):
        return False
    await reminders.drop(turn.tx, [NUDGE], correction.id)
    await publishing.audit(turn, correction.briefing_id, "briefing.unmended", field=correction.field)
    if told and correction.made_by != turn.person_id:
        await turn.tell(correction.made_by, told, [desk.open_button(correction.briefing_id)])
    return True


def difference(briefing: Briefing, field: str, changed: str) -> str:
    """Return in words what changes: of a long text the part that differs, with a few characters around it."""
    before, label = getattr(briefing, field), FIELDS[field]
    start, end = 0, 0
    while start < min(len(before), len(changed)) and before[start] == changed[start]:
        start += 1
    while end < min(len(before), len(changed)) - start and before[-1 - end] == changed[-1 - end]:
        end += 1
    if field != "text":
        return f"{label}\n原来：{before}\n改为：{changed}"
    first, behind = max(0, start - AROUND), max(0, end - AROUND)

    def part(text: str) -> str:
        shown = short(text[first : len(text) - behind], 3 * LONGEST_PART)
        return f"{'……' if first else ''}{shown}{'……' if behind else ''}"

    return f"{label}\n原来：{part(before)}\n改为：{part(changed)}"


FIRES: Mapping[str, Fire] = {NUDGE: nudge}

"""Proposing a mailing, and approving it: two persons, or one leader when it cannot wait."""

from collections.abc import Sequence
from datetime import timedelta

from handlers import access
from handlers.act import Act, Button
from handlers.calendar.telling import call_line
from handlers.mailing import charge, running, words
from handlers.mailing.circle import preview
from handlers.mailing.kinds import KINDS
from handlers.mailing.opening import opens_at
from handlers.mailing.trail import audit
from storage import mailings, people, reminders
from storage.mailings import Mailing
from storage.people import Person
from storage.reminders import Reminder

NUDGE = "mailing.nudge"
NUDGE_AFTER = timedelta(hours=4)  # somebody may have overlooked it; after that its maker asks himself


async def writers(act: Act, mailing: Mailing) -> set[int]:
    """Return who wrote it, and who wrote what it sends: none of them is the second person."""
    return {mailing.made_by} | await KINDS[mailing.kind].writers(act, mailing)


async def propose(act: Act, wanted: Mailing, *, alone: bool = False) -> Mailing:
    """Write a mailing and ask whoever may approve it; with `alone` the maker sends it at once, which the trail shows.

    Nobody is asked for ever: `useful_until` ends it. Raises PermissionError: `alone` is for leaders, and for what is urgent.
    """
    if alone and not (wanted.urgent and wanted.made_by in {each.person_id for each in await access.leaders(act.tx)}):
        raise PermissionError("only a leader sends alone, and only what is urgent")
    mailing = await mailings.by_id(act.tx, (await mailings.add(act.tx, wanted)).id)
    await audit(act, mailing, "mailing.proposed", urgent=mailing.urgent)
    await reminders.set_due(act.tx, running.OVER, mailing.id, 1, mailing.useful_until)
    if alone:
        await mailings.decide(act.tx, mailing.id, "approved", mailing.made_by, act.now)
        await audit(act, mailing, "mailing.alone")
        await _begin_at_its_time(act, mailing)
        return await mailings.by_id(act.tx, mailing.id)
    await ask_approvers(act, mailing)
    await reminders.set_due(act.tx, NUDGE, mailing.id, 1, act.now + NUDGE_AFTER)
    return mailing


async def ask_approvers(act: Act, mailing: Mailing) -> int:
    """Show it to everybody who may approve it, exactly as its recipients will see it, and ask; return how many could be asked."""
    asked = 0
    for each in await access.approvers(act.tx, act.office, await writers(act, mailing)):
        # The message itself first, buttons and enclosures included.
        if await act.tell(each.person_id, mailing.text, KINDS[mailing.kind].buttons(mailing, 0), mailing.media):
            asked += 1
            await act.tell(each.person_id, await question(act, mailing), approval_buttons(mailing))
    return asked


async def nudge(act: Act, reminder: Reminder) -> None:
    """Nobody has decided for hours: the approvers are asked once more, and the maker hears whom to telephone."""
    mailing = await mailings.by_id(act.tx, reminder.subject_id)
    if mailing.state != "proposed":
        return
    approvers = await access.approvers(act.tx, act.office, await writers(act, mailing))
    for each in approvers:
        text = f"{mailing.made_by_name}的{words.name_of(mailing)}还等您批准。\n{await question(act, mailing)}"
        await act.announce(each.person_id, text, approval_buttons(mailing))
    lines = "\n".join([call_line(await people.by_id(act.tx, each.person_id)) for each in approvers])
    await act.announce(
        mailing.made_by, f"{words.name_of(mailing)}还没有人批准，急的话请打电话：\n{lines}", words.card_button(mailing)
    )


async def asked_words(act: Act, mailing: Mailing) -> str:
    """Return for the maker who was asked, and whom to telephone because they cannot be reached here."""
    here: list[Person] = []
    elsewhere: list[Person] = []
    for each in await access.approvers(act.tx, act.office, await writers(act, mailing)):
        person = await people.by_id(act.tx, each.person_id)
        (here if await act.reachable(each.person_id) else elsewhere).append(person)
    lines = [f"已经报给{'、'.join(each.name for each in here)}批准，批准了才发。"] if here else []
    if elsewhere:
        calls = "；".join(call_line(each) for each in elsewhere)
        lines.append(f"{'也' if here else ''}可以批准、但在这里收不到消息的，请打电话请他进来批准：{calls}。")
    return "\n".join(lines)


async def question(act: Act, mailing: Mailing) -> str:
    """Return what an approver is asked about the message above it."""
    label = KINDS[mailing.kind].label
    counted = await preview(act, mailing.circle)
    urgent = "急件，夜里和中午也发。" if mailing.urgent else ""
    held = ""
    if mailing.starts_at <= act.now and (opens := opens_at(act.office, mailing, act.now)):
        held = f"现在先不打扰，{words.moment(act.office, opens)}才开始发。"
    return (
        f"{await KINDS[mailing.kind].warning(act, mailing)}上面这条{label}是{mailing.made_by_name}请您批准的，发出去就是这个样子。\n"
        f"发给：{await words.circle_words(act, mailing.circle)}，现在 {counted.everybody} 人，能送到 {counted.reached} 人。\n"
        f"{words.when_words(act.office, mailing)}。{urgent}{held}"
    )


def approval_buttons(mailing: Mailing) -> Sequence[Button]:
    return Button("1 批准发送", f"a:approve:{mailing.id}"), Button("2 退回修改", f"a:sendback:{mailing.id}")


async def approve(act: Act, mailing: Mailing, by: int) -> str | None:
    """Let it go out at its time. Return why not, for whoever pressed: it was decided already, or its time is over."""
    if mailing.state == "proposed" and act.now >= mailing.useful_until:
        return "这条发送的有效时间已经过了，发出去没有用了。请退回修改。"
    if not await mailings.decide(act.tx, mailing.id, "approved", by, act.now):
        return words.state_words(await mailings.by_id(act.tx, mailing.id))
    await audit(act, mailing, "mailing.approved")
    await _begin_at_its_time(act, mailing)
    name = (await people.by_id(act.tx, by)).name
    await charge.tell(act, mailing, f"{name}批准了您的{words.name_of(mailing)}。", words.card_button(mailing))
    return None


async def send_back(act: Act, mailing: Mailing, by: int, why: str, media: Sequence[str] = ()) -> str | None:
    """Return it to its maker with a reason; nothing goes out. Return why that is not possible any more."""
    if not await mailings.decide(act.tx, mailing.id, "returned", by, act.now, why):
        return words.state_words(await mailings.by_id(act.tx, mailing.id))
    await audit(act, mailing, "mailing.returned")
    await KINDS[mailing.kind].returned(act, mailing)
    name = (await people.by_id(act.tx, by)).name
    again = [Button("1 改了再报", f"a:again:{mailing.id}")]
    await charge.tell(act, mailing, f"{name}退回了您的{words.name_of(mailing)}：{why}", again, media)
    return None


async def _begin_at_its_time(act: Act, mailing: Mailing) -> None:
    round_ = await mailings.next_round(act.tx, mailing.id)
    await reminders.drop(act.tx, [NUDGE], mailing.id)
    await reminders.set_due(act.tx, running.START, mailing.id, round_, max(mailing.starts_at, act.now))

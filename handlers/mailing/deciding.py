"""Proposing a mailing, and approving it: two persons, or one leader when it cannot wait."""

from collections.abc import Sequence

from handlers import access
from handlers.act import Act, Button
from handlers.mailing import running, words
from handlers.mailing.circle import preview
from handlers.mailing.kinds import KINDS
from handlers.mailing.trail import audit
from storage import mailings, people, reminders
from storage.mailings import Mailing


async def propose(act: Act, wanted: Mailing, *, alone: bool = False) -> Mailing:
    """Write a mailing and ask whoever may approve it; with `alone` the maker sends it at once, which the trail shows.

    Raises PermissionError: `alone` is for leaders, and for what is urgent.
    """
    if alone and not (wanted.urgent and wanted.made_by in {each.person_id for each in await access.leaders(act.tx)}):
        raise PermissionError("only a leader sends alone, and only what is urgent")
    mailing = await mailings.add(act.tx, wanted)
    await audit(act, mailing, "mailing.proposed", urgent=mailing.urgent)
    if alone:
        await mailings.decide(act.tx, mailing.id, "approved", mailing.made_by, act.now)
        await audit(act, mailing, "mailing.alone")
        await _set_times(act, mailing)
        return await mailings.by_id(act.tx, mailing.id)
    mailing = await mailings.by_id(act.tx, mailing.id)
    await ask_approvers(act, mailing)
    return mailing


async def ask_approvers(act: Act, mailing: Mailing) -> int:
    """Show it to everybody who may approve it, exactly as its recipients will see it, and ask; return how many could be asked."""
    asked = 0
    for each in await access.approvers(act.tx, act.office, mailing.made_by):
        if await show_as_it_looks(act, mailing, each.person_id):
            asked += 1
            await act.tell(each.person_id, await question(act, mailing), approval_buttons(mailing))
    return asked


async def show_as_it_looks(act: Act, mailing: Mailing, person_id: int) -> bool:
    """Send somebody of the office the message itself, buttons and enclosures included; False when they cannot be reached."""
    return await act.tell(person_id, mailing.text, KINDS[mailing.kind].buttons(mailing, 0), mailing.media) > 0


async def question(act: Act, mailing: Mailing) -> str:
    """Return what an approver is asked about the message above it."""
    label = KINDS[mailing.kind].label
    counted = await preview(act, mailing.circle)
    urgent = "急件，夜里和中午也发。" if mailing.urgent else ""
    return (
        f"上面这条{label}是{mailing.made_by_name}请您批准的，发出去就是这个样子。\n"
        f"发给：{await words.circle_words(act, mailing.circle)}，现在 {counted.everybody} 人，能送到 {counted.reached} 人。\n"
        f"{words.when_words(act.office, mailing)}。{urgent}"
    )


def approval_buttons(mailing: Mailing) -> Sequence[Button]:
    return Button("1 批准发送", f"a:approve:{mailing.id}"), Button("2 退回修改", f"a:sendback:{mailing.id}")


async def approve(act: Act, mailing: Mailing, by: int) -> str | None:
    """Let it go out at its time. Return why not, for whoever pressed: it was decided already, or its time is over."""
    if act.now >= mailing.useful_until:
        return "这条发送的有效时间已经过了，发出去没有用了。请退回修改。"
    if not await mailings.decide(act.tx, mailing.id, "approved", by, act.now):
        return words.state_words(await mailings.by_id(act.tx, mailing.id))
    await audit(act, mailing, "mailing.approved")
    await _set_times(act, mailing)
    if mailing.made_by != by:
        name = (await people.by_id(act.tx, by)).name
        await act.tell(mailing.made_by, f"{name}批准了您的{words.name_of(mailing)}。", words.card_button(mailing))
    return None


async def send_back(act: Act, mailing: Mailing, by: int, why: str) -> str | None:
    """Return it to its maker with a reason; nothing goes out. Return why that is not possible any more."""
    if not await mailings.decide(act.tx, mailing.id, "returned", by, act.now, why):
        return words.state_words(await mailings.by_id(act.tx, mailing.id))
    await audit(act, mailing, "mailing.returned")
    await KINDS[mailing.kind].returned(act, mailing)
    name = (await people.by_id(act.tx, by)).name
    again = Button("1 改了再报", f"a:again:{mailing.id}")
    await act.tell(mailing.made_by, f"{name}退回了您的{words.name_of(mailing)}：{why}", [again])
    return None


async def _set_times(act: Act, mailing: Mailing) -> None:
    round_ = await mailings.next_round(act.tx, mailing.id)
    await reminders.set_due(act.tx, running.START, mailing.id, round_, max(mailing.starts_at, act.now))
    await reminders.set_due(act.tx, running.OVER, mailing.id, round_, mailing.useful_until)

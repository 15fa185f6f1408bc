"""What staff may do with a mailing on its way: pause, resume, cancel; send it again to whom it did not reach, or to who came since."""

from collections.abc import Sequence

from handlers.act import Act
from handlers.mailing import charge, progress, words
from handlers.mailing.circle import members
from handlers.mailing.running import CALL, START, give_up, tick_at
from handlers.mailing.trail import audit
from storage import mailings, people, recipient_letters, recipients, reminders
from storage.mailings import Mailing

MAY_GO_ON = ("sending", "paused", "done")


async def pause(act: Act, mailing: Mailing) -> bool:
    """Hold everything that has not left, before the beginning as well; False when there is nothing to hold."""
    if mailing.state not in ("approved", "sending"):
        return False
    await mailings.move(act.tx, mailing.id, "paused", was=mailing.state)
    await recipient_letters.call_back(act.tx, mailing.id, act.now)
    await _changed(act, mailing, "mailing.paused")
    return True


async def resume(act: Act, mailing: Mailing) -> bool:
    """Go on where it was held: nobody is sent it twice, and whoever died or withdrew meanwhile not at all. False when it is not held."""
    state = "approved" if mailing.began_at is None else "sending"
    if mailing.state != "paused":
        return False
    await mailings.move(act.tx, mailing.id, state, was="paused")
    await _changed(act, mailing, "mailing.resumed")
    if state == "sending":
        await tick_at(act, mailing.id, act.now)
    else:
        round_ = await mailings.next_round(act.tx, mailing.id)
        await reminders.set_due(act.tx, START, mailing.id, round_, max(mailing.starts_at, act.now))
    return True


async def cancel(act: Act, mailing: Mailing) -> bool:
    """Send nothing more of it, whatever it waits for; what has arrived stays. False when it has ended."""
    if mailing.is_finished:
        return False
    why = f"{await _actor(act)}取消了"
    if mailing.began_at is None:
        await give_up(act, mailing, why)
        return True
    await recipient_letters.call_back(act.tx, mailing.id, act.now)
    await recipients.no_more(act.tx, mailing.id, "dropped")
    await mailings.end(act.tx, mailing.id, "cancelled", act.now, why)
    await _changed(act, mailing, "mailing.cancelled")
    await charge.tell(act, mailing, f"{words.name_of(mailing)}：{why}，没有送到的不再送。", words.card_button(mailing))
    return True


async def _actor(act: Act) -> str:
    return (await people.by_id(act.tx, act.actor_id)).name if act.actor_id is not None else "系统"


async def _changed(act: Act, mailing: Mailing, deed: str) -> None:
    await audit(act, mailing, deed)
    if mailing.began_at is not None:
        await progress.show(act, mailing.id)


# ── once more, or to more ───────────────────────────────────────────────────────────────────────────────────────────


def may_go_on(act: Act, mailing: Mailing) -> bool:
    """Tell whether it may still be sent to more: it has begun, was not cancelled, and its time is not over."""
    return mailing.began_at is not None and mailing.state in MAY_GO_ON and act.now < mailing.useful_until


async def send_again(act: Act, mailing: Mailing) -> int:
    """Try again those whom it did not reach, and nobody else; return how many."""
    if not may_go_on(act, mailing):
        return 0
    return await _go_on(act, mailing, await recipients.queue_again(act.tx, mailing.id), "mailing.retried")


async def come_since(act: Act, mailing: Mailing) -> list[int]:
    """Return who belongs to its circle now and was not counted when it began."""
    known = await recipients.persons(act.tx, mailing.id)
    return [each for each in await members(act, mailing.circle) if each not in known]


async def send_to(act: Act, mailing: Mailing, person_ids: Sequence[int]) -> int:
    """Send it to these as well; whoever is a recipient already is not sent it again. Return to how many more."""
    if not may_go_on(act, mailing):
        return 0
    return await _go_on(act, mailing, await recipients.add_all(act.tx, mailing.id, person_ids), "mailing.widened")


async def _go_on(act: Act, mailing: Mailing, persons: int, deed: str) -> int:
    """Let it run again for persons who were queued, until the end that it has."""
    if persons:
        await mailings.go_on(act.tx, mailing.id)
        await reminders.drop(act.tx, [CALL], mailing.id)
        await audit(act, mailing, deed, persons=persons)
        await tick_at(act, mailing.id, act.now)
    return persons

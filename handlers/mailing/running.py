"""The clock's part of a mailing: it begins, goes out a portion at a time, and ends.

A crash leaves each step done whole or not at all, with the reminder of the next one in the same transaction. What staff do meanwhile is in
`handlers/mailing/steering.py`.
"""

from collections import Counter
from datetime import datetime, timedelta

from handlers.act import Act, name_for, quiet_until
from handlers.mailing import charge, progress, words
from handlers.mailing.circle import members, next_account, why_unreachable
from handlers.mailing.kinds import KINDS
from handlers.mailing.opening import closes_at, opens_at
from handlers.mailing.trail import audit
from storage import mailings, media, outbox, people, quiet_hours, recipient_letters, recipients, reminders
from storage.mailings import Mailing
from storage.recipients import Reach
from storage.reminders import Reminder

START, TICK, OVER, CALL = "mailing.start", "mailing.tick", "mailing.over", "mailing.call"
PORTION = 200  # persons that one tick puts into the outbox: a transaction nobody notices
MOST_UNSENT = 1_500  # letters of one channel in the outbox at a time: under a minute of Telegram, so that little must be called back
FULL = timedelta(seconds=10)  # whose channel has so many is left alone for so long, so that those behind them are seen
SOON, BUSY, SLOW = timedelta(seconds=5), timedelta(seconds=15), timedelta(minutes=1)
OWN_QUIET = "本人不打扰的时间"


async def begin(act: Act, reminder: Reminder) -> None:
    """At its time: count the recipients and write them down, each once. Whoever joins later is offered to staff, not sent to."""
    mailing = await mailings.by_id(act.tx, reminder.subject_id)
    if mailing.state != "approved" or act.now >= mailing.useful_until:
        return  # paused or cancelled before, or of no use any more: `over` tells of that
    if lost := await _lost_attachment(act, mailing):
        await give_up(act, mailing, f"附件“{lost}”没能取到，请重新写一条，再发一次附件")
        return
    await mailings.begin(act.tx, mailing.id, act.now)
    persons = await members(act, mailing.circle)
    await recipients.add_all(act.tx, mailing.id, persons)
    await KINDS[mailing.kind].began(act, mailing)
    await audit(act, mailing, "mailing.began", persons=len(persons))
    await progress.show(act, mailing.id)
    await tick_at(act, mailing.id, act.now)


async def _lost_attachment(act: Act, mailing: Mailing) -> str | None:
    """Return the name of an attachment that is not to be had any more, or None."""
    for each in mailing.media:
        medium = await media.by_id(act.tx, each)
        if medium is None or medium.state == "lost":
            return medium.name if medium else "文件"
    return None


async def tick(act: Act, reminder: Reminder) -> None:
    """Settle what failed, put the next portion into the outbox unless it must wait, and say how it stands; or end it."""
    mailing = await mailings.by_id(act.tx, reminder.subject_id)
    if mailing.state != "sending":
        return
    opens, full = opens_at(act.office, mailing, act.now), False
    if opens is not None:
        await recipient_letters.call_back(act.tx, mailing.id, act.now)
    else:
        await _settle(act, mailing)
        full = await _feed(act, mailing)
    figures = await recipients.figures(act.tx, mailing.id)
    if figures.remaining == 0:
        await _end(act, mailing, "mailing.done")
        return
    await progress.show(act, mailing.id)
    await tick_at(act, mailing.id, opens or await _next_tick(act, mailing, out=figures.out, full=full))


async def _next_tick(act: Act, mailing: Mailing, *, out: int, full: bool) -> datetime:
    """Return when to look again: at once while more may go into the outbox, soon while it is full or letters travel, at the end of quiet
    hours."""
    queued = await recipients.next_queued(act.tx, mailing.id, act.now)
    if queued is not None and queued <= act.now:
        return act.now + SOON if full else act.now
    passed = act.now - (mailing.began_at or act.now)
    pause = SOON if passed < timedelta(minutes=5) else BUSY if passed < timedelta(hours=1) else SLOW
    moments = [act.now + pause] if out or queued is None else []
    moments += [each for each in (queued, closes_at(act.office, mailing, act.now)) if each is not None]
    return min(moments)


async def tick_at(act: Act, mailing_id: int, moment: datetime) -> None:
    """Let the next tick be then; there is one at a time."""
    await reminders.drop(act.tx, [TICK], mailing_id)
    await reminders.set_due(act.tx, TICK, mailing_id, await mailings.next_round(act.tx, mailing_id), moment)


async def _settle(act: Act, mailing: Mailing, *, last: bool = False) -> None:
    """Whoever could not be reached on one account is tried on the next, unless this is the `last` time; whoever has no other has failed."""
    while unsettled := await recipient_letters.unsettled(act.tx, mailing.id, PORTION):
        found = await recipients.reach(act.tx, [person_id for _, person_id, _ in unsettled])
        failed: list[tuple[str, str | None, int]] = []
        for recipient_id, person_id, why in unsettled:
            tried = await recipient_letters.tried(act.tx, recipient_id)
            account = None if last else next_account(found.get(person_id, ()), tried)
            if account is None:
                failed.append(("failed", why or await why_unreachable(act, person_id), recipient_id))
            else:
                await _write(act, mailing, recipient_id, person_id, account)
        await recipients.set_states(act.tx, failed)


async def _feed(act: Act, mailing: Mailing) -> bool:
    """Put the next portion of those who wait into the outbox; who must not be disturbed now, or whose channel has enough, waits on.

    Return whether a channel has enough.
    """
    unsent = Counter(await recipient_letters.unsent(act.tx, mailing.id))
    portion = await recipients.queued(act.tx, mailing.id, act.now, PORTION)
    found = await recipients.reach(act.tx, [person_id for _, person_id in portion])
    states: list[tuple[str, str | None, int]] = []
    full = False
    for recipient_id, person_id in portion:
        account = next_account(found.get(person_id, ()), await recipient_letters.tried(act.tx, recipient_id))
        if account is None:
            states.append(("unreachable", await why_unreachable(act, person_id), recipient_id))
        elif until := await _own_quiet_until(act, mailing, person_id):
            await recipients.wait(act.tx, recipient_id, until, OWN_QUIET)
        elif unsent[account.channel] >= MOST_UNSENT:
            full = True
            await recipients.wait(act.tx, recipient_id, act.now + FULL, None)
        else:
            unsent[account.channel] += 1
            await _write(act, mailing, recipient_id, person_id, account)
            states.append(("out", None, recipient_id))
    await recipients.set_states(act.tx, states)
    return full


async def _own_quiet_until(act: Act, mailing: Mailing, person_id: int) -> datetime | None:
    """Return when somebody may be disturbed, None: now. Own hours that with the office's leave no minute of the day do not count."""
    own = None if mailing.urgent else await quiet_hours.of_person(act.tx, person_id)
    if own is None:
        return None
    try:
        return quiet_until(act.now, act.office, own)
    except ValueError:  # nobody would ever be told anything
        return None


async def _write(act: Act, mailing: Mailing, recipient_id: int, person_id: int, account: Reach) -> None:
    """Write one recipient's letter, with their name on an account that several share."""
    whom = "" if account.owner_id == person_id else name_for((await people.by_id(act.tx, person_id)).name)
    await outbox.write(
        act.tx,
        account.account_id,
        whom + mailing.text,
        act.now,
        buttons=[each.row() for each in KINDS[mailing.kind].buttons(mailing, recipient_id)],
        media=mailing.media,
        priority=outbox.NEWS if mailing.urgent else outbox.NOTICE,
        recipient_id=recipient_id,
    )


# ── the end ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def _end(act: Act, mailing: Mailing, deed: str) -> None:
    """Everybody is served, or its time is over: say so, and let those who did not get or read it be called in a while."""
    await mailings.end(act.tx, mailing.id, "done", act.now)
    await reminders.drop(act.tx, [TICK, CALL], mailing.id)
    await audit(act, mailing, deed)
    await progress.show(act, mailing.id)
    ended = await mailings.by_id(act.tx, mailing.id)
    await charge.announce(act, ended, await progress.text(act, ended), words.card_button(ended))
    later = act.now + timedelta(hours=act.office.call_after_hours)
    await reminders.set_due(act.tx, CALL, mailing.id, await mailings.next_round(act.tx, mailing.id), later)


async def over(act: Act, reminder: Reminder) -> None:
    """Its time is over: what has not left is not sent any more, and staff hear for how many that is so."""
    mailing = await mailings.by_id(act.tx, reminder.subject_id)
    if mailing.is_finished:
        return
    if mailing.began_at is None:
        why = "到时间还没有人批准" if mailing.state == "proposed" else "到时间还没有开始发"
        await give_up(act, mailing, why)
        return
    await _settle(act, mailing, last=True)
    await recipient_letters.call_back(act.tx, mailing.id, act.now)
    await recipients.no_more(act.tx, mailing.id, "late")
    await _end(act, mailing, "mailing.expired")


async def give_up(act: Act, mailing: Mailing, why: str) -> None:
    """End what has not begun, and tell those in charge why."""
    await mailings.end(act.tx, mailing.id, "cancelled", act.now, why)
    await KINDS[mailing.kind].returned(act, mailing)
    await audit(act, mailing, "mailing.cancelled")
    await charge.tell(act, mailing, f"{words.name_of(mailing)}没有发：{why}。", words.card_button(mailing))

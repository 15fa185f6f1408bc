"""A mailing from its beginning to its end: the clock's part (begin, tick, over) and what staff may do meanwhile (pause, resume, cancel).

A crash leaves each step done whole or not at all, with the reminder of the next one in the same transaction.
"""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from handlers.act import Act, name_for, quiet_until
from handlers.mailing import progress, words
from handlers.mailing.circle import members, next_account, why_unreachable
from handlers.mailing.kinds import KINDS
from handlers.mailing.trail import audit
from handlers.office import Office
from storage import mailings, outbox, people, quiet_hours, recipients, reminders
from storage.mailings import Mailing
from storage.recipients import Reach
from storage.reminders import Reminder

START, TICK, OVER, CALL = "mailing.start", "mailing.tick", "mailing.over", "mailing.call"
PORTION = 200  # persons that one tick puts into the outbox: a transaction nobody notices
MOST_UNSENT = 2_000  # messages that stand in the outbox at a time: a minute of the fastest channel, so a pause is quick
MAY_GO_ON = ("sending", "paused", "done")
SOON, BUSY, SLOW = timedelta(seconds=5), timedelta(seconds=15), timedelta(minutes=1)


# ── when ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def opens_at(office: Office, mailing: Mailing, now: datetime) -> datetime | None:
    """Return when it may go on, None: now. The office's quiet hours hold it unless it is urgent; its own window always does."""
    moment = now
    for _ in range(10):  # a window and a quiet period may push each other a few times, not for ever
        held = None if mailing.urgent else office.quiet_until(moment)
        held = held or _window_opens(office, mailing, moment)
        if held is None:
            return None if moment == now else moment
        moment = held
    return moment


def _window_opens(office: Office, mailing: Mailing, now: datetime) -> datetime | None:
    """Return when the window opens next, None when it is open or there is none."""
    if mailing.from_time is None or mailing.until_time is None:
        return None
    local = now.astimezone(office.zone)
    if mailing.from_time <= local.time() < mailing.until_time:
        return None
    day = local.date() if local.time() < mailing.from_time else local.date() + timedelta(days=1)
    return datetime.combine(day, mailing.from_time, office.zone)


def _closes_at(office: Office, mailing: Mailing, now: datetime) -> datetime | None:
    """Return when quiet hours or the end of the window next hold what is open now, within a day; None: they do not."""
    local = now.astimezone(office.zone)
    ends = [mailing.until_time] if mailing.until_time else []
    if not mailing.urgent:
        ends += [start for start, _ in office.quiet]
    moments = [_next(local, each) for each in ends]
    return min(moments, default=None)


def _next(local: datetime, at: time) -> datetime:
    today = datetime.combine(local.date(), at, local.tzinfo)
    return today if today > local else datetime.combine(local.date() + timedelta(days=1), at, local.tzinfo)


# ── the clock's part ────────────────────────────────────────────────────────────────────────────────────────────────


async def begin(act: Act, reminder: Reminder) -> None:
    """At its time: count the recipients and write them down, each once. Whoever joins later is offered to staff, not sent to."""
    mailing = await mailings.by_id(act.tx, reminder.subject_id)
    if act.now >= mailing.useful_until or not await mailings.begin(act.tx, mailing.id, act.now):
        return  # of no use any more (`over` tells of that), paused or cancelled before
    persons = await members(act, mailing.circle)
    await recipients.add_all(act.tx, mailing.id, persons, act.now)
    await KINDS[mailing.kind].began(act, mailing)
    await audit(act, mailing, "mailing.began", persons=len(persons))
    await progress.show(act, mailing.id)
    await _tick_at(act, mailing.id, act.now)


async def tick(act: Act, reminder: Reminder) -> None:
    """Settle what failed, put the next portion into the outbox unless it must wait, and say how it stands; or end it."""
    mailing = await mailings.by_id(act.tx, reminder.subject_id)
    if mailing.state != "sending":
        return
    await _settle(act, mailing)
    opens = opens_at(act.office, mailing, act.now)
    if opens is not None:
        await recipients.hush(act.tx, mailing.id, opens)
    else:
        await _feed(act, mailing)
    figures = await recipients.figures(act.tx, mailing.id)
    if figures.remaining == 0:
        await _end(act, mailing)
        return
    await progress.show(act, mailing.id)
    await _tick_at(act, mailing.id, await _next_tick(act, mailing, opens, queued=figures.queued))


async def _next_tick(act: Act, mailing: Mailing, opens: datetime | None, *, queued: int) -> datetime:
    if opens is not None:
        return opens
    unsent, first = await recipients.unsent(act.tx, mailing.id)
    if queued and unsent < MOST_UNSENT:
        return act.now
    passed = act.now - (mailing.began_at or act.now)
    pause = SOON if passed < timedelta(minutes=5) else BUSY if queued or passed < timedelta(hours=1) else SLOW
    soon = act.now + pause
    if first is not None and first > soon and not queued:
        soon = min(first, act.now + timedelta(hours=1))  # everybody who is left does not want to be disturbed now
    closes = _closes_at(act.office, mailing, act.now)
    return min(soon, closes) if closes else soon


async def _tick_at(act: Act, mailing_id: int, moment: datetime) -> None:
    await reminders.set_due(act.tx, TICK, mailing_id, await mailings.next_round(act.tx, mailing_id), moment)


async def _settle(act: Act, mailing: Mailing) -> None:
    """Whoever could not be reached on one account is tried on the next; whoever has no other has failed."""
    unsettled = await recipients.unsettled(act.tx, mailing.id, PORTION)
    found = await recipients.reach(act.tx, [person_id for _, person_id, _ in unsettled])
    failed: list[tuple[str, str | None, int]] = []
    for recipient_id, person_id, why in unsettled:
        account = next_account(found.get(person_id, ()), await recipients.tried(act.tx, recipient_id))
        if account is None:
            failed.append(("failed", why or "没有送到", recipient_id))
        else:
            await _write(act, mailing, recipient_id, person_id, account)
    await recipients.set_states(act.tx, failed)


async def _feed(act: Act, mailing: Mailing) -> None:
    """Put the next portion of those who wait into the outbox."""
    unsent, _ = await recipients.unsent(act.tx, mailing.id)
    portion = await recipients.queued(act.tx, mailing.id, max(0, min(PORTION, MOST_UNSENT - unsent)))
    found = await recipients.reach(act.tx, [person_id for _, person_id in portion])
    states: list[tuple[str, str | None, int]] = []
    for recipient_id, person_id in portion:
        account = next_account(found.get(person_id, ()), set())
        if account is None:
            states.append(("unreachable", await why_unreachable(act, person_id), recipient_id))
        else:
            await _write(act, mailing, recipient_id, person_id, account)
            states.append(("out", None, recipient_id))
    await recipients.set_states(act.tx, states)


async def _write(act: Act, mailing: Mailing, recipient_id: int, person_id: int, account: Reach) -> None:
    """Write one recipient's message: held by the person's own quiet hours, and with their name on an account that several share."""
    own = None if mailing.urgent else await quiet_hours.of_person(act.tx, person_id)
    held = quiet_until(act.now, act.office, own) if own else None
    whom = "" if account.owner_id == person_id else name_for((await people.by_id(act.tx, person_id)).name)
    await outbox.write(
        act.tx,
        account.account_id,
        whom + mailing.text,
        act.now,
        buttons=[each.row() for each in KINDS[mailing.kind].buttons(mailing, recipient_id)],
        media=mailing.media,
        priority=outbox.NEWS if mailing.urgent else outbox.NOTICE,
        not_before=held,
        recipient_id=recipient_id,
    )


async def _end(act: Act, mailing: Mailing) -> None:
    """Everybody is served: say so, and let those who did not get or read it be called in a while."""
    await mailings.end(act.tx, mailing.id, "done", act.now)
    await audit(act, mailing, "mailing.done")
    await progress.show(act, mailing.id)
    await _tell_those_in_charge(act, mailing.id)
    later = act.now + timedelta(hours=act.office.call_after_hours)
    await reminders.set_due(act.tx, CALL, mailing.id, mailing.rounds, later)


async def over(act: Act, reminder: Reminder) -> None:
    """Its time is over: what has not left is not sent any more, and staff hear for how many that is so."""
    mailing = await mailings.by_id(act.tx, reminder.subject_id)
    if mailing.is_finished or act.now < mailing.useful_until:
        return  # it was given more time
    if mailing.began_at is None:
        await _give_up(act, mailing, "到时间还没有开始发")
        return
    await _settle(act, mailing)
    await recipients.drop(act.tx, mailing.id, act.now)
    await recipients.no_more(act.tx, mailing.id, "late")
    await _end(act, mailing)


async def _give_up(act: Act, mailing: Mailing, why: str) -> None:
    await mailings.end(act.tx, mailing.id, "cancelled", act.now, why)
    await KINDS[mailing.kind].returned(act, mailing)
    await audit(act, mailing, "mailing.cancelled")
    for person_id in dict.fromkeys(
        each for each in (mailing.made_by, mailing.decided_by) if each != act.actor_id and each
    ):
        await act.tell(person_id, f"{words.name_of(mailing)}没有发：{why}。", words.card_button(mailing))


async def _tell_those_in_charge(act: Act, mailing_id: int) -> None:
    mailing = await mailings.by_id(act.tx, mailing_id)
    said = await progress.text(act, mailing)
    for person_id in dict.fromkeys(each for each in (mailing.made_by, mailing.decided_by) if each is not None):
        await act.announce(person_id, said, words.card_button(mailing))


# ── what staff may do ───────────────────────────────────────────────────────────────────────────────────────────────


async def pause(act: Act, mailing: Mailing) -> bool:
    """Hold everything that has not left, before the beginning as well; False when there is nothing to hold."""
    if mailing.state not in ("approved", "sending"):
        return False
    await mailings.move(act.tx, mailing.id, "paused", was=mailing.state)
    await recipients.hold(act.tx, mailing.id)
    await _changed(act, mailing, "mailing.paused")
    return True


async def resume(act: Act, mailing: Mailing) -> bool:
    """Go on where it was held: nobody is sent it twice. False when it is not held."""
    state = "approved" if mailing.began_at is None else "sending"
    if mailing.state != "paused":
        return False
    await mailings.move(act.tx, mailing.id, state, was="paused")
    await recipients.release(act.tx, mailing.id)
    await _changed(act, mailing, "mailing.resumed")
    if state == "sending":
        await _tick_at(act, mailing.id, act.now)
    else:
        round_ = await mailings.next_round(act.tx, mailing.id)
        await reminders.set_due(act.tx, START, mailing.id, round_, max(mailing.starts_at, act.now))
    return True


async def cancel(act: Act, mailing: Mailing) -> bool:
    """Send nothing more of it, whatever it waits for; what has arrived stays. False when it has ended."""
    if mailing.is_finished:
        return False
    if mailing.began_at is None:
        await _give_up(act, mailing, f"{await _actor(act)}取消了")
        return True
    await recipients.drop(act.tx, mailing.id, act.now)
    await recipients.no_more(act.tx, mailing.id, "dropped")
    await mailings.end(act.tx, mailing.id, "cancelled", act.now, f"{await _actor(act)}取消了")
    await _changed(act, mailing, "mailing.cancelled")
    return True


async def _actor(act: Act) -> str:
    return (await people.by_id(act.tx, act.actor_id)).name if act.actor_id is not None else "系统"


async def _changed(act: Act, mailing: Mailing, deed: str) -> None:
    await audit(act, mailing, deed)
    if mailing.began_at is not None:
        await progress.show(act, mailing.id)


async def send_again(act: Act, mailing: Mailing) -> int:
    """Try again those whom it did not reach, and nobody else; return how many."""
    if mailing.state not in MAY_GO_ON:
        return 0
    return await _go_on(act, mailing, await recipients.queue_again(act.tx, mailing.id, act.now), "mailing.retried")


async def come_since(act: Act, mailing: Mailing) -> list[int]:
    """Return who belongs to its circle now and was not counted when it began."""
    known = {each.person_id for each in await recipients.of_mailing(act.tx, mailing.id)}
    return [each for each in await members(act, mailing.circle) if each not in known]


async def send_to(act: Act, mailing: Mailing, person_ids: Sequence[int]) -> int:
    """Send it to these as well; whoever is a recipient already is not sent it again. Return to how many more."""
    if mailing.state not in MAY_GO_ON:
        return 0
    return await _go_on(
        act, mailing, await recipients.add_all(act.tx, mailing.id, person_ids, act.now), "mailing.widened"
    )


async def _go_on(act: Act, mailing: Mailing, persons: int, deed: str) -> int:
    """Let it run again for persons who were queued; what had ended gets as long as a new one."""
    if persons and mailing.state == "done":
        until = max(mailing.useful_until, act.now + timedelta(days=act.office.useful_days))
        await mailings.go_on(act.tx, mailing.id, until)
        await reminders.set_due(act.tx, OVER, mailing.id, await mailings.next_round(act.tx, mailing.id), until)
    if persons:
        await audit(act, mailing, deed, persons=persons)
        await _tick_at(act, mailing.id, act.now)
    return persons

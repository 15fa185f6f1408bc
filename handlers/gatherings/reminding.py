"""The reminders of a gathering: when each is due, up to when it is of use, and what it says to whom.

`moments` is the rule; `plan` writes it down, in the transaction that makes or changes a gathering. The round of a reminder is the
gathering's `sequence`: a new time is reminded of anew, and what was said of a time is never said again.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta

from handlers.act import Act, Button
from handlers.gatherings import after, attendance, places, signing, suiting, telling, words
from handlers.lateness import Fire, Until, Useful
from handlers.office import Office
from storage import gatherings, reminders, signups
from storage.gatherings import Gathering
from storage.reminders import Reminder
from storage.signups import Signup

OPENS, DAYS, SURE, HOURS = "gathering.opens", "gathering.days", "gathering.sure", "gathering.hours"
DEADLINE, AFTER = "gathering.deadline", "gathering.after"
KINDS = (OPENS, DAYS, SURE, HOURS, signing.DRAW, DEADLINE, AFTER)
WHAT: Mapping[str, str] = {
    OPENS: "开始报名的通知",
    DAYS: "请大家报名的提醒",
    SURE: "“还来吗”的提醒",
    HOURS: "开始前的提醒",
    signing.DRAW: "抽签的结果",
    DEADLINE: "报名的人数",
    AFTER: "结束后的问候",
}
SURE_UNTIL = time(20)  # of the day before
AFTER_UNTIL = timedelta(days=3)
LEAST_NOTICE = timedelta(hours=1)  # before the start; later nobody can set out in time
STEP = timedelta(minutes=30)


# ── when ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def moments(gathering: Gathering, office: Office) -> dict[str, datetime]:
    """Return when each kind of reminder is due, leaving out what makes no sense: a last call after the deadline, a question whether
    people still come before anybody could sign up."""
    found = {OPENS: gathering.opens_at}
    days = _at(gathering, office, office.remind_days, time(9))
    if gathering.opens_at < days < gathering.deadline_at:
        found[DAYS] = days
    found |= {DEADLINE: gathering.deadline_at, AFTER: gathering.ends_at + timedelta(hours=1)}
    if gathering.by_draw:
        found[signing.DRAW] = gathering.deadline_at
    sure, hours = _at(gathering, office, 1, time(16)), _before(gathering, office)
    found |= {kind: at for kind, at in ((SURE, sure), (HOURS, hours)) if at > gathering.opens_at}
    return found


def _at(gathering: Gathering, office: Office, days_before: int, wall: time) -> datetime:
    day = office.today(gathering.starts_at) - timedelta(days=days_before)
    return datetime.combine(day, wall, office.zone)


def _before(gathering: Gathering, office: Office) -> datetime:
    """Return when to remind people to set out: where that is in the quiet hours, after them if there is time, else before them."""
    moment = gathering.starts_at - timedelta(hours=office.remind_hours)
    wakes = office.quiet_until(moment)
    if wakes is not None and wakes <= gathering.starts_at - LEAST_NOTICE:
        return wakes
    while office.quiet_until(moment):
        moment -= STEP
    return moment


async def plan(act: Act, gathering: Gathering) -> None:
    """Let the reminders of a gathering be due at their times, and forget those of earlier times; of a cancelled one forget all.

    A gathering whose sign-up is open as it is made is announced at once.
    """
    await reminders.drop(act.tx, KINDS, gathering.id)
    if gathering.state != "planned":
        return
    due = {kind: at for kind, at in moments(gathering, act.office).items() if at > act.now}
    if gathering.sequence == 0 and act.now < gathering.deadline_at:
        due.setdefault(OPENS, act.now)
    for kind in sorted(due, key=KINDS.index):  # of two at the same time the draw comes before the figures
        if not await reminders.was_due(act.tx, kind, gathering.id, due[kind]):
            await reminders.set_due(act.tx, kind, gathering.id, gathering.sequence, due[kind])


# ── what is said ────────────────────────────────────────────────────────────────────────────────────────────────────


async def _planned(act: Act, reminder: Reminder) -> Gathering | None:
    """Return the gathering, or None when it was called off."""
    gathering = await gatherings.by_id(act.tx, reminder.subject_id)
    return gathering if gathering.state == "planned" else None


async def _first_of_its_kind(act: Act, gathering: Gathering) -> bool:
    """Tell whether no earlier lesson of the course, or date of the series, is announced in its place."""
    together: list[Gathering] = []
    if gathering.course_id is not None:
        together = await gatherings.of_course(act.tx, gathering.course_id)
    elif gathering.series_id is not None:
        together = await gatherings.of_series(act.tx, gathering.series_id)
    return not any(_stands_for(each, gathering) for each in together)


def _stands_for(other: Gathering, gathering: Gathering) -> bool:
    same = other.state == "planned" and other.opens_at == gathering.opens_at
    return same and (other.starts_at, other.id) < (gathering.starts_at, gathering.id)


async def _invite(act: Act, gathering: Gathering, text: str) -> None:
    """Tell everybody whom it suits and who has not answered: not signed up, not said no, not cancelled."""
    answered = {each.person_id for each in await signups.of_gathering(act.tx, gathering.id)}
    buttons = [Button("1 报名", f"a:signup:{gathering.id}"), Button("2 不来", f"a:notcoming:{gathering.id}")]
    for person_id in await suiting.whom_it_suits(act, gathering):
        if person_id not in answered:
            await act.announce(person_id, text, buttons)


async def opens(act: Act, reminder: Reminder) -> None:
    """Sign-up opens: whom it suits."""
    gathering = await _planned(act, reminder)
    if gathering is not None and await _first_of_its_kind(act, gathering):
        await _invite(act, gathering, f"开始报名了。\n{words.described(act.office, gathering)}")


async def days(act: Act, reminder: Reminder) -> None:
    """Some days before: whom it suits and who has not answered, while there is room."""
    gathering = await _planned(act, reminder)
    if gathering is None or (gathering.course_id is not None and not await _first_of_its_kind(act, gathering)):
        return
    free = places.free(await signing.room_of(act, gathering), by_phone=False, after_deadline=False)
    if free is None or free > 0 or gathering.by_draw:
        until = words.moment(act.office, gathering.deadline_at)
        where = words.when_and_where(act.office, gathering)
        await _invite(
            act, gathering, f"“{gathering.title}”还可以报名，到{until}截止。\n{where}\n您来不来，请告诉我们一声。"
        )


async def _coming(act: Act, gathering: Gathering) -> list[Signup]:
    """Return who has a place and has not asked for leave."""
    everybody = await signups.of_gathering(act.tx, gathering.id)
    return [each for each in everybody if each.state == "in" and each.leave_reason is None]


async def sure(act: Act, reminder: Reminder) -> None:
    """The day before: who has a place is asked whether they still come; the office is asked to call whom no message reaches."""
    gathering = await _planned(act, reminder)
    if gathering is None:
        return
    to_call = []
    for each in await _coming(act, gathering):
        buttons = [Button("1 来", f"a:sure:{each.id}"), Button("2 不来", f"a:unsure:{each.id}")]
        text = f"{each.person_name}，“{gathering.title}”您报了名。\n{words.when_and_where(act.office, gathering)}\n您还来吗？"
        if each.sure is None and not await telling.tell(act, each, text, buttons):
            to_call.append(each)
    for each in to_call:  # each with the buttons for the answer that comes by telephone
        buttons = [Button("1 来", f"a:sure:{each.id}"), Button("2 不来", f"a:unsure:{each.id}")]
        await telling.ask_to_call(act, gathering, [each], "问还来不来", buttons)


async def hours(act: Act, reminder: Reminder) -> None:
    """Before the start: who has a place and is expected."""
    gathering = await _planned(act, reminder)
    if gathering is None:
        return
    to_call = []
    for each in await _coming(act, gathering):
        text = f"{each.person_name}，“{gathering.title}”快开始了。\n{words.when_and_where(act.office, gathering)}"
        told = await act.tell(each.person_id, text, [attendance.here_button(gathering)], first=each.account_id)
        if telling.hears(each) != each.person_id:  # whoever signed up a parent hears it as well
            told += await act.tell(telling.hears(each), text, first=each.account_id)
        if not told:
            to_call.append(each)
    await telling.ask_to_call(act, gathering, to_call, "提醒来参加")


async def draw(act: Act, reminder: Reminder) -> None:
    if gathering := await _planned(act, reminder):
        await signing.draw(act, gathering)


async def deadline(act: Act, reminder: Reminder) -> None:
    """Sign-up ends: what was kept for the telephone is for whoever waits, and the office hears how many come."""
    if gathering := await _planned(act, reminder):
        await signing.promote(act, gathering)
        figures = _figures(await signups.of_gathering(act.tx, gathering.id))
        where = words.when_and_where(act.office, gathering)
        text = f"“{gathering.title}”报名截止了：{figures}。\n{where}"
        await telling.tell_maker(act, gathering, text)


def _figures(everybody: Sequence[Signup]) -> str:
    inside = [each for each in everybody if each.state in signups.HOLDS_PLACE]
    counts = {
        "有位子": sum(each.party for each in inside),
        "其中家属": sum(each.companions for each in inside),
        "候补": sum(each.state == "waiting" for each in everybody),
        "说了不来": sum(each.state == "no" for each in everybody),
    }
    return "，".join(f"{name} {count} 人" for name, count in counts.items() if count or name == "有位子")


async def afterwards(act: Act, reminder: Reminder) -> None:
    if gathering := await _planned(act, reminder):
        await after.ask_after(act, gathering)


async def offer_ends(act: Act, reminder: Reminder) -> None:
    """Nobody answered an offer in time."""
    signup = await signups.by_id(act.tx, reminder.subject_id)
    if signup.offers == reminder.round:
        await signing.offer_ended(act, signup)


# ── too late ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _until(kind: str) -> Until:
    async def until(act: Act, reminder: Reminder) -> datetime:
        return useful_until(kind, await gatherings.by_id(act.tx, reminder.subject_id), act.office)

    return until


def useful_until(kind: str, gathering: Gathering, office: Office) -> datetime:
    """Return up to when a reminder is of use."""
    if kind == OPENS:
        return gathering.deadline_at
    if kind == DAYS:
        return min(gathering.deadline_at, _at(gathering, office, 1, time(16)))
    if kind == SURE:
        return _at(gathering, office, 1, SURE_UNTIL)
    return gathering.ends_at + AFTER_UNTIL if kind == AFTER else gathering.starts_at


async def was_late(act: Act, reminder: Reminder) -> None:
    """Tell the maker what was not said."""
    if gathering := await _planned(act, reminder):
        due = words.moment(act.office, reminder.due_at)
        text = f"“{gathering.title}”{WHAT[reminder.kind]}本来应该{due}发，没有发成，现在太晚了，不再发。"
        await telling.tell_maker(act, gathering, text)


FIRES: Mapping[str, Fire] = {
    OPENS: opens,
    DAYS: days,
    SURE: sure,
    HOURS: hours,
    signing.DRAW: draw,
    DEADLINE: deadline,
    AFTER: afterwards,
    signing.OFFER_ENDS: offer_ends,
}
USEFUL: Mapping[str, Useful] = {kind: Useful(_until(kind), was_late) for kind in KINDS}

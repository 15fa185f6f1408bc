"""The limits that run on a case, in working time: until it is taken, until the cadre hears something, until it is solved.

A clock is a function of when it started, how long it rested and the rule, so that a changed rule or calendar can be applied to what is
open (`recompute`). Its reminders are rows that are made, moved and dropped with it: a warning before the deadline, the owner at the
deadline, the leader one working day later, each once a deadline (`case.rounds` counts them).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from handlers.act import Act
from handlers.cases import telling
from handlers.office import Limits, day_in_words
from handlers.worktime import WorkCalendar
from storage import case_clocks, cases, reminders
from storage.case_clocks import Clock
from storage.cases import Case

ACCEPT, PROGRESS, SOLVE = KINDS = ("accept", "progress", "solve")
STAGES = ("warn", "half", "overdue", "leader")
RESTING = (PROGRESS, SOLVE)  # what rests while the cadre is waited for
NEVER_ANSWERS_DAYS = 3  # working days after which the owner is asked to call a cadre who was asked back
WAITING = "wait.call"
REMINDERS = {kind: [f"{kind}.{stage}" for stage in STAGES] for kind in KINDS}
URGENT_LEADER_MINUTES = 60  # an urgent case does not wait a working day for the leader
OF_A_CASE = (*(each for names in REMINDERS.values() for each in names), WAITING, "case.wake", "danger.again")


# ── rules: functions of values ──────────────────────────────────────────────────────────────────────────────────────


def due(clock: Clock, limits: Limits, calendar: WorkCalendar) -> datetime:
    """Return when a clock is due: by the rule from its start, or on the promised day, and later by what it rested."""
    local = clock.started_at.astimezone(calendar.zone).date()
    if clock.extended_to is not None:
        moment = calendar.end_of_day(clock.extended_to)
    elif clock.kind == ACCEPT:
        moment = calendar.add_minutes(clock.started_at, limits.accept_hours * 60)
    else:
        days = limits.progress_days if clock.kind == PROGRESS else limits.working_days
        moment = calendar.end_of_day(calendar.after(local, days))
    if clock.paused_minutes == 0:
        return moment
    later = calendar.add_minutes(moment, clock.paused_minutes)
    return later if clock.kind == ACCEPT else calendar.end_of_day(later.astimezone(calendar.zone).date())


def moments(clock: Clock, calendar: WorkCalendar, *, urgent: bool) -> dict[str, datetime]:
    """Return when each reminder of a clock is due; none while it rests."""
    if clock.paused_at is not None:
        return {}
    total = calendar.minutes_between(clock.started_at, clock.due_at)
    before = min(calendar.minutes_per_day, total // 4)
    patience = URGENT_LEADER_MINUTES if urgent else calendar.minutes_per_day
    found = {
        f"{clock.kind}.warn": calendar.add_minutes(clock.started_at, total - before),
        f"{clock.kind}.overdue": clock.due_at,
        f"{clock.kind}.leader": calendar.add_minutes(clock.due_at, patience),
    }
    if clock.kind == SOLVE:
        found["solve.half"] = calendar.add_minutes(clock.started_at, total // 2)
    return found


def promised_on(act: Act, category: str, urgent: bool) -> date:
    """Return the day by which a case of this kind, reported now, shall be solved."""
    limits = act.office.limits(category, urgent)
    return act.office.calendar.after(act.today, limits.working_days)


# ── deeds ───────────────────────────────────────────────────────────────────────────────────────────────────────────


async def start(act: Act, case: Case, kind: str, extended_to: date | None = None) -> datetime:
    """Start a clock anew, with a deadline and warnings of its own; return when it is due."""
    [clock] = await _start(act, case, (kind,), extended_to)
    return clock.due_at


async def start_all(act: Act, case: Case) -> None:
    """Start what must run on a case that was opened, or opened again: until it is taken only if nobody has it."""
    await _start(act, case, KINDS if case.owner_id is None else RESTING, None)


async def _start(act: Act, case: Case, kinds: Sequence[str], extended_to: date | None) -> list[Clock]:
    first = await cases.next_round(act.tx, case.id, len(kinds)) - len(kinds) + 1
    return await _put(
        act, case, *(_started(act, case, kind, first + place, extended_to) for place, kind in enumerate(kinds))
    )


def _started(act: Act, case: Case, kind: str, number: int, extended_to: date | None) -> Clock:
    rests_since = act.now if kind in RESTING and case.waiting_since is not None else None
    return Clock(case.id, kind, number, act.now, 0, rests_since, extended_to, act.now)


async def _put(act: Act, case: Case, *clocks: Clock) -> list[Clock]:
    """Write clocks with their due moments and reminders, in a few statements: this happens whenever somebody reports."""
    calendar, limits = act.office.calendar, act.office.limits(case.category, case.urgent)
    timed = [replace(each, due_at=due(each, limits, calendar)) for each in clocks]
    await case_clocks.put(act.tx, *timed)
    await reminders.drop(act.tx, [name for each in timed for name in REMINDERS[each.kind]], case.id)
    wanted = [
        (kind, case.id, each.round, moment)
        for each in timed
        for kind, moment in moments(each, calendar, urgent=case.urgent).items()
    ]
    await reminders.set_all(act.tx, wanted)
    for each in timed:
        if each.kind == SOLVE:
            await cases.promise(act.tx, case.id, each.due_at.astimezone(calendar.zone).date())
    return timed


async def stop(act: Act, case: Case, kind: str) -> None:
    await case_clocks.stop(act.tx, case.id, kind)
    await reminders.drop(act.tx, REMINDERS[kind], case.id)


async def stop_all(act: Act, case: Case) -> None:
    """Stop everything that runs on a case and forget every reminder of it."""
    for kind in KINDS:
        await case_clocks.stop(act.tx, case.id, kind)
    await reminders.drop(act.tx, OF_A_CASE, case.id)


async def heard(act: Act, case: Case) -> None:
    """The cadre has heard something from a person: the time until the next word begins anew."""
    if case.waiting_since is None and PROGRESS in await case_clocks.of_case(act.tx, case.id):
        await start(act, case, PROGRESS)


async def rest(act: Act, case: Case) -> None:
    """The cadre was asked back: from now on nobody is late, until the answer comes; the owner is asked to call if none does."""
    await cases.wait(act.tx, case.id, act.now)
    for kind, clock in (await case_clocks.of_case(act.tx, case.id)).items():
        if kind in RESTING and clock.paused_at is None:
            await _put(act, case, replace(clock, paused_at=act.now))
    await reminders.drop(act.tx, [WAITING], case.id)
    calendar = act.office.calendar
    call_at = calendar.add_minutes(act.now, NEVER_ANSWERS_DAYS * calendar.minutes_per_day)
    await reminders.set_due(act.tx, WAITING, case.id, await cases.next_round(act.tx, case.id), call_at)


async def go_on(act: Act, case: Case) -> date:
    """The answer came: the clocks run on from where they rested. Return the promised date."""
    await cases.wait(act.tx, case.id, None)
    await reminders.drop(act.tx, [WAITING], case.id)
    for clock in (await case_clocks.of_case(act.tx, case.id)).values():
        if clock.paused_at is not None:
            rested = act.office.calendar.minutes_between(clock.paused_at, act.now)
            await _put(act, case, replace(clock, paused_at=None, paused_minutes=clock.paused_minutes + rested))
    return (await cases.by_id(act.tx, case.id)).promised_on


async def hasten(act: Act, case: Case) -> None:
    """A case has become urgent on the way: its clocks begin anew by the urgent limits, and no promise becomes a later one."""
    day = min(max(case.promised_on, act.today), promised_on(act, case.category, True))
    urgent = await cases.by_id(act.tx, case.id)
    if urgent.owner_id is None:
        await start(act, urgent, ACCEPT)
    await start(act, urgent, SOLVE, extended_to=day)
    await start(act, urgent, PROGRESS)


async def recompute(act: Act) -> Mapping[str, int]:
    """Apply the rules and the calendar as they are now to every clock; whoever was promised another day is told.

    Returns how many clocks were looked at and how many moved. What was reminded of stays so; doing it twice changes nothing.
    """
    clocks = await case_clocks.everything(act.tx)
    moved = 0
    for clock in clocks:
        case = await cases.by_id(act.tx, clock.case_id)
        moment = due(clock, act.office.limits(case.category, case.urgent), act.office.calendar)
        if moment != clock.due_at:
            if clock.kind == SOLVE and moment < act.now < clock.due_at:
                clock = replace(clock, extended_to=act.today)  # a shorter rule makes nothing late that was not
            await _put(act, case, clock)
            moved += 1
            await _tell_if_promised_anew(act, case)
    return {"clocks": len(clocks), "moved": moved}


async def _tell_if_promised_anew(act: Act, before: Case) -> None:
    case = await cases.by_id(act.tx, before.id)
    if case.promised_on == before.promised_on or case.waiting_since is not None:
        return
    day = day_in_words(case.promised_on)
    await telling.audit(act, case, "case.promised", day=case.promised_on.isoformat())
    await telling.tell_cadre_side(act, case, f"工作日的安排有变化，您的事（{case.number}）改为最迟{day}前给您答复。")

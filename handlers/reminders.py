"""What a reminder says when it is due. One line a kind in `KINDS`; each function looks again whether there is still reason to speak.

A reminder fires in a transaction of its own kind with what it says: once, late rather than never. A week of downtime makes it late;
a clock set back or a second process makes it fire no second time (`storage.reminders.done`). Kinds in `USEFUL` can be too late to be
of use: then the office hears of it instead.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from handlers import access, talk
from handlers.act import Act, Button
from handlers.calendar import duties, evening, greet, plan
from handlers.cases import clocks, ending, passing, telling
from handlers.cases.reopening import ASK_AGAIN
from handlers.cases.words import open_button, title
from handlers.gatherings import reminding
from handlers.hall import life
from handlers.lateness import Fire, Useful
from handlers.mailing import calling, deciding, running
from handlers.office import day_in_words
from handlers.reading import correcting
from storage import absences, case_clocks, case_entries, cases, reminders, talks
from storage.cases import Case
from storage.reminders import Reminder

MISSING = "calendar.missing"
WHAT = {"accept": "还没有人接手", "progress": "很久没有给老同志消息", "solve": "还没办完"}


async def fire(act: Act, reminder: Reminder) -> bool:
    """Say what a reminder says, unless somebody has, or that it is too late; return whether it was this one's turn.

    Raises KeyError: no such kind.
    """
    kind = reminder.kind.partition(":")[0]  # what stands behind a colon is the kind's own: which festival
    say, useful = KINDS[kind], USEFUL.get(kind)
    late = useful is not None and act.now > await useful.until(act, reminder)
    if not await reminders.done(act.tx, reminder.id, "late" if late else "fired", act.now):
        return False
    await (useful.say_late if useful is not None and late else say)(act, reminder)
    return True


# ── the limits of a case ────────────────────────────────────────────────────────────────────────────────────────────


async def _case_with_clock(act: Act, reminder: Reminder) -> Case | None:
    """Return the case if the clock that this reminder belongs to still runs on it."""
    kind = reminder.kind.partition(".")[0]
    clock = (await case_clocks.of_case(act.tx, reminder.subject_id)).get(kind)
    if clock is None or clock.round != reminder.round or clock.paused_at is not None:
        return None
    return await cases.by_id(act.tx, reminder.subject_id)


async def _sentence(act: Act, case: Case, kind: str) -> str:
    since = case.opened_at.astimezone(act.office.zone)
    return (
        f"{case.number} {case.person_name}：{await title(act, case)}\n"
        f"{day_in_words(since.date())}登记，{WHAT[kind]}，答应最迟{day_in_words(case.promised_on)}。"
    )


async def warn(act: Act, reminder: Reminder) -> None:
    """Before the deadline: the owner, or everybody on duty while there is none."""
    if case := await _case_with_clock(act, reminder):
        kind = reminder.kind.partition(".")[0]
        await telling.tell_staff(act, case, f"【快到期】{await _sentence(act, case, kind)}")


async def overdue(act: Act, reminder: Reminder) -> None:
    """At the deadline: the owner, or everybody on duty while there is none."""
    if case := await _case_with_clock(act, reminder):
        kind = reminder.kind.partition(".")[0]
        await telling.tell_staff(act, case, f"【过期】{await _sentence(act, case, kind)}")
        await telling.audit(act, case, "case.overdue", limit=kind)


async def leader(act: Act, reminder: Reminder) -> None:
    """One working day later: the leaders, who may give it to somebody else."""
    if case := await _case_with_clock(act, reminder):
        kind = reminder.kind.partition(".")[0]
        text = f"【过期】{await _sentence(act, case, kind)}经办人：{case.owner_name or '没有'}。"
        buttons = [*open_button(case), Button("2 改派", f"a:hand:{case.id}")]
        if not await telling.tell_leaders(act, case, text, buttons):
            await telling.tell_duty(act, case, f"{text}没有领导能在这里通知，请当面报告。")
        await telling.audit(act, case, "case.escalated", limit=kind)


async def half(act: Act, reminder: Reminder) -> None:
    """At half the time: the cadre hears that it is not forgotten, also when nothing has happened."""
    if case := await _case_with_clock(act, reminder):
        if case.promised_on < act.today:
            return  # it is late: others hear of that, and nothing is promised for the past
        who = f"{case.owner_name}正在办" if case.owner_name else "正在安排人办"
        text = f"您的事（{case.number}）没有忘，{who}，最迟{day_in_words(case.promised_on)}前给您答复。"
        await case_entries.add(act.tx, case.id, "progress", None, text, (), act.now)
        await telling.audit(act, case, "case.progress")
        await telling.tell_cadre_side(act, case, text)


async def call_who_does_not_answer(act: Act, reminder: Reminder) -> None:
    """The cadre was asked back and has not answered for days: the owner is asked to call."""
    case = await cases.by_id(act.tx, reminder.subject_id)
    if case.is_finished or case.waiting_since is None:
        return
    await telling.tell_staff(
        act, case, f"{case.number} {case.person_name}一直没有回话，请打电话问问：{await telling.phone_of(act, case)}。"
    )


async def wake(act: Act, reminder: Reminder) -> None:
    """A case that was put off is back."""
    case = await cases.by_id(act.tx, reminder.subject_id)
    if not case.is_finished and case.snoozed_until is not None and case.snoozed_until <= act.today:
        await cases.snooze(act.tx, case.id, None)
        await telling.tell_staff(
            act, case, f"您放到今天的事：{case.number} {case.person_name}，{await title(act, case)}"
        )


async def danger_again(act: Act, reminder: Reminder) -> None:
    """Nobody has taken an alarm: everybody and the leaders are alarmed once more."""
    case = await cases.by_id(act.tx, reminder.subject_id)
    if case.is_finished or case.owner_id is not None:
        return
    text = f"【险】{case.number} {case.person_name}（{case.danger}）还没有人接手，请马上打电话核实。"
    await telling.tell_duty_and_leaders(act, case, text)


async def ask_again(act: Act, reminder: Reminder) -> None:
    await ending.ask_again(act, await cases.by_id(act.tx, reminder.subject_id), reminder.round)


# ── talks, leave, the calendar ──────────────────────────────────────────────────────────────────────────────────────


async def talk_idle(act: Act, reminder: Reminder) -> None:
    """Nobody has said anything for long: the talk ends."""
    if open_talk := await talks.by_id(act.tx, reminder.subject_id):
        await talk.end(act, open_talk, "idle")


async def absence_begins(act: Act, reminder: Reminder) -> None:
    absence = await absences.by_id(act.tx, reminder.subject_id)
    if absence is not None and absence.from_on <= act.today <= absence.until_on:
        await passing.begin_absence(act, absence)


async def plan_missing_calendar(act: Act) -> None:
    """Let the administrators be warned from 1 December on while next year's list is missing; harmless to plan again."""
    for year in (act.today.year, act.today.year + 1):
        if not act.office.calendar.knows_year(year):
            at = datetime.combine(date(year - 1, 12, 1), time(9), act.office.zone)
            await reminders.set_due(act.tx, MISSING, year, 1, at)


async def calendar_missing(act: Act, reminder: Reminder) -> None:
    """Warn, and again every week, until the list is there."""
    year = reminder.subject_id
    if act.office.calendar.knows_year(year) or act.today.year > year:
        return
    text = (
        f"{year} 年的放假和调休安排还没有导入，现在只按周末休息计算，承诺的日子可能不准。\n"
        f"请管机器的同志照国务院办公厅的通知导入：python -m bot workdays import {year}.csv"
    )
    for each in await access.administrators(act.tx):
        await act.tell(each.person_id, text)
    await reminders.set_due(act.tx, MISSING, year, reminder.round + 1, act.now + timedelta(days=7))


KINDS: Mapping[str, Fire] = {
    **{f"{kind}.warn": warn for kind in clocks.KINDS},
    **{f"{kind}.overdue": overdue for kind in clocks.KINDS},
    **{f"{kind}.leader": leader for kind in clocks.KINDS},
    "solve.half": half,
    clocks.WAITING: call_who_does_not_answer,
    "case.wake": wake,
    "danger.again": danger_again,
    ASK_AGAIN: ask_again,
    talk.IDLE: talk_idle,
    passing.LEAVE: absence_begins,
    MISSING: calendar_missing,
    **reminding.FIRES,
    plan.PREPARE: greet.festival_prepare,
    plan.GREET: greet.festival_greet,
    plan.BIRTHDAY: greet.birthday,
    plan.PARTY: greet.party_birthday,
    plan.AGE: greet.age,
    plan.DUTY: duties.remind,
    plan.TOMORROW: evening.tell,
    **life.FIRES,
    running.START: running.begin,
    running.TICK: running.tick,
    running.OVER: running.over,
    running.CALL: calling.remind,
    deciding.NUDGE: deciding.nudge,
    **correcting.FIRES,
}
USEFUL: Mapping[str, Useful] = {  # kinds that can be too late; all others are said however late
    **reminding.USEFUL,
    **greet.USEFUL,
}

"""The evening before: everything that goes out tomorrow, with a button each to stop it; and what came too late to be said."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from handlers import access, lunar
from handlers.act import Act, Button
from handlers.calendar import plan, telling
from handlers.calendar.plan import Known, Push
from handlers.calendar.telling import Listener, Words
from handlers.desk.lists import not_yours
from handlers.gatherings import reminding, signing
from handlers.menu import MENU_BUTTON
from handlers.office import day_in_words
from handlers.turn import Turn, row_id
from storage import reminders
from storage.reminders import Reminder

FARTHEST_DAYS = 400
PAGE = 8
LATE_PAGE = 20
LATE_DAYS = 30
MOST_LATE = 400
NEWLY_LATE = timedelta(hours=25)  # since the list of the evening before
NOT_TO_STOP = (signing.DRAW, reminding.DEADLINE)  # they do more than speak: places are given
FIRST_MOMENTS, LAST_STARTS = timedelta(days=10), timedelta(days=400)  # gatherings whose reminders may lie on a day
LATE_BUTTON = Button("没赶上的", "a:late:0")
WHAT = {
    plan.PREPARE: "节日准备的通知",
    plan.GREET: "节日问候",
    plan.BIRTHDAY: "生日问候",
    plan.PARTY: "政治生日问候",
    plan.AGE: "高龄提醒",
    plan.DUTY: "要办的会的提醒",
    plan.TOMORROW: "明天要发的清单",
    **reminding.WHAT,
}


@dataclass(frozen=True, slots=True)
class Item:
    """Something that goes out by itself, as staff see it."""

    reminder: Reminder
    push: Push
    stopped: bool
    unit_id: int | None  # of the person whom it is about
    of_everybody: bool  # about no single person

    def shown_to(self, listener: Listener) -> bool:
        return self.of_everybody or listener.hears_of(self.unit_id)

    def may_stop(self, listener: Listener) -> bool:
        """Tell whether somebody may stop it: what concerns everybody, only who looks after all units."""
        kind = self.reminder.kind.partition(":")[0]
        return kind not in NOT_TO_STOP and (listener.units is None or not self.of_everybody)


# ── what goes out ───────────────────────────────────────────────────────────────────────────────────────────────────


async def items(act: Act, day: date) -> list[Item]:
    """Return what goes out on a day, what was stopped as well, in order of time."""
    begins = plan.moment(act.office, day, time())
    ends = plan.moment(act.office, day + timedelta(days=1), time())
    known = await plan.read_known(act.tx, since=begins - FIRST_MOMENTS, until=ends + LAST_STARTS)
    names = _names(act, known, day, day)
    units = {each.id: each.unit_id for each in known.cadres}
    found = []
    for is_stopped, read in ((False, reminders.between), (True, reminders.stopped)):
        for each in await read(act.tx, begins, ends):
            if (push := names.get((each.kind, each.subject_id))) and each.kind != plan.TOMORROW:
                person = each.kind in plan.OF_PERSON
                found.append(Item(each, push, is_stopped, units.get(each.subject_id) if person else None, not person))
    return sorted(found, key=lambda each: (each.reminder.due_at, each.reminder.id))


def _names(act: Act, known: Known, first: date, last: date) -> dict[tuple[str, int], Push]:
    if not lunar.FIRST_DAY <= first <= last <= lunar.LAST_DAY:
        return {}
    return {(each.kind, each.subject): each for each in plan.pushes(act.office, known, first, last)}


async def tell(act: Act, reminder: Reminder) -> None:
    """In the evening: what goes out tomorrow, and what came too late since yesterday. Nothing when there is nothing."""
    day = date.fromordinal(reminder.subject_id) + timedelta(days=1)
    tomorrow = await items(act, day)
    late = len(await reminders.late(act.tx, act.now - NEWLY_LATE, MOST_LATE))

    def words(listener: Listener) -> Words | None:
        own = [each for each in tomorrow if each.shown_to(listener)]
        return _page(act, listener, day, own, 0, late) if own or late else None

    await telling.announce(act, words)


def _page(act: Act, listener: Listener, day: date, own: Sequence[Item], start: int, late: int = 0) -> Words:
    """Return one page of what goes out on a day, and its buttons."""
    name = "明天" if day == act.today + timedelta(days=1) else "今天" if day == act.today else ""
    head = f"{name}（{day_in_words(day)}）自动发出的有 {len(own)} 条："
    page = own[start : start + PAGE]
    lines = [head if own else f"{name}（{day_in_words(day)}）没有自动发出的。"]
    buttons = []
    for place, each in enumerate(page, 1):
        lines.append(f"{place}. {_line(act, each)}")
        if each.may_stop(listener):
            action, verb = ("unstop", "恢复") if each.stopped else ("stop", "停发")
            buttons.append(Button(f"{place} {verb}：{each.push.name}", f"a:{action}:{each.reminder.id}.{start}"))
    if len(own) > start + PAGE:
        buttons.append(Button("下一页", f"a:tomorrow:{day.toordinal()}.{start + PAGE}"))
    if late:
        lines.append(f"有 {late} 条没赶上时候，没有发。按【没赶上的】看是哪些。")
        buttons.append(LATE_BUTTON)
    return "\n".join(lines), [*buttons, MENU_BUTTON]


def _line(act: Act, item: Item) -> str:
    at = item.reminder.due_at.astimezone(act.office.zone)
    return f"{at:%H:%M} {item.push.name}，发给{item.push.audience}{'【已停发】' if item.stopped else ''}"


# ── staff look, stop and let go ─────────────────────────────────────────────────────────────────────────────────────


def _listener(turn: Turn) -> Listener:
    scope = access.scope(turn.visitor)
    return Listener(turn.person_id, None if scope.everybody else frozenset(scope.unit_ids))


async def show_tomorrow(turn: Turn, argument: str) -> None:
    """【明天要发的】: 'day.skip' is a page of a day, named by its ordinal; nothing is tomorrow."""
    if not access.works_here(turn.visitor):
        not_yours(turn)
        return
    ordinal, _, skipped = argument.partition(".")
    number = row_id(ordinal) or 0
    near = abs(number - turn.today.toordinal()) <= FARTHEST_DAYS  # no button of ours names another day
    day = date.fromordinal(number) if near else turn.today + timedelta(days=1)
    await _show(turn, day, row_id(skipped) or 0)


async def _show(turn: Turn, day: date, start: int) -> None:
    listener = _listener(turn)
    own = [each for each in await items(turn, day) if each.shown_to(listener)]
    turn.say(*_page(turn, listener, day, own, start if start < len(own) else 0))


async def stop(turn: Turn, argument: str) -> None:
    """【停发】: it will not go out; the list is shown again, where it can be let go after all."""
    if item := await _item(turn, argument):
        if await reminders.done(turn.tx, item.reminder.id, "stopped", turn.now):
            await turn.audit("reminder.stopped", f"reminder:{item.reminder.id}", kind=item.reminder.kind)
        turn.say(f"停了：{item.push.name}。{_when(turn, item)}不会发给{item.push.audience}。还想发，按【恢复】。")
        await _show_again(turn, item, argument)


async def let_go(turn: Turn, argument: str) -> None:
    """【恢复】: what was stopped goes out after all."""
    if item := await _item(turn, argument):
        if await reminders.resume(turn.tx, item.reminder.id):
            await turn.audit("reminder.resumed", f"reminder:{item.reminder.id}", kind=item.reminder.kind)
        turn.say(f"恢复了：{item.push.name}，{_when(turn, item)}照常发给{item.push.audience}。")
        await _show_again(turn, item, argument)


async def _item(turn: Turn, argument: str) -> Item | None:
    """Return what a button means, if the speaker may stop it and it has not gone out; else say why not and return None."""
    reminder = await reminders.by_id(turn.tx, row_id(argument.partition(".")[0]) or 0)
    if reminder is None or not access.handles(turn.visitor):
        not_yours(turn)
        return None
    found = await items(turn, turn.office.today(reminder.due_at))
    item = next((each for each in found if each.reminder.id == reminder.id), None)
    if item is None:
        turn.say("这一条已经发出去了，或者不用发了，停不了。", [MENU_BUTTON])
    elif not (item.shown_to(_listener(turn)) and item.may_stop(_listener(turn))):
        not_yours(turn)
        return None
    return item


def _when(turn: Turn, item: Item) -> str:
    at = item.reminder.due_at.astimezone(turn.office.zone)
    return f"{day_in_words(at.date())} {at:%H:%M}"


async def _show_again(turn: Turn, item: Item, argument: str) -> None:
    await _show(turn, turn.office.today(item.reminder.due_at), row_id(argument.partition(".")[2]) or 0)


# ── too late ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def show_late(turn: Turn, argument: str) -> None:
    """【没赶上的】: what was due and came too late to be said, the newest first, a page at a time."""
    if not access.works_here(turn.visitor):
        not_yours(turn)
        return
    listener, start = _listener(turn), row_id(argument) or 0
    found = await reminders.late(turn.tx, turn.now - timedelta(days=LATE_DAYS), MOST_LATE)
    known = await plan.read_known(turn.tx)
    units = {each.id: each.unit_id for each in known.cadres}
    own = [each for each in found if each.kind not in plan.OF_PERSON or listener.hears_of(units.get(each.subject_id))]
    page = own[start : start + LATE_PAGE]
    days = [turn.office.today(each.due_at) for each in page]
    names = _names(turn, known, min(days), max(days)) if days else {}
    head = f"最近 {LATE_DAYS} 天没赶上时候、没有发的有 {len(own)} 条，要紧的请打电话："
    buttons = [Button("下一页", f"a:late:{start + LATE_PAGE}")] if len(own) > start + LATE_PAGE else []
    lines = [_late_line(turn, each, names.get((each.kind, each.subject_id))) for each in page]
    turn.say("\n".join([head, *lines]) if own else f"最近 {LATE_DAYS} 天没有没赶上的。", [*buttons, MENU_BUTTON])


def _late_line(turn: Turn, reminder: Reminder, push: Push | None) -> str:
    at: datetime = reminder.due_at.astimezone(turn.office.zone)
    what = push.name if push else WHAT.get(reminder.kind.partition(":")[0], "提醒")
    return f"{at.month}月{at.day}日 {at:%H:%M} {what}"

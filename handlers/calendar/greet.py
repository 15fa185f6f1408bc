"""What festivals and birthdays say, to whom, and to whom not. Each looks again whether there is still reason to speak."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from handlers import access, lunar
from handlers.act import Act, Button, quiet_until
from handlers.calendar import days, people, plan, telling
from handlers.calendar.rules import Festival
from handlers.calendar.telling import Listener, Words
from handlers.desk.lists import not_yours
from handlers.lateness import Useful
from handlers.menu import MENU_BUTTON
from handlers.office import day_in_words
from handlers.turn import Turn, row_id
from storage import accounts, entry, life_events, quiet_hours, reminders
from storage import people as roster
from storage.database import Tx
from storage.people import Person
from storage.reminders import Reminder

CALLS_SHOWN = 20  # on one screen


# ── saying it ───────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Occasion:
    """What there is to say, and how it is called where the usual words do not fit: 今天是{name}."""

    name: str
    text: str


async def _way(tx: Tx, person: Person, day: date) -> people.Way:
    own = await quiet_hours.of_person(tx, person.id)
    wants = own is None or own.greetings
    return people.way(await life_events.of_person(tx, person.id), day, wants_greetings=wants)


async def _greet(act: Act, person: Person, occasion: Occasion) -> bool:
    """Greet somebody; True when nobody need call: it was said, or nothing is to be said."""
    way = await _way(act.tx, person, act.today)
    if way in ("call", "nothing"):
        return way == "nothing"
    if await _waits_for_tomorrow(act, person):
        return False
    text = occasion.text
    if way == "hospital":
        text = act.office.greetings.hospital.replace("{节日}", occasion.name)
    return await act.announce(person.id, f"{text.replace('{姓名}', person.name)}\n——{act.office.name}") > 0


async def _waits_for_tomorrow(act: Act, person: Person) -> bool:
    """Tell whether quiet hours would hold a greeting until its day is over."""
    held = quiet_until(act.now, act.office, await quiet_hours.of_person(act.tx, person.id))
    return held is not None and act.office.today(held) > act.today


# ── festivals ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _occurrence(act: Act, reminder: Reminder) -> tuple[Festival, date] | None:
    """Return the festival of a reminder and its day, or None when the office keeps it no more."""
    festival = plan.festival_of(act.office, reminder.kind.partition(":")[2])
    if festival is None:
        return None
    southern = act.office.greetings.southern_xiaonian
    return festival, days.festival_day(festival, reminder.subject_id, southern=southern)


async def festival_prepare(act: Act, reminder: Reminder) -> None:
    """Some days ahead: what staff should prepare, and whom they should visit instead of greeting."""
    found = _occurrence(act, reminder)
    if found is None or not found[0].prepare or found[1] <= act.today:
        return
    festival, day = found
    by_moon = f"（农历{lunar.to_lunar(day).yearly.words}）" if days.is_lunar(festival) else ""
    left = (day - act.today).days
    head = f"【提前准备】{festival.label}是{day_in_words(day)}{by_moon}，还有 {left} 天。\n{festival.prepare}"
    special = await _special(act, day)

    def words(listener: Listener) -> Words:
        own = [line for person, line in special if listener.hears_of(person.unit_id)]
        return ("\n".join([head, *(["请另外安排看望：" + "、".join(own[:CALLS_SHOWN])] if own else [])]), ())

    await telling.announce(act, words)


async def _special(act: Act, day: date) -> list[tuple[Person, str]]:
    """Return who is in hospital or mourns, with the word that says so."""
    known = await plan.read_known(act.tx)
    found = []
    for person in known.living:
        events = known.events.get(person.id, ())
        if people.is_bereaved(events, day):
            found.append((person, f"{person.name}（丧偶不满一年）"))
        elif people.in_hospital(events, day):
            found.append((person, f"{person.name}（住院）"))
    return found


async def festival_greet(act: Act, reminder: Reminder) -> None:
    """On the morning: each cadre whom the festival concerns; staff hear whom they must call."""
    found = _occurrence(act, reminder)
    if found is None or not found[0].greeting or found[1] != act.today:
        return
    festival, _ = found
    occasion = Occasion(festival.label, festival.greeting)
    to_call = []
    for person in await roster.cadres(act.tx):
        if days.is_of(person, festival.audience) and not await _greet(act, person, occasion):
            to_call.append(person)
    await telling.announce(act, lambda each: _call_words(festival, reminder, to_call, each))


def _call_words(festival: Festival, reminder: Reminder, to_call: Sequence[Person], listener: Listener) -> Words | None:
    own = [each for each in to_call if listener.hears_of(each.unit_id)]
    if not own:
        return None
    more = [Button(f"1 看全部 {len(own)} 位", f"a:callgreet:{reminder.id}.0")] if len(own) > CALLS_SHOWN else []
    head = f"{festival.label}的问候，有 {len(own)} 位没有在这里发，请打电话问候："
    return "\n".join([head, *map(telling.call_line, own[:CALLS_SHOWN])]), more


async def show_calls(turn: Turn, argument: str) -> None:
    """【看全部】: everybody whom a festival's greeting cannot reach here, a page at a time."""
    number, _, skipped = argument.partition(".")
    reminder = await reminders.by_id(turn.tx, row_id(number) or 0)
    if reminder is None or not access.works_here(turn.visitor) or not reminder.kind.startswith(plan.GREET):
        not_yours(turn)
        return
    found = _occurrence(turn, reminder)
    own = await _to_call(turn, *found) if found else []
    start = row_id(skipped) or 0
    page = own[start : start + CALLS_SHOWN]
    buttons = []
    if len(own) > start + CALLS_SHOWN:
        buttons.append(Button("1 下一页", f"a:callgreet:{reminder.id}.{start + CALLS_SHOWN}"))
    head = f"要打电话问候的 {len(own)} 位，第 {start + 1} 到 {start + len(page)} 位：" if page else "后面没有了。"
    turn.say("\n".join([head, *map(telling.call_line, page)]), [*buttons, MENU_BUTTON])


async def _to_call(turn: Turn, festival: Festival, day: date) -> list[Person]:
    """Return whom no greeting reaches, within the units of whoever asks."""
    scope = access.scope(turn.visitor)
    found = []
    for person in await roster.cadres(turn.tx):
        if days.is_of(person, festival.audience) and (scope.everybody or person.unit_id in scope.unit_ids):
            way = await _way(turn.tx, person, day)
            if way == "call" or (way != "nothing" and not await _reaches(turn.tx, person.id)):
                found.append(person)
    return found


async def _reaches(tx: Tx, person_id: int) -> bool:
    return bool(await accounts.reaching(tx, person_id)) and not await entry.has_withdrawn(tx, person_id)


# ── a person's own days ─────────────────────────────────────────────────────────────────────────────────────────────


async def _person(act: Act, reminder: Reminder) -> Person | None:
    """Return the cadre of a reminder; None for who is off the roster, no cadre any more, or dead."""
    person = await roster.by_id(act.tx, reminder.subject_id)
    is_cadre = any(role.name == "cadre" for role in await roster.roles(act.tx, person.id))
    events = await life_events.of_person(act.tx, person.id)
    return person if person.active and is_cadre and not people.is_deceased(events) else None


async def birthday(act: Act, reminder: Reminder) -> None:
    """On the morning: the cadre; where nothing can be said here, or must not, staff are asked to call."""
    person = await _person(act, reminder)
    found = days.birthdays(person, act.today, act.today) if person else []
    if person is None or not found:
        return
    texts = act.office.greetings
    text = texts.round_birthday if found[0].is_round else texts.birthday
    occasion = Occasion("您的生日", text.replace("{岁数}", str(found[0].age)))
    if not await _greet(act, person, occasion):
        await _ask_to_call(act, person, f"今天是{plan.birthday_name(person, found[0])}")


async def party_birthday(act: Act, reminder: Reminder) -> None:
    """On the morning of the day, or of the first of the month: the cadre, or staff are asked to call."""
    person = await _person(act, reminder)
    found = days.party_birthdays(person, act.today, act.today) if person else []
    if person is None or not found:
        return
    texts = act.office.greetings
    text = texts.party_birthday if found[0].exact else texts.party_month
    occasion = Occasion("您的政治生日", text.replace("{党龄}", str(found[0].years)))
    if not await _greet(act, person, occasion):
        when = "今天" if found[0].exact else "这个月"
        await _ask_to_call(act, person, f"{when}是{person.name}的政治生日，入党{found[0].years}年")


async def _ask_to_call(act: Act, person: Person, what: str) -> None:
    mourns = people.is_bereaved(await life_events.of_person(act.tx, person.id), act.today)
    why = "丧偶不满一年，没有发祝贺" if mourns else "没有在这里发问候"
    text = f"{what}，{why}，请打电话问候。\n{telling.call_line(person)}"
    await telling.announce(act, lambda each: (text, ()) if each.hears_of(person.unit_id) else None)


async def age(act: Act, reminder: Reminder) -> None:
    """Some weeks ahead: staff hear that somebody reaches an age that needs papers or a visit."""
    person = await _person(act, reminder)
    if person is None:
        return
    lead = timedelta(days=act.office.greetings.ages_lead_days)
    found = days.birthdays(person, act.office.today(reminder.due_at), act.office.today(reminder.due_at) + lead)
    reached = next((each for each in found if each.age in act.office.greetings.ages), None)
    if reached is not None:
        when = f"{day_in_words(reached.day)}满 {reached.age} 岁"
        text = f"【高龄】{person.name}{when}。请核对要不要办高龄津贴等手续，提前安排看望。"
        await telling.announce(act, lambda each: (text, ()) if each.hears_of(person.unit_id) else None)


# ── too late ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def _until(act: Act, reminder: Reminder) -> datetime:
    return plan.useful_until(act.office, reminder.kind, reminder.subject_id, reminder.due_at)


async def _shown_in_the_evening(act: Act, reminder: Reminder) -> None:
    """What came too late stands in the list of the evening, and under 【没赶上的】: not a message each."""


USEFUL = {kind: Useful(_until, _shown_in_the_evening) for kind in plan.KINDS}

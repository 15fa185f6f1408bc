"""登记住院、丧偶、失能、去世: what stops, who must be visited, and the way back when it was a mistake."""

from collections.abc import Mapping
from datetime import timedelta

from handlers import access
from handlers.act import Act, Button
from handlers.calendar import people as rules
from handlers.calendar import plan, telling
from handlers.cases.words import open_button
from handlers.desk.lists import LONGEST_LIST, not_yours
from handlers.dialog import MOST_OPTIONS, Chat, flow
from handlers.gatherings import signing
from handlers.lateness import Fire
from handlers.menu import MENU_BUTTON
from handlers.office import day_in_words
from handlers.taking_back import take_back_pushes
from handlers.turn import Turn, row_id
from storage import briefing_links, cases, gatherings, life_events, people, reminders, signups
from storage.life_events import LifeEvent
from storage.people import Person

KINDS: Mapping[str, str] = {"hospital": "住院", "bereaved": "丧偶", "disabled": "失能", "deceased": "去世"}
VISITS: Mapping[str, str] = {
    "hospital": "请在 24 小时内去看望。",
    "bereaved": "请尽快上门慰问。一年里不发节日和生日的祝贺，请打电话问候。",
    "disabled": "请上门看看，问问照护上有什么难处。",
    "deceased": "请在 24 小时内上门慰问家属，看看后事有什么要帮忙的。不会再给这位同志发任何消息。",
}
STILL_IN_HOSPITAL = "life.hospital"  # reminder; its subject is the event
ASK_AFTER = timedelta(days=7)
MOST_CASES = 200
NO_NOTE = ("没有", "无", "不用")


# ── the screen ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def show_life(turn: Turn, argument: str) -> None:
    """【住院、去世等】: what was entered last, the way to enter more, to end a stay in hospital, and to undo."""
    if not access.handles(turn.visitor):
        not_yours(turn)
        return
    found = [each for each in await life_events.newest(turn.tx, 50) if await _may_see(turn, each)][: LONGEST_LIST - 1]
    lines = [f"{place}. {_line(each)}" for place, each in enumerate(found, 1)]
    buttons = [Button("登记新的", "a:go:life")]
    for place, each in enumerate(found, 1):
        if each.kind == "hospital" and each.until_on is None:
            buttons.append(Button(f"{place} {each.person_name}出院了", f"a:discharged:{each.id}"))
        buttons.append(Button(f"{place} 登记错了，撤销", f"a:unlife:{each.id}"))
    turn.say("\n".join(["最近登记的：", *lines]) if lines else "还没有登记过。", [*buttons, MENU_BUTTON])


def _line(event: LifeEvent) -> str:
    until = f"，{day_in_words(event.until_on)}为止" if event.until_on else ""
    return f"{event.person_name}{KINDS[event.kind]}，{day_in_words(event.from_on)}起{until}"


async def _may_see(turn: Turn, event: LifeEvent) -> bool:
    scope = access.scope(turn.visitor)
    return scope.everybody or (await people.by_id(turn.tx, event.person_id)).unit_id in scope.unit_ids


# ── entering ────────────────────────────────────────────────────────────────────────────────────────────────────────


@flow("life", "登记住院、丧偶、失能、去世", keywords=("登记住院", "登记丧偶", "登记失能", "登记去世"))
async def life(chat: Chat) -> None:
    turn = chat.turn
    if not access.handles(turn.visitor):
        not_yours(turn)
        return
    name = await chat.ask("name", "是哪位老同志？请写姓名。")
    found = await _cadres(turn, name)
    if not found:
        chat.say(f"花名册里没有叫“{name}”的老同志，或者不归您管。", [MENU_BUTTON])
        return
    person = found[0]
    if len(found) > 1:
        units = await people.units(chat.tx)
        options = {str(each.id): _about(each, units) for each in found[:MOST_OPTIONS]}
        chosen = int(await chat.choose("person", f"叫{name}的有几位，是哪一位？", options))
        person = next(each for each in found if each.id == chosen)
    kind = await chat.choose("kind", f"{person.name}怎么了？", KINDS)
    if refused := await _why_not(turn, person, kind):
        chat.say(refused, [Button("看登记的", "a:life:"), MENU_BUTTON])
        return
    from_on = await chat.date("from", "从哪一天起？", latest=turn.today)
    note = await chat.ask("note", "还有什么要写明的（哪个医院、找哪位家属）？没有就写“没有”。")
    await chat.review("请核对：", name="老同志", person="哪一位", kind="情况", **{"from": "从哪一天", "note": "说明"})
    note = "\n".join(["" if note.strip() in NO_NOTE else note, *chat.kept().words]).strip()
    event_id = await life_events.add(chat.tx, person.id, kind, from_on, note, turn.person_id, turn.now)
    await turn.audit("life.entered", f"person:{person.id}", event=event_id, kind=kind)
    event = await life_events.by_id(chat.tx, event_id)
    if event is None:
        raise LookupError(f"no life event {event_id}")
    done = await _consequences(turn, person, event)
    chat.say("\n".join([f"登记好了：{_line(event)}。", VISITS[kind], *done]), [MENU_BUTTON])


async def _cadres(turn: Turn, name: str) -> list[Person]:
    """Return the cadres of this name within the units of the speaker."""
    scope = access.scope(turn.visitor)
    found = []
    for person in await people.by_name(turn.tx, name.strip()):
        is_cadre = any(role.name == "cadre" for role in await people.roles(turn.tx, person.id))
        if is_cadre and (scope.everybody or person.unit_id in scope.unit_ids):
            found.append(person)
    return found


def _about(person: Person, units: Mapping[int, str]) -> str:
    parts = (person.name, units.get(person.unit_id or 0), person.birth and f"{person.birth[:4]}年生")
    return "，".join(each for each in parts if each)


async def _why_not(turn: Turn, person: Person, kind: str) -> str | None:
    """Return why something cannot be entered, or None."""
    events = await life_events.of_person(turn.tx, person.id)
    if rules.is_deceased(events):
        return f"{person.name}已经登记了去世。要是登记错了，请先撤销。"
    if any(each.kind == kind and each.until_on is None for each in events):
        return f"{person.name}{KINDS[kind]}已经登记过了。"
    return None


# ── what follows ────────────────────────────────────────────────────────────────────────────────────────────────────


async def _consequences(turn: Turn, person: Person, event: LifeEvent) -> list[str]:
    """Do what follows from an event, tell whoever must visit, and return what was done, in words."""
    done = []
    if event.kind == "deceased":
        done = await _silence(turn, person)
        await _tell_owners(turn, person)
    if event.kind == "hospital":
        await reminders.set_due(turn.tx, STILL_IN_HOSPITAL, event.id, 1, turn.now + ASK_AFTER)
        done.append("一周以后会问您出院了没有。")
    told = await telling.tell_of(turn, person.unit_id, _visit_words(person, event))
    if told == 0:
        done.append("没有别的同志能在这里通知，请当面安排看望。")
    return done


def _visit_words(person: Person, event: LifeEvent) -> str:
    note = f"\n说明：{event.note}" if event.note else ""
    number = person.family_phone or person.home_phone or person.phone or "花名册里没有电话"
    family = person.family_name or "家里"
    address = f"\n住址：{person.address}" if person.address else ""
    head = f"【必访】{person.name}{KINDS[event.kind]}（{day_in_words(event.from_on)}）。{VISITS[event.kind]}"
    return f"{head}\n{family}电话：{number}{address}{note}"


async def _silence(turn: Turn, person: Person) -> list[str]:
    """Let nothing more go out to or about the dead: reminders, places at gatherings, messages that still wait. Return what was done."""
    await plan.forget_person(turn, person.id)
    for each in await life_events.of_person(turn.tx, person.id):
        await reminders.drop(turn.tx, [STILL_IN_HOSPITAL], each.id)
    withdrawn = await take_back_pushes(turn, person.id)
    await briefing_links.revoke(turn.tx, person.id)
    given = await _give_back_places(turn, person)
    done = [f"报了名的活动退了 {given} 个。"] if given else []
    return [*done, *([f"还没发出去的消息撤了 {withdrawn} 条。"] if withdrawn else [])]


async def _give_back_places(act: Act, person: Person) -> int:
    given = 0
    for signup in await signups.of_person(act.tx, person.id, act.now):
        gathering = await gatherings.by_id(act.tx, signup.gathering_id)
        if gathering.starts_at > act.now and signup.state != "no":
            given += await signing.give_back(act, gathering, signup)
    return given


async def _tell_owners(turn: Turn, person: Person) -> None:
    """Open cases stay with whoever has them: they hear that the family goes on with them."""
    for case in await cases.of_person(turn.tx, person.id, MOST_CASES):
        if not case.is_finished and case.owner_id is not None and case.owner_id != turn.person_id:
            text = f"{person.name}去世了。{case.number} 还没办完，请和家属（遗属）商量，接着办或者办结。"
            await turn.tell(case.owner_id, text, open_button(case))


# ── the way back ────────────────────────────────────────────────────────────────────────────────────────────────────


async def undo(turn: Turn, argument: str) -> None:
    """【撤销】: as if it had not been entered; places that were given back stay so."""
    event = await _event(turn, argument)
    if event is None:
        return
    await life_events.undo(turn.tx, event.id)
    await reminders.drop(turn.tx, [STILL_IN_HOSPITAL], event.id)
    await plan.plan_ahead(turn)
    await turn.audit("life.undone", f"person:{event.person_id}", event=event.id, kind=event.kind)
    more = "退了的活动名额没有恢复，请重新报名。" if event.kind == "deceased" else ""
    person = await people.by_id(turn.tx, event.person_id)
    await telling.tell_of(turn, person.unit_id, f"{person.name}{KINDS[event.kind]}是登记错了，已经撤销，不用去看望了。")
    turn.say(f"撤销了：{_line(event)}。{more}", [MENU_BUTTON])


async def discharged(turn: Turn, argument: str) -> None:
    """【出院了】."""
    event = await _event(turn, argument)
    if event is None:
        return
    if event.kind == "hospital" and await life_events.end(turn.tx, event.id, turn.today):
        await reminders.drop(turn.tx, [STILL_IN_HOSPITAL], event.id)
        await turn.audit("life.ended", f"person:{event.person_id}", event=event.id)
    turn.say(f"好的，{event.person_name}出院了。从明天起照常问候。", [MENU_BUTTON])


async def _event(turn: Turn, argument: str) -> LifeEvent | None:
    """Return the event of a button, if the speaker may change it, else say why not and return None."""
    event = await life_events.by_id(turn.tx, row_id(argument) or 0)
    if event is None or not access.handles(turn.visitor) or not await _may_see(turn, event):
        not_yours(turn)
        return None
    return event


async def ask_discharged(act: Act, reminder: reminders.Reminder) -> None:
    """A week in hospital, and every week again: has the cadre come home?"""
    event = await life_events.by_id(act.tx, reminder.subject_id)
    if event is None or event.until_on is not None:
        return
    person = await people.by_id(act.tx, event.person_id)
    text = f"{person.name}住院了（{day_in_words(event.from_on)}起），出院了没有？没有出院的，下周再问。"
    buttons = [Button("1 出院了", f"a:discharged:{event.id}")]
    await telling.announce(act, lambda each: (text, buttons) if each.hears_of(person.unit_id) else None)
    await reminders.set_due(act.tx, STILL_IN_HOSPITAL, event.id, reminder.round + 1, act.now + ASK_AFTER)


FIRES: Mapping[str, Fire] = {STILL_IN_HOSPITAL: ask_discharged}

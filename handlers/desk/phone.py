"""代老同志登记: staff write down what a cadre said on the telephone; the cadre needs no account."""

from handlers import access, alarm, danger
from handlers.cases import clocks, opening, words
from handlers.desk.lists import not_yours
from handlers.dialog import MOST_OPTIONS, Chat, flow
from handlers.menu import MENU_BUTTON
from handlers.readers import Gathered
from handlers.report import categories, same_matter
from handlers.turn import Turn
from storage import cases, people
from storage.cases import Case
from storage.people import Person


async def write_down(turn: Turn, argument: str) -> None:
    """【代老同志登记】."""
    if access.handles(turn.visitor):
        turn.follow = ("phone", {})
    else:
        not_yours(turn)


@flow("phone", "代老同志登记", keywords=("代登记", "代老同志登记"))
async def phone(chat: Chat) -> None:
    turn = chat.turn
    if not access.handles(turn.visitor):
        not_yours(turn)
        return
    name = await chat.ask("name", "是哪位老同志？请写姓名。")
    found = await _cadres(chat, name)
    if not found:
        chat.say(f"花名册里没有叫“{name}”的老同志，或者不归您管。请先请管机器的同志补录，再来登记。", [MENU_BUTTON])
        return
    person_id = found[0].id
    if len(found) > 1:
        units = await people.units(chat.tx)
        options = {str(each.id): _about(each, units) for each in found[:MOST_OPTIONS]}
        person_id = int(await chat.choose("person", f"叫{name}的有几位，是哪一位？", options))
    category = await chat.choose("category", "哪方面的困难？", categories(chat))
    told = await chat.gather("told", "老同志怎么说的？请照原话写。说完了请按【说完了】。")
    same = await same_matter(chat, person_id, category, told)
    if same is not None:
        await _alarm(chat, same, told)
        chat.say(
            await opening.add_words(turn, same, told + chat.kept(), author_id=turn.person_id), words.open_button(same)
        )
        return
    urgent = await chat.confirm("urgent", "今天就要有人管吗？", yes="是，很急", no="不急")
    await chat.review("请核对：", name="老同志", person="哪一位", category="类别", told="情况", urgent="急不急")
    told += chat.kept()
    urgent = urgent or danger.find(told.text, turn.office.dangers) is not None
    case = await opening.open_case(turn, person_id, category, told, urgent=urgent, by_phone=True)
    await _alarm(chat, case, told)
    receipt = words.receipt(turn, case)
    told_here = await turn.tell(person_id, f"您打电话说的事，{turn.visitor.name}替您登记了。\n{receipt}")
    head = "登记好了，回执也发给老同志了。" if told_here else "登记好了。请在电话里念给老同志听："
    chat.say(f"{head}\n{receipt}", words.open_button(case))


async def _alarm(chat: Chat, case: Case, told: Gathered) -> None:
    """What was told on the telephone may be a danger as well: then everybody is alarmed, and staff know what to say."""
    found = danger.find(told.text, chat.turn.office.dangers)
    if found is not None:
        await cases.alarm(chat.tx, case.id, found.label)
        if not case.urgent:
            await clocks.hasten(chat.turn, case)
        await alarm.alarm_all(chat.turn, await cases.by_id(chat.tx, case.id), found, told)
        chat.say(f"【{found.label}】请马上让老同志打 {found.call}，并派人去看。")


async def _cadres(chat: Chat, name: str) -> list[Person]:
    """Return the cadres of this name within the units of the speaker."""
    scope = access.scope(chat.turn.visitor)
    found = []
    for person in await people.by_name(chat.tx, name.strip()):
        roles = [role.name for role in await people.roles(chat.tx, person.id)]
        if "cadre" in roles and (scope.everybody or person.unit_id in scope.unit_ids):
            found.append(person)
    return found


def _about(person: Person, units: dict[int, str]) -> str:
    parts = (person.name, units.get(person.unit_id or 0), person.birth and f"{person.birth[:4]}年生")
    return "，".join(each for each in parts if each)

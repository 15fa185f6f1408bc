"""合并 two cases of one person; 拆分 one that told of two matters."""

from handlers.cases import caring, joining, words
from handlers.desk.card import own, show_case
from handlers.dialog import MOST_OPTIONS, Chat, flow
from handlers.readers import short
from handlers.turn import Turn
from storage import case_entries, cases
from storage.cases import Case


async def merge_case(turn: Turn, argument: str) -> None:
    """【合并】."""
    if case := await own(turn, argument):
        if await _others(turn, case):
            turn.follow = ("merge", {"case": case.id})
        else:
            turn.say(f"{case.person_name}没有别的没办完的事，不用合并。", words.open_button(case))


async def _others(turn: Turn, case: Case) -> list[Case]:
    found = await cases.unfinished_of_person(turn.tx, case.person_id, MOST_OPTIONS + 1)
    return [each for each in found if each.id != case.id][:MOST_OPTIONS]


@flow("merge", "合并", drafts=False)
async def merge(chat: Chat) -> None:
    case = await cases.by_id(chat.tx, chat.seed["case"])
    options = {
        str(each.id): f"{each.number} {await words.title(chat.turn, each)}" for each in await _others(chat.turn, case)
    }
    into = await chat.choose("into", f"{case.number} 和哪一件是同一件事？合到那一件里办：", options or {"0": "没有了"})
    await chat.review("请核对，合并以后不能再分开：", into="合到")
    current = await own(chat.turn, str(case.id))
    if current is None:
        return
    if into not in options or not await joining.merge(chat.turn, current, await cases.by_id(chat.tx, int(into))):
        chat.say("那一件已经办结了，没有合并。", words.open_button(current))
        return
    await caring.keep(chat.turn, await cases.by_id(chat.tx, int(into)), chat.kept())
    chat.say("合好了，两个编号都能查，正在告诉老同志。")
    await show_case(chat.turn, into)


async def split_case(turn: Turn, argument: str) -> None:
    """【拆分】."""
    if case := await own(turn, argument):
        if len(await _said(turn, case)) > 1:
            turn.follow = ("split", {"case": case.id})
        else:
            turn.say("这件事里老同志只说过一回，拆不开。", words.open_button(case))


async def _said(turn: Turn, case: Case) -> dict[str, str]:
    """Return what the cadre's side said, by entry, the newest that fit a screen."""
    found = [each for each in await case_entries.of_case(turn.tx, case.id) if each.kind == "said"]
    return {str(each.id): short(each.words, 16) or "照片或文件" for each in found[-MOST_OPTIONS:]}


@flow("split", "拆分", drafts=False)
async def split(chat: Chat) -> None:
    case = await cases.by_id(chat.tx, chat.seed["case"])
    said = await _said(chat.turn, case)
    entry = await chat.choose("entry", f"{case.number} 里哪一句是另一件事？", said or {"0": "没有了"})
    categories = {each.key: each.label for each in chat.turn.office.categories}
    category = await chat.choose("category", "那件事属于哪方面？", categories)
    await chat.review("请核对：", entry="分出去的话", category="类别")
    current = await own(chat.turn, str(case.id))
    if current is None:
        return
    new = None
    if entry in said and len(said) > 1:
        new = await joining.split(chat.turn, current, int(entry), category)
    if new is None:
        chat.say("这句话已经不在这件事里了，没有拆分。", words.open_button(current))
        return
    await caring.keep(chat.turn, new, chat.kept())
    chat.say(f"已经分成两件，新的一件是 {new.number}，正在告诉老同志。")
    await show_case(chat.turn, str(new.id))

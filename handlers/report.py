"""反映困难: a cadre, or a relative for a cadre, reports a difficulty."""

from handlers import cases
from handlers.dialog import MOST_OPTIONS, Chat, flow
from handlers.readers import Gathered
from storage import people
from storage.cases import by_id, of_speaker

MOST_CASES_OFFERED = 3


async def whom_for(chat: Chat) -> int:
    """Return for whom the speaker acts: himself, or the cadre a relative acts for."""
    visitor = chat.turn.visitor
    kin = await people.cadres_of(chat.tx, chat.turn.person_id) if visitor.has("relative") else []
    others = {str(each.id): each.name for each in kin}
    choices = ({str(chat.turn.person_id): "我自己"} if visitor.has("cadre") else {}) | others
    if len(choices) > 1:  # who acts for more cadres than fit a screen acts here for the first of them
        return int(await chat.choose("whom", "这次是为谁办？", dict(list(choices.items())[:MOST_OPTIONS])))
    return int(next(iter(choices), chat.turn.person_id))


@flow("report", "反映困难", keywords=("困难", "求助", "帮忙", "反映", "反映困难", "报困难"))
async def report_difficulty(chat: Chat) -> None:
    person_id = await whom_for(chat)
    category = await chat.choose("category", "您遇到哪方面的困难？", categories(chat))
    told = await chat.gather("told", "请说说具体情况，可以打字、发语音或者照片。一句一句说也行，说完了请按【说完了】。")
    await finish(chat, person_id, category, told)


@flow("offer", "登记您说的话")
async def offer_to_register(chat: Chat) -> None:
    """Somebody told a whole story without the menu: offer to register exactly these words."""
    open_cases = [each for each in await of_speaker(chat.tx, chat.turn.person_id, 20) if each.state != "closed"]
    ways = {"new": "登记为新的困难"}
    for case in open_cases[:MOST_CASES_OFFERED]:
        ways[f"c{case.id}"] = f"补充到 {case.number} {await cases.first_words(chat.turn, case)}"
    ways["no"] = "不用登记，随便说说"
    said = Gathered(tuple(chat.seed["words"]), tuple(chat.seed["media"]))
    question = f"您说：{said.shown()}\n\n要我记下来，请工作人员来办吗？还有话可以接着说。"
    way = await chat.choose("way", question, ways, adds_to="more")
    said += chat.told("more")
    if way == "no":
        chat.say("好的，跟您说说话也挺好。有事随时说“困难”，或者按【菜单】。")
    elif way == "new":
        person_id = await whom_for(chat)
        category = await chat.choose("category", "这件事属于哪方面？", categories(chat))
        await finish(chat, person_id, category, said, said=said)
    else:
        case = await by_id(chat.tx, int(way[1:]))
        chat.say(await cases.add_words(chat.turn, case, said))


def categories(chat: Chat) -> dict[str, str]:
    return {each.key: each.label for each in chat.turn.office.categories}


async def finish(chat: Chat, person_id: int, category: str, told: Gathered, said: Gathered | None = None) -> None:
    """Ask what is still open, review, open the case, hand out the receipt."""
    urgent = await chat.confirm("urgent", "这件事今天就要有人管吗？", yes="是，很急", no="不急")
    prompt = f"请您核对：\n情况：{said.shown()}" if said else "请您核对："
    await chat.review(prompt, whom="为谁办", category="类别", told="情况", urgent="急不急")
    case = await cases.open_case(chat.turn, person_id, category, told + chat.kept(), urgent=urgent)
    chat.say(cases.receipt(chat.turn.office, case))
    chat.say("您说的话，只有局里负责的工作人员和领导看得到。")


@flow("human", "找人工")
async def human(chat: Chat) -> None:
    """人工: a case of its own, opened at once; what was said just before goes with it."""
    office = chat.turn.office
    for case in await of_speaker(chat.tx, chat.turn.person_id, 20):
        if case.category == cases.CONTACT and case.state != "closed":
            who = f"{case.owner_name}" if case.owner_name else "值班的工作人员"
            chat.say(
                f"已经转告{who}了（{case.number}），请您稍等。急事请直接打电话：{office.phone}。\n有话可以现在就说，我一并转过去。"
            )
            return
    said = Gathered(tuple(chat.seed["words"]), tuple(chat.seed["media"]))
    told = Gathered(("请工作人员跟我联系。", *said.words), said.media)
    case = await cases.open_case(chat.turn, chat.turn.person_id, cases.CONTACT, told, urgent=False)
    chat.say(
        f"好的，已经请工作人员联系您。\n{cases.receipt(office, case)}\n服务时间：{office.service_hours}。急事请直接打电话。"
    )

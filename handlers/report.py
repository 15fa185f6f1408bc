"""反映困难: a cadre, or a relative for a cadre, reports a difficulty."""

from datetime import timedelta

from handlers import access
from handlers.alike import looks_alike
from handlers.cases import opening, telling, words
from handlers.dialog import Chat, flow
from handlers.office import CONTACT
from handlers.readers import SPOKEN, Gathered
from handlers.whom import Acting, whom_for
from storage import case_entries, cases, people
from storage.cases import Case, by_id

MOST_CASES_OFFERED = 3
MOST_COMPARED = 10  # unfinished cases of a person that a new report may be the same as


@flow("report", "反映困难", keywords=("困难", "求助", "帮忙", "反映", "反映困难", "报困难"))
async def report_difficulty(chat: Chat) -> None:
    acting = await whom_for(chat)
    category = await chat.choose("category", "您遇到哪方面的困难？", categories(chat))
    told = await chat.gather("told", "请说说具体情况，可以打字、发语音或者照片。一句一句说也行，说完了请按【说完了】。")
    await finish(chat, acting, category, told)


@flow("offer", "登记您说的话")
async def offer_to_register(chat: Chat) -> None:
    """Somebody told a whole story without the menu: offer to register exactly these words."""
    persons = await access.acts_for(chat.tx, chat.turn.visitor)
    ways = {"new": "登记为新的困难"}
    for case in await _may_belong_to(chat, persons):
        whose = f"{case.person_name}：" if len(persons) > 1 else ""
        again = "（重新办理）" if case.is_finished else ""
        ways[f"c{case.id}"] = f"补充到 {case.number} {whose}{await words.title(chat.turn, case)}{again}"
    ways["no"] = "不用登记，随便说说"
    said = Gathered(tuple(chat.seed["words"]), tuple(chat.seed["media"]))
    question = f"您说：{said.shown()}\n\n要我记下来，请工作人员来办吗？还有话可以接着说。"
    way = await chat.choose("way", question, ways, adds_to="more")
    said += chat.told("more")
    if way == "no":
        chat.say("好的，跟您说说话也挺好。有事随时说“困难”，或者按【菜单】。")
    elif way == "new":
        acting = await whom_for(chat)
        category = await chat.choose("category", "这件事属于哪方面？", categories(chat))
        await finish(chat, acting, category, said, said=said)
    else:
        chat.say(await opening.add_words(chat.turn, await by_id(chat.tx, int(way[1:])), said + chat.kept()))


async def _may_belong_to(chat: Chat, persons: dict[int, str]) -> list[Case]:
    """Return the cases that words without a question may belong to, newest first: unfinished ones, and those closed lately."""
    since = chat.turn.now - timedelta(days=chat.turn.office.reopen_days)
    found = {each.id: each for person in persons for each in await cases.of_speaker(chat.tx, person, 20)}
    fit = [
        each
        for each in sorted(found.values(), key=lambda case: case.id, reverse=True)
        if each.closed_at is None or (each.state == "closed" and each.closed_at >= since)
    ]
    return sorted(fit, key=lambda case: case.is_finished)[:MOST_CASES_OFFERED]


def categories(chat: Chat) -> dict[str, str]:
    return {each.key: each.label for each in chat.turn.office.categories}


async def finish(chat: Chat, acting: Acting, category: str, told: Gathered, said: Gathered | None = None) -> None:
    """Ask what is still open, review, open the case or join the one it belongs to, hand out the receipt."""
    same = await same_matter(chat, acting.person_id, category, told)
    if same is not None:
        chat.say(await opening.add_words(chat.turn, same, told + chat.kept(), author_id=acting.acted_by))
        return
    urgent = await chat.confirm("urgent", "这件事今天就要有人管吗？", yes="是，很急", no="不急")
    prompt = f"请您核对：\n情况：{said.shown()}" if said else "请您核对："
    await chat.review(prompt, whom="为谁办", category="类别", told="情况", urgent="急不急")
    case = await opening.open_case(
        chat.turn, acting.person_id, category, told + chat.kept(), urgent=urgent, acted_by=acting.acted_by
    )
    chat.say(words.receipt(chat.turn, case))
    chat.say(f"您说的话，只有局里负责的工作人员、领导{await _family(chat, acting)}看得到。")


async def _family(chat: Chat, acting: Acting) -> str:
    """Return who else reads the cases of this person: relatives who act for them, except whoever is speaking."""
    names = [each.name for each in await people.relatives_of(chat.tx, acting.person_id) if each.id != acting.acted_by]
    return f"，还有替{'您' if acting.person_id == acting.acted_by else '老人'}办事的{'、'.join(names)}" if names else ""


async def same_matter(chat: Chat, person_id: int, category: str, told: Gathered) -> Case | None:
    """Ask whether a report that looks like an unfinished one of the person is the same matter; return that one, or None."""
    decided = "same" in chat.answers or chat.asked in (
        "urgent",
        "review",
    )  # nothing alike was there when it was time to ask
    likely = None if decided else await _looks_like(chat, person_id, category, told)
    if likely is None and "same" not in chat.answers:
        return None
    options = {}
    question = ""
    if likely is not None:
        options[f"c{likely.id}"] = "是同一件，补充进去"
        state = f"{await words.state(chat.turn, likely)}{words.due(likely)}"
        question = f"{likely.number}“{await words.title(chat.turn, likely)}”{state}。是不是同一件事？"
    way = await chat.choose("same", question, options | {"no": "是另一件事"})
    return None if way == "no" else await cases.living(chat.tx, int(way[1:]))


async def _looks_like(chat: Chat, person_id: int, category: str, told: Gathered) -> Case | None:
    """Return the newest such case. Once we have asked, one that was closed meanwhile is still meant: then it opens again."""
    found = await cases.unfinished_of_person(chat.tx, person_id, MOST_COMPARED)
    if chat.asked == "same":
        found = [each for each in await cases.of_person(chat.tx, person_id, MOST_COMPARED) if each.state != "merged"]
    for case in found:
        said = await case_entries.said_words(chat.tx, case.id)
        if case.category in (category, "other", CONTACT) and looks_alike(
            told.text.replace(SPOKEN, ""), said.replace(SPOKEN, "")
        ):
            return case
    return None


@flow("human", "找人工")
async def human(chat: Chat) -> None:
    """人工: a case of its own, opened at once; what was said just before goes with it."""
    office, turn = chat.turn.office, chat.turn
    said = Gathered(tuple(chat.seed["words"]), tuple(chat.seed["media"]))
    person_id = (await whom_for(chat)).person_id if turn.visitor.shares else turn.person_id
    said += chat.kept()
    for case in await cases.unfinished_of_person(chat.tx, person_id, 20):
        if case.category == CONTACT:
            if said:
                await opening.add_words(turn, case, said)
            else:
                await telling.tell_staff(turn, case, f"{case.person_name}又来找人工（{case.number}），请尽快联系。")
            who = case.owner_name or "值班的工作人员"
            chat.say(
                f"正在转告{who}（{case.number}），请您稍等。急事请直接打电话：{office.phone}。\n有话可以现在就说，我一并转过去。"
            )
            return
    told = Gathered(("请工作人员跟我联系。", *said.words), said.media)
    case = await opening.open_case(turn, person_id, CONTACT, told, urgent=False, acted_by=person_id)
    chat.say(
        f"好的，已经请工作人员联系您。工作人员来了会告诉您，那时您说的话直接转过去。\n{words.receipt(turn, case)}\n"
        f"服务时间：{office.service_hours}。急事请直接打电话。"
    )

"""The desk: staff look after cases in chat, decide on requests for access, and see what could not be delivered."""

from datetime import timedelta

from handlers import access, cases
from handlers.dialog import Chat, flow
from handlers.menu import MENU_BUTTON
from handlers.office import Office, day_in_words
from handlers.turn import Button, Turn, row_id
from storage import accounts, audit, entry, outbox, people
from storage import cases as stored
from storage.cases import Case, Entry
from storage.entry import AccessRequest

LONGEST_LIST = 8  # cases on one screen
MOST_READ = 200  # open cases looked through for one list
DEEDS = {"said": "说", "taken": "接手", "replied": "答复", "closed": "办结", "answered": "回答", "reopened": "重新办理"}
NOT_YOURS = "这件事不归您管，或者已经不在了。"


# ── lists ───────────────────────────────────────────────────────────────────────────────────────────────────────────


async def show_todo(turn: Turn, argument: str) -> None:
    """【待办】: what is not finished, urgent first, then by promised date; `argument` is how many to skip."""
    if not access.works_here(turn.visitor):
        not_yours(turn)
        return
    seen = [each for each in await stored.unfinished(turn.tx, MOST_READ) if access.may_see(turn.visitor, each)]
    waiting = sum(each.owner_id is None for each in seen)
    late = sum(each.promised_on < turn.office.today(turn.now) for each in seen)
    head = f"没办完的 {len(seen)} 件，其中没人接手 {waiting} 件，过期 {late} 件。"
    await _list(turn, head if seen else "现在没有没办完的事。", seen, "todo", argument)


async def show_taken(turn: Turn, argument: str) -> None:
    """【我承办的】; `argument` is how many to skip."""
    unfinished = await stored.unfinished(turn.tx, MOST_READ)
    own = [each for each in unfinished if each.owner_id == turn.visitor.person_id]
    await _list(turn, f"您手上有 {len(own)} 件。" if own else "您手上没有没办完的事。", own, "taken", argument)


async def _list(turn: Turn, head: str, found: list[Case], action: str, skip: str) -> None:
    today = turn.office.today(turn.now)
    start = min(row_id(skip) or 0, max(0, len(found) - 1))
    page = found[start : start + LONGEST_LIST]
    buttons = []
    for place, case in enumerate(page, 1):
        late = "【过期】" if case.promised_on < today else ""
        urgent = "【急】" if case.urgent else ""
        words = await cases.first_words(turn, case)
        buttons.append(Button(f"{place} {late}{urgent}{case.person_name}：{words}", f"a:case:{case.id}"))
    if start + LONGEST_LIST < len(found):
        buttons.append(Button("9 下一页", f"a:{action}:{start + LONGEST_LIST}"))
    where = f"\n第 {start + 1} 到 {start + len(page)} 件：" if len(found) > LONGEST_LIST else ""
    turn.say(head + where, [*buttons, MENU_BUTTON])


async def show_own(turn: Turn, argument: str) -> None:
    """【我的困难】: a cadre's own cases, and those of the parents a relative acts for."""
    names = {turn.person_id: ""} | {each.id: each.name for each in await people.cadres_of(turn.tx, turn.person_id)}
    own = [case for person in names for case in await stored.of_person(turn.tx, person, LONGEST_LIST)]
    lines = []
    buttons = []
    for place, case in enumerate(own[:LONGEST_LIST], 1):
        words = await cases.first_words(turn, case)
        lines.append(f"{place}. {case.number} {words}：{cases.STATES[case.state]}{_due(case)}")
        buttons.append(Button(f"{place} 看 {case.number}", f"a:case:{case.id}"))
    turn.say("\n".join(lines) if lines else "您还没有登记过困难。", [*buttons, MENU_BUTTON])


def _due(case: Case) -> str:
    return "" if case.state == "closed" else f"，最迟{day_in_words(case.promised_on)}答复"


def not_yours(turn: Turn) -> None:
    """Say the same to everybody who asks for what is not theirs, whether it exists or not."""
    turn.say(NOT_YOURS, [MENU_BUTTON])


# ── one case ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def _case(turn: Turn, argument: str) -> Case | None:
    """Return the case a button names if the speaker may see it, else say so and return None."""
    try:
        case = await stored.by_id(turn.tx, row_id(argument) or 0)
    except LookupError:
        not_yours(turn)
        return None
    if turn.person_id in (case.person_id, case.acted_by) or access.may_see(turn.visitor, case):
        return case
    if case.person_id in [each.id for each in await people.cadres_of(turn.tx, turn.person_id)]:
        return case
    not_yours(turn)
    return None


async def show_case(turn: Turn, argument: str) -> None:
    """Everything in a case, in order, with what may be done now."""
    case = await _case(turn, argument)
    if case is None:
        return
    entries = await stored.entries(turn.tx, case.id)
    office = turn.office
    head = [
        f"{case.number} {case.person_name} {cases.category_label(office, case)}{'【急】' if case.urgent else ''}",
        f"{cases.STATES[case.state]}{_due(case)}；经办人：{case.owner_name or '正在安排'}",
    ]
    if case.acted_by != case.person_id:
        head.append(f"由{(await people.by_id(turn.tx, case.acted_by)).name}代报")
    text = "\n".join([*head, "", *(_line(office, each) for each in entries)])
    media = [medium for each in entries for medium in each.media]
    turn.say(text, _deeds_now(turn, case), media)


def _line(office: Office, each: Entry) -> str:
    at = each.at.astimezone(office.zone)
    attached = f"（附件 {len(each.media)} 份）" if each.media else ""
    words = f"：{each.words}" if each.words else ""
    return f"{at.month}月{at.day}日 {at:%H:%M} {each.author or '系统'}{DEEDS[each.kind]}{words}{attached}"


def _deeds_now(turn: Turn, case: Case) -> list[Button]:
    if not access.may_handle(turn.visitor, case):
        return [MENU_BUTTON]
    if case.state == "open":
        return [Button("1 接手", f"a:take:{case.id}"), MENU_BUTTON]
    if case.state == "taken" and case.owner_id == turn.visitor.person_id:
        return [Button("1 答复", f"a:reply:{case.id}"), Button("2 办结", f"a:close:{case.id}"), MENU_BUTTON]
    return [MENU_BUTTON]


async def take_case(turn: Turn, argument: str) -> None:
    """【接手】."""
    case = await _case(turn, argument)
    if case is None:
        return
    if not access.may_handle(turn.visitor, case):
        not_yours(turn)
    elif await cases.take(turn, case):
        reporter = await people.by_id(turn.tx, case.acted_by)
        turn.say(f"您已接手 {case.number}，已经告诉{reporter.name}由您负责。")
        await show_case(turn, argument)
    elif case.owner_id == turn.person_id:
        turn.say("这件事已经在您手上。")
        await show_case(turn, argument)
    else:
        turn.say(f"这件事{case.owner_name or '别人'}已经接手了。", [MENU_BUTTON])


async def reply_to_case(turn: Turn, argument: str) -> None:
    """【答复】."""
    if await _own_case(turn, argument):
        turn.follow = ("reply", {"case": int(argument)})


async def close_case(turn: Turn, argument: str) -> None:
    """【办结】."""
    if await _own_case(turn, argument):
        turn.follow = ("close", {"case": int(argument)})


async def _own_case(turn: Turn, argument: str) -> Case | None:
    case = await _case(turn, argument)
    if case is None:
        return None
    if case.state == "taken" and case.owner_id == turn.person_id:
        return case
    turn.say("这件事现在不在您手上，请先看看它的情况。", cases.case_buttons(case))
    return None


@flow("reply", "答复")
async def reply(chat: Chat) -> None:
    case = await stored.by_id(chat.tx, chat.seed["case"])
    told = await chat.gather(
        "told", f"答复{case.person_name}（{case.number}），请说内容，可以带照片。说完了请按【说完了】。"
    )
    await chat.review("发出前请核对：", told="内容")
    if not await _own_case(chat.turn, str(case.id)):
        return
    if await cases.reply(chat.turn, case, told + chat.kept()):
        chat.say("已经发给老同志。")
    else:
        chat.say(await _call_instead(chat.turn, case))
    await show_case(chat.turn, str(case.id))


async def _call_instead(turn: Turn, case: Case) -> str:
    person = await people.by_id(turn.tx, case.acted_by)
    return f"消息送不到，请给{person.name}打电话：{person.phone or person.home_phone or '花名册里没有电话'}。"


@flow("close", "办结")
async def close(chat: Chat) -> None:
    case = await stored.by_id(chat.tx, chat.seed["case"])
    outcome = await chat.ask("outcome", f"办结 {case.number}，请用一句话告诉老同志结果：")
    await chat.review("发出前请核对：", outcome="结果")
    kept = chat.kept()  # the review has shown it
    outcome = "\n".join((outcome, *kept.words))
    if await _own_case(chat.turn, str(case.id)) and await cases.close(chat.turn, case, outcome, kept.media):
        chat.say("已办结，已经请老同志回答解决了没有。", [MENU_BUTTON])


async def answer_solved(turn: Turn, argument: str) -> None:
    """【已解决】【部分解决】【没解决】: 'case.closing.answer'; only the side that reported may answer."""
    case_id, closing, solved = [*argument.split("."), "", ""][:3]
    case = await _case(turn, case_id)
    if case is None:
        return
    if turn.person_id not in (case.person_id, case.acted_by) or solved not in cases.SOLVED:
        not_yours(turn)
        return
    turn.say(await cases.answer(turn, case, row_id(closing) or 0, solved), [MENU_BUTTON])


# ── requests for access ─────────────────────────────────────────────────────────────────────────────────────────────


async def request_card(turn: Turn, request: AccessRequest) -> tuple[str, list[Button]]:
    """Return the text and the buttons with which staff decide on a request."""
    found = await people.by_name(turn.tx, request.name)
    units = await people.units(turn.tx)
    buttons = []
    for place, person in enumerate(found[:5], 1):
        about = "，".join(
            each for each in (units.get(person.unit_id or 0), person.birth and f"{person.birth[:4]}年生") if each
        )
        buttons.append(Button(f"{place} 是{person.name}（{about}）", f"a:admit:{request.id}.{person.id}"))
    buttons.append(Button(f"{len(buttons) + 1} 不同意", f"a:refuse:{request.id}"))
    hint = "请核对后选是哪一位：" if found else "花名册里没有这个名字。要同意，请先补录花名册，再从菜单打开这条申请。"
    return f"有人申请使用：{request.name}\n单位和电话：{request.words}\n{hint}", buttons


async def show_requests(turn: Turn, argument: str) -> None:
    """【申请使用的人】: the open requests one by one, oldest first."""
    if not access.may_admit(turn.visitor):
        not_yours(turn)
        return
    requests = await entry.open_requests(turn.tx)
    if not requests:
        turn.say("现在没有人申请使用。", [MENU_BUTTON])
        return
    text, buttons = await request_card(turn, requests[0])
    turn.say(f"还有 {len(requests)} 条申请。\n{text}", [*buttons, MENU_BUTTON])


async def admit(turn: Turn, argument: str) -> None:
    """Bind the account of a request to a person of the roster."""
    request_id, _, person_id = argument.partition(".")
    request = await _open_request(turn, request_id)
    if request is None:
        return
    try:
        person = await people.by_id(turn.tx, row_id(person_id) or 0)
    except LookupError:
        not_yours(turn)
        return
    bound = await accounts.bind(turn.tx, request.account_id, person.id, turn.now)
    await entry.decide(turn.tx, request.id, "approved", turn.person_id, turn.now)
    await _audit(turn, "access.approved", request, person.id)
    if bound:
        turn.tell_account(request.account_id, f"{person.name}，您好，工作人员已经核对过，现在可以用了。")
        turn.tell_account(request.account_id, "请按【开始】。", [Button("开始", "w:menu")])
    turn.say(f"已同意，账号归{person.name}。" if bound else "这个账号已经有主了，没有改动。", [MENU_BUTTON])


async def refuse(turn: Turn, argument: str) -> None:
    """Refuse a request politely."""
    request = await _open_request(turn, argument)
    if request is None:
        return
    await entry.decide(turn.tx, request.id, "refused", turn.person_id, turn.now)
    await _audit(turn, "access.refused", request, None)
    turn.tell_account(request.account_id, f"您的申请没能核对上，请打电话跟我们联系：{turn.office.phone}。")
    turn.say("已回复对方，请他打电话。", [MENU_BUTTON])


async def _open_request(turn: Turn, argument: str) -> AccessRequest | None:
    request = await entry.request(turn.tx, row_id(argument) or 0)
    if not access.may_admit(turn.visitor) or request is None:
        not_yours(turn)
        return None
    if request.decision is not None:
        turn.say("这条申请已经处理过了。", [MENU_BUTTON])
        return None
    return request


async def _audit(turn: Turn, deed: str, request: AccessRequest, person_id: int | None) -> None:
    subject = f"request:{request.id}"
    account_id = turn.visitor.account_id
    await audit.add(turn.tx, turn.now, deed, subject, actor_id=turn.person_id, account_id=account_id, person=person_id)


# ── what could not be delivered ─────────────────────────────────────────────────────────────────────────────────────

FAILURE_DAYS = 7


async def show_failures(turn: Turn, argument: str) -> None:
    """【没送到的消息】: to whom and why, so that somebody calls."""
    if not access.works_here(turn.visitor):
        not_yours(turn)
        return
    failures = await outbox.failures(turn.tx, turn.now - timedelta(days=FAILURE_DAYS), 20)
    lines = []
    for each in failures:
        at = each.at.astimezone(turn.office.zone)
        phone = f"，电话 {each.phone}" if each.phone else ""
        lines.append(f"{at.month}月{at.day}日 {at:%H:%M} {each.name or '未登记的人'}{phone}：{each.why}")
    head = (
        f"最近 {FAILURE_DAYS} 天没送到的消息，请打电话告诉他们："
        if lines
        else f"最近 {FAILURE_DAYS} 天的消息都送到了。"
    )
    turn.say("\n".join([head, *lines]), [MENU_BUTTON])

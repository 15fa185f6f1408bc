"""申请使用的人: strangers who asked to be let in; staff decide."""

from handlers import access
from handlers.desk.lists import not_yours
from handlers.menu import MENU_BUTTON
from handlers.turn import Button, Turn, row_id
from storage import accounts, audit, entry, people
from storage.entry import AccessRequest


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
    turn.say("已回复对方，请对方打电话。", [MENU_BUTTON])


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

"""Two elders with one telephone: a second invite code on an account that belongs to somebody lets another elder use it as well."""

from handlers import access, strangers
from handlers.dialog import Chat, flow
from handlers.menu import MENU_BUTTON
from handlers.turn import Turn
from storage import accounts, entry, people


async def wants_to_share(turn: Turn) -> bool:
    """Tell whether the message is an invite code of another cadre, and begin to ask; a code that is not valid is words like others."""
    code = strangers.code_in(turn.message.words) if turn.message.choice is None and not turn.message.media else None
    if code is None or access.only_works_here(turn.visitor) or await strangers.guesses(turn):
        return False
    person_id = await entry.invited(turn.tx, code, turn.now)
    if person_id is None:
        await entry.wrong_code(turn.tx, turn.visitor.account_id, turn.now)
        return False
    if person_id in await access.speaks_for(turn.tx, turn.visitor) or not await _is_cadre(turn, person_id):
        return False
    turn.follow = ("share", {"code": code, "person": person_id})
    return True


async def _is_cadre(turn: Turn, person_id: int) -> bool:
    return any(role.name == "cadre" for role in await people.roles(turn.tx, person_id))


@flow("share", "合用这个账号", drafts=False)
async def share(chat: Chat) -> None:
    turn, office = chat.turn, chat.turn.office
    person = await people.by_id(chat.tx, chat.seed["person"])
    question = (
        f"以后{person.name}也用这个账号，每次先问“这次是为谁办”。请{person.name}本人看一看：\n\n{office.consent_text}\n\n"
        f"{person.name}同意吗？"
    )
    if not await chat.confirm("agree", question, yes="本人同意", no="不同意"):
        chat.say("好的，没有合用。", [MENU_BUTTON])
        return
    used = await entry.use_invite(chat.tx, chat.seed["code"], turn.visitor.account_id, turn.now)
    if used != person.id:
        chat.say(f"这个邀请码用不了，请打电话请工作人员再给一个：{office.phone}。", [MENU_BUTTON])
        return
    await accounts.share(chat.tx, turn.visitor.account_id, person.id, turn.now)
    await entry.give_consent(chat.tx, person.id, turn.visitor.account_id, office.consent_version, turn.now)
    await turn.audit("account.shared", f"person:{person.id}")
    chat.say(f"好了，{turn.visitor.name}和{person.name}都能用这个账号，各人的事分开记。", [MENU_BUTTON])
    if kept := chat.kept():
        turn.follow = ("offer", kept.stored())

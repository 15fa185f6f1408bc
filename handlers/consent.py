"""The consent to the handling of personal data (个人信息保护法 art. 13-17): asked once a version, recorded, and as easy to withdraw as to give."""

from handlers import access
from handlers.dialog import Chat, flow
from handlers.menu import show_menu
from handlers.taking_back import take_back_pushes
from storage import accounts, audit, briefing_links, entry, people


@flow("consent", "个人信息告知", drafts=False)
async def consent(chat: Chat) -> None:
    turn, office = chat.turn, chat.turn.office
    question = f"{office.consent_text}\n\n您同意吗？"
    choice = await chat.choose("agree", question, {"yes": "同意", "no": "不同意"}, adds_to="meanwhile")
    said = chat.seed.get("words", []) + list(chat.told("meanwhile").words)
    media = chat.seed.get("media", []) + list(chat.told("meanwhile").media)
    if choice == "no":
        chat.say(
            f"好的，尊重您的意思，我们不处理您的信息。有事请打电话：{office.phone}（{office.service_hours}）。\n什么时候想用了，说一声就行。"
        )
        return
    await entry.give_consent(chat.tx, turn.person_id, turn.visitor.account_id, office.consent_version, turn.now)
    await _audit(chat, "consent.given", turn.person_id)
    chat.say("谢谢您。想撤回的话，随时说“撤回同意”。")
    if said or media:
        turn.follow = ("offer", {"words": said, "media": media})
    else:
        show_menu(turn)


@flow("withdraw", "撤回同意", keywords=("撤回同意", "撤回"), drafts=False)
async def withdraw(chat: Chat) -> None:
    turn = chat.turn
    speakers = await access.speaks_for(chat.tx, turn.visitor)
    who = turn.person_id
    if len(speakers) > 1:
        who = int(
            await chat.choose("who", "是哪一位要撤回同意？", {str(each): name for each, name in speakers.items()})
        )
    question = "撤回以后，我们不再通过这里处理您的信息，没办完的事会请工作人员打电话跟您说。确定撤回吗？"
    if not await chat.confirm("sure", question, yes="撤回", no="不撤回"):
        chat.say("好的，没有撤回。")
        if kept := chat.kept():
            turn.follow = ("offer", kept.stored())
        return
    await take_back_pushes(turn, who)
    await entry.withdraw_consent(chat.tx, who, turn.now)
    await briefing_links.revoke(chat.tx, who)
    if who != turn.person_id:
        await accounts.unshare(chat.tx, turn.visitor.account_id, who)
    await _audit(chat, "consent.withdrawn", who)
    person = await people.by_id(chat.tx, who)
    phone = person.phone or person.home_phone or "花名册里没有电话"
    said = f"\n还说过：{chat.kept().text}" if chat.kept() else ""
    for colleague in await access.case_staff(chat.tx, person.unit_id):
        await turn.tell(
            colleague.person_id, f"{person.name}撤回了同意，以后不能在这里联系。没办完的事请打电话：{phone}。{said}"
        )
    chat.say(f"已经撤回。有事请打电话：{turn.office.phone}（{turn.office.service_hours}）。")


async def _audit(chat: Chat, deed: str, person_id: int) -> None:
    turn = chat.turn
    await audit.add(
        chat.tx,
        turn.now,
        deed,
        f"person:{person_id}",
        actor_id=turn.person_id,
        account_id=turn.visitor.account_id,
        version=turn.office.consent_version,
    )

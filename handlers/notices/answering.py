"""What is under a notice: 【已阅】【参加】【不参加】【回几句话】. The buttons work for ever, in any order; the last answer counts."""

from handlers import access
from handlers.dialog import Chat, flow
from handlers.mailing import charge, receiving, words
from handlers.menu import MENU_BUTTON
from handlers.turn import Button, Turn, row_id
from storage import mailings, people, recipients
from storage.recipients import Recipient

PREVIEW = "0"


async def _own(turn: Turn, argument: str) -> Recipient | None:
    """Return the recipient of a button if the speaker is that person or acts for them, else say why not and return None."""
    if argument == PREVIEW:
        turn.say("这是给您看的样子，在这里按了不算。", [MENU_BUTTON])
        return None
    recipient = await recipients.by_id(turn.tx, row_id(argument) or 0)
    if recipient is None or recipient.person_id not in await access.acts_for(turn.tx, turn.visitor):
        turn.say("这条通知不是发给您的。", [MENU_BUTTON])
        return None
    return recipient


async def seen(turn: Turn, argument: str) -> None:
    """【已阅】."""
    if recipient := await _own(turn, argument):
        if await receiving.read(turn, recipient, "button"):
            turn.say(f"好的，记下{recipient.person_name}已经看过了。", [MENU_BUTTON])
        else:
            turn.say("已经记过了，谢谢您。", [MENU_BUTTON])


async def comes(turn: Turn, argument: str) -> None:
    """【参加】."""
    await _answer(turn, argument, "yes", "参加")


async def stays_away(turn: Turn, argument: str) -> None:
    """【不参加】."""
    await _answer(turn, argument, "no", "不参加")


async def _answer(turn: Turn, argument: str, value: str, label: str) -> None:
    recipient = await _own(turn, argument)
    if recipient is None:
        return
    await receiving.answer(turn, recipient, value)
    changed = "改过来了" if recipient.answer not in (None, value) else "记下了"
    both = [Button("1 参加", f"a:comes1:{recipient.id}"), Button("2 不参加", f"a:comes0:{recipient.id}")]
    turn.say(f"{changed}：{recipient.person_name}{label}。改主意了，按另一个按钮就行。", [*both, MENU_BUTTON])


async def begin_words(turn: Turn, argument: str) -> None:
    """【回几句话】."""
    if recipient := await _own(turn, argument):
        turn.follow = ("noticewords", {"recipient": recipient.id})


@flow("noticewords", "回几句话")
async def notice_words(chat: Chat) -> None:
    """A free answer: it is kept with the notice, and its maker hears it at once."""
    turn = chat.turn
    recipient = await _own(turn, str(chat.seed["recipient"]))
    if recipient is None:
        return
    told = await chat.gather("told", "请说，打字、语音、照片都可以。说完了请按【说完了】。") + chat.kept()
    mailing = await mailings.by_id(chat.tx, recipient.mailing_id)
    await receiving.say(turn, recipient, told.shown())
    person = await people.by_id(chat.tx, recipient.person_id)
    phone = person.phone or person.home_phone or person.family_phone or "花名册里没有电话"
    head = f"{person.name}（{phone}）回{words.name_of(mailing)}：\n{told.shown()}"
    if not await charge.tell(turn, mailing, head, words.card_button(mailing), told.media):
        chat.say("您的话记在通知下面了，可是发通知的同志现在收不到消息。")
        turn.follow = ("offer", told.stored())
        return
    case = Button("1 这是要局里办的事", "a:go:report")
    chat.say("您的话转给发通知的同志了。要是有事要局里办，请按【这是要局里办的事】。", [case, MENU_BUTTON])

"""【退回修改】: whoever should approve says what is wrong."""

from handlers import access
from handlers.dialog import Chat, flow
from handlers.mailing import deciding, words
from handlers.menu import MENU_BUTTON
from handlers.notices.board import opened
from handlers.turn import Turn


async def begin(turn: Turn, argument: str) -> None:
    """【退回修改】."""
    if mailing := await opened(turn, argument):
        if mailing.state != "proposed" or not access.may_approve(
            turn.visitor, turn.office, await deciding.writers(turn, mailing)
        ):
            turn.say(words.state_words(mailing), [*words.card_button(mailing), MENU_BUTTON])
        else:
            turn.follow = ("sendback", {"mailing": mailing.id})


@flow("sendback", "退回修改", drafts=False)
async def send_back(chat: Chat) -> None:
    turn = chat.turn
    mailing = await opened(turn, str(chat.seed["mailing"]))
    if mailing is None:
        return
    why = await chat.ask("why", f"{words.name_of(mailing)}，要改什么？写的人会看到您的话。")
    if not access.may_approve(turn.visitor, turn.office, await deciding.writers(turn, mailing)):
        turn.say(words.state_words(mailing), [MENU_BUTTON])
        return
    kept = chat.kept()
    refused = await deciding.send_back(turn, mailing, turn.person_id, "\n".join((why, *kept.words)), kept.media)
    chat.say(refused or f"退回给{mailing.made_by_name}了。", [*words.card_button(mailing), MENU_BUTTON])

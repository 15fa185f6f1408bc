"""文中有“机密★”字样: whoever writes it is asked, and when it must not be sent, nothing that was said is kept here."""

from handlers.briefings import marks
from handlers.dialog import Chat
from handlers.menu import MENU_BUTTON
from handlers.reading import forgetting

STOP, GO = "stop", "go"


async def may_go(chat: Chat, key: str, text: str, known: str = "") -> bool:
    """Ask under `key` about a mark of secrecy in a text that does not stand in `known`; False when it must not be sent.

    Then nothing is kept of what was said in this dialog.
    """
    mark = marks.mark_in(text, known)
    if mark is None and key not in chat.answers:
        return True
    question = f"文中有“{mark}”字样。涉密的、内部的不能在这里发。这一篇能发吗？"
    if await chat.choose(key, question, {STOP: "不能，不发了", GO: "能，不是内部的"}) == GO:
        return True
    await forgetting.forget(chat)
    chat.say(f"好的，不发了。{forgetting.FORGOTTEN}", [MENU_BUTTON])
    return False

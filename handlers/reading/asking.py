"""有话要说: what somebody says about a briefing becomes a case, tied to the briefing."""

from handlers.cases import opening
from handlers.cases import words as case_words
from handlers.dialog import Chat, flow
from handlers.menu import MENU_BUTTON
from handlers.office import CONSULT
from handlers.readers import Gathered
from handlers.reading.paging import ONLY_LOOKS, asked_for
from handlers.turn import Turn
from handlers.whom import whom_for
from storage import briefings


async def begin(turn: Turn, argument: str) -> None:
    """【有话要说】."""
    asked = await asked_for(turn, argument)
    if asked is None:
        return
    if asked.briefing.state != "published":
        turn.say(ONLY_LOOKS, [MENU_BUTTON])
    else:
        turn.follow = ("briefword", {"briefing": asked.briefing.id})


@flow("briefword", "有话要说")
async def say_about(chat: Chat) -> None:
    """Gather the words, open the case, hand out the receipt."""
    turn = chat.turn
    briefing = await briefings.by_id(chat.tx, chat.seed["briefing"])
    about = "阅文的通知" if briefing.is_internal else f"《{briefing.title}》"
    acting = await whom_for(chat)
    told = await chat.gather("told", f"关于{about}，您想问什么、说什么？打字、发语音都行。说完了请按【说完了】。")
    told += chat.kept() + Gathered((f"（看了{about}以后说的）",))
    case = await opening.open_case(turn, acting.person_id, CONSULT, told, urgent=False, acted_by=acting.acted_by)
    await briefings.tie_case(chat.tx, case.id, briefing.id)
    chat.say(case_words.receipt(turn, case), [MENU_BUTTON])

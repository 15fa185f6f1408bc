"""撤回: at once, for what is wrong must not stay; a second person hears of it, and whoever was sent it."""

from dataclasses import replace

from handlers import access
from handlers.briefings import publishing, spreading
from handlers.dialog import Chat, flow
from handlers.hall.asking import at_most
from handlers.menu import MENU_BUTTON
from handlers.reading import correcting, desk
from handlers.turn import Turn

LONGEST_REASON = 60


async def begin(turn: Turn, argument: str) -> None:
    """【撤回】."""
    briefing = await desk.written(turn, argument)
    if briefing is None:
        return
    if briefing.state == "published":
        turn.follow = ("briefwithdraw", {"briefing": briefing.id})
    else:
        turn.say(
            f"{desk.name(briefing)}{desk.STATES[briefing.state]}，没有可以撤回的。",
            [desk.open_button(briefing.id), MENU_BUTTON],
        )


@flow("briefwithdraw", "撤回简报", drafts=False)
async def withdraw(chat: Chat) -> None:
    turn = chat.turn
    briefing = await desk.written(turn, str(chat.seed["briefing"]))
    if briefing is None:
        return
    why = await chat.ask("why", f"为什么撤回{desk.name(briefing)}？这句话老同志会看到。", at_most(LONGEST_REASON))
    await chat.review(f"请核对，确认以后马上撤回，老同志就看不到了，局里还留着：\n{desk.name(briefing)}", why="原因")
    if not await publishing.withdraw(turn, briefing, why):
        chat.say("它已经不在发着的里面了。", [desk.open_button(briefing.id), MENU_BUTTON])
        return
    told = await spreading.withdraw(turn, replace(briefing, state="withdrawn", withdrawn_why=why))
    await correcting.end_all(turn, briefing, f"{desk.name(briefing)}撤回了，您的更正不用批了。")
    for each in await access.approvers(chat.tx, turn.office, {turn.person_id}):
        await turn.tell(
            each.person_id, f"{turn.visitor.name}撤回了{desk.name(briefing)}：{why}", [desk.open_button(briefing.id)]
        )
    chat.say(f"{desk.name(briefing)}撤回了，正在告诉收到过的 {told} 人。", [desk.open_button(briefing.id), MENU_BUTTON])

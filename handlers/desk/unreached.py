"""发不到的人: the cadres to whom no message can be sent now, and why, so that somebody calls or helps them to begin."""

from handlers import access
from handlers.desk.lists import not_yours
from handlers.menu import MENU_BUTTON
from handlers.strangers import NEVER_WROTE
from handlers.turn import Button, Turn, row_id
from storage import unreached
from storage.unreached import Unreached

LONGEST_LIST = 15


async def show_unreached(turn: Turn, argument: str) -> None:
    """【发不到的人】; the argument is the person behind whom the page begins."""
    if not access.works_here(turn.visitor):
        not_yours(turn)
        return
    start = row_id(argument) or 0
    found = await unreached.after(turn.tx, access.scope(turn.visitor), start, LONGEST_LIST + 1)
    page = found[:LONGEST_LIST]
    if not page:
        turn.say("现在每位老同志都发得到。" if not start else "后面没有了。", [MENU_BUTTON])
        return
    more = [Button("1 下一页", f"a:unreached:{page[-1].id}")] if len(found) > LONGEST_LIST else []
    head = "这些老同志现在收不到助手的消息，有通知要打电话；会用手机的，请帮他们开通："
    turn.say("\n".join([head, *map(_line, page)]), [*more, MENU_BUTTON])


def _line(each: Unreached) -> str:
    phone = f"，电话 {each.phone}" if each.phone else ""
    return f"{each.name}{phone}：{each.why or _why_none(each)}"


def _why_none(each: Unreached) -> str:
    return NEVER_WROTE if each.work_account else "还没有用过助手"

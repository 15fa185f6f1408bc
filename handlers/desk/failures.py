"""没送到的消息: to whom and why, so that somebody calls."""

from datetime import timedelta

from handlers import access
from handlers.desk.lists import not_yours
from handlers.menu import MENU_BUTTON
from handlers.turn import Button, Turn
from storage import outbox

UNREACHED_BUTTON = Button("1 发不到的人", "a:unreached:")
FAILURE_DAYS = 7
LONGEST_LIST = 20
MOST_READ = 500  # failures looked through for those within somebody's units


async def show_failures(turn: Turn, argument: str) -> None:
    """【没送到的消息】: to whom and why, so that somebody calls."""
    if not access.works_here(turn.visitor):
        not_yours(turn)
        return
    seen = access.scope(turn.visitor)
    found = await outbox.failures(turn.tx, turn.now - timedelta(days=FAILURE_DAYS), MOST_READ)
    failures = [each for each in found if seen.everybody or each.unit_id in seen.unit_ids][:LONGEST_LIST]
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
    turn.say("\n".join([head, *lines]), [UNREACHED_BUTTON, MENU_BUTTON])

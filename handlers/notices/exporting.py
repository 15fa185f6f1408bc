"""【导出表格】: everybody to whom something was sent, as an .xlsx; who took it out is written down."""

import secrets

from handlers import access
from handlers.mailing import statistics, words
from handlers.mailing.trail import audit
from handlers.menu import MENU_BUTTON
from handlers.notices.board import opened
from handlers.turn import Turn
from storage import media, recipients

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


async def export(turn: Turn, argument: str) -> None:
    """Send the workbook to whoever pressed, and to nobody else."""
    mailing = await opened(turn, argument)
    if mailing is None:
        return
    scope = access.scope(turn.visitor)
    everybody = [
        each
        for each in await recipients.of_mailing(turn.tx, mailing.id)
        if scope.everybody or each.unit_id in scope.unit_ids
    ]
    content = await statistics.workbook(turn, mailing, everybody)
    media_id = secrets.token_hex(16)
    name = f"发送情况-{turn.today:%Y%m%d}-{mailing.id}.xlsx"
    await media.make(turn.tx, media_id, name, XLSX, content, turn.now)
    await audit(turn, mailing, "mailing.exported", persons=len(everybody))
    text = (
        f"{words.name_of(mailing)}的名单和统计，{len(everybody)} 人。里面有姓名，请妥善保管；导出已经记在操作记录里。"
    )
    turn.say(text, [*words.card_button(mailing), MENU_BUTTON], [media_id])

"""登记帮扶 for the 困难帮扶台账, and 关联: a visit or a notice that belongs to a case."""

from handlers.cases import caring
from handlers.desk.card import handled, own, show_case
from handlers.dialog import Chat, flow
from storage import cases
from storage.case_aids import Aid

# The values of the ledger in use (facts: 困难帮扶台账 of hnlgb, 孝义市).
KINDS = {"poor": "特困补助", "widow": "遗孀补助", "once": "一次性慰问", "service": "上门服务", "other": "其他"}
REASONS = {"family": "家庭变故", "illness": "重大疾病", "special": "特殊补助", "living": "生活困难"}
FORMS = {"cash": "现金", "goods": "物资", "people": "人力"}
LINKS = {"visit": "走访", "notice": "通知", "paper": "文件"}


@flow("aid", "登记帮扶")
async def aid(chat: Chat) -> None:
    case = await cases.by_id(chat.tx, chat.seed["case"])
    kind = await chat.choose("kind", f"{case.number} {case.person_name}，帮扶类型？", KINDS)
    reason = await chat.choose("reason", "原因？", REASONS)
    form = await chat.choose("form", "形式？", FORMS)
    amount = await chat.ask("amount", "多少？比如“500元”“大米两袋”“两个人半天”。", _short)
    day = await chat.date("day", "哪一天给的？")
    giver = await chat.ask("giver", "发放人是谁？", _short)
    labels = {
        "kind": "帮扶类型",
        "reason": "原因",
        "form": "形式",
        "amount": "金额或数量",
        "day": "日期",
        "giver": "发放人",
    }
    await chat.review("请核对：", **labels)
    if not await handled(chat.turn, str(case.id)):
        return
    given = Aid(KINDS[kind], REASONS[reason], FORMS[form], amount, day, giver)
    await caring.help_given(chat.turn, case, given)
    await caring.keep(chat.turn, case, chat.kept())
    chat.say("记进帮扶台账了。")
    await show_case(chat.turn, str(case.id))


def _short(words: str) -> str | None:
    return None if len(words) <= 30 else "请写短一些，30 个字以内。"


@flow("link", "关联走访或通知", drafts=False)
async def link(chat: Chat) -> None:
    case = await cases.by_id(chat.tx, chat.seed["case"])
    kind = await chat.choose("kind", f"{case.number} 跟什么有关？", LINKS)
    which = await chat.ask("which", "是哪一次？请写日期和名称，比如“11月25日上门走访”。")
    if await own(chat.turn, str(case.id)):
        words = "\n".join((f"{LINKS[kind]}：{which}", *chat.kept().words))
        await caring.note(chat.turn, case, words, kind="linked")
        chat.say("关联好了。")
        await show_case(chat.turn, str(case.id))

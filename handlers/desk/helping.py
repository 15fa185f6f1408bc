"""登记帮扶 for the 困难帮扶台账, and 关联: a visit or a notice that belongs to a case."""

from handlers.cases import caring
from handlers.desk.card import handled, own, show_case
from handlers.dialog import MOST_OPTIONS, Chat, flow
from handlers.mailing import words
from storage import cases, mailings, recipients
from storage.case_aids import Aid
from storage.mailings import Mailing

# The values of the ledger in use (facts: 困难帮扶台账 of hnlgb, 孝义市).
KINDS = {"poor": "特困补助", "widow": "遗孀补助", "once": "一次性慰问", "service": "上门服务", "other": "其他"}
REASONS = {"family": "家庭变故", "illness": "重大疾病", "special": "特殊补助", "living": "生活困难"}
FORMS = {"cash": "现金", "goods": "物资", "people": "人力"}
ELSE = "else"
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


async def _which(chat: Chat, kind: str, person_id: int) -> str:
    """Ask which one; of notices those that reached the person are there to choose from."""
    sent = await recipients.sent_to(chat.tx, person_id, MOST_OPTIONS - 1) if kind == "notice" else []
    if sent or "sent" in chat.answers:
        found = [await mailings.by_id(chat.tx, each) for each in sent]
        options = {str(each.id): f"{_day(chat, each)} {words.name_of(each)}" for each in found}
        if await chat.choose("sent", "是哪一条？", options | {ELSE: "别的"}) != ELSE:
            return str(chat.answers["sent"]["shown"])
    return await chat.ask("which", "是哪一次？请写日期和名称，比如“11月25日上门走访”。")


def _day(chat: Chat, mailing: Mailing) -> str:
    day = chat.turn.office.today(mailing.began_at or mailing.made_at)
    return f"{day.month}月{day.day}日"


@flow("link", "关联走访或通知", drafts=False)
async def link(chat: Chat) -> None:
    case = await cases.by_id(chat.tx, chat.seed["case"])
    kind = await chat.choose("kind", f"{case.number} 跟什么有关？", LINKS)
    which = await _which(chat, kind, case.person_id)
    if await own(chat.turn, str(case.id)):
        note = "\n".join((f"{LINKS[kind]}：{which}", *chat.kept().words))
        await caring.note(chat.turn, case, note, kind="linked")
        chat.say("关联好了。")
        await show_case(chat.turn, str(case.id))

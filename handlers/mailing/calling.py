"""The call list of a mailing: whoever did not get it, or has not read it hours after the end, is called by staff, who write down how it went."""

from handlers.act import Act, Button
from handlers.calendar.telling import call_line
from handlers.mailing import charge, receiving, words
from handlers.mailing.trail import audit
from storage import mailings, people, recipients
from storage.mailings import Mailing
from storage.recipients import Recipient
from storage.reminders import Reminder

OUTCOMES = {
    "told": "接通了，告诉了",
    "yes": "接通了，答应参加",
    "no": "接通了，说不参加",
    "nobody": "没有人接",
    "wrong": "号码不对",
}


def asks_for_reading(mailing: Mailing) -> bool:
    """Tell whether its recipients can press that they have read it; where they cannot, nobody is called for not having done so."""
    return mailing.asks != "nothing"


async def to_call(act: Act, mailing: Mailing) -> list[Recipient]:
    """Return whom to call, those who do not have it first. Nobody who has died or left the roster since."""
    return await recipients.to_call(act.tx, mailing.id, unread=asks_for_reading(mailing))


async def count(act: Act, mailing: Mailing) -> tuple[int, int]:
    """Return how many are to be called, and how many of them do not have it."""
    return await recipients.count_to_call(act.tx, mailing.id, unread=asks_for_reading(mailing))


async def remind(act: Act, reminder: Reminder) -> None:
    """Hours after the end: those in charge hear whom to call; nobody hears when there is nobody to call."""
    mailing = await mailings.by_id(act.tx, reminder.subject_id)
    everybody, missed = await count(act, mailing)
    if mailing.state != "done" or not everybody:
        return
    unread = f"，送到了还没有阅的 {everybody - missed} 人" if asks_for_reading(mailing) else ""
    said = f"{words.name_of(mailing)}：没送到的 {missed} 人{unread}。请打电话告诉他们。"
    buttons = [Button("1 电话名单", f"a:calllist:{mailing.id}"), *words.card_button(mailing, 2)]
    await charge.announce(act, mailing, said, buttons)


async def line(act: Act, recipient: Recipient) -> str:
    """Return whom to call, where, who keeps in touch with them, and why: '孙奶奶：0000-1，联系人小周（没有在这里开通）'."""
    person = await people.by_id(act.tx, recipient.person_id)
    officer = f"，联系人{person.contact_officer}" if person.contact_officer else ""
    why = "还没有阅" if recipient.state == "arrived" else recipient.why or "没赶上发"
    tried = {"nobody": f"，打过 {recipient.calls} 次没人接", "wrong": "，号码不对，请先查到新号码"}
    return f"{call_line(person)}{officer}（{why}{tried.get(recipient.call or '', '')}）"


def outcomes(mailing: Mailing) -> dict[str, str]:
    """Return how a call can end, for this mailing."""
    return {key: label for key, label in OUTCOMES.items() if mailing.asks == "come" or key not in ("yes", "no")}


def may_enter(mailing: Mailing, recipient: Recipient) -> bool:
    """Tell whether a call may be entered: nothing is on its way to them any more, and nobody has told them by telephone."""
    return mailing.state == "done" and recipient.state not in ("queued", "out") and recipient.call != "told"


async def enter(act: Act, mailing: Mailing, recipient: Recipient, outcome: str, by: int) -> None:
    """Write down how a call went: it counts in the figures like what is pressed here."""
    reached = outcome in ("told", "yes", "no")
    if reached:
        await receiving.read(act, recipient, "call")
    if outcome in ("yes", "no"):
        await receiving.answer(act, recipient, outcome, "call")
    await recipients.called(act.tx, recipient.id, "told" if reached else outcome, by, act.now)
    await audit(act, mailing, "mailing.called", recipient=recipient.id, outcome=outcome)

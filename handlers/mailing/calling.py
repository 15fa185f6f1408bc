"""The call list of a mailing: whoever did not get it, or has not read it hours after the end, is called by staff, who write down how it went."""

from handlers.act import Act, Button
from handlers.calendar.telling import call_line
from handlers.mailing import receiving, words
from handlers.mailing.trail import audit
from storage import life_events, mailings, people, recipients
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


async def to_call(act: Act, mailing: Mailing) -> list[Recipient]:
    """Return whom to call, those who do not have it first. Nobody who has died since."""
    found = await recipients.to_call(act.tx, mailing.id)
    return [each for each in found if not await life_events.has_died(act.tx, each.person_id)]


async def remind(act: Act, reminder: Reminder) -> None:
    """Hours after the end: the maker hears whom to call; nobody hears when there is nobody to call."""
    mailing = await mailings.by_id(act.tx, reminder.subject_id)
    found = await to_call(act, mailing)
    if mailing.state != "done" or not found:
        return
    missed = sum(each.state != "arrived" for each in found)
    said = (
        f"{words.name_of(mailing)}：没送到的 {missed} 人，送到了还没有阅的 {len(found) - missed} 人。请打电话告诉他们。"
    )
    buttons = [Button("1 电话名单", f"a:calllist:{mailing.id}"), *words.card_button(mailing, 2)]
    for person_id in dict.fromkeys(each for each in (mailing.made_by, mailing.decided_by) if each is not None):
        await act.announce(person_id, said, buttons)


async def line(act: Act, recipient: Recipient) -> str:
    """Return whom to call, where, who keeps in touch with them, and why: '孙奶奶：0000-1，联系人小周（没有在这里开通）'."""
    person = await people.by_id(act.tx, recipient.person_id)
    officer = f"，联系人{person.contact_officer}" if person.contact_officer else ""
    why = "还没有阅" if recipient.state == "arrived" else recipient.why or "没赶上发"
    tried = f"，打过 {recipient.calls} 次没人接" if recipient.call == "nobody" else ""
    return f"{call_line(person)}{officer}（{why}{tried}）"


async def enter(act: Act, mailing: Mailing, recipient: Recipient, outcome: str, by: int) -> None:
    """Write down how a call went: it counts in the figures like what is pressed here."""
    reached = outcome in ("told", "yes", "no")
    if reached:
        await recipients.read(act.tx, recipient.id, "call", act.now)
    if outcome in ("yes", "no"):
        await receiving.answer(act, recipient, outcome, "call")
    await recipients.called(act.tx, recipient.id, "told" if reached else outcome, by, act.now)
    await audit(act, mailing, "mailing.called", recipient=recipient.id, outcome=outcome)

"""What a recipient does with a mailing: has read it, answers, says something. Once or often, in any order; the last answer counts."""

from handlers.act import Act
from handlers.mailing.trail import audit
from storage import mailings, recipients
from storage.recipients import Recipient


async def read(act: Act, recipient: Recipient, by: str) -> bool:
    """Note that it was read; False when that was known."""
    if not await recipients.read(act.tx, recipient.id, by, act.now):
        return False
    await audit(act, await mailings.by_id(act.tx, recipient.mailing_id), "mailing.read", recipient=recipient.id)
    return True


async def answer(act: Act, recipient: Recipient, value: str, by: str = "answer") -> None:
    """Note 'yes' or 'no'; whoever answers has read it."""
    await read(act, recipient, by)
    if recipient.answer != value:
        await recipients.answer(act.tx, recipient.id, value, act.now)
        await audit(act, await mailings.by_id(act.tx, recipient.mailing_id), "mailing.answered", recipient=recipient.id)


async def say(act: Act, recipient: Recipient, words: str) -> None:
    """Note what somebody says about it; the maker hears it by `handlers.notices.answering`."""
    await read(act, recipient, "answer")
    await recipients.say(act.tx, recipient.id, words, act.now)
    await audit(act, await mailings.by_id(act.tx, recipient.mailing_id), "mailing.answered", recipient=recipient.id)

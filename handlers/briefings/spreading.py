"""Taking a correction or a withdrawal to those who were sent the letter: in place where the channel can, else as a message of its own.

All of it in the transaction of the correction: two thousand letters take half a second.
"""

from handlers.act import Act, name_for
from handlers.briefings import sending, words
from handlers.mailing import steering
from storage import briefing_letters, mailings, outbox
from storage.briefing_letters import SentLetter
from storage.briefings import Briefing


async def correct(act: Act, briefing: Briefing) -> int:
    """Let everybody who was sent the letter see the one that is right; return how many persons they are."""
    letter = words.letter(act.office, briefing)
    for kind in (sending.SENT, sending.CHASED):
        text = letter if kind == sending.SENT else sending.CHASE + letter
        for each in await mailings.of_subject(act.tx, kind, briefing.id):
            if not each.is_finished:
                await mailings.rewrite(act.tx, each.id, text)
    found = await briefing_letters.of_briefing(act.tx, briefing.id)
    newest = _newest(found)
    for sent in found:
        rows = [each.row() for each in words.letter_buttons(briefing.id, sent.recipient_id)]
        otherwise = (
            None
            if sent.letter_id not in newest
            else f"{_whom(sent)}您收到过的这篇简报更正了，请以这一份为准：\n\n{letter}"
        )
        text = _whom(sent) + (sending.CHASE if sent.kind == sending.CHASED else "") + letter
        await outbox.edit(act.tx, sent.letter_id, text, act.now, buttons=rows, otherwise=otherwise)
    return len(newest)


async def withdraw(act: Act, briefing: Briefing) -> int:
    """Send nothing more of it, and let everybody who was sent the letter see that it does not hold; return how many persons they are."""
    for kind in sending.KINDS:
        for each in await mailings.of_subject(act.tx, kind, briefing.id):
            await steering.cancel(act, each)
    title = "请到局里阅文的通知" if briefing.is_internal else f"简报《{briefing.title}》"
    told = f"{title}收回了，请不要再看：{briefing.withdrawn_why}"
    found = await briefing_letters.of_briefing(act.tx, briefing.id)
    newest = _newest(found)
    for sent in found:
        text = _whom(sent) + told
        await outbox.edit(act.tx, sent.letter_id, text, act.now, otherwise=text if sent.letter_id in newest else None)
    for letter_id in await briefing_letters.pages_shown(act.tx, briefing.id, briefing.published_at or briefing.made_at):
        await outbox.edit(act.tx, letter_id, told, act.now)
    return len(newest)


def _newest(found: list[SentLetter]) -> set[int]:
    """Return of each person the newest letter: where none can be edited, a person is told once and not for each."""
    return set({each.person_id: each.letter_id for each in found}.values())


def _whom(sent: SentLetter) -> str:
    """Return the words that say for whom a letter on a shared account is."""
    return name_for(sent.name) if sent.is_shared else ""

"""The progress of a mailing in the staff chat: one message that is kept up to date, with what may be done now."""

from handlers.act import Act, Button
from handlers.mailing import words
from storage import mailings, outbox, recipients
from storage.mailings import Mailing

DEEDS = {"sending": (("暂停", "pause"), ("取消", "stopmail")), "paused": (("接着发", "goon"), ("取消", "stopmail"))}


def deeds(mailing: Mailing) -> list[Button]:
    """Return what may be done with it as it stands."""
    found = DEEDS.get(mailing.state, ())
    return [Button(f"{place} {label}", f"a:{action}:{mailing.id}") for place, (label, action) in enumerate(found, 1)]


async def text(act: Act, mailing: Mailing) -> str:
    """Return how it stands, counted now."""
    figures = await recipients.figures(act.tx, mailing.id)
    held = await recipients.held(act.tx, mailing.id, act.now) if figures.remaining else 0
    passed = act.now - (mailing.began_at or act.now)
    lines = [f"{words.name_of(mailing)}：{words.STATES[mailing.state]}。", words.figures_words(mailing, figures, held)]
    return "\n".join(each for each in (*lines, words.time_left(mailing, figures, passed)) if each)


async def show(act: Act, mailing_id: int) -> None:
    """Bring the progress messages up to date; the first time write them, to the maker's seat and to whoever approved it."""
    mailing = await mailings.by_id(act.tx, mailing_id)
    said, buttons = await text(act, mailing), [each.row() for each in deeds(mailing)]
    if not mailing.progress:
        letters = [
            await outbox.write(act.tx, each, said, act.now, buttons=buttons, priority=outbox.NEWS)
            for each in await _seats(act, mailing)
        ]
        await mailings.show_progress_at(act.tx, mailing_id, letters)
    for each in mailing.progress:
        await outbox.edit(act.tx, each, said, act.now, buttons=buttons)


async def _seats(act: Act, mailing: Mailing) -> list[int]:
    """Return the accounts that see the progress, each once."""
    seats = [mailing.account_id] if mailing.account_id is not None else []
    for person_id in (mailing.made_by, mailing.decided_by):
        found = await recipients.reach(act.tx, [person_id]) if person_id is not None else {}
        own = [each.account_id for each in found.get(person_id or 0, ())]
        if own and not set(own) & set(seats):
            seats.append(own[0])
    return seats

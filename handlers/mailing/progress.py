"""The progress of a mailing in the staff chat: one message that is kept up to date, with what may be done now."""

from datetime import timedelta

from handlers.act import Act, Button
from handlers.mailing import charge, words
from handlers.mailing.opening import opens_at
from storage import accounts, mailings, outbox, recipients
from storage.mailings import Mailing

PACE = timedelta(minutes=2)
DEEDS = {"sending": (("暂停", "pause"), ("取消", "stopmail")), "paused": (("接着发", "goon"), ("取消", "stopmail"))}


def deeds(mailing: Mailing) -> list[Button]:
    """Return what may be done with it as it stands."""
    found = DEEDS.get(mailing.state, ())
    return [Button(f"{place} {label}", f"a:{action}:{mailing.id}") for place, (label, action) in enumerate(found, 1)]


async def text(act: Act, mailing: Mailing) -> str:
    """Return how it stands, counted now."""
    return f"{words.name_of(mailing)}：{words.STATES[mailing.state]}。\n{await counted(act, mailing)}"


async def counted(act: Act, mailing: Mailing) -> str:
    """Return its figures, with how long the rest takes at the pace of the last minutes."""
    figures = await recipients.figures(act.tx, mailing.id)
    own_quiet, opens, left = 0, None, ""
    if figures.remaining and mailing.state == "sending":
        own_quiet = await recipients.held(act.tx, mailing.id, act.now)
        opens = opens_at(act.office, mailing, act.now)
        since = max(act.now - PACE, mailing.began_at or act.now)
        lately = await recipients.arrived_since(act.tx, mailing.id, since)
        left = words.time_left(figures.remaining - own_quiet, 0 if opens else lately, (act.now - since).total_seconds())
    said = words.figures_words(act.office, mailing, figures, own_quiet, opens)
    return f"{said}\n{left}" if left else said


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
        if await _still_in_charge(act, mailing, each):
            await outbox.edit(act.tx, each, said, act.now, buttons=buttons)


async def _still_in_charge(act: Act, mailing: Mailing, letter_id: int) -> bool:
    """Tell whether the account of a progress message is still that of somebody in charge: it may have changed hands."""
    account_id = await outbox.account_of(act.tx, letter_id)
    account = await accounts.by_id(act.tx, account_id) if account_id is not None else None
    return account is not None and account.person_id in await charge.in_charge(act, mailing)


async def _seats(act: Act, mailing: Mailing) -> list[int]:
    """Return the accounts that see the progress, each once."""
    seats = []
    for person_id in await charge.in_charge(act, mailing):
        own = [each.account_id for each in (await recipients.reach(act.tx, [person_id])).get(person_id, ())]
        if mailing.account_id in own:
            seats.append(mailing.account_id)
        elif own:
            seats.append(own[0])
    return seats

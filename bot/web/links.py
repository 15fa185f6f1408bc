"""Personal links of the web chat: made, shown once, revoked. Only a hash of the secret is kept."""

from datetime import datetime

from bot.web.session import new_seat, new_token
from bot.web.site import CHANNEL
from storage import accounts, audit, briefing_links, entry, people
from storage.accounts import Account
from storage.database import Tx


async def make_link(tx: Tx, person_id: int, now: datetime, *, made_by: int | None = None) -> str:
    """Return the secret of a new link to the person's seat, made if there is none. Earlier links go on working.

    `made_by` is the person who asked for it, None for the operator. Raises LookupError: no such person.
    """
    await people.by_id(tx, person_id)
    seats = await _seats(tx, person_id)
    account_id = seats[0].id if seats else await _new_seat(tx, person_id, now)
    secret = new_token()
    await entry.add_link(tx, account_id, secret, now)
    await audit.add(tx, now, "link.made", f"person:{person_id}", actor_id=made_by, account=account_id)
    return secret


async def revoke(tx: Tx, person_id: int, now: datetime, *, revoked_by: int | None = None) -> int:
    """Revoke every link of the person, those to briefings as well, and every browser that is in; return how many links to the chat.

    Open pages end in 15 s.
    """
    revoked = 0
    await briefing_links.revoke(tx, person_id)
    for seat in await _seats(tx, person_id):
        revoked += await entry.revoke_links(tx, seat.id, now)
    await audit.add(tx, now, "link.revoked", f"person:{person_id}", actor_id=revoked_by, links=revoked)
    return revoked


def address_of(base: str, secret: str) -> str:
    """Return the link to hand out. The secret stands behind '#': browsers send that part to no server."""
    return f"{base}/enter#k={secret}"


async def _seats(tx: Tx, person_id: int) -> list[Account]:
    return [each for each in await accounts.of_person(tx, person_id) if each.channel == CHANNEL]


async def _new_seat(tx: Tx, person_id: int, now: datetime) -> int:
    account_id = await accounts.find_or_add(tx, CHANNEL, new_seat(), now)
    await accounts.bind(tx, account_id, person_id, now)
    return account_id

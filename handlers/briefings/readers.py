"""Who has read a briefing: once a person, whichever way; and the link to its page in large print."""

import secrets
from datetime import timedelta

from handlers.act import Act
from handlers.briefings import sending
from storage import briefing_links, briefing_reads, people, recipients
from storage.briefings import Briefing

BUTTON, PAGED, WEB = "button", "paged", "page"  # how it was read


async def note_read(act: Act, briefing: Briefing, person_id: int, how: str, channel: str) -> bool:
    """Write down that somebody has read it, in every mailing of it as well; False when this was so already.

    Only cadres count as readers: of relatives and staff no more is noted than that their own letter was read.
    """
    await recipients.read_subject(act.tx, sending.KINDS, briefing.id, person_id, how, act.now)
    if not await counts(act, person_id):
        return False
    return await briefing_reads.add(act.tx, briefing.id, person_id, how, channel, act.now)


async def counts(act: Act, person_id: int) -> bool:
    """Tell whether this person counts as a reader."""
    return any(role.name == "cadre" for role in await people.roles(act.tx, person_id))


async def link(act: Act, briefing: Briefing, person_id: int) -> str:
    """Return a new address of the page in large print, good for this person and this briefing for `briefing_link_days`.

    Only a hash of its secret is kept: a lost one is made anew, and `revoke` of a person's links ends it. Raises LookupError: the office
    has no web pages.
    """
    if not act.office.web_address:
        raise LookupError("the office has no web pages")
    secret = secrets.token_urlsafe(24)
    until = act.now + timedelta(days=act.office.briefing_link_days)
    await briefing_links.add(act.tx, secret, briefing.id, person_id, until)
    return f"{act.office.web_address}/b/{secret}"

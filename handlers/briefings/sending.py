"""A briefing as a mailing (`handlers/mailing/`): what stands under its letter, and what becomes of it with the mailing.

Three kinds have a briefing for their subject: the letter with the summary, the same letter to those who have not read it, and the invitation
to read at the office what is internal.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from handlers.act import Act, Button
from handlers.briefings import marks, publishing, words
from handlers.office import Office
from storage import briefings, mailings
from storage.briefings import Briefing
from storage.mailings import Circle, Mailing

SENT, CHASED, INVITED = "briefing", "chase", "invitation"
KINDS = (SENT, CHASED, INVITED)
CHASE = "您还没有看这一篇，有空请看看：\n\n"


def kind_of(briefing: Briefing) -> str:
    return INVITED if briefing.is_internal else SENT


def mailing_of(
    office: Office,
    briefing: Briefing,
    circle: Circle,
    made_by: int,
    account_id: int,
    now: datetime,
    starts_at: datetime,
) -> Mailing:
    """Return the mailing that sends a briefing to a circle from that moment on, as it must be proposed."""
    return Mailing(
        kind=kind_of(briefing),
        subject_id=briefing.id,
        text=words.letter(office, briefing),
        circle=circle,
        made_by=made_by,
        made_at=now,
        account_id=account_id,
        starts_at=starts_at,
        useful_until=starts_at + timedelta(days=office.useful_days),
    )


def chase_of(
    office: Office, briefing: Briefing, circle: Circle, made_by: int, account_id: int, now: datetime
) -> Mailing:
    """Return the mailing that sends a briefing once more, to those who have not read it."""
    return Mailing(
        kind=CHASED,
        subject_id=briefing.id,
        text=CHASE + words.letter(office, briefing),
        circle=circle,
        made_by=made_by,
        made_at=now,
        account_id=account_id,
        starts_at=now,
        useful_until=now + timedelta(days=office.useful_days),
    )


async def latest(act: Act, briefing: Briefing) -> Mailing | None:
    """Return the newest mailing that sent a briefing and has begun, or None."""
    found = [
        each for each in await mailings.of_subject(act.tx, kind_of(briefing), briefing.id) if each.began_at is not None
    ]
    return found[-1] if found else None


# ── the hooks of handlers.mailing.kinds ─────────────────────────────────────────────────────────────────────────────


def buttons(mailing: Mailing, recipient_id: int) -> Sequence[Button]:
    """Return what stands under the letter of a recipient; 0: in a preview."""
    return words.letter_buttons(mailing.subject_id or 0, recipient_id, is_internal=mailing.kind == INVITED)


async def began(act: Act, mailing: Mailing) -> None:
    """The first letters leave: it is in the archive from this moment on."""
    await publishing.publish(act, mailing.subject_id or 0)


async def returned(act: Act, mailing: Mailing) -> None:
    """It was not approved, or taken back before it began: it is a draft again."""
    await publishing.give_back(act, mailing.subject_id or 0)


async def writers(act: Act, mailing: Mailing) -> set[int]:
    """Return who made the briefing and who changed its words last, as far as that is another."""
    return (await briefings.by_id(act.tx, mailing.subject_id or 0)).writers


async def warning(act: Act, mailing: Mailing) -> str:
    """Return that there are words in it that look like a mark of secrecy, '' when there are none."""
    return marks.warning(await briefings.by_id(act.tx, mailing.subject_id or 0))

"""When a mailing may go out: the office's quiet hours and its own window. Functions of values."""

from datetime import datetime, time, timedelta

from handlers.office import Office
from storage.mailings import Mailing


def opens_at(office: Office, mailing: Mailing, now: datetime) -> datetime | None:
    """Return when it may go on, None: now. The office's quiet hours hold it unless it is urgent; its own window always does."""
    moment = now
    for _ in range(10):  # a window and a quiet period may push each other a few times, not for ever
        held = None if mailing.urgent else office.quiet_until(moment)
        held = held or _window_opens(office, mailing, moment)
        if held is None:
            return None if moment == now else moment
        moment = held
    return moment


def _window_opens(office: Office, mailing: Mailing, now: datetime) -> datetime | None:
    """Return when the window opens next, None when it is open or there is none."""
    if mailing.from_time is None or mailing.until_time is None:
        return None
    local = now.astimezone(office.zone)
    if mailing.from_time <= local.time() < mailing.until_time:
        return None
    day = local.date() if local.time() < mailing.from_time else local.date() + timedelta(days=1)
    return datetime.combine(day, mailing.from_time, office.zone)


def closes_at(office: Office, mailing: Mailing, now: datetime) -> datetime | None:
    """Return when quiet hours or the end of the window next hold what is open now, within a day; None: they do not."""
    local = now.astimezone(office.zone)
    ends = [mailing.until_time] if mailing.until_time else []
    if not mailing.urgent:
        ends += [start for start, _ in office.quiet]
    return min((_next(local, each) for each in ends), default=None)


def _next(local: datetime, at: time) -> datetime:
    today = datetime.combine(local.date(), at, local.tzinfo)
    return today if today > local else datetime.combine(local.date() + timedelta(days=1), at, local.tzinfo)

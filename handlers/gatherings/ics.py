"""The calendar file of a gathering: an event that a telephone adds, moves or takes out of its calendar by UID and SEQUENCE.

Written by RFC 5545 and RFC 5546. Times are UTC, so the file needs no time zone table and is right on a telephone set to any zone.
"""

import hashlib
from datetime import UTC, datetime, timedelta

from icalendar import Alarm, Calendar, Event, vCalAddress, vText

from handlers.act import Act
from handlers.gatherings.kinds import KINDS
from handlers.office import Office
from storage import media
from storage.gatherings import Gathering

MEDIA_TYPE = "text/calendar"
NAME, NAME_CANCELLED = "活动.ics", "活动取消.ics"
NO_MAIL = "invalid:nomail"  # RFC 5546 wants an organizer, which is an address; the office has none, and calendars know this one


def build(office: Office, stamp: datetime, *gatherings: Gathering) -> bytes:
    """Return the file as it is at `stamp`: METHOD PUBLISH, or CANCEL when they were called off; lines of at most 75 octets.

    Several, the lessons of a course, stand in one file; of what was called off there is a file each (RFC 5546 3.2.5).
    """
    [cancelled] = {each.state == "cancelled" for each in gatherings}
    calendar = Calendar()
    calendar.add("prodid", "-//Yinling//Gatherings//ZH")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "CANCEL" if cancelled else "PUBLISH")
    for each in gatherings:
        calendar.add_component(_event(each, office, stamp))
    return bytes(calendar.to_ical())


def _event(gathering: Gathering, office: Office, stamp: datetime) -> Event:
    cancelled = gathering.state == "cancelled"
    event = Event()
    event.add("uid", gathering.uid)
    event.add("sequence", gathering.sequence)
    event.add("dtstamp", stamp.astimezone(UTC))
    event.add("dtstart", gathering.starts_at.astimezone(UTC))
    event.add("dtend", gathering.ends_at.astimezone(UTC))
    event.add("summary", f"（取消）{gathering.title}" if cancelled else gathering.title)
    event.add("location", gathering.place)
    event.add("description", _description(gathering, office))
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("organizer", _organizer(office))
    if not cancelled:
        event.add_component(_alarm(gathering, office))
    return event


def _description(gathering: Gathering, office: Office) -> str:
    lines = [KINDS[gathering.kind].label, f"{office.name}，电话 {office.phone}"]
    if gathering.state == "cancelled":
        lines.insert(0, f"已经取消：{gathering.why_cancelled}" if gathering.why_cancelled else "已经取消")
    return "\n".join(lines)


def _organizer(office: Office) -> vCalAddress:
    address = vCalAddress(NO_MAIL)
    address.params["cn"] = vText(office.name)
    return address


def _alarm(gathering: Gathering, office: Office) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", timedelta(hours=-office.remind_hours))
    alarm.add("description", f"{gathering.title}，{office.remind_hours} 小时后开始，地点：{gathering.place}")
    return alarm


async def attach(act: Act, *gatherings: Gathering) -> list[str]:
    """Return the media ids of the calendar files of gatherings as they stand now, for `Act.tell(media=...)` and `Turn.say(media=...)`.

    A file is written once for each state of a gathering, however many are sent it. Nobody opens it who was not sent it.
    """
    planned = tuple(each for each in gatherings if each.state == "planned")
    cancelled = [(each,) for each in gatherings if each.state == "cancelled"]
    return [await _file(act, each) for each in ([planned] if planned else []) + cancelled]


async def _file(act: Act, gatherings: tuple[Gathering, ...]) -> str:
    first = gatherings[0]
    content = build(act.office, first.starts_at, *gatherings)  # a fixed stamp: the same events have the same name
    media_id = hashlib.sha256(f"{first.seed}\n".encode() + content).hexdigest()[:32]
    if await media.by_id(act.tx, media_id) is None:
        name = NAME_CANCELLED if first.state == "cancelled" else NAME
        await media.make(act.tx, media_id, name, MEDIA_TYPE, build(act.office, act.now, *gatherings), act.now)
    return media_id

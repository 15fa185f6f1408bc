"""A conversation as the page shows it: what was said (inbox) and what was told (outbox), in one order.

A cursor is "SAID.TOLD", an inbox id and a place among what was told: everything of the account up to these two has been
shown. Both grow in the order of commits, so what comes later is always beyond the cursor: a page that comes back with it
misses nothing and gets nothing twice. A message has its place from the moment it was sent, not from the one it was written:
what is held until the morning stands in the morning.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from storage import inbox, media, told
from storage.database import Tx
from storage.entry import Seat
from storage.inbox import Message
from storage.told import Told

BEYOND_ALL = 2**63 - 1
_CURSOR = re.compile(r"([0-9]{1,18})\.([0-9]{1,18})")


@dataclass(frozen=True, slots=True)
class Cursor:
    said: int  # inbox id
    told: int  # a place: see storage.told

    def __str__(self) -> str:
        return f"{self.said}.{self.told}"


def cursor_from(text: str | None) -> Cursor | None:
    """Return the cursor written in `text`, or None: then the page gets the newest messages, and knows which it has."""
    match = _CURSOR.fullmatch(text or "")
    return Cursor(int(match[1]), int(match[2])) if match else None


@dataclass(frozen=True, slots=True)
class Line:
    """One message of the conversation. After it, the page stands at `cursor`."""

    cursor: Cursor
    id: str
    client_id: str | None  # the page's own name for what it said
    text: str
    buttons: Sequence[Sequence[str]]
    media: Sequence[str]
    at: datetime
    is_edit: bool = False  # the message has been shown before, and reads so from now on

    @property
    def mine(self) -> bool:
        return self.id.startswith("i")


Saying = tuple[Message, str]  # with its external id


def _said(saying: Saying, cursor: Cursor) -> Line:
    message, external_id = saying
    client_id = external_id.partition(":")[2].partition("#")[0]  # ACCOUNT:CLIENT_ID, with '#...' when it gave up its id
    return Line(cursor, f"i{message.id}", client_id, message.words, (), message.media, message.received_at)


def _told(one: Told, cursor: Cursor) -> Line:
    return Line(cursor, f"o{one.id}", None, one.text, one.buttons, one.media, one.at, one.is_edit)


async def after(tx: Tx, account_id: int, cursor: Cursor, limit: int) -> list[Line]:
    """Return what comes after the cursor, oldest first."""
    said = await inbox.said_after(tx, account_id, cursor.said, limit)
    heard = await told.after(tx, account_id, cursor.told, limit)
    lines: list[Line] = []
    while (said or heard) and len(lines) < limit:
        if not heard or (said and said[0][0].received_at <= heard[0].at):
            cursor = Cursor(said[0][0].id, cursor.told)
            lines.append(_said(said.pop(0), cursor))
        else:
            cursor = Cursor(cursor.said, heard[0].place)
            lines.append(_told(heard.pop(0), cursor))
    return lines


async def before(tx: Tx, account_id: int, cursor: Cursor | None, limit: int) -> tuple[list[Line], bool]:
    """Return the messages before the one at the cursor (None: the newest), oldest first, and whether there are more."""
    enough = limit + 2  # the message at the cursor itself, and one to know whether there are more
    end = cursor or Cursor(BEYOND_ALL - 1, BEYOND_ALL - 1)
    said = await inbox.said_before(tx, account_id, end.said + 1, enough)
    heard = await told.before(tx, account_id, end.told + 1, enough)
    lines: list[Line] = []
    while (said or heard) and len(lines) < enough:
        here = Cursor(said[0][0].id if said else 0, heard[0].place if heard else 0)
        if not heard or (said and said[0][0].received_at > heard[0].at):
            lines.append(_said(said.pop(0), here))
        else:
            lines.append(_told(heard.pop(0), here))
    if lines and lines[0].cursor == cursor:
        lines.pop(0)
    return lines[:limit][::-1], len(lines) > limit


async def as_json(tx: Tx, line: Line, seat: Seat, zone: ZoneInfo) -> dict[str, Any]:
    """Return the message as the page takes it. What only a telephone app can do (share a contact) is left out."""
    text, attachments = line.text, []
    for media_id in line.media:
        medium = await media.by_id(tx, media_id)
        if medium is None or medium.state == "lost":
            text = f"{text}\n（附件“{medium.name if medium else '未命名'}”没能取到。）".lstrip("\n")
            continue
        url = f"/u/{seat.address}/media/{media_id}"
        attachments.append({"url": url, "kind": medium.kind, "name": medium.name, "size": medium.size_bytes or 0})
    return {
        "cursor": str(line.cursor),
        "id": line.id,
        "mine": line.mine,
        "client_id": line.client_id,
        "text": text,
        "buttons": [{"label": row[0], "choice": row[1]} for row in line.buttons if row[2:] != ["contact"]],
        "attachments": attachments,
        "at": line.at.astimezone(zone).isoformat(),
    }

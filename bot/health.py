"""/healthz: which loops are alive, what waits and since when. It names nobody and no secret, so it needs no login."""

import shutil
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.pulse import Pulse
from storage import inbox, outbox, reminders
from storage.database import Database
from storage.errors import StorageError

LATE_SECONDS = 300  # a message that waits longer for its turn means that something is wrong
SILENT_SECONDS = {
    "clock": 300.0,
    "telegram": 180.0,
    "wecom": 180.0,
}  # loops that go round by themselves; the others beat when there is work


async def health(
    database: Database,
    pulses: Sequence[Pulse],
    folder: Path,
    minimum_free_megabytes: int,
    now: Callable[[], datetime],
) -> dict[str, Any]:
    """Return the state of everything: {"ok": bool, "loops": ..., "inbox": ..., "outbox": ..., "troubles": [...]}."""
    troubles = [f"{each.name}: {each.reason}" for each in pulses if each.reason]
    troubles += [f"{each.name} is silent" for each in pulses if each.seconds_since > SILENT_SECONDS.get(each.name, 1e9)]
    free = shutil.disk_usage(folder).free // (1024 * 1024)
    if free < minimum_free_megabytes:
        troubles.append(f"only {free} MB free on the disk")
    report: dict[str, Any] = {
        "loops": {
            each.name: {
                "seconds_since": round(each.seconds_since, 1),
                "seconds_since_well": round(each.seconds_since_well, 1),
                "trouble": each.reason,
            }
            for each in pulses
        },
        "disk_free_megabytes": free,
    }
    try:
        async with database.read() as tx:
            waiting, since = await inbox.backlog(tx)
            parked = await inbox.parked_count(tx)
            going, going_since = await outbox.backlog(tx)
            next_reminder = await reminders.next_due(tx)
            failed = await reminders.failed_count(tx)
    except StorageError as error:
        return {"ok": False, **report, "troubles": [*troubles, str(error)]}
    lag = _seconds(since, now())
    if lag > LATE_SECONDS:
        troubles.append(f"a message has waited {lag:.0f} s for its turn")
    report["inbox"] = {"waiting": waiting, "oldest_seconds": lag, "parked": parked}
    late = _seconds(next_reminder, now())
    if late > LATE_SECONDS:
        troubles.append(f"a reminder is {late:.0f} s late")
    report["reminders"] = {"late_seconds": max(0.0, late), "failed": failed}
    report["outbox"] = {"waiting": going, "oldest_seconds": _seconds(going_since, now())}
    return {"ok": not troubles, **report, "troubles": troubles}


def _seconds(since: datetime | None, now: datetime) -> float:
    return 0.0 if since is None else round((now - since).total_seconds(), 1)

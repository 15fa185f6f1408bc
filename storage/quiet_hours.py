"""A person's own quiet hours, besides the office's."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo

from storage.database import Tx


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Wall times; an end that is not after the start is the next morning's. With `greetings` off no festival or birthday is greeted."""

    start: time
    end: time
    greetings: bool

    def until(self, now: datetime, zone: tzinfo) -> datetime | None:
        """Return when the quiet hours end in which this aware moment lies, or None."""
        local = now.astimezone(zone)
        for day in (local.date() - timedelta(days=1), local.date()):
            begins = datetime.combine(day, self.start, zone)
            if self.start == self.end:
                return None
            ends = datetime.combine(day if self.end > self.start else day + timedelta(days=1), self.end, zone)
            if begins <= local < ends:
                return ends
        return None


SET = """
INSERT INTO quiet_hours (person_id, from_time, until_time, greetings) VALUES (?, ?, ?, ?)
ON CONFLICT (person_id) DO UPDATE SET from_time = excluded.from_time, until_time = excluded.until_time, greetings = excluded.greetings"""
OF_PERSON = "SELECT from_time, until_time, greetings FROM quiet_hours WHERE person_id = ?"


async def put(tx: Tx, person_id: int, hours: QuietHours) -> None:
    """Set somebody's quiet hours; start and end may be the same: then there are none."""
    await tx.run(SET, person_id, f"{hours.start:%H:%M}", f"{hours.end:%H:%M}", int(hours.greetings))


async def of_person(tx: Tx, person_id: int) -> QuietHours | None:
    row = await tx.one(OF_PERSON, person_id)
    return QuietHours(time.fromisoformat(row[0]), time.fromisoformat(row[1]), bool(row[2])) if row else None


WITHOUT_GREETINGS = "SELECT person_id FROM quiet_hours WHERE greetings = 0"


async def without_greetings(tx: Tx) -> frozenset[int]:
    """Return who wants no festival and birthday greetings."""
    return frozenset(int(row[0]) for row in await tx.all(WITHOUT_GREETINGS))

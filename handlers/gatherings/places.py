"""Who gets a place. Rules only: functions of values and an aware `now`, which touch nothing.

- First come, first served, unless by draw. Nobody who comes later gets a place while somebody waits whose party would fit.
- A party (a person and the companions) gets all its places or none.
- Kept places are for people who telephone, until the deadline; what is left of them then is for everybody.
- A freed place is offered in the order of the waiting list. A party larger than what is free is passed over and keeps its place in the
  line; so a couple never loses its turn to wait, and no single place stays empty because of it.
- An offer lasts OFFER from when it is heard of; near the start a quarter of the time that is left, half an hour at least. It ends
  while people are awake, and at the start at the latest.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

OFFER = timedelta(hours=24)
SHORTEST_OFFER = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Room:
    """What is known of the places of a gathering."""

    capacity: int | None  # None: no limit
    kept: int  # of the capacity, for people who telephone
    taken: int  # places taken or offered, of all
    taken_by_phone: int


def free(room: Room, *, by_phone: bool, after_deadline: bool) -> int | None:
    """Return how many places somebody may still take, None for no limit; never below 0."""
    if room.capacity is None:
        return None
    left = room.capacity - room.taken
    if not by_phone and not after_deadline:
        left -= max(0, room.kept - room.taken_by_phone)
    return max(0, left)


def fits(room: Room, party: int, *, by_phone: bool, after_deadline: bool) -> bool:
    """Tell whether a party of that size finds places, all of them."""
    left = free(room, by_phone=by_phone, after_deadline=after_deadline)
    return left is None or party <= left


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody on the waiting list, in the order of the list."""

    id: int
    party: int
    by_phone: bool


def next_offers(room: Room, waiting: Sequence[Waiting], *, after_deadline: bool) -> list[int]:
    """Return the ids of those to whom free places are offered now, in order."""
    offered = []
    for each in waiting:
        if fits(room, each.party, by_phone=each.by_phone, after_deadline=after_deadline):
            offered.append(each.id)
            by_phone = each.party if each.by_phone else 0
            room = Room(room.capacity, room.kept, room.taken + each.party, room.taken_by_phone + by_phone)
    return offered


def offer_ends(hears_at: datetime, starts_at: datetime, quiet_until: Callable[[datetime], datetime | None]) -> datetime:
    """Return until when an offer holds that somebody hears of at `hears_at`, before the start.

    `quiet_until` returns when the quiet hours end in which a moment lies, or None. An end in the quiet hours is put off until after
    them; where that would be beyond the start the shortest offer must do, and where that ends in them too, the start.
    """
    lasts = min(OFFER, max(SHORTEST_OFFER, (starts_at - hears_at) / 4))
    for ends in (_put_off(hears_at + lasts, quiet_until), hears_at + SHORTEST_OFFER):
        if ends < starts_at and quiet_until(ends) is None:
            return ends
    return starts_at


def _put_off(moment: datetime, quiet_until: Callable[[datetime], datetime | None]) -> datetime:
    wakes = quiet_until(moment)
    if wakes is None:
        return moment
    return wakes if quiet_until(wakes + SHORTEST_OFFER) else wakes + SHORTEST_OFFER


def drawn(seed: str, waiting: Sequence[Waiting], room: Room) -> tuple[list[int], list[int]]:
    """Return (who has a place, who waits), both in the order drawn; the same for the same seed and people, whatever their order here.

    The order is that of SHA-256 of "seed:id". Anybody can recompute it once the seed is published.
    """
    order = sorted(waiting, key=lambda each: hashlib.sha256(f"{seed}:{each.id}".encode()).hexdigest())
    inside = next_offers(room, order, after_deadline=True)
    lucky = set(inside)
    return inside, [each.id for each in order if each.id not in lucky]


def seed_hash(seed: str) -> str:
    """Return what is shown of a seed before the draw, so that nobody can choose it afterwards: 16 hex digits of its SHA-256."""
    return hashlib.sha256(seed.encode()).hexdigest()[:16]

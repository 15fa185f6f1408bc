"""Made, changed, called off. Every deed is one transaction with what people are told of it; a refusal has written nothing."""

import secrets
from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from handlers.act import Act
from handlers.gatherings import differences, reminding
from handlers.gatherings.differences import Told
from handlers.gatherings.signing import DRAW, OFFER_ENDS, promote
from handlers.office import Office
from storage import gatherings, reminders, signups
from storage.gatherings import Gathering
from storage.signups import Signup

OPENS_BEFORE = timedelta(
    days=7
)  # of a series: sign-up for each after the first opens so long before, not for all at once


# ── made ────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def make(act: Act, wanted: Gathering) -> Gathering | str:
    """Write a new gathering, or return a polite sentence what stands in its room at that time.

    Of `wanted` the id, uid and seed are not looked at. Who it suits hears of it when sign-up opens.
    """
    made = await make_series(act, [wanted])
    return made if isinstance(made, str) else made[0]


async def make_series(act: Act, wanted: Sequence[Gathering]) -> list[Gathering] | str:
    """Write gatherings that belong together, or return what stands in the way of one of them."""
    if refused := await _first_in_the_way(act, wanted):
        return refused
    made: list[Gathering] = []
    for each in wanted:
        new = await _add(act, replace(each, series_id=made[0].id if made else None))
        if not made and len(wanted) > 1:
            new = replace(new, series_id=new.id)
            await gatherings.change(act.tx, new)
        made.append(new)
    return await _planned(act, made)


async def make_course(act: Act, wanted: Sequence[Gathering], term: str) -> list[Gathering] | str:
    """Write a course and its lessons, or return what stands in the way of one of them."""
    if refused := await _first_in_the_way(act, wanted):
        return refused
    course_id = await gatherings.add_course(act.tx, wanted[0].title, term, wanted[0].made_by, act.now)
    await act.audit("course.made", f"course:{course_id}", lessons=len(wanted))
    return await _planned(act, [await _add(act, replace(each, course_id=course_id)) for each in wanted])


def repeated(
    office: Office, first: Gathering, days: Sequence[date], now: datetime, *, together: bool = False
) -> list[Gathering]:
    """Return a gathering on each of these days, at the wall times of the first.

    Sign-up for the later ones opens in its turn, or `together` with the first.
    """
    began = office.today(first.starts_at)
    found = []
    for day in days:
        starts, ends, deadline = (
            moved(office, each, day - began) for each in (first.starts_at, first.ends_at, first.deadline_at)
        )
        opens = first.opens_at if together or day == days[0] else max(now, starts - OPENS_BEFORE)
        new = replace(first, starts_at=starts, ends_at=ends, deadline_at=deadline, opens_at=min(opens, deadline))
        found.append(new)
    return found


def moved(office: Office, at: datetime, by: timedelta) -> datetime:
    """Return a moment so much later on the office's wall clock."""
    return at.astimezone(office.zone) + by


async def in_the_way(
    act: Act, room: str | None, start: datetime, end: datetime, ours: Container[int] = ()
) -> Gathering | None:
    """Return what stands in a room at that time and is none of `ours`; nothing where there is no room of the office's."""
    found = await gatherings.in_room(act.tx, room, start, end) if room else []
    return next((each for each in found if each.id not in ours), None)


def taken_words(office: Office, stands: Gathering) -> str:
    """Return '多功能厅 12月4日 星期五 14:30 到 16:00 已经有“合唱排练”'."""
    return f"{stands.room} {differences.when(office, stands)} 已经有“{stands.title}”"


async def _first_in_the_way(act: Act, wanted: Sequence[Gathering]) -> str | None:
    for each in wanted:
        if stands := await in_the_way(act, each.room, each.starts_at, each.ends_at):
            return f"{taken_words(act.office, stands)}，请换个时间或者地点。"
    return None


async def _add(act: Act, wanted: Gathering) -> Gathering:
    fresh = replace(wanted, uid=f"{uuid4()}", seed=secrets.token_hex(8), sequence=0, drawn_at=None, state="planned")
    new = await gatherings.add(act.tx, fresh, act.now)
    await act.audit("gathering.made", f"gathering:{new.id}", what=new.kind)
    return new


async def _planned(act: Act, made: list[Gathering]) -> list[Gathering]:
    for each in made:
        await reminding.plan(act, each)
    return made


# ── changed ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def still_to_come(act: Act, gathering: Gathering) -> list[Gathering]:
    """Return those of the same series or course that come after this one and are planned."""
    if gathering.course_id is not None:
        together = await gatherings.of_course(act.tx, gathering.course_id)
    elif gathering.series_id is not None:
        together = await gatherings.of_series(act.tx, gathering.series_id)
    else:
        return []
    return [each for each in together if each.state == "planned" and each.starts_at > gathering.starts_at]


async def change(
    act: Act, gathering: Gathering, changes: Mapping[str, Any], *, also: Sequence[Gathering] = ()
) -> Told | str:
    """Change fields of a gathering, and alike those `also` named of its series; or return a polite sentence why not.

    Everybody concerned hears the difference, once, however much changed. Nobody who has a place loses it. Times of `also` move by as
    much as those of `gathering` do. With a new beginning the end of sign-up moves along unless it is named.
    """
    pairs = [(each, _changed(act.office, gathering, each, changes)) for each in (gathering, *also)]
    ours = {each.id for each, _ in pairs}
    for old, new in pairs:
        if refused := await _why_not(act, old, new, ours):
            return refused
    if pairs[0][0] == pairs[0][1]:
        return "跟原来一样，没有改动。"
    pairs = [(old, replace(new, sequence=old.sequence + 1)) for old, new in pairs]
    return await _written(act, pairs, list(changes))


async def _written(act: Act, pairs: list[tuple[Gathering, Gathering]], fields: list[str]) -> Told:
    for _, new in pairs:
        await gatherings.change(act.tx, new)
        await act.audit("gathering.changed", f"gathering:{new.id}", fields=" ".join(fields), sequence=new.sequence)
        await reminding.plan(act, new)
    old, new = pairs[0]
    before = await differences.concerned(act, [each for _, each in pairs])
    offered = sum([await promote(act, each) for old, each in pairs if _is_larger(old, each)])
    now_offered = await _newly_offered(act, before) if offered else []
    rest = [each for each in before if each not in now_offered]  # an offer tells everything there is to know
    told, to_call = await differences.tell_of_change(act, old, new, rest, len(pairs) - 1)
    for _, each in pairs:
        await _mark_told(act, each)
    return Told(new, told, tuple(to_call), offered, len(pairs))


def _changed(office: Office, first: Gathering, each: Gathering, changes: Mapping[str, Any]) -> Gathering:
    """Return a gathering with the changes of the first: the values, but of times how far they move."""
    values = dict(changes)
    if "starts_at" in values:
        values.setdefault("deadline_at", _moved_along(office, first, values["starts_at"]))
    for name in ("starts_at", "ends_at", "deadline_at"):
        if name in values:
            values[name] = moved(office, getattr(each, name), _by(office, getattr(first, name), values[name]))
    new = replace(each, **values)
    kept = new.kept if new.capacity is None else min(new.kept, new.capacity)
    return replace(new, kept=kept, opens_at=min(new.opens_at, new.deadline_at))


def _moved_along(office: Office, gathering: Gathering, starts_at: datetime) -> datetime:
    """Return the end of sign-up when the beginning moves, never after it."""
    return min(moved(office, gathering.deadline_at, _by(office, gathering.starts_at, starts_at)), starts_at)


def _by(office: Office, old: datetime, new: datetime) -> timedelta:
    return new.astimezone(office.zone).replace(tzinfo=None) - old.astimezone(office.zone).replace(tzinfo=None)


def _is_larger(old: Gathering, new: Gathering) -> bool:
    return old.capacity is not None and (new.capacity is None or new.capacity > old.capacity)


async def _why_not(act: Act, old: Gathering, new: Gathering, ours: set[int]) -> str | None:
    if old.state == "cancelled":
        return "这次活动已经取消了，不能再改。"
    if old.starts_at <= act.now:
        return "这次活动已经开始了，不能再改。"
    if new.starts_at <= act.now:
        return "新的时间已经过去了。"
    if new.ends_at <= new.starts_at:
        return "结束的时间要在开始以后。"
    if new.deadline_at > new.starts_at:
        return "报名截止要在活动开始以前。"
    taken, _ = await signups.taken(act.tx, old.id)
    if new.capacity != old.capacity and new.capacity is not None and new.capacity < taken:
        return f"已经有 {taken} 个位子给出去了，名额不能少于 {taken}。"
    if stands := await in_the_way(act, new.room, new.starts_at, new.ends_at, ours):
        return f"{taken_words(act.office, stands)}，请换个时间或者地点。"
    return None


async def _newly_offered(act: Act, before: Sequence[Signup]) -> list[Signup]:
    """Return those of the waiting who have been offered a place now."""
    found = []
    for each in before:
        if each.state == "waiting" and (await signups.by_id(act.tx, each.id)).state == "offered":
            found.append(each)
    return found


async def _mark_told(act: Act, gathering: Gathering) -> None:
    for each in await signups.of_gathering(act.tx, gathering.id):
        if each.state in differences.CONCERNED:
            await signups.told(act.tx, each.id, gathering.sequence)


# ── called off ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def cancel(act: Act, gathering: Gathering, why: str, *, also: Sequence[Gathering] = ()) -> Told | str:
    """Call a gathering off, and those `also` named of its series; or return a polite sentence why not.

    Everybody concerned is told once; nothing reminds of it any more; its room is free.
    """
    if gathering.state == "cancelled":
        return "这次活动已经取消了。"
    if gathering.ends_at <= act.now:
        return "这次活动已经结束了，不用取消。"
    ended = [await _called_off(act, each, why) for each in (gathering, *also)]
    people = await differences.concerned(act, ended)
    told, to_call = await differences.tell_of_end(act, ended, people, why)
    for each in ended:
        await _mark_told(act, each)
    return Told(ended[0], told, tuple(to_call), gatherings=len(ended))


async def _called_off(act: Act, gathering: Gathering, why: str) -> Gathering:
    ended = replace(gathering, state="cancelled", why_cancelled=why, sequence=gathering.sequence + 1)
    await gatherings.change(act.tx, ended)
    await act.audit("gathering.cancelled", f"gathering:{ended.id}", sequence=ended.sequence)
    await reminders.drop(act.tx, [DRAW], ended.id)
    for each in await signups.of_gathering(act.tx, ended.id):
        if each.state == "offered":
            await reminders.drop(act.tx, [OFFER_ENDS], each.id)
    await reminding.plan(act, ended)  # of what is called off it plans nothing and drops what waits
    return ended

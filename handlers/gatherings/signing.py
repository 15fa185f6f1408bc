"""Signing up, giving back, offers to whoever waits, the draw. Every change is one transaction with what people are told of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from handlers.act import Act, Button, quiet_until
from handlers.gatherings import ics, places, telling, words
from handlers.gatherings.places import Room, Waiting
from storage import gatherings, reminders, signups
from storage.gatherings import Gathering
from storage.signups import Signup

OFFER_ENDS = "offer.ends"  # reminder; its subject is the sign-up, its round the offer
DRAW = "gathering.draw"  # reminder; its subject is the gathering


@dataclass(frozen=True, slots=True)
class Wish:
    """Who wants to come."""

    person_id: int
    acted_by: int
    account_id: int | None = None  # None: by telephone
    companions: int = 0
    answers: Mapping[str, Any] = field(default_factory=dict)

    @property
    def by_phone(self) -> bool:
        return self.account_id is None


def after_deadline(act: Act, gathering: Gathering) -> bool:
    return act.now >= gathering.deadline_at


async def room_of(act: Act, gathering: Gathering) -> Room:
    """Return what is known of the places of a gathering."""
    taken, by_phone = await signups.taken(act.tx, gathering.id)
    return Room(gathering.capacity, gathering.kept, taken, by_phone)


def why_not(act: Act, gathering: Gathering, wish: Wish) -> str | None:
    """Return a polite sentence why nobody can sign up like this now, or None. Who telephones may until the beginning."""
    if gathering.state == "cancelled":
        return "这次活动取消了。"
    if act.now >= gathering.starts_at:
        return "这次活动已经开始了。"
    if act.now < gathering.opens_at:
        return f"还没有开始报名，{words.moment(act.office, gathering.opens_at)}开始。"
    if after_deadline(act, gathering) and not wish.by_phone:
        return f"报名已经截止了。想来的话，请打电话问问：{act.office.phone}。"
    if wish.companions > gathering.companions:
        return f"这次最多带 {gathering.companions} 位家属。" if gathering.companions else "这次不能带家属。"
    return None


async def sign_up(act: Act, gathering: Gathering, wish: Wish) -> Signup | str:
    """Give a place, else a place on the waiting list, else a lot in the draw; or return a polite sentence why not.

    Whoever is signed up already stays as they are; to whom a place is offered takes it by this. Two who press in the same moment are
    one after the other: turns are.
    """
    if refused := why_not(act, gathering, wish):
        return refused
    present = await signups.current(act.tx, gathering.id, wish.person_id)
    if present is not None and await accept(act, gathering, present):
        return await signups.by_id(act.tx, present.id)
    if present is not None and present.state != "no":
        return f"{present.person_name}已经{words.STATES[present.state]}，不用再报。"
    if present is not None:
        await signups.set_state(act.tx, present, "cancelled", act.now)
    gathering = await _drawn_if_due(act, gathering)
    signup = await _add(act, gathering, wish, await _state(act, gathering, wish))
    await act.audit("signup.made", f"gathering:{gathering.id}", signup=signup.id, state=signup.state)
    if signup.state == "in":
        await _enter_lessons(act, gathering, signup)
    return signup


async def _drawn_if_due(act: Act, gathering: Gathering) -> Gathering:
    """Let nobody who comes after the deadline into the draw, when the clock is late with it."""
    if gathering.by_draw and gathering.drawn_at is None and after_deadline(act, gathering):
        await draw(act, gathering)
        return await gatherings.by_id(act.tx, gathering.id)
    return gathering


async def _state(act: Act, gathering: Gathering, wish: Wish) -> str:
    if gathering.by_draw and gathering.drawn_at is None:
        return "drawing"
    return await _found_place(act, gathering, wish)


async def _found_place(act: Act, gathering: Gathering, wish: Wish) -> str:
    """Return 'in' or 'waiting'. Whoever waits already and would fit comes first."""
    if await _fits(act, gathering, wish) and await signups.somebody_waits(act.tx, gathering.id):
        await promote(act, gathering)
    return "in" if await _fits(act, gathering, wish) else "waiting"


async def _fits(act: Act, gathering: Gathering, wish: Wish) -> bool:
    late = after_deadline(act, gathering)
    room = await room_of(act, gathering)
    return places.fits(room, 1 + wish.companions, by_phone=wish.by_phone, after_deadline=late)


async def _add(act: Act, gathering: Gathering, wish: Wish, state: str) -> Signup:
    return await signups.add(
        act.tx,
        gathering_id=gathering.id,
        person_id=wish.person_id,
        acted_by=wish.acted_by,
        account_id=wish.account_id,
        companions=wish.companions,
        answers=wish.answers,
        state=state,
        by_phone=wish.by_phone,
        told_sequence=gathering.sequence,
        now=act.now,
    )


# ── giving back ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def give_back(act: Act, gathering: Gathering, signup: Signup, state: str = "cancelled") -> bool:
    """Cancel a sign-up ('cancelled', or 'no': 不来), for good, and offer what is freed; False when it was changed meanwhile.

    Of a course only this lesson; `leave_course` gives back all that are to come.
    """
    if not await signups.set_state(act.tx, signup, state, act.now):
        return False
    await reminders.drop(act.tx, [OFFER_ENDS], signup.id)
    await act.audit("signup.cancelled", f"gathering:{gathering.id}", signup=signup.id)
    if signup.state in signups.HOLDS_PLACE:
        await promote(act, gathering)
    return True


async def leave_course(act: Act, gathering: Gathering, signup: Signup) -> int:
    """Give back a lesson and all later ones of its course; return how many were given back."""
    left = int(await give_back(act, gathering, signup))
    for lesson in await _later_lessons(act, gathering):
        present = await signups.current(act.tx, lesson.id, signup.person_id)
        left += present is not None and await give_back(act, lesson, present)
    return left


async def say_no(act: Act, gathering: Gathering, wish: Wish) -> str:
    """Note that somebody does not come, also without having signed up; return what to say."""
    present = await signups.current(act.tx, gathering.id, wish.person_id)
    if present is None:
        await _add(act, gathering, replace(wish, companions=0, answers={}), "no")
        await act.audit("signup.no", f"gathering:{gathering.id}", person=wish.person_id)
    elif present.state != "no":
        await give_back(act, gathering, present, "no")
    return "好的，记下您这次不来。谢谢您告诉我们。"


# ── who waits ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def promote(act: Act, gathering: Gathering) -> int:
    """Offer free places in the order of the waiting list; return to how many. Nobody is offered a place twice at once.

    Whoever would wake up only after the start is passed over, and keeps the place in the line.
    """
    if gathering.state != "planned" or (act.office.quiet_until(act.now) or act.now) >= gathering.starts_at:
        return 0
    room = await room_of(act, gathering)
    if not places.fits(room, 1, by_phone=True, after_deadline=True):
        return 0  # most calls: a long list is not read for nothing
    line = {each.id: each for each in await signups.waiting(act.tx, gathering.id)}
    offered = 0
    while chosen := _next_offers(act, gathering, room, line.values()):
        for signup_id in chosen:
            offered += await _offer(act, gathering, line.pop(signup_id))
        room = await room_of(act, gathering)
    return offered


def _next_offers(act: Act, gathering: Gathering, room: Room, line: Iterable[Signup]) -> list[int]:
    waiting = [Waiting(each.id, each.party, each.by_phone) for each in line]
    return places.next_offers(room, waiting, after_deadline=after_deadline(act, gathering))


async def _offer(act: Act, gathering: Gathering, signup: Signup) -> bool:
    own = await telling.own_quiet_hours(act, signup)
    hears_at = quiet_until(act.now, act.office, own) or act.now
    if hears_at >= gathering.starts_at:
        return False
    until = places.offer_ends(hears_at, gathering.starts_at, lambda moment: quiet_until(moment, act.office, own))
    if not await signups.offer(act.tx, signup.id, until, act.now):
        return False
    await reminders.set_due(act.tx, OFFER_ENDS, signup.id, signup.offers + 1, until)
    await act.audit("signup.offered", f"gathering:{gathering.id}", signup=signup.id)
    buttons = [Button("1 要来", f"a:seat:{signup.id}"), Button("2 不来了", f"a:noseat:{signup.id}")]
    freed, kept_until = f"有{words.how_many(signup)}空出来了", words.moment(act.office, until)
    where = words.when_and_where(act.office, gathering)
    text = f"{signup.person_name}，您排队的“{gathering.title}”{freed}，给您留到{kept_until}。\n{where}\n您要来吗？"
    if not await telling.tell(act, signup, text, buttons):
        what = f"问要不要来（{freed}，留到{kept_until}），再把回答按在这里"
        await telling.ask_to_call(act, gathering, [signup], what, buttons)
    return True


async def accept(act: Act, gathering: Gathering, signup: Signup) -> bool:
    """Take an offered place; False when the offer has ended, or there is nothing to come to any more."""
    if signup.state != "offered" or gathering.state != "planned" or act.now >= gathering.starts_at:
        return False
    if not await signups.set_state(act.tx, signup, "in", act.now):
        return False
    await reminders.drop(act.tx, [OFFER_ENDS], signup.id)
    await act.audit("signup.accepted", f"gathering:{gathering.id}", signup=signup.id)
    await _enter_lessons(act, gathering, signup)
    return True


async def offer_ended(act: Act, signup: Signup) -> None:
    """Nobody answered an offer in time: it goes to the next, and whoever did not answer is told and leaves the list."""
    gathering = await gatherings.by_id(act.tx, signup.gathering_id)
    if signup.state != "offered" or not await signups.set_state(act.tx, signup, "lost", act.now):
        return
    await reminders.drop(act.tx, [OFFER_ENDS], signup.id)
    await act.audit("signup.lost", f"gathering:{gathering.id}", signup=signup.id)
    if gathering.state == "planned":
        again = "" if why_not(act, gathering, Wish(signup.person_id, 0, signup.account_id)) else "还想来，可以再报名。"
        text = f"给您留的“{gathering.title}”的名额，到了时间没有等到您回话，不再留了。{again}"
        await telling.tell(act, signup, text)
    await promote(act, gathering)


async def draw(act: Act, gathering: Gathering) -> int:
    """Draw the places at the deadline, publish the seed, tell everybody; return how many have a place. Once only."""
    gathering = await gatherings.by_id(act.tx, gathering.id)
    if not gathering.by_draw or gathering.drawn_at is not None or gathering.state != "planned":
        return 0
    lots = {each.id: each for each in await signups.of_gathering(act.tx, gathering.id) if each.state == "drawing"}
    line = [Waiting(each.id, each.party, each.by_phone) for each in lots.values()]
    inside, outside = places.drawn(gathering.seed, line, await room_of(act, gathering))
    await signups.set_line(act.tx, [*inside, *outside])
    await gatherings.change(act.tx, replace(gathering, drawn_at=act.now))
    await act.audit("gathering.drawn", f"gathering:{gathering.id}", seed=gathering.seed, places=len(inside))
    untold: list[Signup] = []
    for state, ids in (("in", inside), ("waiting", outside)):
        for place, signup_id in enumerate(ids, 1):
            if not await _drew(act, gathering, lots[signup_id], state, place):
                untold.append(lots[signup_id])
    await telling.ask_to_call(act, gathering, untold, "告诉抽签的结果")
    return len(inside)


async def _drew(act: Act, gathering: Gathering, signup: Signup, state: str, place: int) -> bool:
    """Write what somebody drew and tell it; False when only the telephone is left."""
    await signups.set_state(act.tx, signup, state, act.now)
    await act.audit("signup.drawn", f"gathering:{gathering.id}", signup=signup.id, state=state)
    if state == "in":
        await _enter_lessons(act, gathering, signup)
    media = await ics.attach(act, gathering) if state == "in" else []
    return await telling.tell(act, signup, _drawn_words(act, gathering, state, place), media=media)


def _drawn_words(act: Act, gathering: Gathering, state: str, place: int) -> str:
    result = "抽中了，您有位子。" if state == "in" else f"这次没有抽中，排在候补第 {place} 位，有空位就告诉您。"
    return (
        f"“{gathering.title}”抽签的结果：{result}\n{words.when_and_where(act.office, gathering)}\n"
        f"抽签的种子是 {gathering.seed}，谁都可以照着核对。"
    )


# ── courses: who is in a lesson is in the later ones ───────────────────────────────────────────────────────────────────────────


async def _later_lessons(act: Act, gathering: Gathering) -> list[Gathering]:
    if gathering.course_id is None:
        return []
    lessons = await gatherings.of_course(act.tx, gathering.course_id)
    return [
        each for each in lessons if each.id != gathering.id and each.starts_at > act.now and each.state == "planned"
    ]


async def _enter_lessons(act: Act, gathering: Gathering, signup: Signup) -> None:
    """Let who is in a lesson into the later ones, or into their waiting lists where others have taken the places."""
    wish = Wish(signup.person_id, signup.acted_by, signup.account_id, signup.companions, signup.answers)
    for lesson in await _later_lessons(act, gathering):
        if await signups.current(act.tx, lesson.id, signup.person_id) is None:
            entered = await _add(act, lesson, wish, await _found_place(act, lesson, wish))
            detail: dict[str, str | int] = {"signup": entered.id, "state": entered.state}
            await act.audit("signup.made", f"gathering:{lesson.id}", **detail)

"""请假 and 外出: who does not come to a meeting or a lesson says why; who is away gives back everything in between."""

from dataclasses import dataclass
from datetime import date

from handlers.act import Act
from handlers.gatherings import attendance, signing
from handlers.gatherings.kinds import takes_leave
from handlers.gatherings.signing import Wish
from handlers.gatherings.suiting import day_of
from storage import gatherings, signups
from storage.gatherings import Gathering
from storage.signups import Signup

AWAY = "外出"


async def excuse(act: Act, gathering: Gathering, wish: Wish, reason: str) -> None:
    """Note that somebody takes leave of a meeting or of one lesson, also who never signed up for the meeting.

    Who waits for a meeting waits no more; who waits for a course keeps the place in the line, whatever happens to one lesson.
    """
    present = await signups.current(act.tx, gathering.id, wish.person_id)
    if present is not None and present.state == "in":
        await attendance.take_leave(act, gathering, present, reason)
        return
    if present is None:
        await signing.say_no(act, gathering, wish)
    elif present.state != "no" and gathering.course_id is None:
        await signing.give_back(act, gathering, present, "no")
    excused = present or await signups.current(act.tx, gathering.id, wish.person_id)
    if excused is None:
        raise LookupError(f"no signup of person {wish.person_id} for gathering {gathering.id}")
    await signups.take_leave(act.tx, excused.id, reason, act.now)
    await act.audit("signup.excused", f"gathering:{gathering.id}", signup=excused.id)


async def comes_after_all(act: Act, gathering: Gathering, signup: Signup) -> None:
    """Take back a leave."""
    await signups.take_leave(act.tx, signup.id, None, act.now)
    await act.audit("signup.comes", f"gathering:{gathering.id}", signup=signup.id)


@dataclass(frozen=True, slots=True)
class Falling:
    """A sign-up that falls into days away."""

    gathering: Gathering
    signup: Signup

    @property
    def is_leave(self) -> bool:
        """Whether it becomes a leave; else it is cancelled."""
        return takes_leave(self.gathering.kind)


async def falling(act: Act, person_id: int, from_on: date, until_on: date) -> list[Falling]:
    """Return what somebody is signed up for between two days, both included, and has not begun; in order of time."""
    found = []
    for signup in await signups.of_person(act.tx, person_id, act.now):
        gathering = await gatherings.by_id(act.tx, signup.gathering_id)
        inside = from_on <= day_of(act.office, gathering) <= until_on and gathering.starts_at > act.now
        if inside and signup.state != "no" and signup.leave_reason is None:
            found.append(Falling(gathering, signup))
    return found


async def give_back_all(act: Act, falls: list[Falling], acted_by: int) -> None:
    """Cancel these, with leave where one takes leave."""
    for each in falls:
        if each.is_leave:
            wish = Wish(each.signup.person_id, acted_by, act.from_account)
            await excuse(act, each.gathering, wish, AWAY)
        else:
            await signing.give_back(act, each.gathering, each.signup)

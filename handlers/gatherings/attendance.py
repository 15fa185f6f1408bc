"""The day itself: who is there, who asked for leave. Whoever stands in the room is checked in, whatever the list says.

- A person checks in from an hour before the start until the end; the office also afterwards, from a list on paper, for a week.
- Who had no place (waited, said no, was never asked) and comes all the same is a walk-in. The sign-up stays as it was, so that undoing
  a slip leaves nothing behind.
- Leave is for meetings and lessons, until the start. Where somebody waits it frees the place, of this one date only.
"""

from datetime import datetime, timedelta

from handlers.act import Act, Button
from handlers.gatherings import kinds, signing, telling, words
from handlers.office import Office
from storage import attendance, gatherings, signups
from storage.gatherings import Gathering
from storage.signups import Signup

BEFORE = timedelta(minutes=60)
AFTERWARDS = timedelta(days=7)  # for the office: names from a list on paper


def why_not_here(office: Office, gathering: Gathering, now: datetime, *, by_office: bool = False) -> str | None:
    """Return a polite sentence why nobody can be checked in now, or None."""
    if gathering.state == "cancelled":
        return f"“{gathering.title}”取消了，不用签到。"
    if now < gathering.starts_at - BEFORE:
        opens = words.moment(office, gathering.starts_at - BEFORE)
        return f"“{gathering.title}”还没有到签到的时间，{opens}起可以签到。"
    if now > gathering.ends_at + (AFTERWARDS if by_office else timedelta()):
        return f"“{gathering.title}”已经结束，签到也结束了。要补签，请打电话告诉工作人员：{office.phone}。"
    return None


def here_button(gathering: Gathering) -> Button:
    """Return the button of a push that goes out when the start is near; pressed too early it tells from when on it works."""
    return Button("1 我到了", f"a:here:{gathering.id}")


async def near(act: Act) -> list[Gathering]:
    """Return what people can check in for now, in order of time."""
    soon = await gatherings.between(act.tx, act.now - timedelta(days=1), act.now + BEFORE)
    return [each for each in soon if why_not_here(act.office, each, act.now) is None]


def had_place(signup: Signup) -> bool:
    """Tell whether somebody had a place when the day came; who was entered at the door had none."""
    return signup.state in signups.HOLDS_PLACE and signup.attended_how != "walk-in"


async def check_in(act: Act, gathering: Gathering, person_id: int, how: str) -> Signup:
    """Write that somebody is there ('button', 'code', 'list'); a second time nothing changes. Returns the sign-up as it stands then."""
    signup = await signups.current(act.tx, gathering.id, person_id)
    if signup is None:
        latest = await attendance.latest_of(act.tx, gathering.id, person_id)
        if latest is not None and latest.attended_at is not None:
            return latest
        signup = await _enter(act, gathering, person_id)
        how = "walk-in"
    elif not had_place(signup):
        how = "walk-in"
    elif signup.state == "offered":
        await signing.accept(act, gathering, signup)  # whoever comes takes the place
    if await signups.attend(act.tx, signup.id, how, act.actor_id, act.now):
        await act.audit("signup.attended", f"gathering:{gathering.id}", signup=signup.id, how=how)
    return await signups.by_id(act.tx, signup.id)


async def _enter(act: Act, gathering: Gathering, person_id: int) -> Signup:
    """Put a walk-in on the list. The capacity does not refuse somebody who stands in the room."""
    return await signups.add(
        act.tx,
        gathering_id=gathering.id,
        person_id=person_id,
        acted_by=act.actor_id or person_id,
        account_id=None,
        companions=0,
        answers={},
        state="in",
        by_phone=False,
        told_sequence=gathering.sequence,
        now=act.now,
    )


async def undo(act: Act, gathering: Gathering, signup: Signup) -> bool:
    """Take back a check-in that was a slip; False when there was none. Who was put on the list by it leaves the list again."""
    if signup.attended_at is None:
        return False
    await signups.undo_attend(act.tx, signup.id, act.now)
    if signup.attended_how == "walk-in" and signup.state == "in":
        await signups.set_state(act.tx, signup, "cancelled", act.now)
    await act.audit("signup.unattended", f"gathering:{gathering.id}", signup=signup.id)
    return True


# ── leave ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def why_no_leave(act: Act, gathering: Gathering, signup: Signup) -> str | None:
    """Return a polite sentence why leave cannot be taken, or None."""
    if not kinds.takes_leave(gathering.kind):
        return f"“{gathering.title}”不用请假，来不了取消报名就行。"
    if gathering.state == "cancelled":
        return f"“{gathering.title}”取消了，不用请假。"
    if act.now >= gathering.starts_at:
        return f"“{gathering.title}”已经开始了，现在不能请假了。"
    if signup.state != "in":
        return f"{signup.person_name}没有“{gathering.title}”的位子，不用请假。"
    if signup.leave_reason is not None:
        return f"{signup.person_name}已经请过假了，不用再请。"
    return None


async def take_leave(act: Act, gathering: Gathering, signup: Signup, reason: str) -> bool:
    """Note leave for this one date, tell who made the gathering, and return whether the place went to somebody who waits.

    The reason stands in the sign-up; the trail holds none of it.
    """
    await signups.take_leave(act.tx, signup.id, reason, act.now)
    await act.audit("signup.excused", f"gathering:{gathering.id}", signup=signup.id)
    text = f"{signup.person_name}请假：“{gathering.title}”，{words.moment(act.office, gathering.starts_at)}。\n原因：{reason}"
    await telling.tell_maker(act, gathering, text)
    if gathering.capacity is None or not await signups.somebody_waits(act.tx, gathering.id):
        return False
    return await signing.give_back(act, gathering, signup)

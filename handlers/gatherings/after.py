"""Afterwards: one question to everybody who was there, thanks, and the photos."""

from collections.abc import Mapping, Sequence

from handlers import access
from handlers.act import Act, Button
from storage import attendance, signups
from storage.gatherings import Gathering
from storage.signups import Signup

RATINGS: Mapping[str, str] = {"good": "很好", "fair": "还可以", "poor": "不太好"}


async def ask_after(act: Act, gathering: Gathering) -> int:
    """Thank everybody who was there and ask how it was, nobody twice; return to how many the question went."""
    if gathering.state != "planned":
        return 0
    asked = 0
    for each in await attendance.who_came(act.tx, gathering.id):
        if each.rating is None:
            asked += await act.announce(each.person_id, _question(gathering, each), _answers(each)) > 0
    return asked


def _question(gathering: Gathering, signup: Signup) -> str:
    return f"{signup.person_name}，谢谢您来参加“{gathering.title}”。您觉得这次办得怎么样？"


def _answers(signup: Signup) -> list[Button]:
    return [
        Button(f"{place} {label}", f"a:after:{signup.id}.{key}")
        for place, (key, label) in enumerate(RATINGS.items(), 1)
    ]


async def rate(act: Act, signup: Signup, rating: str) -> bool:
    """Write what somebody who was there thinks; False when that was said before."""
    if signup.attended_at is None or not await signups.rate(act.tx, signup.id, rating):
        return False
    await act.audit("signup.rated", f"gathering:{signup.gathering_id}", signup=signup.id, rating=rating)
    return True


async def pass_on(act: Act, gathering: Gathering, signup: Signup, words: str, media: Sequence[str] = ()) -> None:
    """Hand what somebody says of a gathering to who made it; to everybody on duty when that one cannot be told."""
    await act.audit("signup.remarked", f"gathering:{gathering.id}", signup=signup.id)
    text = f"{signup.person_name}说到“{gathering.title}”：\n{words}"
    if not await act.announce(gathering.made_by, text, media=media):
        for colleague in await access.duty_staff(act.tx, None, act.today):
            await act.announce(colleague.person_id, text, media=media)


async def send_photos(act: Act, gathering: Gathering, words: str, media: Sequence[str]) -> tuple[int, int]:
    """Send photos to everybody who was there; return to how many, and how many cannot be reached here."""
    told = untold = 0
    text = "\n".join(each for each in (f"“{gathering.title}”的照片，给您留个纪念。", words) if each)
    for each in await attendance.who_came(act.tx, gathering.id):
        reached = await act.announce(each.person_id, text, media=media) > 0
        told, untold = told + reached, untold + (not reached)
    await act.audit("gathering.photos", f"gathering:{gathering.id}", photos=len(media), told=told)
    return told, untold

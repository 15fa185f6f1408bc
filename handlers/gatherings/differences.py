"""What has changed about a gathering, in words, and who hears of it: everybody concerned, the difference only, once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers.act import Act, quiet_until
from handlers.gatherings import ics, telling, words
from handlers.office import Office
from storage import signups
from storage.gatherings import Gathering
from storage.signups import Signup

CONCERNED = ("in", "waiting", "offered", "drawing")  # whoever said no has nothing to do with it any more
WITHOUT_A_PLACE = ("waiting", "drawing")  # to them alone the number of places and the end of sign-up matter
SOON = timedelta(hours=12)  # what happens by then is worth a message in the quiet hours


@dataclass(frozen=True, slots=True)
class Told:
    """What came of a change."""

    gathering: Gathering  # as it stands now
    people: int  # how many were told here
    to_call: tuple[Signup, ...]  # who can only be told by telephone
    offered: int = 0  # to how many who waited a place was offered
    gatherings: int = 1  # of a series or a course: how many were changed alike


def when(office: Office, gathering: Gathering) -> str:
    """Return '12月4日 星期五 14:30 到 16:00'."""
    return f"{words.moment(office, gathering.starts_at)} 到 {gathering.ends_at.astimezone(office.zone):%H:%M}"


def _how_many(capacity: int | None) -> str:
    return "不限" if capacity is None else f"{capacity} 人"


def _companions(companions: int) -> str:
    return f"最多带 {companions} 位" if companions else "不能带"


def lines(office: Office, old: Gathering, new: Gathering, *, has_place: bool) -> list[str]:
    """Return what is different for somebody, a line each, the old and the new; nothing that stays the same."""
    shown = [
        ("名称", old.title, new.title),
        ("时间", when(office, old), when(office, new)),
        ("地点", old.place, new.place),
        ("带家属", _companions(old.companions), _companions(new.companions)),
    ]
    if not has_place:
        shown += [
            ("名额", _how_many(old.capacity), _how_many(new.capacity)),
            ("报名截止", words.moment(office, old.deadline_at), words.moment(office, new.deadline_at)),
        ]
    return [f"{label}：原来{before}，改为{after}" for label, before, after in shown if before != after]


async def concerned(act: Act, gatherings: Sequence[Gathering]) -> list[Signup]:
    """Return the sign-ups of whoever is concerned by these, each person once, with the earliest of theirs."""
    found: dict[int, Signup] = {}
    for gathering in gatherings:
        for each in await signups.of_gathering(act.tx, gathering.id):
            if each.state in CONCERNED:
                found.setdefault(each.person_id, each)
    return list(found.values())


async def tell_of_change(
    act: Act, old: Gathering, new: Gathering, people: Sequence[Signup], also: int
) -> tuple[int, list[Signup]]:
    """Tell people the difference; return how many were told, and who must be called. `also`: how many more changed alike."""
    told, to_call = 0, []
    for group in _by_telephone(people):
        has_place = all(each.state not in WITHOUT_A_PLACE for each in group)
        found = lines(act.office, old, new, has_place=has_place)
        if not found:
            continue
        more = [f"后面 {also} 次也照这样改。"] if also else []
        head = f"{_names(group)}报名的“{old.title}”（{_day(act.office, old)}）有变动："
        text = "\n".join([head, *found, *more, "没有提到的都不变。"])
        if await _news(act, group, text, new, min(old.starts_at, new.starts_at)):
            told += len(group)
        else:
            to_call += group
    return told, to_call


async def tell_of_end(
    act: Act, ended: Sequence[Gathering], people: Sequence[Signup], why: str
) -> tuple[int, list[Signup]]:
    """Tell people that these are called off, in one message; return how many were told, and who must be called."""
    first = ended[0]
    days = "、".join(_day(act.office, each) for each in ended)
    which = f"{when(act.office, first)}" if len(ended) == 1 else f"{days}，一共 {len(ended)} 次"
    told, to_call = 0, []
    for group in _by_telephone(people):
        text = f"{_names(group)}报名的“{first.title}”取消了（{which}）。\n原因：{why}\n报的名不用再去取消，请不要白跑一趟。"
        if await _news(act, group, text, first, first.starts_at):
            told += len(group)
        else:
            to_call += group
    return told, to_call


def _day(office: Office, gathering: Gathering) -> str:
    local = gathering.starts_at.astimezone(office.zone)
    return f"{local.month}月{local.day}日"


def _names(group: Sequence[Signup]) -> str:
    return "、".join(each.person_name for each in group)


def _by_telephone(people: Sequence[Signup]) -> list[list[Signup]]:
    """Put those together who hear of it in one message, where one account signed up several of a family."""
    groups: dict[tuple[int, int | None], list[Signup]] = {}
    for each in people:
        groups.setdefault((telling.hears(each), each.account_id), []).append(each)
    return list(groups.values())


async def _news(act: Act, group: Sequence[Signup], text: str, gathering: Gathering, starts_at: datetime) -> bool:
    """Tell at once what is soon, also at night, and else when nobody sleeps any more. False: only the telephone is left.

    Who has a place gets the calendar file as well, which moves what stands in the telephone's calendar or takes it out.
    """
    signup = group[0]
    media = await ics.attach(act, gathering) if any(each.state == "in" for each in group) else []
    asleep = quiet_until(act.now, act.office, await telling.own_quiet_hours(act, signup))
    if asleep and starts_at - act.now >= SOON:
        return await act.announce(telling.hears(signup), text, media=media) > 0
    return await act.tell(telling.hears(signup), text, media=media, first=signup.account_id) > 0

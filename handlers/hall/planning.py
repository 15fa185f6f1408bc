"""What staff are about to make: the days on which nothing is in the way, the review, and the making of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from handlers.dialog import Chat
from handlers.gatherings import changing, differences, repeating, suiting, words
from handlers.hall import inviting
from handlers.menu import MENU_BUTTON
from handlers.turn import Button, Turn
from storage import suiting as people_facts
from storage.gatherings import Gathering

MOST_DAYS_SHOWN = 12
WEEK_DAYS = 7
ASKED = {"transport": "要不要接送", "diet": "有没有忌口", "health": "身体情况"}


@dataclass(slots=True)
class Plan:
    """What has been decided so far."""

    wanted: Gathering
    days: list[date] = field(default_factory=list)
    term: str | None = None  # of a course
    skipped: list[date] = field(default_factory=list)  # days on which a lesson would have been, but for a holiday
    in_the_way: list[date] = field(default_factory=list)  # days left out because something stands in the room
    labels: dict[str, str] = field(default_factory=dict)  # of the answers that the review shows and lets change

    def hold_lessons(self, turn: Turn, times: int) -> None:
        """Let there be so many lessons, one a week; free days are passed over, and the course ends so much later."""
        holidays = turn.office.calendar.holidays
        self.days, self.skipped = repeating.lessons(self.days[0], WEEK_DAYS, times, holidays)

    def all(self, turn: Turn) -> list[Gathering]:
        """Return the gathering on each of the days. For a course people sign up once, so all of it opens together."""
        return changing.repeated(turn.office, self.wanted, self.days, turn.now, together=self.term is not None)


async def free_days(chat: Chat, plan: Plan) -> None:
    """Where something stands in the room on one of the days, say what, and leave these days out only when told to."""
    taken = {}
    for each in plan.all(chat.turn):
        stands = await changing.in_the_way(chat.turn, each.room, each.starts_at, each.ends_at)
        if stands is not None:
            taken[chat.turn.office.today(each.starts_at)] = stands
    if not taken and "clash" not in chat.answers:
        return
    shown = "\n".join(changing.taken_words(chat.turn.office, each) for each in list(taken.values())[:MOST_DAYS_SHOWN])
    question = f"有 {len(taken)} 次跟别的活动时间重叠：\n{shown}\n怎么办？换时间或者地点，请按【0 返回】。"
    await chat.choose("clash", question, {"skip": "这几次不办，其余照办"})
    plan.in_the_way = list(taken)
    plan.days = [each for each in plan.days if each not in taken]


# ── the review ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def review_and_make(chat: Chat, plan: Plan) -> None:
    if not plan.days:
        chat.say("这几次都跟别的活动时间重叠，没有登记。请换个时间或者地点再来。", [MENU_BUTTON])
        return
    wanted = plan.all(chat.turn)
    await chat.review(await _summary(chat, plan, wanted), **plan.labels)
    if plan.term is not None:
        made = await changing.make_course(chat.turn, wanted, plan.term)
    else:
        made = await changing.make_series(chat.turn, wanted)
    if isinstance(made, str):  # somebody took the room while this was being confirmed
        chat.say(f"没有登记：{made}", [MENU_BUTTON])
        return
    chat.say(await _made_words(chat.turn, plan, made), [open_button(made[0]), MENU_BUTTON])


async def _summary(chat: Chat, plan: Plan, all_of_them: Sequence[Gathering]) -> str:
    """Return what is about to be made as far as the answers do not show it."""
    first = all_of_them[0]
    lines = ["请核对：", f"什么时候：{differences.when(chat.turn.office, first)}"]
    if "地点" not in plan.labels.values():
        lines.append(f"地点：{first.place}")
    if len(all_of_them) > 1:
        lines.append(f"一共 {len(all_of_them)} 次：{_days(plan.days)}")
    lines += _left_out(plan)
    lines.append(f"谁可以来：{await inviting.in_words(chat.tx, first.audience)}")
    lines.append(f"名额：{'不限' if first.capacity is None else f'{first.capacity} 人'}{_order(first)}")
    lines.append(
        f"报名截止：{words.moment(chat.turn.office, first.deadline_at)}{'，以后每次一样' if len(all_of_them) > 1 else ''}"
    )
    lines.append(f"家属：{f'最多带 {first.companions} 位' if first.companions else '不带'}")
    if first.asks:
        lines.append(f"报名时问：{'、'.join(ASKED[each] for each in first.asks)}")
    return "\n".join(lines)


def _order(gathering: Gathering) -> str:
    if gathering.capacity is None:
        return ""
    kept = f"，给打电话的留 {gathering.kept} 个" if gathering.kept else ""
    return f"，{'截止时抽签' if gathering.by_draw else '先报先得'}{kept}"


def _left_out(plan: Plan) -> list[str]:
    lines = []
    if plan.skipped:
        lines.append(f"放假不上课：{_days(plan.skipped)}")
    if plan.in_the_way:
        lines.append(f"跟别的活动重叠，不办：{_days(plan.in_the_way)}")
    return lines


def _days(days: Sequence[date]) -> str:
    shown = "、".join(f"{each.month}月{each.day}日" for each in days[:MOST_DAYS_SHOWN])
    return f"{shown}……" if len(days) > MOST_DAYS_SHOWN else shown


async def _made_words(turn: Turn, plan: Plan, made: Sequence[Gathering]) -> str:
    first = made[0]
    facts = await people_facts.everybody(turn.tx)
    suited = len(suiting.to_tell(turn.office, first, facts))
    times = "" if len(made) == 1 else f"，一共 {len(made)} 次"
    opens = "马上开始报名" if first.opens_at <= turn.now else f"{words.moment(turn.office, first.opens_at)}开始报名"
    who = f"合适的有 {suited} 位，开始报名的时候告诉他们。" if suited else "现在花名册里没有合适的人。"
    return "\n".join([f"登记好了：{words.short(turn.office, first)}{times}。", *_left_out(plan), f"{opens}，{who}"])


def open_button(gathering: Gathering) -> Button:
    return Button("1 查看", f"a:hallone:{gathering.id}")

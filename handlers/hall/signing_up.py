"""报名, 取消报名, 请假: the flows. For oneself, another elder on this telephone, or a parent."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from handlers.dialog import MOST_OPTIONS, Chat, flow
from handlers.gatherings import excusing, ics, signing, suiting, words
from handlers.gatherings.kinds import takes_leave
from handlers.gatherings.signing import Wish
from handlers.hall import coming
from handlers.hall.coming import Shown, called
from handlers.menu import MENU_BUTTON
from handlers.readers import short
from handlers.turn import Button, Turn, row_id
from handlers.whom import Acting, whom_for
from storage import gatherings, signups
from storage import suiting as people_facts
from storage.gatherings import Gathering
from storage.signups import Signup
from storage.suiting import Facts

PLEDGE = "身体可以参加，家里也同意"
REASONS = {"身体不好": "身体不好", "家里有事": "家里有事", "外出": "外出", "other": "别的原因"}
LONGEST_WORDS = 50


def end(chat: Chat, text: str, buttons: list[Button] | None = None, media: Sequence[str] = ()) -> None:
    """Say how a flow ended; what was said on the way and answered nothing is not lost: it is offered to be registered."""
    chat.say(text, buttons or [coming.MINE_BUTTON, MENU_BUTTON], media)
    if kept := chat.kept():
        chat.turn.follow = ("offer", kept.stored())


def short_words(text: str) -> str | None:
    return f"请写短一些，{LONGEST_WORDS} 个字以内。" if len(text) > LONGEST_WORDS else None


# ── 报名 ────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def begin_sign_up(turn: Turn, argument: str) -> None:
    """【报名】."""
    if shown := await coming.opened(turn, argument):
        turn.follow = ("signup", {"gathering": shown.gathering.id})


@dataclass(slots=True)
class _Asked:
    """What was answered besides for whom."""

    companions: int = 0
    answers: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)  # for the review


@flow("signup", "报名", drafts=False)
async def sign_up(chat: Chat) -> None:
    """At most four taps for one person, the review included: with whom, what to prepare, health, 确认提交."""
    turn = chat.turn
    gathering = await gatherings.by_id(chat.tx, chat.seed["gathering"])
    if refused := coming.why_closed(turn, gathering):
        end(chat, refused)
        return
    acting = await whom_for(chat)
    [facts] = await people_facts.of_persons(chat.tx, [acting.person_id])
    if refused := await _may_not(turn, gathering, facts):
        end(chat, refused, await coming.deeds(turn, Shown(gathering, [facts])))
        return
    asked = await _ask(chat, gathering, facts)
    if asked is None:
        end(chat, "好的，这次先不报，身体要紧。以后想来了再报。")
        return
    where = words.when_and_where(turn.office, gathering)
    await chat.review(f"请您核对，给{facts.name}报名：\n{gathering.title}\n{where}", **asked.labels)
    wish = Wish(acting.person_id, acting.acted_by, turn.visitor.account_id, asked.companions, asked.answers)
    signup = await signing.sign_up(turn, gathering, wish)
    if isinstance(signup, str):
        end(chat, signup)
        return
    await _told(chat, gathering, signup, acting)


async def _may_not(turn: Turn, gathering: Gathering, facts: Facts) -> str | None:
    """Return why this person cannot be signed up, or None."""
    present = await signups.current(turn.tx, gathering.id, facts.person_id)
    if present is not None and present.state != "no":
        return f"{facts.name}：{await coming.own_state(turn, present)}，不用再报。"
    if not suiting.may_come(turn.office, gathering, facts):
        return f"这次活动限定了参加的人，{facts.name}不在里面。想参加，请打电话问问：{turn.office.phone}。"
    if suiting.is_away(turn.office, gathering, facts):
        return f"{facts.name}登记了那几天外出，先不报。要是提前回来了，请说“我回来了”，再报名。"
    return await too_many_courses(turn, gathering, facts)


async def too_many_courses(turn: Turn, gathering: Gathering, facts: Facts) -> str | None:
    if gathering.course_id is None:
        return None
    course = await gatherings.course(turn.tx, gathering.course_id)
    present = await people_facts.courses_of_person(turn.tx, facts.person_id, course.term, turn.now)
    most = turn.office.courses_per_person
    if len(present) < most or course.id in [each.id for each in present]:
        return None
    titles = "、".join(each.title for each in present)
    return f"{facts.name}{course.term}已经报了：{titles}。每人一学期最多 {most} 门。想换一门，请先取消一门。"


async def _ask(chat: Chat, gathering: Gathering, facts: Facts) -> _Asked | None:
    """Ask what must be known of this gathering and person; None: health does not allow it."""
    asked = _Asked(labels={"whom": "为谁报名"})
    if gathering.companions:
        number = await chat.choose("companions", _COMPANIONS_QUESTION, _companions(gathering.companions))
        asked.companions = int(number)
        asked.labels["companions"] = "几个人"
    await _ask_needs(chat, gathering, asked)
    if suiting.must_say_health(chat.turn.office, gathering, facts):
        question = f"请确认：{facts.name}{PLEDGE}。"
        if not await chat.confirm("health", question, yes="身体可以，家里同意", no="这次先不报"):
            return None
        asked.answers["health"] = PLEDGE
        asked.labels["health"] = "身体"
    return asked


_COMPANIONS_QUESTION = "要带家属吗？家属也占位子：要么都有位子，要么一起排队。"


def _companions(most: int) -> dict[str, str]:
    numbers = "一两三四五六七"[: min(most, MOST_OPTIONS - 1)]
    return {"0": "自己来"} | {str(count): f"带{word}位" for count, word in enumerate(numbers, 1)}


async def _ask_needs(chat: Chat, gathering: Gathering, asked: _Asked) -> None:
    """Ask for transport and diet in one question, and then what diet, of those who need one."""
    ride, diet = "transport" in gathering.asks, "diet" in gathering.asks
    needs = ""
    if ride and diet:
        options = {"none": "都不用", "ride": "要接送", "diet": "有忌口", "ride diet": "要接送，也有忌口"}
        needs = await chat.choose("needs", "要不要接送？吃饭有没有忌口？", options)
    elif ride:
        needs = "ride" if await chat.confirm("needs", "要不要接送？", yes="要接送", no="不用接送") else ""
    elif diet:
        needs = "diet" if await chat.confirm("needs", "吃饭有没有忌口？", yes="有忌口", no="没有忌口") else ""
    if ride or diet:
        asked.labels["needs"] = "接送和吃饭" if ride and diet else "接送" if ride else "吃饭"
    if ride:
        asked.answers["transport"] = "要接送" if "ride" in needs else "不用接送"
    if "diet" in needs:
        asked.answers["diet"] = await chat.ask("diet", "忌口什么？请写几个字，比如：吃素、不吃辣。", short_words)
        asked.labels["diet"] = "忌口"
    elif diet:
        asked.answers["diet"] = "没有忌口"


async def _told(chat: Chat, gathering: Gathering, signup: Signup, acting: Acting) -> None:
    """Say what happened, and tell a parent who did not do it and is not on this account."""
    turn = chat.turn
    result = await _result(turn, gathering, signup)
    [facts] = await people_facts.of_persons(chat.tx, [acting.person_id])
    media = await calendar_file(turn, gathering, signup)
    if acting.acted_by != acting.person_id:
        await turn.tell(acting.person_id, f"{turn.visitor.name}替您报名：{result}", media=media)
    how = "不能来了，请按下面的按钮，或者说“我的活动”。"
    end(chat, f"{result}\n{how}", await coming.deeds(turn, Shown(gathering, [facts])), media)


async def calendar_file(turn: Turn, gathering: Gathering, signup: Signup) -> list[str]:
    """Return the calendar file for who has a place: of a course with every lesson the person is in; nothing for who waits."""
    if signup.state not in signups.HOLDS_PLACE:
        return []
    own = [gathering]
    if gathering.course_id is not None:
        for lesson in await gatherings.of_course(turn.tx, gathering.course_id):
            present = await signups.current(turn.tx, lesson.id, signup.person_id)
            if lesson.id != gathering.id and present is not None and present.state == "in":
                own.append(lesson)
    return await ics.attach(turn, *own)


async def _result(turn: Turn, gathering: Gathering, signup: Signup) -> str:
    name, title = signup.person_name, f"“{gathering.title}”"
    where = words.when_and_where(turn.office, gathering)
    if signup.state == "in":
        course = "\n这门课以后的课也一起报上了，每次课有没有位子，看“我的活动”。" if gathering.course_id else ""
        return f"{name}报上了{title}，有{words.how_many(signup)}。\n{where}{course}"
    if signup.state == "waiting":
        place = await signups.place_in_line(turn.tx, signup)
        return f"{title}人满了，{name}排在候补第 {place} 位。轮到的时候会问您来不来。\n{where}"
    return f"{name}报了{title}，等抽签，{words.moment(turn.office, gathering.deadline_at)}抽，结果会告诉您。\n{where}"


# ── 取消报名 ────────────────────────────────────────────────────────────────────────────────────────────────────────

SURE = {  # by state
    "in": "取消以后，{}，您不再留在名单上。",
    "offered": "不要的话，{}，您不再留在名单上。",
    "waiting": "取消以后，您不在候补名单上了，想再来要从最后排起。",
    "drawing": "取消以后，您不参加抽签了。",
}


@flow("unsign", "取消报名", drafts=False, takes_back=True)
async def unsign(chat: Chat) -> None:
    turn = chat.turn
    signup = await signups.by_id(chat.tx, chat.seed["signup"])
    gathering = await gatherings.by_id(chat.tx, signup.gathering_id)
    if refused := begun(turn, gathering):
        end(chat, refused)
        return
    if signup.state not in SURE:
        end(chat, f"{signup.person_name}这一项已经{words.STATES[signup.state]}。")
        return
    moment = words.moment(turn.office, gathering.starts_at)
    course = "这门课从这次起都取消。" if gathering.course_id else ""
    goes = "位子让给排队的下一位" if await signups.somebody_waits(chat.tx, gathering.id) else "位子就让出来了"
    question = (
        f"{signup.person_name}，{moment} {gathering.title}。\n{SURE[signup.state].format(goes)}{course}确定取消吗？"
    )
    if not await chat.confirm("sure", question, yes="取消报名", no="不取消"):
        end(chat, "好的，没有取消。")
        return
    freed = "位子让出来了。" if signup.state in signups.HOLDS_PLACE else ""
    if gathering.course_id is not None:
        await signing.leave_course(turn, gathering, signup)
    else:
        await signing.give_back(turn, gathering, signup, chat.seed["state"])
    end(chat, f"取消好了：{signup.person_name}，{gathering.title}。{freed}")


def begun(turn: Turn, gathering: Gathering) -> str | None:
    """Return a polite sentence when nothing can be changed any more, or None."""
    if gathering.state == "cancelled":
        return "这次活动取消了，您不用再做什么。"
    if turn.now >= gathering.starts_at:
        return f"“{gathering.title}”已经开始了，这里改不了。有事请打电话：{turn.office.phone}。"
    return None


# ── 请假 ────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def begin_excuse(turn: Turn, argument: str) -> None:
    """【请假】; the argument is 'gathering.person'."""
    where, _, who = argument.partition(".")
    shown = await coming.opened(turn, where)
    if shown is None:
        return
    person_id = row_id(who)
    if person_id not in [each.person_id for each in shown.whom] or not takes_leave(shown.gathering.kind):
        turn.say(coming.NOT_FOR_YOU, [MENU_BUTTON])
        return
    turn.follow = ("excuse", {"gathering": shown.gathering.id, "person": person_id})


@flow("excuse", "请假", drafts=False)
async def excuse(chat: Chat) -> None:
    turn, person_id = chat.turn, int(chat.seed["person"])
    gathering = await gatherings.by_id(chat.tx, chat.seed["gathering"])
    if refused := begun(turn, gathering):
        end(chat, refused)
        return
    [facts] = await people_facts.of_persons(chat.tx, [person_id])
    moment = words.moment(turn.office, gathering.starts_at)
    reason = await chat.choose("reason", f"{facts.name}，{moment} {gathering.title}，请假是什么原因？", REASONS)
    if reason == "other":
        reason = await chat.ask("words", "请写几个字。", short_words)
    wish = Wish(person_id, turn.person_id, turn.visitor.account_id)
    await excusing.excuse(turn, gathering, wish, reason)
    who = called(turn, person_id, facts.name)
    end(chat, f"记下了，{who}{moment} {gathering.title}请假：{short(reason)}。")

"""代报名: a cadre telephones, and staff sign them up; they need no account."""

from dataclasses import dataclass, field

from handlers import access
from handlers.desk.lists import not_yours
from handlers.dialog import Chat, flow
from handlers.gatherings import signing, suiting, words
from handlers.gatherings.signing import Wish
from handlers.hall.door_list import described, persons_named
from handlers.hall.running import open_button, opened
from handlers.hall.signing_up import PLEDGE, short_words, too_many_courses
from handlers.menu import MENU_BUTTON
from handlers.turn import Turn
from storage import gatherings, signups
from storage import suiting as people_facts
from storage.gatherings import Gathering
from storage.signups import Signup
from storage.suiting import Facts


async def begin(turn: Turn, argument: str) -> None:
    """【代报名】."""
    gathering = await opened(turn, argument)
    if gathering is None:
        return
    if not access.handles(turn.visitor):
        not_yours(turn)
    else:
        turn.follow = ("signfor", {"gathering": gathering.id})


async def begin_cancelling(turn: Turn, argument: str) -> None:
    """【代取消】: somebody telephones that they do not come."""
    gathering = await opened(turn, argument)
    if gathering is None:
        return
    if not access.handles(turn.visitor):
        not_yours(turn)
    else:
        turn.follow = ("unsignfor", {"gathering": gathering.id})


@flow("unsignfor", "代取消", drafts=False, takes_back=True)
async def cancel_for(chat: Chat) -> None:
    turn = chat.turn
    gathering = await gatherings.by_id(chat.tx, chat.seed["gathering"])
    facts = await _who(chat, gathering, "谁不来了？")
    if facts is None:
        return
    buttons = [open_button(gathering), MENU_BUTTON]
    question = f"取消{facts.name}的“{gathering.title}”吗？位子让给排队的下一位，{facts.name}不再留在名单上。"
    sure = await chat.confirm("sure", question, yes="取消报名", no="不取消")
    signup = await signups.current(chat.tx, gathering.id, facts.person_id)
    if not sure:
        chat.say("没有取消。", buttons)
    elif turn.now >= gathering.starts_at:
        chat.say("这次已经开始了，不能再取消。", buttons)
    elif signup is None or signup.state == "no":
        chat.say(f"{facts.name}没有报这一次。", buttons)
    elif gathering.course_id is not None:
        await signing.leave_course(turn, gathering, signup)
        chat.say(f"{facts.name}这门课从这次起都取消了。", buttons)
    else:
        await signing.give_back(turn, gathering, signup)
        chat.say(f"{facts.name}的报名取消了。", buttons)


@dataclass(slots=True)
class _Asked:
    companions: int = 0
    answers: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=lambda: {"name": "老同志", "person": "哪一位"})  # for the review


@flow("signfor", "代报名")
async def sign_for(chat: Chat) -> None:
    turn = chat.turn
    gathering = await gatherings.by_id(chat.tx, chat.seed["gathering"])
    facts = await _who(chat, gathering)
    if facts is None or not await _may(chat, gathering, facts):
        return
    asked = await _ask(chat, gathering, facts)
    if asked is None:
        chat.say(f"没有报。请在电话里跟{facts.name}说：这次先不报，身体要紧。", [open_button(gathering), MENU_BUTTON])
        return
    where = words.when_and_where(turn.office, gathering)
    await chat.review(f"请核对，代{facts.name}报名：\n{gathering.title}\n{where}", **asked.labels)
    wish = Wish(facts.person_id, turn.person_id, None, asked.companions, asked.answers)
    signup = await signing.sign_up(turn, gathering, wish)
    if isinstance(signup, str):
        chat.say(f"没有报上：{signup}", [open_button(gathering), MENU_BUTTON])
        return
    result = await _result(turn, gathering, signup)
    told = await turn.tell(facts.person_id, f"您打电话报名，{turn.visitor.name}替您办了。\n{result}")
    head = "也发给老同志了。请在电话里说：" if told else "请在电话里念给老同志听："
    chat.say(f"{head}\n{result}", [open_button(gathering), MENU_BUTTON])


async def _who(chat: Chat, gathering: Gathering, question: str = "") -> Facts | None:
    """Ask who telephones; None when the roster has nobody of that name, which has been said."""
    name = await chat.ask("name", f"“{gathering.title}”，{question or '谁要报名？'}请写姓名。")
    found = await persons_named(chat.turn, name)
    if not found and "person" not in chat.answers:
        chat.say(f"花名册里没有叫“{name}”的，或者不归您管。请核对姓名。", [open_button(gathering), MENU_BUTTON])
        return None
    person_id = found[0].id if found else 0
    if len(found) > 1 or "person" in chat.answers:
        options = await described(chat.turn, found)
        person_id = int(await chat.choose("person", f"叫{name}的有几位，是哪一位？", options or {"0": name}))
    return next(iter(await people_facts.of_persons(chat.tx, [person_id])), None)


async def _may(chat: Chat, gathering: Gathering, facts: Facts) -> bool:
    """Tell whether this person may be signed up, else say why not. Whom it is not meant for the office may let in all the same."""
    turn = chat.turn
    refused = signing.why_not(turn, gathering, Wish(facts.person_id, turn.person_id))
    refused = refused or await too_many_courses(turn, gathering, facts)
    present = await signups.current(chat.tx, gathering.id, facts.person_id)
    if present is not None and present.state not in ("no", "offered"):
        refused = f"{facts.name}已经{words.STATES[present.state]}，不用再报。"
    if refused:
        chat.say(refused, [open_button(gathering), MENU_BUTTON])
        return False
    if suiting.may_come(turn.office, gathering, facts) and "outside" not in chat.answers:
        return True
    question = f"{facts.name}不在这次活动邀请的人里面。还是给报上吗？"
    if await chat.confirm("outside", question, yes="还是报上", no="不报"):
        return True
    chat.say("没有报。", [open_button(gathering), MENU_BUTTON])
    return False


async def _ask(chat: Chat, gathering: Gathering, facts: Facts) -> _Asked | None:
    """Ask what must be known, as it is asked of whoever signs up here; None: health does not allow it."""
    asked = _Asked()
    if gathering.companions:
        options = {str(count): f"带 {count} 位" if count else "自己来" for count in range(gathering.companions + 1)}
        asked.companions = int(await chat.choose("companions", "带家属吗？", options))
        asked.labels["companions"] = "家属"
    if "transport" in gathering.asks:
        ride = await chat.confirm("ride", "要不要接送？", yes="要接送", no="不用接送")
        asked.answers["transport"] = "要接送" if ride else "不用接送"
        asked.labels["ride"] = "接送"
    if "diet" in gathering.asks:
        asked.answers["diet"] = await chat.ask("diet", "忌口什么？没有就写“没有忌口”。", short_words)
        asked.labels["diet"] = "忌口"
    if suiting.must_say_health(chat.turn.office, gathering, facts):
        question = f"请在电话里问清楚：{facts.name}{PLEDGE}吗？"
        if not await chat.confirm("health", question, yes="本人说可以，家里同意", no="不行"):
            return None
        asked.answers["health"] = PLEDGE
        asked.labels["health"] = "身体"
    return asked


async def _result(turn: Turn, gathering: Gathering, signup: Signup) -> str:
    """Return what to tell on the telephone."""
    where = words.when_and_where(turn.office, gathering)
    title = f"“{gathering.title}”"
    if signup.state == "in":
        course = "\n以后每次课都在内。" if gathering.course_id is not None else ""
        return f"{signup.person_name}报上了{title}，有{words.how_many(signup)}。\n{where}{course}"
    if signup.state == "waiting":
        line = [each.id for each in await signups.waiting(turn.tx, gathering.id)]
        return f"{title}人满了，{signup.person_name}排在候补第 {line.index(signup.id) + 1} 位，轮到了告诉您。\n{where}"
    return f"{signup.person_name}报了{title}，{words.moment(turn.office, gathering.deadline_at)}抽签，结果告诉您。\n{where}"

"""修改 a draft, 更正 what is out (a second person approves), 撤回 (at once: what is wrong must not stay)."""

from collections.abc import Callable
from dataclasses import replace

from handlers import access
from handlers.briefings import publishing, spreading, words
from handlers.briefings.publishing import FIELDS
from handlers.briefings.words import LONGEST_SOURCE, LONGEST_SUMMARY, LONGEST_TITLE
from handlers.desk.lists import not_yours
from handlers.dialog import Chat, flow
from handlers.hall.asking import at_most
from handlers.menu import MENU_BUTTON
from handlers.readers import short
from handlers.reading import desk
from handlers.turn import Button, Turn, row_id
from storage import briefing_corrections, briefings
from storage.briefing_corrections import Correction
from storage.briefings import Briefing

LONGEST_REASON = 60
LONGEST_PART = 200  # characters that are changed within a text
AROUND = 20  # characters shown before and behind what is changed
NOTHING = ("删掉", "删除", "去掉")  # said instead of new words
ONLY_OF_A_DRAFT = {"topic": "类别", "media": "图片和附件"}
LIMITS = {"title": LONGEST_TITLE, "source": LONGEST_SOURCE, "summary": LONGEST_SUMMARY}
DECIDED = "这一条更正已经有人处理过了。"


async def begin(turn: Turn, argument: str) -> None:
    """【修改】 of a draft, 【更正】 of what is out."""
    briefing = await desk.written(turn, argument)
    if briefing is None:
        return
    if briefing.is_internal or briefing.state not in ("draft", "published"):
        turn.say(
            f"{desk.name(briefing)}{desk.STATES[briefing.state]}，现在不能改。",
            [desk.open_button(briefing.id), MENU_BUTTON],
        )
    elif await briefing_corrections.waiting(turn.tx, briefing.id):
        turn.say("这一篇已经有一条更正在等批准，批了以后再改。", [desk.open_button(briefing.id), MENU_BUTTON])
    else:
        turn.follow = ("briefmend", {"briefing": briefing.id})


@flow("briefmend", "改简报", drafts=False)
async def mend(chat: Chat) -> None:
    """Change one thing: a draft at once, what is out when a second person has approved."""
    turn = chat.turn
    briefing = await desk.written(turn, str(chat.seed["briefing"]))
    if briefing is None:
        return
    is_out = briefing.state == "published"
    options = FIELDS if is_out else FIELDS | ONLY_OF_A_DRAFT
    field = await chat.choose("field", f"{desk.name(briefing)}要改什么？", options)
    if field in ONLY_OF_A_DRAFT:
        await _mend_draft(chat, briefing, field)
        return
    changed = await _ask_words(chat, briefing, field)
    after = "批准以后，存档、网页和已经收到的都改过来" if is_out else "改了还没有发"
    await chat.review(f"请核对，{after}：\n{difference(briefing, field, changed)}")
    if not is_out:
        done = await publishing.rewrite(turn, _with(briefing, field, changed))
        chat.say("改好了。" if done else "它刚才报批了，现在不能改。")
        await desk.show_one(turn, str(briefing.id))
        return
    correction = await publishing.propose_correction(turn, briefing, field, changed, turn.person_id)
    asked = await _ask_approvers(turn, briefing, correction)
    who = (
        "请领导批准了，批了告诉您" if asked else f"没有能在这里批准的领导，请当面报告，或者打电话：{turn.office.phone}"
    )
    chat.say(f"更正写好了，{who}。", [desk.open_button(briefing.id), MENU_BUTTON])


async def _mend_draft(chat: Chat, briefing: Briefing, field: str) -> None:
    """Change what is no words: the topic, or what is enclosed."""
    topics = {each.key: each.label for each in chat.turn.office.topics}
    topic = await chat.choose("topic", "改到哪一类？", topics) if field == "topic" else briefing.topic
    media = None
    if field == "media":
        media = (
            await chat.gather("media", "请把要配的图片和附件全部重发一遍，原来的就不要了。发完了请按【说完了】。")
        ).media
    if await publishing.rewrite(chat.turn, replace(briefing, topic=topic)):
        if media is not None:
            await briefings.put_media(chat.tx, briefing.id, media)
        chat.say("改好了。")
    await desk.show_one(chat.turn, str(briefing.id))


def _with(briefing: Briefing, field: str, changed: str) -> Briefing:
    """Return a briefing whose field reads so."""
    return publishing.changed(briefing, Correction(0, briefing.id, field, changed, 0, "", None))


async def _ask_words(chat: Chat, briefing: Briefing, field: str) -> str:
    """Ask what it shall read; of a text only a part, where that is enough."""
    if field != "text":
        limit = LIMITS[field]
        check = at_most(limit) if field != "summary" else _at_most_characters(limit)
        return await chat.ask(field, f"{FIELDS[field]}改成什么？原来是：{getattr(briefing, field)}", check)
    way = await chat.choose("way", "怎么改？", {"part": "改其中几个字", "whole": "整篇重发"})
    if way == "whole":
        told = await chat.gather("told", "请发新的正文，可以分几条。发完了请按【说完了】。")
        said = told.text or await chat.ask("text", "还没有正文，请打字告诉我。")
        return "\n".join(each.strip() for each in said.split("\n") if each.strip())
    question = "要改的是哪几个字？请照原文写，写到全文里只有一处为止。"
    old = await chat.ask("old", question, lambda said: _not_once(briefing.text, said))
    new = await chat.ask("new", "改成什么？要去掉，就写“删掉”。", _at_most_characters(LONGEST_PART))
    return briefing.text.replace(old, "" if new in NOTHING else new, 1)


def _not_once(text: str, said: str) -> str | None:
    if len(said) > LONGEST_PART:
        return f"太长了，请不超过 {LONGEST_PART} 个字。"
    found = text.count(said)
    if found == 0:
        return "正文里没有这几个字，请照原文写，标点也要一样。"
    return None if found == 1 else f"正文里有 {found} 处，请把前后的字也写上，写到只有一处。"


def _at_most_characters(most: int) -> Callable[[str], str | None]:
    def check(said: str) -> str | None:
        return None if len(said) <= most else f"太长了，请不超过 {most} 个字。"

    return check


def difference(briefing: Briefing, field: str, changed: str) -> str:
    """Return in words what changes: of a long text the part that differs, with a few characters around it."""
    before, label = getattr(briefing, field), FIELDS[field]
    start, end = 0, 0
    while start < min(len(before), len(changed)) and before[start] == changed[start]:
        start += 1
    while end < min(len(before), len(changed)) - start and before[-1 - end] == changed[-1 - end]:
        end += 1
    if field != "text":
        return f"{label}\n原来：{before}\n改为：{changed}"
    first, behind = max(0, start - AROUND), max(0, end - AROUND)

    def part(text: str) -> str:
        shown = short(text[first : len(text) - behind], 3 * LONGEST_PART)
        return f"{'……' if first else ''}{shown}{'……' if behind else ''}"

    return f"{label}\n原来：{part(before)}\n改为：{part(changed)}"


# ── the second person ───────────────────────────────────────────────────────────────────────────────────────────────


async def _ask_approvers(turn: Turn, briefing: Briefing, correction: Correction) -> int:
    """Ask everybody who may approve; return how many could be asked."""
    text = (
        f"{turn.visitor.name}请您批准更正{desk.name(briefing)}：\n"
        f"{difference(briefing, correction.field, correction.words)}"
    )
    buttons = [
        Button("1 批准更正", f"a:mendok:{correction.id}"),
        Button("2 不同意", f"a:mendno:{correction.id}"),
        Button("3 看改后的全文", f"a:mendpage:{correction.id}.1"),
    ]
    asked = 0
    for each in await access.approvers(turn.tx, turn.office, turn.person_id):
        asked += await turn.tell(each.person_id, text, buttons) > 0
    return asked


async def _to_decide(turn: Turn, argument: str) -> tuple[Briefing, Correction] | None:
    """Return the correction a button names, and its briefing, if the speaker may approve it, else say so and return None."""
    try:
        correction = await briefing_corrections.by_id(turn.tx, row_id(argument) or 0)
    except LookupError:
        not_yours(turn)
        return None
    if not access.may_approve_correction(turn.visitor, turn.office, correction):
        not_yours(turn)
        return None
    briefing = await desk.opened(turn, str(correction.briefing_id))
    return (briefing, correction) if briefing is not None else None


async def approve(turn: Turn, argument: str) -> None:
    """【批准更正】."""
    found = await _to_decide(turn, argument)
    if found is None:
        return
    before, correction = found
    after = await publishing.correct(turn, correction, turn.person_id)
    if after is None:
        turn.say(DECIDED, [desk.open_button(before.id), MENU_BUTTON])
        return
    await spreading.correct(turn, after)
    await turn.tell(correction.made_by, f"{turn.visitor.name}批准了您对{desk.name(after)}的更正，已经改过来了。")
    turn.say(
        f"{desk.name(after)}更正了，存档和网页马上就是新的，收到过的也告诉他们。",
        [desk.open_button(after.id), MENU_BUTTON],
    )


async def refuse(turn: Turn, argument: str) -> None:
    """【不同意】."""
    found = await _to_decide(turn, argument)
    if found is None:
        return
    briefing, correction = found
    if await publishing.return_correction(turn, correction, turn.person_id):
        await turn.tell(correction.made_by, f"{turn.visitor.name}没有同意您对{desk.name(briefing)}的更正，没有改。")
        turn.say("好的，不改。", [desk.open_button(briefing.id), MENU_BUTTON])
    else:
        turn.say(DECIDED, [desk.open_button(briefing.id), MENU_BUTTON])


async def show_corrected(turn: Turn, argument: str) -> None:
    """【看改后的全文】, 'CORRECTION.PAGE': exactly as it will look."""
    number, _, asked = argument.partition(".")
    found = await _to_decide(turn, number)
    if found is None:
        return
    briefing, correction = found
    after = replace(publishing.changed(briefing, correction), corrected_at=turn.now)
    last = len(words.pages(after))
    page = min(max(row_id(asked) or 1, 1), last)
    buttons = [Button("1 批准更正", f"a:mendok:{correction.id}"), Button("2 不同意", f"a:mendno:{correction.id}")]
    if page < last:
        buttons.append(Button("3 下一页", f"a:mendpage:{correction.id}.{page + 1}"))
    turn.say(words.page(turn.office, after, page), [*buttons, MENU_BUTTON])


# ── 撤回 ────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def begin_withdrawal(turn: Turn, argument: str) -> None:
    """【撤回】."""
    briefing = await desk.written(turn, argument)
    if briefing is None:
        return
    if briefing.state == "published":
        turn.follow = ("briefwithdraw", {"briefing": briefing.id})
    else:
        turn.say(
            f"{desk.name(briefing)}{desk.STATES[briefing.state]}，没有可以撤回的。",
            [desk.open_button(briefing.id), MENU_BUTTON],
        )


@flow("briefwithdraw", "撤回简报", drafts=False)
async def withdraw(chat: Chat) -> None:
    turn = chat.turn
    briefing = await desk.written(turn, str(chat.seed["briefing"]))
    if briefing is None:
        return
    why = await chat.ask("why", f"为什么撤回{desk.name(briefing)}？这句话老同志会看到。", at_most(LONGEST_REASON))
    await chat.review(f"请核对，确认以后马上撤回，老同志就看不到了，局里还留着：\n{desk.name(briefing)}", why="原因")
    if not await publishing.withdraw(turn, briefing, why):
        chat.say("它已经不在发着的里面了。", [desk.open_button(briefing.id), MENU_BUTTON])
        return
    told = await spreading.withdraw(turn, replace(briefing, state="withdrawn", withdrawn_why=why))
    for each in await access.approvers(chat.tx, turn.office, turn.person_id):
        await turn.tell(
            each.person_id, f"{turn.visitor.name}撤回了{desk.name(briefing)}：{why}", [desk.open_button(briefing.id)]
        )
    chat.say(f"{desk.name(briefing)}撤回了，正在告诉收到过的 {told} 人。", [desk.open_button(briefing.id), MENU_BUTTON])

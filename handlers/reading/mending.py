"""修改 a draft, at once, and 更正 what is out: a second person approves that (`reading.correcting`)."""

from collections.abc import Callable
from dataclasses import replace

from handlers.briefings import marks, publishing
from handlers.briefings.publishing import FIELDS
from handlers.briefings.words import CLASSES, LONGEST_SOURCE, LONGEST_SUMMARY, LONGEST_TITLE
from handlers.dialog import Chat, flow
from handlers.hall.asking import at_most
from handlers.menu import MENU_BUTTON
from handlers.reading import correcting, desk, marking
from handlers.reading.correcting import LONGEST_PART, difference
from handlers.turn import Turn
from storage import briefing_corrections, briefings
from storage.briefing_corrections import Correction
from storage.briefings import PUBLIC, SHARED, Briefing

NOTHING = ("删掉", "删除", "去掉")  # said instead of new words
ONLY_OF_A_DRAFT = {"topic": "类别", "media": "图片和附件", "class": "公开还是周知"}
LIMITS = {"title": LONGEST_TITLE, "source": LONGEST_SOURCE, "summary": LONGEST_SUMMARY}
WAITS = "这一篇已经有一条更正在等批准，批了以后再改。"


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
        turn.say(WAITS, [desk.open_button(briefing.id), MENU_BUTTON])
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
    if changed == getattr(briefing, field):
        chat.say("跟现在的一样，没有要改的。", [desk.open_button(briefing.id), MENU_BUTTON])
        return
    summary = await _ask_summary(chat, briefing) if field == "text" else None
    known = marks.everything_in(briefing)
    if not await marking.may_go(chat, "mark", f"{changed}\n{summary or ''}", known):
        return
    after = "批准以后，存档、网页和已经收到的都改过来" if is_out else "改了还没有发"
    shown = difference(briefing, field, changed) + (f"\n摘要改为：{summary}" if summary is not None else "")
    await chat.review(f"请核对，{after}：\n{shown}")
    chat.forget()
    if is_out:
        correction = await publishing.propose_correction(
            turn, briefing, field, changed, turn.person_id, summary=summary
        )
        said = WAITS if correction is None else await correcting.ask(turn, briefing, correction)
        chat.say(said, [desk.open_button(briefing.id), MENU_BUTTON])
        return
    done = await publishing.rewrite(turn, _with(briefing, field, changed, summary))
    chat.say("改好了。" if done else "它刚才报批了，现在不能改。")
    await desk.show_one(turn, str(briefing.id))


async def _ask_summary(chat: Chat, briefing: Briefing) -> str | None:
    """Ask whether the summary still fits the new text; None when it does."""
    question = f"正文改了，摘要还合适吗？现在的摘要是：{briefing.summary}"
    if not briefing.summary or await chat.choose("fits", question, {"yes": "合适", "no": "要改"}) == "yes":
        return None
    return await chat.ask("new_summary", "摘要改成什么？", _new_words(LONGEST_SUMMARY))


async def _mend_draft(chat: Chat, briefing: Briefing, field: str) -> None:
    """Change what is no words: the class, the topic, or what is enclosed."""
    topics = {each.key: each.label for each in chat.turn.office.topics}
    topic = await chat.choose("topic", "改到哪一类？", topics) if field == "topic" else briefing.topic
    class_ = briefing.content_class
    if field == "class":
        class_ = await chat.choose("class", "改成哪一种？", {each: CLASSES[each] for each in (PUBLIC, SHARED)})
    media = None
    if field == "media":
        media = (
            await chat.gather("media", "请把要配的图片和附件全部重发一遍，原来的就不要了。发完了请按【说完了】。")
        ).media
    if await publishing.rewrite(chat.turn, replace(briefing, topic=topic, content_class=class_)):
        if media is not None:
            await briefings.put_media(chat.tx, briefing.id, media)
        chat.say("改好了。")
    else:
        chat.say("它刚才报批了，现在不能改。")
    await desk.show_one(chat.turn, str(briefing.id))


def _with(briefing: Briefing, field: str, changed: str, summary: str | None) -> Briefing:
    """Return a briefing whose field reads so."""
    return publishing.changed(briefing, Correction(0, briefing.id, field, changed, 0, "", None, "", summary))


async def _ask_words(chat: Chat, briefing: Briefing, field: str) -> str:
    """Ask what it shall read; of a text only a part, where that is enough."""
    if field != "text":
        question = f"{FIELDS[field]}改成什么？原来是：{getattr(briefing, field)}"
        return await chat.ask(field, question, _new_words(LIMITS[field], one_line=field != "summary"))
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


def _new_words(most: int, *, one_line: bool = False) -> Callable[[str], str | None]:
    """Return the check of new words for what cannot be empty."""
    fits = at_most(most) if one_line else _at_most_characters(most)

    def check(said: str) -> str | None:
        if said.strip() in NOTHING:
            return "这一项不能空着，请写上要改成的字。不改了，请按【0 返回】。"
        return fits(said)

    return check

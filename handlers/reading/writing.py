"""写简报: by conversation, or from a file. The class comes first: of what is internal nothing is asked, so nothing of it can be kept."""

from dataclasses import dataclass, replace

from handlers import access
from handlers.briefings import publishing, words
from handlers.briefings.publishing import Written
from handlers.briefings.words import INTERNAL_LETTER, LONGEST_SOURCE, LONGEST_SUMMARY, LONGEST_TITLE
from handlers.desk.lists import not_yours
from handlers.dialog import Chat, flow
from handlers.hall.asking import at_most
from handlers.menu import MENU_BUTTON
from handlers.reading import desk, forgetting, marking
from handlers.turn import Turn, row_id
from storage import briefing_files, briefings
from storage.briefings import INTERNAL, PUBLIC, SHARED

CLASSES = {
    PUBLIC: "公开：报纸、网站上登过的",
    SHARED: "周知：没有登过，但老同志都可以知道",
    INTERNAL: "内部：只能到局里看",
}
OWN, OTHER, USUAL = "own", "other", "usual"


@flow("brief", "写简报", keywords=("写简报", "发简报", "登简报"))
async def write(chat: Chat) -> None:
    turn = chat.turn
    if not access.may_write_briefings(turn.visitor):
        not_yours(turn)
        return
    question = "这篇内容属于哪一类？涉密的、内部的，一个字也不要写在这里。"
    content_class = await chat.choose("class", question, CLASSES)
    if content_class == INTERNAL:
        await _only_an_invitation(chat)
        return
    way = await chat.choose("way", "正文怎么给我？", {"type": "打字或者粘贴", "file": "发一个文件来"})
    if way == "file":
        await _take_file(chat, content_class)
        return
    draft = _Draft(Written(content_class), {})
    await _ask_title(chat, draft)
    told = await chat.gather("told", "请发正文，可以分几条发，图片和附件也一起发。发完了请按【说完了】。")
    text = _paragraphs(told.text) or _paragraphs(await chat.ask("text", "还没有正文，请打字告诉我。"))
    draft.wanted = replace(draft.wanted, text=text, media=told.media)
    if await _ask_rest(chat, draft) is None:
        return
    await _review(chat, draft)
    chat.forget()
    briefing = await publishing.draft(turn, draft.wanted, turn.person_id)
    chat.say("写好了，还没有发。")
    await desk.show_one(turn, str(briefing.id))


async def _only_an_invitation(chat: Chat) -> None:
    """Of what is internal one letter can be sent, in fixed words: to come and read it at the office."""
    office = chat.turn.office
    letter = INTERNAL_LETTER.format(phone=office.phone, hours=office.service_hours)
    await chat.review(f"内部的内容不能在这里发，题目也不能发。能发的只有这一条：\n\n{letter}\n\n要发吗？")
    briefing = await publishing.draft(chat.turn, Written(INTERNAL), chat.turn.person_id)
    await desk.show_one(chat.turn, str(briefing.id))


# ── from a file ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def _take_file(chat: Chat, content_class: str) -> None:
    """Take one file; its words are read out of it beside the turn (`bot/importing.py`), and then the author hears of it."""
    kinds = "Word（.docx）、文本（.txt）、Markdown（.md），20 MB 以内"
    media_id = await chat.file("file", f"请把文件发过来，一次一个。能读的有：{kinds}。")
    turn = chat.turn
    await briefing_files.add(chat.tx, media_id, content_class, turn.person_id, turn.visitor.account_id, turn.now)
    chat.say("文件收到了，正在读，读好了马上告诉您。", [MENU_BUTTON])


async def go_on(turn: Turn, argument: str) -> None:
    """【接着写】 under the news that a file has been read."""
    briefing = await desk.written(turn, argument)
    if briefing is None:
        return
    if briefing.state == "draft":
        turn.follow = ("brieffile", {"briefing": briefing.id})
    else:
        await desk.show_one(turn, str(row_id(argument)))


@flow("brieffile", "写简报（从文件）")
async def write_from_file(chat: Chat) -> None:
    """Ask for what a file does not tell: title, topic, source, summary, pictures."""
    turn = chat.turn
    briefing = await desk.written(turn, str(chat.seed["briefing"]))
    if briefing is None:
        return
    before = Written(briefing.content_class, title=briefing.title, text=briefing.text)
    draft = _Draft(before, {})
    await _ask_title(chat, draft)
    if await _ask_rest(chat, draft, more_media=True) is None:
        await publishing.drop(turn, briefing.id)
        await forgetting.forget_draft(turn, briefing)
        return
    await _review(chat, draft)
    chat.forget()
    now = draft.wanted
    whole = replace(briefing, title=now.title, topic=now.topic, source=now.source, summary=now.summary)
    if await publishing.rewrite(turn, whole):
        await briefings.put_media(chat.tx, briefing.id, now.media)
        chat.say("写好了，还没有发。")
    else:
        chat.say("它刚才报批了，现在不能改。")
    await desk.show_one(turn, str(briefing.id))


# ── the questions ───────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class _Draft:
    """What has been written so far, and how the review calls it."""

    wanted: Written
    labels: dict[str, str]


async def _ask_title(chat: Chat, draft: _Draft) -> None:
    known = draft.wanted.title
    if known and await chat.choose("title_how", f"题目是“{known}”，对吗？", {USUAL: "对", OWN: "改题目"}) == USUAL:
        return
    title = await chat.ask("title", "题目是什么？", at_most(LONGEST_TITLE))
    draft.labels["title"] = "题目"
    draft.wanted = replace(draft.wanted, title=title)


async def _ask_rest(chat: Chat, draft: _Draft, *, more_media: bool = False) -> _Draft | None:
    """Ask for topic, source, summary and pictures; None when the author finds that it must not be sent: then nothing of it is kept."""
    said = f"{draft.wanted.title}\n{draft.wanted.text}"
    if not await marking.may_go(chat, "mark", said):
        return None
    office = chat.turn.office
    topic = await chat.choose("topic", "属于哪一类？", {each.key: each.label for each in office.topics})
    source = office.name
    if await chat.choose("source_how", "来源是哪里？", {OWN: f"本局（{office.name}）", OTHER: "别处"}) == OTHER:
        source = await chat.ask("source", "请写来源，比如“县融媒体中心”。", at_most(LONGEST_SOURCE))
        draft.labels["source"] = "来源"
    summary = await _ask_summary(chat, draft)
    if not await marking.may_go(chat, "mark_too", f"{source}\n{summary}", said):
        return None
    enclosed = list(draft.wanted.media)
    if more_media and await chat.confirm("more", "要配图片或者附件吗？", yes="要配", no="不配"):
        enclosed += (await chat.gather("media", "请发图片和附件，发完了请按【说完了】。")).media
        draft.labels["media"] = "图片和附件"
    draft.labels |= {"topic": "类别"}
    draft.wanted = replace(draft.wanted, topic=topic, source=source, summary=summary, media=tuple(enclosed))
    return draft


async def _ask_summary(chat: Chat, draft: _Draft) -> str:
    proposed = words.first_sentences(draft.wanted.text)
    ways = {USUAL: "就用这一段", OWN: "自己写"}
    way = await chat.choose("summary_how", f"老同志先看到一段摘要。用正文的开头，可以吗？\n\n{proposed}", ways)
    if way == USUAL:
        draft.labels["summary_how"] = "摘要"
        return proposed
    draft.labels["summary"] = "摘要"
    return await chat.ask("summary", f"请写摘要，不超过 {LONGEST_SUMMARY} 个字。", _too_long)


def _too_long(text: str) -> str | None:
    return None if len(text) <= LONGEST_SUMMARY else f"太长了，请不超过 {LONGEST_SUMMARY} 个字。"


def _paragraphs(text: str) -> str:
    return "\n".join(each.strip() for each in text.split("\n") if each.strip())


async def _review(chat: Chat, draft: _Draft) -> None:
    wanted = draft.wanted
    head = f"【简报】{wanted.title}\n来源：{wanted.source}\n\n{wanted.summary}"
    attached = f"，图片和附件 {len(wanted.media)} 份" if wanted.media else ""
    prompt = f"请核对：\n\n{head}\n\n正文 {len(wanted.text)} 个字{attached}。"
    await chat.review(prompt, **draft.labels)

"""Drafting, publishing, correcting and withdrawing. Each writes its row of the trail; none of it puts a word into the trail."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from handlers.act import Act
from storage import briefing_corrections, briefing_search, briefings
from storage.briefing_corrections import Correction
from storage.briefings import Briefing

FIELDS = {"title": "题目", "source": "来源", "summary": "摘要", "text": "正文"}  # what can be corrected


@dataclass(frozen=True, slots=True)
class Written:
    """What an author has written."""

    content_class: str
    topic: str = ""
    title: str = ""
    source: str = ""
    summary: str = ""
    text: str = ""
    media: Sequence[str] = ()
    file_id: str | None = None  # out of which the words were read


async def draft(act: Act, written: Written, made_by: int) -> Briefing:
    """Write a draft and return it; nobody but staff sees it. Raises ValueError for words of an internal one."""
    briefing_id = await briefings.add(
        act.tx,
        content_class=written.content_class,
        topic=written.topic,
        title=written.title,
        source=written.source,
        summary=written.summary,
        text=written.text,
        made_by=made_by,
        now=act.now,
        file_id=written.file_id,
    )
    await briefings.put_media(act.tx, briefing_id, written.media)
    await audit(act, briefing_id, "briefing.drafted", content=written.content_class, characters=len(written.text))
    return await briefings.by_id(act.tx, briefing_id)


async def rewrite(act: Act, briefing: Briefing) -> bool:
    """Write back a draft's words; False when it is a draft no more."""
    current = await briefings.by_id(act.tx, briefing.id)
    if current.state != "draft":
        return False
    await briefings.write(act.tx, replace(briefing, written_by=act.actor_id))
    await audit(act, briefing.id, "briefing.rewritten", characters=len(briefing.text))
    return True


async def drop(act: Act, briefing_id: int) -> bool:
    """Throw a draft away, with its words: they may be of what must not be kept here. False when it is a draft no more."""
    if not await briefings.move(act.tx, briefing_id, "dropped", was="draft"):
        return False
    dropped = await briefings.by_id(act.tx, briefing_id)
    await briefings.write(act.tx, replace(dropped, title="", source="", summary="", text=""))
    await audit(act, briefing_id, "briefing.dropped")
    return True


async def propose(act: Act, briefing_id: int) -> bool:
    """Let nobody change a draft any more: it waits for the second person. False when it is a draft no more."""
    if not await briefings.move(act.tx, briefing_id, "proposed", was="draft"):
        return False
    await audit(act, briefing_id, "briefing.proposed")
    return True


async def give_back(act: Act, briefing_id: int) -> bool:
    """Let it be a draft again: the second person did not want it, or its maker took it back."""
    if not await briefings.move(act.tx, briefing_id, "draft", was="proposed"):
        return False
    await audit(act, briefing_id, "briefing.returned")
    return True


async def publish(act: Act, briefing_id: int) -> bool:
    """Put it into the archive and the search, from where everybody can read it; False when it is there or cannot be any more.

    Whoever calls has seen to it that a second person approved.
    """
    if not await briefings.publish(act.tx, briefing_id, act.now):
        return False
    briefing = await briefings.by_id(act.tx, briefing_id)
    if not briefing.is_internal:
        await briefing_search.put(act.tx, briefing)
    await audit(act, briefing_id, "briefing.published", content=briefing.content_class)
    return True


async def propose_correction(
    act: Act, briefing: Briefing, field: str, words: str, made_by: int, *, summary: str | None = None
) -> Correction | None:
    """Write down what shall be changed; it changes nothing before a second person has approved.

    With a text the summary may be changed as well. One waits at a time, for two could undo each other: None when one does.
    Raises KeyError: no such field.
    """
    if field not in FIELDS:
        raise KeyError(field)
    if await briefing_corrections.waiting(act.tx, briefing.id):
        return None
    base = getattr(briefing, field)
    number = await briefing_corrections.add(
        act.tx, briefing.id, field, words, made_by, act.now, base=base, summary=summary
    )
    await audit(act, briefing.id, "briefing.mending", field=field)
    return await briefing_corrections.by_id(act.tx, number)


async def correct(act: Act, correction: Correction, by: int) -> Briefing | None:
    """Change a published briefing as approved and return it as it reads now.

    None when that was decided, when it is not published, or when it reads otherwise than when the correction was made.
    """
    before = await briefings.by_id(act.tx, correction.briefing_id)
    if before.state != "published" or is_stale(before, correction):
        return None
    if not await briefing_corrections.decide(act.tx, correction.id, "approved", by, act.now):
        return None
    after = replace(changed(before, correction), corrected_at=act.now, written_by=correction.made_by)
    await briefing_search.take_out(act.tx, before)
    await briefings.write(act.tx, after)
    await briefing_search.put(act.tx, after)
    await audit(act, before.id, "briefing.corrected", field=correction.field)
    return after


def is_stale(briefing: Briefing, correction: Correction) -> bool:
    """Tell whether a briefing reads otherwise than when the correction was made: approving it would undo what was changed since."""
    return bool(getattr(briefing, correction.field) != correction.base)


def changed(briefing: Briefing, correction: Correction) -> Briefing:
    """Return a briefing as it would read after a correction. Raises KeyError: no such field."""
    words = {name: getattr(briefing, name) for name in FIELDS} | {correction.field: correction.words}
    if correction.summary is not None:
        words["summary"] = correction.summary
    return replace(briefing, title=words["title"], source=words["source"], summary=words["summary"], text=words["text"])


async def return_correction(act: Act, correction: Correction, by: int) -> bool:
    """Do not let a correction be; False when that was decided."""
    if not await briefing_corrections.decide(act.tx, correction.id, "returned", by, act.now):
        return False
    await audit(act, correction.briefing_id, "briefing.unmended", field=correction.field)
    return True


async def withdraw(act: Act, briefing: Briefing, why: str) -> bool:
    """Take a briefing out of everybody's sight but staff's, at once: one person may, for what is wrong must not stay. False: it is not out."""
    if not await briefings.withdraw(act.tx, briefing.id, why, act.now):
        return False
    if not briefing.is_internal:
        await briefing_search.take_out(act.tx, briefing)
    await audit(act, briefing.id, "briefing.withdrawn")
    return True


async def audit(act: Act, briefing_id: int, deed: str, **detail: str | int | bool | None) -> None:
    await act.audit(deed, f"briefing:{briefing_id}", **detail)

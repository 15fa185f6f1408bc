"""Words that must not be kept here: what remains of a briefing that its author does not send.

The dialog's answers, what its author typed, our answers to it, the file: all of it goes. What stands in the chat on the author's own
telephone cannot be called back everywhere, so the author is told.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from handlers import access
from handlers.briefings import sending
from handlers.dialog import Chat
from handlers.turn import Turn
from storage import briefings, dialog_words, mailings, media, outbox
from storage.briefings import Briefing
from storage.dialog_words import Span

MAKING, SENT_BACK = "brief", "sendback"
FLOWS = (MAKING, "brieffile", "briefmend", "briefsend", SENT_BACK)
REMOVED = "（这里的内容已经删掉了）"
FORGOTTEN = "这里留的字和文件都删掉了。您手机上的聊天记录里还有，请自己也删掉。"


async def forget(chat: Chat) -> None:
    """Let nothing remain of what was said in this dialog."""
    turn, files = chat.turn, list(_media(chat.answers))
    chat.forget()
    await _blank(turn, await dialog_words.open_span(turn.tx, turn.visitor.account_id))
    await _forbid(turn, files)


async def _blank(turn: Turn, spans: Sequence[Span]) -> None:
    """Blank what was said in these dialogs, on either side."""
    for letter_id in await dialog_words.answers_in(turn.tx, spans):
        await outbox.edit(turn.tx, letter_id, REMOVED, turn.now)
    await dialog_words.blank(turn.tx, spans, REMOVED)


async def _forbid(turn: Turn, files: Iterable[str]) -> None:
    for each in files:
        await media.forbid(turn.tx, each)


async def forget_draft(turn: Turn, briefing: Briefing) -> None:
    """Blank a dropped draft wherever it was shown in the office, and what was said to write it; its words are gone from its own row.

    `briefing` is the draft as it was.
    """
    persons = briefing.writers | {turn.person_id}
    approvers = {each.person_id for each in await access.approvers(turn.tx, turn.office, ())}
    shown = [f'a:{each}:{briefing.id}"' for each in ("briefdrop", "briefpreview")]
    shown += [f"a:{each}:{briefing.id}." for each in ("page", "briefword")]
    for kind in sending.KINDS:
        for mailing in await mailings.of_subject(turn.tx, kind, briefing.id):
            await mailings.forget_words(turn.tx, mailing.id, REMOVED)
            shown += [f'a:{each}:{mailing.id}"' for each in ("mailing", "again", "approve")]
    for person_id in persons | approvers:
        for choice in shown:
            for letter_id in await dialog_words.with_button(turn.tx, person_id, choice):
                await outbox.edit(turn.tx, letter_id, REMOVED, turn.now)
    files = [*await briefings.media_of(turn.tx, briefing.id), *([briefing.file_id] if briefing.file_id else [])]
    # What stands open with somebody is about something else, or is put right by its own question: it is left alone.
    for person_id in persons | approvers:
        flows = FLOWS if person_id in persons else (SENT_BACK,)
        spans = await dialog_words.ended_spans(turn.tx, person_id, flows, MAKING, briefing.made_at)
        await _blank(turn, spans)
        await dialog_words.forget(turn.tx, person_id, flows, briefing.made_at)
    await _forbid(turn, files)


def _media(answers: Any) -> Iterator[str]:
    """Return the media that stand anywhere in a dialog's answers, its one file included."""
    for key, each in answers.items():
        if key == "media":
            yield from each
        elif key == "file":
            yield each["value"]
        elif isinstance(each, dict):
            yield from _media(each)

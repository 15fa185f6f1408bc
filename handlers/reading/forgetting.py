"""Words that must not be kept here: what remains of a briefing that its author does not send.

The dialog's answers, what its author typed, our answers to it, the file: all of it goes. What stands in the chat on the author's own
telephone cannot be called back everywhere, so the author is told.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from handlers.dialog import Chat
from handlers.turn import Turn
from storage import dialog_words, media, outbox

FLOWS = ("brief", "brieffile", "briefmend")
REMOVED = "（这里的内容已经删掉了）"
FORGOTTEN = "这里留的字和文件都删掉了。您手机上的聊天记录里还有，请自己也删掉。"


async def forget(chat: Chat, since: datetime) -> None:
    """Let nothing remain of what was said in this dialog, and in those about briefings that ended at `since` or later."""
    files = list(_media(chat.answers))
    chat.forget()
    await forget_said(chat.turn, [chat.turn.person_id], since, files)


async def forget_said(turn: Turn, persons: Iterable[int], since: datetime, files: Iterable[str]) -> None:
    """Blank what these persons said in dialogs about briefings that are open or ended at `since` or later, and give up these files."""
    for person_id in persons:
        for letter_id in await dialog_words.answers_in(turn.tx, person_id, FLOWS, since):
            await outbox.edit(turn.tx, letter_id, REMOVED, turn.now)
        await dialog_words.blank(turn.tx, person_id, FLOWS, since, REMOVED)
    for each in files:
        await media.forbid(turn.tx, each)


def _media(answers: Any) -> Iterator[str]:
    """Return the media that stand anywhere in a dialog's answers, its one file included."""
    for key, each in answers.items():
        if key == "media":
            yield from each
        elif key == "file":
            yield each["value"]
        elif isinstance(each, dict):
            yield from _media(each)

"""选想收的类别: which topics of briefings somebody is sent. Whoever has not chosen is sent all; everything can be read in the archive."""

from handlers.dialog import Chat, flow
from handlers.menu import MENU_BUTTON
from handlers.whom import whom_for
from storage import briefing_reads, people

DONE = "done"
MOST_CHANGES = 20  # on and off again, as somebody does who tries it out


@flow("topics", "选想收的类别", keywords=("订阅", "订阅简报", "选类别", "不收简报", "退订"), drafts=False)
async def subscribe(chat: Chat) -> None:
    acting = await whom_for(chat)
    name = (await people.by_id(chat.tx, acting.person_id)).name
    topics = {each.key: each.label for each in chat.turn.office.topics}
    muted = {each for each in await briefing_reads.mutes(chat.tx, acting.person_id) if each in topics}
    for place in range(1, MOST_CHANGES + 1):
        options = {DONE: "就这样"} | {
            key: f"{'要收' if key in muted else '不收'}“{label}”" for key, label in topics.items()
        }
        choice = await chat.choose(f"topic{place}", f"{name}现在{_in_words(topics, muted)}。要改哪一类？", options)
        if choice == DONE:
            break
        muted ^= {choice}
    await briefing_reads.put_mutes(chat.tx, acting.person_id, [key for key in topics if key in muted])
    await chat.turn.audit("topics.set", f"person:{acting.person_id}", muted=len(muted))
    chat.say(f"记下了，{_in_words(topics, muted)}。不收的也可以在【学习简报】里看。", [MENU_BUTTON])


def _in_words(topics: dict[str, str], muted: set[str]) -> str:
    """Return '所有类别的简报都收', or which are not."""
    if not muted:
        return "所有类别的简报都收"
    if muted == set(topics):
        return "一类简报也不收"
    return f"不收{'、'.join(f'“{label}”' for key, label in topics.items() if key in muted)}的简报，其余的都收"

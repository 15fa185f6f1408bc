"""找简报, and questions out of the blue: passages that stand in a briefing, with where, and never a word that does not."""

import re
from collections.abc import Sequence

from handlers.briefings import finding, words
from handlers.briefings.finding import Passage
from handlers.dialog import Chat, flow
from handlers.menu import MENU_BUTTON
from handlers.turn import Button, Turn

MOST_SHOWN = 5
MOST_ANSWERS = 2
LONGEST_QUERY = 60
LONGEST_NAMED = 12  # of what is looked for by 查……: more is a story that begins so
LOOK_FOR = ("查", "找", "搜")  # 查医药费
# 找人修水管: somebody is wanted, not a text
WANTS_HELP = re.compile(
    "^找(?:一?[个位]|人|谁|.{0,4}(?:师傅|领导|医生|大夫|工人|保姆|护工|电工|物业|工作人员)|.*[修帮陪送])|我|[不没](?:[到出着了]|见)|^搜身|^查收"
)


@flow("findbrief", "找简报", keywords=("找简报", "查简报", "搜简报", "找文件", "查文件"), drafts=False)
async def find(chat: Chat) -> None:
    question = "想找什么？写几个字，比如“医药费”。写得越具体，找得越准。"
    said = await chat.ask("words", question, lambda text: _too_long(text))
    await show_found(chat.turn, said)


def _too_long(text: str) -> str | None:
    return None if len(text) <= LONGEST_QUERY else f"太长了，请写不超过 {LONGEST_QUERY} 个字。"


async def show_found(turn: Turn, said: str, register: Sequence[Button] = ()) -> bool:
    """Show what holds the words, the best first; say so and return False when nothing does. `register` stands under what is found."""
    found = await finding.search(turn, said, MOST_SHOWN + 1)
    again = Button("6 再找别的", "a:go:findbrief")
    if not found:
        turn.say(f"简报里没有找到“{said}”。换几个字再找找，或者直接问工作人员。", [again, MENU_BUTTON])
        return False
    shown = found[:MOST_SHOWN]
    more = f"，只列最合适的 {MOST_SHOWN} 篇" if len(found) > MOST_SHOWN else ""
    turn.say(
        "\n\n".join([f"找到了{more}：", *_passages(turn, shown)]),
        [*_open_buttons(shown), again, *register, MENU_BUTTON],
    )
    return True


async def look_for(turn: Turn, said: str) -> bool:
    """Take 查医药费 as a search of the briefings; False when the words do not begin so or ask for somebody, or nothing is found."""
    wanted = said[1:].strip() if said.startswith(LOOK_FOR) else ""
    if (
        WANTS_HELP.search(said)
        or not wanted
        or len(wanted) > LONGEST_NAMED
        or not await finding.search(turn, wanted, 1)
    ):
        return False
    return await show_found(turn, wanted, [Button("7 不是，请登记", f"a:apart:{turn.message.id}")])


async def answer(turn: Turn, said: str) -> bool:
    """Answer a question with the passages that fit it well, and offer to register it; False when nothing fits well."""
    found = await finding.answers(turn, said, MOST_ANSWERS)
    if not found:
        return False
    head = "简报里有这样的内容，是原文，您看看是不是您问的："
    register = Button(f"{len(found) + 1} 不是，请登记", f"a:apart:{turn.message.id}")
    turn.say("\n\n".join([head, *_passages(turn, found)]), [*_open_buttons(found), register, MENU_BUTTON])
    return True


def _passages(turn: Turn, found: Sequence[Passage]) -> list[str]:
    return [f"{place}. {_source(turn, each)}\n“{_whole(each)}”" for place, each in enumerate(found, 1)]


def _source(turn: Turn, passage: Passage) -> str:
    briefing = passage.briefing
    out = f"，{words.day(turn.office, briefing.published_at)}" if briefing.published_at else ""
    return f"《{briefing.title}》第 {passage.page} 页{out}，来源：{briefing.source}{words.corrected(turn.office, briefing)}"


def _whole(passage: Passage) -> str:
    """Return the passage, with …… where its sentence goes on."""
    ends = passage.text.endswith(tuple("。！？；”"))
    return " ".join(passage.text.split()) + ("" if ends else "……")


def _open_buttons(found: Sequence[Passage]) -> list[Button]:
    return [
        Button(f"{place} 看第 {place} 篇", f"a:page:{each.briefing.id}.{each.page}")
        for place, each in enumerate(found, 1)
    ]

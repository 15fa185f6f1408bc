"""The lists: 待办 with its folders and counts, the search, and a cadre's own cases."""

from handlers import access
from handlers.cases import words
from handlers.menu import MENU_BUTTON
from handlers.turn import Button, Turn, row_id
from storage import case_lists, cases
from storage.case_lists import Desk
from storage.cases import Case

LONGEST_LIST = 8  # cases on one screen
FOLDERS = {
    "unread": "没看的",
    "mine": "我承办的",
    "unassigned": "没人接手",
    "soon": "快到期",
    "overdue": "过期",
    "waiting": "等老同志回话",
    "snoozed": "暂放",
    "all": "全部",
}
NOT_YOURS = "这件事不归您管，或者已经不在了。"


def not_yours(turn: Turn) -> None:
    """Say the same to everybody who asks for what is not theirs, whether it exists or not."""
    turn.say(NOT_YOURS, [MENU_BUTTON])


def _desk(turn: Turn) -> Desk:
    soon = turn.office.calendar.after(turn.today, 1)
    return Desk(turn.person_id, access.scope(turn.visitor), turn.today, soon)


async def show_todo(turn: Turn, argument: str) -> None:
    """【待办】: the counts, and then the cases when they fit a screen, else the folders; 'folder.skip' is a page of a folder."""
    if not access.works_here(turn.visitor):
        not_yours(turn)
        return
    desk = _desk(turn)
    counts = await case_lists.counts(turn.tx, desk)
    folder, _, skip = argument.partition(".")
    if folder in FOLDERS:
        await _page(turn, desk, folder, counts[folder], row_id(skip) or 0)
        return
    head = "，".join(f"{label} {counts[name]}" for name, label in FOLDERS.items() if name != "all")
    if counts["all"] + counts["snoozed"] == 0:
        turn.say("现在没有没办完的事。", [MENU_BUTTON])
    elif counts["all"] <= LONGEST_LIST:
        turn.say(f"没办完的 {counts['all']} 件：{head}。")
        await _page(turn, desk, "all", counts["all"], 0, put_off=counts["snoozed"])
    else:
        buttons = [
            Button(f"{place} {label} {counts[name]}", f"a:todo:{name}.0")
            for place, (name, label) in enumerate(FOLDERS.items(), 1)
        ]
        turn.say(f"没办完的 {counts['all']} 件。要看哪些？", [*buttons, MENU_BUTTON])


async def show_taken(turn: Turn, argument: str) -> None:
    """【我承办的】."""
    await show_todo(turn, "mine.0")


async def _page(turn: Turn, desk: Desk, folder: str, count: int, skip: int, put_off: int = 0) -> None:
    start = min(skip, max(0, count - 1))
    page = await case_lists.page(turn.tx, desk, folder, start, LONGEST_LIST)
    buttons = [*await _buttons(turn, page)]
    if start + LONGEST_LIST < count:
        buttons.append(Button("9 下一页", f"a:todo:{folder}.{start + LONGEST_LIST}"))
    if put_off:
        buttons.append(Button(f"暂放的 {put_off}", "a:todo:snoozed.0"))
    where = f"，第 {start + 1} 到 {start + len(page)} 件" if count > LONGEST_LIST else ""
    turn.say(
        f"{FOLDERS[folder]} {count} 件{where}：" if count else f"{FOLDERS[folder]}：没有。", [*buttons, MENU_BUTTON]
    )


async def _buttons(turn: Turn, page: list[Case]) -> list[Button]:
    return [
        Button(
            f"{place} {words.marks(turn, case)}{case.person_name}：{await words.title(turn, case)}", f"a:case:{case.id}"
        )
        for place, case in enumerate(page, 1)
    ]


# ── the search ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def search(turn: Turn, said: str) -> bool:
    """Show the cases whose number, name or words are meant; False when there are none."""
    found = await case_lists.search(turn.tx, access.scope(turn.visitor), _number(turn, said), LONGEST_LIST + 1)
    found = list({case.id: case for case in [await cases.living(turn.tx, each.id) for each in found]}.values())
    if not found:
        return False
    more = "（只列最近的，请多写几个字）" if len(found) > LONGEST_LIST else ""
    buttons = await _buttons(turn, found[:LONGEST_LIST])
    turn.say(f"找到 {min(len(found), LONGEST_LIST)} 件{more}：", [*buttons, MENU_BUTTON])
    return True


def _number(turn: Turn, said: str) -> str:
    """Return words as they are searched for: a full-width number is the same, '#17' is this year's 17th."""
    text = said.strip().translate(_FULL_WIDTH)
    bare = text.lstrip("#号第").rstrip("号件")
    return f"{turn.today.year}-{bare}" if text.startswith("#") and bare.isdecimal() else text


_FULL_WIDTH = {ord("０") + digit: str(digit) for digit in range(10)} | {ord("－"): "-", ord("＃"): "#", ord("—"): "-"}


# ── the cadre's side ────────────────────────────────────────────────────────────────────────────────────────────────


async def show_own(turn: Turn, argument: str) -> None:
    """【我的困难】: the cases of everybody who uses this account, and of the parents they act for."""
    persons = await access.acts_for(turn.tx, turn.visitor)
    own = [case for person in persons for case in await cases.of_person(turn.tx, person, LONGEST_LIST)]
    own.sort(key=lambda case: case.id, reverse=True)
    lines, buttons = [], []
    for place, case in enumerate(own[:LONGEST_LIST], 1):
        whose = f"{case.person_name}，" if len(persons) > 1 else ""
        state = f"{await words.state(turn, case)}{words.due(case)}"
        lines.append(f"{place}. {whose}{case.number} {await words.title(turn, case)}：{state}")
        buttons.append(Button(f"{place} 看 {case.number}", f"a:case:{case.id}"))
    turn.say("\n".join(lines) if lines else "您还没有登记过困难。", [*buttons, MENU_BUTTON])

"""What staff and leaders do: open something, look at what may be done with it, do one of these things."""

from collections.abc import Sequence
from datetime import date, timedelta

from storage.outbox import Letter
from tests.conversation import PHOTO
from tests.month import people
from tests.month.clients import DANGERS, STORIES
from tests.month.house import Hand, Scene

PATIENCE = 14  # answers, then somebody gives up
WEIGHTS = {
    **{"take": 20, "accept": 6, "decline": 3, "sign": 6, "return": 3, "reply": 4, "close": 9, "ask": 3, "answered": 2},
    **{"talk": 2, "endtalk": 1, "hand": 3, "extend": 2, "more": 7, "canned": 1, "note": 0.3, "snooze": 4, "aid": 1},
    **{"link": 1, "merge": 6, "split": 6, "reopen": 0.3, "called": 5, "case": 1},
}
"""How often each deed is chosen among those that may be done."""

FOLDERS = {"unread": 2, "mine": 6, "unassigned": 5, "all": 0.1}


def says(hand: Hand) -> str:
    return f"{hand.house.luck.choice(['联系过物业了', '明天上门看', '还在等回信', '已经报上去了'])}{hand.house.token()}"


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"


# ── a form ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def fills(hand: Hand, name: str = "") -> None:
    """Answer what a form asks, until it is through or left."""
    luck = hand.house.luck
    told = False
    for _ in range(PATIENCE):
        rows = [row for row in hand.question if not any(each in row[0] for each in ("返回", "取消", "重新说"))]
        if not hand.question:
            return
        text = hand.answer.text if hand.answer else ""
        if luck.random() < 0.02:
            await hand.says(luck.choice(["取消", "待办", "菜单", "返回"]))
        elif any("说完了" in row[0] for row in rows):
            await (hand.picks(rows[0]) if told else _tells(hand, says(hand), phoned=bool(name)))
            told = True
        elif rows:
            await hand.presses_row(_choice(hand, rows))
        elif "哪一天" in text:
            await hand.says(_day(hand.house.today + timedelta(days=luck.randint(1, 3 if "再看" in text else 9))))
        elif "请写姓名" in text:
            await hand.says(name)
        else:
            await hand.says(says(hand))
    await hand.says("取消")


def _choice(hand: Hand, rows: Sequence[Sequence[str]]) -> Sequence[str]:
    confirms = [row for row in rows if "确认提交" in row[0]]
    return confirms[0] if confirms and hand.house.luck.random() < 0.93 else hand.house.luck.choice(rows)


async def _tells(hand: Hand, words: str, *, phoned: bool) -> None:
    luck = hand.house.luck
    if phoned:
        words = f"{luck.choice(DANGERS if luck.random() < 0.1 else STORIES)}{hand.house.token()}"
    if luck.random() < 0.1:
        await hand.sends(PHOTO, words=words)
    else:
        await hand.says(words)


# ── a case ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def works(hand: Hand) -> None:
    """Open something and do a thing or two with it."""
    await _opens(hand)
    for _ in range(hand.house.luck.randint(2, 4)):
        deeds = [row for row in hand.shown if _deed(row) in WEIGHTS]
        if not deeds or ({_deed(row) for row in deeds} <= {"note", "aid", "reopen"} and hand.house.luck.random() < 0.9):
            return  # somebody else's, or finished
        chosen = hand.house.luck.choices(deeds, [WEIGHTS[_deed(row)] for row in deeds])[0]
        await hand.presses_row(chosen)
        await fills(hand)
        if hand.sees("开始跟"):
            await _talks(hand)


def _deed(row: Sequence[str]) -> str:
    kind, _, rest = row[1].partition(":")
    return rest.partition(":")[0] if kind == "a" else ""


def _folder(row: Sequence[str]) -> str:
    return row[1].removeprefix("a:todo:").partition(".")[0]


async def _opens(hand: Hand) -> None:
    luck = hand.house.luck
    way = luck.random()
    if (_waits_for_me(hand) and way < 0.8) or way < 0.2:
        await _presses_a_push(hand)
        return
    if way < 0.23:
        await hand.says(luck.choice([f"#{luck.randint(1, 40)}", luck.choice(people.CADRES), "暖气"]))
    else:
        await hand.says("待办")
    folders = [row for row in hand.shown if row[1].startswith("a:todo") and not row[0].endswith(" 0")]
    if folders:
        await hand.picks(luck.choices(folders, [FOLDERS.get(_folder(row), 1) for row in folders])[0])
    while (further := [row for row in hand.shown if "下一页" in row[0]]) and luck.random() < 0.5:
        await hand.picks(further[0])
    cases = [row for row in hand.shown if row[1].startswith("a:case")]
    if cases:
        await hand.picks(luck.choice(cases))


def _waits_for_me(hand: Hand) -> list[Letter]:
    """Return the news that ask to take a case over or to sign."""
    return [each for each in hand.news if {_deed(row) for row in each.buttons} & {"accept", "sign"}]


async def _presses_a_push(hand: Hand) -> None:
    """Press a button of what one was sent lately, or long ago."""
    luck = hand.house.luck
    with_buttons = _waits_for_me(hand) or [
        row for row in hand.news if any(_deed(each) in WEIGHTS for each in row.buttons)
    ]
    if not with_buttons:
        await hand.says("待办")
        return
    rows = [row for row in luck.choice(with_buttons).buttons if _deed(row) in WEIGHTS]
    row = luck.choices(rows, [WEIGHTS[_deed(row)] for row in rows])[0]
    await hand.presses_row(row)
    await fills(hand)


async def _talks(hand: Hand) -> None:
    luck = hand.house.luck
    for _ in range(luck.randint(1, 3)):
        await hand.says(says(hand))
    if luck.random() < 0.6:
        await hand.says("结束对话")


# ── the rest of the desk ────────────────────────────────────────────────────────────────────────────────────────────


async def writes_down_a_call(hand: Hand) -> None:
    name = hand.house.luck.choice(people.BY_TELEPHONE)
    await hand.says("代登记")
    await fills(hand, name)


async def calls_back(hand: Hand) -> None:
    await hand.says("回访")
    rows = [row for row in hand.shown if _deed(row) == "called"]
    if rows:
        await hand.picks(hand.house.luck.choice(rows))
        await fills(hand)


async def goes_on_leave(hand: Hand) -> None:
    await hand.says("登记请假")
    await fills(hand)


async def is_back_early(hand: Hand) -> None:
    await hand.says("请假")
    rows = [row for row in hand.shown if _deed(row) == "backatwork"]
    if rows:
        await hand.picks(hand.house.luck.choice(rows))


async def leads(hand: Hand) -> None:
    """Sign or send back what waits; give what is late to somebody else."""
    luck = hand.house.luck
    await hand.says("更多")
    proposed = [row for row in hand.shown if _deed(row) == "proposed"]
    if proposed and luck.random() < 0.6:
        await hand.picks(proposed[0])
    else:
        await hand.says("待办")
        late = [row for row in hand.shown if "过期" in row[0] or "没人接手" in row[0]]
        if late:
            await hand.picks(luck.choice(late))
    cases = [row for row in hand.shown if row[1].startswith("a:case")]
    if cases:
        await hand.picks(luck.choice(cases))
        deeds = [row for row in hand.shown if _deed(row) in ("sign", "return", "hand")]
        if deeds:
            await hand.picks(luck.choice(deeds))
            await fills(hand)


def any_scene(hand: Hand) -> Scene:
    luck = hand.house.luck
    leader = hand.name in (people.LEADER, people.LEADS_AND_HANDLES)
    way = luck.random()
    if leader and way < 0.4:
        return leads(hand)
    if hand.name != people.LEADER and way < 0.08:
        return writes_down_a_call(hand)
    if way > 0.92:
        return calls_back(hand)
    return works(hand)

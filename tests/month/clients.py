"""What cadres and relatives do: each scene is one thing that somebody wants of the office, with slips and changes of mind."""

from collections.abc import Callable, Sequence

from tests.conversation import PHOTO, VOICE
from tests.month.house import Hand, Scene

STORIES = """
去县医院看病要人陪 药费单子三个月没有报销 暖气三天不热了 厨房水管往下滴水 窗户关不严进风 想订社区的午饭 腿脚不便想请人打扫
护理费两个月没有发 电话补贴少了一笔 想借一辆轮椅下楼 去省城体检要派车 楼道灯不亮没有人管 想把档案里的生日改过来
""".split()
MORE = "师傅还没有来 今天又是这样 邻居家也有这个事 电话打过两回 下午我都在家 就是上回那个事 单子在我手里".split()
DANGERS = "我在厨房摔倒了 家里有煤气味 胸口疼得厉害 有人撬门 我不想活了".split()
PATIENCE = 25  # answers, then somebody gives up


def story(hand: Hand) -> str:
    """Return a difficulty, told so that it can be found again; now and then one that was told before."""
    return f"{hand.house.luck.choice(STORIES)}{hand.house.token()}"


def more(hand: Hand) -> str:
    return f"{hand.house.luck.choice(MORE)}{hand.house.token()}"


# ── a form ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def fills(hand: Hand, pieces: Sequence[str] = ()) -> None:
    """Answer what a form asks, telling these pieces, until it is through or left."""
    luck, left = hand.house.luck, list(pieces)
    for _ in range(PATIENCE):
        rows = hand.question
        if not rows:
            return
        slip = luck.random()
        story_ends = next((row for row in rows if "说完了" in row[0]), None)
        if slip < 0.02:
            await hand.says(luck.choice(["取消", "菜单", "返回", "0"]))
        elif slip < 0.04:
            await hand.says(more(hand))  # no answer to most questions
        elif story_ends and left:
            await tells(hand, left.pop(0))
        elif story_ends and "您已经说了" not in (hand.answer.text if hand.answer else "") and not pieces:
            await tells(hand, more(hand))
        elif story_ends:
            await hand.picks(story_ends)
        else:
            await hand.picks(_answer(hand, rows))


def _answer(hand: Hand, rows: Sequence[Sequence[str]]) -> Sequence[str]:
    """Choose among the answers; mostly that there is no hurry, and at a review that it is right."""
    likely = [row for row in rows if "确认提交" in row[0] or row[0] == "2 不急"]
    ways_on = [row for row in rows if not any(each in row[0] for each in ("返回", "取消", "找人工"))]
    return likely[0] if likely and hand.house.luck.random() < 0.85 else hand.house.luck.choice(ways_on or rows)


async def tells(hand: Hand, words: str) -> None:
    """Say something: mostly plainly, also as a picture's caption, or with a recording, or corrected."""
    way = hand.house.luck.random()
    if way < 0.1:
        await hand.sends(PHOTO, words=words)
    elif way < 0.15:
        await hand.sends(VOICE, PHOTO, words=words)
    else:
        await hand.says(words)
    if way > 0.95:
        await hand.edits(f"上一句更正一下，是{hand.house.token()}")


# ── scenes ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def by_the_menu(hand: Hand) -> None:
    luck = hand.house.luck
    await hand.says(luck.choice(["困难", "反映困难", "帮忙"]))
    await fills(hand, [story(hand), *(more(hand) for _ in range(luck.randrange(3)))])


async def by_the_story(hand: Hand) -> None:
    await tells(hand, story(hand))
    await fills(hand)
    if hand.house.luck.random() < 0.3:
        await adds(hand)


async def adds(hand: Hand) -> None:
    """More words: of whatever the office takes them for."""
    await tells(hand, more(hand))
    apart = [row for row in hand.shown if "另一件事" in row[0] and row[1].startswith("a:")]
    if apart and hand.house.luck.random() < 0.1:
        await hand.presses_row(apart[0])
    await fills(hand)


async def in_danger(hand: Hand) -> None:
    luck = hand.house.luck
    await hand.says(f"{luck.choice(DANGERS)}{hand.house.token()}")
    if luck.random() < 0.3:
        await hand.says(f"{luck.choice(DANGERS)}{hand.house.token()}")
    mistake = [row for row in hand.shown if "误会" in row[0]]
    if mistake and luck.random() < 0.3:
        await hand.picks(mistake[0])


async def wants_a_person(hand: Hand) -> None:
    await hand.says(hand.house.luck.choice(["人工", "找人工", "找工作人员"]))
    await fills(hand)
    if hand.house.luck.random() < 0.5:
        await adds(hand)


async def changes_their_mind(hand: Hand) -> None:
    """Begin, leave in the middle; perhaps come back to it."""
    luck = hand.house.luck
    await hand.says("困难")
    for _ in range(luck.randrange(5)):
        rows = hand.question
        if not rows:
            return
        if any("说完了" in row[0] for row in rows):
            await tells(hand, story(hand))
        else:
            await hand.picks(_answer(hand, rows))
    await hand.says(luck.choice(["取消", "菜单", "人工", "进展"]))
    if luck.random() < 0.4:
        await comes_back_to_it(hand)


async def comes_back_to_it(hand: Hand) -> None:
    await hand.says("接着填")
    await fills(hand)


async def presses_something_old(hand: Hand) -> None:
    luck = hand.house.luck
    with_buttons = [each for each in hand.letters[-40:] if each.buttons]
    if with_buttons:
        row = luck.choice(luck.choice(with_buttons).buttons)
        await hand.sends_choice(row[1], row[0])
        await fills(hand)


async def says_how_it_went(hand: Hand) -> None:
    """Answer the newest question whether something is solved, and then perhaps how satisfied one is."""
    luck = hand.house.luck
    asked = next(
        (each for each in reversed(hand.letters) if any(row[1].startswith("a:solved") for row in each.buttons)), None
    )
    if asked is None:
        await is_polite(hand)
        return
    row = luck.choices(asked.buttons[:3], [6, 2, 2])[0]
    await hand.sends_choice(row[1], row[0])
    rates = [row for row in hand.shown if row[1].startswith("a:rate")]
    if rates and luck.random() < 0.8:
        await hand.picks(luck.choices(rates, [6, 3, 1])[0])
    if luck.random() < 0.3:
        await adds(hand)


async def is_polite(hand: Hand) -> None:
    luck = hand.house.luck
    words = [
        "谢谢",
        "收到",
        "您好",
        "早上好",
        "好的",
        f"谢谢你们，辛苦了，{hand.house.token()}",
        f"热了，多谢{hand.house.token()}",
    ]
    await hand.says(luck.choice(words))
    await fills(hand)


async def looks(hand: Hand) -> None:
    luck = hand.house.luck
    await hand.says(luck.choice(["我的困难", "进展", "菜单", "帮助"]))
    cases = [row for row in hand.shown if row[1].startswith("a:case")]
    if cases:
        await hand.picks(luck.choice(cases))


async def sends_what_cannot_be_read(hand: Hand) -> None:
    await hand.sends_sticker()
    await fills(hand)


async def sends_a_photo(hand: Hand) -> None:
    await hand.sends(PHOTO)
    await fills(hand)


async def blocks_us(hand: Hand) -> None:
    await hand.does("gone")


async def takes_back_the_consent(hand: Hand) -> None:
    """From now on nothing may be sent; the next thing said is first answered with the question whether one agrees."""
    await hand.says("撤回同意")
    await fills(hand)


async def chats(hand: Hand) -> None:
    """What somebody says whom a member of staff has called into a talk."""
    luck = hand.house.luck
    for _ in range(luck.randrange(4)):
        await tells(hand, more(hand) if luck.random() < 0.8 else luck.choice(["1", "好的", "在吗"]))
    if luck.random() < 0.4:
        await hand.says(luck.choice(["结束", "菜单", "说完了"]))


SCENES: dict[Callable[[Hand], Scene], float] = {
    by_the_menu: 6,
    by_the_story: 5,
    adds: 5,
    in_danger: 1,
    wants_a_person: 1.5,
    changes_their_mind: 1.5,
    comes_back_to_it: 0.5,
    presses_something_old: 2,
    says_how_it_went: 4,
    is_polite: 2,
    looks: 1,
    sends_what_cannot_be_read: 0.3,
    sends_a_photo: 0.7,
    blocks_us: 0.2,
    takes_back_the_consent: 0.2,
}
"""How often each, among the others."""


def any_scene(hand: Hand) -> Scene:
    """Return what somebody does: mostly something about the news, if there are any."""
    news = "\n".join(each.text for each in hand.news)
    if hand.house.luck.random() < 0.7:
        if "解决了吗" in news:
            return says_how_it_went(hand)
        if "想问您" in news or "答复您" in news:
            return adds(hand)
    return hand.house.luck.choices(list(SCENES), list(SCENES.values()))[0](hand)

"""What holds for every conversation, whatever people say, press and send, in any order, after any pause."""

import asyncio
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conversation import PHOTO, VOICE, Conversation, Speaker, open_conversation

COMMANDS = "菜单 返回 取消 人工 帮助 接着填 继续 /start /menu /back@our_bot".split()
DIGITS = "0 1 2 3 4 5 6 7 8 9 １ ② 三 第一个 选2 4、".split()
ANSWERS = """
    困难 求助 撤回同意 我的困难 进展 待办 住房 就医 其他 说完了 是 对 好的 不用了 不急 确认提交 改情况
    同意 不同意 已解决 没解决 先不填 重新填 不撤回
""".split()
CHATTER = "你好 谢谢 呃 漏水 再说吧 早上8点 （更正） 12月4日 申请 ABCD2345 张三李四 虚构县水利局 13800000009".split()
OURS = "没有修好的"  # in all that people of the roster tell
JUMPS: dict[str, dict[str, float]] = {
    "a minute": {"minutes": 1},
    "an hour": {"minutes": 61},
    "a night": {"hours": 10},
    "two days": {"days": 2},
}


@dataclass(frozen=True)
class Act:
    """Something somebody does: `number` chooses among buttons and things said."""

    who: str
    does: str
    words: str = ""
    number: int = 0


def acts(who: str) -> st.SearchStrategy[Act]:
    """Everything `who` can do, the things that lead further more often than the others."""
    any_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
    said = st.sampled_from([*COMMANDS, *DIGITS, *ANSWERS, *CHATTER]) | any_text
    others = st.sampled_from(
        ["photo", "voice", "captioned photo", "sticker", "repeat", "contact", "gone", "back", "empty"]
    )
    return st.one_of(
        st.builds(Act, st.just(who), st.just("presses the newest"), number=st.integers(0, 7)),
        st.builds(Act, st.just(who), st.just("says"), said),
        st.builds(Act, st.just(who), st.just("tells")),
        st.builds(Act, st.just(who), st.just("presses any"), number=st.integers(0, 60)),
        st.builds(Act, st.just(who), st.just("edits"), said | st.just("")),
        st.builds(Act, st.just(who), others),
        st.builds(Act, st.just("the clock"), st.sampled_from(sorted(JUMPS))),
    )


def says(who: str, *words: str) -> list[Act]:
    return [Act(who, "tells") if each == "..." else Act(who, "says", each) for each in words]


TO_REVIEW = says("王老", "困难", "住房", "...", "说完了", "不急")
REPORTED = [*TO_REVIEW, *says("王老", "确认提交")]
TAKEN = [*REPORTED, *says("赵科", "待办", "1", "接手")]
BEGINNINGS = [
    [],
    TO_REVIEW,
    [*TO_REVIEW, *says("王老", "改情况")],
    [*TO_REVIEW, *says("王老", "取消", "困难")],
    [*TO_REVIEW[:3], Act("the clock", "a night"), *says("王老", "...")],
    REPORTED,
    [*REPORTED, Act("the clock", "an hour"), *says("王老", "...")],
    says("王老", "撤回同意", "撤回", "..."),
    says("王老", "困难", "撤回同意", "..."),
    [*says("王老", "人工"), Act("the clock", "an hour")],
    TAKEN,
    [*TAKEN, *says("赵科", "答复", "师傅明天来", "说完了")],
    [*TAKEN, *says("赵科", "答复", "师傅明天来", "说完了", "确认提交")],
    [*TAKEN, *says("赵科", "办结", "已办结", "换好了", "确认提交")],
    [*TAKEN, *says("赵科", "办结", "已办结", "换好了", "确认提交"), *says("王老", "部分解决")],
    [*says("陌生人", "申请", "张三", "虚构县水利局"), *TO_REVIEW],
]
BEGINNING = st.sampled_from(range(len(BEGINNINGS)))
CADRE = acts("王老")
OFFICE = acts("赵科")
EVERYBODY = st.one_of(CADRE, CADRE, OFFICE, OFFICE, acts("小李"), acts("陌生人"))


# The talks in which the account took part, open or just ended.
IN_TALK = "SELECT 1 FROM talks WHERE ?1 IN (account_id, staff_account_id)"


class Play:
    """Acts played on an office, with what must hold after each of them."""

    def __init__(self, talk: Conversation) -> None:
        self.talk = talk
        self.told: dict[str, list[str]] = {each.name: [] for each in talk.everybody}  # the words to be found again
        self.tellings = 0

    async def does(self, act: Act) -> None:
        talk = self.talk
        if act.who == "the clock":
            talk.clock.passes(**JUMPS[act.does])
            await talk.tidies()
            return
        someone = next(each for each in talk.everybody if each.name == act.who)
        await self._does(someone, act)
        if act.does not in ("gone", "back", "repeat") and (act.does, act.words) != ("edits", ""):
            silent = await talk.rows(
                IN_TALK, await talk.account(someone)
            )  # then the other side hears it, and nobody else speaks
            assert someone.heard or silent, f"{act} was not answered"
        for each in talk.everybody:
            check_letters(each)

    async def _does(self, someone: Speaker, act: Act) -> None:
        buttons = [row for each in someone.letters for row in each.buttons]
        newest = someone.latest.buttons if someone.letters else []
        if act.does == "presses the newest" and newest:
            await self._presses(someone, newest[act.number % len(newest)])
        elif act.does == "presses any" and buttons:
            await self._presses(someone, buttons[act.number % len(buttons)])
        elif act.does == "repeat":
            await someone.repeats()
        elif act.does in ("photo", "voice", "captioned photo"):
            words = self._something_new(someone) if act.does == "captioned photo" else ""
            await someone.sends(VOICE if act.does == "voice" else PHOTO, words=words)
        elif act.does == "sticker":
            await someone.sends_sticker()
        elif act.does == "contact":
            await someone.shares_contact("13800000009")
        elif act.does in ("gone", "back"):
            await someone.does(act.does)
        elif act.does == "edits":
            await someone.edits(act.words or self._something_new(someone))
        else:
            await someone.says(act.words if act.does in ("says", "empty") else self._something_new(someone))

    async def _presses(self, someone: Speaker, button: list[str]) -> None:
        anew = "重新说" in button[0]  # what was told of this story shall not count: that is no loss
        before = await missing(self, someone.name) if anew else []
        await someone.sends_choice(button[1], button[0])
        if anew:
            wanted = await missing(self, someone.name)
            told = self.told[someone.name]
            self.told[someone.name] = [each for each in told if each in before or each not in wanted]

    def _something_new(self, someone: Speaker) -> str:
        told = self.told[someone.name]
        self.tellings += 1
        end = "没有人管的" if someone is self.talk.stranger else OURS
        told.append(f"这是第{100 + self.tellings}件{end}事情")
        return told[-1]


def check_letters(someone: Speaker) -> None:
    for letter in someone.letters[someone.seen :]:
        labels = [row[0] for row in letter.buttons]
        numbers = [label.split(" ")[0] for label in labels if label[0].isdecimal()]
        assert letter.text.strip()
        assert all(labels)
        assert len(set(numbers)) == len(numbers), f"two buttons have one number: {labels}"
        assert all(len(row[1].encode()) <= 64 for row in letter.buttons)


# ── playing on a file that is ready ─────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Begun:
    """Where a beginning has led: the file, and what the play knows of it."""

    file: bytes
    ahead: timedelta
    arrivals: int
    tellings: int
    told: Mapping[str, Sequence[str]]


@cache
def begun(number: int) -> Begun:
    """Play one of BEGINNINGS, once for all examples."""

    async def begin(path: Path) -> Play:
        async with open_conversation(path) as talk:
            play = Play(talk)
            for act in BEGINNINGS[number]:
                await play.does(act)
            return play

    with folder() as place:
        play = asyncio.run(begin(place / "yinling.db"))
        file = (place / "yinling.db").read_bytes()
    return Begun(file, play.talk.clock.ahead, play.talk.arrivals, play.tellings, play.told)


@contextmanager
def folder() -> Iterator[Path]:
    """A folder for one example, in memory where the system has such a place: the bytes are the same, the disk is spared."""
    memory = Path("/dev/shm")  # noqa: S108  # only a faster place for a folder with a random name
    path = Path(tempfile.mkdtemp(dir=memory if memory.is_dir() else None))
    try:
        yield path
    finally:
        shutil.rmtree(path)


Check = Callable[[Play], Awaitable[None]]


def played(check: Check, beginning: int, script: Sequence[Act], *, restarts: bool = False) -> Conversation:
    """Play the acts after that beginning, with a restart after each if wanted, and check what must hold in the end."""
    before = begun(beginning)

    async def go(path: Path) -> Conversation:
        async with open_conversation(path, filled=True) as talk:
            talk.clock.ahead, talk.arrivals = before.ahead, before.arrivals
            await talk.delivers()
            play = Play(talk)
            play.tellings = before.tellings
            play.told = {name: list(told) for name, told in before.told.items()}
            for act in script:
                await play.does(act)
                if restarts:
                    await talk.restarts()
            await check(play)
            return talk

    with folder() as place:
        (place / "yinling.db").write_bytes(before.file)
        return asyncio.run(go(place / "yinling.db"))


def examples(count: int) -> settings:
    slow = [HealthCheck.too_slow, HealthCheck.data_too_large]
    return settings(max_examples=count, derandomize=True, deadline=None, database=None, suppress_health_check=slow)


# ── what must hold in the end ───────────────────────────────────────────────────────────────────────────────────────


async def check_nothing_hangs(talk: Conversation) -> None:
    """Every message had its turn and exactly one answer; nobody has two questions open."""
    unanswered = """
        SELECT i.id, i.kind, i.words FROM inbox i LEFT JOIN outbox o ON o.answers = i.id
        WHERE i.kind NOT IN ('gone', 'back') AND NOT EXISTS (
            SELECT 1 FROM talks t WHERE i.account_id IN (t.account_id, t.staff_account_id)
            AND t.began_at <= i.received_at AND coalesce(t.ended_at, '9') >= i.received_at)
        GROUP BY i.id HAVING count(o.id) <> 1"""
    assert await talk.rows(unanswered) == []
    assert await talk.rows("SELECT id FROM inbox WHERE state <> 'handled'") == []
    assert await talk.rows("SELECT 1 FROM dialogs WHERE state = 'open' GROUP BY account_id HAVING count(*) > 1") == []


async def agrees_again(someone: Speaker) -> None:
    """Who withdrew or refused is asked for consent first: give it, and leave whatever it led to."""
    await someone.says("菜单")
    if someone.sees("您同意吗？"):
        await someone.presses("1 同意", someone.latest)
        await someone.says("菜单")


async def reports(someone: Speaker) -> None:
    """From wherever this person stands: the menu, 困难, and on to the receipt."""
    await agrees_again(someone)
    assert someone.sees("您要办什么？")
    assert someone.buttons == ["1 反映困难", "2 我的困难", "3 找人工", "4 使用帮助", "5 活动和课程", "6 学习简报"]
    await someone.says("困难")
    if someone.sees("接着填吗？"):
        await someone.says("重新填")
    await someone.says("住房")
    await someone.says("暖气三天不热了")
    await someone.says("说完了")
    if someone.sees("是不是同一件事"):
        await someone.says("是另一件事")
    for words in ("不急", "确认提交"):
        await someone.says(words)
    assert someone.sees("已经登记，编号：")


LIVING = """
SELECT words FROM case_entries
UNION ALL SELECT answers FROM dialogs WHERE state <> 'done'
UNION ALL SELECT answers FROM dialogs WHERE state = 'done' AND (
    flow = 'consent' OR flow = 'offer' AND json_extract(answers, '$.way.value') = 'no'
    OR flow = 'withdraw' AND json_extract(answers, '$.sure.value'))"""


async def missing(play: Play, name: str) -> list[str]:
    """Return what this person told and what is nowhere now."""
    everything = "\n".join(row[0] for row in await play.talk.rows(LIVING))
    return [words for words in play.told[name] if words not in everything]


async def check_no_word_is_lost(play: Play, *names: str) -> None:
    """Every story is in a case or in a form; in a finished form only when its teller wanted no more of it."""
    assert [words for name in names for words in await missing(play, name)] == []


async def check_the_stranger_learns_nothing(talk: Conversation) -> None:
    if await talk.rows("SELECT 1 FROM accounts WHERE address = ? AND person_id IS NOT NULL", talk.stranger.address):
        return  # staff let him in
    heard = "\n".join(each.text + str(each.buttons) for each in talk.stranger.letters)
    assert not [name for name in ("王老", "小李", "赵科", "钱局", "2026-", OURS) if name in heard]
    assert (
        await talk.rows("SELECT 1 FROM media_seen_by s JOIN accounts a ON a.id = s.account_id WHERE a.address = '1005'")
        == []
    )


# ── the properties ──────────────────────────────────────────────────────────────────────────────────────────────────


@given(BEGINNING, st.lists(CADRE, max_size=12))
@examples(50)
def test_a_cadre_can_go_on_from_everywhere_and_loses_no_word(beginning: int, script: list[Act]) -> None:
    async def check(play: Play) -> None:
        await check_no_word_is_lost(play, "王老")
        await reports(play.talk.wang)
        await check_nothing_hangs(play.talk)

    played(check, beginning, script)


@given(BEGINNING, st.lists(EVERYBODY, max_size=16))
@examples(50)
def test_everybody_together_can_go_on_from_everywhere(beginning: int, script: list[Act]) -> None:
    async def check(play: Play) -> None:
        talk = play.talk
        await check_no_word_is_lost(play, "王老", "小李")
        await check_the_stranger_learns_nothing(talk)
        await talk.zhao.says("菜单")
        assert talk.zhao.buttons[0] == "1 待办"
        for someone in (talk.wang, talk.li):
            await reports(someone)
        await check_nothing_hangs(talk)

    played(check, beginning, script)


@given(st.lists(acts("陌生人"), max_size=16))
@examples(30)
def test_a_stranger_is_answered_and_learns_nothing(script: list[Act]) -> None:
    async def check(play: Play) -> None:
        talk = play.talk
        await check_the_stranger_learns_nothing(talk)
        await talk.stranger.says("菜单")
        assert talk.stranger.sees("我还不认识您")
        await check_nothing_hangs(talk)

    played(check, 0, [Act("王老", "tells"), *script])


@given(BEGINNING, st.lists(EVERYBODY, max_size=10))
@examples(20)
def test_a_restart_after_every_message_changes_no_word_of_what_is_said(beginning: int, script: list[Act]) -> None:
    async def check(play: Play) -> None:
        await check_nothing_hangs(play.talk)

    straight, restarted = played(check, beginning, script), played(check, beginning, script, restarts=True)
    for one, other in zip(straight.everybody, restarted.everybody, strict=True):
        assert [(each.text, each.buttons) for each in one.letters] == [
            (each.text, each.buttons) for each in other.letters
        ]


def test_the_properties_would_notice_a_lost_word() -> None:
    """The check itself: a word that is nowhere is found missing."""

    async def check(play: Play) -> None:
        await play.talk.writes(lambda tx: tx.run("UPDATE dialogs SET answers = '{}'"))
        with pytest.raises(AssertionError):
            await check_no_word_is_lost(play, "王老")

    played(check, 0, [Act("王老", "tells")])


STRONG = [*COMMANDS, "0", "1", "2", "3", "9", "困难", "我的困难", "撤回同意", "住房", "...", "说完了", "确认提交"]


@pytest.mark.parametrize("beginning", range(len(BEGINNINGS)))
def test_no_single_word_in_the_middle_of_things_loses_what_was_told(beginning: int) -> None:
    async def check(play: Play) -> None:
        await check_no_word_is_lost(play, "王老")
        await check_nothing_hangs(play.talk)

    for words in STRONG:
        played(check, beginning, says("王老", words))

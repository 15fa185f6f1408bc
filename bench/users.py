"""The people of the benchmark: each says something, waits for the right answer, and at once says the next thing.

Nothing here knows of HTTP or of time, so that what is counted as a turn can be read, and tested, by itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import cycle

CHOICES = ("就医", "住房", "生活", "其他")

# What is told in a `report`, another one each time: whoever tells of the same matter again is asked whether it is the same
# (handlers/alike.py), and the conversation would have another course. All are of one category, because only then are they compared.
MATTERS = """
    暖气三天不热了 厨房水管漏水厉害 楼道电灯全都坏了 屋顶下雨就渗水 电梯停了两个星期 阳台窗户关不严实 卫生间下水道堵塞
    大门门锁打不开了 墙皮掉下来一大块 院里路面坑坑洼洼 隔壁装修吵得睡不着 对讲门铃按了不响 自来水发黄很浑浊 天花板裂了一条缝
    楼上空调滴水到窗台 小区垃圾堆了半个月 房产证至今没办下来 公共厕所缺少扶手 物业收费单看不明白 轮椅通道被车占了
    客厅地板翘起来绊脚 有线电视收不到信号 楼梯栏杆松动摇晃 化粪池返味特别大 院墙外面野草比人高 旧房改造报名去哪里
""".split()


class WrongReplyError(Exception):
    """The bot said something else than the script expects: it skipped work, mixed people up, or broke."""


@dataclass(frozen=True)
class Step:
    """One turn. `{name}`, `{number}`, `{choice}` and `{told}` stand for what this user says in this conversation."""

    says: str
    # A fragment that each message of the answer must hold, in order; the turn is finished with the last.
    hears: tuple[str, ...]


@dataclass(frozen=True)
class Script:
    """A conversation, held again and again by every user, with new answers each time."""

    steps: tuple[Step, ...]


SCRIPTS = {
    "echo": Script((Step("{name}问好", ("{name}问好",)),)),
    "form": Script(
        (
            Step("/start", ("您的姓名",)),
            Step("{name}", ("{name}您好，请问您的年龄",)),
            Step("{number}", ("哪方面的困难",)),
            Step("{choice}", ("{name}，{number}岁，{choice}",)),
            Step("确认", ("已登记：{name}，{number}岁，{choice}",)),
        )
    ),
    # The whole of our 反映困难: its last turn also opens a case with its number, history, audit row, clocks and reminders. From
    # the second conversation on the turn 说完了 also compares the story with the person's unfinished cases.
    "report": Script(
        (
            Step("困难", ("您遇到哪方面的困难",)),
            Step("住房", ("请说说具体情况",)),
            Step("{told}", ("记下了",)),
            Step("说完了", ("今天就要有人管",)),
            Step("不急", ("情况：{told}",)),
            Step("确认提交", ("已经登记，编号：",)),
        )
    ),
}


class User:
    """One person, in a private chat whose id is the person's own, as on Telegram."""

    def __init__(self, user_id: int, script: Script) -> None:
        self.id = user_id
        self._script = script
        self._conversations = 0
        self._steps = cycle(range(len(script.steps)))
        self._expected: list[str] = []

    def speak(self) -> str:
        """Return the next words; from now on the answer to them is awaited."""
        number = next(self._steps)
        if number == 0:
            self._begin()
        step = self._script.steps[number]
        self._expected = [fragment.format_map(self._answers) for fragment in step.hears]
        return step.says.format_map(self._answers)

    def hear(self, text: str) -> bool:
        """Take one message of the bot. True if it completes the answer, False if more of it is to come.

        Raises WrongReplyError.
        """
        if not self._expected:
            raise WrongReplyError(f"nothing was asked, yet the bot said: {text}")
        fragment = self._expected.pop(0)
        if fragment not in text:
            raise WrongReplyError(f"expected {fragment!r}, heard {text!r}")
        return not self._expected

    def _begin(self) -> None:
        # Answers differ between people and between conversations: a state that is mixed up or stale is then heard.
        self._conversations += 1
        turn = self.id + self._conversations
        self._answers = {
            "name": f"王老{self.id}之{self._conversations}",
            "number": str(60 + turn % 40),
            "choice": CHOICES[turn % len(CHOICES)],
            # Few figures: with the whole id any two stories of a person would have more in common than not.
            "told": f"{MATTERS[turn % len(MATTERS)]}，{self.id % 10_000}号",
        }


def crowd(ids: Iterable[int], script: Script) -> dict[int, User]:
    """Return the users by the id of their chat."""
    return {user_id: User(user_id, script) for user_id in ids}

"""How an answer is read: from what a person said to what a question makes of it. Decides, and changes nothing.

Understood      the answer, and how a review shows it
More            not the answer yet: more of a story; the question stays open
Again           what was told so far shall not count: the story is told anew
Change          at a review: this answer shall be given again
NotUnderstood   say this, and ask again
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from handlers import answers
from handlers.office import day_in_words
from storage.inbox import Message

SPOKEN = "（语音转文字）"
EDITED = "（更正）"  # how a message begins that was changed later


@dataclass(frozen=True, slots=True)
class Said:
    """What came in for a question: words and media, or the value of one of its buttons."""

    words: str = ""
    media: tuple[str, ...] = ()
    value: str | None = None
    spoken: bool = False  # the words were spoken, and written by a machine, which may have misheard
    quote: str = ""  # what the words refer to: kept with them, and no part of an answer

    @classmethod
    def of(cls, message: Message) -> "Said":
        words = f"{EDITED}{message.words}" if message.kind == "edited" else message.words
        return cls(words, message.media, spoken=message.kind == "spoken", quote=message.quote)

    def held(self) -> dict[str, Any]:
        """Return it as a dialog's answers hold it until its question comes; `again` undoes that."""
        said = {"words": self.words, "media": list(self.media), "value": self.value}
        return said | {"spoken": self.spoken, "quote": self.quote}

    @classmethod
    def again(cls, held: Mapping[str, Any]) -> "Said":
        spoken, quote = held.get("spoken", False), held.get("quote", "")
        return cls(held["words"], tuple(held["media"]), held.get("value"), spoken, quote)

    @property
    def kept(self) -> "Gathered":
        """What is kept of it, as staff will read it."""
        words = self.words.removeprefix(EDITED)
        mark = EDITED if words != self.words else ""
        spoken = SPOKEN if self.spoken and words else ""
        words = f"{mark}{self.quote}{spoken}{words}"
        return Gathered((words,) if words else (), self.media)


@dataclass(frozen=True, slots=True)
class Gathered:
    """What a person told in one or more messages."""

    words: tuple[str, ...] = ()
    media: tuple[str, ...] = ()

    @classmethod
    def of(cls, stored: Mapping[str, Any] | None) -> "Gathered":
        """Return what stands in a dialog's answers as {"words": [...], "media": [...]}; None is nothing."""
        return cls(tuple(stored["words"]), tuple(stored["media"])) if stored else cls()

    def stored(self) -> dict[str, list[str]]:
        return {"words": list(self.words), "media": list(self.media)}

    def __add__(self, other: "Gathered") -> "Gathered":
        return Gathered(self.words + other.words, self.media + other.media)

    def __bool__(self) -> bool:
        return bool(self.words or self.media)

    @property
    def text(self) -> str:
        return "\n".join(self.words)

    def shown(self) -> str:
        """Return it as a review shows it."""
        attached = f"（另有照片、语音或文件 {len(self.media)} 份）" if self.media else ""
        return f"{self.text}{attached}"


@dataclass(frozen=True, slots=True)
class Understood:
    value: Any  # plain JSON
    shown: str


@dataclass(frozen=True, slots=True)
class More:
    key: str  # the story it belongs to
    answer: str


@dataclass(frozen=True, slots=True)
class Again:
    key: str  # the story to tell anew


@dataclass(frozen=True, slots=True)
class Change:
    key: str


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    hint: str
    keep: bool = True  # what was said may matter to whoever reads the case


Reading = Understood | More | Again | Change | NotUnderstood
Reader = Callable[[Said], Reading]

_FINISHED = frozenset("说完了 完了 完毕 好了 没了 没有了 就这些 就这样 就是这些 结束 1 一 讲完了".split())
_ANEW = frozenset("重新说 重说 说错了".split())


def place_of(said: Said, labels: Sequence[str]) -> int | None:
    """Return which label typed words mean, or None; media mean none."""
    return None if said.media else answers.option(said.words, labels)


def one_of(options: Mapping[str, str], adds_to: str | None) -> Reader:
    """Read a choice among value -> label."""
    values, labels = list(options), list(options.values())

    def read(said: Said) -> Reading:
        place = values.index(said.value) if said.value in values else None
        if said.value is None:
            place = place_of(said, labels)
        if place is None and values == ["yes", "no"] and (answer := _agreement(said, *labels)) is not None:
            place = int(not answer)  # 好的 is 同意 as well
        if place is not None:
            return Understood(values[place], labels[place])
        if adds_to and said.value is None and (said.words or said.media):
            return More(adds_to, "也记下了。")
        return NotUnderstood("请按一个按钮，或者回复前面的数字。")

    return read


def _agreement(said: Said, yes: str, no: str) -> bool | None:
    """Return whether somebody said yes, by button, label or any usual word; None for neither."""
    if said.value is not None or said.media:
        return {"yes": True, "no": False}.get(said.value or "")
    place = answers.option(said.words, [yes, no])
    return place == 0 if place is not None else answers.yes_or_no(said.words)


def yes_or_no(yes: str, no: str) -> Reader:
    def read(said: Said) -> Reading:
        answer = _agreement(said, yes, no)
        if answer is None:
            return NotUnderstood(f"请回答“{yes}”或“{no}”。")
        return Understood(answer, yes if answer else no)

    return read


def words(check: Callable[[str], str | None] | None) -> Reader:
    """Read one message of words; `check` returns a polite complaint or None."""

    def read(said: Said) -> Reading:
        text = said.words.strip()
        if said.media or not text:
            return NotUnderstood("这里请打字告诉我。")
        if check and (complaint := check(text)):
            return NotUnderstood(complaint, keep=False)
        return Understood(text, text)

    return read


def day(today: date, earliest: date | None, latest: date | None = None) -> Reader:
    is_past = earliest is None and latest is not None and latest <= today

    def read(said: Said) -> Reading:
        found = (answers.past_day if is_past else answers.day)(said.words, today)
        if found is None:
            return NotUnderstood("请说几月几日，比如“12月4日”，或者“下星期三”。")
        if earliest and found < earliest:
            return NotUnderstood(f"这个日子太早了，最早是{day_in_words(earliest)}。")
        if latest and found > latest:
            return NotUnderstood(f"这个日子太晚了，最晚是{day_in_words(latest)}。")
        return Understood(found.isoformat(), day_in_words(found))

    return read


def story(key: str, so_far: Gathered) -> Reader:
    """Read a story told in several messages, until 【说完了】."""

    def read(said: Said) -> Reading:
        finished = said.value == "done" or (not said.media and answers.plain(said.words) in _FINISHED)
        if finished and so_far:
            return Understood(so_far.stored(), so_far.shown())
        if finished:
            return NotUnderstood("您还没有说呢。打字、发语音或者照片都可以。", keep=False)
        if said.value == "again" or (not said.media and answers.plain(said.words) in _ANEW):
            return Again(key)
        if said.value is not None:
            return NotUnderstood("请接着说。")
        return More(key, "记下了。还有就接着说；没有了，请按【说完了】。")

    return read


def one_file() -> Reader:
    """Read one file; what is written beside it is not looked at."""

    def read(said: Said) -> Reading:
        if len(said.media) == 1:
            return Understood(said.media[0], "收到文件")
        many = "一次请只发一个文件。" if said.media else "请把文件发过来。"
        return NotUnderstood(many, keep=False)

    return read


def verdict(choices: Mapping[str, str]) -> Reader:
    """Read the answer to a review: the first choice confirms, the others (value '!key') name an answer to change."""
    values, labels = list(choices), list(choices.values())

    def read(said: Said) -> Reading:
        chosen = said.value
        if chosen is None and not said.media:
            place = place_of(said, labels)
            chosen = values[place] if place is not None else values[0] if answers.yes_or_no(said.words) else None
        if chosen == values[0]:
            return Understood(True, "")
        if chosen in values:
            return Change(chosen[1:])
        return NotUnderstood("请您看看上面写得对不对：对，按【确认提交】；不对，按要改的那一项。")

    return read


def short(text: str, longest: int = 20) -> str:
    """Return the text, cut to at most `longest` characters and an ellipsis."""
    return text if len(text) <= longest else f"{text[:longest]}……"

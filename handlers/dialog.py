"""The dialog engine: a flow is a coroutine that reads like the conversation.

    @flow("report", "反映困难", keywords=("困难", "求助"))
    async def report_difficulty(chat: Chat) -> None:
        category = await chat.choose("category", "您遇到哪方面的困难？", CATEGORIES)
        account = await chat.gather("account", "请说说具体情况。")
        await chat.review("请您核对：", category="类别", account="情况")
        case = await cases.open(chat.turn, category, account)      # writes come after the last question
        chat.say(receipt(case))

On every message the engine runs the flow from the top (`run`). A question whose key has an answer returns it at once; the first one
without an answer takes the message, or is asked and the turn ends there. The state is the dict of answers, stored as JSON:

    "category": {"value": "health", "shown": "就医"}      an answer, and how the review shows it
    "~gather": {"account": {"words": [...], "media": [...]}}  what was said so far to a question that takes several messages
    "~held": {"urgent": {...}}     a message that answered a question the flow has since moved behind a new one
    "~kept": {"words": [], "media": []}   what was said and answered nothing: kept, never dropped
    "~seed": {...}                 what the flow was started with
    "~resume": {...}               we have asked "接着填吗？"; the message that made us ask
"""

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from handlers import answers as reading
from handlers import readers
from handlers.readers import Again, Change, Gathered, More, NotUnderstood, Reader, Said, Understood, short
from handlers.turn import Button, Turn
from storage import dialogs
from storage.database import Tx
from storage.dialogs import Dialog

BACK, CANCEL, HUMAN = "<", "x", "h"  # values of the buttons that every question carries
STORY_BUTTONS = (Button("1 说完了", "done"), Button("重新说", "again"))  # no digit may wipe out a story
MOST_OPTIONS = 8  # digits 1-8; 9 is 人工 and 0 is 返回
_LONGEST_CHOICE_BYTES = 64  # https://core.telegram.org/bots/api#inlinekeyboardbutton


class QuestionAfterWrite(Exception):
    """A flow asks after it has written: on the next message it would write again. A bug in the flow."""


class _QuestionStands(Exception):
    """Ends the turn: a question has been asked."""


class _FromTheTop(Exception):
    """An answer was forgotten: run the flow again."""


class _Leaves(Exception):
    """The person wants out of the flow."""

    def __init__(self, ending: "Ending") -> None:
        self.ending = ending


Ending = Literal["stands", "done", "cancel", "human", "elsewhere"]
"""How a run ended: a question stands; the flow is finished; or the person asked to put it aside (取消), for a person (人工), or by
keyword for another flow. In the last three nothing was saved: that is the caller's part."""


@dataclass(frozen=True, slots=True)
class Flow:
    name: str  # stored in the dialog row
    title: str  # what people call it
    script: "Callable[[Chat], Awaitable[None]]"
    keywords: tuple[str, ...] = ()
    drafts: bool = True  # put aside, it is kept and offered again
    takes_back: bool = (
        False  # its question `sure` is 确定取消吗？, at which the word 取消 is asked about and does not leave
    )


def flow(
    name: str, title: str, keywords: tuple[str, ...] = (), *, drafts: bool = True, takes_back: bool = False
) -> "Callable[[Callable[[Chat], Awaitable[None]]], Flow]":
    """Make a coroutine a Flow. It must be listed in `handlers/flows.py` to be found."""

    def made(script: "Callable[[Chat], Awaitable[None]]") -> Flow:
        return Flow(name, title, script, keywords, drafts, takes_back)

    return made


@dataclass(frozen=True, slots=True)
class _Question:
    key: str
    text: str
    buttons: Sequence[Button]
    read: Reader
    free: bool = False  # any words may be the answer, so that 0, 9 and keywords are words like others


class Chat:
    """What a flow talks through. Questions return the answer, or end the turn."""

    def __init__(
        self, turn: Turn, dialog: Dialog, said: Said | None, is_keyword: Callable[[str], bool], *, back: bool = False
    ) -> None:
        self.turn = turn
        # A copy as deep as answers are changed in place: a way out must leave the dialog as it stood.
        self.answers = {key: dict(each) if isinstance(each, dict) else each for key, each in dialog.answers.items()}
        self.asked = dialog.asked
        self.misunderstood = dialog.misunderstood
        self._dialog = dialog
        self._said = said
        self._is_keyword = is_keyword
        self._back = back
        self.begin()

    def begin(self) -> None:
        """Start a run from the top."""
        self._trail: list[str] = []  # keys answered so far in this run, in the flow's order
        self._parts: tuple[str, ...] = ()  # of the review: the first question of each part
        self._writes = self.turn.tx.writes

    # ── what a flow needs besides questions ─────────────────────────────────────────────────────────────────────────

    @property
    def tx(self) -> Tx:
        return self.turn.tx

    @property
    def seed(self) -> dict[str, Any]:
        """What the flow was started with."""
        seed: dict[str, Any] = self.answers.get("~seed", {})
        return seed

    def say(self, text: str, buttons: Sequence[Button] = (), media: Sequence[str] = ()) -> None:
        self.turn.say(text, buttons, media)

    def told(self, key: str) -> Gathered:
        """Return what was told under `key` so far, by a gather that goes on or by `adds_to`."""
        return Gathered.of(self.answers.get("~gather", {}).get(key))

    def kept(self) -> Gathered:
        """Return what was said on the way and answered no question."""
        return Gathered.of(self.answers.get("~kept"))

    def forget(self) -> None:
        """Let nothing be kept of what was answered: after the last question, for words that stand elsewhere or must stand nowhere."""
        self.answers = {}

    # ── questions ───────────────────────────────────────────────────────────────────────────────────────────────────

    async def choose(self, key: str, question: str, options: Mapping[str, str], *, adds_to: str | None = None) -> str:
        """Ask for one of `options` (value -> label, at most 8) and return its value.

        With `adds_to`, words that name no option are more of what was being told under that key, not a misunderstanding.
        """
        if not 1 <= len(options) <= MOST_OPTIONS:
            raise ValueError(f"{key}: {len(options)} options do not fit a screen")
        return str(await self._question(_Question(key, question, _numbered(options), readers.one_of(options, adds_to))))

    async def confirm(self, key: str, question: str, yes: str = "是", no: str = "不是") -> bool:
        """Ask for yes or no."""
        buttons = _numbered({"yes": yes, "no": no})
        return bool(await self._question(_Question(key, question, buttons, readers.yes_or_no(yes, no))))

    async def ask(self, key: str, question: str, check: Callable[[str], str | None] | None = None) -> str:
        """Ask for words in one message. `check` returns a polite sentence when they will not do, or None."""
        return str(await self._question(_Question(key, question, [], readers.words(check), free=True)))

    async def date(self, key: str, question: str, *, earliest: date | None = None, latest: date | None = None) -> date:
        """Ask for a day, said in any usual way; not before `earliest` and not after `latest`."""
        reader = readers.day(self.turn.office.today(self.turn.now), earliest, latest)
        return date.fromisoformat(await self._question(_Question(key, question, [], reader)))

    async def gather(self, key: str, question: str) -> Gathered:
        """Ask for a story: any number of messages with words and media, until 【说完了】."""
        so_far = self.told(key)
        buttons = STORY_BUTTONS[: 2 if so_far else 1]
        if so_far:
            question = f"{question}\n\n您已经说了：{so_far.shown()}"
        reader = readers.story(key, so_far)
        return Gathered.of(await self._question(_Question(key, question, buttons, reader, free=True)))

    async def file(self, key: str, question: str) -> str:
        """Ask for one file and return its medium's id; its bytes may still be on their way."""
        return str(await self._question(_Question(key, question, [], readers.one_file(), free=True)))

    async def review(self, prompt: str, **labels: str) -> None:
        """Show the answers named by key (`category="类别"`) and go on only when they are confirmed.

        修改 forgets one answer, asks it again and comes straight back here.
        """
        shown = {key: self.answers[key]["shown"] for key in labels if key in self.answers}
        lines = [prompt, *(f"{labels[key]}：{shown[key]}" for key in shown)]
        await self._review("\n".join(lines), {key: labels[key] for key in shown})

    async def review_parts(self, prompt: str, **parts: str) -> None:
        """Show the prompt, which says everything that was answered, and go on only when it is confirmed.

        `parts` names what hangs together by its first question (`to="发给谁"`): a part goes up to the first question of the next one,
        and 修改 asks all of it anew.
        """
        self._parts = tuple(key for key in parts if key in self.answers)
        await self._review(prompt, {key: parts[key] for key in self._parts})

    async def _review(self, text: str, changes: Mapping[str, str]) -> None:
        """Ask whether a text holds; `changes` names what can be changed, by the key of its first question."""
        kept = self.kept()
        text += f"\n另外说过：{kept.shown()}" if kept else ""
        version = hashlib.sha256(text.encode()).hexdigest()[:6]  # an old review's 【确认】 must not confirm new answers
        choices = {f"ok{version}": "确认提交"} | {f"!{key}": f"改{label}" for key, label in changes.items()}
        await self._question(_Question("review", text, _numbered(choices), readers.verdict(choices)))

    # ── the machinery ───────────────────────────────────────────────────────────────────────────────────────────────

    async def _question(self, question: _Question) -> Any:
        key = question.key
        if self.turn.tx.writes != self._writes:
            raise QuestionAfterWrite(f"{self._dialog.flow}: the question {key!r} comes after a write")
        if key in self.answers:
            self._trail.append(key)
            return self.answers[key]["value"]
        if self._back:
            self._go_back()
        in_hand = self._said
        said = self._message_for(key)
        if said is not None:
            if said is in_hand:
                self._way_out(question, said)
            result = question.read(said)
            if isinstance(result, Understood):
                self._remember(key, result)
                return result.value
            if isinstance(result, Change):
                self._change(result.key)
            elif isinstance(result, More):
                self._tell_more(result, said)
                # The story goes on: no need to hear the whole question again.
                if question.free:
                    question = replace(question, text="", buttons=STORY_BUTTONS)
                else:
                    question = replace(question, text=question.text.rsplit("\n\n", 1)[-1])
            elif isinstance(result, Again):
                self.answers.get("~gather", {}).pop(result.key, None)
                raise _FromTheTop
            else:
                self._explain(said, result)
                raise _FromTheTop  # what was kept may stand in the question
        self._ask(question)
        raise _QuestionStands

    def _remember(self, key: str, answer: Understood) -> None:
        self.misunderstood = 0
        self.answers.pop("~before", None)
        self.answers.get("~gather", {}).pop(key, None)
        self.answers[key] = {"value": answer.value, "shown": answer.shown}
        self._trail.append(key)

    def _way_out(self, question: _Question, said: Said) -> None:
        """返回, 取消 and 人工 by button or digit, another flow by keyword: they lead out of any question that is not free."""
        typed = not question.free and said.value is None and not said.media
        place = reading.number(said.words) if typed else None
        if place is not None and isinstance(question.read(said), Understood):
            place = None  # 9号 is a day
        if said.value == HUMAN or place == 9:
            raise _Leaves("human")
        if said.value == CANCEL or (place == 0 and not self._can_go_back):
            raise _Leaves("cancel")
        if said.value == BACK or place == 0:
            self._go_back()
        if typed and self._is_keyword(said.words) and isinstance(question.read(said), NotUnderstood):
            raise _Leaves("elsewhere")

    def _message_for(self, key: str) -> Said | None:
        """Return the message that this question should read: the one in hand if it was asked this, or one held for it."""
        said, self._said = self._said, None
        held = self.answers.setdefault("~held", {})
        if said is not None and self.asked not in (None, key) and said.value not in (BACK, CANCEL, HUMAN):
            held[self.asked] = said.held()
            said = None
        if said is None and key in held:
            said = Said.again(held.pop(key))
        if not held:
            del self.answers["~held"]
        return said

    def _tell_more(self, more: More, said: Said) -> None:
        self.misunderstood = 0
        told = self.told(more.key) + said.kept
        self.answers.setdefault("~gather", {})[more.key] = told.stored()
        self.turn.say(more.answer)

    def _explain(self, said: Said, result: NotUnderstood) -> None:
        self.misunderstood += 1
        if said.media:
            self._keep(said)
            self.turn.say("您发来的照片、语音或文件先给您留着。")
        elif said.value is None and result.keep and reading.number(said.words) is None and reading.plain(said.words):
            self._keep(said)
            self.turn.say(f"我没有听明白“{short(said.words)}”，这句话先给您记着。")
        self.turn.say(result.hint)

    def _ask(self, question: _Question) -> None:
        self.asked = question.key
        rows = list(question.buttons)
        if self.misunderstood >= self.turn.office.misunderstandings_before_human:
            self.turn.say("要是说不清楚也没关系，按【9 找人工】，请工作人员跟您说。")
            rows.append(Button("9 找人工", HUMAN))
        rows.append(Button("0 返回", BACK) if self._can_go_back else Button("0 不办了", CANCEL))
        self.turn.say(question.text, [replace(each, choice=self._choice(question.key, each.choice)) for each in rows])

    def _choice(self, key: str, value: str) -> str:
        choice = f"q:{self._dialog.id}:{key}:{value}"
        if len(choice.encode()) > _LONGEST_CHOICE_BYTES:
            raise ValueError(f"the button {choice!r} is longer than {_LONGEST_CHOICE_BYTES} bytes")
        return choice

    @property
    def _can_go_back(self) -> bool:
        return bool(self._trail) or "~before" in self.answers

    def _go_back(self) -> None:
        self._back = False
        if before := self.answers.pop("~before", None):  # 修改 was a slip: the old answer stands again
            for key, answer in before.items():
                told = self.answers.get("~gather", {}).pop(key, None)  # what was added meanwhile stays
                self.answers[key] = {"value": told, "shown": Gathered.of(told).shown()} if told else answer
            raise _FromTheTop
        if self._trail:
            self._forget(self._trail[-1])
            raise _FromTheTop
        self.turn.say("这已经是第一个问题了。不想办了，请按【0 不办了】。")

    def _change(self, key: str) -> None:
        keys = self._part_of(key)
        self.answers["~before"] = {each: self.answers[each] for each in keys}
        for each in keys:
            self._forget(each)
        raise _FromTheTop

    def _part_of(self, key: str) -> list[str]:
        """Return the questions that are asked anew when this answer is changed: itself, or the whole part that it begins."""
        if key not in self._parts:
            return [key]
        begin = self._trail.index(key)
        ends = [self._trail.index(each) for each in self._parts if self._trail.index(each) > begin]
        return self._trail[begin : min(ends, default=len(self._trail))]

    def _forget(self, key: str) -> None:
        """Forget an answer; what was told in a gather goes back to being told, so that no word is lost."""
        value = self.answers.pop(key)["value"]
        if isinstance(value, dict):
            self.answers.setdefault("~gather", {})[key] = value
        self.asked = None

    def _keep(self, said: Said) -> None:
        self.answers["~kept"] = (self.kept() + said.kept).stored()

    def state(self, state: str) -> Dialog:
        """Return the dialog as it should be saved."""
        return replace(
            self._dialog,
            answers=self.answers,
            asked=self.asked,
            state=state,
            misunderstood=self.misunderstood,
            updated_at=self.turn.now,
        )


def _numbered(options: Mapping[str, str]) -> list[Button]:
    return [Button(f"{place} {label}", value) for place, (value, label) in enumerate(options.items(), 1)]


async def run(
    turn: Turn,
    flow: Flow,
    dialog: Dialog,
    said: Said | None,
    is_keyword: Callable[[str], bool] = lambda words: False,
    *,
    back: bool = False,
) -> Ending:
    """Run a flow over one message, save where it stands and return how it ended.

    `said` is None when there is nothing to read: the open question is asked again. `back` forgets the last answer. `is_keyword` tells
    whether words name another flow.
    """
    chat = Chat(turn, dialog, said, is_keyword, back=back)
    while True:
        try:
            await flow.script(chat)
            ending: Ending = "done"
        except _FromTheTop:
            chat.begin()
            continue
        except _QuestionStands:
            ending = "stands"
        except _Leaves as leaves:
            return leaves.ending
        if ending == "stands":
            turn.standing = chat.state("open")
        else:
            await dialogs.save(turn.tx, chat.state("done"))
        return ending

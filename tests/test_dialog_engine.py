"""The dialog engine with flows made here: every kind of question, flows that change while people are in them, flows that are wrong."""

from collections.abc import AsyncIterator, Callable
from datetime import date
from pathlib import Path

import pytest

from handlers.dialog import BACK, Chat, Ending, Flow, QuestionAfterWrite, flow, run
from handlers.readers import Said
from handlers.turn import Turn
from storage import accounts, dialogs, inbox
from tests.conversation import CHANNEL, Conversation, open_conversation


class Rehearsal:
    """王老 before a flow: `handlers.dialog.run` on the real database. What `handlers.converse` does around it is not here."""

    def __init__(
        self, talk: Conversation, script: Flow, is_keyword: Callable[[str], bool] = lambda words: False
    ) -> None:
        self.talk = talk
        self.flow = script
        self.is_keyword = is_keyword
        self.ending: Ending = "stands"

    async def begins(self) -> "Rehearsal":
        await self._takes(None)
        return self

    async def says(self, words: str = "", *media: str) -> None:
        await self._takes(Said(words, media))

    async def presses(self, label: str) -> None:
        choice = next(row[1] for row in self.talk.wang.latest.buttons if label in row[0])
        await self._takes(Said(value=choice.split(":", 3)[3]))

    async def sends_value(self, value: str) -> None:
        await self._takes(Said(value=value))

    async def goes_back(self) -> None:
        await self._takes(None, back=True)

    async def _takes(self, said: Said | None, *, back: bool = False) -> None:
        talk = self.talk
        talk.wang.looks_away()
        async with talk.database.write() as tx:
            account = await accounts.find_or_add(tx, CHANNEL, talk.wang.address, talk.clock())
            visitor = await accounts.visitor(tx, account)
            dialog = visitor.dialog or await dialogs.add(tx, account, self.flow.name, {}, talk.clock())
            message = inbox.Message(0, account, "words", "", None, (), talk.clock(), talk.clock())
            turn = Turn(tx, talk.office, talk.clock(), visitor, message)
            self.ending = await run(turn, self.flow, dialog, said, self.is_keyword, back=back)
            turn.quiet = self.ending not in ("stands", "done")  # then the caller answers
            turn.flush()
        await talk.delivers()

    def sees(self, text: str) -> bool:
        return self.talk.wang.sees(text)

    @property
    def buttons(self) -> list[str]:
        return self.talk.wang.buttons


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Conversation]:
    async with open_conversation(tmp_path / "yinling.db") as opened:
        yield opened


COLOURS = {"red": "红", "green": "绿"}
SIZES = {"big": "大", "small": "小"}


@flow("shirt", "领衣服")
async def shirt(chat: Chat) -> None:
    colour = await chat.choose("colour", "什么颜色？", COLOURS)
    size = await chat.choose("size", "多大？", SIZES)
    chat.say(f"好的：{colour} {size}")


# ── ask ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _too_long(words: str) -> str | None:
    return "太长了，请短一些。" if len(words) > 5 else None


@flow("name", "登记姓名")
async def name(chat: Chat) -> None:
    said = await chat.ask("name", "请问您的姓名？", _too_long)
    called = await chat.ask("called", "怎么称呼您？")
    chat.say(f"记下了：{said}，{called}")


async def test_a_question_for_words_takes_any_words(talk: Conversation) -> None:
    play = await Rehearsal(talk, name).begins()
    await play.says("  王老 ")
    await play.says("9")
    assert play.sees("记下了：王老，9")
    assert play.ending == "done"


async def test_words_that_will_not_do_are_explained_and_not_kept(talk: Conversation) -> None:
    play = await Rehearsal(talk, name).begins()
    await play.says("一个很长很长的名字")
    assert play.sees("太长了，请短一些。")
    assert play.sees("请问您的姓名？")
    assert "一个很长" not in await talk.one("SELECT answers FROM dialogs")


async def test_a_question_for_words_asks_to_type_when_a_recording_comes(talk: Conversation) -> None:
    play = await Rehearsal(talk, name).begins()
    await play.says("", "recording")
    assert play.sees("这里请打字告诉我")
    assert play.sees("先给您留着")
    assert "recording" in await talk.one("SELECT answers FROM dialogs")


async def test_in_a_question_for_words_a_keyword_is_a_word_and_0_is_a_digit(talk: Conversation) -> None:
    play = await Rehearsal(talk, name, is_keyword=lambda words: words == "困难").begins()
    await play.says("困难")
    await play.says("0")
    assert play.sees("记下了：困难，0")


# ── confirm ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@flow("sure", "确认")
async def sure(chat: Chat) -> None:
    chat.say("要" if await chat.confirm("sure", "您要吗？", yes="要的", no="不要") else "不要")


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("1", "要"),
        ("2", "不要"),
        ("要", "要"),
        ("是", "要"),
        ("好的", "要"),
        ("不用了", "不要"),
        ("没有", "不要"),
        ("不好", "不要"),
        ("第一个", "要"),
        ("②", "不要"),
        ("要的", "要"),
        ("不要了", "不要"),
    ],
)
async def test_a_yes_and_a_no_in_usual_words(talk: Conversation, words: str, answer: str) -> None:
    play = await Rehearsal(talk, sure).begins()
    await play.says(words)
    assert play.ending == "done"
    assert talk.wang.heard == answer


async def test_neither_yes_nor_no_is_asked_again(talk: Conversation) -> None:
    play = await Rehearsal(talk, sure).begins()
    await play.says("看情况再说吧")
    assert play.sees("请回答“要的”或“不要”")
    assert play.sees("您要吗？")


# ── date ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@flow("visit", "约日子")
async def visit(chat: Chat) -> None:
    today = chat.turn.office.today(chat.turn.now)
    day = await chat.date("day", "哪天方便？", earliest=today)
    await chat.review("请您核对：", day="日子")
    chat.say(f"定在 {day.isoformat()}")


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("明天", date(2026, 11, 24)),
        ("下星期三", date(2026, 12, 2)),
        ("12月4日", date(2026, 12, 4)),
        ("1月5号", date(2027, 1, 5)),
        ("9号", date(2026, 12, 9)),
        ("九号", date(2026, 12, 9)),
        ("2月29日", date(2028, 2, 29)),
        ("今天", date(2026, 11, 23)),
    ],
)
async def test_a_day_is_read_and_shown_with_its_weekday(talk: Conversation, words: str, day: date) -> None:
    play = await Rehearsal(talk, visit).begins()
    await play.says(words)
    assert play.sees(f"日子：{day.month}月{day.day}日 星期{'一二三四五六日'[day.weekday()]}")
    await play.presses("确认提交")
    assert play.sees(f"定在 {day.isoformat()}")


async def test_a_day_in_the_past_and_a_day_that_is_none_are_explained(talk: Conversation) -> None:
    play = await Rehearsal(talk, visit).begins()
    await play.says("昨天")
    assert play.sees("这个日子太早了，最早是11月23日 星期一")
    await play.says("2月30日")
    assert play.sees("请说几月几日")


async def test_at_a_question_for_a_day_9_alone_asks_for_a_person(talk: Conversation) -> None:
    play = await Rehearsal(talk, visit).begins()
    await play.says("9")
    assert play.ending == "human"


# ── the ways out ────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_ways_out_leave_the_dialog_as_it_stood(talk: Conversation) -> None:
    play = await Rehearsal(talk, shirt, is_keyword=lambda words: words == "困难").begins()
    await play.presses("绿")
    before = await talk.rows("SELECT * FROM dialogs")
    for words, ending in (("9", "human"), ("困难", "elsewhere")):
        await play.says(words)
        assert play.ending == ending
        assert await talk.rows("SELECT * FROM dialogs") == before


async def test_back_forgets_one_answer_at_a_time(talk: Conversation) -> None:
    play = await Rehearsal(talk, shirt).begins()
    await play.presses("绿")
    await play.goes_back()
    assert play.sees("什么颜色？")
    assert play.buttons[-1] == "0 不办了"
    await play.goes_back()
    assert play.sees("这已经是第一个问题了")
    await play.presses("红")
    await play.presses("小")
    assert play.sees("好的：red small")


async def test_a_label_that_is_also_a_keyword_is_the_answer(talk: Conversation) -> None:
    play = await Rehearsal(talk, shirt, is_keyword=lambda words: words == "绿").begins()
    await play.says("绿")
    assert play.sees("多大？")


# ── flows that change while somebody is in them ─────────────────────────────────────────────────────────────────────


@flow("shirt", "领衣服")
async def shirt_with_a_question_in_front(chat: Chat) -> None:
    kind = await chat.choose("kind", "长袖还是短袖？", {"long": "长袖", "short": "短袖"})
    colour = await chat.choose("colour", "什么颜色？", COLOURS)
    size = await chat.choose("size", "多大？", SIZES)
    chat.say(f"好的：{kind} {colour} {size}")


@flow("shirt", "领衣服")
async def shirt_with_a_question_in_the_middle(chat: Chat) -> None:
    colour = await chat.choose("colour", "什么颜色？", COLOURS)
    pattern = await chat.choose("pattern", "要花纹吗？", {"plain": "素的", "checked": "格子"})
    size = await chat.choose("size", "多大？", SIZES)
    chat.say(f"好的：{colour} {pattern} {size}")


@flow("shirt", "领衣服")
async def shirt_without_colour(chat: Chat) -> None:
    chat.say(f"好的：{await chat.choose('size', '多大？', SIZES)}")


async def test_a_new_question_in_front_is_asked_and_the_answer_in_hand_is_not_lost(talk: Conversation) -> None:
    play = await Rehearsal(talk, shirt).begins()
    play.flow = shirt_with_a_question_in_front
    await play.says("绿")
    assert play.sees("长袖还是短袖？")
    await play.says("短袖")
    assert play.sees("多大？")
    await play.presses("大")
    assert play.sees("好的：short green big")


async def test_a_new_question_in_the_middle_is_asked_and_the_answer_in_hand_is_not_lost(talk: Conversation) -> None:
    play = await Rehearsal(talk, shirt).begins()
    await play.presses("绿")
    play.flow = shirt_with_a_question_in_the_middle
    await play.presses("小")  # on the button of the old question
    assert play.sees("要花纹吗？")
    await play.says("第二个")
    assert play.sees("好的：green checked small")


async def test_an_answer_that_no_new_question_is_in_the_way_of_is_taken_at_once(talk: Conversation) -> None:
    play = await Rehearsal(talk, shirt_with_a_question_in_the_middle).begins()
    play.flow = shirt
    await play.presses("绿")
    assert play.sees("多大？")


async def test_words_held_for_a_question_that_do_not_answer_it_are_kept(talk: Conversation) -> None:
    play = await Rehearsal(talk, shirt).begins()
    play.flow = shirt_with_a_question_in_front
    await play.says("跟上次一样的那种")
    await play.presses("长袖")
    assert play.sees("没有听明白“跟上次一样的那种”")
    assert play.sees("什么颜色？")
    assert "跟上次一样的那种" in await talk.one("SELECT answers FROM dialogs")


@pytest.mark.parametrize("words", ["困难", "9", "0"])
async def test_words_held_for_a_later_question_do_not_lead_out_of_the_flow(talk: Conversation, words: str) -> None:
    """They were an answer to a question; the person is at another place since."""
    play = await Rehearsal(talk, shirt).begins()
    play.flow = shirt_with_a_question_in_front
    await play.says(words)
    await play.presses("长袖")
    assert play.ending == "stands"
    assert play.sees("什么颜色？")


async def test_the_back_button_of_an_old_question_goes_back_from_the_new_one(talk: Conversation) -> None:
    play = await Rehearsal(talk, shirt).begins()
    await play.presses("绿")
    play.flow = shirt_with_a_question_in_the_middle
    await play.sends_value(BACK)
    assert play.sees("什么颜色？")


async def test_a_question_that_is_gone_stands_in_nobodys_way(talk: Conversation) -> None:
    play = await Rehearsal(talk, shirt).begins()
    play.flow = shirt_without_colour
    await play.presses("绿")
    assert play.sees("多大？")
    await play.presses("大")
    assert play.sees("好的：big")


async def test_a_gathering_in_progress_outlives_a_new_question(talk: Conversation) -> None:
    @flow("story", "讲事情")
    async def old(chat: Chat) -> None:
        chat.say((await chat.gather("story", "请讲。")).text)

    @flow("story", "讲事情")
    async def new(chat: Chat) -> None:
        await chat.confirm("ready", "准备好了吗？")
        chat.say((await chat.gather("story", "请讲。")).text)

    play = await Rehearsal(talk, old).begins()
    await play.says("头一句话")
    play.flow = new
    await play.says("第二句话")
    assert play.sees("准备好了吗？")
    await play.says("好了")
    await play.says("说完了")
    assert play.sees("头一句话\n第二句话")


# ── flows that are wrong ────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_question_after_a_write_is_refused(talk: Conversation) -> None:
    @flow("hasty", "写得太早")
    async def hasty(chat: Chat) -> None:
        await chat.choose("colour", "什么颜色？", COLOURS)
        await chat.tx.run("INSERT INTO units (name) VALUES ('虚构县林业局')")
        await chat.choose("size", "多大？", SIZES)

    play = await Rehearsal(talk, hasty).begins()
    before = await talk.rows("SELECT * FROM dialogs")
    with pytest.raises(QuestionAfterWrite, match="size"):
        await play.presses("绿")
    assert await talk.rows("SELECT * FROM dialogs") == before
    assert await talk.rows("SELECT name FROM units") == [("虚构县水利局",)]


async def test_a_question_after_a_message_to_somebody_is_refused(talk: Conversation) -> None:
    @flow("chatty", "说得太早")
    async def chatty(chat: Chat) -> None:
        await chat.choose("colour", "什么颜色？", COLOURS)
        await chat.turn.tell(talk.ids["赵科"], "有人来领衣服")
        await chat.choose("size", "多大？", SIZES)

    play = await Rehearsal(talk, chatty).begins()
    with pytest.raises(QuestionAfterWrite):
        await play.presses("绿")
    assert talk.zhao.letters == []


async def test_a_question_answered_before_is_no_excuse_to_write_first(talk: Conversation) -> None:
    """On the second message the question is answered already; asking for it after the write would write twice."""

    @flow("sly", "写得太早")
    async def sly(chat: Chat) -> None:
        if "colour" in chat.answers:
            await chat.tx.run("INSERT INTO units (name) VALUES ('虚构县林业局')")
        await chat.choose("colour", "什么颜色？", COLOURS)
        await chat.choose("size", "多大？", SIZES)

    play = await Rehearsal(talk, sly).begins()
    await play.presses("绿")
    with pytest.raises(QuestionAfterWrite, match="colour"):
        await play.presses("大")


@pytest.mark.parametrize("count", [0, 9])
async def test_more_options_than_digits_or_none_are_refused(talk: Conversation, count: int) -> None:
    @flow("wide", "选不完")
    async def wide(chat: Chat) -> None:
        await chat.choose("one", "哪一个？", {f"o{each}": f"第{each}样" for each in range(count)})

    with pytest.raises(ValueError, match="one"):
        await Rehearsal(talk, wide).begins()


async def test_eight_options_fit(talk: Conversation) -> None:
    @flow("full", "八样")
    async def full(chat: Chat) -> None:
        chat.say(await chat.choose("one", "哪一个？", {f"o{each}": f"样子{each}" for each in range(8)}))

    play = await Rehearsal(talk, full).begins()
    await play.says("八")
    assert play.sees("o7")


@pytest.mark.parametrize(("value", "fits"), [("v" * 55, True), ("v" * 56, True), ("v" * 60, False), ("值" * 20, False)])
async def test_a_button_longer_than_64_bytes_is_refused(talk: Conversation, value: str, fits: bool) -> None:
    @flow("long", "太长")
    async def long(chat: Chat) -> None:
        await chat.choose("k", "哪一个？", {value: "这个"})

    play = Rehearsal(talk, long)
    if fits:
        await play.begins()
        assert max(len(row[1].encode()) for row in talk.wang.latest.buttons) <= 64
        return
    with pytest.raises(ValueError, match="64 bytes"):
        await play.begins()
    assert await talk.rows("SELECT * FROM dialogs") == []


async def test_an_answer_that_is_not_plain_json_is_refused_at_once(talk: Conversation) -> None:
    @flow("odd", "不是文字")
    async def odd(chat: Chat) -> None:
        chat.answers["colour"] = {"value": date(2026, 11, 23), "shown": "今天"}
        await chat.choose("size", "多大？", SIZES)

    with pytest.raises(TypeError):
        await Rehearsal(talk, odd).begins()

"""Words that no question waits for: thanks, more about a case, a story, a search at the desk, or something we do not understand."""

import re
from datetime import timedelta

from handlers import access, alarm, answers, flows, menu, underway
from handlers.briefings import finding
from handlers.cases import opening, telling
from handlers.desk import card, lists
from handlers.readers import Gathered, Said
from handlers.reading import paging, searching
from handlers.turn import Button, Turn, row_id
from storage import case_closings, case_entries, inbox
from storage.cases import Case, of_speaker

GREETINGS = frozenset("你好 您好 在吗 有人吗 早上好 上午好 中午好 下午好 晚上好 早 喂 hello hi".split())
SEARCH = "查"  # 查暖气: for staff who are cadres as well, and whoever likes to say it
THANKS = frozenset("谢谢 谢谢您 谢谢你 多谢 感谢 好的谢谢 好 好的 知道了 收到 嗯 哦 再见".split())
STILL_TALKING = timedelta(minutes=30)  # after words for a case, the next words are more of the same
GRATEFUL = ("谢", "满意", "辛苦", "麻烦你", "麻烦您", "好了", "热了", "收到")
LEFT_UNDONE = frozenset("不没别未还又但")  # 还是没热, 又坏了: something is left to do
NEVER_MIND = "这是以前的按钮，已经不用了。"


async def take_free_words(turn: Turn) -> None:
    """Words that no question waits for: thanks, more about a case, a story, or something we do not understand."""
    said = Said.of(turn.message)
    words, media = said.words.strip(), said.media
    plain = answers.plain(words)
    if not media and await paging.turn_to(turn, words):
        return
    if access.works_here(turn.visitor) and words.startswith(SEARCH) and await lists.search(turn, words[len(SEARCH) :]):
        return
    if access.only_works_here(turn.visitor):
        if media or not (await lists.search(turn, words) or await searching.answer(turn, words)):
            turn.say("这句话我没有听明白，也没有找到有这几个字的困难。")
            menu.show_menu(turn)
    elif plain in THANKS and not media:
        turn.say("不客气，应该的。有事随时说。", [menu.MENU_BUTTON])
    elif case := await _case_in_talk(turn):
        await _more_of(turn, case, said.kept)
    elif plain in GREETINGS and not media:
        turn.say(f"{turn.visitor.name}，您好。")
        menu.show_menu(turn)
    elif not media and await _in_briefings(turn, words):
        return
    elif media or len(plain) >= underway.SHORTEST_STORY:
        await underway.start(turn, flows.OFFER, said.kept.stored())
    else:
        turn.say("这句话我没有听明白。您可以按下面的按钮，或者把事情多说几句。")
        menu.show_menu(turn)


async def _in_briefings(turn: Turn, words: str) -> bool:
    """Answer a question, or a word or two, with what briefings say, where they say it; False for a story, and when nothing fits well."""
    if await searching.look_for(turn, words):
        return True
    asks = finding.is_question(words) or len(answers.plain(words)) < underway.SHORTEST_STORY
    return asks and await searching.answer(turn, words)


async def _more_of(turn: Turn, case: Case, told: Gathered) -> None:
    """Put words into the case that is talked about; thanks for a closed one, or a smile, open nothing: one tap still does."""
    apart = [Button("1 这是另一件事", f"a:apart:{turn.message.id}"), menu.MENU_BUTTON]
    if case.state == "closed" and not _says_that_something_is_left(told):
        await case_entries.add(turn.tx, case.id, "said", turn.person_id, told.text, told.media, turn.now)
        await telling.audit(turn, case, "case.said")
        if case.owner_id is not None:
            await turn.tell(case.owner_id, f"{case.person_name}说（{case.number}）：\n{told.shown()}")
        again = Button("2 还没办好，重新办理", f"a:notyet:{case.id}")
        turn.say(f"您的话转给{case.owner_name or '工作人员'}了（{case.number}）。", [apart[0], again, menu.MENU_BUTTON])
        return
    turn.say(await opening.add_words(turn, case, told), apart)


def _says_that_something_is_left(told: Gathered) -> bool:
    """Tell whether words to a closed case mean that it is not done: not those that only thank, nor an emoji, nor a photo without words."""
    if set(told.text) & LEFT_UNDONE:
        return True
    return bool(re.search(r"\w", told.text)) and not any(each in told.text for each in GRATEFUL)


async def not_yet(turn: Turn, argument: str) -> None:
    """The button 【还没办好，重新办理】."""
    case = await card.readable(turn, argument)
    if case is not None:
        turn.say(await opening.add_words(turn, case, Gathered(("还没办好。",))), [menu.MENU_BUTTON])


async def false_alarm(turn: Turn, argument: str) -> None:
    """The button 【没事了，是误会】."""
    case = await card.readable(turn, argument)
    if case is not None:
        await alarm.false_alarm(turn, case)


async def _case_in_talk(turn: Turn) -> Case | None:
    """Return the case that the person is talking about: the office spoke last in it, or the person did just now.

    On a telephone that several share nobody knows who is talking, so none is meant: it is asked (`report.offer_to_register`).
    """
    if turn.visitor.shares:
        return None
    for case in await of_speaker(turn.tx, turn.person_id, 20):
        if case.state == "merged":
            continue
        kind, at = await case_entries.last_spoken(turn.tx, case.id)
        just_now = turn.now - at < STILL_TALKING
        if case.is_finished:
            if just_now and kind in ("closed", "answered", "said"):
                return case
            if await _is_partly_solved(turn, case):
                return case
        elif (
            kind in ("replied", "asked", "reopened") or case.waiting_since is not None or (kind == "said" and just_now)
        ):
            return case
    return None


async def _is_partly_solved(turn: Turn, case: Case) -> bool:
    closing = await case_closings.by_number(turn.tx, case.id, case.closings)
    return closing is not None and closing.solved == "partly" and case.person_id == turn.person_id


async def set_apart(turn: Turn, argument: str) -> None:
    """The button 【这是另一件事】: what went into a case is offered as a case of its own as well."""
    number = row_id(argument)
    message = await inbox.by_id(turn.tx, number, turn.visitor.account_id) if number is not None else None
    if message is None:
        turn.say(NEVER_MIND)
        menu.show_menu(turn)
        return
    turn.follow = (flows.OFFER.name, Said.of(message).kept.stored())

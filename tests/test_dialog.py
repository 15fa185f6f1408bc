"""The dialog engine as people meet it: 返回, 取消, 修改, old buttons, words that answer nothing, days of silence."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.conversation import PHOTO, VOICE, Conversation, Speaker, open_conversation

CATEGORY = "您遇到哪方面的困难？"
TOLD = "请说说具体情况"
URGENT = "这件事今天就要有人管吗？"
REVIEW = "请您核对："


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Conversation]:
    async with open_conversation(tmp_path / "yinling.db") as opened:
        yield opened


async def to_story(wang: Speaker, category: str = "住房") -> None:
    await wang.says("困难")
    await wang.presses(category)


async def to_review(wang: Speaker, words: str = "暖气三天不热了") -> None:
    await to_story(wang)
    await wang.says(words)
    await wang.presses("说完了")
    await wang.presses("不急")


async def report(wang: Speaker, words: str = "暖气三天不热了") -> None:
    await to_review(wang, words)
    await wang.presses("确认提交")


async def case_words(talk: Conversation) -> list[str]:
    """What was said in all cases, entry by entry."""
    return [row[0] for row in await talk.rows("SELECT words FROM case_entries WHERE kind = 'said' ORDER BY id")]


async def states(talk: Conversation) -> list[str]:
    return [row[0] for row in await talk.rows("SELECT state FROM dialogs ORDER BY id")]


# ── 返回 and 0 ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("way", ["返回", "上一步", "/back"])
async def test_back_asks_the_question_before_again(talk: Conversation, way: str) -> None:
    await to_story(talk.wang)
    await talk.wang.says(way)
    assert talk.wang.sees(CATEGORY)
    await talk.wang.presses("就医")
    assert talk.wang.sees(TOLD)


async def test_back_by_button_and_by_the_digit_0_do_the_same(talk: Conversation) -> None:
    wang = talk.wang
    await to_story(wang)
    await wang.presses("0 返回")
    assert wang.sees(CATEGORY)
    await wang.presses("住房")
    await wang.says("暖气三天不热了")
    await wang.presses("说完了")
    await wang.presses("不急")
    await wang.says("0")
    assert wang.sees(URGENT)
    await wang.says("０")
    assert wang.sees(TOLD)
    assert wang.sees("您已经说了：暖气三天不热了")


async def test_back_at_the_first_question_says_so_and_asks_it_again(talk: Conversation) -> None:
    await talk.wang.says("困难")
    await talk.wang.says("返回")
    assert talk.wang.sees("这已经是第一个问题了")
    assert talk.wang.sees(CATEGORY)


async def test_0_at_the_first_question_cancels(talk: Conversation) -> None:
    await talk.wang.says("困难")
    assert talk.wang.buttons[-1] == "0 不办了"
    await talk.wang.says("0")
    assert talk.wang.sees("已经取消")


async def test_back_outside_a_dialog_shows_the_menu(talk: Conversation) -> None:
    await talk.wang.says("返回")
    assert talk.wang.sees("您要办什么？")


async def test_back_from_a_story_loses_no_word_of_it(talk: Conversation) -> None:
    wang = talk.wang
    await to_story(wang)
    await wang.says("暖气三天不热了")
    await wang.says("返回")
    await wang.presses("就医")
    assert wang.sees("您已经说了：暖气三天不热了")


# ── 取消, drafts, 接着填 ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("way", ["取消", "不填了", "/cancel"])
async def test_what_was_filled_in_before_a_cancel_can_be_gone_on_with(talk: Conversation, way: str) -> None:
    wang = talk.wang
    await to_story(wang)
    await wang.says("暖气三天不热了")
    await wang.says(way)
    assert wang.sees("您填的内容留 24 小时")
    talk.clock.passes(hours=23)
    await talk.tidies()
    await wang.presses("接着填")
    assert wang.sees("您已经说了：暖气三天不热了")
    await wang.presses("说完了")
    await wang.presses("不急")
    assert wang.sees("类别：住房")


async def test_a_draft_is_gone_after_its_hours(talk: Conversation) -> None:
    wang = talk.wang
    await to_story(wang)
    await wang.says("取消")
    talk.clock.passes(hours=25)
    await talk.tidies()
    await wang.presses("接着填")
    assert wang.sees("已经不在了")
    await wang.says("接着填")
    assert wang.sees("没有没填完的内容")
    await wang.says("困难")
    assert wang.sees(CATEGORY)


async def test_cancel_outside_a_dialog_says_that_there_is_nothing_to_cancel(talk: Conversation) -> None:
    await talk.wang.says("取消")
    assert talk.wang.sees("现在没有要取消的")


async def test_starting_the_same_thing_again_offers_to_go_on(talk: Conversation) -> None:
    wang = talk.wang
    await to_story(wang)
    await wang.says("取消")
    await wang.says("困难")
    assert wang.sees("您上次的“反映困难”还没填完，接着填吗？")
    assert wang.buttons == ["1 接着填", "2 重新填", "3 先不填"]


@pytest.mark.parametrize("answer", ["1", "接着填", "是", "好的", "继续"])
async def test_going_on_asks_what_was_not_answered_yet(talk: Conversation, answer: str) -> None:
    wang = talk.wang
    await to_story(wang)
    await wang.says("取消")
    await wang.says("困难")
    await wang.says(answer)
    assert wang.sees(TOLD)
    assert await states(talk) == ["open"]


@pytest.mark.parametrize("answer", ["2", "重新填", "第二个"])
async def test_starting_anew_asks_from_the_beginning(talk: Conversation, answer: str) -> None:
    wang = talk.wang
    await to_story(wang)
    await wang.says("暖气三天不热了")
    await wang.says("取消")
    await wang.says("困难")
    await wang.says(answer)
    assert wang.sees(CATEGORY)
    await wang.presses("就医")
    assert not wang.sees("暖气")
    assert await states(talk) == ["dropped", "open"]


@pytest.mark.parametrize("answer", ["3", "先不填", "不了"])
async def test_not_now_leaves_the_draft_and_shows_the_menu(talk: Conversation, answer: str) -> None:
    wang = talk.wang
    await to_story(wang)
    await wang.says("取消")
    await wang.says("困难")
    await wang.says(answer)
    assert wang.sees("填过的先给您留着")
    assert wang.sees("您要办什么？")
    assert await states(talk) == ["draft"]


async def test_the_menu_in_the_middle_puts_the_dialog_aside_and_keeps_it(talk: Conversation) -> None:
    wang = talk.wang
    await to_story(wang)
    await wang.says("暖气三天不热了")
    await wang.says("菜单")
    assert wang.sees("“反映困难”先放下了")
    assert wang.buttons == ["1 反映困难", "2 我的困难", "3 找人工", "4 使用帮助", "5 活动和课程", "6 学习简报"]
    await wang.says("2")
    assert wang.sees("您还没有登记过困难")
    await wang.says("接着填")
    assert wang.sees("您已经说了：暖气三天不热了")


async def test_a_draft_of_a_withdrawal_is_not_kept(talk: Conversation) -> None:
    await talk.wang.says("撤回同意")
    await talk.wang.says("取消")
    assert talk.wang.sees("好的，不办了")
    await talk.wang.says("接着填")
    assert talk.wang.sees("没有没填完的内容")


# ── days of silence ─────────────────────────────────────────────────────────────────────────────────────────────────


async def falls_silent(talk: Conversation) -> None:
    """王老 has told half of his story and comes back three days later with more of it."""
    await to_story(talk.wang)
    await talk.wang.says("暖气三天不热了")
    talk.clock.passes(days=3)
    await talk.tidies()
    await talk.wang.says("水管也漏了水")


async def test_after_days_the_engine_asks_before_it_goes_on(talk: Conversation) -> None:
    await falls_silent(talk)
    assert talk.wang.sees("您上次的“反映困难”还没填完，接着填吗？")


@pytest.mark.parametrize("answer", ["1", "接着填", "继续", "继续填", "是的", "好"])
async def test_words_said_after_days_are_part_of_what_goes_on(talk: Conversation, answer: str) -> None:
    await falls_silent(talk)
    await talk.wang.says(answer)
    await talk.wang.presses("说完了")
    await talk.wang.presses("不急")
    await talk.wang.presses("确认提交")
    assert await case_words(talk) == ["暖气三天不热了\n水管也漏了水"]


async def test_words_said_after_days_go_with_a_new_beginning(talk: Conversation) -> None:
    wang = talk.wang
    await falls_silent(talk)
    await wang.presses("重新填")
    await wang.presses("住房")
    await wang.says("厨房没有水")
    await wang.presses("说完了")
    await wang.presses("不急")
    assert wang.sees("另外说过：水管也漏了水")
    await wang.presses("确认提交")
    assert "水管也漏了水" in (await case_words(talk))[0]


async def test_words_said_after_days_are_offered_when_the_old_form_is_left(talk: Conversation) -> None:
    await falls_silent(talk)
    await talk.wang.presses("先不填")
    assert talk.wang.sees("您说：水管也漏了水")
    await talk.wang.says("取消")
    await talk.wang.says("困难")
    await talk.wang.presses("接着填")
    assert talk.wang.sees("您已经说了：暖气三天不热了")


async def test_short_words_said_after_days_stay_with_the_old_form(talk: Conversation) -> None:
    await to_story(talk.wang)
    talk.clock.passes(days=3)
    await talk.wang.says("漏水")
    await talk.wang.presses("先不填")
    await talk.wang.says("接着填")
    await talk.wang.says("厨房的水管")
    await talk.wang.presses("说完了")
    await talk.wang.presses("不急")
    assert talk.wang.sees("漏水")


@pytest.mark.parametrize("way_out", ["菜单", "取消", "人工", "接着填"])
async def test_no_way_out_of_the_question_whether_to_go_on_loses_the_words(talk: Conversation, way_out: str) -> None:
    await falls_silent(talk)
    await talk.wang.says(way_out)
    if way_out != "接着填":
        await talk.wang.says("接着填")
    await talk.wang.presses("说完了")
    await talk.wang.presses("不急")
    await talk.wang.presses("确认提交")
    everything = "\n".join(await case_words(talk))
    assert "暖气三天不热了" in everything
    assert "水管也漏了水" in everything


async def test_more_words_while_the_engine_waits_are_held_together(talk: Conversation) -> None:
    await falls_silent(talk)
    await talk.wang.sends(PHOTO, words="就是这里")
    assert talk.wang.sees("您的话先给您留着")
    assert talk.wang.sees("接着填吗？")
    await talk.wang.presses("接着填")
    await talk.wang.presses("说完了")
    assert talk.wang.sees(URGENT)
    await talk.wang.presses("不急")
    assert talk.wang.sees("暖气三天不热了\n水管也漏了水\n就是这里（另有照片、语音或文件 1 份）")


async def test_the_keyword_said_again_after_days_offers_the_old_form(talk: Conversation) -> None:
    """What an old person does the next morning: says 困难 once more."""
    await talk.wang.says("困难")
    talk.clock.passes(days=1)
    await talk.wang.says("困难")
    assert talk.wang.sees("接着填吗？")
    await talk.wang.presses("接着填")
    assert talk.wang.sees(CATEGORY)
    assert not talk.wang.sees("接着填吗？")


async def test_a_button_pressed_after_days_is_an_answer_like_any_other(talk: Conversation) -> None:
    await talk.wang.says("困难")
    talk.clock.passes(days=3)
    await talk.wang.presses("住房")
    assert talk.wang.sees(TOLD)


# ── the review ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_change_comes_straight_back_to_the_review(talk: Conversation) -> None:
    wang = talk.wang
    await to_review(wang)
    await wang.presses("改类别")
    assert wang.sees(CATEGORY)
    await wang.says("就医")
    assert wang.sees(REVIEW)
    assert wang.sees("类别：就医")
    assert wang.sees("情况：暖气三天不热了")


@pytest.mark.parametrize("way", ["返回", "0"])
async def test_back_from_a_change_restores_the_answer(talk: Conversation, way: str) -> None:
    wang = talk.wang
    await to_review(wang)
    await wang.presses("改类别")
    await wang.says(way)
    assert wang.sees(REVIEW)
    assert wang.sees("类别：住房")


async def test_a_changed_story_begins_with_what_was_told(talk: Conversation) -> None:
    wang = talk.wang
    await to_review(wang)
    await wang.presses("改情况")
    assert wang.sees("您已经说了：暖气三天不热了")
    await wang.says("一共四间屋子")
    await wang.presses("说完了")
    assert wang.sees("情况：暖气三天不热了\n一共四间屋子")


async def test_back_from_a_changed_story_keeps_what_was_added(talk: Conversation) -> None:
    wang = talk.wang
    await to_review(wang)
    await wang.presses("改情况")
    await wang.says("一共四间屋子")
    await wang.says("返回")
    assert wang.sees("情况：暖气三天不热了\n一共四间屋子")


async def test_an_old_review_does_not_confirm_changed_answers(talk: Conversation) -> None:
    wang = talk.wang
    await to_review(wang)
    old = wang.latest
    await wang.presses("改急不急")
    await wang.presses("是，很急")
    await wang.presses("确认提交", old)
    assert wang.sees("急不急：是，很急")
    assert not wang.sees("已经登记")
    assert await talk.one("SELECT count(*) FROM cases") == 0
    await wang.presses("确认提交")
    assert wang.sees("已经登记")


@pytest.mark.parametrize("words", ["1", "对", "确认", "确认提交", "没问题", "提交"])
async def test_a_review_is_confirmed_in_words(talk: Conversation, words: str) -> None:
    await to_review(talk.wang)
    await talk.wang.says(words)
    assert talk.wang.sees("已经登记")


@pytest.mark.parametrize("words", ["不对", "先别确认提交", "不要提交", "等一下再说"])
async def test_a_review_is_not_confirmed_by_a_no(talk: Conversation, words: str) -> None:
    await to_review(talk.wang)
    await talk.wang.says(words)
    assert not talk.wang.sees("已经登记")
    assert talk.wang.sees(REVIEW)


async def test_pressing_confirm_twice_opens_one_case(talk: Conversation) -> None:
    await to_review(talk.wang)
    review = talk.wang.latest
    await talk.wang.presses("确认提交", review)
    await talk.wang.presses("确认提交", review)
    assert talk.wang.sees("这一项您已经办过了")
    assert await talk.one("SELECT count(*) FROM cases") == 1


async def test_two_presses_in_the_same_moment_open_one_case(talk: Conversation) -> None:
    await to_review(talk.wang)
    row = next(row for row in talk.wang.latest.buttons if "确认提交" in row[0])
    await talk.arrives(*(talk.wang.incoming("choice", row[0], row[1]) for _ in range(2)))
    assert await talk.one("SELECT count(*) FROM cases") == 1
    assert talk.wang.sees("这一项您已经办过了")


# ── old buttons ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_button_of_an_earlier_question_shows_the_present_one(talk: Conversation) -> None:
    await talk.wang.says("困难")
    first = talk.wang.latest
    await talk.wang.presses("住房")
    await talk.wang.presses("就医", first)
    assert talk.wang.sees("这是以前的按钮，已经不用了")
    assert talk.wang.sees(TOLD)


async def test_a_button_of_a_finished_dialog_says_that_it_is_done(talk: Conversation) -> None:
    await talk.wang.says("困难")
    first = talk.wang.latest
    await talk.wang.presses("住房")
    await talk.wang.says("暖气三天不热了")
    for label in ("说完了", "不急", "确认提交"):
        await talk.wang.presses(label)
    await talk.wang.presses("就医", first)
    assert talk.wang.sees("这一项您已经办过了")
    assert talk.wang.sees("您要办什么？")


async def test_a_button_of_a_cancelled_dialog_offers_the_draft(talk: Conversation) -> None:
    await talk.wang.says("困难")
    first = talk.wang.latest
    await talk.wang.says("取消")
    await talk.wang.presses("就医", first)
    assert talk.wang.sees("您填的内容还在")
    await talk.wang.presses("接着填")
    assert talk.wang.sees(CATEGORY)


async def test_a_button_of_another_dialog_shows_the_present_question(talk: Conversation) -> None:
    await report(talk.wang)
    old = talk.wang.letters[-2]
    await talk.wang.says("困难")
    await talk.wang.presses("改类别", old)
    assert talk.wang.sees("办过了")
    assert talk.wang.sees(CATEGORY)


async def test_a_button_of_somebody_elses_dialog_does_nothing(talk: Conversation) -> None:
    await to_review(talk.wang)
    choice = next(row[1] for row in talk.wang.latest.buttons if "确认提交" in row[0])
    await talk.li.sends_choice(choice, "确认提交")
    assert talk.li.sees("这是以前的按钮")
    assert not talk.li.sees("暖气")
    assert await talk.one("SELECT count(*) FROM cases") == 0
    assert await states(talk) == ["open"]


FORGED = """
    q q: q:: q:1 q:1:category q:1:category:none q:x:category:housing q:99999999999999999999:category:housing
    q:-1:a:b q:1:~resume:go q:1::
    q:1:category:< q:1:category:x:y a a: a:: a:none: a:go:none a:go:consent a:go:reply a:go:offer a:go:human
    a:resume: a:resume:x a:resume:99999999999999999999
    a:resume:-1 a:case: a:case:x a:case:99999999999999999999 a:apart: a:apart:x a:apart:99999999999999999999 a:solved: a:solved:1
    a:solved:1.1 a:solved:1.99999999999999999999.yes a:solved:x.y.z a:admit: a:admit:1 a:admit:1. a:admit:x.y a:admit:1.99 a:refuse:
    a:refuse:9 a:refuse:99999999999999999999 a:reply: a:reply:7 a:close:7 a:take:7 w: w:none w:menu:x : :: 菜单 w:menu\u0000
""".split()


@pytest.mark.parametrize("who", ["王老", "赵科", "陌生人"])
async def test_no_invented_button_stops_anything(talk: Conversation, who: str) -> None:
    """The web chat takes what a browser sends; whatever that is, it is answered and nothing is parked."""
    await to_story(talk.wang)
    someone = next(each for each in talk.everybody if each.name == who)
    for choice in FORGED:
        await someone.sends_choice(choice)
        assert someone.heard
    assert await talk.one("SELECT count(*) FROM cases WHERE category <> 'contact'") == 0


# ── words and pictures that answer nothing ──────────────────────────────────────────────────────────────────────────


async def test_words_to_a_choice_are_kept_and_reach_the_case(talk: Conversation) -> None:
    wang = talk.wang
    await wang.says("困难")
    await wang.says("就是那个锅炉房的事情")
    assert wang.sees("我没有听明白“就是那个锅炉房的事情”，这句话先给您记着")
    assert wang.sees(CATEGORY)
    await wang.presses("住房")
    await wang.says("暖气三天不热了")
    await wang.presses("说完了")
    await wang.presses("不急")
    assert wang.sees("另外说过：就是那个锅炉房的事情")
    await wang.presses("确认提交")
    assert await case_words(talk) == ["暖气三天不热了\n就是那个锅炉房的事情"]


async def test_a_photo_to_a_choice_is_kept_and_reaches_the_case(talk: Conversation) -> None:
    wang = talk.wang
    await wang.says("困难")
    await wang.sends(PHOTO)
    assert wang.sees("先给您留着")
    assert wang.sees(CATEGORY)
    await wang.presses("住房")
    await wang.sends(PHOTO, VOICE, words="厨房")
    for label in ("说完了", "不急", "确认提交"):
        await wang.presses(label)
    media = await talk.rows("SELECT value FROM case_entries, json_each(case_entries.media)")
    assert {row[0] for row in media} == {row[0] for row in await talk.rows("SELECT id FROM media")}
    assert len(media) == 3


async def test_words_at_the_review_reach_the_case(talk: Conversation) -> None:
    await to_review(talk.wang)
    await talk.wang.says("对了钥匙在门卫那里")
    assert talk.wang.sees("另外说过：对了钥匙在门卫那里")
    await talk.wang.presses("确认提交")
    assert await case_words(talk) == ["暖气三天不热了\n对了钥匙在门卫那里"]


async def test_two_misunderstandings_offer_a_person(talk: Conversation) -> None:
    wang = talk.wang
    await wang.says("困难")
    await wang.says("那个那个")
    assert "9 找人工" not in wang.buttons
    await wang.says("哪个哪个")
    assert wang.sees("请工作人员跟您说")
    assert "9 找人工" in wang.buttons
    await wang.presses("9 找人工")
    assert wang.sees("已经请工作人员联系您")
    assert await case_words(talk) == ["请工作人员跟我联系。\n那个那个\n哪个哪个"]


async def test_an_answer_ends_the_count_of_misunderstandings(talk: Conversation) -> None:
    await to_review(talk.wang)
    await talk.wang.says("那个那个")
    await talk.wang.presses("改类别")
    await talk.wang.presses("就医")
    await talk.wang.says("哪个哪个")
    assert "9 找人工" not in talk.wang.buttons


@pytest.mark.parametrize("way", ["9", "人工", "找工作人员", "９"])
async def test_asking_for_a_person_in_the_middle_keeps_the_form(talk: Conversation, way: str) -> None:
    wang = talk.wang
    await wang.says("困难")
    await wang.says(way)
    assert wang.sees("已经请工作人员联系您")
    assert wang.sees("您刚才填的给您留着")
    assert talk.zhao.sees("王老，请人联系")
    await wang.says("接着填")
    assert wang.sees(CATEGORY)


async def test_nothing_is_said_to_be_kept_when_it_is_not(talk: Conversation) -> None:
    await talk.wang.says("撤回同意")
    await talk.wang.says("人工")
    assert talk.wang.sees("已经请工作人员联系您")
    assert not talk.wang.sees("给您留着")


async def test_in_a_story_9_and_0_are_words(talk: Conversation) -> None:
    await to_story(talk.wang)
    await talk.wang.says("9")
    await talk.wang.says("0")
    await talk.wang.presses("说完了")
    await talk.wang.presses("不急")
    assert talk.wang.sees("情况：9\n0")


# ── other things in between ─────────────────────────────────────────────────────────────────────────────────────────


async def test_a_keyword_of_something_else_leads_there_and_keeps_the_form(talk: Conversation) -> None:
    wang = talk.wang
    await wang.says("困难")
    await wang.says("撤回同意")
    assert wang.sees("确定撤回吗？")
    await wang.says("不撤回")
    await wang.says("接着填")
    assert wang.sees(CATEGORY)


async def test_a_keyword_of_a_list_shows_it_and_then_the_question_again(talk: Conversation) -> None:
    await report(talk.wang)
    await talk.wang.says("困难")
    await talk.wang.says("我的困难")
    assert talk.wang.sees("2026-1 暖气三天不热了")
    assert talk.wang.sees("您刚才的“反映困难”还没填完")
    assert talk.wang.sees(CATEGORY)


async def test_a_keyword_in_a_story_is_part_of_the_story(talk: Conversation) -> None:
    await to_story(talk.wang)
    await talk.wang.says("困难")
    await talk.wang.presses("说完了")
    await talk.wang.presses("不急")
    assert talk.wang.sees("情况：困难")


async def test_words_that_name_a_flow_are_told_once_where_more_is_welcome(talk: Conversation) -> None:
    await talk.wang.says("我家暖气三天不热了")
    await talk.wang.says("困难")
    await talk.wang.presses("登记为新的困难")
    await talk.wang.presses("住房")
    await talk.wang.presses("不急")
    await talk.wang.presses("确认提交")
    assert (await case_words(talk))[0].count("困难") <= 1


async def test_a_button_of_a_push_works_in_the_middle_and_the_question_comes_again(talk: Conversation) -> None:
    wang, zhao = talk.wang, talk.zhao
    await report(wang)
    for label in ("查看", "接手", "办结", "已办结"):
        await zhao.presses(label)
    await zhao.says("阀门换好了")
    await zhao.presses("确认提交")
    asked = wang.latest
    await to_story(wang)
    await wang.presses("已解决", asked)
    assert wang.sees("太好了")
    assert wang.sees("您刚才的“反映困难”还没填完")
    assert wang.sees(TOLD)
    await wang.says("电梯坏了")
    await wang.presses("说完了")
    assert wang.sees(URGENT)


async def test_the_menu_button_for_the_same_form_offers_it_once(talk: Conversation) -> None:
    await talk.wang.says("菜单")
    menu = talk.wang.latest
    await to_story(talk.wang)
    await talk.wang.presses("反映困难", menu)
    assert talk.wang.sees("接着填吗？")
    assert not talk.wang.sees("您刚才的")
    await talk.wang.presses("接着填")
    assert talk.wang.sees(TOLD)


async def test_help_in_the_middle_comes_back_to_the_question(talk: Conversation) -> None:
    await to_story(talk.wang)
    await talk.wang.says("帮助")
    assert talk.wang.sees("随时可以说：菜单、返回、取消、人工")
    assert talk.wang.sees(TOLD)


async def test_staff_who_ask_for_a_person_stay_at_their_question(talk: Conversation) -> None:
    await report(talk.wang)
    for label in ("查看", "接手", "答复"):
        await talk.zhao.presses(label)
    await talk.zhao.says("师傅明天上午来")
    await talk.zhao.presses("说完了")
    await talk.zhao.says("人工")
    assert talk.zhao.sees("您就是工作人员")
    assert talk.zhao.sees("发出前请核对")
    assert talk.zhao.buttons[0] == "1 确认提交"


async def test_what_staff_add_at_the_review_of_an_answer_is_sent(talk: Conversation) -> None:
    await report(talk.wang)
    for label in ("查看", "接手", "答复"):
        await talk.zhao.presses(label)
    await talk.zhao.says("师傅明天上午来")
    await talk.zhao.presses("说完了")
    await talk.zhao.says("请提前把阳台收拾一下")
    assert talk.zhao.sees("另外说过：请提前把阳台收拾一下")
    await talk.zhao.presses("确认提交")
    assert talk.wang.sees("师傅明天上午来")
    assert talk.wang.sees("请提前把阳台收拾一下")


async def test_what_staff_add_at_the_review_of_a_closing_is_told(talk: Conversation) -> None:
    await report(talk.wang)
    for label in ("查看", "接手", "办结", "已办结"):
        await talk.zhao.presses(label)
    await talk.zhao.says("阀门换好了")
    await talk.zhao.says("保修单放在门卫那里")
    await talk.zhao.presses("确认提交")
    assert talk.wang.sees("保修单放在门卫那里")


# ── a story in several messages ─────────────────────────────────────────────────────────────────────────────────────


async def test_a_story_is_told_in_voice_photos_and_words(talk: Conversation) -> None:
    wang = talk.wang
    await to_story(wang)
    await wang.sends(VOICE)
    assert wang.sees("记下了")
    await wang.sends(PHOTO, words="就是这个阀门")
    await wang.says("三天了")
    await wang.says("说完了")
    await wang.presses("不急")
    assert wang.sees("情况：就是这个阀门\n三天了（另有照片、语音或文件 2 份）")


@pytest.mark.parametrize("end", ["说完了", "完了", "没有了", "就这些。", "1", "好了", "讲完了！"])
async def test_a_story_ends_in_many_words(talk: Conversation, end: str) -> None:
    await to_story(talk.wang)
    await talk.wang.says("暖气三天不热了")
    await talk.wang.says(end)
    assert talk.wang.sees(URGENT)


async def test_a_story_that_has_not_begun_cannot_end(talk: Conversation) -> None:
    await to_story(talk.wang)
    await talk.wang.presses("说完了")
    assert talk.wang.sees("您还没有说呢")
    assert talk.wang.sees(TOLD)
    await talk.wang.says("说完了")
    assert talk.wang.sees("您还没有说呢")
    await talk.wang.says("暖气三天不热了")
    await talk.wang.presses("说完了")
    assert talk.wang.sees(URGENT)


async def test_the_button_of_a_story_that_goes_on_works_again_and_again(talk: Conversation) -> None:
    await to_story(talk.wang)
    asked = talk.wang.latest
    await talk.wang.says("暖气三天不热了")
    await talk.wang.says("一共四间屋子")
    await talk.wang.presses("说完了", asked)
    assert talk.wang.sees(URGENT)


async def test_a_story_can_be_told_anew(talk: Conversation) -> None:
    await to_story(talk.wang)
    await talk.wang.says("水管漏了")
    await talk.wang.presses("重新说")
    assert talk.wang.sees(TOLD)
    assert not talk.wang.sees("您已经说了")
    await talk.wang.says("暖气三天不热了")
    await talk.wang.presses("说完了")
    await talk.wang.presses("不急")
    assert talk.wang.sees("情况：暖气三天不热了\n")


async def test_a_whole_conversation_that_arrives_at_once_is_taken_in_its_order(talk: Conversation) -> None:
    """After an hour without a network everything comes in one batch."""
    words = ("困难", "住房", "暖气三天不热了", "说完了", "不急", "确认提交", "谢谢")
    await talk.arrives(*(talk.wang.incoming("words", each) for each in words))
    assert talk.wang.sees("已经登记，编号：2026-1")
    assert len(talk.wang.letters) == len(words)
    assert (await case_words(talk))[0] == "暖气三天不热了"


async def test_an_edited_message_presses_no_button(talk: Conversation) -> None:
    await talk.wang.says("菜单")
    await talk.wang.edits("1")
    assert not talk.wang.sees(CATEGORY)


async def test_an_edited_message_is_a_correction_in_the_story(talk: Conversation) -> None:
    await to_story(talk.wang)
    await talk.wang.says("暖气五天不热了")
    await talk.wang.edits("暖气三天不热了")
    await talk.wang.presses("说完了")
    await talk.wang.presses("不急")
    assert talk.wang.sees("暖气五天不热了\n（更正）暖气三天不热了")


async def test_an_edited_message_can_answer_a_choice(talk: Conversation) -> None:
    await talk.wang.says("困难")
    await talk.wang.says("注房")
    await talk.wang.edits("住房")
    assert talk.wang.sees(TOLD)


async def test_a_sticker_in_a_dialog_is_refused_and_the_question_asked_again(talk: Conversation) -> None:
    await to_story(talk.wang)
    await talk.wang.says("暖气三天不热了")
    await talk.wang.sends_sticker()
    assert talk.wang.sees("贴纸我还看不了")
    assert talk.wang.sees("您已经说了：暖气三天不热了")
    await talk.wang.presses("说完了")
    await talk.wang.presses("不急")
    assert not talk.wang.sees("贴纸")


async def test_the_confirmation_is_read_as_people_say_it(talk: Conversation) -> None:
    for words, shown in (
        ("急", None),
        ("很急", "是，很急"),
        ("不用了", "不急"),
        ("第二个", "不急"),
        ("是的", "是，很急"),
    ):
        await to_story(talk.wang)
        if talk.wang.sees("接着填吗"):
            await talk.wang.presses("重新填")
            await talk.wang.presses("住房")
        await talk.wang.says("暖气三天不热了")
        await talk.wang.presses("说完了")
        await talk.wang.says(words)
        assert talk.wang.sees(f"急不急：{shown}") if shown else talk.wang.sees(URGENT)
        await talk.wang.says("取消")


# ── old dialogs of a version that is gone ───────────────────────────────────────────────────────────────────────────


async def test_an_open_dialog_whose_flow_is_gone_is_put_away(talk: Conversation) -> None:
    await to_story(talk.wang)
    await talk.writes(lambda tx: tx.run("UPDATE dialogs SET flow = 'gone'"))
    await talk.wang.says("菜单")
    assert talk.wang.sees("您上次填的那一项已经改版了")
    assert talk.wang.sees("您要办什么？")
    assert await states(talk) == ["dropped"]


@pytest.mark.parametrize("by_button", [True, False])
async def test_a_draft_whose_flow_is_gone_is_put_away(talk: Conversation, by_button: bool) -> None:
    await to_story(talk.wang)
    await talk.wang.says("取消")
    await talk.writes(lambda tx: tx.run("UPDATE dialogs SET flow = 'gone'"))
    await (talk.wang.presses("接着填") if by_button else talk.wang.says("接着填"))
    assert talk.wang.sees("改版")
    await talk.wang.says("接着填")
    assert talk.wang.sees("没有没填完的内容")


async def test_an_old_button_of_a_flow_that_is_gone_is_an_old_button(talk: Conversation) -> None:
    await talk.wang.says("困难")
    first = talk.wang.latest
    await talk.wang.says("取消")
    await talk.writes(lambda tx: tx.run("UPDATE dialogs SET flow = 'gone'"))
    await talk.wang.presses("住房", first)
    assert talk.wang.sees("这是以前的按钮")
    assert talk.wang.sees("您要办什么？")


async def test_somebody_taken_off_the_roster_in_the_middle_is_a_stranger(talk: Conversation) -> None:
    await to_story(talk.wang)
    await talk.writes(lambda tx: tx.run("UPDATE persons SET active = 0 WHERE name = '王老'"))
    await talk.wang.says("暖气三天不热了")
    assert talk.wang.sees("我还不认识您")
    await talk.wang.says("申请")
    assert talk.wang.sees("请问您的姓名？")


# ── whom for ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_relative_of_two_is_asked_for_whom(talk: Conversation) -> None:
    await talk.writes(lambda tx: tx.run("INSERT INTO kin VALUES (?, ?)", talk.ids["小李"], talk.ids["钱局"]))
    await talk.li.says("困难")
    assert talk.li.sees("这次是为谁办？")
    await talk.li.says("王老")
    await talk.li.presses("就医")
    await talk.li.says("要去省里看病")
    for label in ("说完了", "不急"):
        await talk.li.presses(label)
    assert talk.li.sees("为谁办：王老")
    await talk.li.presses("确认提交")
    assert await talk.one("SELECT person_id FROM cases") == talk.ids["王老"]

"""Ending honestly: outcomes, the second signature, the cadre's own answer, calls, and what opens again."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage import accounts
from tests.conversation import Conversation, Speaker, open_conversation
from tests.desk_work import alarms, case_rows, closes, opens, reports, takes


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Conversation]:
    async with open_conversation(tmp_path / "yinling.db") as opened:
        yield opened


async def closed(talk: Conversation, outcome: str = "已办结") -> None:
    await reports(talk.wang)
    await takes(talk.zhao)
    await closes(talk.zhao, outcome=outcome)


async def answers(talk: Conversation) -> list[tuple[object, ...]]:
    rows = await talk.rows(
        "SELECT outcome, decision, solved, satisfied, call, caller_id FROM case_closings ORDER BY id"
    )
    return [tuple(row) for row in rows]


# ── outcomes ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("outcome", "told"), [("已办结", "赵科说办好了"), ("部分办结", "赵科说办了一部分")])
async def test_the_cadre_hears_the_outcome_and_is_asked(talk: Conversation, outcome: str, told: str) -> None:
    await closed(talk, outcome)
    assert talk.wang.sees(f"您反映的“暖气三天不热了”（2026-1），{told}") and talk.wang.sees("阀门换好了")
    assert talk.wang.buttons == ["1 已解决", "2 部分解决", "3 没解决"]


async def test_what_cannot_be_done_needs_a_leaders_signature_before_the_cadre_hears(talk: Conversation) -> None:
    await closed(talk, "不能办")
    assert talk.zhao.sees("已经提请领导审签")
    assert not talk.wang.heard
    assert talk.qian.sees("赵科认为 2026-1（王老）不能办，请您审签") and talk.qian.sees("还可以找：县住建局")
    assert await case_rows(talk, "state") == [("taken",)]
    assert "solve.overdue" in await alarms(talk)
    await talk.qian.presses("同意")
    assert talk.wang.sees("还是办不成，对不起") and talk.wang.sees("您还可以找：县住建局，电话 0000-8000009")
    assert talk.zhao.sees("钱局同意 2026-1 不能办")
    assert await case_rows(talk, "state") == [("closed",)]
    assert talk.wang.sees("这件事您从别处解决了吗？")
    await opens(talk.zhao)
    assert talk.zhao.sees("钱局同意") and talk.zhao.sees("赵科办结：不能办：") and talk.zhao.sees("还可以找：县住建局")
    await talk.wang.says("我的困难")
    assert talk.wang.sees("不能办")


async def test_a_leader_sends_it_back_with_a_reason(talk: Conversation) -> None:
    await closed(talk, "不能办")
    await talk.qian.presses("退回再办")
    await talk.qian.says("再找供热公司谈一次")
    assert talk.zhao.sees("钱局把 2026-1 退回来再办") and talk.zhao.sees("再找供热公司谈一次")
    assert not talk.wang.heard
    await talk.qian.sends_choice("a:sign:1.1")
    assert talk.qian.sees("已经处理过了")
    await closes(talk.zhao)
    assert talk.wang.sees("办好了")


async def test_a_leader_finds_what_waits_for_a_signature_in_the_menu(talk: Conversation) -> None:
    await closed(talk, "不能办")
    await talk.qian.says("菜单")
    await talk.qian.presses("更多")
    await talk.qian.presses("等我审签")
    assert talk.qian.sees("等您审签的有 1 件")
    await talk.qian.presses("2026-1 王老")
    assert talk.qian.buttons[:2] == ["1 同意", "2 退回再办"]


async def test_nobody_signs_the_own_proposal(talk: Conversation) -> None:
    await closed(talk, "不能办")
    await talk.zhao.sends_choice("a:sign:1.1")
    assert talk.zhao.sees("不归您管")
    assert await case_rows(talk, "state") == [("taken",)]


async def test_without_a_leader_nothing_is_proposed_and_the_owner_is_told_why(talk: Conversation) -> None:
    await talk.writes(lambda tx: tx.run("DELETE FROM roles WHERE role = 'leader'"))
    await closed(talk, "不能办")
    assert talk.zhao.sees("没有能通知到的领导")
    assert await answers(talk) == []


# ── the cadre's answer ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("label", ["已解决", "部分解决"])
async def test_one_tap_answers_and_then_one_tap_rates(talk: Conversation, label: str) -> None:
    await closed(talk)
    await talk.wang.presses(label)
    assert talk.wang.buttons == ["1 满意", "2 基本满意", "3 不满意"]
    assert talk.zhao.sees(f"王老回答（2026-1）：{label}")
    await talk.wang.says("2")
    assert talk.wang.sees("谢谢您")
    assert talk.zhao.sees("王老评价（2026-1）：基本满意")
    [(_, _, solved, satisfied, _, caller)] = await answers(talk)
    assert (satisfied, caller) == ("basic", None) and solved in ("yes", "partly")


async def test_each_closing_is_answered_once(talk: Conversation) -> None:
    await closed(talk)
    asked = talk.wang.latest
    await talk.wang.presses("已解决")
    await talk.wang.presses("没解决", asked)
    assert talk.wang.sees("已经回答过了")
    assert await case_rows(talk, "state") == [("closed",)]


async def test_not_solved_opens_it_again_with_all_history(talk: Conversation) -> None:
    await closed(talk)
    await talk.wang.presses("没解决")
    assert talk.wang.sees("对不起，让您费心了") and talk.wang.sees("重新办理，最迟12月7日")
    assert talk.zhao.sees("王老说没解决（2026-1），这件事重新办理")
    await opens(talk.zhao)
    assert talk.zhao.sees("阀门换好了") and talk.zhao.sees("暖气三天不热了")
    assert "solve.overdue" in await alarms(talk)
    assert "closing.ask" not in await alarms(talk)


async def test_not_satisfied_opens_it_again(talk: Conversation) -> None:
    await closed(talk)
    await talk.wang.presses("已解决")
    await talk.wang.presses("不满意")
    assert talk.wang.sees("对不起，没有办好")
    assert await case_rows(talk, "state, reopenings") == [("taken", 1)]


async def test_the_second_reopening_goes_before_the_leader(talk: Conversation) -> None:
    await closed(talk)
    await talk.wang.presses("没解决")
    assert not talk.qian.heard
    await closes(talk.zhao, "又换了一个")
    await talk.wang.presses("没解决")
    assert talk.qian.sees("第 2 次重新办理") and "改派" in talk.qian.buttons[1]


async def test_the_cadre_is_asked_once_more_after_three_days_and_then_never(talk: Conversation) -> None:
    await closed(talk)
    await talk.passes(days=3, minutes=1)
    assert talk.wang.sees("再问您一次，以后不再打扰") and talk.wang.sees("暖气三天不热了")
    assert talk.wang.buttons[0] == "1 已解决"
    await talk.passes(days=60)
    assert not talk.wang.heard


async def test_who_has_answered_is_not_asked_again(talk: Conversation) -> None:
    await closed(talk)
    await talk.wang.presses("已解决")
    await talk.passes(days=10)
    assert not talk.wang.heard


async def test_the_rating_is_the_cadres_and_not_the_relatives(talk: Conversation) -> None:
    await reports(talk.li, "我爸看病要派车")
    await takes(talk.zhao)
    await closes(talk.zhao, "车安排好了")
    assert talk.li.sees("车安排好了") and not talk.li.sees("解决了吗")
    assert talk.wang.sees("这件事解决了吗")
    await talk.li.sends_choice("a:solved:1.1.yes")
    assert talk.li.sees("要请王老本人说")
    await talk.wang.presses("已解决")
    [(_, _, solved, *_)] = await answers(talk)
    assert solved == "yes"


# ── later words ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_new_word_right_after_closing_opens_it_again(talk: Conversation) -> None:
    await closed(talk)
    await talk.wang.says("里屋还是不热啊")
    assert talk.wang.sees("重新办理")
    assert talk.zhao.sees("里屋还是不热啊")
    assert await case_rows(talk, "state, reopenings") == [("taken", 1)]


@pytest.mark.parametrize("words", ["谢谢", "谢谢赵科，辛苦了", "热了，谢谢你们", "😀", "👍👍"])
async def test_thanks_open_nothing(talk: Conversation, words: str) -> None:
    await closed(talk)
    await talk.wang.says(words)
    assert await case_rows(talk, "state") == [("closed",)]
    assert talk.wang.heard


async def test_thanks_that_hide_a_complaint_open_it_again(talk: Conversation) -> None:
    await closed(talk)
    await talk.wang.says("谢谢，可是还是不热")
    assert await case_rows(talk, "state") == [("taken",)]


async def test_within_thirty_days_a_word_may_reopen_by_one_tap_and_afterwards_not(talk: Conversation) -> None:
    await closed(talk)
    await talk.wang.presses("已解决")
    await talk.wang.presses("满意")
    talk.clock.passes(days=20)
    await talk.wang.says("暖气又开始不热了")
    await talk.wang.presses("（重新办理）")
    assert talk.wang.sees("重新办理，最迟")
    assert await case_rows(talk, "state") == [("taken",)]
    await closes(talk.zhao, "总阀换了")
    await talk.wang.presses("已解决")
    talk.clock.passes(days=31)
    await talk.wang.says("暖气又开始不热了")
    assert not any("重新办理" in each for each in talk.wang.buttons)
    assert talk.wang.buttons[0] == "1 登记为新的困难"


async def test_staff_may_always_open_it_again(talk: Conversation) -> None:
    await closed(talk)
    talk.clock.passes(days=200)
    await opens(talk.zhao)
    await talk.zhao.presses("重新办理")
    assert await case_rows(talk, "state") == [("taken",)]


# ── 回访 ────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def by_telephone(talk: Conversation) -> Speaker:
    """郑老 without an account telephoned; 赵科 wrote it down, did it, closed it. 孙姐 is there to call."""
    sun = await talk.joins("孙姐", "staff")
    await talk.joins("郑老", "cadre", account=False)
    await talk.zhao.says("代登记")
    await talk.zhao.says("郑老")
    await talk.zhao.presses("住房")
    await talk.zhao.says("水管漏水")
    await talk.zhao.presses("说完了")
    await talk.zhao.presses("不急")
    await talk.zhao.presses("确认提交")
    await takes(talk.zhao)
    await closes(talk.zhao, "水管换了")
    return sun


async def test_a_cadre_without_an_account_is_on_the_call_list_and_the_result_says_who_called(
    talk: Conversation,
) -> None:
    sun = await by_telephone(talk)
    await sun.says("回访")
    assert sun.sees("要回访的有 1 件") and sun.sees("郑老")
    await sun.presses("填 2026-1")
    await sun.presses("已解决")
    await sun.presses("基本满意")
    await sun.says("说师傅来得晚")
    await sun.presses("确认提交")
    assert await answers(talk) == [("done", "closed", "yes", "basic", 1, talk.ids["孙姐"])]
    await sun.says("回访")
    assert sun.sees("现在没有要回访的")


async def test_nobody_enters_the_rating_of_the_own_work(talk: Conversation) -> None:
    await by_telephone(talk)
    await talk.zhao.says("回访")
    await talk.zhao.presses("填 2026-1")
    assert talk.zhao.sees("请别的同志回访")


async def test_a_call_that_hears_not_solved_opens_it_again(talk: Conversation) -> None:
    sun = await by_telephone(talk)
    await sun.says("回访")
    await sun.presses("填 2026-1")
    await sun.presses("没解决")
    await sun.presses("不满意")
    await sun.says("还在漏")
    await sun.presses("确认提交")
    assert talk.zhao.sees("郑老回访时说没解决（2026-1），这件事重新办理")
    assert await case_rows(talk, "state") == [("taken",)]


async def test_a_cadre_who_cannot_be_reached_any_more_is_called(talk: Conversation) -> None:
    await reports(talk.wang)
    await takes(talk.zhao)
    account = await talk.account(talk.wang)
    await talk.writes(lambda tx: accounts.mark_unreachable(tx, account, "对方停用了机器人"))
    await closes(talk.zhao)
    assert [row[4] for row in await answers(talk)] == [1]

"""The statistics of a month and the ledger, counted on what people did, and counted again from the trail."""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.config import Config
from bot.office import office_from
from handlers.case_ledger import HEADER, LONGEST_WORDS, Cell, cells
from handlers.case_report import FIGURES, NO_UNIT, Line, Report, make_report, tally
from handlers.month import Month, read_month
from storage import case_aids, case_report
from storage.case_aids import Aid
from storage.database import Tx
from tests.conversation import PHOTO, Conversation, Speaker, open_conversation
from tests.desk_work import asks_back, closes, hands, replies, reports, takes

NOVEMBER, DECEMBER = Month(2026, 11), Month(2026, 12)
FIRST_OF_DECEMBER = datetime(2026, 11, 30, 16, tzinfo=UTC)  # midnight at the office


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Conversation]:
    async with open_conversation(tmp_path / "yinling.db") as opened:
        yield opened


async def report(talk: Conversation, month: Month = NOVEMBER) -> Report:
    zone = talk.office.zone
    async with talk.database.read() as tx:
        facts = await case_report.facts(tx, month.start(zone), month.next().start(zone))
    return make_report(facts, talk.office, month, talk.clock())


async def figures(talk: Conversation, month: Month = NOVEMBER) -> dict[str, str]:
    """Return what is printed of all cases together, by title."""
    return shown((await report(talk, month)).total)


def shown(line: Line) -> dict[str, str]:
    return {each.title: each.shown(line.tally) for each in FIGURES}


async def ledger(talk: Conversation, month: Month = NOVEMBER) -> list[dict[str, Cell]]:
    """Return the rows of the ledger, by title of the column."""
    zone = talk.office.zone
    async with talk.database.read() as tx:
        rows = await case_report.ledger(tx, month.start(zone), month.next().start(zone))
    return [dict(zip(HEADER, row, strict=True)) for row in cells(rows, talk.office)]


async def solves(talk: Conversation, case_id: int = 1, answer: str = "已解决", rating: str = "满意") -> None:
    """赵科 takes and closes a case, and 王老 says how it went."""
    await takes(talk.zhao, case_id)
    await closes(talk.zhao, case_id=case_id)
    await talk.wang.presses(answer)
    if rating:
        await talk.wang.presses(rating)


# ── a month ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "text",
    ["2026-11", "２０２６-11", "２０２６－１１", "2026.11", "2026/11", " 2026年11月 ", "2026年 11 月", "2026—11"],
)
def test_a_month_is_read_as_people_write_it(text: str) -> None:
    assert read_month(text) == NOVEMBER


@pytest.mark.parametrize(
    "text", ["2026-13", "2026-0", "11", "11-2026", "2026-11-05", "202611", "26-11", "1999-01", "2101-01", "上个月", ""]
)
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="month"):
        read_month(text)


def test_a_month_ends_where_the_next_begins_on_the_wall_of_the_office() -> None:
    zone = ZoneInfo("Asia/Shanghai")
    assert DECEMBER.start(zone) == FIRST_OF_DECEMBER
    assert DECEMBER.next() == Month(2027, 1)
    assert str(Month(2027, 1)) == "2027-01"
    months = [Month(2026, 11), Month(2026, 12), Month(2027, 1), Month(2027, 2)]
    assert all(one.next() == next_one for one, next_one in pairwise(months))


# ── what counts when ────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_case_counts_in_the_month_it_was_opened_in_and_a_closing_in_its_own(talk: Conversation) -> None:
    await talk.passes_until(FIRST_OF_DECEMBER - timedelta(minutes=1))
    await reports(talk.wang)
    await talk.passes_until(FIRST_OF_DECEMBER + timedelta(minutes=1))
    await reports(talk.wang, "药费没有报", "就医")
    await solves(talk, 1)
    november, december = await figures(talk), await figures(talk, DECEMBER)
    assert (november["登记"], november["办结"], november["办结率"]) == ("1", "0", "100%")
    assert (december["登记"], december["办结"], december["办结率"]) == ("1", "1", "0%")
    assert (november["解决率"], december["解决率"]) == ("—", "100%")


async def test_a_month_in_which_nothing_happened_is_empty_and_divides_by_nothing(talk: Conversation) -> None:
    await reports(talk.wang)
    october = await report(talk, Month(2026, 10))
    assert october.is_empty
    assert (october.categories, october.units) == ((), ())
    assert set(shown(october.total).values()) == {"0", "—"}
    assert await ledger(talk, Month(2026, 10)) == []


async def test_a_promise_that_was_kept_makes_no_line(talk: Conversation) -> None:
    await reports(talk.wang)
    await solves(talk)
    december = await report(talk, DECEMBER)
    assert december.is_empty
    assert december.categories == ()


async def test_each_answer_counts_for_itself_and_no_answer_counts_as_not_solved(talk: Conversation) -> None:
    for words in ("暖气三天不热了", "药费没有报", "想参加合唱队", "路灯坏了", "电梯坏了"):
        await reports(talk.wang, words)
    await solves(talk, 1)
    await solves(talk, 2, "部分解决", "基本满意")
    await solves(talk, 3, "没解决", "")
    await solves(talk, 4, "已解决", "不满意")
    await takes(talk.zhao, 5)
    await closes(talk.zhao, case_id=5)
    found = await figures(talk)
    assert (found["登记"], found["办结"], found["办结率"]) == ("5", "5", "60%"), "two were opened again"
    assert (found["解决率"], found["部分解决"], found["已回答"]) == ("40%", "20%", "4")
    assert (found["满意率"], found["已评价"]) == ("66.7%", "3")
    assert found["重新办理"] == "2"


async def test_a_case_that_is_closed_again_has_two_closings(talk: Conversation) -> None:
    await reports(talk.wang)
    await solves(talk, 1, "没解决", "")
    await closes(talk.zhao, outcome="部分办结")
    found = await figures(talk)
    assert (found["登记"], found["办结"], found["已办结"], found["部分办结"]) == ("1", "2", "1", "1")
    assert (found["解决率"], found["已回答"]) == ("0%", "1")


async def test_what_cannot_be_done_is_closed_only_when_a_leader_has_signed(talk: Conversation) -> None:
    await reports(talk.wang)
    await takes(talk.zhao)
    await closes(talk.zhao, outcome="不能办")
    assert (await figures(talk))["办结"] == "0"
    await talk.qian.presses("同意")
    found = await figures(talk)
    assert (found["办结"], found["不能办"], found["办结率"]) == ("1", "1", "100%")


async def test_a_closing_counts_when_it_is_signed_and_one_that_was_sent_back_never(talk: Conversation) -> None:
    await reports(talk.wang)
    await takes(talk.zhao)
    await closes(talk.zhao, outcome="不能办")
    await talk.qian.presses("退回再办")
    await talk.qian.says("再找供热公司谈一次")
    await closes(talk.zhao, outcome="不能办")
    await talk.passes_until(FIRST_OF_DECEMBER + timedelta(hours=9))
    await talk.qian.sends_choice("a:sign:1.2")
    assert [(await figures(talk, month))["不能办"] for month in (NOVEMBER, DECEMBER)] == ["0", "1"]


# ── merged and split ────────────────────────────────────────────────────────────────────────────────────────────────


async def merges(talk: Conversation) -> None:
    """小李 reports for 王老 what he has reported: 赵科 joins the second into the first."""
    await reports(talk.wang)
    await reports(talk.li, "我爸家暖气一直是凉的")
    await takes(talk.zhao, 1)
    await takes(talk.zhao, 2)
    await talk.zhao.presses("更多")
    await talk.zhao.presses("合并")
    await talk.zhao.presses("2026-1")
    await talk.zhao.presses("确认提交")


async def splits(talk: Conversation) -> None:
    """王老 tells of two matters in one case, and 赵科, who has taken it, makes two of it."""
    await reports(talk.wang)
    await talk.wang.says("还有药费没有报")
    await takes(talk.zhao)
    await talk.zhao.presses("更多")
    await talk.zhao.presses("拆分")
    await talk.zhao.presses("还有药费没有报")
    await talk.zhao.presses("就医")
    await talk.zhao.presses("确认提交")


async def test_a_merged_case_is_no_case_of_its_own_and_a_split_off_one_is(talk: Conversation) -> None:
    await merges(talk)
    assert (await figures(talk))["登记"] == "1"
    assert [row["编号"] for row in await ledger(talk)] == ["2026-1"]
    await talk.wang.says("还有药费没有报")
    await talk.zhao.sends_choice("a:case:1")
    await talk.zhao.presses("更多")
    await talk.zhao.presses("拆分")
    await talk.zhao.presses("还有药费没有报")
    await talk.zhao.presses("就医")
    await talk.zhao.presses("确认提交")
    assert (await figures(talk))["登记"] == "2"
    assert [(row["编号"], row["情况说明"]) for row in await ledger(talk)] == [
        ("2026-1", "暖气三天不热了"),
        ("2026-3", "还有药费没有报"),
    ]


async def test_what_was_done_before_a_merge_was_done(talk: Conversation) -> None:
    await reports(talk.wang)
    await solves(talk, 1, "没解决", "")
    await reports(talk.wang, "暖气还是不热")
    await talk.zhao.sends_choice("a:case:1")
    await talk.zhao.presses("更多")
    await talk.zhao.presses("合并")
    await talk.zhao.presses("2026-2")
    await talk.zhao.presses("确认提交")
    found = await figures(talk)
    assert (found["登记"], found["办结"], found["重新办理"], found["办结率"]) == ("1", "1", "1", "0%")


# ── how fast, how late, through how many hands ──────────────────────────────────────────────────────────────────────


async def test_the_response_is_counted_in_working_hours_and_who_still_waits_counts_too(talk: Conversation) -> None:
    await reports(talk.wang)
    await talk.passes(hours=1, minutes=30)  # from ten to half past eleven
    await takes(talk.zhao)
    await talk.passes_until(datetime(2026, 11, 23, 9, tzinfo=UTC))  # five in the afternoon
    await reports(talk.wang, "药费没有报", "就医")
    await talk.passes_until(datetime(2026, 11, 24, 1, tzinfo=UTC))  # nine in the morning: half an hour each day
    await takes(talk.zhao, 2)
    found = await figures(talk)
    assert (found["响应"], found["最慢"]) == ("1.2", "1.5")
    await reports(talk.wang, "路灯坏了", "其他")
    await talk.passes_until(datetime(2026, 11, 25, 1, tzinfo=UTC))
    found = await figures(talk)
    assert (found["响应"], found["最慢"]) == ("1.5", "6.5"), "a whole working day and nobody has come"


async def test_what_the_clock_says_is_no_response(talk: Conversation) -> None:
    await reports(talk.wang)
    await talk.passes(days=9)
    assert "progress" in {row[0] for row in await talk.rows("SELECT kind FROM case_entries")}
    assert float((await figures(talk))["最慢"]) > 40


async def test_a_split_off_case_was_in_somebodys_hands_before_it_was_opened(talk: Conversation) -> None:
    await splits(talk)
    await talk.passes(days=3)
    found = await figures(talk)
    assert found["登记"] == "2"
    assert found["最慢"] == "0", "only the first one had to wait"
    assert found["移交"] == "0"


async def test_a_case_is_overdue_in_the_month_of_the_day_that_was_promised_last(talk: Conversation) -> None:
    await reports(talk.wang)
    await reports(talk.wang, "药费没有报", "就医", urgent=True)
    await takes(talk.zhao, 1)
    promised = [date.fromisoformat(row[0]) for row in await talk.rows("SELECT promised_on FROM cases ORDER BY id")]
    assert [each.month for each in promised] == [12, 11]
    assert (await figures(talk))["过期"] == "0"
    await talk.passes_until(datetime(2026, 12, 20, 2, tzinfo=UTC))
    assert [(await figures(talk, month))["过期"] for month in (NOVEMBER, DECEMBER)] == ["1", "1"], "both are still open"
    await closes(talk.zhao, case_id=1)
    await talk.passes(days=40)
    assert (await figures(talk, DECEMBER))["过期"] == "1", "closed too late"


async def test_a_case_that_was_merged_too_late_is_overdue_once(talk: Conversation) -> None:
    await reports(talk.wang)
    await reports(talk.wang, "暖气还是不热")
    await takes(talk.zhao, 2)
    await talk.passes_until(datetime(2026, 12, 20, 2, tzinfo=UTC))
    assert (await figures(talk, DECEMBER))["过期"] == "2"
    await talk.zhao.sends_choice("a:case:2")
    await talk.zhao.presses("更多")
    await talk.zhao.presses("合并")
    await talk.zhao.presses("2026-1")
    await talk.zhao.presses("确认提交")
    assert (await figures(talk, DECEMBER))["过期"] == "1"


async def test_nobody_is_late_while_the_cadre_is_waited_for(talk: Conversation) -> None:
    await reports(talk.wang)
    await takes(talk.zhao)
    await asks_back(talk.zhao, "您家是哪个单元？")
    await talk.passes_until(datetime(2026, 12, 20, 2, tzinfo=UTC))
    assert (await figures(talk, DECEMBER))["过期"] == "0"


async def test_a_case_closed_on_the_promised_day_is_in_time(talk: Conversation) -> None:
    await reports(talk.wang)
    await takes(talk.zhao)
    await talk.passes_until(datetime(2026, 12, 7, 15, 30, tzinfo=UTC))  # half an hour before midnight
    assert [row[0] for row in await talk.rows("SELECT promised_on FROM cases")] == ["2026-12-07"]
    await closes(talk.zhao)
    assert (await figures(talk, DECEMBER))["过期"] == "0"


async def test_only_a_change_of_owner_is_a_hand_over(talk: Conversation) -> None:
    sun = await talk.joins("孙姐", "staff")
    await reports(talk.wang)
    await reports(talk.wang, "药费没有报", "就医")
    await hands(talk.qian, "赵科", case_id=1, label="改派")
    assert (await figures(talk))["移交"] == "0", "a leader gave it to the first"
    await takes(talk.zhao, 2)
    await hands(talk.zhao, "孙姐", case_id=2)
    assert (await figures(talk))["移交"] == "0", "until it is accepted the giver has it"
    await sun.presses("接受")
    await hands(talk.qian, "赵科", case_id=2, label="改派")
    assert (await figures(talk))["移交"] == "2"


async def test_a_split_off_case_has_an_owner_who_may_hand_it_over(talk: Conversation) -> None:
    await splits(talk)
    await talk.joins("孙姐", "staff")
    await hands(talk.qian, "孙姐", case_id=2, label="改派")
    assert (await figures(talk))["移交"] == "1"


def test_who_was_never_answered_waited_until_the_end() -> None:
    opened_at = datetime(2026, 11, 23, 2, tzinfo=UTC)
    closed_at = opened_at + timedelta(hours=1)
    opened = case_report.Opened("housing", None, opened_at, True, closed_at, None, False)
    facts = case_report.Facts((opened,), (), (), ())
    assert tally(facts, office_from(Config()), opened_at + timedelta(days=9)).waits == (60,)


# ── categories and units ────────────────────────────────────────────────────────────────────────────────────────────


async def test_figures_stand_apart_by_category_and_by_unit(talk: Conversation) -> None:
    zheng = await talk.joins("郑老", "cadre", "虚构县教育局")
    he = await talk.joins("何老", "cadre")
    for someone, category in ((zheng, "就医"), (talk.wang, "住房"), (he, "就医"), (he, "其他")):
        await reports(someone, category=category)
    await takes(talk.zhao, 1)
    await closes(talk.zhao, case_id=1)
    found = await report(talk)
    assert [(each.label, shown(each)["登记"], shown(each)["办结率"]) for each in found.categories] == [
        ("就医", "2", "50%"),
        ("住房", "1", "0%"),
        ("其他", "1", "0%"),
    ]
    assert [(each.label, shown(each)["登记"], shown(each)["办结"]) for each in found.units] == [
        ("虚构县教育局", "1", "1"),
        ("虚构县水利局", "1", "0"),
        (NO_UNIT, "2", "0"),
    ]
    assert shown(found.total)["登记"] == "4"


async def test_a_category_that_the_settings_no_longer_have_counts_as_other(talk: Conversation) -> None:
    await reports(talk.wang, category="住房")
    await reports(talk.wang, "路灯坏了", "其他")
    left = tuple(each for each in talk.office.categories if each.key != "housing")
    talk.office = replace(talk.office, categories=left)
    assert [(each.label, shown(each)["登记"]) for each in (await report(talk)).categories] == [("其他", "2")]


async def test_a_wish_to_speak_to_a_person_is_a_category_of_its_own(talk: Conversation) -> None:
    await talk.wang.says("人工")
    assert [(each.label, shown(each)["登记"]) for each in (await report(talk)).categories] == [("请人联系", "1")]


# ── counted again ───────────────────────────────────────────────────────────────────────────────────────────────────


async def long_story(talk: Conversation) -> None:
    """Three weeks across the turn of the month, with everything that is counted."""
    sun = await talk.joins("孙姐", "staff")
    for words, category in (
        ("暖气三天不热了", "住房"),
        ("药费没有报", "就医"),
        ("路灯坏了", "其他"),
        ("电梯坏了", "住房"),
    ):
        await reports(talk.wang, words, category)
        await talk.passes(hours=3)
    await solves(talk, 1)
    await solves(talk, 2, "没解决", "")
    await hands(talk.zhao, "孙姐", case_id=2)
    await sun.presses("接受")
    await talk.passes(days=1)
    await takes(talk.zhao, 3)
    await closes(talk.zhao, outcome="不能办", case_id=3)
    await talk.qian.presses("同意")
    await talk.wang.presses("部分解决")
    await talk.wang.presses("基本满意")
    await reports(talk.li, "我爸家电梯又坏了", "住房")
    await takes(talk.zhao, 4)
    await takes(talk.zhao, 5)
    await talk.zhao.presses("更多")
    await talk.zhao.presses("合并")
    await talk.zhao.presses("2026-4")
    await talk.zhao.presses("确认提交")
    await talk.passes_until(FIRST_OF_DECEMBER + timedelta(hours=10))
    await reports(talk.wang, "想参加合唱队", "其他")
    await hands(talk.qian, "孙姐", case_id=4, label="改派")
    await closes(sun, outcome="部分办结", case_id=2)
    await talk.wang.presses("已解决")
    await talk.wang.presses("不满意")
    await replies(sun, "还在联系", 2)
    await talk.passes(days=12)


async def trail(talk: Conversation) -> list[tuple[datetime, str, str, int | None, dict[str, Any]]]:
    """Return every deed on a case: when, what, on which, by whom, and the detail."""
    rows = await talk.rows(
        "SELECT at, deed, subject, actor_id, detail FROM audit WHERE subject LIKE 'case:%' ORDER BY id"
    )
    return [(datetime.fromisoformat(row[0]), row[1], row[2], row[3], json.loads(row[4])) for row in rows]


async def recount(talk: Conversation, month: Month) -> dict[str, object]:
    """Count a month from the trail alone."""
    deeds = await trail(talk)
    start, end = month.start(talk.office.zone), month.next().start(talk.office.zone)
    inside = [each for each in deeds if start <= each[0] < end]
    merged = {subject for _, deed, subject, _, detail in deeds if deed == "case.merged" and "into" in detail}
    opened = {each[2]: each[0] for each in inside if each[1] == "case.opened" and each[2] not in merged}
    closings = [(each[2], each[4]["closing"], each[4]["outcome"]) for each in inside if each[1] == "case.closed"]

    def answers(field: str) -> list[str]:
        said = {(subject, detail["closing"]): detail[field] for _, _, subject, _, detail in deeds if field in detail}
        return [said[subject, number] for subject, number, _ in closings if (subject, number) in said]

    def is_closed(subject: str) -> bool:
        ends = [each[1] for each in deeds if each[2] == subject and each[1] in ("case.closed", "case.reopened")]
        return ends[-1:] == ["case.closed"]

    def response(subject: str) -> datetime:
        kinds = ("case.taken", "case.replied", "case.asked", "case.accepted", "case.assigned")
        found = [each[0] for each in deeds if each[2] == subject and each[1] in kinds and each[3] is not None]
        return found[0] if found else talk.clock()

    owners = [each for each in deeds if each[1] in ("case.taken", "case.accepted", "case.assigned")]
    first = {subject: at for at, _, subject, _, _ in reversed(owners)}
    waits = [talk.office.calendar.minutes_between(at, response(subject)) for subject, at in opened.items()]
    outcomes = [outcome for _, _, outcome in closings]
    return {
        "opened": len(opened),
        "opened_closed": sum(map(is_closed, opened)),
        "closed": len(closings),
        **{outcome: outcomes.count(outcome) for outcome in ("done", "partly", "cannot")},
        "answered": len(answers("solved")),
        "solved": answers("solved").count("yes"),
        "partly_solved": answers("solved").count("partly"),
        "rated": len(answers("satisfied")),
        "satisfied": sum(each in ("yes", "basic") for each in answers("satisfied")),
        "reopened": sum(each[1] == "case.reopened" for each in inside),
        "handed": sum(each in inside and each[0] > first[each[2]] for each in owners),
        "median": median(waits) if waits else None,
        "worst": max(waits, default=None),
    }


@pytest.mark.parametrize("month", [NOVEMBER, DECEMBER], ids=str)
async def test_the_figures_are_those_of_a_recount_from_the_trail(talk: Conversation, month: Month) -> None:
    await long_story(talk)
    found = (await report(talk, month)).total.tally
    counted = {name: getattr(found, name) for name in ("opened", "opened_closed", "closed", "done", "partly", "cannot")}
    names = ("answered", "solved", "partly_solved", "rated", "satisfied", "reopened", "handed")
    counted |= {name: getattr(found, name) for name in names}
    counted |= {"median": median(found.waits), "worst": max(found.waits)}
    again = await recount(talk, month)
    assert counted == again
    assert again["closed"] and again["opened"] and again["reopened"] and again["handed"], (
        "the story tells of everything"
    )


async def test_the_parts_make_the_whole(talk: Conversation) -> None:
    await long_story(talk)
    for month in (NOVEMBER, DECEMBER):
        found = await report(talk, month)
        for lines in (found.categories, found.units):
            for figure in FIGURES:
                if figure.form == "count":
                    parts = [figure.value(each.tally) or 0 for each in lines]
                    assert sum(parts) == figure.value(found.total.tally), figure.title
            assert sorted(wait for each in lines for wait in each.tally.waits) == sorted(found.total.tally.waits)


# ── the ledger ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def is_helped(talk: Conversation, case_id: int, amount: str, given_on: date, kind: str = "特困补助") -> None:
    aid = Aid(kind, "重大疾病", "现金", amount, given_on, "赵科")

    async def help_given(tx: Tx) -> None:
        await case_aids.add(tx, case_id, aid, talk.ids["赵科"], talk.clock())

    await talk.writes(help_given)


async def test_the_ledger_tells_of_a_case_who_what_when_and_how_it_ended(talk: Conversation) -> None:
    await talk.writes(
        lambda tx: tx.run(
            "UPDATE persons SET sex = '男', birth = '1938-07', retirement_kind = '离休', living = '独居', health = '一般'"
            " WHERE name = '王老'"
        )
    )
    await reports(talk.wang)
    await solves(talk)
    await is_helped(talk, 1, "500元", date(2026, 11, 25))
    [row] = await ledger(talk)
    assert row == {
        "序号": 1,
        "编号": "2026-1",
        "姓名": "王老",
        "性别": "男",
        "出生日期": "1938-07",
        "离退休类型": "离休",
        "单位": "虚构县水利局",
        "登记日期": date(2026, 11, 23),
        "反映人": "本人",
        "类别": "住房",
        "情况说明": "暖气三天不热了",
        "经办人": "赵科",
        "承诺日期": date(2026, 12, 7),
        "办结日期": date(2026, 11, 23),
        "结果": "已办结",
        "解决没有": "已解决",
        "满意没有": "满意",
        "回访人": None,
        "帮扶类型": "特困补助",
        "原因": "重大疾病",
        "形式": "现金",
        "金额(数量)": "500元",
        "帮扶日期": date(2026, 11, 25),
        "帮扶单位": talk.office.name,
        "发放人": "赵科",
        "家庭/居住状况": "独居",
        "健康": "一般",
    }


async def test_a_further_aid_is_a_further_row_and_each_aid_stands_in_the_month_it_was_given(talk: Conversation) -> None:
    await reports(talk.wang)
    for amount, day in (("大米两袋", date(2026, 11, 30)), ("500元", date(2026, 11, 24)), ("300元", date(2026, 12, 1))):
        await is_helped(talk, 1, amount, day)
    november, december = await ledger(talk), await ledger(talk, DECEMBER)
    assert [(row["序号"], row["编号"], row["金额(数量)"]) for row in november] == [
        (1, "2026-1", "500元"),
        (2, "2026-1", "大米两袋"),
    ]
    assert [(row["编号"], row["登记日期"], row["金额(数量)"]) for row in december] == [
        ("2026-1", date(2026, 11, 23), "300元")
    ]


async def test_help_given_before_a_merge_is_not_lost(talk: Conversation) -> None:
    await merges(talk)
    await is_helped(talk, 2, "500元", date(2026, 11, 24))
    assert [(row["编号"], row["金额(数量)"]) for row in await ledger(talk)] == [("2026-1", "500元")]


async def test_a_case_without_help_has_a_row_and_no_giving_unit(talk: Conversation) -> None:
    await reports(talk.li)
    [row] = await ledger(talk)
    assert (row["反映人"], row["结果"], row["办结日期"], row["帮扶单位"], row["健康"]) == (
        "小李",
        "正在办理",
        None,
        None,
        None,
    )


async def test_a_case_that_was_closed_in_the_month_is_in_its_ledger(talk: Conversation) -> None:
    await reports(talk.wang)
    await reports(talk.wang, "药费没有报", "就医")
    await talk.passes_until(FIRST_OF_DECEMBER + timedelta(days=1))
    await solves(talk, 1, "没解决", "")
    [row] = await ledger(talk, DECEMBER)
    assert (row["编号"], row["结果"], row["解决没有"]) == ("2026-1", "正在办理", "没解决"), "it was opened again"


async def test_of_several_closings_the_last_is_told(talk: Conversation) -> None:
    await reports(talk.wang)
    await solves(talk, 1, "没解决", "")
    await closes(talk.zhao, outcome="部分办结")
    await talk.wang.presses("部分解决")
    [row] = await ledger(talk)
    assert (row["结果"], row["解决没有"], row["满意没有"]) == ("部分办结", "部分解决", None)


async def test_the_caller_stands_beside_what_was_heard_by_telephone(talk: Conversation) -> None:
    sun = await talk.joins("孙姐", "staff")
    await talk.joins("郑老", "cadre", account=False)
    await telephones(talk.zhao)
    await takes(talk.zhao)
    await closes(talk.zhao, "水管换了")
    await sun.says("回访")
    await sun.presses("填 2026-1")
    await sun.presses("已解决")
    await sun.presses("基本满意")
    await sun.says("说师傅来得晚")
    await sun.presses("确认提交")
    [row] = await ledger(talk)
    assert (row["姓名"], row["反映人"], row["解决没有"], row["满意没有"], row["回访人"]) == (
        "郑老",
        "赵科",
        "已解决",
        "基本满意",
        "孙姐",
    )
    assert (await figures(talk))["已回答"] == "1"


async def telephones(staff: Speaker) -> None:
    """Write down what 郑老 said on the telephone."""
    await staff.says("代登记")
    await staff.says("郑老")
    await staff.presses("住房")
    await staff.says("水管漏水")
    await staff.presses("说完了")
    await staff.presses("不急")
    await staff.presses("确认提交")


async def test_long_words_are_cut_and_a_photo_alone_is_called_so(talk: Conversation) -> None:
    await reports(talk.wang, "暖气不热\n\n" + "很冷" * 200)
    await talk.wang.says("困难")
    await talk.wang.presses("就医")
    await talk.wang.sends(PHOTO)
    for label in ("说完了", "不急", "确认提交"):
        await talk.wang.presses(label)
    first, second = await ledger(talk)
    words = str(first["情况说明"])
    assert words.startswith("暖气不热 很冷很冷")
    assert (len(words), words[-2:]) == (LONGEST_WORDS, "……")
    assert second["情况说明"] == "照片或文件"


async def test_what_the_reports_read_they_leave_as_it_is(talk: Conversation) -> None:
    await long_story(talk)
    before = await everything(talk)
    await report(talk)
    await ledger(talk)
    assert await everything(talk) == before


async def everything(talk: Conversation) -> list[Sequence[object]]:
    tables = ("cases", "case_entries", "case_closings", "case_aids", "audit", "outbox")
    return [tuple(row) for table in tables for row in await talk.rows(f"SELECT * FROM {table}")]

"""What cadres, and relatives for them, do with gatherings: the list, signing up, offers, 不来, leave, days away, wishes."""

import secrets
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from storage import accounts, entry, gatherings, interests, life_events, people, signups
from storage.gatherings import Audience, Gathering
from tests.conversation import CHANNEL, START, Conversation, Speaker, open_conversation
from tests.gathering_rows import gathering, write

DAY = timedelta(days=1)
STARTS = START + 7 * DAY  # Monday 30 November, ten in the morning


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Conversation]:
    async with open_conversation(tmp_path / "yinling.db") as opened:
        yield opened


async def made(talk: Conversation, **changes: Any) -> Gathering:
    """Write a gathering whose sign-up is open until the day before."""
    starts_at = changes.pop("starts_at", STARTS)
    values: dict[str, Any] = {
        "title": "合唱排练",
        "kind": "song",
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(hours=2),
        "place": "多功能厅",
        "opens_at": START - DAY,
        "deadline_at": starts_at - DAY,
        "made_by": talk.ids["赵科"],
        "uid": secrets.token_hex(8),
        "seed": "seed",
    }
    async with talk.database.write() as tx:
        return await gatherings.add(tx, Gathering(**(values | changes)), talk.clock())


async def course(
    talk: Conversation, title: str, lessons: int = 3, term: str = "2026年秋季", **changes: Any
) -> list[Gathering]:
    """Write a course with a lesson each week."""
    async with talk.database.write() as tx:
        course_id = await gatherings.add_course(tx, title, term, talk.ids["赵科"], talk.clock())
    more = {"kind": "lesson", "title": title, "course_id": course_id} | changes
    return [await made(talk, starts_at=STARTS + week * 7 * DAY, **more) for week in range(lessons)]


async def opens(someone: Speaker, gathering: Gathering) -> None:
    await someone.sends_choice(f"a:gathering:{gathering.id}")


async def signs_up(someone: Speaker, gathering: Gathering, whom: str = "") -> None:
    """Sign up where nothing but for whom is asked."""
    await opens(someone, gathering)
    await someone.presses("报名", someone.latest)
    if whom:
        await someone.presses(whom)
    await someone.presses("确认提交")


async def states(talk: Conversation, name: str = "王老") -> list[str]:
    sql = "SELECT state FROM signups WHERE person_id = ? ORDER BY id"
    return [row[0] for row in await talk.rows(sql, talk.ids[name])]


async def deeds(talk: Conversation) -> list[str]:
    return [row[0] for row in await talk.rows("SELECT deed FROM audit ORDER BY id")]


async def knows(talk: Conversation, name: str, **facts: Any) -> None:
    """Write into the roster what is known of somebody."""

    async def change(tx: Any) -> None:
        await people.change(tx, replace(await people.by_id(tx, talk.ids[name]), **facts), talk.clock())

    await talk.writes(change)


async def shares(talk: Conversation, name: str) -> None:
    """Somebody new uses 王老's telephone as well."""
    await talk.joins(name, "cadre", account=False)

    async def share(tx: Any) -> None:
        account = await accounts.find_or_add(tx, CHANNEL, talk.wang.address, talk.clock())
        await accounts.share(tx, account, talk.ids[name], talk.clock())
        await entry.give_consent(tx, talk.ids[name], account, talk.office.consent_version, talk.clock())

    await talk.writes(share)


# ── the list ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("words", ["5", "活动", "报名", "课程", "活动和课程"])
async def test_the_list_is_reached_by_the_menu_and_by_words(talk: Conversation, words: str) -> None:
    await made(talk)
    await talk.wang.says("菜单")
    await talk.wang.says(words)
    assert talk.wang.sees("近期的活动和课程 1 项，点开可以报名：\n1. 11月30日 星期一 10:00 合唱排练")
    assert talk.wang.buttons == ["1 11月30日 合唱排练", "我报了名的", "更多", "菜单"]


async def test_when_nothing_is_coming_the_list_says_so(talk: Conversation) -> None:
    await made(talk, starts_at=START - DAY)
    await made(talk, state="cancelled", why_cancelled="下雪")
    await talk.wang.says("活动")
    assert talk.wang.sees("现在没有可以参加的活动和课程。")


async def test_what_suits_best_comes_first_and_then_what_is_sooner(talk: Conversation) -> None:
    await knows(talk, "王老", branch="第一支部")
    await talk.writes(lambda tx: interests.put(tx, talk.ids["王老"], ["art"]))
    await made(talk, title="乙", kind="chess", starts_at=STARTS + DAY)
    await made(talk, title="甲", kind="chess")
    await made(talk, title="丙", kind="art", starts_at=STARTS + 5 * DAY)
    await made(talk, title="丁", kind="general", branch="第一支部", starts_at=STARTS + 6 * DAY)
    await made(talk, title="别家", kind="general", branch="第二支部")
    await made(talk, title="年轻人", audience=Audience(units=(99,)))
    await talk.wang.says("活动")
    assert [each.split()[-1] for each in talk.wang.buttons[:4]] == ["丁", "丙", "甲", "乙"]
    assert not talk.wang.sees("别家")
    assert not talk.wang.sees("年轻人")


async def test_a_long_list_has_pages_of_eight(talk: Conversation) -> None:
    for day in range(10):
        await made(talk, title=f"活动{day}", starts_at=STARTS + day * DAY)
    await talk.wang.says("活动")
    assert talk.wang.sees("10 项，第 1 到 8 项")
    assert "9 下一页" in talk.wang.buttons
    await talk.wang.says("9")
    assert talk.wang.sees("10 项，第 9 到 10 项")
    assert talk.wang.buttons[:2] == ["1 12月8日 活动8", "2 12月9日 活动9"]
    assert "9 下一页" not in talk.wang.buttons


async def test_every_line_shows_how_one_stands(talk: Conversation) -> None:
    first = await made(talk, title="甲")
    full = await made(talk, title="乙", capacity=1)
    refused = await made(talk, title="丙", kind="chess")
    await made(talk, title="丁", opens_at=START + DAY)
    await made(talk, title="戊", deadline_at=START - timedelta(hours=1))
    chen = await talk.joins("陈老", "cadre")
    wu = await talk.joins("吴老", "cadre")
    await signs_up(chen, full)
    await signs_up(wu, full)
    await signs_up(talk.wang, full)
    await signs_up(talk.wang, first)
    await opens(talk.wang, refused)
    await talk.wang.presses("不来")
    await talk.wang.says("活动")
    for line in ("甲：已报名", "乙：候补第2位", "丙：不来", "丁：11月24日 星期二 10:00开始报名", "戊：报名截止了"):
        assert talk.wang.sees(line), talk.wang.heard


async def test_a_course_is_shown_once_as_its_first_lesson_that_takes_sign_ups(talk: Conversation) -> None:
    await course(talk, "书法班")
    await talk.wang.says("活动")
    assert talk.wang.sees("1 项")
    assert talk.wang.sees("11月30日 星期一 10:00 书法班（整个课程）")
    await talk.passes(days=6, hours=1)
    await talk.wang.says("活动")
    assert talk.wang.sees("1. 12月7日 星期一 10:00 书法班（整个课程）")


async def test_a_relative_sees_what_suits_the_parent_and_two_elders_see_both_states(talk: Conversation) -> None:
    each = await made(talk)
    await talk.li.says("活动")
    assert talk.li.sees("合唱排练")
    await shares(talk, "陈老")
    await signs_up(talk.wang, each, "王老")
    await talk.wang.says("活动")
    assert talk.wang.sees("合唱排练：王老已报名")


async def test_who_has_died_is_offered_nothing(talk: Conversation) -> None:
    each = await made(talk)
    await talk.writes(
        lambda tx: life_events.add(tx, talk.ids["王老"], "deceased", date(2026, 11, 20), "", None, talk.clock())
    )
    await talk.li.says("活动")
    assert talk.li.sees("现在没有可以参加的活动和课程。")
    await opens(talk.li, each)
    assert talk.li.sees("这次活动不在了，或者不是给您安排的。")


# ── one gathering ───────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_card_tells_everything_and_how_many_places_are_left(talk: Conversation) -> None:
    each = await made(talk, capacity=2, companions=1)
    await opens(talk.wang, each)
    for text in (
        "歌舞：合唱排练",
        "地点：多功能厅",
        "名额：2 人",
        "最多 1 位",
        "报名截止：11月29日",
        "还有 2 个位子。",
    ):
        assert talk.wang.sees(text), talk.wang.heard
    assert talk.wang.buttons == ["1 报名", "2 不来", "我报了名的", "菜单"]
    for name in ("陈老", "吴老", "郑老"):
        speaker = await talk.joins(name, "cadre")
        await opens(speaker, each)
        await speaker.presses("报名", speaker.latest)
        await speaker.presses("自己来")
        await speaker.presses("确认提交")
    await opens(talk.wang, each)
    assert talk.wang.sees("网上的名额满了，候补的有 1 位。")


async def test_a_gathering_for_others_and_one_that_is_not_there_look_the_same(talk: Conversation) -> None:
    other = await made(talk, audience=Audience(branches=("第二支部",)))
    for choice in (
        f"a:gathering:{other.id}",
        "a:gathering:999",
        "a:gathering:x",
        f"a:signup:{other.id}",
        "a:notcoming:999",
    ):
        await talk.wang.sends_choice(choice)
        assert talk.wang.sees("这次活动不在了，或者不是给您安排的。"), choice
    assert await states(talk) == []


# ── signing up ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_signing_up_takes_four_taps_from_the_menu(talk: Conversation) -> None:
    await made(talk)
    await talk.wang.says("菜单")
    for label in ("活动和课程", "合唱排练", "1 报名"):
        await talk.wang.presses(label, talk.wang.latest)
    assert talk.wang.sees("请您核对，给王老报名：\n合唱排练\n时间：11月30日 星期一 10:00 到 12:00\n地点：多功能厅")
    await talk.wang.presses("确认提交")
    assert talk.wang.sees("王老报上了“合唱排练”，有位子。")
    assert talk.wang.sees("不能来了，请按下面的按钮")
    assert talk.wang.buttons == ["1 取消报名", "我报了名的", "菜单"]
    assert await states(talk) == ["in"]
    assert "signup.made" in await deeds(talk)


async def test_everything_asked_is_one_tap_each_and_stands_in_the_answers(talk: Conversation) -> None:
    await knows(talk, "王老", birth="1938")
    each = await made(talk, kind="outing", companions=2, asks=("transport", "diet"))
    await opens(talk.wang, each)
    taps = ("报名", "带一位", "要接送，也有忌口")
    for label in taps:
        await talk.wang.presses(label, talk.wang.latest)
    await talk.wang.says("吃素")
    assert talk.wang.sees("请确认：王老身体可以参加，家里也同意。")
    await talk.wang.presses("身体可以，家里同意")
    for line in ("几个人：带一位", "接送和吃饭：要接送，也有忌口", "忌口：吃素", "身体：身体可以，家里同意"):
        assert talk.wang.sees(line)
    await talk.wang.presses("确认提交")
    assert talk.wang.sees("有 2 个位子。")
    assert await talk.one("SELECT companions FROM signups") == 1
    expected = '{"transport":"要接送","diet":"吃素","health":"身体可以参加，家里也同意"}'
    assert await talk.one("SELECT answers FROM signups") == expected


async def test_with_everything_asked_it_is_four_taps_from_the_push(talk: Conversation) -> None:
    each = await made(talk, kind="outing", companions=1, asks=("transport", "diet"))
    await talk.wang.sends_choice(f"a:signup:{each.id}")
    for label in ("自己来", "都不用", "身体可以", "确认提交"):
        await talk.wang.presses(label, talk.wang.latest)
    assert await states(talk) == ["in"]


@pytest.mark.parametrize(
    ("asks", "question", "answer", "stored"),
    [
        ("transport", "要不要接送？", "要接送", '{"transport":"要接送"}'),
        ("transport", "要不要接送？", "不用接送", '{"transport":"不用接送"}'),
        ("diet", "吃饭有没有忌口？", "没有忌口", '{"diet":"没有忌口"}'),
    ],
)
async def test_only_what_is_wanted_is_asked(
    talk: Conversation, asks: str, question: str, answer: str, stored: str
) -> None:
    each = await made(talk, asks=(asks,))
    await talk.wang.sends_choice(f"a:signup:{each.id}")
    assert talk.wang.sees(question)
    await talk.wang.presses(answer)
    await talk.wang.presses("确认提交")
    assert await talk.one("SELECT answers FROM signups") == stored


async def test_an_answer_changed_at_the_review_leaves_nothing_of_the_old_one(talk: Conversation) -> None:
    each = await made(talk, asks=("diet",))
    await talk.wang.sends_choice(f"a:signup:{each.id}")
    await talk.wang.presses("有忌口")
    await talk.wang.says("吃素")
    await talk.wang.presses("改吃饭")
    await talk.wang.presses("没有忌口")
    assert not talk.wang.sees("吃素")
    await talk.wang.presses("确认提交")
    assert await talk.one("SELECT answers FROM signups") == '{"diet":"没有忌口"}'


async def test_whose_health_does_not_allow_it_is_not_signed_up(talk: Conversation) -> None:
    each = await made(talk, kind="outing")
    await talk.wang.sends_choice(f"a:signup:{each.id}")
    await talk.wang.presses("这次先不报")
    assert talk.wang.sees("这次先不报，身体要紧")
    assert await states(talk) == []


async def test_companions_are_offered_only_where_they_may_come_and_all_wait_together(talk: Conversation) -> None:
    each = await made(talk, capacity=2, companions=2)
    chen = await talk.joins("陈老", "cadre")
    await chen.sends_choice(f"a:signup:{each.id}")
    assert chen.buttons[:3] == ["1 自己来", "2 带一位", "3 带两位"]
    await chen.says("自己来")
    await chen.presses("确认提交")
    await talk.wang.sends_choice(f"a:signup:{each.id}")
    await talk.wang.says("2")
    await talk.wang.presses("确认提交")
    assert talk.wang.sees("人满了，王老排在候补第 1 位。轮到的时候会问您来不来。")
    assert await states(talk) == ["waiting"]


async def test_of_a_draw_it_is_said_that_it_waits_for_the_draw(talk: Conversation) -> None:
    each = await made(talk, by_draw=True, capacity=1)
    await signs_up(talk.wang, each)
    assert talk.wang.sees("等抽签，11月29日 星期日 10:00抽")
    assert talk.wang.buttons[0] == "1 取消报名"


async def test_a_relative_signs_up_the_parent_who_hears_of_it(talk: Conversation) -> None:
    each = await made(talk)
    await signs_up(talk.li, each)
    assert talk.li.sees("王老报上了“合唱排练”")
    assert talk.wang.sees("小李替您报名：王老报上了“合唱排练”，有位子。")
    row = (await talk.rows("SELECT person_id, acted_by FROM signups"))[0]
    assert tuple(row) == (talk.ids["王老"], talk.ids["小李"])


async def test_of_two_elders_on_one_telephone_it_is_asked_for_whom(talk: Conversation) -> None:
    await shares(talk, "陈老")
    each = await made(talk)
    await talk.wang.sends_choice(f"a:signup:{each.id}")
    assert talk.wang.sees("这次是为谁办？")
    await talk.wang.presses("陈老")
    assert talk.wang.sees("给陈老报名")
    await talk.wang.presses("确认提交")
    assert (await states(talk, "陈老"), await states(talk)) == (["in"], [])
    await opens(talk.wang, each)
    assert talk.wang.sees("您这边：陈老已报名")
    assert talk.wang.buttons[:3] == ["1 报名", "2 王老不来", "3 陈老取消报名"]


async def test_who_is_signed_up_is_told_so_and_stays(talk: Conversation) -> None:
    each = await made(talk)
    await signs_up(talk.wang, each)
    await talk.wang.sends_choice(f"a:signup:{each.id}")
    assert talk.wang.sees("王老：已报名，不用再报。")
    assert await states(talk) == ["in"]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"opens_at": START + DAY}, "还没有开始报名，11月24日"),
        ({"deadline_at": START - timedelta(hours=1)}, "报名已经截止了。想来的话，请打电话问问"),
        ({"state": "cancelled", "why_cancelled": "下雪"}, "这次活动取消了。"),
        ({"starts_at": START - timedelta(hours=1)}, "这次活动已经开始了。"),
    ],
)
async def test_who_cannot_sign_up_hears_why(talk: Conversation, changes: dict[str, Any], sentence: str) -> None:
    each = await made(talk, **changes)
    await talk.wang.sends_choice(f"a:signup:{each.id}")
    assert talk.wang.sees(sentence)
    assert await states(talk) == []


async def test_sign_up_that_ends_while_somebody_reads_the_review_is_refused(talk: Conversation) -> None:
    each = await made(talk, deadline_at=START + timedelta(minutes=10))
    await talk.wang.sends_choice(f"a:signup:{each.id}")
    await talk.passes(minutes=20)
    await talk.wang.presses("确认提交")
    assert talk.wang.sees("报名已经截止了")
    assert await states(talk) == []


async def test_of_two_for_one_parent_only_the_other_elder_may_come(talk: Conversation) -> None:
    await shares(talk, "陈老")
    await knows(talk, "陈老", branch="第一支部")
    each = await made(talk, kind="general", branch="第一支部")
    await talk.wang.sends_choice(f"a:signup:{each.id}")
    await talk.wang.presses("王老")
    assert talk.wang.sees("这次活动限定了参加的人，王老不在里面。")
    assert await states(talk) == []


async def test_a_second_press_on_the_review_does_nothing(talk: Conversation) -> None:
    each = await made(talk)
    await talk.wang.sends_choice(f"a:signup:{each.id}")
    review = talk.wang.latest
    await talk.wang.presses("确认提交", review)
    await talk.wang.presses("确认提交", review)
    assert talk.wang.sees("这一项您已经办过了")
    assert await states(talk) == ["in"]


async def test_what_was_said_on_the_way_is_offered_to_be_registered(talk: Conversation) -> None:
    each = await made(talk)
    await talk.wang.sends_choice(f"a:signup:{each.id}")
    await talk.wang.says("我家水管漏水三天了没人来")
    await talk.wang.presses("确认提交")
    assert talk.wang.sees("王老报上了")
    assert talk.wang.sees("要我记下来，请工作人员来办吗？")
    assert await states(talk) == ["in"]


# ── courses ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_course_is_signed_up_with_all_its_lessons_and_given_back_with_them(talk: Conversation) -> None:
    lessons = await course(talk, "书法班")
    await signs_up(talk.wang, lessons[0])
    assert talk.wang.sees("这门课以后的课也一起报上了")
    assert await states(talk) == ["in"] * 3
    await talk.wang.presses("取消报名", talk.wang.latest)
    assert talk.wang.sees("这门课从这次起都取消。")
    await talk.wang.presses("取消报名", talk.wang.latest)
    assert talk.wang.sees("取消好了：王老，书法班。位子让出来了。")
    assert await states(talk) == ["cancelled"] * 3


async def test_a_third_course_of_the_term_is_refused_with_those_there_are(talk: Conversation) -> None:
    for title in ("书法班", "合唱班"):
        await signs_up(talk.wang, (await course(talk, title))[0])
    third = await course(talk, "摄影班")
    await talk.wang.sends_choice(f"a:signup:{third[0].id}")
    assert talk.wang.sees("王老2026年秋季已经报了：书法班、合唱班。每人一学期最多 2 门。")
    assert len(await states(talk)) == 6
    spring = await course(talk, "摄影班", term="2027年春季")
    await signs_up(talk.wang, spring[0])
    assert talk.wang.sees("报上了“摄影班”")


async def test_who_gives_back_a_course_may_take_another(talk: Conversation) -> None:
    first = await course(talk, "书法班")
    await signs_up(talk.wang, first[0])
    await signs_up(talk.wang, (await course(talk, "合唱班"))[0])
    await opens(talk.wang, first[0])
    await talk.wang.presses("取消报名", talk.wang.latest)
    await talk.wang.presses("取消报名", talk.wang.latest)
    await signs_up(talk.wang, (await course(talk, "摄影班"))[0])
    assert talk.wang.sees("报上了“摄影班”")


# ── offers ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def offered(talk: Conversation) -> tuple[Gathering, Speaker, Speaker]:
    """王老 waits behind 陈老 for one place, and 吴老 behind him; 陈老 cancels, so that it is offered to 王老."""
    each = await made(talk, capacity=1)
    chen, wu = await talk.joins("陈老", "cadre"), await talk.joins("吴老", "cadre")
    for someone in (chen, talk.wang, wu):
        await signs_up(someone, each)
    await opens(chen, each)
    await chen.presses("取消报名", chen.latest)
    assert chen.sees("取消以后，位子让给排队的下一位，您不再留在名单上。确定取消吗？")
    await chen.presses("取消报名", chen.latest)
    assert chen.sees("取消好了：陈老，合唱排练。位子让出来了。")
    assert talk.wang.sees("有位子空出来了")
    assert not wu.sees("有位子空出来了")
    return each, chen, wu


async def test_an_offered_place_is_taken_by_one_press_and_a_second_changes_nothing(talk: Conversation) -> None:
    await offered(talk)
    push = talk.wang.latest
    await talk.wang.presses("要来", push)
    assert talk.wang.sees("好的，“合唱排练”有位子给王老留好了。")
    await talk.wang.presses("1 要来", push)
    assert talk.wang.sees("王老，“合唱排练”：已报名。")
    assert await states(talk) == ["in"]


async def test_an_offered_place_that_is_not_wanted_goes_to_the_next(talk: Conversation) -> None:
    _, _, wu = await offered(talk)
    push = talk.wang.latest
    await talk.wang.presses("不来了", push)
    assert talk.wang.sees("记下王老这次不来。位子让出来了")
    assert wu.sees("有位子空出来了")
    for label in ("1 要来", "不来了"):
        await talk.wang.presses(label, push)
        assert talk.wang.sees("王老的“合唱排练”已经说了不来。还想来，可以再报名")
    assert await states(talk) == ["no"]


async def test_who_took_the_place_and_then_presses_the_other_button_is_asked_once_more(talk: Conversation) -> None:
    _, _, wu = await offered(talk)
    push = talk.wang.latest
    await talk.wang.presses("要来", push)
    await talk.wang.presses("不来了", push)
    assert talk.wang.sees("确定取消吗？")
    await talk.wang.says("取消")  # of what? The word alone neither takes the place nor leaves the question
    assert talk.wang.sees("要取消报名，请按【取消报名】")
    assert talk.wang.sees("确定取消吗？")
    assert await states(talk) == ["in"]
    await talk.wang.says("不办了")
    assert talk.wang.sees("好的，不办了")
    await talk.wang.presses("不来了", push)
    await talk.wang.says("不取消")
    assert talk.wang.sees("没有取消")
    assert await states(talk) == ["in"]
    await talk.wang.presses("不来了", push)
    await talk.wang.presses("取消报名")
    assert await states(talk) == ["no"]
    assert wu.sees("有位子空出来了")


async def test_an_offer_that_ran_out_says_how_to_queue_again(talk: Conversation) -> None:
    await offered(talk)
    push = talk.wang.latest
    await talk.passes(days=2)
    await talk.wang.presses("1 要来", push)
    assert talk.wang.sees("留给王老的“合唱排练”的名额，到了时间，已经不再留了。还想来，可以再报名")
    await talk.wang.presses("报名", talk.wang.latest)
    await talk.wang.presses("确认提交")
    assert (await states(talk))[0] == "lost"
    await talk.wang.presses("1 要来", push)
    assert talk.wang.sees("王老，“合唱排练”：")


async def test_after_the_start_an_offer_and_a_cancellation_are_refused_politely(talk: Conversation) -> None:
    each, _, wu = await offered(talk)
    push = talk.wang.latest
    await talk.wang.presses("要来", push)
    card = talk.wang.latest
    talk.clock.passes(days=7, hours=1)
    await talk.wang.presses("1 要来", push)
    assert talk.wang.sees("“合唱排练”已经开始了，这里改不了。")
    await talk.wang.presses("取消报名", card)
    assert talk.wang.sees("已经开始了，这里改不了。有事请打电话")
    await wu.sends_choice(f"a:notcoming:{each.id}")
    assert wu.sees("已经开始了")
    assert await states(talk) == ["in"]


async def test_nobody_else_answers_an_offer_but_the_office_may(talk: Conversation) -> None:
    _, chen, _ = await offered(talk)
    signup = await talk.one("SELECT id FROM signups WHERE state = 'offered'")
    for choice in (f"a:seat:{signup}", f"a:noseat:{signup}", f"a:unsign:{signup}", "a:seat:999", "a:seat:x"):
        await chen.sends_choice(choice)
        assert chen.sees("这个名额不是您的，或者已经不在了。"), choice
    await talk.li.sends_choice(f"a:seat:{signup}")
    assert talk.li.sees("给王老留好了")
    await talk.zhao.sends_choice(f"a:noseat:{signup}")
    assert talk.zhao.sees("王老")
    assert await states(talk) == ["in"]


# ── 不来, 取消 ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_not_coming_is_noted_from_the_push_and_may_be_changed(talk: Conversation) -> None:
    each = await made(talk)
    await talk.wang.sends_choice(f"a:notcoming:{each.id}")
    assert talk.wang.sees("记下您这次不来")
    await talk.wang.sends_choice(f"a:notcoming:{each.id}")
    assert talk.wang.sees("记下您这次不来")
    assert await states(talk) == ["no"]
    await talk.wang.presses("还是想来，报名")
    await talk.wang.presses("确认提交")
    assert await states(talk) == ["cancelled", "in"]
    await talk.wang.sends_choice(f"a:notcoming:{each.id}")
    assert talk.wang.sees("确定取消吗？")
    await talk.wang.presses("取消报名")
    assert await states(talk) == ["cancelled", "no"]


async def test_of_two_elders_it_is_asked_who_does_not_come(talk: Conversation) -> None:
    await shares(talk, "陈老")
    each = await made(talk)
    await talk.wang.sends_choice(f"a:notcoming:{each.id}")
    assert talk.wang.sees("“合唱排练”，谁不来？")
    await talk.wang.presses("陈老")
    assert (await states(talk, "陈老"), await states(talk)) == (["no"], [])


async def test_who_waits_leaves_the_list_for_good(talk: Conversation) -> None:
    each = await made(talk, capacity=1)
    chen = await talk.joins("陈老", "cadre")
    await signs_up(chen, each)
    await signs_up(talk.wang, each)
    await talk.wang.presses("取消报名", talk.wang.latest)
    assert talk.wang.sees("取消以后，您不在候补名单上了，想再来要从最后排起。")
    await talk.wang.presses("取消报名", talk.wang.latest)
    assert talk.wang.sees("取消好了：王老，合唱排练。")
    assert not talk.wang.sees("位子让出来了")
    await opens(chen, each)
    await chen.presses("取消报名", chen.latest)
    await chen.presses("取消报名", chen.latest)
    assert not talk.wang.sees("空出来了")
    assert await states(talk) == ["cancelled"]


async def test_an_old_cancel_button_says_that_it_is_cancelled(talk: Conversation) -> None:
    each = await made(talk)
    await signs_up(talk.wang, each)
    card = talk.wang.latest
    await talk.wang.presses("取消报名", card)
    await talk.wang.presses("取消报名", talk.wang.latest)
    await talk.wang.presses("取消报名", card)
    assert talk.wang.sees("王老这一项已经取消了。")


# ── 请假 ────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_leave_of_a_lesson_keeps_the_course_and_may_be_taken_back(talk: Conversation) -> None:
    lessons = await course(talk, "书法班")
    await signs_up(talk.wang, lessons[0])
    await opens(talk.wang, lessons[1])
    await talk.wang.presses("请假", talk.wang.latest)
    assert talk.wang.sees("王老，12月7日 星期一 10:00 书法班，请假是什么原因？")
    await talk.wang.presses("身体不好")
    assert talk.wang.sees("记下了，您12月7日 星期一 10:00 书法班请假：身体不好。")
    reasons = [row[0] for row in await talk.rows("SELECT leave_reason FROM signups ORDER BY id")]
    assert (reasons, await states(talk)) == ([None, "身体不好", None], ["in"] * 3)
    await opens(talk.wang, lessons[1])
    assert talk.wang.sees("您这边：请了假")
    await talk.wang.presses("还是来")
    assert talk.wang.sees("王老的请假取消了")
    assert await talk.one("SELECT count(*) FROM signups WHERE leave_reason IS NOT NULL") == 0
    assert "signup.comes" in await deeds(talk)


async def test_leave_of_a_meeting_needs_no_sign_up_and_takes_any_reason(talk: Conversation) -> None:
    each = await made(talk, title="党员大会", kind="general")
    await opens(talk.wang, each)
    assert talk.wang.buttons[:2] == ["1 报名", "2 请假"]
    await talk.wang.presses("请假")
    await talk.wang.presses("别的原因")
    await talk.wang.says("孙女结婚")
    assert talk.wang.sees("党员大会请假：孙女结婚。")
    assert await talk.one("SELECT leave_reason FROM signups") == "孙女结婚"
    await talk.wang.says("活动")
    assert talk.wang.sees("党员大会：请了假")


async def test_not_coming_to_a_meeting_asks_for_the_reason(talk: Conversation) -> None:
    each = await made(talk, title="形势报告会", kind="situation")
    await talk.wang.sends_choice(f"a:notcoming:{each.id}")
    assert talk.wang.sees("请假是什么原因？")


# ── 我的活动 ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_my_events_stand_in_order_of_time_without_what_was_refused(talk: Conversation) -> None:
    late = await made(talk, title="乙", starts_at=STARTS + DAY)
    early = await made(talk, title="甲")
    refused = await made(talk, title="丙")
    await signs_up(talk.wang, late)
    await signs_up(talk.wang, early)
    await talk.wang.sends_choice(f"a:notcoming:{refused.id}")
    await talk.wang.says("活动")
    await talk.wang.presses("我报了名的")
    assert talk.wang.sees("1. 11月30日 星期一 10:00 甲：已报名\n2. 12月1日 星期二 10:00 乙：已报名")
    assert not talk.wang.sees("丙")
    await talk.wang.says("2")
    assert talk.wang.sees("歌舞：乙")
    await talk.li.says("我的活动")
    assert talk.li.sees("甲：已报名")


async def test_my_events_have_pages_and_say_when_there_are_none(talk: Conversation) -> None:
    await talk.wang.says("我的活动")
    assert talk.wang.sees("现在没有报名的活动。")
    await signs_up(talk.wang, (await course(talk, "书法班", lessons=10))[0])
    await talk.wang.says("我的活动")
    await talk.wang.presses("9 下一页")
    assert talk.wang.buttons[:2] == ["1 1月25日 书法班", "2 2月1日 书法班"]


# ── 外出 ────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def goes_away(someone: Speaker, first: str = "11月30日", last: str = "12月7日") -> None:
    await someone.says("外出")
    await someone.says(first)
    await someone.says(last)


async def test_days_away_give_back_all_in_between(talk: Conversation) -> None:
    chen = await talk.joins("陈老", "cadre")
    song = await made(talk, capacity=1)
    lessons = await course(talk, "书法班")
    meeting = await made(talk, title="党员大会", kind="general", starts_at=STARTS + 2 * DAY)
    later = await made(talk, title="棋赛", kind="chess", starts_at=STARTS + 8 * DAY)
    for each in (song, lessons[0], meeting, later):
        await signs_up(talk.wang, each)
    await signs_up(chen, song)
    await goes_away(talk.wang)
    for line in (
        "11月30日 合唱排练：取消报名",
        "11月30日 书法班：请假",
        "12月2日 党员大会：请假",
        "12月7日 书法班：请假",
    ):
        assert talk.wang.sees(line), talk.wang.heard
    assert not talk.wang.sees("棋赛")
    assert talk.wang.sees("从：11月30日 星期一\n到：12月7日 星期一")
    assert set(await states(talk)) == {"in"}
    await talk.wang.presses("确认提交")
    assert talk.wang.sees("记下了，11月30日 星期一到12月7日 星期一外出。取消报名 1 项，请假 3 项。")
    assert chen.sees("有位子空出来了")
    rows = await talk.rows("SELECT state, leave_reason FROM signups WHERE person_id = ? ORDER BY id", talk.ids["王老"])
    assert [tuple(row) for row in rows] == [
        ("cancelled", None),
        ("in", "外出"),
        ("in", "外出"),
        ("in", None),
        ("in", "外出"),
        ("in", None),
    ]
    assert {"away.entered", "signup.cancelled", "signup.excused"} <= set(await deeds(talk))


async def test_who_is_away_is_offered_nothing_in_between_until_back(talk: Conversation) -> None:
    each = await made(talk)
    await made(talk, title="棋赛", starts_at=STARTS + 9 * DAY)
    await goes_away(talk.wang)
    assert talk.wang.sees("这几天里没有报过名的活动。")
    await talk.wang.presses("确认提交")
    await talk.wang.says("活动")
    assert talk.wang.sees("1 项")
    assert talk.wang.sees("棋赛")
    await talk.wang.sends_choice(f"a:signup:{each.id}")
    assert talk.wang.sees("王老登记了那几天外出，先不报。要是提前回来了，请说“我回来了”")
    await talk.wang.says("我回来了")
    assert talk.wang.sees("王老的外出登记取消了")
    await talk.wang.says("我回来了")
    assert talk.wang.sees("现在没有登记外出")
    await signs_up(talk.wang, each)
    assert await states(talk) == ["in"]


async def test_nothing_is_pushed_of_a_gathering_while_somebody_is_away(talk: Conversation) -> None:
    chen = await talk.joins("陈老", "cadre")
    await goes_away(talk.wang)
    await talk.wang.presses("确认提交")
    await write(talk, gathering(talk.ids["赵科"]))
    await write(talk, gathering(talk.ids["赵科"], title="棋赛", starts_at=STARTS + 9 * DAY))
    await talk.passes(hours=2)
    assert chen.sees("合唱排练")
    assert not talk.wang.sees("合唱排练")
    assert talk.wang.sees("棋赛")


async def test_who_presses_both_buttons_of_a_push_in_any_order_ends_as_pressed_last(talk: Conversation) -> None:
    await write(talk, gathering(talk.ids["赵科"]))
    await talk.passes(hours=2)
    push = talk.wang.latest
    await talk.wang.presses("不来", push)
    assert await states(talk) == ["no"]
    await talk.wang.presses("1 报名", push)
    await talk.wang.presses("确认提交")
    assert await states(talk) == ["cancelled", "in"]
    await talk.wang.presses("1 报名", push)
    assert talk.wang.sees("王老：已报名，不用再报。")
    await talk.wang.presses("不来", push)
    assert talk.wang.sees("取消以后，位子就让出来了，您不再留在名单上。")
    await talk.wang.presses("取消报名")
    assert await states(talk) == ["cancelled", "no"]


async def test_days_in_the_wrong_order_are_refused_or_turned(talk: Conversation) -> None:
    await goes_away(talk.wang, "12月5日", "12月1日")
    assert talk.wang.sees("这个日子太早了，最早是12月5日")
    await talk.wang.says("12月6日")
    await talk.wang.presses("改从")
    await talk.wang.says("12月9日")
    await talk.wang.presses("确认提交")
    assert [tuple(row) for row in await talk.rows("SELECT from_on, until_on FROM days_away")] == [
        ("2026-12-06", "2026-12-09")
    ]


async def test_a_relative_enters_the_parents_days_away(talk: Conversation) -> None:
    await goes_away(talk.li)
    await talk.li.presses("确认提交")
    assert await talk.one("SELECT person_id FROM days_away") == talk.ids["王老"]
    await talk.li.says("我回来了")
    assert talk.li.sees("王老的外出登记取消了")


async def test_of_two_who_are_away_it_is_asked_who_is_back(talk: Conversation) -> None:
    await shares(talk, "陈老")
    for name in ("陈老", "王老"):
        await talk.wang.says("外出")
        await talk.wang.presses(name)
        await talk.wang.says("11月30日")
        await talk.wang.says("12月7日")
        await talk.wang.presses("确认提交")
    await talk.wang.says("我回来了")
    assert talk.wang.sees("谁回来了？")
    await talk.wang.presses("陈老")
    assert [row[0] for row in await talk.rows("SELECT person_id FROM days_away")] == [talk.ids["王老"]]


# ── 爱好, 不打扰 ────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_interests_are_chosen_one_after_the_other(talk: Conversation) -> None:
    await talk.wang.says("活动")
    await talk.wang.presses("更多")
    await talk.wang.presses("登记爱好")
    assert "选好了" not in str(talk.wang.buttons)
    await talk.wang.presses("书画")
    assert talk.wang.sees("选了：书画。还喜欢什么？没有了请按【选好了】。")
    await talk.wang.says("棋牌")
    await talk.wang.says("选好了")
    assert talk.wang.sees("记下了：书画、棋牌。以后这些活动排在前面。")
    kinds = [row[0] for row in await talk.rows("SELECT kind FROM interests ORDER BY kind")]
    assert kinds == ["art", "chess"]
    await talk.wang.says("爱好")
    assert talk.wang.sees("以前登记的是：书画、棋牌。这次重新选")


async def test_whoever_likes_everything_need_not_say_that_it_is_all(talk: Conversation) -> None:
    await talk.wang.says("登记爱好")
    for _ in range(8):
        await talk.wang.says("1")
    assert talk.wang.sees("记下了：")
    assert await talk.one("SELECT count(*) FROM interests") == 8


@pytest.mark.parametrize(
    ("hours", "greetings", "stored"),
    [
        ("晚上九点到早上七点", "不要", ("21:00", "07:00", 0)),
        ("中午十二点到三点", "要", ("12:00", "15:00", 1)),
        ("照单位的", "要", ("00:00", "00:00", 1)),
    ],
)
async def test_quiet_hours_of_ones_own(
    talk: Conversation, hours: str, greetings: str, stored: tuple[str, str, int]
) -> None:
    await talk.wang.says("不打扰")
    assert talk.wang.sees("单位在21:30到07:30、12:00到14:00不发通知。")
    await talk.wang.presses(hours)
    await talk.wang.says(greetings)
    assert talk.wang.sees("记下了")
    rows = await talk.rows(
        "SELECT from_time, until_time, greetings FROM quiet_hours WHERE person_id = ?", talk.ids["王老"]
    )
    assert [tuple(row) for row in rows] == [stored]


# ── words of staff ──────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_sign_up_that_was_changed_meanwhile_is_shown_as_it_stands(talk: Conversation) -> None:
    each = await made(talk)
    await signs_up(talk.wang, each)
    await talk.wang.presses("取消报名", talk.wang.latest)
    await talk.writes(lambda tx: _cancel(tx, talk, each))
    await talk.wang.presses("取消报名", talk.wang.latest)
    assert talk.wang.sees("王老这一项已经取消了。")


async def _cancel(tx: Any, talk: Conversation, each: Gathering) -> None:
    signup = await signups.current(tx, each.id, talk.ids["王老"])
    assert signup is not None
    await signups.set_state(tx, signup, "cancelled", talk.clock())

"""The clock and gatherings: what is said when and to whom, once; late, or not at all and the office hears of it."""

import random
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.config import Config
from bot.office import office_from
from handlers.act import Act
from handlers.gatherings import reminding, signing
from handlers.gatherings.signing import Wish
from storage import quiet_hours, signups
from storage.gatherings import Gathering
from storage.quiet_hours import QuietHours
from storage.signups import Signup
from tests.conversation import START, Conversation, Speaker, open_conversation
from tests.gathering_rows import STARTS, change, gathering, write

OFFICE = office_from(Config())


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Conversation]:
    """It is Monday, 23 November 2026, ten in the morning; the rehearsal is a week later at the same time."""
    async with open_conversation(tmp_path / "yinling.db") as opened:
        yield opened


def at(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    """A moment of 2026 on the office's wall."""
    return datetime(2026, month, day, hour, minute, tzinfo=OFFICE.zone).astimezone(UTC)


async def rehearsal(talk: Conversation, **changes: Any) -> Gathering:
    return await write(talk, gathering(talk.ids["赵科"], **changes))


async def signs_up(talk: Conversation, someone: Speaker | str, each: Gathering, companions: int = 0) -> Signup:
    """Sign somebody up; a name alone telephones."""
    async with talk.database.write() as tx:
        act = Act(tx, talk.office, talk.clock())
        if isinstance(someone, str):
            wish = Wish(talk.ids[someone], talk.ids["赵科"], None, companions)
        else:
            person = talk.ids[someone.name]
            wish = Wish(person, person, await talk.account(someone), companions)
        signup = await signing.sign_up(act, each, wish)
    assert isinstance(signup, Signup), signup
    return signup


async def heard_until(talk: Conversation, someone: Speaker, moment: datetime) -> str:
    await talk.passes_until(moment)
    return someone.heard


async def states(talk: Conversation, each: Gathering) -> dict[str, str]:
    """Return how every reminder of a gathering stands, by kind."""
    rows = await talk.rows("SELECT kind, state FROM reminders WHERE subject_id = ? AND kind LIKE 'gathering%'", each.id)
    return {row[0].removeprefix("gathering."): row[1] for row in rows}


# ── when ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def walls(each: Gathering) -> dict[str, str]:
    """Return the moments on the office's wall, by kind, in order of time."""
    found = sorted(reminding.moments(each, OFFICE).items(), key=lambda item: item[1])
    return {kind.removeprefix("gathering."): f"{when.astimezone(OFFICE.zone):%m-%d %H:%M}" for kind, when in found}


def test_the_moments_of_a_gathering_are_relative_to_it() -> None:
    assert walls(gathering(1)) == {
        "opens": "11-23 11:00",
        "days": "11-27 09:00",
        "deadline": "11-29 10:00",
        "sure": "11-29 16:00",
        "hours": "11-30 08:00",
        "after": "11-30 13:00",
    }
    assert walls(gathering(1, by_draw=True))["draw"] == "11-29 10:00"


def test_there_is_no_last_call_after_the_deadline_and_no_question_before_anybody_could_sign_up() -> None:
    assert "days" not in walls(gathering(1, deadline_at=at(26, 17)))
    assert "days" not in walls(gathering(1, opens_at=at(28, 9)))
    same_day = gathering(1, opens_at=at(30, 7, 45), deadline_at=at(30, 9))
    assert set(walls(same_day)) == {"opens", "deadline", "hours", "after"}


@pytest.mark.parametrize(
    ("starts", "reminded"),
    [
        (at(30, 14, 30), "11-30 11:30"),  # two hours before lies in the noon rest, and after it is too late to set out
        (at(30, 15, 30), "11-30 14:00"),
        (at(30, 9), "11-30 07:30"),
        (at(30, 6), "11-29 21:00"),
    ],
)
def test_nobody_is_woken_to_be_reminded(starts: datetime, reminded: str) -> None:
    assert walls(gathering(1, starts_at=starts))["hours"] == reminded


# ── to whom ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_whom_it_suits_hears_at_the_opening_and_some_days_before_if_there_was_no_answer(
    talk: Conversation,
) -> None:
    sun = await talk.joins("孙老", "cadre")
    each = await rehearsal(talk)
    assert not await heard_until(talk, talk.wang, at(23, 10, 59))
    assert "开始报名了。\n歌舞：合唱排练" in await heard_until(talk, talk.wang, at(23, 11, 1))
    assert sun.sees("开始报名了") and not talk.qian.heard and not talk.stranger.heard
    assert talk.wang.buttons[:2] == ["1 报名", "2 不来"]
    await signs_up(talk, talk.wang, each)
    heard = await heard_until(talk, sun, at(27, 9, 1))
    assert heard.count("“合唱排练”还可以报名，到11月29日 星期日 10:00截止。") == 1
    assert not talk.wang.heard


async def test_whoever_said_no_or_cancelled_has_answered(talk: Conversation) -> None:
    sun = await talk.joins("孙老", "cadre")
    each = await rehearsal(talk)
    await talk.passes(hours=2)
    await talk.wang.presses("不来")
    signup = await signs_up(talk, sun, each)
    await talk.writes(lambda tx: signing.give_back(Act(tx, talk.office, talk.clock()), each, signup))
    assert not await heard_until(talk, sun, at(27, 10))
    assert "还可以报名" not in talk.wang.heard


async def test_nobody_is_invited_to_what_is_full(talk: Conversation) -> None:
    sun = await talk.joins("孙老", "cadre")
    each = await rehearsal(talk, capacity=1)
    await talk.passes(hours=2)
    await signs_up(talk, sun, each)
    assert not await heard_until(talk, talk.wang, at(27, 10))


async def test_what_is_open_already_is_announced_at_once_but_not_in_the_quiet_hours(talk: Conversation) -> None:
    await rehearsal(talk, opens_at=START - timedelta(hours=1))
    assert "开始报名了" in await heard_until(talk, talk.wang, at(23, 10, 1))
    await talk.passes_until(at(23, 22))
    await rehearsal(talk, title="夜里登记的", opens_at=START)
    await talk.ticks()
    [held] = await talk.rows("SELECT not_before FROM outbox WHERE text LIKE '%夜里登记的%'")
    assert held[0] == "2026-11-23T23:30:00.000Z"  # half past seven in the morning


async def test_a_course_and_a_series_are_announced_once(talk: Conversation) -> None:
    first = await rehearsal(talk)
    for week in (1, 2):
        await rehearsal(talk, starts_at=STARTS + timedelta(weeks=week), series_id=first.id)
    await change(talk, replace(first, series_id=first.id))
    assert (await heard_until(talk, talk.wang, at(23, 12))).count("开始报名了") == 1


# ── 还来吗 ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_who_has_a_place_is_asked_the_day_before_whether_they_still_come(talk: Conversation) -> None:
    sun = await talk.joins("孙老", "cadre")
    await talk.joins("郑老", "cadre", account=False)
    each = await rehearsal(talk, capacity=2)
    await talk.passes(hours=2)
    await signs_up(talk, talk.wang, each)
    await signs_up(talk, "郑老", each)
    await signs_up(talk, sun, each)
    assert "王老，“合唱排练”您报了名。" in await heard_until(talk, talk.wang, at(29, 16, 1))
    assert talk.wang.sees("您还来吗？") and talk.wang.buttons == ["1 来", "2 不来"]
    assert not sun.heard
    assert talk.zhao.sees("请打电话问还来不来：\n郑老，13800012001")


async def test_come_is_noted_once_and_not_asked_again(talk: Conversation) -> None:
    each = await rehearsal(talk)
    await talk.passes(hours=2)
    signup = await signs_up(talk, talk.wang, each)
    await talk.passes_until(at(29, 17))
    asked = talk.wang.latest
    await talk.wang.says("1")
    assert talk.wang.sees("好的，记下王老来，“合唱排练”。")
    await talk.wang.presses("来", asked)
    assert talk.wang.sees("好的，记下王老来")
    assert await talk.rows("SELECT count(*) FROM audit WHERE deed = 'signup.sure'") == [(1,)]
    assert await talk.one("SELECT sure FROM signups WHERE id = ?", signup.id) == "yes"


async def test_no_gives_the_place_to_the_next(talk: Conversation) -> None:
    sun = await talk.joins("孙老", "cadre")
    each = await rehearsal(talk, capacity=1)
    await talk.passes(hours=2)
    await signs_up(talk, talk.wang, each)
    await signs_up(talk, sun, each)
    await talk.passes_until(at(29, 17))
    asked = talk.wang.latest
    await talk.wang.presses("不来")
    assert talk.wang.sees("确定取消吗")
    await talk.wang.presses("取消报名")
    assert sun.sees("您排队的“合唱排练”有位子空出来了，给您留到11月29日")
    await talk.wang.presses("1 来", asked)
    assert talk.wang.sees("不来") and not talk.wang.sees("好的，记下王老来")
    await sun.presses("要来")
    assert "“合唱排练”快开始了" in await heard_until(talk, sun, at(30, 8, 1))
    assert not talk.wang.heard


async def test_of_a_meeting_one_takes_leave_and_is_not_reminded_any_more(talk: Conversation) -> None:
    each = await rehearsal(talk, kind="situation", title="形势报告会")
    await talk.passes(hours=2)
    await signs_up(talk, talk.wang, each)
    await talk.passes_until(at(29, 17))
    await talk.wang.presses("不来")
    await talk.wang.presses("身体不好")
    assert talk.wang.sees("请假：身体不好")
    assert not await heard_until(talk, talk.wang, at(30, 9))


async def test_nobody_answers_for_somebody_else(talk: Conversation) -> None:
    sun = await talk.joins("孙老", "cadre")
    signup = await signs_up(talk, talk.wang, await rehearsal(talk, opens_at=START))
    for word in ("sure", "unsure"):
        await sun.sends_choice(f"a:{word}:{signup.id}")
        assert sun.sees("不是您的")
        await sun.sends_choice(f"a:{word}:x")
        assert sun.sees("不是您的")
    await talk.li.sends_choice(f"a:sure:{signup.id}")
    assert talk.li.sees("好的，记下王老来")


# ── the deadline and the draw ───────────────────────────────────────────────────────────────────────────────────────


async def test_at_the_deadline_the_office_hears_how_many_and_what_was_kept_goes_to_who_waits(
    talk: Conversation,
) -> None:
    sun = await talk.joins("孙老", "cadre")
    each = await rehearsal(talk, capacity=3, kept=1, companions=1)
    await talk.passes(hours=2)
    await signs_up(talk, talk.wang, each, companions=1)
    assert (await signs_up(talk, sun, each)).state == "waiting"
    heard = await heard_until(talk, talk.zhao, at(29, 10, 1))
    assert "“合唱排练”报名截止了：有位子 3 人，其中家属 1 人。" in heard
    assert sun.sees("有位子空出来了")


async def test_places_are_drawn_at_the_deadline_and_everybody_is_told(talk: Conversation) -> None:
    sun = await talk.joins("孙老", "cadre")
    await talk.joins("郑老", "cadre", account=False)
    each = await rehearsal(talk, capacity=1, by_draw=True)
    await talk.passes(hours=2)
    for someone in (talk.wang, sun, "郑老"):
        assert (await signs_up(talk, someone, each)).state == "drawing"
    await talk.passes_until(at(29, 10, 1))
    told = [someone.heard for someone in (talk.wang, sun)]
    assert all("抽签的种子是 test-seed" in each for each in told)
    assert talk.zhao.sees("请打电话告诉抽签的结果：\n郑老") and talk.zhao.sees("报名截止了：有位子 1 人，候补 2 人")
    rows = await talk.rows("SELECT state FROM signups ORDER BY state")
    assert rows == [("in",), ("waiting",), ("waiting",)]


async def test_who_telephones_while_the_clock_is_late_does_not_get_before_who_waits(talk: Conversation) -> None:
    await talk.joins("郑老", "cadre", account=False)
    each = await rehearsal(talk, capacity=1, kept=1)
    await talk.passes(hours=2)
    assert (await signs_up(talk, talk.wang, each)).state == "waiting"
    talk.clock.ahead = at(29, 11) - START  # it was down at the deadline, when the kept place became everybody's
    assert (await signs_up(talk, "郑老", each)).state == "waiting"
    await talk.delivers()
    assert talk.wang.sees("有位子空出来了")


async def test_who_telephones_after_the_deadline_is_not_in_a_draw_that_comes_late(talk: Conversation) -> None:
    await talk.joins("郑老", "cadre", account=False)
    each = await rehearsal(talk, capacity=1, by_draw=True)
    await talk.passes(hours=2)
    await signs_up(talk, talk.wang, each)
    talk.clock.ahead = at(29, 11) - START  # it was down at the deadline
    assert (await signs_up(talk, "郑老", each)).state == "waiting"
    await talk.ticks()
    assert talk.wang.heard.count("抽中了") == 1


# ── at night ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_place_freed_at_night_is_offered_in_the_morning_and_kept_from_then_on(talk: Conversation) -> None:
    sun = await talk.joins("孙老", "cadre")
    each = await rehearsal(talk, capacity=1)
    await talk.passes(hours=2)
    signup = await signs_up(talk, talk.wang, each)
    await signs_up(talk, sun, each)
    await talk.passes_until(at(28, 23))
    await talk.writes(lambda tx: signing.give_back(Act(tx, talk.office, talk.clock()), each, signup))
    [row] = await talk.rows("SELECT not_before, text FROM outbox ORDER BY id DESC LIMIT 1")
    assert (
        row[0] == "2026-11-28T23:30:00.000Z" and "给您留到11月29日 星期日 14:07" in row[1]
    )  # a quarter of what is left
    await talk.passes_until(at(29, 14, 6))
    assert await lesson_states(talk, "孙老") == ["offered"]
    await talk.passes_until(at(29, 14, 8))
    assert await lesson_states(talk, "孙老") == ["lost"]
    assert sun.sees("到了时间没有等到您回话，不再留了。") and not sun.sees("可以再报名")


async def test_whoever_sleeps_until_the_start_is_passed_over_and_stays_in_the_line(talk: Conversation) -> None:
    sun, lin = await talk.joins("孙老", "cadre"), await talk.joins("林老", "cadre")
    each = await rehearsal(talk, capacity=1)
    await talk.passes(hours=2)
    signup = await signs_up(talk, talk.wang, each)
    for someone in (sun, lin):
        await signs_up(talk, someone, each)
    long_sleep = QuietHours(time(18), time(10), True)
    await talk.writes(lambda tx: quiet_hours.put(tx, talk.ids["孙老"], long_sleep))
    await talk.passes_until(at(29, 19))
    await talk.writes(lambda tx: signing.give_back(Act(tx, talk.office, talk.clock()), each, signup))
    assert await lesson_states(talk, "孙老") == ["waiting"]
    assert await lesson_states(talk, "林老") == ["offered"]


async def test_nobody_is_offered_what_begins_before_anybody_is_awake(talk: Conversation) -> None:
    sun = await talk.joins("孙老", "cadre")
    each = await rehearsal(talk, capacity=1, starts_at=at(30, 6))
    await talk.passes(hours=2)
    signup = await signs_up(talk, talk.wang, each)
    await signs_up(talk, sun, each)
    await talk.passes_until(at(29, 22))
    await talk.writes(lambda tx: signing.give_back(Act(tx, talk.office, talk.clock()), each, signup))
    assert await lesson_states(talk, "孙老") == ["waiting"]


async def test_an_offer_that_no_message_reaches_is_a_call_for_the_office_which_presses_the_answer(
    talk: Conversation,
) -> None:
    await talk.joins("郑老", "cadre", account=False)
    each = await rehearsal(talk, capacity=1)
    await talk.passes(hours=2)
    signup = await signs_up(talk, talk.wang, each)
    await signs_up(talk, "郑老", each)
    await talk.writes(lambda tx: signing.give_back(Act(tx, talk.office, talk.clock()), each, signup))
    await talk.passes(hours=2)  # the noon rest
    assert talk.zhao.sees(
        "请打电话问要不要来（有位子空出来了，留到11月24日 星期二 14:00），再把回答按在这里：\n郑老，13800012000"
    )
    await talk.zhao.presses("要来")
    assert await lesson_states(talk, "郑老") == ["in"]


# ── lessons ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def a_course(talk: Conversation, capacity: int | None = None) -> list[Gathering]:
    await talk.writes(
        lambda tx: tx.run(
            "INSERT INTO courses (id, title, term, made_by, made_at) VALUES (1, '书法', '2026年秋季', 1, '')"
        )
    )
    return [
        await rehearsal(
            talk, starts_at=STARTS + timedelta(weeks=week), course_id=1, kind="lesson", title="书法", capacity=capacity
        )
        for week in range(3)
    ]


async def lesson_states(talk: Conversation, name: str) -> list[str]:
    sql = "SELECT state FROM signups WHERE person_id = ? ORDER BY gathering_id, id"
    return [row[0] for row in await talk.rows(sql, talk.ids[name])]


async def test_one_lesson_is_given_back_alone_and_a_course_altogether(talk: Conversation) -> None:
    sun = await talk.joins("孙老", "cadre")
    lessons = await a_course(talk, capacity=1)
    await talk.passes(hours=2)
    first = await signs_up(talk, talk.wang, lessons[0])
    await signs_up(talk, sun, lessons[0])
    assert await lesson_states(talk, "王老") == ["in", "in", "in"] and await lesson_states(talk, "孙老") == ["waiting"]

    def now(tx: Any) -> Act:
        return Act(tx, talk.office, talk.clock())

    await talk.writes(lambda tx: signing.give_back(now(tx), lessons[0], first))
    assert await lesson_states(talk, "王老") == ["cancelled", "in", "in"]
    offered = await lesson_states(talk, "孙老")
    assert offered == ["offered"]
    await talk.passes(hours=2)  # the noon rest
    await sun.presses("要来")
    # The later lessons are 王老's still: 孙老 has the first, and waits for the others.
    assert await lesson_states(talk, "孙老") == ["in", "waiting", "waiting"]
    async with talk.database.write() as tx:
        second = await signups.current(tx, lessons[1].id, talk.ids["王老"])
        assert second is not None
        assert await signing.leave_course(now(tx), lessons[1], second) == 2
    assert await lesson_states(talk, "王老") == ["cancelled"] * 3
    assert await lesson_states(talk, "孙老") == ["in", "offered", "offered"]


# ── changed, called off, set back ───────────────────────────────────────────────────────────────────────────────────


async def test_a_changed_time_is_reminded_of_anew_and_the_old_one_not_at_all(talk: Conversation) -> None:
    each = await rehearsal(talk)
    await talk.passes(hours=2)
    await signs_up(talk, talk.wang, each)
    await talk.passes_until(at(29, 17))
    assert talk.wang.sees("您还来吗？")
    week = timedelta(weeks=1)
    moved = replace(each, starts_at=each.starts_at + week, ends_at=each.ends_at + week, sequence=1)
    await change(talk, moved)
    assert not await heard_until(talk, talk.wang, at(6, 15, 59, 12))
    assert (await heard_until(talk, talk.wang, at(6, 17, 0, 12))).count("您还来吗？") == 1
    assert (await heard_until(talk, talk.wang, at(7, 9, 0, 12))).count("快开始了") == 1


async def test_a_change_that_moves_no_time_repeats_nothing(talk: Conversation) -> None:
    each = await rehearsal(talk)
    await talk.passes(hours=2)
    talk.clock.ahead -= timedelta(hours=2)  # even when the clock is set back
    await change(talk, replace(each, place="会议室", sequence=1))
    assert not await heard_until(talk, talk.wang, at(27, 8))
    assert (await heard_until(talk, talk.wang, at(27, 10))).count("还可以报名") == 1


async def test_what_is_called_off_reminds_nobody(talk: Conversation) -> None:
    each = await rehearsal(talk)
    await talk.passes(hours=2)
    await signs_up(talk, talk.wang, each)
    await change(talk, replace(each, state="cancelled", sequence=1))
    assert await states(talk, each) == {"opens": "fired"}
    assert not await heard_until(talk, talk.wang, at(5, 9, 0, 12))


# ── late ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("up", "late"),
    [
        (at(27, 12), set[str]()),  # the last call is three hours late, and still of use
        (at(29, 19, 59), {"opens", "days"}),  # 还来吗 may be asked until eight
        (at(29, 20, 1), {"opens", "days", "sure"}),
        (at(30, 9, 59), {"opens", "days", "sure"}),
        (at(30, 10, 1), {"opens", "days", "sure", "hours", "deadline"}),
        (at(3, 11, 59, 12), {"opens", "days", "sure", "hours", "deadline"}),
        (at(10, 9, 0, 12), {"opens", "days", "sure", "hours", "deadline", "after"}),
    ],
)
async def test_what_is_too_late_is_not_said_and_the_office_hears_of_it(
    talk: Conversation, up: datetime, late: set[str]
) -> None:
    each = await rehearsal(talk)
    talk.clock.ahead = up - START  # down all the time
    await talk.restarts()
    await talk.ticks()
    found = await states(talk, each)
    assert {kind for kind, state in found.items() if state == "late"} == late
    assert set(found.values()) <= {"late", "fired", "waiting"}
    await talk.passes(days=1)  # what was written in quiet hours
    said = "\n".join(letter.text for letter in talk.zhao.letters)
    assert said.count("没有发成，现在太晚了") >= len(late)
    for kind in late:
        assert f"“合唱排练”{reminding.WHAT[f'gathering.{kind}']}本来应该" in said


# ── months ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def expected(each: Gathering) -> dict[str, tuple[datetime, datetime]]:
    """When each reminder of a rehearsal at ten is due and up to when it is of use, reckoned here once more."""
    midnight = each.starts_at - timedelta(hours=10)
    due = {
        "opens": (each.opens_at, each.deadline_at),
        "days": (midnight - timedelta(days=3, hours=-9), each.deadline_at),
        "deadline": (each.deadline_at, each.starts_at),
        "sure": (midnight - timedelta(hours=8), midnight - timedelta(hours=4)),
        "hours": (midnight + timedelta(hours=8), each.starts_at),
        "after": (each.ends_at + timedelta(hours=1), each.ends_at + timedelta(days=3)),
    }
    return {f"gathering.{kind}": moments for kind, moments in due.items()}


@pytest.mark.parametrize("seed", range(4))
async def test_for_months_each_reminder_is_said_once_at_its_time_or_as_late_as_it_must(
    talk: Conversation, seed: int
) -> None:
    chance = random.Random(seed)
    await talk.joins("孙老", "cadre")  # is invited each time, and never answers
    series = []
    for week in range(1, 14):
        starts = START + timedelta(weeks=week)
        opens, ends = starts - timedelta(days=6), starts - timedelta(days=1)
        each = await rehearsal(talk, starts_at=starts, opens_at=opens, deadline_at=ends, title=f"第{week}周")
        await has_a_place(talk, each, "王老")
        series.append(each)
    down: list[tuple[datetime, datetime]] = []
    end = START + timedelta(weeks=15)
    while talk.clock() < end:
        await live(talk, chance, down)
    rows = await talk.rows("SELECT subject_id, kind, state, done_at FROM reminders WHERE kind LIKE 'gathering%'")
    found = {(row[0], row[1]): (row[2], datetime.fromisoformat(row[3])) for row in rows if row[2] != "waiting"}
    assert len(found) == sum(row[2] != "waiting" for row in rows)
    for each in series:
        for kind, (due, useful) in expected(each).items():
            said = next((until for since, until in down if since < due <= until), due)
            assert found.pop((each.id, kind)) == ("late" if said > useful else "fired", said), (each.title, kind, due)
    assert not found
    for words, kind in {"开始报名了": "opens", "还可以报名": "days", "您还来吗": "sure", "快开始了": "hours"}.items():
        texts = [row[0] for row in await talk.rows("SELECT text FROM outbox WHERE text LIKE ?", f"%{words}%")]
        fired = [row for row in rows if row[1] == f"gathering.{kind}" and row[2] == "fired"]
        assert len(set(texts)) == len(texts) == len(fired), f"{kind}: somebody heard it twice, or not at all"


async def has_a_place(talk: Conversation, each: Gathering, name: str) -> None:
    person, account = talk.ids[name], await talk.account(talk.wang)
    await talk.writes(
        lambda tx: signups.add(
            tx,
            gathering_id=each.id,
            person_id=person,
            acted_by=person,
            account_id=account,
            companions=0,
            answers={},
            state="in",
            by_phone=False,
            told_sequence=0,
            now=talk.clock(),
        )
    )


async def live(talk: Conversation, chance: random.Random, down: list[tuple[datetime, datetime]]) -> None:
    """Days that pass, a restart, a time without power, or a clock set back and put right."""
    what = chance.choice(["days", "days", "restart", "down", "down", "set back"])
    if what == "days":
        await talk.passes(hours=chance.randint(1, 120))
    elif what == "restart":
        await talk.restarts()
        await talk.ticks()
    elif what == "down":
        since = talk.clock()
        talk.clock.passes(hours=chance.randint(1, 200))
        await talk.restarts()
        await talk.ticks()
        down.append((since, talk.clock()))
    else:
        hours = chance.randint(1, 72)
        talk.clock.ahead -= timedelta(hours=hours)
        await talk.restarts()
        await talk.ticks()
        talk.clock.passes(hours=hours)
        await talk.ticks()

"""登记住院、丧偶、失能、去世: what stops, who hears, what is given back, and how a mistake is undone."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from handlers.act import Act
from handlers.gatherings import signing
from storage import accounts, gatherings, outbox, people
from storage.accounts import Role
from tests.calendar_days import at, changes, is_held, lives_until, plans, told
from tests.conversation import Conversation, Speaker, open_conversation
from tests.desk_work import case_rows, reports, takes


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Conversation]:
    """It is Monday, 23 November 2026, ten in the morning; no festivals and duties."""
    async with open_conversation(tmp_path / "yinling.db") as opened:
        opened.office = replace(opened.office, festivals=(), duties=())
        yield opened


async def enters(staff: Speaker, kind: str, *, name: str = "王老", day: str = "11月22日", note: str = "没有") -> None:
    await staff.says("登记去世")
    await staff.says(name)
    await staff.presses(kind)
    await staff.says(day)
    await staff.says(note)
    await staff.presses("确认提交")


async def signs_up(talk: Conversation, name: str, gathering_id: int) -> str:
    async with talk.database.write() as tx:
        act = Act(tx, talk.office, talk.clock())
        wish = signing.Wish(talk.ids[name], talk.ids[name], account_id=1)
        found = await signing.sign_up(act, await gatherings.by_id(tx, gathering_id), wish)
        assert not isinstance(found, str), found
        return found.state


async def events(talk: Conversation) -> list[tuple[object, ...]]:
    return [tuple(row) for row in await talk.rows("SELECT kind, from_on, until_on, note FROM life_events ORDER BY id")]


# ── entering ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_stay_in_hospital_is_entered_and_the_others_hear_whom_to_visit(talk: Conversation) -> None:
    sun = await talk.joins("孙姐", "staff")
    await changes(talk, "王老", family_name="小李", family_phone="13800000002", address="东街 1 号")
    await enters(talk.zhao, "住院", note="县医院内科")
    assert talk.zhao.sees("登记好了：王老住院，11月22日 星期日起。")
    assert talk.zhao.sees("请在 24 小时内去看望。")
    assert sun.sees("【必访】王老住院（11月22日 星期日）。请在 24 小时内去看望。")
    assert sun.sees("小李电话：13800000002\n住址：东街 1 号\n说明：县医院内科")
    assert not talk.wang.heard
    assert await events(talk) == [("hospital", "2026-11-22", None, "县医院内科")]
    assert await talk.one("SELECT count(*) FROM audit WHERE deed = 'life.entered' AND detail NOT LIKE '%内科%'") == 1


@pytest.mark.parametrize(("kind", "words"), [("丧偶", "上门慰问。一年里不发"), ("失能", "照护上有什么难处")])
async def test_bereavement_and_disability_ask_for_a_visit(talk: Conversation, kind: str, words: str) -> None:
    sun = await talk.joins("孙姐", "staff")
    await enters(talk.zhao, kind)
    assert sun.sees(f"【必访】王老{kind}") and sun.sees(words)


async def test_when_nobody_else_is_there_the_one_who_enters_hears_what_to_do(talk: Conversation) -> None:
    await enters(talk.zhao, "去世")
    assert talk.zhao.sees("请在 24 小时内上门慰问家属")


async def test_of_two_of_one_name_it_is_asked_which(talk: Conversation) -> None:
    first = talk.ids["王老"]
    await talk.joins("王老", "cadre", "虚构县教育局")
    await talk.zhao.says("登记住院")
    await talk.zhao.says("王老")
    await talk.zhao.presses("虚构县教育局")
    await talk.zhao.presses("住院")
    await talk.zhao.says("昨天")
    await talk.zhao.says("没有")
    await talk.zhao.presses("确认提交")
    assert await talk.one("SELECT person_id FROM life_events") == talk.ids["王老"] != first


async def test_it_is_for_staff_only_and_within_their_units(talk: Conversation) -> None:
    sun = await talk.joins("孙姐", "staff", "虚构县教育局")
    await sun.says("登记住院")
    await sun.says("王老")
    assert sun.sees("花名册里没有叫“王老”的老同志，或者不归您管")
    await talk.wang.sends_choice("a:life:")
    assert talk.wang.sees("不归您管")
    await talk.qian.sends_choice("a:go:life")
    assert not talk.qian.sees("写姓名"), "a leader does not enter it"
    await enters(talk.zhao, "住院")
    for button in ("a:unlife:1", "a:discharged:1", "a:unlife:9", "a:unlife:x"):
        await sun.sends_choice(button)
        assert sun.sees("不归您管")
    assert await events(talk) == [("hospital", "2026-11-22", None, "")]


async def test_the_future_is_refused_and_nothing_is_entered_twice(talk: Conversation) -> None:
    await talk.zhao.says("登记住院")
    await talk.zhao.says("王老")
    await talk.zhao.presses("住院")
    await talk.zhao.says("明天")
    assert await events(talk) == []
    await talk.zhao.says("今天")
    await talk.zhao.says("没有")
    await talk.zhao.presses("确认提交")
    await talk.zhao.says("登记住院")
    await talk.zhao.says("王老")
    await talk.zhao.presses("住院")
    assert talk.zhao.sees("王老住院已经登记过了。")


# ── hospital ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_after_a_week_it_is_asked_whether_the_cadre_came_home_and_every_week_again(talk: Conversation) -> None:
    await enters(talk.zhao, "住院")
    await lives_until(talk, at(2026, 11, 30, 11))
    assert told(talk.zhao).count("出院了没有？") == 1
    await lives_until(talk, at(2026, 12, 8))
    assert told(talk.zhao).count("出院了没有？") == 2
    await talk.zhao.presses("出院了")
    assert talk.zhao.sees("王老出院了")
    assert (await events(talk))[0][2] == "2026-12-08"
    await lives_until(talk, at(2026, 12, 30))
    assert told(talk.zhao).count("出院了没有？") == 2
    assert await talk.one("SELECT count(*) FROM audit WHERE deed = 'life.ended'") == 1


async def test_the_old_button_says_it_again_and_changes_nothing(talk: Conversation) -> None:
    await enters(talk.zhao, "住院")
    await talk.zhao.sends_choice("a:discharged:1")
    await talk.zhao.sends_choice("a:discharged:1")
    assert talk.zhao.sees("王老出院了")
    assert await talk.one("SELECT count(*) FROM audit WHERE deed = 'life.ended'") == 1


# ── death ───────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_nothing_is_ever_pushed_to_the_dead_again(talk: Conversation) -> None:
    await changes(talk, "王老", birth="1938-11-24", joined_party="1960-12-01")
    await plans(talk)
    await enters(talk.zhao, "去世")
    assert await talk.rows("SELECT kind FROM reminders WHERE kind LIKE '%birthday'") == []
    async with talk.database.write() as tx:
        act = Act(tx, talk.office, talk.clock())
        assert await accounts.reaching(tx, talk.ids["王老"]) == []
        assert await act.tell(talk.ids["王老"], "消息") == await act.announce(talk.ids["王老"], "消息") == 0
        assert len(await accounts.reaching(tx, talk.ids["小李"])) == 1
    before = len(talk.wang.letters)
    await lives_until(talk, at(2027, 12, 3), step_days=20)
    assert len(talk.wang.letters) == before


async def test_places_at_gatherings_are_given_back_and_offered_to_whoever_waits(talk: Conversation) -> None:
    zheng = await talk.joins("郑老", "cadre")
    gathering = await is_held(talk, "song", at(2026, 11, 27, 9), title="合唱", capacity=1)
    assert await signs_up(talk, "王老", gathering.id) == "in"
    assert await signs_up(talk, "郑老", gathering.id) == "waiting"
    await enters(talk.zhao, "去世")
    assert talk.zhao.sees("报了名的活动退了 1 个。")
    rows = await talk.rows("SELECT state FROM signups ORDER BY id")
    assert [row[0] for row in rows] == ["cancelled", "offered"]
    assert "空出来了" in told(zheng) or "空出来了" in told(talk.wang)


async def test_what_waits_in_the_outbox_is_taken_back_but_not_what_is_for_others_on_the_telephone(
    talk: Conversation,
) -> None:
    wife = await talk.joins("周老", "cadre", account=False)
    own = await talk.account(talk.wang)

    await talk.writes(lambda tx: accounts.share(tx, own, talk.ids["周老"], talk.clock()))
    async with talk.database.write() as tx:
        act = Act(tx, talk.office, at(2026, 11, 23, 23))
        await act.announce(talk.ids["王老"], "生日快乐")
        await act.announce(talk.ids["周老"], "活动来了")
        await act.announce(talk.ids["小李"], "给女儿")
    await enters(talk.zhao, "去世")
    assert talk.zhao.sees("还没发出去的消息撤了 1 条。")
    waiting = [row[0] for row in await talk.rows("SELECT text FROM outbox WHERE state = 'waiting' AND answers IS NULL")]
    assert "给周老：\n活动来了" in waiting and "给女儿" in waiting
    assert not any("生日快乐" in each for each in waiting)
    assert wife.letters == []
    async with talk.database.write() as tx:
        assert await Act(tx, talk.office, talk.clock()).tell(talk.ids["周老"], "您好") == 1, (
            "the widow is still reached"
        )


async def test_on_another_persons_telephone_only_what_was_for_the_dead_is_taken_back(talk: Conversation) -> None:
    await talk.joins("周老", "cadre", account=False)
    own = await talk.account(talk.wang)
    async with talk.database.write() as tx:
        await accounts.share(tx, own, talk.ids["周老"], talk.clock())
        act = Act(tx, talk.office, at(2026, 11, 23, 23))
        await act.announce(talk.ids["王老"], "生日快乐")
        await act.announce(talk.ids["周老"], "活动来了")
    await enters(talk.zhao, "去世", name="周老")
    async with talk.database.read() as tx:
        assert [each.text for each in await outbox.pushes_waiting(tx, own)] == ["生日快乐"]


async def test_open_cases_stay_with_their_owner_who_hears_of_the_family(talk: Conversation) -> None:
    sun = await talk.joins("孙姐", "staff")
    await reports(talk.wang)
    await takes(sun)
    await enters(talk.zhao, "去世")
    assert sun.sees("王老去世了。2026-1 还没办完，请和家属（遗属）商量，接着办或者办结。")
    assert await case_rows(talk, "state, owner_id") == [("taken", talk.ids["孙姐"])]


async def test_nothing_more_is_entered_of_the_dead(talk: Conversation) -> None:
    await enters(talk.zhao, "去世")
    await talk.zhao.says("登记住院")
    await talk.zhao.says("王老")
    await talk.zhao.presses("住院")
    assert talk.zhao.sees("已经登记了去世")


# ── a mistake ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_mistake_is_undone_and_the_greetings_come_back(talk: Conversation) -> None:
    sun = await talk.joins("孙姐", "staff")
    await changes(talk, "王老", birth="1938-11-25")
    await plans(talk)
    await enters(talk.zhao, "去世")
    await talk.zhao.says("更多")
    await talk.zhao.presses("住院、去世等")
    assert talk.zhao.sees("1. 王老去世，11月22日 星期日起")
    await talk.zhao.presses("登记错了，撤销")
    assert talk.zhao.sees("撤销了：王老去世")
    assert sun.sees("王老去世是登记错了，已经撤销，不用去看望了。")
    assert await events(talk) == []
    await talk.passes_until(at(2026, 11, 25, 9, 1))
    assert "您的生日" in told(talk.wang)
    assert await talk.one("SELECT count(*) FROM audit WHERE deed = 'life.undone'") == 1


async def test_the_undone_stay_in_hospital_is_not_asked_about(talk: Conversation) -> None:
    await enters(talk.zhao, "住院")
    await talk.zhao.sends_choice("a:unlife:1")
    await lives_until(talk, at(2026, 12, 5))
    assert "出院了没有？" not in told(talk.zhao)


async def test_somebody_of_the_office_who_died_is_not_told_of_cases(talk: Conversation) -> None:
    await talk.writes(lambda tx: people.give_role(tx, talk.ids["赵科"], Role("cadre", None)))
    sun = await talk.joins("孙姐", "staff")
    await enters(sun, "去世", name="赵科")
    before = len(talk.zhao.letters)
    await reports(talk.wang)
    assert len(talk.zhao.letters) == before
    assert sun.letters

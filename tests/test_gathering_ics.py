"""The calendar file: read back by the library and byte by byte, sent over Telegram and saved from the web chat, new with every change."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from bot.config import Config
from bot.office import office_from
from handlers.act import Act
from handlers.gatherings import ics
from storage import gatherings, media, migrate
from storage.database import Tx, connect, open_database
from storage.gatherings import Gathering
from tests.conversation import Conversation, open_conversation
from tests.gathering_day import is_planned
from tests.office import TestOffice, open_office
from tests.web_office import open_web_office

OFFICE = office_from(Config())
STAMP = datetime(2026, 11, 23, 2, tzinfo=UTC)
STARTS = datetime(2026, 12, 4, 14, 30, tzinfo=OFFICE.zone)
LONG = "合唱排练，欢迎各位老同志踊跃参加；请带歌谱、水杯和老花镜，排练结束以后在一楼大厅合影留念"


def gathering(**changes: Any) -> Gathering:
    values: dict[str, Any] = {
        "title": "合唱排练",
        "kind": "song",
        "starts_at": STARTS,
        "ends_at": STARTS + timedelta(hours=2),
        "place": "活动中心, 多功能厅",
        "opens_at": STAMP,
        "deadline_at": STAMP,
        "made_by": 1,
        "uid": "one@yinling",
        "seed": "seed",
    }
    return Gathering(**(values | changes))


def event_of(data: bytes) -> Any:
    (event,) = Calendar.from_ical(data).walk("VEVENT")
    return event


# ── the file ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_file_says_what_is_when_and_where() -> None:
    data = ics.build(OFFICE, STAMP, gathering(sequence=2))
    calendar, event = Calendar.from_ical(data), event_of(data)
    assert (calendar["METHOD"], calendar["VERSION"]) == ("PUBLISH", "2.0")
    assert (event["UID"], event["SEQUENCE"], event["STATUS"]) == ("one@yinling", 2, "CONFIRMED")
    assert (event["SUMMARY"], event["LOCATION"]) == ("合唱排练", "活动中心, 多功能厅")
    assert "电话 0000-8000000" in event["DESCRIPTION"]
    assert event["DTSTAMP"].dt == STAMP
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (STARTS, STARTS + timedelta(hours=2))
    assert b"DTSTART:20261204T063000Z" in data  # UTC: right on a telephone set to any zone, without a table of zones
    assert not event.errors


def test_it_rings_before_the_start_as_often_as_config_toml_says() -> None:
    for hours in (2, 3):
        event = event_of(ics.build(replace(OFFICE, remind_hours=hours), STAMP, gathering()))
        (alarm,) = event.walk("VALARM")
        assert (alarm["ACTION"], alarm["TRIGGER"].dt) == ("DISPLAY", timedelta(hours=-hours))
        assert alarm["DESCRIPTION"] == f"合唱排练，{hours} 小时后开始，地点：活动中心, 多功能厅"


def test_what_was_called_off_is_taken_out_of_the_calendar() -> None:
    ended = gathering(state="cancelled", why_cancelled="场地维修", sequence=3)
    data = ics.build(OFFICE, STAMP, ended)
    event = event_of(data)
    assert Calendar.from_ical(data)["METHOD"] == "CANCEL"
    assert (event["UID"], event["SEQUENCE"], event["STATUS"]) == ("one@yinling", 3, "CANCELLED")
    assert "场地维修" in event["DESCRIPTION"]
    assert not event.walk("VALARM")


def test_the_lessons_of_a_course_stand_in_one_file() -> None:
    lessons = [gathering(uid=f"{week}@yinling", starts_at=STARTS + timedelta(weeks=week)) for week in range(10)]
    events = Calendar.from_ical(ics.build(OFFICE, STAMP, *lessons)).walk("VEVENT")
    assert [each["UID"] for each in events] == [each.uid for each in lessons]


def unfolded(data: bytes) -> bytes:
    return data.replace(b"\r\n ", b"")


@given(title=st.text(st.sampled_from("合唱排练，；a,;\\ \U0001f600é"), min_size=1, max_size=80))
def test_lines_are_folded_at_75_octets_and_no_character_is_cut(title: str) -> None:
    data = ics.build(OFFICE, STAMP, gathering(title=title, place=LONG))
    assert data.endswith(b"\r\n")
    for line in data.split(b"\r\n"):
        assert len(line) <= 75
        line.decode("utf-8")  # a character that was cut would not be one
    assert b"\r\n " in data
    assert event_of(data)["SUMMARY"] == title
    assert event_of(data)["LOCATION"] == LONG
    assert unfolded(data).count(b"\r\nLOCATION:") == 1


def test_words_cannot_add_a_line_of_their_own() -> None:
    data = ics.build(OFFICE, STAMP, gathering(title="合唱\r\nATTACH:http://a.example", place="厅\nSTATUS:CANCELLED"))
    assert b"\r\nATTACH" not in unfolded(data)
    assert event_of(data)["STATUS"] == "CONFIRMED"


# ── written once, for each state ────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Conversation]:
    async with open_conversation(tmp_path / "yinling.db") as opened:
        yield opened


async def attached(talk: Conversation, *each: Gathering) -> list[str]:
    async with talk.database.write() as tx:
        return await ics.attach(Act(tx, talk.office, talk.clock()), *each)


async def file(talk: Conversation, media_id: str) -> bytes:
    async with talk.database.read() as tx:
        data = await media.content(tx, media_id)
    assert data is not None
    return data


async def test_everybody_is_sent_the_same_file_and_each_change_makes_a_new_one(talk: Conversation) -> None:
    choir = await is_planned(talk)
    (first,) = await attached(talk, choir)
    talk.clock.passes(hours=1)
    assert await attached(talk, choir) == [first]
    later = replace(choir, sequence=1, starts_at=choir.starts_at + timedelta(hours=1))
    (second,) = await attached(talk, later)
    (third,) = await attached(talk, replace(later, sequence=2, state="cancelled"))
    assert len({first, second, third}) == 3
    found = [event_of(await file(talk, each)) for each in (first, second, third)]
    assert len({each["UID"] for each in found}) == 1
    assert [each["SEQUENCE"] for each in found] == [0, 1, 2]
    names = await talk.rows("SELECT name, media_type, state, account_id FROM media ORDER BY rowid")
    assert names == [
        ("活动.ics", "text/calendar", "made", None),
        ("活动.ics", "text/calendar", "made", None),
        ("活动取消.ics", "text/calendar", "made", None),
    ]


async def test_of_several_those_called_off_have_a_file_each(talk: Conversation) -> None:
    one, other = await is_planned(talk), await is_planned(talk, title="象棋比赛")
    assert len(await attached(talk, one, other)) == 1
    ended = [replace(each, state="cancelled", sequence=1) for each in (one, other)]
    files = await attached(talk, *ended)
    assert [event_of(await file(talk, each))["UID"] for each in files] == [one.uid, other.uid]


async def test_only_who_was_sent_the_file_may_open_it(talk: Conversation) -> None:
    (made,) = await attached(talk, await is_planned(talk))
    wang, li = await talk.account(talk.wang), await talk.account(talk.li)
    async with talk.database.write() as tx:
        await Act(tx, talk.office, talk.clock()).tell(talk.ids["王老"], "报上了。", media=[made])
    async with talk.database.read() as tx:
        assert await media.may_open(tx, made, wang)
        assert not await media.may_open(tx, made, li)


async def test_an_old_file_is_forgotten_like_other_attachments(talk: Conversation) -> None:
    (made,) = await attached(talk, await is_planned(talk))
    talk.clock.passes(days=399)
    await talk.tidies()
    assert await file(talk, made)
    talk.clock.passes(days=2)
    await talk.tidies()
    assert await talk.rows("SELECT state, content FROM media") == [("lost", None)]


# ── on its way ──────────────────────────────────────────────────────────────────────────────────────────────────────


def tells_with_file(office: Any, person_id: int) -> Any:
    """Return a deed that plans a gathering and tells somebody of it with its calendar file."""

    async def tell(tx: Tx) -> None:
        act = Act(tx, OFFICE, office.clock())
        made = await gatherings.add(tx, gathering(made_by=person_id), office.clock())
        await act.tell(person_id, "报上了。", media=await ics.attach(act, made))

    return tell


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[TestOffice]:
    async with open_office(tmp_path) as opened:
        yield opened


async def test_over_telegram_it_comes_as_a_file_and_then_the_words(office: TestOffice) -> None:
    await office.writes(tells_with_file(office, office.ids["王老"]))
    office.app.wake_lanes()
    await office.settles()
    document, words = office.wang.user.messages[-2:]
    assert words.text == "报上了。"
    (sent,) = document.attachments
    assert (sent.kind, sent.name) == ("document", "活动.ics")
    assert event_of(sent.content)["SUMMARY"] == "合唱排练"


async def test_in_the_web_chat_it_is_saved_as_a_calendar_file_by_whoever_was_sent_it(tmp_path: Path) -> None:
    async with open_web_office(tmp_path) as web:
        wang = await web.seats("王老", "cadre")
        await web.writes(tells_with_file(web, wang.person_id))
        web.lane.wake()
        async with wang.page() as page:
            message = await page.hears("报上了。")
        (shown,) = message["attachments"]
        assert (shown["kind"], shown["name"]) == ("file", "活动.ics")
        status, data, response = await wang.browser.gets(shown["url"])
        assert status == 200
        assert response.headers["Content-Type"].startswith("text/calendar")
        assert response.headers["Content-Disposition"].startswith("attachment; filename*=utf-8''%E6")
        assert response.headers["Content-Security-Policy"].startswith("sandbox")
        assert (event_of(data)["UID"], len(data)) == ("one@yinling", shown["size"])
        li = await web.seats("小李", "relative")
        assert (await li.browser.gets(shown["url"].replace(wang.seat, li.seat)))[0] == 404


async def test_attachments_of_before_and_who_may_open_them_are_carried_over(tmp_path: Path) -> None:
    path = tmp_path / "yinling.db"
    connection = await connect(path)
    await migrate.migrate(connection, path, upto=2)
    for statement in (
        "INSERT INTO accounts (channel, address, created_at) VALUES ('telegram', '1001', '2026-01-01')",
        "INSERT INTO accounts (channel, address, created_at) VALUES ('telegram', '1002', '2026-01-01')",
        "INSERT INTO media (id, account_id, kind, name, media_type, channel, state, not_before, made_at)"
        " VALUES ('a', 1, 'photo', '照片.jpg', 'image/jpeg', 'telegram', 'kept', '2026-01-01', '2026-01-01')",
        "INSERT INTO media_seen_by (media_id, account_id) VALUES ('a', 2)",
    ):
        await connection.execute(statement)
    await connection.close()
    database = await open_database(path)
    async with database.read() as tx:
        medium = await media.by_id(tx, "a")
        assert medium is not None
        assert (medium.account_id, medium.name, medium.state) == (1, "照片.jpg", "kept")
        assert await media.content(tx, "a") is None
        assert [await media.may_open(tx, "a", account) for account in (1, 2, 3)] == [True, True, False]
    await database.close()

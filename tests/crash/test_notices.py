"""A notice to two thousand people, with the process killed ten times at moments that nobody chose: nobody is left out, and what is
repeated is what was in flight."""

import asyncio
import random
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

from handlers.act import Act
from handlers.mailing import deciding
from storage import accounts, entry, people
from storage.accounts import Role
from storage.mailings import Circle, Mailing
from storage.people import Person
from tests.crash.child import Orders
from tests.crash.process import CAP_SECONDS, Child
from tests.crash.story import MORNING
from tests.office import TestOffice, open_office
from tests.telegram_server import TelegramUser

PEOPLE, KILLS = 2_000, 10
TEXT = "国庆节放假三天。"
FIRST_NUMBER = 20_000


async def _write_people_and_notice(office: TestOffice) -> list[TelegramUser]:
    """Write the roster and a notice that the leader has approved."""
    users = [office.telegram.user(FIRST_NUMBER + place, "老同志") for place in range(PEOPLE - 1)]

    for user in users:
        user.chat.started = True

    async def doing(tx: Any) -> None:
        now = office.clock()
        for place, user in enumerate(users):
            person = await people.add(tx, Person(name=f"老同志{place}"), now)
            await people.give_role(tx, person, Role("cadre", None))
            account = await accounts.find_or_add(tx, "telegram", str(user.id), now)
            await accounts.bind(tx, account, person, now)
            await entry.give_consent(tx, person, account, office.app.office.consent_version, now)
        act = Act(tx, office.app.office, now)
        zhao = office.ids["赵科"]
        [row] = await tx.all("SELECT id FROM accounts WHERE person_id = ?", zhao)
        until = now + timedelta(days=3)
        made = await deciding.propose(act, Mailing("notice", TEXT, Circle(), zhao, now, now, until, account_id=row[0]))
        assert await deciding.approve(act, made, office.ids["钱局"]) is None

    await office.writes(doing)
    return [office.wang.user, *users]


async def _until(users: list[TelegramUser], enough: int) -> None:
    async with asyncio.timeout(CAP_SECONDS):
        while sum(len(user.chat.messages) for user in users) < enough:  # noqa: ASYNC110 - all at each message would take longer
            await asyncio.sleep(0.02)


def _copies(users: list[TelegramUser]) -> list[int]:
    return [sum(message.text == TEXT for message in user.messages) for user in users]


def _count(database: Path, what: str) -> int:
    """Count in a file that another process may be writing."""
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True, timeout=20)) as connection:
        return int(connection.execute(f"SELECT count(*) FROM {what}").fetchone()[0])


UNFINISHED = "(SELECT 1 FROM mailings WHERE state <> 'done' UNION ALL SELECT 1 FROM outbox WHERE state = 'waiting' OR version_sent < version)"
ARRIVED = "recipients WHERE state = 'arrived'"


def _progress(office: TestOffice) -> str:
    """What the maker's progress message shows in the end, as Telegram has it."""
    return next(each.text for each in reversed(office.zhao.user.messages) if "发完了" in each.text)


async def test_nobody_is_left_out_and_nobody_told_twice_but_for_what_was_in_flight(tmp_path: Path) -> None:
    chance = random.Random(20261126)
    async with open_office(tmp_path, poll_seconds=20) as office:
        office.clock.ahead += timedelta(seconds=round((MORNING - office.clock()).total_seconds()))
        users = await _write_people_and_notice(office)
        await office.app.stop()
        database = office.config.storage.path
        workers = office.config.delivery.workers

        def orders() -> Orders:
            return Orders(office.config, office.clock.offset, tmp_path / "child.log")

        lost_with_the_process = 0
        for _ in range(KILLS):
            enough = sum(_copies(users)) + chance.randint(1, PEOPLE // (KILLS + 2))
            async with Child(orders()) as child:
                await _until(users, enough)
                child.is_killed()
                await child.ends()
            in_flight = sum(map(bool, _copies(users))) - _count(
                database, ARRIVED
            )  # Telegram has them, and nobody wrote it down
            assert 0 <= in_flight <= workers
            lost_with_the_process += in_flight
        async with Child(orders()) as child:
            async with asyncio.timeout(4 * CAP_SECONDS):
                while _count(database, UNFINISHED):  # noqa: ASYNC110 - another process
                    await asyncio.sleep(0.1)
            child.is_told_to_stop()
            assert await child.ends() == 0, child.log

        copies = _copies(users)
        assert min(copies) == 1  # nobody is left out
        assert sum(copies) - PEOPLE <= lost_with_the_process  # repeated is only what was in flight
        assert (
            _count(database, "(SELECT DISTINCT person_id FROM recipients)") == _count(database, "recipients") == PEOPLE
        )
        arrived = _count(database, ARRIVED)
        assert f"已送到 {arrived} 人" in _progress(office)
        assert arrived == PEOPLE

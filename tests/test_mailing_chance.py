"""A notice whose staff, clock, channel and machine do whatever they like: in the end everybody was told at most once, and the figures
are those of the rows."""

import random
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import time, timedelta
from pathlib import Path

import pytest

from handlers.act import Act
from handlers.mailing import steering
from handlers.reminders import fire
from storage import accounts, mailings, outbox, quiet_hours, recipients, reminders
from storage.mailings import Mailing
from storage.outbox import Sent
from storage.quiet_hours import QuietHours
from tests.conversation import Conversation, open_conversation
from tests.mailing_work import TEXT, approves, writes

STEPS = 40


class Chance:
    """The doings that may come in any order, each a small piece of an office's day."""

    def __init__(self, talk: Conversation, seed: int) -> None:
        self.talk = talk
        self.chance = random.Random(seed)
        self.joined = 0
        self.travelling: list[
            int
        ] = []  # letters that a channel is taking: they arrive or fail, whatever is decided meanwhile

    async def do_something(self) -> None:
        doing: Callable[[], Awaitable[None]] = self.chance.choice(
            [
                self.the_clock_is_quicker_than_the_channel,
                self.the_clock_is_quicker_than_the_channel,
                self.a_letter_sets_out,
                self.a_letter_sets_out,
                self.a_letter_comes_back,
                self.a_letter_comes_back,
                self.staff_press_something,
                self.staff_press_something,
                self.somebody_joins,
                self.time_passes,
                self.the_clock_is_set_back,
                self.the_machine_is_started_again,
                self.somebody_is_gone,
            ]
        )
        await doing()

    async def the_clock_is_quicker_than_the_channel(self) -> None:
        async with self.talk.database.write() as tx:
            for each in await reminders.due(tx, self.talk.clock(), 9):
                await fire(Act(tx, self.talk.office, self.talk.clock()), each)

    async def a_letter_sets_out(self) -> None:
        busy = "SELECT account_id FROM outbox WHERE id IN (SELECT value FROM json_each(?))"
        sql = f"SELECT id FROM outbox WHERE state = 'waiting' AND recipient_id IS NOT NULL AND account_id NOT IN ({busy}) ORDER BY id"
        waiting = await self.talk.rows(sql, str(self.travelling))
        if waiting:
            self.travelling.append(self.chance.choice(waiting)[0])

    async def a_letter_comes_back(self) -> None:
        if not self.travelling:
            return
        letter = self.travelling.pop(self.chance.randrange(len(self.travelling)))
        async with self.talk.database.write() as tx:
            if self.chance.random() < 0.7:
                await outbox.sent(tx, [Sent(letter)], self.talk.clock())
            else:
                await outbox.failed(tx, letter, "发不出去", self.talk.clock())

    async def staff_press_something(self) -> None:
        async def resume(act: Act, mailing: Mailing) -> object:
            return await steering.resume(act, mailing)

        async def widen(act: Act, mailing: Mailing) -> object:
            return await steering.send_to(act, mailing, await steering.come_since(act, mailing))

        deeds = [steering.pause, resume, resume, steering.send_again, widen]
        if self.chance.random() < 0.05:
            deeds = [steering.cancel]
        async with self.talk.database.write() as tx:
            act = Act(tx, self.talk.office, self.talk.clock())
            await self.chance.choice(deeds)(act, await mailings.by_id(tx, 1))

    async def somebody_joins(self) -> None:
        self.joined += 1
        name = f"新来{self.joined}"
        await self.talk.joins(name, "cadre", account=self.chance.random() < 0.8)
        if self.chance.random() < 0.3:
            hours = QuietHours(time(self.chance.randrange(8, 12)), time(self.chance.randrange(12, 20)), True)
            await self.talk.writes(lambda tx: quiet_hours.put(tx, self.talk.ids[name], hours))
        if self.chance.random() < 0.3:
            await self._second_account(name)

    async def _second_account(self, name: str) -> None:
        async with self.talk.database.write() as tx:
            new = await accounts.find_or_add(tx, "telegram", f"second of {name}", self.talk.clock())
            await accounts.bind(tx, new, self.talk.ids[name], self.talk.clock())

    async def somebody_is_gone(self) -> None:
        found = await self.talk.rows("SELECT id FROM accounts WHERE unreachable_why IS NULL AND person_id > 4")
        if found and self.chance.random() < 0.3:
            account = self.chance.choice(found)[0]
            async with self.talk.database.write() as tx:
                await accounts.mark_unreachable(tx, account, "对方停用了机器人")
                await outbox.fail_all(tx, account, "对方停用了机器人", self.talk.clock())

    async def time_passes(self) -> None:
        if not self.travelling:  # in `passes` everything leaves at once, also what travels
            await self.talk.passes(minutes=self.chance.choice([1, 10, 120, 700]))

    async def the_clock_is_set_back(self) -> None:
        self.talk.clock.ahead -= timedelta(minutes=self.chance.randrange(1, 30))

    async def the_machine_is_started_again(self) -> None:
        self.travelling.clear()  # nobody knows whether it arrived: it is sent again
        await self.talk.restarts()


SENT = "SELECT r.person_id FROM outbox o JOIN recipients r ON r.id = o.recipient_id WHERE o.state = 'sent'"


@pytest.mark.parametrize(
    "seed", [*range(8), 150, 168, 378]
)  # the last three found a notice that was widened before it began
async def test_everybody_is_told_at_most_once_and_every_figure_is_a_count_of_rows(tmp_path: Path, seed: int) -> None:
    async with open_conversation(tmp_path / "yinling.db") as talk:
        chance = Chance(talk, seed)
        for _ in range(4):
            await chance.somebody_joins()
        await writes(talk.zhao)
        await approves(talk.qian)
        for _ in range(STEPS):
            await chance.do_something()
            async with talk.database.read() as tx:
                figures = await recipients.figures(tx, 1)
                assert figures.everybody == (await tx.all("SELECT count(*) FROM recipients"))[0][0]
        while chance.travelling:
            await chance.a_letter_comes_back()
        await talk.passes(days=9)

        assert await talk.one("SELECT state FROM mailings") in ("done", "cancelled")
        told = Counter(row[0] for row in await talk.rows(SENT))
        assert max(told.values(), default=0) <= 1, f"told twice: {told}"
        arrived = {row[0] for row in await talk.rows("SELECT person_id FROM recipients WHERE state = 'arrived'")}
        assert arrived == set(told)
        left = await talk.rows("SELECT state FROM recipients WHERE state IN ('queued', 'out')")
        assert left == []
        assert await talk.one("SELECT count(*) FROM outbox WHERE state = 'waiting'") == 0
        assert await talk.one("SELECT count(*) FROM reminders WHERE state = 'waiting' AND kind = 'mailing.tick'") == 0
        assert all(each.text.count(TEXT) <= 1 for each in talk.wang.letters)

"""A notice over the real python-telegram-bot: what the maker sees while Telegram fails in every way it knows."""

from datetime import timedelta
from typing import Any

from bot.reminding import fire_due
from storage import accounts, entry, people
from storage.accounts import Role
from storage.people import Person
from tests.hall_work import answers
from tests.office import TestOffice
from tests.telegram_server import Cut, TelegramUser

TEXT = "国庆节放假三天。"


async def _joins(office: TestOffice, count: int) -> list[TelegramUser]:
    users = [office.telegram.user(3000 + place, "老同志") for place in range(count)]

    async def doing(tx: Any) -> None:
        for place, user in enumerate(users):
            person = await people.add(tx, Person(name=f"老同志{place}"), office.clock())
            await people.give_role(tx, person, Role("cadre", None))
            account = await accounts.find_or_add(tx, "telegram", str(user.id), office.clock())
            await accounts.bind(tx, account, person, office.clock())
            await entry.give_consent(tx, person, account, office.app.office.consent_version, office.clock())

    await office.writes(doing)
    return users


async def _later(office: TestOffice, **span: float) -> None:
    """Let time pass, and what is due be done."""
    office.clock.ahead += timedelta(**span)
    while await fire_due(office.database, office.app.office, office.clock()):
        pass
    office.app.wake_lanes()
    await office.settles()


async def _row(office: TestOffice) -> dict[str, int]:
    rows = await office.rows("SELECT state, count(*) FROM recipients GROUP BY state")
    return {str(row[0]): int(row[1]) for row in rows}


async def test_whatever_telegram_answers_everybody_who_can_be_reached_has_it_once_and_the_figures_say_so(
    office: TestOffice,
) -> None:
    users = await _joins(office, 12)
    for place, user in enumerate(users):
        user.chat.started = place != 0  # the first has never written: 400
    users[1].chat.blocked = True  # 403
    users[2].blocks()  # and Telegram says so at once
    await office.settles()
    await answers(
        office.zhao, "发通知", TEXT, "【说完了】", "【全体老同志】", "【就发给他们】", "【按常用的来】", "【确认提交】"
    )
    await office.qian.presses("批准发送")
    office.telegram.refuse_next("sendMessage", 429, retry_after=1)
    office.telegram.refuse_next("sendMessage", 500)
    office.telegram.refuse_next("sendMessage", 502)
    office.telegram.break_next("sendMessage", Cut())
    for _ in range(12):
        await _later(office, seconds=31)
    copies = [sum(each.text == TEXT for each in user.messages) for user in [office.wang.user, *users]]
    assert copies == [1, 0, 0, 0, *[1] * 9]
    assert await _row(office) == {"arrived": 10, "failed": 2, "unreachable": 1}
    shown = [each.text for each in office.zhao.user.messages if each.text.startswith("通知“国庆节放假三天。”")]
    assert (
        "一共 13 人，已送到 10 人，已阅 0 人。\n没送到 2 人，联系不上 1 人。" in shown[0]
    )  # the one message that was edited to the end
    reasons = {row[0] for row in await office.rows("SELECT why FROM recipients WHERE state = 'failed'")}
    assert all(each and "Forbidden" not in each and "Bad Request" not in each for each in reasons), reasons

    users[1].unblocks()
    await office.zhao.presses("看发送情况")
    await office.zhao.presses("重发没送到的 3 人")
    for _ in range(3):
        await _later(office, seconds=31)
    assert sum(each.text == TEXT for each in users[1].messages) == 1
    assert sum(each.text == TEXT for each in office.wang.user.messages) == 1

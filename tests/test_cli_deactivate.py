"""`person deactivate` and `person activate`: somebody leaves and nothing stays behind without an owner; somebody comes back."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from storage import absences, accounts, entry, leaving, people
from storage.accounts import Role
from storage.database import Tx
from storage.people import Person
from tests.command_line import NOW, CommandLine
from tests.conversation import CHANNEL, Conversation, open_conversation
from tests.desk_work import closes, hands, reports, takes

ACTIVE = "SELECT name FROM persons WHERE active = 1 ORDER BY id"
AUDIT = "SELECT deed, subject, actor_id, detail FROM audit WHERE deed LIKE 'person.%activated' ORDER BY id"


@pytest.fixture
def cli(tmp_path: Path) -> CommandLine:
    cli = CommandLine(tmp_path, YINLING_WEB__PORT="8099")
    cli.database.parent.mkdir()
    plays(cli, nothing)
    return cli


def plays(cli: CommandLine, story: Callable[[Conversation], Awaitable[None]]) -> None:
    """Let people talk in the office of this folder; 孙姐 works there beside 赵科."""

    async def played() -> None:
        async with open_conversation(cli.database, filled=cli.database.exists()) as talk:
            talk.arrivals = await talk.one("SELECT count(*) FROM inbox")  # no message has the id of an earlier one
            if "孙姐" not in talk.ids:
                await talk.joins("孙姐", "staff")
            await story(talk)

    asyncio.run(played())


async def nothing(talk: Conversation) -> None:
    pass


async def taken(talk: Conversation) -> None:
    await reports(talk.wang)
    await takes(talk.zhao)


def active(cli: CommandLine) -> list[str]:
    return [row[0] for row in cli.reads(ACTIVE)]


def refused(cli: CommandLine, *words: str) -> str:
    """Return why a command was refused; it must have changed nothing."""
    before = active(cli)
    complaint = cli("person", *words).refused
    assert active(cli) == before
    assert cli.reads(AUDIT) == []
    return complaint


# ── off ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_who_has_nothing_in_hand_is_taken_off_and_comes_in_nowhere(cli: CommandLine) -> None:
    link = re.search(r"#k=(\S+)", cli("invite", "赵科", "--link").said)
    assert link
    code = re.search(r"\b[A-Z2-9]{4}-[A-Z2-9]{4}\b", cli("invite", "赵科").said)
    assert code
    outcome = cli("person", "deactivate", "赵科", "--yes")
    assert (outcome.code, outcome.complained) == (0, "")
    assert re.search(r"停用好了：赵科（编号 \d+.*作废了 1 个链接", outcome.said)
    assert "赵科" not in active(cli)

    async def look(tx: Tx) -> tuple[object, ...]:
        number = "1003"
        visitor = await accounts.visitor(tx, await accounts.find_or_add(tx, CHANNEL, number, NOW))
        spelled = code[0].replace("-", "")
        return (
            visitor.person_id,
            visitor.roles,
            await entry.link(tx, link[1]),
            await entry.invited(tx, spelled, later()),
        )

    assert cli.does(look) == (None, (), None, None)
    [(deed, subject, actor, detail)] = cli.reads(AUDIT)
    assert (deed, actor, json.loads(detail)) == ("person.deactivated", None, {"links": 1, "invites": 1})
    assert re.fullmatch(r"person:\d+", subject)


def later() -> datetime:
    return datetime.now(UTC) + timedelta(seconds=1)


def test_nobody_is_taken_off_without_being_asked(cli: CommandLine) -> None:
    assert "请加上 --yes" in refused(cli, "deactivate", "孙姐")


def test_who_answers_for_a_case_stays_until_it_is_in_other_hands(cli: CommandLine) -> None:
    plays(cli, taken)
    told = refused(cli, "deactivate", "赵科", "--yes")
    assert "赵科（编号" in told
    assert "现在不能停用" in told
    assert "他承办的还没有办完：2026-1。请他转交，或者请领导改派，或者登记请假" in told

    async def assign(talk: Conversation) -> None:
        await hands(talk.qian, "孙姐", label="改派")

    plays(cli, assign)
    assert cli("person", "deactivate", "赵科", "--yes").code == 0


def test_who_was_asked_to_take_a_case_over_must_say_yes_or_no_first(cli: CommandLine) -> None:
    async def offered(talk: Conversation) -> None:
        await taken(talk)
        await hands(talk.zhao, "孙姐")

    plays(cli, offered)
    assert "正等他接受的：2026-1。请他按【不接受】退回去" in refused(cli, "deactivate", "孙姐", "--yes")


@pytest.mark.parametrize("name", ["王老", "小李"])
def test_who_waits_for_an_answer_stays_until_the_case_is_closed(cli: CommandLine, name: str) -> None:
    async def reported(talk: Conversation) -> None:
        someone = talk.wang if name == "王老" else talk.li
        await reports(someone)
        await reports(someone, "药费没有报", "就医")

    plays(cli, reported)
    assert "他反映的还没有办完：2026-1、2026-2。请先办结" in refused(cli, "deactivate", name, "--yes")

    async def closed(talk: Conversation) -> None:
        for case_id in (1, 2):
            await takes(talk.zhao, case_id)
            await closes(talk.zhao, case_id=case_id)

    plays(cli, closed)
    assert cli("person", "deactivate", name, "--yes").code == 0


def test_who_only_wrote_down_what_somebody_telephoned_may_go(cli: CommandLine) -> None:
    async def written_down(talk: Conversation) -> None:
        await talk.joins("郑老", "cadre", account=False)
        await talk.zhao.says("代登记")
        for words in ("郑老", "", "水管漏水"):
            await (talk.zhao.says(words) if words else talk.zhao.presses("住房"))
        for label in ("说完了", "不急", "确认提交"):
            await talk.zhao.presses(label)

    plays(cli, written_down)
    assert cli("person", "deactivate", "赵科", "--yes").code == 0


def test_a_stand_in_stays_until_the_leave_is_over(cli: CommandLine) -> None:
    async def leaves(tx: Tx) -> None:
        [zhao], [sun] = await people.by_name(tx, "赵科"), await people.by_name(tx, "孙姐")
        await absences.add(tx, zhao.id, date(2020, 1, 1), date(2020, 1, 2), zhao.id, zhao.id, NOW)
        await absences.add(tx, zhao.id, date(2099, 12, 1), date(2099, 12, 4), sun.id, zhao.id, NOW)

    cli.does(leaves)
    told = refused(cli, "deactivate", "孙姐", "--yes")
    assert "他要替赵科代办到12月4日 星期五" in told
    assert "换一位代办人" in told
    assert cli("person", "deactivate", "赵科", "--yes").code == 0, "what is over binds nobody"


def test_the_last_one_who_takes_everybodys_cases_stays(cli: CommandLine) -> None:
    async def limit(tx: Tx) -> None:
        [sun] = await people.by_name(tx, "孙姐")
        await people.take_role(tx, sun.id, Role("staff", None))
        await people.give_role(tx, sun.id, Role("staff", await people.unit_named(tx, "虚构县水利局")))

    cli.does(limit)
    told = refused(cli, "deactivate", "赵科", "--yes")
    assert "没有人接新困难了" in told
    assert cli("person", "deactivate", "孙姐", "--yes").code == 0, "赵科 is still there"


def test_everything_that_stands_in_the_way_is_told_at_once(cli: CommandLine) -> None:
    plays(cli, taken)
    assert cli("person", "deactivate", "孙姐", "--yes").code == 0
    told = cli("person", "deactivate", "赵科", "--yes").refused
    assert "他承办的还没有办完：2026-1" in told
    assert "没有人接新困难了" in told


def test_who_is_talking_to_somebody_is_not_cut_off(cli: CommandLine) -> None:
    async def talks(talk: Conversation) -> None:
        await taken(talk)
        await talk.zhao.presses("更多")
        await talk.zhao.presses("对话")

    plays(cli, talks)
    assert "他正在跟人对话" in refused(cli, "deactivate", "王老", "--yes")


def test_the_last_leader_may_go_but_not_unnoticed(cli: CommandLine) -> None:
    outcome = cli("person", "deactivate", "钱局", "--yes")
    assert outcome.code == 0
    assert "现在没有领导了" in outcome.complained


def test_who_shares_the_account_is_named(cli: CommandLine) -> None:
    async def share(tx: Tx) -> None:
        he = await people.add(tx, Person("何老"), NOW)
        account = await accounts.find_or_add(tx, CHANNEL, "1001", NOW)
        await accounts.share(tx, account, he, NOW)

    cli.does(share)
    outcome = cli("person", "deactivate", "王老", "--yes")
    assert outcome.code == 0
    assert "何老也用他的账号，现在进不来了" in outcome.complained


def test_links_of_an_account_that_is_only_shared_go_on_working(cli: CommandLine) -> None:
    link = re.search(r"#k=(\S+)", cli("invite", "王老", "--link").said)
    assert link

    async def share(tx: Tx) -> None:
        he = await people.add(tx, Person("何老"), NOW)
        [wang] = await people.by_name(tx, "王老")
        for account in await accounts.of_person(tx, wang.id):
            await accounts.share(tx, account.id, he, NOW)

    cli.does(share)
    assert cli("person", "deactivate", "何老", "--yes").code == 0
    assert cli.does(lambda tx: entry.link(tx, link[1])) is not None


# ── who is meant ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_of_people_of_one_name_one_must_be_chosen(cli: CommandLine) -> None:
    second = cli.does(lambda tx: people.add(tx, Person("王老", birth="1945"), NOW))
    assert f"编号 {second}" in refused(cli, "deactivate", "王老", "--yes")
    assert cli("person", "deactivate", "王老", "--id", str(second), "--yes").code == 0
    assert active(cli).count("王老") == 1
    assert "已经停用了" in cli("person", "deactivate", "王老", "--id", str(second), "--yes").refused
    assert "相近的有：赵科" in cli("person", "deactivate", "赵科长", "--yes").refused


def test_who_is_off_cannot_be_taken_off_again_and_who_is_not_cannot_be_put_back(cli: CommandLine) -> None:
    assert "赵科没有停用，不用恢复" in refused(cli, "activate", "赵科")
    assert cli("person", "deactivate", "赵科", "--yes").code == 0
    assert "已经停用了" in cli("person", "deactivate", "赵科", "--yes").refused
    assert "花名册里没有“周老”" in cli("person", "activate", "周老").refused


# ── back ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_who_comes_back_has_the_old_role_and_needs_a_new_link(cli: CommandLine) -> None:
    link = re.search(r"#k=(\S+)", cli("invite", "赵科", "--link").said)
    assert link
    assert cli("person", "deactivate", "赵科", "--yes").code == 0
    outcome = cli("person", "activate", "赵科")
    assert outcome.code == 0
    assert re.search(r"恢复好了：赵科（编号 (\d+).*\n.*python -m bot invite 赵科 --id \1", outcome.said)

    async def look(tx: Tx) -> tuple[object, ...]:
        visitor = await accounts.visitor(tx, await accounts.find_or_add(tx, CHANNEL, "1003", NOW))
        return visitor.name, visitor.roles, await entry.link(tx, link[1])

    assert cli.does(look) == ("赵科", (Role("staff", None),), None)
    assert [row[0] for row in cli.reads(AUDIT)] == ["person.deactivated", "person.activated"]


def test_storage_tells_whether_it_changed_anything(cli: CommandLine) -> None:
    async def twice(tx: Tx) -> list[object]:
        [sun] = await people.by_name(tx, "孙姐")
        await entry.add_invite(tx, sun.id, "ABCD2345", None, NOW, 72)
        return [
            await leaving.end_invites(tx, sun.id, NOW),
            await leaving.end_invites(tx, sun.id, NOW),
            await people.set_active(tx, sun.id, False, NOW),
            await people.set_active(tx, sun.id, False, NOW),
            await people.set_active(tx, sun.id, True, NOW),
        ]

    assert cli.does(twice) == [1, 0, True, False, True]

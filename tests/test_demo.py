"""The demonstration office: there for whoever starts with nothing, and never among real people."""

import asyncio
from pathlib import Path

from bot.demo import Doorplate, open_demonstration
from storage import marks, people
from storage.database import open_database
from storage.people import Person
from tests.command_line import NOW, CommandLine

TOKEN = "123456:" + "a" * 35  # of the right form, and nobody's
ROLES = "SELECT p.name, r.role, u.name FROM roles r JOIN persons p ON p.id = r.person_id LEFT JOIN units u ON u.id = r.unit_id"
PEOPLE = ["王老", "李老", "小李", "赵科", "孙姐", "钱局"]


def test_an_empty_office_without_a_token_becomes_a_demonstration(tmp_path: Path) -> None:
    cli = CommandLine(tmp_path)
    with cli.running() as bot:
        greeting, secrets = bot.greeting, bot.secrets
        entered = {name: bot.asks("POST", "/api/enter", {"secret": secret}) for name, secret in secrets.items()}
    assert list(secrets) == PEOPLE
    assert {status for status, _, _ in entered.values()} == {200}
    assert len({home["home"] for _, home, _ in entered.values()}) == 6
    assert "打开王老的链接" in greeting
    assert "赵科的链接" in greeting
    assert sorted(map(tuple, cli.reads(ROLES))) == sorted(
        [
            ("王老", "cadre", None),
            ("李老", "cadre", None),
            ("小李", "relative", None),
            ("赵科", "staff", None),
            ("孙姐", "staff", "青禾县教育局"),
            ("钱局", "leader", None),
        ]
    )
    assert cli.reads("SELECT count(*) FROM kin")[0][0] == 1
    assert cli.reads("SELECT state, made_by FROM briefings") == cli.reads(
        "SELECT 'published', id FROM persons WHERE name = '赵科'"
    )
    assert cli.reads("SELECT count(*) FROM consents")[0][0] == 0, "王老 meets the consent question as anybody would"
    assert cli.reads("SELECT count(*) FROM persons WHERE phone IS NOT NULL")[0][0] == 0


def test_each_start_gives_new_links_ends_the_old_ones_and_keeps_open_windows(tmp_path: Path) -> None:
    cli = CommandLine(tmp_path)
    with cli.running() as first:
        _, home, cookie = first.asks("POST", "/api/enter", {"secret": first.secrets["王老"]})
        first.ends()
    with cli.running() as second:
        old = second.asks("POST", "/api/enter", {"secret": first.secrets["王老"]})[0]
        new = second.asks("POST", "/api/enter", {"secret": second.secrets["王老"]})
        window = second.asks("GET", f"{home['home']}history", cookie=cookie)[0]
    assert (old, new[0], window) == (403, 200, 200)
    assert new[1] == home
    assert list(second.secrets) == PEOPLE
    assert cli.reads("SELECT count(*) FROM persons")[0][0] == 6


def test_with_real_people_there_is_no_demonstration(tmp_path: Path) -> None:
    cli = CommandLine(tmp_path)
    cli.does(lambda tx: people.add(tx, Person("王老"), NOW))
    with cli.running() as bot:
        greeting = bot.greeting
    assert "演示" not in greeting
    assert "enter#k=" not in greeting
    assert [row[0] for row in cli.reads("SELECT name FROM persons")] == ["王老"]
    assert cli.reads("SELECT * FROM marks WHERE name = 'demonstration'") == []


def test_with_a_telegram_token_there_is_no_demonstration(tmp_path: Path) -> None:
    cli = CommandLine(tmp_path, YINLING_TELEGRAM__TOKEN=TOKEN)
    with cli.running() as bot:
        greeting = bot.greeting
    assert "花名册还是空的" in greeting
    assert cli.reads("SELECT * FROM persons") == []


def test_real_people_are_not_taken_into_a_demonstration(tmp_path: Path) -> None:
    cli = CommandLine(tmp_path)
    roster = cli.roster(["姓名", "单位"], ["王老", "青禾县档案局"])
    with cli.running():
        while_it_runs = cli("roster", "import", roster, "--yes")
    for outcome in (
        while_it_runs,
        cli("roster", "import", roster, "--dry-run"),
        cli("person", "add", "王老", "--role", "cadre"),
    ):
        assert outcome.code == 1
        assert "演示用的" in outcome.refused
        assert "移走或删掉" in outcome.refused
    assert cli.reads("SELECT count(*) FROM persons")[0][0] == 6


def test_a_database_with_a_person_and_no_mark_is_never_touched(tmp_path: Path) -> None:
    async def opened() -> tuple[list[Doorplate], int]:
        database = await open_database(tmp_path / "office.db")
        async with database.write() as tx:
            await people.add(tx, Person("王老", active=0), NOW)  # even somebody who was taken off
            doorplates = await open_demonstration(tx, NOW, may_create=True)
            writes = tx.writes
        async with database.read() as tx:
            assert await marks.get(tx, marks.DEMONSTRATION) is None
        await database.close()
        return doorplates, writes

    assert asyncio.run(opened()) == ([], 1)

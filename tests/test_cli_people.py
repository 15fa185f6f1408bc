"""`invite` and `person add`: letting people in from the command line."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from handlers.strangers import code_in
from storage import accounts, entry, people
from storage.database import Tx
from storage.people import Person
from tests.command_line import NOW, CommandLine

INVITES = (
    "SELECT person_id, code_hash, expires_at, made_by FROM invites WHERE used_at IS NULL AND expires_at > created_at"
)


def office(folder: Path, **environ: str) -> CommandLine:
    """王老 twice, 赵科 once, and somebody who was taken off the roster."""
    cli = CommandLine(folder, YINLING_WEB__PORT="8099", **environ)

    async def fill(tx: Tx) -> None:
        water = await people.unit_named(tx, "青禾县水利局")
        schools = await people.unit_named(tx, "青禾县教育局")
        await people.add(tx, Person("王老", birth="1938-07", unit_id=water), NOW)
        await people.add(tx, Person("王老", birth="1945", unit_id=schools), NOW)
        await people.add(tx, Person("赵科"), NOW)
        await people.add(tx, Person("周老", active=0), NOW)
        await people.give_role(tx, 1, accounts.Role("cadre", None))

    cli.does(fill)
    return cli


def test_an_invite_is_shown_with_its_end_and_the_words_to_hand_over(tmp_path: Path) -> None:
    cli = office(tmp_path)
    outcome = cli("invite", "赵科", "--hours", "5")
    assert outcome.code == 0
    (shown,) = set(re.findall(r"\b[A-Z2-9]{4}-[A-Z2-9]{4}\b", outcome.said))
    assert "可以这样转告" in outcome.said
    assert "0000-8000000" in outcome.said
    assert "只有这台机器能打开" in outcome.said
    ((person_id, code_hash, expires_at, made_by),) = cli.reads(INVITES)
    assert (person_id, code_hash, made_by) == (3, entry.hash_of(code_in(shown) or ""), None)
    left = datetime.fromisoformat(expires_at) - datetime.now(UTC)
    assert timedelta(hours=4) < left <= timedelta(hours=5)
    assert [row[0] for row in cli.reads("SELECT deed FROM audit")] == ["invite.made"]
    account = cli.does(lambda tx: accounts.find_or_add(tx, "web", "seat", NOW))
    assert cli.does(lambda tx: entry.use_invite(tx, code_in(shown) or "", account, datetime.now(UTC))) == 3


def test_people_of_one_name_are_listed_and_one_must_be_chosen(tmp_path: Path) -> None:
    cli = office(tmp_path)
    choice = cli("invite", "王老").refused
    assert "编号 1  青禾县水利局  1938 年生  老同志" in choice
    assert "编号 2  青禾县教育局  1945 年生" in choice
    assert cli.reads(INVITES) == []
    assert cli("invite", "王老", "--id", "2").code == 0
    assert cli("invite", "王老", "--unit", "水利").code == 0
    assert [row[0] for row in cli.reads(INVITES)] == [2, 1]
    assert "没有对得上的" in cli("invite", "王老", "--id", "3").refused


def test_an_unknown_name_gets_the_names_near_it(tmp_path: Path) -> None:
    cli = office(tmp_path)
    assert "相近的有：赵科" in cli("invite", "赵科长").refused
    assert "花名册里没有“周老”" in cli("invite", "周老").refused


def test_a_personal_link_leaves_earlier_ones_unless_told_otherwise(tmp_path: Path) -> None:
    cli = office(tmp_path)
    first, second = (secret_in(cli("invite", "赵科", "--link").said) for _ in range(2))
    assert in_force(cli, first, second) == [True, True]
    outcome = cli("invite", "赵科", "--link", "--revoke-old")
    assert "以前的 2 个链接已经作废" in outcome.said
    assert in_force(cli, first, second, secret_in(outcome.said)) == [False, False, True]
    assert [row[0] for row in cli.reads("SELECT deed FROM audit")].count("link.made") == 3
    assert cli.reads("SELECT count(*) FROM accounts")[0][0] == 1


def secret_in(said: str) -> str:
    match = re.search(r"http://127\.0\.0\.1:8099/enter#k=(\S+)", said)
    assert match, said
    return match[1]


def in_force(cli: CommandLine, *secrets: str) -> list[bool]:
    async def look(tx: Tx) -> list[bool]:
        return [await entry.link(tx, each) is not None for each in secrets]

    return cli.does(look)


def test_a_link_to_a_port_that_changes_is_not_given(tmp_path: Path) -> None:
    cli = office(tmp_path)
    cli.environ.pop("YINLING_WEB__PORT")
    assert "端口每次启动都变" in cli("invite", "赵科", "--link").refused


def test_an_invite_works_while_the_office_runs(tmp_path: Path) -> None:
    cli = office(tmp_path)
    cli.environ.pop("YINLING_WEB__PORT")
    with cli.running():
        assert cli("invite", "赵科").code == 0
    assert len(cli.reads(INVITES)) == 1


def test_the_first_member_of_staff_is_added_without_a_file(tmp_path: Path) -> None:
    cli = CommandLine(tmp_path)
    outcome = cli("person", "add", "赵科", "--role", "staff", "--phone", "138 0000 0003")
    assert outcome.code == 0
    assert "python -m bot invite 赵科 --id 1" in outcome.said
    assert cli.reads("SELECT name, phone FROM persons") == [("赵科", "13800000003")]
    assert cli.reads("SELECT person_id, role, unit_id FROM roles") == [(1, "staff", None)]
    assert cli.reads("SELECT deed, subject FROM audit") == [("person.added", "person:1")]


def test_staff_may_be_limited_to_units_that_exist(tmp_path: Path) -> None:
    cli = office(tmp_path)
    limited = ("person", "add", "孙姐", "--role", "staff", "--limit-to")
    assert "相近的有：青禾县水利局" in cli(*limited, "水利局").refused
    assert cli.reads("SELECT count(*) FROM persons")[0][0] == 4
    assert cli(*limited, "青禾县水利局", "--limit-to", "青禾县教育局").code == 0
    assert cli.reads("SELECT role, unit_id FROM roles WHERE person_id = 5") == [("staff", 1), ("staff", 2)]
    assert cli("person", "add", "钱局", "--role", "leader", "--limit-to", "青禾县水利局").code == 2


def test_a_second_person_of_a_name_is_added_only_when_that_is_meant(tmp_path: Path) -> None:
    cli = office(tmp_path)
    again = ("person", "add", "赵科", "--role", "cadre")
    assert "已经有同名的人：赵科（编号 3）" in cli(*again).refused
    assert cli(*again, "--new").code == 0
    assert cli.reads("SELECT count(*) FROM persons WHERE name = '赵科'")[0][0] == 2


def test_a_relative_needs_a_cadre_whom_the_roster_knows(tmp_path: Path) -> None:
    cli = office(tmp_path)
    assert "请写明代哪位老同志办理" in cli("person", "add", "小李", "--role", "relative").refused
    assert "都没有" in cli("person", "add", "小李", "--role", "relative", "--acts-for", "刘老").refused
    assert cli("person", "add", "小李", "--role", "relative", "--acts-for", "王老").code == 0
    assert cli.reads("SELECT cadre_id FROM kin") == [(1,)], "only the first 王老 is a cadre"


def test_a_number_that_is_none_is_refused_with_the_reason(tmp_path: Path) -> None:
    assert (
        "手机号是 11 位" in CommandLine(tmp_path)("person", "add", "赵科", "--role", "staff", "--phone", "123").refused
    )

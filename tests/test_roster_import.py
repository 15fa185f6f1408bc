"""A roster goes into the database: who is who, what changes, what is refused, and nothing the second time."""

import asyncio
import json
import os
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from handlers.roster.apply import apply, read_known
from handlers.roster.duplicates import SeenPeople
from handlers.roster.fields import FIELDS
from handlers.roster.matching import Known
from handlers.roster.person import RosterPerson
from handlers.roster.plan import Plan, make_plan
from storage import people
from storage.accounts import Role
from storage.people import Person
from tests.command_line import CAP_SECONDS, NOW, CommandLine
from tests.copies import new_database

WATER, SCHOOLS = "青禾县水利局", "青禾县教育局"
UNITS = {1: WATER, 2: SCHOOLS}
NOTHING: dict[str, Any] = dict.fromkeys([*FIELDS, "id_tail"]) | {"birthday_calendar": "solar", "acts_for": ()}


def row(name: str = "王老", number: int = 2, roles: tuple[str, ...] = ("cadre",), **fields: Any) -> RosterPerson:
    return RosterPerson(**{**NOTHING, "name": name, "roles": roles, "sheet": "名单", "row": number, **fields})


def known(*persons: Person, kin: frozenset[tuple[int, int]] = frozenset(), role: str = "cadre") -> Known:
    """These people, numbered from 1, all with one role."""
    numbered = tuple(replace(each, id=number) for number, each in enumerate(persons, 1))
    return Known(numbered, UNITS, {each.id: (Role(role, None),) for each in numbered}, kin)


def changed(plan: Plan) -> dict[str, tuple[str | None, str]]:
    """The fields of the only changed person, from what to what."""
    (step,) = plan.changed
    return {each.field: (each.old, each.new) for each in step.changes}


# ── who is who ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("person", "fields"),
    [
        (Person("王老", phone="13800000001", birth="1938"), {"phone": "13800000001", "birth": "1945"}),
        (Person("王老", home_phone="03597522222"), {"home_phone": "03597522222", "unit": SCHOOLS}),
        (
            Person("王老", birth="1938-07-05", unit_id=1),
            {"birth": "1938-07-05", "unit": SCHOOLS, "phone": "13900000009"},
        ),
        (Person("王老", birth="1938-07", unit_id=1), {"birth": "1938-07-05", "unit": WATER}),
        (Person("王老", birth="1938", phone="13800000001"), {"birth": "1938-07"}),
        (Person("王老", unit_id=1, phone="13800000001"), {"unit": WATER, "phone": "13900000009"}),
        (Person("王老", post="局长"), {"post": "局长"}),
    ],
    ids=[
        "telephone",
        "home telephone",
        "day of birth",
        "month in the day",
        "year in the month",
        "unit",
        "nothing else",
    ],
)
def test_a_row_is_the_known_person(person: Person, fields: dict[str, Any]) -> None:
    plan = make_plan([row(**fields)], known(person))
    assert (plan.added, plan.refused) == ((), ())
    assert len(plan.changed) + plan.unchanged == 1


@pytest.mark.parametrize(
    ("person", "fields"),
    [
        (Person("李老", phone="13800000001"), {"phone": "13800000001"}),
        (Person("王老", birth="1938-07", unit_id=1), {"birth": "1945-03", "unit": SCHOOLS}),
        (Person("王老", birth="1938-07"), {"birth": "1945-03"}),
        (
            Person("王老", birth="1938", unit_id=1, phone="13800000001"),
            {"birth": "1945", "unit": WATER, "phone": "139"},
        ),
        (Person("王老", unit_id=1), {"unit": SCHOOLS}),
    ],
    ids=["another name", "another birth and unit", "another birth", "another birth and telephone", "another unit"],
)
def test_a_row_is_somebody_new(person: Person, fields: dict[str, Any]) -> None:
    plan = make_plan([row(**fields)], known(person))
    assert (len(plan.added), plan.changed, plan.refused) == (1, (), ())
    same_name = person.name == "王老"
    assert bool(plan.doubts) == (same_name or "phone" in fields), (
        "somebody should look at a name or number known already"
    )


@pytest.mark.parametrize(
    ("persons", "fields", "reason"),
    [
        ([Person("王老", phone="13800000001")], {"phone": "13900000009"}, "分不清是不是同一位"),
        ([Person("王老", unit_id=1)], {"phone": "13900000009"}, "编号 1，青禾县水利局"),
        ([Person("王老", birth="1938-07", unit_id=1)], {"birth": "1938-09", "unit": WATER}, "分不清是不是同一位"),
        ([Person("王老", birth="1938", unit_id=1)], {"birth": "1938", "unit": SCHOOLS}, "分不清是不是同一位"),
        ([Person("王老", unit_id=1, sex="男")], {"unit": WATER, "sex": "女"}, "分不清是不是同一位"),
        ([Person("王老", unit_id=1), Person("王老", unit_id=1)], {"unit": WATER}, "几位都对得上"),
        ([Person("王老", phone="13800000001", active=0)], {"phone": "13800000001"}, "已经停用"),
    ],
)
def test_a_row_that_may_be_anybody_is_refused(persons: list[Person], fields: dict[str, Any], reason: str) -> None:
    plan = make_plan([row(**fields)], known(*persons))
    (refused,) = plan.refused
    assert (refused.sheet, refused.row) == ("名单", 2)
    assert reason in refused.reason
    assert plan.empty


def test_two_rows_that_fit_one_person_are_both_refused() -> None:
    rows = [row(number=2, unit=WATER, phone="13800000001"), row(number=3, unit=WATER, phone="13800000002")]
    plan = make_plan(rows, known(Person("王老", unit_id=1)))
    assert [each.row for each in plan.refused] == [2, 3]
    assert plan.empty


def test_who_is_proved_to_be_one_person_is_no_candidate_for_another_row() -> None:
    rows = [row(number=2, unit=WATER, birth="1945"), row(number=3, unit=WATER, birth="1938-07")]
    plan = make_plan(rows, known(Person("王老", unit_id=1, birth="1938-07")))
    assert [step.row.row for step in plan.added] == [2]
    assert plan.unchanged == 1
    assert plan.refused == ()


def test_the_better_proof_decides_between_people_of_one_unit() -> None:
    office = known(Person("王老", unit_id=1, phone="13800000001"), Person("王老", unit_id=1, phone="13800000002"))
    plan = make_plan([row(unit=WATER, phone="13800000002")], office)
    assert (plan.unchanged, plan.refused) == (1, ())


# ── what changes ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_empty_cell_empties_nothing() -> None:
    person = Person("王老", phone="13800000001", address="甲路1号", note="备注", family_name="小李", birth="1938")
    plan = make_plan([row(phone="13800000001")], known(person))
    assert (plan.empty, plan.unchanged) == (True, 1)


def test_changes_are_told_field_by_field() -> None:
    person = Person("王老", phone="13800000001", unit_id=1, birth="1938-07", address="旧址")
    cells: dict[str, Any] = {
        "phone": "13800000001",
        "unit": SCHOOLS,
        "birth": "1938-07-05",
        "address": "新址",
        "living": "独居",
    }
    assert changed(make_plan([row(**cells)], known(person))) == {
        "unit": (WATER, SCHOOLS),
        "birth": ("1938-07", "1938-07-05"),
        "address": ("旧址", "新址"),
        "living": (None, "独居"),
    }


def test_a_date_that_is_only_less_exact_changes_nothing_and_another_one_does() -> None:
    person = Person("王老", phone="138", birth="1938-07-05", joined_party="1960-03")
    vague = make_plan([row(phone="138", birth="1938", joined_party="1960")], known(person))
    other = make_plan([row(phone="138", birth="1939", joined_party="1961")], known(person))
    assert vague.unchanged == 1
    assert changed(other) == {"birth": ("1938-07-05", "1939"), "joined_party": ("1960-03", "1961")}


def test_the_calendar_of_a_birthday_comes_with_the_birthday_only() -> None:
    person = Person("王老", phone="138", birth="1938-07-05", birthday_calendar="lunar")
    without = make_plan([row(phone="138", birthday_calendar="solar")], known(person))
    same_day = make_plan([row(phone="138", birth="1938-07", birthday_calendar="solar")], known(person))
    with_it = make_plan([row(phone="138", birth="1938-08-01", birthday_calendar="solar")], known(person))
    aloud = make_plan([row(phone="138", birth="1938", birthday_calendar="lunar")], known(Person("王老", phone="138")))
    assert (without.unchanged, same_day.unchanged) == (1, 1)
    assert changed(aloud) == {"birth": (None, "1938"), "birthday_calendar": ("solar", "lunar")}
    assert changed(with_it) == {"birth": ("1938-07-05", "1938-08-01"), "birthday_calendar": ("lunar", "solar")}


def test_roles_are_added_and_never_taken() -> None:
    plan = make_plan([row(phone="138", roles=("staff", "leader"))], known(Person("王老", phone="138"), role="staff"))
    assert plan.changed[0].roles == ("leader",)


def test_people_who_are_not_in_the_file_are_only_mentioned() -> None:
    everybody = known(Person("王老", phone="138"), Person("李老"), Person("周老", active=0))
    plan = make_plan([row(phone="138")], everybody)
    assert [person.name for person in plan.missing] == ["李老"]
    assert plan.empty
    assert make_plan([row("赵科", roles=("staff",))], everybody).missing == (), "a list of staff says nothing of cadres"


# ── for whom a relative acts ────────────────────────────────────────────────────────────────────────────────────────

LI = row("小李", 9, ("relative",), phone="13900000002", acts_for=("王老",))


def test_a_relative_acts_for_a_cadre_of_the_same_file_or_one_known_before() -> None:
    in_file = make_plan([row(), LI], known())
    before = make_plan([LI], known(Person("王老")))
    assert in_file.added[1].cadres == (in_file.added[0].row,)
    assert [each.name for each in before.added[0].cadres] == ["王老"]


def test_a_relative_who_acts_already_is_unchanged() -> None:
    office = known(Person("王老"), Person("小李", phone="13900000002"), kin=frozenset({(2, 1)}))
    roles = {1: (Role("cadre", None),), 2: (Role("relative", None),)}
    assert make_plan([LI], replace(office, roles=roles)).unchanged == 1
    namesake = replace(Person("王老", birth="1945"), id=3)
    more = replace(office, persons=(*office.persons, namesake), roles=roles | {3: (Role("cadre", None),)})
    assert make_plan([LI], more).unchanged == 1, "a second cadre of the name raises no doubt about the first"


@pytest.mark.parametrize("hint", [{"family_phone": "13900000002"}, {"family_name": "小李"}], ids=["telephone", "name"])
def test_of_two_cadres_of_one_name_the_one_who_names_the_relative_is_meant(hint: dict[str, str]) -> None:
    meant = replace(Person("王老", birth="1945-03"), **hint)  # type: ignore[arg-type]  # the names of texts
    (step,) = make_plan([LI], known(Person("王老", birth="1938-07"), meant)).added
    assert [each.birth for each in step.cadres] == ["1945-03"]


@pytest.mark.parametrize(
    ("office", "reason"),
    [
        (known(), "在表里和系统里都没有"),
        (known(Person("王老"), role="staff"), "在表里和系统里都没有"),
        (known(Person("王老", active=0)), "在表里和系统里都没有"),
        (known(Person("王老", birth="1938"), Person("王老", birth="1945")), "有 2 位，分不清"),
    ],
)
def test_a_relative_of_nobody_or_of_anybody_is_refused(office: Known, reason: str) -> None:
    (refused,) = make_plan([LI], office).refused
    assert refused.row == 9
    assert reason in refused.reason


def test_a_relative_of_a_cadre_whose_own_row_is_refused_is_refused_too() -> None:
    office = known(Person("王老", phone="13800000001"), role="staff")
    plan = make_plan([row(phone="13900000009"), LI], office)
    assert [each.row for each in plan.refused] == [2, 9]


# ── in the database ─────────────────────────────────────────────────────────────────────────────────────────────────

TEXTS = st.sampled_from([None, "甲", "乙"])
BIRTHS = st.sampled_from([None, "1938", "1938-07", "1938-07-05", "1938-09", "1945-03"])
PHONES = st.sampled_from([None, "13800000001", "13800000002", "13800000003"])
ROWS = st.builds(
    row,
    name=st.sampled_from(["王老", "李老", "小李"]),
    roles=st.sampled_from([("cadre",), ("staff",), ("cadre", "staff")]),
    birth=BIRTHS,
    birthday_calendar=st.sampled_from(["solar", "lunar"]),
    unit=st.sampled_from([None, WATER, SCHOOLS]),
    phone=PHONES,
    sex=st.sampled_from([None, "男", "女"]),
    branch=TEXTS,
    note=TEXTS,
)
RELATIVES = st.builds(
    row, name=st.just("小刘"), roles=st.just(("relative",)), phone=PHONES, acts_for=st.just(("王老",))
)


def without_twins(rows: list[RosterPerson]) -> list[RosterPerson]:
    """Number the rows and leave out those that the reading of a file refuses as duplicates."""
    seen, kept = SeenPeople(), []
    for number, each in enumerate(rows, 2):
        numbered = replace(each, row=number)
        if seen.same_person(numbered) is None:
            seen.add(numbered)
            kept.append(numbered)
    return kept


async def imports(folder: Path, *files: list[RosterPerson]) -> list[Plan]:
    """Import one list of people after the other into a new database; return the plans."""
    database = await new_database(folder / "office.db")
    plans = []
    for rows in files:
        async with database.write() as tx:
            plans.append(make_plan(rows, await read_known(tx)))
            await apply(tx, plans[-1], NOW, lambda done: None)
    await database.close()
    return plans


@settings(max_examples=100, deadline=None)
@given(st.lists(ROWS, max_size=4), st.lists(st.one_of(ROWS, RELATIVES), max_size=6))
def test_the_same_file_a_second_time_changes_nothing(before: list[RosterPerson], file: list[RosterPerson]) -> None:
    rows = without_twins(file)
    with TemporaryDirectory() as folder:
        _, first, second = asyncio.run(imports(Path(folder), without_twins(before), rows, rows))
    assert (second.added, second.changed) == ((), ())
    assert second.unchanged == len(first.added) + len(first.changed) + first.unchanged


def test_a_plan_is_written_with_units_roles_kin_and_audit(tmp_path: Path) -> None:
    cli = CommandLine(tmp_path)
    cells: dict[str, Any] = {name: f"{name} 内容" for name in ("post", "branch", "address", "note")} | {
        "birth": "1938-07",
        "unit": WATER,
    }
    asyncio.run(imports(tmp_path, [row(birthday_calendar="lunar", **cells), LI], [row(phone="138", birth="1938-07")]))
    cli.database.parent.mkdir()
    (tmp_path / "office.db").rename(cli.database)
    ((wang, unit),) = cli.reads(
        "SELECT p.id, u.name FROM persons p JOIN units u ON u.id = p.unit_id WHERE p.name = '王老'"
    )
    person = cli.does(lambda tx: people.by_id(tx, wang))
    assert unit == WATER
    assert cells.items() - {("unit", WATER)} <= asdict(person).items()
    assert (person.phone, person.birthday_calendar) == ("138", "lunar")
    assert cli.reads("SELECT p.name, r.role FROM roles r JOIN persons p ON p.id = r.person_id ORDER BY r.id") == [
        ("王老", "cadre"),
        ("小李", "relative"),
    ]
    assert cli.reads("SELECT relative_id, cadre_id FROM kin") == [(2, 1)]
    trail = cli.reads("SELECT deed, subject, actor_id, detail FROM audit ORDER BY id")
    assert [tuple(each[:3]) for each in trail] == [
        ("person.added", "person:1", None),
        ("person.added", "person:2", None),
        ("person.changed", "person:1", None),
    ]
    assert "内容" not in str(trail), "the trail names the fields and not what stands in them"
    assert json.loads(trail[2][3])["fields"] == "phone"


# ── at the command line ─────────────────────────────────────────────────────────────────────────────────────────────

HEADER = ("姓名", "身份", "性别", "出生年月", "单位", "手机", "代办老同志")
FILE = (
    HEADER,
    ("王老", "老干部", "男", "1938.7", WATER, "13800000001", ""),
    ("小李", "家属", "女", "", "", "13800000002", "王老"),
    ("赵科", "工作人员", "", "", "", "13800000003", ""),
    ("刘老", "离休", "", "2020-1-1", "", "1234", ""),
)


def test_an_import_shows_its_plan_writes_it_and_finds_nothing_the_second_time(tmp_path: Path) -> None:
    cli = CommandLine(tmp_path)
    roster = cli.roster(*FILE)
    dry = cli("roster", "import", roster, "--dry-run")
    assert (dry.code, cli.database.exists()) == (0, False)
    assert "这是试运行，什么都没有写入" in dry.said
    first = cli("roster", "import", roster, "--yes")
    second = cli("roster", "import", roster, "--yes")
    assert (first.code, second.code) == (0, 0)
    for words in (
        "“花名册.csv”第 2 行 王老：青禾县水利局，1938-07 生，身份 老同志",
        "“花名册.csv”第 3 行 小李：身份 家属，代王老办理",
        "“花名册.csv”第 5 行 F 列“手机”",
        "合计：新增 3 人，更改 0 人，不变 0 人，没有导入 1 行。",
        "已写入：新增 3 人，更改 0 人。",
    ):
        assert words in first.said
    assert "写入 100%" in first.complained
    assert "不变 3 人" in second.said
    assert "没有需要写入的内容" in second.said
    assert cli.reads("SELECT count(*) FROM persons") == [(3,)]
    assert cli.reads("SELECT count(*) FROM audit") == [(3,)]


def test_changes_are_printed_without_whole_telephone_numbers_health_or_addresses(tmp_path: Path) -> None:
    cli = CommandLine(tmp_path)
    header = ("姓名", "出生日期", "手机", "住址", "健康状况", "支部")
    cli(
        "roster",
        "import",
        cli.roster(header, ("王老", "1938-07-05", "13800000001", "甲路1号", "健康", "一支部")),
        "--yes",
    )
    changed_row = ("王老", "1938-07-05", "13900000009", "乙路2号", "一般", "二支部")
    said = cli("roster", "import", cli.roster(header, changed_row), "--yes").said
    assert "手机 138…0001 → 139…0009" in said
    assert "支部 一支部 → 二支部" in said
    assert "住址有变化" in said
    assert "健康状况有变化" in said
    assert not any(private in said for private in ("13800000001", "13900000009", "乙路", "一般"))


def test_without_a_terminal_nothing_is_written_unless_yes_is_said(tmp_path: Path) -> None:
    cli = CommandLine(tmp_path)
    outcome = cli("roster", "import", cli.roster(*FILE))
    assert "请加上 --yes" in outcome.refused
    assert "新增 3 人" in outcome.said
    assert not cli.database.exists()


@pytest.mark.parametrize(("answer", "meanwhile"), [("y", False), ("不", False), ("是", True)])
def test_on_a_terminal_it_asks_and_writes_only_what_it_has_shown(tmp_path: Path, answer: str, meanwhile: bool) -> None:
    cli = CommandLine(tmp_path)
    roster = cli.roster(*FILE)
    keyboard, terminal = os.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "roster", "import", roster],
        cwd=tmp_path,
        env=cli.environ,
        stdin=terminal,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
    )
    with process:
        assert process.stdout is not None  # a pipe
        shown = b""
        while "请输入".encode() not in shown:
            piece = os.read(process.stdout.fileno(), 4096)
            assert piece, shown.decode()
            shown += piece
        if meanwhile:
            cli.does(lambda tx: people.add(tx, Person("王老", phone="13800000001"), NOW))
        os.write(keyboard, f"{answer}\n".encode())
        rest, complained = process.communicate(timeout=CAP_SECONDS)
    os.close(keyboard)
    os.close(terminal)
    assert process.returncode == (0 if answer == "y" else 1)
    assert ("已写入" in rest.decode(), "没有写入，什么都没有改动" in rest.decode()) == (answer == "y", answer == "不")
    assert ("刚才有别人改了花名册" in complained.decode()) == meanwhile
    if cli.database.exists():
        assert cli.reads("SELECT count(*) FROM persons") == [(1 if meanwhile else 3,)]
    else:
        assert answer == "不"


def test_an_import_works_while_the_office_runs(tmp_path: Path) -> None:
    cli = CommandLine(tmp_path)
    cli("roster", "import", cli.roster(*FILE), "--yes")
    with cli.running() as bot:
        outcome = cli("roster", "import", cli.roster(HEADER, ("李老", "", "", "1940", SCHOOLS, "", "")), "--yes")
        assert bot.asks("GET", "/healthz")[0] == 200
        assert bot.ends().code == 0
    assert outcome.code == 0
    assert "系统里有、表里没有的 1 人（没有动他们）：王老" in outcome.said
    assert cli.reads("SELECT count(*) FROM persons") == [(4,)]


def test_only_the_sheets_asked_for_are_imported(tmp_path: Path) -> None:
    cli = CommandLine(tmp_path)
    book = Workbook()
    for title, name in (("离休", "王老"), ("退休", "李老")):
        sheet = book.create_sheet(title)
        sheet.append(["姓名", "支部"])
        sheet.append([name, "一支部"])
    book.save(tmp_path / "花名册.xlsx")
    assert "没有工作表“遗属”，只有" in cli("roster", "import", "花名册.xlsx", "--sheet", "遗属").refused
    assert cli("roster", "import", "花名册.xlsx", "--sheet", "退休", "--yes").code == 0
    assert cli.reads("SELECT name FROM persons") == [("李老",)]


def test_a_file_that_is_no_roster_is_refused_in_a_sentence(tmp_path: Path) -> None:
    cli = CommandLine(tmp_path)
    assert "找不到这个文件" in cli("roster", "import", "没有.xlsx").refused
    outcome = cli("roster", "import", cli.roster(HEADER, ("刘老", "", "", "2020-1-1", "", "", "")), "--yes")
    assert outcome.code == 1
    assert "没有导入 1 行" in outcome.said

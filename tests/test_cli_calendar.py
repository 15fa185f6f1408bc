"""`calendar`: every push of a range of days, with its reason, from the roster and the settings; or why that cannot be told."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from storage import life_events, people
from tests.command_line import NOW, CommandLine

ROSTER = (
    ("姓名", "性别", "出生日期", "生日按", "入党时间", "政治面貌", "支部", "身份"),
    ("王老", "男", "1937-07-05", "公历", "1960-07", "中共党员", "一支部", "老干部"),
    ("李老", "女", "1947-12-08", "农历", "", "", "", "老干部"),
    ("赵科", "男", "", "", "", "", "", "工作人员"),
)


@pytest.fixture
def cli(tmp_path: Path) -> CommandLine:
    line = CommandLine(tmp_path)
    assert line("roster", "import", line.roster(*ROSTER), "--yes").code == 0
    return line


def listed(cli: CommandLine, first: str, last: str) -> list[dict[str, Any]]:
    outcome = cli("calendar", "--from", first, "--to", last, "--json")
    assert (outcome.code, outcome.complained) == (0, "")
    found: list[dict[str, Any]] = json.loads(outcome.said)
    return found


def test_a_year_of_pushes_comes_as_json_with_exactly_these_keys(cli: CommandLine) -> None:
    found = listed(cli, "2027-01-01", "2027-12-31")
    assert all(list(each) == ["date", "time", "kind", "name", "audience"] for each in found)
    assert [(each["date"], each["time"]) for each in found] == sorted((each["date"], each["time"]) for each in found)
    rows = [tuple(each.values()) for each in found]
    for row in (
        ("2027-01-15", "09:00", "birthday", "李老 79岁生日", "李老"),
        ("2027-02-06", "09:00", "festival.greet", "春节问候", "老同志 2 人"),
        ("2027-03-08", "09:00", "festival.greet", "妇女节问候", "女同志 1 人"),
        ("2027-03-29", "09:00", "festival.prepare", "准备清明", "工作人员"),
        ("2027-07-01", "09:00", "festival.greet", "建党节问候", "党员 1 人"),
        ("2027-07-01", "09:00", "party.birthday", "王老 政治生日，入党67年", "王老"),
        ("2027-06-05", "09:00", "age", "王老 将满90岁", "工作人员"),
        ("2027-07-05", "09:00", "birthday", "王老 90岁生日（逢十）", "王老"),
        ("2027-10-01", "09:00", "duty", "2027年要办的会", "工作人员"),
        ("2027-02-05", "16:30", "tomorrow", "明天要发的", "工作人员"),
    ):
        assert row in rows
    assert not [each for each in found if each["kind"] == "festival.greet" and "清明" in each["name"]]


def test_people_read_the_day_the_hour_the_audience_and_the_reason(cli: CommandLine) -> None:
    said = cli("calendar", "--from", "2027-02-06", "--to", "2027-02-06").said.splitlines()
    assert said == [
        "从 2027-02-06 到 2027-02-06，会自动发出 1 条：",
        "2027-02-06 星期六 09:00  春节问候  老同志 2 人  春节，2月6日 星期六",
    ]
    assert "没有会自动发出的" in cli("calendar", "--from", "2027-02-07", "--to", "2027-02-08").said
    lines = cli("calendar", "--from", "2027-12-01", "--to", "2028-01-05").said
    assert "李老 80岁生日（逢十）  李老  1月4日 星期二生日，按农历腊月初八过" in lines


def test_ranges_that_follow_each_other_hold_the_same_as_one(cli: CommandLine) -> None:
    whole = listed(cli, "2027-01-20", "2027-02-20")
    assert listed(cli, "2027-01-20", "2027-02-05") + listed(cli, "2027-02-06", "2027-02-20") == whole


def test_the_dead_stand_nowhere_and_who_mourns_is_called(cli: CommandLine) -> None:
    async def happens(tx: Any) -> None:
        [wang], [li] = await people.by_name(tx, "王老"), await people.by_name(tx, "李老")
        await life_events.add(tx, wang.id, "deceased", date(2026, 11, 1), "", None, NOW)
        await life_events.add(tx, li.id, "bereaved", date(2026, 11, 1), "", None, NOW)

    cli.does(happens)
    found = listed(cli, "2027-01-01", "2027-12-31")
    assert "王老" not in json.dumps(found, ensure_ascii=False)
    assert [each["audience"] for each in found if each["kind"] == "birthday"] == ["工作人员（打电话）"]
    greeted = [each["audience"] for each in found if each["kind"] == "festival.greet"]
    assert greeted[0] == "老同志 0 人" and greeted[-1] == "老同志 0 人"
    assert listed(cli, "2027-12-01", "2028-12-31")[-1]["kind"] != "", "the next year greets her again"


def test_who_was_born_in_a_leap_month_keeps_it_in_the_years_that_have_it(cli: CommandLine) -> None:
    roster = cli.roster(("姓名", "出生日期", "生日按"), ("冯老", "1933年闰五月初八", "农历"), name="闰月.csv")
    outcome = cli("roster", "import", roster, "--yes")
    assert outcome.code == 0 and "闰月出生" in outcome.said + outcome.complained
    days = [each["date"] for each in listed(cli, "2027-01-01", "2028-12-31") if each["name"].startswith("冯老 9")]
    assert days == ["2027-06-12", "2028-06-30"], "the ordinary fifth month, then the leap one of 2028"


def test_the_settings_decide(cli: CommandLine) -> None:
    settings = (cli.folder / "config.toml").read_text(encoding="utf-8")
    own = '[greetings]\ntime = "08:15"\nages = []\n[[festival]]\nkey = "x"\nlabel = "植树节"\nday = "公历 03-12"\n'
    own += 'greeting = "{姓名}，种树去。"\n'
    (cli.folder / "config.toml").write_text(f"duty = []\n{settings}{own}", encoding="utf-8")
    found = listed(cli, "2027-02-01", "2027-06-30")
    assert [tuple(each.values()) for each in found] == [
        ("2027-03-11", "16:30", "tomorrow", "明天要发的", "工作人员"),
        ("2027-03-12", "08:15", "festival.greet", "植树节问候", "老同志 2 人"),
        ("2027-06-30", "16:30", "tomorrow", "明天要发的", "工作人员"),
    ]


def test_it_writes_nothing(cli: CommandLine) -> None:
    listed(cli, "2027-01-01", "2027-12-31")
    assert cli.reads("SELECT * FROM reminders") == []


@pytest.mark.parametrize(
    ("first", "last", "code", "reason"),
    [
        ("2057-01-01", "2057-12-31", 1, "2057-01-01 不在能算的范围里：从 1900-01-31 到 2056-12-31。"),
        ("2056-12-01", "2057-01-01", 1, "2057-01-01 不在能算的范围里"),
        ("1900-01-01", "1900-12-31", 1, "1900-01-01 不在能算的范围里"),
        ("2027-02-02", "2027-02-01", 2, "--from 2027-02-02 比 --to 2027-02-01 晚"),
        ("2027-02-30", "2027-03-01", 2, "看不懂“2027-02-30”，日期请写成 2027-01-01 这样"),
        ("20270201", "2027-03-01", 2, "看不懂“20270201”"),
        ("2027-01-01", "2050-01-01", 2, "一次最多列 10 年"),
    ],
)
def test_what_cannot_be_told_is_refused_with_the_reason(
    cli: CommandLine, first: str, last: str, code: int, reason: str
) -> None:
    outcome = cli("calendar", "--from", first, "--to", last)
    assert (outcome.code, outcome.said) == (code, "")
    assert reason in outcome.refused


def test_without_a_database_it_says_what_to_do(tmp_path: Path) -> None:
    outcome = CommandLine(tmp_path)("calendar", "--from", "2027-01-01", "--to", "2027-01-31")
    assert "还没有数据库" in outcome.refused

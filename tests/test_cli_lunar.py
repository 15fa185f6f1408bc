"""`lunar`: what day it is in the other calendar, and when a year has its festivals; or why that cannot be told."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.cli import COMMANDS
from bot.cli.failure import Failed
from bot.cli.parser import make_parser
from bot.config import Config
from tests.command_line import CommandLine, Outcome


def told(capsys: pytest.CaptureFixture[str], *words: str) -> Outcome:
    """What the command does with these words, in this process."""
    args = make_parser(COMMANDS).parse_args(["lunar", *words])
    try:
        code, complained = args.command.run(args, Config()), ""
    except Failed as error:
        code, complained = error.code, str(error)
    return Outcome(code, capsys.readouterr().out, complained)


# At the terminal


def test_a_day_is_told_in_both_calendars_without_a_database(tmp_path: Path) -> None:
    cli = CommandLine(tmp_path)
    outcome = cli("lunar", "2027-02-06")
    assert (outcome.code, outcome.complained) == (0, "")
    assert outcome.said == "2027-02-06 星期六  农历丁未年正月初一  春节\n"
    assert not cli.database.exists()


def test_the_festivals_come_as_json(tmp_path: Path) -> None:
    outcome = CommandLine(tmp_path)("lunar", "--festivals", "2026", "--json")
    days = json.loads(outcome.said)
    assert list(days) == [
        *("spring_festival", "lantern", "dragon_boat", "qixi", "zhongyuan", "mid_autumn", "chongyang"),
        *("laba", "xiaonian", "new_years_eve", "qingming", "winter_solstice"),
    ]
    assert (days["spring_festival"], days["laba"], days["xiaonian"]) == ("2026-02-17", "2027-01-15", "2027-01-30")
    assert (days["new_years_eve"], days["qingming"]) == ("2027-02-05", "2026-04-05")


def test_a_refusal_is_one_sentence_and_an_exit_code(tmp_path: Path) -> None:
    cli = CommandLine(tmp_path)
    beyond, unreadable = cli("lunar", "2057-01-01"), cli("lunar", "--festivals", "明年")
    assert (beyond.code, beyond.said) == (1, "")
    assert beyond.refused == "2057-01-01 不在能算的范围里：从 1900-01-31 到 2056-12-31。\n"
    assert unreadable.code == 2
    assert "要写 1 到 9999 的整数" in unreadable.refused


# What is understood


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("腊月初八 --year 2026", "2027-01-15 星期五  农历丙午年腊月初八  腊八节"),
        ("腊月 初八 --year 2026", "2027-01-15 星期五  农历丙午年腊月初八  腊八节"),
        ("2026年腊月初八", "2027-01-15 星期五  农历丙午年腊月初八  腊八节"),
        ("闰六月初三 --year 2025", "2025-07-27 星期日  农历乙巳年闰六月初三"),
        ("除夕 --year 2026", "2027-02-05 星期五  农历丙午年腊月廿九  除夕"),
        ("中秋 --year 2027", "2027-09-15 星期三  农历丁未年八月十五  中秋节"),
        ("清明 --year 2027", "2027-04-05 星期一  农历丁未年二月廿九  清明"),
        ("小年 --year 2026", "2027-01-30 星期六  农历丙午年腊月廿三  小年"),
        ("小年 --year 2026 --south", "2027-01-31 星期日  农历丙午年腊月廿四  小年"),
        ("2027年2月4日", "2027-02-04 星期四  农历丙午年腊月廿八  立春"),
        ("２０２７/２/７", "2027-02-07 星期日  农历丁未年正月初二"),
        ("1938-07-05", "1938-07-05 星期二  农历戊寅年六月初八"),
        ("2056-12-31", "2056-12-31 星期日  农历丙子年冬月廿五"),
    ],
)
def test_a_day_may_be_named_in_either_calendar(capsys: pytest.CaptureFixture[str], words: str, line: str) -> None:
    assert told(capsys, *words.split()) == Outcome(0, f"{line}\n", "")


def test_without_a_day_it_is_today(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.cli.lunar.utc_now", lambda: datetime(2027, 2, 5, 16, 30, tzinfo=UTC))
    assert told(capsys).said == "2027-02-06 星期六  农历丁未年正月初一  春节\n", "in the office it is past midnight"


def test_the_festivals_of_a_year_are_listed_in_their_order(capsys: pytest.CaptureFixture[str]) -> None:
    lines = told(capsys, "--festivals", "2027", "--south").said.splitlines()
    assert lines[0] == "农历丁未年，从 2027-02-06 到 2028-01-25："
    assert len(lines) == 13
    assert lines[1] == "  春节    2027-02-06 星期六  正月初一"
    assert lines[-3:] == [
        "  腊八节  2028-01-04 星期二  腊月初八",
        "  小年    2028-01-20 星期四  腊月廿四",
        "  除夕    2028-01-25 星期二  腊月廿九",
    ]


# What is not


@pytest.mark.parametrize(
    ("words", "code", "reason"),
    [
        ("腊月三十 --year 2026", 1, "没有这一天，这个月的最后一天是腊月廿九，公历 2027-02-05"),
        ("闰四月初一 --year 2026", 1, "农历 2026 年（丙午年）没有闰四月"),
        ("腊月初八 --year 2056", 1, "2057-01-12 不在能算的范围里"),
        ("正月初一 --year 2057", 1, "农历 2057 年不在能算的范围里"),
        ("1900-01-30", 1, "1900-01-30 不在能算的范围里"),
        ("--festivals 2056", 1, "不在能算的范围里"),
        ("--festivals 3000", 1, "农历 3000 年不在能算的范围里"),
        ("腊月初八", 2, "请用 --year 写明“腊月初八”是农历哪一年的"),
        ("中秋", 2, "请用 --year 写明“中秋”是农历哪一年的"),
        ("2026年腊月初八 --year 2026", 2, "里已经有年份，不再写 --year"),
        ("2027-02", 2, "“2027-02”不是写全的一天"),
        ("270206", 2, "“270206”不是写全的一天"),
        ("2027-02-30", 2, "看不懂“2027-02-30”"),
        ("腊月三十一 --year 2026", 2, "看不懂“腊月三十一”"),
        ("国庆节 --year 2027", 2, "看不懂“国庆节”"),
        ("--year 2027", 2, "--year 要和农历的日期一起用"),
        ("2027-02-06 --json", 2, "--json 要和 --festivals 一起用"),
        ("2027-02-06 --festivals 2027", 2, "--festivals 后面只写年份"),
    ],
)
def test_what_cannot_be_told_is_refused_with_the_reason(
    capsys: pytest.CaptureFixture[str], words: str, code: int, reason: str
) -> None:
    outcome = told(capsys, *words.split())
    assert (outcome.code, outcome.said) == (code, "")
    assert reason in outcome.complained

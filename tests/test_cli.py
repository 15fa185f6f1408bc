"""The command line as a whole: help in Chinese, exit codes, mistakes said in sentences."""

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.cli import COMMANDS, main
from bot.cli.parser import Command, in_chinese, make_parser
from tests.command_line import CommandLine

CHINESE = re.compile("[一-鿿]")


def parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """The parser and those of its commands."""
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for each in action.choices.values():
                yield from parsers(each)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_explains_itself_in_chinese(command: Command, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*command.name.split(), "--help"])
    shown = capsys.readouterr().out
    assert ended.value.code == 0
    assert shown.startswith(f"用法：python -m bot {command.name} ")
    assert "退出码：0 做成了；1 没做成" in shown
    assert re.search(r"\b(usage|options|positional|show this|default)\b", shown) is None


def test_every_option_of_every_command_has_a_chinese_explanation() -> None:
    unexplained = [
        f"{parser.prog} {action.dest}"
        for parser in parsers(make_parser(COMMANDS))
        for action in parser._actions
        if not isinstance(action, argparse._SubParsersAction) and not CHINESE.search(action.help or "")
    ]
    assert unexplained == []


def test_the_program_itself_explains_its_commands_and_exit_codes(tmp_path: Path) -> None:
    shown = CommandLine(tmp_path).starts("--help")
    assert shown.code == 0
    assert all(command.name.split()[0] in shown.said for command in COMMANDS)
    assert "退出码" in shown.said


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ([], "还要写明 命令"),
        (["dance"], "命令 不能是 'dance'"),
        (["backup"], "还要写明 文件"),
        (["run", "now"], "不认识 now"),
        (["invite", "王老", "--hours", "0"], "--hours：要写 1 到 720 的整数"),
        (["invite", "王老", "--id"], "--id 后面要跟一项内容"),
        (["person", "add", "王老", "--role", "king"], "--role 不能是 'king'，只能是"),
    ],
)
def test_a_command_typed_wrongly_is_refused_in_chinese_with_code_2(
    words: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    shown = capsys.readouterr().err
    assert ended.value.code == 2
    assert complaint in shown
    assert shown.startswith("用法：python -m bot")


def test_a_sentence_of_argparse_that_we_do_not_know_is_passed_on() -> None:
    assert in_chinese("something new") == "something new"


def test_all_mistakes_in_the_settings_are_reported_at_once_with_code_2(tmp_path: Path) -> None:
    cli = CommandLine(tmp_path, config='[web]\nport = "x"\n[log]\nlevel = "LOUD"\n')
    outcome = cli("check")
    assert outcome.code == 2
    assert "web.port" in outcome.refused
    assert "log.level" in outcome.refused


def test_the_settings_file_may_be_named_before_or_after_the_command(tmp_path: Path) -> None:
    cli = CommandLine(tmp_path)
    (tmp_path / "config.toml").rename(tmp_path / "other.toml")
    assert cli("--config", "other.toml", "check").code == 0
    assert cli("check", "--config", "other.toml").code == 0
    assert "config.toml" in cli("check").refused


@pytest.mark.parametrize("words", [["invite", "王老"], ["parked"], ["backup", "b.zip"]])
def test_without_a_database_a_command_says_so_and_makes_none(words: list[str], tmp_path: Path) -> None:
    cli = CommandLine(tmp_path)
    assert "还没有数据库" in cli(*words).refused
    assert not cli.database.exists()

"""argparse that speaks Chinese, also where it would speak by itself."""

import argparse
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NoReturn

from bot.config import Config

GROUPS = {"roster": "花名册", "person": "人员", "workdays": "放假和调休", "report": "统计", "gathering": "活动"}
EPILOG = """\
退出码：0 做成了；1 没做成，原因写在标准错误输出里；2 用法不对，或者设置文件有错。
设置的每一项在 config.toml 里都有说明；令牌等密码只用环境变量给出。"""


@dataclass(frozen=True)
class Command:
    """`run` is given the parsed arguments and the settings, and returns the exit code."""

    name: str  # one word, or two: 'roster import'
    help: str
    arguments: "Callable[[argparse.ArgumentParser], None]"
    run: Callable[[argparse.Namespace, Config], int]


def make_parser(commands: Sequence[Command]) -> argparse.ArgumentParser:
    """The parser of the whole command line; its result has `command` and `config`."""
    parser = ChineseParser(prog="python -m bot", description="银龄：老干部服务助手", epilog=EPILOG)
    _add_config(parser, "config.toml")
    places = _commands_of(parser)
    groups: dict[str, argparse._SubParsersAction[argparse.ArgumentParser]] = {}
    for command in commands:
        group, _, last = command.name.rpartition(" ")
        if group and group not in groups:
            helps = "；".join(each.help for each in commands if each.name.startswith(f"{group} "))
            groups[group] = _commands_of(places.add_parser(group, help=helps, description=GROUPS[group]))
        place = groups[group] if group else places
        own = place.add_parser(last, help=command.help, description=command.help, epilog=EPILOG)
        command.arguments(own)
        _add_config(own, argparse.SUPPRESS)
        own.set_defaults(command=command)
    return parser


def _add_config(parser: argparse.ArgumentParser, default: str) -> None:
    parser.add_argument("--config", metavar="文件", default=default, help="设置文件，默认是当前文件夹里的 config.toml")


def _commands_of(parser: argparse.ArgumentParser) -> "argparse._SubParsersAction[argparse.ArgumentParser]":
    return parser.add_subparsers(metavar="命令", title="命令", required=True, parser_class=ChineseParser)


class ChineseParser(argparse.ArgumentParser):
    def __init__(self, *, prog: str, description: str = "", epilog: str = EPILOG) -> None:
        super().__init__(
            prog=prog,
            description=description,
            epilog=epilog,
            add_help=False,
            allow_abbrev=False,
            formatter_class=_ChineseHelp,
        )
        self._positionals.title = "要写的"
        self._optionals.title = "可选的"
        self.add_argument("-h", "--help", action="help", help="显示这份说明")

    def error(self, message: str) -> NoReturn:
        print(self.format_usage(), end="", file=sys.stderr)
        print(f"用法不对：{in_chinese(message)}。加上 --help 看说明。", file=sys.stderr)
        sys.exit(2)


class _ChineseHelp(argparse.RawDescriptionHelpFormatter):
    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: "Iterable[argparse._MutuallyExclusiveGroup]",
        prefix: str | None = None,
    ) -> None:
        super().add_usage(usage, actions, groups, "用法：" if prefix is None else prefix)


# What argparse of Python 3.11 to 3.14 says. A sentence that is not here stays English.
_SENTENCES = (
    (r"the following arguments are required: (.+)", r"还要写明 \1"),
    (r"unrecognized arguments: (.+)", r"不认识 \1"),
    (r"argument (.+?): expected one argument", r"\1 后面要跟一项内容"),
    (r"argument (.+?): expected at least one argument", r"\1 后面至少要跟一项内容"),
    (r"argument (.+?): invalid choice: (.+?) \(choose from (.+)\)", r"\1 不能是 \2，只能是 \3 中的一个"),
    (r"argument (.+?): invalid int value: (.+)", r"\1 要写整数，不能是 \2"),
    (r"argument (.+?): not allowed with argument (.+)", r"\1 不能和 \2 一起用"),
    (r"argument (.+?): (.+)", r"\1：\2"),
)


def in_chinese(message: str) -> str:
    """argparse's sentence in Chinese."""
    for pattern, words in _SENTENCES:
        match = re.fullmatch(pattern, message, re.DOTALL)
        if match:
            return match.expand(words)
    return message


def whole_number(low: int, high: int) -> Callable[[str], int]:
    """A type for add_argument: a whole number in these bounds."""

    def read(text: str) -> int:
        if not re.fullmatch(r"\d{1,9}", text) or not low <= int(text) <= high:
            raise argparse.ArgumentTypeError(f"要写 {low} 到 {high} 的整数，不能是 {text!r}")
        return int(text)

    return read


def whole_day(text: str) -> date:
    """A type for add_argument: a day, 2027-01-01."""
    try:
        return date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else _no_day(text)
    except ValueError:
        return _no_day(text)


def _no_day(text: str) -> NoReturn:
    raise argparse.ArgumentTypeError(f"看不懂“{text}”，日期请写成 2027-01-01 这样")

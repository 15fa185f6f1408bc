"""The command line. Each command is one file here and one line in COMMANDS.

Exit codes: 0 done; 1 not done, the reason stands on standard error; 2 called in a wrong way, or config.toml is wrong.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from bot import logs
from bot.archive import BackupError
from bot.cli import (
    backup,
    calendar,
    check,
    deactivate,
    gathering,
    invite,
    lunar,
    parked,
    person,
    report,
    restore,
    roster,
    run,
    workdays,
)
from bot.cli.failure import Failed
from bot.cli.parser import Command, make_parser
from bot.config import ConfigError, load
from handlers.roster.rows import RosterFileError
from storage.errors import StorageError

DONE, FAILED, MISUSED = 0, 1, 2

COMMANDS = (
    Command("run", "启动银龄，直到按 Ctrl+C 或收到停止信号", run.arguments, run.run),
    Command("check", "检查设置、数据库和各个渠道，一项一行", check.arguments, check.run),
    Command("roster import", "导入花名册（.xlsx 或 .csv）", roster.arguments, roster.run),
    Command("person add", "登记一个人，例如第一位工作人员", person.arguments, person.run),
    Command("person deactivate", "停用一个人，他就进不来了，资料都留着", deactivate.arguments, deactivate.run),
    Command("person activate", "恢复停用的人", deactivate.activate_arguments, deactivate.run_activate),
    Command("invite", "给一个人发邀请码或个人链接", invite.arguments, invite.run),
    Command("workdays import", "导入一年的放假和调休（.csv 或 .xlsx）", workdays.import_arguments, workdays.run_import),
    Command("workdays show", "列出一年里在用的放假和调休", workdays.show_arguments, workdays.run_show),
    Command("lunar", "公历和农历互查，列出一年的节日", lunar.arguments, lunar.run),
    Command("calendar", "列出一段日子里会自动发出的每一条", calendar.arguments, calendar.run),
    Command("gathering code", "一场活动的签到码，和贴在门口的二维码", gathering.arguments, gathering.run),
    Command("report cases", "一个月的困难办理统计，和困难帮扶台账（.xlsx）", report.arguments, report.run),
    Command("backup", "把数据库和附件备份成一个文件，运行中也可以做", backup.arguments, backup.run),
    Command("restore", "用备份恢复，原来的资料移到一边", restore.arguments, restore.run),
    Command("parked", "查看没处理成、放在一边的消息，或者让它重新排队", parked.arguments, parked.run),
)


def main(argv: Sequence[str]) -> int:
    """Run one command and return its exit code. What an operator can mend is said in one sentence, without a traceback."""
    args = make_parser(COMMANDS).parse_args(argv)
    command: Command = args.command
    logs.configure("WARNING", as_json=False)
    try:
        return command.run(args, load(Path(args.config), os.environ))
    except ConfigError as error:
        code = MISUSED
        print(error, file=sys.stderr)
    except (Failed, BackupError, RosterFileError, StorageError) as error:
        code = getattr(error, "code", FAILED)
        print(error, file=sys.stderr)
    except KeyboardInterrupt:
        code = FAILED
        print("已经停下，没有做完的都没有写入。", file=sys.stderr)
    return code

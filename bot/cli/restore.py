"""`python -m bot restore FILE`."""

import argparse
from pathlib import Path

from bot.cli.ask import confirmed
from bot.cli.beside import utc_now
from bot.cli.progress import Progress
from bot.config import Config
from bot.lock import ProcessLock
from bot.restore import Restore


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "用备份文件恢复数据库和附件。先要停掉正在运行的程序。备份先整个核对一遍，不完整就什么都不动。\n"
        "原来的资料不删除，移到一边，名字后面加上时间。中途断电也不要紧：不是全旧就是全新，重新运行同一条命令即可。"
    )
    parser.add_argument("file", metavar="文件", type=Path, help="backup 命令做的备份文件")
    parser.add_argument("--yes", action="store_true", help="不再询问，直接恢复")


def run(args: argparse.Namespace, config: Config) -> int:
    storage = config.storage
    lock = ProcessLock(storage.path)
    lock.take()
    try:
        if storage.path.exists() and not confirmed(
            f"现在的资料（{storage.path}）会移到一边，换成备份里的。确定吗？", yes=args.yes
        ):
            print("没有恢复，什么都没有改动。")
            return 1
        with Progress() as progress:
            now = utc_now().astimezone(config.office.zone)
            restore = Restore(args.file, storage.path, storage.media_folder, now, progress)
            restore.run()
    finally:
        lock.release()
    _report(restore)
    return 0


def _report(restore: Restore) -> None:
    print(f"恢复好了：{restore.database}")
    if restore.aside:
        print("原来的资料移到了下面这些地方，确认不要以后再删：")
        for path in restore.aside:
            print(f"  {path}")
    if restore.not_cleared:
        print(
            f"提醒：备份里没有的旧附件没能移走（{restore.not_cleared}），还在 {restore.media_folder} 里，不影响使用。"
        )
    if restore.unsent:
        print(f"提醒：备份里有 {restore.unsent} 条当时还没发出去的消息，程序启动以后会发出去。")

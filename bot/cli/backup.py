"""`python -m bot backup FILE`."""

import argparse
from datetime import datetime
from pathlib import Path

from bot.backup import make_backup
from bot.cli.beside import utc_now, warn_of_half_restore
from bot.cli.progress import Progress
from bot.config import Config


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "把数据库和附件备份成一个 .zip 文件，附有清单（版本、大小、校验值）。程序正在运行时也可以做。\n"
        "备份里有所有人的资料，请放在安全的地方，并另存一份到别的机器上。设置文件和令牌不在里面，请另外保存。"
    )
    parser.add_argument("file", metavar="文件", type=Path, help="备份文件的名字；写文件夹时，按日期起名放在里面")
    parser.add_argument("--force", action="store_true", help="已经有这个文件时覆盖它")


def run(args: argparse.Namespace, config: Config) -> int:
    now = utc_now()
    target = _named(args.file, now.astimezone(config.office.zone))
    storage = config.storage
    warn_of_half_restore(storage.path)
    with Progress() as progress:
        backup = make_backup(storage.path, storage.media_folder, target, now, progress, overwrite=args.force)
    size = target.stat().st_size / 1024**2
    print(f"备份好了：{target}（{size:.1f} MB，附件 {len(backup.manifest.media)} 个，已经核对）")
    if backup.lost_media:
        print(f"提醒：数据库里记着的附件有 {backup.lost_media} 个在 {storage.media_folder} 里找不到，备份里也没有。")
    return 0


def _named(target: Path, now: datetime) -> Path:
    return target / f"yinling-{now:%Y%m%d-%H%M}.zip" if target.is_dir() else target

"""Files that survive a power cut, and the disk's troubles in words."""

import errno
import os
import shutil
from pathlib import Path

_TROUBLES = {
    errno.ENOSPC: "磁盘已满，请腾出空间再试",
    errno.EDQUOT: "磁盘配额用完了，请腾出空间再试",
    errno.EFBIG: "文件超过了系统允许的大小",
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.EROFS: "磁盘是只读的",
    errno.ENOENT: "文件夹不存在",
    errno.ENOTDIR: "路径里有一段不是文件夹",
    errno.EIO: "磁盘读写出错，请检查磁盘",
}


def reason(error: OSError) -> str:
    """Why a file could not be read or written, for the operator."""
    return _TROUBLES.get(error.errno or 0) or str(error.strerror or error)


def new_private_file(path: Path) -> int:
    """Make a file that only its owner may read, and return its descriptor. Raises FileExistsError."""
    return os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0), 0o600)


def put(source: Path, target: Path) -> None:
    """Give a finished file its name, in place of whatever had it: in one moment, on the disk when this returns."""
    source.replace(target)
    sync_folder(target.parent)


def keep_aside(path: Path, aside: Path) -> None:
    """Give a file a second name, so that replacing it under the first loses nothing. Raises FileExistsError."""
    aside.parent.mkdir(parents=True, exist_ok=True)
    try:
        aside.hardlink_to(path)
    except FileExistsError:
        raise
    except OSError:  # a disk without links (FAT), or a folder on another disk: a copy does as well
        shutil.copy2(path, aside)
        with aside.open("rb+") as file:
            os.fsync(file.fileno())
    sync_folder(aside.parent)


def sync_folder(folder: Path) -> None:
    """Put a folder's names on the disk. Windows has no such call and does it by itself."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

"""What an operator can mend, told apart from bugs.

    StorageError
    ├── DiskFull           no room left: nothing of the transaction was kept
    ├── ReadOnly           the file or its folder cannot be written
    ├── Locked             another program held the file longer than we wait
    ├── Damaged            the file is not a sound database
    ├── NewerSchema        the file was written by a newer version of this program
    ├── AlreadyRunning     another process runs on the same file
    └── Unreachable        the file or its folder cannot be opened at all

Every one of them means: the transaction did not happen, what was acknowledged before it stands, and trying again later is safe.
Any other exception of the driver is a bug and is left to crash the turn.
"""

import sqlite3


class StorageError(Exception):
    """An obstacle outside the program. `str()` is a Chinese sentence for the operator that says what to do."""


class DiskFull(StorageError):
    pass


class ReadOnly(StorageError):
    pass


class Locked(StorageError):
    pass


class Damaged(StorageError):
    pass


class NewerSchema(StorageError):
    pass


class AlreadyRunning(StorageError):
    pass


class Unreachable(StorageError):
    pass


# The primary result code is the low byte of the extended one: https://www.sqlite.org/rescode.html
_PRIMARY = 0xFF
_MEANINGS: dict[int, tuple[type[StorageError], str]] = {
    sqlite3.SQLITE_FULL: (DiskFull, "磁盘已满，数据没有写入。请腾出空间，系统会自动继续。"),
    sqlite3.SQLITE_READONLY: (ReadOnly, "数据库文件不可写。请检查文件和所在文件夹的权限。"),
    sqlite3.SQLITE_PERM: (ReadOnly, "没有权限访问数据库文件。请检查文件和所在文件夹的权限。"),
    sqlite3.SQLITE_BUSY: (Locked, "数据库被别的程序占用。请关闭正在打开它的程序。"),
    sqlite3.SQLITE_LOCKED: (Locked, "数据库被别的程序占用。请关闭正在打开它的程序。"),
    sqlite3.SQLITE_IOERR: (DiskFull, "磁盘读写出错，数据没有写入。请检查磁盘空间和磁盘状态。"),
    sqlite3.SQLITE_CANTOPEN: (Unreachable, "打不开数据库文件。请检查路径是否存在、是否有权限。"),
    sqlite3.SQLITE_CORRUPT: (Damaged, "数据库文件已损坏。请停止程序，用最近的备份恢复（python -m bot restore）。"),
    sqlite3.SQLITE_NOTADB: (Damaged, "这个文件不是本程序的数据库。请检查 config.toml 里的 storage.path。"),
}


def from_driver(error: sqlite3.Error, path: str) -> StorageError | None:
    """Return the StorageError that `error` means for the file at `path`, or None when it is a bug of ours."""
    code = getattr(error, "sqlite_errorcode", None)
    meaning = _MEANINGS.get(code & _PRIMARY) if isinstance(code, int) else None
    if meaning is None:
        return None
    kind, sentence = meaning
    return kind(f"{sentence}（{path}：{error}）")

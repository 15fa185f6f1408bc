"""One process a database: the second one is refused and told why."""

import os
from pathlib import Path

from filelock import FileLock, Timeout

from storage.errors import AlreadyRunning, Unreachable


class ProcessLock:
    """A lock file beside the database, held by the operating system: it is free again when the process ends, however it ends."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._holder = database.with_name(f"{database.name}.pid")
        self._lock = FileLock(database.with_name(f"{database.name}.lock"))

    def take(self) -> None:
        """Take the lock. Raises AlreadyRunning, naming the process that holds it."""
        try:
            self._database.parent.mkdir(parents=True, exist_ok=True)
            self._lock.acquire(timeout=0)
            self._holder.write_text(str(os.getpid()))
        except Timeout as error:
            raise AlreadyRunning(
                f"数据库 {self._database} 正由另一个进程使用（进程号 {self._who()}）。请先停掉它，或者在 config.toml 里换一个 storage.path。"
            ) from error
        except OSError as error:
            raise Unreachable(f"数据库所在的文件夹不可写：{error}") from error

    def release(self) -> None:
        self._holder.unlink(missing_ok=True)
        self._lock.release()

    def _who(self) -> str:
        return self._holder.read_text() if self._holder.exists() else "未知"

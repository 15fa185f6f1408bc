"""Does something in a process that kills itself before its first step on the disk, then again before its second, and so on.

    python -m tests.kill_each_step restore FOLDER     FOLDER holds template/ and backup.zip
    python -m tests.kill_each_step backup FOLDER

Prints one JSON list: what stood on the disk after each death, the last entry after the run that came to its end. A step is
anything by which the process itself opens, names, moves or removes a file in its folder, told by Python's audit events.
"""

import json
import os
import shutil
import signal
import sqlite3
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from bot.archive import BackupError, Reading
from bot.backup import make_backup
from bot.restore import Restore
from tests.command_line import NOW
from tests.small_office import SmallOffice

STEPS = {"open", "os.rename", "os.link", "os.remove", "os.mkdir", "sqlite3.connect", "shutil.copyfile"}
MOST_STEPS = 500


def quiet(words: str, done: int, total: int) -> None:
    pass


def restore(office: Path, backup: Path) -> None:
    small = SmallOffice(office)
    Restore(backup, small.database, small.media, NOW, quiet).run()


def restored(office: Path, backup: Path) -> str:
    """'old', 'new' or 'damaged'; and the same command again must come to its end."""
    found = whose(office)
    restore(office, backup)
    assert whose(office) == "new"
    return found


def whose(office: Path) -> str:
    try:
        return SmallOffice(office).name
    except sqlite3.DatabaseError:
        return "damaged"


def back_up(office: Path, backup: Path) -> None:
    small = SmallOffice(office)
    make_backup(small.database, small.media, office / "b.zip", NOW, quiet, overwrite=True)


def backed_up(office: Path, backup: Path) -> str:
    """'none', 'old' or 'new': which whole backup stands there; and the next backup must leave nothing else."""
    target = office / "b.zip"
    found = "none"
    if target.exists():
        with Reading(target) as reading:
            reading.verify(quiet)
            found = "old" if reading.manifest.made_at.year == 2000 else "new"
    back_up(office, backup)
    assert sorted(path.name for path in office.iterdir()) == ["b.zip", "data"]
    return found


def dies(step: int, office: Path, doing: Callable[[], None]) -> bool:
    """Do it in a child that kills itself before that step; tell whether it died."""
    child = os.fork()
    if child == 0:
        left = step

        def before(event: str, arguments: tuple[object, ...]) -> None:
            nonlocal left
            if event in STEPS and str(office) in "".join(map(str, arguments[:2])):
                left -= 1
                if left == 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(before)
        doing()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return True
    assert os.waitstatus_to_exitcode(status) == 0
    return False


def main(what: str, folder: Path) -> list[str]:
    do, look = {"restore": (restore, restored), "backup": (back_up, backed_up)}[what]
    found = []
    for step in range(1, MOST_STEPS):
        office = folder / "office"
        shutil.copytree(folder / "template", office)
        died = dies(step, office, partial(do, office, folder / "backup.zip"))
        found.append(look(office, folder / "backup.zip"))
        shutil.rmtree(office)
        if not died:
            return found
    raise BackupError("it never came to its end")


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], Path(sys.argv[2]))))

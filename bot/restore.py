"""Restoring a backup, so that a crash at any moment leaves the whole old state or the whole new one.

    check         the backup is read to its end before anything is touched
    unpack        its database beside ours, examined; its attachments into the media folder (their names are random and
                  their content never changes, so more of them do not disturb the old state)
    set aside     our database gets a second name
    switch        the new database takes the first name: this one rename is the moment of restoring
    clear         attachments that only the old database knows move aside

Before the switch it is all old, after it all new; the same command again finishes what a crash left. Only when our
database is so damaged that SQLite cannot open it, its journals are moved away just before the switch: it is unreadable
before and after that.
"""

import hashlib
import os
import shutil
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from bot.archive import DATABASE, MEDIA, BackupError, Progress, Reading, Steps
from bot.backup import beside, examine, fold, gone_afterwards, journals, media_files
from bot.disk import keep_aside, new_private_file, put, reason
from storage import errors, migrate

ROOM_TO_SPARE_BYTES = 50 * 1024 * 1024


def staged(database: Path) -> Path:
    """Where the backup's database stands before the switch. It is still there after a crash before the switch only."""
    return database.with_name(f"{database.name}.restoring")


@dataclass
class Restore:
    """One restoring, done by `run`. The caller holds the process lock."""

    backup: Path
    database: Path
    media_folder: Path
    now: datetime  # in the office's zone: what is moved aside is named with it
    progress: Progress
    aside: list[Path] = field(default_factory=list)  # where the old things are afterwards
    unsent: int = 0  # messages that were waiting to be sent when the backup was made
    not_cleared: str | None = None  # why old attachments were left in the media folder, which harms nothing

    def __post_init__(self) -> None:
        name = f"before-{self.now:%Y%m%d-%H%M%S}"
        while self.database.with_name(f"{self.database.name}.{name}").exists():
            name += "x"
        self._old_database = self.database.with_name(f"{self.database.name}.{name}")
        self._old_media = self.media_folder / name

    def run(self) -> None:
        """Raises BackupError or StorageError: then the old state stands."""
        with Reading(self.backup) as reading:
            try:
                self._check(reading)
                with gone_afterwards(staged(self.database), *beside(staged(self.database))):
                    self._unpack_database(reading)
                    self._unpack_media(reading)
                    self._set_aside()
                    self._switch()
            except OSError as error:
                where = f"（{error.filename}）" if error.filename else ""
                raise BackupError(f"没有恢复，原来的资料没有动：{reason(error)}{where}。") from error
            try:
                self._clear(set(reading.manifest.media))
            except OSError as error:
                self.not_cleared = reason(error)

    # ── before anything is touched ──────────────────────────────────────────────────────────────────────────────────

    def _check(self, reading: Reading) -> None:
        known = len(migrate.migrations())
        if reading.manifest.schema_number > known:
            raise errors.NewerSchema(
                f"备份是较新版本的程序做的，数据库是第 {reading.manifest.schema_number} 版，"
                f"本程序只认识到第 {known} 版。请改用新版程序（{self.backup}）。"
            )
        reading.verify(self.progress)
        self.database.parent.mkdir(parents=True, exist_ok=True)
        self.media_folder.mkdir(parents=True, exist_ok=True)
        self._check_room(reading)

    def _check_room(self, reading: Reading) -> None:
        new = sum(
            each.bytes for name, each in reading.manifest.media.items() if not (self.media_folder / name).exists()
        )
        needs = ((self.database.parent, reading.manifest.files[DATABASE].bytes + new), (self.media_folder, new))
        for folder, size in needs:
            wanted = size + ROOM_TO_SPARE_BYTES
            if shutil.disk_usage(folder).free < wanted:
                raise errors.DiskFull(f"磁盘空间不够，至少要有 {wanted // 1024**2} MB，什么都没有改动（{folder}）。")

    # ── unpacking ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _unpack_database(self, reading: Reading) -> None:
        target = staged(self.database)
        self._unpack(reading, DATABASE, target)
        found = examine(target, called=self.backup)
        if found.schema_number != reading.manifest.schema_number:
            raise BackupError(f"这个备份不能用：数据库的版本和清单对不上（{self.backup}）。请换一个备份文件。")
        self.unsent = found.unsent

    def _unpack_media(self, reading: Reading) -> None:
        step = Steps(self.progress, "取出附件", sum(each.bytes for each in reading.manifest.media.values()))
        for name, wanted in reading.manifest.media.items():
            path = self.media_folder / name
            if not path.exists() or _sha256(path) != wanted.sha256:
                unfinished = path.with_suffix(".part")
                unfinished.unlink(missing_ok=True)
                path.parent.mkdir(parents=True, exist_ok=True)
                self._unpack(reading, MEDIA + name, unfinished)
                if path.exists():
                    keep_aside(path, self._old_media / name)
                put(unfinished, path)
            step(wanted.bytes)

    def _unpack(self, reading: Reading, name: str, target: Path) -> None:
        step = Steps(self.progress, f"取出 {name}", reading.manifest.files[name].bytes)
        with os.fdopen(new_private_file(target), "wb") as file:
            for piece in reading.pieces(name):
                file.write(piece)
                step(len(piece))
            file.flush()
            os.fsync(file.fileno())

    # ── switching ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _set_aside(self) -> None:
        for earlier in self.database.parent.glob(f"{self.database.name}.before-*"):
            if self.database.exists() and earlier.samefile(self.database):
                earlier.unlink()  # the second name that a crash before the switch left
        if not self.database.exists():
            return
        with suppress(errors.Damaged):  # its journals then move with it, in _switch
            fold(self.database)
        keep_aside(self.database, self._old_database)
        self.aside.append(self._old_database)

    def _switch(self) -> None:
        # SQLite would apply a journal that it finds beside the new database, whosever it is.
        for journal in journals(self.database):
            put(
                journal, self._old_database.with_name(journal.name.replace(self.database.name, self._old_database.name))
            )
        put(staged(self.database), self.database)

    def _clear(self, wanted: set[str]) -> None:
        for name, path in media_files(self.media_folder).items():
            if name not in wanted:
                aside = self._old_media / name
                aside.parent.mkdir(parents=True, exist_ok=True)
                put(path, aside)
        if self._old_media.exists():
            self.aside.append(self._old_media)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

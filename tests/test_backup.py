"""Backup and restore: whole or not at all, while the office runs, and across a power cut at every step."""

import hashlib
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from bot.archive import BackupError, Reading
from bot.backup import make_backup, snapshot
from bot.restore import Restore
from storage.errors import Damaged, Locked, NewerSchema
from storage.migrate import migrations
from tests.command_line import CAP_SECONDS, NOW, ROOT, CommandLine
from tests.kill_each_step import quiet
from tests.small_office import SmallOffice

PICTURE = random.Random(7).randbytes(2_000_000)  # does not get smaller when packed


@pytest.fixture
def old(tmp_path: Path) -> SmallOffice:
    """The office that is there."""
    office = SmallOffice(tmp_path)
    office.fill("old", b"an old picture")
    return office


@pytest.fixture
def backup(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of another office, whose person is called 'new'."""
    office = SmallOffice(tmp_path_factory.mktemp("elsewhere"))
    office.fill("new", b"a new picture")
    return backed_up(office, office.folder / "backup.zip")


def backed_up(office: SmallOffice, target: Path, **options: Any) -> Path:
    make_backup(office.database, office.media, target, NOW, quiet, **({"overwrite": False} | options))
    return target


def restoring(office: SmallOffice, backup: Path) -> Restore:
    restore = Restore(backup, office.database, office.media, NOW, quiet)
    restore.run()
    return restore


def files_of(office: SmallOffice) -> list[str]:
    """Every file but the journals, which come and go with whoever looks into the database."""
    files = (path for path in office.folder.rglob("*") if path.is_file())
    return sorted(str(path.relative_to(office.folder)) for path in files if path.suffix not in (".db-wal", ".db-shm"))


# ── backing up ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_backup_holds_database_media_and_a_manifest_with_version_sizes_and_sums(old: SmallOffice) -> None:
    with zipfile.ZipFile(backed_up(old, old.folder / "b.zip")) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        contents = {name: archive.read(name) for name in archive.namelist() if name != "manifest.json"}
    assert (manifest["format"], manifest["schema_number"]) == (1, len(migrations()))
    assert datetime.fromisoformat(manifest["made_at"]) == NOW
    assert manifest["files"] == {
        name: {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for name, content in contents.items()
    }
    assert sorted(contents)[0] == "database.db"
    assert sorted(content for name, content in contents.items() if name.startswith("media/")) == [
        b"an old picture",
        b"known to both",
    ]


def test_only_the_owner_may_read_a_backup_and_nothing_else_is_left(old: SmallOffice) -> None:
    before = files_of(old)
    target = backed_up(old, old.folder / "b.zip")
    assert target.stat().st_mode & 0o777 == 0o600
    assert files_of(old) == sorted([*before, "b.zip"])


def test_an_existing_file_is_not_overwritten_unless_told_to(old: SmallOffice) -> None:
    target = old.folder / "b.zip"
    target.write_text("precious")
    with pytest.raises(BackupError, match="已经有了"):
        backed_up(old, target)
    with target.open() as still_open:
        backed_up(old, target, overwrite=True)
        assert still_open.read() == "precious", "replaced by another file, not written over"
    assert zipfile.is_zipfile(target)


def test_attachments_that_are_lost_are_counted(old: SmallOffice) -> None:
    next(path for path in old.media.rglob("*") if path.is_file()).unlink()
    made = make_backup(old.database, old.media, old.folder / "b.zip", NOW, quiet, overwrite=False)
    assert made.lost_media == 1
    assert len(made.manifest.media) == 1


def test_unfinished_attachments_and_strange_files_stay_out(old: SmallOffice) -> None:
    (old.media / "ab").mkdir(exist_ok=True)
    for name in ("ab/" + "ab" * 16 + ".part", "Thumbs.db", "ab/note.txt"):
        (old.media / name).write_text("x")
    with Reading(backed_up(old, old.folder / "b.zip")) as reading:
        assert len(reading.manifest.media) == 2


def test_the_copy_is_of_one_moment_whatever_is_written_meanwhile(old: SmallOffice) -> None:
    """Every piece copied is followed by a commit of another connection; without a snapshot SQLite would start again."""
    with closing(sqlite3.connect(old.database, isolation_level=None)) as writer:
        writer.execute("CREATE TABLE filler (content)")
        writer.execute("INSERT INTO filler VALUES (zeroblob(60000000))")
        reports: list[int] = []

        def write(words: str, done: int, total: int) -> None:
            reports.append(done)
            assert len(reports) < 50, "it started again and again"
            writer.execute("UPDATE persons SET name = ?", (f"meanwhile {len(reports)}",))

        snapshot(old.database, old.folder / "copy.db", write)
    assert len(reports) >= 4
    assert reports == sorted(reports)
    with closing(sqlite3.connect(old.folder / "copy.db")) as copy:
        assert copy.execute("SELECT name FROM persons").fetchall() == [("old",)]
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert not (old.folder / "copy.db-wal").exists()


def test_what_stands_only_in_the_journal_is_in_the_backup(old: SmallOffice) -> None:
    old.leave_unfolded("newest")
    backup = backed_up(old, old.folder / "b.zip")
    (old.folder / "other").mkdir()
    other = SmallOffice(old.folder / "other")
    restoring(other, backup)
    assert other.name == "newest"


@pytest.mark.parametrize("kilobytes", [100, 1000], ids=["for the database", "for the attachments"])
def test_without_room_it_says_so_and_leaves_nothing_behind(tmp_path: Path, kilobytes: int) -> None:
    cli = CommandLine(tmp_path)
    office = SmallOffice(tmp_path)
    office.fill("old", PICTURE)
    before = files_of(office)
    command = f"ulimit -f {kilobytes} && exec {sys.executable} -m bot backup b.zip"
    done = subprocess.run(
        ["bash", "-c", command], cwd=tmp_path, env=cli.environ, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "备份没有做成，什么也没有留下" in done.stderr
    assert "b.zip" in done.stderr
    assert files_of(office) == before


def test_what_a_killed_backup_left_does_no_harm_to_the_next(old: SmallOffice, tmp_path: Path) -> None:
    other = SmallOffice(tmp_path / "other")
    other.fill("other", b"another picture")
    other.leave_unfolded("stale")
    left = old.folder / ".b.zip.database.unfinished"
    left.write_bytes(b"half a database")
    for end in ("-wal", "-shm", "-journal"):
        shutil.copy(f"{other.database}-wal", f"{left}{end}")
    restored = SmallOffice(tmp_path / "restored")
    restoring(restored, backed_up(old, old.folder / "b.zip"))
    assert restored.name == "old"
    assert list(old.folder.glob(".b.zip*")) == []


def test_a_place_that_does_not_exist_is_named(old: SmallOffice) -> None:
    with pytest.raises(BackupError, match="文件夹不存在"):
        backed_up(old, old.folder / "nowhere" / "b.zip")


def test_a_damaged_database_is_not_backed_up(old: SmallOffice) -> None:
    content = bytearray(old.database.read_bytes())
    content[4096 * 3 : 4096 * 20] = b"x" * (4096 * 17)
    old.database.write_bytes(content)
    with pytest.raises(Damaged, match=r"office\.db"):
        backed_up(old, old.folder / "b.zip")
    assert not (old.folder / "b.zip").exists()


# ── restoring ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_restore_brings_the_backup_back_and_moves_the_old_aside(old: SmallOffice, backup: Path) -> None:
    restore = restoring(old, backup)
    assert old.name == "new"
    database, media = restore.aside
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("SELECT name FROM persons").fetchall() == [("old",)]
    assert [path.read_bytes() for path in media.rglob("*") if path.is_file()] == [b"an old picture"]
    assert not list(old.database.parent.glob("*.restoring"))


def test_a_restore_where_there_is_nothing_yet(tmp_path: Path, backup: Path) -> None:
    office = SmallOffice(tmp_path)
    assert restoring(office, backup).aside == []
    assert office.name == "new"


def test_two_restores_in_one_second_lose_nothing(old: SmallOffice, backup: Path) -> None:
    first, second = restoring(old, backup), restoring(old, backup)
    assert first.aside[0].exists()
    assert first.aside[0] != second.aside[0]


def test_an_attachment_whose_content_has_gone_bad_is_replaced(old: SmallOffice, backup: Path) -> None:
    (bad,) = [path for path in old.media.rglob("*") if path.is_file() and path.read_bytes() == b"known to both"]
    bad.write_bytes(b"known to bosh")
    restore = restoring(old, backup)
    assert old.name == "new"
    assert b"known to bosh" in [path.read_bytes() for path in restore.aside[1].rglob("*") if path.is_file()]


def test_a_database_too_damaged_to_open_moves_aside_with_its_journal(old: SmallOffice, backup: Path) -> None:
    old.leave_unfolded("newest")
    old.database.write_bytes(b"x" * 8192)
    restore = restoring(old, backup)
    assert old.name == "new"
    assert restore.aside[0].read_bytes() == b"x" * 8192
    assert restore.aside[0].with_name(restore.aside[0].name + "-wal").stat().st_size > 0


def test_a_journal_without_its_database_is_not_applied_to_the_new_one(old: SmallOffice, backup: Path) -> None:
    old.leave_unfolded("newest")
    old.database.unlink()
    restoring(old, backup)
    assert old.name == "new"


def test_while_another_program_has_the_database_open_nothing_is_done(old: SmallOffice, backup: Path) -> None:
    with closing(sqlite3.connect(old.database, isolation_level=None)) as viewer:
        viewer.execute("BEGIN")
        viewer.execute("SELECT * FROM persons").fetchall()
        with pytest.raises(Locked, match="占用"):
            restoring(old, backup)
    assert old.name == "old"


def changed(backup: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """A copy of a backup whose members were changed."""
    with zipfile.ZipFile(backup) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    target = backup.with_name("changed.zip")
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return target


def manifest_with(**values: object) -> Callable[[dict[str, bytes]], None]:
    def change(members: dict[str, bytes]) -> None:
        members["manifest.json"] = json.dumps(json.loads(members["manifest.json"]) | values).encode()

    return change


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda members: members.pop("manifest.json"), "没有清单"),
        (lambda members: members.update({"manifest.json": b"[]"}), "不完整，或者被改动过"),
        (lambda members: members.update({"manifest.json": b"{"}), "不完整，或者被改动过"),
        (lambda members: members.update({"database.db": members["database.db"][:-1] + b"x"}), "内容和清单对不上"),
        (lambda members: members.update({"database.db": b""}), "文件和清单对不上"),
        (lambda members: members.update({list(members)[-2]: b"another pictu"}), "内容和清单对不上"),
        (lambda members: members.pop("database.db"), "文件和清单对不上"),
        (lambda members: members.update({"media/../../evil": b"x"}), "文件和清单对不上"),
        (manifest_with(format=2), "格式是第 2 版"),
        (manifest_with(schema_number=9999), "较新版本的程序"),
        (manifest_with(files={}), "文件和清单对不上"),
    ],
)
def test_a_backup_that_was_tampered_with_changes_nothing(
    old: SmallOffice, backup: Path, change: Callable[[dict[str, bytes]], None], reason: str
) -> None:
    before = files_of(old)
    with pytest.raises((BackupError, NewerSchema), match=reason):
        restoring(old, changed(backup, change))
    assert (old.name, files_of(old)) == ("old", before)


def test_a_name_that_leads_out_of_the_folder_is_refused_even_if_the_manifest_has_it(
    old: SmallOffice, backup: Path
) -> None:
    def change(members: dict[str, bytes]) -> None:
        members["media/../evil"] = b"x"
        files = {
            name: {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            for name, content in members.items()
            if name != "manifest.json"
        }
        manifest_with(files=files)(members)

    with pytest.raises(BackupError, match="不认识的文件"):
        restoring(old, changed(backup, change))


def test_a_backup_that_was_cut_off_anywhere_changes_nothing(old: SmallOffice, backup: Path, tmp_path: Path) -> None:
    content, before = backup.read_bytes(), files_of(old)
    cut = backup.with_name("cut.zip")
    for length in [0, 1, *range(5, len(content), len(content) // 40), len(content) - 1]:
        cut.write_bytes(content[:length])
        with pytest.raises(BackupError, match="不能用"):
            restoring(old, cut)
    assert (old.name, files_of(old)) == ("old", before)


def test_a_backup_with_any_byte_changed_is_refused_or_was_not_harmed(old: SmallOffice, backup: Path) -> None:
    """Bytes that nothing depends on (a time, a comment's length of zero) may differ; the content never does."""
    content, chance = backup.read_bytes(), random.Random(11)
    bad = backup.with_name("bad.zip")
    refused = 0
    for _ in range(300):
        harmed = bytearray(content)
        harmed[chance.randrange(len(content))] ^= chance.randrange(1, 256)
        bad.write_bytes(harmed)
        try:
            with Reading(bad) as reading:
                reading.verify(quiet)
        except BackupError:
            refused += 1
    assert refused > 250
    assert old.name == "old"


# ── power cuts ──────────────────────────────────────────────────────────────────────────────────────────────────────


def killed_at_each_step(what: str, folder: Path) -> list[str]:
    """What stood on the disk after being killed before each step, the last after none."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.kill_each_step", what, str(folder)],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        encoding="utf-8",
        timeout=4 * CAP_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return list(json.loads(done.stdout))


@pytest.mark.parametrize("before", ["old", "damaged"])
def test_a_restore_killed_at_any_step_leaves_all_old_or_all_new(tmp_path: Path, backup: Path, before: str) -> None:
    office = SmallOffice(tmp_path / "template")
    office.fill("older", b"an old picture")
    office.leave_unfolded("old")
    if before == "damaged":
        office.database.write_bytes(b"x" * 8192)
    shutil.copy(backup, tmp_path / "backup.zip")
    found = killed_at_each_step("restore", tmp_path)
    assert set(found) == {before, "new"}
    assert found == sorted(found, key=[before, "new"].index), "never new and then old again"
    assert found.count(before) > 15
    assert found.count("new") > 1


@pytest.mark.parametrize("before", ["none", "old"])
def test_a_backup_killed_at_any_step_leaves_a_whole_file_or_none(tmp_path: Path, before: str) -> None:
    office = SmallOffice(tmp_path / "template")
    office.fill("old", b"an old picture")
    if before == "old":
        past = NOW.replace(year=2000)
        make_backup(office.database, office.media, office.folder / "b.zip", past, quiet, overwrite=False)
    found = killed_at_each_step("backup", tmp_path)
    assert set(found) == {before, "new"}
    assert found == sorted(found, key=[before, "new"].index)
    assert found.count(before) > 10


# ── at the command line ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_backup_is_made_and_restored_from_the_command_line(tmp_path: Path, old: SmallOffice) -> None:
    cli = CommandLine(tmp_path)
    with cli.running():
        made = cli("backup", "b.zip")
        refused = cli("restore", "b.zip", "--yes")
    assert made.code == 0
    assert "备份好了：b.zip" in made.said
    assert "核对备份 100%" in made.complained
    assert refused.code == 1
    assert "正由另一个进程使用" in refused.refused
    cli.does(lambda tx: tx.run("UPDATE persons SET name = 'later'"))
    assert "请加上 --yes" in cli("restore", "b.zip").refused
    assert old.name == "later"
    restored = cli("restore", "b.zip", "--yes")
    assert restored.code == 0
    assert "原来的资料移到了" in restored.said
    assert old.name == "old"
    with cli.running() as bot:
        assert bot.asks("GET", "/healthz")[0] == 200


def test_in_a_folder_a_backup_is_named_by_its_day(tmp_path: Path, old: SmallOffice) -> None:
    cli = CommandLine(tmp_path)
    (tmp_path / "backups").mkdir()
    assert cli("backup", "backups").code == 0
    assert len(list((tmp_path / "backups").glob("yinling-20*.zip"))) == 1
    assert "已经有了" in cli("backup", "config.toml").refused


def test_a_restore_that_was_cut_off_before_the_switch_is_mentioned_at_the_next_start(
    tmp_path: Path, old: SmallOffice
) -> None:
    cli = CommandLine(tmp_path)
    (tmp_path / "data" / "office.db.restoring").write_bytes(b"half")
    assert "上次恢复（restore）中途断了" in cli("check").complained
    with cli.running() as bot:
        assert "上次恢复（restore）中途断了" in bot.ends().complained

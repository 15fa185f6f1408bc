"""What holds for the repository as a whole: imports run one way, and every file is fit to be handed to anybody."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from importlinter import configuration
from importlinter.application.use_cases import lint_imports

ROOT = Path(__file__).parent.parent

OURS = {
    *(".ci", ".git", ".gitignore", "Makefile", "README.md", "config.toml", "pyproject.toml"),
    *("requirements.in", "requirements.txt", "requirements-dev.in", "requirements-dev.txt"),
    *("bench", "bot", "docs", "handlers", "storage", "tests"),
}
MADE = {
    *(".venv", ".venv-bench", "data", ".data", "__pycache__"),
    *(".hypothesis", ".import_linter_cache", ".mypy_cache", ".pytest_cache", ".ruff_cache"),
}
BINARY = {".png", ".jpg", ".webp", ".ico", ".xlsx", ".ogg", ".webm", ".mp4", ".pdf", ".db"}

# Hosts that our files may name: the services spoken to, the pages that comments refer to, a name space, invented ones.
# A new one is added here after thinking: the product must run on an intranet that reaches none of them.
HOSTS = {
    *("api.telegram.org", "core.telegram.org", "t.me"),
    *("openws.work.weixin.qq.com", "developer.work.weixin.qq.com", "work.weixin.qq.com"),
    *("docs.python.org", "docs.aiohttp.org", "man7.org", "www.sqlite.org", "sqlite.org", "www.rfc-editor.org"),
    *(
        "developer.mozilla.org",
        "html.spec.whatwg.org",
        "www.w3.org",
        "www.unicode.org",
        "schemas.openxmlformats.org",
        "github.com",
    ),
}


def text_files() -> Iterator[Path]:
    for folder, folders, names in os.walk(ROOT):
        ours = set(names) - {".git"}  # a file where a branch has a folder of its own (git worktree)
        folders[:] = [name for name in folders if name not in MADE | {".git"}]
        yield from (Path(folder, name) for name in ours if Path(name).suffix not in BINARY | {".pyc"})


def findings(pattern: str) -> dict[str, str]:
    """The first match of `pattern` in each file that has one, by the file's path."""
    found = {}
    for path in text_files():
        match = re.search(pattern, path.read_text(encoding="utf-8"))
        if match:
            found[str(path.relative_to(ROOT))] = match[0]
    return found


# Imports


def test_imports_run_one_way(capsys: pytest.CaptureFixture[str]) -> None:
    configuration.configure()
    kept = lint_imports(str(ROOT / "pyproject.toml"), cache_dir=None, is_debug_mode=True, no_logo=True)
    assert kept, capsys.readouterr().out


@pytest.mark.parametrize(
    ("room", "statement"),
    [
        ("handlers", "import bot"),
        ("storage", "import handlers"),
        ("handlers", "import telegram.error"),
        ("storage", "from aiohttp import web"),
        ("handlers", "import apscheduler"),
        ("handlers", "import sqlite3"),
        ("bot", "import aiosqlite"),
    ],
)
def test_an_import_the_wrong_way_is_caught(room: str, statement: str, tmp_path: Path) -> None:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for name in ("bot", "handlers", "storage"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").touch()
    check = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    command = [sys.executable, "-c", check, "--no-cache"]
    clean = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    (tmp_path / room / "wrong.py").write_text(f"{statement}\n", encoding="utf-8")
    broken = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (clean.returncode, broken.returncode) == (0, 1), clean.stdout + broken.stdout
    assert f"{room}.wrong -> {statement.split()[1].split('.')[0]}" in broken.stdout


# Files


def test_the_top_folder_holds_what_it_should_and_nothing_else() -> None:
    names = {path.name for path in ROOT.iterdir()}
    assert names - OURS - MADE == set()
    assert OURS - {".git"} - names == set()


def test_git_ignores_what_is_made_here() -> None:
    ignored = {Path(line).name for line in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()}
    assert ignored >= MADE


def test_every_file_that_is_not_a_picture_or_a_table_is_utf8_with_unix_line_ends() -> None:
    wrong = []
    for path in text_files():
        raw = path.read_bytes()
        try:
            raw.decode("utf-8")
        except UnicodeDecodeError:
            wrong.append(path)
        if b"\r" in raw or raw.startswith(b"\xef\xbb\xbf") or (raw and not raw.endswith(b"\n")):
            wrong.append(path)
    assert wrong == []


def test_no_file_names_a_host_that_is_not_agreed_on() -> None:
    named: dict[str, set[str]] = {}
    for path in text_files():
        for host in re.findall(r"(?:https?|wss?)://([A-Za-z0-9.-]+)", path.read_text(encoding="utf-8")):
            invented = host.endswith((".example", ".invalid", ".test"))
            if "." in host and re.search(r"[A-Za-z]", host) and not invented and host.rstrip(".") not in HOSTS:
                named.setdefault(host, set()).add(str(path.relative_to(ROOT)))
    assert named == {}


def test_no_file_names_a_package_index_or_tells_pip_where_to_look() -> None:
    assert findings(r"pypi\.(?:org|python)|pythonhosted\.|(?m:^\s*--(?:extra-index-url|index-url|find-links)\b)") == {}


def test_no_file_names_a_folder_of_somebodys_machine() -> None:
    assert findings(r"(?<![\w.)}>\]-])/(?:home|root|Users|work|mnt|workspace)/\w|[A-Z]:\\\\?Users") == {}


def test_the_checks_install_exactly_what_runs() -> None:
    """So that what is tested is what the office gets."""
    running, checking = (pins(ROOT / name) for name in ("requirements.txt", "requirements-dev.txt"))
    assert running
    assert running.items() <= checking.items()


def pins(path: Path) -> dict[str, str]:
    """What is pinned, with everything behind it: version, marker and hashes."""
    blocks = re.split(r"\n(?=\S)", path.read_text(encoding="utf-8"))
    statements = ["".join(line for line in block.split("\n") if not line.strip().startswith("#")) for block in blocks]
    assert all("--hash=sha256:" in statement for statement in statements if statement)
    return {statement.partition("==")[0]: statement for statement in statements if statement}

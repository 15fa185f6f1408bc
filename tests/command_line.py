"""The operator at the command line: the real `python -m bot` in processes of their own (see tests/forked.py), in a folder of their own.

cli = CommandLine(tmp_path)
assert cli("check").code == 0
with cli.running() as bot:
    assert "老同志" in bot.greeting
"""

import asyncio
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, TypeVar

from storage.database import Row, Tx
from tests.copies import new_database
from tests.forked import Forked

ROOT = Path(__file__).parent.parent
CAP_SECONDS = 60.0  # ends a test that would hang; decides nothing
LAST_LINE = "要停下来，请按 Ctrl+C。\n"
CONFIG = """
[storage]
path = "data/office.db"
media_folder = "data/media"
minimum_free_megabytes = 50
[web]
port = 0
"""
NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
T = TypeVar("T")


@dataclass(frozen=True)
class Outcome:
    code: int
    said: str  # standard output
    complained: str  # standard error

    @property
    def refused(self) -> str:
        """What a failed command complained of; not valid for one that succeeded or that showed a traceback."""
        assert self.code != 0, self.said
        assert "Traceback" not in self.said + self.complained, self.complained
        return self.complained


class Running:
    """A `python -m bot run` that has said where it is."""

    def __init__(self, process: Forked, said: IO[str], complained: IO[str]) -> None:
        self.process = process
        self._said = said
        self._complained = complained
        self._errors: list[str] = []
        self._reader = threading.Thread(target=lambda: self._errors.extend(complained))
        self._reader.start()
        lines: list[str] = []
        while not lines or lines[-1] not in ("", LAST_LINE):
            lines.append(said.readline())
        self.greeting = "".join(lines)

    @property
    def port(self) -> int:
        match = re.search(r"网页对话：http://127\.0\.0\.1:(\d+)", self.greeting)
        assert match, self.greeting + "".join(self._errors)
        return int(match[1])

    @property
    def secrets(self) -> dict[str, str]:
        """The secret of each person's link, by name."""
        return dict(re.findall(r"(\S+) +http://127\.0\.0\.1:\d+/enter#k=(\S+)", self.greeting))

    def asks(self, method: str, path: str, body: object = None, cookie: str = "") -> tuple[int, Any, str]:
        """One request as our page sends it: (status, JSON answer, the cookie it sets)."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=CAP_SECONDS)
        try:
            headers = {"X-Yinling": "1", "Content-Type": "application/json", "Cookie": cookie}
            connection.request(method, path, json.dumps(body) if body is not None else None, headers)
            answer = connection.getresponse()
            raw = answer.read()
            is_json = (answer.getheader("Content-Type") or "").startswith("application/json")
            given = (answer.getheader("Set-Cookie") or "").split(";")[0]
            return answer.status, json.loads(raw) if is_json else raw, given
        finally:
            connection.close()

    def ends(self, number: signal.Signals = signal.SIGTERM) -> Outcome:
        """Tell it to stop, and return how it ended."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.ended()

    def ended(self) -> Outcome:
        rest = self._said.read()
        code = self.process.wait(CAP_SECONDS)
        self._reader.join()
        self._said.close()
        self._complained.close()
        return Outcome(code, self.greeting + rest, "".join(self._errors))


def _pipe() -> tuple[IO[str], IO[str]]:
    """The end to read from, and the end to write to."""
    reading, writing = os.pipe()
    return os.fdopen(reading, encoding="utf-8"), os.fdopen(writing, "w", encoding="utf-8")


class CommandLine:
    """An office's folder with a config.toml, and whoever types there."""

    def __init__(self, folder: Path, config: str = CONFIG, **environ: str) -> None:
        self.folder = folder
        self.database = folder / "data" / "office.db"
        self.media = folder / "data" / "media"
        (folder / "config.toml").write_text(config, encoding="utf-8")
        kept = {name: value for name, value in os.environ.items() if not name.startswith("YINLING_")}
        self.environ = kept | {"PYTHONPATH": str(ROOT)} | environ

    def __call__(self, *words: str) -> Outcome:
        """Type a command; nobody sits at the terminal to answer questions."""
        with TemporaryFile("w+", encoding="utf-8") as said, TemporaryFile("w+", encoding="utf-8") as complained:
            code = Forked(words, self.folder, self.environ, said, complained).wait(CAP_SECONDS)
            said.seek(0)
            complained.seek(0)
            return Outcome(code, said.read(), complained.read())

    def starts(self, *words: str) -> Outcome:
        """Type a command, and wait until a Python of its own has started: for what may depend on that."""
        done = subprocess.run(
            [sys.executable, "-m", "bot", *words],
            cwd=self.folder,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=CAP_SECONDS,
            check=False,
        )
        return Outcome(done.returncode, done.stdout, done.stderr)

    @contextmanager
    def running(self, *words: str) -> Iterator[Running]:
        """`run` in the background; killed at the end of the block if it still lives."""
        said, stdout = _pipe()
        complained, stderr = _pipe()
        with stdout, stderr:
            process = Forked(("run", *words), self.folder, self.environ, stdout, stderr)
        bot = Running(process, said, complained)
        try:
            yield bot
        finally:
            if process.poll() is None:
                process.kill()
                bot.ended()

    def roster(self, *rows: Sequence[str], name: str = "花名册.csv") -> str:
        """Write a roster file, the header first, and return its name."""
        (self.folder / name).write_text("".join(",".join(row) + "\n" for row in rows), encoding="utf-8")
        return name

    def reads(self, sql: str) -> list[Row]:
        """Return what stands in the database."""
        return self.does(lambda tx: tx.all(sql))

    def does(self, doing: Callable[[Tx], Awaitable[T]]) -> T:
        """Do something in one transaction of the database, which is made if it is missing."""

        async def done() -> T:
            database = await new_database(self.database)
            try:
                async with database.write() as tx:
                    return await doing(tx)
            finally:
                await database.close()

        return asyncio.run(done())

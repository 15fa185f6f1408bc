"""Processes forked from a server that has imported the program once: importing it takes longer than most commands.

A forked `python -m bot` is a process like any other (a folder, an environment, streams, signals and an exit code of its own) but that its
modules are there already and that it ends without Python's own tidying up. What a real start does is tested by `CommandLine.starts`.
"""

import multiprocessing
import os
import runpy
import signal
import sys
import time
from collections.abc import Mapping
from multiprocessing.context import ForkServerContext
from multiprocessing.reduction import DupFd
from pathlib import Path
from typing import IO, Any

PRELOADED = ["bot.cli", "bot.app", "tests.crash.child"]


def context() -> ForkServerContext:
    """The server of this process; it starts with the first child."""
    found = multiprocessing.get_context("forkserver")
    found.set_forkserver_preload(PRELOADED)
    return found


class _Inherited:
    """A file that a child is to have open as well; there it is a number."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def __reduce__(self) -> tuple[object, ...]:
        return _detached, (DupFd(self._file.fileno()),)


def _detached(duplicate: Any) -> int:
    return int(duplicate.detach())


class Forked:
    """A `python -m bot` that has been started."""

    def __init__(
        self, words: tuple[str, ...], folder: Path, environ: Mapping[str, str], stdout: IO[str], stderr: IO[str]
    ) -> None:
        streams = (_Inherited(stdout), _Inherited(stderr))
        self._process = context().Process(target=_types, args=(words, folder, dict(environ), *streams))
        self._process.start()

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    def poll(self) -> int | None:
        """The exit code, or None while it runs."""
        return self._process.exitcode

    def wait(self, seconds: float) -> int:
        """Wait for its end and return the exit code. Raises TimeoutError, after killing it."""
        self._process.join(seconds)
        code = self._process.exitcode
        if code is None:
            self.kill()
            raise TimeoutError(f"it still ran after {seconds} s")
        return code

    def send_signal(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def kill(self) -> None:
        self._process.kill()


def _types(words: tuple[str, ...], folder: Path, environ: dict[str, str], stdout: int, stderr: int) -> None:
    """Be what the shell makes of `python -m bot ...`; nobody sits at the terminal to answer questions."""
    for number, standard in ((os.open(os.devnull, os.O_RDONLY), 0), (stdout, 1), (stderr, 2)):
        os.dup2(number, standard)
        os.close(number)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environ)
    time.tzset()
    sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = os.fdopen(2, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False)
    sys.argv = ["bot", *words]
    runpy.run_module("bot", run_name="__main__", alter_sys=True)

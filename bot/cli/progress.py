"""How far long work is, on standard error, so that the result on standard output stays clean."""

import sys
import time

SHORTEST_SECONDS = 0.2  # between two reports on a terminal
TENTHS = 10  # elsewhere (a log file) one line for each tenth


class Progress:
    """`progress("复制数据库", done, total)`; used as a context it ends the last line."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._words = ""
        self._tenth = -1
        self._shown_at = 0.0
        self._open_line = False

    def __call__(self, words: str, done: int, total: int) -> None:
        if words != self._words:
            self.end()
            self._words, self._tenth, self._shown_at = words, -1, 0.0
        tenth = TENTHS if done >= total else done * TENTHS // total
        if self._terminal:
            self._on_terminal(f"{words} {done * 100 // max(total, 1)}%", done >= total)
        elif tenth > self._tenth:
            print(f"{words} {tenth * 100 // TENTHS}%", file=sys.stderr, flush=True)
        self._tenth = tenth

    def _on_terminal(self, line: str, last: bool) -> None:
        now = time.monotonic()
        if last or now - self._shown_at >= SHORTEST_SECONDS:
            print(f"\r{line}", end="", file=sys.stderr, flush=True)
            self._shown_at, self._open_line = now, True

    def end(self) -> None:
        if self._open_line:
            print(file=sys.stderr)
            self._open_line = False

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *error: object) -> None:
        self.end()

"""`python -m bench stampede`, `reminders` and `briefings`: what gatherings, the clock and the search of briefings bear."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench import briefings, reminders, stampede
from bench.harness import DATA_ROOT, positive

PARTS = (["stampede"], ["reminders"], ["briefings"])


def main(arguments: Sequence[str]) -> int:
    """Print the table of one part. Returns the exit status: 1 if something failed."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("part", choices=("stampede", "reminders", "briefings"))
    parser.add_argument("--rounds", type=positive, default=5)
    options = parser.parse_args(arguments)
    measure = {"stampede": stampede.measure, "reminders": reminders.measure, "briefings": briefings.measure}[
        options.part
    ]
    DATA_ROOT.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=DATA_ROOT) as directory:
        try:
            print(measure(Path(directory), options.rounds))
        except (stampede.WrongLine, reminders.NotAllSaid, briefings.NothingFound) as wrong:
            print(f"failed: {wrong}", file=sys.stderr)
            return 1
    return 0

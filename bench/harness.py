"""`python -m bench`: all contenders, round after round, and one table; then the desk (`bench.desk`) and delivery (`bench.delivery`)."""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from bench import delivery, desk, ours, ours_web, ours_wecom, table
from bench.contenders import RIVALS, Contender
from bench.measure import Load, Run, measure
from bench.processes import ROOT, Cores, RunError, choose_cores, pinned_to

CONTENDERS = (*RIVALS, *ours.CONTENDERS, ours_web.CONTENDER, ours_wecom.CONTENDER)
# On the disk of the checkout: a temporary directory is often memory, where a commit costs nothing.
DATA_ROOT = ROOT / "bench" / ".data"
FIRST_USER = 1_000_000


class Rounds:
    """The rounds of one `make bench`: who plays, where, and with which people."""

    def __init__(self, load: Load, rounds: int, cores: Cores, directory: Path) -> None:
        self._load = load
        self._rounds = rounds
        self._cores = cores
        self._directory = directory

    async def prepare(self, contender: Contender) -> None:
        """Fill the directory that a contender keeps for all rounds."""
        if contender.keeps_data:
            print(f"preparing {contender.name}", file=sys.stderr, flush=True)
            await asyncio.to_thread(self._fill, contender, self._people(0, self._rounds))

    async def play(self, contender: Contender, number: int) -> Run:
        """Play one round (from 0) of one contender. Raises RunError."""
        people = self._people(number, number + 1)
        if not contender.keeps_data:
            await asyncio.to_thread(self._fill, contender, people)  # it may bring a loop of its own
        run = await measure(contender, self._load, self._cores, self._home(contender), people.start)
        print(f"round {number + 1}  {contender.name}: {run.turns_per_second:,.0f}/s", file=sys.stderr, flush=True)
        return run

    def _people(self, first_round: int, last_round: int) -> range:
        return range(FIRST_USER + first_round * self._load.users, FIRST_USER + last_round * self._load.users)

    def _home(self, contender: Contender) -> Path:
        return self._directory / contender.module / contender.name.replace(" ", "-")

    def _fill(self, contender: Contender, people: range) -> None:
        home = self._home(contender)
        if home.exists():
            shutil.rmtree(home)
        home.mkdir(parents=True)
        if contender.prepare is not None:
            contender.prepare(home, people)
        # What is still on its way to the disk must not be paid for by whoever is measured next.
        os.sync()


async def play_all(chosen: list[Contender], load: Load, rounds: int, cores: Cores, directory: Path) -> table.Results:
    """Return every run, by contender. Raises RunError with the contender's name."""
    played = Rounds(load, rounds, cores, directory)
    results: table.Results = {contender.name: [] for contender in chosen}
    for contender in chosen:
        await played.prepare(contender)
    for number in range(rounds):
        for contender in chosen:
            try:
                results[contender.name].append(await played.play(contender, number))
            except RunError as failure:
                raise RunError(f"{contender.name}, round {number + 1}: {failure}") from failure
    return results


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Turns a second, side by side.")
    names = [contender.name for contender in CONTENDERS]
    parser.add_argument(
        "part", nargs="?", choices=tuple(PARTS), help="only this; nothing: the contenders, then all of them"
    )
    parser.add_argument("--rounds", type=positive, default=5)
    parser.add_argument("--turns", type=positive, default=1000, help="counted in each round; best 5 times users")
    parser.add_argument("--warmup", type=positive, default=400, help="turns before counting begins")
    parser.add_argument("--users", type=positive, default=200, help="people who talk at once")
    parser.add_argument("--only", action="append", choices=names, metavar="NAME", help=f"repeatable; of: {names}")
    parser.add_argument("--loop", choices=("uvloop", "asyncio"), default="uvloop", help="for all contenders alike")
    parser.add_argument("--delay-ms", type=float, default=5.0, help="how long updates travel to the bot")
    return parser.parse_args()


def positive(text: str) -> int:
    if int(text) < 1:
        raise ValueError
    return int(text)


def main() -> int:
    """Print the tables. Returns the exit status: 1 if something failed, and then its table is missing."""
    options = read_arguments()
    DATA_ROOT.mkdir(exist_ok=True)
    cores = choose_cores()
    with tempfile.TemporaryDirectory(dir=DATA_ROOT) as directory:
        if options.part is None and (status := _contenders(options, cores, Path(directory))):
            return status
        parts = [options.part] if options.part else [] if options.only else list(PARTS)
        return max((_part(each, options.rounds, cores, Path(directory)) for each in parts), default=0)


def _contenders(options: argparse.Namespace, cores: Cores, directory: Path) -> int:
    load = Load(options.users, options.warmup, options.turns, options.loop, options.delay_ms)
    chosen = [contender for contender in CONTENDERS if not options.only or contender.name in options.only]
    with pinned_to(cores.server):
        print(table.machine(directory))
        print(table.conditions(load, options.rounds, cores.bot is not None), flush=True)
        try:
            results = asyncio.run(play_all(chosen, load, options.rounds, cores, directory))
        except RunError as failure:
            print(f"failed: {failure}", file=sys.stderr)
            return 1
    print(table.render(results))
    if doubts := table.doubts(results):
        print(doubts)
    return 0


PARTS = {"desk": desk.measure, "delivery": delivery.measure}


def _part(name: str, rounds: int, cores: Cores, directory: Path) -> int:
    with pinned_to(cores.bot):
        print(f"\n{table.machine(directory, libraries=())}; {rounds} rounds", flush=True)
        try:
            print(PARTS[name](directory, rounds))
        except (desk.WrongAnswer, subprocess.CalledProcessError) as wrong:
            print(f"failed: {wrong}", file=sys.stderr)
            return 1
    return 0

"""How long to wait before trying again."""

import random

FIRST_BACKOFF_SECONDS = 2.0
LONGEST_BACKOFF_SECONDS = 600.0


def backoff_seconds(
    tries: int, chance: float, *, first: float = FIRST_BACKOFF_SECONDS, longest: float = LONGEST_BACKOFF_SECONDS
) -> float:
    """Return how long to wait after `tries` failed tries: doubling from 2 s to 10 minutes, spread over 50-100 % by `chance` in [0, 1)."""
    return float(min(longest, first * 2 ** min(tries, 20)) * (0.5 + chance / 2))


def some_backoff_seconds(tries: int) -> float:
    """Return `backoff_seconds` with a chance of its own: so that not all who failed together try again together."""
    return backoff_seconds(tries, random.random())  # noqa: S311  # spreads load, guards nothing

"""When a mailing may go on: never while people sleep or outside its window, and never a minute later than it could."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from bot.config import Config
from bot.office import office_from
from handlers.mailing.opening import opens_at
from storage.mailings import Circle, Mailing

OFFICE = office_from(Config())
BEGIN = datetime(2026, 11, 22, 16, tzinfo=UTC)  # midnight in the office
MINUTES = st.integers(0, 24 * 60 - 1)
MAILING = Mailing("notice", "", Circle(), 1, BEGIN, BEGIN, BEGIN + timedelta(days=30))


def at(minute: int) -> time:
    return time(minute // 60, minute % 60)


def is_open(mailing: Mailing, moment: datetime) -> bool:
    """By the words of the rule, minute by minute."""
    wall = moment.astimezone(OFFICE.zone).time()
    asleep = not mailing.urgent and any(
        start <= wall < end if start < end else wall >= start or wall < end for start, end in OFFICE.quiet
    )
    outside = bool(mailing.from_time and mailing.until_time) and not (mailing.from_time <= wall < mailing.until_time)  # type: ignore[operator]
    return not asleep and not outside


@given(now=MINUTES, window=st.tuples(MINUTES, MINUTES) | st.none(), urgent=st.booleans())
@example(now=21 * 60 + 30, window=None, urgent=False)
@example(now=12 * 60, window=(13 * 60, 15 * 60), urgent=False)  # the window opens while people have their noon rest
@example(now=9 * 60, window=(22 * 60, 23 * 60), urgent=False)  # and never outside of it
def test_it_opens_at_the_first_minute_at_which_nothing_holds_it(
    now: int, window: tuple[int, int] | None, urgent: bool
) -> None:
    start, end = sorted(window) if window else (0, 0)
    mailing = replace(MAILING, urgent=urgent)
    if window and start < end:
        mailing = replace(mailing, from_time=at(start), until_time=at(end))
    moment = BEGIN + timedelta(minutes=now)
    two_days = (moment + timedelta(minutes=each) for each in range(2 * 24 * 60))
    first = next((each for each in two_days if is_open(mailing, each)), None)
    opens = opens_at(OFFICE, mailing, moment)
    if first is None:  # it never opens: whoever asks again later hears no earlier moment than now
        assert opens is not None
        assert opens > moment
    else:
        assert (opens or moment) == first

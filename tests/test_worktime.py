"""The office's working time: 2026's list, a lunch break, and what a minute-by-minute count would say."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import Config
from bot.office import office_from
from handlers.worktime import WorkCalendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
OFFICE = office_from(Config()).calendar
MINUTE = timedelta(minutes=1)


def at(day: str, clock: str = "00:00") -> datetime:
    """A moment on the office's wall: at('2026-11-24', '09:00')."""
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=SHANGHAI)


# Hours


def test_a_day_has_its_periods_and_a_lunch_break() -> None:
    assert OFFICE.minutes_per_day == 210 + 180
    working = {clock: OFFICE.is_working(at("2026-11-24", clock)) for clock in ("08:29", "08:30", "11:59", "12:00")}
    assert working == {"08:29": False, "08:30": True, "11:59": True, "12:00": False}
    assert [OFFICE.is_working(at("2026-11-24", clock)) for clock in ("14:29", "14:30", "17:30")] == [False, True, False]


def test_lunch_does_not_count() -> None:
    assert OFFICE.minutes_between(at("2026-11-24", "11:30"), at("2026-11-24", "15:00")) == 60
    assert OFFICE.minutes_between(at("2026-11-24", "12:10"), at("2026-11-24", "14:20")) == 0
    assert OFFICE.add_minutes(at("2026-11-24", "11:30"), 60) == at("2026-11-24", "15:00")
    assert OFFICE.add_minutes(at("2026-11-24", "11:30"), 30) == at("2026-11-24", "12:00"), (
        "not 14:30: it is due earlier"
    )
    assert OFFICE.next_working(at("2026-11-24", "12:30")) == at("2026-11-24", "14:30")


def test_friday_evening_leads_to_monday_morning() -> None:
    friday = at("2026-11-27", "18:20")
    assert OFFICE.next_working(friday) == at("2026-11-30", "08:30")
    assert OFFICE.add_minutes(friday, 60) == at("2026-11-30", "09:30")
    assert OFFICE.minutes_between(friday, at("2026-11-30", "09:30")) == 60
    assert OFFICE.end_of_day(date(2026, 11, 27)) == at("2026-11-27", "17:30")


def test_a_working_moment_is_its_own_next_one_and_all_answers_are_utc() -> None:
    moment = at("2026-11-24", "09:00") + timedelta(seconds=17)
    answers = (OFFICE.next_working(moment), OFFICE.add_minutes(moment, 0), OFFICE.end_of_day(date(2026, 11, 24)))
    assert answers[:2] == (moment, moment)
    assert {each.tzinfo for each in answers} == {UTC}


def test_only_whole_minutes_count_and_time_does_not_run_backwards() -> None:
    moment = at("2026-11-24", "09:00")
    assert OFFICE.minutes_between(moment, moment + timedelta(seconds=119)) == 1
    assert OFFICE.minutes_between(moment, moment) == OFFICE.minutes_between(moment, moment - timedelta(days=3)) == 0


# Days


def test_national_day_is_free_and_the_saturday_after_it_works() -> None:
    eve = at("2026-09-30", "17:00")
    assert OFFICE.add_minutes(eve, 31) == at("2026-10-08", "08:31")
    assert OFFICE.after(date(2026, 9, 30), 1) == date(2026, 10, 8)
    assert OFFICE.is_work_day(date(2026, 10, 10)), "a Saturday"
    assert not OFFICE.is_work_day(date(2026, 10, 11))
    assert OFFICE.minutes_between(at("2026-10-01"), at("2026-10-12")) == 3 * 390, "Thursday to Saturday"
    assert OFFICE.after(date(2026, 10, 8), 0) == date(2026, 10, 8)


def test_a_year_without_a_list_knows_only_weekends() -> None:
    assert OFFICE.knows_year(2026)
    assert not OFFICE.knows_year(2027)
    assert OFFICE.is_work_day(date(2027, 10, 1)), "a Friday, and nobody has said yet that it is free"
    assert not OFFICE.is_work_day(date(2027, 10, 2))


def test_days_of_the_table_win_over_those_of_the_settings() -> None:
    spring = {date(2027, 2, 5): False, date(2027, 2, 20): True, date(2026, 10, 10): False, date(2026, 10, 7): True}
    calendar = OFFICE.with_adjusted(spring)
    assert {day: calendar.is_work_day(day) for day in spring} == spring
    assert calendar.knows_year(2027)
    assert calendar.is_work_day(date(2026, 10, 8)), "the rest stays"
    assert not calendar.holidays & calendar.extra_work_days
    assert OFFICE.with_adjusted({}) == OFFICE


def test_a_year_of_working_time_is_counted_by_whole_days() -> None:
    days = [date(2026, 1, 1) + timedelta(days=number) for number in range(365)]
    worked = sum(OFFICE.is_work_day(day) for day in days)
    assert OFFICE.minutes_between(at("2026-01-01"), at("2027-01-01")) == worked * 390
    assert OFFICE.add_minutes(at("2026-01-01"), worked * 390) == at("2026-12-31", "17:30")


# An office that never works


@pytest.mark.parametrize(
    "ask",
    [
        lambda never: never.after(date(2026, 1, 1), 1),
        lambda never: never.next_working(at("2026-01-01")),
        lambda never: never.add_minutes(at("2026-01-01"), 1),
    ],
)
def test_an_office_that_never_works_is_said_and_not_waited_for(ask: Callable[[WorkCalendar], object]) -> None:
    never = replace(OFFICE, work_days=frozenset(), extra_work_days=frozenset())
    with pytest.raises(ValueError, match="no working day"):
        ask(never)
    assert never.minutes_between(at("2026-01-01"), at("2027-01-01")) == 0


@pytest.mark.parametrize("periods", [(), ((time(8), time(8)),)])
def test_a_working_day_has_hours(periods: tuple[tuple[time, time], ...]) -> None:
    with pytest.raises(ValueError, match="working hours"):
        replace(OFFICE, periods=periods)


# Whatever the hours and the list


def walked(calendar: WorkCalendar, start: datetime, end: datetime) -> int:
    """Count by walking along minute by minute; both moments are on whole minutes."""
    minutes = int((end - start) / MINUTE)
    return sum(calendar.is_working(start + number * MINUTE) for number in range(minutes))


WEEK = [date(2026, 10, 5) + timedelta(days=number) for number in range(7)]
CLOCKS = st.integers(0, 24 * 60 - 1).map(lambda minute: time(minute // 60, minute % 60))
PERIODS = st.lists(CLOCKS, min_size=2, max_size=8, unique=True).map(
    lambda clocks: tuple(zip(sorted(clocks)[::2], sorted(clocks)[1::2], strict=False))
)
CALENDARS = st.builds(
    WorkCalendar,
    work_days=st.frozensets(st.integers(1, 7), min_size=1),
    holidays=st.frozensets(st.sampled_from(WEEK), max_size=4),
    extra_work_days=st.frozensets(st.sampled_from(WEEK), max_size=2),
    periods=PERIODS,
    zone=st.sampled_from([SHANGHAI, ZoneInfo("Asia/Urumqi"), ZoneInfo("UTC")]),
)
MOMENTS = st.integers(0, 7 * 24 * 60).map(lambda minutes: datetime(2026, 10, 5, tzinfo=UTC) + minutes * MINUTE)
SHORT = st.integers(0, 3 * 24 * 60)


@given(CALENDARS, MOMENTS, SHORT)
def test_minutes_between_are_those_that_one_would_walk_through(
    calendar: WorkCalendar, start: datetime, minutes: int
) -> None:
    end = start + minutes * MINUTE
    assert calendar.minutes_between(start, end) == walked(calendar, start, end)


@given(CALENDARS, MOMENTS, st.integers(1, 600), st.integers(0, 59))
def test_adding_minutes_leads_to_the_first_moment_by_which_they_have_passed(
    calendar: WorkCalendar, start: datetime, minutes: int, seconds: int
) -> None:
    start += timedelta(seconds=seconds)
    end = calendar.add_minutes(start, minutes)
    assert calendar.minutes_between(start, end) == minutes
    assert calendar.minutes_between(start, end - timedelta(seconds=1)) == minutes - 1
    assert calendar.is_working(end - timedelta(seconds=1))


@given(CALENDARS, MOMENTS)
def test_nothing_is_worked_before_the_next_working_moment(calendar: WorkCalendar, moment: datetime) -> None:
    begins = calendar.next_working(moment)
    assert calendar.is_working(begins)
    assert calendar.minutes_between(moment, begins) == 0
    assert (begins == moment) == calendar.is_working(moment)


@given(CALENDARS, MOMENTS, SHORT, SHORT)
def test_spans_add_up(calendar: WorkCalendar, start: datetime, first: int, second: int) -> None:
    middle, end = start + first * MINUTE, start + (first + second) * MINUTE
    assert calendar.minutes_between(start, end) == calendar.minutes_between(start, middle) + calendar.minutes_between(
        middle, end
    )

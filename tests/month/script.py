"""The days of the month: who does what when. 中秋 and 国庆 are holidays, 10 October is a working Saturday."""

from collections.abc import AsyncIterator
from datetime import date, time, timedelta

from tests.desk_work import goes_on_leave
from tests.month import clients, people, staff
from tests.month.house import Hand, House, Scene

FIRST, DAYS = date(2026, 9, 24), 30
DOWN = {date(2026, 10, 13): 2, date(2026, 9, 30): 1}  # the machine is off for so many days from that evening on
LEAVER, LEAVER_GOES = "郑科", date(2026, 10, 12)
WAVES = {time(9): (1, 1, 4), time(15): (1, 1, 3), time(20): (1, 0, 0)}
"""When people do something: how many clients of their own accord, how many who have been told something, how many of the office."""
HOLIDAY_STAFF = 1


async def days(house: House) -> AsyncIterator[date]:
    """Play the month a day at a time, up to the next morning; between the days the caller may look at the tables."""
    house.called = clients.chats
    day = FIRST
    while day < FIRST + timedelta(days=DAYS):
        await plays_the_day(house, day)
        down = DOWN.get(day, 0)
        morning = house.at(day + timedelta(days=1 + down), time(7))
        await (house.is_down_until(morning) if down else house.passes_until(morning))
        yield day
        day += timedelta(days=1 + down)


async def plays_the_day(house: House, day: date) -> None:
    works = house.office.calendar.is_work_day(day)
    await house.tidies()
    if day == LEAVER_GOES:
        await house.passes_until(house.at(day, time(8, 45)))
        await house.plays({house.hands[LEAVER]: goes_on_leave(house.hands[LEAVER], "今天", "10月31日", "孙姐")})
        await house.leaves_for_good(LEAVER)
    for wall, (calling, told, of_office) in WAVES.items():
        await house.passes_until(house.at(day, wall))
        scenes: dict[Hand, Scene] = {hand: clients.any_scene(hand) for hand in _clients(house, calling, told)}
        scenes |= {hand: _office_scene(hand) for hand in _at_work(house, of_office if works else HOLIDAY_STAFF)}
        await house.plays(scenes)


def _clients(house: House, calling: int, told: int) -> list[Hand]:
    """Choose who speaks: some of all, more often the few who often do, and some who have been told something."""
    everybody = [hand for name, hand in house.hands.items() if name not in people.OFFICE]
    often, with_news = [house.hands[name] for name in people.OFTEN], [hand for hand in everybody if hand.news]
    chosen = [house.luck.choice(often if house.luck.random() < 0.6 else everybody) for _ in range(calling)]
    return list(dict.fromkeys(chosen + house.luck.sample(with_news, min(told, len(with_news)))))


def _at_work(house: House, count: int) -> list[Hand]:
    absent = {row[0] for row in house.book.execute(ABSENT, {"today": house.today.isoformat()})}
    present = [house.hands[name] for name in people.OFFICE if name not in absent]
    return house.luck.sample(present, min(count, len(present)))


ABSENT = """
SELECT p.name FROM absences a JOIN persons p ON p.id = a.person_id
WHERE a.cancelled_at IS NULL AND a.from_on <= :today AND a.until_on >= :today
UNION SELECT name FROM persons WHERE active = 0"""


def _office_scene(hand: Hand) -> Scene:
    way = hand.house.luck.random()
    if way < 0.02:
        return staff.goes_on_leave(hand)
    if way < 0.03:
        return staff.is_back_early(hand)
    return staff.any_scene(hand)

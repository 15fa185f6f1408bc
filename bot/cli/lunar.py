"""`python -m bot lunar 2027-02-06`, `lunar 腊月初八 --year 2026`, `lunar --festivals 2027`: the two calendars, one in the other."""

import argparse
import json
from datetime import date

from bot.cli.beside import utc_now
from bot.cli.columns import GAP, padded, width
from bot.cli.failure import Failed, Misused
from bot.cli.parser import whole_number
from bot.config import Config
from handlers import lunar
from handlers.lunar import LunarDate, NoSuchDay, OutOfRange
from handlers.office import WEEKDAYS
from handlers.roster.cells import CellError
from handlers.roster.dates import read_date

YEAR = whole_number(1, 9999)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "公历和农历互查，一天一行：公历、星期、农历、节气、节日。\n"
        f"从 {lunar.FIRST_DAY} 算到 {lunar.LAST_DAY}，再远的不猜。没有的日子（例如小月的三十）会说没有，不挪到别的日子。"
    )
    help_day = "公历日期，如 2027-02-06；或者农历日期、节日，如腊月初八、闰六月初三、中秋；不写就是今天"
    parser.add_argument("day", metavar="日期", nargs="*", help=help_day)
    parser.add_argument("--year", metavar="年份", type=YEAR, help="农历哪一年，如 2026，它的腊月在公历 2027 年")
    parser.add_argument("--festivals", metavar="年份", type=YEAR, help="列出农历这一年的节日，腊八到除夕在公历的下一年")
    parser.add_argument("--json", action="store_true", help="和 --festivals 一起用：写成 JSON")
    parser.add_argument("--south", action="store_true", help="小年按南方的腊月廿四，不写按北方的腊月廿三")


def run(args: argparse.Namespace, config: Config) -> int:
    text = " ".join(args.day)
    if args.json and args.festivals is None:
        raise Misused("--json 要和 --festivals 一起用。")
    if args.festivals is not None and (text or args.year is not None):
        raise Misused("--festivals 后面只写年份，不再写日期和 --year。")
    today = utc_now().astimezone(config.office.zone).date()
    try:
        print(_festivals(args) if args.festivals is not None else _line(_day(args, text, today), args))
    except (NoSuchDay, OutOfRange) as error:
        raise Failed(str(error)) from error
    return 0


# ── which day is meant ──────────────────────────────────────────────────────────────────────────────────────────────


def _day(args: argparse.Namespace, text: str, today: date) -> date:
    """Return the day that is asked for. Raises Misused for words that name none, NoSuchDay, OutOfRange."""
    year: int | None = args.year
    if text:
        return _dated(text, year) or _yearly(text, year, southern=args.south)
    if year is not None:
        raise Misused("--year 要和农历的日期一起用，如 腊月初八 --year 2026。")
    return today


def _dated(text: str, year: int | None) -> date | None:
    """Return the day of words that hold the year themselves: 2027-02-06, 2026年腊月初八. None for other words."""
    try:
        reading = read_date(text)
    except CellError:
        return None
    if reading is None or reading.month_and_day:
        return None
    if year is not None:
        raise Misused(f"“{text}”里已经有年份，不再写 --year。")
    found = reading.dates[0]
    if len(reading.dates) > 1 or found.month is None or found.day is None:
        raise Misused(f"“{text}”不是写全的一天，请写成 2027-02-06 这样。")
    if reading.calendar == "lunar":
        return lunar.to_solar(LunarDate(found.year, found.month, found.day, reading.leap_month))
    return found.earliest


def _yearly(text: str, year: int | None, *, southern: bool) -> date:
    """Return the day of words that hold no year: 腊月初八, 中秋."""
    festival, day = lunar.festival_called(text), lunar.parse_lunar(text)
    if year is None and (festival or day):
        raise Misused(f"请用 --year 写明“{text}”是农历哪一年的，如 --year 2026。")
    if festival and year:
        return lunar.festival_in(year, festival, southern=southern)
    if day and year:
        return lunar.to_solar(LunarDate(year, *day))
    raise Misused(f"看不懂“{text}”，公历请写成 2027-02-06 这样，农历请写成 腊月初八 --year 2026 这样。")


# ── in words ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _line(day: date, args: argparse.Namespace) -> str:
    """Return '2027-02-06 星期六  农历丁未年正月初一  春节'."""
    names = [each.name for each in lunar.festivals_on(day, southern=args.south)]
    term = lunar.term_on(day)
    if term and term not in names:
        names.append(term)
    return GAP.join([_western(day), f"农历{lunar.to_lunar(day).words}", *names])


def _western(day: date) -> str:
    return f"{day} 星期{WEEKDAYS[day.weekday()]}"


def _festivals(args: argparse.Namespace) -> str:
    days = lunar.festivals(args.festivals, southern=args.south)
    if args.json:
        return json.dumps({key: day.isoformat() for key, day in days.items()}, indent=2)
    names = {each.key: each.name for each in lunar.FESTIVALS}
    widest = max(map(width, names.values()))
    heading = f"农历{lunar.year_in_words(args.festivals)}，从 {days['spring_festival']} 到 {days['new_years_eve']}："
    rows = sorted((day, padded(names[key], widest)) for key, day in days.items())
    return "\n".join([heading, *(f"{GAP}{name}{GAP}{_with_lunar(day)}" for day, name in rows)])


def _with_lunar(day: date) -> str:
    return f"{_western(day)}{GAP}{lunar.to_lunar(day).yearly.words}"

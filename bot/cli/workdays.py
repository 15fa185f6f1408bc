"""`python -m bot workdays import FILE` and `workdays show YEAR`: the official list of holidays and working weekends."""

import argparse
import asyncio
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from pathlib import Path

from bot.cli.beside import office_database, utc_now
from bot.cli.parser import whole_number
from bot.config import Config
from bot.office import office_from
from handlers.office import day_in_words
from handlers.official_list import FIRST_YEAR, read_days
from handlers.worktime import DAY
from storage import adjusted_days, audit
from storage.adjusted_days import AdjustedDay
from storage.database import Tx

Years = Mapping[int, Mapping[date, AdjustedDay]]


def import_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "导入国务院公布的放假和调休（.csv 或 .xlsx），一行一天，第一行写栏名：\n"
        "“日期”写 2027-10-01 这样；“安排”写放假或上班；“名称”（如国庆节）可以没有。\n"
        "放假的日子连同其中的周末都写上。表里有哪一年，就把以前导入的那一年整个换掉；和 config.toml 不一样时以导入的为准。\n"
        "表里有一处不对就都不导入。运行中也可以导入。"
    )
    parser.add_argument("file", metavar="文件", type=Path, help="放假安排的文件")


def show_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = "列出一年里实际在用的放假和调休：config.toml 里的，加上导入的。"
    parser.add_argument("year", metavar="年份", type=whole_number(FIRST_YEAR, 2100), help="如 2027")


def run_import(args: argparse.Namespace, config: Config) -> int:
    days = read_days(args.file, utc_now().astimezone(config.office.zone).date())
    return asyncio.run(_import(config, days))


def run_show(args: argparse.Namespace, config: Config) -> int:
    return asyncio.run(_show(config, args.year))


async def _import(config: Config, days: list[AdjustedDay]) -> int:
    years = by_year(days)
    async with office_database(config) as database, database.write() as tx:
        for year, of_year in years.items():
            await _write(tx, year, of_year, whole=year not in tails(years))
    for year, of_year in years.items():
        print(_done(year, of_year, whole=year not in tails(years)))
    print("程序正在运行的话，一分钟内起作用，不用重新启动。")
    for doubt in _doubts(years, config):
        print(f"提醒：{doubt}", file=sys.stderr)
    return 0


def by_year(days: Iterable[AdjustedDay]) -> Years:
    """Return the days, which are in order, by their year."""
    return {year: {each.day: each for each in group} for year, group in groupby(days, lambda each: each.day.year)}


def tails(years: Years) -> set[int]:
    """Return the years of which the file holds only days of December that belong to the next year's list.

    The list of 2019 began with 2018-12-29; for that the list of 2018 must not be lost.
    """
    return {year for year, days in years.items() if year + 1 in years and all(each.month == 12 for each in days)}


async def _write(tx: Tx, year: int, days: Mapping[date, AdjustedDay], *, whole: bool) -> None:
    """Put the days in the place of that year's, or beside them when they are not the `whole` list of the year."""
    before = {} if whole else {each.day: each for each in await adjusted_days.of_year(tx, year)}
    await adjusted_days.replace_year(tx, year, before | dict(days))
    detail = {"year": year, "count": len(days)}
    await audit.add(tx, utc_now(), "workdays.imported", f"workdays:{year}", actor_id=None, **detail)


def _done(year: int, days: Mapping[date, AdjustedDay], *, whole: bool) -> str:
    kept = "" if whole else "（只有年底这几天，这一年其他的没有动）"
    return f"导入好了：{year} 年{_sum(days.values())}{kept}。"


def _sum(days: Collection[AdjustedDay]) -> str:
    working = sum(each.works for each in days)
    return f"放假 {len(days) - working} 天，调休上班 {working} 天"


def _doubts(years: Years, config: Config) -> Iterator[str]:
    """What is in no official list, or is missing from it."""
    usual, free = config.calendar.work_days, config.calendar.holidays
    for year, days in years.items():
        working = [each.day for each in days.values() if each.works]
        if year not in tails(years) and all(day.isoweekday() in usual for day in working):
            yield f"{year} 年没有调休上班的周末，请核对是不是漏了。"
        for day in working:
            if day.isoweekday() in usual and day not in free:
                yield f"{day.year}年{day_in_words(day)}本来就上班，请核对日期。"


async def _show(config: Config, year: int) -> int:
    imported = await _imported(config, year)
    calendar = office_from(config).calendar.with_adjusted({day: each.works for day, each in imported.items()})
    listed = sorted(day for day in calendar.holidays | calendar.extra_work_days if day.year == year)
    days = [imported.get(day) or AdjustedDay(day, calendar.is_work_day(day), "") for day in listed]
    if not calendar.knows_year(year):
        print(f"{year} 年还没有放假安排：只有周末算放假，节日和调休都没有算进去。公布以后请用 workdays import 导入。")
    if days:
        print(f"{year} 年在用的安排：{_sum(days)}。")
    for span in spans(days, imported.keys()):
        print(f"  {span}")
    return 0


async def _imported(config: Config, year: int) -> dict[date, AdjustedDay]:
    if not config.storage.path.exists():
        return {}
    async with office_database(config) as database, database.read() as tx:
        return {each.day: each for each in await adjusted_days.of_year(tx, year)}


@dataclass(frozen=True)
class Span:
    """Days in a row that are alike."""

    first: date
    last: date
    works: bool
    words: str  # the name, and where it is known from

    def __str__(self) -> str:
        until = f" 到 {day_in_words(self.last)}" if self.last > self.first else ""
        return f"{'上班' if self.works else '放假'}  {day_in_words(self.first)}{until}  {self.words}"

    def with_next(self, other: "Span") -> "Span | None":
        """Return both as one; None when the other does not follow at once or is not alike."""
        alike = (self.works, self.words) == (other.works, other.words)
        return replace(self, last=other.last) if alike and self.last + DAY == other.first else None


def spans(days: Iterable[AdjustedDay], imported: Collection[date]) -> list[Span]:
    """Return the days, which are in order, with those in a row put together."""
    found: list[Span] = []
    for each in days:
        words = f"{each.name}（{'导入' if each.day in imported else 'config.toml'}）"
        span = Span(each.day, each.day, each.works, words)
        if found and (longer := found[-1].with_next(span)):
            found[-1] = longer
        else:
            found.append(span)
    return found

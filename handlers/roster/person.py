"""One row of a roster -> one person, or every reason why not."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from handlers.roster.cells import (
    CellError,
    CellValue,
    read_alive,
    read_calendar,
    read_health,
    read_id_tail,
    read_note,
    read_political_status,
    read_retirement_kind,
    read_roles,
    read_sex,
    read_text,
)
from handlers.roster.columns import Header
from handlers.roster.dates import (
    NO_LUNAR_31ST,
    YOUNGEST_CADRE,
    YOUNGEST_OTHER,
    DateReading,
    PartialDate,
    birth_in,
    joining_in,
    read_date,
)
from handlers.roster.names import Family, read_family, read_name, read_names
from handlers.roster.phones import Phone, read_phones
from handlers.roster.rows import Row

LIXIU_BORN_BEFORE = dt.date(1940, 1, 1)
"""离休 is for those in the revolution by 1949-09-30 (国务院 1982); nobody joined it under the age of nine."""

T = TypeVar("T")


@dataclass(frozen=True)
class Finding:
    """What is wrong or doubtful at one place of the file. `reason` is for the operator, in Chinese."""

    sheet: str
    row: int
    column: str
    reason: str


@dataclass(frozen=True)
class RosterPerson:
    """A person as the file has them; None is "not given". Dates as far as known: "1938", "1938-07", "1938-07-05"."""

    name: str
    sex: str | None  # 男 / 女
    birth: str | None  # in the calendar named next, the one the person keeps the birthday by
    birthday_calendar: str  # solar / lunar
    retirement_kind: str | None  # 离休 / 退休
    unit: str | None
    branch: str | None
    post: str | None
    political_status: str | None
    joined_party: str | None
    phone: str | None  # a mobile number, 11 digits
    home_phone: str | None
    family_name: str | None
    family_phone: str | None
    family_relation: str | None
    address: str | None
    living: str | None
    health: str | None  # 健康 / 一般 / 不能自理 / 其他
    contact_officer: str | None
    roles: tuple[str, ...]
    acts_for: tuple[str, ...]  # names; whether each is one known cadre is for the import to see
    id_tail: str | None  # the last four of the identity number
    note: str | None
    sheet: str
    row: int
    birth_leap: str | None = None  # 闰: born in a leap month of the lunar calendar
    work_account: str | None = None  # the userid in the office's WeCom


@dataclass
class RowReading:
    """The cells of one row by field, and what was found wrong on the way: a refusal stops the row, a doubt does not."""

    sheet: str
    row: Row
    header: Header
    refusals: list[Finding] = field(default_factory=list)
    doubts: list[Finding] = field(default_factory=list)

    def value(self, name: str) -> CellValue:
        index = self.header.columns.get(name)
        return self.row.values[index] if index is not None and index < len(self.row.values) else None

    def read(self, name: str, reader: Callable[[CellValue], T]) -> T | None:
        """What the reader makes of the cell; None after a refusal, which is noted."""
        try:
            return reader(self.value(name))
        except CellError as error:
            self.refuse(name, str(error))
            return None

    def read_in_part(self, name: str, reader: Callable[[CellValue], tuple[T | None, str | None]]) -> T | None:
        """As `read`, for a reader that may leave something out and says so."""
        value, doubt = self.read(name, reader) or (None, None)
        if doubt:
            self.doubt(name, doubt)
        return value

    def text(self, name: str, longest: int) -> str | None:
        return self.read(name, lambda value: read_text(value, longest))

    def refuse(self, name: str, reason: str) -> None:
        self.refusals.append(self._finding(name, reason))

    def doubt(self, name: str, reason: str) -> None:
        self.doubts.append(self._finding(name, reason))

    def _finding(self, name: str, reason: str) -> Finding:
        column = self.header.place(name) if name in self.header.columns else ""
        return Finding(self.sheet, self.row.number, column, reason)


def read_person(cells: RowReading, today: dt.date) -> RosterPerson | None:
    """The person in this row, or None with every fault of the row noted in `cells.refusals` (at least one)."""
    name, sex_beside_name = cells.read("name", read_name) or (None, None)
    if name is None and not cells.refusals:
        cells.refuse("name", "没有姓名。")
    cells.read("alive", read_alive)
    roles = cells.read("roles", read_roles) or ()
    birth, calendar, leap = _birth(cells, today, YOUNGEST_CADRE if "cadre" in roles else YOUNGEST_OTHER)
    phone, home_phone = _own_phones(cells)
    family = _family(cells)
    person = RosterPerson(
        name=name or "",
        sex=_sex(cells, sex_beside_name),
        birth=birth.iso if birth else None,
        birthday_calendar=calendar,
        retirement_kind=_retirement_kind(cells, birth),
        unit=cells.text("unit", 60),
        branch=cells.text("branch", 60),
        post=cells.text("post", 60),
        political_status=cells.read("political_status", read_political_status),
        joined_party=_joined_party(cells, today, birth),
        phone=phone,
        home_phone=home_phone,
        family_name=family.name,
        family_phone=family.phone,
        family_relation=family.relation,
        address=cells.text("address", 120),
        living=cells.text("living", 20),
        health=cells.read_in_part("health", read_health),
        contact_officer=cells.text("contact_officer", 30),
        roles=roles,
        acts_for=_acts_for(cells, roles),
        id_tail=cells.read_in_part("id_card", read_id_tail),
        note=cells.read("note", lambda value: read_note(value, 500)),
        sheet=cells.sheet,
        row=cells.row.number,
        birth_leap=leap,
        work_account=(cells.text("work_account", 64) or "").lower() or None,  # WeCom tells no case apart
    )
    return None if cells.refusals else person


def _sex(cells: RowReading, beside_name: str | None) -> str | None:
    sex = cells.read("sex", read_sex)
    if sex and beside_name and sex != beside_name:
        cells.refuse("sex", "性别与姓名旁边写的不一样，请核对。")
    return sex or beside_name


def _retirement_kind(cells: RowReading, birth: PartialDate | None) -> str | None:
    kind = cells.read("retirement_kind", read_retirement_kind)
    if kind == "离休" and birth and birth.earliest >= LIXIU_BORN_BEFORE:
        cells.refuse("retirement_kind", f"{birth.year} 年出生不会是离休（1949 年 9 月 30 日前参加革命工作），请核对。")
    return kind


def _joined_party(cells: RowReading, today: dt.date, birth: PartialDate | None) -> str | None:
    def joined(value: CellValue) -> tuple[PartialDate | None, str | None]:
        reading = read_date(value)
        if reading is None:
            return None, None
        if not reading.dates:
            raise CellError("入党时间要写明年份。")
        return joining_in(reading.dates, today, birth)

    date = cells.read_in_part("joined_party", joined)
    return date.iso if date else None


def _birth(cells: RowReading, today: dt.date, youngest: int) -> tuple[PartialDate | None, str, str | None]:
    """(date of birth, calendar, 闰 for a leap month). The person's own wish wins: a column 生日 says which day is kept, a column 生日按 in
    which calendar; with neither, the date of birth in the calendar it is written in."""
    said = cells.read("birthday_calendar", read_calendar)
    main = cells.read("birth", lambda value: read_date(value, lunar=said == "lunar"))
    lunar = cells.read("lunar_birth", lambda value: read_date(value, lunar=True))
    wish = cells.read("birthday", lambda value: read_date(value, lunar=said == "lunar"))
    name, reading = _kept_day(main, lunar, wish, said)
    if reading is None or name is None:
        return None, said or "solar", None
    own = "lunar" if name == "lunar_birth" else reading.calendar
    if said and own and said != own:
        cells.refuse("birthday_calendar", "与生日一栏写的历法不一样（公历、农历），请核对。")
    if not (said or own) and (lunar or (wish and wish.month_and_day)):
        cells.doubt(name, "没有写明生日按公历还是农历过，先按公历。请加一栏“生日按”。")
    if reading.leap_month:
        cells.doubt(name, "闰月出生：有这个闰月的年份过闰月，没有的过平月。请核对。")
    calendar = said or own or "solar"
    birth = cells.read_in_part(name, lambda _: _dated(reading, main, calendar, today, youngest))
    return birth, calendar, "闰" if reading.leap_month and calendar == "lunar" else None


def _kept_day(
    main: DateReading | None, lunar: DateReading | None, wish: DateReading | None, said: str | None
) -> tuple[str | None, DateReading | None]:
    """Which column tells the birthday, and its reading."""
    if wish:
        return "birthday", wish
    if lunar and (main is None or said == "lunar"):
        return "lunar_birth", lunar
    return ("birth", main) if main else (None, None)


def _dated(
    reading: DateReading, main: DateReading | None, calendar: str, today: dt.date, youngest: int
) -> tuple[PartialDate, str | None]:
    """The reading with its year, which a month and a day alone (腊月初八) borrow from the date of birth."""
    dates = reading.dates
    if reading.month_and_day and main and main.dates and reading is not main:
        month, day = reading.month_and_day
        dates = tuple(PartialDate(_own_year(each, month, calendar), month, day) for each in main.dates)
    if not dates:
        raise CellError("没有出生年份，请写成 1938-07-05 或 1938-07 这样。")
    if calendar == "lunar" and any(each.day == 31 for each in dates):
        raise CellError(NO_LUNAR_31ST)
    if calendar == "solar" and not all(each.is_western for each in dates):
        raise CellError(f"公历没有 {dates[0].iso} 这一天，请核对，或写明是农历。")
    return birth_in(tuple(dict.fromkeys(dates)), today, youngest)


def _own_year(born: PartialDate, month: int, calendar: str) -> int:
    """The lunar year ends late: somebody born on 腊月初八, a day in January, is of the lunar year before."""
    late = calendar == "lunar" and month >= 11 and born.month is not None and born.month <= 2
    return born.year - 1 if late else born.year


def _own_phones(cells: RowReading) -> tuple[str | None, str | None]:
    """(mobile, home telephone) out of three columns that may hold them. A number beyond those two is a doubt."""
    mobile_column = cells.read("mobile", read_phones) or ()
    any_column = cells.read("telephone", read_phones) or ()
    home_column = cells.read("home_phone", lambda value: read_phones(value, zero_was_lost=True)) or ()
    mobiles = [phone for phone in (*mobile_column, *any_column) if phone.mobile]
    others = [*home_column, *(phone for phone in (*mobile_column, *any_column) if not phone.mobile)]
    for name, phones in (("mobile", mobile_column), ("telephone", any_column), ("home_phone", home_column)):
        left_out = [phone for phone in phones if phone not in mobiles[:1] and phone not in others[:1]]
        if left_out:
            cells.doubt(name, f"还有 {len(left_out)} 个号码没有登记：只登记一个手机号和一个住宅电话。")
    return _number(mobiles), _number(others)


def _number(phones: list[Phone]) -> str | None:
    return phones[0].number if phones else None


def _family(cells: RowReading) -> Family:
    """One relative, out of one column for all (家属) or a column for each part; the single columns win."""
    whole = cells.read_in_part("family", read_family) or Family(None, None, None)
    name, _ = cells.read("family_name", read_name) or (None, None)
    relation = cells.text("family_relation", 10)
    phones = cells.read("family_phone", read_phones) or ()
    if len(phones) > 1:
        cells.doubt("family_phone", "家属有几个号码，只登记了第一个。")
    return Family(name or whole.name, relation or whole.relation, phones[0].number if phones else whole.phone)


def _acts_for(cells: RowReading, roles: tuple[str, ...]) -> tuple[str, ...]:
    names = cells.read("acts_for", read_names) or ()
    if "relative" in roles and not names and "acts_for" in cells.header.columns:
        cells.refuse("acts_for", "身份是家属，请写明代哪位老同志办理。")
    elif "relative" in roles and not names:
        cells.refuse("roles", "身份是家属，请加一栏“代办老同志”，写明代哪位老同志办理。")
    if names and roles and "relative" not in roles:
        cells.refuse("acts_for", "写了代办的老同志，但身份不是家属，请核对身份一栏。")
    return names

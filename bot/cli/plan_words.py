"""What a roster import would do, in words for the operator.

A printout lies about and is sent on: telephones show their ends only, and health, address and note only that they change.
"""

from collections.abc import Iterable, Iterator

from handlers.roster.fields import FIELDS, ROLE_NAMES, FieldChange
from handlers.roster.people import RosterFile, SheetCount
from handlers.roster.person import Finding
from handlers.roster.plan import Plan, Step

PHONES = {"phone", "home_phone", "family_phone"}
UNSHOWN = {"address", "health", "note"}
CALENDARS = {"solar": "公历", "lunar": "农历"}
MOST_MISSING = 20


def plan_words(plan: Plan, file: RosterFile) -> Iterator[str]:
    """The plan line by line: what was read, what changes, what was refused, what to look at, and the sum last."""
    refused = [*file.refusals, *plan.refused]
    yield from _section("读到的工作表：", (_sheet(each) for each in file.sheets))
    yield from _section(f"新增 {len(plan.added)} 人：", (_added(each) for each in plan.added))
    yield from _section(f"更改 {len(plan.changed)} 人：", (_changed(each) for each in plan.changed))
    yield from _section("没有导入的行（改好后再导入一次，已经导入的不会重复）：", map(_finding, refused))
    yield from _section("请看一看：", map(_finding, [*file.doubts, *plan.doubts]))
    yield from _section("当作说明、没有当作人员的行：", map(_finding, file.remarks))
    if plan.missing:
        names = "、".join(each.name for each in plan.missing[:MOST_MISSING])
        more = " 等" if len(plan.missing) > MOST_MISSING else ""
        yield f"系统里有、表里没有的 {len(plan.missing)} 人（没有动他们）：{names}{more}"
    rows = len({(each.sheet, each.row) for each in refused})
    yield f"合计：新增 {len(plan.added)} 人，更改 {len(plan.changed)} 人，不变 {plan.unchanged} 人，没有导入 {rows} 行。"


def _section(title: str, entries: Iterable[str]) -> Iterator[str]:
    for number, entry in enumerate(entries):
        if number == 0:
            yield title
        yield f"  {entry}"


def _sheet(sheet: SheetCount) -> str:
    if sheet.skipped:
        return f"“{sheet.name}”没有读：{sheet.skipped}（{sheet.unread_rows} 行）"
    unread = f"；没有导入的栏：{'、'.join(sheet.unread_columns)}" if sheet.unread_columns else ""
    return f"“{sheet.name}”：人员 {sheet.people} 行，没有导入 {sheet.refused} 行{unread}"


def _place(sheet: str, row: int) -> str:
    return f"“{sheet}”第 {row} 行"


def _finding(finding: Finding) -> str:
    return " ".join(filter(None, (_place(finding.sheet, finding.row), finding.column, finding.reason)))


def _added(step: Step) -> str:
    parts = [step.row.unit, f"{step.row.birth} 生" if step.row.birth else None, *_more(step)]
    return f"{_place(step.row.sheet, step.row.row)} {step.row.name}：{'，'.join(filter(None, parts))}"


def _changed(step: Step) -> str:
    parts = [_change(each) for each in step.changes] + _more(step)
    return f"{_place(step.row.sheet, step.row.row)} {step.row.name}：{'；'.join(parts)}"


def _more(step: Step) -> list[str]:
    roles = "、".join(ROLE_NAMES[each] for each in step.roles)
    cadres = "、".join(each.name for each in step.cadres)
    return [words for words in (f"身份 {roles}" if roles else "", f"代{cadres}办理" if cadres else "") if words]


def _change(change: FieldChange) -> str:
    name = FIELDS[change.field]
    if change.field in UNSHOWN:
        return f"{name}有变化" if change.old else f"补上{name}"
    return f"{name} {_shown(change.field, change.old)} → {_shown(change.field, change.new)}"


def _shown(field: str, value: str | None) -> str:
    if value is None:
        return "空"
    if field in PHONES:
        return f"{value[:3]}…{value[-4:]}" if len(value) > 7 else f"…{value[-4:]}"
    return CALENDARS[value] if field == "birthday_calendar" else value

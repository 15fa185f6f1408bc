"""The fields that a roster gives of a person, and when a row says something better than the database."""

from dataclasses import dataclass

from handlers.roster.dates import PartialDate
from handlers.roster.person import RosterPerson
from storage.people import Person

FIELDS = {
    "sex": "性别",
    "birth": "出生日期",
    "birthday_calendar": "生日按",
    "birth_leap": "闰月",
    "retirement_kind": "离退休类型",
    "unit": "单位",
    "branch": "支部",
    "post": "职务职级",
    "political_status": "政治面貌",
    "joined_party": "入党时间",
    "phone": "手机",
    "home_phone": "住宅电话",
    "family_name": "家属姓名",
    "family_relation": "家属关系",
    "family_phone": "家属电话",
    "address": "住址",
    "living": "居住状况",
    "health": "健康状况",
    "contact_officer": "联系人",
    "note": "备注",
    "work_account": "企业微信账号",
}
"""Field -> what people call it. All of them are attributes of `RosterPerson`; `Person` has unit_id in place of unit."""

ROLE_NAMES = {
    "cadre": "老同志",
    "relative": "家属",
    "staff": "工作人员",
    "leader": "领导",
    "administrator": "管理员",
}


@dataclass(frozen=True)
class FieldChange:
    field: str
    old: str | None
    new: str


def changes(row: RosterPerson, person: Person | None, unit: str | None) -> tuple[FieldChange, ...]:
    """Return what the row would change in the person (None: a new one), whose unit is given by name."""
    found = (better(each, row, person, unit) for each in FIELDS)
    return tuple(each for each in found if each)


def better(field: str, row: RosterPerson, person: Person | None, unit: str | None) -> FieldChange | None:
    """Return what the row changes in this field, or None.

    An empty cell changes nothing, and neither does a date that is only less exact than the one we have. A row says
    "lunar" aloud, but "solar" is also its silence: that comes along with another birthday only.
    """
    new: str | None = getattr(row, field)
    old: str | None = unit if field == "unit" else getattr(person, field, None)
    if field == "birth_leap" and old and not new and person is not None and row.birth not in (None, person.birth):
        return FieldChange(field, old, "")  # another birthday, in no leap month
    if not new or new == old:
        return None
    if field == "birthday_calendar" and not _tells_calendar(row, person, unit):
        return None
    silent = person is not None and row.birthday_calendar in ("solar", person.birthday_calendar)
    if old and (field == "joined_party" or (field == "birth" and silent)) and _less_exact(new, old):
        return None
    return FieldChange(field, old, new)


def _tells_calendar(row: RosterPerson, person: Person | None, unit: str | None) -> bool:
    if row.birth is None or row.birthday_calendar == "lunar":
        return row.birth is not None
    return person is not None and better("birth", row, person, unit) is not None


def _less_exact(new: str, old: str) -> bool:
    return len(new) < len(old) and PartialDate.from_iso(new).agrees_with(PartialDate.from_iso(old))

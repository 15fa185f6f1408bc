"""How a case is called, and what its states are called, in words that everybody knows."""

from datetime import date

from handlers.act import Act, Button
from handlers.office import Office, day_in_words
from handlers.readers import short
from storage import case_closings, case_entries
from storage.cases import Case

SOLVED = {"yes": "已解决", "partly": "部分解决", "no": "没解决"}
SATISFIED = {"yes": "满意", "basic": "基本满意", "no": "不满意"}
OUTCOMES = {"done": "已办结", "partly": "部分办结", "cannot": "不能办"}
LONGEST_TITLE = 14  # characters of a case's first words on a button


def category_label(office: Office, case: Case) -> str:
    return office.category_label(case.category)


async def state(act: Act, case: Case) -> str:
    """Return in a few words how a case stands, and a finished one how it ended."""
    if case.state == "merged":
        return "已经和另一件合在一起办"
    if case.state == "closed":
        closing = await case_closings.by_number(act.tx, case.id, case.closings)
        return OUTCOMES[closing.outcome] if closing else "已办结"
    if case.waiting_since is not None:
        return "等您回话"
    return "正在办理" if case.owner_id is not None else "正在安排人"


def due(case: Case) -> str:
    """Return '，最迟12月4日 星期五答复', or nothing when no promise runs."""
    rests = case.is_finished or case.waiting_since is not None
    return "" if rests else f"，最迟{day_in_words(case.promised_on)}答复"


def until(act: Act, day: date) -> str:
    """Return '，最迟12月4日 星期五前答复', or nothing for a day that is past: nothing is promised for the past."""
    return f"，最迟{day_in_words(day)}前答复" if day >= act.today else ""


def marks(act: Act, case: Case) -> str:
    """Return what staff must see first: 【险】【急】【过期】【等回话】."""
    late = not case.is_finished and case.waiting_since is None and case.promised_on < act.today
    return "".join(
        mark
        for mark, holds in {
            "【险】": case.danger,
            "【急】": case.urgent and not case.danger,
            "【过期】": late,
            "【等回话】": case.waiting_since,
        }.items()
        if holds
    )


async def title(act: Act, case: Case) -> str:
    """Return the beginning of what was reported, to call a case by."""
    words = await case_entries.first_words(act.tx, case.id) or "照片或文件"
    return short(" ".join(words.split()), LONGEST_TITLE)


def open_button(case: Case) -> list[Button]:
    return [Button("1 查看", f"a:case:{case.id}")]


def owner(case: Case) -> str:
    """Return who answers for it, with the telephone where there is one."""
    if case.owner_name is None:
        return "正在安排"
    return f"{case.owner_name}，电话 {case.owner_phone}" if case.owner_phone else case.owner_name


def receipt(act: Act, case: Case) -> str:
    """Return what the reporter holds in hand: number, owner, telephone, promised date, and when somebody will look.

    It claims nothing that has not happened.
    """
    office = act.office
    lines = [
        f"已经登记，编号：{case.number}",
        f"经办人：{owner(case)}",
        f"最迟{day_in_words(case.promised_on)}前给您答复",
    ]
    if not office.calendar.is_working(act.now):
        opens = office.calendar.next_working(act.now).astimezone(office.zone)
        lines.append(f"现在是下班时间，工作人员{day_in_words(opens.date())} {opens:%H:%M}上班后就看。急事请直接打电话")
    lines.append(f"想问进展，随时在这里说，或者打电话：{office.phone}")
    return "\n".join(lines)

"""How a mailing came out, by unit and by branch, on the screen and as an .xlsx; every number counts recipients' rows."""

import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from openpyxl import Workbook

from handlers.act import Act
from handlers.mailing import words
from handlers.mailing.calling import OUTCOMES
from handlers.office import Office
from handlers.sheets import write_row
from storage import people
from storage.mailings import Mailing
from storage.recipients import Recipient

NOBODYS = "没有写单位"
NO_BRANCH = "没有写支部"
STATES = {
    "queued": "还没发",
    "out": "正在发",
    "arrived": "送到了",
    "failed": "没送到",
    "unreachable": "联系不上",
    "late": "过了时间没发",
    "dropped": "取消了没发",
}
ANSWERS = {"yes": "参加", "no": "不参加"}
READ_BY = {"button": "按了已阅", "paged": "翻到最后一页", "page": "看了网页", "answer": "回了话", "call": "电话告诉"}


@dataclass(slots=True)
class Line:
    """The figures of one unit, one branch or everybody."""

    label: str
    everybody: int = 0
    arrived: int = 0
    read: int = 0
    answered: int = 0

    def count(self, recipient: Recipient) -> None:
        self.everybody += 1
        self.arrived += recipient.state == "arrived"
        self.read += recipient.read_at is not None
        self.answered += recipient.answer is not None or recipient.words is not None

    def shown(self) -> str:
        return f"{self.label}：{self.everybody} 人，送到 {self.arrived}，已阅 {self.read}，回答 {self.answered}"


def grouped(everybody: Iterable[Recipient], label: Callable[[Recipient], str]) -> list[Line]:
    """Return a line for each label, in order of the label."""
    lines: dict[str, Line] = {}
    for each in everybody:
        lines.setdefault(label(each), Line(label(each))).count(each)
    return [lines[key] for key in sorted(lines)]


async def by_unit_and_branch(act: Act, everybody: Sequence[Recipient]) -> tuple[list[Line], list[Line]]:
    """Return the figures by unit and by branch."""
    units = await people.units(act.tx)
    by_unit = grouped(everybody, lambda each: units.get(each.unit_id or 0, NOBODYS))
    return by_unit, grouped(everybody, lambda each: each.branch or NO_BRANCH)


# ── the workbook ────────────────────────────────────────────────────────────────────────────────────────────────────

HEAD = ("姓名", "单位", "支部", "送达", "渠道", "原因", "已阅", "怎么阅的", "回答", "回的话", "打过电话")


async def workbook(act: Act, mailing: Mailing, everybody: Sequence[Recipient]) -> bytes:
    """Return the .xlsx: a sheet with everybody, and one with the figures."""
    book = Workbook()
    units = await people.units(act.tx)
    names = book.worksheets[0]
    names.title = "名单"
    write_row(names, [words.name_of(mailing)])
    write_row(names, list(HEAD))
    for each in everybody:
        write_row(names, _row(act.office, each, units))
    figures = book.create_sheet("统计")
    by_unit, by_branch = await by_unit_and_branch(act, everybody)
    [total] = grouped(everybody, lambda each: "合计") or [Line("合计")]
    for title, lines in (("单位", by_unit), ("支部", by_branch), ("合计", [total])):
        write_row(figures, [title, "人数", "送到", "已阅", "回答"])
        for line in lines:
            write_row(figures, [line.label, line.everybody, line.arrived, line.read, line.answered])
        write_row(figures, [])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _row(office: Office, each: Recipient, units: dict[int, str]) -> list[str | int]:
    read = f"{each.read_at.astimezone(office.zone):%Y-%m-%d %H:%M}" if each.read_at else ""
    call = f"{each.calls} 次，{OUTCOMES.get(each.call or '', '')}" if each.calls else ""
    return [
        each.person_name,
        units.get(each.unit_id or 0, ""),
        each.branch or "",
        STATES[each.state],
        words.CHANNELS.get(each.channel or "", each.channel or ""),
        each.why or "",
        read,
        READ_BY.get(each.read_by or "", ""),
        ANSWERS.get(each.answer or "", ""),
        each.words or "",
        call,
    ]

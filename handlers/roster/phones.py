"""Telephone numbers as they stand in rosters: as numbers, with spaces, dashes, +86, full-width digits, two in one cell.

Kept as digits only: a mobile as 13800000001, a landline as 03598000000, or 8000000 when the area code is not given.
No refusal quotes the number.
"""

import datetime as dt
import re
from dataclasses import dataclass

from handlers.roster.cells import CellError, CellValue, clean

LABELS = re.compile(
    r"(?:本人|住宅|家庭|家里|办公)?(?:手机|移动电话|联系电话|电话|座机|固话|宅电|号码|本人|住宅)(?:号码?)?:?"
)
MOBILE = re.compile(r"1[3-9][0-9]{9}")
LANDLINE = re.compile(r"(?:010|02[0-9]|0[3-9][0-9]{2})[2-9][0-9]{6,7}")
"""010 and 02x are the area codes of three digits, all others have four; a local number has 7 or 8 digits."""
LOCAL = re.compile(r"[2-9][0-9]{6,7}")
MOST_TOKENS = 12


@dataclass(frozen=True)
class Phone:
    number: str
    mobile: bool


def read_phones(value: CellValue, *, zero_was_lost: bool = False) -> tuple[Phone, ...]:
    """Every number in the cell, in order, each once; () for an empty cell. Raises CellError for anything else.

    `zero_was_lost`: the column is for landlines, so a bare number of 10 or 11 digits may have lost the leading 0 of its
    area code, as numbers in a spreadsheet do. Elsewhere such digits are more likely a mobile with a digit missing.
    """
    if isinstance(value, bool | dt.date | dt.time | dt.timedelta):
        raise CellError("这一格不是电话号码，请把单元格设为“文本”后重新填写。")
    if isinstance(value, float) and not value.is_integer():
        raise CellError("电话号码不完整，请把单元格设为“文本”后重新填写。")
    text = LABELS.sub(" ", clean(value)).strip()
    if re.fullmatch(r"[0-9](\.[0-9]+)?[eE]\+?[0-9]+", text):
        raise CellError("号码被表格软件写成了科学计数法，后几位已经丢失，请把单元格设为“文本”后重新填写。")
    text = re.sub(r"^([0-9]+)\.0+$", r"\1", text)
    if zero_was_lost and re.fullmatch(r"[1-9][0-9]{9,10}", text) and not MOBILE.fullmatch(text):
        text = "0" + text
    phones = [phone for piece in re.split(r"[/、,;|或和]", text) if piece.strip() for phone in _in_piece(piece)]
    return tuple(dict.fromkeys(phones))


def _in_piece(piece: str) -> list[Phone]:
    if re.search(r"[^0-9+\-\s().—–]", piece):
        raise CellError("号码旁边有其他文字。这一栏只填电话号码；家属的号码请填到“家属电话”一栏，分机号请写在备注里。")
    tokens = [re.sub(r"[^0-9]", "", token) for token in re.split(r"[\s\-().—–]+", piece)]
    phones = split_numbers([token for token in tokens if token])
    if not phones:
        digits = len("".join(tokens))
        raise CellError(f"不像电话号码（共 {digits} 位数字）。手机号是 11 位，座机请写区号加号码，如 0000-8000000。")
    return phones


def split_numbers(tokens: list[str]) -> list[Phone]:
    """The numbers that runs of digits make when neighbours are joined: ["138", "0000", "0001"] is one, and so is
    ["0359", "8000000"]. The fewest numbers win; [] when the runs cannot be used up."""
    if len(tokens) > MOST_TOKENS:
        return []
    best: list[list[Phone] | None] = [[]] + [None] * len(tokens)
    for end in range(1, len(tokens) + 1):
        for start in range(end):
            before, phone = best[start], _phone("".join(tokens[start:end]))
            shortest = best[end]
            if before is not None and phone and (shortest is None or len(before) + 1 < len(shortest)):
                best[end] = [*before, phone]
    return best[-1] or []


def _phone(digits: str) -> Phone | None:
    national = re.sub(r"^(?:00)?86(?=1[3-9][0-9]{9}$)", "", digits)
    if MOBILE.fullmatch(national):
        return Phone(national, True)
    return Phone(digits, False) if LANDLINE.fullmatch(digits) or LOCAL.fullmatch(digits) else None

"""A roster file -> its sheets, whatever the file really is; or RosterFileError, which says what to do next.

The kind of a file is told by its first bytes, never by its name: offices rename .xls to .xlsx and hope.
"""

import codecs
import csv
import io
import re
from pathlib import Path

from handlers.roster.rows import RESAVE, RosterFileError, Row, Sheet, check_row_count, row_of
from handlers.roster.workbook import sheets_in_workbook

MOST_FILE_BYTES = 10 * 1024 * 1024
"""A roster of 5,000 people with 30 columns is about 1 MB; a larger file is nearly always full of photographs."""
ZIP_START = b"PK\x03\x04"
OLE_START = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""The container of old .xls files, of .et, and of an .xlsx with a password on it (MS-OFFCRYPTO 2.3.4.4 and on)."""
ENCRYPTED_MARK = "EncryptedPackage".encode("utf-16-le")
PICTURES_AND_PAPERS = (b"%PDF", b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"{\\rtf", b"Rar!", b"7z\xbc\xaf")
DELIMITERS = (",", "\t", ";")


def open_sheets(path: Path) -> tuple[Sheet, ...]:
    """Every sheet of an .xlsx (hidden ones too, marked so) or the one sheet of a .csv. Raises RosterFileError."""
    try:
        content = _content(path)
        _refuse_other_kinds(content)
        if content.startswith(ZIP_START):
            return sheets_in_workbook(content)
        return (Sheet(path.name, csv_rows(decoded(content))),)
    except RosterFileError as error:
        raise RosterFileError(f"{path.name}：{error}") from error


def _content(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > MOST_FILE_BYTES:
            raise RosterFileError(
                f"文件有 {size / 1024 / 1024:.0f} MB，超过 {MOST_FILE_BYTES // 1024 // 1024} MB。"
                "多半是表里插了照片：请另存一份，删去照片和用不到的工作表，再导入。"
            )
        return path.read_bytes()
    except FileNotFoundError as error:
        raise RosterFileError("找不到这个文件，请核对文件名和所在的文件夹。") from error
    except IsADirectoryError as error:
        raise RosterFileError("这是一个文件夹，请写出里面的花名册文件。") from error
    except OSError as error:
        raise RosterFileError("打不开这个文件。请核对是否有权限，并在 Excel 里关闭它再试。") from error


def _refuse_other_kinds(content: bytes) -> None:
    if not content.strip():
        raise RosterFileError("文件是空的。请核对是否选错了文件，或者重新保存一次。")
    if content.startswith(OLE_START) and ENCRYPTED_MARK in content:
        raise RosterFileError("文件设了打开密码。请打开后在“文件—信息—保护工作簿”里去掉密码，保存，再导入。")
    if content.startswith(OLE_START):
        raise RosterFileError("这是旧格式的表格（.xls），改文件名没有用。" + RESAVE)
    if content.lstrip(codecs.BOM_UTF8 + b" \t\r\n").startswith(b"<"):
        raise RosterFileError("这其实是网页格式的表格（常见于从系统里导出的 .xls）。" + RESAVE)
    if content.startswith(PICTURES_AND_PAPERS):
        raise RosterFileError("这不是表格，是图片、文档或压缩包。请导入 .xlsx 或 .csv 格式的花名册。")


def decoded(content: bytes) -> str:
    """The text of a .csv in UTF-8 (with or without a mark), UTF-16 with a mark, or GB18030. Raises RosterFileError."""
    marked = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue  # the next encoding may fit; when none does, the error below is raised
        if not re.search(r"[\x00-\x08\x0e-\x1f]", text):
            return text
    raise RosterFileError("认不出文件的编码，或者文件已经损坏。" + RESAVE)


def csv_rows(text: str) -> tuple[Row, ...]:
    """The rows of a .csv that are not blank, numbered from 1 as Excel numbers them. Raises RosterFileError."""
    delimiter = max(DELIMITERS, key=lambda each: _cells_beyond_the_first(text, each))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        rows = [row for number, cells in enumerate(reader, 1) if (row := row_of(number, list(cells)))]
    except csv.Error as error:
        raise RosterFileError(f"第 {reader.line_num} 行附近的引号不成对，读不下去。" + RESAVE) from error
    check_row_count(rows)
    return tuple(rows)


def _cells_beyond_the_first(text: str, delimiter: str) -> int:
    """How many times the delimiter parts cells (quoted ones not counted as long as the quotes are right)."""
    outside_quotes = re.sub(r'"[^"]*"', "", text)
    return outside_quotes.count(delimiter)

"""From a file that staff send to title and text: .docx, .md, .txt. What cannot be read is told in a sentence that says what to do next."""

import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import PurePath

import mammoth  # type: ignore[import-untyped]
from markdown_it import MarkdownIt

from handlers.briefings.words import LONGEST_TEXT, LONGEST_TITLE

MEGABYTE = 1024 * 1024
LARGEST_BYTES = 20 * MEGABYTE
# Of a .docx, which is an archive: a small file must not unpack to a flood. The longest text takes 0.3 MB, and ten times that with its marks;
# reading 4 MB of the densest marks takes some 10 s and 200 MB (measured with tests/test_briefing_review.py).
LARGEST_UNPACKED_BYTES = 4 * MEGABYTE
MOST_MARKS = 200_000  # '<' in it
OLD_WORD = b"\xd0\xcf\x11\xe0"
TYPES_HINT = "可以发 Word（.docx）、文本（.txt）、Markdown（.md），也可以直接把正文打在这里。"


class Unreadable(Exception):
    """A file that cannot become a briefing. `str()` is a Chinese sentence for whoever sent it."""


@dataclass(frozen=True, slots=True)
class Article:
    title: str  # '' when the file names none: the author must
    text: str
    pictures_left_out: int  # they stand in the file, not in the text: to be sent by themselves


def read_article(data: bytes, name: str) -> Article:
    """Return what stands in a file. Raises Unreadable."""
    ending = PurePath(name).suffix.lower()
    if not data:
        raise Unreadable(f"“{name}”是空的，没有内容。请检查一下文件，再发一次。")
    if len(data) > LARGEST_BYTES:
        raise Unreadable(f"“{name}”超过 {LARGEST_BYTES // MEGABYTE} MB，太大了。请把图片从文件里拿出来，单独发。")
    if data.startswith(OLD_WORD) or ending in (".doc", ".wps"):
        raise Unreadable(f"“{name}”是旧版 Word 或 WPS 的格式。请打开它，另存为 .docx，再发一次。")
    if data.startswith(b"%PDF-"):
        raise Unreadable(f"“{name}”是 PDF，里面可能是扫描的图片，文字取不出来。{TYPES_HINT}")
    readers = {".docx": _docx, ".md": _markdown, ".markdown": _markdown, ".txt": _plain}
    if ending not in readers:
        raise Unreadable(f"“{name}”这种文件读不了。{TYPES_HINT}")
    article = readers[ending](data, name)
    if not article.text:
        what = "只有图片，没有文字，可能是扫描件" if article.pictures_left_out else "没有文字"
        raise Unreadable(f"“{name}”里{what}。请发有文字的文件，或者直接把正文打在这里。")
    if len(article.text) > LONGEST_TEXT:
        raise Unreadable(f"“{name}”有 {len(article.text)} 个字，超过 {LONGEST_TEXT} 个字。请分成几篇。")
    return article


# ── .txt ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _plain(data: bytes, name: str) -> Article:
    return _article(_decoded(data, name).split("\n"), 0)


def _decoded(data: bytes, name: str) -> str:
    """Return the text of a file in UTF-8, UTF-16 with its mark, or GB18030 (which holds GBK). Raises Unreadable."""
    marked = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text.replace("\r\n", "\n").replace("\r", "\n")
    raise Unreadable(f"“{name}”里的文字认不出来。请用记事本打开，另存为 UTF-8 编码，再发一次。")


# ── .md and .docx, both through HTML ────────────────────────────────────────────────────────────────────────────────


def _markdown(data: bytes, name: str) -> Article:
    return _from_html(MarkdownIt("commonmark").enable("table").render(_decoded(data, name)))


def _docx(data: bytes, name: str) -> Article:
    try:
        html = mammoth.convert_to_html(
            _words_only(data, name), convert_image=mammoth.images.img_element(lambda image: {"src": ""})
        )
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, KeyError, OSError, ValueError) as error:
        raise Unreadable(f"“{name}”打不开，可能损坏了，或者不是真的 .docx。请重新另存为 .docx，再发一次。") from error
    return _from_html(str(html.value))


def _words_only(data: bytes, name: str) -> io.BytesIO:
    """Return the package without what is no XML: pictures are empty. What it unpacks to is measured by unpacking it, for a header may lie.

    Raises Unreadable: too large, or with a password.
    """
    words, left, marks = io.BytesIO(), LARGEST_UNPACKED_BYTES, 0
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(words, "w") as kept:
        for each in archive.infolist():
            if each.flag_bits & 1:
                raise Unreadable(f"“{name}”有密码。请去掉密码，再发一次。")
            part = b""
            if each.filename.endswith((".xml", ".rels")):
                with archive.open(each) as packed:
                    part = packed.read(left + 1)
            left, marks = left - len(part), marks + part.count(b"<")
            if left < 0 or marks > MOST_MARKS:
                raise Unreadable(f"“{name}”展开以后太大了。请分成几个文件，或者把文字复制出来，存成 .txt 再发。")
            kept.writestr(each.filename, part)
    words.seek(0)
    return words


def _from_html(html: str) -> Article:
    reader = _Lines()
    reader.feed(html)
    reader.close()
    return _article([*reader.lines, reader.line], reader.pictures)


class _Lines(HTMLParser):
    """The lines of a page: paragraphs, headings, numbered items with their numbers, rows of tables with their cells."""

    ENDS = frozenset("p h1 h2 h3 h4 h5 h6 li tr pre blockquote table ul ol hr".split())

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = []
        self.line = ""
        self.pictures = 0
        self._counts: list[int | None] = []  # of the lists we are in: how many items so far; None: without numbers
        self._in_row = False
        self._address = ""  # of the link we are in

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("ol", "ul"):
            self._break()
            self._counts.append(int(dict(attrs).get("start") or 1) - 1 if tag == "ol" else None)
        elif tag == "li":
            self._break()
            self.line = self._bullet()
        elif tag in ("td", "th") and self.line:
            self.line += "　"
        elif tag == "br":
            self._break()
        elif tag == "img":
            self.pictures += 1
        elif tag == "tr":
            self._in_row = True
        elif tag == "a":
            self._address = next((value or "" for name, value in attrs if name == "href"), "")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("ol", "ul") and self._counts:
            self._counts.pop()
        if tag == "tr":
            self._in_row = False
        if tag == "a" and self._address.startswith("http") and self._address not in self.line:
            self.line += f"（{self._address}）"
        if tag in self.ENDS and not self._in_row:
            self._break()

    def handle_data(self, data: str) -> None:
        self.line += data.replace("\n", " ") if data.strip() else ""

    def _bullet(self) -> str:
        count = self._counts[-1] if self._counts else None
        if count is None:
            return "· "
        self._counts[-1] = count + 1
        return f"{count + 1}. "

    def _break(self) -> None:
        if self.line.strip():
            self.lines.append(self.line)
            self.line = ""


# ── title and text ──────────────────────────────────────────────────────────────────────────────────────────────────


def _article(lines: list[str], pictures: int) -> Article:
    """Take a short first line for the title; white space and what cannot be seen goes, the paragraphs stay."""
    paragraphs = [_clean(each) for each in lines]
    paragraphs = [each for each in paragraphs if each]
    title = ""
    if (
        len(paragraphs) > 1
        and len(paragraphs[0]) <= LONGEST_TITLE
        and not paragraphs[0].endswith(tuple("。！？；，："))
    ):
        title = paragraphs.pop(0)
    return Article(title, "\n".join(paragraphs), pictures)


def _clean(line: str) -> str:
    return re.sub(r"[\x00-\x1f\x7f\u200b\ufeff]", " ", line).strip().replace("\xa0", " ")

"""Files that staff send to be published: what is read out of them, and what is said of those that cannot be read."""

import io
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.channels.channel import Attachment
from bot.importing import import_next
from bot.media_folder import MediaFolder
from handlers.briefings import files
from handlers.briefings.files import Article, Unreadable, read_article
from handlers.briefings.marks import mark_in
from storage import media
from tests.briefing_work import OURS
from tests.conversation import Conversation, open_conversation

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/>'
    '<Override PartName="/word/document.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
RELATIONS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Target="word/document.xml" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/></Relationships>'
)
NUMBERED = '<w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr></w:pPr>'


def docx(body: str, **more: bytes) -> bytes:
    """Return a Word file as small as they come, with this body."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", TYPES)
        archive.writestr("_rels/.rels", RELATIONS)
        archive.writestr(
            "word/document.xml", f'<?xml version="1.0"?><w:document {W}><w:body>{body}</w:body></w:document>'
        )
        for name, data in more.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), data)
    return file.getvalue()


def paragraph(text: str, before: str = "") -> str:
    return f"<w:p>{before}<w:r><w:t>{text}</w:t></w:r></w:p>"


def refused(data: bytes, name: str) -> str:
    with pytest.raises(Unreadable) as error:
        read_article(data, name)
    return str(error.value)


def test_a_word_file_keeps_paragraphs_and_the_rows_of_a_table() -> None:
    cells = "".join(f"<w:tc>{paragraph(each)}</w:tc>" for each in ("八十岁", "每月一次"))
    body = (
        paragraph("医药费报销新办法")
        + paragraph("一、材料三样。")
        + f"<w:tbl><w:tr>{cells}</w:tr></w:tbl>"
        + paragraph("完。")
    )
    assert read_article(docx(body), "新办法.docx") == Article(
        "医药费报销新办法", "一、材料三样。\n八十岁　每月一次\n完。", 0
    )


def test_markdown_loses_its_marks_and_nothing_else() -> None:
    source = "# 冬天怎么保暖\n\n**煤气炉**要通风，见[县里的办法](https://www.example/a)。\n\n1. 开窗\n2. 装报警器\n\n- 老人\n- 孩子\n\n![图](a.png)\n"
    found = read_article(source.encode(), "保暖.md")
    assert found.title == "冬天怎么保暖"
    assert found.text == "煤气炉要通风，见县里的办法（https://www.example/a）。\n1. 开窗\n2. 装报警器\n· 老人\n· 孩子"
    assert found.pictures_left_out == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_a_text_file_may_be_in_any_encoding_that_is_used_here(encoding: str) -> None:
    data = "通知\r\n　　今天下午三点开会。\r\n\r\n\u200b请带本子。\r\n".encode(encoding, "ignore")
    assert read_article(data, "通知.txt") == Article("通知", "今天下午三点开会。\n请带本子。", 0)


def test_a_first_line_that_is_a_sentence_is_no_title() -> None:
    assert read_article("今天下午开会。\n请带本子。".encode(), "a.txt").title == ""
    assert read_article("只有一行字".encode(), "a.txt") == Article("", "只有一行字", 0)


def test_what_cannot_be_read_is_told_with_what_to_do_next(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "是空的" in refused(b"", "a.docx")
    assert "超过 20 MB" in refused(b"x" * (30 * 1024 * 1024), "a.docx")
    assert "另存为 .docx" in refused(b"\xd0\xcf\x11\xe0rest", "a.doc")
    assert "另存为 .docx" in refused(b"\xd0\xcf\x11\xe0rest", "renamed.docx")
    assert "是 PDF" in refused(b"%PDF-1.7", "a.pdf")
    assert "读不了" in refused(b"GIF89a", "a.gif")
    assert "打不开" in refused(b"PK\x03\x04 broken", "a.docx")
    assert "打不开" in refused(docx("")[:300], "a.docx")
    assert "没有文字" in refused(docx(paragraph("")), "a.docx")
    assert "没有文字" in refused("  \n\u200b\n".encode(), "a.txt")
    assert "认不出来" in refused(b"\x00\x01\x02\xff\xfe\x80", "a.txt")
    assert "请分成几篇" in refused("字".encode() * 100_001, "a.txt")
    monkeypatch.setattr(files, "LARGEST_UNPACKED_BYTES", 1000)  # a setting, so that no gigabyte need be unpacked here
    assert "展开以后太大" in refused(docx(paragraph("字" * 1000)), "a.docx")


def test_a_scan_is_told_from_an_empty_file() -> None:
    scan = read_article
    with pytest.raises(Unreadable, match="可能是扫描件"):
        scan(b"![page](page1.png)\n\n![page](page2.png)\n", "a.md")


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("机密★一年\n关于……", "机密★"),
        ("秘密 ☆ 三个月", "秘密 ☆"),
        ("内部资料，注意保存", "内部资料，注意保存"),
        ("本件不得外传", "不得外传"),
        ("此件发至县团级，阅后收回", "阅后收回"),
        ("老同志保守党的秘密六十年", None),
        ("党内外人士座谈", None),
    ],
)
def test_marks_of_secrecy_are_seen(text: str, mark: str | None) -> None:
    assert mark_in(text) == mark


# ── sent in ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Conversation]:
    async with open_conversation(tmp_path / "yinling.db") as conversation:
        yield conversation


async def sends_in(talk: Conversation, name: str, data: bytes | None) -> bool:
    """赵科 sends a file to be published; its bytes come a little later, or never (None). Return whether it was read."""
    zhao, folder = talk.zhao, MediaFolder(talk.path.parent / "media")
    await zhao.says("写简报")
    await zhao.presses("周知")
    await zhao.presses("发一个文件来")
    await zhao.sends(Attachment("file", name, "application/octet-stream", 10, "reference"))
    assert zhao.sees("正在读")
    assert not await import_next(talk.database, folder, talk.office, talk.clock()), "its bytes are not here yet"
    medium = str(await talk.one("SELECT media_id FROM briefing_files"))
    if data is not None:
        await folder.keep(medium, data)
        await talk.writes(lambda tx: media.kept(tx, medium, len(data), "text/plain", name))
    else:
        await talk.writes(lambda tx: media.lost(tx, medium, "取不到"))
    zhao.looks_away()
    done = await import_next(talk.database, folder, talk.office, talk.clock())
    await talk.delivers()
    assert not await import_next(talk.database, folder, talk.office, talk.clock()), "it is read once"
    return done


async def test_a_file_becomes_a_draft_and_its_author_is_asked_the_rest(talk: Conversation) -> None:
    zhao = talk.zhao
    assert await sends_in(talk, "来稿.txt", OURS.read_bytes())
    assert zhao.sees("文件读好了：《青禾县委老干部局以细致服务做好新时期老干部工作》")
    await zhao.presses("接着写")
    await zhao.presses("改题目")
    await zhao.says("细致服务")
    await zhao.presses("老年大学")
    await zhao.presses("本局")
    await zhao.presses("就用这一段")
    await zhao.presses("要配")
    await zhao.sends(Attachment("photo", "照片.jpg", "image/jpeg", 10, "photo"))
    await zhao.presses("说完了")
    await zhao.presses("确认提交")
    assert zhao.sees("《细致服务》：草稿")
    assert zhao.sees("图片和附件 1 份")
    [(class_, title, topic)] = await talk.rows("SELECT class, title, topic FROM briefings")
    assert (class_, title, topic) == ("shared", "细致服务", "university")


async def test_a_file_that_cannot_be_read_or_never_comes_is_told_and_nothing_is_left_behind(talk: Conversation) -> None:
    zhao = talk.zhao
    assert await sends_in(talk, "扫描.pdf", b"%PDF-1.4 ...")
    assert zhao.sees("文字取不出来")
    assert await sends_in(talk, "丢了.docx", None)
    assert zhao.sees("没能取到，请再发一次")
    assert await sends_in(talk, "不要了.txt", "题目\n正文一句。".encode())
    await zhao.presses("不要了")
    assert zhao.sees("删掉了")
    assert await talk.rows("SELECT state, text FROM briefings") == [("dropped", "")]
    assert await talk.rows("SELECT 1 FROM briefing_files") == []
    await zhao.says("写简报")
    await zhao.presses("公开")
    await zhao.presses("发一个文件来")
    await zhao.says("马上发")
    assert zhao.sees("请把文件发过来"), zhao.heard

"""What goes wrong with briefings when nobody means ill, or when somebody does: floods in files, two corrections at once, secrets, the dead."""

import io
import time
import zipfile
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.channels.channel import Attachment
from bot.importing import delete_forbidden, import_next
from bot.media_folder import MediaFolder
from handlers.briefings.files import Unreadable, read_article
from storage import briefing_files, briefing_links, media
from storage.outbox import Letter
from tests.briefing_work import OURS, article_of, publishes
from tests.conversation import PHOTO, Conversation, Speaker, open_conversation
from tests.test_briefing_files import W, docx, paragraph, refused
from tests.test_briefing_sending import arrives, letter_of, sends, texts_of, writes

WAITS = "已经有一条更正在等批准"


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Conversation]:
    async with open_conversation(tmp_path / "yinling.db") as conversation:
        yield conversation


async def goes_out(talk: Conversation) -> None:
    """赵科's briefing is written, approved and sent."""
    await writes(talk)
    await sends(talk)
    await talk.qian.presses("批准发送")
    await arrives(talk)


async def begins_to_mend(who: Speaker, old: str, new: str) -> None:
    await who.sends_choice("a:briefmend:1")
    await who.presses("正文")
    await who.presses("改其中几个字")
    await who.says(old)
    await who.says(new)
    await who.presses("合适")


def asked(someone: Speaker) -> Letter | None:
    """The last question whether a correction may be."""
    return next((each for each in reversed(someone.letters) if "请您批准更正" in each.text), None)


# ── files ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def packed(document: str) -> bytes:
    """A Word file with this for its document.xml."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx(""))) as small, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for each in small.infolist():
            archive.writestr(each.filename, document if each.filename == "word/document.xml" else small.read(each))
    return file.getvalue()


def test_a_small_file_that_unpacks_to_a_flood_is_refused_before_it_is_parsed() -> None:
    flood = paragraph("a") * 200_000
    data = packed(f'<?xml version="1.0"?><w:document {W}><w:body>{flood}</w:body></w:document>')
    assert len(data) < 100_000
    began = time.process_time()
    assert "展开以后太大了" in refused(data, "a.docx")
    assert time.process_time() - began < 2, "parsing it takes a minute"
    beside = docx(paragraph("字"), word__styles_xml=b"<a/>" * 2_000_000)
    assert "展开以后太大了" in refused(beside, "a.docx")
    pictures = docx(paragraph("题") + paragraph("字。"), word__media__a_png=bytes(9_000_000))
    assert read_article(pictures, "a.docx").text == "字。", "pictures are not unpacked at all"


def test_a_package_whose_header_lies_is_measured_all_the_same() -> None:
    data = bytearray(packed("<a>" * 1_500_000))
    size = (4_500_000).to_bytes(4, "little")
    assert data.count(size) >= 1
    with pytest.raises(Unreadable):
        read_article(bytes(data.replace(size, (9).to_bytes(4, "little"))), "a.docx")


async def test_a_file_during_which_the_process_died_twice_is_given_up_and_its_author_hears(talk: Conversation) -> None:
    zhao, folder = talk.zhao, MediaFolder(talk.path.parent / "media")
    await zhao.says("写简报")
    await zhao.presses("周知")
    await zhao.presses("发一个文件来")
    await zhao.sends(Attachment("file", "来稿.txt", "text/plain", 10, "reference"))
    medium = str(await talk.one("SELECT media_id FROM briefing_files"))
    await folder.keep(medium, "题目\n正文一句。".encode())
    await talk.writes(lambda tx: media.kept(tx, medium, 10, "text/plain", "来稿.txt"))
    for _ in range(2):  # as two processes do that die while they read
        await talk.writes(lambda tx: briefing_files.count_try(tx, medium))
    assert await import_next(talk.database, folder, talk.office, talk.clock())
    await talk.delivers()
    assert zhao.sees("“来稿.txt”读了 2 次都没有读成")
    assert await talk.rows("SELECT 1 FROM briefing_files") == []
    assert await talk.rows("SELECT 1 FROM briefings") == []


# ── corrections ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_two_corrections_at_once_do_not_undo_each_other(talk: Conversation) -> None:
    zhao, qian = talk.zhao, talk.qian
    sun = await talk.joins("孙科", "staff")
    await goes_out(talk)
    await begins_to_mend(zhao, "材料三样", "材料四样")
    await begins_to_mend(sun, "十五个工作日", "十个工作日")
    await zhao.presses("确认提交")
    await sun.presses("确认提交")
    assert sun.sees(WAITS)
    assert await talk.one("SELECT count(*) FROM briefing_corrections") == 1
    await zhao.sends_choice("a:briefone:1")
    assert zhao.sees("赵科的更正在等批准，改正文")
    assert any("更正不改了" in each for each in zhao.buttons)
    await qian.sends_choice("a:briefone:1")
    assert qian.sees("赵科的更正在等批准")
    before = len(qian.letters)
    talk.clock.passes(hours=4)
    await talk.ticks()
    assert any("还等您批准" in each.text for each in qian.letters[before:])
    assert any("还没有人批准，急的话请打电话" in each.text for each in zhao.letters)
    # Somebody changed the words past the correction: what it was made of holds no more.
    await talk.writes(lambda tx: tx.run("UPDATE briefings SET text = replace(text, '打到卡上', '打到银行卡上')"))
    await qian.presses("批准更正", asked(qian))
    assert qian.sees("原文又改过了")
    assert "材料三样" in str(await talk.one("SELECT text FROM briefings"))
    assert zhao.sees("没有改：它等批准的时候，原文又改过了")
    assert await talk.rows("SELECT decision FROM briefing_corrections") == [("dropped",)]


async def test_what_changes_nothing_or_empties_a_title_is_refused_and_its_author_may_think_again(
    talk: Conversation,
) -> None:
    zhao, qian = talk.zhao, talk.qian
    await goes_out(talk)
    await zhao.sends_choice("a:briefmend:1")
    await zhao.presses("题目")
    await zhao.says("删掉")
    assert zhao.sees("不能空着")
    await zhao.says("医药费报销新办法")
    assert zhao.sees("跟现在的一样")
    await begins_to_mend(zhao, "材料三样", "材料四样")
    await zhao.presses("确认提交")
    await qian.sends_choice("a:menddrop:1")
    assert qian.sees("不归您管")
    await zhao.sends_choice("a:briefone:1")
    await zhao.presses("更正不改了")
    assert zhao.sees("好的，不改了")
    await qian.presses("批准更正", asked(qian))
    assert qian.sees("已经有人处理过了")
    await begins_to_mend(zhao, "材料三样", "材料五样")
    await zhao.presses("确认提交")
    sun = await talk.joins("孙科", "staff")
    await sun.sends_choice("a:briefwithdraw:1")
    await sun.says("发错了")
    await sun.presses("确认提交")
    assert any("您的更正不用批了" in each.text for each in zhao.letters)
    assert await talk.rows("SELECT decision FROM briefing_corrections") == [("dropped",)] * 2


async def test_a_new_text_may_bring_a_new_summary_in_one_correction(talk: Conversation) -> None:
    zhao, qian = talk.zhao, talk.qian
    await goes_out(talk)
    await zhao.sends_choice("a:briefmend:1")
    await zhao.presses("正文")
    await zhao.presses("整篇重发")
    await zhao.says("今年起，医药费报销改为上门代办。")
    await zhao.presses("说完了")
    await zhao.presses("要改")
    await zhao.says("上门代办。")
    assert zhao.sees("摘要改为：上门代办。")
    await zhao.presses("确认提交")
    await qian.presses("批准更正", asked(qian))
    assert await talk.rows("SELECT text, summary FROM briefings") == [
        ("今年起，医药费报销改为上门代办。", "上门代办。")
    ]


# ── who decides ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_nobody_approves_what_they_wrote_whoever_proposed_it(talk: Conversation) -> None:
    talk.office = replace(talk.office, approvers=("leader", "administrator"))
    zhou, zhao, qian = await talk.joins("周管", "administrator"), talk.zhao, talk.qian
    zhao_himself, talk.zhao = talk.zhao, zhou
    await writes(talk)
    talk.zhao = zhao_himself
    await zhao.sends_choice("a:briefsend:1")
    for label in ("全体老同志", "就发给他们", "批准了就发", "确认提交"):
        await zhao.presses(label)
    assert zhao.sees("报给钱局批准")
    assert not any("请您批准的" in each.text for each in zhou.letters)
    await zhou.sends_choice("a:approve:1")
    assert zhou.sees("写的人自己不能批")
    await qian.presses("批准发送")
    assert await talk.one("SELECT state FROM mailings") == "approved"


async def test_who_is_limited_to_a_unit_decides_nothing_that_goes_to_everybody(talk: Conversation) -> None:
    talk.office = replace(talk.office, approvers=("leader", "administrator"))
    zhou = await talk.joins("周管", "administrator", "虚构县水利局")
    await goes_out(talk)
    await zhou.sends_choice("a:briefone:1")
    assert not any("撤回" in each or "更正" in each for each in zhou.buttons)
    for action in ("briefwithdraw", "briefmend", "briefchase"):
        await zhou.sends_choice(f"a:{action}:1")
        assert zhou.sees("不归您管"), action
    await begins_to_mend(talk.zhao, "材料三样", "材料四样")
    await talk.zhao.presses("确认提交")
    assert asked(zhou) is None
    await zhou.sends_choice("a:mendok:1")
    assert zhou.sees("不归您管")
    assert await talk.rows("SELECT decision FROM briefing_corrections") == [(None,)]


# ── what must not be here ───────────────────────────────────────────────────────────────────────────────────────────


async def test_marks_of_secrecy_are_asked_about_wherever_they_come_in_and_shown_to_the_second_person(
    talk: Conversation,
) -> None:
    zhao, qian = talk.zhao, talk.qian
    await writes(talk)
    await zhao.presses("修改")
    await zhao.presses("来源")
    await zhao.says("县委（内部刊物）")
    assert zhao.sees("文中有“内部刊物”字样")
    await zhao.presses("能，不是内部的")
    await zhao.presses("确认提交")
    await zhao.presses("修改")
    await zhao.presses("公开还是周知")
    await zhao.presses("周知")
    assert zhao.sees("周知，赵科写")
    await sends(talk)
    assert qian.sees("注意：文中有“内部刊物”字样")
    await qian.presses("批准发送")
    await arrives(talk)
    await zhao.sends_choice("a:briefmend:1")
    await zhao.presses("摘要")
    await zhao.says("机密★ 不可说的事。")
    assert zhao.sees("文中有“机密★”字样")
    await zhao.presses("不能，不发了")
    assert await talk.rows("SELECT 1 FROM briefing_corrections") == []
    await everything_is_gone(talk, "不可说的事")


async def everything_is_gone(talk: Conversation, words: str) -> None:
    """Search every table of the file for these words."""
    for (table,) in await talk.rows("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%search%'"):
        for row in await talk.rows(f"SELECT * FROM {table}"):  # a name of our own schema
            assert not any(words in str(each) for each in row), (table, row)


async def test_of_what_must_not_be_sent_nothing_is_kept(talk: Conversation) -> None:
    zhao, folder = talk.zhao, MediaFolder(talk.path.parent / "media")
    await zhao.says("写简报")
    await zhao.presses("公开")
    await zhao.presses("打字或者粘贴")
    await zhao.says("不可说的题目")
    await zhao.says("绝密★ 不可说的事一。")
    await zhao.sends(Attachment("photo", "密.jpg", "image/jpeg", 10, "photo"))
    picture = str(await talk.one("SELECT id FROM media"))
    await folder.keep(picture, b"picture")
    await zhao.presses("说完了")
    await zhao.presses("不能，不发了")
    assert zhao.sees("都删掉了")
    await everything_is_gone(talk, "不可说")
    assert await delete_forbidden(talk.database, folder) == 1
    assert not folder.path(picture).exists()
    assert await delete_forbidden(talk.database, folder) == 0

    await writes(talk, "不可说的题目", "不可说的事二。")
    await zhao.presses("看样子")
    await zhao.sends_choice("a:briefone:1")
    await sends(talk)
    await talk.qian.presses("看全文", letter_of(talk.qian))
    await talk.qian.presses("退回修改", next(each for each in reversed(talk.qian.letters) if "请您批准的" in each.text))
    await talk.qian.says("这不能发")
    await zhao.sends_choice("a:briefone:1")
    await zhao.presses("删掉")
    await everything_is_gone(talk, "不可说")

    await zhao.says("写简报")
    await zhao.presses("公开")
    await zhao.presses("发一个文件来")
    await zhao.sends(Attachment("file", "来稿.txt", "text/plain", 10, "reference"))
    medium = str(await talk.one("SELECT media_id FROM briefing_files"))
    await folder.keep(medium, "题目\n机密★一年 正文一句。".encode())
    await talk.writes(lambda tx: media.kept(tx, medium, 10, "text/plain", "来稿.txt"))
    assert await import_next(talk.database, folder, talk.office, talk.clock())
    await talk.delivers()
    await zhao.presses("接着写")
    await zhao.presses("对")
    await zhao.presses("不能，不发了")
    assert await delete_forbidden(talk.database, folder) == 1
    assert not folder.path(medium).exists()
    await everything_is_gone(talk, "正文一句")


async def test_a_withdrawn_briefing_and_a_link_of_the_dead_open_no_more(talk: Conversation) -> None:
    talk.office = replace(talk.office, web_address="https://lgb.example")
    wang, zhao = talk.wang, talk.zhao
    await goes_out(talk)

    async def opens(secret: str) -> bool:
        async with talk.database.read() as tx:
            return await briefing_links.in_force(tx, secret, talk.clock()) is not None

    async def link() -> str:
        await wang.presses("听", letter_of(wang))
        return wang.heard.split("https://lgb.example/b/")[1].split()[0]

    secret = await link()
    assert await opens(secret)
    for said in ("登记去世", "王老"):
        await zhao.says(said)
    await zhao.presses("去世")
    await zhao.says("今天")
    await zhao.says("没有")
    await zhao.presses("确认提交")
    assert not await opens(secret)
    assert await talk.rows("SELECT 1 FROM briefing_links") == []


async def test_a_link_ends_with_the_consent(talk: Conversation) -> None:
    talk.office = replace(talk.office, web_address="https://lgb.example")
    wang = talk.wang
    await goes_out(talk)
    await wang.presses("听", letter_of(wang))
    secret = wang.heard.split("https://lgb.example/b/")[1].split()[0]
    await wang.says("撤回同意")
    await wang.presses("撤回")
    assert wang.sees("已经撤回")
    async with talk.database.read() as tx:
        assert await briefing_links.in_force(tx, secret, talk.clock()) is None
    assert await texts_of(talk, wang)


async def test_a_withdrawal_reaches_the_pages_that_were_read_and_what_was_enclosed(talk: Conversation) -> None:
    wang, zhao = talk.wang, talk.zhao
    await writes(talk)
    await zhao.presses("修改")
    await zhao.presses("图片和附件")
    await zhao.sends(PHOTO)
    await zhao.presses("说完了")
    await sends(talk)
    await talk.qian.presses("批准发送")
    await arrives(talk)
    await wang.presses("看全文", letter_of(wang))
    [(picture,)] = await talk.rows("SELECT media_id FROM briefing_media")

    async def opens(someone: Speaker) -> bool:
        account = await talk.account(someone)
        async with talk.database.read() as tx:
            return await media.may_open(tx, picture, account)

    assert await opens(wang)
    await zhao.sends_choice("a:briefwithdraw:1")
    await zhao.says("发错了")
    await zhao.presses("确认提交")
    assert zhao.sees("收到过的 1 人")
    assert not [each for each in await texts_of(talk, wang) if "材料三样" in each]
    assert not await opens(wang)
    assert await opens(zhao)


# ── reading and finding ─────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_correction_is_told_once_a_person_and_persons_are_counted(talk: Conversation) -> None:
    wang, zhao, qian = talk.wang, talk.zhao, talk.qian
    await goes_out(talk)
    await zhao.sends_choice("a:briefchase:1")
    await zhao.presses("确认提交")
    await qian.presses("批准发送")
    await arrives(talk)
    await begins_to_mend(zhao, "材料三样", "材料四样")
    await zhao.presses("确认提交")
    await qian.presses("批准更正", asked(qian))
    account = await talk.account(wang)
    edits = await talk.rows("SELECT otherwise IS NOT NULL FROM outbox WHERE account_id = ? AND version > 0", account)
    assert sorted(row[0] for row in edits) == [0, 1]
    await zhao.sends_choice("a:briefwithdraw:1")
    await zhao.says("发错了")
    await zhao.presses("确认提交")
    assert zhao.sees("收到过的 1 人")


async def test_only_cadres_count_as_readers(talk: Conversation) -> None:
    wang, zhao = talk.wang, talk.zhao
    await goes_out(talk)
    await zhao.sends_choice("a:page:1.1.0")
    await zhao.sends_choice("a:briefread:1.0.0")
    assert zhao.sees("只算老同志本人")
    assert await talk.rows("SELECT 1 FROM briefing_reads") == []
    await wang.presses("看全文", letter_of(wang))
    assert await talk.one("SELECT count(*) FROM briefing_reads") == 1


async def test_digits_and_words_lead_through_the_pages(talk: Conversation) -> None:
    wang = talk.wang
    short = await publishes(talk, "短的", "冬至要保暖。")
    found = article_of(OURS)
    await publishes(talk, found.title, found.text)
    await wang.sends_choice(f"a:page:{short.id}.1.0")
    assert wang.buttons[:2] == ["1 我已阅", "2 有话要说"]
    await wang.says("下一页")
    assert wang.sees("已经是最后一页了")
    await wang.says("1")
    assert wang.sees("您看过《短的》")
    await wang.sends_choice(f"a:page:{short.id + 1}.1.0")
    assert wang.buttons[:2] == ["1 下一页", "2 有话要说"]
    await wang.says("第3页")
    assert wang.sees("第 3 页，共")
    await wang.says("第二页")
    assert wang.sees("第 2 页，共")
    await wang.says("2")
    assert wang.sees("第 1 页，共")
    await wang.says("学习简报")
    await wang.says("10")
    assert wang.sees("要改哪一类")


async def test_who_wants_somebody_is_not_answered_with_a_text_and_a_search_can_still_be_registered(
    talk: Conversation,
) -> None:
    wang = talk.wang
    await publishes(talk, "活动中心维修通知", "本周请工人来活动中心维修水管，星期五完工。我儿子查不出来是什么病。")
    for said in ("找人修水管", "找不到工人", "找我儿子", "查不出来是什么病"):
        await wang.says(said)
        assert not wang.sees("找到了"), said
        await wang.says("菜单")
    await wang.says("找活动中心")
    assert wang.sees("找到了")
    await wang.presses("请登记")
    assert wang.sees("您说：找活动中心")


async def test_a_long_story_is_no_question_and_long_briefings_cost_no_time(talk: Conversation) -> None:
    wang = talk.wang
    found = article_of(OURS)
    for number in range(12):
        await publishes(talk, f"第{number}期", found.text * 6)
    await wang.says("查医药费")  # cuts the pages, once
    began = time.process_time()
    await wang.says("老年大学的医药费怎么报销呢" + "".join(chr(0x4E00 + place) for place in range(2500)))
    assert not wang.sees("简报里有这样的内容")
    assert wang.sees("要我记下来")
    assert time.process_time() - began < 1, "it took twelve seconds"


async def test_what_others_say_meanwhile_is_not_taken_out_with_a_dropped_draft(talk: Conversation) -> None:
    zhao, sun = talk.zhao, await talk.joins("孙科", "staff")
    await talk.restarts(approvers=("leader", "staff"))  # so that 孙科 is one of those who were shown it
    await writes(talk, "不可说的题目", "不可说的事二。")
    await sun.says("写简报")
    await sun.presses("公开")
    await sun.presses("打字或者粘贴")
    await sun.says("我的另一篇")
    question = await talk.one("SELECT max(id) FROM outbox WHERE account_id = ?", await talk.account(sun))
    await zhao.sends_choice("a:briefone:1")
    await zhao.presses("删掉")
    await everything_is_gone(talk, "不可说")
    assert await talk.one("SELECT version FROM outbox WHERE id = ?", question) == 0  # its buttons are still there
    assert await talk.one("SELECT count(*) FROM inbox WHERE words = '我的另一篇'") == 1
    await sun.says("正文一句话。")
    await sun.presses("说完了")
    assert sun.sees("属于哪一类")

"""Staff write a briefing, a second person approves, it arrives, is chased, corrected and withdrawn; what is internal is never sent."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from storage import accounts, briefing_links
from storage.outbox import Letter
from tests.conversation import PHOTO, Conversation, Speaker, open_conversation

TEXT = "今年起，医药费报销改为窗口代办。\n材料三样：发票原件、费用清单、出院小结。\n十五个工作日以内把钱打到卡上。"


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Conversation]:
    async with open_conversation(tmp_path / "yinling.db") as conversation:
        yield conversation


async def writes(talk: Conversation, title: str = "医药费报销新办法", text: str = TEXT, class_: str = "公开") -> None:
    """赵科 writes a briefing to the end."""
    zhao = talk.zhao
    await zhao.says("写简报")
    await zhao.presses(class_)
    await zhao.presses("打字或者粘贴")
    await zhao.says(title)
    await zhao.says(text)
    await zhao.presses("说完了")
    await zhao.presses("健康")
    await zhao.presses("本局")
    await zhao.presses("就用这一段")
    await zhao.presses("确认提交")
    assert zhao.sees("写好了，还没有发")


async def sends(talk: Conversation) -> None:
    """赵科 proposes what was just written, to all cadres, and 钱局 approves."""
    await talk.zhao.presses("报批发送")
    await talk.zhao.presses("全体老同志")
    await talk.zhao.presses("就发给他们")
    await talk.zhao.presses("批准了就发")
    await talk.zhao.presses("确认提交")


async def arrives(talk: Conversation) -> None:
    """The clock does what is due, and every letter leaves."""
    await talk.ticks()
    async with talk.database.write() as tx:
        await tx.run("UPDATE outbox SET state = 'sent', place = coalesce(place, id) WHERE state = 'waiting'")
    await talk.delivers()


def letter_of(someone: Speaker) -> Letter:
    """The last letter with 【看全文】 under it."""
    return next(each for each in reversed(someone.letters) if each.buttons and each.buttons[0][0] == "1 看全文")


async def texts_of(talk: Conversation, someone: Speaker) -> list[str]:
    """What stands in somebody's chat now, edits included."""
    account = await talk.account(someone)
    return [str(row[0]) for row in await talk.rows("SELECT text FROM outbox WHERE account_id = ? ORDER BY id", account)]


async def test_a_briefing_goes_out_when_a_second_person_has_approved_exactly_what_was_shown(talk: Conversation) -> None:
    wang, zhao, qian = talk.wang, talk.zhao, talk.qian
    await writes(talk)
    await zhao.presses("看样子")
    shown = zhao.latest
    await wang.says("查医药费")
    assert not wang.sees("新办法"), "a draft is found by nobody"
    await wang.sends_choice("a:page:1.1.0")
    assert wang.sees("不在了")
    await zhao.sends_choice("a:briefone:1")
    await sends(talk)
    assert qian.sees("请您批准的，发出去就是这个样子")
    approved = letter_of(qian)
    assert (approved.text, [row[0] for row in approved.buttons]) == (shown.text, [row[0] for row in shown.buttons])
    await qian.presses("看全文", approved)
    assert qian.sees("材料三样")
    await qian.presses("我已阅", approved)
    assert qian.sees("在这里按了不算")
    await zhao.sends_choice("a:briefmend:1")
    assert zhao.sees("等批准，现在不能改")
    await qian.presses("批准发送")
    await arrives(talk)
    arrived = letter_of(wang)
    assert (arrived.text, [row[0] for row in arrived.buttons]) == (shown.text, [row[0] for row in shown.buttons])
    await wang.presses("看全文", arrived)
    assert wang.sees("十五个工作日")
    assert (
        await talk.rows("SELECT read_by FROM recipients JOIN persons p ON p.id = person_id WHERE p.name = '王老'")
    ) == [("paged",)]
    deeds = [row[0] for row in await talk.rows("SELECT deed FROM audit WHERE subject = 'briefing:1' ORDER BY id")]
    assert deeds == ["briefing.drafted", "briefing.proposed", "briefing.published"]


async def test_what_is_sent_back_can_be_changed_and_proposed_anew(talk: Conversation) -> None:
    zhao, qian = talk.zhao, talk.qian
    await writes(talk)
    await sends(talk)
    await qian.presses("退回修改")
    await qian.says("材料写错了，是四样")
    assert zhao.sees("材料写错了，是四样")
    await zhao.presses("改了再报")
    assert zhao.sees("草稿")
    await zhao.presses("修改")
    await zhao.presses("正文")
    await zhao.presses("改其中几个字")
    await zhao.says("、")
    assert zhao.sees("正文里有 2 处")
    await zhao.says("材料五样")
    assert zhao.sees("正文里没有这几个字")
    await zhao.says("材料三样")
    await zhao.says("材料四样")
    assert zhao.sees("摘要还合适吗")
    await zhao.presses("合适")
    assert zhao.sees("原来：今年起，医药费报销改为窗口代办。\n材料三样")
    await zhao.presses("确认提交")
    assert zhao.sees("改好了")
    await sends(talk)
    await qian.presses("批准发送")
    await arrives(talk)
    await talk.wang.presses("看全文")
    assert talk.wang.sees("材料四样")


async def test_who_does_not_want_a_topic_is_left_out_and_whoever_has_not_read_is_chased_once(
    talk: Conversation,
) -> None:
    wang, zhao, qian = talk.wang, talk.zhao, talk.qian
    zhang = await talk.joins("张老", "cadre")
    li = await talk.joins("李老", "cadre")
    await li.says("订阅")
    await li.presses("不收“健康”")
    await li.presses("就这样")
    await writes(talk)
    await sends(talk)
    assert qian.sees("不想收这一类的除外")
    await qian.presses("批准发送")
    await arrives(talk)
    assert letter_of(zhang)
    assert not any("医药费" in each.text for each in li.letters)
    await wang.presses("我已阅", letter_of(wang))
    await zhao.sends_choice("a:briefone:1")
    assert zhao.sees("看过的 1 人")
    await zhao.presses("催阅")
    assert zhao.sees("现在一共 1 人")
    await zhao.presses("确认提交")
    await zhao.sends_choice("a:briefchase:1")
    assert zhao.sees("已经有一次催阅")
    before = len(wang.letters)
    await qian.presses("批准发送")
    await arrives(talk)
    assert letter_of(zhang).text.startswith("您还没有看这一篇，有空请看看")
    assert len(wang.letters) == before
    await zhang.presses("看全文", letter_of(zhang))
    assert await talk.one("SELECT count(*) FROM briefing_reads") == 2
    await zhao.sends_choice("a:briefone:1")
    await zhao.presses("发送情况")
    assert zhao.sees("已阅 2 人")


async def test_a_correction_is_approved_then_everywhere_and_a_withdrawal_is_at_once(talk: Conversation) -> None:
    wang, zhao, qian = talk.wang, talk.zhao, talk.qian
    await writes(talk)
    await sends(talk)
    await qian.presses("批准发送")
    await arrives(talk)
    letter = letter_of(wang)
    await zhao.sends_choice("a:briefmend:1")
    await zhao.presses("题目")
    await zhao.says("医药费报销的新办法（七月起）")
    await zhao.presses("确认提交")
    assert zhao.sees("请领导批准了")
    await zhao.sends_choice("a:briefmend:1")
    assert zhao.sees("已经有一条更正在等批准")
    await wang.says("简报")
    assert "医药费报销新办法" in wang.buttons[0], "nothing changes before it is approved"
    await zhao.sends_choice("a:mendok:1")
    assert zhao.sees("不归您管"), "nobody approves their own"
    question = next(each for each in reversed(qian.letters) if "批准更正" in each.text)
    await qian.presses("看改后的全文", question)
    assert qian.sees("11月23日更正过")
    await qian.presses("批准更正", question)
    assert zhao.sees("批准了您对")
    await qian.presses("批准更正", question)
    assert qian.sees("已经有人处理过了")
    await wang.presses("看全文", letter)
    assert wang.sees("（11月23日更正过）")
    await wang.says("查七月起")
    assert wang.sees("医药费报销的新办法（七月起）")
    shown = await talk.rows("SELECT text, otherwise, version FROM outbox WHERE id = ?", letter.id)
    assert "（七月起）" in shown[0][0]
    assert "请以这一份为准" in shown[0][1]
    assert shown[0][2] == 1

    await zhao.sends_choice("a:briefwithdraw:1")
    await zhao.says("发错了文件")
    await zhao.presses("确认提交")
    assert zhao.sees("撤回了")
    assert qian.sees("赵科撤回了《医药费报销的新办法（七月起）》：发错了文件")
    [(text, buttons)] = await talk.rows("SELECT text, buttons FROM outbox WHERE id = ?", letter.id)
    assert (text, buttons) == ("简报《医药费报销的新办法（七月起）》收回了，请不要再看：发错了文件", "[]")
    await wang.presses("看全文", letter)
    assert wang.sees("这篇简报收回了：发错了文件")
    await wang.says("简报")
    assert wang.sees("还没有发过简报")
    await zhao.sends_choice("a:briefdesk:0")
    await zhao.presses("已撤回")
    assert zhao.sees("撤回：发错了文件")
    await zhao.presses("看全文")
    assert zhao.sees("材料三样")


async def test_of_what_is_internal_nothing_is_asked_kept_or_sent_but_an_invitation(talk: Conversation) -> None:
    wang, zhao, qian = talk.wang, talk.zhao, talk.qian
    await zhao.says("写简报")
    await zhao.presses("内部")
    assert zhao.sees("题目也不能发")
    await zhao.presses("确认提交")
    assert await talk.rows("SELECT title, source, summary, text FROM briefings") == [("", "", "", "")]
    await sends(talk)
    await qian.presses("批准发送")
    await arrives(talk)
    assert "请到局里阅文" in wang.latest.text
    assert [row[0] for row in wang.latest.buttons] == ["1 知道了"]
    await wang.presses("知道了")
    assert wang.sees("记下您看过通知了")
    await wang.says("简报")
    assert wang.sees("还没有发过简报"), "there is nothing to read of it here"
    await wang.sends_choice("a:page:1.1.0")
    assert not wang.sees("来源")


async def test_a_mark_of_secrecy_is_asked_about_and_pictures_go_along(talk: Conversation) -> None:
    wang, zhao, qian = talk.wang, talk.zhao, talk.qian
    await zhao.says("发简报")
    await zhao.presses("周知")
    await zhao.presses("打字")
    await zhao.says("会议精神")
    await zhao.says("机密★一年 各单位要认真学习。")
    await zhao.presses("说完了")
    assert zhao.sees("文中有“机密★”字样")
    await zhao.presses("不能，不发了")
    assert await talk.rows("SELECT 1 FROM briefings") == []

    await zhao.says("写简报")
    await zhao.presses("公开")
    await zhao.presses("打字")
    await zhao.says("重阳节的照片")
    await zhao.sends(PHOTO)
    await zhao.presses("说完了")
    assert zhao.sees("还没有正文")
    await zhao.says("老同志在活动中心过节。")
    await zhao.presses("局里")
    await zhao.presses("别处")
    await zhao.says("县融媒体中心")
    await zhao.presses("自己写")
    await zhao.says("字" * 301)
    assert zhao.sees("太长了")
    await zhao.says("一组照片。")
    await zhao.presses("确认提交")
    await sends(talk)
    await qian.presses("批准发送")
    await arrives(talk)
    await wang.presses("看全文", letter_of(wang))
    assert len(wang.latest.media) == 1
    assert wang.sees("来源：县融媒体中心")


async def test_only_staff_write_and_what_was_begun_can_be_thrown_away(talk: Conversation) -> None:
    wang, zhao, qian = talk.wang, talk.zhao, talk.qian
    await qian.says("写简报")
    assert qian.sees("不归您管")
    await wang.sends_choice("a:briefone:1")
    assert wang.sees("不归您管")
    await wang.says("写简报")
    assert not wang.sees("属于哪一类")
    await writes(talk)
    await zhao.presses("修改")
    await zhao.presses("类别")
    await zhao.presses("局里")
    assert zhao.sees("局里，来源：")
    await zhao.presses("修改")
    await zhao.presses("图片和附件")
    await zhao.sends(PHOTO)
    await zhao.presses("说完了")
    assert zhao.sees("图片和附件 1 份")
    await qian.sends_choice("a:briefdrop:1")
    assert qian.sees("不归您管")
    await zhao.presses("删掉")
    assert zhao.sees("删掉了")
    assert await talk.rows("SELECT state, text FROM briefings") == [("dropped", "")]
    await zhao.sends_choice("a:briefone:1")
    assert zhao.sees("不归您管")


async def test_two_elders_on_one_telephone_are_each_sent_it_and_counted_for_themselves(talk: Conversation) -> None:
    wang, zhao, qian = talk.wang, talk.zhao, talk.qian
    await talk.joins("李奶奶", "cadre", account=False)
    account = await talk.account(wang)
    await talk.writes(lambda tx: accounts.share(tx, account, talk.ids["李奶奶"], talk.clock()))
    await writes(talk)
    await sends(talk)
    await qian.presses("批准发送")
    await arrives(talk)
    hers = next(each for each in wang.letters if each.text.startswith("给李奶奶：\n【简报】"))
    his = next(each for each in wang.letters if each.text.startswith("【简报】"))
    readers = "SELECT p.name FROM briefing_reads r JOIN persons p ON p.id = r.person_id ORDER BY r.at"
    await wang.presses("看全文", hers)
    assert [row[0] for row in await talk.rows(readers)] == ["李奶奶"]
    await wang.presses("我已阅", his)
    assert [row[0] for row in await talk.rows(readers)] == ["李奶奶", "王老"]
    await zhao.sends_choice("a:briefmend:1")
    await zhao.presses("来源")
    await zhao.says("县医保局")
    await zhao.presses("确认提交")
    await qian.presses("批准更正")
    texts = await texts_of(talk, wang)
    assert sum("来源：县医保局" in each for each in texts) == 2
    assert any(each.startswith("给李奶奶：\n【简报】") and "县医保局" in each for each in texts)


async def test_the_link_to_the_page_is_for_one_person_for_some_days(talk: Conversation) -> None:
    wang = talk.wang
    talk.office = replace(talk.office, web_address="https://lgb.example")
    await writes(talk)
    await sends(talk)
    await talk.qian.presses("批准发送")
    await arrives(talk)
    letter = letter_of(wang)
    await wang.presses("听", letter)
    first = wang.heard.split("https://lgb.example/b/")[1].split()[0]
    await wang.presses("听", letter)
    second = wang.heard.split("https://lgb.example/b/")[1].split()[0]
    assert first != second
    assert len(first) >= 32
    assert wang.sees("30 天以内有效，请不要转给别人")

    async def opens(secret: str) -> bool:
        async with talk.database.read() as tx:
            found = await briefing_links.in_force(tx, secret, talk.clock())
        return found is not None and found.person_id == talk.ids["王老"]

    assert await opens(first)
    assert await opens(second)
    assert not await opens(first[:-1])
    assert await talk.rows("SELECT 1 FROM briefing_links WHERE secret_hash = ?", first) == [], "only a hash is kept"
    talk.clock.passes(days=31)
    assert not await opens(first)
    await talk.tidies()
    assert await talk.rows("SELECT 1 FROM briefing_links") == []

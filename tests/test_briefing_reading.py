"""Cadres read: the article published as a first briefing, page by page, found, answered with, subscribed to, and talked about."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.act import Act
from handlers.briefings import publishing, words
from storage.briefings import Briefing
from tests.briefing_work import OURS, article_of, both_articles, publishes
from tests.conversation import Conversation, open_conversation

SEARCHES = {  # of each article ten searches: two characters, four, a name, a number, full-width digits, a phrase over a comma ...
    "ours": "青禾 老年大学 高发病期 1-2次 １－２次 一百零八人次 人民路１８号 0000-8000123 报销 12.5% 老校长",
    "real": "新绛 老年大学 高发病期 1-2次 １－２次 四个意识 唱歌跳舞 自家老人 推诿 100周年 书法绘画",
}


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Conversation]:
    async with open_conversation(tmp_path / "yinling.db") as conversation:
        yield conversation


def without_space(text: str) -> str:
    return "".join(text.split())


async def reads(talk: Conversation, briefing: Briefing) -> list[tuple[str, str]]:
    sql = "SELECT p.name, r.how FROM briefing_reads r JOIN persons p ON p.id = r.person_id WHERE briefing_id = ? ORDER BY 1"
    return [(str(row[0]), str(row[1])) for row in await talk.rows(sql, briefing.id)]


# ── the article ─────────────────────────────────────────────────────────────────────────────────────────────────────


@both_articles
async def test_the_article_is_read_through_page_by_page_and_found_by_ten_searches(
    talk: Conversation, article: Path
) -> None:
    wang, found = talk.wang, article_of(article)
    briefing = await publishes(talk, found.title, found.text)
    await wang.says("简报")
    await wang.presses(found.title[:8])
    assert wang.buttons == ["1 看全文", "2 听", "3 我已阅", "4 有话要说", "菜单"]
    await wang.presses("看全文")
    told = []
    while True:
        page = wang.latest.text
        assert len(page) <= 400
        assert len(page.encode()) <= 2048
        _, *body, foot = page.split("\n\n")
        told.append("\n".join(body))
        match = re.fullmatch(r"第 (\d+) 页，共 (\d+) 页", foot)
        assert match is not None
        if match[1] == match[2]:
            break
        assert await reads(talk, briefing) == []
        await wang.says("1")  # 下一页 is always at the same place
    assert int(match[2]) == len(told) > 4
    assert without_space("".join(told)) == without_space(found.text + "来源：县融媒体中心")
    assert all(body.endswith(("。", "”", "：", "；")) for body in told[:-1])
    assert await reads(talk, briefing) == [("王老", "paged")]

    for searched in SEARCHES["ours" if article == OURS else "real"].split():
        await wang.says(f"查{searched}")
        assert wang.sees(found.title), searched
        shown = re.search(r"“(.*)”", wang.heard, re.DOTALL)
        assert shown is not None
        assert without_space(shown[1].removesuffix("……")) in without_space(found.text), "a passage is never made up"
    await wang.says("查根本没有的词")
    assert not wang.sees(found.title)


@given(
    text=st.text(st.sampled_from("老干部学习，。；：“”！\n 12３年aé😀👨‍👩‍👧"), max_size=1500).filter(str.strip),
    source=st.text(st.sampled_from("县融媒体中心0"), min_size=1, max_size=60),
)
def test_pages_joined_are_the_text_and_each_fits_every_screen(text: str, source: str) -> None:
    [*pages] = words._pages(text, source)
    assert without_space("".join(pages)) == without_space(f"{text}来源：{source}")
    assert all(each.strip() for each in pages)
    assert all(len(each) <= 400 - 35 and len(each.encode()) <= 2048 - 120 for each in pages)


# ── reading ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_whoever_has_read_it_is_counted_once_whichever_button_in_whatever_order(talk: Conversation) -> None:
    wang, zhao = talk.wang, talk.zhao
    found = article_of(OURS)
    briefing = await publishes(talk, found.title, found.text)
    await wang.says("学习简报")
    assert wang.sees("学习简报，最近的在前")
    assert "（没看）" in wang.buttons[0]
    await wang.presses("1 ")
    letter = wang.latest
    await wang.presses("我已阅")
    assert wang.sees("记下您看过")
    await wang.presses("我已阅", letter)
    assert wang.sees("已经记过了")
    await wang.presses("看全文", letter)
    assert wang.sees("第 1 页")
    await wang.presses("下一页")
    await wang.presses("上一页")
    assert wang.sees("第 1 页")
    assert await reads(talk, briefing) == [("王老", "button")]
    await wang.says("简报")
    assert "（没看）" not in wang.buttons[0]

    await talk.stranger.sends_choice(f"a:page:{briefing.id}.1.0")
    assert not talk.stranger.sees("第 1 页")
    await wang.sends_choice("a:page:99999999999999999999.7.x")
    assert wang.sees("不在了")
    await wang.sends_choice(f"a:page:{briefing.id}.999.0")  # after a correction there may be fewer pages
    assert wang.sees(f"第 {len(words.pages(briefing))} 页")

    await zhao.says("更多")
    await zhao.presses("学习简报")
    await zhao.presses("1 ")
    assert zhao.sees("看过的 1 人（Telegram 1 人）")


async def test_the_archive_by_month_and_by_topic_and_whoever_chooses_topics(talk: Conversation) -> None:
    wang = talk.wang
    for number in range(1, 8):
        await publishes(talk, f"第{number}期", f"这是第{number}期的内容。")
    await wang.says("简报")
    assert [each.split(" ", 1)[1] for each in wang.buttons[:5]] == [
        f"11月23日 第{n}期（没看）" for n in (7, 6, 5, 4, 3)
    ]
    await wang.presses("下一页")
    assert [each.split(" ", 1)[1] for each in wang.buttons[:2]] == [f"11月23日 第{n}期（没看）" for n in (2, 1)]
    talk.clock.passes(days=20)
    await publishes(talk, "十二月的", "冬至要保暖。")
    await wang.says("按月份看")
    assert wang.buttons[:2] == ["1 2026年12月（1 篇）", "2 2026年11月（7 篇）"]
    await wang.presses("2026年12月")
    assert wang.buttons == ["1 12月13日 十二月的（没看）", "菜单"]
    await wang.says("按类别看")
    await wang.presses("党的方针政策")
    assert len(wang.buttons) == 7
    await wang.sends_choice("a:brieftopic:health.0")
    assert wang.sees("没有")
    await wang.sends_choice("a:briefmonth:abc")
    assert wang.sees("看哪个月")

    await wang.says("订阅")
    assert wang.sees("所有类别的简报都收")
    await wang.presses("不收“健康”")
    await wang.presses("不收“局里”")
    await wang.presses("要收“健康”")
    await wang.presses("就这样")
    assert wang.sees("不收“局里”的简报，其余的都收")
    assert await talk.rows("SELECT topic FROM briefing_mutes") == [("office",)]


async def test_something_to_say_becomes_a_case_that_shows_from_which_briefing(talk: Conversation) -> None:
    wang, zhao = talk.wang, talk.zhao
    briefing = await publishes(talk, "医药费报销新办法", "医药费改为窗口代办。")
    await wang.sends_choice(f"a:brief:{briefing.id}")
    await wang.presses("有话要说")
    await wang.says("住在外地的怎么办")
    await wang.presses("说完了")
    assert wang.sees("已经登记，编号：2026-1")
    assert zhao.sees("新的困难 2026-1：王老，咨询")
    assert zhao.sees("看了《医药费报销新办法》以后说的")
    await zhao.presses("查看")
    assert zhao.sees("看了简报《医药费报销新办法》以后说的")
    await zhao.sends_choice(f"a:briefone:{briefing.id}")
    assert zhao.sees("有话要说的 1 件")


# ── questions out of the blue ───────────────────────────────────────────────────────────────────────────────────────


async def test_a_question_out_of_the_blue_is_answered_with_passages_and_can_still_be_registered(
    talk: Conversation,
) -> None:
    wang = talk.wang
    found = article_of(OURS)
    await publishes(talk, found.title, found.text)
    await wang.says("医药费怎么报销？")
    assert wang.sees(f"《{found.title}》第 3 页，11月23日，来源：县融媒体中心")
    assert wang.sees("由工作人员代办，十五个工作日以内把钱打到卡上")
    await wang.presses("看第 1 篇")
    assert wang.sees("第 3 页，共")
    await wang.says("医药费怎么报销？")
    await wang.presses("请登记")
    assert wang.sees("您说：医药费怎么报销？")
    await wang.presses("登记为新的困难")
    await wang.presses("就医")
    await wang.presses("不急")
    await wang.presses("确认提交")
    assert wang.sees("已经登记")


async def test_a_single_word_is_answered_only_where_a_title_holds_it(talk: Conversation) -> None:
    wang = talk.wang
    await publishes(talk, "今年的体检安排", "六月起分批体检，报销的事另行通知。")
    await wang.says("体检")
    assert wang.sees("六月起分批体检")
    for said in ("报销", "另行", "好", "医"):
        await wang.says(said)
        assert not wang.sees("六月起分批体检"), said
    await wang.says("查报销")
    assert wang.sees("六月起分批体检")


async def test_what_fits_nothing_well_is_treated_as_before(talk: Conversation) -> None:
    wang = talk.wang
    found = article_of(OURS)
    await publishes(talk, found.title, found.text)
    for words_ in ("明天的天气怎么样？", "我家暖气三天不热了怎么办", "我的医药费报销了三个月还没有下来，请帮我问问"):
        await wang.says(words_)
        assert wang.sees("要我记下来，请工作人员来办吗"), words_
        await wang.presses("不用登记")
    await wang.says("我摔倒了，医药费怎么报销")
    assert wang.sees("120")
    assert not wang.sees("简报里有这样的内容")


async def test_an_open_question_keeps_what_is_said_and_staff_find_cases_first(talk: Conversation) -> None:
    wang, zhao = talk.wang, talk.zhao
    found = article_of(OURS)
    await publishes(talk, found.title, found.text)
    await wang.says("困难")
    await wang.presses("就医")
    await wang.says("医药费怎么报销")
    assert wang.sees("记下了")
    await wang.presses("说完了")
    await wang.presses("不急")
    await wang.presses("确认提交")
    await zhao.says("医药费")
    assert zhao.sees("找到 1 件")
    await zhao.says("老年大学什么时候上课")
    assert zhao.sees("每周二、周四上午9:00上课"), zhao.heard


async def test_a_search_finds_the_best_first_and_says_when_nothing_is_there(talk: Conversation) -> None:
    wang = talk.wang
    await publishes(talk, "冬天怎么保暖", "煤气炉要通风，高龄津贴另行通知。")
    await publishes(talk, "高龄津贴的新标准", "八十岁以上的按月发放。")
    await wang.says("找简报")
    await wang.says("高龄津贴")
    assert wang.heard.index("高龄津贴的新标准") < wang.heard.index("冬天怎么保暖")
    await wang.presses("再找别的")
    await wang.says("火箭")
    assert wang.sees("没有找到“火箭”")
    await wang.presses("再找别的")
    await wang.says("字" * 61)
    assert wang.sees("太长了")
    await wang.says("煤气通风")  # not a phrase that stands there, but nearly
    assert wang.sees("煤气炉要通风")


async def test_what_is_withdrawn_is_found_no_more(talk: Conversation) -> None:
    briefing = await publishes(talk, "写错了的", "医药费全部不报销。")

    async def withdraw(tx: object) -> None:
        act = Act(tx, talk.office, talk.clock())  # type: ignore[arg-type]
        assert await publishing.withdraw(act, briefing, "写错了")

    await talk.writes(withdraw)
    await talk.wang.says("查医药费")
    assert not talk.wang.sees("写错了的")
    await talk.wang.sends_choice(f"a:page:{briefing.id}.1.0")
    assert talk.wang.sees("这篇简报收回了：写错了")
    await talk.zhao.sends_choice(f"a:page:{briefing.id}.1.0")
    assert talk.zhao.sees("医药费全部不报销")

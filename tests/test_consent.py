"""Consent: asked once a version, recorded, carried past without losing a word, and as easy to withdraw as to give."""

from datetime import timedelta
from typing import Any

import pytest

from storage import entry
from storage.database import Tx
from tests.office import Someone, TestOffice

CODE = "ABCD2345"
ASKED = "您同意吗？"
STORY = "我家暖气三天不热了"


async def comes_in(office: TestOffice, someone: Someone, code: str = CODE) -> None:
    """Bind the account, and stand before the consent text."""

    async def invite(tx: Tx) -> None:
        await entry.add_invite(tx, office.ids[someone.name], code, None, office.clock(), 72)

    await office.writes(invite)
    await someone.says(code)


async def consents(office: TestOffice) -> list[tuple[Any, ...]]:
    rows = await office.rows("SELECT version, withdrawn_at IS NULL FROM consents ORDER BY id")
    return [tuple(row) for row in rows]


async def withdraws(someone: Someone) -> None:
    await someone.says("撤回同意")
    await someone.presses("1 撤回")


async def test_the_text_is_shown_whole_and_consent_is_recorded(new_office: TestOffice) -> None:
    await comes_in(new_office, new_office.wang)
    assert new_office.wang.sees(new_office.config.office.consent_text.strip())
    assert new_office.wang.buttons[:2] == ["1 同意", "2 不同意"]
    await new_office.wang.presses("1 同意")
    assert new_office.wang.sees("谢谢您")
    assert new_office.wang.sees("您要办什么？")
    assert await consents(new_office) == [("1", 1)]


@pytest.mark.parametrize("words", ["同意", "1", "好的", "是", "可以", "我同意"])
async def test_consent_is_given_in_words(new_office: TestOffice, words: str) -> None:
    await comes_in(new_office, new_office.wang)
    await new_office.wang.says(words)
    assert await consents(new_office) == [("1", 1)]


@pytest.mark.parametrize("words", ["不同意", "2", "不", "不好", "不太同意", "我不同意"])
async def test_no_is_not_taken_for_consent(new_office: TestOffice, words: str) -> None:
    await comes_in(new_office, new_office.wang)
    await new_office.wang.says(words)
    assert await consents(new_office) == []


async def test_consent_is_asked_once(new_office: TestOffice) -> None:
    await comes_in(new_office, new_office.wang)
    await new_office.wang.presses("1 同意")
    for words in ("菜单", "困难", "取消"):
        await new_office.wang.says(words)
        assert not new_office.wang.sees(ASKED)
    await new_office.restarts()
    await new_office.wang.says("菜单")
    assert not new_office.wang.sees(ASKED)


async def test_staff_are_not_asked(new_office: TestOffice) -> None:
    await comes_in(new_office, new_office.zhao)
    assert new_office.zhao.sees("赵科，您好")
    assert not new_office.zhao.sees(ASKED)


async def test_what_was_said_before_consent_is_carried_through_it(new_office: TestOffice) -> None:
    wang = new_office.wang
    await comes_in(new_office, wang)
    await wang.says(STORY)
    assert wang.sees("也记下了")
    assert wang.sees(ASKED)
    await wang.does(lambda user: user.sends_photo(b"\xff\xd8\xff photo", "就是这里"))
    await wang.presses("1 同意")
    assert wang.sees(f"您说：{STORY}\n就是这里（另有照片、语音或文件 1 份）")
    await wang.presses("登记为新的困难")
    for label in ("住房", "不急", "确认提交"):
        await wang.presses(label)
    assert wang.sees("已经登记")
    assert [row[0] for row in await new_office.rows("SELECT words FROM case_entries")] == [f"{STORY}\n就是这里"]


async def test_a_command_before_consent_is_not_kept_as_words(new_office: TestOffice) -> None:
    wang = new_office.wang
    await comes_in(new_office, wang)
    for words in ("菜单", "/menu", "返回", "帮助", "接着填", "/start"):
        await wang.says(words)
        assert wang.sees(ASKED), words
        assert not wang.sees("也记下了"), words
    await wang.does(lambda user: user.sends_sticker())
    assert wang.sees(ASKED)
    await wang.presses("1 同意")
    assert wang.sees("您要办什么？")
    assert not wang.sees("您说")


@pytest.mark.parametrize("way", ["人工", "9", "找人工"])
async def test_who_asks_for_a_person_before_consent_hears_the_telephone(new_office: TestOffice, way: str) -> None:
    await comes_in(new_office, new_office.wang)
    await new_office.wang.says(way)
    assert new_office.wang.sees("您可以直接打电话：0000-8000000")
    assert new_office.wang.sees(ASKED)
    assert await new_office.rows("SELECT id FROM cases") == []


async def test_refusing_is_respected_and_nothing_said_is_passed_on(new_office: TestOffice) -> None:
    wang = new_office.wang
    await comes_in(new_office, wang)
    await wang.says(STORY)
    await wang.presses("2 不同意")
    assert wang.sees("尊重您的意思")
    assert wang.sees("0000-8000000")
    assert await consents(new_office) == []
    assert await new_office.rows("SELECT id FROM cases") == []
    await wang.says("困难")
    assert wang.sees(ASKED)


@pytest.mark.parametrize("way", ["取消", "0"])
async def test_putting_it_off_asks_again_next_time(new_office: TestOffice, way: str) -> None:
    await comes_in(new_office, new_office.wang)
    await new_office.wang.says(way)
    assert new_office.wang.sees("好的，不办了")
    await new_office.wang.says("困难")
    assert new_office.wang.sees(ASKED)


async def test_withdrawing_is_asked_once_more_recorded_and_takes_effect(office: TestOffice) -> None:
    wang = office.wang
    await wang.says("撤回同意")
    assert wang.sees("确定撤回吗？")
    await wang.presses("1 撤回")
    assert wang.sees("已经撤回")
    assert await consents(office) == [("1", 0), ("1", 1), ("1", 1), ("1", 1)]
    assert [row[0] for row in await office.rows("SELECT deed FROM audit")] == ["consent.withdrawn"]
    await wang.says("困难")
    assert wang.sees(ASKED)


@pytest.mark.parametrize("words", ["不撤回", "2", "不要撤回", "不用了", "别撤回"])
async def test_a_withdrawal_can_be_thought_better_of(office: TestOffice, words: str) -> None:
    await office.wang.says("撤回同意")
    await office.wang.says(words)
    assert (await consents(office))[0] == ("1", 1)
    await office.wang.says("菜单")
    assert not office.wang.sees(ASKED)


async def test_what_is_said_while_thinking_of_a_withdrawal_is_not_lost(office: TestOffice) -> None:
    await office.wang.says("撤回同意")
    await office.wang.says(STORY)
    await office.wang.says("不撤回")
    assert office.wang.sees(f"您说：{STORY}")


async def test_consent_can_be_given_again_after_a_withdrawal_and_the_draft_is_still_there(office: TestOffice) -> None:
    wang = office.wang
    await wang.says("困难")
    await wang.presses("住房")
    await wang.says("取消")
    await withdraws(wang)
    await wang.says("您好")
    await wang.presses("1 同意")
    await wang.says("接着填")
    assert wang.sees("请说说具体情况")


async def has_a_new_text(office: TestOffice, version: str) -> None:
    """The operator changes the consent text and its version, and starts again."""
    changed = office.config.office.model_copy(update={"consent_version": version, "consent_text": "新的告知书。"})
    office.config = office.config.model_copy(update={"office": changed})
    await office.restarts()


async def test_a_new_version_asks_everybody_again_and_keeps_what_is_going_on(office: TestOffice) -> None:
    wang = office.wang
    await wang.says("困难")
    await wang.presses("住房")
    await has_a_new_text(office, "2")
    await wang.says("暖气三天不热了")
    assert wang.sees("新的告知书。")
    assert wang.sees(ASKED)
    await wang.presses("1 同意")
    assert wang.sees("您说：暖气三天不热了")
    await wang.presses("不用登记")
    await wang.says("接着填")
    assert wang.sees("请说说具体情况")
    assert (await consents(office))[0] == ("1", 0)
    assert (await consents(office))[-1] == ("2", 1)


async def test_a_button_of_a_push_waits_for_the_new_consent_and_works_after_it(office: TestOffice) -> None:
    wang, zhao = office.wang, office.zhao
    await wang.says("人工")
    for label in ("查看", "接手", "办结", "已办结"):
        await zhao.presses(label)
    await zhao.says("电话里说清楚了")
    await zhao.presses("确认提交")
    asked = wang.message
    await has_a_new_text(office, "2")
    await wang.presses("已解决", asked)
    assert wang.sees(ASKED)
    await wang.presses("1 同意")
    await wang.presses("已解决", asked)
    assert wang.sees("太好了")


async def test_consent_belongs_to_the_person_and_not_to_the_telephone(new_office: TestOffice) -> None:
    await comes_in(new_office, new_office.wang)
    await new_office.wang.presses("1 同意")

    async def invite(tx: Tx) -> None:
        await entry.add_invite(tx, new_office.ids["王老"], "WXYZ6789", None, new_office.clock(), 72)

    await new_office.writes(invite)
    await new_office.stranger.says("WXYZ6789")
    assert new_office.stranger.sees("您要办什么？")
    assert not new_office.stranger.sees(ASKED)
    await withdraws(new_office.wang)
    await new_office.stranger.says("菜单")
    assert new_office.stranger.sees(ASKED)


async def test_days_of_silence_before_consent_change_nothing(new_office: TestOffice) -> None:
    wang = new_office.wang
    await comes_in(new_office, wang)
    await wang.says(STORY)
    new_office.clock.ahead += timedelta(days=3)
    await wang.says("楼上也不热")
    assert wang.sees(ASKED)
    await wang.presses("1 同意")
    assert wang.sees(f"您说：{STORY}\n楼上也不热")

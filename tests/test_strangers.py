"""How an account becomes a person's, and how little it learns before."""

from datetime import timedelta

import pytest

from handlers import strangers
from storage import entry
from storage.database import Tx
from tests.office import Someone, TestOffice

CODE = "ABCD2345"
NAMES = ("王老", "小李", "赵科", "钱局", "虚构县水利局")


async def invite(office: TestOffice, name: str, code: str = CODE) -> None:
    async def write(tx: Tx) -> None:
        await entry.add_invite(tx, office.ids[name], code, None, office.clock(), 72)

    await office.writes(write)


async def joins(office: TestOffice, someone: Someone, code: str) -> None:
    """Come in by invite, agreeing to the consent text when it is shown."""
    await invite(office, someone.name, code)
    await someone.says(code)
    if "1 同意" in someone.buttons:
        await someone.presses("1 同意")


async def applies(someone: Someone, name: str = "王老") -> None:
    await someone.says("申请")
    await someone.says(name)
    await someone.says("水利局，13900000000")
    await someone.presses("确认提交")


def is_stranger(someone: Someone) -> bool:
    return not any(name in each.text for each in someone.user.messages for name in NAMES)


# ── by code ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "words",
    [
        "ABCD2345",
        "abcd2345",
        "AbCd 2345",
        "ABCD-2345",
        "abcd—2345",
        "ＡＢＣＤ２３４５",
        " ABCD2345\n",
        "A B C D 2 3 4 5",
        "/start ABCD2345",
        "/START abcd2345",
        "邀请码：ABCD2345",
        "邀请码 abcd-2345",
        "abcd_2345",
    ],
)
def test_a_code_is_found_in_every_writing(words: str) -> None:
    assert strangers.code_in(words) == CODE


@pytest.mark.parametrize(
    "words",
    [
        "",
        "/start",
        "你好",
        "ABCD234",
        "ABCD23456",
        "ABCD234O",
        "ABCD2341",
        "ABCDI345",
        "我的码是ABCD2345",
        "１２３４５６７８",
        "13800000001",
    ],
)
def test_what_is_not_of_the_form_of_a_code_is_none(words: str) -> None:
    assert strangers.code_in(words) is None


def test_new_codes_are_of_the_form_that_is_read_and_differ() -> None:
    codes = {strangers.new_code() for _ in range(200)}
    assert len(codes) == 200
    assert all(strangers.code_in(code) == code for code in codes)


@pytest.mark.parametrize("words", ["abcd-2345", "/start ABCD2345", "ＡＢＣＤ２３４５"])
async def test_a_code_lets_its_person_in(new_office: TestOffice, words: str) -> None:
    await invite(new_office, "王老")
    await new_office.wang.says(words)
    assert new_office.wang.sees("王老，您好，已经认出您了")
    assert new_office.wang.sees("您同意吗？")
    await new_office.wang.presses("1 同意")
    assert new_office.wang.sees("您要办什么？")
    assert [row[0] for row in await new_office.rows("SELECT deed FROM audit ORDER BY id")] == [
        "account.bound",
        "consent.given",
    ]


async def test_a_code_works_once(new_office: TestOffice) -> None:
    await invite(new_office, "王老")
    await new_office.wang.says(CODE)
    await new_office.stranger.says(CODE)
    assert new_office.stranger.sees("这个邀请码用不了")
    assert is_stranger(new_office.stranger)


async def test_a_code_ends_after_its_hours(new_office: TestOffice) -> None:
    await invite(new_office, "王老")
    new_office.clock.ahead += timedelta(hours=72, seconds=1)
    await new_office.wang.says(CODE)
    assert new_office.wang.sees("这个邀请码用不了")
    assert is_stranger(new_office.wang)


async def test_a_new_code_ends_the_one_before(new_office: TestOffice) -> None:
    await invite(new_office, "王老", CODE)
    await invite(new_office, "王老", "WXYZ6789")
    await new_office.wang.says(CODE)
    assert new_office.wang.sees("这个邀请码用不了")
    await new_office.wang.says("WXYZ6789")
    assert new_office.wang.sees("王老，您好")


async def test_a_wrong_code_an_old_one_and_a_throttled_one_sound_the_same(new_office: TestOffice) -> None:
    await invite(new_office, "王老")
    await new_office.wang.says(CODE)
    heard = []
    for code in (CODE, "WXYZ6789", "WXYZ6788", "WXYZ6787", "WXYZ6786", "WXYZ6785", "WXYZ6784"):
        await new_office.stranger.says(code)
        heard.append(new_office.stranger.heard)
    assert len(set(heard)) == 1


async def test_who_guesses_five_times_must_wait_an_hour_even_with_the_right_code(new_office: TestOffice) -> None:
    await invite(new_office, "王老")
    for last in "23456":
        await new_office.wang.says(f"WXYZ678{last}")
    await new_office.wang.says(CODE)
    assert new_office.wang.sees("这个邀请码用不了")
    assert new_office.wang.sees("过一个小时再试")
    new_office.clock.ahead += timedelta(minutes=61)
    await new_office.wang.says(CODE)
    assert new_office.wang.sees("王老，您好")


async def test_guesses_of_one_account_do_not_lock_out_another(new_office: TestOffice) -> None:
    await invite(new_office, "王老")
    for last in "234567":
        await new_office.stranger.says(f"WXYZ678{last}")
    await new_office.wang.says(CODE)
    assert new_office.wang.sees("王老，您好")


async def test_guesses_of_very_many_accounts_lock_everybody_out_for_the_hour(new_office: TestOffice) -> None:
    await invite(new_office, "王老")
    await new_office.stranger.says("您好")

    async def guess(tx: Tx) -> None:
        for _ in range(strangers.WRONG_CODES_OF_ALL_PER_HOUR):
            await entry.wrong_code(tx, 1, new_office.clock())

    await new_office.writes(guess)
    await new_office.wang.says(CODE)
    assert new_office.wang.sees("这个邀请码用不了")


async def test_a_second_telephone_of_somebody_who_agreed_goes_straight_to_the_menu(new_office: TestOffice) -> None:
    await joins(new_office, new_office.wang, CODE)
    await invite(new_office, "王老", "WXYZ6789")
    await new_office.stranger.says("申请")
    await new_office.stranger.says("WXYZ6789")
    assert new_office.stranger.sees("王老，您好")
    assert new_office.stranger.sees("您要办什么？")
    await new_office.stranger.says("1")
    assert new_office.stranger.sees("您遇到哪方面的困难？")


# ── by telephone number ─────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_own_number_on_the_roster_lets_in(new_office: TestOffice) -> None:
    await new_office.wang.says("您好")
    assert new_office.wang.sees("我还不认识您")
    await new_office.wang.presses("用手机号验证")
    assert new_office.wang.sees("王老，您好，已经认出您了")


async def test_somebody_elses_number_does_not(new_office: TestOffice) -> None:
    await new_office.wang.does(lambda user: user.shares_contact(own=False))
    assert new_office.wang.sees("我还不认识您")
    assert is_stranger(new_office.wang)


async def test_a_number_that_is_not_on_the_roster_does_not(new_office: TestOffice) -> None:
    await new_office.stranger.does(lambda user: user.shares_contact())
    assert new_office.stranger.sees("这个电话号码没有登记在册")


async def test_a_number_that_two_people_share_is_for_staff_to_tell_apart(new_office: TestOffice) -> None:
    await new_office.writes(lambda tx: tx.run("UPDATE persons SET phone = '13800000001' WHERE name = '小李'"))
    await new_office.wang.does(lambda user: user.shares_contact())
    assert is_stranger(new_office.wang)
    assert await new_office.rows("SELECT 1 FROM accounts WHERE person_id IS NOT NULL") == []


@pytest.mark.parametrize("written", ["+86 138-0000-0001", "8613800000001", "+8613800000001", "138 0000 0001"])
async def test_the_country_number_does_not_matter(new_office: TestOffice, written: str) -> None:
    new_office.wang.user.chat.phone = written
    await new_office.wang.does(lambda user: user.shares_contact())
    assert new_office.wang.sees("王老，您好")


# ── by request ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_request_is_shown_to_staff_and_granted(new_office: TestOffice) -> None:
    zhao, wang = new_office.zhao, new_office.wang
    await joins(new_office, zhao, CODE)
    await wang.says("您好")
    zhao.looks_away()
    await wang.presses("申请使用")
    assert wang.sees("请问您的姓名？")
    await wang.says("王老")
    await wang.says("水利局，13900000000")
    assert wang.sees("姓名：王老\n单位和电话：水利局，13900000000")
    await wang.presses("确认提交")
    assert wang.sees("收到您的申请")
    assert zhao.sees("有人申请使用：王老")
    assert zhao.sees("水利局，13900000000")
    wang.looks_away()
    await zhao.presses("是王老")
    assert zhao.sees("已同意，账号归王老")
    assert wang.sees("王老，您好，工作人员已经核对过")
    await wang.presses("开始")
    assert wang.sees("您同意吗？")
    deeds = [
        row[0] for row in await new_office.rows("SELECT deed FROM audit WHERE subject LIKE 'request:%' ORDER BY id")
    ]
    assert deeds == ["access.requested", "access.approved"]
    assert "13900000000" not in "".join(row[0] for row in await new_office.rows("SELECT detail FROM audit"))


async def test_a_request_is_refused_politely_and_can_be_made_again(new_office: TestOffice) -> None:
    zhao, stranger = new_office.zhao, new_office.stranger
    await joins(new_office, zhao, CODE)
    await applies(stranger, "张三")
    assert zhao.sees("花名册里没有这个名字") or "花名册里没有这个名字" in zhao.message.text
    stranger.looks_away()
    await zhao.presses("不同意")
    assert zhao.sees("已回复对方")
    assert stranger.sees("您的申请没能核对上，请打电话跟我们联系：0000-8000000")
    await stranger.says("申请")
    assert stranger.sees("请问您的姓名？")


async def test_a_second_request_waits_for_the_first(new_office: TestOffice) -> None:
    await joins(new_office, new_office.zhao, CODE)
    await applies(new_office.stranger)
    await new_office.stranger.says("申请")
    assert new_office.stranger.sees("您的申请已经收到，工作人员正在核对")
    assert len(await new_office.rows("SELECT id FROM access_requests")) == 1


async def test_a_request_is_decided_once(new_office: TestOffice) -> None:
    await joins(new_office, new_office.zhao, CODE)
    await applies(new_office.wang)
    card = new_office.zhao.message
    await new_office.zhao.presses("是王老", card)
    await new_office.zhao.presses("不同意", card)
    assert new_office.zhao.sees("这条申请已经处理过了")
    assert [row[0] for row in await new_office.rows("SELECT decision FROM access_requests")] == ["approved"]


async def test_open_requests_stand_in_the_staff_menu(new_office: TestOffice) -> None:
    await applies(new_office.stranger, "张三")  # before anybody of the staff has an account
    await joins(new_office, new_office.zhao, CODE)
    await new_office.zhao.says("菜单")
    await new_office.zhao.presses("申请使用的人")
    assert new_office.zhao.sees("还有 1 条申请")
    assert new_office.zhao.sees("张三")


@pytest.mark.parametrize("limit", ["leader", "unit"])
async def test_who_may_not_admit_neither_sees_nor_decides_a_request(new_office: TestOffice, limit: str) -> None:
    change = {
        "leader": "UPDATE roles SET role = 'leader' WHERE person_id = ?",
        "unit": "UPDATE roles SET unit_id = (SELECT id FROM units) WHERE person_id = ?",
    }[limit]
    await new_office.writes(lambda tx: tx.run(change, new_office.ids["赵科"]))
    await joins(new_office, new_office.zhao, CODE)
    await applies(new_office.wang)
    assert not any("有人申请使用" in each.text for each in new_office.zhao.user.messages)
    await new_office.zhao.says("菜单")
    await new_office.zhao.presses("申请使用的人")
    assert new_office.zhao.sees("不归您管")


async def test_what_is_added_at_the_review_reaches_the_staff(new_office: TestOffice) -> None:
    await joins(new_office, new_office.zhao, CODE)
    stranger = new_office.stranger
    await stranger.says("申请")
    await stranger.says("张三")
    await stranger.says("水利局，13900000000")
    await stranger.says("我是去年退下来的")
    assert stranger.sees("另外说过：我是去年退下来的")
    new_office.zhao.looks_away()
    await stranger.presses("确认提交")
    assert new_office.zhao.sees("我是去年退下来的")


@pytest.mark.parametrize("words", ["人工", "帮助", "贴纸"])
async def test_a_command_or_a_sticker_is_nobodys_name(new_office: TestOffice, words: str) -> None:
    stranger = new_office.stranger
    await stranger.says("申请")
    await (stranger.does(lambda user: user.sends_sticker()) if words == "贴纸" else stranger.says(words))
    assert stranger.sees("0000-8000000")
    assert stranger.sees("请问您的姓名？")


async def test_a_name_must_look_like_one(new_office: TestOffice) -> None:
    await new_office.stranger.says("申请")
    await new_office.stranger.says("13900000000")
    assert new_office.stranger.sees("请只写姓名")
    await new_office.stranger.says("取消")
    assert new_office.stranger.sees("我还不认识您")


# ── what a stranger learns ──────────────────────────────────────────────────────────────────────────────────────────


async def test_a_stranger_learns_nothing_but_how_to_ask(new_office: TestOffice) -> None:
    await joins(new_office, new_office.wang, CODE)
    await new_office.wang.says("我家暖气三天不热了")
    await new_office.wang.presses("登记为新的困难")
    for label in ("住房", "不急", "确认提交"):
        await new_office.wang.presses(label)
    stranger = new_office.stranger
    for words in (
        "您好",
        "困难",
        "我的困难",
        "待办",
        "进展",
        "2026-1",
        "赵科",
        "人工",
        "撤回同意",
        "接着填",
        "/start",
        "/help",
        "9",
        "0",
    ):
        await stranger.says(words)
        assert stranger.sees("我还不认识您"), words
    await stranger.does(lambda user: user.sends_photo(b"\xff\xd8\xff photo", "就是这里"))
    await stranger.does(lambda user: user.sends_sticker())
    assert is_stranger(stranger)
    assert not any("暖气" in each.text or "2026-1" in each.text for each in stranger.user.messages)


@pytest.mark.parametrize("words", ["我的困难", "进展", "待办", "困难"])
async def test_at_the_review_of_a_request_the_words_of_others_open_nothing(new_office: TestOffice, words: str) -> None:
    stranger = new_office.stranger
    await stranger.says("申请")
    await stranger.says("张三")
    await stranger.says("水利局，13900000000")
    await stranger.says(words)
    assert stranger.sees("请您核对")


async def test_who_is_taken_off_the_roster_is_a_stranger_again(new_office: TestOffice) -> None:
    await joins(new_office, new_office.wang, CODE)
    await new_office.wang.says("困难")
    await new_office.writes(lambda tx: tx.run("UPDATE persons SET active = 0 WHERE name = '王老'"))
    await new_office.wang.presses("住房")
    assert new_office.wang.sees("我还不认识您")
    await new_office.wang.says("我的困难")
    assert new_office.wang.sees("我还不认识您")


async def test_the_strangers_keyboard_goes_when_somebody_is_let_in(new_office: TestOffice) -> None:
    wang = new_office.wang
    await wang.says("您好")
    assert wang.user.keyboard == ["1 申请使用", "2 用手机号验证"]
    await wang.does(lambda user: user.shares_contact())
    assert wang.sees("已经认出您了")
    assert wang.user.keyboard == []
    assert wang.buttons[0] == "1 同意"  # the question comes last, after the greeting


async def test_the_strangers_keyboard_goes_when_staff_approve(new_office: TestOffice) -> None:
    zhao, wang = new_office.zhao, new_office.wang
    await zhao.says("您好")
    await zhao.does(lambda user: user.shares_contact())
    await wang.says("您好")
    await wang.says("申请使用")
    await wang.says("王老")
    await wang.says("虚构县水利局，电话在册")
    await wang.presses("确认提交")
    wang.looks_away()
    await zhao.presses("是王老")
    assert wang.sees("现在可以用了") and wang.buttons == ["开始"]
    assert wang.user.keyboard == []

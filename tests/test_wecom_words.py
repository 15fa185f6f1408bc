"""Words and choices on WeCom: markdown that shows what was written, cards within their limits, lists where a card is too small."""

import base64
import json
import re
import unicodedata
from datetime import UTC, datetime
from urllib.parse import unquote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.buttons import ABOVE, above_buttons, as_list, fit, usable
from bot.channels.channel import Outgoing
from bot.channels.wecom_cards import BUTTONS, LONGEST_KEY_BYTES, card_after, card_of, press_in
from bot.channels.wecom_markdown import shown_as_written
from bot.channels.wecom_media import decrypted, file_name
from bot.channels.wecom_updates import incoming
from handlers import answers
from tests.wecom_server.media import encrypted
from tests.wecom_server.rules import check_card

# ── markdown ────────────────────────────────────────────────────────────────────────────────────────────────────────

READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])  # not ours: it says what markdown means
SIGNS = st.text(st.sampled_from("*_#>-+=~`[]()<>|\\&;!:. \n1a困￥/"), max_size=40)
LINES = st.lists(
    st.sampled_from(
        "# 题，> 引，- 项，1. 一，2) 二，---，===，    码，```，| a | b |，|---|---|，**粗**，[看](http://a.example)，<b>x</b>，"
        "&lt;，~~删~~，a_b_c，![图](x)，[x]: http://a.example，，困难".split("，")
    ),
    max_size=8,
).map("\n".join)


def shown(markdown: str) -> str:
    """Return what a reader of markdown shows, and make sure that it shows nothing but paragraphs of plain words."""
    lines = []
    for token in READER.parse(markdown):
        assert token.type in ("paragraph_open", "paragraph_close", "inline"), (markdown, token.type)
        for child in token.children or []:
            assert child.type in ("text", "hardbreak"), (markdown, child.type)
            lines.append("\n" if child.type == "hardbreak" else child.content)
        if token.type == "paragraph_close":
            lines.append("\n")
    return "".join(lines)


def even(text: str) -> list[str]:
    """Return the lines that are not empty, with signs of full and of half width alike."""
    return [line for line in (unicodedata.normalize("NFKC", each).strip() for each in text.split("\n")) if line]


@settings(max_examples=60)
@given(SIGNS | LINES | st.text(max_size=60))
@example("一 *二* 三\n***\n_四_")
def test_what_was_written_is_what_is_shown(text: str) -> None:
    text = re.sub(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u00a0\ud800-\udfff]|https?:", "", text)
    assert even(shown(shown_as_written(text))) == even(text)


@given(st.text(st.sampled_from("abc012/?=&_-~*[]()|.;%"), max_size=30))
def test_an_address_still_leads_where_it_led(rest: str) -> None:
    written = shown_as_written(f"请看 http://a.example/{rest} 谢谢")
    assert even(shown(written))[0].startswith("请看 http://a.example/")
    assert unquote(written) == unquote(f"请看 http://a.example/{rest} 谢谢")


def test_plain_words_stay_as_they_are() -> None:
    plain = "已经登记，编号：2026-1\n最迟12月7日 星期一前给您答复\n电话：0359-1234567，网址 http://a.example/u_1/x.html"
    assert shown_as_written(plain) == plain.replace("\n", "  \n")
    assert shown_as_written("一\n\n二") == "一\n\n二"
    link = "https://a.example/b/Ab_-c-_d_e_"
    assert shown_as_written(link) == "https://a.example/b/Ab_-c-%5Fd_e_" and unquote(shown_as_written(link)) == link


# ── buttons ─────────────────────────────────────────────────────────────────────────────────────────────────────────

LABELS = st.text(st.sampled_from("就医住房说完了0123 "), min_size=1, max_size=10)
CHOICES = st.text(st.sampled_from('q:123abc"\\困'), min_size=1, max_size=20)
ROWS = st.lists(st.tuples(LABELS, CHOICES), min_size=1, max_size=6, unique_by=lambda row: row[1])


def outgoing(text: str, rows: list[tuple[str, str]], letter_id: int = 7) -> Outgoing:
    return Outgoing(letter_id, 1, "wang", text, [list(row) for row in rows])


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.just("\n"), min_size=1, max_size=400), ROWS)
def test_every_card_is_one_that_is_taken_and_its_buttons_tell_all_when_pressed(
    text: str, rows: list[tuple[str, str]]
) -> None:
    before, above = above_buttons(text, BUTTONS.longest_text)
    assert above and len(above) <= BUTTONS.longest_text and (above == ABOVE or text.endswith(above))
    assert before == "" or before in text
    assert fit(rows, BUTTONS)
    card = check_card(card_of(outgoing(above, rows)), set())
    for place, (label, choice) in enumerate(rows):
        key = card["button_list"][place]["key"]
        assert len(key.encode()) <= LONGEST_KEY_BYTES
        press = press_in({"eventtype": "template_card_event", "event_key": key, "task_id": card["task_id"]})
        assert press is not None and (press.choice, press.label) == (choice, label)
        after = check_card(card_after(press), set())
        assert after["main_title"] == card["main_title"] and after["task_id"] == card["task_id"]
        again = press_in({"eventtype": "template_card_event", "event_key": after["button_list"][0]["key"]})
        assert again is not None and again.choice is None


def test_a_card_sent_again_is_the_same_card_and_no_other_is() -> None:
    rows = [("1 是", "q:1:a:yes")]
    card = card_of(outgoing("好吗？", rows))["task_id"]
    assert card == card_of(outgoing("好吗？", rows))["task_id"]
    assert card != card_of(outgoing("好吗？", rows, 8))["task_id"]
    assert card != card_of(outgoing("对吗？", rows))["task_id"]  # a restored backup gives the number a second time


def test_more_or_longer_choices_become_a_list_that_a_digit_answers() -> None:
    seven = [[f"{number} 第{number}项", f"c{number}"] for number in range(1, 8)]
    assert not fit(seven, BUTTONS) and not fit([["1 一二三四五六七八九", "x"]], BUTTONS)
    listed = as_list("选哪个？", seven)
    assert listed.startswith("选哪个？\n\n请回复前面的数字：\n1 第1项\n2 第2项")
    assert "照着写：\n1 一\n结束对话" in as_list("", [["1 一", "a"], ["结束对话", "b"]])
    assert [answers.number(line.split(" ")[0]) for line in listed.split("\n")[3:]] == list(range(1, 8))


def test_the_own_number_is_asked_for_only_where_that_is_possible() -> None:
    rows = [["1 申请使用", "a"], ["2 用手机号验证", "b", "contact"]]
    assert usable(rows, BUTTONS) == rows[:1] and usable(rows, None) == rows


@pytest.mark.parametrize("key", [None, "", "x", "[]", "[1]", '["a"]', "{}", json.dumps(["", "", "", ""])])
def test_a_key_that_is_none_of_ours_presses_nothing(key: object) -> None:
    press = press_in({"eventtype": "template_card_event", "template_card_event": {"event_key": key}})
    assert press is not None and press.choice is None


# ── what comes ──────────────────────────────────────────────────────────────────────────────────────────────────────

FIELDS = "text voice mixed msg_item msgtype content event eventtype image url quote from userid msgid template_card_event event_key create_time"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda each: st.lists(each, max_size=3) | st.dictionaries(st.sampled_from(FIELDS.split()), each, max_size=5),
    max_leaves=20,
)


@given(JSON, st.sampled_from(["aibot_msg_callback", "aibot_event_callback"]), st.booleans())
def test_no_callback_however_formed_raises(body: object, command: str, named: bool) -> None:
    if named and isinstance(body, dict):
        body |= {"from": {"userid": "wang"}, "chattype": "single"}
    frame = {"cmd": command, "headers": {"req_id": "1"}, "body": body}
    for each in incoming(frame, datetime(2026, 11, 23, tzinfo=UTC)):
        assert each.address and each.external_id and each.said_at.tzinfo is not None


@given(st.binary(max_size=200), st.binary(min_size=32, max_size=32))
def test_what_was_encrypted_is_decrypted(data: bytes, key: bytes) -> None:
    written = base64.b64encode(key).decode()
    for form in (written, written.rstrip("=")):
        assert decrypted(encrypted(data, key), form) == data


def test_names_of_files_in_every_way_they_are_sent() -> None:
    assert file_name("attachment; filename*=UTF-8''%E6%94%B6%E6%8D%AE.pdf") == "收据.pdf"
    assert file_name('attachment; filename="%E6%94%B6%E6%8D%AE.pdf"') == "收据.pdf"
    assert file_name('attachment; filename="收据.pdf"'.encode().decode("latin-1")) == "收据.pdf"
    assert file_name("attachment") == file_name("") == ""

"""How fast messages leave and how long ones are cut, whatever comes."""

from datetime import UTC, datetime
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from bot.channels.channel import ButtonLimits, Enclosure, Limits
from bot.pace import Pace
from bot.parts import parts
from handlers.splitting import split_text
from storage.media import Medium
from storage.outbox import Letter

# ── pace ────────────────────────────────────────────────────────────────────────────────────────────────────────────

rates = st.floats(0.2, 50)
wishes = st.lists(  # to which chat, after a pause of how many seconds
    st.tuples(st.integers(1, 5), st.floats(0, 0.4)), min_size=1, max_size=120
)


@given(per_second=st.integers(1, 40), per_chat=rates, wishes=wishes)
def test_it_never_leaves_faster_than_allowed(per_second: int, per_chat: float, wishes: list[tuple[int, float]]) -> None:
    """Whoever waits as long as it says keeps both limits, in every second and between any two messages to one chat."""
    pace = Pace(per_second, per_chat)
    now = 1000.0
    left: list[tuple[float, int]] = []
    for chat, pause in wishes:
        now += pause
        while (wait := max(pace.wait_overall(now), pace.wait_chat(chat, now))) > 0:
            now += wait + 1e-9
        pace.left(chat, now)
        left.append((now, chat))
    for place, (moment, chat) in enumerate(left):
        assert sum(moment <= other < moment + 1 for other, _ in left) <= per_second
        later = [other for other, to in left[place + 1 :] if to == chat]
        assert all(other - moment >= 1 / per_chat - 1e-9 for other in later)


@given(per_chat=rates, pause=st.floats(0, 10))
def test_one_chat_does_not_hold_up_another(per_chat: float, pause: float) -> None:
    pace = Pace(1000, per_chat)
    pace.left(1, 50.0)
    assert pace.wait_chat(2, 50.0 + pause) == 0
    assert pace.wait_overall(50.0 + pause) == 0


@given(seconds=st.floats(0.01, 3600))
def test_a_chat_or_all_of_them_rest_as_long_as_they_are_told_to(seconds: float) -> None:
    pace = Pace(30, 1)
    pace.hold_chat(7, seconds, 100.0)
    assert abs(pace.wait_chat(7, 100.0) - seconds) < 1e-6
    assert pace.wait_overall(100.0) == 0
    pace.hold_all(seconds, 100.0)
    assert abs(pace.wait_overall(100.0) - seconds) < 1e-6
    assert pace.wait_overall(100.0 + seconds + 0.001) == 0


def test_a_hold_is_not_shortened_by_the_next_message() -> None:
    pace = Pace(30, 1)
    pace.hold_all(60, 0.0)
    pace.hold_all(5, 0.0)
    assert pace.wait_overall(0.0) == 60


def test_without_limits_nothing_waits_and_nothing_is_remembered() -> None:
    pace = Pace(float("inf"), float("inf"))
    for chat in range(1000):
        pace.left(chat, 1.0)
    assert pace.wait_overall(1.0) == 0
    assert pace.wait_chat(5, 1.0) == 0


def test_a_fast_server_of_ones_own_is_not_slowed_down_to_a_slow_ones_margin() -> None:
    pace = Pace(100_000, 100_000)
    pace.left(1, 1.0)
    assert pace.wait_chat(1, 1.0) < 0.001


# ── parts ───────────────────────────────────────────────────────────────────────────────────────────────────────────

texts = st.text(st.sampled_from("暖气不热，。！\n 　ab😀👨‍👩‍👧é"), max_size=200) | st.text(max_size=60)


def letter(text: str, buttons: list[list[str]]) -> Letter:
    return Letter(1, 7, text, buttons, [], datetime(2026, 11, 23, tzinfo=UTC), address="1001")


def enclosure(number: int, state: str = "kept") -> Enclosure:
    name = f"{number:032x}"
    medium = Medium(name, 7, "photo", "照片.jpg", "image/jpeg", 3, "web", None, state, 0)
    return Enclosure(medium, Path(name), None)


def limits(longest: int, longest_bytes: int | None = None, buttons: ButtonLimits | None = None) -> Limits:
    endless = float("inf")
    return Limits(longest, endless, endless, 0, longest_bytes=longest_bytes, buttons=buttons)


@given(text=texts.filter(str.strip), enclosures=st.integers(0, 4), longest=st.integers(2, 120))
def test_enclosures_come_first_and_the_buttons_last(text: str, enclosures: int, longest: int) -> None:
    buttons = [["1 查看", "a:case:1"]]
    enclosed = [enclosure(number) for number in range(enclosures)]
    out = parts(letter(text, buttons), enclosed, limits(longest))
    assert [each.enclosure for each in out[:enclosures]] == enclosed
    assert [each.text for each in out[enclosures:]] == split_text(text, longest)
    assert out[-1].buttons == buttons
    assert not any(each.buttons for each in out[:-1])
    again = parts(letter(text, buttons), enclosed, limits(longest))
    assert again == out  # a count of parts sent means the same after a restart


def test_an_enclosure_that_could_not_be_fetched_is_told_in_words_and_changes_no_count() -> None:
    whole = parts(letter("请看", []), [enclosure(1), enclosure(2)], limits(4096))
    broken = parts(letter("请看", []), [enclosure(1), enclosure(2, "lost")], limits(4096))
    assert len(broken) == len(whole)
    assert broken[1].enclosure is None
    assert "没能取到" in broken[1].text


SMALL = ButtonLimits(most=2, longest_label=4, longest_text=12)
rows = st.lists(st.tuples(st.text("1 是不", min_size=1, max_size=6), st.just("c")), min_size=1, max_size=3)


@given(text=texts.filter(str.strip), buttons=rows, longest_bytes=st.integers(60, 200))
def test_where_buttons_are_few_they_stand_below_little_text_or_become_a_list(
    text: str, buttons: list[tuple[str, str]], longest_bytes: int
) -> None:
    held = [list(each) for each in buttons]
    out = parts(letter(text, held), [], limits(1000, longest_bytes, SMALL))
    assert all(each.text and len(each.text.encode()) <= longest_bytes for each in out)
    assert not any(each.buttons for each in out[:-1])
    if len(held) <= 2 and all(len(each[0]) <= 4 for each in held):
        assert out[-1].buttons == held and len(out[-1].text) <= 12
    else:
        assert not out[-1].buttons
        listed = "".join("".join(each.text.split()) for each in out)
        assert listed.endswith("".join("".join(each[0].split()) for each in held))

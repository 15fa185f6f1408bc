"""How fast messages leave and how long ones are cut, whatever comes."""

from collections.abc import Callable
from datetime import UTC, datetime
from math import inf
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from bot.channels.channel import ButtonLimits, Enclosure, Limits, Window
from bot.pace import MARGIN, TRICKLES, Pace
from bot.parts import parts
from handlers.splitting import split_text
from storage.media import Medium
from storage.outbox import Letter

# ── pace ────────────────────────────────────────────────────────────────────────────────────────────────────────────

rates = st.floats(0.2, 50)
windows = st.lists(st.builds(Window, st.integers(1, 12), st.floats(0.5, 60)), max_size=2).map(tuple)
wishes = st.lists(  # to which chat, whether as an answer, after a pause of how many seconds
    st.tuples(st.integers(1, 4), st.booleans(), st.floats(0, 0.4)), min_size=1, max_size=120
)


def at_most(per_second: float, per_chat: float, windows_per_chat: tuple[Window, ...] = ()) -> Limits:
    return Limits(4096, per_second, per_chat, 0, windows_per_chat=windows_per_chat)


def left_in_turn(pace: Pace, wishes: list[tuple[int, bool, float]]) -> list[tuple[float, int, bool]]:
    """Let whoever wishes to wait as long as the pace says, one after the other; return when what left, to whom, and whether an answer."""
    now, left = 1000.0, []
    for chat, is_answer, pause in wishes:
        now += pause
        while (wait := max(p(now, is_answer) for p in waits(pace, chat))) > 0:
            now += wait + 1e-9
        pace.left(chat, now, is_answer=is_answer)
        left.append((now, chat, is_answer))
    return left


def waits(pace: Pace, chat: int) -> tuple[Callable[[float, bool], float], ...]:
    return (
        lambda now, is_answer: pace.wait_overall(now, is_answer=is_answer),
        lambda now, is_answer: pace.wait_chat(chat, now, is_answer=is_answer),
    )


@given(per_second=st.floats(0.3, 40), per_chat=rates, windows=windows, wishes=wishes)
def test_it_never_leaves_faster_than_allowed(
    per_second: float, per_chat: float, windows: tuple[Window, ...], wishes: list[tuple[int, bool, float]]
) -> None:
    """Whoever waits as long as it says keeps every limit, counted anew: in every second, and in every window of a chat."""
    left = left_in_turn(Pace(at_most(per_second, per_chat, windows)), wishes)
    whole = max(1, int(per_second))  # 1.5 a second is 1 in two thirds of a second
    for place, (moment, chat, _) in enumerate(left):
        assert sum(moment <= other < moment + whole / per_second for other, _, _ in left) <= whole
        later = [other for other, to, _ in left[place + 1 :] if to == chat]
        assert all(other - moment >= 1 / per_chat - 1e-9 for other in later)
        for window in windows:
            assert 1 + sum(other < moment + window.seconds for other in later) <= window.count


@given(per_second=st.integers(1, 200), pushes=st.integers(50, 300))
def test_pushes_alone_use_the_whole_limit(per_second: int, pushes: int) -> None:
    """A notice to many loses nothing by leaving in a trickle: it is through when the limit, with its margin, allows."""
    left = left_in_turn(Pace(at_most(per_second, inf)), [(chat, False, 0.0) for chat in range(pushes)])
    assert left[-1][0] - left[0][0] <= pushes * MARGIN / per_second + 1e-6


@given(lateness=st.lists(st.floats(0, 0.03), min_size=300, max_size=300))
def test_a_busy_machine_loses_little_of_the_limit(lateness: list[float]) -> None:
    """Each time it may go on, it does so up to 30 ms late."""
    pace, now = Pace(at_most(30, inf)), 1000.0
    for chat, late in enumerate(lateness):
        if wait := pace.wait_overall(now, is_answer=False):
            now += wait + late
        while pace.wait_overall(now, is_answer=False) > 0:
            now += 1e-3
        pace.left(chat, now, is_answer=False)
    assert 300 / (now - 1000.0) > 0.9 * 30


@given(per_second=st.integers(10, 100), pushes=st.integers(100, 400))
def test_an_answer_finds_its_place_within_an_eighth_of_a_second_while_a_notice_runs(
    per_second: int, pushes: int
) -> None:
    pace = Pace(at_most(per_second, 1))
    left = left_in_turn(pace, [(chat, False, 0.0) for chat in range(pushes)])
    assert pace.wait_overall(left[-1][0]) <= 2 * MARGIN / TRICKLES


@given(count=st.integers(2, 40), seconds=st.floats(1, 3600))
def test_pushes_leave_a_share_of_a_chats_window_to_answers(count: int, seconds: float) -> None:
    pace = Pace(at_most(inf, inf, (Window(count, seconds),)))
    pushed = 0
    while pace.wait_chat(1, 5.0, is_answer=False) == 0:
        pace.left(1, 5.0, is_answer=False)
        pushed += 1
    assert 0 < pushed < count
    for _ in range(count - pushed):
        assert pace.wait_chat(1, 5.0) == 0
        pace.left(1, 5.0)
    assert pace.wait_chat(1, 5.0) >= seconds
    assert pace.wait_chat(2, 5.0, is_answer=False) == 0


def test_chats_whose_windows_have_gone_by_are_forgotten() -> None:
    pace = Pace(at_most(inf, 1, (Window(30, 60),)))
    for chat in range(100_000):
        pace.left(chat, chat / 100)  # a hundred a second
    assert len(pace._chats) < 20_000
    assert pace.wait_chat(99_999, 1000.0) > 0


@given(per_chat=rates, pause=st.floats(0, 10))
def test_one_chat_does_not_hold_up_another(per_chat: float, pause: float) -> None:
    pace = Pace(at_most(1000, per_chat))
    pace.left(1, 50.0)
    assert pace.wait_chat(2, 50.0 + pause) == 0
    assert pace.wait_overall(50.0 + pause) == 0


@given(seconds=st.floats(0.01, 3600))
def test_a_chat_or_all_of_them_rest_as_long_as_they_are_told_to(seconds: float) -> None:
    pace = Pace(at_most(30, 1))
    pace.hold_chat(7, seconds, 100.0)
    assert abs(pace.wait_chat(7, 100.0) - seconds) < 1e-6
    assert pace.wait_overall(100.0) == 0
    pace.hold_all(seconds, 100.0)
    assert abs(pace.wait_overall(100.0) - seconds) < 1e-6
    assert pace.wait_overall(100.0 + seconds + 0.001) == 0


def test_a_hold_is_not_shortened_by_the_next_message() -> None:
    pace = Pace(at_most(30, 1))
    pace.hold_all(60, 0.0)
    pace.hold_all(5, 0.0)
    assert pace.wait_overall(0.0) == 60


def test_without_limits_nothing_waits_and_nothing_is_remembered() -> None:
    pace = Pace(at_most(inf, inf))
    for chat in range(1000):
        pace.left(chat, 1.0)
    assert pace.wait_overall(1.0) == 0
    assert pace.wait_chat(5, 1.0) == 0


def test_a_fast_server_of_ones_own_is_not_slowed_down_to_a_slow_ones_margin() -> None:
    pace = Pace(at_most(100_000, 100_000))
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
    return Limits(longest, inf, inf, 0, longest_bytes=longest_bytes, buttons=buttons)


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

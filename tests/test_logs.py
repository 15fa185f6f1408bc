"""What gets into the log, and what must not. Every number and name here is invented."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from bot import logs

TOKEN = "123456789:AAH-abcdefghijklmnopqrstuvwxyz_0123"


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    for name in logs.OURS:
        logging.getLogger(name).setLevel(logging.NOTSET)


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_a_line_is_one_json_object_with_the_callers_fields(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("INFO", as_json=True)
    logging.getLogger("bot.intake").info("turn done", extra={"person": 7, "flow": "困难", "parts": ("a", None)})
    (line,) = lines(capsys)
    assert line.pop("time").endswith("Z")
    assert line == {
        "level": "INFO",
        "logger": "bot.intake",
        "message": "turn done",
        "person": 7,
        "flow": "困难",
        "parts": ["a", None],
    }


def test_a_field_named_like_one_of_ours_is_kept_beside_it(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("INFO", as_json=True)
    logging.getLogger("bot").info("x", extra={"level": "high"})
    (line,) = lines(capsys)
    assert (line["level"], line["level_"]) == ("INFO", "high")


def test_as_text_a_line_shows_the_fields_behind_the_message(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("INFO", as_json=False)
    logging.getLogger("bot.intake").warning("turn parked", extra={"person": 7})
    assert capsys.readouterr().err.endswith(" WARNING bot.intake: turn parked person=7\n")


def test_a_traceback_is_part_of_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("INFO", as_json=True)
    try:
        raise RuntimeError("broken")
    except RuntimeError:
        logging.getLogger("bot").exception("turn failed")
    (line,) = lines(capsys)
    assert line["message"] == "turn failed"
    assert "RuntimeError: broken" in line["exception"]
    assert "test_logs.py" in line["exception"]


def test_setting_up_twice_does_not_write_twice(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("INFO", as_json=False)
    logs.configure("INFO", as_json=True)
    logging.getLogger("bot").info("once")
    assert len(lines(capsys)) == 1


def test_our_loggers_obey_the_level(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("DEBUG", as_json=True)
    logging.getLogger("storage.database").debug("seen")
    logs.configure("ERROR", as_json=True)
    logging.getLogger("bot.delivery").warning("not seen")
    assert [line["message"] for line in lines(capsys)] == ["seen"]


@pytest.mark.parametrize(
    "library",
    ["telegram.ext", "aiohttp.access", "httpx", "uvicorn.error", "apscheduler.scheduler", "aiosqlite", "asyncio"],
)
def test_libraries_speak_from_warning_on_whatever_the_level(library: str, capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("DEBUG", as_json=True)
    logging.getLogger(library).info("a whole request")
    logging.getLogger(library).warning("something is wrong")
    assert [line["message"] for line in lines(capsys)] == ["something is wrong"]


def test_an_unknown_level_is_refused() -> None:
    with pytest.raises(ValueError, match="LOUD"):
        logs.configure("LOUD", as_json=True)


@pytest.mark.parametrize(
    ("private", "shown"),
    [
        (f"https://api.telegram.org/bot{TOKEN}/getMe", "https://api.telegram.org/bot<token>/getMe"),
        (TOKEN.replace(":", "%3A"), "<token>"),
        ("http://127.0.0.1:8080/#k=Zm9v-YmFy_123", "http://127.0.0.1:8080/#k=<secret>"),
        ('{"link": "http://host/#k=Zm9vYmFy"}', '{"link": "http://host/#k=<secret>"}'),
        ("http://name:word@10.0.0.1:3128/", "http://<password>@10.0.0.1:3128/"),
        ("电话13900000000。", "电话<phone>。"),
        ("+86 139-0000-0000", "<phone>"),
        ("8613900000000", "<phone>"),
        ("１３９００００００００", "<phone>"),
        ("座机0359-2000000转1", "座机<phone>转1"),
        ("（010）80000000", "<phone>"),
        ("02180000000", "<phone>"),
        ("+86 359 2000000", "<phone>"),
        ("身份证000000", "身份证000000"),
        ("110101193801010010", "<id card>"),
        ("11010119380101001X", "<id card>"),
        ("110101 19380101 001x", "<id card>"),
        ("110101380101001", "<id card>"),
    ],
)
def test_what_looks_private_is_masked(private: str, shown: str) -> None:
    assert logs.masked(private) == shown


@pytest.mark.parametrize(
    "harmless",
    [
        "2026-11-22T03:11:12.123Z",
        "update 987654321 of chat 7123456789 in 12.345 ms",
        "1763781072123",
        "0.13912345678",
        "case 20261122-0013",
        "127.0.0.1:8080",
        "9f86d081-884c-4d65-9a2f-eaa0c55ad015",
        "第 12 行：web.port",
    ],
)
def test_times_ids_and_addresses_stay_readable(harmless: str) -> None:
    assert logs.masked(harmless) == harmless


class Careless:
    """An object whose text gives a number away."""

    def __str__(self) -> str:
        return "Careless(13900000000)"


def test_nothing_private_leaves_by_message_arguments_fields_traceback_or_stack(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.configure("INFO", as_json=True)
    fields = {"phone": 13900000000, "nested": {"13900000000": [Careless()]}, "url": f"http://host/bot{TOKEN}/x"}
    try:
        raise RuntimeError("no such number 13900000000")
    except RuntimeError:
        logging.getLogger("bot").error("call %s or 0359-2000000", Careless(), exc_info=True, extra=fields)
        logging.getLogger("telegram").warning("13900000000", stack_info=True)
    written = capsys.readouterr().err
    assert "1390000" not in written
    assert "2000000" not in written
    assert "AAH-" not in written
    first, second = (json.loads(line) for line in written.splitlines())
    assert first["message"] == "call Careless(<phone>) or <phone>"
    assert first["phone"] == "<phone>"
    assert first["nested"] == {"<phone>": ["Careless(<phone>)"]}
    assert "no such number <phone>" in first["exception"]
    assert "test_logs.py" in second["stack"]


def test_as_text_the_traceback_is_masked_too(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("INFO", as_json=False)
    try:
        raise RuntimeError("no such number 13900000000")
    except RuntimeError:
        logging.getLogger("bot").exception("turn failed")
    assert "RuntimeError: no such number <phone>" in capsys.readouterr().err


class Unprintable:
    def __str__(self) -> str:
        raise LookupError("13900000000")


@pytest.mark.parametrize("arguments", [("one", "two"), (Unprintable(),)])
def test_a_log_call_that_is_itself_wrong_neither_raises_nor_leaks(
    arguments: tuple[object, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure("INFO", as_json=True)
    logging.getLogger("bot").info("call 13900000000 %s", *arguments)
    (line,) = lines(capsys)
    assert line["message"].startswith("'call <phone> %s' (its arguments do not fit: ")
    assert "1390000" not in json.dumps(line)

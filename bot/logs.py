"""What the process writes about itself: one line an event on standard error, with nothing in it that must stay private.

The first line of defence is the caller: message texts, names, numbers and secrets are not logged at all, ids are. The
second is `Mask`, which blacks out what looks like a bot token, a web chat link's secret, a password inside an address,
an identity card number or a telephone number, wherever in a record it stands.
"""

import datetime
import json
import logging
import re
import sys
from typing import Any

OURS = ("bot", "handlers", "storage")
"""Loggers that obey the office's level. All others (telegram, aiohttp, httpx, uvicorn, apscheduler and whatever they
bring along) stay at WARNING: below it some of them write whole requests, SQL parameters and tokens."""

_STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime"}
_ASCII_DIGITS = str.maketrans("０１２３４５６７８９", "0123456789")

_PRIVATE = (
    # A password in an address: scheme://name:password@host.
    (re.compile(r"(?<=://)[^\s/@]+@"), "<password>@"),
    # A bot token, digits:secret. https://core.telegram.org/bots/api#authorizing-your-bot
    (re.compile(r"\d+(?::|%3A)[A-Za-z0-9_-]{30,}", re.IGNORECASE), "<token>"),
    # The secret of a person's web chat link, .../#k=secret.
    (re.compile(r"((?:#|%23)k(?:=|%3D))[^\s\"'<>&]+", re.IGNORECASE), r"\1<secret>"),
    # Identity cards, 18 digits (GB 11643) and the older 15, recognised by the birth date in the middle.
    (
        re.compile(
            r"(?<!\d)[1-9]\d{5}[ -]?(?:(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])[ -]?\d{3}[\dXx]"
            r"|\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])[ -]?\d{3})(?!\d)"
        ),
        "<id card>",
    ),
    # Mobile numbers of the mainland, with or without 86 and gaps. A decimal fraction of eleven digits is not one.
    (re.compile(r"(?<!\d)(?<!\d\.)(?:(?:\+|00)?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)"), "<phone>"),
    # Landlines with area code: 010, 02x, 03xx to 09xx, or +86 without the zero.
    (
        re.compile(
            r"(?<!\d)(?<!\d\.)(?:[(（]?0(?:10|2\d|[3-9]\d{2})[)）]?|(?:\+|00)86[ -]?(?:10|2\d|[3-9]\d{2}))"
            r"[ \-—－]?\d{3,4}[ -]?\d{4}(?!\d)"
        ),
        "<phone>",
    ),
)


def masked(text: str) -> str:
    """`text` with everything that looks private replaced by a word in angle brackets, full-width digits made ASCII."""
    text = text.translate(_ASCII_DIGITS)
    for pattern, replacement in _PRIVATE:
        text = pattern.sub(replacement, text)
    return text


def _masked_value(value: object) -> object:
    """`value` as JSON can hold it, masked at every depth; a whole number that looks private becomes text."""
    match value:
        case None | bool() | float():
            return value
        case int():
            return value if masked(str(value)) == str(value) else masked(str(value))
        case dict():
            return {masked(str(key)): _masked_value(each) for key, each in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_masked_value(each) for each in value]
        case _:
            return masked(str(value))


def _message(record: logging.LogRecord) -> str:
    """The record's message with its arguments filled in.

    A call whose arguments do not fit its text is a bug of ours, but it must neither break the turn it reports on nor
    reach logging's own complaint, which would print the arguments unmasked. So it is said here instead. Any exception,
    because an argument's own __str__ may raise any.
    """
    try:
        return record.getMessage()
    except Exception as error:
        return f"{record.msg!r} (its arguments do not fit: {type(error).__name__}: {error})"


def fields_of(record: logging.LogRecord) -> dict[str, Any]:
    """What the caller gave as `extra=`, in the order it was given."""
    return {name: value for name, value in record.__dict__.items() if name not in _STANDARD}


class Mask(logging.Filter):
    """Masks a record in place before any handler that carries this filter writes it. Never drops a record."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = masked(_message(record)), None
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = masked(record.exc_text)
        if record.stack_info:
            record.stack_info = masked(record.stack_info)
        for name, value in fields_of(record).items():
            record.__dict__[name] = _masked_value(value)
        return True


class JsonLines(logging.Formatter):
    """One JSON object a line: time (UTC), level, logger, message, the fields of `extra=`, exception, stack.

    A field that has the name of one of ours gets an underscore behind it. Expects a record that `Mask` has seen.
    """

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.datetime.fromtimestamp(record.created, datetime.UTC)
        line: dict[str, Any] = {
            "time": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_text:
            line["exception"] = record.exc_text
        if record.stack_info:
            line["stack"] = record.stack_info
        for name, value in fields_of(record).items():
            line[f"{name}_" if name in line else name] = value
        return json.dumps(line, ensure_ascii=False)


class Text(logging.Formatter):
    """The same for people: `11:10:12 INFO bot.intake: turn done person=7 milliseconds=12`, local time."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s", "%H:%M:%S")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the standard library's name
        shown = "".join(f" {name}={value}" for name, value in fields_of(record).items())
        return super().formatMessage(record) + shown


def configure(level: str, as_json: bool) -> None:
    """Send every log record of the process to standard error, masked. Replaces what an earlier call set up.

    `level` is a level's name (DEBUG, INFO, WARNING, ERROR) and rules our own loggers; the libraries' never fall below
    WARNING. Libraries that bring a set-up of their own must be told not to use it (uvicorn: log_config=None).
    Raises ValueError for an unknown level.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(Mask())
    handler.setFormatter(JsonLines() if as_json else Text())
    wanted = logging.getLevelNamesMapping().get(level)
    if wanted is None:
        raise ValueError(f"unknown log level {level!r}")
    logging.basicConfig(level=max(wanted, logging.WARNING), handlers=[handler], force=True)
    for name in OURS:
        logging.getLogger(name).setLevel(wanted)

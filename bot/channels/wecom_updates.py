"""From WeCom's callbacks to our words. Only the fields we use are read, and each as if it might be missing."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.channels.channel import Attachment, Incoming
from bot.channels.wecom_cards import Press, press_in
from bot.channels.wecom_frames import EVENT, Frame
from bot.clean import clean

MEDIA_LIFE = timedelta(minutes=5)  # of a download address: https://developer.work.weixin.qq.com/document/path/101463
FILES = {  # message type: our kind, and the name and media type while we know no better
    "image": ("photo", "照片.jpg", "image/jpeg"),
    "video": ("video", "视频.mp4", "video/mp4"),
    "file": ("file", "文件", "application/octet-stream"),
}
UNKNOWN, BLANK, UNHEARD = "这种消息", "空白消息", "没有听清的语音"
LONGEST_QUOTE = 50
SHORTEST_REMARK = 5  # a shorter reply to what was said here is an answer like 1 or 住房, and must stay one


@dataclass(frozen=True, slots=True)
class Reference:
    """Where the bytes of something sent can be fetched, with which key, and until when."""

    url: str
    key: str  # base64 of 32 bytes; '': not encrypted
    until: datetime

    def stored(self) -> str:
        return json.dumps([self.url, self.key, self.until.isoformat()])

    @classmethod
    def of(cls, stored: str) -> "Reference":
        url, key, until = json.loads(stored)
        return cls(url, key, datetime.fromisoformat(until))


def incoming(frame: Frame, now: datetime) -> list[Incoming]:
    """Return what a callback says; several when part of it must be refused, none when it says nothing to us: a group, a disconnection.

    The external id carries the bot's id, as another bot's messages may have the same ones.
    """
    body = _table(frame, "body")
    address = sender_of(frame)
    if not address or body.get("chattype") == "group":
        return []
    known = str(body.get("msgid") or _table(frame, "headers").get("req_id"))
    base = Incoming(address, f"{body.get('aibotid', '')}:{known}", "words", "", _said_at(body, now))
    if frame.get("cmd") == EVENT:
        return _event(base, _table(body, "event"))
    return _message(base, body, now)


def sender_of(frame: Frame) -> str:
    """Return the address of whoever a callback comes from, '' when it does not say."""
    return str(_table(_table(frame, "body"), "from").get("userid") or "")


def not_understood(frame: Frame, now: datetime) -> list[Incoming]:
    """Return the refusal of a message of which we know no more than who sent it; none when not even that."""
    address = sender_of(frame)
    known = f":{_table(frame, 'headers').get('req_id')}"
    return [Incoming(address, known, "unsupported", UNKNOWN, now)] if address else []


def pressed(frame: Frame) -> Press | None:
    """Return which button of a card a callback tells of, or None."""
    if frame.get("cmd") != EVENT:
        return None
    return press_in(_table(_table(frame, "body"), "event"))


def has_entered(frame: Frame) -> bool:
    """Tell whether somebody has opened the chat for the first time today: it wants a welcome within five seconds."""
    if frame.get("cmd") != EVENT:
        return False
    body = _table(frame, "body")
    return _table(body, "event").get("eventtype") == "enter_chat" and body.get("chattype") != "group"


def _table(holder: Any, key: str) -> dict[str, Any]:
    found = holder.get(key) if isinstance(holder, dict) else None
    return found if isinstance(found, dict) else {}


def _said_at(body: dict[str, Any], now: datetime) -> datetime:
    seconds = body.get("create_time")
    return datetime.fromtimestamp(seconds, UTC) if isinstance(seconds, int) and seconds > 0 else now


# ── events ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _event(base: Incoming, event: dict[str, Any]) -> list[Incoming]:
    match event.get("eventtype"):
        case "enter_chat":
            return [_but(base, "entered")]
        case "template_card_event":
            press = press_in(event)
            if press is None or press.choice is None:
                return [_but(base, "noted")]  # a button that was pressed already, or none of ours
            return [_but(base, "choice", press.label, choice=press.choice)]
        case "feedback_event":
            return [_feedback(base, _table(event, "feedback_event") or event)]
        case _:
            return []


def _feedback(base: Incoming, feedback: dict[str, Any]) -> Incoming:
    """Return what somebody wrote on an answer of ours, which answers no question; a thumb alone is kept and answered by nobody."""
    said = clean(str(feedback.get("content") or "")).strip()
    return _but(base, "remark", said) if said else _but(base, "noted")


# ── messages ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _message(base: Incoming, body: dict[str, Any], now: datetime) -> list[Incoming]:
    kind = str(body.get("msgtype"))
    if kind == "voice":
        words = clean(_content(body, "voice"))
        return [_but(base, "spoken", words) if words.strip() else _but(base, "unsupported", UNHEARD)]
    items = _items(body, kind)
    words = "\n".join(filter(None, (clean(_content(each, "text")) for each in items)))
    files = tuple(found for each in items if (found := _attachment(each, now)) is not None)
    missing = any(str(each.get("msgtype")) not in (*FILES, "text") for each in items)
    if not words.strip() and not files:
        return [_but(base, "unsupported", BLANK if kind in ("text", "mixed") and not missing else UNKNOWN)]
    note = f"\n（{UNKNOWN}没有收下）" if missing else ""
    said = [_but(base, "words", f"{words}{note}", files=files, quote=_quote(body, words, files))]
    if missing:
        said.append(_refused(base))
    return said


def _items(body: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    """Return the parts of a message: those of a mixed one, else the message itself."""
    if kind != "mixed":
        return [body]
    found = _table(body, "mixed").get("msg_item")
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _content(item: dict[str, Any], kind: str) -> str:
    return str(_table(item, kind).get("content") or "")


def _attachment(item: dict[str, Any], now: datetime) -> Attachment | None:
    kind = str(item.get("msgtype"))
    held = _table(item, kind)
    if kind not in FILES or not held.get("url"):
        return None
    ours, name, media_type = FILES[kind]
    named = str(held.get("filename") or held.get("name") or name)
    reference = Reference(str(held["url"]), str(held.get("aeskey") or ""), now + MEDIA_LIFE)
    return Attachment(ours, safe_name(named), media_type, None, reference.stored())


def _quote(body: dict[str, Any], words: str, files: Sequence[Attachment]) -> str:
    """Return the note on what a message quotes; '' in a short one, which is an answer to us.

    WeCom tells neither who said it nor its msgid, only what it was.
    """
    quote = _table(body, "quote")
    if not quote or (len(words) < SHORTEST_REMARK and not files):
        return ""
    items = _items(quote, str(quote.get("msgtype")))
    parts = [clean(_content(each, "text") or _content(each, "voice") or _named(each)) for each in items]
    gist = " ".join(" ".join(parts).split())
    if not gist:
        return ""
    return f"（引用：{gist if len(gist) <= LONGEST_QUOTE else f'{gist[:LONGEST_QUOTE]}……'}）"


def _named(item: dict[str, Any]) -> str:
    return FILES.get(str(item.get("msgtype")), ("", "以前的消息", ""))[1]


def safe_name(name: str) -> str:
    """Return a file name as a label: no path, nothing invisible, at most 120 characters of its end."""
    return "".join("_" if each in "\t\n/\\" else each for each in clean(name))[-120:] or "文件"


def _but(
    base: Incoming,
    kind: str,
    words: str = "",
    *,
    choice: str | None = None,
    files: tuple[Attachment, ...] = (),
    quote: str = "",
) -> Incoming:
    return Incoming(base.address, base.external_id, kind, words, base.said_at, choice, files, quote)


def _refused(base: Incoming) -> Incoming:
    return Incoming(base.address, f"{base.external_id}:refused", "unsupported", UNKNOWN, base.said_at)

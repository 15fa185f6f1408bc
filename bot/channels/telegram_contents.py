"""What a Telegram message holds: words, files, and what we cannot take.

Every field of the library's Message stands in one of these tables: one that Telegram adds fails a test, and until then what comes in it
is refused politely. Words that are not the person's own are marked as such: （转发自…）, （引用…）.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from telegram import (
    Contact,
    ExternalReplyInfo,
    Message,
    MessageEntity,
    MessageOrigin,
    MessageOriginChannel,
    MessageOriginChat,
    MessageOriginHiddenUser,
    MessageOriginUser,
)

from bot.channels.channel import Attachment
from bot.clean import clean

MEGABYTE = 1024 * 1024

WORDS = ("text", "caption", "location", "venue", "contact")
FILES = {  # field: our kind, and its name and media type when Telegram gives none
    "photo": ("photo", "照片.jpg", "image/jpeg"),
    "live_photo": ("video", "实况照片.mp4", "video/mp4"),  # its still picture comes as `photo` besides
    "voice": ("voice", "语音.ogg", "audio/ogg"),
    "audio": ("voice", "录音", "audio/mpeg"),
    "video": ("video", "视频.mp4", "video/mp4"),
    "video_note": ("video", "视频.mp4", "video/mp4"),
    "animation": ("video", "动图.mp4", "video/mp4"),  # comes as `document` besides
    "document": ("file", "文件", "application/octet-stream"),
}
REFUSED = {
    "sticker": "贴纸",
    "dice": "骰子",
    "poll": "投票",
    "game": "游戏",
    "story": "动态",
    "invoice": "账单",
    "giveaway": "抽奖",
    "giveaway_winners": "抽奖",
    "checklist": "清单",
    "paid_media": "付费内容",
    "gift": "礼物",
    "unique_gift": "礼物",
    "gift_upgrade_sent": "礼物",
}
# Service messages: Telegram tells what happened in a chat. Nobody says anything with them and nobody waits for an answer.
SERVICE = (
    "new_chat_members left_chat_member new_chat_title new_chat_photo delete_chat_photo group_chat_created "
    "supergroup_chat_created channel_chat_created migrate_to_chat_id migrate_from_chat_id chat_owner_left chat_owner_changed "
    "pinned_message message_auto_delete_timer_changed chat_background_set boost_added proximity_alert_triggered "
    "video_chat_scheduled video_chat_started video_chat_ended video_chat_participants_invited "
    "forum_topic_created forum_topic_edited forum_topic_closed forum_topic_reopened "
    "general_forum_topic_hidden general_forum_topic_unhidden "
    "users_shared chat_shared write_access_allowed connected_website web_app_data passport_data managed_bot_created "
    "successful_payment refunded_payment paid_message_price_changed direct_message_price_changed "
    "giveaway_created giveaway_completed poll_option_added poll_option_deleted checklist_tasks_done checklist_tasks_added "
    "suggested_post_approved suggested_post_approval_failed suggested_post_declined suggested_post_paid suggested_post_refunded"
).split()
# How a message came to be and how it looks; nothing in them is lost when they are not read.
DETAILS = (
    "message_id message_thread_id date edit_date chat from_user sender_chat sender_tag sender_boost_count sender_business_bot "
    "via_bot author_signature business_connection_id guest_query_id guest_bot_caller_user guest_bot_caller_chat "
    "forward_origin is_automatic_forward reply_to_message external_reply quote reply_to_story reply_to_checklist_task_id "
    "reply_to_poll_option_id media_group_id entities caption_entities link_preview_options effect_id "
    "show_caption_above_media has_media_spoiler has_protected_content is_from_offline is_topic_message direct_messages_topic "
    "is_paid_post paid_star_count suggested_post_info reply_markup"
).split()

UNKNOWN = "这种消息"
BLANK = "空白消息"
LATER_PLACES = "实时位置以后的变化"
LONGEST_NAME = 120  # of a file
LONGEST_QUOTE = 50
LONGEST_OWN_QUOTE = 20  # of our own words, which the person and staff have seen
SHORTEST_REMARK = 5  # a shorter reply to what was said here is an answer like 1 or 住房, and must stay one

_CARD_LINE = re.compile(r"^(?:item\d+\.)?(?:TEL|EMAIL|ORG|TITLE|ADR|NOTE)\b[^:\n]*:(.+)$", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Contents:
    words: str
    attachments: tuple[Attachment, ...]
    refused: str  # what we cannot take, as 'X我还看不了' begins; '' when everything is kept
    files: frozenset[str]  # Telegram's unique ids of all files, kept or refused
    quote: str = ""  # a note on what it replies to


def contents(message: Message, largest_bytes: int) -> Contents | None:
    """Return what a person sent, or None for a service message."""
    files = _files(message) + (_files(message.external_reply) if message.external_reply else [])
    problems = [_problem(each, largest_bytes) for each, _ in files]
    kept = tuple(each for (each, _), problem in zip(files, problems, strict=True) if not problem)
    refused = "".join(problems) or _refused(message)
    words = _own_words(message)
    if not words.strip() and not files and not refused:
        if any(getattr(message, field) for field in SERVICE):
            return None
        refused = BLANK if message.text or message.caption else UNKNOWN
    unique_ids = frozenset(unique_id for _, unique_id in files)
    quote = _quote(message, words, kept) if words.strip() or kept else ""
    return Contents(_with_notes(message, words, kept, refused), kept, refused, unique_ids, quote)


def is_own_card(message: Message) -> bool:
    """Tell whether Telegram vouches that this is the sender's own telephone number, now: a card that was forwarded may be an old one,
    and one that another bot made may say anything."""
    card, sender = message.contact, message.from_user
    if card is None or sender is None or card.user_id != sender.id:
        return False
    return message.forward_origin is None and message.via_bot is None and message.edit_date is None


# ── files ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _files(holder: Message | ExternalReplyInfo) -> list[tuple[Attachment, str]]:
    """Return every file with its unique id."""
    found = []
    for field in FILES:
        held = getattr(holder, field)
        if held and not (field == "document" and holder.animation):
            largest = held[-1] if field == "photo" else held  # the sizes of one photo, smallest first
            found.append((_attachment(field, largest), str(largest.file_unique_id)))
    return found


def _attachment(field: str, file: Any) -> Attachment:
    kind, default_name, default_type = FILES[field]
    name = getattr(file, "file_name", None) or getattr(file, "title", None) or default_name
    media_type = getattr(file, "mime_type", None) or default_type
    return Attachment(kind, _safe(name), media_type, file.file_size, file.file_id)


def _safe(name: str) -> str:
    """Return a file name as a label: no path, nothing invisible."""
    return re.sub(r"[\t\n/\\]", "_", clean(name))[-LONGEST_NAME:]


def _problem(file: Attachment, largest_bytes: int) -> str:
    """Return why a file cannot be kept, '' when it can."""
    if file.size_bytes == 0:
        return f"“{file.name}”是空的，"
    if (file.size_bytes or 0) > largest_bytes:
        return f"“{file.name}”超过 {largest_bytes // MEGABYTE} MB，"
    return ""


def _refused(message: Message | ExternalReplyInfo) -> str:
    if message.location is not None and message.location.live_period:
        return LATER_PLACES
    return next((name for field, name in REFUSED.items() if getattr(message, field, None) is not None), "")


# ── words ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _with_notes(message: Message, words: str, kept: Sequence[Attachment], refused: str) -> str:
    if not words.strip() and not kept:
        return ""
    missing = f"\n（{refused}没有收下）" if refused and refused != LATER_PLACES else ""
    return f"{_origin(message)}{words}{missing}"


def _own_words(message: Message) -> str:
    if message.location is not None:
        return _place(message)
    if message.contact is not None:
        return _card(message.contact)
    entities = message.entities or message.caption_entities
    return clean(_with_addresses(message.text or message.caption or "", entities))


def _with_addresses(text: str, entities: Sequence[MessageEntity]) -> str:
    """Return text with the address of each link behind its words, unless they say the same."""
    units = text.encode("utf-16-le", "surrogatepass")  # the unit in which Telegram counts
    for each in sorted(entities, key=lambda each: -each.offset):
        start, end = 2 * each.offset, 2 * (each.offset + each.length)
        shown = units[start:end].decode("utf-16-le", "replace").rstrip("/")
        if each.url and each.url.rstrip("/") != shown:
            units = units[:end] + f"（{each.url}）".encode("utf-16-le") + units[end:]
    return units.decode("utf-16-le", "surrogatepass")


def _place(message: Message) -> str:
    place = message.location
    if place is None:
        raise ValueError("no location")
    name = clean(f"{message.venue.title} {message.venue.address} ") if message.venue else ""
    live = "（实时位置，只记下了发来时的地方）" if place.live_period else ""
    return f"（位置）{name}北纬{place.latitude:.5f} 东经{place.longitude:.5f}{live}"


def _card(card: Contact) -> str:
    """Return a card as words; of a vCard what name and number do not say already: more numbers, unit, address, remarks."""
    said = " ".join(filter(None, ["（联系人）" + card.first_name, card.last_name, card.phone_number]))
    phone = re.sub(r"\D", "", card.phone_number)
    for line in _CARD_LINE.findall((card.vcard or "").replace("\r", "")):
        more = " ".join(line.replace(";", " ").split())
        if more and more not in said and (not phone or phone not in re.sub(r"\D", "", more)):
            said += f"，{more}"
    return clean(said)


# ── whose words ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _origin(message: Message) -> str:
    """Return the note on a message that was forwarded; '' for the person's own words."""
    origin, sender = message.forward_origin, message.from_user
    if origin is None:
        return ""
    if isinstance(origin, MessageOriginUser) and sender is not None and origin.sender_user.id == sender.id:
        return ""
    return f"（转发自{_name(origin)}）"


def _name(origin: MessageOrigin) -> str:
    match origin:
        case MessageOriginUser():
            name = origin.sender_user.full_name
        case MessageOriginHiddenUser():
            name = origin.sender_user_name
        case MessageOriginChat():
            name = origin.sender_chat.effective_name or ""
        case MessageOriginChannel():
            name = origin.chat.effective_name or ""
        case _:
            name = ""
    return _short(clean(name), LONGEST_QUOTE) or "别处"


def _quote(message: Message, words: str, kept: Sequence[Attachment]) -> str:
    """Return the note on what a reply replies to; '' where that is plain: in an answer to us, and in a short one."""
    if message.external_reply is not None:
        gist = message.quote.text if message.quote else _gist(message.external_reply)
        return f"（引用{_name(message.external_reply.origin)}：{_short(gist, LONGEST_QUOTE)}）"
    replied = message.reply_to_message
    if replied is None or (len(words) < SHORTEST_REMARK and not kept):
        return ""
    to_us = replied.from_user is not None and replied.from_user.is_bot
    if to_us and not (message.quote and message.quote.is_manual):
        return ""
    gist = _short(
        message.quote.text if message.quote else _gist(replied), LONGEST_OWN_QUOTE if to_us else LONGEST_QUOTE
    )
    return f"（引用：{gist}）" if gist else ""


def _gist(replied: Message | ExternalReplyInfo) -> str:
    if isinstance(replied, Message) and (words := _own_words(replied)):
        return words
    if replied.location is not None:
        return "位置"
    return "、".join(file.name for file, _ in _files(replied)) or _refused(replied) or "以前的消息"


def _short(text: str, longest: int) -> str:
    line = " ".join(clean(text).split())
    return line if len(line) <= longest else f"{line[:longest]}……"

"""What else a person can send, as it stands in the JSON of a Message: https://core.telegram.org/bots/api#message"""

from typing import Any

SENT_AT = 1_700_000_000
SOME_CHANNEL = {"id": -1001, "type": "channel", "title": "健康生活"}
SOME_STICKER = {
    "file_id": "CAACAgsticker",
    "file_unique_id": "AgADsticker",
    "type": "regular",
    "width": 512,
    "height": 512,
    "is_animated": False,
    "is_video": False,
}
POLL_OPTION = {"text": "爬山", "voter_count": 0, "persistent_id": "1"}

# Kinds without a file of their own, by the field in which they come.
OTHER_KINDS: dict[str, dict[str, Any]] = {
    "dice": {"emoji": "🎲", "value": 4},
    "poll": {
        "id": "1",
        "question": "去哪里玩",
        "options": [POLL_OPTION, POLL_OPTION | {"text": "看戏", "persistent_id": "2"}],
        "total_voter_count": 0,
        "is_closed": False,
        "is_anonymous": True,
        "type": "regular",
        "allows_multiple_answers": False,
        "allows_revoting": False,
        "members_only": False,
    },
    "game": {"title": "象棋", "description": "下一盘", "photo": []},
    "story": {"chat": SOME_CHANNEL, "id": 7},
    "invoice": {
        "title": "保健品",
        "description": "一盒",
        "start_parameter": "x",
        "currency": "CNY",
        "total_amount": 9900,
    },
    "giveaway": {"chats": [SOME_CHANNEL], "winners_selection_date": SENT_AT, "winner_count": 1},
    "giveaway_winners": {
        "chat": SOME_CHANNEL,
        "giveaway_message_id": 1,
        "winners_selection_date": SENT_AT,
        "winner_count": 0,
        "winners": [],
    },
    "checklist": {"title": "要办的事", "tasks": [{"id": 1, "text": "修暖气"}]},
    "paid_media": {"star_count": 5, "paid_media": [{"type": "preview", "width": 640, "height": 480}]},
    "gift": {"gift": {"id": "1", "sticker": SOME_STICKER, "star_count": 15}},
    "hologram": {"file_id": "H", "depth": 3},  # Telegram has no such thing, yet
}

# What Telegram itself puts into a private chat.
SERVICE_MESSAGES: dict[str, dict[str, Any]] = {
    "pinned_message": {
        "message_id": 1,
        "date": SENT_AT,
        "chat": {"id": 1001, "type": "private"},
        "text": "钉住的",
    },
    "message_auto_delete_timer_changed": {"message_auto_delete_time": 86_400},
    "chat_background_set": {"type": {"type": "fill", "fill": {"type": "solid", "color": 255}, "dark_theme_dimming": 0}},
    "chat_shared": {"request_id": 1, "chat_id": -1001},
    "users_shared": {"request_id": 1, "users": [{"user_id": 1002}]},
    "write_access_allowed": {"from_request": True},
    "checklist_tasks_done": {"marked_as_done_task_ids": [1]},
}


def from_user(user_id: int, first_name: str, last_name: str = "") -> dict[str, Any]:
    """The origin of a forwarded message: https://core.telegram.org/bots/api#messageorigin"""
    name = {"first_name": first_name} | ({"last_name": last_name} if last_name else {})
    return {"type": "user", "date": SENT_AT, "sender_user": {"id": user_id, "is_bot": False, **name}}


def from_hidden_user(name: str) -> dict[str, Any]:
    """Somebody whose settings hide who it is."""
    return {"type": "hidden_user", "date": SENT_AT, "sender_user_name": name}


def from_group(title: str) -> dict[str, Any]:
    """An administrator who speaks for the group."""
    return {"type": "chat", "date": SENT_AT, "sender_chat": {"id": -1002, "type": "supergroup", "title": title}}


def from_channel(title: str) -> dict[str, Any]:
    return {"type": "channel", "date": SENT_AT, "chat": SOME_CHANNEL | {"title": title}, "message_id": 5}

"""A person with WeCom in the hand: types, speaks, presses, sends, opens the chat, and sees what the bot has sent."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.wecom_server.chats import Chat, Shown

if TYPE_CHECKING:
    from tests.wecom_server.server import WecomServer

MESSAGE, EVENT = "aibot_msg_callback", "aibot_event_callback"


@dataclass(frozen=True)
class SeenMessage:
    """A message of the bot as it looks now. `keys` are what the buttons send, by label."""

    kind: str
    text: str
    keys: dict[str, str]
    task_id: str
    name: str
    content: bytes
    updates: int

    @property
    def labels(self) -> list[str]:
        return list(self.keys)


class WecomUser:
    """Every doing is over when the call returns: the callback is on its way to the bot."""

    def __init__(self, server: "WecomServer", chat: Chat) -> None:
        self._server = server
        self.chat = chat

    # ── what she sees ───────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def messages(self) -> list[SeenMessage]:
        return [_seen(each) for each in self.chat.messages]

    @property
    def latest(self) -> SeenMessage:
        assert self.chat.messages, f"{self.chat.name} has not heard from the bot"
        return _seen(self.chat.messages[-1])

    # ── what she does ───────────────────────────────────────────────────────────────────────────────────────────────

    def types(self, text: str, quote: dict[str, Any] | None = None) -> dict[str, Any]:
        return self.sends({"msgtype": "text", "text": {"content": text}} | ({"quote": quote} if quote else {}))

    def speaks(self, words: str) -> dict[str, Any]:
        """Say something: WeCom makes words of it."""
        return self.sends({"msgtype": "voice", "voice": {"content": words}})

    def sends_file(self, kind: str, content: bytes, name: str = "") -> dict[str, Any]:
        """Send an 'image', a 'video' or a 'file'."""
        return self.sends({"msgtype": kind, kind: self.file(content, name)})

    def sends_mixed(self, *items: dict[str, Any]) -> dict[str, Any]:
        return self.sends({"msgtype": "mixed", "mixed": {"msg_item": list(items)}})

    def file(self, content: bytes, name: str = "") -> dict[str, str]:
        return self._server.media.offer(content, name, self._server.base_url, self._server.clock())

    def sends(self, content: dict[str, Any]) -> dict[str, Any]:
        """Send a message with this content; returns the callback's body, which `repeats` sends again."""
        self.chat.wrote = True
        body = self._body() | content
        self._server.tell(MESSAGE, body)
        return body

    def repeats(self, body: dict[str, Any]) -> None:
        """The server tells of the same message a second time."""
        self._server.tell(MESSAGE if body["msgtype"] != "event" else EVENT, body)

    def says_in_group(self, text: str) -> None:
        body = self._body() | {"msgtype": "text", "text": {"content": text}, "chattype": "group", "chatid": "group-1"}
        self._server.tell(MESSAGE, body, stored=False)

    def enters(self) -> None:
        """Open the chat; only the first time of a day the bot hears of it."""
        if self.chat.entered:
            return
        self.chat.entered = True
        number = self._event({"eventtype": "enter_chat"})
        self._server.fast[number] = ("welcome", self.chat, self._server.clock() + self._server.limits.fast_seconds)

    def presses(self, label: str, message: SeenMessage | None = None) -> dict[str, Any]:
        """Press the button whose label holds `label`, on `message` as it was when she looked, or on the newest card that has it."""
        for seen in [message] if message else reversed(self.messages):
            found = next((each for each in seen.keys if label in each), None)
            if found is not None:
                return self._presses(seen.task_id, seen.keys[found])
        raise AssertionError(f"{self.chat.name} finds no button {label!r} on {[each.labels for each in self.messages]}")

    def _presses(self, task_id: str, key: str) -> dict[str, Any]:
        _, shown = self._server.cards[task_id]
        assert shown.card is not None
        fields = {"card_type": "button_interaction", "event_key": key, "task_id": task_id}
        event: dict[str, Any] = {"eventtype": "template_card_event"}
        event |= fields if self._server.flat_events else {"template_card_event": fields}
        number = self._event(event)
        if not (shown.updates and key in [each["key"] for each in shown.card["button_list"]]):  # else nobody waits
            self._server.fast[number] = ("update", shown, self._server.clock() + self._server.limits.fast_seconds)
        return event

    def rates(self, content: str = "") -> None:
        """Put a thumb down on an answer, with words or without."""
        feedback = {"id": "feedback-1", "type": 2, "content": content, "inaccurate_reason_list": [1]}
        self._event({"eventtype": "feedback_event", "feedback_event": feedback})

    def _event(self, event: dict[str, Any]) -> str:
        return self._server.tell(EVENT, self._body() | {"msgtype": "event", "event": event})

    def _body(self) -> dict[str, Any]:
        number = self._server.next_number()
        who = {"aibotid": "aib-loopback-bot", "chattype": "single", "from": {"userid": self.chat.userid}}
        return {"msgid": f"msg-{number}"} | who


def _read(shown: Shown) -> str:
    """Return a text as it is read: in strict markdown the end of a line is one only behind two spaces."""
    if shown.kind != "markdown":
        return shown.text
    return re.sub(r"(?<!\n)(?<!  )\n(?!\n)", " ", shown.text).replace("  \n", "\n")


def _seen(shown: Shown) -> SeenMessage:
    card = shown.card
    if card is None:
        return SeenMessage(shown.kind, _read(shown), {}, "", shown.name, shown.content, 0)
    words = [card["main_title"]["title"], card.get("sub_title_text", "")]
    keys = {each["text"]: each["key"] for each in card["button_list"]}
    return SeenMessage(shown.kind, "\n".join(filter(None, words)), keys, card["task_id"], "", b"", shown.updates)

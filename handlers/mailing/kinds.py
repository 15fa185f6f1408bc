"""What can be sent to many people. Adding a kind is one line in `KINDS` and a file that holds its part."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from handlers.act import Act, Button
from handlers.briefings import sending
from storage.mailings import Mailing

ASKS: Mapping[str, str] = {  # what a notice asks its recipients to press
    "read": "【已阅】",
    "come": "【参加】【不参加】",
    "words": "【已阅】【回几句话】",
    "nothing": "不用按",
}


async def _nothing(act: Act, mailing: Mailing) -> None:
    """Nothing more to do."""


async def _nobody(act: Act, mailing: Mailing) -> set[int]:
    """It says itself what it sends."""
    return set()


async def _no_warning(act: Act, mailing: Mailing) -> str:
    """There is nothing to look out for."""
    return ""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of mailing. The hooks run in the transaction of what they follow."""

    label: str  # what staff and cadres call it
    buttons: Callable[
        [Mailing, int], Sequence[Button]
    ]  # under the message of the recipient with this id; 0: in a preview
    began: Callable[[Act, Mailing], Awaitable[None]] = _nothing  # the recipients have been written down
    returned: Callable[[Act, Mailing], Awaitable[None]] = (
        _nothing  # sent back by whoever should approve, or withdrawn before
    )
    writers: Callable[[Act, Mailing], Awaitable[set[int]]] = _nobody  # who wrote what it sends, so must not approve it
    warning: Callable[[Act, Mailing], Awaitable[str]] = _no_warning  # what whoever approves is told before all else


def notice_buttons(mailing: Mailing, recipient_id: int) -> list[Button]:
    """Return what is under a notice. In a preview the buttons look the same and say that it is one."""

    def button(label: str, action: str) -> Button:
        return Button(label, f"a:{action}:{recipient_id}")

    if mailing.asks == "come":
        return [button("1 参加", "comes1"), button("2 不参加", "comes0")]
    if mailing.asks == "words":
        return [button("1 已阅", "seen"), button("2 回几句话", "reply2")]
    return [button("1 已阅", "seen")] if mailing.asks == "read" else []


KINDS: Mapping[str, Kind] = {
    "notice": Kind("通知", notice_buttons),
    "briefing": Kind("简报", sending.buttons, sending.began, sending.returned, sending.writers, sending.warning),
    "chase": Kind("催阅", sending.buttons, writers=sending.writers, warning=sending.warning),
    "invitation": Kind("阅文通知", sending.buttons, sending.began, sending.returned, sending.writers),
}

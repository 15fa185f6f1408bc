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
    "briefing": Kind("简报", sending.buttons, sending.began, sending.returned),
    "chase": Kind("催阅", sending.buttons),
    "invitation": Kind("阅文通知", sending.buttons, sending.began, sending.returned),
}

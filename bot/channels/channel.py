"""What a channel is: it turns updates into `Incoming`, sends an `Outgoing`, and says in its errors what to do next.

SendError
├── TryLater       the channel asks to wait (429), or could not be reached: try again
│   └── NotYet     something is missing still, an attachment or the connection: try again, and let nothing else wait for it
├── Unsure         it left, and no answer came: it may have arrived, so it is sent again at most once
├── Refused        this message will never be accepted: record why and tell staff
└── Gone           this account cannot be reached any more (blocked, deleted)
"""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from starlette.routing import Route

from bot.pulse import Pulse
from storage.media import Medium


class SendError(Exception):
    """Why a message did not leave. `str()` is a Chinese reason for staff, without secrets."""


class TryLater(SendError):
    def __init__(self, reason: str, after_seconds: float | None = None) -> None:
        super().__init__(reason)
        self.after_seconds = after_seconds  # None: the channel did not say; back off


class NotYet(TryLater):
    pass


class Unsure(SendError):
    pass


class Refused(SendError):
    pass


class Gone(SendError):
    pass


@dataclass(frozen=True, slots=True)
class Window:
    """At most `count` messages in any `seconds`."""

    count: int
    seconds: float


@dataclass(frozen=True, slots=True)
class ButtonLimits:
    """What buttons a message can have. More, or longer ones, become a numbered list that a digit answers (bot/buttons.py)."""

    most: int
    longest_label: int  # characters
    longest_text: int  # characters of the words above them
    asks_contact: bool = False  # a button can ask the app for the person's own telephone number


@dataclass(frozen=True, slots=True)
class Limits:
    """What a channel can take."""

    longest_text: int  # characters of one message
    messages_per_second: float  # overall; infinity where there is no limit
    messages_per_second_per_chat: float
    largest_fetch_bytes: int  # of an attachment we can fetch
    longest_bytes: int | None = None  # of one message's text in UTF-8; None: no such limit
    windows_per_chat: tuple[
        Window, ...
    ] = ()  # of one chat, answers and pushes together; pushes leave a share free for answers
    can_edit: bool = False  # a message that was sent can be given another text and other buttons
    buttons: ButtonLimits | None = None  # None: any that a flow makes


@dataclass(frozen=True, slots=True)
class Attachment:
    """Something sent along. It is fetched later by `reference`, or is here already under `media_id`."""

    kind: str  # 'photo', 'voice', 'video', 'file'
    name: str
    media_type: str
    size_bytes: int | None
    reference: str | None = None
    media_id: str | None = None


@dataclass(frozen=True, slots=True)
class Fetched:
    """The bytes of something that was sent, and its file name where the channel tells that only now."""

    data: bytes
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Incoming:
    """One update of a channel, in our words."""

    address: str  # the account, as the channel calls it
    external_id: str  # the channel's own id, unique on the channel within storage.inbox.DEDUPE_WINDOW
    kind: str  # as in the inbox table
    words: str
    said_at: datetime  # aware
    choice: str | None = None
    attachments: tuple[Attachment, ...] = ()
    quote: str = ""  # a note on what it quotes, as staff read it; never among the words, which answer questions and call for help


@dataclass(frozen=True, slots=True)
class Enclosure:
    """An attachment on its way out: a file in the media folder, the channel's own reference to what it gave us, or what we made."""

    medium: Medium
    path: Path
    reference: str | None
    data: bytes | None = None  # of what the office made; None: the bytes stand at `path`


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message as the channel sends it: within its limits, at most one enclosure."""

    letter_id: int
    account_id: int
    address: str
    text: str
    buttons: Sequence[Sequence[str]]  # [label, choice] or [label, choice, kind], one below the other
    enclosure: Enclosure | None = None
    answers: int | None = None  # inbox id of the message it answers; None: a push
    in_doubt: bool = False  # it may have arrived already: it left without an answer, or as an earlier process ended


Receive = Callable[[str, Sequence[Incoming]], Awaitable[None]]
"""Stores what a channel received; when it returns, the messages are on the disk. Raises StorageError: then do not acknowledge."""


class Channel(Protocol):
    name: str
    limits: Limits
    pulse: Pulse

    def routes(self) -> list[Route]:
        """Return what the web server must hand to this channel; the same each time."""

    async def start(self) -> None:
        """Make ready to send and to listen. Raises an exception that names what the operator must mend."""

    async def listen(self) -> None:
        """Receive until cancelled. A network failure is waited out here."""

    async def stop(self) -> None:
        """Release what `start` took."""

    async def send(self, outgoing: Outgoing) -> str | None:
        """Send one message and return the channel's own id of it, by which `edit` finds it; None: it has none. Raises SendError."""

    async def edit(self, outgoing: Outgoing, external_id: str) -> None:
        """Give a message sent before another text and other buttons; that it stands so already is no error. Raises SendError: Refused
        when it cannot be edited, or not any more. Called only where the limits say `can_edit`."""

    def noted(self, account_ids: Collection[int]) -> None:
        """What these accounts were sent is written down as sent, edits too. Only for a channel that shows the outbox itself."""

    async def fetch(self, medium: Medium) -> Fetched:
        """Return the bytes of an attachment. Raises SendError."""

    async def check(self) -> str:
        """Return a Chinese sentence on who we are there, for `python -m bot check`. Raises an exception when unreachable."""

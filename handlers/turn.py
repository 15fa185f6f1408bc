"""A turn: one inbound message handled, in the one transaction it is given.

Whatever a turn decides it writes through `turn.tx`; whatever it says becomes outbox rows in the same transaction. It never sends and
never commits, so it either happened whole or not at all, and running it again after a rollback is harmless.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from handlers.act import Act, Button
from storage import dialogs, outbox
from storage.accounts import Visitor
from storage.dialogs import Dialog
from storage.inbox import Message

__all__ = ["Act", "Button", "Turn", "row_id"]


def row_id(argument: str) -> int | None:
    """Return the row that a button's argument names, or None for what no button of ours carries: anybody may send anything."""
    return int(argument) if argument.isdecimal() and len(argument) < 19 else None


@dataclass(slots=True)
class Turn(Act):
    """One message, who said it, and what is answered. Made anew for every try."""

    visitor: Visitor
    message: Message
    _texts: list[str] = field(default_factory=list)
    _buttons: list[Button] = field(default_factory=list)
    _media: list[str] = field(default_factory=list)
    quiet: bool = False  # nothing need be answered (somebody blocked us, say)
    follow: tuple[str, dict[str, Any]] | None = (
        None  # a flow to start when this action or flow is through, and its seed
    )
    standing: Dialog | None = None  # the dialog whose question stands open at the end of the turn
    press_next: str | None = None  # a button's choice to act on when this is through

    @property
    def person_id(self) -> int:
        """The person's id. Raises LookupError for a stranger: whoever asks must have let strangers go before."""
        if self.visitor.person_id is None:
            raise LookupError(f"account {self.visitor.account_id} belongs to nobody")
        return self.visitor.person_id

    @property
    def actor_id(self) -> int | None:
        return self.visitor.person_id

    @property
    def from_account(self) -> int | None:
        return self.visitor.account_id

    def say(self, text: str, buttons: Sequence[Button] = (), media: Sequence[str] = ()) -> None:
        """Answer. Everything said in a turn goes out as one message; the buttons said last are the ones shown."""
        if text:
            self._texts.append(text)
        if buttons:
            self._buttons = list(buttons)
        self._media.extend(media)

    def answer_first(self, text: str) -> None:
        """Answer with a message of its own, before everything said in this turn, and without buttons."""
        outbox.add(self.tx, self.visitor.account_id, text, self.now, answers=self.message.id)

    def flush(self) -> None:
        """Write the dialog that stands open and the answer. Raises RuntimeError when a message would go unanswered: that is a bug."""
        if self.standing is not None:
            dialogs.save_last(self.tx, self.standing)
        if not self._texts:
            if self.quiet:
                return
            raise RuntimeError("a turn must answer")
        outbox.add(
            self.tx,
            self.visitor.account_id,
            "\n\n".join(self._texts),
            self.now,
            buttons=[each.row() for each in self._buttons],
            media=self._media,
            answers=self.message.id,
        )

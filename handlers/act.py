"""An act: what is done in one transaction, by a person's message (`handlers.turn.Turn`) or by the clock, and who hears of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from handlers.office import Office
from storage import accounts, audit, entry, outbox, people
from storage.accounts import Account
from storage.database import Tx


@dataclass(frozen=True, slots=True)
class Button:
    """What a person may press. `choice` comes back when it is pressed: 64 bytes at most, as Telegram allows."""

    label: str
    choice: str
    kind: str = "choice"  # 'contact': asks the app to share the person's own telephone number, where the channel can

    def row(self) -> list[str]:
        """Return the button as the outbox stores it."""
        return [self.label, self.choice] if self.kind == "choice" else [self.label, self.choice, self.kind]


@dataclass(slots=True)
class Act:
    """It changes rows and adds outbox rows through `tx`; it never sends and never commits, so it happens whole or not at all."""

    tx: Tx
    office: Office
    now: datetime  # aware

    @property
    def today(self) -> date:
        return self.office.today(self.now)

    @property
    def actor_id(self) -> int | None:
        """Who does it; None: the clock."""
        return None

    @property
    def from_account(self) -> int | None:
        """From where it is done; None: by the clock."""
        return None

    async def tell(
        self,
        person_id: int,
        text: str,
        buttons: Sequence[Button] = (),
        media: Sequence[str] = (),
        *,
        first: int | None = None,
    ) -> int:
        """Write a push to a person: to the account `first` if it can be reached, else to every account that can be.

        On an account that several share it begins with whom it is for. Returns to how many accounts. 0 means that the person must
        be called by telephone: no account can be reached, or the consent was withdrawn.
        """
        reachable = await self.reachable(person_id)
        chosen = [each for each in reachable if each.id == first] or reachable
        for account in chosen:
            is_own = account.person_id == person_id
            to_whom = "" if is_own else f"给{(await people.by_id(self.tx, person_id)).name}：\n"
            self.tell_account(account.id, to_whom + text, buttons, media)
        return len(chosen)

    async def reachable(self, person_id: int) -> list[Account]:
        """Return the accounts on which something may be said to a person: none when the consent was withdrawn."""
        return [] if await entry.has_withdrawn(self.tx, person_id) else await accounts.reaching(self.tx, person_id)

    def tell_account(
        self, account_id: int, text: str, buttons: Sequence[Button] = (), media: Sequence[str] = ()
    ) -> None:
        """Write a push to one account."""
        rows = [each.row() for each in buttons]
        outbox.add(self.tx, account_id, text, self.now, buttons=rows, media=media, priority=outbox.NEWS)

    async def audit(self, deed: str, subject: str, **detail: str | int | bool | None) -> None:
        """Write who did what into the trail; `detail` must hold no message text."""
        await audit.add(
            self.tx, self.now, deed, subject, actor_id=self.actor_id, account_id=self.from_account, **detail
        )

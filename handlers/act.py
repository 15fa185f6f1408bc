"""An act: what is done in one transaction, by a person's message (`handlers.turn.Turn`) or by the clock, and who hears of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from handlers.office import Office
from storage import accounts, audit, entry, outbox, people, quiet_hours
from storage.accounts import Account
from storage.database import Tx
from storage.quiet_hours import QuietHours


@dataclass(frozen=True, slots=True)
class Button:
    """What a person may press. `choice` comes back when it is pressed: 64 bytes at most, as Telegram allows."""

    label: str
    choice: str
    kind: str = "choice"  # 'contact': asks the app to share the person's own telephone number, where the channel can

    def row(self) -> list[str]:
        """Return the button as the outbox stores it."""
        return [self.label, self.choice] if self.kind == "choice" else [self.label, self.choice, self.kind]


def quiet_until(now: datetime, office: Office, own: QuietHours | None) -> datetime | None:
    """Return when nobody minds a push any more: the end of the office's quiet hours and of the person's own, or None for now."""
    moment, held = now, None
    while end := (office.quiet_until(moment) or (own and own.until(moment, office.zone))):
        moment = held = end
        if held - now > timedelta(days=2):
            raise ValueError("the quiet hours never end")
    return held


def name_for(name: str) -> str:
    """Return with what a push begins on an account that several share, when it is for another than its owner."""
    return f"给{name}：\n"


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
            to_whom = await self._for(account.person_id, person_id)
            self.tell_account(account.id, to_whom + text, buttons, media)
        return len(chosen)

    async def announce(
        self, person_id: int, text: str, buttons: Sequence[Button] = (), media: Sequence[str] = ()
    ) -> int:
        """Write a push that can wait: nobody is disturbed by it in the quiet hours, the office's or the person's own.

        Returns to how many accounts, as `tell` does.
        """
        own = await quiet_hours.of_person(self.tx, person_id)
        held = quiet_until(self.now, self.office, own)
        reachable = await self.reachable(person_id)
        for account in reachable:
            rows = [each.row() for each in buttons]
            outbox.add(
                self.tx,
                account.id,
                await self._for(account.person_id, person_id) + text,
                self.now,
                buttons=rows,
                media=media,
                priority=outbox.NOTICE,
                not_before=held,
            )
        return len(reachable)

    async def _for(self, owner_id: int | None, person_id: int) -> str:
        """Return the words that say for whom a message on a shared account is."""
        return "" if owner_id == person_id else name_for((await people.by_id(self.tx, person_id)).name)

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

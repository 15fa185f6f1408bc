"""The audit trail of mailings."""

from handlers.act import Act
from storage.mailings import Mailing


async def audit(act: Act, mailing: Mailing, deed: str, **detail: str | int | bool | None) -> None:
    """Write who did what with it; never its text."""
    await act.audit(deed, f"mailing:{mailing.id}", kind=mailing.kind, **detail)

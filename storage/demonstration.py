"""What only the demonstration office needs of the database."""

from datetime import datetime

from storage.database import Tx
from storage.times import to_text

REVOKE_ALL_LINKS = "UPDATE links SET revoked_at = ? WHERE revoked_at IS NULL"


async def revoke_all_links(tx: Tx, now: datetime) -> None:
    """Revoke every link of the file. Browsers that came in by one stay in, so that open windows survive a restart."""
    await tx.run(REVOKE_ALL_LINKS, to_text(now))

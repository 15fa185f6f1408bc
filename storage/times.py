"""Times as the tables hold them: UTC text of fixed width that sorts in order of time."""

from datetime import UTC, datetime


def to_text(moment: datetime) -> str:
    """Return an aware moment as '2026-11-22T03:00:00.000Z'. Raises ValueError for a naive one."""
    if moment.tzinfo is None:
        raise ValueError("a naive moment has no place in storage")
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


def from_text(text: str) -> datetime:
    """Return the aware UTC moment that `to_text` wrote."""
    return datetime.fromisoformat(text)

"""The party branches that the roster names."""

from collections.abc import Sequence

from storage.database import Tx

ALL_BRANCHES = "SELECT DISTINCT branch FROM persons WHERE active = 1 AND branch IS NOT NULL ORDER BY branch"
BRANCHES_OF_UNITS = (
    "SELECT DISTINCT branch FROM persons WHERE active = 1 AND branch IS NOT NULL AND unit_id IN ({}) ORDER BY branch"
)


async def named(tx: Tx, unit_ids: Sequence[int] | None = None) -> list[str]:
    """Return the branches in which anybody is, or anybody of these units, in order of their names."""
    if unit_ids is None:
        return [str(row[0]) for row in await tx.all(ALL_BRANCHES)]
    sql = BRANCHES_OF_UNITS.format(", ".join("?" * len(unit_ids)))
    return [str(row[0]) for row in await tx.all(sql, *unit_ids)]

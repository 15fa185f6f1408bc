"""The lists of the desk: counts, pages and the search, each within what somebody may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from storage.cases import SELECT, Case, case_from
from storage.database import Tx
from storage.grams import query

# Among unfinished cases, by name of the list. Parameters: see _values.
FOLDERS = {
    "unread": "c.said_id > coalesce(r.entry_id, 0) AND (c.owner_id = :me OR c.owner_id IS NULL OR c.handed_to = :me)",
    "mine": "c.owner_id = :me",
    "unassigned": "c.owner_id IS NULL",
    "soon": "c.waiting_since IS NULL AND c.promised_on >= :today AND c.promised_on <= :soon",
    "overdue": "c.waiting_since IS NULL AND c.promised_on < :today",
    "waiting": "c.waiting_since IS NOT NULL",
    "snoozed": "c.snoozed_until > :today",
    "all": "1 = 1",
}
AWAKE = "(c.snoozed_until IS NULL OR c.snoozed_until <= :today OR c.promised_on < :today)"


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose cases somebody may see."""

    everybody: bool
    unit_ids: tuple[int, ...] = ()

    @property
    def sql(self) -> str:
        """Return the condition on the person `p`; ids are our own integers."""
        if self.everybody:
            return "1 = 1"
        return f"p.unit_id IN ({', '.join(str(int(each)) for each in self.unit_ids)})"


@dataclass(frozen=True, slots=True)
class Desk:
    """From where the lists are looked at: who, on which day, and up to which day a promise is soon."""

    me: int
    scope: Scope
    today: date
    soon: date

    @property
    def seen(self) -> str:
        """Return the condition on what stands on this desk: what is in scope, and what one answers for."""
        return "1 = 1" if self.scope.everybody else f"({self.scope.sql} OR c.owner_id = :me)"

    def values(self) -> dict[str, object]:
        return {"me": self.me, "today": self.today.isoformat(), "soon": self.soon.isoformat()}


_READS = "LEFT JOIN case_reads r ON r.case_id = c.id AND r.person_id = :me"
_COUNTED = ", ".join(
    f"coalesce(sum({condition if name in ('snoozed',) else f'({condition}) AND {AWAKE}'}), 0)"
    for name, condition in FOLDERS.items()
)


async def counts(tx: Tx, desk: Desk) -> dict[str, int]:
    """Return how many unfinished cases stand in each folder. What is snoozed stands only in its own, until it is overdue."""
    sql = (
        f"SELECT {_COUNTED} FROM cases c JOIN persons p ON p.id = c.person_id {_READS} "
        f"WHERE c.closed_at IS NULL AND {desk.seen}"
    )
    [row] = await tx.all_named(sql, desk.values())
    return {name: int(value) for name, value in zip(FOLDERS, row, strict=True)}


async def page(tx: Tx, desk: Desk, folder: str, skip: int, limit: int) -> list[Case]:
    """Return a page of a folder: urgent first, then oldest first. Raises KeyError: no such folder."""
    awake = "1 = 1" if folder == "snoozed" else AWAKE
    sql = (
        f"{SELECT} {_READS} WHERE c.closed_at IS NULL AND {desk.seen} AND {FOLDERS[folder]} AND {awake} "
        "ORDER BY c.urgent DESC, c.id LIMIT :limit OFFSET :skip"
    )
    rows = await tx.all_named(sql, desk.values() | {"limit": limit, "skip": skip})
    return [case_from(row) for row in rows]


MOST_FOUND = 500  # entries looked at for one search: the newest


async def search(tx: Tx, scope: Scope, words: str, limit: int) -> list[Case]:
    """Return the cases in scope whose number, person's name or words are meant, newest first; the number first of all.

    Only the MOST_FOUND newest entries that hold the words are looked at.
    """
    named = await _by_number_or_name(tx, scope, words, limit)
    if any(case.number == words for case in named):
        return list(named)  # nobody who writes a number wants what only mentions it
    found = {case.id: case for case in [*named, *await _by_words(tx, scope, words, limit)]}
    return list(found.values())[:limit]


async def _by_number_or_name(tx: Tx, scope: Scope, words: str, limit: int) -> Sequence[Case]:
    by_number = f"{SELECT} WHERE c.number = ? AND {scope.sql}"
    by_name = f"{SELECT} WHERE p.name = ? AND {scope.sql} ORDER BY c.id DESC LIMIT ?"
    rows = [*await tx.all(by_number, words), *await tx.all(by_name, words, limit)]
    return [case_from(row) for row in rows]


async def _by_words(tx: Tx, scope: Scope, words: str, limit: int) -> Sequence[Case]:
    match = query(words)
    if match is None:
        return []
    newest = "SELECT rowid FROM case_search WHERE case_search MATCH ? ORDER BY rowid DESC LIMIT ?"
    sql = (
        f"{SELECT} WHERE c.id IN (SELECT e.case_id FROM case_entries e WHERE e.id IN ({newest})) AND {scope.sql} "
        "ORDER BY c.id DESC LIMIT ?"
    )
    return [case_from(row) for row in await tx.all(sql, match, MOST_FOUND, limit)]

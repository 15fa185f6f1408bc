"""What kinds of gatherings a person likes."""

from collections.abc import Sequence

from storage.database import Tx

DROP = "DELETE FROM interests WHERE person_id = ?"
ADD = "INSERT INTO interests (person_id, kind) VALUES (?, ?)"
OF_PERSON = "SELECT kind FROM interests WHERE person_id = ? ORDER BY kind"


async def put(tx: Tx, person_id: int, kinds: Sequence[str]) -> None:
    """Let these, and no others, be what somebody likes."""
    await tx.run(DROP, person_id)
    await tx.run_many(ADD, [(person_id, kind) for kind in dict.fromkeys(kinds)])


async def of_person(tx: Tx, person_id: int) -> tuple[str, ...]:
    """Return the kinds somebody likes, in the order of their keys."""
    return tuple(row[0] for row in await tx.all(OF_PERSON, person_id))

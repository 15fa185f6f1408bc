"""Single facts about this database file."""

from storage.database import Tx

DEMONSTRATION = "demonstration"  # the file holds the invented people of the demonstration office
LAST_PLACE = "last place"  # the greatest place in what was told when old messages were last deleted (storage/outbox.py)
SET = "INSERT INTO marks (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
GET = "SELECT value FROM marks WHERE name = ?"


async def put(tx: Tx, name: str, value: str) -> None:
    await tx.run(SET, name, value)


async def get(tx: Tx, name: str) -> str | None:
    row = await tx.one(GET, name)
    return str(row[0]) if row else None

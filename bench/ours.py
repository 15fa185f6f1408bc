"""Our own bot under measurement: the whole application, durable as an office runs it, with only the limits of speed lifted.

What is measured is 反映困难 from the first word to the receipt: every turn is in the inbox before it is confirmed, the dialog, the case
and the outbox rows are on the disk (`synchronous=FULL`), and the reply is marked as sent after Telegram took it.
"""

from __future__ import annotations

import asyncio
import functools
import signal
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from bench.contenders import Contender
from bench.rivals.launch import TOKEN, read_arguments
from bot.app import App
from bot.config import Config, Storage, Telegram, Web
from bot.logs import configure
from storage import accounts, entry, people
from storage.accounts import Role
from storage.database import Tx, open_database
from storage.people import Person

UNLIMITED = 100_000
OLD_ROWS = 1_000_000


def storage_in(data_dir: Path) -> Storage:
    return Storage(path=data_dir / "yinling.db", media_folder=data_dir / "media")


def config_for(data_dir: Path, base_url: str) -> Config:
    return Config(
        storage=storage_in(data_dir),
        telegram=Telegram.model_validate(
            {
                "enabled": True,
                "token": TOKEN,
                "base_url": f"{base_url}/bot",
                "base_file_url": f"{base_url}/file/bot",
                "messages_per_second": UNLIMITED,
                "messages_per_second_per_chat": UNLIMITED,
            }
        ),
        web=Web(enabled=False),
    )


def prepare(data_dir: Path, people_ids: range, *, old_rows: int = 0) -> None:
    """Make each chat id a cadre with a bound account and consent given; add `old_rows` ended rows to inbox, outbox and
    cases, with their entries, closings and search."""
    asyncio.run(_prepare(data_dir, people_ids, old_rows))


async def _prepare(data_dir: Path, people_ids: range, old_rows: int) -> None:
    database = await open_database(data_dir / "yinling.db")
    now = datetime.now(UTC)
    try:
        async with database.write() as tx:
            if old_rows and not await tx.one("SELECT 1 FROM inbox LIMIT 1"):
                await _add_old_rows(tx, old_rows, now)
            for chat in people_ids:
                await add_cadre(tx, "telegram", str(chat), now)
    finally:
        await database.close()


async def add_cadre(tx: Tx, channel: str, address: str, now: datetime) -> int:
    """Write a cadre with an account on the channel and consent given; return the person's id."""
    person = await people.add(tx, Person(name=f"王老{address}"), now)
    await people.give_role(tx, person, Role("cadre", None))
    account = await accounts.find_or_add(tx, channel, address, now)
    await accounts.bind(tx, account, person, now)
    await entry.give_consent(tx, person, account, Config().office.consent_version, now)
    return person


# Old rows are written by SQL alone: a million turns would take half an hour.
NUMBERS = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
OLD_INBOX = f"""
INSERT INTO inbox (channel, external_id, account_id, kind, words, said_at, received_at, state)
{NUMBERS} SELECT 'telegram', 'old:' || i, 1 + i % 1000, 'words', '暖气不热了', ?, ?, 'handled' FROM n"""
OLD_OUTBOX = f"""
INSERT INTO outbox (account_id, channel, answers, priority, text, buttons, made_at, not_before, state, done_at)
{NUMBERS} SELECT 1 + i % 1000, 'telegram', i, 0, '记下了。', '[]', ?, ?, 'sent', ? FROM n"""
OLD_CASES = f"""
INSERT INTO cases (number, person_id, acted_by, account_id, category, state, opened_at, promised_on, closed_at, closings, said_id)
{NUMBERS} SELECT 'old-' || i, 1 + i % 1000, 1 + i % 1000, 1 + i % 1000, 'housing', 'closed', ?, '2026-01-05', ?, 1, i FROM n"""
OLD_ENTRIES = f"""
INSERT INTO case_entries (id, case_id, at, author_id, kind, words) {NUMBERS} SELECT i, i, ?, 1, 'said', '暖气不热了' FROM n"""
OLD_SEARCH = f"INSERT INTO case_search (rowid, grams) {NUMBERS} SELECT i, grams('暖气不热了') FROM n"
OLD_CLOSINGS = f"""
INSERT INTO case_closings (case_id, number, outcome, words, proposed_at, decision, decided_at, solved, answered_at)
{NUMBERS} SELECT i, 1, 'done', '修好了', ?, 'closed', ?, 'yes', ? FROM n"""


async def _add_old_rows(tx: Tx, count: int, now: datetime) -> None:
    moment = "2026-01-02T03:04:05.000Z"
    for number in range(1000):
        await add_cadre(tx, "telegram", f"old{number}", now)
    await tx.run(OLD_INBOX, count, moment, moment)
    await tx.run(OLD_OUTBOX, count, moment, moment, moment)
    await tx.run(OLD_CASES, count, moment, moment)
    await tx.run(OLD_ENTRIES, count, moment)
    await tx.run(OLD_SEARCH, count)
    await tx.run(OLD_CLOSINGS, count, moment, moment, moment)


async def serve(config: Config) -> None:
    configure("WARNING", as_json=True)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with App(config) as app:
        await app.run(stop)


def run(config_of: Callable[[Path, str], Config]) -> None:
    """Run the bot on the channel that the harness plays; `config_of` makes the settings of data directory and address."""
    launch = read_arguments()
    config = config_of(launch.data_dir, launch.base_url)
    if launch.uvloop:
        import uvloop

        uvloop.run(serve(config))
    else:
        asyncio.run(serve(config))


CONTENDERS: tuple[Contender, ...] = (
    Contender("yinling 反映困难", "bench.ours", "report", prepare=prepare),
    Contender(
        "yinling, 1,000,000 old rows",
        "bench.ours",
        "report",
        prepare=functools.partial(prepare, old_rows=OLD_ROWS),
        keeps_data=True,
    ),
)

if __name__ == "__main__":
    run(config_for)

"""Our own bot over its web chat under measurement: as `bench.ours`, with people at open pages."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from bench.contenders import Contender
from bench.ours import run, storage_in
from bench.web_people import SECRETS
from bot.config import Config, Web
from bot.web.links import make_link
from storage import entry, people
from storage.accounts import Role
from storage.database import Tx, open_database
from storage.people import Person


def config_for(data_dir: Path, base_url: str) -> Config:
    return Config(storage=storage_in(data_dir), web=Web(port=urlsplit(base_url).port or 0))


def prepare(data_dir: Path, people_ids: range) -> None:
    """Make each id a cadre with a personal link and consent given; the links' secrets stand beside the data."""
    asyncio.run(_prepare(data_dir, people_ids))


async def _prepare(data_dir: Path, people_ids: range) -> None:
    database = await open_database(data_dir / "yinling.db")
    try:
        async with database.write() as tx:
            secrets = {each: await _add_cadre(tx, each, datetime.now(UTC)) for each in people_ids}
    finally:
        await database.close()
    await asyncio.to_thread((data_dir / SECRETS).write_text, json.dumps(secrets))


async def _add_cadre(tx: Tx, number: int, now: datetime) -> str:
    person = await people.add(tx, Person(name=f"王老{number}"), now)
    await people.give_role(tx, person, Role("cadre", None))
    secret = await make_link(tx, person, now)
    link = await entry.link(tx, secret)
    assert link is not None
    await entry.give_consent(tx, person, link[1], Config().office.consent_version, now)
    return secret


CONTENDER = Contender(
    "yinling, over the web chat", "bench.ours_web", "report", prepare=prepare, server="bench.web_people"
)

if __name__ == "__main__":
    run(config_for)

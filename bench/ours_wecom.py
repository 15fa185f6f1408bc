"""Our own bot over WeCom under measurement: as `bench.ours`, on the long connection, with the limits of a chat lifted."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from bench.contenders import Contender
from bench.ours import UNLIMITED, add_cadre, run, storage_in
from bench.wecom_server import BOT_ID, SECRET
from bot.config import Config, Web, Wecom
from storage.database import open_database


def config_for(data_dir: Path, base_url: str) -> Config:
    wecom = {
        "enabled": True,
        "bot_id": BOT_ID,
        "secret": SECRET,
        "url": base_url.replace("http://", "ws://"),
        "messages_per_minute": UNLIMITED,
        "messages_per_hour": UNLIMITED,
    }
    return Config(storage=storage_in(data_dir), wecom=Wecom.model_validate(wecom), web=Web(enabled=False))


def prepare(data_dir: Path, people_ids: range) -> None:
    """Make each chat id a cadre with a bound account on WeCom and consent given."""
    asyncio.run(_prepare(data_dir, people_ids))


async def _prepare(data_dir: Path, people_ids: range) -> None:
    database = await open_database(data_dir / "yinling.db")
    try:
        async with database.write() as tx:
            for chat in people_ids:
                await add_cadre(tx, "wecom", str(chat), datetime.now(UTC))
    finally:
        await database.close()


CONTENDER = Contender("yinling, over WeCom", "bench.ours_wecom", "report", prepare=prepare, server="bench.wecom_server")

if __name__ == "__main__":
    run(config_for)

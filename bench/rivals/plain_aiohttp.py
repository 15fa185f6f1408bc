"""The floor of every bot over aiohttp, aiogram's and ours: its client alone, as its documentation uses it.

What a bot takes beyond this row is its framework, its state and its database.
"""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import uvloop

from bench.rivals.launch import TOKEN, Launch, read_arguments

POLL_SECONDS = 10


async def call(session: aiohttp.ClientSession, method: str, **parameters: Any) -> Any:
    """Return `result`."""
    async with session.post(method, data=parameters) as response:
        return (await response.json())["result"]


async def run(launch: Launch) -> None:
    offset = 0
    sending = set()
    async with aiohttp.ClientSession(f"{launch.base_url}/bot{TOKEN}/") as session:
        while True:
            for update in await call(session, "getUpdates", offset=offset, timeout=POLL_SECONDS):
                offset = update["update_id"] + 1
                message = update["message"]
                task = asyncio.create_task(
                    call(session, "sendMessage", chat_id=message["chat"]["id"], text=message["text"])
                )
                sending.add(task)
                task.add_done_callback(sending.discard)


def main() -> None:
    launch = read_arguments()
    if launch.uvloop:
        uvloop.run(run(launch))
    else:
        asyncio.run(run(launch))


if __name__ == "__main__":
    main()

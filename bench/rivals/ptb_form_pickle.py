"""The same form with PicklePersistence, written after every update: the most that this library keeps by itself.

The file is written after the reply and without fsync, so a crash can still lose the last answers.
"""

from __future__ import annotations

from typing import Any

from telegram.ext import Application, PicklePersistence

from bench.rivals.launch import read_arguments
from bench.rivals.ptb_form import conversation
from bench.rivals.with_ptb import builder


class FlushingApplication(Application[Any, Any, Any, Any, Any, Any]):
    """By default the library writes once a minute; this one writes as soon as an update is handled."""

    async def process_update(self, update: object) -> None:
        await super().process_update(update)
        await self.update_persistence()


def main() -> None:
    launch = read_arguments()
    persistence: PicklePersistence[Any, Any, Any] = PicklePersistence(launch.data_dir / "form.pickle")
    application = builder(launch).application_class(FlushingApplication).persistence(persistence).build()
    application.add_handler(conversation(persistent=True))
    application.run_polling()


if __name__ == "__main__":
    main()

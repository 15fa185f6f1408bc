"""How the bot gets its updates: getUpdates or a webhook, and never both."""

import asyncio
from typing import Any

from tests.telegram_server.cloud import Cloud
from tests.telegram_server.parameters import Parameters
from tests.telegram_server.rules import RefusalError
from tests.telegram_server.updates import WEBHOOK_SET
from tests.telegram_server.webhook import Webhook, webhook_of

WEBHOOK_IS_SET = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)


class Receiving:
    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._webhook: Webhook | None = None
        self._delivery: asyncio.Task[None] | None = None

    async def get_updates(self, parameters: Parameters) -> list[dict[str, Any]]:
        if self._webhook is not None:
            raise RefusalError(409, WEBHOOK_IS_SET)
        self._allow_updates(parameters)
        updates = await self._cloud.updates.poll(
            parameters.integer("offset"),
            parameters.integer("limit", 100, 1, 100),
            parameters.integer("timeout", 0, 0, self._cloud.limits.long_poll_seconds),
        )
        return [update.json() for update in updates]

    async def set_webhook(self, parameters: Parameters) -> bool:
        if not parameters.text("url"):
            return await self.delete_webhook(parameters)
        webhook = webhook_of(parameters, self._cloud.limits)
        await self.delete_webhook(parameters)
        self._cloud.updates.stop_poll(WEBHOOK_SET)
        self._allow_updates(parameters)
        self._webhook = webhook
        self._delivery = asyncio.create_task(
            webhook.deliver(self._cloud.updates, self._cloud.changes, self._cloud.limits)
        )
        return True

    async def delete_webhook(self, parameters: Parameters) -> bool:
        await self.stop()
        if parameters.flag("drop_pending_updates"):
            self._cloud.updates.drop_pending()
        return True

    async def get_webhook_info(self, parameters: Parameters) -> dict[str, Any]:
        return (self._webhook or Webhook("", "", 40)).info(self._cloud.updates)

    async def stop(self) -> None:
        """End the webhook. Raises what its delivery died of, if it did."""
        delivery, self._delivery, self._webhook = self._delivery, None, None
        if delivery is not None:
            delivery.cancel()
            await asyncio.wait([delivery])
            if not delivery.cancelled():
                delivery.result()

    def _allow_updates(self, parameters: Parameters) -> None:
        allowed = parameters.decoded("allowed_updates")
        if isinstance(allowed, list):
            self._cloud.updates.allowed = allowed

"""Sends webhooks when they are due, and again while they are not taken: all that mockgate sends of its own accord."""

import asyncio

from aiohttp import ClientError, ClientSession, ClientTimeout

from ..clock import Clock
from ..webhooks import Delivery

#: Seconds of the wall's that a receiver has to answer in.
PATIENCE = 10.0


class Courier:
    """Takes deliveries to their URLs; what is under way when it is closed is dropped."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._client: ClientSession | None = None

    def take(self, delivery: Delivery, clock: Clock) -> None:
        """Send a delivery once the clock shows its moment."""
        clock.call_at(delivery.due, lambda: self._begin(delivery, clock))

    def _begin(self, delivery: Delivery, clock: Clock) -> None:
        task = asyncio.ensure_future(self._send(delivery, clock))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _send(self, delivery: Delivery, clock: Clock) -> None:
        delivery.statuses.append(await self._post(delivery, clock.now()))
        if delivery.again(clock.now()):
            self.take(delivery, clock)

    async def _post(self, delivery: Delivery, now: float) -> int:
        """Return the status of the answer, 0 where there was none."""
        if self._client is None:
            self._client = ClientSession(timeout=ClientTimeout(PATIENCE))
        try:
            async with self._client.post(
                delivery.url, data=delivery.body, headers=delivery.headers(now), allow_redirects=False
            ) as answer:
                return answer.status
        except (ClientError, TimeoutError, ValueError):
            return 0

    async def close(self) -> None:
        """Stop sending."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._client is not None:
            await self._client.close()
            self._client = None

"""The live feed: every exchange that ends, as a server-sent event, for as long as somebody reads."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from typing import Any

import msgspec

from ..gateway import Gateway
from ..journal import Exchange
from ..verification import Filter, select
from ..wire import Frame

#: Exchanges that wait for one reader; of more, the oldest are lost to it.
MOST = 1000


class Backlog:
    """What a reader has not been told yet."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._waiting: deque[Exchange] = deque()
        self._lost = 0
        self._news = asyncio.Event()
        self.over = False

    def add(self, exchange: Exchange) -> None:
        """Keep one more; where there are too many, the oldest is lost."""
        if len(self._waiting) == self._most:
            self._waiting.popleft()
            self._lost += 1
        self._waiting.append(exchange)
        self._news.set()

    def end(self) -> None:
        """Let the reader go."""
        self.over = True
        self._news.set()

    async def take(self) -> tuple[int, list[Exchange]]:
        """Wait for news; return how many were lost, and those that were not."""
        await self._news.wait()
        self._news.clear()
        lost, news = self._lost, [*self._waiting]
        self._lost = 0
        self._waiting.clear()
        return lost, news


async def live(gateway: Gateway, wanted: Filter, session: str | None = None) -> AsyncGenerator[bytes, None]:
    """Yield an event for each exchange that ends and is wanted; leave no trace when the reader goes.

    A reader that is too slow is told how many it has missed.
    """
    backlog = Backlog()

    def hear(exchange: Exchange) -> None:
        if session in {None, exchange.session} and select([exchange], wanted):
            backlog.add(exchange)

    gateway.listeners.append(hear)
    gateway.at_stop.append(backlog.end)
    try:
        yield b": listening\n\n"
        while True:
            lost, news = await backlog.take()
            if lost:
                yield _event("lost", {"requests": lost})
            for exchange in news:
                yield _event("request", exchange.describe())
            if backlog.over:
                return
    finally:
        gateway.listeners.remove(hear)
        gateway.at_stop.remove(backlog.end)


def _event(name: str, data: dict[str, Any]) -> bytes:
    return Frame(0.0, msgspec.json.encode(data), name).encode()

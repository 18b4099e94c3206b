"""Figures of a session's calls for whoever watches a gateway: how many, how long, how soon, how many tokens."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from .journal import Exchange
from .wallet import ZERO
from .wire import Frame, Raw, Sse

#: Upper bounds in seconds. Source: GoModel's metrics.
BUCKETS = (0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0)


class Subject(NamedTuple):
    """What a figure is of."""

    provider: str
    model: str
    endpoint: str
    stream: bool


class Histogram:
    """How many values lie below each bound, and what they add up to."""

    __slots__ = ("counts", "total")

    def __init__(self) -> None:
        self.counts = [0] * (len(BUCKETS) + 1)
        self.total = 0.0

    def add(self, value: float) -> None:
        """Count a value."""
        self.counts[bisect_left(BUCKETS, value)] += 1
        self.total += value


class Gauges:
    """What calls that are over add up to. Seconds are those of the session's clock: of the pace that was played."""

    def __init__(self) -> None:
        self.requests: Counter[tuple[Subject, int]] = Counter()
        self.durations: dict[Subject, Histogram] = {}
        self.first_tokens: dict[Subject, Histogram] = {}
        self.tokens: Counter[tuple[str, str, str]] = Counter()
        self.cost: dict[tuple[str, str], Decimal] = {}

    def watch(self, exchange: Exchange) -> None:
        """Note when the first words of a stream go."""
        if isinstance(exchange.answer, Sse):
            exchange.answer.frames = _noticed(exchange, exchange.answer.frames)

    def over(self, exchange: Exchange, provider: str) -> None:
        """Count a call that is over."""
        subject = Subject(provider, exchange.model, exchange.endpoint, isinstance(exchange.answer, Sse))
        self.requests[subject, exchange.status] += 1
        seconds = max(0.0, exchange.clock.now() - exchange.started)
        self.durations.setdefault(subject, Histogram()).add(seconds)
        if exchange.first_token is not None:
            self.first_tokens.setdefault(subject, Histogram()).add(exchange.first_token)
        if exchange.usage is not None:
            self.tokens[provider, exchange.model, "input"] += exchange.usage.input
            self.tokens[provider, exchange.model, "output"] += exchange.usage.output
        if exchange.cost:
            named = (provider, exchange.model)
            self.cost[named] = self.cost.get(named, ZERO) + exchange.cost


def _noticed(exchange: Exchange, frames: Iterator[Frame | Raw]) -> Iterator[Frame | Raw]:
    for frame in frames:
        if exchange.first_token is None and isinstance(frame, Frame) and frame.tokens:
            exchange.first_token = frame.due
        yield frame

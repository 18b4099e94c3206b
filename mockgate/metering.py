"""One limit's counter: what it has left, how time refills it, and how long to wait until there is enough."""

from collections.abc import Iterable
from math import ceil
from typing import Literal, NamedTuple

from .access import LimitSpec
from .catalogue import Names, fits
from .keys import Caller

Measured = Literal["requests", "tokens", "input_tokens", "output_tokens", "concurrency"]

MEASURES: tuple[Measured, ...] = ("requests", "tokens", "input_tokens", "output_tokens", "concurrency")

#: Seconds that no wait is exact to: the session's clock is a float that counts from 1970. What is due within them is
#: there.
SLACK = 1e-5

#: So much of one may be missing for it to be there.
_MOST_SLACK = 0.5


#: How much is taken of each measure, in the order of MEASURES.
Costs = tuple[int, int, int, int, int]


def costs(calls: int, input: int, output: int = 0) -> Costs:
    """Return what so many calls and tokens take of each measure; places are not taken, but counted while open."""
    return calls, input + output, input, output, 0


class Meter(NamedTuple):
    """One measure of one limit: `amount` in `period` seconds (0 for concurrency), for each of what `per` names.

    `place` tells this meter's counters from all others'; `shown` is the same without the secret of a key.
    """

    place: str
    shown: str
    measure: Measured
    amount: float
    period: float
    per: tuple[str, ...]
    models: tuple[str, ...]
    spec: LimitSpec

    def concerns(self, names: Names) -> bool:
        """Tell whether this meter counts calls of this model."""
        return not self.models or fits(names, self.models)

    def scope(self, caller: Caller, names: Names) -> tuple[str, ...]:
        """Return whose counter it is that this call uses."""
        values = {"key": caller.key, "model": names[-1], "group": caller.group, "all": ""}
        return self.place, *[values[name] for name in self.per]

    def level(self, now: float) -> "Level":
        """Make a counter that is full."""
        if self.measure == "concurrency":
            return Places(self, now)
        return (Window if self.spec.kind == "window" else Bucket)(self, now)


class Level:
    """What a meter has left for one scope, as of the last refresh; below nothing is waited for.

    `since` is that moment; `open` counts the calls under way that took of it. `at` is its measure's place in MEASURES.
    `told`: answers tell of it, and word its `limit` so.
    """

    __slots__ = ("amount", "at", "left", "limit", "measure", "meter", "open", "since", "slack", "told")

    def __init__(self, meter: Meter, now: float) -> None:
        self.meter = meter
        self.measure = meter.measure
        self.at = MEASURES.index(meter.measure)
        self.amount = self.left = meter.amount
        self.limit = str(int(meter.amount))
        self.since = now
        self.open = 0
        self.slack = 0.0
        self.told = meter.measure != "concurrency" and not meter.spec.upstream

    @property
    def remaining(self) -> int:
        """How much is left, in whole numbers."""
        return max(0, int(self.left + self.slack))

    def tighter_than(self, other: "Level") -> bool:
        """Tell whether less is left than of another, or as little for longer."""
        reset, others = self.wait(self.amount) or 0.0, other.wait(other.amount) or 0.0
        return (self.remaining, -reset) < (other.remaining, -others)

    @property
    def used(self) -> int:
        """How much is taken of it."""
        return ceil(self.amount - self.left - self.slack)

    def refresh(self, now: float) -> None:
        """Let time refill it."""
        self.draw(0, now)

    def wait(self, wanted: float) -> float | None:
        """Return the seconds until `wanted` is there; None where no time will do."""
        raise NotImplementedError

    def draw(self, cost: float, now: float) -> None:
        """Let time refill it, then take from it, be there enough or not, or give back what is less than nothing.

        A clock that was set back starts over.
        """
        raise NotImplementedError


class Bucket(Level):
    """Refills steadily: so much a second."""

    __slots__ = ("speed",)

    def __init__(self, meter: Meter, now: float) -> None:
        super().__init__(meter, now)
        self.speed = meter.amount / meter.period
        self.slack = min(_MOST_SLACK, SLACK * self.speed)

    def draw(self, cost: float, now: float) -> None:
        """Let so much a second flow in, then take."""
        left, most = self.left, self.amount
        if left < most and now > self.since:
            left += (now - self.since) * self.speed
            if left > most:  # noqa: PLR1730 - done several times a call: min() doubles the cost
                left = most
        self.since = now
        left -= cost
        self.left = left if left < most else most  # noqa: FURB136 - as above

    def wait(self, wanted: float) -> float:
        """Return the seconds until `wanted` has flowed in."""
        short = wanted - self.left
        if short <= self.slack:
            return 0.0
        # Where even SLACK is worth more than a half, a wait that is rounded must not be rounded down.
        return short / self.speed + (SLACK if self.slack == _MOST_SLACK else 0.0)


class Window(Level):
    """Is full again when it ends; it begins with the first request. `began` is when that was, unless it is full."""

    __slots__ = ("began",)

    def __init__(self, meter: Meter, now: float) -> None:
        super().__init__(meter, now)
        self.began = now

    def draw(self, cost: float, now: float) -> None:
        """Fill it when it is over, then take; the first who does begins it."""
        self.since = now
        self.began = min(self.began, now)
        if now + SLACK >= self.began + self.meter.period:
            self.left = self.amount
        if cost > 0 and self.left == self.amount:
            self.began = now
        self.left = min(self.left - cost, self.amount)

    def wait(self, wanted: float) -> float:
        """Return the seconds until it is over, where there is not enough left."""
        return 0.0 if wanted <= self.left else max(0.0, self.began + self.meter.period - self.since)


class Places(Level):
    """Is full again as calls end."""

    __slots__ = ()

    def draw(self, cost: float, now: float) -> None:  # noqa: ARG002 - a place costs nothing
        """Count what is open."""
        self.since, self.left = now, self.amount - self.open

    def wait(self, wanted: float) -> float | None:
        """Return no wait where there is room; else nobody knows when a call will end."""
        return 0.0 if wanted <= self.left else None


def tightest(levels: Iterable[Level]) -> list[Level]:
    """Return, for each measure, the level with the least left as of the last refresh, or the longest wait."""
    found: dict[Measured, Level] = {}
    for level in levels:
        known = found.setdefault(level.measure, level)
        if known is not level and level.tighter_than(known):
            found[level.measure] = level
    return list(found.values())

"""Which requests are one request asked again after it failed, and how long the client waited in between.

Two equal requests need not be one asked twice: only what follows a failure can be, and what goes side by side is not.
"""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

from .journal import Exchange
from .units import Point

#: The header in which the official SDKs count: 0 is a request of the program's own, 1 its SDK's first retry.
RETRY_COUNT = "x-stainless-retry-count"

#: Seconds after which an equal request is a new one.
FORGOTTEN = 300.0


class Again(NamedTuple):
    """A request (`after`) that repeats one that failed (`before`), after a `wait` in seconds.

    The wait is that on the wall or that on the session's clock, whichever is longer: a client may really sleep while
    the session's clock stands still, and a test may advance that clock instead of sleeping. `by_hand`: its SDK says
    that it is no retry, so a program asked twice, or has a loop of its own.
    """

    before: Exchange
    after: Exchange
    wait: float
    by_hand: bool

    @property
    def told(self) -> float | None:
        """How long the failure told the client to wait, in seconds; None when it did not say."""
        return told(self.before)


Chain = list[Again]


def told(exchange: Exchange) -> float | None:
    """Return the seconds that an answer tells its client to wait, in the finer of the two headers that say so."""
    headers = exchange.answer.headers if exchange.answer is not None else {}
    for name, unit in (("retry-after-ms", 1000), ("retry-after", 1)):
        value = headers.get(name, "")
        if value.replace(".", "", 1).isdecimal():
            return float(value) / unit
    return None


def truncated(exchange: Exchange) -> bool:
    """Tell whether the client surely got less than the whole answer."""
    cuts = (strike.fault.after for strike in exchange.strikes if strike.truncates)
    return exchange.outcome == "cut" or any(_within(place, exchange) for place in cuts)


def _within(place: Point | None, exchange: Exchange) -> bool:
    """Tell whether a place lies before the end of an answer: near its begin, where nothing is said of it.

    A chunk has a token or more, and a token about 4 bytes; how long an answer took on its way is not known here.
    """
    if place is None or exchange.turn is None:
        return place is None
    per_token = {"tokens": 1, "chunks": 1, "bytes": 4}.get(place.unit, 0)
    return place.amount <= exchange.turn.usage.output * per_token


def failed(exchange: Exchange) -> bool:
    """Tell whether a client has reason to ask again."""
    broken = exchange.answer is not None and exchange.answer.cut is not None
    return exchange.status >= 400 or broken or exchange.outcome == "failed" or truncated(exchange)


def same(exchange: Exchange) -> tuple[object, ...]:
    """Return what is equal for requests that ask the same, of the same caller."""
    call = exchange.call
    # The headers, not the caller: of a key that was refused nobody is known.
    own = tuple(call.headers.get(name) for name in ("authorization", "x-api-key", "x-goog-api-key", "idempotency-key"))
    return call.method, call.path, call.query, exchange.key, own, call.raw


def span(before: Exchange, after: Exchange) -> float:
    """Return the real seconds from the end of one answer to the next request; below 0 they overlap."""
    if before.outcome == "open":
        return float("-inf")
    return after.stopwatch.after(before.stopwatch) - before.seconds


def chains(exchanges: Iterable[Exchange]) -> list[Chain]:
    """Return every request that was asked again: each of its repetitions in turn, until it was answered or given up."""
    groups: dict[object, list[Exchange]] = {}
    for exchange in sorted(exchanges, key=lambda exchange: exchange.number):
        groups.setdefault(same(exchange), []).append(exchange)
    return [chain for group in groups.values() if len(group) > 1 for chain in _chains(group)]


def _chains(group: list[Exchange]) -> Iterator[Chain]:
    links = _links(group)
    repeated = {again.after.number for again in links.values()}
    for first in sorted(links.keys() - repeated):
        chain = [links[first]]
        while chain[-1].after.number in links:
            chain.append(links[chain[-1].after.number])
        yield chain


def _links(group: list[Exchange]) -> dict[int, Again]:
    """Return for each failure, by its number, what repeats it."""
    open_ends = {exchange.number: exchange for exchange in group if failed(exchange)}
    links: dict[int, Again] = {}
    counted = [exchange for exchange in group if _count(exchange)]
    # Where an equal request is under way at the same time, only an SDK's own count tells whose retry is whose.
    others = [] if _side_by_side(group) else [exchange for exchange in group if not _count(exchange)]
    for after in (*counted, *others):
        found = _likeliest(_candidates(open_ends, after))
        if found is not None:
            links[found.before.number] = found
            del open_ends[found.before.number]
    return links


def _candidates(open_ends: dict[int, Exchange], after: Exchange) -> Iterator[Again]:
    count = _count(after)
    for before in open_ends.values():
        if before.number >= after.number:
            return
        level = _count(before)
        fits = level == count - 1 if count else (level is None) == (count is None)
        if fits and span(before, after) >= 0 and (wait := _wait(before, after)) <= FORGOTTEN:
            yield Again(before, after, wait, by_hand=count == 0)


def _likeliest(candidates: Iterator[Again]) -> Again | None:
    """Of several failures that a request may repeat, oldest first, choose one that leaves least to blame."""
    hasty = []
    for again in candidates:
        if again.wait >= (again.told or 0.0):
            return again
        hasty.append(again)
    return min(hasty, key=lambda again: (again.told or 0.0) - again.wait, default=None)


def _wait(before: Exchange, after: Exchange) -> float:
    due = before.answer.due if before.answer is not None else 0.0
    took = max(due, before.seconds * before.clock.speed)
    return max(span(before, after), after.started - before.started - took, 0.0)


def _side_by_side(group: list[Exchange]) -> bool:
    return any(span(before, after) < 0 or _beside(before, after) for before, after in pairwise(group))


def _beside(before: Exchange, after: Exchange) -> bool:
    """Tell whether the second came by another connection, that was open before the first was answered."""
    came, newest = after.call.connection, before.call.newest
    return came != before.call.connection and 0 < came <= newest


def _count(exchange: Exchange) -> int | None:
    value = exchange.call.headers.get(RETRY_COUNT, "")
    return int(value) if value.isdecimal() else None

"""What a session's answers took, by day, model and account: for whoever asks a gateway what it was used for."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec

from .journal import Exchange
from .replays import CACHE
from .turn import Usage
from .wallet import FREE, ZERO, Prices
from .wire import Json


class Page(NamedTuple):
    """What sums are of; `cache` says how answers came that were given again, "" for new ones."""

    day: date
    provider: str
    model: str
    account: str
    cache: str


class Sums(msgspec.Struct):
    """How many answers, of how many tokens, at what cost; of answers that were given again, what that saved.

    `priced`: at least one of them was of a model that has a price.
    """

    requests: int = 0
    input: int = 0
    cached: int = 0
    cache_written: int = 0
    output: int = 0
    input_cost: Decimal = ZERO
    cost: Decimal = ZERO
    priced: bool = False

    def add(self, other: "Sums") -> None:
        """Add others."""
        for name in ("requests", "input", "cached", "cache_written", "output", "input_cost", "cost"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.priced = self.priced or other.priced


class Books:
    """A session's sums."""

    def __init__(self) -> None:
        self.pages: dict[Page, Sums] = {}

    def enter(self, exchange: Exchange, provider: str, account: str, prices: Prices) -> None:
        """Note an answer; what is not one of a model is left out."""
        sums = tally(exchange, prices)
        if sums is not None:
            page = Page(day_of(exchange), provider, exchange.names[-1] or exchange.model, account, cache_of(exchange))
            self.pages.setdefault(page, Sums()).add(sums)


def day_of(exchange: Exchange) -> date:
    """Return the day, in UTC, that an exchange was on."""
    return datetime.fromtimestamp(exchange.started, UTC).date()


def cache_of(exchange: Exchange) -> str:
    """Return how an answer came that was given again: `exact`, or "" for a new one."""
    headers = exchange.answer.headers if exchange.answer is not None else {}
    return "exact" if headers.get(CACHE, "").startswith("HIT") else ""


def tally(exchange: Exchange, prices: Prices) -> Sums | None:
    """Return what one answer took; None where no model gave it."""
    again = bool(cache_of(exchange))
    usage = _usage_in(exchange) if again else exchange.usage
    if usage is None:
        return None
    tariff = prices.of(exchange.names)
    prompt = tariff.cost(msgspec.structs.replace(usage, output=0))
    cost = tariff.cost(usage) if again else exchange.cost
    if exchange.call.discount:
        prompt *= 1 - Decimal(repr(float(exchange.call.discount)))
    tokens = (usage.input, usage.cached, usage.cache_written, usage.output)
    return Sums(1, *tokens, min(prompt, cost), cost, tariff is not FREE)


def _usage_in(exchange: Exchange) -> Usage | None:
    """Return the usage that an answer reports which was given again."""
    body: Any = msgspec.json.decode(exchange.answer.body) if isinstance(exchange.answer, Json) else {}
    told = body.get("usage") or {}
    named = (("prompt_tokens", "input_tokens"), ("completion_tokens", "output_tokens"))
    return Usage(*(told.get(chats, told.get(others, 0)) for chats, others in named))

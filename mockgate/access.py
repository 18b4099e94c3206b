"""Who may ask what, how much of it, and at which price: the mappings of a scenario about callers."""

from collections.abc import Iterator
from typing import Annotated, Literal

import msgspec

from .reading import Flaw, Section
from .sections import Glob, Positive
from .units import Money, Rate, Seconds, read_moment

Per = Literal["key", "model", "group", "all"]

#: More than any limit of calls at a time can mean.
_CROWD = 1_000_000_000


def _no_models(models: Glob | list[Glob] | None) -> Iterator[Flaw]:
    if models == []:
        yield Flaw(("models",), "is an empty list: it fits no model at all", "Leave it out for all models.")


class LimitSpec(Section, frozen=True):
    """How often, how much, how many at a time. Every measure given is counted on its own.

    `per` says for whom: each key, each model, each group, each combination of them, or all together. A `bucket` refills
    steadily; a `window` begins with its first request and is full again when it ends. `upstream` words the
    refusal as coming from the provider behind the gateway.
    """

    requests: Rate | None = None
    tokens: Rate | None = None
    input_tokens: Rate | None = None
    output_tokens: Rate | None = None
    concurrency: Annotated[int, msgspec.Meta(ge=1, le=_CROWD)] | None = None
    per: Per | list[Per] = "key"
    kind: Literal["bucket", "window"] = "bucket"
    models: Glob | list[Glob] | None = None
    upstream: bool = False
    message: str | None = None

    def flaws(self) -> Iterator[Flaw]:
        """Find a limit that limits nothing."""
        yield from _no_models(self.models)
        if self.per == []:
            yield Flaw(("per",), "is an empty list", "Say `all` to count everything together.")
        measures = (self.requests, self.tokens, self.input_tokens, self.output_tokens, self.concurrency)
        if all(measure is None for measure in measures):
            yield Flaw((), "limits nothing", "Give requests, tokens, input_tokens, output_tokens or concurrency.")


Limits = LimitSpec | list[LimitSpec]


class Group(Section, frozen=True):
    """What the keys of a group share: the models they may use, and their limits."""

    models: Glob | list[Glob] | None = None
    limits: Limits | None = None

    def flaws(self) -> Iterator[Flaw]:
        """Find a group that may use no model."""
        yield from _no_models(self.models)


class KeySpec(Section, frozen=True):
    """A key that is known. `balance` is the money it starts with (left out: the wallet's).

    `owner` is its holder's name; `expires` a date or moment; `models` what it may use (left out: all); `path` the
    account that it is on. `dashboard` keys may ask and change what a gateway's dashboard does.
    """

    owner: str | None = None
    group: str | None = None
    balance: Money | None = None
    limits: Limits | None = None
    models: Glob | list[Glob] | None = None
    expires: str | None = None
    disabled: bool = False
    path: str | None = None
    dashboard: bool = False

    def flaws(self) -> Iterator[Flaw]:
        """Find an expiry that is no moment, and a key that may use no model."""
        yield from _no_models(self.models)
        if self.expires is not None:
            try:
                read_moment(self.expires)
            except ValueError as problem:
                yield Flaw(("expires",), str(problem))


class Price(Section, frozen=True):
    """What a model costs in dollars: tokens by the million, pictures by the piece, video by the second.

    `cached_input` is for prompt tokens that were cached, `cache_write` for those that the cache keeps from now on (left
    out: as `input`), `cache_write_long` for those that it keeps for an hour (left out: as `cache_write`).
    """

    input: Money | None = None
    cached_input: Money | None = None
    cache_write: Money | None = None
    cache_write_long: Money | None = None
    output: Money | None = None
    image: Money | None = None
    second: Money | None = None


class BudgetSpec(Section, frozen=True):
    """What the calls on an account may cost in a period of the calendar."""

    hourly: Money | None = None
    daily: Money | None = None
    weekly: Money | None = None
    monthly: Money | None = None


class WalletSpec(Section, frozen=True):
    """The money of keys that have no balance of their own: left out, there is no end of it.

    `when_empty` says what becomes of an answer that costs more than is left: it may `finish` (the balance goes
    below zero) or is `cut` where the money ends.
    """

    balance: Money | None = None
    when_empty: Literal["finish", "cut"] = "finish"


class PromptCacheSpec(Section, frozen=True):
    """How prompts are cached: those of fewer tokens than `minimum` are not (left out: as the vendor has it); what no
    caller marked is kept for `ttl`.
    """

    ttl: Seconds | None = None
    minimum: Positive | None = None
